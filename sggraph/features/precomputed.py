"""Distances instead of features (metric="precomputed"): a square array, or a sparse graph of neighbours.

A sparse one holds the distances of each sample to those near it, as scikit-learn's KNeighborsTransformer makes it: what
is stored is a distance, zeros included, and the sample itself may be among them.
"""

import numpy as np
from scipy import sparse

from ..core.search.ties import chosen
from ..graph.adjacency import GraphWarning, is_graph_like
from ..graph.distances import LOOKED_AT, ROUNDING, likeness_to_distances, zeros_are_equal
from ..runtime.warn import warn

WANTED = "give a square array of distances between samples, or a sparse one of each to its neighbours"


def is_graph(X, metric):
    """Whether the estimator takes X for a graph: by its metric, and by what it is."""
    if metric != "precomputed":
        return metric == "graph" or is_graph_like(X)
    if not are_weights(X):
        return False
    warn(
        "metric='precomputed' means distances between samples, and X holds none: it is taken for a graph, which "
        "metric='graph' says; this goes with 0.2",
        DeprecationWarning,
    )
    return True


def warn_of_graph(X):
    """Tell that a square array was taken for samples, if it looks like a graph or like distances."""
    if sparse.issparse(X) or X.shape[0] != X.shape[1] or X.diagonal().any() or not np.array_equal(X, X.T):
        return
    warn(
        'X is a square array that looks like a graph or distances but was taken for samples: SGtSNEpi(metric="graph") '
        'embeds graphs, metric="precomputed" distances',
        GraphWarning,
    )


def are_weights(X):
    """Whether X, given for distances, is a graph or a matrix of weights: ``metric="precomputed"`` once meant those."""
    if sparse.issparse(X):
        return not (X.shape[0] == X.shape[1] and _are_stored_distances(sparse.csr_array(X)))
    try:
        D = np.asarray(X)
    except ValueError:
        return True
    if D.ndim != 2 or D.shape[0] != D.shape[1] or D.dtype.kind not in "biuf" or hasattr(X, "adj"):
        return True
    D = D.astype(np.float64)
    slack = ROUNDING * np.abs(D).max(initial=0.0)
    if (np.abs(D.diagonal()) > slack).any():
        return True
    if not zeros_are_equal(D):
        return True
    some = D[:LOOKED_AT, :LOOKED_AT]
    return likeness_to_distances(some + some.T) < 0


def _are_stored_distances(X):
    """Whether a sparse X stores its diagonal, or as many neighbours in each row, which are not probabilities."""
    sizes = np.diff(X.indptr)
    rows = np.repeat(np.arange(X.shape[0]), sizes)
    own = X.indices == rows
    if own.any():
        return not X.data[own].any()
    is_even = len(sizes) > 0 and (sizes == sizes[0]).all() and sizes[0] > 0
    return bool(is_even and np.ptp(X.data) > 0 and np.abs(X.sum(axis=1) - 1).max() > ROUNDING)


def as_distances(X, n=None):
    """A copy of X, numbers, as a float64 (or CSR) array of distances that are at least 0: (m, n), or square."""
    D = X.astype(np.float64)
    if D.shape[1] != (D.shape[0] if n is None else n):
        raise ValueError(f"X has shape {D.shape}, which metric='precomputed' cannot take: {WANTED}")
    data = D.data if sparse.issparse(D) else D
    slack = ROUNDING * data.max(initial=0.0)
    if (data < -slack).any():
        raise ValueError(f"X has distances below 0 (the least: {data.min():g}): {WANTED}")
    np.maximum(data, 0.0, out=data)
    if n is None and (np.abs(D.diagonal()) > slack).any():
        raise ValueError(f"X has samples that are no distance 0 from themselves: {WANTED}")
    return sparse.csr_array(D) if sparse.issparse(D) else D


def fewest_neighbors(D):
    """Neighbours that every sample of these distances has, itself not counted."""
    if not sparse.issparse(D):
        return D.shape[0] - 1
    rows = np.repeat(np.arange(D.shape[0]), np.diff(D.indptr))
    return int(np.bincount(rows[D.indices != rows], minlength=D.shape[0]).min())


def nearest_of_distances(D, k, *, itself=False):
    """Indices and distances (m, k), ascending, of the k nearest in each row of D, ties at random; the sample itself
    counts only with `itself`, where rows are of other samples.
    """
    m = D.shape[0]
    indices, distances = np.empty((m, k), np.int64), np.empty((m, k))
    for i in range(m):
        if sparse.issparse(D):
            row = slice(D.indptr[i], D.indptr[i + 1])
            offered, values = D.indices[row], D.data[row]
        else:
            offered, values = np.arange(D.shape[1]), D[i]
        if not itself:
            offered, values = offered[offered != i], values[offered != i]
        if len(offered) < k:
            raise ValueError(f"X has {len(offered)} distances in row {i}: give at least {k}, or a smaller n_neighbors")
        if len(offered) > k:
            limit = np.partition(values, k - 1)[k - 1]
            picked = chosen(values, limit, k, i)
            offered, values = offered[picked], values[picked]
        order = np.argsort(values, kind="stable")
        indices[i], distances[i] = offered[order], values[order]
    return indices, distances
