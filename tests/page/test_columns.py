"""page/columns.py: what is packed is found again, and is as small as it is said to be."""

import numpy as np
import pytest

from sggraph.page.columns import edge_columns, from_edge_columns, from_planes, planes, steps, unzigzag, zigzag


@pytest.mark.parametrize("greatest", [0, 1, 255, 256, 65_535, 65_536, 2**24, 2**32 - 1])
@pytest.mark.parametrize("count", [0, 1, 1000])
def test_planes(greatest, count):
    numbers = np.random.default_rng(0).integers(greatest + 1, size=count, dtype=np.uint64).astype(np.uint32)
    text, width = planes(numbers)
    assert width <= max(1, -(-int(greatest).bit_length() // 8))
    assert np.array_equal(from_planes(text, count, width), numbers)


def test_the_same_numbers_are_the_same_text():
    assert planes(np.arange(9)) == planes(np.arange(9))


def test_zigzag():
    numbers = np.array([0, -1, 1, -2, 2, 2**24, -(2**24)])
    assert zigzag(numbers[:5]).tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(unzigzag(zigzag(numbers)), numbers)
    assert np.array_equal(np.cumsum(unzigzag(steps(numbers))), numbers)


@pytest.mark.parametrize(("n", "m"), [(2, 0), (2, 1), (30, 60), (5000, 20_000)])
def test_edges(n, m):
    rng = np.random.default_rng(0)
    ends = np.sort(rng.integers(n, size=(3 * m, 2)), axis=1)
    ends = np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0)[:m]
    row, col = rng.permutation(ends).T
    sizes, gaps, order = edge_columns(row, col, n)
    found = from_edge_columns(sizes, gaps)
    assert len(sizes) == n
    assert (gaps > 0).all()
    assert np.array_equal(found, (row[order], col[order]))
