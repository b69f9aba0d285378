"""P on a card: all its entries, row by row, and the attraction that they make.

A row has as many threads, lanes, as its neighbours are worth on average; a hub, whose threads would still be at work
when all others have ended, is cut into chunks, each for a block of threads.
"""

import numpy as np

from .source import SIZE

PER_LANE = 8  # entries of a row: with fewer the lanes spend more time on their sum than on the entries
MOST_BLOCKS = 2048  # that a sum over all goes over: more than a card has room for at a time (132 x 8 on an H100)
ENTRIES = 2**28  # that are brought to the card at once


def blocks_for(threads):
    """Blocks for so many threads."""
    return max(1, -(-int(threads) // SIZE.BLOCK))


def blocks_of_sums(threads):
    """Blocks of a sum over all, fixed by the number of its parts."""
    return min(blocks_for(threads), MOST_BLOCKS)


def power_of_two(number, most=32):
    """The least one from `number` on, from 1 to `most`."""
    return int(min(2 ** np.ceil(np.log2(max(number, 1))), most))


class CardRows:
    """Symmetric matrix in CSR on a card, of Rows (core/rows.py) on the host."""

    def __init__(self, card, rows):
        self.card, self.n = card, len(rows.indptr) - 1
        m = int(rows.indptr[-1])
        self.indices, self.data = card.xp.empty(m, np.uint32), card.xp.empty(m, np.float32)
        for first in range(0, m, ENTRIES):
            some = slice(first, min(first + ENTRIES, m))
            card.to_card(rows.indices[some], self.indices[some])
            card.to_card(rows.data[some], self.data[some])
        self._begin_at(card.xp.asarray(rows.indptr.astype(np.int64)))

    @classmethod
    def of(cls, card, indptr, indices, data):
        """Those of arrays that are on the card."""
        rows = cls.__new__(cls)
        rows.card, rows.n, rows.indices, rows.data = card, len(indptr) - 1, indices, data
        rows._begin_at(indptr)
        return rows

    def _begin_at(self, indptr):
        """Rows begin there; which of them are hubs, and the chunks of these."""
        xp = self.card.xp
        self.indptr, sizes = indptr, xp.diff(indptr)
        self.lanes = power_of_two(len(self.indices) / max(self.n, 1) / PER_LANE)
        hubs = xp.flatnonzero(sizes > SIZE.CHUNK).astype(np.int64)
        self.n_hubs, self.hubs = len(hubs), hubs
        if self.n_hubs == 0:
            return
        n_chunks = -(-sizes[hubs] // SIZE.CHUNK)
        self.first = xp.zeros(self.n_hubs + 1, np.int64)
        xp.cumsum(n_chunks, out=self.first[1:])
        total = int(self.first[-1])
        hub = xp.searchsorted(self.first[1:], xp.arange(total), side="right")
        begin = indptr[hubs[hub]] + (xp.arange(total) - self.first[hub]) * SIZE.CHUNK
        end = xp.minimum(begin + SIZE.CHUNK, indptr[hubs[hub] + 1])
        self.chunks = xp.ascontiguousarray(xp.stack([hubs[hub], begin, end], axis=1))
        self.parts = xp.empty((total, self.card.d), np.float32)

    def renumber(self, source):
        """Let row ``source[r]`` be row r; entries keep their order within a row."""
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
        """Fill F with the attraction."""
        card, entries = self.card, (self.indices, self.data)
        rows = self.indptr, *entries, self.n, self.lanes, SIZE.CHUNK
        card.launch("attractive", blocks_for(self.n * self.lanes), Y, *rows, is_even, now, F)
        if self.n_hubs:
            card.launch("attractive_hubs", len(self.chunks), Y, self.chunks, *entries, is_even, now, self.parts)
            blocks = blocks_for(self.n_hubs * card.d)
            card.launch("add_hubs", blocks, self.hubs, self.first, self.n_hubs, self.parts, now, F)

    def cross_entropy(self, Y, sums, now):
        """Put the sum of p log(1 + r^2) into `now`."""
        rows = self.indptr, self.indices, self.data, self.n
        self.card.launch("cross_entropy", blocks_of_sums(32 * self.n), Y, *rows, *sums, now)

    @property
    def nbytes(self):
        """Bytes on the card."""
        return self.indices.nbytes + self.data.nbytes + self.indptr.nbytes
