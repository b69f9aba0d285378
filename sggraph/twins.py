"""Nodes of (nearly) equal neighbourhoods, which the plain objective piles up.

In a clique all p_ij are equal, and so are all q_ij once its nodes lie on one spot: the KL divergence is then least.
The same holds for nodes that share all their neighbours: repulsion and attraction of two of them cancel. An
exaggeration a little below 1 (schedule.py) parts them.
"""

import numpy as np

from .core.affinity import jaccard_weights

DIFFERENT, SAME = 0.6, 0.8  # Jaccard index of the neighbourhoods, each with its own node: cliques have 1, football .5
LEAST_DEGREE = 2  # leaves of one neighbour surround it


def alike_share(links, workers):
    """Share of the nodes, from 0 to 1, whose neighbourhood in the symmetric pattern is nearly that of another node."""
    degree = np.diff(links.indptr)
    rows = np.flatnonzero(degree)
    if len(rows) == 0:
        return 0.0
    alike = np.zeros(len(degree))
    jaccard = jaccard_weights(links, links, workers)
    union = (np.repeat(degree, degree) + degree[links.indices]) / (1 + jaccard)
    closest = np.maximum.reduceat(jaccard + 2 / union, links.indptr[rows])
    alike[rows] = np.clip((closest - DIFFERENT) / (SAME - DIFFERENT), 0, 1)
    alike[rows[_have_double(links, rows)]] = 1
    return float(np.where(degree < LEAST_DEGREE, 0, alike)[rows].mean())


def _have_double(links, rows):
    """Mask of those rows that hold the same columns as another one, by sums of a random number a column."""
    numbers = np.random.default_rng(0).integers(2**64, size=links.shape[1], dtype=np.uint64)
    sums = np.add.reduceat(numbers[links.indices], links.indptr[rows])
    _, which, counts = np.unique(sums, return_inverse=True, return_counts=True)
    return counts[which.ravel()] > 1
