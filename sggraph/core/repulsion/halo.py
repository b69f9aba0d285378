"""Near pairs by several ranks: each sums up a range of cells, and is told the points in these and in reach of them.

A rank sorts its own points into cells. What it sends to another are those of a stretch of cells, with the forces on
them so far, and those of the cells that the other has come back. Points of a cell come rank by rank, in the order of
their rows, so that sums have the bits of one process.
"""

from itertools import pairwise

import numpy as np

from .cells import REACH, sort_into_cells, starts_of
from .near_field import add_near_pairs


class OwnCells:
    """The points of this rank, rows ``shares.first..stop`` of Y (n, d), in cells; `start` (cells + 1) counts all."""

    def __init__(self, Y, low, inv_side, shape, shares):
        self._shares, self._into = shares, (low, inv_side, shape, shares.workers)
        self.shape, self._sorted = shape, sort_into_cells(Y[shares.first : shares.stop], *self._into)
        self.start = starts_of(shares.summed(np.diff(self._sorted.start)))

    def _rows(self, first, stop):
        """Own rows in the cells first..stop, cell by cell."""
        start = self._sorted.start
        return self._sorted.order[start[first] : start[stop]] + self._shares.first

    def crowded(self, Y, is_crowded):
        """The points in crowded cells, of all ranks: Cells of their coordinates, and which of them are this rank's: the
        number of the first, and their rows in Y.
        """
        comm = self._shares.comm
        rows = self._rows(0, len(is_crowded))[np.repeat(is_crowded, np.diff(self._sorted.start))]
        ends = np.zeros(comm.size, np.int64)
        ends[comm.rank] = len(rows)
        comm.gather(ends, range(comm.size + 1))
        cuts = [0, *np.cumsum(ends).tolist()]
        points = np.empty((cuts[-1], Y.shape[1]), np.float32)
        points[cuts[comm.rank] : cuts[comm.rank + 1]] = Y[rows]
        comm.gather(points, cuts)
        return points, sort_into_cells(points, *self._into), cuts[comm.rank], rows

    def add_near_pairs(self, Y, F, crowded, bounds, r2, c):
        """Add the short-ranged forces to the rows of F (n, d); the potential of each block ``bounds[b]..bounds[b + 1]``
        of cells. `crowded`, r2 and c as in near_field.py.
        """
        comm, d = self._shares.comm, Y.shape[1]
        blocks = [(len(bounds) - 1) * r // comm.size for r in range(comm.size + 1)]
        ranges = [(bounds[first], bounds[stop]) for first, stop in pairwise(blocks)]
        told = [self._rows(*self._in_reach(first, stop)) for first, stop in ranges]
        found = comm.exchange([np.column_stack([Y[rows], F[rows]]) for rows in told])
        ends = np.cumsum([0, *map(len, found)])
        points, forces = (np.ascontiguousarray(half) for half in np.split(np.concatenate(found), [d], axis=1))
        cells = sort_into_cells(points, *self._into)
        phis = np.zeros(len(bounds) - 1)
        mine = range(blocks[comm.rank], blocks[comm.rank + 1])
        self._shares.workers.run(add_near_pairs, bounds, cells, crowded, r2, c, forces, phis, blocks=mine)
        comm.gather(phis, blocks)
        first, stop = ranges[comm.rank]
        is_mine = np.zeros(len(points), bool)
        is_mine[cells.order[cells.start[first] : cells.start[stop]]] = True
        back = [forces[begin:end][is_mine[begin:end]] for begin, end in pairwise(ends)]
        for there, part in zip(ranges, comm.exchange(back), strict=True):
            F[self._rows(*there)] = part
        return phis

    def _in_reach(self, first, stop):
        """The cells from the first to the last in reach of these."""
        if first == stop:
            return first, first
        reach, steps = REACH[len(self.shape) - 1], 1
        for m in self.shape[1:]:
            steps = steps * m + 1
        return max(first - reach * steps, 0), min(stop + reach * steps, len(self.start) - 1)
