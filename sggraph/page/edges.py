"""The edges of a page: each once, with the directions that it has, the time at which it first came, and its width."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, issparse, triu

from ..graph.adjacency import Graph
from ..graph.arcs import Reading
from ..graph.attributes import edge_attributes, edges_of, one_of
from ..graph.formats import to_arcs
from ..graph.frames import opened
from ..graph.windows import as_times
from ..runtime.checks import refused, shown
from ..runtime.warn import warn
from .columns import edge_columns
from .widths import width_facts

MOST_EDGES = 5_000_000  # of more a sample is kept, or the heaviest if they have widths
ACCEPTED = "an attribute of the edges, a time for each of them in their order, or a dict from (node, node) to a time"


class Times(NamedTuple):
    """When edges came, some several times: numbers, or dates as seconds since 1970; NaN where it is not known."""

    title: str
    row: np.ndarray
    col: np.ndarray
    values: np.ndarray
    are_dates: bool

    def first(self, place, row, col):
        """The least time of each edge (row, col), in either direction, between places of the page; NaN of the others.

        `place` has the place of each node, -1 where it has none.
        """
        ends = np.sort([place[self.row], place[self.col]], axis=0)
        known = (ends[0] >= 0) & ~np.isnan(self.values)
        keys, values = (ends[0] * len(place) + ends[1])[known], self.values[known]
        order = np.lexsort((values, keys))
        keys, at = np.unique(keys[order], return_index=True)
        wanted = row.astype(np.int64) * len(place) + col
        found = np.full(len(row), np.nan)
        found[np.isin(wanted, keys)] = values[order][at][np.searchsorted(keys, wanted[np.isin(wanted, keys)])]
        return found


def read_times(edge_time, graph, nodes):
    """Times, or None; `nodes` are the names of the rows, None without a graph."""
    if edge_time is None:
        return None
    if nodes is None:
        raise refused("edge_time", edge_time, "graph, too, whose edges have a time")
    title, index = "time", {node: i for i, node in enumerate(nodes)}
    if isinstance(edge_time, str):
        title, (row, col, values) = edge_time, _of_attribute(edge_time, graph, index)
    elif issparse(edge_time) and edge_time.shape == (len(nodes), len(nodes)):
        matrix = edge_time.tocoo()
        row, col, values = matrix.row, matrix.col, matrix.data
    else:
        edges, values = _by_edge(edge_time, graph)
        row, col = _ends(edges, index)
    return Times(title, row, col, *_as_times(values, title))


def _of_attribute(name, graph, index):
    table = opened(graph)
    held = edge_attributes(graph) if table is None else list(table.columns)
    if held is not None and name not in held:
        there = f"the edges have {one_of(held)}" if held else "the edges have no attributes"
        raise refused("edge_time", name, f"{ACCEPTED} ({there})")
    if held is None and isinstance(graph, Graph):
        raise refused("edge_time", name, f"graph, too, whose edges have it, or {ACCEPTED}")
    if held is None:  # a list of edges, a matrix
        arcs = to_arcs(graph, Reading(name))
        return arcs.row, arcs.col, arcs.weights
    if table is not None:
        arcs = to_arcs(graph, Reading(None))
        return arcs.row, arcs.col, table[name].to_list()
    if hasattr(graph, "es"):  # igraph
        return *_ends(edges_of(graph), index), graph.es[name]
    edges = list(graph.edges(data=name))
    return *_ends(edges, index), [edge[-1] for edge in edges]


def _by_edge(times, graph):
    """Edges and their times, of a dict or of a list in the order of the edges as NetworkX and igraph have one."""
    if isinstance(times, Mapping):
        return list(times), list(times.values())
    edges = edges_of(graph)
    if edges is None or np.ndim(times) != 1 or len(times) != len(edges):
        raise refused("edge_time", times, ACCEPTED)
    return edges, list(times)


def _ends(edges, index):
    """Rows of the two ends of each edge."""
    for edge in edges:
        if not (isinstance(edge, tuple) and len(edge) > 1 and edge[0] in index and edge[1] in index):
            raise ValueError(f"edge_time has the key {shown(edge)}: give pairs (node, node) of the graph")
    return np.array([(index[edge[0]], index[edge[1]]) for edge in edges], np.intp).reshape(-1, 2).T


def _as_times(values, name):
    """Floats, NaN for the missing, and whether they are seconds since 1970."""
    times, given, _ = as_times(values, name)
    are_dates = not isinstance(next(iter(given.values())), int | float | np.number)
    return times / 1e6 if are_dates else times, are_dates


def edge_facts(adjacency, rows, times, wide, column):
    """Facts of the edges between these rows, with the Times and the Wide if there are any, and their ends."""
    A = csr_array(adjacency[rows][:, rows] != 0, dtype=np.uint8)
    upper = triu(A + 2 * A.T, 1).tocoo()  # 1: an arc from the first end to the second, 2: back, 3: both
    row, col, kinds = upper.row, upper.col, upper.data
    values = None if wide is None else wide.of(rows[row], rows[col])
    if len(row) > MOST_EDGES:
        some = _some(len(row), values)
        row, col, kinds, values = row[some], col[some], kinds[some], None if values is None else values[:, some]
    sizes, gaps, order = edge_columns(row, col, len(rows))
    facts = {"sizes": column("sizes", sizes), "gaps": column("gaps", gaps), "kinds": None, "time": None, "width": None}
    if (kinds != 3).any():
        facts["kinds"] = column("kinds", kinds[order])
    if times is not None:
        place = np.full(adjacency.shape[0], -1)
        place[rows] = np.arange(len(rows))
        facts["time"] = _time_facts(times, times.first(place, row[order], col[order]), column)
    if wide is not None:
        facts["width"] = width_facts(wide, None if values is None else values[:, order], column)
    return facts, (row[order], col[order])


def _some(m, values):
    """Which of m edges a page keeps, with a warning: those of the greatest values (T, m), or a random sample."""
    mixed = np.random.default_rng(0).permutation(m)
    kept = f"a random sample of {MOST_EDGES:,}"
    if values is not None:
        kept = f"the {MOST_EDGES:,} of the greatest edge_width"
        mixed = mixed[np.argsort(-np.nan_to_num(values).max(axis=0)[mixed], kind="stable")]
    warn(f"graph has {m:,} edges: the page keeps {kept}", RuntimeWarning)
    return np.sort(mixed[:MOST_EDGES])


def _time_facts(times, first, column):
    """Facts of a column of times, from the least to the greatest; None where no edge of the page has one."""
    known = first[np.isfinite(first)]
    if not len(known):
        return None
    ends = {"min": float(known.min()), "max": float(known.max())}
    numbers = np.asarray(first, np.float32).view(np.uint32)
    return {"name": times.title, "dates": times.are_dates, **ends, "data": column("times", numbers)}
