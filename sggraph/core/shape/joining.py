"""New nodes join a finished embedding, whose nodes stay where they are.

Node i with probabilities p(j|i) over the old nodes j starts at their weighted mean, or at the one of them where
sum_j p(j|i) log(1 + |y_i - y_j|^2) is less (the mean of two clusters lies in neither), and descends, on its own, along

    sum_j p(j|i) w_ij (y_i - y_j)  -  (n / Z) sum_j w_ij^2 (y_i - y_j),     w_ij = 1/(1 + |y_i - y_j|^2)

the forces that it would feel as one more node of the old embedding of n nodes and normaliser Z. New nodes do not feel
each other, so the result does not depend on what else is placed. The sum over the old nodes is direct: .2 ns a pair.
"""

import numpy as np

from ..engine.blocks import even_bounds
from ..engine.jit import kernel, part
from ..engine.vector import column, minus, plus, plus_square, plus_times, point, put, times, zeros

BLOCKS = 64  # nodes need about the same time: any number some times that of the threads would do
N_ITER = 30  # 600 new nodes beside three clusters are then where they stay; after 15 one is .02 off
STEP, MOMENTUM = 0.5, 0.5  # steps of .25 leave one of them .03 off, steps of 1 none; without momentum one .04, with
# .8 half of them .003


def join(p, Y_old, Z, workers):
    """Coordinates (m, d) float32 of new nodes with the probabilities p (CSR, m x n, rows sum to 1)."""
    Y = np.ascontiguousarray(p @ Y_old.astype(np.float64), np.float32)
    old = np.ascontiguousarray(Y_old.T, np.float32)
    strength = np.float32(len(Y_old) / Z if Z > 0 else 0.0)  # a single old node repels nothing
    bounds = even_bounds(len(Y), BLOCKS)
    rows = p.indptr, p.indices, p.data.astype(np.float32)
    workers.run(_start_rows, bounds, old, rows, Y)
    workers.run(_descend_rows, bounds, (0,) * len(old), old, rows, strength, Y)
    return Y


@kernel
def _start_rows(b, first, stop, old, rows, Y):
    """Move the nodes first..stop from the weighted mean to a neighbour with less cross-entropy, if there is one."""
    indptr, indices, data = rows
    for i in range(first, stop):
        some = indices[indptr[i] : indptr[i + 1]]
        p = data[indptr[i] : indptr[i + 1]]
        best, least = -1, _cross_entropy(Y[i], old, some, p)
        for j in some:
            here = _cross_entropy(old[:, j], old, some, p)
            if here < least:
                best, least = j, here
        if best >= 0:
            Y[i] = old[:, best]


@part
def _cross_entropy(y, old, some, p):
    total = 0.0
    for e in range(len(some)):
        u = 0.0
        for k in range(len(y)):
            u += (y[k] - old[k, some[e]]) ** 2
        total += p[e] * np.log1p(u)
    return total


@kernel
def _descend_rows(b, first, stop, dims, old, rows, strength, Y):
    """`dims` is any tuple of length d (1 to 3), for the compiler to unroll."""
    indptr, indices, data = rows
    one, step, momentum = np.float32(1.0), np.float32(STEP), np.float32(MOMENTUM)
    for i in range(first, stop):
        y, velocity = point(Y, i, dims), zeros(dims)
        for _ in range(N_ITER):
            f = times(-strength, _repulsion_at(y, old, dims))
            for e in range(indptr[i], indptr[i + 1]):
                r = minus(y, column(old, indices[e], dims))
                f = plus_times(f, data[e] / plus_square(one, r), r)
            velocity = minus(times(momentum, velocity), times(step, f))
            y = plus(y, velocity)
        put(Y, i, y)


@part(reorder=True)
def _repulsion_at(y, old, dims):
    """Sum of w^2 (y - y_j) over the old nodes (d, n)."""
    one, f = np.float32(1.0), zeros(dims)
    for j in range(old.shape[1]):
        r = minus(y, column(old, j, dims))
        u = plus_square(one, r)
        f = plus_times(f, one / (u * u), r)
    return f
