"""core/engine/vector.py: tuples do what arrays of length d do, compiled and in Python."""

import numpy as np
import pytest

from sggraph.core.engine.jit import kernel
from sggraph.core.engine.vector import (
    column,
    minus,
    over,
    plus,
    plus_square,
    plus_times,
    point,
    put,
    put_column,
    square,
    times,
    zeros,
)


@kernel
def _all_of_them(Y, i, j, w, dims):
    q, r = point(Y, i, dims), column(Y.T, j, dims)
    sums = plus(q, r), minus(q, r), times(w, r), over(w, r), plus_times(q, w, r), zeros(dims)
    return sums, square(r), plus_square(w, r)


@kernel
def _put_both(Y, columns, i, dims):
    put(Y, i, point(Y, i + 1, dims))
    put_column(columns, i, point(Y, i + 1, dims))


def both_ways(kernel):
    """What is compiled, and the same in Python."""
    return [kernel, getattr(kernel, "py_func", kernel)]


def points(n, d):
    return np.random.default_rng(d).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize("function", both_ways(_all_of_them))
@pytest.mark.parametrize("d", [1, 2, 3])
def test_tuples_are_arrays(d, function):
    Y, w = points(5, d), np.float32(0.3)
    sums, length, added = function(Y, 4, 2, w, (0,) * d)
    q, r = Y[4].astype(float), Y[2].astype(float)
    for found, expected in zip(sums, [q + r, q - r, w * r, r / w, q + w * r, 0 * q], strict=True):
        assert len(found) == d
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
    assert length == pytest.approx((r**2).sum(), rel=1e-6)
    assert added == pytest.approx(w + (r**2).sum(), rel=1e-6)


@pytest.mark.parametrize("function", both_ways(_put_both))
@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_point_is_put_where_it_belongs_and_nowhere_else(d, function):
    Y = points(4, d)
    expected, columns = Y.copy(), np.zeros((d, 4), np.float32)
    function(Y, columns, 1, (0,) * d)
    expected[1] = expected[2]
    np.testing.assert_array_equal(Y, expected)
    np.testing.assert_array_equal(columns[:, 1], expected[2])
    assert np.count_nonzero(columns) == d


@pytest.mark.jit
@pytest.mark.parametrize("d", [1, 2, 3])
def test_numbers_stay_in_single_precision(d):
    """A sum in float64 would be slower, and have other bits."""
    sums, length, added = _all_of_them.py_func(points(5, d), 4, 2, np.float32(0.3), (0,) * d)
    assert {type(x) for some in sums for x in some} | {type(length), type(added)} == {np.float32}
