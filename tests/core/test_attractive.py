"""attractive.py: the pull of the edges and their share of the KL divergence."""

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from sggraph.core.attractive import attractive, cross_entropy
from sggraph.core.blocks import Workers, weighted_bounds
from sggraph.core.descent import as_upper


def joint(n, seed=0, density=0.3):
    """A dense symmetric P whose entries sum to 1 (to 0 where it has none)."""
    rng = np.random.default_rng(seed)
    P = np.triu(rng.random((n, n)) * (rng.random((n, n)) < density), 1)
    return (P + P.T) / max(2 * P.sum(), 1e-30)


def points(n, d, seed=0):
    return np.random.default_rng(seed).normal(0, 2, (n, d)).astype(np.float32)


def forces(Y, P, n_blocks=3, n_jobs=1):
    n, d = Y.shape
    upper = as_upper(csr_array(np.triu(P, 1)))
    bounds = np.linspace(0, n, n_blocks + 1).astype(int).tolist()
    F = np.full((n_blocks, n, d), np.nan, np.float32)
    with Workers(n_jobs) as workers:
        workers.run(attractive, bounds, Y, *upper, (0,) * d, F)
    return sum(np.where(np.arange(n)[:, None] >= bounds[b], F[b], 0) for b in range(n_blocks))


def entropy(Y, P):
    upper, total = as_upper(csr_array(np.triu(P, 1))), np.full(1, np.nan)
    cross_entropy(0, 0, len(Y), Y, *upper, total)
    return 2 * total[0]


@pytest.mark.parametrize("offset", [0, 1e3])
@pytest.mark.parametrize("n", [1, 2, 3, 17, 600])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_equals_twins(d, n, offset):
    Y, P = points(n, d) + np.float32(offset), joint(n)
    np.testing.assert_allclose(forces(Y, P), naive.attractive(Y, P), atol=1e-6 * max(P.sum(axis=1).max(), 1e-3))
    assert entropy(Y, P) == pytest.approx(naive.cross_entropy(Y, P), rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_coincident_points_pull_nobody(d):
    Y, P = np.full((17, d), 5, np.float32), joint(17)
    assert not forces(Y, P).any()
    assert entropy(Y, P) == 0


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 60), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_total_force_is_zero_and_new_numbers_move_the_forces_along(n, d, seed):
    Y, P = points(n, d, seed), joint(n, seed)
    order = np.random.default_rng(seed).permutation(n)
    F = forces(Y, P)
    np.testing.assert_allclose(F.sum(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(forces(Y[order], P[np.ix_(order, order)]), F[order], atol=1e-7)


@pytest.mark.parametrize("d", [2, 3])
def test_points_on_a_line_feel_the_forces_of_one_dimension(d):
    x, P = points(100, 1), joint(100)
    line = np.zeros((100, d), np.float32)
    for axis in range(d):
        line[:] = 0
        line[:, axis] = x[:, 0]
        F = forces(line, P)
        np.testing.assert_allclose(F[:, axis], forces(x, P)[:, 0], atol=1e-8)
        assert not np.delete(F, axis, axis=1).any()
        assert entropy(line, P) == pytest.approx(entropy(x, P), rel=1e-6)


def test_a_block_leaves_the_nodes_before_its_first_row_alone():
    Y, P = points(17, 2), joint(17)
    upper = as_upper(csr_array(np.triu(P, 1)))
    F = np.full((1, 17, 2), 7, np.float32)
    attractive(0, 9, 17, Y, *upper, (0, 0), F)
    assert (F[0, :9] == 7).all()


@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d):
    rng = np.random.default_rng(0)
    n = 5_000
    i, j = np.sort(rng.integers(0, n, (2, 40_000)), axis=0)
    matrix = csr_array((rng.random(40_000, dtype=np.float32), (i, j)), shape=(n, n))
    upper, Y = as_upper(matrix), points(n, d)
    bounds = weighted_bounds(upper.indptr, 8)
    before, results = Y.copy(), set()
    for n_jobs in [1, 2, 3, 4, 7]:
        F, total = np.zeros((8, n, d), np.float32), np.empty(8)
        with Workers(n_jobs) as workers:
            workers.run(attractive, bounds, Y, *upper, (0,) * d, F)
            workers.run(cross_entropy, bounds, Y, *upper, total)
        results.add((F.tobytes(), total.tobytes()))
    assert len(results) == 1
    assert np.array_equal(Y, before)
