"""Leaves out of the descent and back beside their neighbours (`drop_leaf`)."""

import numpy as np
from scipy.sparse import csr_array

LEAF_DISTANCE = 0.5  # of the median edge of the picture


def is_kept(A):
    """Mask of the nodes that stay, for a symmetric A: all but those whose only neighbour has more than one."""
    degree = np.diff(A.indptr)
    kept = np.ones(A.shape[0], bool)
    leaves = np.flatnonzero(degree == 1)
    kept[leaves] = degree[A.indices[A.indptr[leaves]]] <= 1
    return kept


def without_leaves(A, kept):
    """The adjacency of the nodes that stay."""
    return csr_array(A[kept][:, kept])


def with_leaves(Y, kept, A, rng):
    """Centred coordinates of all nodes: each leaf in a random direction from its neighbour, half a median edge away."""
    n, d = len(kept), Y.shape[1]
    all_Y = np.zeros((n, d), np.float32)
    all_Y[kept] = Y
    leaves = np.flatnonzero(~kept)
    i = np.repeat(np.arange(n), np.diff(A.indptr))
    inner = kept[i] & kept[A.indices]
    edges = np.linalg.norm(all_Y[i[inner]] - all_Y[A.indices[inner]], axis=1)
    direction = rng.standard_normal((len(leaves), d))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    length = LEAF_DISTANCE * (np.median(edges) if len(edges) else 1.0) * rng.uniform(0.8, 1.2, (len(leaves), 1))
    all_Y[leaves] = all_Y[A.indices[A.indptr[leaves]]] + length * direction
    return all_Y - all_Y.mean(axis=0)


def with_nan(Y, included):
    """Coordinates of all nodes, NaN for those that are not included."""
    all_Y = np.full((len(included), Y.shape[1]), np.nan, np.float32)
    all_Y[included] = Y
    return all_Y
