"""From edge weights to the joint distribution P.

Local weights: w_ij = |N(i) and N(j)| / |N(i) or N(j)| (Jaccard), for graphs whose edges are all alike.
Row-stochastic: p(j|i) = a_ij / sum_j a_ij.
lambda rescaling (Pitsianis et al. 2019): the gamma_i with sum_j p(j|i)^gamma_i = lambda, then p^gamma renormalised. The
sum falls from the degree at gamma = 0, so a node with at most lambda neighbours would need a negative gamma, which
turns its weights upside down; it is clamped at gamma = 0, equal weights, and counted. Weights that the user gave would
be lost that way, so with k neighbours node i has a lambda of its own,

    lambda_i = min(lambda, 1 + share (k - 1)),    share = 1/3 for weights of the user, 1 (the clamp) for all others.

It is lambda for k >= 3 lambda - 2, and below that there is no jump in k: the first neighbour counts, and a third of
the others. As no p^gamma is above 1, no neighbour gets more than 1 / lambda_i of its row, whatever the tail of the
weights: of two neighbours 3/4, of four 1/2, of ten 1/4.
Where the arcs of one direction make the rows, sinks or sources take those of the other (`rows_filled`).
Joint: P = (p + p') / sum. Only its upper triangle is kept.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, diags_array

from . import tiny
from .engine.blocks import sum_by_blocks, weighted_bounds
from .engine.jit import kernel, part
from .engine.prefetch import AHEAD, prefetch
from .symmetry import folded

BLOCKS = 256  # of rows of about equal weight, at most; each marks neighbours in n bytes of its own
MAX_ITER = 100  # of Newton and bisection, per node: of 3,000 rows, some with weights that vanish, none needed over 20
TOLERANCE = 1e-6  # relative, on the sum of a row, and gamma is as near; P is float32, and 1e-8 takes a tenth longer
TINY = np.finfo(float).tiny  # stands for a weight that vanishes beside the greatest of its row
SHARE = 1 / 3  # of the neighbours that count, where weights are the user's: 10 of 30 is how the method was published.


class JointP(NamedTuple):
    """P, which sums to 1: its upper triangle (CSR, float32), or a CardP (core/cuda); and the number of nodes of few
    neighbours (`rescale_rows`).
    """

    upper: csr_array
    n_clamped: int


def joint_probabilities(A, lambda_, workers, *, links=None, given=False):
    """JointP of the adjacency A (CSR, float64, canonical, positive entries, no diagonal).

    `lambda_` None leaves the row-stochastic weights as they are; `links`, the symmetric pattern of A, replaces the
    weights by Jaccard indices. `given` tells that the weights, unless replaced, are the user's, and have to count for
    nodes of few neighbours, too.
    """
    A = rows_filled(A)
    if links is None:
        weights = A.data
    else:
        weights, given = jaccard_weights(A, links, workers), False
    p_cond, n_clamped = rescale_rows(A.indptr, weights, lambda_, workers, given=given)
    total = sum_by_blocks(A.indptr, lambda first, stop: p_cond[first:stop].sum())
    return JointP(folded(A, p_cond, 2 * max(total, TINY), workers), n_clamped)


def rows_filled(A):
    """A, and in its empty rows their columns: a node with no arc one way is known by its arcs the other way.

    Without a row of its own it has only its share of those of its neighbours, and hubs have many to share with: in
    wiki_vote, by arcs in, the median source came to lie 83 from its nearest neighbour, other nodes .9.
    """
    empty = np.diff(A.indptr) == 0
    if not (empty.any() and empty[A.indices].any()):
        return A
    filled = csr_array(A + diags_array(empty.astype(float)) @ A.T)
    filled.sort_indices()
    return filled


def jaccard_weights(A, links, workers):
    """Jaccard index of the neighbourhoods of the ends of each entry of A, none below 1/(2n).

    The neighbourhoods are the rows of `links`, a symmetric pattern that holds the one of A.
    """
    weights, degree = np.empty(links.nnz), np.diff(links.indptr)
    eps = 1 / (2 * len(degree))
    if tiny.is_tiny(links):
        shared, degrees = tiny.shared_neighbors(links)
        weights[:] = np.maximum(shared / (degrees - shared), eps)
    else:
        bounds = weighted_bounds(links.indptr, BLOCKS)
        workers.run(_jaccard_rows, bounds, links.indptr, links.indices, degree, eps, weights)
    if links is A:
        return weights
    ones = csr_array((np.ones(A.nnz), A.indices, A.indptr), shape=A.shape)
    return csr_array((weights, links.indices, links.indptr), shape=A.shape).multiply(ones).tocsr().data


@kernel
def _jaccard_rows(b, start, stop, indptr, indices, degree, eps, weights):
    """Entries (i, j) and (j, i) for the rows i of the block and the neighbours j of smaller degree (ties: index).

    N(i) is marked in an array of n flags; each edge costs its smaller degree, so hubs are harmless. The loop over N(j)
    has no branches: it counts what is marked, and what stands before i, whose weight is the same.
    """
    mark = np.zeros(len(degree), np.uint8)
    for i in range(start, stop):
        for e in range(indptr[i], indptr[i + 1]):
            mark[indices[e]] = 1
        for e in range(indptr[i], indptr[i + 1]):
            if e + AHEAD < len(indices):
                prefetch(indices, indptr[indices[e + AHEAD]])
            j = indices[e]
            if degree[j] < degree[i] or (degree[j] == degree[i] and j < i):
                common = before = np.uint32(0)
                for q in range(indptr[j], indptr[j + 1]):
                    l = np.uint32(indices[q])
                    common += np.uint32(mark[l])
                    before += np.uint32(l < np.uint32(i))
                shared = np.int64(common)
                w = max(shared / (degree[i] + degree[j] - shared), eps)
                weights[e] = w
                weights[indptr[j] + before] = w
        for e in range(indptr[i], indptr[i + 1]):
            mark[indices[e]] = 0


def rescale_rows(indptr, weights, lambda_, workers, *, given=False):
    """Row-stochastic weights after lambda rescaling (None: without), and how many rows have too few entries for lambda.

    These have equal weights, or, where weights are `given` by the user, a lambda of their own.
    """
    p_cond = np.empty(len(weights))
    bounds = weighted_bounds(indptr, BLOCKS)
    lam = 0.0 if lambda_ is None else float(lambda_)
    share = SHARE if given else 1.0
    starts = np.asarray(indptr, np.int64)  # one kernel for all: another type of index would be compiled to other bits
    workers.run(_rescale_rows, bounds, starts, np.asarray(weights, np.float64), lam, share, p_cond)
    return p_cond, n_short(np.diff(starts), lam, share)


def n_short(sizes, lam, share):
    """How many rows of these sizes cannot do, or do not, what lambda asks for; `share` is as in `SHARE`."""
    return int(((sizes > 0) & (1.0 + share * (sizes - 1) <= lam)).sum())


@kernel
def _rescale_rows(b, start, stop, indptr, weights, lam, share, p_cond):
    for i in range(start, stop):
        first, end = indptr[i], indptr[i + 1]
        if first == end:
            continue
        greatest = 0.0
        for e in range(first, end):
            greatest = max(greatest, weights[e])
        total = 0.0  # of weights over the greatest: no overflow whatever their scale
        for e in range(first, end):
            p_cond[e] = weights[e] / greatest
            total += p_cond[e]
        if lam > 0.0:
            entropy = 0.0
            for e in range(first, end):
                p = max(p_cond[e] / total, TINY)
                p_cond[e] = np.log(p)
                entropy -= p * p_cond[e]
            gamma = 0.0
            own = min(lam, 1.0 + share * (end - first - 1))
            if end - first > own:
                gamma = _solve_gamma(p_cond[first:end], entropy, own)
            total = 0.0
            for e in range(first, end):
                p_cond[e] = np.exp(gamma * p_cond[e])
                total += p_cond[e]
        for e in range(first, end):
            p_cond[e] /= total


@part
def _solve_gamma(log_p, entropy, lam):
    """The gamma in (0, 1] with sum exp(gamma log_p) = lam: Newton on the logarithm of the sum, kept inside a bracket.

    It starts from the cubic through both ends of the bracket, gamma as a function of that logarithm, which has the
    slope mean(log_p) at 0 and -entropy at 1: 3.4 passes over a row instead of 6.
    """
    low, high = 0.0, 1.0
    target = np.log(lam)
    whole = np.log(len(log_p))
    u = 1.0 - target / whole
    gamma = u * u * (3.0 - 2.0 * u) + whole * u * (1.0 - u) * (u / -entropy - (1.0 - u) * len(log_p) / log_p.sum())
    if not low < gamma < high:
        gamma = 0.5
    for _ in range(MAX_ITER):
        total = slope = 0.0
        for e in range(len(log_p)):
            term = np.exp(gamma * log_p[e])
            total += term
            slope += term * log_p[e]
        excess = np.log(total) - target
        if abs(excess) < TOLERANCE:
            break
        if excess > 0.0:
            low = gamma
        else:
            high = gamma
        step = gamma - excess * total / slope
        gamma = step if low < step < high else 0.5 * (low + high)
    return gamma
