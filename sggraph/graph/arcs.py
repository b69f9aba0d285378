"""Coordinate arrays of a graph, ``Arcs``, and what makes them of names, of two kinds of nodes, and of weights."""

from collections.abc import Hashable
from itertools import chain
from typing import NamedTuple

import numpy as np

from ..runtime.checks import listed, refused, shown
from ..runtime.warn import warn

FEW = 12  # names of attributes that an error lists


class GraphWarning(UserWarning):
    """What was given is not taken as it stands: self-loops dropped, fewer neighbours than asked for, an array that may
    be a graph or samples, columns of a table that are left out.
    """


class Reading(NamedTuple):
    """What the caller says of a graph: names of columns or attributes, and whether it has two kinds of nodes."""

    weight: Hashable = "weight"
    source: Hashable = None
    target: Hashable = None
    bipartite: bool = False


class Arcs(NamedTuple):
    """Arcs of a graph, one an entry: from which row to which column, how heavy."""

    row: np.ndarray
    col: np.ndarray
    weights: np.ndarray
    nodes: list
    undirected: bool  # every entry is an edge, to be counted from both its ends


def arcs_of_labels(sources, targets, weights=None):
    """Undirected edges between named nodes, which follow their first appearance."""
    ends = [end for edge in zip(sources, targets, strict=True) for end in edge]
    try:
        nodes = list(dict.fromkeys(ends))  # keeps the order of first appearance
    except TypeError as error:
        raise ValueError(f"graph has node labels that cannot be hashed ({error}): use strings or numbers") from error
    index = {node: i for i, node in enumerate(nodes)}
    ids = np.fromiter(map(index.__getitem__, ends), np.int64, len(ends)).reshape(-1, 2)
    weights = np.ones(len(ids)) if weights is None else as_weights(weights)
    return Arcs(ids[:, 0], ids[:, 1], weights, nodes, True)


def tell_no_direction(direction):
    """Warn that a direction changes nothing in a table, each row of which is an edge."""
    if direction in ("out", "in"):
        warn(
            f"graph: direction={direction!r} changes nothing, rows of a table are edges without direction; "
            "networkx.from_pandas_edgelist(table, source, target, create_using=networkx.DiGraph) makes arcs of them",
            GraphWarning,
        )


def kept_apart(arcs):
    """The same edges where sources and targets are two kinds of nodes, each in the order of its first appearance."""
    (rows, row), (columns, col) = _numbered(arcs.row), _numbered(arcs.col)
    return two_sided(row, col, arcs.weights, *([arcs.nodes[k] for k in kind] for kind in (rows, columns)))


def _numbered(ends):
    distinct, first, places = np.unique(ends, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return distinct[order].tolist(), np.argsort(order)[places]


def two_sided(row, col, weights, rows, columns):
    """Edges between `rows` and `columns`; where a name is in both, names become ("row", name) and ("column", name)."""
    if not set(rows).isdisjoint(columns):
        rows, columns = [("row", name) for name in rows], [("column", name) for name in columns]
    return Arcs(np.asarray(row, np.int64), np.asarray(col, np.int64) + len(rows), weights, [*rows, *columns], True)


def weights_in(attributes, name):
    """Weights of edges that each have a dictionary of attributes, 1 where it lacks this one."""
    check_held(name, attributes)
    return as_weights([held.get(name, 1) for held in attributes])


def check_held(name, attributes):
    """Refuse a weight that none of the dictionaries of attributes holds, as `check_weight` does."""
    if name not in (None, "weight"):
        check_weight(name, list(dict.fromkeys(chain.from_iterable(attributes))), len(attributes))


def check_weight(name, names, m):
    """Refuse a weight that is none of the attributes `names` of m edges; "weight", the default, need not be there."""
    if name != "weight" and name not in names and m:
        if not names:
            raise refused("weight", name, "None to ignore weights: the edges of this graph have no attributes")
        raise refused("weight", name, f"an attribute of the edges, {listed(names[:FEW])}, or None to ignore weights")


def no_number(where, weight):
    """The ValueError for a weight that is none; `where` it stands is "graph", "an edge" or a line."""
    return ValueError(f"{where} has the weight {shown(weight)}, not a number: correct it, or give weight=None")


def as_weights(values):
    """Coerce to a float64 copy; refuse what is not a column of real numbers."""
    try:
        array = np.asarray(values)
    except ValueError:  # items of unequal length
        array = np.empty((0, 0))
    if array.ndim == 1 and array.dtype.kind in "biuf":
        return array.astype(np.float64)
    return np.array([_as_weight(value) for value in (values if array.ndim else [values])], dtype=np.float64)


def _as_weight(value):
    try:
        if not isinstance(value, (str, bytes, np.complexfloating, np.timedelta64)):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(
        f"graph has the weight {shown(value)} of type {type(value).__name__}, but weights are real numbers: "
        "convert them, or give weight=None to ignore weights"
    )
