"""embed_sequence: graphs of several times in pictures that can be compared."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.spatial import procrustes

import sggraph as sg
from sggraph.core.motion import Motion
from sggraph.core.tether import pull_back
from sggraph.metrics import shortest_path_correlation


def versions(G, n, share, seed=0):
    """n versions of G, a share of whose edges is replaced each time, by ones that close triangles."""
    rng = np.random.default_rng(seed)
    found = [nx.Graph(G)]
    for _ in range(n - 1):
        later = found[-1].copy()
        edges, nodes = list(later.edges), list(later)
        gone = rng.choice(len(edges), int(share * len(edges)), replace=False)
        later.remove_edges_from([edges[k] for k in gone])
        while later.number_of_edges() < len(edges):
            node = nodes[rng.integers(len(nodes))]
            near = [far for each in later[node] for far in later[each] if far != node]
            if near:
                later.add_edge(node, near[rng.integers(len(near))])
        found.append(later)
    return found


def way(one, other, *, turned=False):
    """The median way of the nodes that both have over the radius of the picture."""
    shared = [node for node in one if node in other]
    X, Y = (np.array([each[node] for node in shared], float) for each in (one, other))
    if turned:
        X, Y, _ = procrustes(X, Y)
    return np.median(np.linalg.norm(X - Y, axis=1)) / np.sqrt(((X - X.mean(axis=0)) ** 2).sum(axis=1).mean())


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_pull_is_that_of_a_spring_within_a_unit_and_stays_beyond(d):
    rng = np.random.default_rng(0)
    Y, places = (rng.normal(scale=3, size=(6, d)).astype(np.float32) for _ in range(2))
    order, row = rng.permutation(6), np.array([3, -1, 0, 5, 1, -1])
    F = np.ones_like(Y)
    pull_back(0, 0, 6, Y, order, places, row, (0,) * d, np.float32(0.3), F)
    expected = np.ones_like(Y)
    for r, node in enumerate(order):
        if row[node] >= 0:
            delta = Y[r] - places[row[node]]
            expected[r] += 0.3 * delta / np.sqrt(1 + delta @ delta)
    assert_allclose(F, expected, rtol=1e-6)


def test_pictures_can_be_compared_and_are_as_good_as_separate_ones():
    caves = nx.relaxed_caveman_graph(30, 10, 0.15, seed=3)
    caves.remove_edges_from(list(nx.selfloop_edges(caves)))
    graphs = versions(caves, 4, 0.05)
    apart = [sg.sgtsne_layout(G, seed=0) for G in graphs]
    found = sg.embed_sequence(graphs)
    assert [snapshot.time for snapshot in found] == [0, 1, 2, 3]
    ours = np.mean([way(one.positions, other.positions) for one, other in pairwise(found)])
    theirs = np.mean([way(one, other, turned=True) for one, other in pairwise(apart)])
    assert ours < theirs / 5
    for score in (sg.neighbor_recall, shortest_path_correlation):
        each = np.mean([score(G, snapshot.coordinates) for G, snapshot in zip(graphs, found, strict=True)])
        alone = np.mean([score(G, list(Y.values())) for G, Y in zip(graphs, apart, strict=True)])
        assert each > alone - 0.02


def test_who_changes_company_goes_there_and_the_others_stay():
    blocks = nx.planted_partition_graph(3, 30, 0.4, 0.01, seed=1)
    later = blocks.copy()
    movers = range(5)
    for node in movers:  # from the first block to the second
        later.remove_edges_from(list(blocks.edges(node)))
        later.add_edges_from((node, 30 + (7 * node + 3 * k) % 30) for k in range(12))
    found = sg.embed_sequence([blocks] * 2 + [later] * 2)
    before, after = (snapshot.coordinates for snapshot in found[1:3])
    moved = found[2].moved
    others = np.arange(5, 90)
    assert np.median(moved[list(movers)]) > 5 * np.median(moved[others])
    home, new = np.arange(5, 30), np.arange(30, 60)
    for node in movers:
        assert np.linalg.norm(before[node] - before[home].mean(0)) < np.linalg.norm(before[node] - before[new].mean(0))
        assert np.linalg.norm(after[node] - after[new].mean(0)) < np.linalg.norm(after[node] - after[home].mean(0))


def test_equal_graphs_in_a_row_have_equal_pictures():
    G = nx.les_miserables_graph()
    shuffled = nx.Graph()
    shuffled.add_nodes_from(reversed(list(G)))
    shuffled.add_edges_from(G.edges(data=True))
    other = G.copy()
    other.remove_node("Javert")
    found = sg.embed_sequence({"a": G, "b": shuffled, "c": other, "d": G})
    assert all(np.array_equal(found[0].positions[node], found[1].positions[node]) for node in G)
    assert (found[1].moved == 0).all()
    assert found[2].moved.max() > 0
    assert np.isnan(found[3].moved).sum() == 1  # Javert is back
    assert [len(snapshot.nodes) for snapshot in found] == [77, 77, 76, 77]


def test_stability_is_one_dial():
    graphs = versions(nx.les_miserables_graph(), 3, 0.1)
    ways = []
    for stability in (0, 0.2, 0.5, 0.9, 1):
        found = sg.embed_sequence(graphs, stability=stability, weight=None)
        ways.append(np.nanmean(found[1].moved) + np.nanmean(found[2].moved))
    assert ways == sorted(ways, reverse=True)
    assert ways[0] > 2 * ways[2] > 0
    assert ways[-1] == 0


@pytest.mark.parametrize("d", [1, 3])
def test_in_one_and_three_dimensions(d):
    found = sg.embed_sequence(versions(nx.cycle_graph(40), 2, 0.05), d=d, max_iter=100)
    assert [snapshot.coordinates.shape for snapshot in found] == [(40, d)] * 2
    assert np.isfinite(found[1].coordinates).all()


def test_nodes_come_and_go_and_graphs_may_have_no_edge():
    graphs = [nx.path_graph(6), nx.empty_graph(3), nx.Graph([(1, 2), (2, "new")]), nx.empty_graph(1)]
    found = sg.embed_sequence(graphs, max_iter=60)
    assert [len(snapshot.coordinates) for snapshot in found] == [6, 3, 3, 1]
    assert all(np.isfinite(snapshot.coordinates).all() for snapshot in found)
    assert np.isnan(found[2].moved).tolist() == [False, False, True]


def test_leaves_stand_beside_their_neighbours_on_the_same_side():
    tree = nx.balanced_tree(3, 4)
    later = tree.copy()
    later.remove_node(120)  # a leaf
    found = sg.embed_sequence([tree, later], drop_leaf=True)
    leaves = [node for node in later if later.degree(node) == 1]
    edges = [np.linalg.norm(found[0].positions[a] - found[0].positions[b]) for a, b in tree.edges if tree.degree(b) > 1]
    ways = []
    for snapshot in found:
        Y = snapshot.positions
        steps = np.array([Y[node] - Y[next(iter(later[node]))] for node in leaves])
        lengths = np.linalg.norm(steps, axis=1)
        assert (lengths < 0.75 * np.median(edges)).all()
        assert (lengths > 0.3 * np.median(edges)).all()
        ways.append(steps / lengths[:, None])
    assert (np.sum(ways[0] * ways[1], axis=1) > 0.99).all()


def test_the_same_bits_on_any_number_of_threads():
    graphs = versions(nx.grid_2d_graph(30, 40), 2, 0.02)
    one, two = (sg.embed_sequence(graphs, n_jobs=n_jobs, max_iter=60) for n_jobs in (1, 3))
    assert all(np.array_equal(a.coordinates, b.coordinates) for a, b in zip(one, two, strict=True))


def test_edges_with_a_time_are_cut_first():
    edges = pd.DataFrame({"source": list("abcabd"), "target": list("bcdbce"), "year": [1, 1, 1, 2, 2, 2]})
    found = sg.embed_sequence(edges, time="year", max_iter=40)
    assert [(snapshot.time, snapshot.nodes) for snapshot in found] == [(1, list("abcd")), (2, list("abcde"))]
    assert repr(found[1]) == "<Snapshot 2: 5 nodes in 2-D>"


def test_the_schedule_as_published_and_one_of_the_callers():
    graphs = versions(nx.les_miserables_graph(), 2, 0.05)
    for options in ({"alpha": 12, "max_iter": 100}, {"schedule": sg.Schedule((sg.Phase(50, 2.0, 40.0, 0.8),))}):
        found = sg.embed_sequence(graphs, **options)
        assert way(found[0].positions, found[1].positions) < 0.5


def test_what_is_not_understood_is_refused_by_name():
    G = nx.path_graph(4)
    for wrong, match in (
        (G, "graphs is one Graph"),
        ([], "graphs is empty"),
        ({}, "graphs is empty"),
        (5, "graphs is one int"),
    ):
        with pytest.raises(ValueError, match=match):
            sg.embed_sequence(wrong)
    with pytest.raises(ValueError, match=r"stability=1\.5"):
        sg.embed_sequence([G], stability=1.5)
    with pytest.raises(ValueError, match="init='random'"):
        sg.embed_sequence([G], init="random")
    with pytest.raises(ValueError, match="give time, too"):
        sg.embed_sequence([G], window=3)
    with pytest.raises(TypeError, match="no parameter 'stabilty'"):
        sg.embed_sequence([G], stabilty=1)
    with pytest.raises(MemoryError, match="max_memory"):
        sg.embed_sequence([nx.path_graph(3000)] * 2 + [nx.path_graph(2999)], max_memory="8MB")


def test_a_sequence_that_diverges_says_so():
    with pytest.raises(sg.EmbeddingDivergedError, match="the sequence diverged"):
        sg.embed_sequence(versions(nx.karate_club_graph(), 2, 0.1), eta=1e25, alpha=1e5, max_iter=200)


def test_pictures_are_enlarged_around_one_point():
    motion = Motion.at(np.array([[1.0, 0.0], [3.0, 0.0]]))
    motion.Y = np.array([[1.0, 0.0], [3.0, 0.0]], np.float32)
    motion.enlarge(2.0, np.array([1.0, 0.0], np.float32))
    assert motion.Y.tolist() == [[0, 0], [4, 0]]
