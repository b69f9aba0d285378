"""The times of a sequence in a page: places at each, as steps from the time before, and a bit for who is there when."""

import numpy as np
from scipy.sparse import csr_array

from ..io.saved import SavedEmbedding
from ..plot.snapshots import Series
from .columns import zigzag

WORD = 32  # bits


def of_sequence(snapshots, graph, edge_time):
    """The picture of all nodes, the Graph of all edges, and the Series with the places at each time."""
    for name, value in (("graph", graph), ("edge_time", edge_time)):
        if value is not None:
            raise ValueError(f"{name} is given, but the snapshots of a sequence have theirs: leave it out")
    series = Series(snapshots)
    saved, places = _as_picture(series)
    return saved, series.union, (series, places)


def _as_picture(series):
    """A SavedEmbedding of all nodes of a Series, where they are at last, and where each is at each time, (T, N, d).

    Who is not there is where it was before, or else where it will be at first.
    """
    places = series.places.copy()
    for t in range(1, len(places)):
        places[t] = np.where(series.is_there[t, :, None], places[t], places[t - 1])
    for t in range(len(places) - 2, -1, -1):
        places[t] = np.where(np.isnan(places[t]), places[t + 1], places[t])
    return SavedEmbedding(places[-1], series.nodes), places


def sequence_facts(series, steps, rows, ends, column):
    """Facts of the times; `steps` (T - 1, n, d) from each to the next in whole numbers, `ends` of the edges in rows."""
    moves = [[column(f"move{t}{k}", zigzag(step[:, k])) for k in range(step.shape[1])] for t, step in enumerate(steps)]
    nodes = _words([is_there[rows] for is_there in series.is_there], "there", column)
    row, col = (rows[end] for end in ends)
    graphs = (series.on_union(graph.adjacency, t) for t, graph in enumerate(series.graphs))
    edges = _words([_has(csr_array(A + A.T), row, col) for A in graphs], "on", column)
    return {"titles": series.titles, "moves": moves, "nodes": nodes, "edges": edges}


def _has(A, row, col):
    """Whether a matrix has entries there."""
    return np.asarray(A[row, col]).ravel() != 0 if len(row) else np.zeros(0, bool)


def _words(flags, name, column):
    """Columns of numbers whose bits are flags, WORD of them in one number, the first the lowest."""
    found = []
    for first in range(0, len(flags), WORD):
        numbers = np.zeros(len(flags[0]), np.uint32)
        for k, flag in enumerate(flags[first : first + WORD]):
            numbers |= flag.astype(np.uint32) << np.uint32(k)
        found.append(column(f"{name}{first}", numbers))
    return found
