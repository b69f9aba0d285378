import matplotlib
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg
from sggraph.plot.grid import columns

G = nx.karate_club_graph()
CLUB = nx.get_node_attributes(G, "club")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def random_layouts(names, n=34, d=2):
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=(n, d)) for name in names}


def offsets(ax):
    return np.vstack([c.get_offsets() for c in ax.collections if isinstance(c, PathCollection)])


def colors_by_class(ax, Y, labels):
    """Colours of the points of each class; Y as it was drawn."""
    found = {}
    for collection in ax.collections:
        if isinstance(collection, PathCollection):
            colors = np.broadcast_to(collection.get_facecolors(), (len(collection.get_offsets()), 4))
            found |= {tuple(np.round(xy, 9)): to_hex(c) for xy, c in zip(collection.get_offsets(), colors, strict=True)}
    return {(label, found[tuple(np.round(xy, 9))]) for xy, label in zip(Y, labels, strict=True)}


def legends(figure):
    return [ax.get_legend() for ax in figure.axes if ax.get_legend() is not None]


def test_titles_one_legend_and_its_colours():
    layouts = random_layouts("ab")
    axes = sg.plot_comparison(layouts, CLUB, graph=G, align=False)
    assert [ax.get_title() for ax in axes] == ["a", "b"]
    (legend,) = legends(axes[0].figure)
    listed = {
        (t.get_text(), to_hex(h.get_color())) for t, h in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }
    for ax, Y in zip(axes, layouts.values(), strict=True):
        assert colors_by_class(ax, Y, CLUB.values()) == listed
        assert any(isinstance(c, LineCollection) and len(c.get_segments()) == 78 for c in ax.collections)


def test_panels_are_aligned_with_the_first():
    Y = random_layouts("a")["a"]
    turned = {"a": Y, "turned": 0.1 * Y[:, ::-1] + 7}
    first, second = (offsets(ax) for ax in sg.plot_comparison(turned))
    np.testing.assert_allclose(second, first)
    first, second = (offsets(ax) for ax in sg.plot_comparison(turned, align=False))
    assert np.abs(first - second).max() > 1


def test_dicts_of_positions_in_any_order():
    layouts = random_layouts("a")
    nodes = list("ponmlkjihgfedcba")
    Y = layouts["a"][: len(nodes)]
    pos = dict(zip(nodes, Y, strict=True))
    shuffled = dict(sorted(pos.items()))
    axes = sg.plot_comparison({"one": pos, "two": shuffled, "three": Y}, dict.fromkeys(nodes, "x"))
    for ax in axes[1:]:
        np.testing.assert_allclose(offsets(ax), offsets(axes[0]))
    assert len(legends(axes[0].figure)) == 1


@pytest.mark.parametrize("k", range(1, 13))
def test_the_grid_has_room_for_every_panel(k):
    axes = sg.plot_comparison({i: Y for i, Y in random_layouts(range(k), n=5).items()}, [0, 0, 1, 1, 2], panel_size=1)
    figure = axes[0].figure
    figure.canvas.draw()
    boxes = [ax.get_window_extent() for ax in axes]
    assert len(axes) == k
    assert [ax.get_title() for ax in axes] == [str(i) for i in range(k)]
    for i, a in enumerate(boxes):
        assert min(a.x0, a.y0, figure.bbox.x1 - a.x1, figure.bbox.y1 - a.y1) >= 0
        assert not any(a.overlaps(b) for b in boxes[:i])
    (legend,) = legends(figure)
    assert legend.get_window_extent().x1 <= figure.bbox.x1
    assert legend.get_window_extent().x0 >= max(box.x1 for box in boxes)
    assert len({round(box.y0) for box in boxes}) == -(-k // columns(k))


def test_columns():
    assert [columns(k) for k in range(1, 13)] == [1, 2, 3, 2, 3, 3, 4, 4, 3, 5, 4, 4]
    axes = sg.plot_comparison(random_layouts("abc"), ncols=1)
    assert len({round(ax.get_position().x0, 6) for ax in axes}) == 1


def test_scores_are_those_of_the_metrics():
    layouts = {"circle": nx.circular_layout(G), "spring": nx.spring_layout(G, seed=0)}
    axes = sg.plot_comparison(layouts, graph=G, scores=True)
    for ax, pos in zip(axes, layouts.values(), strict=True):
        recall, correlation = sg.neighbor_recall(G, pos), sg.quality_card(G, pos).shortest_path_correlation
        assert [t.get_text() for t in ax.texts] == [f"recall {recall:.2f}, path correlation {correlation:.2f}"]


@pytest.mark.parametrize("d", [1, 2, 3])
def test_every_dimension(d):
    axes = sg.plot_comparison(random_layouts(["a", "b"], d=d), CLUB, graph=G, scores=True)
    axes[0].figure.canvas.draw()
    assert {ax.name for ax in axes} == {"3d" if d == 3 else "rectilinear"}
    assert len(legends(axes[0].figure)) == 1


def test_values_share_a_colour_bar():
    axes = sg.plot_comparison(random_layouts("ab"), np.linspace(0.5, 3, 34))
    bars = [bar for ax in axes[0].figure.axes for bar in ax.child_axes]
    assert [bar.get_ylim() for bar in bars] == [(0.5, 3)]


def test_nothing_beside_the_panels_without_labels_or_legend():
    assert len(sg.plot_comparison(random_layouts("ab"))[0].figure.axes) == 2
    assert len(sg.plot_comparison(random_layouts("ab"), CLUB, legend=False, graph=G)[0].figure.axes) == 2


def test_names_are_no_formulas():
    axes = sg.plot_comparison(random_layouts(["$\\frac$", "5$ to 6$"]), [*["$\\sqrt$"] * 33, "_b"])
    axes[0].figure.canvas.draw()
    assert [ax.get_title() for ax in axes] == ["$\\frac$", "5$ to 6$"]


def test_long_titles_do_not_overlap():
    axes = sg.plot_comparison(random_layouts(["a long name for a layout " * 3, "and another, even longer " * 4]))
    axes[0].figure.canvas.draw()
    left, right = (ax.title.get_window_extent() for ax in axes)
    assert left.x1 < right.x0
    assert left.x0 >= 0


def test_options_reach_every_panel_and_the_legend():
    axes = sg.plot_comparison(random_layouts("ab"), CLUB, graph=G, palette=["red", "lime"], align=False)
    for ax, Y in zip(axes, random_layouts("ab").values(), strict=True):
        assert colors_by_class(ax, Y, CLUB.values()) == {("Mr. Hi", "#ff0000"), ("Officer", "#00ff00")}
    (legend,) = legends(axes[0].figure)
    assert [to_hex(h.get_color()) for h in legend.legend_handles] == ["#ff0000", "#00ff00"]


def test_dark_style_and_settings():
    before = dict(plt.rcParams)
    sg.plot_comparison(random_layouts("ab"), CLUB, graph=G)
    assert dict(plt.rcParams) == before
    with plt.style.context("dark_background"):
        axes = sg.plot_comparison(random_layouts("ab"), CLUB, graph=G, scores=True)
        assert to_hex(axes[0].texts[0].get_color()) == "#ffffff"


@pytest.mark.parametrize(
    ("embeddings", "options", "match"),
    [
        ({}, {}, "embeddings={}: give a dict of embeddings by name"),
        (np.zeros((3, 2)), {}, r"embeddings=array\(.*: give a dict of embeddings by name"),
        ({0: [0.0, 1.0], 1: [1.0, 1.0]}, {}, "embeddings={0: .*: give a dict of embeddings by name"),
        ({"a": np.eye(3), "b": np.eye(4)[:, :3]}, {}, r"'b' has shape \(4, 3\), 'a' has \(3, 3\)"),
        ({"a": np.eye(3), "b": np.eye(3)[:, :2]}, {}, "same number of dimensions"),
        ({"a": np.eye(3), "b": np.full((3, 3), np.nan)}, {}, "embedding 'b': Y has NaN"),
        (
            {"a": {0: [0, 1], 1: [1, 1]}, "b": {0: [0, 1], 2: [1, 1]}},
            {},
            "'b' has no position for 1 of the nodes, such as 1",
        ),
        ({"a": np.eye(3)}, {"graph": G}, "embedding 'a': graph has 34 nodes but Y has 3 rows"),
        ({"a": np.eye(3)}, {"scores": True}, "graph=G"),
        ({"a": np.eye(3)}, {"ncols": 0}, "ncols=0"),
        ({"a": np.eye(3)}, {"labels": [1, 2]}, "labels has shape .*: give one label for each of the 3 rows"),
    ],
)
def test_errors(embeddings, options, match):
    with pytest.raises(ValueError, match=match):
        sg.plot_comparison(embeddings, **options)
    assert not plt.get_fignums() or "labels" in options


def test_the_colour_bar_tells_what_it_shows():
    G = nx.path_graph(4)
    nx.set_node_attributes(G, {node: node + 0.5 for node in G}, "salary in $")
    layouts = {"circle": nx.circular_layout(G), "spring": nx.spring_layout(G, seed=0)}
    series = pd.Series(dict(G.nodes(data="salary in $")), name="salary in $")
    snapshots = sg.embed_sequence({"one": G, "two": G})
    for axes in (
        sg.plot_comparison(layouts, "salary in $", graph=G),
        sg.plot_comparison(layouts, series, graph=G),
        sg.plot_sequence(snapshots, series),
    ):
        figure = axes[0].figure
        (bar,) = [bar for ax in figure.axes for bar in ax.child_axes]
        assert bar.get_ylabel() == "salary in $"
        figure.canvas.draw()
