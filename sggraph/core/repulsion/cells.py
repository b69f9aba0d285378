"""Points sorted into the cells of a grid, by counting."""

from math import prod
from typing import NamedTuple

import numpy as np

from ..engine.blocks import even_bounds
from ..engine.counting import begin_at, n_counters, totals
from ..engine.jit import kernel, part
from ..engine.simd import COPIED
from ..engine.talk import added_up

REACH = (1, 1, 2)  # cells to R in 1-D, 2-D, 3-D
CELL_BLOCKS = 64  # of cells that are looked at


class Cells(NamedTuple):
    """Points sorted into cells: how many cells there are along each axis, where each begins, which points lie in it,
    and their positions (d, n), behind which there is room: copies may read on.
    """

    shape: tuple
    start: np.ndarray
    order: np.ndarray
    X: np.ndarray


def cells_within(extent, R):
    """One over the side of a cell, and cells along each axis of a box of sides `extent`, multiples of REACH."""
    reach = REACH[len(extent) - 1]
    return np.float32(reach / R), tuple(reach * (int(m) + 1) for m in extent / R)


class Listed(NamedTuple):
    """Points by cell: where each cell begins, which points lie in it, and the cell of each point."""

    start: np.ndarray
    order: np.ndarray
    cell: np.ndarray


def sort_into_cells(Y, origin, inv_side, shape, workers):
    """Cells of the points Y (n, d); `inv_side` is one over the side of a cell."""
    n, d = Y.shape
    bounds, cell, counts = _counted(Y, origin, inv_side, shape, workers)
    start = starts_of(totals(counts, workers))
    begin_at(start[:-1], counts, workers)
    order, X = np.empty(n, np.int32), np.empty((d, n + COPIED), np.float32)
    workers.run(_place, bounds, Y, cell, counts, order, X)
    return Cells(shape, start, order, X)


def listed_by_cell(Y, origin, inv_side, shape, workers):
    """The same without positions, Listed."""
    bounds, cell, counts = _counted(Y, origin, inv_side, shape, workers)
    start, order = starts_of(totals(counts, workers)), np.empty(len(Y), np.int32)
    begin_at(start[:-1], counts, workers)
    workers.run(_list, bounds, cell, counts, order)
    return Listed(start, order, cell)


def joined_cells(Y, lists, first, stop, shape, workers):
    """Cells of the rows of Y that `lists` name, one after the other in each of the cells first..stop; the others are
    empty. A list is where cells begin in it (cells + 1), and rows, cell by cell.
    """
    sizes = np.zeros(len(lists[0][0]) - 1, np.int32)
    for start, _ in lists:
        sizes[first:stop] += np.diff(start[first : stop + 1])
    start = starts_of(sizes)
    order, X = np.empty(start[-1], np.int32), np.empty((Y.shape[1], start[-1] + COPIED), np.float32)
    bounds = [first + bound for bound in even_bounds(stop - first, CELL_BLOCKS)]
    cursor = start[:-1].copy()
    for begins, rows in lists:
        workers.run(_append, bounds, Y, begins, rows, cursor, order, X)
    return Cells(shape, start, order, X)


def cell_starts(Y, origin, inv_side, shape, shares):
    """Where the points of each cell begin and the last end (cells + 1), nothing else; of those of all ranks."""
    workers = shares.workers
    counts = _counted(Y[shares.first : shares.stop], origin, inv_side, shape, workers)[2]
    return starts_of(added_up(shares.comm, totals(counts, workers)))


def _counted(Y, origin, inv_side, shape, workers):
    """Bounds of blocks of points, one a thread, the cell of each point, and how many of a block lie in each cell."""
    n, size = len(Y), prod(shape)
    bounds = even_bounds(n, n_counters(n, size, workers))
    cell, counts = np.empty(n, np.uint32), np.empty((len(bounds) - 1, size), np.int32)
    workers.run(_count, bounds, Y, origin, inv_side, shape, cell, counts)
    return bounds, cell, counts


def starts_of(sizes):
    """Where cells of these sizes begin, and the last ends."""
    start = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=start[1:])
    return start


@kernel
def _count(b, first, stop, Y, origin, inv_side, shape, cell, counts):
    mine = counts[b]
    mine[:] = 0
    for i in range(first, stop):
        c = _cell_of(Y, i, origin, inv_side, shape)
        cell[i] = c
        mine[c] += 1


@kernel
def _place(b, first, stop, Y, cell, begins, order, X):
    mine = begins[b]
    for i in range(first, stop):
        s = mine[cell[i]]
        mine[cell[i]] = s + 1
        order[s] = i
        for k in range(Y.shape[1]):
            X[k, s] = Y[i, k]


@kernel
def _list(b, first, stop, cell, begins, order):
    mine = begins[b]
    for i in range(first, stop):
        order[mine[cell[i]]] = i
        mine[cell[i]] += 1


@kernel
def _append(b, first, stop, Y, begins, rows, cursor, order, X):
    """Write the rows of a list that lie in the cells first..stop to where these have got to, and move that on."""
    for cell in range(first, stop):
        s = cursor[cell]
        for q in range(begins[cell], begins[cell + 1]):
            order[s] = rows[q]
            for k in range(Y.shape[1]):
                X[k, s] = Y[rows[q], k]
            s += 1
        cursor[cell] = s


@part
def _cell_of(Y, i, origin, inv_side, shape):
    """Number of the cell of point i."""
    c = 0
    for k in range(len(shape)):
        ck = int((Y[i, k] - origin[k]) * inv_side)
        c = c * shape[k] + min(max(ck, 0), shape[k] - 1)
    return c
