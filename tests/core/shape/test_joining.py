"""core/shape/joining.py: the descent of new nodes among old ones that stay."""

import naive
import numpy as np
import pytest
from scipy.sparse import csr_array

from sggraph.core.engine.blocks import Workers
from sggraph.core.shape import joining as module
from sggraph.core.shape.joining import join


def clusters(n, d, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.normal(0, 2, (n, d)) + 12 * rng.integers(0, 2, (n, 1))).astype(np.float32)


def rows(m, n, k, seed=1):
    rng = np.random.default_rng(seed)
    p = np.zeros((m, n))
    for row in p:
        row[rng.choice(n, min(k, n), replace=False)] = rng.uniform(0.1, 1, min(k, n))
    return p / p.sum(axis=1, keepdims=True)


def joined(p, Y, Z=None, n_jobs=1):
    Z = naive.repulsion(Y)[1] if Z is None else Z
    with Workers(n_jobs) as workers:
        return join(csr_array(p), Y, Z, workers)


@pytest.mark.parametrize(("n", "k"), [(2, 1), (3, 2), (17, 5), (600, 10)])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_one_step_is_the_gradient_of_the_twin(d, n, k, monkeypatch):
    Y, p = clusters(n, d), rows(20, n, k)
    Z = naive.repulsion(Y)[1]
    kernel = getattr(module._descend_rows, "py_func", module._descend_rows)
    monkeypatch.setitem(kernel.__globals__, "N_ITER", 1)
    old, start = np.ascontiguousarray(Y.T), clusters(20, d, seed=2)
    moved, sparse_p = start.copy(), csr_array(p)
    entries = sparse_p.indptr, sparse_p.indices, sparse_p.data.astype(np.float32)
    kernel(0, 0, 20, (0,) * d, old, entries, np.float32(n / Z), moved)
    gradient = np.array([naive.joining_gradient(y, Y, row, Z) for y, row in zip(start.astype(float), p, strict=True)])
    np.testing.assert_allclose(start - moved, module.STEP * gradient, atol=1e-5)


@pytest.mark.parametrize("offset", [0, 100])
@pytest.mark.parametrize(("n", "k"), [(2, 1), (3, 2), (17, 5), (600, 10), (1025, 3)])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_places_equal_twin(d, n, k, offset):
    Y, p = clusters(n, d) + np.float32(offset), rows(7, n, k)
    Z = naive.repulsion(Y)[1]
    expected = naive.join(p, Y, Z, module.N_ITER, module.STEP, module.MOMENTUM)
    result = joined(p, Y, Z)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, atol=2e-3 if offset == 0 else 1e-2)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_node_tied_to_one_old_node_lands_near_it(d):
    Y = clusters(400, d)
    result = joined(np.eye(400)[::20], Y)
    # farther than this from its only neighbour is farther than half of the nodes of its cluster are
    assert np.linalg.norm(result - Y[::20], axis=1).max() < 1.5


def test_a_node_between_two_clusters_joins_one_of_them():
    Y = np.concatenate([np.random.default_rng(0).normal(0, 1, (50, 2)), np.full((50, 2), 30.0)]).astype(np.float32)
    p = np.zeros((1, 100))
    p[0, :3], p[0, 50:52] = 0.2, 0.2
    assert np.linalg.norm(joined(p, Y)[0]) < 5


def test_new_nodes_do_not_see_each_other():
    Y, p = clusters(300, 2), rows(40, 300, 6)
    together = joined(p, Y)
    alone = np.concatenate([joined(p[i : i + 1], Y) for i in range(40)])
    np.testing.assert_array_equal(alone, together)
    np.testing.assert_array_equal(joined(p[::-1], Y), together[::-1])
    assert joined(p[:0], Y).shape == (0, 2)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d):
    Y, p = clusters(200, d), rows(2_000, 200, 6)
    assert len({joined(p, Y, n_jobs=n_jobs).tobytes() for n_jobs in [1, 2, 3]}) == 1


def test_input_is_unchanged():
    Y, p = clusters(50, 2), csr_array(rows(9, 50, 4))
    before = Y.copy(), p.copy()
    joined(p, Y)
    assert np.array_equal(Y, before[0])
    assert (p != before[1]).nnz == 0


def test_a_single_old_node_takes_all_newcomers():
    Y = np.array([[3.0, 4.0]], np.float32)
    np.testing.assert_allclose(joined(np.ones((2, 1)), Y), [[3, 4], [3, 4]])
