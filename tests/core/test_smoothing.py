"""core/smoothing.py: the lazy walk to the letter, as far as the picture stays alike."""

import networkx as nx
import numpy as np
import pytest

from sggraph.core.blocks import Workers
from sggraph.core.smoothing import smooth


@pytest.fixture
def workers():
    with Workers(2) as pool:
        yield pool


def graph(seed=0):
    G = nx.random_partition_graph([30] * 4, 0.3, 0.02, seed=seed)
    return nx.to_scipy_sparse_array(G, weight=None)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_step_is_half_of_a_random_walk(d, workers):
    A = graph()
    Y = np.random.default_rng(0).normal(size=(120, d)).astype(np.float32)
    walk = np.diag(1 / A.sum(axis=1)) @ A.toarray()
    expected = Y - Y.mean(axis=0)
    for _ in range(3):
        expected = (expected + walk @ expected) / 2
        expected -= expected.mean(axis=0)
    np.testing.assert_allclose(smooth(Y, A, 3, -1.0, workers), expected, atol=1e-6)


@pytest.mark.parametrize("alike", [0.999, 0.95, 0.85])
def test_it_goes_as_far_as_the_picture_stays_alike(alike, workers):
    A = graph()
    Y = np.random.default_rng(0).normal(size=(120, 2)).astype(np.float32)

    def cosine(X):
        centred = Y - Y.mean(axis=0)
        return (X * centred).sum() / np.linalg.norm(X) / np.linalg.norm(centred)

    steps = [smooth(Y, A, n, -1.0, workers) for n in range(40)]
    n_steps = sum(cosine(X) >= alike for X in steps) - 1
    np.testing.assert_array_equal(smooth(Y, A, 39, alike, workers), steps[n_steps])
    np.testing.assert_array_equal(smooth(Y, A, 39, 1.0, workers), steps[0])


def test_a_node_without_neighbors_and_coordinates_on_a_spot(workers):
    A = nx.to_scipy_sparse_array(nx.disjoint_union(nx.path_graph(3), nx.empty_graph(1)), weight=None)
    assert np.isfinite(smooth(np.ones((4, 2)), A, 5, 0.9, workers)).all()
    assert np.isfinite(smooth(np.eye(4)[:, :2], A, 5, 0.5, workers)).all()


def test_threads_change_no_bit():
    A = nx.to_scipy_sparse_array(nx.barabasi_albert_graph(3000, 4, seed=0), weight=None)
    Y = np.random.default_rng(0).normal(size=(3000, 3))
    found = []
    for n_jobs in (1, 4):
        with Workers(n_jobs) as workers:
            found.append(smooth(Y, A, 8, 0.1, workers))
    np.testing.assert_array_equal(*found)
