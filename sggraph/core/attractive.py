"""The attractive term F_i = sum_j p_ij w_ij (y_i - y_j), w_ij = 1/(1 + |y_i - y_j|^2), and its share of the KL.

Each row is summed by itself, so that blocks of rows (rows.py) write to their own nodes alone. Neighbours that the
picture has not brought together lie anywhere in memory: they are asked for `AHEAD` entries before. For a million nodes
in communities of 200, where a fifth of the edges lead elsewhere, 31 ms instead of 78; for a lattice 6 instead of 7.
"""

import numpy as np

from .engine.jit import kernel
from .engine.prefetch import AHEAD, prefetch

TINY = np.float32(1e-30)  # squared length below which an edge has no direction


@kernel
def attractive(b, start, stop, Y, indptr, indices, data, dims, even, F):
    """Write the forces on the nodes start..stop to F (n, d).

    `dims` is any tuple of length d (1 to 3): the compiler knows its length and drops the branches it does not need.
    `even` is an empty tuple, or a weight and the length that all edges should have, which adds the gradient of
    weight / 2 * sum_j p_ij (|y_i - y_j| - length)^2.
    """
    d = len(dims)
    zero, one = np.float32(0.0), np.float32(1.0)
    y1 = y2 = d1 = d2 = zero
    for i in range(start, stop):
        y0 = Y[i, 0]
        if d > 1:
            y1 = Y[i, 1]
        if d > 2:
            y2 = Y[i, 2]
        f0, f1, f2 = zero, zero, zero
        for e in range(indptr[i], indptr[i + 1]):
            prefetch(Y, indices[e + AHEAD])
            j = indices[e]
            d0 = y0 - Y[j, 0]
            u = one + d0 * d0
            if d > 1:
                d1 = y1 - Y[j, 1]
                u += d1 * d1
            if d > 2:
                d2 = y2 - Y[j, 2]
                u += d2 * d2
            if len(even) == 0:
                w = data[e] / u
            else:
                r = np.sqrt(max(d0 * d0 + d1 * d1 + d2 * d2, TINY))  # u - 1 has lost what is small beside 1
                inverse = one / (u * r)  # one division for 1/u and 1/r
                w = data[e] * (r * inverse + even[0] * (one - even[1] * u * inverse))
            f0 += w * d0
            if d > 1:
                f1 += w * d1
            if d > 2:
                f2 += w * d2
        F[i, 0] = f0
        if d > 1:
            F[i, 1] = f1
        if d > 2:
            F[i, 2] = f2


@kernel
def cross_entropy(b, start, stop, Y, indptr, indices, data, total):
    """``total[b]`` = sum of p_ij log(1 + |y_i - y_j|^2) over the pairs i < j, i in the block."""
    d = Y.shape[1]
    s = 0.0
    for i in range(start, stop):
        for e in range(indptr[i], indptr[i + 1]):
            prefetch(Y, indices[e + AHEAD])
            j = indices[e]
            if j > i:
                u = np.float32(0.0)
                for k in range(d):
                    u += (Y[i, k] - Y[j, k]) * (Y[i, k] - Y[j, k])
                s += np.float64(data[e]) * np.log1p(np.float64(u))
    total[b] = s


@kernel
def squared_lengths(b, start, stop, Y, indptr, indices, r2):
    """``r2[e]`` = |y_i - y_j|^2 of the entries e = (i, j) with i in the block."""
    for i in range(start, stop):
        for e in range(indptr[i], indptr[i + 1]):
            u = 0.0
            for k in range(Y.shape[1]):
                u += (Y[i, k] - Y[indices[e], k]) ** 2
            r2[e] = u
