"""The repulsion summed over all pairs of points: exact, and for a thousand points as fast as any grid.

A kernel of its own, apart from the near field that does the same within a radius: small graphs need no other, and it is
compiled in a tenth of the time.
"""

import numpy as np

from ..engine.jit import kernel, part
from ..engine.vector import column, minus, plus_times, point, put, square, zeros

CHUNK = 1024  # points whose forces are summed in float32, before float64 takes over: errors of 1e-6, as of few points


@kernel(reorder=True)
def add_all_pairs(b, start, stop, Y, X, dims, F, phi):
    """F[i] = sum_j K^2 (y_i - y_j) for the points start..stop of Y (n, d); ``phi[b]`` = the sum of K over their pairs.

    X (d, n) holds the same points; `dims` is any tuple of length d. A point is a pair with itself, of K = 1.
    """
    n, d = X.shape[1], len(dims)
    total = 0.0
    for i in range(start, stop):
        put(F, i, zeros(dims))
        for first in range(0, n, CHUNK):
            potential, f = _pull(X, np.uint64(first), np.uint64(min(first + CHUNK, n)), point(Y, i, dims), dims)
            total += potential
            for k in range(d):
                F[i, k] += f[k]
    phi[b] = total


@part(reorder=True)
def _pull(X, first, stop, y, dims):
    """The sums of K and of K^2 (y - y_j) over the points first..stop, unsigned: no test for negative ones."""
    one, potential, f = np.float32(1.0), np.float32(0.0), zeros(dims)
    for j in range(first, stop):
        r = minus(y, column(X, j, dims))
        K = one / (one + square(r))
        potential += K
        f = plus_times(f, K * K, r)
    return potential, f
