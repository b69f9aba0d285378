"""core/repulsion/cells.py: a counting sort that any number of threads do alike."""

import numpy as np
import pytest

import sggraph.core.engine.blocks
from sggraph.core.engine.blocks import Workers
from sggraph.core.engine.shares import Shares
from sggraph.core.repulsion.cells import REACH, cell_starts, cells_within, sort_into_cells


def points(n, d, extent=6.0):
    return np.random.default_rng(0).uniform(0, extent, (n, d)).astype(np.float32)


def in_cells(Y, R, n_jobs=1):
    low = Y.min(axis=0)
    inv_side, shape = cells_within((Y.max(axis=0) - low).astype(float), R)
    with Workers(n_jobs) as workers:
        cells = sort_into_cells(Y, low, inv_side, shape, workers)
        assert np.array_equal(cell_starts(Y, low, inv_side, shape, Shares.of(workers, len(Y))), cells.start)
    return cells


@pytest.mark.parametrize("n_jobs", [1, 2, 7])
@pytest.mark.parametrize("n", [1, 17, 600, 5_000])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_points_are_listed_cell_by_cell_in_their_order(d, n, n_jobs, monkeypatch):
    monkeypatch.setattr(sggraph.core.engine.blocks, "MIN_BLOCK", 1)
    Y = points(n, d)
    shape, start, order, X = in_cells(Y, 1.5, n_jobs)
    side = np.float32(1.5 / REACH[d - 1])
    place = np.minimum((Y - Y.min(axis=0)) // side, np.array(shape) - 1).astype(int)
    cell = np.ravel_multi_index(place.T, shape)
    assert np.array_equal(order, np.argsort(cell, kind="stable"))
    assert np.array_equal(X[:, :n], Y[order].T)
    assert np.array_equal(start, np.concatenate([[0], np.bincount(cell, minlength=int(np.prod(shape))).cumsum()]))


def test_more_cells_than_points_are_counted_once(monkeypatch):
    """A count for each thread would take more room than the points."""
    calls = []
    monkeypatch.setattr(
        Workers, "run", lambda self, kernel, bounds, *args: calls.append(bounds) or kernel(0, 0, bounds[-1], *args)
    )
    cells = in_cells(points(2_000, 3, extent=30.0), 1.0, 4)
    assert len(cells.start) > 2_000
    assert {len(bounds) for bounds in calls} == {2}
