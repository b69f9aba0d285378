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
from .cells import REACH

BUFFER = 1024  # points: with 512 direct sums take 4 % longer, with 2048 2 % less, but near pairs in 3-D 12 % more
LANES = 32  # points that the compiled loops take at once; the buffer is filled up to a multiple. With 64 near pairs
# take a quarter longer in 1-D and 2-D, with 16 a sixth less in 1-D and up to 5 % less in 2-D and 3-D


@kernel
def add_near_pairs(b, first, stop, cells, crowded, r2, c, F, phi):
    """Add the short-ranged forces on the points of the cells first..stop to F, their potential to ``phi[b]``.

    r2 is R^2 and c is 1 / (1 + R^2); a point's own term K t^3 is part of phi. Pairs of points that both lie in cells
    marked `crowded` are left out.
    """
    shape, start, order, X = cells
    d = len(shape)
    runs, place, spans = _runs(shape)
    near = np.empty((d, BUFFER + COPIED), np.float32)
    flat, X_flat = near.reshape(near.size), X.reshape(X.size)
    total = 0.0
    for cell in range(first, stop):
        if start[cell] == start[cell + 1]:
            continue
        n_spans = _in_reach(cell, shape, runs, place, start, crowded, spans)
        span = j = end = 0
        while True:
            # fill the buffer with points in reach, going on where it was full before
            n_near = 0
            while n_near < BUFFER and (j < end or span < n_spans):
                if j == end:
                    j, end = spans[span, 0], spans[span, 1]
                    span += 1
                size = min(end - j, BUFFER - n_near)
                for q in range(0, size, COPIED):
                    for k in range(d):
                        copy(flat, np.uint64(k * near.shape[1] + n_near + q), X_flat, np.uint64(k * X.shape[1] + j + q))
                n_near += size
                j += size
            if n_near == 0:
                break
            # fill it up with points out of reach: whole SIMD registers need no remainder, point by point
            while n_near % LANES != 0:
                for k in range(d):
                    near[k, n_near] = np.float32(1e18)
                n_near += 1
            # one pass over it for each point of the cell
            for s in range(start[cell], start[cell + 1]):
                total += _push(near, n_near, column(X, s, shape), r2, c, shape, F, order[s])
    phi[b] = total


@kernel
def mark_crowded(b, first, stop, start, shape, most, none, crowded):
    """Set ``crowded[cell]`` where more than `most` points are in reach of a cell's, its own among them; `none` is
    a mask of no cell.
    """
    runs, place, spans = _runs(shape)
    for cell in range(first, stop):
        near = 0
        if start[cell] < start[cell + 1]:
            for span in range(_in_reach(cell, shape, runs, place, start, none, spans)):
                near += spans[span, 1] - spans[span, 0]
        crowded[cell] = near > most


@kernel
def near_work(b, first, stop, start, shape, crowded, work):
    """What `add_near_pairs` has to do, ``work[b]``: cells with points, points copied to the buffer, pairs in whole SIMD
    registers; last the number of points in crowded cells, whose pairs with each other are left out.
    """
    runs, place, spans = _runs(shape)
    cells = copies = pairs = left = 0
    for cell in range(first, stop):
        size = start[cell + 1] - start[cell]
        if size == 0:
            continue
        near = 0
        for span in range(_in_reach(cell, shape, runs, place, start, crowded, spans)):
            near += spans[span, 1] - spans[span, 0]
        cells += 1
        copies += near
        pairs += np.int64(size) * (-(-near // LANES) * LANES)
        left += size if crowded[cell] else 0
    work[b, 0], work[b, 1], work[b, 2], work[b, 3] = cells, copies, pairs, left


@part
def _runs(shape):
    """Runs of cells near a cell, rows of steps along each axis but the last; last how many cells behind they lie.
    And room for the place of a cell and what `_in_reach` finds.
    """
    d = len(shape)
    reach = REACH[d - 1]
    width = 2 * reach + 1
    runs = np.empty((width ** (d - 1), d), np.int64)
    for r in range(len(runs)):
        digits, stride = r, shape[d - 1]
        runs[r, d - 1] = 0
        for k in range(d - 2, -1, -1):
            runs[r, k] = digits % width - reach
            runs[r, d - 1] += runs[r, k] * stride
            digits //= width
            stride *= shape[k]
    return runs, np.empty(d, np.int64), np.empty((width**d, 2), np.int64)


@part
def _in_reach(cell, shape, runs, place, start, crowded, spans):
    """Write where the points in reach of a cell's begin and end; returns how many spans there are.

    A span is a run of cells, as far as they lie inside; for a crowded cell one of those that are not crowded.
    """
    d = len(shape)
    rest = cell
    for k in range(d - 1, 0, -1):
        place[k] = rest % shape[k]
        rest //= shape[k]
    place[0] = rest
    reach = REACH[d - 1]
    before, behind = min(place[d - 1], reach), min(shape[d - 1] - 1 - place[d - 1], reach)
    n_spans = 0
    for r in range(len(runs)):
        is_inside = True
        for k in range(d - 1):
            is_inside &= 0 <= place[k] + runs[r, k] < shape[k]
        if not is_inside:
            continue
        middle = cell + runs[r, d - 1]
        if crowded[cell]:
            for c in range(middle - before, middle + behind + 1):
                if not crowded[c]:
                    spans[n_spans, 0], spans[n_spans, 1] = start[c], start[c + 1]
                    n_spans += 1
        else:
            spans[n_spans, 0], spans[n_spans, 1] = start[middle - before], start[middle + behind + 1]
            n_spans += 1
    return n_spans


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
