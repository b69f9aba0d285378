"""core/repulsion/grid.py: spread and gather are each other's transpose and know cubic splines."""

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sggraph.core.engine.blocks import Workers, even_bounds
from sggraph.core.repulsion.grid import ORDER, Grid, add_patches, bounding_boxes, gather, patches, spread

SHAPES = {1: (16,), 2: (12, 9), 3: (9, 8, 10)}


def points(n, shape, origin, h, seed=0):
    """Points in the part of the grid where the stencil fits, ends included."""
    x = np.random.default_rng(seed).uniform(1, np.array(shape) - 2.001, (n, len(shape)))
    x[: min(n, 2)] = np.array([np.ones(len(shape)), np.array(shape) - 2.001])[:n]
    return (origin + h * x).astype(np.float32)


BLOCKS = [(1, 1), (4, 4), (7, 3), (64, 16)]  # of points, and patches


def frame(d, offset=0.0):
    return SHAPES[d], np.linspace(-2, 1, d).astype(np.float32) + np.float32(offset), 0.375


def run_spread(Y, origin, h, shape, n_blocks=1, n_jobs=1, n_patches=None, most=np.inf):
    """The charges, from blocks of points and of lines."""
    bounds = np.linspace(0, len(Y), n_blocks + 1).astype(int).tolist()
    n_lines = int(np.prod(shape[:-1]))
    lines = [0, n_lines // 3, n_lines]
    boxes, charges = np.full((n_blocks, 3, len(shape)), np.nan), np.full(shape, np.nan, np.float32)
    inv_h = np.float32(1 / h)
    with Workers(n_jobs) as workers:
        workers.run(bounding_boxes, bounds, Y, boxes)
        grid = Grid(origin, inv_h, shape)
        parts, cuts = patches(boxes[:, :2], n_patches or n_blocks, grid, most, np.full(7, np.nan))
        parts.Q[:] = np.nan
        workers.run(spread, [bounds[cut] for cut in cuts], Y, grid, parts)
        workers.run(add_patches, lines, shape, parts, charges.ravel())
    return charges.astype(float)


def run_gather(Y, origin, h, V, scale=1.0, n_blocks=1):
    bounds = np.linspace(0, len(Y), n_blocks + 1).astype(int).tolist()
    F, sums = np.full(Y.shape, np.nan, np.float32), np.full((n_blocks, len(V.shape) + 1), np.nan)
    V = V.astype(np.float32)
    with Workers(1) as workers:
        grid = Grid(origin, np.float32(1 / h), V.shape)
        workers.run(gather, bounds, Y, grid, V.ravel(), np.float32(scale / h), F, sums)
    return F, sums.sum(axis=0)


# float32 coordinates at 1e3 have steps of 6e-5, .00016 of a cell
@pytest.mark.parametrize(("offset", "tolerance"), [(0, 2e-6), (1e3, 5e-4)])
@pytest.mark.parametrize("n", [1, 2, 3, 17, 600])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_spread_and_gather_equal_twins(d, n, offset, tolerance):
    shape, origin, h = frame(d, offset)
    Y = points(n, shape, origin, h)
    Q = run_spread(Y, origin, h, shape, n_blocks=min(n, 3))
    np.testing.assert_allclose(Q, naive.spread(Y, origin, h, shape), atol=tolerance * max(1, n / 50))
    V = np.random.default_rng(1).normal(size=shape)
    F, sums = run_gather(Y, origin, h, V, scale=-0.5, n_blocks=min(n, 3))
    value, gradient = naive.gather(Y, origin, h, V.astype(np.float32))
    np.testing.assert_allclose(F, -0.5 * gradient, atol=20 * tolerance)
    np.testing.assert_allclose(sums[0], value.sum(), atol=5 * tolerance * n)
    np.testing.assert_allclose(sums[1:], F.astype(float).sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_coincident_points_add_up(d):
    shape, origin, h = frame(d)
    Y = points(3, shape, origin, h)
    many = np.repeat(Y, 1000, axis=0)
    np.testing.assert_allclose(run_spread(many, origin, h, shape), 1000 * run_spread(Y, origin, h, shape), rtol=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 3), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_gather_is_the_transpose_of_spread(d, n, seed):
    shape, origin, h = frame(d)
    Y = points(n, shape, origin, h, seed)
    V = np.random.default_rng(seed).normal(size=shape)
    there = (run_spread(Y, origin, h, shape) * V).sum()
    back = run_gather(Y, origin, h, V)[1][0]
    assert abs(there - back) < 1e-5 * n


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 3), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_weights_of_a_point_sum_to_one_and_have_its_mean(d, n, seed):
    shape, origin, h = frame(d)
    Y = points(n, shape, origin, h, seed)
    Q = run_spread(Y, origin, h, shape)
    assert abs(Q.sum() - n) < 1e-6 * n
    assert Q.min() >= 0
    for k, m in enumerate(shape):
        along = Q.sum(axis=tuple(a for a in range(d) if a != k))
        mean = origin[k] + h * (along @ np.arange(m)) / n
        assert abs(mean - Y[:, k].mean(dtype=float)) < 2e-6


@pytest.mark.parametrize("d", [1, 2, 3])
def test_gather_reads_linear_functions_exactly(d):
    shape, origin, h = frame(d)
    Y = points(50, shape, origin, h)
    slope = np.arange(1, d + 1)
    V = sum(slope[k] * (origin[k] + h * axis) for k, axis in enumerate(np.indices(shape)))
    F, sums = run_gather(Y, origin, h, V)
    np.testing.assert_allclose(F, np.tile(slope, (50, 1)), atol=5e-5)
    np.testing.assert_allclose(sums[0], (Y @ slope).sum(), rtol=1e-4, atol=1e-3)


def test_the_potential_of_many_points_is_summed_in_double_precision():
    """Each tenth that is added to 20,000 in float32 would lose .4 % of itself."""
    n, shape, origin, h = 200_000, (8,), np.zeros(1, np.float32), 1.0
    Y = np.random.default_rng(0).uniform(2, 5, (n, 1)).astype(np.float32)
    _, sums = run_gather(Y, origin, h, np.full(shape, 0.1))
    assert sums[0] == pytest.approx(0.1 * n, rel=1e-6)


def test_the_stencil_ends_at_the_border_of_the_grid():
    """The first and last cells that hold a whole stencil, nodes 0..3 and m-4..m-1."""
    shape, origin, h = (8,), np.zeros(1, np.float32), 1.0
    assert ORDER == 4
    for x, nodes in [(1.0, range(3)), (1.5, range(4)), (5.5, range(4, 8)), (5.9, range(4, 8))]:
        Q = run_spread(np.array([[x]], np.float32), origin, h, shape)
        assert set(np.flatnonzero(Q)) == set(nodes)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 17, 600])
def test_bounding_boxes(n, d):
    Y = (1e3 + np.random.default_rng(0).normal(size=(n, d))).astype(np.float32)
    boxes = np.empty((2, 3, d))
    for b, part in enumerate((Y[: n // 2], Y[n // 2 :])):
        if len(part):
            bounding_boxes(b, b * (n // 2), b * (n // 2) + len(part), Y, boxes)
            assert np.array_equal(boxes[b, :2], [part.min(axis=0), part.max(axis=0)])
            np.testing.assert_allclose(boxes[b, 2], part.sum(axis=0, dtype=float), rtol=1e-12)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_patches_are_no_larger_than_their_points_need(d):
    """Points sorted along the first axis: two blocks share four nodes at most, an old scratch is used again."""
    m = SHAPES[d][0]
    Y = points(600, SHAPES[d], np.zeros(d, np.float32), 1.0)
    Y = Y[Y[:, 0].argsort()]
    halves = Y[:300], Y[300:]
    boxes = np.array([[half.min(axis=0), half.max(axis=0)] for half in halves], float)
    grid = Grid(np.zeros(d, np.float32), np.float32(1), SHAPES[d])
    parts, cuts = patches(boxes, 2, grid, np.inf, np.empty(0))
    assert cuts == [0, 1, 2]
    assert m <= parts.size[:, 0].sum() <= m + 4
    assert (parts.corner >= 0).all()
    assert (parts.corner + parts.size <= SHAPES[d]).all()
    again, _ = patches(boxes, 2, grid, np.inf, parts.Q)
    assert again.Q is parts.Q


@pytest.mark.parametrize("d", [1, 2, 3])
def test_patches_are_fewer_where_they_would_be_too_large(d):
    boxes = np.tile([np.ones(d), np.array(SHAPES[d]) - 3.0], (8, 1, 1))
    grid = Grid(np.zeros(d, np.float32), np.float32(1), SHAPES[d])
    whole = patches(boxes, 1, grid, np.inf, np.empty(0))[0].first[-1]
    for most, number in ((8 * whole, 8), (7 * whole, 4), (2 * whole, 2), (0, 1)):
        parts, cuts = patches(boxes, 8, grid, most, np.empty(0))
        assert len(parts.size) == len(cuts) - 1 == number


@pytest.mark.parametrize("d", [1, 2, 3])
def test_charges_are_exact_sums_whatever_the_blocks(d):
    """And hardly other than those of weights that are not rounded."""
    shape, origin, h = frame(d)
    Y = points(20_000, shape, origin, h)
    charges = [run_spread(Y, origin, h, shape, n_blocks, n_patches=n_patches) for n_blocks, n_patches in BLOCKS]
    for other in (*charges[1:], run_spread(Y[::-1].copy(), origin, h, shape)):
        np.testing.assert_array_equal(other, charges[0])
    np.testing.assert_allclose(charges[0], naive.spread(Y, origin, h, shape), rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d):
    shape, origin, h = frame(d)
    Y = points(5_000, shape, origin, h)
    V = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    bounds = even_bounds(len(Y), 8)
    results = set()
    for n_jobs in [1, 2, 3, 4, 7]:
        F, sums = np.empty_like(Y), np.empty((8, d + 1))
        Q = run_spread(Y, origin, h, shape, n_blocks=8, n_jobs=n_jobs)
        with Workers(n_jobs) as workers:
            grid = Grid(origin, np.float32(1 / h), shape)
            workers.run(gather, bounds, Y, grid, V.ravel(), np.float32(1), F, sums)
        results.add((Q.tobytes(), F.tobytes(), sums.tobytes()))
    assert len(results) == 1
