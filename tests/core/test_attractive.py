"""core/attractive.py: the pull of the edges and their share of the KL divergence."""

import naive
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, triu

import sggraph.core.rows
from sggraph.core.attractive import attractive, cross_entropy, squared_lengths
from sggraph.core.engine.blocks import Workers
from sggraph.core.rows import full_rows


def joint(n, seed=0, density=0.3):
    """A dense symmetric P whose entries sum to 1 (to 0 where it has none)."""
    rng = np.random.default_rng(seed)
    P = np.triu(rng.random((n, n)) * (rng.random((n, n)) < density), 1)
    return (P + P.T) / max(2 * P.sum(), 1e-30)


def points(n, d, seed=0):
    return np.random.default_rng(seed).normal(0, 2, (n, d)).astype(np.float32)


def rows(P):
    return full_rows(csr_array(np.triu(P, 1)), Workers(2))


def forces(Y, P, even=()):
    P, F = rows(P), np.full(Y.shape, np.nan, np.float32)
    even = tuple(np.float32(x) for x in even)
    with Workers(1) as workers:
        workers.run(attractive, P.bounds, Y, P.arrays, (0,) * Y.shape[1], even, F)
    return F


def entropy(Y, P):
    P = rows(P)
    total = np.full(len(P.bounds) - 1, np.nan)
    with Workers(1) as workers:
        workers.run(cross_entropy, P.bounds, Y, P.arrays, total)
    return 2 * total.sum()


@pytest.fixture(params=[1, 3], autouse=True)
def blocks(request, monkeypatch):
    """All of it with one block of rows and with several, as only large graphs have them."""
    monkeypatch.setattr(sggraph.core.rows, "n_blocks", lambda n_edges: request.param)
    monkeypatch.setattr(sggraph.core.engine.blocks, "MIN_BLOCK", 1)


@pytest.mark.parametrize("offset", [0, 1e3])
@pytest.mark.parametrize("n", [1, 2, 3, 17, 600])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_equals_twins(d, n, offset):
    Y, P = points(n, d) + np.float32(offset), joint(n)
    np.testing.assert_allclose(forces(Y, P), naive.attractive(Y, P), atol=1e-6 * max(P.sum(axis=1).max(), 1e-3))
    assert entropy(Y, P) == pytest.approx(naive.cross_entropy(Y, P), rel=1e-5, abs=1e-12)


@pytest.mark.parametrize(("weight", "length"), [(0.02, 1.5), (3.0, 0.1), (0.5, 40.0)])
@pytest.mark.parametrize("n", [1, 2, 17, 600])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_edges_that_should_have_one_length_equal_the_twin(d, n, weight, length):
    Y, P = points(n, d), joint(n)
    expected = naive.attractive(Y, P) + weight * naive.even_pull(Y, P, length)
    np.testing.assert_allclose(forces(Y, P, (weight, length)), expected, atol=2e-6 * max(np.abs(expected).max(), 1e-3))


@pytest.mark.parametrize("d", [1, 2, 3])
def test_evenness_is_the_gradient_of_the_squared_deviations(d):
    """check_grad: central differences of the twin's weight / 2 * sum p (e - length)^2 over the edges."""
    Y, P, weight, length = points(12, d), joint(12), 0.7, 1.3
    added, numeric = forces(Y, P, (weight, length)).astype(float) - forces(Y, P), np.empty(Y.shape)
    for at in np.ndindex(Y.shape):
        step = np.zeros(Y.shape)
        step[at] = 1e-6
        after, before = (naive.unevenness(Y + sign * step, P, length) for sign in (1, -1))
        numeric[at] = weight / 2 * (after - before) / 2e-6
    np.testing.assert_allclose(added, numeric, atol=1e-6)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_edges_of_the_right_length_feel_the_attraction_alone(d):
    """Two nodes, and a wish without weight."""
    Y, P = np.zeros((2, d), np.float32), joint(2, density=1)
    Y[1, -1] = 3
    np.testing.assert_allclose(forces(Y, P, (5.0, 3.0)), forces(Y, P), rtol=1e-5)
    assert (forces(Y, P, (5.0, 2.0))[1, -1], forces(Y, P, (5.0, 4.0))[1, -1]) == pytest.approx((2.65, -2.35), rel=1e-5)
    Y, P = points(60, d), joint(60)
    np.testing.assert_allclose(forces(Y, P, (0.0, 1.0)), forces(Y, P), atol=1e-8)


@pytest.mark.parametrize("extent", [1e-38, 1e-20, 1e-15, 1e-8, 1e8, 1e11])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_ends_of_edges_that_are_near_or_far_are_pushed_by_no_more_than_the_wish(d, extent):
    Y, P = np.float32(extent) * points(17, d), joint(17)
    F = forces(Y, P, (2.0, 5.0))
    assert np.isfinite(F).all()
    assert np.abs(F).max() <= 2 * (5 + np.abs(Y).max() * 2 * d) * P.sum(axis=1).max() * 1.01


@pytest.mark.parametrize("d", [1, 2, 3])
def test_coincident_points_pull_nobody(d):
    Y, P = np.full((17, d), 5, np.float32), joint(17)
    assert not forces(Y, P).any()
    assert not forces(Y, P, (1.0, 1.0)).any()
    assert entropy(Y, P) == 0


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(2, 60), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_total_force_is_zero_and_new_numbers_move_the_forces_along(n, d, seed):
    Y, P = points(n, d, seed), joint(n, seed)
    order = np.random.default_rng(seed).permutation(n)
    for even in ((), (0.1, 2.0)):
        F = forces(Y, P, even)
        np.testing.assert_allclose(F.sum(axis=0), 0, atol=1e-7)
        np.testing.assert_allclose(forces(Y[order], P[np.ix_(order, order)], even), F[order], atol=1e-7)


@pytest.mark.parametrize("d", [2, 3])
def test_points_on_a_line_feel_the_forces_of_one_dimension(d):
    x, P = points(100, 1), joint(100)
    line = np.zeros((100, d), np.float32)
    for axis in range(d):
        line[:] = 0
        line[:, axis] = x[:, 0]
        for even in ((), (0.1, 2.0)):
            F = forces(line, P, even)
            np.testing.assert_allclose(F[:, axis], forces(x, P, even)[:, 0], atol=1e-8)
            assert not np.delete(F, axis, axis=1).any()
        assert entropy(line, P) == pytest.approx(entropy(x, P), rel=1e-6)


def test_a_block_leaves_the_nodes_of_others_alone():
    Y, P = points(17, 2), rows(joint(17))
    F = np.full((17, 2), 7, np.float32)
    attractive(0, P.bounds[0], P.bounds[1], Y, P.arrays, (0, 0), (), F)
    assert (F[: P.bounds[1]] != 7).all()
    assert (F[P.bounds[1] :] == 7).all()


@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d):
    rng = np.random.default_rng(0)
    n = 5_000
    i, j = np.sort(rng.integers(0, n, (2, 40_000)), axis=0)
    matrix = csr_array(triu(csr_array((rng.random(40_000, dtype=np.float32), (i, j)), shape=(n, n)), 1))
    P, Y = full_rows(matrix, Workers(2)), points(n, d)
    before, results = Y.copy(), set()
    for n_jobs in [1, 2, 3, 4, 7]:
        F, F_even = np.zeros((2, n, d), np.float32)
        total = np.empty(len(P.bounds) - 1)
        with Workers(n_jobs) as workers:
            workers.run(attractive, P.bounds, Y, P.arrays, (0,) * d, (), F)
            workers.run(attractive, P.bounds, Y, P.arrays, (0,) * d, (np.float32(0.1), np.float32(2)), F_even)
            workers.run(cross_entropy, P.bounds, Y, P.arrays, total)
        results.add((F.tobytes(), F_even.tobytes(), total.tobytes()))
    assert len(results) == 1
    assert np.array_equal(Y, before)


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_squared_lengths(d):
    Y, P = points(30, d).astype(np.float64), csr_array(np.triu(joint(30), 1))
    r2 = np.full(P.nnz, np.nan)
    with Workers(2) as workers:
        workers.run(squared_lengths, [0, 7, 7, 30], Y, P.indptr, P.indices, r2)
    i, j = P.tocoo().coords
    assert np.allclose(r2, ((Y[i] - Y[j]) ** 2).sum(axis=1), rtol=1e-12)
