"""core/repulsion/near_field.py: sorted cells and the short-ranged pairs."""

import naive
import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers, weighted_bounds
from sggraph.core.repulsion.cells import REACH, cells_within, sort_into_cells
from sggraph.core.repulsion.near_field import BUFFER, LANES, add_near_pairs
from sggraph.core.repulsion.planning import crowded_cells, pairs_work


def cells_of(Y, R):
    """Cells, and the cell of each point."""
    low = Y.min(axis=0)
    inv_side, shape = cells_within((Y.max(axis=0) - low).astype(float), R)
    cells = sort_into_cells(Y, low, inv_side, shape, Workers(1))
    cells.X[:, len(Y) :] = np.nan
    cell = np.empty(len(Y), int)
    cell[cells.order] = np.repeat(np.arange(len(cells.start) - 1), np.diff(cells.start))
    return cells, cell


def near_pairs(Y, R, n_blocks=4, n_jobs=1, dense_above=np.inf):
    cells, _ = cells_of(Y, R)
    dense = np.diff(cells.start) > dense_above
    bounds = weighted_bounds(cells.start, n_blocks)
    F, phi = np.zeros_like(Y), np.full(len(bounds) - 1, np.nan)
    r2, c = np.float32(R * R), np.float32(1 / (1 + R * R))
    with Workers(n_jobs) as workers:
        workers.run(add_near_pairs, bounds, cells, dense, r2, c, F, phi)
    return F, phi.sum()


def points(n, d, extent=6.0, offset=0.0, seed=0):
    return (np.random.default_rng(seed).uniform(0, extent, (n, d)) + offset).astype(np.float32)


def assert_equals_twin(Y, R):
    F, phi = near_pairs(Y, R)
    F_twin, phi_twin = naive.short_ranged(Y, R)
    np.testing.assert_allclose(F, F_twin, atol=3e-6 * max(1, np.abs(F_twin).max()))
    assert phi == pytest.approx(phi_twin.sum(), rel=3e-6)


@pytest.mark.parametrize("offset", [0, 1e3])
@pytest.mark.parametrize("R", [0.7, 2.25, 50.0])
@pytest.mark.parametrize("n", [1, 2, 3, 17, 600])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_pairs_equal_twin(d, n, R, offset):
    assert_equals_twin(points(n, d, offset=offset), R)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_points_on_the_borders_of_cells(d):
    axis = np.arange(4, dtype=np.float32)
    assert_equals_twin(np.stack([g.ravel() for g in np.meshgrid(*[axis] * d)], axis=1), 1.0)


@pytest.mark.parametrize("n", [BUFFER - 1, BUFFER, BUFFER + 1, 2 * BUFFER + 33])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_cells_that_fill_the_buffer(d, n):
    assert_equals_twin(points(n, d, extent=0.9), 1.0)


@pytest.mark.parametrize("most", [0, 4, 12])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_pairs_of_points_that_both_lie_in_dense_cells_are_left_out(d, most):
    Y = np.concatenate([points(150, d), points(150, d, extent=1.2, seed=1)])
    cells, cell = cells_of(Y, 1.2)
    is_crowd = (np.diff(cells.start) > most)[cell]
    crowd = Y[is_crowd]
    assert len(crowd) > 0
    F, phi = near_pairs(Y, 1.2, dense_above=most)
    F_twin, phi_twin = naive.short_ranged(Y, 1.2)
    F_crowd, phi_crowd = naive.short_ranged(crowd, 1.2)
    F_twin[is_crowd] -= F_crowd
    np.testing.assert_allclose(F, F_twin, atol=2e-5)
    assert phi == pytest.approx(phi_twin.sum() - phi_crowd.sum(), rel=1e-5)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_coincident_points_push_each_other_nowhere(d):
    F, phi = near_pairs(np.full((50, d), 3, np.float32), 1.5)
    assert not F.any()
    assert phi == pytest.approx(50 * 50 * (1.5**2 / (1 + 1.5**2)) ** 3)


def test_forces_are_added_to_what_is_there():
    Y = points(17, 2)
    cells, _ = cells_of(Y, 2.0)
    F, phi = np.ones_like(Y), np.empty(1)
    dense = np.zeros(len(cells.start) - 1, bool)
    add_near_pairs(0, 0, len(dense), cells, dense, np.float32(4), np.float32(0.2), F, phi)
    np.testing.assert_allclose(F, 1 + naive.short_ranged(Y, 2.0)[0], atol=1e-5)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d):
    Y = points(6_000, d, extent=30)
    results = [near_pairs(Y, 1.5, 16, n_jobs) for n_jobs in [1, 2, 3, 4, 7]]
    assert len({(F.tobytes(), phi) for F, phi in results}) == 1


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 17, 400])
def test_work_is_counted_as_it_is_done(d, n):
    Y = np.random.default_rng(0).normal(0, 2, (n, d)).astype(np.float32)
    R, most = 1.3, 20
    (shape, start, _, _), _ = cells_of(Y, R)
    with Workers(2) as workers:
        crowded = crowded_cells(start, shape, most, workers)
        cells, copies, pairs, left = pairs_work(start, shape, most, workers)
    side = np.float32(REACH[d - 1] / R)
    place = np.floor((Y - Y.min(axis=0)) * side).astype(int)
    found, count = np.unique(place, axis=0, return_counts=True)
    near = np.abs(found[:, None] - found).max(axis=2) <= REACH[d - 1]
    many = near @ count > most
    assert np.array_equal(np.flatnonzero(crowded), np.sort(np.ravel_multi_index(found[many].T, shape)))
    in_reach = (near & ~(many[:, None] & many)) @ count
    assert (cells, copies, left) == (len(found), in_reach.sum(), count[many].sum())
    assert pairs == (count * -(-in_reach // LANES) * LANES).sum()
    assert (left > 0) == (n == 400)
