"""core/shape/stress.py: coordinates relaxed towards distances to pivots."""

import naive
import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.shape.stress import LEAST, relax


def problem(n, k, d, offset=0.0):
    """Noise, some lengths of paths to it that no picture has, and the pivots."""
    rng = np.random.default_rng(n)
    Y, pivots = rng.normal(0, 3, (n, d)) + offset, rng.permutation(n)[:k]
    D = rng.integers(1, 12, (n, k)).astype(np.int16)
    D[pivots, np.arange(k)] = 0
    return Y, D, pivots


def relaxed(Y, D, pivots, n_sweeps=3, offset=0.0, n_jobs=1):
    with Workers(n_jobs) as workers:
        return relax(Y, D, pivots, n_sweeps, workers, offset=offset)


def assert_equals_twin(Y, D, pivots, n_sweeps, offset):
    expected = naive.relaxed(Y.astype(np.float32), pivots, D, n_sweeps, offset, LEAST)
    np.testing.assert_allclose(relaxed(Y, D, pivots, n_sweeps, offset), expected, atol=1e-4 * max(np.abs(Y).max(), 1))


@pytest.mark.parametrize("offset", [0.0, 1.75])
@pytest.mark.parametrize(("n", "k"), [(2, 2), (3, 2), (3, 3), (17, 5), (17, 17), (60, 33)])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_sweeps_equal_the_twin(d, n, k, offset):
    """Paths of one edge are shorter than the offset."""
    Y, D, pivots = problem(n, k, d)
    for n_sweeps in (1, 4):
        assert_equals_twin(Y, D, pivots, n_sweeps, offset)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_far_from_the_origin_and_on_one_spot(d):
    Y, D, pivots = problem(17, 5, d, offset=100.0)
    Y[3:9] = Y[pivots[0]]
    assert_equals_twin(Y, D, pivots, 1, 1.75)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_true_distances_are_where_it_stays(d):
    Y, _, pivots = problem(50, 20, d)
    D = np.linalg.norm(Y[:, None] - Y[pivots], axis=2).astype(np.float32)
    np.testing.assert_allclose(relaxed(Y, D, pivots, 5), Y, atol=1e-4)


def test_the_stress_falls_with_each_sweep():
    """It is a majorisation, but for the pivots, which move at the same time."""
    Y, _, pivots = problem(300, 60, 2)
    D = np.linalg.norm(Y[:, None] - Y[pivots], axis=2)
    start = np.random.default_rng(5).normal(0, 3, Y.shape)

    def stress(here):
        return ((np.linalg.norm(here[:, None] - here[pivots], axis=2) - D) ** 2).mean()

    found = [stress(relaxed(start, D, pivots, n_sweeps)) for n_sweeps in (0, 1, 2, 4, 8, 16)]
    assert np.all(np.diff(found) < 0), found


@pytest.mark.parametrize("k", [0, 1])
def test_one_pivot_moves_nobody(k):
    """A picture on a circle around it would be no better."""
    Y, D, pivots = problem(9, k, 2)
    assert relaxed(Y, D, pivots) is Y


@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d):
    Y, D, pivots = problem(9_000, 7, d)
    assert len({relaxed(Y, D, pivots, n_jobs=n_jobs).tobytes() for n_jobs in (1, 2, 3)}) == 1


def test_input_is_unchanged():
    given = problem(30, 6, 2)
    before = [array.copy() for array in given]
    relaxed(*given, offset=1.75)
    for array, copy in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, copy)
