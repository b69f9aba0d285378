"""core/ordering.py: the Z-curve and the renumbering of P."""

import naive
import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.ordering import inverse, morton_code, morton_order, taken

WORKERS = Workers(2)


def points(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize("offset", [0, 1e3])
@pytest.mark.parametrize(("d", "bits"), [(1, 16), (2, 16), (3, 16), (1, 30), (2, 30), (3, 21)])
@pytest.mark.parametrize("n", [2, 3, 17, 600])
def test_code_equals_twin(n, d, bits, offset):
    Y = points(n, d) + np.float32(offset)
    code, expected = morton_code(Y, bits, WORKERS), np.array(naive.morton_code(Y, bits), np.uint64)
    assert np.mean(code != expected) <= 0.01  # a point on a border of cells may fall on either side


def test_code_of_the_corners_of_a_square_is_a_z():
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    assert morton_code(corners, 1, WORKERS).tolist() == [0, 1, 2, 3]
    assert morton_code(corners, 3, WORKERS).tolist() == [0, 0b010101, 0b101010, 0b111111]


@pytest.mark.parametrize("d", [1, 2, 3])
def test_coincident_points_keep_their_order(d):
    assert morton_order(np.full((5, d), 7, np.float32), WORKERS).tolist() == [0, 1, 2, 3, 4]
    assert morton_order(np.zeros((1, d), np.float32), WORKERS).tolist() == [0]


def test_order_makes_neighbours_of_the_picture_neighbours_in_memory():
    Y = points(2_000, 2)
    order = morton_order(Y, WORKERS)
    assert np.sort(order).tolist() == list(range(2_000))
    jumps = np.linalg.norm(np.diff(Y, axis=0), axis=1).mean()
    assert np.linalg.norm(np.diff(Y[order], axis=0), axis=1).mean() < 0.1 * jumps


@pytest.mark.parametrize("d", [1, 2, 3])
def test_order_is_that_of_the_codes_and_stable(d):
    Y = np.round(points(20_000, d), 1)  # many coincide
    code = morton_code(Y, 16, WORKERS)
    assert np.array_equal(morton_order(Y, WORKERS), np.argsort(code, kind="stable"))


def test_rows_are_taken_and_their_places_found_again():
    order = np.random.default_rng(0).permutation(20_000)
    for array in (points(20_000, 3), np.arange(20_000)):
        new = taken(array, order, WORKERS)
        assert new.dtype == array.dtype
        assert np.array_equal(new, array[order])
    assert np.array_equal(inverse(order, WORKERS)[order], np.arange(20_000))
