"""core/search/nearest.py: candidates from products against one difference at a time."""

import naive
import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.search import candidates, turned
from sggraph.core.search.nearest import nearest


def points(n, f, dtype=np.float64, offset=0.0, seed=0):
    return (np.random.default_rng(seed).normal(size=(n, f)) + offset).astype(dtype)


def search(X, k, n_jobs=1, **options):
    with Workers(n_jobs) as workers:
        return nearest(X, k, workers, **options)


def assert_equals_twin(X, k, queries=None, ties=False):
    indices, distances = search(X, k, queries=queries)
    indices_twin, distances_twin = naive.nearest(X, k, queries)
    assert indices.dtype == np.int32
    assert distances.dtype == np.float64
    np.testing.assert_allclose(distances, distances_twin, rtol=1e-12, atol=0)
    if ties:
        targets = X if queries is None else queries
        own = np.linalg.norm(np.asarray(X, float)[indices] - np.asarray(targets, float)[:, None], axis=2)
        np.testing.assert_allclose(own, distances_twin, rtol=1e-12, atol=0)
        assert all(len(set(row)) == k for row in indices.tolist())
    else:
        assert np.array_equal(indices, indices_twin)


@pytest.mark.parametrize("offset", [0, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "f"), [(2, 1), (2, 40), (3, 2), (17, 1), (17, 5), (600, 2), (600, 40)])
def test_equals_twin(n, f, dtype, offset):
    X = points(n, f, dtype, offset)
    assert_equals_twin(X, min(n - 1, 12), ties=dtype == np.float32)


@pytest.mark.parametrize("block", [1, 7, 64, 599])
def test_many_blocks_equal_twin(block, monkeypatch):
    monkeypatch.setattr(candidates, "BLOCK", block)
    X = points(60 if block == 1 else 600, 3)
    assert_equals_twin(X, 9)
    assert_equals_twin(X, 9, queries=points(50, 3, seed=1))


@pytest.mark.parametrize("with_queries", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_points_that_are_turned_equal_twin(dtype, with_queries, monkeypatch):
    """Products of 16 of the 40 coordinates, which are not those of the input."""
    monkeypatch.setattr(turned, "SAMPLE", 300)
    monkeypatch.setattr(turned, "PAIR", 1)
    fading = np.random.default_rng(2).normal(size=(40, 40)) / np.arange(1, 41)[:, None] ** 2
    X, queries = ((points(700, 40, seed=seed) @ fading).astype(dtype) for seed in range(2))
    with Workers(1) as workers:
        assert turned.turned(X.astype(np.float32), X, 12, workers)[2] == 16
    assert_equals_twin(X, 12, queries if with_queries else None)


@pytest.mark.parametrize("k", [1, 16, 17])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_queries_equal_twin(dtype, k):
    X, queries = points(17, 4, dtype), points(40, 4, dtype, seed=1)
    assert_equals_twin(X, k, queries)
    assert (search(X, k, queries=X[3:5])[1][:, 0] == 0).all()  # a query has no row of its own to be left out of


def test_every_other_point_is_a_neighbour():
    assert_equals_twin(points(30, 3), 29)


def test_duplicates_keep_each_other_but_never_themselves():
    X = np.repeat(points(12, 3, offset=5), 10, axis=0)
    indices, distances = search(X, 9)
    assert not distances.any()
    assert not (indices == np.arange(120)[:, None]).any()
    assert (indices // 10 == np.arange(120)[:, None] // 10).all()
    assert_equals_twin(X, 15, ties=True)
    assert_equals_twin(np.ones((40, 2)), 5, ties=True)


def test_points_on_a_lattice_have_ties():
    assert_equals_twin(np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3), 20, ties=True)


@pytest.mark.parametrize("gap", [1e3, 1e5, 1e8])
def test_clusters_far_apart_are_as_exact_as_one(gap):
    """Squares of the gap drown the distances within a cluster in float32."""
    X = points(300, 6)
    X[150:] += gap
    assert_equals_twin(X, 10)
    assert_equals_twin(X, 10, queries=X[100:200] + 0.01)


def test_an_outlier_leaves_the_others_their_neighbours():
    X = points(200, 3)
    X[7] = 1e9  # all others are at the same distance from there, to ten digits
    (indices, distances), (indices_twin, distances_twin) = search(X, 10), naive.nearest(X, 10)
    np.testing.assert_allclose(distances, distances_twin, rtol=1e-8)
    assert np.array_equal(np.delete(indices, 7, 0), np.delete(indices_twin, 7, 0))


@pytest.mark.parametrize("scale", [1e-150, 1e-30, 1e25, 1e150])
def test_any_scale(scale):
    X = points(100, 4)
    expected = search(X, 7)
    indices, distances = search(X * scale, 7)
    assert np.array_equal(indices, expected[0])
    np.testing.assert_allclose(distances / scale, expected[1], rtol=1e-12)


@pytest.mark.parametrize("with_queries", [False, True])
def test_same_bits_for_any_number_of_threads(with_queries, monkeypatch):
    monkeypatch.setattr(candidates, "BLOCK", 900)
    X = points(2_500, 8)
    queries = points(1_300, 8, seed=1) if with_queries else None
    results = [search(X, 11, n_jobs, queries=queries) for n_jobs in [1, 2, 3]]
    assert len({(indices.tobytes(), distances.tobytes()) for indices, distances in results}) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_input_is_unchanged_in_any_memory_order(dtype):
    X = points(50, 6, dtype)
    queries = points(9, 6, dtype, seed=1)
    expected = search(X, 5, queries=queries)
    given, asked = np.asfortranarray(X), np.repeat(queries, 2, axis=0)[::2]
    given.setflags(write=False)
    asked.setflags(write=False)
    for one, other in zip(search(given, 5, queries=asked), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.array_equal(given, X)
    assert np.array_equal(asked, queries)


def test_ticks_end_with_all_points(monkeypatch):
    monkeypatch.setattr(candidates, "BLOCK", 40)
    ticks = []
    search(points(100, 2), 3, tick=lambda *tick: ticks.append(tick))
    assert ticks == [(40, 100), (80, 100), (100, 100)]
