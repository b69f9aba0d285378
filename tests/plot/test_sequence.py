"""plot_sequence: one scale, room and colour for all panels; newcomers, trails, and times that are left out."""

from datetime import datetime

import matplotlib
import networkx as nx
import numpy as np
import pytest
from changing_graphs import G, growing, snapshot
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.legend import Legend

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg
from sggraph.plot.snapshots import Series, in_words

CLUB = nx.get_node_attributes(G, "club")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def points(ax):
    """Marks of nodes: place -> colour."""
    found = {}
    for collection in ax.collections:
        if isinstance(collection, PathCollection) and collection.get_zorder() in (2, 3):
            colors = np.broadcast_to(collection.get_facecolors(), (len(collection.get_offsets()), 4))
            found |= {tuple(xy): to_hex(color) for xy, color in zip(collection.get_offsets(), colors, strict=True)}
    return found


def rings(ax):
    """Places of rings."""
    found = [c for c in ax.collections if isinstance(c, PathCollection) and not len(c.get_facecolors())]
    return {tuple(xy) for c in found for xy in c.get_offsets()}


def trails(ax):
    return [c for c in ax.collections if isinstance(c, LineCollection) and c.get_zorder() in (2.5, 3.6)][
        1::2
    ]  # each lies on a wider one of the ground's colour


def words(axes):
    """All texts of all legends, from above, column by column."""
    axes[0].figure.canvas.draw()
    found = sorted(
        legends(axes[0].figure), key=lambda legend: (legend.get_window_extent().x0, -legend.get_window_extent().y0)
    )
    return [text.get_text() for legend in found for text in legend.get_texts()]


def legends(figure):
    return [child for ax in figure.axes for child in ax.get_children() if isinstance(child, Legend)]


@pytest.mark.parametrize("d", [1, 2, 3])
def test_all_panels_show_one_room_which_holds_every_node(d):
    snapshots = growing(d=d)
    axes = sg.plot_sequence(snapshots, CLUB, trails=3)
    axes[0].figure.canvas.draw()
    assert [ax.get_title() for ax in axes] == ["1900", "1901", "1902"]
    limits = [np.array([getattr(ax, f"get_{side}lim")() for side in "xyz"[: max(d, 2)]]) for ax in axes]
    np.testing.assert_array_equal(limits[0], limits[1])
    np.testing.assert_array_equal(limits[0], limits[2])
    for each in snapshots:
        assert (each.coordinates > limits[0][:d, 0]).all()
        assert (each.coordinates < limits[0][:d, 1]).all()
    boxes = [ax.get_window_extent() for ax in axes]
    assert len({(round(box.width, 3), round(box.height, 3)) for box in boxes}) == 1
    if d == 3:
        np.testing.assert_allclose(*(axes[t].viewLim.get_points() for t in (0, 2)))


def test_marks_edges_and_colours_are_alike_in_all_panels():
    labels = {node: "b" if node < 14 else "a" for node in G}  # at first there is no "a"
    axes = sg.plot_sequence(growing(), labels)
    looks = set()
    for ax, each in zip(axes, growing(), strict=True):
        found = points(ax)
        for node, place in each.positions.items():
            assert found[tuple(place)] == {"a": "#0072b2", "b": "#e69f00"}[labels[node]]
        marks = next(c for c in ax.collections if isinstance(c, PathCollection))
        edges = next(c for c in ax.collections if isinstance(c, LineCollection))
        assert len(edges.get_segments()) == each.graph.adjacency.nnz / 2
        looks.add((marks.get_sizes()[0], marks.get_alpha(), edges.get_linewidth()[0], edges.get_alpha()))
    assert len(looks) == 1
    assert words(axes) == ["a", "b", "new"]


def test_values_share_a_scale_and_one_bar():
    axes = sg.plot_sequence(growing(), {node: float(node) + 0.5 for node in G})
    colors = [points(ax)[tuple(each.coordinates[0])] for ax, each in zip(axes, growing(), strict=True)]
    assert len(set(colors)) == 1
    bars = [bar for ax in axes[0].figure.axes for bar in ax.child_axes]
    assert [bar.get_ylim() for bar in bars] == [(0.5, 33.5)]


def test_one_crowded_picture_does_not_take_the_edges_of_all_others():
    places = {node: (node % 6, node // 6) for node in range(36)}
    path, crowd = nx.path_graph(36), nx.complete_graph(36)
    opacities = []
    for last in (path, crowd):
        axes = sg.plot_sequence([snapshot(t, graph, places) for t, graph in enumerate([path, path, last])])
        opacities.append([next(c for c in ax.collections if isinstance(c, LineCollection)).get_alpha() for ax in axes])
    assert opacities[0] == opacities[1]
    assert len(set(opacities[1])) == 1


def test_rings_are_whole_at_the_border():
    ax = sg.plot_sequence(sg.embed_sequence([nx.path_graph(2), nx.path_graph(3)], random_state=0), panel_size=1.5)[1]
    drawn = next(c for c in ax.collections if isinstance(c, PathCollection) and not len(c.get_facecolors()))
    ax.figure.canvas.draw()
    places = ax.transData.transform(drawn.get_offsets())
    radius = np.sqrt(drawn.get_sizes()).max() / 2 * ax.figure.dpi / 72
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[::-1, :, :3].min(axis=2)
    for x, y in places.round().astype(int):
        for dx, dy in ((radius, 0), (-radius, 0), (0, radius), (0, -radius)):
            near = pixels[round(y + dy) - 2 : round(y + dy) + 3, round(x + dx) - 2 : round(x + dx) + 3]
            assert near.min() < 150, (x, y, dx, dy)


def test_newcomers_have_a_ring():
    snapshots = growing()
    axes = sg.plot_sequence(snapshots)
    assert rings(axes[0]) == set()
    for before, now, ax in zip(snapshots[:-1], snapshots[1:], axes[1:], strict=True):
        assert rings(ax) == {tuple(place) for node, place in now.positions.items() if node not in before.nodes}
    assert words(axes) == ["new"]
    assert words(sg.plot_sequence([snapshots[0], snapshots[0]])) == []


def test_trails_lead_to_where_a_node_is_and_fade():
    snapshots = growing(4, step=0)
    axes = sg.plot_sequence(snapshots, trails=[5])
    assert trails(axes[0]) == []
    (trail,) = trails(axes[-1])
    ends = np.array(trail.get_segments())
    way = np.array([each.positions[5] for each in snapshots])
    np.testing.assert_allclose(ends[:, 0], way[:-1])
    np.testing.assert_allclose(ends[:-1, 1], way[1:-1])
    rest, last = way[-1] - ends[-1, 1], way[-1] - way[-2]
    np.testing.assert_allclose(rest / np.linalg.norm(rest), last / np.linalg.norm(last), rtol=1e-5)
    assert 0 < np.linalg.norm(rest) < np.linalg.norm(last) / 2  # it ends at the rim of the mark
    assert (np.diff(trail.get_alpha()) > 0).all()
    assert (np.diff(trail.get_linewidth()) > 0).all()
    for ax in axes:
        assert "5" in [text.get_text() for text in ax.texts]
    assert words(axes) == ["way so far"]


def test_a_number_of_trails_is_of_those_that_moved_farthest():
    base = {node: (node, 0) for node in G}
    moved = base | {3: (3, 9), 8: (8, -7)}
    snapshots = [snapshot(0, G, base), snapshot(1, G, moved)]
    assert Series(snapshots).chosen(2) == [3, 8]
    assert len(trails(sg.plot_sequence(snapshots, trails=2)[1])) == 2


def test_who_was_away_has_no_trail_over_that_time():
    base = {node: (node, 0) for node in G}
    away = G.subgraph(set(G) - {33})
    snapshots = [
        snapshot(0, G, base),
        snapshot(1, away, base),
        snapshot(2, G, base),
        snapshot(3, G, base | {33: (0, 9)}),
    ]
    axes = sg.plot_sequence(snapshots, trails=[33])
    assert [len(trails(ax)) for ax in axes] == [0, 0, 0, 1]
    np.testing.assert_array_equal(trails(axes[3])[0].get_segments()[0][0], [33, 0])
    assert rings(axes[2]) == {(33.0, 0.0)}


def test_of_many_times_some_are_shown_and_it_is_told():
    snapshots = growing(30, step=1)
    axes = sg.plot_sequence(snapshots, trails=[0])
    titles = [int(ax.get_title()) for ax in axes]
    assert len(titles) == 12
    assert (titles[0], titles[-1]) == (1900, 1929)
    assert set(np.diff(titles)) <= {2, 3}
    assert [text.get_text() for text in axes[0].figure.texts] == ["12 of 30 times"]
    assert len(trails(axes[-1])[0].get_segments()) == 29  # through all times
    first, second = (snapshots[year - 1900].positions for year in titles[:2])
    assert rings(axes[1]) == {tuple(place) for node, place in second.items() if node not in first}
    assert len(sg.plot_sequence(snapshots, max_panels=30)) == 30


def test_labels_by_row_are_in_the_order_of_first_appearance():
    first = snapshot(0, nx.path_graph(["b", "a"]), {"a": (0, 0), "b": (1, 0)})
    second = snapshot(1, nx.path_graph(["a", "c", "b"]), {"a": (0, 0), "b": (1, 0), "c": (2, 0)})
    axes = sg.plot_sequence([first, second], ["is b", "is a", "is c"])
    assert words(axes) == ["is a", "is b", "is c", "new"]
    found = points(axes[1])
    assert [found[x, 0.0] for x in range(3)] == ["#0072b2", "#e69f00", "#009e73"]


def test_communities_are_those_of_all_edges():
    two = nx.disjoint_union(nx.complete_graph(5), nx.complete_graph(5))
    places = {node: (node, node % 2) for node in two}
    snapshots = [snapshot(0, two.subgraph(range(5)), places), snapshot(1, two.subgraph(range(5, 10)), places)]
    assert words(sg.plot_sequence(snapshots, "louvain")) == ["community 1", "community 2", "new"]


def test_sizes_and_widths_mean_the_same_in_all_panels():
    graph = nx.star_graph(6)
    nx.set_edge_attributes(graph, {(0, node): node for node in range(1, 7)}, "weight")
    places = {node: (node, node % 2) for node in graph}
    few = graph.subgraph(range(3))
    snapshots = [snapshot(0, few, places), snapshot(1, graph, places)]
    first, second = sg.plot_sequence(snapshots, node_size="degree", edge_width="weight")
    areas = [
        {tuple(xy): s for c in ax.collections if isinstance(c, PathCollection) and c.get_zorder() == 3
         for xy, s in zip(c.get_offsets(), c.get_sizes(), strict=True)}
        for ax in (first, second)
    ]  # fmt: skip
    assert areas[0][0.0, 0.0] / areas[0][1.0, 1.0] == pytest.approx(2)
    assert areas[1][0.0, 0.0] / areas[0][0.0, 0.0] == pytest.approx(3)
    widths = [
        next(c for c in ax.collections if isinstance(c, LineCollection)).get_linewidth() for ax in (first, second)
    ]
    assert max(widths[1]) / max(widths[0]) == pytest.approx(3)
    assert {"degree", "weight"} <= {legend.get_title().get_text() for legend in legends(first.figure)}


def test_names_that_are_wanted_stand_where_their_nodes_are():
    axes = sg.plot_sequence(growing(), node_names={0: "first", 33: "last"})
    assert [[text.get_text() for text in ax.texts if text.get_text()] for ax in axes] == [
        ["first"],
        ["first"],
        ["last", "first"],
    ]


def test_legends_stay_in_the_figure_and_apart():
    axes = sg.plot_sequence(growing(), {node: f"class {node % 9}" for node in G}, trails=1, panel_size=1.5)
    figure = axes[0].figure
    figure.canvas.draw()
    boxes = [legend.get_window_extent() for legend in legends(figure)]
    assert len(boxes) == 2
    assert not boxes[0].overlaps(boxes[1])
    assert all(box.x1 <= figure.bbox.x1 and box.x0 >= axes[-1].get_window_extent().x1 for box in boxes)


def test_a_dark_ground_and_no_legend():
    with plt.style.context("dark_background"):
        axes = sg.plot_sequence(growing(), CLUB, trails=1, legend=False)
    assert len(axes[0].figure.axes) == 3
    (trail,) = trails(axes[2])
    assert min(to_rgba(color)[0] for color in trail.get_colors()) > 0.5


@pytest.mark.parametrize(
    ("time", "title"),
    [
        (1901, "1901"),
        ("before", "before"),
        (1.5, "1.5"),
        (datetime(2024, 5, 31), "2024-05-31"),
        (datetime(2024, 5, 31, 12, 30), "2024-05-31 12:30:00"),
        (np.datetime64("2024-05-31"), "2024-05-31"),
    ],
)
def test_times_as_titles(time, title):
    assert in_words(time) == title


@pytest.mark.parametrize(
    ("snapshots", "options", "match"),
    [
        ([], {}, r"snapshots=\[\]: give a list of Snapshot, which embed_sequence returns"),
        ([np.zeros((3, 2))], {}, "give a list of Snapshot"),
        ({0: np.zeros((3, 2))}, {}, "give a list of Snapshot"),
        ([growing()[0], growing(d=3)[0]], {}, r"snapshots have \[2, 3\] dimensions"),
        (growing(), {"trails": ["nobody"]}, "trails has 'nobody', which no snapshot has"),
        (growing(), {"trails": "5"}, "trails='5': give a number of nodes"),
        (growing(), {"trails": -1}, "trails=-1: give a number of nodes"),
        (growing(), {"max_panels": 1}, "max_panels=1"),
        (growing(), {"ncols": 0}, "ncols=0"),
        (growing(), {"labels": [1, 2]}, "labels has shape .*: give one label for each of the 34 rows"),
        (growing(), {"labels": "club"}, "labels='club': give one label .* 'louvain'"),
        (growing(), {"point_style": 3}, "point_style=3: give a dict"),
    ],
)
def test_errors(snapshots, options, match):
    with pytest.raises(ValueError, match=match):
        sg.plot_sequence(snapshots, **options)
    assert not plt.get_fignums()
