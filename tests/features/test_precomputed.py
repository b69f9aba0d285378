"""features/precomputed.py, graph/distances.py: distances are taken for distances, and never for weights."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_wine
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import KNeighborsTransformer, kneighbors_graph

from sggraph import GraphWarning, SGtSNEpi, as_graph, embed_graph, point_cloud_to_graph

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4)) + 3 * RNG.integers(0, 3, (90, 1))
D = squareform(pdist(X))
COPIES = squareform(pdist(np.vstack([X[:40], X[:3]])))
ROADS = nx.floyd_warshall_numpy(nx.grid_2d_graph(6, 7))
DISTANCES = {
    "euclidean": D,
    "squares": D**2,
    "manhattan": squareform(pdist(load_wine().data, "cityblock")),
    "cosine": squareform(pdist(np.abs(X), "cosine")),
    "path lengths": np.asarray(ROADS),
    "in 100 dimensions": squareform(pdist(RNG.normal(size=(120, 100)))),
    "some samples equal": COPIES,
    "one way longer than the other": D * RNG.uniform(0.95, 1.05, D.shape),
    "twelve places": D[:12, :12],
    "sparse": sparse.csr_array(D),
    "edges of a network": nx.from_numpy_array(D),
    "neighbours": KNeighborsTransformer(mode="distance", n_neighbors=9).fit_transform(X),
    "neighbours without the sample": kneighbors_graph(X, 9, mode="distance"),
}


def without_diagonal(A):
    return A - np.diag(np.diag(A))


strengths = RNG.lognormal(0, 0.3, 60)
WEIGHTS = {
    "kernel": without_diagonal(np.exp(-(D**2) / 20)),
    "wide kernel, all triangles hold": without_diagonal(np.exp(-(D**2) / 1000)),
    "inverse": without_diagonal(1 / (1 + D)),
    "correlations": without_diagonal(np.abs(np.corrcoef(X))),
    "products of strengths": without_diagonal(np.outer(strengths, strengths)),
    "at random": squareform(RNG.uniform(1, 2, 60 * 59 // 2)),
    "all alike": 1 - np.eye(9),
    "neighbours": kneighbors_graph(X, 9, mode="distance").tocsr().power(-1),
    "a triangle": np.array([[0, 1, 2], [1, 0, 3], [2, 3, 0]]),
}


@pytest.mark.parametrize("name", DISTANCES)
def test_distances_are_no_weights(name):
    with pytest.raises(ValueError, match=r"distances.*metric='precomputed'.*weights of edges are large"):
        embed_graph(DISTANCES[name], max_iter=0)
    as_graph(DISTANCES[name], weight=None)


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_are_no_distances(name):
    assert as_graph(WEIGHTS[name]).weighted == (name != "all alike")


@pytest.mark.parametrize("as_", [np.array, pd.DataFrame, np.ndarray.tolist, np.float32])
def test_neighbours_of_distances_are_those_of_samples(as_):
    expected = point_cloud_to_graph(X, 12, perplexity=6)
    given = as_(D)
    p = point_cloud_to_graph(given, 12, perplexity=6, metric="precomputed")
    np.testing.assert_allclose(p.toarray(), expected.toarray(), atol=1e-5)
    estimator = SGtSNEpi(metric="precomputed", n_neighbors=12, perplexity=6, max_iter=10, random_state=0).fit(given)
    assert not (estimator.graph_.adjacency != p).nnz
    assert estimator.graph_.calibrated
    assert estimator.__sklearn_tags__().input_tags.pairwise


@pytest.mark.parametrize("more", [0, 3])
def test_neighbour_graphs_of_sklearn(more):
    expected = point_cloud_to_graph(X, 12, perplexity=6)
    table = KNeighborsTransformer(mode="distance", n_neighbors=12 + more).fit_transform(X)
    for given in (table, table.tocoo(), kneighbors_graph(X, 12 + more, mode="distance")):
        p = point_cloud_to_graph(given, 12, perplexity=6, metric="precomputed")
        np.testing.assert_allclose(p.toarray(), expected.toarray(), atol=1e-6)
    with pytest.warns(GraphWarning, match=rf"n_neighbors=30 of 90 samples .*: {12 + more} are taken"):
        SGtSNEpi(metric="precomputed", max_iter=5).fit(table)


def test_new_samples_by_their_distances():
    old, new = X[:80], X[80:]
    options = {"n_neighbors": 12, "max_iter": 50, "random_state": 0}
    by_samples = SGtSNEpi(**options).fit(old).transform(new)
    estimator = SGtSNEpi(metric="precomputed", **options).fit(pairwise_distances(old))
    np.testing.assert_allclose(estimator.transform(pairwise_distances(new, old)), by_samples, atol=1e-2)
    np.testing.assert_array_equal(estimator.transform(pairwise_distances(old)), estimator.embedding_)
    with pytest.raises(ValueError, match="features"):
        estimator.transform(pairwise_distances(new))


GRAPHS = {
    "path": nx.to_numpy_array(nx.path_graph(9)),
    "kernel": WEIGHTS["kernel"],
    "network": nx.path_graph(9),
    "sparse": sparse.csr_array(nx.to_numpy_array(nx.karate_club_graph())),
    "edges": ([0, 1, 2], [1, 2, 3]),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_are_taken_as_before_with_a_word(name):
    with pytest.warns(DeprecationWarning, match="metric='graph' says"):
        Y = SGtSNEpi(metric="precomputed", max_iter=5, random_state=0).fit_transform(GRAPHS[name])
    np.testing.assert_array_equal(Y, embed_graph(GRAPHS[name], max_iter=5, random_state=0))


def test_what_are_no_distances():
    for wrong, word in ((D[:, :40], "shape"), (D - 1, "below 0|distance 0"), (D + np.eye(90), "distance 0 from")):
        with pytest.raises(ValueError, match=word):
            point_cloud_to_graph(wrong, 5, metric="precomputed")
    few = sparse.csr_array(np.diag(np.ones(8), 1))
    with pytest.raises(ValueError, match="X has 1 distances in row 0"):
        point_cloud_to_graph(few, 5, metric="precomputed")
