import warnings
from io import BytesIO

import matplotlib
import networkx as nx
import numpy as np
import pandas as pd
import pytest

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import RendererAgg

from sggraph.datasets import load_us_counties
from sggraph.plot.embedding import plot_embedding
from sggraph.plot.frame import axes_in_points
from sggraph.plot.names import Names, medoids, wanted_names


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def written(ax):
    """The names on the picture, without leader lines."""
    return [text for text in ax.texts if text.get_text() and text.get_visible()]


def boxes(ax):
    ax.figure.canvas.draw()  # first: it may hide names
    return np.array([text.get_window_extent().extents for text in written(ax)])


def check_places(ax):
    """No name over another, none beyond the axes."""
    extents = boxes(ax)
    low, high = np.maximum(extents[:, None, :2], extents[:, :2]), np.minimum(extents[:, None, 2:], extents[:, 2:])
    over = ((high - low) > 0.5).all(axis=2)
    assert over[np.triu_indices(len(over), 1)].sum() == 0
    frame = ax.get_window_extent().extents
    assert (extents[:, :2] >= frame[:2] - 0.5).all()
    assert (extents[:, 2:] <= frame[2:] + 0.5).all()


def blobs(k, n=900, d=2, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % k
    return rng.normal(size=(k, d))[labels] * 10 + rng.normal(size=(n, d)), labels


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("k", [2, 12, 49])
def test_class_names_do_not_overlap_nor_leave_the_axes(k, d):
    Y, labels = blobs(k, d=d)
    ax = plot_embedding(Y, [f"class number {c}" for c in labels], label_on_map=True)
    assert ax.get_legend() is None
    check_places(ax)
    if d == 2:
        assert len(written(ax)) >= 0.8 * k


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("size", [(3, 3), (12, 4)])
def test_names_follow_a_figure_of_another_size(size, d):
    Y, labels = blobs(30, d=d)
    ax = plot_embedding(Y, [f"class {c}" for c in labels], label_on_map=True, graph=nx.empty_graph(900), node_names=10)
    count = len(written(ax))
    ax.figure.set_size_inches(size)
    check_places(ax)
    ax.figure.set_size_inches(9, 9)
    check_places(ax)
    assert len(written(ax)) == count


def test_names_follow_axes_that_turn_or_zoom():
    Y, labels = blobs(30, d=3)
    ax = plot_embedding(Y, labels, label_on_map=True)
    ax.view_init(80, 20)
    check_places(ax)
    ax = plot_embedding(Y[:, :2], labels, label_on_map=True)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    check_places(ax)
    assert 0 < len(written(ax)) < 30


def test_names_stay_where_they_are_in_the_same_axes():
    Y, labels = blobs(9)
    ax = plot_embedding(Y, labels, label_on_map=True)
    name = written(ax)[0]
    name.set_position((30, 30))
    ax.figure.savefig(BytesIO(), dpi=77, bbox_inches="tight")
    assert name.get_position() == (30, 30)


def test_a_name_that_was_taken_away_does_not_come_back():
    Y, labels = blobs(9)
    ax = plot_embedding(Y, labels, label_on_map=True)
    written(ax)[0].remove()
    ax.figure.set_size_inches(5, 5)
    ax.figure.canvas.draw()
    assert len(written(ax)) == 8
    ax.clear()
    plot_embedding(Y, ax=ax)
    ax.figure.canvas.draw()
    assert not ax.figure.artists
    assert not ax.texts


def test_names_are_measured_as_files_draw_them():
    ax = plt.figure(dpi=100).add_axes((0, 0, 1, 1))  # on screen letters are rounded to whole pixels
    pen = Names(ax, np.zeros((1, 2)), axes_in_points(ax), 1.0, {})
    texts = [ax.annotate("New Hampshire", (0, 0), fontsize=size, fontweight="bold") for size in np.arange(6, 9, 0.25)]
    sides = np.array([pen._sides(text) for text in texts])
    exact = np.array([text.get_window_extent(RendererAgg(1, 1, 1200)).size for text in texts]) * 72 / 1200
    assert (sides > 0.98 * exact).all()
    assert (sides < 1.25 * exact).all()


def test_the_states_have_their_names():
    counties = load_us_counties()
    states = [counties.label_names[c] for c in counties.labels]
    ax = plot_embedding(counties.positions, states, graph=counties.adjacency, label_on_map=True)
    assert {text.get_text() for text in written(ax)} == set(states)
    check_places(ax)
    size = {text.get_text(): text.get_fontsize() for text in written(ax)}
    assert 6 <= min(size.values()) <= size["Delaware"] < size["Ohio"] < size["Texas"] == max(size.values()) <= 14


def test_a_name_stands_in_the_densest_part():
    rng = np.random.default_rng(0)
    Y = np.vstack([rng.normal(size=(300, 2)), rng.normal(size=(200, 2)) * 8 + 60, rng.normal(size=(3, 2)) - 90])
    (row,) = medoids(Y, np.zeros(503, int), 1, rng)
    assert np.linalg.norm(Y[row]) < 1


def test_classes_without_room_are_counted():
    Y, labels = blobs(300, n=1200)
    ax = plot_embedding(Y, [f"a long name of class {c}" for c in labels], label_on_map=True)
    *names, note = [text.get_text() for text in sorted(written(ax), key=lambda text: text.get_text().startswith("+"))]
    assert note == f"+{300 - len(names)} more"
    check_places(ax)


def test_legend_beside_names_if_wanted():
    Y, labels = blobs(3)
    assert plot_embedding(Y, labels, label_on_map=True, legend=True).get_legend() is not None


def test_names_show_on_their_ground():
    Y, labels = blobs(3)
    with plt.style.context("dark_background"):
        ax = plot_embedding(Y, labels, label_on_map=True)
    for text in written(ax):
        assert np.mean(matplotlib.colors.to_rgb(text.get_color())) > 0.5
        (halo,) = text.get_path_effects()
        assert matplotlib.colors.to_hex(halo._gc["foreground"]) == "#000000"


def test_names_of_all_nodes():
    G = nx.les_miserables_graph()
    ax = plot_embedding(nx.spring_layout(G, seed=1), graph=G, node_names=True)
    assert {text.get_text() for text in written(ax)} == set(G)
    check_places(ax)
    extents = boxes(ax)
    at = ax.transData.transform([text.xy for text in written(ax)])
    assert not ((extents[:, :2] < at) & (at < extents[:, 2:])).all(axis=1).any()  # none on its own point


def test_names_of_the_best_connected():
    G = nx.karate_club_graph()
    ax = plot_embedding(nx.spring_layout(G, seed=1), graph=G, node_names=3)
    assert {text.get_text() for text in written(ax)} == {"33", "0", "32"}


def test_given_names():
    assert wanted_names(["a", None, float("nan"), "d"], None, None, 4) == ([0, 3], ["a", "d"])
    assert wanted_names({"y": "Y", "x": 5}, ["x", "y", "z"], np.array([1, 9, 1]), 3) == ([1, 0], ["Y", "5"])
    assert wanted_names(2, ["x", "y", "z"], np.array([1, 9, 3]), 3) == ([1, 2], ["y", "z"])
    assert wanted_names(0, None, np.array([1]), 1) == wanted_names(None, None, None, 1) == ([], [])


def test_dollars_and_marks_in_names_are_text():
    ax = plot_embedding([[0, 0], [1, 1]], node_names=["$x_$", "a_b^{"])
    assert {text.get_text() for text in written(ax)} == {"$x_$", "a_b^{"}
    ax.figure.canvas.draw()


def test_names_that_found_no_room_are_told():
    Y = np.random.default_rng(0).normal(size=(300, 2))
    with pytest.warns(UserWarning, match=r"of 300 node names found no room"):
        ax = plot_embedding(Y, node_names=[f"a rather long name {i}" for i in range(300)])
    check_places(ax)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot_embedding(Y, node_names={0: "one"})


def test_text_style():
    ax = plot_embedding([[0, 0], [1, 1]], node_names=["a", "b"], text_style={"size": 13, "c": "red"})
    assert {(text.get_fontsize(), text.get_color()) for text in written(ax)} == {(13, "red")}


def test_names_follow_their_points_when_axes_turn():
    Y, labels = blobs(4, d=3)
    ax = plot_embedding(Y, labels, label_on_map=True)
    ax.figure.canvas.draw()
    before = [text.xy for text in written(ax)]
    ax.view_init(80, 120)
    ax.figure.canvas.draw()
    assert all(np.linalg.norm(np.subtract(a, text.xy)) > 0 for a, text in zip(before, written(ax), strict=True))


def test_names_follow_the_font_size_of_the_figure():
    Y = np.random.default_rng(0).normal(size=(400, 2)) + 9 * np.arange(4).repeat(100)[:, None]
    labels = np.array(["north", "east", "south", "west"]).repeat(100)
    sizes = []
    for font in (10, 5):
        with plt.rc_context({"font.size": font}):
            _, ax = plt.subplots(figsize=(0.7 * font, 0.7 * font))
            plot_embedding(Y, labels, ax=ax, label_on_map=True, node_names={0: "a node"})
        sizes.append([text.get_fontsize() for text in written(ax)])
    assert len(sizes[0]) == 5
    np.testing.assert_allclose(sizes[1], np.divide(sizes[0], 2), rtol=1e-6)


@pytest.mark.parametrize("chosen", [["Valjean", "Javert"], np.array(["Javert", "Valjean"]), {"Javert", "Valjean"}])
def test_a_list_of_some_nodes_names_these(chosen):
    G = nx.les_miserables_graph()
    ax = plot_embedding(nx.spring_layout(G, seed=1), graph=G, node_names=chosen)
    assert {text.get_text() for text in written(ax)} == {"Javert", "Valjean"}


def test_a_column_names_its_rows():
    Y, G = [[0, 0], [1, 1], [0, 1]], nx.path_graph("abc")
    ax = plot_embedding(Y, node_names=pd.Index(["x", "y", "z"]))
    assert [text.get_text() for text in written(ax)] == ["x", "y", "z"]
    ax = plot_embedding(Y, graph=G, node_names=pd.Series({"c": "third", "a": "first", "b": "second"}))
    assert {text.get_text(): text.xy for text in written(ax)} == {"first": (0, 0), "second": (1, 1), "third": (0, 1)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label_on_map": True}, "label_on_map=True needs classes"),
        ({"label_on_map": True, "labels": [0.5, 1, 2]}, "label_on_map=True needs classes"),
        ({"labels": "louvain"}, "labels='louvain' .* give graph"),
        ({"node_names": 2}, "node_names=2 .* give graph"),
        ({"node_names": ["a"]}, r"node_names has 'a', which is not a node: give True"),
        ({"node_names": [["a"]]}, r"node_names has \['a'\], which is not a node"),
        ({"node_names": [2, 0, 1]}, "node_names lists the nodes in another order"),
        ({"node_names": iter("abc")}, "node_names=.*: give True"),
        ({"node_names": "abc"}, "node_names='abc': give"),
        ({"node_names": -1}, "node_names=-1: give"),
        ({"node_names": {7: "a"}}, "node_names has 7, which is not a node"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_embedding(np.random.default_rng(0).normal(size=(3, 2)), **arguments)


def test_leader_lines_are_as_thin_as_the_letters_want():
    """Beside letters of 5 points they were thicker than edges, and black."""
    Y, names = np.random.default_rng(0).normal(size=(60, 2)), [f"name {k}" for k in range(60)]
    for font in (5, 10):
        with plt.rc_context({"font.size": font}):
            ax = plot_embedding(Y, node_names=names, ax=plt.figure(figsize=(3, 3)).add_axes((0, 0, 1, 1)))
        leaders = [text.arrow_patch for text in ax.texts if text.arrow_patch is not None and text.get_visible()]
        assert leaders
        assert {line.get_linewidth() for line in leaders} == {0.06 * font}
        assert {line.get_alpha() for line in leaders} == {0.6}
