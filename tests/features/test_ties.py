"""Equal distances: neighbours at random, none that share nothing, the same for sparse and dense samples."""

import warnings

import numpy as np
import pytest
from scipy import sparse

from sggraph import GraphWarning, SGtSNEpi, embed_graph, point_cloud_to_graph

K = 10


def with_copies(f, seed=1):
    """200 samples of f features, and two that are there 150 times."""
    rng = np.random.default_rng(seed)
    return np.vstack([rng.normal(size=(200, f)), np.repeat(rng.normal(size=(2, f)), 150, 0)])


COPIES = {f: with_copies(f) for f in (3, 20)}


def most_chosen(p):
    return np.bincount(p.indices, minlength=p.shape[0]).max()


@pytest.mark.parametrize("f", COPIES)
@pytest.mark.parametrize("as_", [np.array, sparse.csr_array])
@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan"])
def test_copies_choose_among_themselves_at_random(metric, as_, f):
    X = COPIES[f]
    p = point_cloud_to_graph(as_(X), K, metric=metric)
    for copies in (np.s_[200:350], np.s_[350:]):
        assert p[copies][:, copies].nnz >= K * 149
        assert most_chosen(p[copies][:, copies].tocsr()) <= 3 * K
    again = [point_cloud_to_graph(as_(X), K, metric=metric, n_jobs=n_jobs) for n_jobs in (1, 3)]
    assert all((p != other).nnz == 0 for other in again)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
@pytest.mark.parametrize("f", [2, 12])
def test_small_counts(metric, f):
    """Of all neighbours at the last distance some, of those before all."""
    X = np.random.default_rng(1).integers(0, 2 if f > 3 else 12, (300, f))
    p = point_cloud_to_graph(X, K, metric=metric).toarray() > 0
    norm = 1 if metric == "manhattan" else 2
    apart = np.linalg.norm(X[:, None] - X, norm, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (p.sum(axis=1) == K).all()
    for i in range(300):
        np.testing.assert_allclose(np.sort(apart[i][p[i]]), np.sort(apart[i])[:K])


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "cosine", "manhattan", "jaccard"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 17])  # of the cosine with signs, zeros tie with others
def test_sparse_and_dense_are_one(metric, signed, seed):
    rng = np.random.default_rng(seed)
    X = rng.random((250, 40)) * (rng.random((250, 40)) < 0.15)
    X -= signed * 2 * X * (rng.random(X.shape) < 0.5)
    X[::7] = 0
    X[1::9] = X[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)
        dense, csr = (point_cloud_to_graph(as_(X), 25, metric=metric) for as_ in (np.array, sparse.csr_array))
    assert np.abs(dense - csr).max() < 1e-6


@pytest.mark.parametrize("metric", ["jaccard", "dice", "cosine", "braycurtis"])
def test_what_shares_nothing_is_no_neighbour(metric):
    X, rng = np.zeros((100, 200)), np.random.default_rng(1)
    for i in range(90):
        X[i, rng.choice(12, 4, replace=False) + 12 * (i // 30)] = 1
    for i in range(90, 100):
        X[i, 2 * i - 100 : 2 * i - 98] = 1
    with pytest.warns(GraphWarning, match=rf"10 samples share nothing with any other \(metric='{metric}'\)"):
        p = point_cloud_to_graph(X, K, perplexity=5, metric=metric)
    assert not p[90:].nnz
    assert not p[:, 90:].nnz
    np.testing.assert_allclose(p[:90].sum(axis=1), 1)
    assert (np.diff(p.indptr)[:90] == K).mean() > 0.9
    with pytest.warns(GraphWarning, match="share nothing"):
        Y = SGtSNEpi(metric=metric, n_neighbors=K, perplexity=5, max_iter=20, random_state=0).fit_transform(X)
    assert np.isfinite(Y).all()
    np.testing.assert_array_equal(embed_graph(p, max_iter=20, random_state=0), Y)


@pytest.mark.parametrize("rescale", ["perplexity", "lambda", None])
def test_shorter_rows_are_probabilities(rescale):
    X = np.kron(np.eye(12), np.ones((5, 4)))  # twelve groups of five; four neighbours each
    p = point_cloud_to_graph(X, K, metric="cosine", perplexity=3, rescale=rescale)
    assert (np.diff(p.indptr) == 4).all()
    np.testing.assert_allclose(p.data, 0.25)


def test_copies_are_an_even_disc_no_larger_than_their_share():
    rng = np.random.default_rng(1)
    X = np.vstack([rng.normal(size=(150, 5)), np.repeat(rng.normal(size=(1, 5)), 150, 0)])
    Y = SGtSNEpi(n_neighbors=15, random_state=0).fit_transform(X)
    axes = [np.sqrt(np.linalg.eigvalsh(np.cov(part.T))) for part in (Y[:150], Y[150:])]
    assert axes[1][1] < 1.2 * axes[1][0]
    assert axes[1].prod() < 1.1 * axes[0].prod()
