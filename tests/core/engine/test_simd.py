"""core/engine/simd.py: four numbers at a time are four numbers, and sixteen are sixteen."""

import numpy as np
import pytest

from sggraph.core.engine.jit import kernel
from sggraph.core.engine.simd import COMPARED, COPIED, add_multiple, add_products, copy, exceeding


@kernel
def _sum_of_multiples(p, V, i):
    v = np.float32(1), np.float32(2), np.float32(3), np.float32(4)
    return add_multiple(add_multiple(v, p, V, i), p, V, i)


@kernel
def _add(Q, i, p, w):
    add_products(Q, np.uint64(i), p, (w[0], w[1], w[2], w[3]))


@kernel
def _copied(target, i, source, j):
    copy(target, np.uint64(i), source, np.uint64(j))


@kernel
def _exceeding(values, i, bounds, j, shift):
    return exceeding(values, i, bounds, j, shift)


@pytest.mark.parametrize("i", range(5))
def test_a_multiple_of_four_neighbours(i):
    V = np.random.default_rng(0).random(8, dtype=np.float32)
    found = _sum_of_multiples(np.float32(0.3), V, np.uint64(i))
    np.testing.assert_allclose(found, np.arange(1, 5) + 0.6 * V[i : i + 4], rtol=1e-6)


@pytest.mark.parametrize("adding", [_add, add_products])
@pytest.mark.parametrize("i", range(5))
def test_products_are_added_where_they_belong_rounded(i, adding):
    """To multiples of 2^-23; a product that lies between two may have been rounded once or twice."""
    w, Q = np.random.default_rng(0).random(4, dtype=np.float32), np.arange(8, dtype=float)
    adding(Q, i, np.float32(0.3), w)
    added = (Q - np.arange(8)) * 2**23
    expected = np.zeros(8)
    expected[i : i + 4] = np.float32(0.3) * w
    np.testing.assert_array_equal(added, np.rint(added))
    np.testing.assert_allclose(added, expected * 2**23, rtol=0, atol=0.51)


@pytest.mark.parametrize("copying", [_copied, copy])
def test_copies_touch_nothing_else(copying):
    source = np.random.default_rng(0).random(40, dtype=np.float32)
    target = np.zeros(40, np.float32)
    copying(target, 3, source, 5)
    expected = np.zeros(40, np.float32)
    expected[3 : 3 + COPIED] = source[5 : 5 + COPIED]
    np.testing.assert_array_equal(target, expected)


@pytest.mark.parametrize("comparing", [_exceeding, exceeding])
@pytest.mark.parametrize(("i", "j"), [(0, 0), (3, 5), (24, 1)])
def test_each_bit_is_a_number_above_its_bound(comparing, i, j):
    rng = np.random.default_rng(i)
    values, bounds = rng.integers(0, 3, (2, 40)).astype(np.float32)  # many are equal
    values[i + 1], values[i + 2], bounds[j + 3] = -np.inf, np.nan, -np.inf
    bits = comparing(values, i, bounds, j, np.float32(0.5))
    found = [bool(bits >> a & 1) for a in range(COMPARED)]
    assert found == (values[i : i + COMPARED] > bounds[j : j + COMPARED] + 0.5).tolist()
    assert bits < 2**COMPARED
    assert comparing(values, i, bounds, j, np.float32(-np.inf)) == 2**COMPARED - 1 - 0b110


@pytest.mark.jit
def test_python_does_the_same():
    V, v = np.random.default_rng(0).random(8, dtype=np.float32), (np.float32(1),) * 4
    assert add_multiple(v, np.float32(0.5), V, 2) == pytest.approx(1 + 0.5 * V[2:6])
    Q = np.zeros(8)
    add_products(Q, 3, 0.5, (1, 2, 3, 4))
    assert Q.tolist() == [0, 0, 0, 0.5, 1, 1.5, 2, 0]
