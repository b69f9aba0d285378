"""core/tiny.py: SciPy and NumPy give what the kernels give."""

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

import sggraph.core.search.hops
from sggraph import embed_graph
from sggraph.core import tiny
from sggraph.core.affinity import jaccard_weights
from sggraph.core.engine.blocks import Workers
from sggraph.core.rows import full_rows
from sggraph.core.search.connectivity import first_nodes
from sggraph.core.search.hops import hop_distances, write_hops
from sggraph.core.symmetry import folded, is_symmetric, symmetric_pattern
from sggraph.core.twins import closeness

WORKERS = Workers(1)
GRAPHS = {
    "one node": nx.empty_graph(1),
    "no edges": nx.empty_graph(3),
    "path": nx.path_graph(17),
    "star": nx.star_graph(9),
    "cliques": nx.disjoint_union(nx.complete_graph(6), nx.barbell_graph(5, 2)),
    "pieces": nx.gnp_random_graph(200, 0.01, seed=0),
    "random": nx.gnp_random_graph(120, 0.1, seed=1),
    "arcs": nx.gnp_random_graph(90, 0.04, seed=2, directed=True),
}


def weighted(G):
    A = csr_array(nx.to_scipy_sparse_array(G, format="csr", dtype=float))
    A.sort_indices()
    A.data = np.random.default_rng(0).random(A.nnz) + 0.1
    return A


def equal(A, B):
    return all(np.array_equal(getattr(A, name), getattr(B, name)) for name in ("indptr", "indices", "data"))


@pytest.fixture(params=GRAPHS)
def A(request):
    return weighted(GRAPHS[request.param])


def test_components(A):
    assert np.array_equal(tiny.first_nodes(A), first_nodes(A))


def test_path_lengths(A, monkeypatch):
    sources = np.random.default_rng(0).integers(A.shape[0], size=70)
    by_kernel = hop_distances(A, sources, WORKERS)
    assert np.array_equal(tiny.hop_distances(A, sources), by_kernel)
    targets = np.random.default_rng(1).permutation(A.shape[0])[:5]
    monkeypatch.setattr(sggraph.core.search.hops.tiny, "TINY", 250_000)
    out = np.empty((len(targets), 70), np.int16)
    assert write_hops(A, sources, out, WORKERS, targets=targets) == by_kernel.max()
    assert np.array_equal(out, by_kernel[:, targets].T)
    assert write_hops(A, [], out[:, :0], WORKERS, targets=targets) == 0


def test_symmetry(A, monkeypatch):
    assert tiny.is_symmetric(A) == is_symmetric(A.indptr, A.indices, WORKERS)
    links = symmetric_pattern(A)
    monkeypatch.setattr(sggraph.core.search.hops.tiny, "TINY", 250_000)
    assert equal(symmetric_pattern(A), links)


def test_a_diagonal_is_not_symmetric():
    assert not tiny.is_symmetric(csr_array(np.eye(3)))


def test_sums_with_the_transpose(A):
    one, other = folded(A, A.data, 3.0, WORKERS), tiny.folded(A, A.data, 3.0)
    np.testing.assert_allclose(other.toarray(), one.toarray(), rtol=2e-7)
    assert np.array_equal(one.indices, other.indices)
    assert one.data.dtype == other.data.dtype == np.float32


def test_rows_of_a_triangle(A, monkeypatch):
    upper = tiny.folded(A, A.data, 3.0)
    one = full_rows(upper, WORKERS)
    monkeypatch.setattr(sggraph.core.search.hops.tiny, "TINY", 250_000)
    other = full_rows(upper, WORKERS)
    assert one.bounds == other.bounds
    for a, b in zip(one.arrays, other.arrays, strict=True):
        assert a.dtype == b.dtype
        assert np.array_equal(a, b)
    with pytest.raises(ValueError, match="upper has entries on or below the diagonal"):
        full_rows(csr_array(np.eye(3)), WORKERS)


def test_shared_neighbours(A, monkeypatch):
    links = symmetric_pattern(A)
    by_kernel, jaccard = closeness(links, 0.6, WORKERS), jaccard_weights(A, links, WORKERS)
    monkeypatch.setattr(sggraph.core.search.hops.tiny, "TINY", 250_000)
    for one, other in zip(closeness(links, 0.6, WORKERS), by_kernel, strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(jaccard_weights(A, links, WORKERS), jaccard)


def test_what_is_tiny_takes_milliseconds_whatever_its_shape(monkeypatch):
    monkeypatch.setattr(sggraph.core.search.hops.tiny, "TINY", 250_000)
    assert tiny.is_tiny(weighted(nx.path_graph(27_000)))
    for G in (nx.star_graph(600), nx.empty_graph(300_000), nx.complete_graph(80)):
        assert not tiny.is_tiny(csr_array(nx.to_scipy_sparse_array(G)))


@pytest.mark.parametrize("directed", [False, True])
def test_pictures_are_the_same_but_for_rounding(directed, monkeypatch):
    G = nx.gnp_random_graph(60, 0.1, seed=3, directed=directed)
    pictures = []
    for most in (-1, 250_000):
        monkeypatch.setattr(sggraph.core.search.hops.tiny, "TINY", most)
        pictures.append(embed_graph(G, random_state=0, max_iter=5))
    np.testing.assert_allclose(*pictures, atol=1e-3 * np.abs(pictures[0]).max())
