"""embed.py and what it hands on: what a caller may give, and what every graph gets back."""

from itertools import product

import naive
import networkx as nx
import numpy as np
import pytest
from scipy import sparse

from sggraph import (
    EmbeddingDivergedError,
    embed_graph,
    estimate_cost,
    neighbor_recall,
    point_cloud_to_graph,
    sgtsne_layout,
)
from sggraph.core.affinity import joint_probabilities
from sggraph.core.descent import Phase, descend
from sggraph.core.engine.blocks import Workers
from sggraph.core.forces import Forces
from sggraph.core.motion import Motion
from sggraph.datasets import load_karate_club, load_us_counties
from sggraph.estimator import SGtSNEpi
from sggraph.graph.adjacency import as_graph
from sggraph.method.pipeline import embed, part_coincident
from sggraph.method.problem import is_kept
from sggraph.method.schedule import Schedule
from sggraph.method.settings import Settings
from sggraph.metrics import shortest_path_correlation

KARATE = nx.karate_club_graph()
QUICK = {"max_iter": 40, "random_state": 0}


def isolated():
    G = nx.cycle_graph(6)
    G.add_nodes_from("abcd")
    return G


def union_of_parts():
    return nx.disjoint_union_all([nx.path_graph(5), nx.complete_graph(6), nx.star_graph(4), nx.path_graph(2)])


SHAPES = {
    "one node": nx.empty_graph(1),
    "two nodes": nx.path_graph(2),
    "no edges": nx.empty_graph(7),
    "disconnected": union_of_parts(),
    "isolated nodes": isolated(),
    "star": nx.star_graph(30),
    "path": nx.path_graph(40),
    "clique": nx.complete_graph(20),
    "directed": nx.DiGraph([(0, 1), (0, 2), (2, 3), (4, 3), (5, 4)]),
}


def assert_usable(Y, n, d):
    assert Y.shape == (n, d)
    assert Y.dtype == np.float32
    assert np.isfinite(Y).all()
    assert len(np.unique(Y, axis=0)) == n


# Arguments

ADVICE = [  # test_bad_input.py has all that is refused
    ({"d": 0}, "d=0: give a number of dimensions from 1 to 3"),
    ({"lambda_": 0.5}, r"lambda_=0\.5: give 'auto', None or a number of at least 1"),
    ({"balance": 1.5}, "balance=1.5: give a number from 0"),
    ({"exaggeration": 0}, "exaggeration=0: give 'auto' or a number above 0"),
    ({"local_weights": "yes"}, "local_weights='yes': give True, False or 'auto'"),
    ({"init": "umap"}, "init='umap': give 'auto', 'stress', 'pmds', 'spectral', 'random', an array of shape"),
    ({"init": np.zeros((34, 3))}, r"start .* shape \(34, 3\): give \(34, 2\)"),
    ({"Y0": np.zeros((33, 2))}, r"shape \(33, 2\)"),
    ({"Y0": np.zeros((33, 2)), "drop_leaf": True}, r"shape \(33, 2\)"),
    ({"Y0": np.full((34, 2), np.nan)}, "finite numbers"),
    ({"Y0": np.full((34, 2), 1e300)}, r"none beyond 3.4\S+ \(float32\)"),
    ({"Y0": np.full((34, 2), "a")}, "finite numbers"),
    ({"max_iter": -1}, "max_iter=-1: give 'auto' or a number of iterations"),
    ({"alpha": 0}, "alpha=0: give 'auto' or a number above 0"),
    ({"eta": -200}, "eta=-200: give 'auto' or a number above 0"),
    ({"h": 0}, "h=0: give None .* above 0"),
    ({"exact": "no"}, "exact='no': give True, False or None"),
    ({"components": "all"}, "components='all': give 'auto', 'pack', 'together' or 'largest'"),
    ({"n_jobs": 0}, "n_jobs=0: give a number of threads, or -1 or None"),
    ({"callback": 3}, "callback=3: give a function"),
    ({"callback_every": 0}, "callback_every=0: give a number of iterations of at least 1"),
    ({"random_state": -1}, "random_state=-1: give an integer of at least 0"),
]


@pytest.mark.parametrize(("option", "message"), ADVICE, ids=str)
def test_a_refusal_says_what_to_give(option, message):
    with pytest.raises(ValueError, match=message):
        embed_graph(KARATE, **option)


@pytest.mark.parametrize(("graph", "error"), [("karate", TypeError), (np.ones((3, 2)), ValueError), ([], ValueError)])
def test_what_is_no_graph_raises(graph, error):
    with pytest.raises(error, match="graph"):
        embed_graph(graph)


# Any graph


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("name", SHAPES)
def test_every_node_of_any_graph_gets_a_place_of_its_own(name, d):
    Y = embed_graph(SHAPES[name], d, random_state=0)
    assert_usable(Y, len(SHAPES[name]), d)
    assert np.abs(Y.mean(axis=0)).max() <= 1e-3 * max(np.abs(Y).max(), 1e-6)


@pytest.mark.parametrize(
    "option", [{"init": "random"}, {"exact": False}, {"lambda_": None}, {"drop_leaf": True}], ids=str
)
@pytest.mark.parametrize("name", SHAPES)
def test_options_stand_any_graph(name, option):
    assert_usable(embed_graph(SHAPES[name], **QUICK, **option), len(SHAPES[name]), 2)


@pytest.mark.parametrize("direction", ["symmetric", "out", "in"])
def test_a_directed_graph_loses_no_node(direction):
    star = nx.DiGraph([(0, k) for k in range(1, 12)])  # "in" leaves the row of the hub empty, "out" all others
    star.add_edges_from([(20, 21), (21, 22), (22, 20)])
    Y = embed_graph(star, direction=direction, random_state=0)
    assert_usable(Y, len(star), 2)
    near = np.linalg.norm(Y[:12] - Y[0], axis=1).max()
    assert near < np.linalg.norm(Y[:12, None] - Y[None, 12:], axis=2).min()


def test_direction_matters():
    A = np.triu(np.random.default_rng(0).random((12, 12)) < 0.4, 1) * np.arange(1.0, 13.0)
    Y = [embed_graph(A, direction=direction, **QUICK) for direction in ("symmetric", "out", "in")]
    assert not any(np.array_equal(a, b) for a, b in [(Y[0], Y[1]), (Y[0], Y[2]), (Y[1], Y[2])])
    np.testing.assert_array_equal(Y[1], embed_graph(A.T, direction="in", **QUICK))


def test_weights_matter_and_can_be_ignored():
    np.testing.assert_array_equal(
        embed_graph(KARATE, weight=None, **QUICK), embed_graph(nx.to_numpy_array(KARATE, weight=None), **QUICK)
    )
    assert not np.array_equal(embed_graph(KARATE, weight=None, **QUICK), embed_graph(KARATE, **QUICK))


@pytest.mark.parametrize("lambda_", [None, "auto", 3, 1])
def test_heavier_edges_are_shorter(lambda_):
    ring = nx.cycle_graph(12)
    heavy = [(k, k + 1) for k in range(0, 12, 2)]
    nx.set_edge_attributes(ring, {edge: 3.0 for edge in heavy}, "weight")
    Y = embed_graph(ring, lambda_=lambda_, random_state=0)
    length = {edge: np.linalg.norm(Y[edge[0]] - Y[edge[1]]) for edge in ring.edges}
    assert max(length[edge] for edge in heavy) < min(length[edge] for edge in ring.edges if edge not in heavy)


def test_heavier_edges_are_shorter_where_neighbours_are_few_and_weights_far_apart():
    """In a grid, where nodes have 4 neighbours: .28 at 50 and .20 at 10^6 for neighbourhoods; .65 and .54 by default,
    as paths are as long as they have edges.
    """
    G = nx.grid_2d_graph(12, 12)
    along = np.array([u[0] == v[0] for u, v in G.edges])
    same, heavier, heaviest = (1.0, 0.9, 1.1), (50.0, 0.15, 0.4), (1e6, 0.1, 0.3)
    for balance, (heavy, low, high) in [
        *product([0.5, 1], [same]),
        (0.5, (50.0, 0.4, 0.85)),
        (1, heavier),
        (1, heaviest),
    ]:
        nx.set_edge_attributes(G, dict(zip(G.edges, np.where(along, heavy, 1.0), strict=True)), "weight")
        pos = sgtsne_layout(G, seed=0, balance=balance)
        length = np.array([np.linalg.norm(pos[u] - pos[v]) for u, v in G.edges])
        ratio = np.median(length[along]) / np.median(length[~along])
        assert low < ratio < high


def test_local_weights_are_for_edges_that_are_alike():
    A = nx.to_scipy_sparse_array(KARATE, weight=None)
    auto, on, off = (embed_graph(A, local_weights=choice, **QUICK) for choice in ("auto", True, False))
    np.testing.assert_array_equal(auto, on)
    assert not np.array_equal(auto, off)
    np.testing.assert_array_equal(embed_graph(KARATE, **QUICK), embed_graph(KARATE, local_weights=False, **QUICK))


# The same input gives the same bits


@pytest.mark.parametrize("n_jobs", [2, 4, -1, None])
def test_threads_change_no_bit(n_jobs):
    A = load_us_counties().adjacency
    np.testing.assert_array_equal(embed_graph(A, n_jobs=1, **QUICK), embed_graph(A, n_jobs=n_jobs, **QUICK))


def test_formats_change_no_bit():
    A = nx.to_scipy_sparse_array(KARATE, dtype=float)
    want = embed_graph(KARATE, **QUICK)
    row, col, weights = zip(*KARATE.edges(data="weight"), strict=True)
    formats = [kind(A) for kind in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array, sparse.lil_matrix)]
    for graph in [*formats, A.toarray(), A.astype(np.float32), A.astype(int), (row, col, weights), as_graph(KARATE)]:
        np.testing.assert_array_equal(embed_graph(graph, **QUICK), want)


def test_seeds():
    same = [embed_graph(KARATE, max_iter=20, random_state=seed) for seed in (3, np.int64(3), np.random.default_rng(3))]
    np.testing.assert_array_equal(same[0], same[1])
    np.testing.assert_array_equal(same[0], same[2])
    assert not np.array_equal(same[0], embed_graph(KARATE, max_iter=20, random_state=4))
    old = [embed_graph(KARATE, max_iter=20, random_state=np.random.RandomState(3)) for _ in range(2)]
    np.testing.assert_array_equal(*old)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    assert not np.array_equal(embed_graph(KARATE, max_iter=20), embed_graph(KARATE, max_iter=20))
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.parametrize("drop_leaf", [True, False])
def test_the_input_is_not_changed(drop_leaf):
    A = sparse.csr_array(nx.to_scipy_sparse_array(nx.lollipop_graph(6, 4), dtype=np.float64))
    for array in (A.data, A.indices, A.indptr):
        array.flags.writeable = False
    Y0 = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)
    Y0.flags.writeable = False
    G = nx.karate_club_graph()
    before = list(G.nodes(data=True)), list(G.edges(data=True))
    embed_graph(A, Y0=Y0, drop_leaf=drop_leaf, **QUICK)
    embed_graph(G, drop_leaf=drop_leaf, **QUICK)
    assert before == (list(G.nodes(data=True)), list(G.edges(data=True)))


# The schedule


@pytest.fixture
def runs(monkeypatch):
    """What the loop is given: (Y0, h, exact) of each start, and the phases of each stretch."""
    starts, stretches, at = [], [], []

    class Started(Motion):
        @classmethod
        def at(cls, Y0):
            at.append(Y0)
            return Motion.at(Y0)

    class Spy(Forces):
        def __init__(self, upper, d, workers, **options):
            starts.append((at[-1], options["h"], options["exact"]))
            super().__init__(upper, d, workers, **options)

    def spy(forces, motion, phases, watch):
        stretches.append([phase for phase in phases if phase.n_iter])
        return descend(forces, motion, phases, watch)

    monkeypatch.setattr("sggraph.method.run.Motion", Started)
    monkeypatch.setattr("sggraph.method.run.Forces", Spy)
    monkeypatch.setattr("sggraph.method.run.descend", spy)
    return starts, stretches


def test_the_descent_follows_the_schedule(runs):
    embed_graph(KARATE, max_iter=12, early_exag=5, alpha=3, eta=7, h=0.5, exact=False, random_state=0)
    starts, stretches = runs
    assert [start[1:] for start in starts] == [(0.5, False)]
    assert stretches == [[Phase(5, 3.0, 7.0, 0.5), Phase(7, 1.0, 7.0, 0.8)]]


def test_a_schedule_of_the_callers_replaces_all_numbers(runs):
    schedule = Schedule((Phase(9, 3.0, 5.0, 0.7), Phase(4, 0.5, 6.0, 0.8)), length=50.0)
    embed_graph(load_us_counties().adjacency, schedule=schedule, random_state=0)
    (Y0, _, _), *others = runs[0]
    assert not others
    assert runs[1] == [list(schedule.phases)]
    A = load_us_counties().adjacency
    i, j = A.nonzero()
    assert np.median(np.linalg.norm(Y0[i] - Y0[j], axis=1)) == pytest.approx(50, rel=0.02)
    with pytest.raises(ValueError, match="schedule"):
        embed_graph(KARATE, schedule=[(1, 2, 3)])


def test_a_compact_schedule_starts_from_a_compact_picture(runs):
    """Length None, of the caller's schedule or of the automatic one; edges of 12 / alpha where that is given."""
    A = load_us_counties().adjacency
    i, j = A.nonzero()
    schedule = Schedule((Phase(2, 3.0, 5.0, 0.7),))
    for options in ({"schedule": schedule}, {}, {"alpha": 2.0}, {"schedule": schedule._replace(length=6.0)}):
        embed_graph(A, random_state=0, **({"max_iter": 2} | options))
    lengths = [np.median(np.linalg.norm(Y0[i] - Y0[j], axis=1)) for Y0, *_ in runs[0]]
    assert lengths == pytest.approx([1, 1, 6, 6], rel=0.02)


def test_the_dial_turns_from_shape_to_neighbourhoods():
    """Recall and correlation with path lengths at balance 0, .5, 1, seeds 0 to 9, of a small world:
    .15 to .18, .81 to .83, .85 to .86 and .51 to .52, .45 to .46, .40 to .41;
    of the karate club: .38 to .47, .54 to .62, .62 to .69 and .85 to .87, .84 to .86, .79 to .82.
    """
    for G in (nx.connected_watts_strogatz_graph(500, 6, 0.1, seed=0), KARATE):
        scores = []
        for balance in (0, 0.5, 1):
            Y = embed_graph(G, balance=balance, random_state=0)
            scores.append((neighbor_recall(G, Y), shortest_path_correlation(G, Y)))
        recall, correlation = np.transpose(scores)
        assert recall[0] + 0.03 < recall[1] < recall[2] - 0.01
        assert correlation[0] > correlation[1] - 0.01
        assert correlation[0] - 0.02 > correlation[2] < correlation[1] - 0.01


@pytest.mark.filterwarnings("ignore:the embedding:RuntimeWarning")
def test_a_learning_rate_that_is_much_too_large_raises_with_a_remedy():
    with pytest.raises(EmbeddingDivergedError, match=r"iteration \d+ .*smaller eta"):
        embed_graph(load_us_counties().adjacency, eta=1000, alpha=1e30, random_state=0)
    small = nx.disjoint_union_all([nx.path_graph(3), nx.path_graph(2), nx.petersen_graph()])
    with pytest.raises(EmbeddingDivergedError, match="smaller eta"):
        embed_graph(small, eta=10, alpha=1e30, random_state=0)


@pytest.fixture(scope="module")
def usual():
    return SGtSNEpi(random_state=0).fit(load_us_counties().adjacency).kl_divergence_


@pytest.mark.filterwarnings("ignore:the embedding may not settle:RuntimeWarning")
@pytest.mark.parametrize("eta", [1e5, 1e6, 1e30])
def test_a_run_that_diverges_is_mended_and_tells(eta, usual):
    """KL divergence 1.39, as with eta="auto"; 7.2 and 7.9 without the mending."""
    seen = []
    estimator = SGtSNEpi(eta=eta, random_state=0, callback=lambda i, *_: seen.append(i))
    with pytest.warns(RuntimeWarning, match=r"diverged at iteration .* goes on from iteration \d+ with eta=3106"):
        estimator.fit(load_us_counties().adjacency)
    assert estimator.kl_divergence_ < 1.03 * usual
    assert np.ptp(estimator.embedding_, axis=0).max() < 2000
    assert seen == sorted(set(seen))
    assert seen[-1] == estimator.n_iter_


@pytest.mark.filterwarnings("ignore:the embedding:RuntimeWarning")
def test_complete_graphs_take_any_learning_rate():
    """All nodes on one spot fit them best: no run undercuts that KL divergence, 0."""
    for n in (4, 10, 20):
        Y = embed_graph(nx.complete_graph(n), eta=500, random_state=0)
        assert_usable(Y, n, 2)


@pytest.mark.filterwarnings("ignore:the embedding:RuntimeWarning")
def test_small_components_that_diverge_are_mended():
    """Recall .95, as with eta="auto"."""
    G = nx.disjoint_union_all([nx.grid_2d_graph(15, 15), *[nx.grid_2d_graph(5, 5)] * 20])
    with pytest.warns(RuntimeWarning, match="small components diverged"):
        Y = embed_graph(G, eta=3e5, random_state=0)
    assert neighbor_recall(G, Y) > 0.92


# Starting coordinates, leaves


def test_a_given_start_is_where_it_starts():
    Y0 = np.random.default_rng(0).normal(size=(34, 2)) + 5
    for given in ({"Y0": Y0}, {"init": Y0}, {"init": Y0.tolist()}, {"Y0": Y0, "init": "random"}):
        Y = embed_graph(KARATE, max_iter=0, **given)
        np.testing.assert_allclose(Y, Y0 - Y0.mean(axis=0), atol=1e-5)


def test_the_unit_of_a_given_start_does_not_matter():
    """Unless nothing is gathered from it, or the method is the published one."""
    Y0 = embed_graph(KARATE, random_state=0).astype(float)
    found = [embed_graph(KARATE, init=unit * Y0) for unit in (2.0, 64.0, 2.0**20)]
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    own = Schedule((Phase(2, 1.0, 1.0, 0.8, stress=1.0),))
    for options in ({"early_exag": 0}, {"alpha": 4}, {"schedule": own}, {"schedule": Schedule(())}):
        found = [embed_graph(KARATE, init=unit * Y0, max_iter=2, **options) for unit in (2.0, 64.0)]
        assert np.abs(found[1]).max() > 10 * np.abs(found[0]).max()


def test_given_starts_of_any_size_are_as_good():
    """Recall of small components and of one large, from random coordinates."""
    apart = nx.disjoint_union_all([nx.grid_2d_graph(6, 6) for _ in range(4)] + [nx.path_graph(30)] * 3)
    for G, least in ((apart, 0.8), (nx.grid_2d_graph(15, 15), 0.9)):
        Y0 = np.random.default_rng(0).standard_normal((len(G), 2))
        for size in (1e-40, 1e-4, 1.0, 1e4, 1e8):
            Y = embed_graph(G, Y0=size * Y0, components="pack", random_state=0)
            assert neighbor_recall(G, Y) > least, size


def test_a_run_can_be_resumed_from_its_embedding():
    first = embed_graph(KARATE, random_state=0)
    again = embed_graph(KARATE, Y0=first, max_iter=50, early_exag=0)
    assert np.linalg.norm(again - first) < 0.1 * np.linalg.norm(first)


def test_leaves_sit_beside_their_neighbours():
    G = nx.convert_node_labels_to_integers(nx.grid_2d_graph(8, 8))
    stems = list(range(0, 64, 5))
    G.add_edges_from((stem, 64 + k) for k, stem in enumerate(stems))
    kept = is_kept(as_graph(G).adjacency)
    assert kept.tolist() == [True] * 64 + [False] * len(stems)
    seen = []
    Y = embed_graph(G, drop_leaf=True, random_state=0, callback=lambda *args: seen.append(len(args[1])))
    assert_usable(Y, len(G), 2)
    assert set(seen) == {64}
    edge = np.median([np.linalg.norm(Y[i] - Y[j]) for i, j in G.edges if max(i, j) < 64])
    leaf = np.linalg.norm(Y[stems] - Y[64:], axis=1) / edge
    assert leaf.min() > 0.39
    assert leaf.max() < 0.61


def test_coincident_nodes_are_parted_and_no_other_is_moved():
    Y = np.repeat(
        np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32) * 300, [1] * 45 + [2, 2, 2, 9, 40], axis=0
    )
    parted = part_coincident(Y.copy(), np.random.default_rng(0))
    assert_usable(parted, len(Y), 3)
    np.testing.assert_allclose(parted, Y, atol=0.1)
    np.testing.assert_array_equal(parted[:45], Y[:45])
    assert_usable(part_coincident(np.zeros((4, 1), np.float32), np.random.default_rng(0)), 4, 1)


def test_a_pair_of_leaves_stays():
    assert is_kept(as_graph(nx.path_graph(2)).adjacency).all()
    assert is_kept(as_graph(nx.star_graph(3)).adjacency).tolist() == [True, False, False, False]


@pytest.mark.parametrize("direction", ["out", "in"])
def test_a_leaf_has_one_neighbour_whatever_the_direction(direction):
    arcs = nx.DiGraph([(0, 1), (1, 2), (2, 0), (2, 3)])
    for graph in (arcs, arcs.reverse()):
        seen = []
        embed_graph(graph, direction=direction, drop_leaf=True, callback=lambda *a: seen.append(len(a[1])), **QUICK)  # noqa: B023
        assert set(seen) == {3}


# Callback, progress, result


def test_the_callback_sees_all_and_changes_nothing():
    seen = []

    def callback(iteration, Y, kl_divergence, gradient_norm):
        seen.append((iteration, kl_divergence, gradient_norm))
        assert_usable(Y, 34, 2)
        Y[:] = np.nan

    Y = embed_graph(KARATE, max_iter=130, callback=callback, random_state=0)
    np.testing.assert_array_equal(Y, embed_graph(KARATE, max_iter=130, random_state=0))
    assert [iteration for iteration, *_ in seen] == [50, 100, 130]
    assert all(type(value) is float and np.isfinite(value) for _, *values in seen for value in values)
    assert seen[-1][1] < seen[0][1]


def test_the_callback_stops_the_run():
    seen = []
    estimator = SGtSNEpi(
        callback=lambda *args: seen.append(args[1]) or args[0] >= 30, callback_every=10, random_state=0, alpha=4
    )
    estimator.fit(KARATE)
    assert len(seen) == 3
    assert estimator.n_iter_ == 30
    np.testing.assert_array_equal(seen[-1], estimator.embedding_)


def test_verbose_names_the_phases_in_turn(capsys):
    embed_graph(KARATE, verbose=True, **QUICK)
    shown = capsys.readouterr().err
    places = [shown.index(f"{phase}: 100%") for phase in ("probabilities", "start", "embedding")]
    assert places == sorted(places)


def test_verbose_counts_the_iterations_on_stderr(capsys):
    embed_graph(KARATE, verbose=True, **QUICK)
    out, err = capsys.readouterr()
    assert "40/40" in err
    assert out == ""
    embed_graph(KARATE, **QUICK)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_kl_divergence_is_that_of_the_embedding(d):
    result = embed(as_graph(KARATE), Settings(d=d, lambda_=5, max_iter=100, random_state=0, n_jobs=1))
    with Workers(1) as workers:
        P = joint_probabilities(as_graph(KARATE).adjacency, 5, workers, given=True)
    dense = P.upper.toarray().astype(float)
    w = naive.student(result.coordinates, result.coordinates)
    Q = w / (w.sum() - len(w))
    P_ij = (dense + dense.T)[dense + dense.T > 0]
    want = (P_ij * np.log(P_ij / Q[dense + dense.T > 0])).sum()
    assert result.kl_divergence == pytest.approx(want, rel=1e-4)
    assert result.n_iter == 100
    assert result.n_clamped == P.n_clamped == sum(degree <= 3 * 5 - 2 for _, degree in KARATE.degree)


# NetworkX layout


def test_a_layout_is_a_dict_in_node_order():
    G = nx.Graph([("c", "a"), ("a", "b"), ("b", "d"), (7, "c")])
    pos = sgtsne_layout(G, seed=0)
    assert list(pos) == list(G)
    assert np.shape(list(pos.values())) == (5, 2)
    unscaled = sgtsne_layout(G, seed=0, scale=None)
    np.testing.assert_array_equal(np.array(list(unscaled.values())), embed_graph(G, random_state=0).astype(float))


@pytest.mark.parametrize(("scale", "center"), [(1, None), (3, (10, -20)), (0.5, [1, 1])])
def test_scale_and_center(scale, center):
    Y = np.array(list(sgtsne_layout(KARATE, seed=0, scale=scale, center=center, max_iter=50).values()))
    middle, sides = (Y.max(axis=0) + Y.min(axis=0)) / 2, Y.max(axis=0) - Y.min(axis=0)
    np.testing.assert_allclose(middle, np.zeros(2) if center is None else center, atol=1e-9)
    assert sides.max() == pytest.approx(2 * scale)
    raw = embed_graph(KARATE, max_iter=50, random_state=0)
    assert sides.min() / sides.max() == pytest.approx(np.ptp(raw, axis=0).min() / np.ptp(raw, axis=0).max(), rel=1e-5)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        *(({"scale": scale}, ValueError, "scale=") for scale in [np.nan, np.inf, "a", 0, -1, True, [1, 1], 10**400]),
        *(
            ({"center": center}, ValueError, "center=.*give d=2")
            for center in [(1, 2, 3), 5, "a", (np.nan, 0), [[1, 2]]]
        ),
        ({"random_state": 1}, TypeError, "sgtsne_layout has no random_state: it is called seed"),
    ],
)
def test_layouts_that_cannot_be(options, error, match):
    with pytest.raises(error, match=match):
        sgtsne_layout(KARATE, max_iter=3, **options)


@pytest.mark.parametrize("scale", [1, 1000.0])
def test_a_single_node_sits_at_the_center(scale):
    pos = sgtsne_layout(nx.empty_graph(1), scale=scale, center=(4, 5, 6), d=3)
    np.testing.assert_array_equal(pos[0], [4, 5, 6])


def test_layout_passes_options_on():
    G = nx.DiGraph(nx.to_numpy_array(nx.path_graph(6)) * np.triu(np.ones((6, 6))))
    pos = sgtsne_layout(G, 1, seed=2, direction="out", max_iter=30, scale=None)
    want = embed_graph(G, 1, random_state=2, direction="out", max_iter=30)
    np.testing.assert_array_equal(np.array(list(pos.values()), np.float32), want)


# Quality

# neighbor_recall, all nodes, seeds 0 to 9:
# us_counties .939 .939 .939 .939 .939 .939 .939 .939 .940 .939
# karate_club .611 .610 .572 .553 .587 .586 .599 .608 .573 .620
# karate_club, neighbourhoods .697 .667 .676 .643 .695 .693 .662 .693 .631 .689
QUALITY = [
    (load_us_counties, 0.5, range(2), 0.9),
    (load_karate_club, 0.5, range(5), 0.45),
    (load_karate_club, 1.0, range(5), 0.62),
]


@pytest.mark.parametrize(("load", "balance", "seeds", "floor"), QUALITY)
def test_neighbours_stay_neighbours(load, balance, seeds, floor):
    graph = load().adjacency
    found = (embed_graph(graph, balance=balance, random_state=seed) for seed in seeds)
    assert np.mean([neighbor_recall(graph, Y, n_samples=None) for Y in found]) > floor


def test_the_map_of_the_counties_comes_back():
    """Distances in the embedding rank like those on the map.

    Spearman's correlation, seeds 0 to 9: .903 .903 .903 .903 .903 .903 .903 .903 .903 .903
    """
    counties = load_us_counties()
    Y = embed_graph(counties.adjacency, random_state=0)
    i, j = np.random.default_rng(0).integers(0, len(Y), (2, 5000))
    ranks = [np.linalg.norm(X[i] - X[j], axis=1).argsort().argsort() for X in (Y, counties.positions)]
    assert np.corrcoef(*ranks)[0, 1] > 0.85


@pytest.mark.parametrize("n", [30, 300, 1000])
def test_a_path_lies_in_order_on_a_line(n):
    steps = np.diff(embed_graph(nx.path_graph(n), 1, random_state=0)[:, 0])
    assert abs(np.sign(steps).sum()) >= 0.99 * (n - 1)  # with long steps a tenth of them went backward


def test_rng_is_another_name_of_random_state():
    G = nx.path_graph(12)
    for seed in (3, np.random.default_rng(3)):
        Y = embed_graph(G, rng=seed, init="random", max_iter=20)
        np.testing.assert_array_equal(Y, embed_graph(G, random_state=3, init="random", max_iter=20))
    pos = sgtsne_layout(G, rng=3, init="random", max_iter=20, scale=None)
    np.testing.assert_array_equal(np.array(list(pos.values())), Y)
    assert estimate_cost(G, rng=3).n_iter == estimate_cost(G, random_state=3).n_iter
    X = np.random.default_rng(0).normal(size=(60, 3))
    found = [point_cloud_to_graph(X, 5, perplexity=3, method="approximate", n_jobs=1, **seed) for seed in SEEDS]
    assert (found[0] != found[1]).nnz == 0
    for function, name in ((embed_graph, "random_state"), (estimate_cost, "random_state"), (sgtsne_layout, "seed")):
        with pytest.raises(ValueError, match=f"rng=1: give it or {name}=0, not both"):
            function(G, rng=1, **{name: 0})
    with pytest.raises(ValueError, match="rng=1: give it or random_state=0"):
        point_cloud_to_graph(X, 5, rng=1, random_state=0)


SEEDS = {"rng": 4}, {"random_state": 4}


@pytest.mark.parametrize("make", [nx.path_graph, nx.DiGraph, nx.MultiGraph])
def test_positions_are_kept_in_the_graph(make):
    G = make(nx.path_graph(["a", "b", "c"])) if make is not nx.path_graph else make(3)
    pos = sgtsne_layout(G, seed=0, store_pos_as="place", max_iter=5)
    kept = nx.get_node_attributes(G, "place")
    assert list(kept) == list(pos) == list(G)
    for node in G:
        np.testing.assert_array_equal(kept[node], pos[node])


def test_where_positions_cannot_be_kept():
    with pytest.raises(ValueError, match="'pos' keeps positions in a NetworkX graph, but G is of type list"):
        sgtsne_layout([[0, 1], [1, 0]], store_pos_as="pos")
    for wrong in (3, "", True):
        with pytest.raises(ValueError, match=r"store_pos_as=.*: give the name of an attribute"):
            sgtsne_layout(nx.path_graph(3), store_pos_as=wrong)
