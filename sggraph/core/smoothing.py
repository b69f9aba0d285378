"""Smooth coordinates over a graph: each node goes halfway to the mean of its neighbours, as the lazy random walk does.

Some steps gather what is connected, communities first, long before they change the picture as a whole (smoothing as in
multiscale layouts; Walshaw, J. Graph Algorithms Appl. 7, 2003, gets there by coarser graphs).
"""

import numpy as np

from .blocks import even_bounds
from .jit import kernel

BLOCKS = 64


def smooth(Y, A, n_steps, alike, workers):
    """Y (n, d) float32 around the origin after at most `n_steps` over the pattern A (CSR), as many as leave it at least
    so `alike`: the cosine between old and new coordinates, which no change of size touches.
    """
    bounds = even_bounds(len(Y), BLOCKS)
    first = (Y - Y.mean(axis=0)).astype(np.float32)
    here = first
    for _ in range(n_steps):
        moved = np.empty_like(first)
        workers.run(_step, bounds, A.indptr, A.indices, here, (0,) * Y.shape[1], moved)
        moved -= moved.mean(axis=0, dtype=np.float64)
        if _inner(moved, first) < alike * np.sqrt(_inner(moved, moved) * _inner(first, first)):
            break
        here = moved
    return here


def _inner(X, Y):
    return float((X * Y).sum(dtype=np.float64))


@kernel
def _step(b, start, stop, indptr, indices, Y, dims, moved):
    d, zero, half = len(dims), np.float32(0.0), np.float32(0.5)
    for i in range(start, stop):
        begin, end = indptr[i], indptr[i + 1]
        t0, t1, t2 = zero, zero, zero
        for e in range(begin, end):
            j = indices[e]
            t0 += Y[j, 0]
            if d > 1:
                t1 += Y[j, 1]
            if d > 2:
                t2 += Y[j, 2]
        share = half / np.float32(max(end - begin, 1))
        moved[i, 0] = half * Y[i, 0] + share * t0
        if d > 1:
            moved[i, 1] = half * Y[i, 1] + share * t1
        if d > 2:
            moved[i, 2] = half * Y[i, 2] + share * t2
