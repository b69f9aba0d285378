"""Lengths of paths on a graphics card, where stress wants them: searches from pivots, and a start by them.

A level of the search is a launch, for all pivots together. The host looks whether it is over every few levels; those
that are launched in vain do nothing. Lengths are whole numbers, the same as the processor's (core/search/hops.py).
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from ..search.hops import UNREACHED, WORD
from ..shape.path_stress import FINEST, TAIL, Kept, groups_of, mean_square, range_of, sampling_step
from ..shape.stress import LEAST
from .rows import ENTRIES, PER_LANE, chunks_of
from .share import blocks_for, power_of_two
from .source import SIZE
from .stress import LANES, CardStress

NEVER = np.iinfo(np.uint16).max  # in lengths that are being searched: no path so far
LONGEST = NEVER - 2  # edges that a path of two bytes has at most, unreached nodes being one farther
LEVELS = 16  # between two looks: a look costs about as much as so many launches


class Pattern(NamedTuple):
    """Of a matrix in CSR: where rows begin on the host, there on the card, and columns on the card."""

    starts: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray

    @property
    def n(self):
        """Number of rows."""
        return len(self.starts) - 1

    @staticmethod
    def of(card, matrix):
        """That of a matrix (CSR), columns ascending."""
        starts, indices = matrix.indptr.astype(np.int64), card.xp.empty(matrix.nnz, np.uint32)
        for first in range(0, matrix.nnz, ENTRIES):
            some = slice(first, first + ENTRIES)
            card.to_card(matrix.indices[some].astype(np.uint32), indices[some])
        return Pattern(starts, card.xp.asarray(starts), indices)

    def with_values(self, data, card):
        """The matrix (CSR) on the host."""
        indices = np.empty(len(data), np.uint32)
        card.to_host(self.indices, indices)
        kind = np.int32 if len(data) < 2**31 else np.int64
        return csr_array((data, indices.astype(kind), self.starts.astype(kind)), shape=(self.n, self.n))


class Search:
    """Breadth-first search from several nodes, the `sources`, together."""

    def __init__(self, card, pattern, sources):
        self.card, self.pattern, self.n_sources = card, pattern, len(sources)
        xp, n, self.words = card.xp, pattern.n, -(-len(sources) // WORD)
        self.lanes = power_of_two(len(pattern.indices) / max(n, 1) / PER_LANE)
        self.seen, self.front, self.coming = (xp.zeros(n * self.words, np.uint64) for _ in range(3))
        self.lengths, self.last = xp.full((n, len(sources)), NEVER, np.uint16), xp.zeros(1, np.uint32)
        *_, chunks = chunks_of(pattern.starts, np)
        self.n_chunks, self.chunks = len(chunks), xp.asarray(chunks)
        state = self.n_sources, self.words, self.seen, self.front, self.lengths
        card.launch("begin_search", blocks_for(self.n_sources), xp.asarray(sources), *state)

    def run(self, most):
        """Edges of the longest path, or `most` where there are as many."""
        done, last = 0, np.zeros(1, np.uint32)
        while last[0] == done and done < most:
            ahead = range(done + 1, min(done + LEVELS, most) + 1)
            for level in ahead:
                self._step(level)
            self.card.to_host(self.last, last)
            done = ahead[-1]
        return int(last[0])

    def _step(self, level):
        card, n, k, words = self.card, self.pattern.n, self.n_sources, self.words
        indptr, indices = self.pattern.indptr, self.pattern.indices
        state = self.seen, self.front, self.last, level, self.coming
        blocks = blocks_for(n * words * self.lanes)
        card.launch("ask_back", blocks, indptr, indices, n, words, k, self.lanes, SIZE.CHUNK, *state)
        if self.n_chunks:
            card.launch("ask_back_hubs", self.n_chunks, self.chunks, indices, words, *state[1:])
        bits = self.seen, self.front, self.coming, self.last
        card.launch("settle_front", blocks_for(n * words), n, words, k, *bits, level, self.lengths)


def hops_from(card, pattern, source):
    """Numbers of edges (n,) int32 from one node to all others, on the host, -1 where no path leads; None if there are
    more than `LONGEST`.
    """
    search = Search(card, pattern, np.array([source], np.int64))
    if search.run(LONGEST) == LONGEST:
        return None
    found = np.empty((pattern.n, 1), np.uint16)
    card.to_host(search.lengths, found)
    return np.where(found == NEVER, UNREACHED, found.astype(np.int32))[:, 0]


def paths_to(card, pattern, pivots, short):
    """CardPaths to the pivots, or None if a path has `short` edges or more. A node that a pivot does not reach counts
    as 1 + the greatest length.
    """
    search = Search(card, pattern, np.asarray(pivots, np.int64))
    longest = search.run(short)
    if longest >= short:
        return None
    lengths = search.lengths
    card.xp.minimum(lengths, np.uint16(longest + 1), out=lengths)
    return CardPaths(card, lengths, np.asarray(pivots, np.int64))


class CardPaths:
    """Lengths (n, k) on a card, of paths to the nodes `pivots`, of which the first columns are meant alone if there are
    fewer pivots.
    """

    def __init__(self, card, lengths, pivots):
        self.card, self.lengths, self.pivots = card, lengths, pivots

    @property
    def shape(self):
        """Nodes and pivots."""
        return len(self.lengths), len(self.pivots)

    @property
    def size(self):
        """Number of lengths."""
        return self.shape[0] * self.shape[1]

    def mean(self):
        """The mean of all; lengths are whole numbers, and so is their sum."""
        with self.card.at_work():
            total = np.empty((), np.uint64)
            self.card.to_host(self.card.xp.sum(self.lengths[:, : self.shape[1]], dtype=np.uint64), total)
        return float(total) / self.size

    def every(self, step):
        """Each `step`-th row, on the host."""
        return self._rows(slice(None, None, step)).astype(np.int32)

    def at(self, nodes):
        """The rows of some nodes, on the host."""
        return self._rows(nodes).astype(np.int32)

    def _rows(self, which):
        with self.card.at_work():
            xp = self.card.xp
            rows = which if isinstance(which, slice) else xp.asarray(which)
            some = xp.ascontiguousarray(self.lengths[rows][:, : self.shape[1]])
            found = np.empty(some.shape, np.uint16)
            self.card.to_host(some, found)
        return found

    def columns(self, k):
        """Those to the first k pivots."""
        return CardPaths(self.card, self.lengths, self.pivots[:k])

    def projected(self, means, axes):
        """Squares of the lengths, less `means` (k,) and then the mean of the row, along the axes (k, d): (n, d)."""
        card, xp, (n, k), d = self.card, self.card.xp, self.shape, axes.shape[1]
        with card.at_work():
            found, Y = xp.empty((n, d), np.float64), np.empty((n, d))
            given = (xp.asarray(np.ascontiguousarray(array, np.float32)) for array in (means, axes))
            card.launch("project", blocks_for(32 * n), self.lengths, n, self.lengths.shape[1], k, *given, d, found)
            card.to_host(found, Y)
        return Y

    def relaxed(self, Y, n_sweeps, offset=0.0):
        """Y (n, d) after some sweeps: see shape/stress.py."""
        card, xp, (n, k) = self.card, self.card.xp, self.shape
        if k < 2:
            return Y
        with card.at_work():
            here, pivots = xp.asarray(np.ascontiguousarray(Y, np.float32)), xp.asarray(self.pivots)
            moved = xp.empty_like(here)
            for _ in range(n_sweeps):
                places = here[pivots]
                sweep = here, n, places, self.lengths, k, offset, LEAST, LANES, moved
                card.launch("relax", blocks_for(n * LANES), *sweep)
                moved[pivots] += (moved[pivots] - places) / np.float32(k - 1)
                here, moved = moved, here
            found = np.empty(Y.shape, np.float32)
            card.to_host(here, found)
        return found.astype(np.float64)

    def stress(self):
        """The CardStress of these; lengths are overwritten."""
        card, (n, k) = self.card, self.shape
        step = sampling_step(n, k)
        far, one = range_of(self.every(step))
        with card.at_work():
            card.launch("invert", blocks_for(n * k), self.lengths, n * k, far, TAIL, one, FINEST)
        n_groups, least_looks = groups_of(n, k)
        squares = mean_square(self._rows(slice(None, None, step)) / one)
        kept = Kept(self.lengths, one, self.pivots, least_looks, squares)
        with card.at_work():
            return CardStress(card, SimpleNamespace(kept=kept, n_groups=n_groups))
