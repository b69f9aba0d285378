"""core/repulsion/repulsive.py: forces and Z within the promised error on every picture, in any dimension."""

import tracemalloc

import naive
import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.repulsion.planning import CELLS_ENOUGH, Limit
from sggraph.core.repulsion.repulsive import Repulsion


def blobs(n, d, n_blobs, extent, std, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, extent, (n_blobs, d))
    return (centres[rng.integers(0, n_blobs, n)] + rng.normal(0, std, (n, d))).astype(np.float32)


def normal(n, d, std, seed=0):
    return np.random.default_rng(seed).normal(0, std, (n, d)).astype(np.float32)


def uniform(n, d, extent, seed=0):
    return np.random.default_rng(seed).uniform(0, extent, (n, d)).astype(np.float32)


def with_outliers(n, d, far):
    Y = normal(n, d, 5)
    Y[:4] = far * np.random.default_rng(1).uniform(-1, 1, (4, d))
    return Y


PICTURES = {
    "finished": lambda d: blobs(4_000, d, 30, 60 / d, 1.5),
    "ball of 1e-4": lambda d: normal(3_000, d, 1e-4),
    "ball of 1e-2": lambda d: normal(3_000, d, 1e-2),
    "200 blobs in 1000^d": lambda d: blobs(20_000, d, 200, 1000, 1.0),
    "dense blobs in 1000^d": lambda d: blobs(20_000, d, 10, 1000, 0.3),
    "box of 20": lambda d: uniform(4_000, d, 20),
    "box of 300": lambda d: uniform(4_000, d, 300),
    "far from the origin": lambda d: blobs(4_000, d, 30, 60 / d, 1.5) + np.float32(1e3),
    "coincident in pairs": lambda d: np.repeat(uniform(2_000, d, 20), 2, axis=0),
    "two points many times": lambda d: np.repeat(np.array([[0.0] * d, [2.0] * d], np.float32), 1_500, axis=0),
    "one point far off": lambda d: np.concatenate([normal(2_999, d, 1), np.full((1, d), 500, np.float32)]),
}

LIMIT = 0.01
# measured 1.24 %, 1.18 %, 1.12 %; 1.7 %: forces on a line nearly cancel, and clumps narrower than a cell push little
LIMITS = {
    ("dense blobs in 1000^d", 1): 0.015,
    ("dense blobs in 1000^d", 2): 0.015,
    ("dense blobs in 1000^d", 3): 0.015,
    ("box of 300", 1): 0.02,
}


def run(Y, *, n_jobs=2, **options):
    """Forces without the drift, and Z."""
    F = np.full_like(Y, np.nan)
    with Workers(n_jobs) as workers:
        Z, shifts = Repulsion(*Y.shape, workers, **options)(Y, F)
    return F - shifts[0], Z


def force_error(Y, F, n_nodes=300):
    """Norm of the difference over the norm, on a sample of the nodes."""
    nodes = np.random.default_rng(2).permutation(len(Y))[:n_nodes]
    expected, _ = naive.repulsion_at(Y, nodes)
    return np.linalg.norm(F[nodes] - expected) / np.linalg.norm(expected)


@pytest.mark.parametrize("offset", [0, 1e3])
@pytest.mark.parametrize("n", [1, 2, 3, 17, 600])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_direct_summation_equals_twin(d, n, offset):
    Y = normal(n, d, 2) + np.float32(offset)
    F, Z = run(Y, exact=True)
    expected, Z_twin = naive.repulsion(Y)
    np.testing.assert_allclose(F, expected, atol=1e-6 * n)
    assert pytest.approx(Z_twin, rel=1e-5, abs=1e-4) == Z


@pytest.mark.parametrize("n", [1, 2, 3, 17, 600])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_grid_serves_a_handful_of_points(d, n):
    Y = normal(n, d, 2)
    F, Z = run(Y, exact=False)
    expected, Z_twin = naive.repulsion(Y)
    assert np.linalg.norm(F - expected) <= 0.015 * np.linalg.norm(expected) + 1e-5
    assert pytest.approx(Z_twin, rel=2e-3, abs=2e-3 * n) == Z


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_error_is_below_one_percent(d, name):
    Y = PICTURES[name](d)
    before = Y.copy()
    F, Z = run(Y, exact=False)
    error = force_error(Y, F)
    print(f"{name}, d={d}: {100 * error:.3f} %")
    assert error < LIMITS.get((name, d), LIMIT)
    assert pytest.approx(run(Y, exact=True)[1], rel=1e-3) == Z
    total = np.abs(F.sum(axis=0, dtype=float)).max()
    assert total < 2e-4 * np.abs(F).sum()
    assert np.array_equal(Y, before)


@pytest.mark.parametrize("name", ["finished", "200 blobs in 1000^d"])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_direct_summation_of_many_points_equals_twin(d, name):
    """What Z is compared with above."""
    Y = PICTURES[name](d)
    F, Z = run(Y, exact=True)
    assert force_error(Y, F) < 1e-4
    if len(Y) < 5_000:
        assert pytest.approx(naive.repulsion(Y)[1], rel=1e-5) == Z


@pytest.mark.parametrize("d", [1, 2, 3])
def test_error_falls_at_the_order_of_the_scheme(d):
    """The slope of a spline of order 4 errs by h^3 (a wave k comes back as k + 2 pi / h, (k h)^4 times as high and
    1 / (k h) times as steep), the part of the kernel that the grid cannot hold by exp(-pi / h): at least 2^3 a halving.
    """
    Y = blobs(3_000, d, 20, 24 / d, 1.0)
    errors = [force_error(Y, run(Y, h=h)[0]) for h in [0.8, 0.4, 0.2]]
    ratios = np.divide(errors[:-1], errors[1:])
    print(f"d={d}: {errors}, ratios {ratios}")
    assert ratios.min() > 7


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_all_grids_together_keep_to_the_limit(d, name):
    """With the fewest cells that any picture can be given: more pairs, and hardly more error."""
    Y = PICTURES[name](d)
    F = np.empty_like(Y)
    with Workers(2) as workers:
        repulsion = Repulsion(*Y.shape, workers, exact=False, limit=Limit(CELLS_ENOUGH[d]))
        _, shifts = repulsion(Y, F)
    cells = [np.prod(plan.shape) for plan, _ in repulsion.plans if plan.h > 0]
    print(cells, force_error(Y, F - shifts[0]))
    assert sum(cells) <= CELLS_ENOUGH[d]
    assert force_error(Y, F - shifts[0]) < LIMITS.get((name, d), LIMIT)


def test_a_grid_above_the_limit_is_refused_before_it_is_made():
    Y = uniform(1_000, 3, 300)
    run(Y, h=20)  # compiles
    tracemalloc.start()
    with pytest.raises(
        MemoryError, match=r"h=0\.5 needs a grid of \S+ cells .* extent 300, and my box holds 1e\+06: give a larger h"
    ):
        run(Y, h=0.5, limit=Limit(10**6, "my box holds"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**6


def test_a_grid_too_fine_for_float32_is_refused():
    with pytest.raises(ValueError, match=r"h=1e-05 needs a grid of 3e\+07 cells a side, .*: give a larger h"):
        run(uniform(1_000, 1, 300), h=1e-5)


@pytest.mark.parametrize("far", [1e4, 1e6])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_outliers_cost_neither_accuracy_nor_memory(d, far):
    Y = with_outliers(20_000, d, far)
    run(Y, exact=False)
    tracemalloc.start()
    F, Z = run(Y, exact=False)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"far {far:g}, d={d}: {100 * force_error(Y, F):.3f} %, {peak / 1e6:.0f} MB")
    assert np.isfinite(F).all()
    assert force_error(Y, F) < 0.015
    assert pytest.approx(run(Y, exact=True)[1], rel=1e-3) == Z
    assert peak < 5e3 * len(Y)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("n", [1, 2, 17, 1_500])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_coincident_points_push_each_other_nowhere(d, n, exact):
    F, Z = run(np.full((n, d), 3, np.float32), exact=exact)
    np.testing.assert_allclose(F, 0, atol=1e-4 * n)
    assert pytest.approx(n * (n - 1), rel=1e-3, abs=1e-3) == Z


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("d", [2, 3])
def test_points_on_a_line_feel_the_forces_of_one_dimension(d, exact):
    x = uniform(1_500, 1, 20)
    expected, Z_line = run(x, exact=True)
    for axis in range(d):
        Y = np.zeros((len(x), d), np.float32)
        Y[:, axis] = x[:, 0]
        F, Z = run(Y, exact=exact)
        difference = F.copy()
        difference[:, axis] -= expected[:, 0]
        # measured .81 % in 2-D, 1.07 % in 3-D, Z .2 % and .4 %: all points stand alike in their cells, errors add up
        assert np.linalg.norm(difference) < (1e-5 if exact else 0.015) * np.linalg.norm(expected)
        assert pytest.approx(Z_line, rel=1e-5 if exact else 5e-3) == Z


@pytest.mark.parametrize("exact", [True, False])
def test_new_numbers_move_the_forces_along(exact):
    Y = blobs(3_000, 2, 20, 100, 1.0)
    order = np.random.default_rng(0).permutation(len(Y))
    F, Z = run(Y, exact=exact)
    moved, Z_moved = run(Y[order], exact=exact)
    np.testing.assert_allclose(moved, F[order], atol=0.01 * np.abs(F).max())
    assert Z_moved == pytest.approx(Z, rel=1e-3)


def test_few_points_are_summed_directly_unless_told_otherwise():
    Y = uniform(500, 2, 60)
    assert np.array_equal(run(Y)[0], run(Y, exact=True)[0])
    assert not np.array_equal(run(Y, exact=False)[0], run(Y, exact=True)[0])
    assert not np.array_equal(run(Y, h=0.4)[0], run(Y, exact=True)[0])


def test_one_object_follows_the_points_as_they_move():
    """From a ball to a wide picture; the plan for a wide one may serve for a while as it shrinks (measured: 1.3 %)."""
    Y = blobs(3_000, 2, 20, 1.0, 0.02)
    F = np.empty_like(Y)
    with Workers(1) as workers:
        repulsion = Repulsion(*Y.shape, workers, exact=False)
        for scale in [1e-3, 1e-3, 0.1, 3, 40, 42, 1_000, 40, 20, 10]:
            moved = Y * np.float32(scale)
            _, shifts = repulsion(moved, F)
            assert force_error(moved, F - shifts[0]) < 0.02, scale


PICTURES_OF_ALL_KINDS = {
    "one grid": (lambda d: blobs(3_000, d, 20, 24 / d, 1.0), {"h": 0.4}),
    "near pairs": (lambda d: uniform(6_000, d, 300), {"exact": False}),
    "clumps": (lambda d: blobs(6_000, d, 10, 1000, 0.3), {"exact": False}),
    "direct": (lambda d: normal(2_000, d, 3), {"exact": True}),
    "grid with threads in the transform": (
        lambda d: uniform(3_000, d, 2000 if d == 1 else 110 if d == 2 else 14),
        {"h": 0.35},
    ),
}


@pytest.mark.parametrize("name", PICTURES_OF_ALL_KINDS)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d, name):
    picture, options = PICTURES_OF_ALL_KINDS[name]
    Y = picture(d)
    results = [run(Y, n_jobs=n_jobs, **options) for n_jobs in [1, 2, 3, 4, 7]]
    assert len({(F.tobytes(), Z) for F, Z in results}) == 1


def test_direct_summation_follows_a_picture_that_explodes():
    with Workers(1) as workers:
        repulsion, Y = Repulsion(5, 2, workers, exact=True), np.eye(5, 2, dtype=np.float32)
        for extent in (1, 1e11, 1e3):
            F = np.empty_like(Y)
            Z, _ = repulsion(Y * np.float32(extent), F)
            forces, expected = naive.repulsion(Y.astype(float) * extent)
            np.testing.assert_allclose(F, forces, rtol=1e-5, atol=1e-30)
            assert pytest.approx(expected, rel=1e-5) == Z
    assert repulsion.plans == []
