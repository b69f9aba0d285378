"""Gaussian weights of distances, p(j|i) = exp(-beta_i d_ij^2) / sum_j, of a given perplexity exp(entropy of row i).

The entropy falls from log k at beta = 0 to the logarithm of the number of nearest points at equal distance, so beta_i
is found by Newton's method inside a bracket (Hinton & Roweis 2002; van der Maaten & Hinton, JMLR 9:2579, 2008). A
perplexity of k or more gives equal weights; more points at distance zero than the perplexity share all of the weight.
What is infinitely far is no neighbour: its weight is 0, and k counts the others.
"""

import numpy as np

from .engine.blocks import even_bounds
from .engine.jit import kernel, part

BLOCKS = 64  # rows are all of one length: any number some times that of the threads would do
MAX_ITER = 100  # of 3,000 rows none came nearer to its goal after 20
TOLERANCE = 1e-6  # on the entropy; beta is off by twice that. 1e-4 takes a tenth less, 1e-8 a tenth more
LEAST = 1e-30  # of the greatest weight in a row: no neighbour is lost to rounding
TINY = 1e-300  # divides where all distances are zero


def gaussian_weights(distances, perplexity, workers):
    """Weights (n, k) float64, rows sum to 1, of distances (n, k), ascending."""
    weights = np.zeros(distances.shape)
    workers.run(_calibrate, even_bounds(len(distances), BLOCKS), distances, float(perplexity), weights)
    return weights


def plain_weights(distances):
    """Weights exp(-d^2 / mean of d^2 in the row), rows sum to 1: a Gaussian of no set perplexity."""
    is_near = np.isfinite(distances)
    near = np.where(is_near, distances, 0.0)
    squares = (near / np.maximum(near.max(axis=1, keepdims=True), TINY)) ** 2  # no overflow
    mean = squares.sum(axis=1, keepdims=True) / np.maximum(is_near.sum(axis=1, keepdims=True), 1)
    weights = is_near * np.maximum(np.exp(-squares / np.where(mean > 0, mean, 1.0)), LEAST)
    return weights / np.maximum(weights.sum(axis=1, keepdims=True), TINY)


@kernel
def _calibrate(b, start, stop, distances, perplexity, weights):
    u = np.empty(distances.shape[1])  # squares above the least, over their mean
    for i in range(start, stop):
        k = 0
        while k < len(u) and distances[i, k] < np.inf:
            k += 1
        least, total, greatest = np.inf, 0.0, TINY
        for e in range(k):
            greatest = max(greatest, distances[i, e])
        for e in range(k):
            u[e] = (distances[i, e] / greatest) ** 2  # no overflow whatever their scale
            least = min(least, u[e])
        for e in range(k):
            u[e] -= least
            total += u[e]
        for e in range(k):
            u[e] /= max(total / k, TINY)
        beta = 0.0 if perplexity >= k or total == 0.0 else _solve_beta(u[:k], np.log(perplexity))
        total = 0.0
        for e in range(k):
            weights[i, e] = max(np.exp(-beta * u[e]), LEAST)
            total += weights[i, e]
        for e in range(k):
            weights[i, e] /= total


@part
def _solve_beta(u, goal):
    """The beta > 0 where the entropy of exp(-beta u) is `goal`; slope of the entropy: -beta times the variance of u."""
    low, high, beta = 0.0, np.inf, 1.0
    for _ in range(MAX_ITER):
        total = first = second = 0.0
        for e in range(len(u)):
            w = np.exp(-beta * u[e])
            total += w
            first += w * u[e]
            second += w * u[e] * u[e]
        mean = first / total
        excess = np.log(total) + beta * mean - goal
        if abs(excess) < TOLERANCE:
            break
        if excess > 0.0:
            low = beta
        else:
            high = beta
        variance = second / total - mean * mean
        step = beta + excess / (beta * variance) if variance > 0.0 else np.inf
        if low < step < high:
            beta = step
        else:
            beta = 0.5 * (low + high) if high < np.inf else 2.0 * beta
        if beta > 1e12:  # as many equally near points as the perplexity, or more
            break
    return beta
