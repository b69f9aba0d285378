"""core/search/turned.py: turning changes no distance, and the first coordinates bound them from below."""

import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.search import turned as module
from sggraph.core.search.turned import turned


def fading(n, f, seed=0):
    """Points whose variance lies in a few directions, none of them an axis."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(f, f)))[0]
    return (rng.normal(size=(n, f)) / np.arange(1, f + 1) @ axes).astype(np.float32)


def turn(points, others, k=10, n_jobs=1):
    with Workers(n_jobs) as workers:
        return turned(points, others, k, workers)


def squares(A, B):
    return np.square(A[:, None].astype(float) - B).sum(axis=2)


@pytest.mark.parametrize("n_others", [None, 5_000])
def test_distances_stay_and_the_first_coordinates_bound_them(n_others):
    points = fading(5_000, 64)
    others = points if n_others is None else fading(5_000, 64, seed=1)[:n_others] + 1
    moved, moved_others, m = turn(points, others)
    assert 16 <= m < 64
    assert (moved_others is moved) == (n_others is None)
    whole, expected = squares(moved[:50], moved_others[50:90]), squares(points[:50], others[50:90])
    np.testing.assert_allclose(whole, expected, rtol=1e-5)
    bound = squares(moved[:50, :m], moved_others[50:90, :m])
    assert (bound <= whole).all()
    if n_others is None:
        assert bound.sum() > 0.9 * whole.sum()


def test_more_neighbours_or_rounder_points_need_more_coordinates():
    points = fading(5_000, 64)
    assert turn(points, points, k=2_000)[2] > turn(points, points, k=5)[2]
    assert turn(points, points, k=4_999)[2] == 64


@pytest.mark.parametrize(
    ("n", "f", "n_others"), [(5_000, 32, 5_000), (4_000, 64, 4_000), (5_000, 400, 5_000), (5_000, 64, 9)]
)
def test_what_is_too_small_stays_as_it_is(n, f, n_others):
    points, others = fading(n, f), fading(n_others, f, seed=1)
    moved, moved_others, m = turn(points, others)
    assert moved is points
    assert moved_others is others
    assert m == f


def test_points_without_directions_stay_as_they_are():
    points = np.random.default_rng(0).normal(size=(5_000, 64)).astype(np.float32)
    assert turn(points, points)[0] is points
    same = np.zeros((5_000, 64), np.float32)
    np.testing.assert_array_equal(turn(same, same)[0], same)


def test_same_bits_for_any_number_of_threads():
    points = fading(6_000, 48)
    assert len({turn(points, points, n_jobs=n_jobs)[0].tobytes() for n_jobs in [1, 2, 3]}) == 1


def test_costs_are_those_of_products_and_of_pairs(monkeypatch):
    points = fading(5_000, 64)
    found = []
    for pair in [0, 15, 1e9]:
        monkeypatch.setattr(module, "PAIR", pair)
        found.append(turn(points, points)[2])
    assert found[0] == module.STEP
    assert found == sorted(found)
    assert found[2] == 64
