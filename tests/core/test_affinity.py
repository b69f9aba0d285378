"""core/affinity.py: Jaccard weights, lambda rescaling and the joint distribution."""

import tracemalloc

import naive
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from sggraph.core.affinity import (
    BLOCKS,
    SHARE,
    jaccard_weights,
    joint_probabilities,
    rescale_rows,
)
from sggraph.core.engine.blocks import Workers
from sggraph.core.symmetry import symmetric_pattern

GRAPHS = {
    "star": nx.star_graph(40),
    "clique": nx.complete_graph(17),
    "two cliques and a bridge": nx.barbell_graph(8, 1),
    "random": nx.gnp_random_graph(120, 0.1, seed=0),
    "hubs": nx.barabasi_albert_graph(300, 3, seed=1),
    "in pieces": nx.gnp_random_graph(100, 0.01, seed=2),
    "triangle": nx.complete_graph(3),
    "edge": nx.complete_graph(2),
    "no edge": nx.empty_graph(3),
}


def adjacency(n, seed, density=0.2, decades=0.0):
    """A symmetric pattern with positive weights that differ in both directions."""
    rng = np.random.default_rng(seed)
    pattern = np.triu(rng.random((n, n)) < density, 1)
    return (pattern + pattern.T) * np.exp(np.log(10) * decades * rng.random((n, n)))


def joint(A, lambda_, n_jobs=1, **options):
    with Workers(n_jobs) as workers:
        return joint_probabilities(csr_array(A), lambda_, workers, **options)


def rescaled(rows, lambda_, n_jobs=1, **options):
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    with Workers(n_jobs) as workers:
        p, n_clamped = rescale_rows(indptr, np.concatenate([*rows, []]), lambda_, workers, **options)
    return np.split(p, indptr[1:-1]), n_clamped


@pytest.mark.parametrize("name", GRAPHS)
def test_jaccard_equals_sets(name):
    G = GRAPHS[name]
    A = nx.to_scipy_sparse_array(G, format="csr", dtype=float)
    A.sort_indices()
    with Workers(2) as workers:
        weights = jaccard_weights(A, A, workers)
    neighbors = [set(G[i]) for i in G]
    i, j = A.tocoo().row, A.tocoo().col
    floor = 1 / (2 * len(G))
    expected = [max(naive.jaccard(neighbors, a, b), floor) for a, b in zip(i, j, strict=True)]
    np.testing.assert_allclose(weights, expected, rtol=1e-14)


def test_jaccard_of_arcs_uses_the_links_in_both_directions():
    G = nx.gnp_random_graph(80, 0.08, seed=0, directed=True)
    A = nx.to_scipy_sparse_array(G, format="csr", dtype=float)
    A.sort_indices()
    links = symmetric_pattern(A)
    both = G.to_undirected()
    neighbors = [set(both[i]) for i in both]
    assert set(zip(links.tocoo().row, links.tocoo().col, strict=True)) == {(i, j) for i in both for j in both[i]}
    with Workers(2) as workers:
        weights = jaccard_weights(A, links, workers)
    i, j = A.tocoo().row, A.tocoo().col
    expected = [max(naive.jaccard(neighbors, a, b), 1 / 160) for a, b in zip(i, j, strict=True)]
    np.testing.assert_allclose(weights, expected, rtol=1e-14)


def test_jaccard_of_a_hub_needs_no_more_memory_than_flags():
    n = 200_000
    A = nx.to_scipy_sparse_array(nx.star_graph(n - 1), format="csr", dtype=float)
    with Workers(1) as workers:
        jaccard_weights(A, A, workers)
        tracemalloc.start()
        jaccard_weights(A, A, workers)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 * A.nnz + 4 * n + BLOCKS * n + 1e6  # weights, degrees, flags


@pytest.mark.parametrize("lambda_", [1.0, 3.0, 10.0, 30.0, None])
@pytest.mark.parametrize("n", [2, 3, 17, 60])
def test_joint_equals_twin(n, lambda_):
    A = adjacency(n, n, density=0.7)
    upper, n_clamped = joint(A, lambda_)
    np.testing.assert_allclose(upper.toarray(), np.triu(naive.joint_probabilities(A, lambda_)), rtol=2e-6, atol=0)
    degree = (A > 0).sum(axis=1)
    assert n_clamped == (0 if lambda_ is None else ((degree > 0) & (degree <= lambda_)).sum())


@pytest.mark.parametrize("lambda_", [1.0, 3.0, 10.0, 30.0, None])
@pytest.mark.parametrize("n", [2, 3, 17, 60])
def test_joint_of_given_weights_equals_twin(n, lambda_):
    A = adjacency(n, n, density=0.7, decades=2)
    upper, n_clamped = joint(A, lambda_, given=True)
    np.testing.assert_allclose(
        upper.toarray(), np.triu(naive.joint_probabilities(A, lambda_, 1 / 3)), rtol=2e-5, atol=0
    )
    degree = (A > 0).sum(axis=1)
    assert n_clamped == (0 if lambda_ is None else ((degree > 0) & (degree + 2 <= 3 * lambda_)).sum())


@pytest.mark.parametrize("k", [2, 3, 5, 10, 11, 27, 40])
@pytest.mark.parametrize("decades", [0.1, 1, 6])
def test_the_heavier_of_given_weights_counts_more_however_few_there_are(k, decades):
    weights = 10 ** (decades * np.linspace(0, 1, k))
    (p,), _ = rescaled([weights], 10.0, given=True)
    (clamped,), _ = rescaled([weights], 10.0)
    assert (np.diff(p) > 0).all()
    assert p[-1] <= 1 / min(10, 1 + SHARE * (k - 1)) + 1e-6
    assert (np.diff(clamped) > 0).all() == (k > 10)


@pytest.mark.parametrize(
    ("k", "most"), [(1, 1), (2, 3 / 4), (4, 1 / 2), (10, 1 / 4), (25, 1 / 9), (28, 1 / 10), (99, 1 / 10)]
)
def test_the_heaviest_of_given_weights_does_not_take_the_whole_row(k, most):
    (p,), _ = rescaled([[1e300, *np.full(k - 1, 1e-300)]], 10.0, given=True)
    assert p[0] == pytest.approx(most, rel=1e-5)


def test_where_neighbours_are_many_given_weights_are_rescaled_as_any_others():
    rows = [10 ** np.random.default_rng(k).random(k) for k in (28, 30, 99)]
    users, n_users = rescaled(rows, 10.0, given=True)
    others, n_others = rescaled(rows, 10.0)
    assert [p.tobytes() for p in users] == [p.tobytes() for p in others]
    assert (n_users, n_others) == (1, 0)  # of 28, lambda is just what the row has
    assert rescaled([rows[0][:27]], 10.0, given=True)[0][0].tobytes() != rescaled([rows[0][:27]], 10.0)[0][0].tobytes()


def test_given_weights_that_are_not_used_do_not_count():
    A = csr_array(adjacency(40, 0, decades=3))
    for lambda_, links in ((None, None), (10.0, A), (4.0, A)):
        some, others = (joint(A, lambda_, links=links, given=own) for own in (True, False))
        assert some.upper.data.tobytes() == others.upper.data.tobytes()
        assert some.n_clamped == others.n_clamped


@pytest.mark.parametrize("lambda_", [2.0, 10.0, None])
@pytest.mark.parametrize("n", [2, 3, 17, 60])
def test_sinks_take_the_arcs_that_come_in(n, lambda_):
    A = adjacency(n, n, density=0.7)
    A[n // 2 :] = 0
    upper, n_clamped = joint(A, lambda_)
    np.testing.assert_allclose(upper.toarray(), np.triu(naive.joint_probabilities(A, lambda_)), rtol=2e-6, atol=0)
    row = (A > 0).sum(axis=1)
    row = np.where(row > 0, row, (A > 0).sum(axis=0))
    assert n_clamped == (0 if lambda_ is None else ((row > 0) & (row <= lambda_)).sum())


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_graph_without_edges_has_an_empty_joint(n):
    upper, n_clamped = joint(np.zeros((n, n)), 10.0)
    assert upper.shape == (n, n)
    assert upper.nnz == n_clamped == 0


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 40), st.integers(0, 2**32 - 1), st.sampled_from([None, 2.0, 10.0]))
def test_joint_sums_to_one_and_row_scaling_changes_nothing(n, seed, lambda_):
    A = adjacency(n, seed, density=0.5)
    upper, n_clamped = joint(A, lambda_)
    dense = upper.toarray()
    assert not np.tril(dense).any()
    assert np.array_equal((dense > 0) | (dense > 0).T, A > 0)
    assert dense.sum(dtype=float) == pytest.approx(0.5 if A.any() else 0, abs=1e-6)
    scale = 10.0 ** np.random.default_rng(seed).uniform(-9, 9, (n, 1))
    again = joint(scale * A, lambda_)
    np.testing.assert_allclose(again.upper.toarray(), dense, rtol=1e-5)
    assert again.n_clamped == n_clamped


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 40), st.integers(0, 2**32 - 1), st.floats(1, 20), st.floats(0, 4))
def test_the_exponent_solves_the_equation(n, seed, lambda_, decades):
    """p_out is p^gamma / lambda, so log p_out = gamma log p - log lambda: a line through all (log p, log p_out)."""
    weights = 10 ** (decades * np.random.default_rng(seed).random(n))
    (p_out,), n_clamped = rescaled([weights], lambda_)
    assert p_out.sum() == pytest.approx(1)
    if n <= lambda_:
        assert n_clamped == 1
        np.testing.assert_allclose(p_out, 1 / n)
        return
    log_p = np.log(weights / weights.sum())
    gamma = np.ptp(np.log(p_out)) / np.ptp(log_p) if np.ptp(log_p) > 1e-6 else 1 - np.log(lambda_) / np.log(n)
    assert n_clamped == 0
    assert np.exp(gamma * log_p).sum() == pytest.approx(lambda_, rel=1e-4)
    np.testing.assert_allclose(p_out, naive.rescale_row(weights, lambda_), rtol=1e-3)


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1, 1e12, 1e300])
@pytest.mark.parametrize("n", [2, 11, 100, 1000])
def test_equal_rows_stay_equal(n, scale):
    (p,), _ = rescaled([np.full(n, scale)], 10.0)
    np.testing.assert_allclose(p, 1 / n, rtol=1e-12)


@pytest.mark.parametrize("decades", [12, 100, 600])
@pytest.mark.parametrize("lambda_", [None, 1.5, 10.0, 50.0])
def test_weights_of_any_size_stay_finite(lambda_, decades):
    row = 10.0 ** np.linspace(-decades / 2, decades / 2, 30)
    (p, q), _ = rescaled([row, row[::-1]], lambda_)
    assert np.isfinite(p).all()
    assert p.sum() == pytest.approx(1)
    assert (np.diff(p) >= 0).all()
    np.testing.assert_allclose(p, q[::-1], rtol=1e-5, atol=1e-300)
    A = adjacency(40, 0, decades=decades / 2)
    assert joint(A, lambda_).upper.data.sum(dtype=float) == pytest.approx(0.5, abs=1e-6)


def test_empty_rows_and_rows_of_one_are_left_in_peace():
    (a, b, c, d), n_clamped = rescaled([[], [5.0], [], [1.0, 3.0]], 10.0)
    assert len(a) == len(c) == 0
    assert b.tolist() == [1]
    assert d.tolist() == [0.5, 0.5]
    assert n_clamped == 2


@pytest.mark.parametrize("weighted", [True, False])
def test_same_bits_for_any_number_of_threads_and_inputs_unchanged(weighted):
    G = nx.barabasi_albert_graph(9_000, 4, seed=0)
    A = nx.to_scipy_sparse_array(G, format="csr", dtype=float)
    A.sort_indices()
    A.data[:] = np.random.default_rng(0).random(A.nnz) + 0.1
    before, results = A.copy(), set()
    for n_jobs in [1, 2, 3, 4, 7]:
        upper, n_clamped = joint(A, 10.0, n_jobs, links=None if weighted else A)
        results.add((upper.indptr.tobytes(), upper.indices.tobytes(), upper.data.tobytes(), n_clamped))
    assert len(results) == 1
    for name in ["indptr", "indices", "data"]:
        assert np.array_equal(getattr(A, name), getattr(before, name))
