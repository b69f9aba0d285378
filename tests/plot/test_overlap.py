"""Marks moved apart."""

import matplotlib
import networkx as nx
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from sggraph.plot.embedding import plot_embedding
from sggraph.plot.overlap import apart

BOX = np.array([400.0, 300.0])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def least_gap(at, diameters):
    distance = np.linalg.norm(at[:, None] - at, axis=2)
    np.fill_diagonal(distance, np.inf)
    diameters = np.broadcast_to(diameters, len(at))
    return (distance - (diameters[:, None] + diameters) / 2).min()


@pytest.mark.parametrize("n", [1, 2, 3, 17, 300])
@pytest.mark.parametrize("spread", [0, 20, 80])  # all on one spot, crowded, loose
def test_no_mark_overlaps_another_or_leaves_the_box(n, spread):
    rng = np.random.default_rng(n)
    at = np.clip(rng.normal(BOX / 2, spread, (n, 2)), 5, BOX - 5)
    diameters = rng.uniform(3, 10, n)
    moved = apart(at, diameters, BOX)
    assert n == 1 or least_gap(moved, diameters) > 0
    assert (moved >= diameters[:, None] / 2 - 1e-9).all()
    assert (moved <= BOX - diameters[:, None] / 2 + 1e-9).all()


def test_what_does_not_overlap_stays_and_large_marks_move_less():
    at = np.array([[50.0, 50], [58, 50], [200, 200]])
    moved = apart(at, np.array([20.0, 4, 4]), BOX)
    np.testing.assert_array_equal(moved[2], at[2])
    shift = np.linalg.norm(moved - at, axis=1)
    assert 0 < shift[0] < shift[1] / 10


def gap_on_picture(ax):
    (points,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    at = ax.transData.transform(points.get_offsets()) * 72 / ax.figure.dpi
    return least_gap(at, np.sqrt(points.get_sizes()))


@pytest.mark.parametrize("given", [False, True])
def test_marks_edges_and_names_move_together(given):
    G = nx.star_graph(39)
    Y = np.random.default_rng(0).normal(size=(40, 2)) ** 3
    ax = plt.subplots(1, 2)[1][0] if given else None
    options = {"graph": G, "node_size": "degree", "ax": ax}
    assert gap_on_picture(plot_embedding(Y, **options | {"ax": None})) < -1
    ax = plot_embedding(Y, overlap=False, **options)
    ax.figure.canvas.draw()
    assert gap_on_picture(ax) > 0
    (lines,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    (points,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    drawn = {tuple(xy) for xy in points.get_offsets().tolist()}
    assert {tuple(end) for segment in lines.get_segments() for end in segment.tolist()} == drawn


def test_points_far_away_stay_there():
    Y = np.random.default_rng(0).normal(size=(500, 2))
    Y[0] = 900, 0
    ax = plot_embedding(Y, overlap=False)
    assert [text.get_text() for text in ax.texts] == ["1 points farther out"]


@pytest.mark.parametrize(
    ("Y", "overlap", "message"),
    [
        (np.zeros((3, 3)), False, "overlap=False: give it for pictures in a plane only"),
        (np.zeros((3, 1)), False, "overlap=False: give it for pictures in a plane only"),
        (np.random.default_rng(0).normal(size=(1001, 2)), False, "overlap=False: give it for up to 1,000 nodes"),
        (np.zeros((3, 2)), "no", "overlap='no': give True or False"),
    ],
)
def test_where_marks_cannot_be_moved(Y, overlap, message):
    with pytest.raises(ValueError, match=message):
        plot_embedding(Y, overlap=overlap)
