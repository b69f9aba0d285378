"""The k nearest neighbours of each sample: exact, approximate, or brought along by the caller.

Which search "auto" takes was measured on two cores (tests/benchmarks/point_cloud.py): a k-d tree for few features,
then blocked matrix products while their n^2 operations are cheaper than the graph search of pynndescent.
"""

import numpy as np
from scipy import sparse

from ..core.search.nearest import nearest
from ..core.search.tree import tree_neighbors
from ..runtime.threads import is_numba_usable, numba_turn, one_blas_thread, openmp_threads
from ..runtime.warn import warn

GREATEST = 1e150  # of the features
TREE_FEATURES = 10  # up to here a k-d tree is the fastest exact search
EXACT_COST = 3e12  # n^2 (features + 60): about what pynndescent takes 30 s for
EXACT_SPARSE = 10_000  # samples
METHODS = ("auto", "exact", "approximate")
METRICS = (  # known to pynndescent and to scikit-learn, without parameters
    *("euclidean", "l2", "sqeuclidean", "cosine", "manhattan", "l1", "chebyshev", "correlation", "braycurtis"),
    *("canberra", "hamming", "jaccard", "dice", "rogerstanimoto", "russellrao", "sokalsneath", "yule", "haversine"),
)
BLOCKED = ("euclidean", "l2", "sqeuclidean", "cosine")  # metrics that matrix products serve
SPARSE = ("euclidean", "l2", "sqeuclidean", "cosine", "manhattan", "l1")  # metrics with an exact search, then
DENSE = 20_000_000  # entries of a sparse matrix that is made dense for other metrics
FORKED = (
    "the approximate search for neighbours cannot run in a process forked from one that has used it (GNU OpenMP would "
    "end the process): the search is exact, which takes longer; start processes by 'spawn' instead"
)


def nearest_neighbors(X, k, *, metric, method, rng, workers, tick):
    """Indices and distances (n, k) of the nearest other samples of X (n, f), by `method`.

    ``tick(done, total)`` is called as a blocked search goes on.
    """
    n = X.shape[0]
    _check_range(X)
    if method == "auto":
        method = "exact" if _is_exact_cheaper(X, metric) else "approximate"
    if method == "approximate" and k + 1 < n and not is_numba_usable():
        warn(FORKED, RuntimeWarning)
        method = "exact"
    if method == "approximate" and k + 1 < n:
        found = _approximate(X, k, metric, rng, workers.n_jobs)
    elif sparse.issparse(X) or metric not in BLOCKED:
        found = _brute(X, k, metric, workers.n_jobs)
    elif _fits_tree(X, metric):
        found = _tree(X, k, workers)
    else:
        found = _blocked(X, k, metric, workers, tick=tick)
    return _checked(*found, metric)


def neighbors_among(X, fitted, k, *, metric, workers):
    """Indices and distances (m, k) of the samples of `fitted` (n, f) nearest to each sample of X (m, f), exact."""
    _check_range(X)
    if sparse.issparse(fitted) or metric not in BLOCKED:
        found = _brute(fitted, k, metric, workers.n_jobs, queries=X)
    else:
        found = _blocked(fitted, k, metric, workers, queries=X)
    return _checked(*found, metric)


def without_self(indices, distances, k):
    """The first k columns of a neighbour table (n, k or more) after each point itself was taken out, by its index."""
    own = indices == np.arange(len(indices))[:, None]
    order = np.argsort(own, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(indices, order, 1), np.take_along_axis(distances, order, 1)


def _check_range(X):
    data = X.data if sparse.issparse(X) else X
    greatest = float(max(data.max(initial=0.0), -data.min(initial=0.0)))
    if greatest > GREATEST:
        raise ValueError(
            f"X holds numbers of {greatest:g}, whose squares overflow: divide X by a constant, or leave out what "
            "stands for missing values"
        )


def _checked(indices, distances, metric):
    """A neighbour table, all of whose distances are numbers."""
    wrong = ~np.isfinite(distances).all(axis=1)
    if wrong.any():
        raise ValueError(
            f"metric={metric!r} gives {wrong.sum()} samples of X (the first: {np.argmax(wrong)}) no finite distance to "
            "their neighbours: leave them out (they are constant or zero, perhaps), or choose another metric"
        )
    return indices, distances


def _is_exact_cheaper(X, metric):
    n, f = X.shape
    if sparse.issparse(X):
        return n <= EXACT_SPARSE and (metric in SPARSE or n * f <= DENSE)
    if metric not in BLOCKED:
        return n <= EXACT_SPARSE
    return _fits_tree(X, metric) or float(n) ** 2 * (f + 60) <= EXACT_COST


def _fits_tree(X, metric):
    return metric in ("euclidean", "l2") and X.shape[1] <= TREE_FEATURES


def _blocked(X, k, metric, workers, queries=None, tick=None):
    if metric == "cosine":
        X, queries = _unit_rows(X), None if queries is None else _unit_rows(queries)
        if any(not part.any(axis=1).all() for part in (X, queries) if part is not None):
            X, queries = (None if part is None else _zeros_apart(part) for part in (X, queries))
    with one_blas_thread():
        indices, distances = nearest(X, k, workers, queries=queries, tick=tick)
    if metric == "cosine":
        return indices, distances**2 / 2
    return indices, distances**2 if metric == "sqeuclidean" else distances


def _unit_rows(X):
    for norm in (np.inf, 2):  # squares of what is 1 at most neither overflow nor vanish
        norms = np.linalg.norm(X, norm, axis=1, keepdims=True)
        X = X / np.where(norms > 0, norms, 1.0)
    return X


def _zeros_apart(X):
    """Rows of length 1, those of zeros along an axis of their own: at cosine distance 1 from all others."""
    return np.hstack([X, ~X.any(axis=1, keepdims=True)], dtype=X.dtype)


def _tree(X, k, workers):
    return without_self(*tree_neighbors(X, k + 1, workers), k)


def _brute(X, k, metric, n_jobs, queries=None):
    from sklearn.neighbors import NearestNeighbors

    if sparse.issparse(X) and metric not in SPARSE:
        if X.shape[0] * X.shape[1] > DENSE:
            raise ValueError(
                f"metric={metric!r} has no exact search for a sparse X: give method='approximate', or X.toarray()"
            )
        X, queries = (part.toarray() if sparse.issparse(part) else part for part in (X, queries))
    if sparse.issparse(X) and metric == "sqeuclidean":  # which scikit-learn lacks there
        indices, distances = _brute(X, k, "euclidean", n_jobs, queries)
        return indices, distances**2
    search = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric, n_jobs=n_jobs).fit(X)
    with one_blas_thread(), openmp_threads(n_jobs):
        distances, indices = search.kneighbors(queries)  # without queries: of X itself, without the point itself
    return indices, distances


def _approximate(X, k, metric, rng, n_jobs):
    from pynndescent import NNDescent

    seed = int(rng.integers(2**31 - 1))
    with numba_turn() as most:  # pynndescent refuses more than Numba has started
        index = NNDescent(X, metric=metric, n_neighbors=k + 1, random_state=seed, n_jobs=min(n_jobs, most))
        indices, distances = index.neighbor_graph
    absent = (indices < 0).any(axis=1)
    if absent.any():
        raise ValueError(
            f"the approximate search found fewer than {k} neighbours for {absent.sum()} samples of X: "
            "use method='exact', or a smaller n_neighbors"
        )
    return without_self(indices, distances.astype(np.float64), k)
