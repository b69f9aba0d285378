"""The attractive term F_i = sum_j p_ij w_ij (y_i - y_j), w_ij = 1/(1 + |y_i - y_j|^2), and its share of the KL.

P is symmetric, and its rows are cut into blocks (halves.py): an entry between two nodes of a block is kept once and
acts on both its ends, one that leads to another block is kept in both rows and acts on that row alone. So each block
writes to its own nodes, and there is one array of forces for any number of blocks.
"""

import numpy as np

from .jit import kernel


@kernel
def attractive(b, start, stop, Y, indptr, middle, indices, data, dims, F):
    """Write the forces on the nodes start..stop, a block of Halves, to F (n, d).

    `dims` is any tuple of length d (1 to 3): the compiler knows its length and drops the branches it does not need.
    """
    d = len(dims)
    F[start:stop] = np.float32(0.0)
    zero, one = np.float32(0.0), np.float32(1.0)
    y1 = y2 = d1 = d2 = zero
    for i in range(start, stop):
        y0 = Y[i, 0]
        if d > 1:
            y1 = Y[i, 1]
        if d > 2:
            y2 = Y[i, 2]
        f0, f1, f2 = zero, zero, zero
        for e in range(indptr[i], middle[i]):
            j = indices[e]
            d0 = y0 - Y[j, 0]
            u = one + d0 * d0
            if d > 1:
                d1 = y1 - Y[j, 1]
                u += d1 * d1
            if d > 2:
                d2 = y2 - Y[j, 2]
                u += d2 * d2
            w = data[e] / u
            f0 += w * d0
            F[j, 0] -= w * d0
            if d > 1:
                f1 += w * d1
                F[j, 1] -= w * d1
            if d > 2:
                f2 += w * d2
                F[j, 2] -= w * d2
        for e in range(middle[i], indptr[i + 1]):
            j = indices[e]
            d0 = y0 - Y[j, 0]
            u = one + d0 * d0
            if d > 1:
                d1 = y1 - Y[j, 1]
                u += d1 * d1
            if d > 2:
                d2 = y2 - Y[j, 2]
                u += d2 * d2
            w = data[e] / u
            f0 += w * d0
            if d > 1:
                f1 += w * d1
            if d > 2:
                f2 += w * d2
        F[i, 0] += f0
        if d > 1:
            F[i, 1] += f1
        if d > 2:
            F[i, 2] += f2


@kernel
def cross_entropy(b, start, stop, Y, indptr, middle, indices, data, total):
    """``total[b]`` = sum of p_ij log(1 + |y_i - y_j|^2) over the block's pairs, half of it for pairs of two blocks."""
    d = Y.shape[1]
    s = 0.0
    for i in range(start, stop):
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            u = np.float32(0.0)
            for k in range(d):
                u += (Y[i, k] - Y[j, k]) * (Y[i, k] - Y[j, k])
            share = 1.0 if e < middle[i] else 0.5
            s += share * np.float64(data[e]) * np.log1p(np.float64(u))
    total[b] = s
