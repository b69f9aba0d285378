"""Nodes of (nearly) equal neighbourhoods, which the plain objective piles up.

In a clique all p_ij are equal, and so are all q_ij once its nodes lie on one spot: the KL divergence is then least.
The same holds for nodes that share all their neighbours: repulsion and attraction of two of them cancel. An
exaggeration a little below 1 (schedule.py) parts them.
"""

from itertools import pairwise

import numpy as np

from ..core.affinity import jaccard_weights
from ..core.engine.blocks import weighted_bounds

DIFFERENT, SAME = 0.6, 0.8  # Jaccard index of the neighbourhoods, each with its own node: cliques have 1, football .5
LEAST_DEGREE = 2  # leaves of one neighbour surround it
ENTRIES = 1_000_000  # that are worked on at once: all together would take more memory than any later stage


def alike_share(links, workers):
    """Share of the nodes, from 0 to 1, whose neighbourhood in the symmetric pattern is nearly that of another node."""
    n, degree = links.shape[0], np.diff(links.indptr)
    if links.nnz == 0:
        return 0.0
    jaccard = jaccard_weights(links, links, workers)
    numbers = np.random.default_rng(0).integers(2**64, size=n, dtype=np.uint64)
    closest, sums = np.zeros(n), np.zeros(n, np.uint64)  # rows that hold the same columns have the same sum of numbers
    for first, stop in pairwise(weighted_bounds(links.indptr, 1 + links.nnz // ENTRIES)):
        rows = first + np.flatnonzero(degree[first:stop])
        if len(rows):
            entries = slice(links.indptr[first], links.indptr[stop])
            begins, columns, weights = links.indptr[rows] - entries.start, links.indices[entries], jaccard[entries]
            union = (np.repeat(degree[rows], degree[rows]) + degree[columns]) / (1 + weights)
            closest[rows] = np.maximum.reduceat(weights + 2 / union, begins)
            sums[rows] = np.add.reduceat(numbers[columns], begins)
    rows = np.flatnonzero(degree)
    _, which, counts = np.unique(sums[rows], return_inverse=True, return_counts=True)
    alike = np.clip((closest[rows] - DIFFERENT) / (SAME - DIFFERENT), 0, 1)
    alike[counts[which.ravel()] > 1] = 1
    return float(np.where(degree[rows] < LEAST_DEGREE, 0, alike).mean())
