"""A start by node (`Y0`, `init`): an earlier picture, and a place beside their neighbours for the others."""

import networkx as nx
import numpy as np
import pytest

from sggraph import SGtSNEpi, embed_graph, estimate_cost, sgtsne_layout
from sggraph.graph.adjacency import as_graph
from sggraph.method.start import beside_neighbors

G = nx.relabel_nodes(nx.karate_club_graph(), str)
POSITIONS = sgtsne_layout(G, seed=0)
STILL = {"max_iter": 0, "early_exag": 0, "random_state": 0}
NAN = np.full(2, np.nan)


@pytest.mark.parametrize("name", ["Y0", "init"])
def test_positions_by_node_are_the_array_in_their_order(name):
    Y = np.array([POSITIONS[node] for node in G])
    mixed = {node: tuple(POSITIONS[node]) for node in sorted(G)} | {"somebody else": (1e9, 0)}
    expected = embed_graph(G, **{name: Y}, max_iter=20, random_state=0)
    np.testing.assert_array_equal(embed_graph(G, **{name: mixed}, max_iter=20, random_state=0), expected)
    estimator = SGtSNEpi(**{name: mixed}, max_iter=20, random_state=0).fit(G)
    np.testing.assert_array_equal(estimator.embedding_, expected)
    assert estimate_cost(G, **{name: mixed}).seconds > 0


def test_a_run_from_positions_goes_on():
    options = {"Y0": POSITIONS, "random_state": 0, "max_iter": 20, "early_exag": 5}
    estimator = SGtSNEpi(**options, warm_start=True).set_params(max_iter=10).fit(G)
    estimator.set_params(max_iter=20).fit(G)
    np.testing.assert_array_equal(estimator.embedding_, SGtSNEpi(**options).fit(G).embedding_)
    with pytest.raises(ValueError, match="init"):
        estimator.set_params(Y0=POSITIONS | {"0": (9, 9)}).fit(G)


def test_newcomers_begin_beside_their_neighbours():
    later = G.copy()
    later.add_edge("new", "0", weight=3)
    later.add_edge("new", "33", weight=1)
    later.add_edge("newer", "new")
    placed = embed_graph(later, Y0=POSITIONS, **STILL)
    by_name = dict(zip(later, placed, strict=True))
    mean = (3 * by_name["0"] + by_name["33"]) / 4
    extent = np.ptp(placed, axis=0).max()
    assert np.linalg.norm(by_name["new"] - mean) < 0.01 * extent
    assert np.linalg.norm(by_name["newer"] - by_name["new"]) < 0.01 * extent
    rows = np.array([POSITIONS.get(node, NAN) for node in later])
    np.testing.assert_array_equal(embed_graph(later, Y0=rows, **STILL), placed)


def test_whom_no_placed_node_reaches_begins_among_the_others():
    A = as_graph(([0, 2, 3], [1, 3, 4])).adjacency
    Y = np.array([[0.0, 1], [1, 0], *[NAN] * 3])
    placed = beside_neighbors(Y, A, np.random.default_rng(0))
    assert np.isfinite(placed).all()
    assert (np.abs(placed) < 2).all()
    np.testing.assert_array_equal(placed[:2], Y[:2])
    assert len(np.unique(placed, axis=0)) == 5


@pytest.mark.parametrize("components", ["pack", "largest", "together"])
@pytest.mark.parametrize("drop_leaf", [False, True])
def test_components_and_leaves(components, drop_leaf):
    parts = nx.disjoint_union(nx.karate_club_graph(), nx.path_graph(4))
    Y0 = {node: (node, -node) for node in range(0, 30, 3)}
    Y = embed_graph(parts, Y0=Y0, components=components, drop_leaf=drop_leaf, max_iter=5, random_state=0)
    assert np.isfinite(Y[:34]).all()


@pytest.mark.parametrize(
    ("Y0", "word"),
    [
        ({}, "no position of a node such as '0'"),
        ({"Mr. X": (0, 0)}, "no position of a node such as '0'"),
        ({"0": (0, 0, 0)}, "2 numbers"),
        ({"0": "here"}, "2 numbers"),
        (dict.fromkeys(G, NAN), "rows of NaN for some"),
        ({"0": (0, np.nan)}, "rows of NaN for some"),
        ({"0": (0, np.inf)}, "finite"),
        (np.full((34, 2), np.nan), "rows of NaN for some"),
    ],
)
def test_what_is_no_start(Y0, word):
    with pytest.raises(ValueError, match=rf"the start \(init, Y0\).*{word}"):
        embed_graph(G, Y0=Y0)
