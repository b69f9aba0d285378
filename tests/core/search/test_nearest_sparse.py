"""core/search/nearest_sparse.py: the neighbours of sparse samples are those of the same samples, dense."""

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist

from sggraph.core.engine.blocks import Workers
from sggraph.core.search.nearest_sparse import distances_from, nearest_sparse, products


def texts(n, words=50, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, words)) * (rng.random((n, words)) < 0.15)


@pytest.mark.parametrize("n", [2, 3, 17, 300])
@pytest.mark.parametrize("n_jobs", [1, 3])
def test_equals_all_distances(n, n_jobs):
    X, k = texts(n), min(n - 1, 9)
    apart = cdist(X, X)
    np.fill_diagonal(apart, np.inf)
    ticks = []
    with Workers(n_jobs) as workers:
        indices, distances = nearest_sparse(
            sparse.csr_array(X), k, workers, tick=lambda done, total: ticks.append((done, total))
        )
    np.testing.assert_allclose(distances, np.sort(apart, axis=1)[:, :k], rtol=1e-12)
    np.testing.assert_allclose(np.take_along_axis(apart, indices, 1), distances, rtol=1e-12)
    assert ticks[-1] == (n, n)


def test_queries_and_unsorted_rows_with_repeated_words():
    X, queries = texts(80), texts(30, seed=1)
    queries[3], queries[4] = 0, X[7]
    column = np.tile(np.arange(50)[::-1], 160)  # each word twice in a row, backwards, with half of the weight
    twice = np.repeat(X[:, ::-1], 2, axis=0).ravel() / 2
    repeated = sparse.csr_array((twice, column, np.arange(81) * 100), shape=(80, 50))
    with Workers(1) as workers:
        _, distances = nearest_sparse(repeated, 5, workers, queries=sparse.csr_array(queries))
    np.testing.assert_allclose(distances, np.sort(cdist(queries, X), axis=1)[:, :5], atol=1e-9)
    assert repeated.nnz == 8000


def test_equal_samples_are_at_distance_zero():
    X = sparse.csr_array(np.repeat(texts(12) * 1e3 + (texts(12) != 0) * 1e8, 6, axis=0))
    with Workers(1) as workers:
        _, distances = nearest_sparse(X, 5, workers)
    assert not distances.any()
    apart = distances_from(X, 0, np.arange(72))
    np.testing.assert_allclose(apart, cdist(X[[0]].toarray(), X.toarray())[0])


def test_products_are_counted():
    assert products(sparse.csr_array([[1, 1, 0], [1, 0, 0], [1, 0, 1]])) == 9 + 1 + 1
