"""What ranks make together of rows that each has some of is what one process makes of all, to the same bits."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import rank_threads
from scipy.sparse import csr_array, random_array

from sggraph.core import affinity
from sggraph.core.engine import blocks
from sggraph.core.engine.blocks import ALONE, Workers, sum_by_blocks
from sggraph.core.search import hops
from sggraph.core.search.connectivity import first_nodes
from sggraph.core.shape.path_stress import PathStress
from sggraph.core.shape.stress import relax
from sggraph.core.shared import neighbors
from sggraph.core.shared.affinity import joint_probabilities
from sggraph.core.shared.matrix import SharedMatrix, csr_of, shares_of
from sggraph.core.twins import closeness

pytestmark = pytest.mark.jit  # ranks are threads: none can be left in their midst
SIZES = [1, 2, 3, 4]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 20)
    monkeypatch.setattr(blocks, "MIN_BLOCK", 10)
    monkeypatch.setattr(neighbors, "ROUND", 300)
    monkeypatch.setattr(neighbors, "PAIRS", 100)


def adjacency(G):
    A = csr_array(nx.to_scipy_sparse_array(G, weight=None, dtype=float))
    A.sort_indices()
    return A


GRAPHS = {
    "social": adjacency(nx.barabasi_albert_graph(500, 4, seed=0)),
    "lattice": adjacency(nx.grid_2d_graph(17, 23)),
    "cliques": adjacency(nx.connected_caveman_graph(30, 9)),
    "parts": adjacency(nx.disjoint_union_all([nx.path_graph(90), nx.star_graph(70), nx.empty_graph(3)])),
    "tiny": adjacency(nx.path_graph(3)),
}
ARCS = csr_array(random_array((300, 300), density=0.004, rng=np.random.default_rng(0)))
ARCS.setdiag(0)
ARCS.eliminate_zeros()
ARCS.sort_indices()


def shared(A, workers):
    """The SharedMatrix of a whole one."""
    shares = shares_of(workers, np.diff(A.indptr))
    own = A[shares.first : shares.stop]
    return SharedMatrix(shares, csr_of(np.diff(own.indptr), own.indices, own.data, shares))


def by_ranks(A, work, size, n_jobs=1):
    """What ``work(matrix)`` gives on each of so many ranks."""

    def be(comm):
        with Workers(n_jobs, comm) as workers:
            return work(shared(A, workers))

    found = rank_threads.each(size, be)
    for each in found:
        if isinstance(each, BaseException):
            raise each
    return found


def assembled(matrices):
    """The whole of what ranks have."""
    rows = [matrix.rows for matrix in matrices]
    indptr = np.concatenate(
        [[0], *(part.indptr[1:] + matrix.begin for part, matrix in zip(rows, matrices, strict=True))]
    )
    arrays = (np.concatenate([getattr(part, name) for part in rows]) for name in ("data", "indices"))
    return csr_array((*arrays, indptr), shape=matrices[0].shape)


def assert_same(A, B):
    for name in ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(A, name), getattr(B, name))


@pytest.mark.parametrize("size", SIZES)
def test_rows_are_transposed_taken_and_brought_together(size):
    assert_same(assembled(by_ranks(ARCS, SharedMatrix.transposed, size)), csr_array(ARCS.T))
    some = np.flatnonzero(np.arange(300) % 3 > 0)
    part = csr_array(ARCS[some][:, some])
    part.sort_indices()
    found = by_ranks(ARCS, lambda matrix: matrix.taken(some), size)
    assert_same(assembled(found), part)
    assert set(found[0].shares.cuts) <= set(blocks.node_bounds(len(some)))
    assert_same(by_ranks(ARCS, lambda matrix: matrix.whole(some), size)[0], part)
    links = by_ranks(ARCS, SharedMatrix.symmetric_pattern, size)
    both = csr_array(ARCS + ARCS.T)
    both.sort_indices()
    assert_same(assembled(links), both)
    assert all(each is not links[0].rows for each in (both, ARCS))


@pytest.mark.parametrize("size", SIZES)
def test_what_all_know_of_the_rows(size):
    nnz = ARCS.nnz
    for found in by_ranks(ARCS, lambda m: (m.nnz, m.sizes(), m.block_sums(lambda a, b: m.rows.data[a:b].sum())), size):
        assert found[0] == nnz
        np.testing.assert_array_equal(found[1], np.diff(ARCS.indptr))
        assert found[2].sum() == sum_by_blocks(ARCS.indptr, lambda a, b: ARCS.data[a:b].sum())
    i, j = by_ranks(ARCS, lambda matrix: matrix.some_entries(7), size)[0]
    np.testing.assert_array_equal(i, np.repeat(np.arange(300), np.diff(ARCS.indptr))[::7])
    np.testing.assert_array_equal(j, ARCS.indices[::7])
    block = np.random.default_rng(0).random((300, 3))
    for found in by_ranks(ARCS, lambda matrix: matrix.product(block), size):
        np.testing.assert_array_equal(found, csr_array((np.ones(nnz), ARCS.indices, ARCS.indptr)) @ block)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("size", SIZES)
def test_components(name, size):
    for found in by_ranks(GRAPHS[name], SharedMatrix.first_nodes, size):
        np.testing.assert_array_equal(found, first_nodes(GRAPHS[name]))


@pytest.mark.parametrize("size", SIZES)
def test_arcs_join_both_ways(size):
    assert first_nodes(ARCS).any()
    for found in by_ranks(ARCS, SharedMatrix.first_nodes, size):
        np.testing.assert_array_equal(found, first_nodes(ARCS))


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("size", SIZES)
def test_hops(name, size):
    A = GRAPHS[name]
    n = A.shape[0]
    pivots = np.random.default_rng(0).permutation(n)[: min(n, 150)]
    expected = hops.hop_distances(A, pivots, ALONE, symmetric=True).T
    longest = expected.max()
    one = by_ranks(A, lambda links: links.hops(pivots[0]), size)[0]
    np.testing.assert_array_equal(one, expected[:, 0])
    for short in (longest + 1, longest):  # as two bytes, and as more
        found = by_ranks(A, lambda links, short=short: links.paths(pivots, short), size)
        D = np.concatenate([paths.own for paths in found])
        assert D.dtype == (np.int16 if short > longest else np.float32)
        np.testing.assert_array_equal(D, np.where(expected < 0, longest + 1, expected))


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize(("size", "n_jobs"), [(1, 2), (2, 1), (3, 2), (4, 1)])
def test_neighborhoods(name, size, n_jobs):
    A = GRAPHS[name]
    found = by_ranks(A, neighbors.jaccard_weights, size, n_jobs)
    np.testing.assert_array_equal(np.concatenate(found), affinity.jaccard_weights(A, A, ALONE))
    close, twins = by_ranks(A, lambda links: links.closeness(0.6), size, n_jobs)[0]
    expected, repeated = closeness(A, 0.6, ALONE)
    np.testing.assert_array_equal(close, expected)
    np.testing.assert_array_equal(twins, repeated)
    assert expected.any() or name != "cliques"
    assert repeated.any() or name != "parts"


def both_triangles(upper):
    P = csr_array(upper + upper.T)
    P.sort_indices()
    return P


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("local", [True, False])
def test_probabilities(size, local):
    for A in (*GRAPHS.values(), ARCS):
        links = csr_array(A + A.T) if A is ARCS else A
        links.sort_indices()
        options = {"given": not local}
        expected = affinity.joint_probabilities(A, 4.0, ALONE, links=links if local else None, **options)

        def made(rows, options=options):
            P = joint_probabilities(rows, 4.0, links=rows.symmetric_pattern() if local else None, **options)
            return P, P.n_clamped

        found = by_ranks(A, made, size)
        P = assembled([each for each, _ in found])
        assert {number for _, number in found} == {expected.n_clamped}
        assert_same(P, both_triangles(expected.upper))


@pytest.mark.parametrize("size", SIZES)
def test_path_lengths(size):
    A = GRAPHS["lattice"]
    n, pivots = A.shape[0], np.random.default_rng(0).permutation(A.shape[0])[:70]
    D = hops.hop_distances(A, pivots, ALONE, symmetric=True).T.astype(np.int16, order="C")
    Y = np.random.default_rng(1).random((n, 2))

    def asked(links):
        paths = links.paths(pivots, 1000)
        relaxed = paths.relaxed(Y if links.comm.rank == 0 else None, 2, 3, 0.5)
        told = paths.mean(), paths.every(7), paths.columns(5).at(pivots), relaxed
        return *told, paths.projected(lambda rows: rows[:, :2] - rows.mean(), 2), paths.stress()

    found = by_ranks(A, asked, size)
    _, every, at, relaxed, projected, _ = found[0]
    assert {each[0] for each in found} == {D.mean()}
    np.testing.assert_array_equal(every, D[::7])
    np.testing.assert_array_equal(at, D[pivots, :5])
    np.testing.assert_array_equal(relaxed, relax(Y, D, pivots, 3, ALONE, offset=0.5))
    bounds = blocks.node_bounds(n)
    parts = [D[a:b, :2] - D[a:b].mean() for a, b in pairwise(bounds)]
    np.testing.assert_array_equal(projected, np.concatenate(parts))
    whole = PathStress(D, pivots, ALONE)
    np.testing.assert_array_equal(np.concatenate([each[-1]._inverses for each in found]), whole._inverses)
    assert {(each[-1]._one, each[-1]._squares) for each in found} == {(whole._one, whole._squares)}
