"""Whether a card does what the mathematics says, on a small fixed graph: P and path lengths as they are defined, forces
beside sums over all pairs.

Compilers, drivers and cards differ, and a wrong force still makes some picture. So before a card is first used in a
process it has to show that it is right, in about a second: P, of weights, of Jaccard indices and of arcs, lengths and a
sweep towards them, attraction, of a hub, too, repulsion on a plain grid and with near pairs, and steps, of which all
but the first are played from a record.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array, triu
from scipy.sparse.csgraph import dijkstra

from ..descent import Phase
from ..engine.blocks import ALONE
from ..motion import Motion
from .affinity import joint_probabilities
from .forces import CardForces
from .source import SIZE

N, HUB = 1500, SIZE.CHUNK + 200  # nodes, and neighbours of the first: more than one block of threads is given
COMPACT, WIDE = 4.0, 300.0  # sizes of the pictures: one on a plain grid, one whose near pairs are summed
STEPS, LAMBDA, N_PIVOTS = 6, 5.0, 70
LIMITS = {
    "P": 2e-6,
    "path lengths": 0.0,
    "sweep": 1e-5,
    "attraction": 2e-6,
    "repulsion": 0.03,
    "Z": 2e-3,
    "steps": 0.03,
}  # the kernels, run on a processor, are off by at most 3e-8, 0, 2e-7, 8e-8, .016, 3e-4 and .012 here (the wide
# picture in 1-D is the worst, then .0016 and .003)


class Off(NamedTuple):
    """What is off, and of what: the norm of the difference over that of what is right."""

    what: str
    of: str
    by: float


def check_forces(card):
    """Raise a RuntimeError with the figures unless the card's forces are right, and what it makes of a graph."""
    wrong = [off for off in differences(card) if not off.by <= LIMITS[off.what]]
    if wrong:
        told = ", ".join(f"{off.what} of {off.of} by {off.by:.2g}" for off in wrong)
        raise RuntimeError(
            f"{card.name} does not compute what a processor does, it is off in the {told} (at most "
            f"{', '.join(f'{LIMITS[off.what]:g}' for off in wrong)} is right): leave device out, and report it"
        )


def differences(card):
    """An Off for each thing that is looked at."""
    upper = _graph()
    found = _of_graph(card, csr_array(upper + upper.T))
    for picture, size in (("a compact picture", COMPACT), ("a wide picture", WIDE)):
        Y = _picture(card.d, size)
        forces = CardForces(upper, card.d, ALONE, card, exact=False)
        phase = Phase(STEPS, 2.0, N / 4, 0.8)
        F_attr, F_rep, Z = forces.forces(Motion.at(Y), phase)
        right_attr, right_rep, right_Z = expected_forces(upper, Motion.at(Y).Y)
        found += [
            Off("attraction", picture, _off(F_attr, right_attr)),
            Off("repulsion", picture, _off(F_rep - F_rep.mean(axis=0), right_rep)),
            Off("Z", picture, abs(Z / right_Z - 1)),
        ]
        motion = Motion.at(Y)
        forces.advance(motion, phase, STEPS)
        right = _stepped(upper, Motion.at(Y).Y, phase)
        found.append(Off("steps", picture, _off(motion.Y - Motion.at(Y).Y, right - Motion.at(Y).Y)))
    return found


def _of_graph(card, links):
    """The same of P and path lengths."""
    found, arcs = [], csr_array(triu(links, 1) + links.multiply(np.arange(N)[:, None] == N - 1))  # each has some
    for of, A, is_local in (("weights", links, False), ("Jaccard indices", links, True), ("arcs", arcs, True)):
        A = csr_array((A.data.astype(np.float64), A.indices, A.indptr), shape=A.shape)
        P = joint_probabilities(A, LAMBDA, card, links=links, is_local=is_local).upper
        right = expected_P(A, links if is_local else None)
        found.append(
            Off("P", of, float(np.linalg.norm((P.upper(np.arange(N)) - right).data) / np.linalg.norm(right.data)))
        )
    pivots, Y = np.arange(0, N, N // N_PIVOTS), _picture(card.d, COMPACT)
    D = dijkstra(links, unweighted=True, indices=pivots).T
    paths = P.paths(pivots, N)
    found.append(Off("path lengths", "a graph", _off(paths.every(1), D)))
    away = Y[:, None].astype(np.float64) - Y[pivots]
    reach = (D / np.maximum(np.sqrt((away**2).sum(axis=2)), 1e-15))[:, :, None]
    right = Y + ((reach - 1) * away).mean(axis=1)
    right[pivots] += (right[pivots] - Y[pivots]) / (len(pivots) - 1)
    found.append(Off("sweep", "a start", _off(paths.relaxed(Y.astype(np.float64), 1) - Y, right - Y)))
    return found


def expected_P(A, links):
    """The upper triangle of P, by its formulas; of Jaccard indices by `links`, where these are given."""
    A, n = A.tocoo(), A.shape[0]
    i, p = A.row, A.data.astype(np.float64)
    if links is not None:
        ones = csr_array((np.ones(links.nnz), links.indices, links.indptr), shape=links.shape)
        shared, degree = np.asarray((ones @ ones)[i, A.col]).ravel(), np.diff(links.indptr)
        p = np.maximum(shared / (degree[i] + degree[A.col] - shared), 1 / (2 * n))
    p /= np.bincount(i, p, n)[i]
    low, high = np.zeros(n), np.where(np.bincount(i, minlength=n) > LAMBDA, 1.0, 0.0)
    for _ in range(40):
        gamma = (low + high) / 2
        is_low = np.bincount(i, p ** gamma[i], n) > LAMBDA
        low, high = np.where(is_low, gamma, low), np.where(is_low, high, gamma)
    q = p ** low[i]
    q = coo_array((q / np.bincount(i, q, n)[i], (i, A.col)), shape=A.shape)
    return csr_array(triu(q + q.T, 1)) / (2 * q.sum())


def expected_forces(upper, Y):
    """Attraction and repulsion (n, d), and Z, by their formulas."""
    P = (upper + upper.T).tocoo()
    Y = Y.astype(np.float64)
    r = Y[P.row] - Y[P.col]
    F_attr = np.zeros_like(Y)
    np.add.at(F_attr, P.row, (P.data / (1 + (r**2).sum(axis=1)))[:, None] * r)
    u = sum((y[:, None] - y) ** 2 for y in Y.T)
    K = 1 / (1 + u)
    F_rep = np.stack([(K * K * (y[:, None] - y)).sum(axis=1) for y in Y.T], axis=1)
    return F_attr, F_rep, K.sum() - len(Y)


def _stepped(upper, Y, phase):
    """Where the points Y are after the phase, in float64."""
    Y, velocity, gain = Y.astype(np.float64), np.zeros(Y.shape), np.ones(Y.shape)
    for _ in range(phase.n_iter):
        F_attr, F_rep, Z = expected_forces(upper, Y)
        g = phase.exaggeration * F_attr - F_rep / Z
        gain = np.where(g * velocity > 0, np.maximum(gain * 0.8, 0.01), gain + 0.2)
        velocity = phase.momentum * velocity - phase.eta * gain * g
        Y = Y + velocity - Y.mean(axis=0)
    return Y


def _off(found, right):
    return float(np.linalg.norm(found - right) / np.linalg.norm(right))


def _graph():
    """Upper triangle of P: a ring with chords, and a hub."""
    i = np.arange(N)
    ends = [np.minimum(i, (i + k) % N) for k in (1, 7, 100)], [np.maximum(i, (i + k) % N) for k in (1, 7, 100)]
    row = np.concatenate([*ends[0], np.zeros(HUB, np.int64)])
    column = np.concatenate([*ends[1], np.arange(N - HUB, N)])
    weights = 1.0 + np.arange(len(row)) % 7
    upper = coo_array((weights, (row, column)), shape=(N, N)).tocsr()
    upper.sort_indices()
    upper.data = (upper.data / (2 * upper.data.sum())).astype(np.float32)
    return upper


def _picture(d, size):
    """Points (n, d), in three clusters."""
    rng = np.random.default_rng(0)
    return (size * (rng.standard_normal((N, d)) / 4 + rng.integers(0, 3, (N, 1)) / 2)).astype(np.float32)
