"""core/small.py: small components, each as if it were alone, against the descent of a large graph."""

import itertools

import naive
import networkx as nx
import numpy as np
import pytest
from descents import Descent, advance, descend
from scipy import sparse
from scipy.optimize import minimize

from sggraph.core import small
from sggraph.core.affinity import joint_probabilities
from sggraph.core.descent import Phase
from sggraph.core.engine.blocks import Workers
from sggraph.core.forces import STEP_OF_SIZE
from sggraph.core.shape.path_stress import TAIL, PathStress
from sggraph.core.small import descend_small
from sggraph.method.start import ROOM, named_shape, stretched

GATHER = Phase(100, 4.0, 8.0, 0.8, 10.0, 10.0, stress=10.0, evenness=0.3)
SETTLE = Phase(300, 0.8, 30.0, 0.8, 10.0, 10.0, stress=0.7, evenness=0.02, grow=1.0)
GRAPHS = [nx.petersen_graph(), nx.path_graph(2), nx.star_graph(6), nx.path_graph(9), nx.grid_2d_graph(4, 5)]


def matrices(graphs):
    A = sparse.csr_array(sparse.block_diag([nx.to_scipy_sparse_array(G, dtype=float) for G in graphs], format="csr"))
    A.sort_indices()
    with Workers(1) as workers:
        upper = joint_probabilities(A, 5.0, workers).upper
    return np.concatenate([[0], np.cumsum([len(G) for G in graphs])]), A, upper


def phases_of(phases, count):
    return np.tile(np.array(phases, float), (count, 1, 1))


def run(graphs, Y0, phases, length, n_jobs=1, **room):
    with Workers(n_jobs) as workers:
        return descend_small(*matrices(graphs), Y0, phases_of(phases, len(graphs)), length, workers, **room)


def hops_of(G):
    return np.array(nx.floyd_warshall_numpy(G, weight=None)).astype(np.int32)


def stress_of(Y, G):
    """Of path lengths, each of them; what the descents draw in counts in full."""
    D = hops_of(G)
    return naive.path_stress(Y, Y, D, naive.path_scale(Y, Y, D))


def run_large(G, Y0, phases):
    """The descent of a large graph with all nodes as pivots, in their order."""
    _, _, upper = matrices([G])
    with Workers(1) as workers:
        paths = PathStress(hops_of(G).astype(np.float32), np.arange(len(G)), workers)
        descent = Descent(upper, Y0, workers, exact=True, paths=paths)
        advance(descent, phases)
        return descent.embedding(), descent.kl_divergence(fresh=True)


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


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("m", [1, 2, 3, 17])
def test_the_pull_of_path_lengths_is_that_of_the_twin(m, d):
    """For any symmetric lengths; two nodes on one spot, and all far from the origin."""
    rng = np.random.default_rng(m)
    D = np.triu(rng.integers(1, 9, (m, m)), 1).astype(np.int32)
    D[0, -1] *= 5  # a tail
    D = np.ascontiguousarray(D + D.T)
    inverse = small._inverses(D)
    drawn = naive.drawn_in(D.astype(float), TAIL)
    np.testing.assert_allclose(inverse, np.where(D > 0, 1 / np.where(D > 0, drawn, 1), 0), rtol=1e-6)
    y = (100 + 3 * rng.normal(size=(d, m))).astype(np.float32)
    y[:, m // 2] = y[:, 0]
    for scale in (0.3, 2.0):
        F = np.full((d, m), np.nan, np.float32)
        fitted = small._stress((0,) * d, inverse, y, scale, F)
        want = naive.path_pull(y.T, y.T, drawn, scale).T
        np.testing.assert_allclose(F, want, atol=2e-6 * max(np.abs(want).max(), 1))
        if m > 2:
            assert fitted == pytest.approx(naive.path_scale(y.T, y.T, drawn), rel=1e-6)
        else:  # nothing to fit
            assert fitted == scale


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("weights", [{"stress": 3.0}, {"evenness": 0.5}, {"stress": 1.0, "evenness": 0.1}], ids=str)
def test_each_takes_the_steps_of_a_large_graph_under_stress(d, weights):
    """Whose lengths are kept in two bytes."""
    Y0 = 2 * noise(GRAPHS, d)
    phases = [Phase(4, 2.0, 1.0, 0.5, **weights), Phase(4, 0.8, 1.5, 0.8, 0.2, **weights)]
    Y, kl = run(GRAPHS, Y0, phases, None)
    plain, _ = run(GRAPHS, Y0, [phase._replace(stress=0.0, evenness=0.0) for phase in phases], None)
    first, _, _ = matrices(GRAPHS)
    for c, (low, high) in enumerate(itertools.pairwise(first)):
        alone, its_kl = run_large(GRAPHS[c], Y0[low:high], phases)
        np.testing.assert_allclose(Y[low:high], alone, atol=5e-3)
        assert kl[c] == pytest.approx(its_kl, abs=2e-3)
        assert np.abs(Y[low:high] - plain[low:high]).max() > 0.02 or high - low == 2


@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_pictures_are_enlarged_as_large_ones_are(d, share):
    """But for the parabola through the last three sizes."""
    phases = [Phase(1, 1.0, 1e-6, 0.0, grow=share)]
    for G in (nx.grid_2d_graph(5, 6), nx.path_graph(40), nx.balanced_tree(2, 4), nx.complete_graph(20)):
        with Workers(1) as workers:
            _, A, _ = matrices([G])
            Y0 = 0.2 * named_shape("stress", A, d, np.random.default_rng(0), workers).Y
        Y, _ = run([G], Y0, phases, None)
        large, _ = run_large(G, Y0, phases)
        still, _ = run([G], Y0, [phases[0]._replace(grow=0.0)], None)
        assert Y.std() > 1.1 * still.std() or len(G) == 20  # a clique fits best where it is smallest
        assert np.log(Y.std() / large.std()) == pytest.approx(0, abs=share * np.log(STEP_OF_SIZE) + 1e-3)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("m", [2, 3, 17])
def test_the_smallest_come_out_finite_and_apart(m, d):
    graphs = [nx.path_graph(m), nx.complete_graph(m), nx.star_graph(m - 1)]
    first, _, _ = matrices(graphs)
    quiet = [phase._replace(stress=0.0, evenness=0.0, grow=0.0) for phase in (GATHER, SETTLE)]
    for phases in ([GATHER, SETTLE], quiet, [GATHER._replace(stress=0.0), SETTLE._replace(evenness=0.0)]):
        for length, room in ((None, ROOM), (3.0, 0.0), (None, 0.0)):
            Y, kl = run(graphs, noise(graphs, d), phases, length, room=room)
            assert np.isfinite(Y).all()
            assert np.isfinite(kl).all()
            for low, high in itertools.pairwise(first):  # on a line, nothing but stress parts the nodes of a clique
                assert len(np.unique(Y[low:high], axis=0)) == m or (d == 1 and phases is quiet)


ALIKE = {
    "path": nx.path_graph(40),
    "ring": nx.cycle_graph(36),
    "star": nx.star_graph(30),
    "clique": nx.complete_graph(30),
    "tree": nx.balanced_tree(2, 4),
    "random tree": nx.random_labeled_tree(60, seed=1),
}


# KL divergence in 2-D, seeds 0 to 9, as a component and as a large graph; of the others they spread less:
# star 2.72 2.72 2.71 2.71 2.71 2.71 2.71 2.71 2.71 2.72, and 2.71 2.75 2.72 2.74 2.72 2.73 2.74 2.72 2.74 2.71
# clique .55 .55 .55 .55 .55 .55 .55 .55 .55 .55, and .53 .54 .53 .54 .54 .53 .54 .54 .54 .53
# tree .82 .81 .82 .81 .82 .82 .82 .82 .82 .82, and .81 .81 .80 .80 .81 .87 .85 .80 .85 .81 (a branch crossed)
# Stress: path .010 .011 .012 .009 .012 .012 .011 .010 .009 .009, and .007 .005 .012 .013 .011 .010 .012 .008 .009 .008
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("name", ALIKE)
def test_a_component_looks_as_it_does_as_a_large_graph(name, d):
    """From a start by stress to the end; the better of two seeds."""
    G, scores = ALIKE[name], []
    _, A, _ = matrices([G])
    for seed in range(2):
        rng = np.random.default_rng(seed)
        Y, kl = run([G], rng.standard_normal((len(G), d)), [GATHER, SETTLE], None, room=ROOM)
        with Workers(1) as workers:
            Y0 = stretched(named_shape("stress", A, d, rng, workers).Y, None, rng)
        large, its_kl = run_large(G, Y0, [GATHER, SETTLE])
        scores.append((kl[0], stress_of(Y, G), its_kl, stress_of(large, G)))
    kl, stress, its_kl, its_stress = np.min(scores, axis=0)
    assert kl == pytest.approx(its_kl, rel=0.06, abs=0.05), scores
    assert stress == pytest.approx(its_stress, rel=0.1, abs=0.01), scores


def test_a_compact_start_has_little_room_but_no_edge_is_short():
    """As initial.stretched has it."""
    graphs = [nx.complete_graph(60), nx.path_graph(40)]
    Y, _ = run(graphs, noise(graphs, 2), [Phase(0, 1.0, 1.0, 0.8)], None, room=3 * ROOM)
    first, A, _ = matrices(graphs)
    radius = [np.sqrt((Y[low:high] ** 2).sum(axis=1).mean()) for low, high in itertools.pairwise(first)]
    i, j = A.nonzero()
    edges = np.linalg.norm(Y[i] - Y[j], axis=1)
    assert radius[0] == pytest.approx(3 * ROOM * np.sqrt(60), rel=1e-4)
    assert np.median(edges[i < 60]) > 1
    assert np.median(edges[i >= 60]) == pytest.approx(1, rel=1e-4)


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


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("G", [nx.path_graph(2), *GRAPHS[2:], nx.cycle_graph(17)], ids=len)
def test_the_start_by_stress_takes_the_steps_of_the_twin(G, d):
    D, start = hops_of(G), noise([G], d)
    y = np.ascontiguousarray(start.T, np.float32)
    small._relax(D, y)
    expected = naive.relaxed_pairs(start, D, small.STRESS_SWEEPS, small.LAST_STEP)
    np.testing.assert_allclose(y.T, expected, atol=2e-3)


def test_the_start_by_stress_ends_near_a_minimum():
    """What a descent on the same stress takes off in the end."""
    ratios = []
    for G in (nx.grid_2d_graph(5, 5), nx.balanced_tree(2, 3), nx.cycle_graph(20)):
        D, y = hops_of(G), np.ascontiguousarray(noise([G], 2).T, np.float32)
        small._relax(D, y)

        def stress(flat, D=D):
            Y = flat.reshape(-1, 2)
            return naive.path_stress(Y, Y, D, 1.0), (4 / len(D) * naive.path_pull(Y, Y, D, 1.0)).ravel()

        here = y.T.astype(float).ravel()
        least = minimize(stress, here, jac=True, method="L-BFGS-B", options={"maxiter": 40}).fun
        ratios.append(stress(here)[0] / least)
    assert np.mean(ratios) < 1.05, ratios


def test_the_columns_of_the_phases_are_their_fields():
    names = [name.upper() for name in Phase._fields]
    assert [getattr(small, name) for name in names] == list(range(len(names)))


def test_a_component_that_runs_away_is_told():
    _, kl = run(GRAPHS, noise(GRAPHS, 2), [Phase(50, 1.0, 1e30, 0.8)], 12.0)
    assert np.isnan(kl).any()
