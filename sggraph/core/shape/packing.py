"""Bodies packed around the origin, the first in the middle, the others where they fit nearest to it; none overlap.

A body is the part of space between pairs of parallel planes: its hull in a few fixed directions, widened by a margin.
It takes all cells of a regular grid that it touches, and no cell is taken twice (polyominoes; Freivalds, Dogrusoz,
Kikusts: Disconnected graph layout and the polyomino packing approach, GD 2001). Cells are tried in the order of their
distance from the origin in the norm (sum x^4)^(1/4), which gives a picture between a square and a disc. A body whose
box is as large as one before begins where that one came to lie, since hardly anything nearer is free, and nothing gets
free again: this makes the search one through the cells for each size of box, not for each body.
"""

from itertools import product

import numpy as np

from ..engine.jit import kernel, part

CELLS = 2**17  # that the bodies take together, about: 3,000 bodies take 12 % more room with 2^15, in a seventh of the
# time, and .7 % less with 2^19, in 13 times as long
GRID = 2**23  # cells of the first grid at most: a body of great length and no width would ask for any number
COARSER = 1.25  # a side of a cell, where the grid is too large: cells are at most 1.25^d times as large as need be
FORGET = 16  # cells taken are struck from the list whenever they make up this part of it; 4 and 64 take the same time


def pack(Y, first, margin):
    """Shifts (c, d) of the points ``first[k]..first[k + 1]`` of Y (n, d), each ending at least 2 `margin` apart."""
    d = Y.shape[1]
    U = _directions(d)
    along = Y.astype(np.float64) @ U.T
    low, high = np.minimum.reduceat(along, first[:-1]) - margin, np.maximum.reduceat(along, first[:-1]) + margin
    sides = high[:, :d] - low[:, :d]
    side = max(margin, float(np.prod(sides, axis=1).sum() / max(CELLS, 8 * len(sides))) ** (1 / d))
    slack = 3.0
    while _side(boxes := _boxes(sides, side), slack) ** d > GRID:
        side *= COARSER
    sizes = np.unique(boxes, axis=0, return_inverse=True)[1].ravel()
    corner = np.full((len(boxes), d), -1)
    while (corner < 0).any():
        n_cells = _side(boxes, slack)
        corner[:] = _place(_by_distance(n_cells, d), n_cells, _cubes(boxes), sizes, low, high, U, side)[:, :d]
        slack *= 2
    middle = (low[:, :d] + high[:, :d]) / 2
    return (corner + boxes / 2 - n_cells / 2) * side - middle


def _boxes(sides, side):
    """Cells (c, d) along the sides of each body's box."""
    return np.maximum(np.ceil(sides / side - 1e-9), 1).astype(np.int64)


def _side(boxes, slack):
    """Cells along a side of a grid that holds `slack` times as many cells as the boxes, and the longest box twice."""
    volume = np.prod(boxes.astype(float), axis=1).sum()
    return int(np.ceil((slack * volume) ** (1 / boxes.shape[1]))) + 2 * int(boxes.max())


def _directions(d):
    """Unit vectors, the axes first."""
    if d == 2:
        angle = np.pi / 8 * np.array([0, 4, 1, 2, 3, 5, 6, 7])
        return np.column_stack([np.cos(angle), np.sin(angle)])
    signs = [s for s in product((0, 1, -1), repeat=d) if any(s) and next(x for x in s if x) > 0]
    U = np.array(sorted(signs, key=lambda s: (sum(map(abs, s)), [-x for x in s])), float)
    return U / np.linalg.norm(U, axis=1, keepdims=True)


def _by_distance(n_cells, d):
    """Flat numbers of the cells of a grid of side `n_cells`, those near its middle first."""
    fourth = (np.arange(n_cells) - (n_cells - 1) / 2) ** 4
    total = fourth
    for _ in range(d - 1):
        total = np.add.outer(total, fourth)
    return np.argsort(total.ravel(), kind="stable")


def _cubes(boxes):
    """Sides (c, 3) of boxes, 1 along axes that are not there."""
    return np.pad(boxes, ((0, 0), (0, 3 - boxes.shape[1])), constant_values=1)


@kernel
def _place(cells, n_cells, boxes, sizes, low, high, U, side):
    """Lowest cells (c, 3) of the boxes of all bodies; -1 where there is no room. Equal `sizes` are equal boxes."""
    d = U.shape[1]
    rank = np.arange(len(cells))
    count, fresh = len(cells), 0
    taken = np.zeros(len(cells), np.bool_)
    starts = np.zeros(sizes.max() + 1, np.int64)
    corner = np.full((len(boxes), 3), -1, np.int64)
    for c in range(len(boxes)):
        # the first free place, from where the last body of this size came to lie
        shape = _shape(boxes[c], low[c], high[c], U, side)
        start = np.searchsorted(rank[:count], starts[sizes[c]])
        for t in range(start, count):
            flat = cells[t]
            if taken[flat]:
                continue
            if _fits(flat, shape, n_cells, d, taken, corner[c]):
                starts[sizes[c]] = rank[t]
                break
        # cells that are taken leave the list; `rank` keeps where they stood, for the places remembered in `starts`
        fresh += len(shape)
        if fresh > count // FORGET:
            kept = 0
            for t in range(count):
                if not taken[cells[t]]:
                    cells[kept], rank[kept] = cells[t], rank[t]
                    kept += 1
            count, fresh = kept, 0
    return corner


@part
def _shape(box, low, high, U, side):
    """Cells (m, 3) that the body touches, counted from the corner of its box, the one nearest to the middle first."""
    d = U.shape[1]
    shape = np.empty((box[0] * box[1] * box[2], 3), np.int64)
    m, nearest, least = 0, 0, np.inf
    place, center = np.zeros(3), np.zeros(3)
    for i in range(box[0]):
        for j in range(box[1]):
            for l in range(box[2]):
                index = (i, j, l)
                away = 0.0
                for k in range(d):
                    center[k] = (index[k] - (box[k] - 1) / 2) * side
                    place[k] = center[k] + (low[k] + high[k]) / 2
                    away += center[k] ** 2
                # a cell lies outside where it does so of one pair of planes
                touches = True
                for u in range(len(U)):
                    along, half = 0.0, 0.0
                    for k in range(d):
                        along += U[u, k] * place[k]
                        half += abs(U[u, k]) * side / 2
                    if along + half < low[u] or along - half > high[u]:
                        touches = False
                        break
                if touches:
                    shape[m, 0], shape[m, 1], shape[m, 2] = i, j, l
                    if away < least:
                        nearest, least = m, away
                    m += 1
    # the middle first: it is what the list of cells is tried with
    for k in range(3):
        shape[0, k], shape[nearest, k] = shape[nearest, k], shape[0, k]
    return shape[:m]


@part
def _fits(flat, shape, n_cells, d, taken, corner):
    """Whether the shape fits with its first cell on the cell `flat`; then it is taken and `corner` set."""
    # where the corner of the box is then
    at = np.zeros(3, np.int64)
    for k in range(d - 1, -1, -1):
        at[k] = flat % n_cells - shape[0, k]
        flat //= n_cells
    # look at all cells first, and take them in a second round: a body that does not fit leaves no trace
    for write in range(2):
        for s in range(len(shape)):
            number = 0
            for k in range(d):
                x = at[k] + shape[s, k]
                if x < 0 or x >= n_cells:
                    return False
                number = number * n_cells + x
            if write == 1:
                taken[number] = True
            elif taken[number]:
                return False
    corner[:] = at
    return True
