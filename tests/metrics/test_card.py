"""metrics/card.py: a card of the scores that the single functions give, which explains itself."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import sggraph as sg
from sggraph import metrics, quality_card
from sggraph.metrics import card

G = nx.grid_graph([9, 9])
N = len(G)
X = np.random.default_rng(0).normal(size=(N, 5))
Y = np.array(list(G)) + 0.6 * X[:, :2]
LABELS = [row // 3 for row, _ in G]
OF_GRAPHS = [name for name in metrics.__all__ if name not in {"QualityCard", "quality_card"}]
OF_GRAPHS = [name for name in OF_GRAPHS if name not in {"knn_accuracy", "trustworthiness", "weighted_recall"}]


def test_each_score_is_that_of_its_function():
    card = quality_card(G, Y, LABELS, X=X, random_state=3)
    for name in OF_GRAPHS:
        more = {"rescale": True} if name == "kl_divergence" else {}
        assert getattr(card, name) == getattr(metrics, name)(G, Y, random_state=3, **more), name
    assert card.knn_accuracy == metrics.knn_accuracy(Y, LABELS, random_state=3)
    assert card.trustworthiness == metrics.trustworthiness(X, Y, random_state=3)
    assert (card.n_nodes, card.n_edges, card.d) == (81, 144, 2)


@pytest.mark.parametrize("direction", ["symmetric", "out"])
def test_the_card_of_a_graph_with_weights_tells_recall_by_weight(direction):
    W = nx.to_numpy_array(nx.karate_club_graph()) * np.arange(1, 35)
    graph, Y = sg.as_graph(W, direction=direction), X[:34, :2]
    card = quality_card(graph, Y)
    assert card.weighted_recall == metrics.weighted_recall(graph, Y) != card.neighbor_recall
    assert list(card.as_dict())[:3] == ["neighbor_recall", "weighted_recall", "neighborhood_preservation"]
    assert card.neighbor_recall == metrics.neighbor_recall(graph, Y)
    assert f"weighted_recall            {card.weighted_recall:.4f}  higher  the same" in repr(card)


def test_what_was_not_given_is_left_out():
    card = quality_card(G, Y)
    assert card.knn_accuracy is None
    assert card.trustworthiness is None
    assert card.weighted_recall is None
    assert set(card.as_dict()) == set(OF_GRAPHS)
    assert list(quality_card(G, Y, LABELS, X=X).as_dict()) == [*card.as_dict(), "knn_accuracy", "trustworthiness"]
    assert all(type(value) is float for value in quality_card(G, Y, LABELS, X=X).as_dict().values())


def test_positions_and_labels_by_node_in_any_order():
    pos = dict(reversed(list(zip(G, Y, strict=True))))
    labels = dict(reversed(list(zip(G, LABELS, strict=True))))
    assert quality_card(G, pos, labels) == quality_card(G, Y, LABELS)


def test_scale_place_and_turn_do_not_matter():
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    first = quality_card(G, Y, LABELS).as_dict()
    for other in (1e-3 * Y, 1e4 * Y + 1e5, Y @ turn):
        assert quality_card(G, other, LABELS).as_dict() == pytest.approx(first, abs=1e-3)


def test_a_good_layout_beats_a_random_one_in_every_score():
    good = quality_card(G, sg.sgtsne_layout(G, seed=0), LABELS, X=np.array(list(G))).as_dict()
    bad = quality_card(G, nx.random_layout(G, seed=0), LABELS, X=np.array(list(G))).as_dict()
    for name, value in good.items():
        better = value < bad[name] if name in {"normalized_stress", "kl_divergence"} else value > bad[name]
        assert better, name
        assert better == ((value < bad[name]) == (card.MEANINGS[name][0] == "lower"))


def test_seeded():
    big = nx.grid_graph([40, 40])
    Y = np.array(list(big)) + np.random.default_rng(0).normal(size=(1600, 2))
    cards = [quality_card(big, Y, random_state=seed) for seed in (0, 0, 1)]
    assert cards[0] == cards[1] != cards[2]


def test_the_table_is_aligned_and_fits_a_terminal():
    title, head, *rows = repr(quality_card(G, Y, LABELS, X=X)).splitlines()
    assert title == "Embedding of 81 nodes and 144 edges in 2-D"
    assert [row.split()[0] for row in rows] == [*quality_card(G, Y, LABELS, X=X).as_dict()]
    for column in ("better", "what it says"):
        at = head.index(column)
        assert all(row[at - 1] == " " != row[at] for row in rows)
    end = head.index("value") + len("value")
    assert all(row[end - 1].isdigit() and row[end] == " " for row in rows)
    assert max(map(len, [title, head, *rows])) <= 100


def test_the_html_holds_the_same_cells():
    card = quality_card(G, Y, LABELS, X=X)
    html = card._repr_html_()
    assert html.startswith("<table>")
    assert html.count("<tr>") == 8
    for name, value in card.as_dict().items():
        assert f"<td>{name}</td><td>{value:.4f}</td>" in html
    assert "a node&#x27;s nearest" in html


@pytest.mark.parametrize("n", [1, 2, 3, 5, 12])
def test_small_graphs(n):
    line = np.arange(n, dtype=float)[:, None]
    card = quality_card(nx.path_graph(n), line, ["a"] * n, X=line)
    undefined = {name for name, value in card.as_dict().items() if np.isnan(value)}
    if n == 1:
        assert undefined == set(card.as_dict())
    elif n == 2:
        assert undefined == {"shortest_path_correlation", "trustworthiness"}
    else:
        assert not undefined
    assert "nan" in repr(card) or not undefined


def test_isolated_nodes_and_unknown_labels():
    H = nx.disjoint_union(nx.path_graph(30), nx.empty_graph(10))
    labels = ["a"] * 15 + ["b"] * 15 + [None] * 10
    line = np.arange(40.0)[:, None]
    card = quality_card(H, line, labels)
    assert card.neighbor_recall == card.neighborhood_preservation
    assert card.shortest_path_correlation == pytest.approx(1)
    assert 0.8 < card.knn_accuracy <= 1
    assert card.knn_accuracy == metrics.knn_accuracy(line, labels)
    assert all(np.isnan(value) for value in quality_card(nx.empty_graph(4), line[:4]).as_dict().values())


def test_four_dimensions_have_no_divergence():
    card = quality_card(G, X[:, :4])
    assert np.isnan(card.kl_divergence)
    assert card.d == 4
    assert 0 < card.normalized_stress < 1


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="81 nodes but Y has 80 rows"):
        quality_card(G, Y[1:])
    with pytest.raises(ValueError, match=r"labels has shape .*: give one label for each of the 81 rows"):
        quality_card(G, Y, LABELS[1:])
    with pytest.raises(ValueError, match="labels are continuous"):
        quality_card(G, Y, Y[:, 0])
    with pytest.raises(ValueError, match="X has 80 rows but Y has 81"):
        quality_card(G, Y, X=X[1:])


def test_the_card_does_not_change():
    with pytest.raises(AttributeError):
        quality_card(G, Y).d = 3


def test_a_series_is_read_by_row_where_nodes_have_no_names():
    labels = pd.Series(np.repeat([0, 1], 20), index=np.random.default_rng(0).permutation(40))
    G = nx.disjoint_union(nx.complete_graph(20), nx.complete_graph(20))
    Y = np.random.default_rng(0).normal(size=(40, 2)) + 9 * labels.to_numpy()[:, None]
    assert sg.quality_card(nx.to_numpy_array(G), Y, labels).knn_accuracy == 1
    assert sg.quality_card(G, Y, labels).knn_accuracy < 0.9
