"""Feature vectors become a weighted neighbour graph, whose row i holds the probabilities p(j|i) of i's neighbours."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import sparse

from ..core.affinity import rescale_rows
from ..core.engine.blocks import Workers
from ..core.perplexity import gaussian_weights, plain_weights
from ..core.types import Features, Float, Int, Numbers, Search, Seed
from ..graph.adjacency import Graph, GraphWarning
from ..graph.annotated import refuse_annotated
from ..inputs.seeds import as_generator, one_seed
from ..runtime.checks import (
    CPU,
    GREATEST,
    check_choice,
    check_device,
    check_n_jobs,
    check_number,
    check_whole,
    is_missing,
    is_whole,
    shown,
)
from ..runtime.progress import stage
from ..runtime.warn import warn
from .card_search import card_search, check_unsearched
from .neighbors import METHODS, METRICS, nearest_neighbors, without_self
from .precomputed import as_distances, fewest_neighbors, nearest_of_distances

PERPLEXITY = 10  # the default; who takes few neighbours, and says nothing of it, wants them to count alike
RESCALES = ("perplexity", "lambda", None)
SAMPLES = {"accept_sparse": "csr", "dtype": (np.float64, np.float32)}  # what scikit-learn is to make of samples


def point_cloud_to_graph(
    X: Features | None,
    n_neighbors: Int = 30,
    *,
    perplexity: Float = 10,
    rescale: Literal["perplexity", "lambda"] | None = "perplexity",
    metric: str = "euclidean",
    method: Search = "auto",
    precomputed_knn: tuple[Numbers, Numbers] | None = None,
    random_state: Seed = None,
    rng: Seed = None,
    n_jobs: Int | None = None,
    device: str = "cpu",
) -> sparse.csr_array:
    """Weighted graph of the nearest neighbours of feature vectors.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n, f), or None
        Samples in rows: numbers without NaN. None if `precomputed_knn` is given.
    n_neighbors : int, default 30
        Neighbours per sample, fewer than n; of given distances at most as many as each sample has.
    perplexity : float, default 10
        Effective number of neighbours that the weights of a row are made for. With `n_neighbors` or more, all weights
        of a row are equal; t-SNE takes three times as many neighbours.
    rescale : {"perplexity", "lambda", None}, default "perplexity"
        How the distances of a row become probabilities. "perplexity": p(j|i) = exp(-beta_i d_ij^2), normalised, with
        the beta_i that makes exp(entropy) the perplexity. "lambda": p = exp(-d_ij^2 / mean), normalised, then
        p^gamma_i, normalised, with the gamma_i that makes sum_j p^gamma_i the perplexity. None: the same without
        gamma.
    metric : str, default "euclidean"
        "euclidean", "sqeuclidean", "cosine", "manhattan", "correlation" and others that pynndescent and scikit-learn
        both know; an unknown name lists them. Distances are squared in the formulas above, whatever the metric.
        "precomputed": X holds distances, (n, n), or a sparse matrix those of each sample to some, as
        `KNeighborsTransformer` of scikit-learn makes it.
    method : {"auto", "exact", "approximate"}, default "auto"
        Search for the neighbours: exact by matrix products or a k-d tree, approximate by pynndescent; "auto" takes
        the faster one, which is the exact one for up to about 100,000 samples of a few hundred features.
    precomputed_knn : (indices, distances), optional
        Two arrays (n, k) instead of a search, k at least `n_neighbors`, rows ascending by distance. The samples
        themselves may be among their neighbours.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Seed of the approximate search, whose result depends on `n_jobs`, too.
    rng : int, numpy.random.Generator, numpy.random.RandomState or None
        Another name of `random_state`.
    n_jobs : int, optional
        Threads; left out or -1: all cores.
    device : str, default "cpu"
        Where neighbours are searched: "cuda" is the first graphics card of NVIDIA, "cuda:1" the second; see
        `docs/gpu.md`. It finds what the exact search of the processor does, of a dense X, by "euclidean", "sqeuclidean"
        or "cosine", up to 1017 neighbours; any other search there is refused. "auto" is the exact one up to some
        10,000,000 samples of 40 features (n^2 (f + 60) = 10^16), beyond that the approximate one of the processor,
        whose work all the rest is. Not yet run on a GPU.

    Returns
    -------
    p : scipy.sparse.csr_array of shape (n, n), float64
        Row i holds the p(j|i) of the `n_neighbors` neighbours j of sample i and sums to 1, by which it is known for
        what it is: ``embed_graph(p)`` is what ``SGtSNEpi().fit(X)`` does.

    Raises
    ------
    ValueError
        NaN or infinity in X, too few samples, an unknown metric or method, arguments out of range, a search that
        `device` does not do.
    ImportError, OSError, RuntimeError, MemoryError
        If `device` has no CuPy, no card or too old a driver, multiplies with fewer digits than float32 has, or has no
        room for X.

    See Also
    --------
    SGtSNEpi : features to embedding in one call.

    Notes
    -----
    Samples are removed from their own rows by their index, so duplicates keep each other as neighbours at distance
    zero. Of many at equal distance each sample has some at random, the same in each call. What shares nothing with a
    sample (distance 1 of "jaccard" and its like, of "cosine" where no number is below 0) is none of its neighbours:
    such rows are shorter, or empty. Method: W. Dong, C. Moses, K. Li, WWW 2011 (approximate search); L. van der Maaten,
    G. Hinton, JMLR 9:2579, 2008 (perplexity); N. Pitsianis et al., IEEE HPEC 2019 (lambda).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> import sggraph as sg
    >>> p = sg.point_cloud_to_graph(load_iris().data, n_neighbors=15, perplexity=5)
    >>> p.shape, p.nnz
    ((150, 150), 2250)
    >>> sg.embed_graph(p, random_state=0).shape
    (150, 2)
    """
    return neighbor_graph(
        X,
        n_neighbors,
        perplexity=perplexity,
        rescale=rescale,
        metric=metric,
        method=method,
        precomputed_knn=precomputed_knn,
        rng=as_generator(one_seed(random_state, rng)),
        n_jobs=n_jobs,
        device=device,
        is_asked=True,
    ).adjacency


def neighbor_graph(
    X,
    n_neighbors,
    *,
    perplexity,
    metric,
    method,
    rng,
    n_jobs,
    rescale="perplexity",
    precomputed_knn=None,
    verbose=False,
    device=CPU,
    max_memory=None,
    is_asked=False,
):
    """As `point_cloud_to_graph`, with a Generator for a seed and with progress bars. Of a card's memory no more than
    `max_memory` is used, and where it `is_asked` for the search alone, nothing else will do.
    """
    check_point_cloud_options(n_neighbors, perplexity, rescale, method, metric, n_jobs, device)
    if is_asked and precomputed_knn is not None:
        check_unsearched(device, "precomputed_knn")
    if is_asked and metric == "precomputed":
        check_unsearched(device, "metric='precomputed'")
    with Workers(n_jobs) as workers:
        if precomputed_knn is not None:
            indices, distances = as_knn(precomputed_knn, n_neighbors)
        elif metric == "precomputed":
            D = as_distances(as_samples(X))
            n_neighbors = most_neighbors(n_neighbors, fewest_neighbors(D), f"{D.shape[0]} samples with fewer distances")
            indices, distances = nearest_of_distances(D, n_neighbors)
        else:
            X, how = as_features(X, n_neighbors), {"metric": metric, "method": method}
            search = card_search(device, X, n_neighbors, **how, max_memory=max_memory, is_asked=is_asked)
            with stage("neighbours", verbose) as tick:
                indices, distances = nearest_neighbors(
                    X, n_neighbors, **how, rng=rng, workers=workers, tick=tick, search=search
                )
            del search  # and with it the memory of the card
        if rescale == "perplexity":
            _tell_if_equal(perplexity, indices.shape[1])
        with stage("weights", verbose) as tick:
            p = probabilities(indices, distances, len(indices), perplexity, rescale, workers)
            tick(1, 1)
    is_weighted = bool(p.nnz and p.data.min() != p.data.max())
    nodes = list(range(p.shape[0]))
    return Graph(p, nodes, directed=True, weighted=is_weighted, calibrated=True, named=False)


def most_neighbors(n_neighbors, most, of):
    """`n_neighbors`, or as many as there are, with a warning."""
    if is_whole(n_neighbors) and n_neighbors > most >= 1:
        warn(f"n_neighbors={n_neighbors} of {of}: {most} are taken", GraphWarning)
        return most
    return n_neighbors


def _tell_if_equal(perplexity, k):
    """Warn where more than the usual perplexity is wanted of k neighbours, who can have no more than k."""
    if perplexity > PERPLEXITY and perplexity >= k:
        warn(
            f"perplexity={perplexity:g} of {k} neighbours makes all weights equal: "
            f"give n_neighbors={np.ceil(3 * perplexity):g}, three times as many, as t-SNE takes",
            GraphWarning,
        )


def probabilities(indices, distances, n, perplexity, rescale, workers):
    """CSR array (m, n) of a neighbour table (m, k): p(j|i) of what is finitely far; arguments as in
    `point_cloud_to_graph`.
    """
    m, k = indices.shape
    weights = gaussian_weights(distances, perplexity, workers) if rescale == "perplexity" else plain_weights(distances)
    starts = row_starts(m, k)
    if np.isinf(distances[:, -1]).any():
        is_near = np.isfinite(distances)
        starts = np.concatenate([[0], np.cumsum(is_near.sum(axis=1))]).astype(starts.dtype)
        indices, weights = indices[is_near], weights[is_near]
    weights = weights.ravel()
    if rescale == "lambda":
        weights = rescale_rows(starts, weights, perplexity, workers)[0]
    p = sparse.csr_array((weights, indices.ravel().astype(starts.dtype), starts), shape=(m, n))
    p.sort_indices()
    return p


def row_starts(m, k):
    """Row pointers of m rows of k entries, int32 while they fit, as everywhere else."""
    return np.arange(m + 1, dtype=np.int32 if m * k <= np.iinfo(np.int32).max else np.int64) * k


def as_features(X, n_neighbors):
    """X as a float32 or float64 array (or CSR array) of finite numbers with more than `n_neighbors` rows."""
    X = as_samples(X)
    if X.shape[0] <= n_neighbors:
        raise ValueError(
            f"X has {X.shape[0]} samples, too few for n_neighbors={n_neighbors}: "
            f"give more samples, or n_neighbors of at most {max(X.shape[0] - 1, 1)}"
        )
    return X


def as_samples(X):
    """X as a float32 or float64 array (or CSR array) of finite numbers, shape (n, f)."""
    from sklearn.utils import check_array

    X = numbers_in(X)
    try:
        X = check_array(X, **SAMPLES, input_name="X")
    except (TypeError, ValueError) as error:
        raise ValueError(f"X does not hold samples in rows, of numbers without NaN: {error}") from error
    return sparse.csr_array(X) if sparse.issparse(X) else X


def numbers_in(X):
    """The samples as they are, unless they are an AnnData or a table with other things than numbers in it."""
    refuse_annotated("X", X)
    if hasattr(X, "columns"):
        others = [name for name in X.columns if not _holds_numbers(X[name])]
        if others:
            raise ValueError(
                f"X has text or dates in columns {shown(others)}: leave them out, or encode them, such as by "
                "sklearn.preprocessing.OneHotEncoder; a table of edges is read by sggraph.as_graph"
            )
    return X


def _holds_numbers(column):
    values = np.asarray(column)
    if values.dtype.kind == "O":
        values = np.array([value for value in values.ravel() if not is_missing(value)])
    try:
        values.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return values.dtype.kind not in "mM"  # times are numbers to NumPy


def as_knn(precomputed_knn, n_neighbors):
    """Indices (n, n_neighbors) and distances of a neighbour table of the caller's, the samples themselves left out."""
    try:
        indices, distances = (np.asarray(part) for part in precomputed_knn)
        distances = distances.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            "precomputed_knn does not hold numbers: give a pair of arrays (indices, distances), each of shape (n, k)"
        ) from None
    if indices.ndim != 2 or indices.shape != distances.shape:
        raise ValueError(f"precomputed_knn has the shapes {indices.shape} and {distances.shape}: give (n, k) for both")
    n, k = indices.shape
    if indices.dtype.kind not in "iu" or (indices.size and not (indices.min() >= 0 and indices.max() < n)):
        raise ValueError(f"precomputed_knn has indices that are not rows of X: give whole numbers from 0 to {n - 1}")
    if (np.diff(np.sort(indices, axis=1), axis=1) == 0).any():
        raise ValueError("precomputed_knn has the same sample twice in a row of indices: give each neighbour once")
    if not (np.isfinite(distances).all() and (distances >= 0).all()):
        raise ValueError("precomputed_knn has distances that are negative, NaN or infinite: give numbers of at least 0")
    others = k - (indices == np.arange(n)[:, None]).sum(axis=1).max(initial=0)
    if others < n_neighbors:
        raise ValueError(
            f"precomputed_knn has {others} neighbours a sample (itself not counted), n_neighbors={n_neighbors}: "
            "give more of them, or a smaller n_neighbors"
        )
    ascending = np.argsort(distances, axis=1, kind="stable")
    indices, distances = (np.take_along_axis(part, ascending, 1) for part in (indices, distances))
    return without_self(indices, distances, n_neighbors)


def check_point_cloud_options(n_neighbors, perplexity, rescale, method, metric, n_jobs, device):
    """Raise a ValueError that names the first argument out of range."""
    check_whole("n_neighbors", n_neighbors, 1, accepted="a number of neighbours")
    check_number("perplexity", perplexity, 1, GREATEST, "a number of at least 1, such as 10")
    check_choice("rescale", rescale, *RESCALES)
    check_choice("method", method, *METHODS)
    check_choice("metric", metric, *METRICS, "precomputed")
    check_n_jobs("n_jobs", n_jobs)
    check_device("device", device)
