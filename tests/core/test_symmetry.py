"""core/symmetry.py: partners across the diagonal, found by any number of threads."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import sggraph.core.engine.blocks
from sggraph.core.engine.blocks import Workers
from sggraph.core.symmetry import folded, is_clean, is_symmetric, symmetric_pattern


@pytest.fixture(params=[1, 2, 3, 7], autouse=True)
def workers(request, monkeypatch):
    monkeypatch.setattr(sggraph.core.engine.blocks, "MIN_BLOCK", 1)
    with Workers(request.param) as workers:
        yield workers


def matrix(n, symmetric, seed=0):
    """Entries off the diagonal, n of them a row at most, and values that differ."""
    rng = np.random.default_rng(seed)
    pattern = rng.random((n, n)) < 0.2
    pattern = np.triu(pattern, 1) | np.triu(pattern, 1).T if symmetric else pattern & ~np.eye(n, dtype=bool)
    return pattern * rng.random((n, n))


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("n", [1, 2, 17, 60])
def test_folding_equals_the_sum_with_the_transpose_whatever_the_pattern(n, symmetric, workers):
    dense = matrix(n, symmetric)
    A = csr_array(dense)
    pattern = dense > 0
    assert is_symmetric(A.indptr, A.indices, workers) == np.array_equal(pattern, pattern.T)
    upper = folded(A, A.data, 2.0, workers)
    np.testing.assert_allclose(upper.toarray(), np.triu(dense + dense.T, 1) / 2, rtol=1e-6)
    assert upper.has_sorted_indices
    assert upper.data.dtype == np.float32


def test_one_entry_less_is_seen_wherever_it_is(workers):
    whole = matrix(40, True)
    for i, j in np.argwhere(whole > 0):
        dense = whole.copy()
        dense[i, j] = 0
        A = csr_array(dense)
        assert not is_symmetric(A.indptr, A.indices, workers)
        dense[j, (i + 1) % 40] = 1  # as many as before, elsewhere
        A = csr_array(dense)
        assert is_symmetric(A.indptr, A.indices, workers) == np.array_equal(dense > 0, dense.T > 0)


def test_a_symmetric_pattern_is_its_own_links(workers):
    A = csr_array(matrix(20, True))
    assert symmetric_pattern(A, workers) is A
    A = csr_array(matrix(20, False))
    links = symmetric_pattern(A, workers)
    assert np.array_equal(links.toarray() > 0, (A + A.T).toarray() > 0)


def test_clean_is_what_has_equal_positive_values_on_both_sides(workers):
    dense = matrix(30, True)
    dense = np.triu(dense) + np.triu(dense).T
    A = csr_array(dense)
    assert is_clean(A.indptr, A.indices, A.data, workers)
    for e in range(A.nnz):
        for value in (A.data[e] * (1 + 1e-15), -1.0, 0.0, np.nan, np.inf):
            data = A.data.copy()
            data[e] = value
            assert not is_clean(A.indptr, A.indices, data, workers)
        for column in (-1, 30, 2**31 - 1, A.indices[e - 1], A.indices[e] + 1):
            indices = A.indices.copy()
            indices[e] = column
            assert not is_clean(A.indptr, indices, A.data, workers)
