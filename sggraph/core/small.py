"""Many small components laid out at once, each on its own: a component is one turn of a compiled loop.

Each starts from full stress, sum_ij (|y_i - y_j| - d_ij)^2 / d_ij^2 over the distances d_ij of all its pairs, by
stochastic gradient descent with falling steps (Zheng, Pawar, Goodman: Graph drawing by stochastic gradient descent,
TVCG 2019; the pairs in a fixed order), and descends like a large one (descent.py), its repulsion summed over all pairs.
Cost: sum of the squared sizes. Components are blocks of consecutive nodes, and no entry leads from one to another.
"""

import numpy as np

from .blocks import weighted_bounds
from .descent import FAST, RUNAWAY, moved
from .jit import kernel, part

BLOCKS = 64
STRESS_SWEEPS = 25
LAST_STEP = 0.1  # of the stress, as a share of a full correction


def descend_small(first, links, upper, Y, phases, length, workers):
    """Coordinates (n, d) float32 and KL divergence (c,) of the components ``first[c]..first[c + 1]``.

    `links` and `upper` (CSR) hold their edges from both ends and the upper triangle of P, whatever its sum; Y (n, d)
    is where they start, or, if `length` is a number, only noise for a start by stress with median edges of that length.
    `phases` (c, p, 5) holds iterations, exaggeration, eta, momentum and longest step. The KL divergence is NaN where it
    diverged.
    """
    Y = np.ascontiguousarray(Y.T, np.float32)
    kl = np.zeros(len(first) - 1)
    size = np.diff(first).astype(np.float64)
    cost = np.concatenate([[0.0], np.cumsum(size * (size + 50))])
    bounds = weighted_bounds(cost, BLOCKS) if len(size) > 1024 else list(range(len(size) + 1))
    spread = 0.0 if length is None else float(length)
    dims = (0,) * len(Y)
    graph = first, links.indptr, links.indices, upper.indptr, upper.indices, upper.data
    workers.run(_embed_components, bounds, dims, graph, phases, spread, Y, kl)
    return Y.T.copy(), kl


@kernel
def _embed_components(b, start, stop, dims, graph, phases, spread, Y, kl):
    first, link_ptr, links, indptr, indices, data = graph
    for c in range(start, stop):
        low, high = first[c], first[c + 1]
        y = Y[:, low:high].copy()
        if spread > 0:
            D = _distances(low, high, link_ptr, links)
            _relax(D, y)
            edge = _median_edge(low, high, indptr, indices, y)
            for k in range(len(dims)):
                for i in range(high - low):
                    y[k, i] *= np.float32(spread / edge)
        must_gain = spread > 0 and high - low > 3 and phases[c, :, 2].max() > FAST * (high - low)
        kl[c] = _descend(low, high, dims, indptr, indices, data, phases[c], must_gain, y)
        for k in range(len(dims)):
            mean = y[k].mean()
            for i in range(high - low):
                Y[k, low + i] = y[k, i] - mean


@part
def _distances(low, high, indptr, indices):
    """Numbers of edges (m, m) between all pairs of nodes of the component low..high."""
    m = high - low
    D = np.full((m, m), -1, np.int32)
    queue = np.empty(m, np.int64)
    for s in range(m):
        D[s, s] = 0
        queue[0] = s
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for e in range(indptr[low + i], indptr[low + i + 1]):
                j = indices[e] - low
                if D[s, j] < 0:
                    D[s, j] = D[s, i] + 1
                    queue[tail] = j
                    tail += 1
    return D


@part
def _relax(D, y):
    """Move y (d, m), noise of about unit size, to low stress."""
    d, m = y.shape
    widest = float(D.max())
    for k in range(d):
        for i in range(m):
            y[k, i] *= np.float32(widest / 2)
    for sweep in range(STRESS_SWEEPS):
        step = widest**2 * (LAST_STEP / widest**2) ** (sweep / (STRESS_SWEEPS - 1))
        for hop in range(1, m):
            gap = (hop * 7919) % m if m % 7919 else hop  # far and near partners in turn
            for i in range(m):
                j = i + gap
                if j >= m:
                    continue
                u = 0.0
                for k in range(d):
                    u += (y[k, i] - y[k, j]) ** 2
                r = np.sqrt(u)
                if r == 0.0:
                    continue
                share = min(step / (D[i, j] * D[i, j]), 1.0) * (r - D[i, j]) / (2 * r)
                for k in range(d):
                    move = np.float32(share * (y[k, i] - y[k, j]))
                    y[k, i] -= move
                    y[k, j] += move


@part
def _median_edge(low, high, indptr, indices, y):
    lengths = np.empty(indptr[high] - indptr[low])
    e0 = indptr[low]
    for i in range(low, high):
        for e in range(indptr[i], indptr[i + 1]):
            u = 0.0
            for k in range(len(y)):
                u += (y[k, i - low] - y[k, indices[e] - low]) ** 2
            lengths[e - e0] = np.sqrt(u)
    return max(np.median(lengths), 1e-30)


@part
def _descend(low, high, dims, indptr, indices, data, phases, must_gain, y):
    """Move y (d, m) through the phases; returns the KL divergence, NaN if nodes ran away or, where it `must_gain`, all
    on one spot would be better.
    """
    d, m = len(dims), high - low
    mass = 0.0
    for e in range(indptr[low], indptr[high]):
        mass += 2 * data[e]
    if mass == 0.0:
        return 0.0
    F_attr, F_rep = np.zeros((d, m), np.float32), np.zeros((d, m), np.float32)
    velocity, gain = np.zeros((d, m), np.float32), np.ones((d, m), np.float32)
    farthest = RUNAWAY[0] * (np.abs(y).max() + m) + RUNAWAY[1]
    for phase in range(len(phases)):
        exaggeration, eta, momentum = phases[phase, 1] / mass, np.float32(phases[phase, 2]), phases[phase, 3]
        momentum, max_step = np.float32(momentum), np.float32(phases[phase, 4])
        for _ in range(int(phases[phase, 0])):
            phi = _repulsion(dims, y, F_rep)
            _attraction(low, high, indptr, indices, data, y, F_attr)
            pull, push = np.float32(exaggeration), np.float32(1 / max(phi, 1e-30))
            for k in range(d):
                drift = np.float32(y[k].mean())
                for i in range(m):
                    g = pull * F_attr[k, i] - push * F_rep[k, i]
                    velocity[k, i], gain[k, i] = moved(g, velocity[k, i], gain[k, i], eta, momentum, max_step)
                    y[k, i] += velocity[k, i] - drift
        if not np.abs(y).max() <= farthest:
            return np.nan
    total, spot = np.log(_repulsion(dims, y, F_rep)), np.log(m * (m - 1.0))
    for i in range(low, high):
        for e in range(indptr[i], indptr[i + 1]):
            if data[e] > 0:
                u = 0.0
                for k in range(d):
                    u += (y[k, i - low] - y[k, indices[e] - low]) ** 2
                p = data[e] / mass
                total += 2 * p * (np.log(p) + np.log1p(u))
                spot += 2 * p * np.log(p)
    return total if total <= spot + 1e-3 or not must_gain else np.nan


@part
def _attraction(low, high, indptr, indices, data, y, F):
    d = len(y)
    F[:] = 0
    for i in range(low, high):
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e] - low
            u = np.float32(1.0)
            for k in range(d):
                u += (y[k, i - low] - y[k, j]) ** 2
            for k in range(d):
                pull = data[e] / u * (y[k, i - low] - y[k, j])
                F[k, i - low] += pull
                F[k, j] -= pull


@part(reorder=True)
def _repulsion(dims, y, F):
    """Fill F (d, m) with sum_j w^2 (y_i - y_j); returns the sum of w over i != j."""
    d, m = len(dims), y.shape[1]
    zero, one = np.float32(0.0), np.float32(1.0)
    total = 0.0
    F[:] = 0
    a1 = a2 = d1 = d2 = zero
    for i in range(m):
        a0 = y[0, i]
        if d > 1:
            a1 = y[1, i]
        if d > 2:
            a2 = y[2, i]
        f0, f1, f2, phi = zero, zero, zero, zero
        for j in range(m):
            d0 = a0 - y[0, j]
            u = one + d0 * d0
            if d > 1:
                d1 = a1 - y[1, j]
                u += d1 * d1
            if d > 2:
                d2 = a2 - y[2, j]
                u += d2 * d2
            w = one / u
            phi += w
            w *= w
            f0 += w * d0
            if d > 1:
                f1 += w * d1
            if d > 2:
                f2 += w * d2
        F[0, i] = f0
        if d > 1:
            F[1, i] = f1
        if d > 2:
            F[2, i] = f2
        total += phi - one
    return total
