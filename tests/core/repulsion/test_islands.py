"""core/repulsion/islands.py: crowded cells, moved together without a force between what was apart."""

import itertools

import naive
import numpy as np
import pytest

from sggraph.core.repulsion.islands import add_to_points, pack_islands, shelves, take_islands
from sggraph.core.repulsion.near_field import REACH

SHAPES = {1: (60,), 2: (24, 30), 3: (8, 10, 12)}


def mask_of(d, share, seed=0):
    """Some crowded cells, those of a corner among them."""
    crowded = np.random.default_rng(seed).random(SHAPES[d]) < share
    crowded[(0,) * d] = crowded[(-1,) * d] = True
    return crowded


def blocks_of(crowded):
    """Which blocks of side R have a crowded cell, by a loop over cells."""
    reach = REACH[crowded.ndim - 1]
    blocks = np.zeros([m // reach for m in crowded.shape], bool)
    for cell in zip(*np.nonzero(crowded), strict=True):
        blocks[tuple(np.array(cell) // reach)] = True
    return blocks


@pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.5])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_islands_are_those_of_the_twin(d, share):
    crowded = mask_of(d, share)
    number, _ = pack_islands(crowded, 1.5)
    assert np.array_equal(number > 0, crowded.ravel())
    twin = naive.labelled(blocks_of(crowded))
    of_cell = [twin[tuple(np.array(cell) // REACH[d - 1])] for cell in zip(*np.nonzero(crowded), strict=True)]
    pairs = set(zip(of_cell, number[number > 0].tolist(), strict=True))
    assert len(pairs) == twin.max() == number.max()


@pytest.mark.parametrize("share", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_packed_islands_keep_a_gap_of_the_radius(d, share):
    """Block corners stand for points: of different islands they are farther apart than a block, and R more."""
    crowded, R = mask_of(d, share, seed=2), 1.5
    number, shift = pack_islands(crowded, R)
    reach = REACH[d - 1]
    cells = np.stack(np.nonzero(crowded), axis=1) // reach
    island = number[number > 0] - 1
    assert np.all(shift % R == 0)
    moved = cells + np.rint(shift[island] / R).astype(int)
    for a, b in itertools.combinations(range(len(moved)), 2):
        if island[a] != island[b]:
            assert np.abs(moved[a] - moved[b]).max() >= 2


def test_what_is_far_apart_comes_together():
    """That is what a finer grid saves: 2,000 cells along an axis become a few."""
    crowded = np.zeros((1000, 1000), bool)
    crowded[:3, :3] = crowded[-3:, -3:] = crowded[500, :2] = True
    number, shift = pack_islands(crowded, 1.0)
    places = np.stack(np.nonzero(crowded), axis=1) + shift[number[number > 0] - 1]
    assert number.max() == 3
    assert np.ptp(places, axis=0).max() <= 8


@pytest.mark.parametrize("m", [1, 2, 17, 200])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_boxes_on_shelves_do_not_overlap(d, m):
    size = np.random.default_rng(m).integers(1, 7, (m, d))
    corner = shelves(size)
    assert corner.min() == 0
    for a, b in itertools.combinations(range(m), 2):
        assert np.any((corner[a] + size[a] <= corner[b]) | (corner[b] + size[b] <= corner[a]))
    filled = size.prod(axis=1).sum() / (corner + size).max(axis=0).prod()
    assert filled > (0.2 if m > 2 else 0.05)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_points_of_islands_are_taken_and_given_back(d):
    rng = np.random.default_rng(d)
    Y = rng.uniform(0, 10, (60, d)).astype(np.float32)
    cell = rng.integers(0, 6, 60)
    order, start = np.argsort(cell, kind="stable").astype(np.int32), np.searchsorted(np.sort(cell), range(7))
    islands, shift = np.array([2, 0, 1, 0, 2, 0]), rng.normal(size=(2, d))
    points, packed = take_islands(order, start, islands, shift, Y)
    expected = order[np.isin(np.sort(cell), [0, 2, 4])]
    np.testing.assert_array_equal(points, expected)
    places = Y[expected] + shift[islands[cell[expected]] - 1]
    np.testing.assert_allclose(packed, places - places.mean(axis=0), atol=1e-5)
    F, forces, drift = np.ones_like(Y), rng.normal(size=packed.shape).astype(np.float32), rng.normal(size=d)
    add_to_points(points, forces, drift, F)
    added = np.zeros(Y.shape)
    added[expected] = forces - drift
    np.testing.assert_allclose(F, 1 + added, atol=1e-5)
