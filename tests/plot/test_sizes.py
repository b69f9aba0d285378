"""Sizes of marks, widths of edges, and their legends."""

import pickle
import re

import igraph as ig
import matplotlib
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.legend import Legend
from scipy import sparse

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg
from sggraph.plot.embedding import plot_embedding
from sggraph.plot.sizes import examples, in_words


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def novel():
    G = nx.les_miserables_graph()
    nx.set_node_attributes(G, {node: i % 7 for i, node in enumerate(G)}, "chapters")
    nx.set_edge_attributes(G, {edge: 1.0 + i for i, edge in enumerate(G.edges)}, "length")
    return G


def points(n, d=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def areas_at(ax, Y):
    """Area of the mark that is drawn at each row of Y."""
    found = {}
    for collection in ax.collections:
        if isinstance(collection, PathCollection):
            offsets = collection.get_offsets()
            sizes = np.broadcast_to(collection.get_sizes(), len(offsets))
            found |= {tuple(xy): size for xy, size in zip(offsets.tolist(), sizes, strict=True)}
    return np.array([found[tuple(xy)] for xy in np.asarray(Y, float).tolist()])


def width_of(ax, Y, G):
    """Width of the line that is drawn for each edge of G."""
    (lines,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    row = dict(zip(G, map(tuple, Y.tolist()), strict=True))
    ends = [frozenset(map(tuple, segment[[0, -1]].tolist())) for segment in map(np.asarray, lines.get_segments())]
    drawn = dict(zip(ends, np.broadcast_to(lines.get_linewidths(), len(ends)), strict=True))
    return np.array([drawn[frozenset([row[u], row[v]])] for u, v in G.edges])


def legends(ax):
    """Title -> legend, of all legends of the axes."""
    return {child.get_title().get_text(): child for child in ax.get_children() if isinstance(child, Legend)}


def texts(legend):
    return [text.get_text() for text in legend.get_texts()]


DEGREES = np.array([degree for _, degree in novel().degree])


@pytest.mark.parametrize(
    ("size", "title"),
    [
        ("degree", "degree"),
        (DEGREES, "size"),
        (DEGREES.tolist(), "size"),
        (dict(novel().degree), "size"),
        (pd.Series(dict(novel().degree), name="friends"), "friends"),
    ],
)
def test_areas_are_in_proportion_and_explained(size, title):
    G, Y = novel(), points(77)
    ax = plot_embedding(Y, graph=G, node_size=size)
    areas = areas_at(ax, Y)
    large = 0.04 * DEGREES.max() < DEGREES
    np.testing.assert_allclose(areas[large] / areas.max(), (DEGREES / DEGREES.max())[large], rtol=1e-6)
    assert areas.min() > 1
    (legend,) = legends(ax).values()
    assert legend is ax.get_legend()
    assert legend.get_title().get_text() == title
    assert texts(legend) == ["2", "5", "10", "20"]
    for text, mark in zip(texts(legend), legend.legend_handles, strict=True):
        assert mark.get_markersize() ** 2 == pytest.approx(areas.max() * int(text) / DEGREES.max())


def test_marks_of_many_nodes_are_shown_larger_in_their_legend():
    """40,000 marks are half a point wide, of which a legend would show nothing."""
    Y = np.random.default_rng(0).normal(size=(40_000, 2))
    values = np.linspace(1, 100, len(Y))
    ax = sg.plot_embedding(Y, node_size=values)
    (legend,) = legends(ax).values()
    word, note = legend.get_title().get_text().split("\n")
    times = int(re.fullmatch(r"shown (\d+) times as wide", note).group(1))
    assert word == "size"
    assert times > 2
    marks = [mark.get_markersize() for mark in legend.legend_handles]
    assert marks[-1] >= 0.7 * legend.get_texts()[0].get_size()
    areas = np.concatenate([points.get_sizes() for points in ax.collections])
    for mark, text in zip(marks, texts(legend), strict=True):
        assert (mark / times) ** 2 == pytest.approx(areas.max() * int(text) / 100, rel=0.01)


def test_an_attribute_of_the_nodes_gives_the_size():
    G, Y = novel(), points(77)
    for graph in (G, ig.Graph.from_networkx(G)):
        ax = plot_embedding(Y, graph=graph, node_size="chapters")
        assert list(legends(ax)) == ["chapters"]
        areas = areas_at(ax, Y)
        assert areas[6] == pytest.approx(2 * areas[3])


def test_marks_cover_as_much_as_those_of_one_size_and_none_is_huge():
    Y = points(500)
    usual = areas_at(plot_embedding(Y), Y).mean()
    sizes = np.random.default_rng(0).uniform(1, 3, 500)
    assert areas_at(plot_embedding(Y, node_size=sizes), Y).mean() == pytest.approx(usual)
    sizes[7] = 1e9
    assert areas_at(plot_embedding(Y, node_size=sizes), Y).max() <= 0.005 * (7 * 72) ** 2


def test_small_marks_are_drawn_above_large_ones():
    (drawn,) = plot_embedding(points(50), node_size=np.arange(50)).collections
    assert np.all(np.diff(drawn.get_sizes()) <= 0)


def test_one_area_for_all():
    Y = points(5)
    ax = plot_embedding(Y, graph=nx.path_graph(5), node_size=300, edge_width=2)
    assert areas_at(ax, Y).tolist() == [300] * 5
    assert width_of(ax, Y, nx.path_graph(5)).tolist() == [2] * 4
    assert not legends(ax)
    assert not legends(plot_embedding(Y, node_size=[4] * 5))


@pytest.mark.parametrize("d", [1, 3])
def test_sizes_in_other_dimensions(d):
    G = novel()
    ax = plot_embedding(points(77, d), graph=G, node_size="degree", edge_width="weight")
    assert set(legends(ax)) == {"degree", "weight"}
    ax.figure.canvas.draw()


def test_missing_sizes_are_as_small_as_the_smallest():
    Y = points(4)
    areas = areas_at(plot_embedding(Y, ["a", None, "a", "b"], node_size=[1, None, np.nan, 4]), Y)
    assert areas[1] == areas[2] == areas[0] == pytest.approx(0.25 * areas[3])
    areas = areas_at(plot_embedding(Y, node_size=[1, None, np.nan, 1000]), Y)
    assert areas[1] == areas[2] == areas[0] == pytest.approx(0.04 * areas[3])


def test_outlines_do_not_hide_small_marks():
    drawn = plot_embedding(points(3), node_size=[1, 50, 1000]).collections[-1]
    widths, across = drawn.get_linewidths(), np.sqrt(drawn.get_sizes())
    assert max(widths) == pytest.approx(0.7)
    assert max(widths / across) < 0.16  # an outline of 0.7 around a mark of 20 square points


def test_nodes_without_a_place():
    G, Y = nx.path_graph(4), points(4)
    Y[2] = np.nan
    placed = [0, 1, 3]
    ax = plot_embedding(Y, graph=G, node_size=[1, 2, 50, 4], edge_width={(0, 1): 3, (1, 2): 5})
    np.testing.assert_allclose(areas_at(ax, Y[placed]) / areas_at(ax, Y[placed])[0], [1, 2, 4])
    assert texts(legends(ax)["size"]) == ["1", "2", "4"]


WEIGHTS = np.array([weight for *_, weight in novel().edges(data="weight")], float)


@pytest.mark.parametrize(
    ("width", "title"),
    [
        ("weight", "weight"),
        ("length", "length"),
        (nx.edge_betweenness_centrality(novel()), "width"),
        (WEIGHTS, "width"),
        (WEIGHTS.tolist(), "width"),
        (nx.to_scipy_sparse_array(novel()), "width"),
    ],
)
def test_widths_are_in_proportion_and_explained(width, title):
    G, Y = novel(), points(77)
    expected = WEIGHTS
    if isinstance(width, dict):
        expected = np.array(list(width.values()))
    elif title == "length":
        expected = np.array([length for *_, length in G.edges(data="length")])
    ax = plot_embedding(Y, graph=G, edge_width=width)
    drawn = width_of(ax, Y, G)
    seen = drawn > 0.2
    assert seen.sum() > 20
    np.testing.assert_allclose(drawn[seen] / drawn.max(), (expected / expected.max())[seen], rtol=1e-6)
    legend = legends(ax)[title]
    for text, line in zip(texts(legend), legend.legend_handles, strict=True):
        assert line.get_linewidth() == pytest.approx(
            max(0.2, drawn.max() * float(text.replace(",", "")) / expected.max()), rel=0.01
        )


def test_widths_of_lists_follow_the_edges_of_igraph_too():
    G, Y = nx.path_graph(["c", "a", "b"]), points(3)
    H = ig.Graph([(1, 2), (0, 1)], vertex_attrs={"name": ["c", "a", "b"]})
    drawn = width_of(plot_embedding(Y, graph=H, edge_width=[1, 3]), Y, G)
    assert drawn[0] == pytest.approx(3 * drawn[1])


def test_arcs_of_both_directions_count_together():
    D, Y = nx.DiGraph(), points(3)
    D.add_weighted_edges_from([(0, 1, 2), (1, 0, 2), (1, 2, 2)])
    ways = [
        ("weight", D),
        ({(0, 1): 2, (1, 0): 2, (1, 2): 2}, D),
        ("weight", sg.as_graph(D)),
        ("weight", nx.to_numpy_array(D)),
    ]
    for width, graph in ways:
        ax = plot_embedding(Y, graph=graph, edge_width=width, arrows=False)
        assert texts(legends(ax)[width if isinstance(width, str) else "width"]) == ["2", "4"]
    arrows = plot_embedding(Y, graph=D, edge_width="weight", node_size=[9, 1, 4]).patches
    assert sorted(arrow.get_linewidth() for arrow in arrows)[1] == pytest.approx(
        2 * sorted(arrow.get_linewidth() for arrow in arrows)[0]
    )


def test_distances_may_be_shown_though_they_are_no_weights():
    G = nx.random_geometric_graph(60, 0.3, seed=1)
    for u, v in G.edges:
        G.edges[u, v]["weight"] = float(np.hypot(*np.subtract(G.nodes[u]["pos"], G.nodes[v]["pos"])))
    plot_embedding(points(60), graph=G, edge_width="weight")


def test_legends_of_classes_sizes_and_widths_do_not_overlap():
    ax = plot_embedding(
        points(77), [f"c{i % 9}" for i in range(77)], graph=novel(), node_size="degree", edge_width="weight"
    )
    ax.figure.canvas.draw()
    boxes = [legend.get_window_extent().padded(-1) for legend in legends(ax).values()]  # they touch
    assert len(boxes) == 3
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert ax.get_legend().get_title().get_text() == ""
    fonts = {text.get_fontsize() for legend in legends(ax).values() for text in legend.get_texts()}
    assert len(fonts) == 1
    assert not legends(plot_embedding(points(77), graph=novel(), node_size="degree", legend=False))


def seen_whole(axes):
    """Whether each legend or colour bar ends before other axes begin, and before the figure ends."""
    figure = axes[0].figure
    figure.canvas.draw()
    boxes = [ax.get_tightbbox(figure.canvas.get_renderer()) for ax in axes]
    apart = all(not a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    return apart and all(box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
@pytest.mark.parametrize("labels", [None, "classes", "values"])
@pytest.mark.parametrize("shape", [(1, 2), (2, 2)])
def test_legends_stay_inside_given_axes(layout, labels, shape):
    figure, axes = plt.subplots(*shape, figsize=(10, 4 * shape[0]), layout=layout)
    labels = {"classes": [f"class {i % 12}" for i in range(77)], "values": np.linspace(0, 1e4, 77)}.get(labels)
    for ax in axes.flat:
        plot_embedding(points(77), labels, graph=novel(), node_size="degree", edge_width="weight", ax=ax)
        assert len(legends(ax)) == 2 + (labels is not None and isinstance(labels, list))
    assert seen_whole(axes.ravel())
    assert all(
        ax.get_window_extent().width > 0.25 * ax.get_subplotspec().get_position(figure).width * figure.bbox.width
        for ax in axes.flat
    )


def test_a_figure_of_our_own_holds_its_legends():
    ax = plot_embedding(
        points(77) * (4, 1),
        graph=novel(),
        labels=[f"class {i % 12}" for i in range(77)],
        node_size="degree",
        edge_width="weight",
    )
    ax.figure.canvas.draw()
    assert all(legend.get_window_extent().x1 <= ax.figure.bbox.x1 for legend in legends(ax).values())
    counted = ax.get_tightbbox(ax.figure.canvas.get_renderer()).x1  # what bbox_inches="tight" keeps
    assert counted >= max(legend.get_window_extent().x1 for legend in legends(ax).values())


def test_figures_with_legends_are_stored_and_live_in_subfigures():
    options = {"graph": novel(), "node_size": "degree", "edge_width": "weight"}
    for sub in plt.figure(figsize=(10, 4)).subfigures(1, 2):
        ax = plot_embedding(points(77), ["a", "b", "c", *"d" * 74], ax=sub.subplots(), **options)
        pickle.loads(pickle.dumps(ax.figure.figure)).canvas.draw()
        ends = [legend.get_window_extent().x1 for legend in legends(ax).values()]
        assert max(ends) <= sub.bbox.x1


def test_numbers_in_words():
    numbers = [3, 1000, 0.25, 1234.5, 99.96, 12345678.9, 1e9, -1e299, 1e-7, -1234567]
    words = ["3", "1,000", "0.25", "1,234", "100", "12,345,679", "1e+09", "-1e+299", "1e-07", "-1,234,567"]
    assert list(map(in_words, numbers)) == words


def test_panels_and_films_share_one_scale():
    G = novel()
    axes = sg.plot_comparison(
        {"a": points(77), "b": points(77, seed=1)}, graph=G, node_size="degree", edge_width="weight"
    )
    sizes = [
        sorted(np.concatenate([c.get_sizes() for c in ax.collections if isinstance(c, PathCollection)])) for ax in axes
    ]
    np.testing.assert_array_equal(*sizes)
    (guide,) = [ax for ax in axes[0].figure.axes if legends(ax)]
    legend = legends(guide)["degree"]
    assert legend.legend_handles[-1].get_markersize() ** 2 == pytest.approx(max(sizes[0]) * int(texts(legend)[-1]) / 36)
    film = sg.animate_embedding([points(77), points(77, seed=1)], graph=G, node_size="degree", edge_width="weight")
    assert len(film.to_jshtml()) > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"node_size": "degree"}, "node_size='degree' counts the edges of the graph: give graph, too"),
        ({"node_size": "wealth", "graph": novel()}, r"node_size='wealth': .*attributes: one of \['chapters'\]"),
        ({"node_size": "wealth"}, "node_size='wealth': give an area"),
        ({"node_size": 0}, "node_size=0: give an area"),
        ({"node_size": True}, "node_size=True: give an area"),
        ({"node_size": [1, 2]}, r"node_size has shape \(2,\): give one number for each of the 77 rows"),
        ({"node_size": [-1] * 77}, "node_size has negative or infinite numbers: give"),
        ({"node_size": [np.inf] * 77}, "node_size has negative or infinite numbers: give"),
        ({"node_size": ["big"] * 77}, "node_size has 'big': give numbers"),
        ({"node_size": [None] * 77}, "node_size has no numbers: give"),
        ({"node_size": 4, "point_style": {"s": 3}}, "point_style has a size, and so has node_size: give one"),
        ({"node_size": [1] * 77, "density": True}, "no node_size: leave one of the two out"),
        ({"edge_width": 3}, "edge_width=3: give graph, too"),
        ({"edge_width": "wight", "graph": novel()}, r"edge_width='wight': .*the edges have one of \['weight', "),
        ({"edge_width": "weight", "graph": nx.path_graph(77)}, "the edges have no attributes"),
        (
            {"edge_width": "length", "graph": sg.as_graph(novel())},
            "edge_width='length': give graph, too, whose edges have it",
        ),
        ({"edge_width": -1, "graph": novel()}, "edge_width=-1: give a width"),
        ({"edge_width": [1, 2], "graph": novel()}, r"edge_width=\[1, 2\]: give a width"),
        (
            {"edge_width": {("Valjean", "nobody"): 1}, "graph": novel()},
            r"has the key \('Valjean', 'nobody'\): give pairs",
        ),
        ({"edge_width": {("Valjean", "Javert"): -1}, "graph": novel()}, "edge_width has negative"),
        ({"edge_width": sparse.eye_array(3), "graph": novel()}, "edge_width=.*: give a width"),
        ({"edge_width": 1, "edge_style": {"lw": 2}, "graph": novel()}, "edge_style has a linewidth, .*: give one"),
    ],
)
def test_errors_name_the_argument(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_embedding(points(77), **arguments)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([3, 3], []),
        ([1, 2], ["1", "2"]),
        ([0.125, 0.25, np.nan], ["0.125", "0.25"]),
        (np.arange(1, 18), ["5", "10", "15"]),
        (np.arange(1, 5001), ["200", "1,000", "5,000"]),
        (np.linspace(0.01, 0.02, 9), None),
        (np.linspace(1e-9, 1, 50), None),
        ([101, 102, 103, 104, 105, 106], None),
        (np.linspace(1e6, 9e6, 50), ["2,000,000", "4,000,000", "6,000,000", "8,000,000"]),
    ],
)
def test_examples_are_few_and_round(values, shown):
    values = np.asarray(values, float)
    found = examples(values)
    words = [in_words(value) for value in found]
    assert len(words) <= 4
    assert len(set(words)) == len(words)
    assert all(np.nanmin(values) * 0.999 <= value <= np.nanmax(values) * 1.001 for value in found)
    if shown is None:
        assert len(words) >= 2
        assert all(len(word.replace(",", "").strip("0.")) <= 3 for word in words)
    else:
        assert words == shown
