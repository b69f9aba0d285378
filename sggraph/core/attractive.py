"""The attractive term F_i = sum_j p_ij w_ij (y_i - y_j), w_ij = 1/(1 + |y_i - y_j|^2), and its share of the KL.

Each row is summed by itself, so that blocks of rows (rows.py) write to their own nodes alone. Neighbours that the
picture has not brought together lie anywhere in memory: they are asked for `AHEAD` entries before. For a million nodes
in communities of 200, where a fifth of the edges lead elsewhere, 31 ms instead of 78; for a lattice 6 instead of 7.
"""

import numpy as np

from .engine.jit import kernel
from .engine.prefetch import AHEAD, prefetch
from .engine.vector import minus, plus_square, plus_times, point, put, square, zeros

TINY = np.float32(1e-30)  # squared length below which an edge has no direction


@kernel
def attractive(b, start, stop, Y, rows, dims, even, F):
    """Write the forces on the nodes start..stop to F (n, d); `rows` are the arrays of P in rows.py.

    `dims` is any tuple of length d (1 to 3), which the compiler knows.
    `even` is an empty tuple, or a weight and the length that all edges should have, which adds the gradient of
    weight / 2 * sum_j p_ij (|y_i - y_j| - length)^2.
    """
    indptr, indices, data = rows
    one = np.float32(1.0)
    for i in range(start, stop):
        y, f = point(Y, i, dims), zeros(dims)
        for e in range(indptr[i], indptr[i + 1]):
            prefetch(Y, indices[e + AHEAD])
            r = minus(y, point(Y, indices[e], dims))
            u = plus_square(one, r)
            if len(even) == 0:
                w = data[e] / u
            else:
                length = np.sqrt(max(square(r), TINY))  # u - 1 has lost what is small beside 1
                inverse = one / (u * length)  # one division for 1/u and 1/length
                w = data[e] * (length * inverse + even[0] * (one - even[1] * u * inverse))
            f = plus_times(f, w, r)
        put(F, i, f)


@kernel
def cross_entropy(b, start, stop, Y, rows, total):
    """``total[b]`` = sum of p_ij log(1 + |y_i - y_j|^2) over the pairs i < j, i in the block."""
    indptr, indices, data = rows
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
