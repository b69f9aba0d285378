import igraph as ig
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from scipy import sparse

import sggraph as sg
from sggraph import GraphWarning, as_graph
from sggraph.inputs.labels import as_classes, by_row, louvain_names, read_labels

A = np.array([[0, 1, 0], [1, 0, 2], [0, 2, 0]])
EDGES = [0, 1], [1, 2]
NAMELESS = [A, A.tolist(), sparse.csr_array(A), sparse.coo_matrix(A), EDGES]
NAMED = [nx.path_graph(3), ig.Graph.Ring(3), pd.DataFrame({"source": [0, 1], "target": [1, 2]})]


@pytest.mark.parametrize("graph", NAMELESS)
def test_rows_of_matrices_have_no_names(graph):
    assert as_graph(graph).names is None
    assert as_graph(graph).nodes == [0, 1, 2]


@pytest.mark.parametrize("graph", [*NAMED, sg.datasets.make_grid((2, 3))])
def test_nodes_of_other_graphs_have_names_even_if_these_are_numbers(graph):
    assert as_graph(graph).names == as_graph(graph).nodes


def test_samples_have_no_names():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3))).sample(frac=1, random_state=0)
    assert sg.SGtSNEpi(n_neighbors=5, perplexity=3, max_iter=2).fit(X).graph_.names is None
    assert as_graph(sg.point_cloud_to_graph(X, 5, perplexity=3)).names is None


SHUFFLED = pd.Series(["b", "c", "a"], index=[1, 2, 0])


def test_an_index_counts_where_nodes_have_names_alone():
    assert list(by_row(SHUFFLED, None, 3)) == ["b", "c", "a"]
    assert list(by_row(SHUFFLED, [0, 1, 2], 3)) == ["a", "b", "c"]
    assert list(by_row(SHUFFLED, [2, 0, 1], 3)) == ["c", "a", "b"]
    assert not hasattr(by_row(SHUFFLED, None, 3), "index")


def test_an_index_of_more_than_the_nodes_is_read_by_name():
    labels = pd.Series(dict(zip("abcde", range(5), strict=True)), dtype="category")
    assert list(by_row(labels, ["d", "a"], 2)) == [3, 0]
    assert as_classes(labels, ["d", "a"], 2)[1] == [0, 3]


def test_a_count_of_rows_is_no_index():
    assert list(by_row(pd.Series(list("xyz")), ["a", "b", "c"], 3)) == ["x", "y", "z"]
    assert list(by_row(pd.Series(list("xyz")), [1, 2, 3], 3)) == ["x", "y", "z"]


@pytest.mark.parametrize("make", [tuple, pd.Index, pd.Categorical, np.array, pd.array])
@pytest.mark.parametrize("names", [None, [0, 1, 2], ["x", "z", "y"]])
def test_what_has_no_index_goes_by_row(make, names):
    codes, found = as_classes(make(["x", "y", "x"]), names, 3)
    assert [found[c] for c in codes] == ["x", "y", "x"]


def test_nodes_may_be_tuples():
    G = nx.grid_2d_graph(2, 2)
    labels = pd.Series({node: sum(node) for node in reversed(list(G))})
    assert list(by_row(labels, list(G), 4)) == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("index", "lack"),
    [(["a", "b", "q"], "lacks 1 of the nodes, such as 'c'"), (["a", "b", "b"], "lacks 1"), ([1, 2, "a"], "lacks 2")],
)
def test_an_index_of_some_of_the_nodes_is_refused(index, lack):
    with pytest.raises(ValueError, match=f"labels has an index that {lack}.*to_numpy"):
        by_row(pd.Series([1, 2, 3], index=index), ["a", "b", "c"], 3)


def test_an_index_of_other_things_is_ignored_aloud():
    labels = pd.Series([1, 2, 3], index=["3", "1", "2"])
    with pytest.warns(GraphWarning, match=r"holds none of the nodes, such as 1, and is ignored.*to_numpy"):
        assert list(by_row(labels, [1, 2, 3], 3)) == [1, 2, 3]


@pytest.mark.parametrize("names", [None, [0, 1, 2], ["a", "b", "c"]])
@pytest.mark.parametrize("n", [2, 4])
def test_another_length_is_refused(names, n):
    for labels in (list(range(n)), np.arange(n), pd.Series(range(n), index=[f"x{i}" for i in range(n)])):
        with pytest.raises(ValueError, match=rf"labels has shape \({n},\): give one label for each of the 3 rows"):
            by_row(labels, names, 3)


def test_all_functions_read_a_series_alike(tmp_path):
    """Of samples by row, of named nodes by name, whatever the way: scores, pictures, files."""
    rng = np.random.default_rng(3)
    X = pd.DataFrame(rng.normal(size=(30, 4))).sample(frac=1, random_state=1)
    y = pd.Series(rng.permutation(["u"] * 9 + ["v"] * 21), index=X.index)
    est = sg.SGtSNEpi(n_neighbors=6, perplexity=3, random_state=0, max_iter=30).fit(X)
    named = nx.relabel_nodes(nx.path_graph(30), dict(enumerate(X.index.tolist())))
    for graph, Y, want in (
        (est.graph_, est.embedding_, list(y)),
        (named, est.embedding_, [y[node] for node in named]),
        (as_graph(named), est.embedding_, [y[node] for node in named]),
    ):
        sg.write_embedding(tmp_path / "y.csv", Y, labels=y, graph=graph)
        assert sg.load_embedding(tmp_path / "y.csv").labels == want
        assert sg.quality_card(graph, Y, y) == sg.quality_card(graph, Y, want)
        spots = [offsets(sg.plot_embedding(Y, labels, graph=graph)) for labels in (y, want)]
        spots += [offsets(sg.plot_comparison({"a": Y, "b": Y}, labels, graph=graph)[1]) for labels in (y, want)]
        films = [sg.animate_embedding([Y, Y], labels, graph=graph) for labels in (y, want)]
        for film in films:
            film._draw_was_started = True  # it is not drawn, and need not warn of that
        spots += [offsets(film._fig.axes[0]) for film in films]
        for one, other in zip(spots[::2], spots[1::2], strict=True):
            np.testing.assert_array_equal(one, other)
        plt.close("all")
    sg.write_embedding(tmp_path / "y.csv", est, labels=y)
    assert sg.load_embedding(tmp_path / "y.csv").labels == list(y)


def offsets(ax):
    """Places and colours of the points."""
    (points,) = [each for each in ax.collections if isinstance(each, PathCollection)]
    return np.column_stack([points.get_offsets(), points.get_facecolors()])


def test_communities_are_numbered_by_size():
    G = nx.disjoint_union_all([nx.complete_graph(k) for k in (4, 9, 6)])
    assert louvain_names(G) == ["community 3"] * 4 + ["community 1"] * 9 + ["community 2"] * 6


def test_a_node_on_its_own_has_no_community():
    G = nx.Graph([("a", "b"), ("b", "c"), ("a", "c")])
    G.add_node("alone")
    assert louvain_names(G) == ["community 1"] * 3 + [None]


def test_seeded_and_weighted():
    G = nx.gnp_random_graph(80, 0.08, seed=1)
    assert louvain_names(G, 3) == louvain_names(G, 3)
    two = np.ones((6, 6)) - np.eye(6)
    two[:3, 3:] = two[3:, :3] = 0.01
    assert louvain_names(two) == ["community 1"] * 3 + ["community 2"] * 3


def with_attributes(kind):
    G = nx.path_graph(3)
    nx.set_node_attributes(G, {0: "a", 2: "b"}, "kind")
    nx.set_node_attributes(G, {0: 0.5, 1: 1.0, 2: 2.0}, "age")
    return G if kind == "networkx" else ig.Graph.from_networkx(G)


@pytest.mark.parametrize("kind", ["networkx", "igraph"])
def test_a_word_is_an_attribute_of_the_nodes(kind):
    G = with_attributes(kind)
    assert read_labels("kind", G) == ["a", None, "b"]
    assert as_classes(read_labels("age", G), None, 3)[0].tolist() == [0.5, 1.0, 2.0]
    assert set(read_labels("louvain", G)) == {"community 1"}
    with pytest.raises(
        ValueError, match=r"labels='knd': give 'louvain', an attribute of the nodes, one of .*'kind', 'age'"
    ):
        read_labels("knd", G)
    with pytest.raises(ValueError, match=r"labels='kind': give one label .*, or with graph= 'louvain'"):
        as_classes(read_labels("kind", as_graph(G)), None, 3)  # a Graph has no attributes


def test_an_attribute_called_louvain_comes_before_a_search():
    G = nx.path_graph(3)
    nx.set_node_attributes(G, "mine", "louvain")
    assert read_labels("louvain", G) == ["mine"] * 3


def test_the_classes_of_a_dataset_by_name():
    club = sg.datasets.load_karate_club()
    assert list(read_labels("label", club)) == club.classes.tolist()
    assert read_labels("label", club.to_networkx()) == club.classes.tolist()
    card = sg.quality_card(club, club.positions if club.positions is not None else np.eye(34)[:, :2], "label")
    assert card.knn_accuracy is not None


def test_an_attribute_that_is_no_name_is_refused():
    G = nx.path_graph(3)
    nx.set_node_attributes(G, {0: {0, 1}, 1: {0, 1}, 2: {2}}, "community")
    with pytest.raises(ValueError, match=r"graph has nodes whose 'community' is \{0, 1\}: give an attribute"):
        read_labels("community", G)
