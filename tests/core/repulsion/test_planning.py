"""core/repulsion/planning.py: the grid follows from where the points are, all of them."""

import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.engine.shares import Shares
from sggraph.core.repulsion.planning import CROWDED, cheapest_plan, pairs_cost
from sggraph.core.repulsion.repulsive import Repulsion

WORKERS = Workers(2)


def shares(Y):
    return Shares.of(WORKERS, len(Y))


def clumps(n, extent, shape):
    rng = np.random.default_rng(0)
    sizes = np.minimum(3 * rng.pareto(shape, n) + 1, 2_000).astype(int)
    Y = np.repeat(rng.uniform(0, extent, (n, 2)), sizes, axis=0)
    return (Y + rng.normal(0, 0.3, Y.shape)).astype(np.float32)


@pytest.mark.parametrize(("n", "extent", "shape"), [(2_000, 280, 1.0), (5_000, 1_000, 1.5), (20_000, 280, 1.5)])
def test_the_order_of_the_points_does_not_matter(n, extent, shape):
    Y = clumps(n, extent, shape)
    low, extent = Y.min(axis=0).astype(float), (Y.max(axis=0) - Y.min(axis=0)).astype(float)
    shuffled = np.random.default_rng(1).permutation(Y)
    for R in (2, 5, 20):
        costs = [pairs_cost(points, low, extent, R, CROWDED[1], shares(Y)) for points in (Y, shuffled)]
        assert costs[0] == costs[1]
    assert cheapest_plan(Y, low, extent, shares(Y)) == cheapest_plan(shuffled, low, extent, shares(Y))


def test_even_points_far_apart_are_left_to_pairs():
    Y = np.random.default_rng(0).uniform(0, 10_000, (5_000, 2)).astype(np.float32)
    assert cheapest_plan(Y, Y.min(axis=0), Y.max(axis=0) - Y.min(axis=0), shares(Y)).R > 100


def test_clumps_apart_are_left_to_pairs_not_to_a_finer_level():
    """Many points in a cell are no crowd where the cells around hold few: 400 clumps of 300 points in 3-D."""
    rng = np.random.default_rng(0)
    Y = np.repeat(rng.uniform(0, 60, (400, 3)), 300, axis=0)
    Y = (Y + rng.normal(0, 0.7, Y.shape)).astype(np.float32)
    with Workers(1) as workers:
        repulsion = Repulsion(*Y.shape, workers)
        repulsion(Y, np.empty_like(Y))
        assert len(repulsion.plans) == 1
        assert repulsion.plan.R > 0


@pytest.mark.parametrize(("n", "d"), [(1200, 1), (1500, 2), (2500, 3)])
def test_all_pairs_of_few_points_are_summed(n, d):
    Y = np.random.default_rng(0).normal(scale=20, size=(n + 1, d)).astype(np.float32)
    for some, is_exact in ((Y[:-1], True), (Y, False)):
        repulsion = Repulsion(*some.shape, WORKERS)
        repulsion(some, np.empty_like(some))
        assert (repulsion.plan is None) == is_exact
