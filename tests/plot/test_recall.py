import matplotlib
import networkx as nx
import numpy as np
import pytest

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg

G = nx.karate_club_graph()
SPRING = nx.spring_layout(G, seed=0)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def recalls(G, pos):
    """Recall of each node, by its definition."""
    found = []
    for i in G:
        near = sorted(set(G) - {i}, key=lambda j: np.linalg.norm(pos[j] - pos[i]))[: G.degree(i)]
        found.append(len(set(near) & set(G[i])) / G.degree(i))
    return np.array(found)


def test_bars_are_the_shares_of_the_nodes():
    ax = sg.plot_recall(G, SPRING, bins=10)
    expected = np.bincount(np.minimum(np.floor(10 * recalls(G, SPRING) + 1e-9).astype(int), 9), minlength=10)
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], 100 * expected / 34)


def test_the_mean_is_marked():
    ax = sg.plot_recall(G, SPRING)
    (line,) = ax.lines
    mean = sg.neighbor_recall(G, SPRING, n_samples=None)
    assert line.get_xdata()[0] == pytest.approx(mean)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [f"mean {mean:.2f}"]


def test_a_perfect_embedding_is_one_bar_at_the_right_end():
    ax = sg.plot_recall(nx.complete_graph(6), np.random.default_rng(0).normal(size=(6, 2)))
    assert [bar.get_height() for bar in ax.patches] == [0] * 19 + [pytest.approx(100)]


def test_several_embeddings_in_several_dimensions():
    Y = sg.embed_graph(G, 3, random_state=0)
    ax = sg.plot_recall(G, {"spring": SPRING, "3-D": Y})
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == [f"{name}, mean {sg.neighbor_recall(G, y):.2f}" for name, y in (("spring", SPRING), ("3-D", Y))]
    handles = [handle.get_color() for handle in ax.get_legend().legend_handles]
    assert len(set(handles)) == 2
    assert [line.get_color() for line in ax.lines if line.get_linestyle() == "--"] == handles
    assert len(sg.plot_recall(G, {k: SPRING for k in range(11)}).get_legend().get_texts()) == 11


def test_names_of_dollars_and_underscores_are_listed_as_they_are():
    names = ["$\\frac$", "_hidden", "5$ to 6$"]
    ax = sg.plot_recall(G, dict.fromkeys(names, SPRING))
    ax.figure.canvas.draw()
    assert [text.get_text().split(", mean")[0] for text in ax.get_legend().get_texts()] == names


def test_what_the_axes_hold_already_stays_in_the_legend():
    _, ax = plt.subplots()
    ax.plot([0, 1], [0, 1], label="$x$")
    for Y in (SPRING, nx.circular_layout(G)):
        sg.plot_recall(G, {"a": Y, "b": Y}, ax=ax)
    texts = ax.get_legend().get_texts()
    assert [text.get_text()[0] for text in texts] == ["$", "a", "b", "a", "b"]
    assert texts[0].get_parse_math()


def test_ax_sample_and_settings():
    before = dict(plt.rcParams)
    _, mine = plt.subplots()
    assert sg.plot_recall(G, SPRING, ax=mine, n_samples=10, random_state=3) is mine
    mean = sg.neighbor_recall(G, SPRING, n_samples=10, random_state=int(np.random.default_rng(3).integers(2**32)))
    assert mine.lines[0].get_xdata()[0] == pytest.approx(mean)
    generator = np.random.default_rng(0)
    ax = sg.plot_recall(G, {"a": SPRING, "b": SPRING}, n_samples=10, random_state=generator)
    a, b = (text.get_text().split(", ")[1] for text in ax.get_legend().get_texts())
    assert a == b
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize(
    ("graph", "Y", "options", "match"),
    [
        (nx.empty_graph(3), np.eye(3), {}, "no edges"),
        (G, np.eye(3), {}, "34 nodes but Y has 3 rows"),
        (G, {"a": SPRING, "b": np.eye(3)}, {}, "embedding 'b': graph has 34 nodes"),
        (G, SPRING, {"bins": 0}, "bins=0"),
        (G, SPRING, {"n_samples": 0}, "n_samples=0"),
    ],
)
def test_errors(graph, Y, options, match):
    with pytest.raises(ValueError, match=match):
        sg.plot_recall(graph, Y, **options)
