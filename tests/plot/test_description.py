"""An embedding in one sentence."""

import networkx as nx
import numpy as np
import pytest

import sggraph as sg
from sggraph import describe_embedding

SQUARE = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])


def groups(*centres, n=20):
    """Points around each centre, and the number of their group."""
    centres = np.array(centres, float)
    Y = np.repeat(centres, n, axis=0) + np.random.default_rng(0).normal(0, 0.1, (n * len(centres), centres.shape[1]))
    return Y, np.repeat(np.arange(len(centres)), n)


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ((3, 0), "to the left of"),
        ((3, 3), "to the lower left of"),
        ((0, 3), "below"),
        ((-3, 3), "to the lower right of"),
        ((-3, 0), "to the right of"),
        ((-3, -3), "to the upper right of"),
        ((0, -3), "above"),
        ((3, -3), "to the upper left of"),
        ((0, 0), "amid"),
    ],
)
def test_directions(way, words):
    Y, codes = groups((0, 0), way)
    text = describe_embedding(Y, np.array(["one", "two"])[codes])
    assert text == f"40 points in a plane, in 2 classes: “one” (20 points) lies {words} “two” (20 points)."


def test_the_nearest_class_is_named_and_a_pair_told_once():
    Y, codes = groups((0, 0), (2, 0), (9, 0), (9, 3))
    labels = np.array(["a", "b", "c", "d"])[codes]
    told = "“a” (20 points) lies to the left of “b” (20 points)"
    assert describe_embedding(Y, labels, max_classes=1) == f"80 points in a plane, in 4 classes: {told}."
    text = describe_embedding(Y, labels, max_classes=4)
    assert text.endswith(f"in 4 classes: {told}, “c” (20 points) lies below “d” (20 points).")
    assert describe_embedding(Y, labels, max_classes=0) == "80 points in a plane, in 4 classes."


def test_other_dimensions():
    for d, where in ((1, "on a line"), (3, "in space")):
        Y, codes = groups([0] * d, [3] * d)
        side = "to the left of" if d == 1 else "beside"
        text = describe_embedding(Y, codes)
        assert text == f"40 points {where}, in 2 classes: “0” (20 points) lies {side} “1” (20 points)."


def test_a_graph_its_edges_and_its_best_connected_node():
    G = nx.star_graph(["hub", *"abcd"])
    pos = {"hub": (0, 0), "a": (1, 0), "b": (0, 1), "c": (-1, 0), "d": (0, -1)}
    best = "the best connected is “hub” (4 neighbours), in the middle."
    assert describe_embedding(pos, graph=G) == f"5 nodes and 4 edges in a plane; {best}"
    pos["hub"] = (5, 5)
    assert describe_embedding(pos, graph=G).endswith("(4 neighbours), at the upper right.")
    both_ways = nx.DiGraph([(0, 1), (1, 0), (1, 2)])
    assert describe_embedding(SQUARE[:3], graph=both_ways).startswith("3 nodes and 2 edges in a plane; the best conn")
    assert describe_embedding(SQUARE, graph=np.eye(4)[::-1]) == "4 nodes and 2 edges in a plane."
    assert describe_embedding([[0, 0]], graph=np.zeros((1, 1))) == "1 node and 0 edges in a plane."


def test_large_numbers_are_written_with_commas():
    Y = np.random.default_rng(0).normal(size=(12_345, 2))
    assert describe_embedding(Y) == "12,345 points in a plane."
    text = describe_embedding(Y, np.arange(12_345) % 2)
    assert "(6,173 points)" in text
    assert describe_embedding(Y, np.arange(12_345.0) / 2).startswith(
        "12,345 points in a plane, with values from 0 to 6,172"
    )


def test_values_and_where_they_grow():
    Y = np.random.default_rng(0).uniform(size=(200, 2))
    assert describe_embedding(Y, Y[:, 0] + 0.5).endswith(" that grow to the right.")
    assert describe_embedding(Y, 2 - Y[:, 1]).endswith(" that grow downwards.")
    assert describe_embedding(Y, -Y.sum(axis=1)).endswith(" that grow to the lower left.")
    assert "grow" not in describe_embedding(Y, np.random.default_rng(1).uniform(size=200))
    assert "grow" not in describe_embedding(np.c_[Y, Y[:, 0]], Y[:, 0])
    assert describe_embedding(SQUARE, [0.25, 0.25, np.nan, 0.25]).endswith("all of value 0.25; 1 point has no label.")
    unplaced = [[np.nan] * 2, *SQUARE[:2]]
    text = describe_embedding(unplaced, [0.5, None, None])
    assert text == "2 points in a plane, none of which has a value; 1 more point without a place."
    assert describe_embedding(SQUARE * 1e99, [1e299, -1e299, 0.5, 1]).startswith(
        "4 points in a plane, with values from -1e"
    )


def test_missing_labels_single_classes_and_nodes_without_a_place():
    assert describe_embedding(SQUARE, [None] * 4) == "4 points in a plane, none of which has a label."
    assert describe_embedding(SQUARE, ["x"] * 4) == "4 points in a plane, all of the class “x”."
    text = describe_embedding(SQUARE, ["x", "x", None, None])
    assert text == "4 points in a plane, in the class “x” (2 points); 2 points have no label."
    Y = SQUARE.copy()
    Y[3] = np.nan
    text = describe_embedding(Y, [*"xxyz"], graph=nx.path_graph(4))
    assert text.startswith("3 nodes and 2 edges in a plane, in 2 classes: “x” (2 nodes) lies ")
    assert text.endswith("; 1 more node without a place.")


@pytest.mark.parametrize("name", ["line\nbreak\x00", "\u202eleft", "x" * 500, "", " ", "$\\frac$", "\ud800"])
def test_hostile_names(name):
    text = describe_embedding(SQUARE, [name, name, "other", "other"])
    assert text.isprintable()
    assert len(text) < 150
    text.encode()


def test_names_that_differ_far_behind_stay_apart():
    text = describe_embedding(SQUARE, [f"{'x' * 40}{side}{'y' * 40}" for side in "aabb"])
    assert len(set(text.split("“")[1:])) == 2


def test_labels_by_word():
    G = nx.karate_club_graph()
    text = describe_embedding(nx.circular_layout(G), "club", graph=G)
    assert text.startswith("34 nodes and 78 edges in a plane, in 2 classes: “")
    assert "community 1" in describe_embedding(nx.circular_layout(G), "louvain", graph=G)
    club = sg.datasets.load_karate_club()
    assert describe_embedding(np.ones((34, 2)), "label", graph=club).count("amid") == 1


def test_errors():
    with pytest.raises(ValueError, match="max_classes=-1: give a number of classes of at least 0"):
        describe_embedding(SQUARE, max_classes=-1)
    with pytest.raises(ValueError, match=r"Y has shape \(3, 4\): choose"):
        describe_embedding(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="labels='nope': give"):
        describe_embedding(SQUARE, "nope")
