"""core/search/hops.py: breadth-first distances."""

import naive
import networkx as nx
import numpy as np
import pytest

import sggraph.core.engine.blocks
import sggraph.core.search.hops
from sggraph.core.engine.blocks import Workers
from sggraph.core.search.hops import hop_distances, write_hops

GRAPHS = {
    "one node": nx.empty_graph(1),
    "two nodes apart": nx.empty_graph(2),
    "path": nx.path_graph(17),
    "cycle": nx.cycle_graph(17),
    "star": nx.star_graph(16),
    "random, in pieces": nx.gnp_random_graph(300, 0.006, seed=0),
    "random": nx.gnp_random_graph(300, 0.02, seed=1),
    "nodes joined to all": nx.complete_multipartite_graph(3, 40, 60),
    "long path": nx.path_graph(300),
    "arcs": nx.gnp_random_graph(100, 0.02, seed=2, directed=True),
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("n_jobs", [1, 2, 7])
def test_equals_twin(name, n_jobs):
    G = GRAPHS[name]
    A = nx.to_scipy_sparse_array(G, format="csr")
    before = A.copy()
    sources = list(range(0, len(G), max(1, len(G) // 9)))
    with Workers(n_jobs) as workers:
        D = hop_distances(A, sources, workers, symmetric=not G.is_directed())
        assert np.array_equal(D, hop_distances(A, sources, workers))
    assert D.dtype == np.int32
    assert D.tolist() == [naive.hop_distances([list(G[i]) for i in G], s) for s in sources]
    assert (before != A).nnz == 0


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_one_search_by_all_threads(name, n_jobs, monkeypatch):
    monkeypatch.setattr(sggraph.core.search.hops, "FEW", 0)
    G = GRAPHS[name]
    A = nx.to_scipy_sparse_array(G, format="csr")
    with Workers(n_jobs) as workers:
        D = hop_distances(A, [len(G) // 2], workers, symmetric=not G.is_directed())
    assert D.dtype == np.int32
    assert D.tolist() == [naive.hop_distances([list(G[i]) for i in G], len(G) // 2)]


def test_index_type_does_not_matter():
    A = nx.to_scipy_sparse_array(nx.cycle_graph(9), format="csr")
    wide = A.copy()
    wide.indptr, wide.indices = A.indptr.astype(np.int64), A.indices.astype(np.int64)
    with Workers(1) as workers:
        assert np.array_equal(hop_distances(A, [3], workers), hop_distances(wide, [3], workers))


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
@pytest.mark.parametrize("n_jobs", [1, 2, 7])
@pytest.mark.parametrize("few", [0, 1_000])
def test_many_at_once_equal_one_after_the_other(name, dtype, n_jobs, few, monkeypatch):
    monkeypatch.setattr(sggraph.core.search.hops, "FEW", few)
    monkeypatch.setattr(sggraph.core.engine.blocks, "BLOCK", 20)
    G = GRAPHS[name]
    A = nx.to_scipy_sparse_array(G, format="csr")
    sources = np.random.default_rng(0).integers(len(G), size=150)  # three words, some sources twice
    wide = np.full((len(G), 152), 77, dtype)
    with Workers(n_jobs) as workers:
        D = hop_distances(A, sources, workers)
        for symmetric in {False, not G.is_directed()}:
            wide[:] = 77
            write_hops(A, sources, wide[:, 1:151], workers, symmetric=symmetric)
            write_hops(A, [], wide[:, :0], workers)
            assert np.array_equal(wide[:, 1:151].T, D)
            assert (wide[:, [0, 151]] == 77).all()
            some = np.random.default_rng(1).permutation(len(G))[: 1 + len(G) // 2]
            part = np.empty((len(some), 150), dtype)
            write_hops(A, sources, part, workers, targets=some, symmetric=symmetric)
            write_hops(A, sources, part[:0], workers, targets=some[:0])
            assert np.array_equal(part, D.T[some])


@pytest.mark.parametrize("length", [90, 99, 100, 101, 102, 110])
def test_paths_about_as_long_as_is_searched_together(length, monkeypatch):
    monkeypatch.setattr(sggraph.core.search.hops, "FEW", 0)
    A = nx.to_scipy_sparse_array(nx.path_graph(length), format="csr")
    D = np.empty((length, 2), np.int16)
    with Workers(2) as workers:
        write_hops(A, [0, length // 2], D, workers, symmetric=True)
    assert np.array_equal(D, np.abs(np.arange(length)[:, None] - [0, length // 2]))
