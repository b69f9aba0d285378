"""P on a card: all its entries, row by row, and the attraction that they make.

A row has as many threads, lanes, as its neighbours are worth on average; a hub, whose threads would still be at work
when all others have ended, is cut into chunks, each for a block of threads.
"""

import numpy as np

from .share import blocks_for, power_of_two
from .source import SIZE

PER_LANE = 8  # entries of a row: with fewer the lanes spend more time on their sum than on the entries
ENTRIES = 2**28  # that are brought to the card at once


def chunks_of(indptr, xp):
    """Rows of more than a chunk of entries, hubs (m,); the number of the first chunk of each, and of all (m + 1); and
    the chunks: row, first entry and end. `xp` is NumPy or CuPy, whose array `indptr` is.
    """
    sizes = xp.diff(indptr)
    hubs = xp.flatnonzero(sizes > SIZE.CHUNK).astype(np.int64)
    begins = xp.zeros(len(hubs) + 1, np.int64)
    if len(hubs) == 0:
        return hubs, begins, xp.empty((0, 3), np.int64)
    xp.cumsum(-(-sizes[hubs] // SIZE.CHUNK), out=begins[1:])
    number = xp.arange(int(begins[-1]))
    hub = xp.searchsorted(begins[1:], number, side="right")
    first = indptr[hubs[hub]] + (number - begins[hub]) * SIZE.CHUNK
    end = xp.minimum(first + SIZE.CHUNK, indptr[hubs[hub] + 1])
    return hubs, begins, xp.ascontiguousarray(xp.stack([hubs[hub], first, end], axis=1))


class CardRows:
    """Rows of a symmetric matrix in CSR on a card, of arrays (core/rows.py) on the host; the first is row `first`."""

    def __init__(self, card, indptr, indices, data, first=0):
        self.card, self.n, self.first = card, len(indptr) - 1, first
        m = int(indptr[-1])
        self.indices, self.data = card.xp.empty(m, np.uint32), card.xp.empty(m, np.float32)
        for first in range(0, m, ENTRIES):
            some = slice(first, min(first + ENTRIES, m))
            card.to_card(indices[some], self.indices[some])
            card.to_card(data[some], self.data[some])
        self._begin_at(card.xp.asarray(indptr.astype(np.int64)))

    @classmethod
    def of(cls, card, indptr, indices, data):
        """Those of arrays that are on the card."""
        rows = cls.__new__(cls)
        rows.card, rows.n, rows.first, rows.indices, rows.data = card, len(indptr) - 1, 0, indices, data
        rows._begin_at(indptr)
        return rows

    def _begin_at(self, indptr):
        """Rows begin there; which of them are hubs, and the chunks of these."""
        xp, self.indptr = self.card.xp, indptr
        self.lanes = power_of_two(len(self.indices) / max(self.n, 1) / PER_LANE)
        self.hubs, self._begins, self.chunks = chunks_of(indptr, xp)
        self.n_hubs, self.parts = len(self.hubs), xp.empty((len(self.chunks), self.card.d), np.float32)

    def renumber(self, source):
        """Let row ``source[r]`` be row r of them all; entries keep their order within a row."""
        xp, card, n = self.card.xp, self.card, self.n
        indptr = xp.zeros(n + 1, np.int64)
        xp.cumsum(xp.diff(self.indptr)[source], out=indptr[1:])
        rank = xp.empty_like(source)
        rank[source] = xp.arange(n)
        old = self.indptr, self.indices, self.data, n, source, rank
        indices, data = xp.empty_like(self.indices), xp.empty_like(self.data)
        card.launch("copy_rows", blocks_for(32 * n), *old, indptr, indices, data)
        self.indices, self.data = indices, data
        self._begin_at(indptr)

    def attract(self, Y, is_even, now, F):
        """Fill F (n, d), of these rows, with the attraction among all points Y."""
        card, entries = self.card, (self.indices, self.data)
        rows = self.indptr, *entries, self.n, self.lanes, SIZE.CHUNK
        card.launch("attractive", blocks_for(self.n * self.lanes), Y, self.first, *rows, is_even, now, F)
        if self.n_hubs:
            hubs = self.chunks, *entries, is_even, now, self.parts
            card.launch("attractive_hubs", len(self.chunks), Y, self.first, *hubs)
            blocks = blocks_for(self.n_hubs * card.d)
            card.launch("add_hubs", blocks, self.hubs, self._begins, self.n_hubs, self.parts, now, F)

    def cross_entropy(self, Y, share, now):
        """Put the sum of p log(1 + r^2) into `now`."""
        share.add("cross_entropy", 32, 1, Y, self.indptr, self.indices, self.data, share.n, now=now)

    @property
    def nbytes(self):
        """Bytes on the card."""
        return self.indices.nbytes + self.data.nbytes + self.indptr.nbytes
