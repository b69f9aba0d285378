"""metrics.py: the recall equals its definition, on any input, sampled or not."""

import networkx as nx
import numpy as np
import pytest

from sggraph import as_graph, neighbor_recall
from sggraph.datasets import load_us_counties


def naive_recall(G, Y):
    """By the words of the docstring: full sort of all distances."""
    shares = []
    for i, node in enumerate(G):
        neighbors = {list(G).index(other) for other in nx.Graph(G)[node]} - {i}
        if neighbors:
            order = [j for j in np.argsort(np.linalg.norm(Y - Y[i], axis=1), kind="stable") if j != i]
            shares.append(len(neighbors & set(order[: len(neighbors)])) / len(neighbors))
    return np.mean(shares)


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
    with pytest.raises(ValueError, match="no position for 1 nodes of graph, such as 'b'"):
        neighbor_recall(G, pos)


def test_the_sample_comes_close_and_repeats():
    counties = load_us_counties()
    Y = counties.positions
    exact = neighbor_recall(counties.graph, Y, n_samples=None)
    samples = [neighbor_recall(counties.graph, Y, n_samples=500, random_state=seed) for seed in (0, 0, 1)]
    assert samples[0] == samples[1] != samples[2]
    assert samples[0] == pytest.approx(exact, abs=0.03)
    assert neighbor_recall(counties.graph, Y, n_samples=10_000) == exact


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
