"""core/small.py: small components, each as if it were alone, against the descent of a large graph."""

import itertools

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from sggraph.core.affinity import joint_probabilities
from sggraph.core.blocks import Workers
from sggraph.core.descent import Phase, descend
from sggraph.core.small import descend_small

GRAPHS = [nx.petersen_graph(), nx.path_graph(2), nx.star_graph(6), nx.path_graph(9), nx.grid_2d_graph(4, 5)]


def matrices(graphs):
    A = sparse.csr_array(sparse.block_diag([nx.to_scipy_sparse_array(G, dtype=float) for G in graphs], format="csr"))
    A.sort_indices()
    with Workers(1) as workers:
        upper = joint_probabilities(A, 5.0, workers).upper
    return np.concatenate([[0], np.cumsum([len(G) for G in graphs])]), A, upper


def phases_of(phases, count):
    return np.tile(np.array(phases, float), (count, 1, 1))


def run(graphs, Y0, phases, length, n_jobs=1):
    with Workers(n_jobs) as workers:
        return descend_small(*matrices(graphs), Y0, phases_of(phases, len(graphs)), length, workers)


def noise(graphs, d, seed=0):
    return np.random.default_rng(seed).normal(size=(sum(map(len, graphs)), d))


@pytest.mark.parametrize("d", [1, 2, 3])
def test_each_descends_as_it_does_alone(d):
    """The same steps as core/descent.py, which sums over all pairs here, too."""
    Y0 = noise(GRAPHS, d)
    phases = [Phase(5, 2.0, 3.0, 0.5), Phase(10, 1.0, 5.0, 0.8, 0.1)]
    Y, kl = run(GRAPHS, Y0, phases, None)
    assert Y.shape == Y0.shape
    first, A, _ = matrices(GRAPHS)
    for c, (low, high) in enumerate(itertools.pairwise(first)):
        with Workers(1) as workers:
            block = sparse.csr_array(A[low:high][:, low:high])
            alone = descend(joint_probabilities(block, 5.0, workers).upper, Y0[low:high], phases, workers)
        np.testing.assert_allclose(Y[low:high], alone.Y, atol=2e-3)
        assert kl[c] == pytest.approx(alone.kl_divergence, abs=1e-3)


@pytest.mark.parametrize("d", [2, 3])
def test_the_start_by_stress_keeps_path_lengths(d):
    graphs = [nx.path_graph(20), nx.grid_2d_graph(6, 6), nx.cycle_graph(24)]
    Y, _ = run(graphs, noise(graphs, d), [Phase(0, 1.0, 1.0, 0.8)], 7.0)
    first, A, _ = matrices(graphs)
    for low, high in itertools.pairwise(first):
        part, nodes = A[low:high][:, low:high], Y[low:high]
        i, j = part.nonzero()
        assert np.median(np.linalg.norm(nodes[i] - nodes[j], axis=1)) == pytest.approx(7, rel=1e-4)
        hops = sparse.csgraph.shortest_path(part, unweighted=True)
        far = np.linalg.norm(nodes[:, None] - nodes[None], axis=2)
        assert np.corrcoef(hops.ravel(), far.ravel())[0, 1] > 0.94
        np.testing.assert_allclose(nodes.mean(axis=0), 0, atol=1e-3)


def test_threads_change_no_bit_and_other_components_none_that_counts():
    """The entries of P, which sums to 1/2 over all, round differently."""
    many = GRAPHS * 250
    Y0 = np.tile(noise(GRAPHS, 2), (250, 1))
    phases = [Phase(20, 1.0, 5.0, 0.8)]
    one, kl = run(GRAPHS, noise(GRAPHS, 2), phases, 12.0)
    runs = [run(many, Y0, phases, 12.0, n_jobs) for n_jobs in (1, 3)]
    np.testing.assert_array_equal(runs[0][0], runs[1][0])
    np.testing.assert_array_equal(runs[0][1], runs[1][1])
    np.testing.assert_allclose(runs[0][0], np.tile(one, (250, 1)), atol=1e-3)
    np.testing.assert_allclose(runs[0][1], np.tile(kl, 250), atol=1e-4)


def test_a_component_that_runs_away_is_told():
    _, kl = run(GRAPHS, noise(GRAPHS, 2), [Phase(50, 1.0, 1e30, 0.8)], 12.0)
    assert np.isnan(kl).any()
