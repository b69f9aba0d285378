"""core/shape/packing.py: bodies apart, around the origin, the first in the middle."""

import itertools
import tracemalloc

import numpy as np
import pytest
from scipy.spatial import cKDTree

from sggraph.core.shape.packing import pack


def bodies(sizes, d, seed=0):
    rng = np.random.default_rng(seed)
    first = np.concatenate([[0], np.cumsum(sizes)])
    Y = np.concatenate([rng.normal(size=(size, d)) * size ** (1 / d) + 50 * rng.normal(size=d) for size in sizes])
    return Y, first


def packed(Y, first, margin):
    return Y + np.repeat(pack(Y, first, margin), np.diff(first), axis=0)


def least_gap(Z, first):
    """Distance between the nearest points of two bodies."""
    number = np.repeat(np.arange(len(first) - 1), np.diff(first))
    return min(cKDTree(Z[number == b]).query(Z[number != b])[0].min() for b in range(len(first) - 1))


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("sizes", [[1], [40], [2, 2], [300, 80, 79, 20, 9, 3, 3, 3, 2, 2, 2, 2], [2] * 60], ids=str)
@pytest.mark.parametrize("margin", [0.1, 3.0])
def test_no_two_bodies_come_nearer_than_two_margins(d, sizes, margin):
    Y, first = bodies(sizes, d)
    before = Y.copy()
    Z = packed(Y, first, margin)
    np.testing.assert_array_equal(Y, before)
    assert np.isfinite(Z).all()
    if len(sizes) > 1:
        assert least_gap(Z, first) >= 2 * margin * (1 - 1e-9)


def test_a_body_within_the_curve_of_another_stays_out_of_it():
    """A ring with room inside: its hull is its own."""
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    ring = 50 * np.column_stack([np.cos(angle), np.sin(angle)])
    Y = np.vstack([ring, [[0, 0], [1, 0]]])
    Z = packed(Y, np.array([0, 200, 202]), 1.0)
    assert np.linalg.norm(Z[200:] - Z[:200].mean(axis=0), axis=1).min() > 50


@pytest.mark.parametrize(("d", "share"), [(1, 0.95), (2, 0.7), (3, 0.6)])
def test_the_picture_is_compact_and_about_square(d, share):
    """Share of the bounding box that equal squares of side 3 fill; measured .99, .78, .55."""
    corners = np.array(np.meshgrid(*[[0.0, 1.0]] * d)).reshape(d, -1).T
    first = np.arange(401) * len(corners)
    Z = packed(np.tile(corners, (400, 1)), first, 1.0)
    sides = np.ptp(Z, axis=0) + 2
    assert sides.max() < 1.15 * sides.min()
    assert 400 * 3**d / sides.prod() > share


def test_the_first_lies_in_the_middle_and_the_next_beside_it():
    Y, first = bodies([200, 60, 50, 40] + [2] * 80, 2)
    shift = pack(Y, first, 0.5)
    middle = np.array([(Y[a:b].max(axis=0) + Y[a:b].min(axis=0)) / 2 for a, b in itertools.pairwise(first)])
    away = np.linalg.norm(middle + shift, axis=1)
    assert away[0] < 1.5
    assert away[1:4].max() < 60  # they touch the first, of radius 35, and pairs fill the gaps


def test_many_bodies_are_cheap_in_cells():
    """A hundred thousand pairs: the search begins where the last pair of the same box found its place."""
    first = np.arange(100_001) * 2
    Y = np.tile([[-0.5, 0.0], [0.5, 0.0]], (100_000, 1))
    Z = packed(Y, first, 1.0)
    nearest = cKDTree(Z).query(Z, k=3)[0][:, 2]
    assert nearest.min() >= 2
    assert np.ptp(Z, axis=0).max() < 1200


@pytest.mark.parametrize("d", [2, 3])
def test_a_long_thin_body_asks_for_no_more_cells_than_others(d):
    """Its box takes few cells of any size, but a grid twice as wide as it is long would have 10^9 of them."""
    Y, first = bodies([400, 30, 2, 2], d)
    Y[:400] = np.outer(np.linspace(-30_000, 30_000, 400), np.eye(d)[0])
    packed(*bodies([2, 2], d), 1.0)  # compiles
    tracemalloc.start()
    Z = packed(Y, first, 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500e6
    assert least_gap(Z, first) >= 2 * (1 - 1e-9)
