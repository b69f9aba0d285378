"""The short-ranged part of the repulsion, summed over pairs of points closer than R in any dimension.

With u = r^2, K = 1/(1+u) and t = max(R^2 - u, 0) / (1 + R^2), K is the geometric series sum_k t^k / (1 + R^2). Split as

    K = K (1 - t^3)  +  K t^3
        smooth, left to the grid   short-ranged: zero beyond R and twice differentiable there

the short part adds K t^3 to the potential and K t^2 (3 / (1 + R^2) + t K) (y_i - y_j) to the force before the
division by Z. For R far beyond the extent t is 1 and the short part is all of K: direct summation.

The points are sorted into cells of side R, in 3-D of side R/2, so that those near a cell are 3 or 5^2 contiguous runs,
three or five cells long. They are copied to a small buffer once for all points of the cell, sixteen at a time, and SIMD
loops turn the buffer into forces: .12 to .2 ns a pair, copies included (Zen 5). Cells of half the side look at fewer
pairs, 2/3 of them in 2-D and 1/2 in 3-D, but copy more: in 2-D that is mostly slower (20 -> 32 ms for a lattice of 10^6
nodes, 43 -> 38 where cells are wider), in 3-D faster (176 -> 134; communities 40 -> 20). A third of the side gains
nothing.
"""

import numpy as np

from ..engine.jit import kernel, part
from ..engine.simd import COPIED, copy
from ..engine.vector import column, minus, plus, plus_times, point, put, square, zeros

BUFFER = 1024  # points
LANES = 32  # points that the compiled loops take at once; the buffer is filled up to a multiple
REACH = (1, 1, 2)  # cells to R in 1-D, 2-D, 3-D


def cells_within(extent, R):
    """One over the side of a cell, and cells along each axis of a box of sides `extent`, multiples of REACH."""
    reach = REACH[len(extent) - 1]
    return np.float32(reach / R), tuple(reach * (int(m) + 1) for m in extent / R)


def room_for(n, d):
    """An array for the positions (d, n) of sorted points, longer than that: copies may read on behind the last."""
    return np.empty((d, n + COPIED), np.float32)


@kernel
def sort_into_cells(Y, origin, inv_side, shape, cell, start, order, X):
    """Counting sort: `order` lists the points cell by cell, `start` (cells + 1) bounds the cells, X has positions.

    `inv_side` is one over the cell's side, X is made by `room_for`, `cell` (n,) is scratch.
    """
    n, d = Y.shape
    start[:] = 0
    for i in range(n):
        c = _cell_of(Y, i, origin, inv_side, shape)
        cell[i] = c
        start[c] += 1
    for c in range(1, len(start)):  # ends of the cells
        start[c] += start[c - 1]
    for i in range(n - 1, -1, -1):  # each cell fills from its end down to its start
        start[cell[i]] -= 1
        order[start[cell[i]]] = i
    for s in range(n):
        for k in range(d):
            X[k, s] = Y[order[s], k]


@kernel
def add_near_pairs(b, first, stop, X, order, start, crowded, shape, r2, c, F, phi):
    """Add the short-ranged forces on the points of the cells first..stop to F, their potential to ``phi[b]``.

    `shape` (a tuple) counts the cells, r2 is R^2 and c is 1 / (1 + R^2); a point's own term K t^3 is part of phi.
    Pairs of points that both lie in cells marked `crowded` are left out.
    """
    d = len(shape)
    reach = REACH[d - 1]
    width = 2 * reach + 1
    runs, place = _runs(shape), np.empty(d, np.int64)
    near = np.empty((d, BUFFER + COPIED), np.float32)
    flat, X_flat = near.reshape(near.size), X.reshape(X.size)
    n_last = shape[d - 1]
    total = 0.0
    for cell in range(first, stop):
        if start[cell] == start[cell + 1]:
            continue
        line, at = cell // n_last, cell % n_last
        _find(line, shape, place)
        n_near = 0
        n_parts = width if crowded[cell] else 1  # cells that a run is taken by
        for run in range(len(runs) * n_parts):
            other = _line_of(runs, run // n_parts, line, shape, place)
            near_by, far_by = max(at - reach, 0), min(at + reach, n_last - 1)
            if n_parts > 1:
                near_by = far_by = at - reach + run % width
                inside = other >= 0 and near_by >= 0 and near_by < n_last
                if not inside or crowded[other * n_last + near_by]:
                    other = -1
            j = end = 0
            if other >= 0:
                j = start[other * n_last + near_by]
                end = start[other * n_last + far_by + 1]
            last = run == len(runs) * n_parts - 1
            while j < end or (last and n_near > 0):
                size = min(end - j, BUFFER - n_near)
                for q in range(0, size, COPIED):
                    for k in range(d):
                        copy(flat, np.uint64(k * near.shape[1] + n_near + q), X_flat, np.uint64(k * X.shape[1] + j + q))
                n_near += size
                j += size
                if n_near == BUFFER or (last and j == end):
                    while n_near % LANES != 0:  # fill up with points out of reach
                        for k in range(d):
                            near[k, n_near] = np.float32(1e18)
                        n_near += 1
                    for s in range(start[cell], start[cell + 1]):
                        total += _push(near, n_near, column(X, s, shape), r2, c, shape, F, order[s])
                    n_near = 0
    phi[b] = total


@kernel
def cell_bounds(Y, origin, inv_side, shape):
    """`start` as `sort_into_cells` finds it, nothing else."""
    size = 1
    for k in range(len(shape)):
        size *= shape[k]
    start = np.zeros(size + 1, np.int32)
    for i in range(len(Y)):
        start[_cell_of(Y, i, origin, inv_side, shape) + 1] += 1
    for c in range(size):
        start[c + 1] += start[c]
    return start


@kernel
def mark_crowded(start, shape, most, crowded):
    """Set ``crowded[cell]`` where more than `most` points are in reach of a cell's, its own among them."""
    reach = REACH[len(shape) - 1]
    n_last = shape[len(shape) - 1]
    runs, place = _runs(shape), np.empty(len(shape), np.int64)
    for cell in range(len(crowded)):
        near = 0
        if start[cell] < start[cell + 1]:
            _find(cell // n_last, shape, place)
            for run in range(len(runs)):
                other = _line_of(runs, run, cell // n_last, shape, place)
                if other >= 0:
                    first, last = max(cell % n_last - reach, 0), min(cell % n_last + reach, n_last - 1)
                    near += start[other * n_last + last + 1] - start[other * n_last + first]
        crowded[cell] = near > most


@kernel
def near_work(start, shape, crowded):
    """What `add_near_pairs` has to do: cells with points, points copied to the buffer, pairs in whole SIMD registers.

    Last the number of points in crowded cells, whose pairs with each other are left out.
    """
    reach = REACH[len(shape) - 1]
    n_last = shape[len(shape) - 1]
    runs, place = _runs(shape), np.empty(len(shape), np.int64)
    cells = copies = pairs = left = 0
    for cell in range(len(crowded)):
        size = start[cell + 1] - start[cell]
        if size == 0:
            continue
        near = 0
        _find(cell // n_last, shape, place)
        for run in range(len(runs)):
            other = _line_of(runs, run, cell // n_last, shape, place)
            if other >= 0:
                first, last = max(cell % n_last - reach, 0), min(cell % n_last + reach, n_last - 1)
                near += start[other * n_last + last + 1] - start[other * n_last + first]
                if crowded[cell]:
                    for c in range(other * n_last + first, other * n_last + last + 1):
                        near -= start[c + 1] - start[c] if crowded[c] else 0
        cells += 1
        copies += near
        pairs += np.int64(size) * (-(-near // LANES) * LANES)
        left += size if crowded[cell] else 0
    return cells, copies, pairs, left


@part
def _cell_of(Y, i, origin, inv_side, shape):
    """Number of the cell of point i."""
    c = 0
    for k in range(len(shape)):
        ck = int((Y[i, k] - origin[k]) * inv_side)
        c = c * shape[k] + min(max(ck, 0), shape[k] - 1)
    return c


@part
def _runs(shape):
    """Runs of cells near a cell, rows of steps along each axis but the last; last how far the line lies behind."""
    d = len(shape)
    reach = REACH[d - 1]
    width = 2 * reach + 1
    runs = np.empty((width ** (d - 1), d), np.int64)
    for run in range(len(runs)):
        digits, stride = run, 1
        runs[run, d - 1] = 0
        for k in range(d - 2, -1, -1):
            runs[run, k] = digits % width - reach
            runs[run, d - 1] += runs[run, k] * stride
            digits //= width
            stride *= shape[k]
    return runs


@part
def _find(line, shape, place):
    """Write the place of a line of cells along each axis but the last."""
    for k in range(len(shape) - 2, -1, -1):
        place[k] = line % shape[k]
        line //= shape[k]


@part
def _line_of(runs, run, line, shape, place):
    """The line of cells that a run lies in, -1 outside; `place` is that of the `line`."""
    for k in range(len(shape) - 1):
        at = place[k] + runs[run, k]
        if at < 0 or at >= shape[k]:
            return -1
    return line + runs[run, len(shape) - 1]


@part(reorder=True)
def _push(near, n_near, x, r2, c, shape, F, i):
    """Add to F[i] the forces of the `n_near` buffered points on the point at x; returns their potential there."""
    zero, one, three_c = np.float32(0.0), np.float32(1.0), np.float32(3.0) * c
    phi, f = zero, zeros(shape)
    for q in range(n_near):
        r = minus(x, column(near, q, shape))
        u = square(r)
        K = one / (one + u)
        t = max(r2 - u, zero) * c
        tt = t * t
        phi += K * tt * t
        g = K * tt * (three_c + t * K)
        f = plus_times(f, g, r)
    put(F, i, plus(point(F, i, shape), f))
    return phi
