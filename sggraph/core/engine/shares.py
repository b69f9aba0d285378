"""`Shares`: rows that several processes own a range each of, and how kernels run on them to the bits of one process.

The blocks that a sum goes over are those of one process (blocks.py), and each is one rank's.

Arrays have a place for every row, so that a row has one number everywhere; those of others are written only where they
are asked for, and places that nobody wrote to take no memory.
"""

from itertools import pairwise

import numpy as np

from .blocks import node_bounds
from .memory import forget, untouched
from .talk import by_owner

ROUNDS = 8  # in which rows change hands; 1: three times the memory of what is held, for a moment


class Shares:
    """Rows ``cuts[r]..cuts[r + 1]`` belong to rank r of ``workers.comm``, whose own are ``first..stop``."""

    def __init__(self, workers, cuts):
        self.workers, self.comm, self.cuts = workers, workers.comm, cuts
        self.first, self.stop = cuts[self.comm.rank], cuts[self.comm.rank + 1]

    @classmethod
    def of(cls, workers, n, weight=None):
        """Shares of n rows, whole blocks of nodes of about equal number, or cumulative `weight` at their bounds."""
        size = workers.comm.size
        if size == 1:
            return cls(workers, [0, n])
        bounds = np.array(node_bounds(n))
        if weight is None:
            weight = bounds
        targets = weight[-1] * np.arange(1, size) / size
        middles = weight[1:] / 2 + weight[:-1] / 2  # a block goes where most of it is
        return cls(workers, [0, *bounds[np.searchsorted(middles, targets)].tolist(), n])

    @property
    def is_alone(self):
        """Whether this process owns all rows."""
        return self.comm.size == 1

    @property
    def ranges(self):
        """First row, and the one behind the last, of each rank."""
        return [*pairwise(self.cuts)]

    def blocks(self, bounds, rank=None):
        """Numbers of the blocks of a rank, this one's if none is given; `bounds` are `node_bounds`, or finer."""
        rank = self.comm.rank if rank is None else rank
        return range(*np.searchsorted(bounds, self.cuts[rank : rank + 2]).tolist())

    def run(self, kernel, bounds, *args, sums=None):
        """Call the kernel for own blocks; `sums` (blocks, ...) are then complete on all ranks."""
        if self.is_alone:
            self.workers.run(kernel, bounds, *args)
            return
        self.workers.run(kernel, bounds, *args, blocks=self.blocks(bounds))
        if sums is not None:
            self.comm.gather(sums, np.searchsorted(bounds, self.cuts))

    def each(self, kernel, bounds, *args):
        """Call a kernel, to which blocks mean nothing, for own rows alone."""
        if not self.is_alone:
            inner = [bound for bound in bounds if self.first < bound < self.stop]
            bounds = [self.first, *inner, self.stop] if self.first < self.stop else [0]
        self.workers.run(kernel, bounds, *args)

    def gather(self, *arrays):
        """Complete the rows of arrays on all ranks."""
        for array in arrays:
            self.comm.gather(array, self.cuts)

    @property
    def own(self):
        """The rows of this rank."""
        return slice(self.first, self.stop)

    def room(self, shape, dtype=np.float32):
        """Zeros, with a place for every row: of several ranks those that nobody writes to take no memory."""
        return np.zeros(shape, dtype) if self.is_alone else untouched(shape, dtype)

    def bring(self, *arrays):
        """Complete the rows of arrays on rank 0."""
        for array in arrays if not self.is_alone else ():
            parts = [array[self.own] if r == 0 else array[:0] for r in range(self.comm.size)]
            for part, (first, _) in zip(self.comm.exchange(parts), self.ranges, strict=True):
                array[first : first + len(part)] = part


class Ghosts:
    """Rows of other ranks that this one reads, `wanted` (sorted), and those of its own that others read."""

    def __init__(self, shares, wanted):
        self._comm = shares.comm
        asked = by_owner(wanted, shares.cuts)
        self._wanted, self._lengths = wanted, [len(rows) for rows in asked]
        self._given = self._comm.exchange(asked)

    def send(self, array):
        """Send them as they are now: a function that waits for those of others, and writes them to the array."""
        if self._comm.size == 1:
            return _nothing
        wait = self._comm.send([array[rows] for rows in self._given], self._lengths)

        def receive():
            array[self._wanted] = np.concatenate(wait())

        return receive


class Passage:
    """Rows on their way from the ranks that own them: rank r wants those that ``rows[begin..end]`` lists, of `wanted`.

    ``given[r]`` are the rows of this rank that another, r, wants; ``places[r]`` is where those of r are in `rows`, the
    list of this rank, and `own` where those are that it owns itself.
    """

    def __init__(self, shares, rows, wanted):
        self.comm, rank = shares.comm, shares.comm.rank
        parts = [rows[begin:end] for begin, end in wanted]
        self.rows, self.given = parts[rank], []
        for r, part in enumerate(parts):
            is_own = (part >= shares.first) & (part < shares.stop)
            if r == rank:
                self._is_own = is_own
            self.given.append(part[:0] if r == rank else part[is_own])
        others = np.flatnonzero(~self._is_own)  # few, mostly, and it takes a while to look for the owner of a row
        owner = np.searchsorted(shares.cuts[1:], self.rows[others], side="right")
        self.places = [others[owner == r] for r in range(self.comm.size)]

    @property
    def own(self):
        """Where the rows that this rank owns are in its list."""
        return np.flatnonzero(self._is_own)

    def parts(self, taken):
        """Places and rows, of each rank; ``taken(rows)`` are rows of this one."""
        found = self.comm.exchange([taken(rows) for rows in self.given])
        return [*zip(self.places, found, strict=True), (self.own, taken(self.rows[self.own]))]


def in_rounds(shares, rows, wanted):
    """Passages of the rows of `wanted`, an eighth after the other: what is under way takes memory of its own, several
    times. Each with the number of its first row among those that this rank wants.
    """
    for k in range(ROUNDS):
        some = [[begin + (end - begin) * q // ROUNDS for q in (k, k + 1)] for begin, end in wanted]
        yield some[shares.comm.rank][0] - wanted[shares.comm.rank][0], Passage(shares, rows, some)


def bring_rows(owners, rows, shares, taken, array):
    """Write the rows ``rows[first..stop]`` that this rank owns by `shares` to their places in an array; those who had
    them by `owners` have ``taken(rows)``.
    """
    for offset, passage in in_rounds(owners, rows, shares.ranges):
        for places, part in passage.parts(taken):
            array[shares.first + offset + places] = part


def hand_on(owners, rows, shares, array):
    """The same in one array (n, k), a few columns after the other: what is there twice is an eighth."""
    passage, k = Passage(owners, rows, shares.ranges), array.shape[1]
    for q in range(ROUNDS):
        some = slice(k * q // ROUNDS, k * (q + 1) // ROUNDS)
        for places, part in passage.parts(lambda rows, some=some: array[rows, some]):
            array[shares.first + places, some] = part
    forget(array, 0, shares.first)
    forget(array, shares.stop, len(array))


def _nothing():
    """Nobody has anything to wait for."""
