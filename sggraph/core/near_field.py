"""The short-ranged part of the repulsion, summed over pairs of points closer than R in any dimension.

With u = r^2, K = 1/(1+u) and t = max(R^2 - u, 0) / (1 + R^2), K is the geometric series sum_k t^k / (1 + R^2). Split as

    K = K (1 - t^3)  +  K t^3
        smooth, left to the grid   short-ranged: zero beyond R and twice differentiable there

the short part adds K t^3 to the potential and K t^2 (3 / (1 + R^2) + t K) (y_i - y_j) to the force before the
division by Z. For R far beyond the extent t is 1 and the short part is all of K: direct summation.

The points are sorted into strips of side R (all axes but the last) and, inside a strip, into bins of R/4 along the
last axis, so that the neighbours of a point are 3^(d-1) contiguous runs. Their differences go to a small buffer that
SIMD loops without remainder turn into forces: 0.5 ns a pair.
"""

import numpy as np

from .jit import kernel

BINS_PER_SIDE = 4
BUFFER = 1024
LANES = 64


@kernel
def sort_into_cells(Y, origin, inv_side, shape, cell, start, order, X):
    """Counting sort: ``order`` lists the points cell by cell, ``start`` bounds the cells, X (d, n) holds their positions.

    `inv_side` (d,) is one over the cell's side along each axis; `cell` (n,) is scratch; `start` has cells + 1 entries.
    """
    n, d = Y.shape
    start[:] = 0
    for i in range(n):
        c = 0
        for k in range(d):
            ck = int((Y[i, k] - origin[k]) * inv_side[k])
            c = c * shape[k] + min(max(ck, 0), shape[k] - 1)
        cell[i] = c
        start[c + 1] += 1
    for c in range(len(start) - 1):
        start[c + 1] += start[c]
    for i in range(n - 1, -1, -1):  # leaves start[c + 1] at the first point of cell c
        c = cell[i] + 1
        start[c] -= 1
        order[start[c]] = i
    for c in range(len(start) - 2):  # back to start[c] = first point of cell c
        start[c] = start[c + 1]
    start[len(start) - 2] = start[len(start) - 1]
    start[len(start) - 1] = n
    for s in range(n):
        for k in range(d):
            X[k, s] = Y[order[s], k]


@kernel
def _pull(near, n_near, x, g, r2, c, shape, F, i):
    """Add to F[i] the forces of the `n_near` buffered points on the point at x; returns their potential there."""
    d = len(shape)
    one = np.float32(1.0)
    three_c = np.float32(3.0) * c
    phi = np.float32(0.0)
    for q in range(n_near):
        u = np.float32(0.0)
        for k in range(d):
            u += (x[k] - near[k, q]) * (x[k] - near[k, q])
        K = one / (one + u)
        t = max(r2 - u, np.float32(0.0)) * c
        tt = t * t
        phi += K * tt * t
        g[q] = K * tt * (three_c + t * K)
    for k in range(d):
        f = np.float32(0.0)
        for q in range(n_near):
            f += g[q] * (x[k] - near[k, q])
        F[i, k] += f
    return phi


@kernel
def add_near_pairs(b, first, stop, X, order, start, shape, r2, c, F, phi):
    """Add the short-ranged forces on the points of the cells first..stop to F, their potential to ``phi[b]``.

    `shape` (a tuple) counts the cells, r2 is R^2 and c is 1 / (1 + R^2); a point's own term K t^3 is part of phi.
    """
    d = len(shape)
    near = np.empty((d, BUFFER), np.float32)
    g = np.empty(BUFFER, np.float32)
    x = np.empty(d, np.float32)
    n_last = shape[d - 1]
    total = 0.0
    for cell in range(first, stop):
        if start[cell] == start[cell + 1]:
            continue
        strip = cell // n_last
        along = cell % n_last
        lo = max(along - BINS_PER_SIDE, 0)
        hi = min(along + BINS_PER_SIDE, n_last - 1)
        n_near = 0
        for neighbor in range(3 ** (d - 1) + 1):
            other = _neighbor_strip(strip, neighbor, shape)
            j = end = 0
            if other >= 0:
                j = start[other * n_last + lo]
                end = start[other * n_last + hi + 1]
            last = neighbor == 3 ** (d - 1)
            while j < end or (last and n_near > 0):
                size = min(end - j, BUFFER - n_near)
                for k in range(d):
                    for q in range(size):
                        near[k, n_near + q] = X[k, j + q]
                n_near += size
                j += size
                if last or n_near == BUFFER:
                    while n_near % LANES != 0:  # fill up with points out of reach
                        for k in range(d):
                            near[k, n_near] = np.float32(1e18)
                        n_near += 1
                    for s in range(start[cell], start[cell + 1]):
                        for k in range(d):
                            x[k] = X[k, s]
                        total += _pull(near, n_near, x, g, r2, c, shape, F, order[s])
                    n_near = 0
    phi[b] = total


@kernel
def _neighbor_strip(strip, neighbor, shape):
    """Index of the strip at step -1, 0 or 1 along each axis but the last (digits base 3), or -1 outside."""
    if neighbor == 3 ** (len(shape) - 1):
        return -1
    other = 0
    stride = 1
    for k in range(len(shape) - 2, -1, -1):
        at = strip % shape[k] + neighbor % 3 - 1
        if at < 0 or at >= shape[k]:
            return -1
        other += at * stride
        stride *= shape[k]
        strip //= shape[k]
        neighbor //= 3
    return other
