"""The grid by several ranks: which box of it the points of each rank touch, and its lines on their way.

A rank spreads its points to its own box alone. Charges go from there to the ranks that transform these planes, which
add them up, exactly, in any order; the potential comes back as far as the box reaches.
"""

import numpy as np

from .grid import touched


class Boxes:
    """Boxes of nodes that the ranks touch, first nodes and sizes (ranks, d), of a grid of `shape`; planes
    ``cuts[r]..cuts[r + 1]`` are transformed by rank r.
    """

    def __init__(self, boxes, bounds, shares, grid, cuts):
        self._comm, self.cuts = shares.comm, cuts
        ranks = range(shares.comm.size)
        self.corner, self.size = np.zeros((2, len(ranks), len(grid.shape)), np.int64)
        for r in ranks:
            mine = shares.blocks(bounds, r)
            if mine:
                of_rank = boxes[mine.start : mine.stop]
                self.corner[r], self.size[r] = touched(of_rank[:, 0].min(axis=0), of_rank[:, 1].max(axis=0), grid)

    def own(self):
        """First node and size of the box of this rank."""
        return self.corner[self._comm.rank], tuple(self.size[self._comm.rank].tolist())

    def summed(self, charges, shape):
        """Charges of the planes of this rank, in a grid of `shape`; of its box it has `charges` (float64)."""
        rank, corner = self._comm.rank, self.corner[self._comm.rank]
        parts = [charges[slice(*self._planes(rank, s) - corner[0])].ravel() for s in range(self._comm.size)]
        total = np.zeros((self.cuts[rank + 1] - self.cuts[rank], *shape[1:]))
        for r, part in enumerate(self._comm.exchange(parts)):
            planes = self._planes(r, rank) - self.cuts[rank]
            there = total[slice(*planes), *self._across(r)]
            there += part.reshape(there.shape)
        return total

    def hand_out(self, V):
        """Complete the potential in the box of each rank; the planes of this one are known here."""
        rank = self._comm.rank
        parts = []
        for s in range(self._comm.size):
            parts.append(V[slice(*self._planes(s, rank)), *self._across(s)].ravel())
        for r, part in enumerate(self._comm.exchange(parts)):
            there = V[slice(*self._planes(rank, r)), *self._across(rank)]
            there[...] = part.reshape(there.shape)

    def _planes(self, box, owner):
        """The planes of a rank's box that another transforms."""
        first, stop = self.corner[box, 0], self.corner[box, 0] + self.size[box, 0]
        low, high = self.cuts[owner], self.cuts[owner + 1]
        begin = min(max(first, low), high)
        return np.array([begin, max(min(stop, high), begin)])

    def _across(self, box):
        """The nodes of a rank's box along all axes but the first."""
        ends = zip(self.corner[box, 1:], self.size[box, 1:], strict=True)
        return tuple(slice(first, first + size) for first, size in ends)
