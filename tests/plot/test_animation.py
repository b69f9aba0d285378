import os
import warnings

import matplotlib
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from PIL import Image

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.animation import FFMpegWriter

import sggraph as sg
from sggraph.plot.animation import _as_frames, _windows

G = nx.karate_club_graph()
CLUB = nx.get_node_attributes(G, "club")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def history():
    history = sg.History()
    sg.embed_graph(G, random_state=0, init="stress", callback=history, callback_every=100)
    return history


def growing(k=5, d=2):
    """Snapshots that grow from a speck and turn meanwhile."""
    Y = np.random.default_rng(0).normal(size=(34, d))
    return [10.0**s * (Y if s % 2 or d == 1 else Y[:, ::-1]) for s in range(-3, k - 3)]


def frame(film, f):
    film._func(f)
    return film._fig.axes[0]


def film_of(*args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # "deleted without rendering"
        film = sg.animate_embedding(*args, **options)
        film._draw_was_started = True
    return film


def test_every_frame_says_its_iteration_and_keeps_colours_sizes_and_box(history):
    film = film_of(history, CLUB, graph=G)
    titles, boxes, styles = [], set(), set()
    for f in range(len(history.snapshots)):
        ax = frame(film, f)
        film._fig.canvas.draw()
        titles.append(ax.get_title())
        boxes.add(tuple(np.round(ax.get_window_extent().bounds, 3)))
        (points,) = [c for c in ax.collections if isinstance(c, PathCollection)]
        styles.add((to_hex(points.get_facecolors()[0]), points.get_sizes()[0]))
        legend = ax.get_legend()
        styles.add(tuple(to_hex(handle.get_color()) for handle in legend.legend_handles))
    assert titles == [f"iteration {i}" for i in (0, 100, 200, 300, 400)]
    assert len(boxes) == 1
    assert len(styles) == 2


@pytest.mark.parametrize("d", [1, 2, 3])
def test_every_point_is_inside_its_window(d):
    snapshots = growing(d=d)
    film = film_of(snapshots, graph=G)
    for f, Y in enumerate(_as_frames(snapshots, None)[1]):
        ax = frame(film, f)
        limits = np.array([getattr(ax, f"get_{side}lim")() for side in "xyz"[:d]])
        low, high = limits.T
        assert (Y.min(axis=0) > low).all()
        assert (Y.max(axis=0) < high).all()


def test_arcs_higher_than_at_the_end_are_inside_too():
    path, order = nx.path_graph(8), np.arange(8.0)[:, None]
    film = film_of([order[[0, 4, 1, 7, 2, 6, 3, 5]], order[[0, 7, 1, 6, 2, 5, 3, 4]], order], graph=path)
    for f, height in enumerate([3, 3.5, 0.5]):
        ax = frame(film, f)
        (arcs,) = [c.get_segments() for c in ax.collections if isinstance(c, LineCollection)]
        assert max(arc[:, 1].max() for arc in arcs) == pytest.approx(height)
        assert ax.get_ylim()[1] > height


def test_frames_are_turned_onto_the_last():
    snapshots = growing()
    frames = _as_frames(snapshots, None)[1]
    for Y, raw in zip(frames, snapshots, strict=True):
        scale = np.abs(raw).max() / np.abs(snapshots[-1]).max()
        np.testing.assert_allclose(Y - Y.mean(axis=0), scale * (snapshots[-1] - snapshots[-1].mean(axis=0)))
    np.testing.assert_array_equal(frames[-1], snapshots[-1])


def test_the_window_moves_smoothly():
    half = np.array([1.0 + (f % 7 == 3) for f in range(42)])[:, None] * [2, 1]
    middle = np.column_stack([np.linspace(0, 1, 42), np.zeros(42)])
    limits = np.stack([middle - half, middle + half], axis=2)
    windows = _windows(limits)
    sides = np.ptp(windows, axis=2)
    assert np.abs(np.diff(np.log(sides), axis=0)).max() < 0.35  # while the extent doubles and halves: .69
    np.testing.assert_allclose(sides[:, 0], 2 * sides[:, 1])
    assert (windows[..., 0] <= limits[..., 0] + 1e-9).all()
    assert (windows[..., 1] >= limits[..., 1] - 1e-9).all()


def test_gif(tmp_path, history):
    path = tmp_path / "film.gif"
    film = sg.animate_embedding(history, CLUB, graph=G, path=str(path), fps=5, dpi=30, title="karate")
    assert frame(film, 1).get_title() == "karate, iteration 100"
    with Image.open(path) as image:
        durations = []
        for f in range(image.n_frames):
            image.seek(f)
            durations.append(image.info["duration"])
    assert sum(durations) == (5 + 8) * 200
    assert image.n_frames >= 5


@pytest.mark.skipif(not FFMpegWriter.isAvailable(), reason="needs ffmpeg")
def test_mp4(tmp_path, history):
    sg.animate_embedding(history, path=tmp_path / "film.mp4", dpi=30)
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"


@pytest.mark.skipif(os.name != "posix", reason="what stands in is a script of the shell")
def test_what_ffmpeg_is_given(tmp_path, history):
    """Each frame as pixels, and the file as its last argument: what stands in for it writes them there."""
    program, path = tmp_path / "ffmpeg", tmp_path / "film.mp4"
    program.write_text('#!/bin/sh\nfor last; do :; done\ncat > "$last"\n')
    program.chmod(0o755)
    with plt.rc_context({"animation.ffmpeg_path": str(program), "savefig.dpi": 30}):
        film = sg.animate_embedding(history, path=path, fps=5, dpi=30)
    width, height = film._fig.get_size_inches() * 30
    frames = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, round(height), round(width), 4)
    assert len(frames) >= 5
    assert frames[0].std() > 5
    assert (frames[0] != frames[-1]).any()


def test_mp4_without_ffmpeg(tmp_path, history, monkeypatch):
    monkeypatch.setattr(FFMpegWriter, "isAvailable", classmethod(lambda cls: False))
    with pytest.raises(RuntimeError, match=r"ffmpeg.*install it, or give a path that ends with .gif"):
        sg.animate_embedding(history, path=tmp_path / "film.mp4")
    assert not plt.get_fignums()


def test_a_notebook_plays_it_and_shows_no_second_figure(history):
    html = sg.animate_embedding(history, fps=9, dpi=20)._repr_html_()
    assert html.count("data:image/png") == 5 + 14
    assert not plt.get_fignums()


def test_what_can_be_animated(history):
    estimator = sg.SGtSNEpi(random_state=0, max_iter=20, callback=sg.History(), callback_every=5).fit(G)
    assert _as_frames(estimator, None)[0] == [f"iteration {i}" for i in (0, 5, 10, 15, 20)]
    assert _as_frames(history.snapshots, None)[0][1] == "iteration 100"
    assert _as_frames(np.zeros((3, 4, 2)), None)[0] == ["snapshot 1", "snapshot 2", "snapshot 3"]
    circle, spring = nx.circular_layout(G), nx.spring_layout(G, seed=0)
    _, frames, nodes = _as_frames([circle, dict(sorted(spring.items(), reverse=True))], None)
    assert nodes == list(G)
    np.testing.assert_allclose(frames[1], list(spring.values()))
    film_of([circle, spring], CLUB)


APART = nx.disjoint_union_all([nx.path_graph(3), nx.barbell_graph(5, 4), nx.star_graph(5)])  # 3, 14 and 6 nodes
APART = nx.relabel_nodes(APART, {v: f"node {v}" for v in APART})
PARTS = {v: f"part {c}" for c, part in enumerate(nx.connected_components(APART)) for v in part}


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, {"part 1": 14}),
        ({"d": 1}, {"part 1": 14}),
        ({"d": 3}, {"part 1": 14}),
        ({"components": "largest"}, {"part 1": 14}),
        ({"drop_leaf": True}, {"part 1": 14}),
        ({"drop_leaf": True, "components": "together"}, {"part 0": 1, "part 1": 14, "part 2": 1}),
        ({"components": "together"}, {"part 0": 3, "part 1": 14, "part 2": 6}),
    ],
)
def test_the_nodes_that_a_history_watched_are_drawn_of_the_whole_graph(options, shown):
    history = sg.History()
    run = {"random_state": 0, "max_iter": 20, "callback": history, "callback_every": 20} | options
    estimator = sg.SGtSNEpi(**run).fit(APART)
    series = pd.Series(list(PARTS.values()))  # by row
    for film in (
        film_of(history, PARTS, graph=APART),
        film_of(estimator, series, graph=APART, node_names=3),
        film_of(estimator, list(PARTS.values())),
    ):
        ax = frame(film, 1)
        film._fig.canvas.draw()
        assert [text.get_text() for text in ax.get_legend().get_texts()] == list(shown)
        points = [c for c in ax.collections if isinstance(c, PathCollection)]  # in space above the ground beneath them
        assert len(points) <= 1 + (options.get("d") == 3)
        assert len(points[-1].get_offsets()) == sum(shown.values())
    colors = {to_hex(handle.get_color()) for handle in ax.get_legend().legend_handles}
    assert len(colors) == len(shown)
    part = APART.subgraph([v for v in APART if PARTS[v] in shown]).copy()
    if len(part) == sum(shown.values()):  # the nodes that were watched, and these alone, do as well
        film_of(history, PARTS, graph=part)


def test_the_edges_of_the_largest_component_join_its_own_points():
    estimator = sg.SGtSNEpi(random_state=0, max_iter=20, callback=sg.History(), callback_every=10).fit(APART)
    ax = frame(film_of(estimator, graph=APART), 2)
    (lines,) = [c.get_segments() for c in ax.collections if isinstance(c, LineCollection)]
    places = estimator.callback.snapshots[20].astype(float)
    inner = nx.convert_node_labels_to_integers(nx.barbell_graph(5, 4))
    expected = {frozenset([tuple(places[u]), tuple(places[v])]) for u, v in inner.edges}
    assert {frozenset(map(tuple, line.tolist())) for line in lines} == expected


def test_a_history_knows_which_of_two_parts_it_watched():
    two = nx.disjoint_union(nx.complete_graph(6), nx.path_graph(2))
    two.add_edges_from([(0, "leaf"), (1, "another leaf")])  # 8 nodes in the largest component, 8 without leaves
    history = sg.History()
    for options, watched in (({}, [*range(6), 8, 9]), ({"drop_leaf": True, "components": "together"}, range(8))):
        sg.embed_graph(two, random_state=0, max_iter=20, callback=history, callback_every=10, **options)
        assert np.flatnonzero(history.watched).tolist() == list(watched)
        film_of(history, graph=two)


def test_given_axes_dark_style_and_settings(history):
    before = dict(plt.rcParams)
    figure, mine = plt.subplots()
    assert film_of(history, graph=G, ax=mine)._fig is figure
    assert dict(plt.rcParams) == before
    with plt.style.context("dark_background"):
        assert to_hex(frame(film_of(history, graph=G), 0).get_facecolor()) == "#000000"


@pytest.mark.parametrize(
    ("snapshots", "options", "error", "match"),
    [
        (sg.History(), {}, ValueError, "History is empty"),
        (sg.SGtSNEpi(), {}, TypeError, "give a History"),
        (3, {}, TypeError, "snapshots=3: give a History"),
        ([np.eye(3)], {}, ValueError, "snapshots has 1 where it needs 2"),
        ([np.eye(3), np.eye(4)], {}, ValueError, "'snapshot 2' has shape"),
        ({5: np.eye(3), 9: np.eye(3)}, {"graph": G}, ValueError, "'iteration 5': graph has 34 nodes"),
        ([np.eye(3), np.eye(3)], {"labels": [1]}, ValueError, "labels has shape .*: give one label"),
        ([np.eye(3), np.eye(3)], {"fps": 0}, ValueError, "fps=0"),
        ([np.eye(3), np.eye(3)], {"path": "film.avi"}, ValueError, "ends with .gif or .mp4"),
        ([np.eye(3), np.eye(3)], {"path": "no/such/film.gif"}, ValueError, "folder 'no/such' does not exist"),
    ],
)
def test_errors(snapshots, options, error, match):
    with pytest.raises(error, match=match):
        sg.animate_embedding(snapshots, **options)
