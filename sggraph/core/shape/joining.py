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

BLOCKS = 64
N_ITER = 30
STEP, MOMENTUM = 0.5, 0.5


def join(p, Y_old, Z, workers):
    """Coordinates (m, d) float32 of new nodes with the probabilities p (CSR, m x n, rows sum to 1)."""
    Y = np.ascontiguousarray(p @ Y_old.astype(np.float64), np.float32)
    old = np.ascontiguousarray(Y_old.T, np.float32)
    strength = np.float32(len(Y_old) / Z if Z > 0 else 0.0)  # a single old node repels nothing
    bounds = even_bounds(len(Y), BLOCKS)
    data = p.data.astype(np.float32)
    workers.run(_start_rows, bounds, old, p.indptr, p.indices, data, Y)
    workers.run(_descend_rows, bounds, (0,) * len(old), old, p.indptr, p.indices, data, strength, Y)
    return Y


@kernel
def _start_rows(b, first, stop, old, indptr, indices, data, Y):
    """Move the nodes first..stop from the weighted mean to a neighbour with less cross-entropy, if there is one."""
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
def _descend_rows(b, first, stop, dims, old, indptr, indices, data, strength, Y):
    """`dims` is any tuple of length d (1 to 3), for the compiler to unroll."""
    d = len(dims)
    velocity = np.empty(d, np.float32)
    one, step, momentum = np.float32(1.0), np.float32(STEP), np.float32(MOMENTUM)
    for i in range(first, stop):
        velocity[:] = 0.0
        y = Y[i]
        for _ in range(N_ITER):
            f = _repulsion_at(y, old, dims)
            for k in range(d):
                f[k] *= -strength
            for e in range(indptr[i], indptr[i + 1]):
                j = indices[e]
                u = one
                for k in range(d):
                    u += (y[k] - old[k, j]) * (y[k] - old[k, j])
                for k in range(d):
                    f[k] += data[e] / u * (y[k] - old[k, j])
            for k in range(d):
                velocity[k] = momentum * velocity[k] - step * f[k]
                y[k] += velocity[k]


@part(reorder=True)
def _repulsion_at(y, old, dims):
    """Sum of w^2 (y - y_j) over the old nodes (d, n)."""
    d = len(dims)
    zero, one = np.float32(0.0), np.float32(1.0)
    y0 = y[0]
    y1 = y[1] if d > 1 else zero
    y2 = y[2] if d > 2 else zero
    f0, f1, f2, d1, d2 = zero, zero, zero, zero, zero
    for j in range(old.shape[1]):
        d0 = y0 - old[0, j]
        u = one + d0 * d0
        if d > 1:
            d1 = y1 - old[1, j]
            u += d1 * d1
        if d > 2:
            d2 = y2 - old[2, j]
            u += d2 * d2
        g = one / (u * u)
        f0 += g * d0
        if d > 1:
            f1 += g * d1
        if d > 2:
            f2 += g * d2
    f = np.empty(d, np.float32)
    f[0] = f0
    if d > 1:
        f[1] = f1
    if d > 2:
        f[2] = f2
    return f
