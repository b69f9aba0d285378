"""halves.py: the matrix that comes out is the permuted one, each entry where the kernels look for it."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

import sggraph.core.blocks
import sggraph.core.halves
from sggraph.core.halves import as_halves, n_blocks


def symmetric(n, seed=0):
    rng = np.random.default_rng(seed)
    dense = np.triu(rng.random((n, n), dtype=np.float32) * (rng.random((n, n)) < 0.3), 1)
    return dense + dense.T


def full(halves):
    """Dense matrix of Halves, entry by entry; nothing may be written twice."""
    n = len(halves.middle)
    P = np.zeros((n, n), np.float32)
    block = np.repeat(np.arange(len(halves.bounds) - 1), np.diff(halves.bounds))
    for i in range(n):
        for e in range(int(halves.indptr[i]), int(halves.indptr[i + 1])):
            j = int(halves.indices[e])
            assert P[i, j] == 0
            P[i, j] = halves.data[e]
            if e < halves.middle[i]:
                assert j > i
                assert block[j] == block[i]
                P[j, i] = halves.data[e]
            else:
                assert block[j] != block[i]
    return P


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("blocks", [1, 2, 5, 17])
@pytest.mark.parametrize("n", [1, 2, 17, 60])
def test_halves_are_the_permuted_matrix(n, blocks, index, monkeypatch):
    monkeypatch.setattr(sggraph.core.halves, "n_blocks", lambda upper: blocks)
    monkeypatch.setattr(sggraph.core.blocks, "MIN_BLOCK", 1)
    P, order = symmetric(n), np.random.default_rng(0).permutation(n)
    upper = csr_array(np.triu(P, 1))
    upper.indptr, upper.indices = upper.indptr.astype(index), upper.indices.astype(index)
    halves = as_halves(upper, order)
    assert len(halves.bounds) - 1 == min(blocks, n)
    assert np.array_equal(full(halves), P[np.ix_(order, order)])


def test_a_matrix_without_entries():
    halves = as_halves(csr_array((5, 5), dtype=np.float32), np.arange(5))
    assert len(halves.indices) == 0
    assert halves.bounds == [0, 5]


def test_blocks_grow_with_the_entries_up_to_a_limit():
    entries = (0, 99_999, 100_000, 1_000_000, 3_000_000, 10**9)
    counts = [n_blocks(SimpleNamespace(nnz=nnz)) for nnz in entries]
    assert counts == [1, 1, 2, 8, 20, 64]


def test_a_hub_does_not_unbalance_the_blocks():
    """A star of 200,000 leaves beside a ring: no block but the hub's holds much more than its share."""
    n = 200_001
    i = np.r_[np.zeros(n - 1, int), np.arange(1, n - 1)]
    j = np.r_[np.arange(1, n), np.arange(2, n)]
    halves = as_halves(csr_array((np.ones(len(i), np.float32), (i, j)), shape=(n, n)), np.arange(n))
    entries = np.diff(halves.indptr[halves.bounds].astype(int))
    assert len(entries) == 7
    assert np.sort(entries)[-2] < 2 * entries.sum() / len(entries)
