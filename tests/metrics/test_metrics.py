"""metrics/: each score equals its definition, on any input, sampled or not."""

import naive
import networkx as nx
import numpy as np
import pytest
from scipy import sparse

import sggraph as sg
from sggraph import as_graph, neighbor_recall, weighted_recall
from sggraph.core.affinity import joint_probabilities
from sggraph.core.engine.blocks import Workers
from sggraph.core.symmetry import symmetric_pattern
from sggraph.datasets import load_us_counties
from sggraph.metrics import (
    kl_divergence,
    knn_accuracy,
    neighborhood_preservation,
    normalized_stress,
    shortest_path_correlation,
    trustworthiness,
)

OF_GRAPHS = [
    neighbor_recall,
    weighted_recall,
    neighborhood_preservation,
    shortest_path_correlation,
    normalized_stress,
    kl_divergence,
]
SAMPLED = [neighbor_recall, weighted_recall, neighborhood_preservation, shortest_path_correlation, normalized_stress]
ALL_PAIRS = {"n_sources": None, "n_targets": None}


def naive_sets(G, Y):
    """By the words of the docstrings, full sort of all distances: neighbours and k nearest of each node with edges."""
    for i, node in enumerate(G):
        neighbors = {list(G).index(other) for other in nx.Graph(G)[node]} - {i}
        if neighbors:
            order = [j for j in np.argsort(np.linalg.norm(Y - Y[i], axis=1), kind="stable") if j != i]
            yield neighbors, set(order[: len(neighbors)])


def naive_recall(G, Y):
    return np.mean([len(neighbors & near) / len(neighbors) for neighbors, near in naive_sets(G, Y)])


def naive_preservation(G, Y):
    return np.mean([len(neighbors & near) / len(neighbors | near) for neighbors, near in naive_sets(G, Y)])


def naive_pairs(G, Y):
    """Distances in the graph and in Y of all pairs that a path joins, each in both orders."""
    hops = dict(nx.all_pairs_shortest_path_length(nx.Graph(G)))
    nodes = list(G)
    pairs = [(i, j) for i, u in enumerate(nodes) for j, v in enumerate(nodes) if i != j and v in hops[u]]
    d = np.array([hops[nodes[i]][nodes[j]] for i, j in pairs], float)
    e = np.array([np.linalg.norm(Y[i] - Y[j]) for i, j in pairs])
    return d, e


def naive_stress(G, Y, power):
    """The least of the docstring's formula over very many scales."""
    d, e = naive_pairs(G, Y)
    w = d**-power
    best = np.median(d / e)
    return min((w * (s * e - d) ** 2).sum() / (w * d * d).sum() for s in best * np.geomspace(0.05, 20, 20_001))


def naive_divergence(G, Y, lambda_=10):
    graph = as_graph(G)
    with Workers(1) as workers:
        links = None if graph.weighted else symmetric_pattern(graph.adjacency)
        P = joint_probabilities(graph.adjacency, lambda_, workers, links=links, given=graph.given)
        upper = P.upper.toarray()
    return naive.kl_divergence(Y, (upper + upper.T).astype(float))


def messy():
    """Directed, weighted, two components and two isolated nodes, names out of order."""
    G = nx.gnp_random_graph(25, 0.12, seed=4, directed=True)
    rng = np.random.default_rng(0)
    nx.set_edge_attributes(G, {edge: rng.uniform(0.1, 5) for edge in G.edges}, "weight")
    G.add_weighted_edges_from([("x", "y", 2.0), ("z", "y", 1.0)])
    G.add_nodes_from(["alone", "apart"])
    return G


def points(n, d=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("G", [nx.karate_club_graph(), nx.star_graph(8), nx.gnp_random_graph(40, 0.1, seed=1)], ids=str)
def test_recall_is_its_definition(G, d):
    Y = points(len(G), d)
    assert neighbor_recall(G, Y) == pytest.approx(naive_recall(G, Y))


def test_perfect_and_worst():
    ring = nx.cycle_graph(12)
    angle = 2 * np.pi * np.arange(12) / 12
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    assert neighbor_recall(ring, circle) == 1.0
    pairs = nx.Graph([(0, 1), (2, 3)])
    assert neighbor_recall(pairs, [[0.0], [10.0], [0.1], [10.1]]) == 0.0


def test_a_clique_cannot_miss():
    assert neighbor_recall(nx.complete_graph(6), points(6)) == 1.0


def test_isolated_nodes_do_not_count():
    G = nx.path_graph(3)
    Y = np.array([[0.0], [1.0], [2.0]])
    G.add_nodes_from([3, 4])
    assert neighbor_recall(G, np.vstack([Y, [[50.0], [60.0]]])) == 1.0
    assert np.isnan(neighbor_recall(nx.empty_graph(3), Y))
    assert np.isnan(neighbor_recall(nx.empty_graph(1), Y[:1]))


@pytest.mark.parametrize("direction", ["symmetric", "out", "in"])
def test_arcs_count_in_both_directions(direction):
    G = nx.gn_graph(30, seed=2)
    Y = points(30)
    want = naive_recall(G, Y)
    assert neighbor_recall(G, Y) == pytest.approx(want)
    assert neighbor_recall(as_graph(G, direction=direction), Y) == pytest.approx(want)


def test_positions_as_a_dict_in_any_order():
    G = nx.Graph([("c", "a"), ("a", "b"), ("b", "d")])
    pos = dict(zip("abcd", [(1, 0), (2, 0), (0, 0), (3, 0)], strict=True))
    assert neighbor_recall(G, pos) == 1.0
    del pos["b"]
    with pytest.raises(ValueError, match="no position for 1 of the nodes, such as 'b'"):
        neighbor_recall(G, pos)


def test_the_sample_comes_close_and_repeats():
    counties = load_us_counties()
    Y = counties.positions
    exact = neighbor_recall(counties.adjacency, Y, n_samples=None)
    samples = [neighbor_recall(counties.adjacency, Y, n_samples=500, random_state=seed) for seed in (0, 0, 1)]
    assert samples[0] == samples[1] != samples[2]
    assert samples[0] == pytest.approx(exact, abs=0.03)
    assert neighbor_recall(counties.adjacency, Y, n_samples=10_000) == exact


def test_coincident_points_give_a_share():
    assert 0 <= neighbor_recall(nx.karate_club_graph(), np.zeros((34, 2))) <= 1


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        (np.zeros((33, 2)), "34 nodes but Y has 33 rows"),
        (np.zeros(34), r"shape \(n, d\)"),
        (np.full((34, 2), np.nan), "NaN or infinite"),
    ],
)
def test_coordinates_that_do_not_fit_raise(Y, message):
    with pytest.raises(ValueError, match=message):
        neighbor_recall(nx.karate_club_graph(), Y)


GRAPHS = [nx.karate_club_graph(), nx.star_graph(8), nx.gnp_random_graph(40, 0.06, seed=1), messy()]


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("G", GRAPHS, ids=str)
def test_every_score_is_its_definition(G, d):
    Y = points(len(G), d)
    assert neighborhood_preservation(G, Y) == pytest.approx(naive_preservation(G, Y))
    W = nx.to_numpy_array(G)
    assert weighted_recall(G, Y) == pytest.approx(naive.weighted_recall(W + W.T, Y))
    hops, lengths = naive_pairs(G, Y)
    assert shortest_path_correlation(G, Y, **ALL_PAIRS) == pytest.approx(np.corrcoef(hops, lengths)[0, 1])
    for power in (2, 0, 1.5):
        stress = normalized_stress(G, Y, power=power, **ALL_PAIRS)
        assert stress == pytest.approx(naive_stress(G, Y, power), rel=1e-5)
    assert kl_divergence(G, Y) == pytest.approx(naive_divergence(G, Y), rel=1e-4)
    assert kl_divergence(G, Y, 3) == pytest.approx(naive_divergence(G, Y, 3), rel=1e-4)


@pytest.mark.parametrize("G", GRAPHS, ids=str)
def test_the_rescaled_divergence_is_the_least_over_all_scales(G):
    Y = points(len(G))
    want = min(naive_divergence(G, s * Y) for s in np.geomspace(1e-3, 1e3, 400))
    for unit in (1e-6, 1, 1e20):
        assert kl_divergence(G, unit * Y + 7 * unit, rescale=True) == pytest.approx(want, abs=1e-3)
    assert kl_divergence(G, 30 * Y) > want + 0.1


def test_the_divergence_is_that_of_the_estimator():
    counties = load_us_counties().adjacency
    fitted = sg.SGtSNEpi(max_iter=50, random_state=0).fit(counties)
    assert kl_divergence(counties, fitted.embedding_) == pytest.approx(fitted.kl_divergence_, rel=1e-3)
    weighted = nx.karate_club_graph()
    fitted = sg.SGtSNEpi(lambda_=5, local_weights=True, max_iter=50, random_state=0).fit(weighted)
    same = kl_divergence(weighted, fitted.embedding_, 5, local_weights=True)
    assert same == pytest.approx(fitted.kl_divergence_, rel=1e-3)
    assert kl_divergence(weighted, fitted.embedding_, 5) != pytest.approx(same, rel=1e-3)


def test_the_scale_found_on_a_sample_is_that_of_all_nodes(monkeypatch):
    counties = load_us_counties()
    of_all = kl_divergence(counties.adjacency, counties.positions, rescale=True)
    monkeypatch.setattr("sggraph.metrics.divergence.SEARCH_SAMPLE", 1500)
    # above that of all, seeds 0 to 9: .0022 .0003 .0056 .0019 .0009 .0028 .0007 .0032 .0001 .0000
    for seed in range(3):
        of_some = kl_divergence(counties.adjacency, counties.positions, rescale=True, random_state=seed)
        assert -1e-3 < of_some - of_all < 0.02


def test_hand_computed():
    path = nx.path_graph(3)  # pairs at distance 1, 1, 2
    bent = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]  # 1, 1, sqrt 2
    r = np.sqrt(2)
    assert neighborhood_preservation(path, [[0.0], [2.5], [1.0]]) == pytest.approx((0 + 1 + 0) / 3)
    assert shortest_path_correlation(path, bent) == pytest.approx(1)
    assert normalized_stress(path, bent, power=0) == pytest.approx(1 - (2 + 2 * r) ** 2 / (4 * 6))
    assert normalized_stress(path, bent) == pytest.approx(1 - (2 + r / 2) ** 2 / (2.5 * 3))
    # one edge: p = 1/2 and q = 1/2 in both orders; two edges far from each other: q is 1/4, as p is
    assert kl_divergence([[0, 1], [1, 0]], [[0.0], [9.0]]) == pytest.approx(0, abs=1e-4)
    pairs = nx.Graph([(0, 1), (2, 3)])
    assert kl_divergence(pairs, [[0.0], [0.1], [1e3], [1e3 + 0.1]]) == pytest.approx(0, abs=1e-3)
    assert kl_divergence(pairs, np.zeros((4, 2))) == pytest.approx(np.log(12 / 4), abs=1e-4)  # q = 1/12


def test_perfect_embeddings():
    G = nx.path_graph(60)
    line = np.arange(60.0)[:, None]
    assert shortest_path_correlation(G, line) == pytest.approx(1)
    assert normalized_stress(G, 5 * line) == pytest.approx(0, abs=1e-12)
    circle = np.exp(2j * np.pi * np.arange(60) / 60)
    assert neighborhood_preservation(nx.cycle_graph(60), np.column_stack([circle.real, circle.imag])) == 1
    assert trustworthiness(line, -3 * line) == 1
    assert knn_accuracy(line, ["a"] * 30 + ["b"] * 30, n_neighbors=1) >= 58 / 60


def test_random_embeddings_are_near_chance():
    G = nx.random_regular_graph(6, 600, seed=0)
    Y = points(600)
    assert neighbor_recall(G, Y) == pytest.approx(6 / 599, abs=0.01)
    assert neighborhood_preservation(G, Y) == pytest.approx(6 / 599 / 2, abs=0.01)
    assert shortest_path_correlation(G, Y) == pytest.approx(0, abs=0.05)
    labels = np.random.default_rng(1).integers(4, size=600)
    assert knn_accuracy(Y, labels) == pytest.approx(1 / 4, abs=0.07)
    assert trustworthiness(points(600, 5, seed=1), Y) == pytest.approx(0.5, abs=0.05)


def test_pairs_of_different_components_do_not_count():
    two = nx.disjoint_union(nx.path_graph(5), nx.path_graph(30))
    near, far = (np.concatenate([np.arange(5.0), gap + np.arange(30.0)])[:, None] for gap in (0, 1e4))
    for Y in (near, far):
        assert shortest_path_correlation(two, Y, n_sources=7) == pytest.approx(1)
        assert normalized_stress(two, Y, n_sources=7) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("score", [shortest_path_correlation, normalized_stress])
def test_sampled_pairs_stand_for_all_pairs_of_all_components(score):
    """Few targets: only their weights make the small components count as little as they are."""
    G = nx.disjoint_union_all([nx.path_graph(60), *[nx.complete_graph(6)] * 30])
    Y = np.concatenate([np.column_stack([np.arange(60.0), np.zeros(60)]), 15 * points(180)])
    exact = score(G, Y, **ALL_PAIRS)
    samples = [score(G, Y, n_sources=120, n_targets=3, random_state=seed) for seed in range(20)]
    assert np.mean(samples) == pytest.approx(exact, abs=4 * np.std(samples) / np.sqrt(20) + 0.01)
    assert score(G, Y, n_sources=240, n_targets=59) == pytest.approx(exact)


@pytest.mark.parametrize("score", SAMPLED)
def test_samples_repeat_and_come_close(score):
    counties = load_us_counties()
    Y = counties.positions
    of_sets = score in (neighbor_recall, weighted_recall, neighborhood_preservation)
    everything = {"n_samples": None} if of_sets else {"n_sources": 1000, "n_targets": None}
    few = {"n_samples": 500} if of_sets else {}
    samples = [score(counties.adjacency, Y, random_state=seed, **few) for seed in (0, 0, 1)]
    assert samples[0] == samples[1] != samples[2]
    assert samples[0] == pytest.approx(score(counties.adjacency, Y, **everything), abs=0.03)


def test_threads_do_not_matter():
    G = load_us_counties().adjacency
    Y = points(G.shape[0])
    for score in (shortest_path_correlation, normalized_stress, kl_divergence):
        assert score(G, Y, n_jobs=1) == score(G, Y, n_jobs=3)


def test_sources_in_batches(monkeypatch):
    whole = shortest_path_correlation(messy(), points(30))
    monkeypatch.setattr("sggraph.metrics.distances.AT_ONCE", 1)
    assert shortest_path_correlation(messy(), points(30)) == whole


@pytest.mark.parametrize("score", OF_GRAPHS)
def test_graphs_of_any_kind(score):
    G, Y = messy(), points(len(messy()))
    value = score(G, Y)
    assert np.isfinite(value)
    assert score(nx.to_scipy_sparse_array(G), Y.tolist()) == value
    shuffled = dict(reversed(list(zip(G, Y, strict=True))))
    assert score(G, shuffled) == value
    assert np.isnan(score(nx.empty_graph(3), points(3)))
    assert np.isnan(score(nx.empty_graph(1), points(1)))


WALKED = [shortest_path_correlation, normalized_stress, neighborhood_preservation, neighbor_recall, weighted_recall]


@pytest.mark.parametrize("G", [nx.gn_graph(30, seed=2), messy()], ids=str)
@pytest.mark.parametrize("score", WALKED)
@pytest.mark.parametrize("direction", ["out", "in"])
def test_arcs_are_walked_both_ways(score, direction, G):
    assert score(as_graph(G, direction=direction), points(30)) == score(G, points(30))


@pytest.mark.parametrize("weight", [1, 1e-300, 0.3])
@pytest.mark.parametrize("G", [nx.gnp_random_graph(40, 0.1, seed=1), nx.star_graph(8), nx.empty_graph(3)], ids=str)
def test_recall_by_equal_weights_is_recall(G, weight):
    Y = points(len(G))
    nx.set_edge_attributes(G, weight, "weight")
    np.testing.assert_equal(weighted_recall(G, Y), neighbor_recall(G, Y))


def test_recall_by_weight_rises_with_the_weights_of_near_neighbours():
    G, Y = nx.random_geometric_graph(150, 0.2, seed=0), points(150)
    pos = np.array([G.nodes[node]["pos"] for node in G]) + 0.1 * Y
    length = {(u, v): np.linalg.norm(pos[u] - pos[v]) for u, v in G.edges}
    recalls = []
    for power in (-2, 0, 2):
        nx.set_edge_attributes(G, {edge: r**power for edge, r in length.items()}, "weight")
        recalls.append(weighted_recall(G, pos))
        W = nx.to_scipy_sparse_array(G)
        for greatest in (1e-300, 1e308):  # sums of the latter overflow
            assert weighted_recall(greatest * (W / W.max()), pos) == pytest.approx(recalls[-1])
    assert recalls[0] > recalls[1] + 0.05 > recalls[2] + 0.1
    assert recalls[1] == neighbor_recall(G, pos)


def test_arcs_there_and_back_add_up():
    arcs = np.array([[0, 3, 1, 0], [1, 0, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]])
    Y = np.array([[0.0], [1], [5], [2.5]])
    for direction in ("symmetric", "out", "in"):
        assert weighted_recall(as_graph(arcs, direction=direction), Y) == pytest.approx((4 / 7 + 1 + 0) / 3)


def test_weights_are_no_distances():
    G = nx.path_graph(6)
    nx.set_edge_attributes(G, {edge: 1 + 10 * k for k, edge in enumerate(G.edges)}, "weight")
    assert normalized_stress(G, np.arange(6.0)[:, None]) == pytest.approx(0, abs=1e-12)


def test_undefined_correlations_are_nan():
    assert np.isnan(shortest_path_correlation(nx.complete_graph(5), points(5)))
    assert np.isnan(shortest_path_correlation(nx.path_graph(5), np.zeros((5, 2))))
    assert normalized_stress(nx.path_graph(5), np.zeros((5, 2))) == 1


def test_far_from_the_origin_nothing_changes():
    """float32 has no digits left for such an offset."""
    G, Y = nx.karate_club_graph(), points(34)
    assert kl_divergence(G, Y + 1e6) == pytest.approx(kl_divergence(G, Y), rel=1e-4)


def naive_accuracy(Y, labels, k):
    """The vote of the k nearest, leaving one out: five parts come close to it."""
    right = 0
    for i in range(len(Y)):
        near = np.argsort(np.linalg.norm(Y - Y[i], axis=1))[1 : k + 1]
        names, votes = np.unique(labels[near], return_counts=True)
        right += names[votes.argmax()] == labels[i]
    return right / len(Y)


def blobs(n=500, spread=1.2):
    labels = np.arange(n) % 3
    return points(n) * spread + 3 * np.array([[0, 0], [1, 0], [0, 1]])[labels], labels


def test_accuracy_is_near_its_twin():
    Y, labels = blobs()
    want = naive_accuracy(Y, labels, 10)
    assert 0.6 < want < 0.95
    assert knn_accuracy(Y, labels) == pytest.approx(want, abs=0.03)
    some = knn_accuracy(Y, labels, n_samples=300)
    assert some == knn_accuracy(Y, labels, n_samples=300) != knn_accuracy(Y, labels, n_samples=300, random_state=1)
    assert some == pytest.approx(want, abs=0.08)


def test_nobody_votes_for_itself():
    labels = list(range(50))
    assert knn_accuracy(points(50), labels, n_neighbors=1) == 0


def test_labels_of_any_kind():
    Y, labels = blobs(120)
    value = knn_accuracy(Y, labels)
    names = [["red", "green", "blue"][c] for c in labels]
    assert knn_accuracy(Y, [*"abc"] * 40) == value
    pos = {f"n{i}": y for i, y in enumerate(Y)}
    assert knn_accuracy(pos, dict(reversed(list(zip(pos, labels, strict=True))))) == value
    assert knn_accuracy(Y, names) == pytest.approx(value, abs=0.05)  # ties go to another class
    unknown = np.concatenate([points(40) + 50, Y])
    assert knn_accuracy(unknown, [None] * 40 + labels.tolist()) == pytest.approx(value, abs=0.05)
    assert np.isnan(knn_accuracy(Y, [None] * 120))
    assert np.isnan(knn_accuracy(Y, [None] * 119 + ["a"]))
    assert knn_accuracy(Y[:3], ["a", "a", "b"], n_neighbors=1) <= 2 / 3


def naive_trustworthiness(X, Y, k):
    """1 - 2 / (n k (2 n - 3 k - 1)) times the sum over k nearest in Y of max(rank in X - k, 0)."""
    n, cost = len(X), 0
    for i in range(n):
        order = [j for j in np.argsort(np.linalg.norm(X - X[i], axis=1)) if j != i]
        near = [j for j in np.argsort(np.linalg.norm(Y - Y[i], axis=1)) if j != i][:k]
        cost += sum(max(order.index(j) + 1 - k, 0) for j in near)
    return 1 - 2 * cost / (n * k * (2 * n - 3 * k - 1))


def test_trustworthiness_is_its_definition():
    X = points(80, 4)
    Y = X[:, :2] + 0.3 * points(80, 2, seed=1)
    for k in (1, 10, 39):
        assert trustworthiness(X, Y, n_neighbors=k) == pytest.approx(naive_trustworthiness(X, Y, k))
    assert trustworthiness(sparse.csr_array(X), dict(enumerate(Y))) == trustworthiness(X, Y)


def test_trustworthiness_of_a_sample():
    X = points(900, 4)
    Y = X[:, :2]
    samples = [trustworthiness(X, Y, n_neighbors=10, n_samples=300, random_state=seed) for seed in (0, 0, 1)]
    assert samples[0] == samples[1] != samples[2]
    same_share = trustworthiness(X, Y, n_neighbors=30)  # 10 of 300 are as wide as 30 of 900
    assert samples[0] == pytest.approx(same_share, abs=0.03)


def test_inputs_stay_as_they_are():
    G, Y = as_graph(messy()), points(30)
    before = Y.copy(), G.adjacency.copy()
    for score in OF_GRAPHS:
        score(G, Y)
    kl_divergence(G, Y, rescale=True)
    knn_accuracy(Y, ["a", "b"] * 15)
    trustworthiness(Y, Y)
    assert np.array_equal(before[0], Y)
    assert (before[1] != G.adjacency).nnz == 0


@pytest.mark.parametrize("score", OF_GRAPHS)
def test_coordinates_of_another_graph_raise(score):
    with pytest.raises(ValueError, match="34 nodes but Y has 33 rows: give the graph"):
        score(nx.karate_club_graph(), np.zeros((33, 2)))


@pytest.mark.parametrize(
    ("score", "options", "message"),
    [
        (neighbor_recall, {"n_samples": 0}, "n_samples=0: give a whole number of at least 1, or None"),
        (weighted_recall, {"n_samples": -2}, "n_samples=-2: give a whole"),
        (neighborhood_preservation, {"n_samples": 1.5}, "n_samples=1.5: give a whole"),
        (neighborhood_preservation, {"random_state": "x"}, "random_state='x': give an integer"),
        (shortest_path_correlation, {"n_sources": -1}, "n_sources=-1: give a whole"),
        (shortest_path_correlation, {"n_targets": True}, "n_targets=True: give a whole"),
        (shortest_path_correlation, {"n_jobs": 0}, "n_jobs=0: give a number of threads"),
        (normalized_stress, {"power": "two"}, "power='two': give a finite number"),
        (normalized_stress, {"power": np.nan}, "power=nan: give a finite number"),
        (kl_divergence, {"lambda_": 0.5}, "lambda_=0.5: give 'auto', None or a number of at least 1"),
        (kl_divergence, {"lambda_": "Auto"}, "lambda_='Auto': give 'auto', None"),
        (kl_divergence, {"local_weights": "yes"}, "local_weights='yes': give True, False"),
        (kl_divergence, {"rescale": "best"}, "rescale='best': give True or False"),
    ],
)
def test_options_out_of_range_raise(score, options, message):
    with pytest.raises(ValueError, match=message):
        score(nx.karate_club_graph(), points(34), **options)


def test_divergences_that_cannot_be_raise():
    with pytest.raises(ValueError, match="Y has 4 dimensions, but the divergence is for 1 to 3: project it"):
        kl_divergence(nx.karate_club_graph(), points(34, 4))
    with pytest.raises(ValueError, match=r"Y reaches beyond 1e\+12: scale it down, or use rescale=True"):
        kl_divergence(nx.karate_club_graph(), 1e13 * points(34))


@pytest.mark.parametrize(
    ("score", "first", "options", "message"),
    [
        (knn_accuracy, ["a"] * 33, {}, r"labels has shape \(33,\): give one label for each of the 34 rows"),
        (knn_accuracy, [0.5] * 34, {}, "labels are continuous values: give classes"),
        (knn_accuracy, ["a"] * 34, {"n_neighbors": 28}, "n_neighbors=28 is too many, 34 rows have a label"),
        (knn_accuracy, ["a"] * 34, {"n_neighbors": None}, "n_neighbors=None: give a whole number of at least 1$"),
        (trustworthiness, points(33), {}, "X has 33 rows but Y has 34: give the features of the embedded"),
        (trustworthiness, points(34), {"n_neighbors": 17}, "n_neighbors=17 is too many for 34 rows: give fewer"),
        (trustworthiness, points(34), {"n_samples": 20}, "too many for 20 rows: .* raise n_samples"),
        (trustworthiness, np.zeros(34), {}, r"X has shape \(34,\): give \(n, m\)"),
        (trustworthiness, [["a"]] * 34, {}, "X does not hold numbers .*: give a matrix"),
        (trustworthiness, np.full((34, 2), np.nan), {}, "X has NaN or infinite entries: drop or impute"),
    ],
)
def test_labels_and_features_that_do_not_fit_raise(score, first, options, message):
    arguments = (points(34), first) if score is knn_accuracy else (first, points(34))
    with pytest.raises(ValueError, match=message):
        score(*arguments, **options)
