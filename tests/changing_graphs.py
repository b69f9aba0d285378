"""Snapshots of graphs that change, at places that tests choose."""

import networkx as nx
import numpy as np

import sggraph as sg

G = nx.karate_club_graph()


def snapshot(time, graph, places, **how):
    """A Snapshot of a graph whose nodes are at places (a dict)."""
    found = sg.as_graph(graph, **how)
    Y = np.array([np.atleast_1d(places[node]) for node in found.nodes], np.float32)
    return sg.Snapshot(time, found, Y, np.full(len(Y), np.nan))


def growing(n_times=3, d=2, step=10):
    """The karate club, whose members come one after the other and move to the right."""
    rng = np.random.default_rng(0)
    base = rng.normal(size=(34, d))
    return [
        snapshot(1900 + t, G.subgraph(range(34 - step * (n_times - 1 - t))), dict(enumerate(base + t)))
        for t in range(n_times)
    ]


# one node goes, one comes, one moves
ONE = nx.Graph([("a", "b"), ("b", "gone"), ("a", "c")])
TWO = nx.Graph([("a", "b"), ("b", "new"), ("b", "c")])
PLACES = [
    {"a": (0, 0), "b": (4, 0), "c": (0, 4), "gone": (4, 4)},
    {"a": (0, 0), "b": (6, 0), "c": (0, 4), "new": (6, 2)},
]
CHANGE = [snapshot("before", ONE, PLACES[0]), snapshot("after", TWO, PLACES[1])]
