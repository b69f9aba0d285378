"""The k nearest neighbours of each sample: exact, approximate, or brought along by the caller.

Which search "auto" takes was measured on two cores (tests/benchmarks/point_cloud.py): a k-d tree for few features,
then blocked matrix products while their n^2 operations are cheaper than the graph search of pynndescent.
"""

import numpy as np
from scipy import sparse

from ..core.search.nearest import nearest, square_unit
from ..core.search.nearest_sparse import distances_from, nearest_sparse, products
from ..core.search.ties import settled
from ..core.search.tree import tree_balls, tree_neighbors
from ..graph.adjacency import GraphWarning
from ..runtime.interrupts import Interrupts
from ..runtime.threads import is_numba_usable, numba_turn, one_blas_thread, openmp_threads
from ..runtime.warn import warn

GREATEST = 1e150  # of the features
TREE_FEATURES = 10  # up to here a k-d tree is the fastest exact search
EXACT_COST = 3e12  # n^2 (features + 60): about what pynndescent takes 30 s for
EXACT_SPARSE = 10_000  # samples, for metrics that are searched one pair at a time
EXACT_PRODUCTS = 1e10  # of sparse samples, n^2 included: 50 s, about what pynndescent takes to compile
METHODS = ("auto", "exact", "approximate")
METRICS = (  # known to pynndescent and to scikit-learn, without parameters
    *("euclidean", "l2", "sqeuclidean", "cosine", "manhattan", "l1", "chebyshev", "correlation", "braycurtis"),
    *("canberra", "hamming", "jaccard", "dice", "rogerstanimoto", "russellrao", "sokalsneath", "yule", "haversine"),
)
BLOCKED = ("euclidean", "l2", "sqeuclidean", "cosine")  # metrics that matrix products serve
SPARSE = ("euclidean", "l2", "sqeuclidean", "cosine", "manhattan", "l1")  # metrics with an exact search, then
DENSE = 20_000_000  # entries of a sparse matrix that is made dense for other metrics
# Two samples at this distance share nothing: all such are equally strange to each other, and no neighbours. Where X
# holds no numbers below 0, or, of the cosine, for samples of zeros.
STRANGE = dict.fromkeys(
    ("cosine", "braycurtis", "hamming", "jaccard", "dice", "rogerstanimoto", "russellrao", "sokalsneath"), 1.0
)
BOOLEAN = ("jaccard", "dice", "rogerstanimoto", "russellrao", "sokalsneath", "yule")  # ask only what is not 0
ALMOST = 1e-6  # short of that distance: rounding of features in float32
CLOSE = 1e-5  # of |x|^2 + |y|^2: squares of distances below it lose too many digits in products, and are taken anew
LOOSE = 1e-6  # relative, on squares of distances from matrix products, which may hide what ties
FORKED = (
    "the approximate search for neighbours cannot run in a process forked from one that has used it (GNU OpenMP would "
    "end the process): the search is exact, which takes longer; start processes by 'spawn' instead"
)


def nearest_neighbors(X, k, *, metric, method, rng, workers, tick, search=None):
    """Indices and distances (n, k) of the nearest other samples of X (n, f), by `method`, ties at random.

    Infinitely far is what shares nothing with a sample (`STRANGE`). ``tick(done, total)`` is called as a blocked
    search goes on. A `search` by products, as that of a card (card_search.py), is taken whatever the method.
    """
    n = X.shape[0]
    _check_range(X)
    if search is not None:
        found = _blocked(X, k, metric, workers, tick=tick, search=search)
        return _without_strangers(X, *_checked(*found, metric), metric)
    if method == "auto":
        method = "exact" if _is_exact_cheaper(X, metric) else "approximate"
    if method == "approximate" and k + 1 < n and not is_numba_usable():
        warn(FORKED, RuntimeWarning)
        method = "exact"
    if method == "approximate" and k + 1 < n:
        found = _approximate(X, k, metric, rng, workers.n_jobs)
    elif metric in BLOCKED and not fits_tree(X, metric):
        found = _blocked(X, k, metric, workers, tick=tick)
    elif fits_tree(X, metric):
        found = _tree(X, k, workers)
    else:
        found = _brute(X, k, metric, workers.n_jobs)
    return _without_strangers(X, *_checked(*found, metric), metric)


def neighbors_among(X, fitted, k, *, metric, workers):
    """Indices and distances (m, k) of the samples of `fitted` (n, f) nearest to each sample of X (m, f), exact."""
    _check_range(X)
    if metric not in BLOCKED:
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
    if sparse.issparse(X) and metric in BLOCKED:
        return products(X) + float(n) ** 2 <= EXACT_PRODUCTS
    if sparse.issparse(X):
        return n <= EXACT_SPARSE and (metric in SPARSE or n * f <= DENSE)
    if metric not in BLOCKED:
        return n <= EXACT_SPARSE
    return fits_tree(X, metric) or exact_cost(n, f) <= EXACT_COST


def exact_cost(n, f):
    """What a search by products costs for n samples of f features, in products and what a look at one of them takes."""
    return float(n) ** 2 * (f + 60)


def fits_tree(X, metric):
    """Whether a k-d tree is the fastest search."""
    return metric in ("euclidean", "l2") and X.shape[1] <= TREE_FEATURES and not sparse.issparse(X)


def _blocked(X, k, metric, workers, queries=None, tick=None, search=None):
    if metric == "cosine":
        X, queries = _unit_rows(X), None if queries is None else _unit_rows(queries)
        if not all(np.abs(part).sum(axis=1).all() for part in (X, queries) if part is not None):
            X, queries = (None if part is None else _zeros_apart(part) for part in (X, queries))
    search = search or (nearest_sparse if sparse.issparse(X) else nearest)
    with one_blas_thread():
        if queries is not None:
            indices, distances = search(X, k, workers, queries=queries, tick=tick)
        else:
            found = search(X, min(k + 1, X.shape[0] - 1), workers, tick=tick)
            unit = float(metric == "cosine")
            indices, distances = settled(found, k, lambda rows: distinct(X, rows), euclidean_balls(X), unit=unit)
    if metric == "cosine":
        return indices, distances**2 / 2
    return indices, distances**2 if metric == "sqeuclidean" else distances


def _unit_rows(X):
    """Rows of length 1, but for those of zeros."""
    for power in (np.inf, 2):  # squares of what is 1 at most neither overflow nor vanish
        norms = sparse.linalg.norm(X, power, axis=1) if sparse.issparse(X) else np.linalg.norm(X, power, axis=1)
        scale = 1 / np.where(norms > 0, norms, 1.0)
        X = sparse.csr_array(sparse.diags_array(scale) @ X) if sparse.issparse(X) else X * scale[:, None]
    return X


def _zeros_apart(X):
    """Rows of length 1, those of zeros along an axis of their own: at cosine distance 1 from all others."""
    zeros = (np.abs(X).sum(axis=1) == 0)[:, None]
    if sparse.issparse(X):
        return sparse.hstack([X, sparse.csr_array(zeros, dtype=X.dtype)], format="csr")
    return np.hstack([X, zeros], dtype=X.dtype)


def distinct(X, rows):
    """The first of each kind of equal samples among these rows of X, and the kind of each."""
    if not sparse.issparse(X):
        _, first, kind = np.unique(X[rows], axis=0, return_index=True, return_inverse=True)
        return first, kind.ravel()
    kinds, kind, some = {}, np.empty(len(rows), np.int64), X[rows]
    first = []
    for r in range(len(rows)):
        entries = slice(some.indptr[r], some.indptr[r + 1])
        content = some.indices[entries].tobytes() + some.data[entries].tobytes()
        kind[r] = kinds.setdefault(content, len(kinds))
        if kind[r] == len(first):
            first.append(r)
    return np.array(first), kind


def euclidean_balls(X):
    """What `settled` asks of samples (n, f): all within a radius, found by products, at exact distances."""
    greatest = max(X.max(), -X.min()) if X.shape[1] else 0.0
    unit = square_unit(float(greatest))

    def balls(rows, radii):
        points = X.astype(np.float64) / unit
        if not sparse.issparse(points):
            points = points - points.mean(axis=0)  # a common offset would drown the distances
        squares = np.asarray((points * points).sum(axis=1)).ravel()
        table = points[rows] @ points.T
        table = table.toarray() if sparse.issparse(table) else table
        table = squares[rows][:, None] + squares - 2 * table
        slack = LOOSE * (squares[rows] + squares.max() * LOOSE)
        bounds = (np.asarray(radii) / unit) ** 2 * (1 + LOOSE) + slack
        for i, row, bound, radius in zip(rows, table, bounds, radii, strict=True):
            near = np.flatnonzero(row <= bound)
            apart = np.sqrt(np.maximum(row[near], 0.0))
            close = row[near] <= CLOSE * (squares[i] + squares[near])
            if sparse.issparse(X):
                apart[close] = distances_from(points, i, near[close])
            else:
                apart[close] = np.sqrt(np.square(points[near[close]] - points[i]).sum(axis=1))
            apart *= unit
            yield near[apart <= radius], apart[apart <= radius]

    return balls


def _tree(X, k, workers):
    found = without_self(*tree_neighbors(X, min(k + 2, len(X)), workers), min(k + 1, len(X) - 1))
    return settled(found, k, lambda rows: distinct(X, rows), tree_balls(X))


def _brute(X, k, metric, n_jobs, queries=None):
    from sklearn.metrics import pairwise_distances
    from sklearn.neighbors import NearestNeighbors

    if sparse.issparse(X) and metric not in SPARSE:
        if X.shape[0] * X.shape[1] > DENSE:
            raise ValueError(
                f"metric={metric!r} has no exact search for a sparse X: give method='approximate', or X.toarray()"
            )
        X, queries = (part.toarray() if sparse.issparse(part) else part for part in (X, queries))
    if metric in BOOLEAN:
        X, queries = X != 0, None if queries is None else queries != 0
    more = 0 if queries is not None or k + 1 >= X.shape[0] else 1
    search = NearestNeighbors(n_neighbors=k + more, algorithm="brute", metric=metric, n_jobs=n_jobs).fit(X)
    with one_blas_thread(), openmp_threads(n_jobs):
        distances, indices = search.kneighbors(queries)  # without queries: of X itself, without the point itself

        def balls(rows, radii):
            table = pairwise_distances(X[rows], X, metric=metric)
            for row, radius in zip(table, radii, strict=True):
                near = np.flatnonzero(row <= radius)
                yield near, row[near]

        if not more:
            return indices, distances
        return settled((indices, distances), k, lambda rows: distinct(X, rows), balls, unit=1.0)


def _approximate(X, k, metric, rng, n_jobs):
    from pynndescent import NNDescent

    seed = int(rng.integers(2**31 - 1))
    with Interrupts(), numba_turn() as most:  # an interrupt within ends the search no sooner, but as a SystemError
        n_jobs = min(n_jobs, most)  # pynndescent refuses more than Numba has started
        index = NNDescent(X, metric=metric, n_neighbors=k + 1, random_state=seed, n_jobs=n_jobs)
        indices, distances = index.neighbor_graph
    absent = (indices < 0).any(axis=1)
    if absent.any():
        raise ValueError(
            f"the approximate search found fewer than {k} neighbours for {absent.sum()} samples of X: "
            "use method='exact', or a smaller n_neighbors"
        )
    return _copies_at_random(X, *without_self(indices, distances.astype(np.float64), k), k, rng)


def _copies_at_random(X, indices, distances, k, rng):
    """More copies of a sample than k choose among themselves at random; a graph search finds the same few for all."""
    rows = np.flatnonzero(distances[:, -1] == 0)
    if len(rows) == 0:
        return indices, distances
    _, kind = distinct(X, rows)
    for copies in np.split(rows[np.argsort(kind, kind="stable")], np.cumsum(np.bincount(kind))[:-1]):
        if len(copies) > k:
            for at, i in enumerate(copies):
                picked = rng.choice(len(copies) - 1, k, replace=False, shuffle=False)
                indices[i] = copies[picked + (picked >= at)]
    return indices, distances


def _without_strangers(X, indices, distances, metric):
    """Infinite distances to what shares nothing with a sample, last in its row; a warning tells how many are left
    without any.
    """
    if metric not in STRANGE:
        return indices, distances
    least = X.min() if X.shape[1] else 0.0
    strange = distances >= STRANGE[metric] - ALMOST
    if least < 0 and metric not in BOOLEAN:
        zeros = np.asarray(np.abs(X).sum(axis=1) == 0).ravel()
        strange &= (zeros[:, None] | zeros[indices]) & (metric == "cosine")
    distances = np.where(strange, np.inf, distances)
    order = np.argsort(distances, axis=1, kind="stable")  # others may tie with them
    indices, distances = np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)
    alone = int(np.isinf(distances[:, 0]).sum())
    if alone:
        warn(
            f"{alone} samples share nothing with any other (metric={metric!r}): they are left without neighbours",
            GraphWarning,
        )
    return indices, distances
