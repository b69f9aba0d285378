"""A graph for forces: a ring with chords, the lengths of its paths, and where its nodes begin."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from sggraph.core.motion import Motion


def graph(n=420, seed=0):
    """Upper triangle of P, and path lengths to pivots: a ring with chords."""
    rng = np.random.default_rng(seed)
    i = np.arange(n)
    row = np.concatenate([i, i, rng.integers(0, n, n // 4)])
    column = np.concatenate([(i + 1) % n, (i + 7) % n, rng.integers(0, n, n // 4)])
    low, high = np.minimum(row, column), np.maximum(row, column)
    upper = coo_array((np.ones(n * 2 + n // 4), (low, high)), shape=(n, n)).tocsr()
    upper.setdiag(0)
    upper.eliminate_zeros()
    upper.sort_indices()
    upper.data = (upper.data / (2 * upper.data.sum())).astype(np.float32)
    pivots = rng.choice(n, 150, replace=False)
    return upper, dijkstra(upper, directed=False, unweighted=True, indices=pivots).T.astype(np.int32), pivots


def start(d, size=1.0, n=420):
    return Motion.at(size * np.random.default_rng(2).standard_normal((n, d)).astype(np.float32))
