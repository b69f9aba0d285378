"""Snapshots on the union of their nodes: who is there when and where, and the room that all of them take."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
from scipy import sparse

from ..graph.adjacency import Graph, quiet_graph
from ..method.sequence import Snapshot
from ..method.together import numbered
from ..runtime.checks import is_whole, refused, shown
from .frame import View, filled, view_for

ACCEPTED = "a list of Snapshot, which embed_sequence returns"
TRAILS = "a number of nodes, those that moved farthest, or a list of nodes"


class Series:
    """Snapshots, with `nodes`, all that occur, `rows`, which of them each has, and `places` (T, N, d), else NaN."""

    def __init__(self, snapshots):
        self.snapshots = _checked(snapshots)
        self.nodes, self.rows = numbered(self.snapshots)
        self.graphs = [quiet_graph(snapshot.graph) for snapshot in self.snapshots]
        self.d = self.snapshots[0].coordinates.shape[1]
        self.places = np.full((len(self.snapshots), len(self.nodes), self.d), np.nan)
        for t, (snapshot, rows) in enumerate(zip(self.snapshots, self.rows, strict=True)):
            self.places[t, rows] = snapshot.coordinates
        self.is_there = ~np.isnan(self.places[:, :, 0])

    def __len__(self):
        return len(self.snapshots)

    @property
    def rows_and_graphs(self):
        """Pairs of the numbers of the nodes, and the Graph, at each time."""
        return list(zip(self.rows, self.graphs, strict=True))

    @property
    def titles(self):
        """The times in words."""
        return [in_words(snapshot.time) for snapshot in self.snapshots]

    def on_union(self, matrix, t):
        """A matrix (n, n) of the nodes at time t as one of all nodes."""
        entries, rows = sparse.coo_array(matrix), self.rows[t]
        N = len(self.nodes)
        return sparse.csr_array((entries.data, (rows[entries.row], rows[entries.col])), shape=(N, N))

    @property
    def union(self):
        """The Graph of all edges, as heavy as they are in all snapshots together."""
        matrices = [self.on_union(snapshot.graph.adjacency, t) for t, snapshot in enumerate(self.snapshots)]
        return Graph(sum(matrices[1:], start=matrices[0]), self.nodes, True, True)

    def chosen(self, trails):
        """Numbers of the nodes that `trails` names, or of so many that moved farthest from time to time."""
        if trails is None:
            return []
        if is_whole(trails) and trails >= 0:
            moved = np.nansum(np.linalg.norm(np.diff(self.places, axis=0), axis=2), axis=0)
            return np.argsort(-moved, kind="stable")[:trails].tolist()
        if isinstance(trails, (str, Mapping)) or not isinstance(trails, Iterable):
            raise refused("trails", trails, TRAILS)
        number, trails = {node: i for i, node in enumerate(self.nodes)}, list(trails)
        unknown = next((node for node in trails if node not in number), None)
        if unknown is not None:
            raise ValueError(f"trails has {shown(unknown)}, which no snapshot has: give nodes of the graphs")
        return [number[node] for node in trails]

    def view(self, sides, ways):
        """The View of all places, in a plane in the proportions of these sides; in 1-D trails reach down."""
        points, height = on_plane(self.places[self.is_there]), 0.0
        if self.d == 1:
            height = max(map(_longest, self.graphs, self.rows, self.places)) / 2
            depth = np.nanmax(np.abs(np.diff(ways, axis=1)), initial=0.0) / 2
            points = np.vstack([points, [points[:, 0].mean(), -depth]])
        view, _ = view_for(None, points, height)
        return view if self.d == 3 else View(*filled(view.low, view.high, sides), points)


def on_plane(Y):
    """Places as pictures have them: those of one dimension on a line."""
    return np.column_stack([Y, np.zeros(len(Y))]) if Y.shape[1] == 1 else Y


def _longest(graph, rows, places):
    """Length of the longest edge in one dimension."""
    i, j = graph.adjacency.nonzero()
    return np.abs(places[rows[i]] - places[rows[j]]).max(initial=0.0)


def _checked(snapshots):
    """The snapshots as a list, or a ValueError."""
    if not isinstance(snapshots, Iterable) or isinstance(snapshots, (str, Mapping, np.ndarray)):
        raise refused("snapshots", snapshots, ACCEPTED)
    snapshots = list(snapshots)
    if not are_snapshots(snapshots):
        raise refused("snapshots", snapshots, ACCEPTED)
    kinds = {snapshot.coordinates.shape[1] for snapshot in snapshots}
    if len(kinds) > 1:
        raise ValueError(f"snapshots have {sorted(kinds)} dimensions: give those of one sequence")
    return snapshots


def are_snapshots(given):
    """Whether it is a list of Snapshot, and not an empty one."""
    return isinstance(given, (list, tuple)) and bool(given) and all(isinstance(each, Snapshot) for each in given)


def in_words(time):
    """A time as a title tells it: of dates the hour only where it is not midnight."""
    if isinstance(time, np.datetime64):
        time = time.astype("datetime64[us]").item()
    if isinstance(time, datetime):
        midnight = (time.hour, time.minute, time.second, time.microsecond) == (0, 0, 0, 0)
        return time.date().isoformat() if midnight else time.isoformat(" ")
    return str(time)
