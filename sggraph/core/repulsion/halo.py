"""Near pairs by several ranks: each sums up a range of cells, and is told the points in these and in reach of them.

A rank lists its own points by cell. What it tells another are those in a stretch of cells, with the forces on them so
far; the forces on those in the cells of the other come back. What is told is written to the places that these rows have
in all arrays. In a cell the points of one rank follow those of the other, in the order of their rows, so that sums have
the bits of one process.
"""

from itertools import pairwise

import numpy as np

from ..engine.talk import added_up, cuts_of, joined
from .cells import REACH, joined_cells, listed_by_cell, sort_into_cells, starts_of
from .near_field import add_near_pairs


class OwnCells:
    """The points of this rank, rows ``shares.first..stop`` of Y (n, d), in cells; `start` (cells + 1) counts all."""

    def __init__(self, Y, low, inv_side, shape, shares):
        self._shares, self._into, self.shape = shares, (low, inv_side, shape, shares.workers), shape
        self._begins, order, _ = listed_by_cell(Y[shares.first : shares.stop], *self._into)
        self._rows = order + np.int32(shares.first)
        self.start = starts_of(added_up(shares.comm, np.diff(self._begins)))

    def crowded(self, Y, is_crowded):
        """The points in crowded cells, of all ranks: their coordinates, these in Cells, and which of them are this
        rank's: the number of the first, and their rows in Y.
        """
        comm = self._shares.comm
        rows = self._rows[np.repeat(is_crowded, np.diff(self._begins))]
        cuts = cuts_of(comm, len(rows))
        points = joined(comm, Y[rows], cuts)
        return points, sort_into_cells(points, *self._into), cuts[comm.rank], rows

    def add_near_pairs(self, Y, F, crowded, bounds, r2, c):
        """Add the short-ranged forces to the rows of F (n, d); the potential of each block ``bounds[b]..bounds[b + 1]``
        of cells. `crowded`, r2 and c as in near_field.py.
        """
        comm, workers = self._shares.comm, self._shares.workers
        blocks = [(len(bounds) - 1) * r // comm.size for r in range(comm.size + 1)]
        ranges = [(bounds[first], bounds[stop]) for first, stop in pairwise(blocks)]
        there = [self._within(*cells) for cells in ranges]
        there[comm.rank] = there[comm.rank][:0]
        found = comm.exchange([_message(rows, Y, F) for rows in map(self._told, ranges, range(comm.size))])
        told = [_read(message, Y, F) for message in found]
        lower, higher = (self._listed(Y, some) for some in (told[: comm.rank], told[comm.rank + 1 :]))
        lists = [lower[:2], (self._begins, self._rows), higher[:2]]
        first, stop = self._in_reach(*ranges[comm.rank])
        cells = joined_cells(Y, lists, first, stop, self.shape, workers)
        phis = np.zeros(len(bounds) - 1)
        workers.run(add_near_pairs, bounds, cells, crowded, r2, c, F, phis, blocks=range(*blocks[comm.rank :][:2]))
        comm.gather(phis, blocks)
        first, stop = ranges[comm.rank]
        cell = np.concatenate([lower[2], higher[2]])
        is_mine, ends = (cell >= first) & (cell < stop), np.cumsum([0, *map(len, told)])
        back = [F[rows[is_mine[begin:end]]] for rows, (begin, end) in zip(told, pairwise(ends), strict=True)]
        for rows, forces in zip(there, comm.exchange(back), strict=True):
            F[rows] = forces
        return phis

    def _within(self, first, stop):
        """Own rows in the cells first..stop, cell by cell."""
        return self._rows[self._begins[first] : self._begins[stop]]

    def _told(self, cells, rank):
        """Own rows that another rank is told, whose these cells are."""
        return self._within(*((0, 0) if rank == self._shares.comm.rank else self._in_reach(*cells)))

    def _listed(self, Y, told):
        """Where cells begin, and rows cell by cell, of what ranks have told, in turn; and the cell of each."""
        rows = np.concatenate([self._rows[:0], *told])
        start, order, cell = listed_by_cell(Y[rows], *self._into)
        return start, rows[order], cell

    def _in_reach(self, first, stop):
        """The cells from the first to the last in reach of these."""
        if first == stop:
            return first, first
        reach, steps = REACH[len(self.shape) - 1], 1
        for m in self.shape[1:]:
            steps = steps * m + 1
        return max(first - reach * steps, 0), min(stop + reach * steps, len(self.start) - 1)


def _message(rows, Y, F):
    """Numbers of rows, their coordinates and the forces on them, bit by bit (m, 1 + 2 d)."""
    return np.column_stack([rows.view(np.uint32), Y[rows].view(np.uint32), F[rows].view(np.uint32)])


def _read(message, Y, F):
    """Write them to their places; the rows."""
    rows, d = message[:, 0].astype(np.int32), Y.shape[1]
    Y[rows], F[rows] = message[:, 1 : 1 + d].view(np.float32), message[:, 1 + d :].view(np.float32)
    return rows
