"""Slow, obvious twins of the kernels in sggraph/core: NumPy in float64, any dimension, one formula a function."""

from collections import deque

import numpy as np
from scipy.optimize import brentq


def differences(Y, X):
    """Y_i - X_j, (len(Y), len(X), d)."""
    return np.asarray(Y, float)[:, None, :] - np.asarray(X, float)[None, :, :]


def student(Y, X):
    """The weights w_ij = 1 / (1 + |Y_i - X_j|^2)."""
    return 1 / (1 + (differences(Y, X) ** 2).sum(axis=2))


def repulsion_at(Y, nodes):
    """For a few nodes: sum_j w^2 (y_i - y_j), and the potential sum_j w, the node itself included."""
    w = student(Y[nodes], Y)
    return (w[:, :, None] ** 2 * differences(Y[nodes], Y)).sum(axis=1), w.sum(axis=1)


def repulsion(Y):
    """Forces of all nodes before the division by Z, and Z = sum of w over i != j."""
    F, phi = repulsion_at(Y, np.arange(len(Y)))
    return F, phi.sum() - len(Y)


def short_ranged(Y, R):
    """Forces and potentials of the part K t^3 of the kernel K, t = max(R^2 - u, 0) / (1 + R^2).

    The force of a potential g(u) is -g'(u) 2 (y_i - y_j), and half of that is what the kernels add up.
    """
    D = differences(Y, Y)
    u = (D**2).sum(axis=2)
    K, t, slope = 1 / (1 + u), np.maximum(R * R - u, 0) / (1 + R * R), -1 / (1 + R * R)
    derivative = -(K**2) * t**3 + 3 * K * t**2 * slope
    return (-derivative[:, :, None] * D).sum(axis=1), (K * t**3).sum(axis=1)


def smooth_kernel(r, R):
    """What the short-ranged part leaves of 1/(1+r^2); all of it for R = 0."""
    return (1 - (np.maximum(R * R - r * r, 0) / (1 + R * R)) ** 3) / (1 + r * r)


def attractive(Y, P):
    """sum_j p_ij w_ij (y_i - y_j) for a dense symmetric P."""
    return ((P * student(Y, Y))[:, :, None] * differences(Y, Y)).sum(axis=1)


def cross_entropy(Y, P):
    """sum_ij p_ij log(1 + |y_i - y_j|^2) over both triangles."""
    return -(P * np.log(student(Y, Y))).sum()


def kl_divergence(Y, P):
    """KL(P || Q) over i != j."""
    w = student(Y, Y)
    np.fill_diagonal(w, 0)
    q = w / w.sum()
    return sum(p * np.log(p / q[i, j]) for (i, j), p in np.ndenumerate(P) if p > 0)


def jaccard(neighbors, i, j):
    """|N(i) and N(j)| / |N(i) or N(j)| for a list of neighbour sets."""
    return len(neighbors[i] & neighbors[j]) / len(neighbors[i] | neighbors[j])


def rescale_row(weights, lam, share=1):
    """p^gamma with sum p^gamma = min(lam, 1 + share (k - 1)), renormalised; equal weights where that is k or more."""
    p = np.asarray(weights, float) / np.sum(weights)
    gamma, lam = 0.0, min(lam, 1 + share * (len(p) - 1))
    if len(p) > lam:
        gamma = brentq(lambda g: (p**g).sum() - lam, 0, 1e3, xtol=1e-14, rtol=1e-14)
    return p**gamma / (p**gamma).sum()


def joint_probabilities(A, lam, share=1):
    """P = (p + p') / sum, dense, from a dense A."""
    p = np.zeros(A.shape)
    for i, row in enumerate(A):
        row = row if row.any() else A[:, i]
        (j,) = row.nonzero()
        if len(j):
            p[i, j] = row[j] / row[j].sum() if lam is None else rescale_row(row[j], lam, share)
    return (p + p.T) / (p + p.T).sum()


def weighted_recall(W, Y):
    """Mean over nodes with edges of the weights of neighbours among the k nearest, over those of all k; W symmetric."""
    shares = []
    for i, weights in enumerate(W):
        k = (weights > 0).sum()
        if k:
            near = [j for j in np.argsort(np.linalg.norm(Y - Y[i], axis=1), kind="stable") if j != i][:k]
            shares.append(weights[near].sum() / weights.sum())
    return np.mean(shares)


def b_spline(x, order):
    """The B-spline of this order (degree + 1), centred at 0, by the recursion of Cox and de Boor."""
    x = np.asarray(x, float)
    if order == 1:
        return np.where((x >= -0.5) & (x < 0.5), 1.0, 0.0)
    half = order / 2
    return ((half + x) * b_spline(x + 0.5, order - 1) + (half - x) * b_spline(x - 0.5, order - 1)) / (order - 1)


def stencils(Y, origin, h, shape, along=None):
    """Weights (n, cells) of all grid nodes for each point; their derivative by the point's axis `along`."""
    W = np.ones((len(Y), 1))
    for k, m in enumerate(shape):
        x = (np.asarray(Y[:, k], float)[:, None] - float(origin[k])) / h - np.arange(m)
        w = (b_spline(x + 0.5, 3) - b_spline(x - 0.5, 3)) / h if k == along else b_spline(x, 4)
        W = (W[:, :, None] * w[:, None, :]).reshape(len(Y), -1)
    return W


def spread(Y, origin, h, shape):
    """Ones at the points, on the grid."""
    return stencils(Y, origin, h, shape).sum(axis=0).reshape(shape)


def gather(Y, origin, h, V):
    """Value and gradient of the spline with coefficients V at the points."""
    value = stencils(Y, origin, h, V.shape) @ V.ravel()
    gradient = [stencils(Y, origin, h, V.shape, k) @ V.ravel() for k in range(V.ndim)]
    return value, np.stack(gradient, axis=1)


def convolve(Q, h, R):
    """Spline coefficients of the potential of Q: S S V = K Q on the torus of twice the size, by dense matrices."""
    torus = [2 * m for m in Q.shape]
    nodes = np.stack([axis.ravel() for axis in np.indices(torus)], axis=1)
    steps = np.abs(nodes[:, None, :] - nodes[None, :, :])
    steps = np.minimum(steps, np.array(torus) - steps)
    K = smooth_kernel(h * np.sqrt((steps**2).sum(axis=2)), R)
    S = b_spline(steps, 4).prod(axis=2)
    padded = np.zeros(torus)
    part = tuple(slice(m) for m in Q.shape)
    padded[part] = Q
    return np.linalg.solve(S, np.linalg.solve(S, K @ padded.ravel())).reshape(torus)[part]


def step(Y, velocity, gain, gradient, eta, momentum):
    """One step of momentum with delta-bar-delta gains: the new Y, velocity and gain."""
    gain = np.where(gradient * velocity > 0, np.maximum(0.8 * gain, 0.01), gain + 0.2)
    velocity = momentum * velocity - eta * gain * gradient
    return Y + velocity, velocity, gain


def hop_distances(neighbors, source):
    """Numbers of edges from `source` to each node of a list of neighbour lists, -1 where no path leads."""
    hops = [-1] * len(neighbors)
    hops[source] = 0
    queue = deque([source])
    while queue:
        i = queue.popleft()
        for j in neighbors[i]:
            if hops[j] == -1:
                hops[j] = hops[i] + 1
                queue.append(j)
    return hops


def morton_code(Y, bits):
    """The bits of the cells of each point, one of each axis in turn, as a Python integer."""
    Y = np.asarray(Y, float)
    extent = (Y.max(axis=0) - Y.min(axis=0)).max()
    cells = [[min(int(c / extent * 2**bits), 2**bits - 1) for c in row] for row in Y - Y.min(axis=0)]
    return [int("".join("".join(b) for b in zip(*(f"{c:0{bits}b}" for c in row), strict=True)), 2) for row in cells]


def nearest(X, k, queries=None):
    """Indices and distances of the k nearest rows of X, one query at a time; a row is not its own neighbour."""
    X = np.asarray(X, float)
    targets = X if queries is None else np.asarray(queries, float)
    indices, distances = np.empty((len(targets), k), int), np.empty((len(targets), k))
    for i, x in enumerate(targets):
        d = np.sqrt(((X - x) ** 2).sum(axis=1))
        others = [j for j in np.argsort(d, kind="stable") if queries is not None or j != i]
        indices[i], distances[i] = others[:k], d[others[:k]]
    return indices, distances


def entropy(p):
    """-sum p log p, in nats."""
    p = np.asarray(p)[np.asarray(p) > 0]
    return -(p * np.log(p)).sum()


def gaussian_row(distances, perplexity):
    """exp(-beta d^2), normalised, with the beta whose entropy is log(perplexity); equal weights if none has it."""
    u = np.asarray(distances, float) ** 2
    u = (u - u.min()) / (u.mean() or 1)

    def p(beta):
        return np.exp(-beta * u) / np.exp(-beta * u).sum()

    if perplexity >= len(u):
        return p(0)
    return p(np.exp(brentq(lambda b: entropy(p(np.exp(b))) - np.log(perplexity), -30, 30, xtol=1e-14)))


def plain_row(distances):
    """exp(-d^2 / mean d^2), normalised."""
    u = np.asarray(distances, float) ** 2
    p = np.exp(-u / (u.mean() or 1))
    return p / p.sum()


def joining_gradient(y, Y_old, p, Z):
    """Gradient for a new node at y: attraction to its neighbours, repulsion of n/Z from all old nodes; p dense."""
    D, w = y - np.asarray(Y_old, float), student(y[None], Y_old)[0]
    return ((p * w - len(Y_old) / Z * w**2)[:, None] * D).sum(axis=0)


def join(p, Y_old, Z, n_iter, rate, momentum):
    """Descent of new nodes, each from its weighted mean or from the best of its neighbours; p dense."""
    Y = np.zeros((len(p), Y_old.shape[1]))
    for i, row in enumerate(p):
        starts = [row @ np.asarray(Y_old, float), *np.asarray(Y_old, float)[row > 0]]
        y = min(starts, key=lambda start: -(row * np.log(student(start[None], Y_old)[0])).sum())
        velocity = np.zeros_like(y)
        for _ in range(n_iter):
            velocity = momentum * velocity - rate * joining_gradient(y, Y_old, row, Z)
            y = y + velocity
        Y[i] = y
    return Y


def drawn_in(D, power):
    """Path lengths D, of which those beyond mean + deviation (the zeros left out) grow as this power only."""
    far = D[D > 0].mean() + D[D > 0].std() if (D > 0).any() else 1
    return np.where(far < D, far * (D / far) ** power, D)


def path_ratios(Y, X, D):
    """e_ij / d_ij of the distances of Y_i and X_j and the lengths D of the paths between them; 0 for no path."""
    e = np.sqrt((differences(Y, X) ** 2).sum(axis=2))
    return np.where(D > 0, e / np.where(D > 0, D, 1), 0)


def path_scale(Y, X, D):
    """The a for which the stress of path lengths is least."""
    ratios = path_ratios(Y, X, D)
    return (ratios**2).sum() / ratios.sum()


def path_stress(Y, X, D, a):
    """Mean of (1 - e / (a d))^2 over all pairs; a node and itself count 0."""
    return np.where(D > 0, (1 - path_ratios(Y, X, D) / a) ** 2, 0).mean()


def path_pull(Y, X, D, a):
    """mean_j (e / (a d) - 1) / d * (y_i - x_j) / e, but for pairs on one spot and for a node and itself."""
    V, F = differences(Y, X), np.zeros(np.shape(Y))
    for i, j in np.ndindex(D.shape):
        e = np.sqrt((V[i, j] ** 2).sum())
        if e > 0 and D[i, j] > 0:
            F[i] += (e / (a * D[i, j]) - 1) / D[i, j] * V[i, j] / e / D.shape[1]
    return F


def relaxed(Y, pivots, D, n_sweeps, offset, least):
    """Y after sweeps that move each node to the mean of the places that pivots want for it, D less the offset away."""
    Y = np.array(Y, float)
    for _ in range(n_sweeps):
        wanted = np.zeros(Y.shape)
        for i, y in enumerate(Y):
            places = []
            for p, length in zip(pivots, D[i], strict=True):
                e = np.linalg.norm(y - Y[p])
                if p != i:
                    places.append(Y[p] + max(length - offset, least * length) * (y - Y[p]) / e if e > 0 else y)
            wanted[i] = np.mean(places, axis=0)
        Y = wanted
    return Y


def relaxed_pairs(Y, D, n_sweeps, last):
    """Y after stochastic gradient descent on the stress of all pairs, taken in the order of the kernel."""
    n, widest = len(D), D.max()
    Y = np.array(Y, float) * widest / 2
    for sweep in range(n_sweeps):
        step = widest**2 * (last / widest**2) ** (sweep / (n_sweeps - 1))
        for hop in range(1, n):
            gap = hop * 7919 % n or hop
            for i in range(n - gap):
                r = Y[i] - Y[i + gap]
                e, length = np.linalg.norm(r), D[i, i + gap]
                move = min(step / length**2, 1) * (e - length) / 2 * r / e
                Y[i], Y[i + gap] = Y[i] - move, Y[i + gap] + move
    return Y


def labelled(mask):
    """Number of the island of each cell of a mask, 0 outside; cells that touch, at a corner too, are one island."""
    number = np.zeros(mask.shape, int)
    for cell in zip(*np.nonzero(mask), strict=True):
        if number[cell] == 0:
            number[cell], waiting = number.max() + 1, [cell]
            while waiting:
                here = waiting.pop()
                for step in np.ndindex(*(3,) * mask.ndim):
                    there = tuple(np.add(here, step) - 1)
                    inside = all(0 <= at < m for at, m in zip(there, mask.shape, strict=True))
                    if inside and mask[there] and number[there] == 0:
                        number[there] = number[cell]
                        waiting.append(there)
    return number


def unevenness(Y, P, length):
    """sum over i < j of p_ij (|y_i - y_j| - length)^2 for a dense symmetric P."""
    return (np.triu(P) * (np.sqrt((differences(Y, Y) ** 2).sum(axis=2)) - length) ** 2).sum()


def even_pull(Y, P, length):
    """Half the gradient of that: sum_j p_ij (1 - length / |y_i - y_j|) (y_i - y_j)."""
    V = differences(Y, Y)
    e = np.sqrt((V**2).sum(axis=2))
    return ((P * (1 - length / np.where(e > 0, e, np.inf)))[:, :, None] * V).sum(axis=1)
