"""New samples and new nodes get a place in a finished embedding (`SGtSNEpi.transform`)."""

import numpy as np
from scipy import sparse

from ..core.affinity import rescale_rows
from ..core.repulsion.repulsive import Repulsion
from ..core.shape.joining import join
from ..graph.adjacency import canonical
from .neighbors import neighbors_among
from .point_cloud import probabilities
from .precomputed import as_distances, nearest_of_distances


def place_samples(X, fitted, Y, *, n_neighbors, metric, perplexity, workers):
    """Coordinates (m, d) of the samples X (m, f) in the embedding Y of the samples `fitted` (n, f).

    A sample that equals a fitted one gets the place of that one. The Gaussian weights stay as they are: lambda
    rescaling would level them, and held-out digits of MNIST come out with an accuracy of .963 instead of .965.
    """
    if sparse.issparse(fitted):
        X = sparse.csr_array(X)
    elif sparse.issparse(X):
        X = X.toarray()
    k = min(n_neighbors, len(Y))
    indices, distances = neighbors_among(X, fitted, k, metric=metric, workers=workers)
    p = probabilities(indices, distances, len(Y), perplexity, "perplexity", workers)
    placed = place_rows(p, Y, None, workers)
    for j in indices.T[::-1]:  # the nearest last; not by distance zero: metrics round, and multiples have cosine 1
        same = _equal_rows(X, fitted[j])
        placed[same] = Y[j[same]]
    return placed


def place_distant(D, Y, placed, *, n_neighbors, perplexity, workers):
    """Coordinates (m, d) of samples whose distances D (m, n) to the fitted ones are given; those that are not `placed`
    (mask) do not count. At distance 0 of a fitted sample a new one gets the place of that.
    """
    D = as_distances(sparse.csr_array(D) if sparse.issparse(D) else D, len(Y))
    D, Y = (D, Y) if placed.all() else (D[:, placed], Y[placed])
    indices, distances = nearest_of_distances(D, min(n_neighbors, len(Y)), itself=True)
    p = probabilities(indices, distances, len(Y), perplexity, "perplexity", workers)
    same = distances[:, :1] == 0
    return np.where(same, Y[indices[:, 0]], place_rows(p, Y, None, workers))


def _equal_rows(A, B):
    return (A != B).sum(axis=1) == 0 if sparse.issparse(A) else (A == B).all(axis=1)


def place_nodes(B, Y, placed, lambda_, workers, *, given=False):
    """Coordinates (m, d) of new nodes whose edges to the n old ones have the weights B (m, n); edges to old nodes that
    are not `placed` (mask) do not count. `given` is that of the fitted graph.
    """
    B = _as_matrix(B)
    if B.shape[1:] != (len(Y),) or B.ndim != 2:
        raise ValueError(f"X has shape {B.shape}: give rows of weights of edges to the {len(Y)} fitted nodes")
    B = canonical(sparse.csr_array(B, dtype=np.float64, copy=True))
    B.eliminate_zeros()
    if not (np.isfinite(B.data).all() and (B.data > 0).all()):
        raise ValueError("X holds edge weights that are negative, NaN or infinite: remove or shift them")
    B, Y = (B, Y) if placed.all() else (sparse.csr_array(B[:, placed]), Y[placed])
    alone = np.flatnonzero(np.diff(B.indptr) == 0)
    if len(alone):
        raise ValueError(
            f"X has {len(alone)} new nodes without an edge to a fitted one, first in row {alone[0]}: drop these rows"
        )
    return place_rows(B, Y, lambda_, workers, given=given)


def _as_matrix(B):
    if sparse.issparse(B):
        return B
    if hasattr(B, "adj") or hasattr(B, "get_edgelist"):  # NumPy would make an array of its node names
        raise ValueError("X is a graph: give a matrix of the weights of edges from new nodes to fitted ones")
    try:
        return np.atleast_2d(np.asarray(B, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise ValueError(f"X does not hold weights of edges to the fitted nodes: {error}") from error


def place_rows(weights, Y, lambda_, workers, *, given=False):
    """Coordinates of new nodes with these rows of weights, after lambda rescaling."""
    data, _ = rescale_rows(weights.indptr, weights.data, lambda_, workers, given=given)
    p = sparse.csr_array((data, weights.indices, weights.indptr), shape=weights.shape)
    Z, _ = Repulsion(*Y.shape, workers)(Y, np.empty_like(Y))
    return join(p, Y, Z, workers)
