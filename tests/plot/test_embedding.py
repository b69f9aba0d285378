import pickle
import subprocess
import sys
import warnings
from enum import Enum
from itertools import cycle

import matplotlib
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import ArrowStyle

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from sggraph import SavedEmbedding, SGtSNEpi, as_graph, datasets, embed_sequence, neighbor_recall
from sggraph.plot import palette as colours
from sggraph.plot.edges import crowding
from sggraph.plot.embedding import plot_embedding
from sggraph.plot.space import to_plane

Color = Enum("Color", "RED BLUE")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def points(n, d=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def color_at(ax, Y):
    """Colour of the topmost point drawn at each row of Y, as a hexadecimal string."""
    found = {}
    for collection in sorted(ax.collections, key=lambda c: c.get_zorder()):
        if isinstance(collection, PathCollection):
            collection.update_scalarmappable()
            offsets = collection.get_offsets()
            colors = np.broadcast_to(collection.get_facecolors(), (len(offsets), 4))
            found |= {tuple(xy): to_hex(color) for xy, color in zip(offsets.tolist(), colors, strict=True)}
    return [found[tuple(xy)] for xy in np.asarray(Y, dtype=float).tolist()]


def legend_colors(ax):
    legend = ax.get_legend()
    handles, texts = legend.legend_handles, legend.get_texts()
    return {text.get_text(): handle.get_color() for text, handle in zip(texts, handles, strict=True)}


def edge_collection(ax):
    (lines,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    return lines


# Classes and the legend


@pytest.mark.parametrize("classes", [1, 2, 8, 9, 20, 49, 700])
@pytest.mark.parametrize("legend", ["auto", True])
def test_legend_colours_are_those_of_the_points(classes, legend):
    labels = np.random.default_rng(1).permutation(np.arange(1500) % classes)
    Y = points(1500)
    ax = plot_embedding(Y, [f"class {c}" for c in labels], legend=legend)
    drawn, listed = color_at(ax, Y), legend_colors(ax)
    assert len(set(drawn)) == min(classes, 500)
    shown = {name: color for name, color in listed.items() if name.startswith("class")}
    assert len(shown) == (classes if classes <= 20 or legend is True else 15)
    for name, color in shown.items():
        assert {drawn[i] for i in np.flatnonzero(labels == int(name.split()[1]))} == {to_hex(color)}
    more = [name for name in listed if not name.startswith("class")]
    assert more == ([f"+{classes - 15} more"] if classes > 20 and legend == "auto" else [])


def test_long_legend_lists_the_largest_classes():
    sizes = np.arange(1, 41)
    labels = np.repeat(np.arange(40), sizes)
    listed = list(legend_colors(plot_embedding(points(len(labels)), labels)))
    assert listed == [str(c) for c in range(39, 24, -1)] + ["+25 more"]


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([2, 10, 2, 1], ["1", "2", "10"]),
        (np.array([2, 10, 2, 1], dtype=np.uint8), ["1", "2", "10"]),
        (["b", "a", "b", "c"], ["a", "b", "c"]),
        ([True, False, True, True], ["False", "True"]),
        (np.array([True, False, True, True]), ["False", "True"]),
        (pd.Series(["b", "a", "b", "a"], dtype="category").cat.set_categories(["z", "b", "a"]), ["b", "a"]),
        (pd.Categorical([2.5, 1.5, 2.5, 1.5]), ["1.5", "2.5"]),
        ([1, "a", 1, 2.5], ["2.5", "1", "a"]),
        ([Color.RED, Color.BLUE, Color.RED, Color.RED], ["Color.BLUE", "Color.RED"]),
        ({0: "u", 1: "v", 2: "u", 3: "u"}, ["u", "v"]),
    ],
)
def test_kinds_of_classes(labels, names):
    Y = points(4)
    ax = plot_embedding(Y, labels)
    assert list(legend_colors(ax)) == names
    drawn = color_at(ax, Y)
    rows = list(labels.values()) if isinstance(labels, dict) else list(labels)
    for row, color in zip(rows, drawn, strict=True):
        assert to_hex(legend_colors(ax)[str(row)]) == color


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["a", None, "b", None], ["a", "b"]),
        (["a", float("nan"), "b", np.nan], ["a", "b"]),
        (pd.Series(["a", None, "b", None]), ["a", "b"]),
        (pd.Series(["a", None, "b", None], dtype="category"), ["a", "b"]),
        (pd.Series([1, None, 2, None], dtype="Int64"), ["1", "2"]),
        (pd.Series([1, None, 2, None]), ["1", "2"]),
        ([True, None, False, pd.NA], ["False", "True"]),
        ({0: "a", 2: "b"}, ["a", "b"]),
        ([None] * 4, []),
    ],
)
def test_missing_labels_are_grey_and_beneath(labels, names):
    Y = points(4)
    ax = plot_embedding(Y, labels)
    assert list(legend_colors(ax)) == [*names, "no label"]
    grey = to_hex(legend_colors(ax)["no label"])
    drawn = color_at(ax, Y)
    assert drawn[1] == drawn[3] == grey
    assert len({*to_rgb(grey)}) == 1
    beneath = [c for c in ax.collections if to_hex(c.get_facecolor()[0] if len(c.get_facecolor()) else "w") == grey]
    assert all(c.get_zorder() < 3 for c in beneath)
    if names:
        assert grey not in (drawn[0], drawn[2])


def test_names_and_bundles_of_nobody():
    style = {"graph": nx.path_graph(3), "edge_style": {"bundle": True}, "label_on_map": True}
    assert not plot_embedding(points(3), [None] * 3, **style).texts


def test_bundles_in_a_directed_graph_and_with_missing_labels():
    D = nx.DiGraph([(0, 1), (1, 2), (2, 3)])
    ax = plot_embedding(points(4), ["a", None, "b", "a"], graph=D, edge_style={"bundle": True})
    assert not ax.patches
    assert len(edge_collection(ax).get_segments()) == 3


def test_a_palette_for_nobody():
    assert list(legend_colors(plot_embedding(points(3), [None] * 3, palette="Set1"))) == ["no label"]


def test_minus_one_is_a_class():
    assert list(legend_colors(plot_embedding(points(3), [-1, 0, 1]))) == ["-1", "0", "1"]


@pytest.mark.parametrize("labels", [np.array([0.5, 3, np.nan, -2]), [0.5, 3, None, -2], pd.Series([0.5, 3, None, -2])])
def test_floats_get_a_colour_bar(labels):
    Y = points(4)
    ax = plot_embedding(Y, labels)
    assert ax.get_legend() is None
    (bar,) = ax.child_axes
    assert bar.get_ylim() == (-2, 3)
    drawn = color_at(ax, Y)
    assert drawn[1] == to_hex(matplotlib.colormaps["viridis"](1.0))
    assert drawn[3] == to_hex(matplotlib.colormaps["viridis"](0.0))
    assert len({*to_rgb(drawn[2])}) == 1


def test_long_names_that_differ_in_the_middle_stay_apart_in_the_legend():
    names = [f"regulation of the transport of {thing} across the outer membrane" for thing in ("salt", "sugar")]
    entries = [text.get_text() for text in plot_embedding(points(4), names * 2).get_legend().get_texts()]
    assert len(set(entries)) == 2
    assert "…" in plot_embedding(points(4), [names[0]] * 4).get_legend().get_texts()[0].get_text()


def test_a_long_title_fits_its_figure():
    ax = plot_embedding(points(9), title="A title of many words " * 6)
    assert ax.title.get_window_extent().width <= ax.bbox.width + 1
    sizes = {plot_embedding(points(9), title=title).title.get_fontsize() for title in ("short", None, "")}
    assert len(sizes) == 1


def test_class_names_are_no_formulas_but_a_title_may_be():
    names = ["$\\frac$", "_a", "5$ to 6$"]
    ax = plot_embedding(points(3), names, title="$\\alpha$")
    assert list(legend_colors(ax)) == ["5$ to 6$", "$\\frac$", "_a"]
    ax.figure.canvas.draw()
    assert not any(text.get_parse_math() for text in ax.get_legend().get_texts())
    assert ax.title.get_parse_math()


def test_no_labels_one_colour_no_legend():
    Y = points(5)
    ax = plot_embedding(Y)
    assert len(set(color_at(ax, Y))) == 1
    assert ax.get_legend() is None


def test_legend_false():
    assert plot_embedding(points(4), [0, 1, 2, 2], legend=False).get_legend() is None
    assert not plot_embedding(points(4), [0.1, 1, 2, 2], legend=False).child_axes


@pytest.mark.parametrize(
    ("palette", "expected"),
    [
        (["red", "#00ff00", (0, 0, 1)], ["#ff0000", "#00ff00", "#0000ff"]),
        ({"c": "red", "a": "lime", "b": "blue", "unused": "k"}, ["#00ff00", "#0000ff", "#ff0000"]),
        ("Set1", [to_hex(color) for color in matplotlib.colormaps["Set1"].colors[:3]]),
        (matplotlib.colormaps["cividis"], [to_hex(matplotlib.colormaps["cividis"](x)) for x in (0.0, 0.5, 1.0)]),
    ],
)
def test_palette(palette, expected):
    Y = points(3)
    assert color_at(plot_embedding(Y, ["a", "b", "c"], palette=palette), Y) == expected


@pytest.mark.parametrize("palette", ["magma", ["black", "red", "white"]])
def test_palette_of_values(palette):
    Y = points(3)
    drawn = color_at(plot_embedding(Y, [0.0, 0.5, 1.0], palette=palette), Y)
    if palette == "magma":
        assert drawn == [to_hex(matplotlib.colormaps["magma"](x)) for x in (0.0, 0.5, 1.0)]
    else:
        assert drawn[0] == "#000000"
        assert drawn[2] == "#ffffff"


def oklab_distance(colors):
    lab = colours.oklab(np.array([to_rgb(color) for color in colors]))
    distance = np.linalg.norm(lab[:, None] - lab, axis=2)
    return distance[np.triu_indices(len(colors), 1)].min()


def test_oklab_is_oklab():
    lab = colours.oklab(np.array([[1.0, 1, 1], [1, 0, 0], [0, 0, 1]]))  # values of Ottosson 2020
    np.testing.assert_allclose(lab, [[1, 0, 0], [0.628, 0.225, 0.126], [0.452, -0.032, -0.312]], atol=2e-3)


@pytest.mark.parametrize("dark", [False, True])
def test_colours_are_distinct(dark):
    # smallest distance in OKLab: 8 and 20 colours .127, 49 colours .091 (light ground), .086 (dark); tab20 has .054
    for k, least in ((8, 0.12), (20, 0.12), (49, 0.08)):
        assert oklab_distance(colours.distinct_colors(k, dark)) > least


@pytest.mark.parametrize(("dark", "ground"), [(False, 1.0), (True, 0.0)])
def test_colours_show_on_the_ground(dark, ground):
    lightness = colours.oklab(colours.distinct_colors(200, dark))[:, 0]
    assert np.abs(lightness - ground).min() > 0.14  # the yellow on white; brown on black has .49


def test_no_class_covers_another():
    labels = np.repeat([0, 1], 500)
    Y = points(1000)
    (drawn,) = plot_embedding(Y, labels).collections
    changes = np.any(np.diff(drawn.get_facecolors(), axis=0), axis=1).sum()
    assert changes > 400  # one, if they were drawn class by class


def test_eight_colours_are_safe_for_colour_blind_readers():
    # Machado, Oliveira & Fernandes 2009, full protanopia and deuteranopia, on linear RGB
    protan = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    deutan = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    rgb = np.array([to_rgb(color) for color in colours.EIGHT])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    for matrix in (protan, deutan):
        seen = np.clip(linear @ np.transpose(matrix), 0, 1)
        seen = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
        assert oklab_distance(np.clip(seen, 0, 1)) > 0.07  # .096 and .076; the first eight of tab10 have .007 and .039


@pytest.mark.parametrize("n_names", [3, 20, 49])
@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (1, 3)])
def test_nothing_is_cut_off(n_names, shape):
    labels = [f"a class with a rather long name, number {i % n_names}" for i in range(200)]
    ax = plot_embedding(points(200) * shape, labels, title="A title")
    ax.figure.canvas.draw()
    figure = ax.figure.bbox
    for artist in (ax.get_legend(), ax.title):
        extent = artist.get_window_extent()
        assert extent.x0 >= figure.x0
        assert extent.y0 >= figure.y0
        assert extent.x1 <= figure.x1
        assert extent.y1 <= figure.y1
    assert ax.get_legend().get_window_extent().x0 >= ax.get_window_extent().x1
    assert all(len(name) <= 32 for name in legend_colors(ax))


def test_colour_bar_tells_what_it_shows():
    G = nx.path_graph(3)
    nx.set_node_attributes(G, {0: 0.5, 1: 2.5, 2: 1.5}, "salary in $")
    labels = {"salary in $": "salary in $", "age": pd.Series([1.5, 2.5, 4.0], name="age"), "": [1.5, 2.5, 4.0]}
    for title, values in labels.items():
        (bar,) = plot_embedding(points(3), values, graph=G).child_axes
        assert bar.get_ylabel() == title
        bar.figure.canvas.draw()


@pytest.mark.parametrize("ground", ["white", "black"])
@pytest.mark.parametrize("cmap", ["Greys", "Blues", "magma", "viridis", "coolwarm"])
def test_no_class_of_a_colormap_drowns_in_the_ground(cmap, ground):
    """The first of "Greys" was white on white."""
    with plt.rc_context({"axes.facecolor": ground, "figure.facecolor": ground}):
        colors = legend_colors(plot_embedding(points(6), [*"abcdef"], palette=cmap))
    lab = colours.oklab(np.array([to_rgb(color) for color in colors.values()]))
    assert np.linalg.norm(lab - colours.oklab(np.array(to_rgb(ground))), axis=1).min() > 0.15
    assert len(np.unique(lab.round(2), axis=0)) == 6


def test_colour_bar_is_not_cut_off():
    ax = plot_embedding(points(20), np.linspace(-12345.5, 1e5, 20))
    ax.figure.canvas.draw()
    assert ax.child_axes[0].get_tightbbox().x1 <= ax.figure.bbox.x1


# Edges


def test_edges_are_one_collection_beneath_the_points():
    G = nx.karate_club_graph()
    Y = points(34)
    ax = plot_embedding(Y, graph=G)
    lines = edge_collection(ax)
    expected = {frozenset([tuple(Y[u]), tuple(Y[v])]) for u, v in G.edges}
    segments = [frozenset(map(tuple, segment.tolist())) for segment in lines.get_segments()]
    assert len(segments) == G.number_of_edges()
    assert set(segments) == expected
    assert all(lines.get_zorder() < c.get_zorder() for c in ax.collections if c is not lines)


def test_directed_edges_are_drawn_once():
    A = sp.csr_array(([1.0, 1.0, 5.0], ([0, 1, 2], [1, 0, 1])), shape=(3, 3))
    assert len(edge_collection(plot_embedding(points(3), graph=A, arrows=False)).get_segments()) == 2


def test_self_loops_are_not_drawn():
    G = nx.Graph([(0, 0), (0, 1)])
    assert len(edge_collection(plot_embedding(points(2), graph=G)).get_segments()) == 1


def test_graph_without_edges():
    ax = plot_embedding(points(3), graph=sp.csr_array((3, 3)))
    assert len(edge_collection(ax).get_segments()) == 0


def test_sample_of_edges_is_seeded():
    G = nx.gnp_random_graph(50, 0.5, seed=1)
    Y = points(50)

    def sample(**seed):
        return np.array(
            edge_collection(plot_embedding(Y, graph=G, edge_style={"max_edges": 40}, **seed)).get_segments()
        )

    assert len(sample()) == 40
    np.testing.assert_array_equal(sample(), sample())
    assert not np.array_equal(sample(), sample(random_state=1))


def test_crowded_edges_are_thinner_and_paler():
    few, many = nx.gnm_random_graph(300, 100, seed=1), nx.gnm_random_graph(300, 8_000, seed=1)
    Y = points(300)
    light, heavy = (edge_collection(plot_embedding(Y, graph=G)) for G in (few, many))
    assert heavy.get_alpha() < light.get_alpha() / 3
    assert heavy.get_linewidth()[0] < light.get_linewidth()[0]


def test_edges_within_a_class_have_its_colour():
    G = nx.Graph([(0, 1), (1, 2), (2, 3), (3, 4)])
    ax = plot_embedding(points(5), ["a", "a", "b", "b", None], graph=G)
    listed = {name: to_hex(color) for name, color in legend_colors(ax).items()}
    lines = edge_collection(ax)
    colors = [to_hex(color) for color in lines.get_color()]
    assert colors[2:] == [listed["a"], listed["b"]]  # above those between classes
    assert all(len({*to_rgb(color)}) == 1 for color in colors[:2])
    np.testing.assert_array_equal(lines.get_segments()[2], points(5)[:2])


@pytest.mark.parametrize("d", [1, 3])
def test_crowded_edges_keep_the_colours_of_their_classes(d):
    """Lines of an opacity of .01 lost some of their red, green and blue to the rounding of renderers."""
    G, color = nx.gnp_random_graph(340, 0.5, seed=0), "#E69F00"
    style = {"palette": [color], "legend": False, "point_style": {"alpha": 0}}
    ax = plot_embedding(points(340, d), ["a"] * 340, graph=G, **style)
    assert len(ax.images) == (d == 1)
    ax.figure.canvas.draw()
    found = (255.0 - np.asarray(ax.figure.canvas.buffer_rgba())[..., :3]).reshape(-1, 3).sum(axis=0)
    wanted = 1 - np.array(to_rgb(color))
    assert found @ wanted / np.linalg.norm(found) / np.linalg.norm(wanted) > 0.98  # .91 in 3-D as faint lines


def test_edges_that_are_asked_for_are_drawn_as_lines_however_faint():
    G, Y = nx.complete_graph(200), points(200, 3)
    drawn = {}
    for name, style in {"usual": None, "all": {"max_edges": np.inf}, "wide": {"linewidth": 1}}.items():
        ax = plot_embedding(Y, graph=G, edge_style=style)
        ax.figure.canvas.draw()
        drawn[name] = len(ax.collections[0].get_paths())
    assert drawn["all"] == drawn["wide"] == 19_900
    assert drawn["usual"] < 19_900
    flat = plot_embedding(points(200, 1), graph=G, edge_style={"linewidth": 0.25})
    assert not flat.images


def test_arrows_of_a_directed_graph():
    D = nx.DiGraph([(0, 1), (1, 2), (2, 1)])
    ax = plot_embedding(points(3), graph=D)
    kinds = {type(patch.get_arrowstyle()) for patch in ax.patches}
    assert kinds == {ArrowStyle.CurveFilledB, ArrowStyle.CurveFilledAB}
    (one_way,) = [p for p in ax.patches if type(p.get_arrowstyle()) is ArrowStyle.CurveFilledB]
    np.testing.assert_array_equal(one_way._posA_posB, points(3)[:2])
    ax.figure.canvas.draw()
    backwards = plot_embedding(points(2), graph=nx.DiGraph([(0, 1), (1, 0)]).edge_subgraph([(1, 0)]).copy()).patches
    assert len(backwards) == 1


def test_arrow_points_from_source_to_target():
    A = sp.csr_array(([1.0], ([1], [0])), shape=(2, 2))  # from 1 to 0
    (arrow,) = plot_embedding(points(2), graph=A).patches
    assert type(arrow.get_arrowstyle()) is ArrowStyle.CurveFilledA  # its line runs from 0 to 1
    np.testing.assert_array_equal(arrow._posA_posB, points(2))


def test_heads_of_arrows_do_not_hide_short_edges():
    """In a panel of a figure for a paper they covered points and edges."""
    D = nx.relaxed_caveman_graph(6, 10, 0.15, seed=1).to_directed()
    D.remove_edges_from([(i, j) for i, j in D.edges if i > j])
    pos = nx.spring_layout(D, seed=0)
    scale = {}
    for inches in (1.2, 7):
        ax = plot_embedding(pos, graph=D, ax=plt.figure(figsize=(inches, inches)).add_axes((0, 0, 1, 1)))
        heads = {patch.get_mutation_scale() for patch in ax.patches}
        (scale[inches],) = heads
        ends = ax.transData.transform(np.concatenate([p._posA_posB for p in ax.patches])).reshape(-1, 2, 2)
        median = np.median(np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)) * 72 / ax.figure.dpi
        assert 0.4 * scale[inches] < 1.01 * median / 6
    assert scale[1.2] < 4 < scale[7] == 9


def test_arrows_only_where_wanted_and_possible():
    many = nx.gnp_random_graph(60, 0.2, seed=1, directed=True)
    assert not plot_embedding(points(60), graph=many).patches
    assert len(plot_embedding(points(60), graph=many, arrows=True).patches) == many.to_undirected().number_of_edges()
    assert not plot_embedding(points(3), graph=nx.DiGraph([(0, 1), (1, 2)]), arrows=False).patches
    assert not plot_embedding(points(3), graph=nx.path_graph(3)).patches
    with pytest.raises(ValueError, match="graph has no direction"):
        plot_embedding(points(3), graph=nx.path_graph(3), arrows=True)
    with pytest.raises(ValueError, match="Y has 3 columns"):
        plot_embedding(points(3, 3), graph=nx.DiGraph([(0, 1), (1, 2)]), arrows=True)


def test_bundled_edges_keep_their_ends():
    G, Y = nx.complete_bipartite_graph(5, 5), points(10)
    lines = edge_collection(plot_embedding(Y, [0] * 5 + [1] * 5, graph=G, edge_style={"bundle": True})).get_segments()
    ends = {frozenset([tuple(line[0]), tuple(line[-1])]) for line in lines}
    assert ends == {frozenset([tuple(Y[u]), tuple(Y[v])]) for u, v in G.edges}
    middles, straight = (
        np.array([line[7:9].mean(axis=0) for line in lines]),
        np.array([line[[0, -1]].mean(axis=0) for line in lines]),
    )
    assert middles.std() < 0.5 * straight.std()


def test_bundled_edges_do_not_turn_back():
    Y = np.array([[0, 0.0], [0, 0.1], [0, -0.1], [1, 0], [4, 0.0], [4, 0.1], [4, -0.1]])
    A = sp.coo_array(([1.0], ([3], [4])), shape=(7, 7))
    ax = plot_embedding(Y, [0] * 4 + [1] * 3, graph=A + A.T, edge_style={"bundle": True})
    (line,) = edge_collection(ax).get_segments()
    assert (np.diff(line[:, 0]) > 0).all()


def test_given_style_is_obeyed():
    Y = points(5)
    ax = plot_embedding(
        Y,
        [0, 1, 0, 1, None],
        graph=nx.path_graph(5),
        point_style={"s": 7, "alpha": 0.3, "rasterized": True},
        edge_style={"alpha": 0.2, "color": "red"},
        title="T",
    )
    lines = edge_collection(ax)
    assert lines.get_alpha() == 0.2
    assert to_hex(lines.get_color()[0]) == "#ff0000"
    assert ax.get_title() == "T"
    for collection in ax.collections:
        assert collection.get_rasterized()
        if collection is not lines:
            assert collection.get_sizes().tolist() == [7]
            assert collection.get_alpha() == 0.3


def test_size_follows_n_and_axes():
    size = [plot_embedding(points(n)).collections[0].get_sizes()[0] for n in (34, 3000, 60_000)]
    assert size[0] > 3 * size[1] > 9 * size[2] > 0
    assert np.pi / 4 * size[2] * 60_000 < 0.2 * (7 * 72) ** 2
    _, (small, _) = plt.subplots(1, 2, figsize=(4, 2))
    assert plot_embedding(points(3000), ax=small).collections[0].get_sizes()[0] < size[1]


def test_many_points_are_rasterized():
    assert plot_embedding(points(10_001)).collections[0].get_rasterized()
    assert not plot_embedding(points(10)).collections[0].get_rasterized()


# Far points


def far_picture(**arguments):
    Y = points(1000)
    Y[:3] = [[500, 0], [0, -400], [-300, 10]]
    return Y, plot_embedding(Y, np.arange(1000) % 3, **arguments)


def test_few_far_points_do_not_squeeze_the_picture_nor_get_lost():
    _, ax = far_picture()
    assert np.diff(ax.get_xlim()) < 10
    (note,) = ax.texts
    assert note.get_text() == "3 points farther out"
    border = [c for c in ax.collections if c.get_zorder() == 4]
    at = np.vstack([c.get_offsets() for c in border])
    assert len(at) == 3
    assert all(ax.get_xlim()[0] < x < ax.get_xlim()[1] and ax.get_ylim()[0] < y < ax.get_ylim()[1] for x, y in at)
    listed = legend_colors(ax)
    right = max(border, key=lambda c: c.get_offsets()[0, 0])
    assert to_hex(right.get_facecolor()[0]) == to_hex(listed["0"])  # row 0 lies on the right
    ax.autoscale()
    assert ax.get_xlim()[0] < -300 < 500 < ax.get_xlim()[1]


@pytest.mark.parametrize("far", [0, 30])
def test_no_point_is_far_if_none_or_many_are(far):
    Y = points(1000)
    Y[:far] += 500
    ax = plot_embedding(Y)
    assert not ax.texts
    assert ax.get_xlim()[1] > Y[:, 0].max()


# Very many points


@pytest.mark.parametrize("labels", [None, np.arange(5000) % 3, np.linspace(0, 1, 5000)])
def test_density_shows_every_point_in_its_colour(labels):
    Y = points(5000)
    ax = plot_embedding(Y, labels, density=True, graph=None)
    (image,) = ax.images
    pixels = image.get_array()
    left, right, bottom, top = image.get_extent()
    assert (left, right, bottom, top) == (*ax.get_xlim(), *ax.get_ylim())
    column = ((Y[:, 0] - left) / (right - left) * pixels.shape[1]).astype(int)
    row = ((Y[:, 1] - bottom) / (top - bottom) * pixels.shape[0]).astype(int)
    assert (pixels[row, column, 3] >= 127).all()
    alone = np.bincount(row * pixels.shape[1] + column)[row * pixels.shape[1] + column] == 1
    assert (pixels[..., 3] > 0).sum() == len({*zip(row, column, strict=True)})
    colors = pixels[row, column, :3][alone] / 255
    if labels is None:
        assert {to_hex(color) for color in colors} == {colours.EIGHT[0].lower()}
    elif labels.dtype == int:
        expected = [legend_colors(ax)[str(c)] for c in labels[alone]]
        np.testing.assert_allclose(colors, [to_rgb(color) for color in expected], atol=0.01)
    else:
        np.testing.assert_allclose(colors, matplotlib.colormaps["viridis"](labels[alone])[:, :3], atol=0.01)


def test_the_legend_of_an_image_is_as_strong_as_its_densest_pixels():
    Y, labels = np.repeat(points(3), 20_000, axis=0), np.repeat(["a", "b", "c"], 20_000)
    for style, alpha in (({}, 1), ({"alpha": 0.3}, 0.3)):
        ax = plot_embedding(Y, labels, density=True, point_style=style)
        assert {dot.get_alpha() for dot in ax.get_legend().legend_handles} == {alpha}
        assert ax.images[0].get_array()[..., 3].max() == round(255 * alpha)
    (dots,) = plot_embedding(Y, labels).collections
    assert {dot.get_alpha() for dot in plot_embedding(Y, labels).get_legend().legend_handles} == {dots.get_alpha()}


def test_density_is_more_opaque_where_more_points_are_and_missing_are_beneath():
    Y = np.repeat([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]], [1, 50, 20], axis=0)
    labels = ["a"] * 31 + [None] * 40
    ax = plot_embedding(Y, labels, density=True)
    pixels = ax.images[0].get_array()
    row, column = np.nonzero(pixels[..., 3])
    order = np.argsort(column)
    few, many, missing = pixels[row[order], column[order]]
    assert few[3] < many[3]
    assert (few[:3] == many[:3]).all()
    assert to_hex(missing[:3] / 255) == to_hex(legend_colors(ax)["no label"])


def test_very_many_points_become_an_image():
    Y = points(200_001)
    assert len(plot_embedding(Y).images) == 1
    assert not plot_embedding(Y[:-1]).images
    assert not plot_embedding(Y, point_style={"s": 1}).images
    assert not plot_embedding(Y, density=False).images


def test_very_many_edges_become_an_image():
    n = 40_000
    Y = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])[np.arange(n) % 3]
    pairs = np.column_stack([np.arange(0, n - 3), np.arange(3, n)])  # edges of length 0 but one
    A = sp.coo_array((np.ones(len(pairs) + 1), (*np.vstack([pairs, [0, 1]]).T,)), shape=(n, n))
    ax = plot_embedding(Y, graph=A)
    assert not [c for c in ax.collections if isinstance(c, LineCollection)]
    pixels = ax.images[0].get_array()
    left, right, bottom, top = ax.images[0].get_extent()
    row = int((0 - bottom) / (top - bottom) * pixels.shape[0])
    first, last = ((np.array([0.01, 0.99]) - left) / (right - left) * pixels.shape[1]).astype(int)
    assert (pixels[row, first:last, 3] > 0).all()  # the one edge, without a gap
    assert (np.delete(pixels[..., 3], row, axis=0) == 0).all()


# Input by node name


def test_positions_and_labels_by_node():
    G = nx.Graph([("a", "b"), ("b", "c")])
    pos = {"c": [2.0, 0.0], "a": [0.0, 0.0], "b": [1.0, 3.0], "elsewhere": [9.0, 9.0]}
    labels = {"b": "odd", "a": "even", "c": "even"}
    ax = plot_embedding(pos, labels, graph=G)
    listed = legend_colors(ax)
    drawn = color_at(ax, [pos["a"], pos["b"], pos["c"]])
    assert drawn == [to_hex(listed[name]) for name in ("even", "odd", "even")]
    segments = {frozenset(map(tuple, segment.tolist())) for segment in edge_collection(ax).get_segments()}
    assert segments == {frozenset([(0.0, 0.0), (1.0, 3.0)]), frozenset([(1.0, 3.0), (2.0, 0.0)])}


def test_positions_by_node_without_graph_keep_their_order():
    pos = {"x": [0, 0], "y": [1, 1], "z": [2, 0]}
    ax = plot_embedding(pos, ["p", "q", "p"])
    assert color_at(ax, [pos["y"]]) == [to_hex(legend_colors(ax)["q"])]


def test_a_fitted_estimator_brings_its_graph():
    G = nx.karate_club_graph()
    ax = plot_embedding(SGtSNEpi(random_state=0).fit(G), "louvain")
    lines = [drawn for drawn in ax.collections if isinstance(drawn, LineCollection)]
    assert sum(len(drawn.get_segments()) for drawn in lines) == G.number_of_edges()
    X = points(40)  # the neighbour graph of samples would be a fog
    assert not [c for c in plot_embedding(SGtSNEpi(random_state=0).fit(X)).collections if isinstance(c, LineCollection)]


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (nx.path_graph(3), "Y is a graph, of type Graph: give its coordinates, Y=embed_graph"),
        (sp.eye_array(3), "Y is a graph, of type dia_array"),
        (as_graph([[0, 1], [1, 0]]), "Y is a graph, of type Graph"),
        (SGtSNEpi(), "Y is of type SGtSNEpi: give its coordinates, Y.embedding_"),
    ],
)
@pytest.mark.parametrize("use", [plot_embedding, lambda Y: neighbor_recall(nx.path_graph(3), Y)])
def test_things_that_could_have_coordinates(use, thing, message):
    with pytest.raises(TypeError, match=message):
        use(thing)


def test_rows_follow_the_graph():
    G = nx.Graph([("b", "a"), ("a", "c")])
    Y = points(3)
    ax = plot_embedding(Y, {"a": 1, "b": 0, "c": 2}, graph=G)
    assert color_at(ax, Y) == [to_hex(legend_colors(ax)[name]) for name in ("0", "1", "2")]


def test_series_by_node_or_by_row():
    G, Y = nx.Graph([("b", "a"), ("a", "c")]), points(3)
    by_node = pd.Series([1, 2, 0], index=["a", "c", "b"])
    assert color_at(plot_embedding(Y, by_node, graph=G), Y) == color_at(plot_embedding(Y, [0, 1, 2]), Y)
    by_row = pd.Series([0, 1, 2], index=[2, 0, 1])  # rows of a matrix have no names: the index means nothing
    A = nx.to_scipy_sparse_array(G)
    assert color_at(plot_embedding(Y, by_row, graph=A), Y) == color_at(plot_embedding(Y, [0, 1, 2]), Y)


@pytest.mark.parametrize("names", [[0, 1, 2], [2, 0, 1], ["a", "b", "c"]])
def test_a_series_of_nodes_in_another_order(names):
    G, Y = nx.path_graph(3), points(3)
    G = nx.relabel_nodes(G, dict(enumerate(names)))
    labels = dict(zip(names, "ABC", strict=True))
    shuffled = pd.Series(labels).iloc[[2, 0, 1]]
    for graph in (G, as_graph(G)):
        assert color_at(plot_embedding(Y, shuffled, graph=graph), Y) == color_at(plot_embedding(Y, list("ABC")), Y)
    twice = pd.concat([shuffled, shuffled])
    with pytest.raises(ValueError, match=r"labels has shape \(6,\): give one label for each of the 3 rows of Y"):
        plot_embedding(Y, twice, graph=G)


def test_a_series_without_an_index_of_its_own_is_read_by_row():
    Y, labels = points(3), pd.Series(list("ABC"))
    for names in ("abc", [3, 5, 4]):
        ax = plot_embedding(Y, labels, graph=nx.path_graph(names))
        assert color_at(ax, Y) == color_at(plot_embedding(Y, list("ABC")), Y)
    too_many = pd.Series(list("ABCD"))
    with pytest.raises(ValueError, match=r"shape \(4,\): give one label for each of the 3 rows of Y"):
        plot_embedding(Y, too_many, graph=np.ones((3, 3)) - np.eye(3))


# Axes, figures, styles


def test_given_axes_are_used_and_returned():
    figure, ax = plt.subplots(figsize=(4, 3))
    assert plot_embedding(points(5), [0, 1, 1, 0, 2], ax=ax) is ax
    assert plt.get_fignums() == [figure.number]
    assert figure.get_size_inches().tolist() == [4, 3]


def test_equal_aspect_no_ticks_no_frame():
    ax = plot_embedding(points(5))
    assert ax.get_aspect() == 1
    assert not ax.get_xticks().size
    assert not ax.get_yticks().size
    assert not any(spine.get_visible() for spine in ax.spines.values())


def test_global_state_is_untouched(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("plt.show was called")

    monkeypatch.setattr(plt, "show", refuse)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    Y, labels = points(6), np.arange(6)
    Y.flags.writeable = labels.flags.writeable = False
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever earlier tests left behind
        before, filters = dict(matplotlib.rcParams), list(warnings.filters)
        plot_embedding(Y, labels, graph=nx.cycle_graph(6))
        assert dict(matplotlib.rcParams) == before
        assert list(warnings.filters) == filters
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_dark_style():
    with plt.style.context("dark_background"):
        ax = plot_embedding(points(3), ["a", None, "b"], graph=nx.path_graph(3))
        text = ax.get_legend().get_texts()[0].get_color()
    assert to_hex(text) == "#ffffff"
    for color in (edge_collection(ax).get_color()[0], legend_colors(ax)["no label"]):
        assert 0.2 < to_rgb(color)[0] < 0.6  # visible on black


def test_same_seed_same_picture(tmp_path):
    for name in ("a", "b"):
        plot_embedding(points(50), np.arange(50) % 3, graph=nx.path_graph(50)).figure.savefig(tmp_path / f"{name}.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_import_makes_no_pyplot():
    code = "import sys, sggraph.plot.embedding; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# Other dimensions and small cases


def test_edges_crowd_where_they_run():
    rng = np.random.default_rng(0)
    view = np.zeros(2), np.ones(2), np.full(2, 500.0)
    lines = rng.random((300, 2, 2))
    ways = np.linspace(0, 1, 26)[:, None]
    same = lines[:, :1] * (1 - ways) + lines[:, 1:] * ways
    assert crowding(same, *view) == pytest.approx(crowding(lines, *view))
    lines[:, :, 1] = 0  # chords of arcs above a line: all in the lowest cells, where only the ends of the arcs are
    angle = np.linspace(0, np.pi, 25)
    middle, radius = lines[:, :, 0].mean(axis=1)[:, None], np.abs(np.diff(lines[:, :, 0])) / 2
    arcs = np.stack([middle + radius * np.cos(angle), radius * np.sin(angle)], axis=2)
    assert crowding(arcs, *view) < 0.5 * crowding(lines, *view)


def test_one_dimension_draws_arcs():
    Y = np.array([[0.0], [4.0], [6.0]])
    ax = plot_embedding(Y, [0, 1, 1], graph=nx.path_graph(3))
    heights = sorted(segment[:, 1].max() for segment in edge_collection(ax).get_segments())
    np.testing.assert_allclose(heights, [1, 2])
    assert ax.get_ylim()[1] > 2
    assert color_at(ax, [[0, 0], [6, 0]]) == [to_hex(legend_colors(ax)[name]) for name in ("0", "1")]


def test_one_dimension_without_edges_spreads_the_points_where_they_are_dense():
    y = np.append(np.random.default_rng(0).normal(size=2000), 9)
    (drawn,) = plot_embedding(y[:, None]).collections
    at = drawn.get_offsets()
    np.testing.assert_array_equal(np.sort(at[:, 0]), np.sort(y))
    middle = np.abs(at[:, 0]) < 0.5
    assert at[middle, 1].std() > 3 * at[np.abs(at[:, 0]) > 2, 1].std() > 0


@pytest.mark.parametrize("given", [False, True])
def test_three_dimensions_fit_their_axes_however_turned(given):
    Y = points(500, 3) * (9, 3, 1)
    ax = plot_embedding(Y, ax=plt.figure(figsize=(7, 3)).add_subplot(projection="3d") if given else None)
    for turn in (0, 50, 140, 230):
        ax.view_init(30, turn)
        ax.figure.canvas.draw()
        seen = ax.transAxes.inverted().transform(ax.transData.transform(to_plane(ax, Y)))
        assert 0 <= seen.min() < seen.max() <= 1
        assert np.ptp(seen, axis=0).max() > 0.85


def test_edges_do_not_show_through_faded_points_in_space():
    Y, G, centres = points(12, 3), nx.complete_graph(12), {}
    for color in ("red", "blue"):
        ax = plot_embedding(Y, graph=G, edge_style={"color": color, "alpha": 1, "linewidth": 5})
        ax.figure.canvas.draw()
        x, y = ax.transData.transform(to_plane(ax, Y)).round().astype(int).T
        pixels = np.asarray(ax.figure.canvas.buffer_rgba())[::-1]
        centres[color] = pixels[y, x]
    np.testing.assert_array_equal(centres["red"], centres["blue"])


def test_three_dimensions_leave_no_wide_margins():
    ax = plot_embedding(points(500, 3) * (9, 3, 1), title="flat")
    width, height = ax.figure.get_size_inches()
    assert width == 7
    assert 2 < height < 4
    ax.figure.canvas.draw()
    drawn = np.asarray(ax.figure.canvas.buffer_rgba())[40:, :, :3].min(axis=2) < 250  # beneath the title
    for side in (0, 1):
        inked = np.flatnonzero(drawn.any(axis=side))
        assert inked[0] < 0.1 * drawn.shape[1 - side]
        assert inked[-1] > 0.9 * drawn.shape[1 - side]


def test_a_layout_engine_still_arranges_three_dimensions():
    figure = plt.figure(layout="constrained")
    for place in (1, 2):
        ax = figure.add_subplot(1, 2, place, projection="3d")
        plot_embedding(points(50, 3), ax=ax, title="a title\nof\nmany\nlines")
    figure.canvas.draw()
    assert ax.title.get_window_extent().y1 <= figure.bbox.y1


def test_three_dimensions_zoom_and_are_stored():
    Y = points(500, 3) * (9, 3, 1)
    ax = plot_embedding(Y)
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
    ax.figure.canvas.draw()
    seen = ax.transAxes.inverted().transform(ax.transData.transform(to_plane(ax, Y)))
    assert seen.min() < -1
    assert seen.max() > 2
    copy = pickle.loads(pickle.dumps(ax.figure))
    copy.canvas.draw()
    np.testing.assert_array_equal(np.asarray(copy.canvas.buffer_rgba()), np.asarray(ax.figure.canvas.buffer_rgba()))


@pytest.mark.parametrize("labels", [np.arange(27) % 3, np.linspace(0, 1, 27)])
def test_three_dimensions(labels):
    G = nx.convert_node_labels_to_integers(nx.grid_graph((3, 3, 3)))
    ax = plot_embedding(points(27, 3), labels, graph=G)
    assert ax.name == "3d"
    assert len(edge_collection(ax)._segments3d) == G.number_of_edges()
    ax.figure.canvas.draw()


@pytest.mark.parametrize("Y", [[[1.0, 2.0]], [[1.0, 2.0]] * 5, [[0.0, 3.0], [1.0, 3.0]], [[1e9, 1e9], [1e9 + 1, 1e9]]])
@pytest.mark.parametrize("with_graph", [False, True])
def test_degenerate_pictures(Y, with_graph):
    ax = plot_embedding(Y, range(len(Y)), graph=nx.complete_graph(len(Y)) if with_graph else None)
    ax.figure.canvas.draw()
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    assert left < np.min(Y, axis=0)[0] <= np.max(Y, axis=0)[0] < right
    assert bottom < np.min(Y, axis=0)[1] <= np.max(Y, axis=0)[1] < top


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("size", [1e99, 1e-99])
def test_sizes_out_of_the_usual(size, d):
    Y = np.random.default_rng(0).uniform(-1, 1, (6, d)) * size
    ax = plot_embedding(Y, [1e300, -1e300, 0.5, 0, 1, np.nan], graph=nx.path_graph(6), edge_style={"max_edges": 1e6})
    ax.figure.canvas.draw()
    plot_embedding(Y, list("aabbcc"), graph=nx.path_graph(6), label_on_map=True).figure.canvas.draw()


# Errors

PALETTES = [5, "nope", ["red", 5, "blue"], {"a": "red", "b": 5, "c": "blue"}, object(), cycle(["red"])]
SIZES = [1e308, 1e300, 1e150, 1e-150, 1e-300, 1e-310]


@pytest.mark.parametrize(
    ("Y", "arguments", "message"),
    [
        (np.zeros(3), {}, r"Y has shape \(3,\)"),
        (np.zeros((3, 4)), {}, r"Y has shape \(3, 4\): choose"),
        (np.zeros((0, 2)), {}, r"Y has no rows"),
        ([["a", "b"]], {}, r"Y holds no rows of numbers.*: give real numbers"),
        ([[0, 1], [2]], {}, r"the same length .*: give real numbers"),
        ([[0, 1], [np.nan, 2], [np.inf, 0]], {}, r"Y has NaN or infinite .* 2 rows, first in row 1"),
        (points(3), {"labels": [1, 2]}, r"labels has shape \(2,\): give one label"),
        (points(3), {"labels": [[1], [2], [3]]}, r"labels .* shape \(3, 1\)"),
        (points(3), {"labels": "abc"}, r"labels='abc': give one label .* or with graph= 'louvain'"),
        (points(3), {"labels": {"a": 1}}, r"labels has none of the nodes"),
        (points(3), {"graph": nx.path_graph(4)}, r"graph has 4 nodes but Y has 3 rows"),
        ({"a": [0, 0]}, {"graph": nx.Graph([("a", "b")])}, r"Y has no position for 1 of the nodes, such as 'b'"),
        (points(3), {"labels": [1, 2, 3], "palette": ["red"]}, r"palette has 1 colours for 3 classes"),
        (points(3), {"labels": [1, 2, 3], "palette": {1: "red"}}, r"palette has no colour for the class 2"),
        (points(3), {"labels": [1, 2, 3], "legend": "left"}, r"legend='left': give True"),
        (points(3), {"arrows": "yes"}, r"arrows='yes': give True"),
        (points(3), {"density": 3}, r"density=3: give True"),
        (points(3, 3), {"density": True}, r"density=True .* 3 columns"),
        (points(3), {"arrows": True, "edge_style": {"bundle": True}}, r"arrows are straight"),
        (points(3), {"labels": [1, 2, 3], "point_style": {"color": "red"}}, r"point_style has a colour"),
        *((points(3), {"labels": [*"abc"], "palette": wrong}, r"palette=") for wrong in PALETTES),
        *((points(3), {"labels": [0.5, 1, 2], "palette": wrong}, r"palette=.* two colours") for wrong in PALETTES),
        (points(3), {"labels": [0.5, 1, 2], "palette": ["red"]}, r"palette=.*a sequence of two colours or more"),
        *(
            (points(3), {"edge_style": {"max_edges": m}}, r'edge_style\["max_edges"\]=')
            for m in [-1, "a", 1.5, np.nan, True]
        ),
        *((points(3), {f"{kind}_style": "a"}, f"{kind}_style='a': give a dict") for kind in ("point", "edge", "text")),
        *((points(3), {"random_state": seed}, r"random_state=") for seed in [-1, "a", 1.5, True]),
        *((points(3), {"ax": ax}, r"ax=.*: give matplotlib Axes") for ax in ["a", 5, [], plt]),
        *((points(3, d) * size, {"graph": nx.path_graph(3)}, r"Y reaches") for d in (1, 2, 3) for size in SIZES),
        *((points(3), {"labels": [0.5, 1, most]}, r"labels reach .* NaN") for most in [1e308, -1e308, np.inf, -np.inf]),
    ],
)
def test_errors_name_the_argument(Y, arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_embedding(Y, **arguments)
    assert not plt.get_fignums() or {"palette", "point_style"} & set(arguments)


def test_flat_axes_for_three_dimensions():
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match=r'ax has projection .* needs "3d"'):
        plot_embedding(points(3, 3), ax=ax)


def seen_whole(axes):
    """Whether each legend or colour bar ends before other axes begin, and before the figure ends."""
    figure = axes[0].figure
    figure.canvas.draw()
    boxes = [ax.get_tightbbox(figure.canvas.get_renderer()) for ax in axes]
    apart = all(not a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    return apart and all(box.x1 <= figure.bbox.x1 for box in boxes)


LEGENDS = {
    "long": ["a class of the longest name" if i % 2 else "b" for i in range(30)],
    "many": [f"class {i % 25}" for i in range(30)],
    "values": np.linspace(-1000, 9000.5, 30),
}


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
@pytest.mark.parametrize(("labels", "d"), [("long", 2), ("many", 2), ("values", 2), ("values", 1), ("many", 3)])
def test_legends_beside_other_axes_are_seen_whole(layout, labels, d):
    figure, axes = plt.subplots(
        2, 2, figsize=(10, 8), layout=layout, subplot_kw={"projection": "3d" if d == 3 else None}
    )
    Y = np.random.default_rng(d).normal(size=(30, d))
    for ax in axes.flat:
        plot_embedding(Y, LEGENDS[labels], ax=ax)
    assert seen_whole(axes.ravel())
    figure.set_size_inches(12, 9)
    assert seen_whole(axes.ravel())


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_a_legend_of_all_classes_in_a_figure_of_a_paper(layout):
    labels = [f"class {i % 40}" for i in range(80)]
    with plt.rc_context({"font.size": 5}):
        _, ax = plt.subplots(figsize=(3.5, 2.8), layout=layout)
        plot_embedding(points(80), labels, ax=ax, legend=True)
        assert seen_whole([ax])
        assert ax.get_legend().get_window_extent().y0 >= 0


def test_a_legend_that_is_cut_off_is_told():
    labels = [f"a class of a long name {i % 40}" for i in range(80)]
    _, ax = plt.subplots(figsize=(3.5, 2.8))
    with pytest.warns(UserWarning, match=r"the legend is 6\.. inches wider than its place: enlarge the figure"):
        plot_embedding(points(80), labels, ax=ax, legend=True)


def test_axes_made_one_by_one_and_alone():
    figure = plt.figure(figsize=(11, 5))
    axes = []
    for k in (1, 2):
        axes.append(figure.add_subplot(1, 2, k))
        plot_embedding(points(30), LEGENDS["long"], ax=axes[-1])
    assert seen_whole(axes)
    _, ax = plt.subplots(figsize=(5, 4))
    plot_embedding(points(30), LEGENDS["long"], ax=ax)
    assert seen_whole([ax])


def test_axes_with_room_for_the_legend_keep_their_place():
    figure = plt.figure(figsize=(10, 5))
    ax = figure.add_axes((0.05, 0.05, 0.5, 0.9))
    before = ax.get_position().bounds
    plot_embedding(points(30), LEGENDS["long"], ax=ax).set_aspect("auto")
    figure.canvas.draw()
    np.testing.assert_allclose(ax.get_position().bounds, before)
    ax.clear()
    figure.add_axes((0.6, 0, 0.4, 1))
    plot_embedding(points(30), LEGENDS["long"], ax=ax)
    figure.canvas.draw()
    assert ax.get_legend().get_window_extent().x1 <= 0.55 * figure.bbox.width
    inset = ax.inset_axes((0.5, 0.5, 0.4, 0.4))  # placed by a locator of its own
    locator = inset.get_axes_locator()
    plot_embedding(points(30), LEGENDS["long"], ax=inset)
    assert inset.get_axes_locator() is locator


def test_a_dataset_and_a_saved_embedding_bring_what_they_hold():
    counties = datasets.load_us_counties()
    ax = plot_embedding(counties)
    assert sum(len(points.get_offsets()) for points in ax.collections[-1:]) == 3106
    assert len(ax.collections) > 1
    assert len(ax.get_legend().get_texts()) == 16
    with pytest.raises(ValueError, match="Y is a Dataset without positions: give its embedding, and graph="):
        plot_embedding(datasets.make_rmat(5))
    saved = SavedEmbedding(np.eye(3)[:, :2], ["a", "b", "c"], ["x", "y", None])
    ax = plot_embedding(saved, node_names=["a", "c"])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["x", "y", "no label"]
    assert {"a", "c"} <= {text.get_text() for text in ax.texts}
    turned = nx.Graph([("c", "b"), ("b", "a")])
    drawn = plot_embedding(saved, {"a": 0.5}, graph=turned, point_style={"s": 4})
    np.testing.assert_array_equal(drawn.collections[-1].get_offsets()[-1], [1, 0])  # the one with a value is on top
    one, two = embed_sequence([nx.path_graph(4), nx.cycle_graph(4)], max_iter=5)
    assert len([c for c in plot_embedding(two).collections if isinstance(c, LineCollection)]) == 1
    with pytest.raises(TypeError, match=r"Y is a list of Snapshot: plot_sequence draws them side by side, or give"):
        plot_embedding([one, two])
    rows = SavedEmbedding(saved.coordinates, [0, 1, 2])
    with pytest.raises(ValueError, match="node_names"):
        plot_embedding(rows, node_names=["a"])
