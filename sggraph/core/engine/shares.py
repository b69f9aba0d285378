"""`Shares`: rows that several processes own a range each of, and how kernels run on them to the bits of one process.

The blocks that a sum goes over are those of one process (blocks.py). A rank works on all blocks that have a row of its
own, so its rows are as if it had done all; the sums of a block are those of the rank that owns its first row.
"""

import numpy as np

from .blocks import node_bounds


class Shares:
    """Rows ``cuts[r]..cuts[r + 1]`` belong to rank r of ``workers.comm``, whose own are ``first..stop``."""

    def __init__(self, workers, cuts):
        self.workers, self.comm, self.cuts = workers, workers.comm, cuts
        self.first, self.stop = cuts[self.comm.rank], cuts[self.comm.rank + 1]

    @classmethod
    def of(cls, workers, n, weight=None):
        """Shares of n rows, whole blocks of nodes of about equal number, or cumulative `weight` (n + 1)."""
        size = workers.comm.size
        if size == 1:
            return cls(workers, [0, n])
        bounds = np.array(node_bounds(n))
        if weight is None:
            weight = np.arange(n + 1)
        targets = weight[-1] * np.arange(1, size) / size
        middles = weight[bounds[1:]] / 2 + weight[bounds[:-1]] / 2  # a block goes where most of it is
        return cls(workers, [0, *bounds[np.searchsorted(middles, targets)].tolist(), n])

    @property
    def is_alone(self):
        """Whether this process owns all rows."""
        return self.comm.size == 1

    def blocks(self, bounds):
        """Numbers of the blocks that have a row of this rank's."""
        if self.first == self.stop:
            return range(0)
        begin = int(np.searchsorted(bounds[1:], self.first, side="right"))
        return range(begin, int(np.searchsorted(bounds[:-1], self.stop)))

    def run(self, kernel, bounds, *args, sums=None):
        """Call the kernel for the blocks that have own rows; `sums` (blocks, ...) are then complete on all ranks."""
        if self.is_alone:
            self.workers.run(kernel, bounds, *args)
            return
        self.workers.run(kernel, bounds, *args, blocks=self.blocks(bounds))
        if sums is not None:
            self.comm.gather(sums, np.searchsorted(bounds[:-1], self.cuts))

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

    def lent(self, array, rows, cuts):
        """Context in which rank r has the rows of the array that ``rows[cuts[r]..cuts[r + 1]]`` lists, for changes."""
        return _Lent(self, array, rows, cuts)


class _Lent:
    def __init__(self, shares, array, rows, cuts):
        self.comm, self.array = shares.comm, array
        rank = self.comm.rank
        wanted = rows[cuts[rank] : cuts[rank + 1]]
        owner = np.searchsorted(shares.cuts[1:], wanted, side="right")
        self.borrowed = [wanted[owner == r] for r in range(self.comm.size)]
        self.given = []
        for r in range(self.comm.size):
            asked = rows[cuts[r] : cuts[r + 1]]
            self.given.append(asked[(asked >= shares.first) & (asked < shares.stop)])
        self.borrowed[rank] = self.given[rank] = wanted[:0]  # which are here

    def __enter__(self):
        self._pass(self.given, self.borrowed)

    def __exit__(self, *exception):
        self._pass(self.borrowed, self.given)

    def _pass(self, there, here):
        found = self.comm.exchange([self.array[rows] for rows in there])
        for rows, values in zip(here, found, strict=True):
            self.array[rows] = values
