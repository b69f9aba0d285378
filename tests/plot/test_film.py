"""animate_embedding of a sequence: who goes fades, all move, who comes appears."""

import os

import matplotlib
import networkx as nx
import numpy as np
import pytest
from changing_graphs import CHANGE, ONE, G, growing, snapshot
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from PIL import Image

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg
from sggraph.plot.film import LONGEST, Film
from sggraph.plot.look import Look
from sggraph.plot.snapshots import Series

CLUB = nx.get_node_attributes(G, "club")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def film_of(snapshots, labels=None, trails=None, legend="auto", **options):
    look = Look(Series(snapshots), labels, trails, {"random_state": 0} | options)
    return Film(plt.figure(layout="none"), look, legend, "", 5)


def marks(ax):
    """Opacity of each mark by its place."""
    (points,) = [c for c in ax.collections if isinstance(c, PathCollection) and c.get_zorder() == 3]
    alphas = np.broadcast_to(points.get_alpha(), len(points.get_offsets()))
    return {
        tuple(np.round(xy, 6)): round(float(alpha), 6) for xy, alpha in zip(points.get_offsets(), alphas, strict=True)
    }


def lines(ax):
    """Opacity of each edge by its ends, in shares of the most opaque one."""
    (edges,) = [c for c in ax.collections if isinstance(c, LineCollection) and c.get_zorder() == 1]
    alphas = np.broadcast_to(edges.get_alpha(), len(edges.get_segments()))
    return {
        frozenset(map(tuple, np.round(ends, 6).tolist())): alpha / max(alphas.max(), 1e-9)
        for ends, alpha in zip(edges.get_segments(), alphas, strict=True)
    }


def rings(ax):
    found = [c for c in ax.collections if isinstance(c, PathCollection) and not len(c.get_facecolors())]
    return {tuple(xy): color[3] for c in found for xy, color in zip(c.get_offsets(), c.get_edgecolors(), strict=True)}


def test_who_goes_fades_first_and_who_comes_appears_last():
    film = film_of(CHANGE)
    film.update((0, 0.15))
    assert marks(film.ax) == {(0, 0): 1, (4, 0): 1, (0, 4): 1, (4, 4): 0.5, (6, 2): 0}
    film.update((0, 0.85))
    assert marks(film.ax) == {(0, 0): 1, (6, 0): 1, (0, 4): 1, (4, 4): 0, (6, 2): 0.5}
    assert rings(film.ax) == {(6, 2): 0.5}
    film.update((1, 0.0))
    assert marks(film.ax) == {(0, 0): 1, (6, 0): 1, (0, 4): 1, (6, 2): 1}
    assert rings(film.ax) == {(6, 2): 1}


def test_in_the_middle_all_are_half_way():
    film = film_of(CHANGE)
    film.update((0, 0.5))
    assert marks(film.ax) == {(0, 0): 1, (5, 0): 1, (0, 4): 1, (4, 4): 0, (6, 2): 0}
    ends = lines(film.ax)
    assert ends[frozenset({(0, 0), (5, 0)})] == 1
    assert sorted(ends.values()) == [0, 0, 0, 0, 1]


def test_edges_that_go_fade_and_those_that_come_appear():
    film = film_of(CHANGE)
    film.update((0, 0.15))
    assert lines(film.ax)[frozenset({(0, 0), (0, 4)})] == pytest.approx(0.5)  # a to c
    film.update((0, 0.85))
    ends = lines(film.ax)
    assert ends[frozenset({(6, 0), (0, 4)})] == pytest.approx(0.5)  # b to c
    assert ends[frozenset({(6, 0), (6, 2)})] == pytest.approx(0.5)  # b to new
    film.update((1, 0.0))
    assert set(lines(film.ax).values()) == {1}
    assert len(lines(film.ax)) == 3


def test_the_title_tells_the_time():
    film = film_of(CHANGE)
    titles = []
    for moment in film.moments(5):
        film.update(moment)
        titles.append(film.ax.get_title())
    assert titles == ["before"] * (titles.count("before")) + ["after"] * titles.count("after")
    assert abs(titles.count("before") - titles.count("after")) <= 1
    film = sg.animate_embedding(CHANGE, title="a graph", fps=2)
    film._draw_was_started = True
    film._func((1, 0.0))
    assert film._fig.axes[0].get_title() == "a graph, after"


def test_a_film_of_many_times_is_quicker_and_passes_through_all():
    moments = film_of(growing(40, step=0), legend=False).moments(15)
    assert LONGEST * 13 < len(moments) < LONGEST * 18
    assert [t for t, way in moments if way == 0] == sorted(t for t, way in moments if way == 0)
    assert {t for t, way in moments if way == 0} == set(range(40))
    assert len([way for t, way in moments if t == 0 and way > 0]) > 5


@pytest.mark.parametrize("d", [1, 2, 3])
def test_all_frames_show_one_room_with_all_marks(d):
    snapshots = growing(d=d)
    film = film_of(snapshots, CLUB, trails=2)
    seen = set()
    for moment in [(0, 0.0), (0, 0.4), (1, 0.9), (2, 0.0)]:
        film.update(moment)
        film.figure.canvas.draw()
        limits = [getattr(film.ax, f"get_{side}lim")() for side in "xyz"[: max(d, 2)]]
        seen.add((*np.ravel(limits), *film.ax.get_window_extent().bounds))
    assert len(seen) == 1
    for each in snapshots:
        assert (each.coordinates > np.array(limits)[:d, 0]).all()
        assert (each.coordinates < np.array(limits)[:d, 1]).all()
    assert len([ax for ax in film.figure.axes if ax.get_legend() is not None]) == 1


def test_colours_stay():
    labels = {"a": "x", "b": "y", "c": "y", "gone": "x", "new": "z"}
    film = film_of(CHANGE, labels)
    colors = []
    for moment in [(0, 0.0), (0, 0.5), (1, 0.0)]:
        film.update(moment)
        (points,) = [c for c in film.ax.collections if isinstance(c, PathCollection) and c.get_zorder() == 3]
        at = {tuple(xy): to_hex(color) for xy, color in zip(points.get_offsets(), points.get_facecolors(), strict=True)}
        colors.append((at[0, 0], at[0, 4]))
    assert set(colors) == {("#0072b2", "#e69f00")}


def test_a_trail_follows_its_node_and_names_go_along():
    film = film_of(CHANGE, trails=["b", "gone"])
    film.update((0, 0.5))
    trail = [c for c in film.ax.collections if isinstance(c, LineCollection) and c.get_zorder() == 3.6][1]
    ((begin, end),) = trail.get_segments()
    np.testing.assert_array_equal(begin, [4, 0])
    assert end[1] == 0
    assert 4.5 < end[0] < 5  # at the rim of the mark
    at = {text.get_text(): (tuple(text.xy), text.get_alpha()) for text in film.ax.texts}
    assert at == {"b": ((5, 0), 1), "gone": ((4, 4), 0)}


def test_sizes_and_widths_change_on_the_way():
    film = film_of(CHANGE, node_size="degree", edge_width="weight")
    degrees = []
    for moment in [(0, 0.0), (0, 0.5), (1, 0.0)]:
        film.update(moment)
        (points,) = [c for c in film.ax.collections if isinstance(c, PathCollection) and c.get_zorder() == 3]
        at = {tuple(xy): s for xy, s in zip(points.get_offsets(), points.get_sizes(), strict=True)}
        degrees.append(at[0, 0])
    assert degrees[0] == pytest.approx(2 * degrees[2])  # a has two neighbours, then one
    assert degrees[1] == pytest.approx(1.5 * degrees[2])


def test_arrows_fade_too():
    one, two = nx.DiGraph([(0, 1), (1, 2)]), nx.DiGraph([(0, 1), (2, 0)])
    places = {0: (0, 0), 1: (1, 0), 2: (0, 1)}
    film = film_of([snapshot(t, graph, places, direction="out") for t, graph in enumerate([one, two])])
    film.update((0, 0.15))
    alphas = sorted(patch.get_alpha() for patch in film.ax.patches)
    assert len(alphas) == 3
    assert alphas[0] == 0
    assert alphas[1] == pytest.approx(alphas[2] / 2)


def test_gif(tmp_path):
    path = tmp_path / "film.gif"
    film = sg.animate_embedding(CHANGE, {"a": 1, "b": 2, "c": 2, "gone": 1, "new": 3}, path=path, fps=4, dpi=30)
    assert isinstance(film, sg.EmbeddingAnimation)
    with Image.open(path) as image:
        assert image.n_frames >= 5
        first = np.asarray(image.convert("RGB")).astype(int)
        image.seek(image.n_frames - 1)
        assert np.abs(np.asarray(image.convert("RGB")).astype(int) - first).max() > 50


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"graph": ONE}, "graph is given, but the snapshots of a sequence have theirs: leave it out"),
        ({"trails": ["nobody"]}, "trails has 'nobody', which no snapshot has"),
        ({"fps": 0}, "fps=0: give a number of frames"),
        ({"path": "film.avi"}, "path='film.avi': give a name that ends with .gif or .mp4"),
        ({"path": os.path.join("no folder", "film.gif")}, "does not exist, create it first"),
    ],
)
def test_errors(options, match):
    with pytest.raises(ValueError, match=match):
        sg.animate_embedding(CHANGE, **options)
    assert not plt.get_fignums()


def test_trails_are_of_sequences():
    with pytest.raises(ValueError, match="trails are those of a sequence"):
        sg.animate_embedding([np.eye(3), np.eye(3)], trails=2)
