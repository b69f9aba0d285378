"""The same seed and graph give the same bits, whatever computes them and whatever the graph came in."""

import isolated
import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from sggraph import embed_graph
from sggraph.core.affinity import joint_probabilities
from sggraph.core.attractive import attractive
from sggraph.core.engine.blocks import Workers
from sggraph.core.repulsion.repulsive import Repulsion
from sggraph.core.rows import full_rows
from sggraph.datasets import load_us_counties
from sggraph.estimator import SGtSNEpi
from sggraph.features.transform import place_nodes
from sggraph.graph.adjacency import as_graph

QUICK = {"max_iter": 20, "random_state": 0}


def bits(n_jobs, **threads):
    environment = dict.fromkeys(isolated.THREADS[:3], str(n_jobs)) | threads
    return isolated.run(isolated.TESTS / "workload.py", "bits", N_JOBS=str(n_jobs), **environment).split()


@pytest.mark.parametrize("others", [[7], pytest.param([2, 4, 13], marks=pytest.mark.slow)], ids=str)
def test_threads_of_ours_numba_openmp_and_blas_change_no_bit(others):
    want = bits(1)
    for n_jobs in others:
        assert bits(n_jobs) == want


@pytest.mark.slow
def test_threads_of_each_alone_change_no_bit():
    want = bits(2)
    for name in isolated.THREADS[:3]:
        assert bits(2, **{name: "1"}) == want
        assert bits(2, **{name: "5"}) == want


def edges(seed=0):
    """A graph of 200 nodes with real weights, connected, edges in random order and random directions."""
    rng = np.random.default_rng(seed)
    row = np.concatenate([np.arange(199), rng.integers(200, size=600)])
    col = np.concatenate([np.arange(1, 200), rng.integers(200, size=600)])
    keep = row != col
    return row[keep], col[keep], rng.random(keep.sum()) + 0.1


def formats():
    row, col, weights = edges()
    A = as_graph((row, col, weights)).adjacency
    rng = np.random.default_rng(1)
    order, flip = rng.permutation(len(row)), rng.random(len(row)) < 0.5
    shuffled = np.where(flip, row, col)[order], np.where(flip, col, row)[order], weights[order]
    coo = A.tocoo()
    mixed = rng.permutation(coo.nnz)
    coo_mixed = sparse.coo_array((coo.data[mixed], (coo.row[mixed], coo.col[mixed])), shape=A.shape)
    twice = np.concatenate([mixed, mixed[::-1]])
    halves = sparse.coo_array((coo.data[twice] / 2, (coo.row[twice], coo.col[twice])), shape=A.shape)
    unsorted = A.copy()
    for i in range(A.shape[0]):
        entries = slice(A.indptr[i], A.indptr[i + 1])
        unsorted.indices[entries], unsorted.data[entries] = A.indices[entries][::-1], A.data[entries][::-1]
    unsorted.has_sorted_indices = False
    long = sparse.csr_array(A)
    long.indices, long.indptr = A.indices.astype(np.int64), A.indptr.astype(np.int64)
    multi = nx.MultiGraph()
    multi.add_nodes_from(range(200))
    multi.add_weighted_edges_from(zip(*(part.tolist() for part in shuffled), strict=True))
    zeros = A + 0 * sparse.eye_array(200)
    return {
        "CSC": A.tocsc(),
        "COO in another order": coo_mixed,
        "COO with duplicates": halves,
        "unsorted indices": unsorted,
        "int64 indices": long,
        "LIL": A.tolil(),
        "DOK": sparse.dok_array(A),
        "dense": A.toarray(),
        "Fortran order": np.asfortranarray(A.toarray()),
        "stored zeros": zeros,
        "edges": (row, col, weights),
        "edges in another order and the other way round": shuffled,
        "NetworkX": nx.from_scipy_sparse_array(A),
        "NetworkX with parallel edges": multi,
        "Graph": as_graph(A),
    }


FORMATS = formats()


@pytest.mark.parametrize("name", FORMATS)
def test_formats_change_no_bit(name):
    want = embed_graph(as_graph(edges()).adjacency, **QUICK)
    np.testing.assert_array_equal(embed_graph(FORMATS[name], **QUICK), want)


def test_the_type_of_indices_changes_no_bit_of_new_nodes():
    graph = as_graph(edges())
    Y = embed_graph(graph, **QUICK)
    B = sparse.random_array((20, 200), density=0.2, rng=np.random.default_rng(0), format="csr")
    long = B.copy()
    long.indices, long.indptr = B.indices.astype(np.int64), B.indptr.astype(np.int64)
    with Workers(2) as workers:
        placed = [place_nodes(b, Y, np.ones(200, bool), 10.0, workers) for b in (B, long, B.tocsc(), B.tocoo())]
    for other in placed[1:]:
        np.testing.assert_array_equal(other, placed[0])


def test_the_estimator_and_the_function_agree_to_the_bit():
    graph = as_graph(edges())
    estimator = SGtSNEpi(**QUICK)
    np.testing.assert_array_equal(estimator.fit(graph).embedding_, embed_graph(graph, **QUICK))
    np.testing.assert_array_equal(estimator.fit(graph).embedding_, embed_graph(graph, **QUICK))


def test_rows_follow_the_input():
    G = nx.relabel_nodes(nx.path_graph(30), lambda k: f"n{(k * 7) % 30}")
    Y = embed_graph(G, 1, random_state=0)
    steps = np.abs(np.diff(Y[:, 0]))
    assert steps.max() < 3 * np.median(steps)  # nodes are listed along the path
    np.testing.assert_array_equal(Y, embed_graph(nx.path_graph(30), 1, random_state=0))


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("exact", [True, False])
def test_other_numbers_for_the_nodes_permute_the_forces(d, exact):
    A = as_graph(load_us_counties().adjacency).adjacency
    rng = np.random.default_rng(0)
    Y, order = (30 * rng.standard_normal((A.shape[0], d))).astype(np.float32), rng.permutation(A.shape[0])
    forces = []
    for matrix, places in ((A, Y), (as_graph(A[order][:, order]).adjacency, Y[order])):
        with Workers(2) as workers:
            P = full_rows(joint_probabilities(matrix, 10.0, workers, links=matrix).upper, workers)
            F_attr = np.zeros_like(places)
            workers.run(attractive, P.bounds, places, P.arrays, (0,) * d, (), F_attr)
            F_rep = np.empty_like(places)
            Z, _ = Repulsion(*Y.shape, workers, exact=exact)(places, F_rep)
        forces.append((F_attr, F_rep / Z))
    for before, after in zip(*forces, strict=True):
        np.testing.assert_allclose(after, before[order], atol=3e-5 * np.abs(before).max())


def test_parallel_edges_sum_to_the_same_bits_in_any_order():
    rng = np.random.default_rng(0)
    row, col = np.tile([[0, 1, 2, 3], [1, 2, 3, 0]], 200)
    weights = rng.random(800)
    want = as_graph((row, col, weights)).adjacency.data
    for _ in range(3):
        order = rng.permutation(800)
        np.testing.assert_array_equal(as_graph((row[order], col[order], weights[order])).adjacency.data, want)
        np.testing.assert_array_equal(as_graph((col[order], row[order], weights[order])).adjacency.data, want)
