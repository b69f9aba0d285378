"""core/rows.py: all entries of the matrix, whatever the numbers of its nodes."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import sggraph.core.engine.blocks
import sggraph.core.rows
from sggraph.core.engine.blocks import Workers
from sggraph.core.rows import full_rows, n_blocks, renumbered


def symmetric(n, seed=0):
    rng = np.random.default_rng(seed)
    dense = np.triu(rng.random((n, n), dtype=np.float32) * (rng.random((n, n)) < 0.3), 1)
    return dense + dense.T


def full(rows):
    """Dense matrix of Rows; nothing may be written twice."""
    n = len(rows.indptr) - 1
    P = np.zeros((n, n), np.float32)
    for i in range(n):
        for e in range(int(rows.indptr[i]), int(rows.indptr[i + 1])):
            assert P[i, rows.indices[e]] == 0
            P[i, rows.indices[e]] = rows.data[e]
    return P


@pytest.mark.parametrize("n_jobs", [1, 2, 7])
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("blocks", [1, 2, 5, 17])
@pytest.mark.parametrize("n", [1, 2, 17, 60])
def test_rows_are_the_whole_matrix_in_any_order(n, blocks, index, n_jobs, monkeypatch):
    monkeypatch.setattr(sggraph.core.rows, "n_blocks", lambda n_edges: blocks)
    monkeypatch.setattr(sggraph.core.engine.blocks, "MIN_BLOCK", 1)
    P, order = symmetric(n), np.random.default_rng(0).permutation(n)
    upper = csr_array(np.triu(P, 1))
    upper.indptr, upper.indices = upper.indptr.astype(index), upper.indices.astype(index)
    rows = full_rows(upper, Workers(n_jobs))
    assert len(rows.bounds) - 1 == min(blocks, n)
    assert np.array_equal(full(rows), P)
    with Workers(2) as workers:
        assert np.array_equal(full(renumbered(rows, order, workers)), P[np.ix_(order, order)])


def test_the_way_to_an_order_leaves_no_trace():
    """A run that is restored renumbers at once what another one renumbered in turns: the same sums, to the bit."""
    rng = np.random.default_rng(0)
    rows = full_rows(csr_array(np.triu(symmetric(60), 1)), Workers(1))
    first, second = rng.permutation(60), rng.permutation(60)
    with Workers(1) as workers:
        in_turns = renumbered(renumbered(rows, first, workers), second, workers)
        at_once = renumbered(rows, first[second], workers)
    for one, other in zip(in_turns.arrays, at_once.arrays, strict=True):
        assert np.array_equal(one, other)


def test_a_matrix_without_entries():
    rows = full_rows(csr_array((5, 5), dtype=np.float32), Workers(2))
    assert rows.indptr[-1] == len(rows.data) == 0
    assert rows.bounds == [0, 5]


@pytest.mark.parametrize("place", [(0, 0), (3, 3), (4, 4), (4, 0), (3, 1)])
def test_an_entry_that_is_not_above_the_diagonal_is_refused(place):
    """It would leave a place unwritten, whose number the kernels would follow out of all bounds."""
    matrix = np.triu(symmetric(5), 1)
    matrix[place] = 0.5
    with pytest.raises(ValueError, match=r"upper has entries on or below the diagonal: give scipy.sparse.triu\(P, 1"):
        full_rows(csr_array(matrix), Workers(2))


def test_blocks_grow_with_the_entries():
    """To as many as do for the cores of a machine, and on where these would be too large for those of many."""
    found = [n_blocks(m) for m in (0, 59_999, 60_000, 120_000, 3_000_000, 10**7, 10**8, 10**9)]
    assert found == [1, 1, 2, 4, 64, 256, 256, 2048]


def test_a_hub_does_not_unbalance_the_blocks():
    """A star of 200,000 leaves beside a ring: no block but the hub's holds much more than its share."""
    n = 200_001
    i = np.r_[np.zeros(n - 1, int), np.arange(1, n - 1)]
    j = np.r_[np.arange(1, n), np.arange(2, n)]
    rows = full_rows(csr_array((np.ones(len(i), np.float32), (i, j)), shape=(n, n)), Workers(2))
    entries = np.diff(rows.indptr[rows.bounds].astype(int))
    assert len(entries) == 8
    assert np.sort(entries)[-2] < 2 * entries.sum() / len(entries)
