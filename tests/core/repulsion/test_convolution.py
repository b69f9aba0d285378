"""core/repulsion/convolution.py: the potential of charges on a grid, without images, the spline taken out twice."""

import naive
import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.repulsion.convolution import (
    CELLS,
    Convolution,
    coarse_shape,
    has_coarse,
    periods,
    to_coarse,
    to_fine,
    work,
)

SHAPES = [(2,), (4,), (9,), (4, 5), (6, 3), (3, 4, 5), (4, 4, 3)]


def convolve(Q, h, R, R_out=np.inf, n_jobs=1):
    return Convolution(Q.shape, h, R, R_out, Workers(n_jobs))(Q.astype(np.float32))[..., : Q.shape[-1]]


@pytest.mark.parametrize("R_over_h", [0, 2.25])
@pytest.mark.parametrize("h", [0.3, 2.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_equals_twin(shape, h, R_over_h):
    Q = np.random.default_rng(0).random(shape)
    V, expected = convolve(Q, h, R_over_h * h), naive.convolve(Q, h, R_over_h * h)
    assert V.shape == shape
    np.testing.assert_allclose(V, expected, atol=3e-6 * np.abs(expected).max())


@pytest.mark.parametrize("shape", [(40,), (24, 20), (16, 18, 20)])
@pytest.mark.parametrize("R", [0, 2.0])
def test_the_spline_through_the_potential_is_the_kernel(shape, R):
    """One point on a node: spread, convolve and gather at another node give the smooth kernel at their distance."""
    h = 0.25 if R == 0 else 0.8
    here, there = np.array(shape) // 2 - 3, np.array(shape) // 2 + 2
    origin = np.zeros(len(shape))
    Q = naive.spread(here[None] * h, origin, h, shape)
    value, _ = naive.gather(there[None] * h, origin, h, convolve(Q, h, R))
    assert value[0] == pytest.approx(naive.smooth_kernel(h * np.linalg.norm(there - here), R), rel=0.01)


@pytest.mark.parametrize("shape", [(9,), (6, 5), (3, 4, 5)])
def test_an_outer_radius_leaves_the_rest_to_another_grid(shape):
    Q = np.random.default_rng(0).random(shape)
    inner, outer = convolve(Q, 0.8, 1.5, 4.0), convolve(Q, 0.8, 4.0)
    whole = convolve(Q, 0.8, 1.5)
    np.testing.assert_allclose(inner + outer, whole, atol=1e-5 * np.abs(whole).max())


@pytest.mark.parametrize("shape", [(9,), (6, 5), (4, 5, 6)])
def test_a_second_call_remembers_nothing(shape):
    rng = np.random.default_rng(0)
    Q, other = rng.random(shape).astype(np.float32), rng.random(shape).astype(np.float32)
    convolution = Convolution(shape, 0.4, 0.0, np.inf, Workers(1))
    before = Q.copy()
    first = convolution(Q).copy()
    convolution(other)
    assert np.array_equal(convolution(Q), first)
    assert np.array_equal(Q, before)


def test_same_bits_for_any_number_of_threads():
    shape = (300, 288)
    assert 2 * CELLS < 300 * 289  # so that threads are used
    Q = np.random.default_rng(0).random(shape)
    assert len({convolve(Q, 0.4, 0.0, n_jobs=n_jobs).tobytes() for n_jobs in [1, 2, 3, 4, 7]}) == 1


@pytest.mark.parametrize("shape", [(9,), (16,), (6, 5), (7, 4, 5)])
def test_charges_on_the_coarse_grid_are_what_spreading_there_gives(shape):
    rng = np.random.default_rng(0)
    Y = 1.0 + rng.random((30, len(shape))) * (np.array(shape) - 3.001)
    fine = naive.spread(Y, np.zeros(len(shape)), 1.0, shape)
    coarse = naive.spread(Y, np.full(len(shape), -2.0), 2.0, coarse_shape(shape))
    np.testing.assert_allclose(to_coarse(fine.astype(np.float32), Workers(2)), coarse, atol=1e-5)


@pytest.mark.parametrize("shape", [(9,), (16,), (6, 5), (7, 4, 5)])
def test_to_fine_is_the_transpose_of_to_coarse(shape):
    rng = np.random.default_rng(0)
    Q = rng.random(shape).astype(np.float32)
    V = rng.random(coarse_shape(shape)).astype(np.float32)
    assert to_fine(V, shape, Workers(2)).shape == shape
    assert np.vdot(to_coarse(Q, Workers(2)), V) == pytest.approx(np.vdot(Q, to_fine(V, shape, Workers(2))), rel=1e-5)


@pytest.mark.parametrize("shape", [(72, 72, 90), (96, 80, 64)])
def test_two_grids_equal_one_that_is_padded_to_twice_its_size(shape, monkeypatch):
    Q = np.random.default_rng(0).random(shape)
    assert has_coarse(shape)
    two = convolve(Q, 0.6, 1.75)
    monkeypatch.setattr("sggraph.core.repulsion.convolution.has_coarse", lambda shape: False)
    one = convolve(Q, 0.6, 1.75)
    assert not np.array_equal(one, two)
    np.testing.assert_allclose(two, one, atol=3e-4 * np.abs(one).max())


def test_a_kernel_that_ends_needs_less_padding_and_less_work():
    assert periods((100, 30), np.inf) == (200, 60)
    assert periods((100, 30), 6) == (110, 40)
    assert work((100, 100, 100), 1.0) < 0.55 * work((100, 100, 100), 0.0)
