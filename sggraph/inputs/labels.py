"""Labels of any origin become class numbers and class names, or values."""

import re
import warnings
from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
from scipy import sparse

from ..graph.adjacency import GraphWarning, as_graph
from ..runtime.checks import refused, shown


def as_classes(labels, nodes, n):
    """Class number of each row (-1 is missing) and the classes; or float values and None."""
    labels = by_row(labels, nodes, n)
    categories = getattr(getattr(labels, "cat", labels), "categories", None)
    raw = np.asarray(labels) if hasattr(labels, "dtype") else np.fromiter(labels, dtype=object, count=n)
    missing = np.array([is_missing(x) for x in raw]) if raw.dtype == object else raw != raw
    present = raw[~missing]
    if categories is None and _are_floats(present):
        if not (missing.any() and np.all(present == present.astype(float).round())):
            values = np.full(n, np.nan)
            values[~missing] = present
            return values, None
        present = present.astype(int)
    present = present.tolist()
    names = _in_order(set(present), categories)
    number = {name: c for c, name in enumerate(names)}
    codes = np.full(n, -1)
    codes[~missing] = [number[name] for name in present]
    return codes, names


def _in_order(names, categories):
    if categories is not None:
        return [name for name in categories if name in names]
    if all(isinstance(name, str) for name in names):
        return sorted(names, key=_with_numbers)
    try:
        return sorted(names)
    except TypeError:  # of several types, or of one without an order
        return sorted(names, key=lambda name: (type(name).__name__, str(name)))


def _with_numbers(name):
    """Sorting key for which "a 2" comes before "a 10"."""
    parts = re.split(r"(\d+)", name)
    return [(int(part) if part.isdecimal() else 0, part) for part in parts]


def by_row(labels, nodes, n):
    """The labels, one per row of Y, in the order of the rows."""
    if isinstance(labels, Mapping):
        rows = range(n) if nodes is None else nodes
        if not any(node in labels for node in rows):
            raise ValueError(
                f"labels has none of the nodes as key, such as {shown(rows[0])}: key it by node, or give a list"
            )
        return [labels.get(node) for node in rows]
    by_name = hasattr(labels, "reindex") and nodes is not None and labels.index.is_unique
    if by_name and set(nodes) <= set(labels.index):
        labels = labels.reindex(nodes)
    if isinstance(labels, str) or np.ndim(labels) != 1 or len(labels) != n:
        accepted = f"one label for each of the {n} rows of Y"
        if isinstance(labels, str):
            raise refused("labels", labels, f"'louvain' or {accepted}")
        raise ValueError(f"labels has shape {np.shape(labels)}: give {accepted}")
    return labels


def is_missing(label):
    """Whether a label is None, NaN, NA or NaT."""
    return label is None or type(label).__name__ == "NAType" or label != label


def _are_floats(labels):
    if labels.dtype != object:
        return labels.dtype.kind == "f"
    return all(isinstance(x, Real) for x in labels) and not all(isinstance(x, Integral | np.bool_) for x in labels)


def by_size(codes, k):
    """Class numbers, the largest class first."""
    return np.argsort(-np.bincount(codes[codes >= 0], minlength=k), kind="stable")


def without_empty(codes, names):
    """Class numbers and names, those of classes without a member left out."""
    kept = np.unique(codes[codes >= 0])
    number = np.full(len(names) + 1, -1)  # the last is that of the missing
    number[kept] = np.arange(len(kept))
    return number[codes], [names[c] for c in kept]


def read_labels(labels, graph, random_state=0):
    """The labels, without an index where it is not one of nodes; for "louvain" the communities of `graph`."""
    if not (isinstance(labels, str) and labels == "louvain"):
        nameless = sparse.issparse(graph) or isinstance(graph, np.ndarray) or type(graph) in (list, tuple)
        return getattr(labels, "array", labels) if nameless else labels  # the values of a pandas Series
    if graph is None:
        raise ValueError("labels='louvain' finds communities of the graph: give graph, too")
    return louvain_names(graph, random_state)


def louvain_names(graph, random_state=0):
    """Name of the Louvain community of each node, "community 1" the largest; None for a node that is alone in its own.

    Weights count, direction does not. NetworkX's own search, in pure Python: 1 s for 28,000 edges, 7 s for 170,000.
    """
    import networkx as nx

    with warnings.catch_warnings():  # self-loops show nothing
        warnings.simplefilter("ignore", GraphWarning)
        graph = as_graph(graph)
    found = nx.community.louvain_communities(nx.from_scipy_sparse_array(graph.adjacency), seed=random_state)
    names = np.full(len(graph.nodes), None, dtype=object)
    found = sorted((sorted(c) for c in found if len(c) > 1), key=lambda c: (-len(c), c[0]))
    for k, members in enumerate(found, 1):
        names[members] = f"community {k}"
    return names.tolist()
