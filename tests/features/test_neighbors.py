"""features/neighbors.py: every search finds the same neighbours, and none finds the sample itself."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from sggraph import GraphWarning
from sggraph.core.engine.blocks import Workers
from sggraph.features import neighbors as module
from sggraph.features.neighbors import METRICS, nearest_neighbors, neighbors_among, without_self


def blobs(n, f, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, f)) + 3 * rng.integers(0, 3, (n, 1))


def search(X, k, metric="euclidean", method="exact", n_jobs=1, seed=0, tick=None):
    with Workers(n_jobs) as workers:
        rng = np.random.default_rng(seed)
        return nearest_neighbors(X, k, metric=metric, method=method, rng=rng, workers=workers, tick=tick)


def by_sklearn(X, k, metric, queries=None):
    distances, indices = NearestNeighbors(n_neighbors=k, algorithm="brute", metric=metric).fit(X).kneighbors(queries)
    return indices, distances


EXACT = [  # scikit-learn has no "sqeuclidean" for sparse input
    (metric, as_)
    for metric in ("euclidean", "l2", "sqeuclidean", "cosine", "manhattan")
    for as_ in (np.float64, np.float32, sparse.csr_array)
    if (metric, as_) != ("sqeuclidean", sparse.csr_array)
]


@pytest.mark.parametrize("f", [3, 25])
@pytest.mark.parametrize(("metric", "as_"), EXACT)
def test_exact_search_equals_sklearn(metric, f, as_):
    X = as_(blobs(120, f))
    indices, distances = search(X, 8, metric)
    expected = by_sklearn(X if sparse.issparse(X) else X.astype(float), 8, metric)
    np.testing.assert_allclose(distances, expected[1], rtol=1e-5, atol=1e-7)
    assert (indices == expected[0]).mean() > (0.99 if metric == "cosine" else 1 - 1e-9)  # near ties in float32
    queries = as_(blobs(30, f, seed=1))
    with Workers(1) as workers:
        indices, distances = neighbors_among(queries, X, 8, metric=metric, workers=workers)
    expected = by_sklearn(X if sparse.issparse(X) else X.astype(float), 8, metric, queries)
    np.testing.assert_allclose(distances, expected[1], rtol=1e-5, atol=1e-7)


@pytest.mark.filterwarnings("ignore:Data was converted to boolean")
@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_known(metric):
    X = np.abs(blobs(40, 2)).round(1 if metric == "hamming" else 9)
    with warnings.catch_warnings():  # what agrees nowhere (hamming) is no neighbour, of some samples nothing is
        warnings.simplefilter("ignore", GraphWarning)
        indices, distances = search(X, 5, metric)
    assert np.isinf(distances).any() == (metric == "hamming")
    distances = np.where(np.isinf(distances), 1, distances)
    np.testing.assert_allclose(distances, by_sklearn(X, 5, metric)[1], rtol=1e-5, atol=1e-7)
    assert not (indices == np.arange(40)[:, None]).any()


@pytest.mark.jit
@pytest.mark.parametrize("metric", ["euclidean", pytest.param("cosine", marks=pytest.mark.slow)])  # compiles each
def test_the_approximate_search_finds_nearly_all(metric):
    X = blobs(1_000, 12)
    exact, near = search(X, 10, metric), search(X, 10, metric, "approximate")
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact[0], near[0], strict=True)])
    assert recall > 0.95
    assert near[1].dtype == np.float64
    assert (np.diff(near[1]) >= 0).all()
    assert not (near[0] == np.arange(1_000)[:, None]).any()
    again = search(X, 10, metric, "approximate")
    assert np.array_equal(near[0], again[0])


@pytest.mark.jit
def test_the_approximate_search_with_more_threads_than_cores():
    assert search(blobs(100, 4), 5, method="approximate", n_jobs=64)[0].shape == (100, 5)


def test_nearly_as_many_neighbours_as_samples():
    for method in module.METHODS:
        for n in (2, 3):
            indices, _ = search(blobs(n, 2), n - 1, method=method)
            assert all(set(row) == set(range(n)) - {i} for i, row in enumerate(indices))


@pytest.mark.parametrize("f", [2, 30])
def test_duplicates_never_hide_the_sample_itself(f):
    X = np.repeat(blobs(9, f), 12, axis=0)
    for metric in ("euclidean", "manhattan", "cosine"):
        indices, distances = search(X, 6, metric)
        np.testing.assert_allclose(distances, 0, atol=1e-12)
        assert not (indices == np.arange(108)[:, None]).any()


def test_auto_takes_the_cheaper_search(monkeypatch):
    calls, found = [], (np.zeros((1, 1), int), np.zeros((1, 1)))
    for name in ("_approximate", "_brute", "_tree", "_blocked"):
        monkeypatch.setattr(module, name, lambda *args, name=name, **kwargs: calls.append(name) or found)
    dense, wide, table = np.zeros((200, 3)), np.zeros((200, 30)), sparse.csr_array((200, 30))
    search(dense, 5, method="auto")
    search(wide, 5, method="auto")
    search(wide, 5, "manhattan", "auto")
    search(table, 5, method="auto")
    monkeypatch.setattr(module, "EXACT_COST", 1e6)
    monkeypatch.setattr(module, "EXACT_SPARSE", 100)
    monkeypatch.setattr(module, "EXACT_PRODUCTS", 100)
    search(dense, 5, method="auto")
    search(wide, 5, method="auto")
    search(wide, 5, "manhattan", "auto")
    search(table, 5, method="auto")
    assert calls == ["_tree", "_blocked", "_brute", "_blocked", "_tree", *["_approximate"] * 3]


@pytest.mark.parametrize("f", [3, 25])
def test_same_bits_for_any_number_of_threads_and_input_unchanged(f):
    X = blobs(1_500, f)
    before = X.copy()
    for metric in ("euclidean", "cosine"):
        results = [search(X, 7, metric, n_jobs=n_jobs) for n_jobs in [1, 2, 3]]
        assert len({(indices.tobytes(), distances.tobytes()) for indices, distances in results}) == 1
    assert np.array_equal(X, before)


def test_without_self_takes_out_the_own_index_wherever_it_is():
    indices = np.array([[0, 2, 1], [0, 2, 1], [0, 1, 3], [2, 3, 1]])
    distances = np.arange(12.0).reshape(4, 3)
    some, far = without_self(indices, distances, 2)
    assert some.tolist() == [[2, 1], [0, 2], [0, 1], [2, 1]]
    assert far.tolist() == [[1, 2], [3, 4], [6, 7], [9, 11]]


@pytest.mark.parametrize("f", [3, 25])
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize(("factor", "dtype"), [(2.0**490, float), (2.0**-1000, float), (2.0**80, "f"), (2.0**-80, "f")])
def test_numbers_of_any_size(f, metric, factor, dtype):
    """Squares that overflow, or vanish, in the numbers' own precision."""
    X = blobs(300, f).astype(dtype)
    indices, distances = search(X, 8, metric)
    again, scaled = search(X * np.dtype(dtype).type(factor), 8, metric)
    np.testing.assert_array_equal(again, indices)
    np.testing.assert_allclose(scaled / (factor if metric == "euclidean" else 1), distances, rtol=1e-5)


@pytest.mark.parametrize("f", [3, 25])
def test_an_outlier_leaves_the_others_their_neighbours(f):
    X = blobs(300, f)
    X[0] = 1e6
    indices, _ = search(X, 8)
    X[0] = 1e149
    np.testing.assert_array_equal(search(X, 8)[0][1:], indices[1:])


def test_numbers_whose_squares_overflow_are_refused():
    for X in (blobs(30, 3), sparse.csr_array(blobs(30, 20))):
        with pytest.raises(ValueError, match=r"X holds numbers of .*e\+2.*overflow.*divide X by a constant"):
            search(X * -1e200, 5)


def test_samples_without_distances_are_named():
    X = np.abs(blobs(30, 12))
    X[[4, 9]] = 0
    with pytest.raises(ValueError, match=r"metric='correlation' gives 2 samples .*the first: 4.* leave them out"):
        search(X, 5, "correlation")


def test_metrics_without_an_exact_search_of_sparse_samples(monkeypatch):
    X = sparse.csr_array(blobs(30, 5))
    indices, distances = search(X, 5, "correlation")
    np.testing.assert_array_equal(indices, search(X.toarray(), 5, "correlation")[0])
    assert module._is_exact_cheaper(X, "jaccard")
    monkeypatch.setattr(module, "DENSE", 100)
    with pytest.raises(ValueError, match=r"metric='jaccard' has no exact search for a sparse X: give method='approx"):
        search(X, 5, "jaccard")
    indices, distances = search(X, 5, "sqeuclidean")
    expected = search(X.toarray(), 5, "sqeuclidean")
    np.testing.assert_array_equal(indices, expected[0])
    np.testing.assert_allclose(distances, expected[1], atol=1e-9)
    assert module._is_exact_cheaper(X, "manhattan")
    assert not module._is_exact_cheaper(X, "jaccard")


def test_a_sample_of_zeros_is_no_neighbour_of_all():
    """Cosine distance 1 from all others, as in scikit-learn; the origin is nearer to unit vectors than most."""
    rng = np.random.default_rng(0)
    X = rng.random((300, 200)) * (rng.random((300, 200)) < 0.03)
    X[~X.any(axis=1), 0] = 1
    X[7] = 0
    for table in (X, X.astype(np.float32)):
        with pytest.warns(GraphWarning, match=r"1 samples share nothing with any other .*'cosine'"):
            indices, distances = search(table, 10, "cosine")
        expected = by_sklearn(X, 10, "cosine")[1]
        np.testing.assert_allclose(distances, np.where(expected > 1 - 1e-9, np.inf, expected), atol=1e-6)
        assert np.isinf(distances[indices == 7]).all()
        with Workers(1) as workers:
            among, _ = neighbors_among(table[:50], table, 1, metric="cosine", workers=workers)
        assert among[:, 0].tolist() == list(range(50))
