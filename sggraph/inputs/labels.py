"""Labels of any origin become class numbers and class names, or values."""

import re
from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np

from ..graph.adjacency import GraphWarning, as_graph
from ..graph.annotated import gene_of, is_annotated
from ..graph.attributes import node_attribute, node_attributes, one_of
from ..runtime.checks import is_missing, refused, shown
from ..runtime.warn import untold, warn


def as_classes(labels, names, n):
    """Class number of each row (-1 is missing) and the classes; or float values and None. See `by_row`."""
    labels = by_row(labels, names, n)
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


def by_row(labels, names, n, word="labels"):
    """The labels, one per row of Y, in the order of the rows: by name where these have names (None: they have none).

    Every function that takes labels, or another `word`, reads them here. A pandas Series is read by its index only
    where the index holds the names of all rows; one that counts 0, 1, 2 ... says nothing.
    """
    if isinstance(labels, Mapping):
        rows = range(n) if names is None else names
        if not any(node in labels for node in rows):
            raise ValueError(
                f"{word} has none of the nodes as key, such as {shown(rows[0])}: key it by node, or give a list"
            )
        return [labels.get(node) for node in rows]
    found = _by_index(labels, names)
    if found is not None:
        return found
    if isinstance(labels, str) or np.ndim(labels) != 1 or len(labels) != n:
        accepted = f"one {'label' if word == 'labels' else 'number'} for each of the {n} rows of Y"
        if isinstance(labels, str):
            raise refused("labels", labels, f"{accepted}, or with graph= 'louvain' or an attribute of its nodes")
        raise ValueError(f"{word} has shape {np.shape(labels)}: give {accepted}")
    if names is not None and _is_series(labels):
        _check_index(labels.index, names, word)
    return getattr(labels, "array", labels)  # of a Series, without the index


def _is_series(labels):
    return hasattr(labels, "iloc") and np.ndim(labels) == 1


def _by_index(labels, names):
    """The labels of a Series in the order of the names, None if its index is not of these."""
    if names is None or not _is_series(labels) or not labels.index.is_unique:
        return None
    place = {name: i for i, name in enumerate(labels.index)}
    if not place.keys() >= set(names):
        return None
    return labels.iloc[[place[name] for name in names]].array


def _check_index(index, names, word):
    """Refuse an index that knows some of the names, and warn of one that knows none, unless it counts rows."""
    if list(index) == list(range(len(names))):
        return
    unknown = set(names).difference(index)
    remedy = f"{word}.to_numpy() goes by row"
    if len(unknown) == len(set(names)):
        warn(
            f"{word}: its index holds none of the nodes, such as {shown(names[0])}, and is ignored; {remedy}",
            GraphWarning,
        )
        return
    if unknown:
        lack = f"lacks {len(unknown)} of the nodes, such as {shown(next(x for x in names if x in unknown))}"
    else:
        lack = "holds some of the nodes twice"
    raise ValueError(f"{word} has an index that {lack}: correct it, or leave it out ({remedy})")


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
    """The labels that a word calls: an attribute of the nodes of `graph`, "louvain" for its communities, or a gene."""
    if not isinstance(labels, str):
        return labels
    held = [] if graph is None else node_attributes(graph)
    if labels in held:
        return node_attribute(graph, labels)
    if labels == "louvain":
        if graph is None:
            raise ValueError("labels='louvain' finds communities of the graph: give graph, too")
        return louvain_names(graph, random_state)
    if is_annotated(graph):
        return gene_of(graph, labels)  # its columns are held
    if held:
        raise refused("labels", labels, f"'louvain', an attribute of the nodes, {one_of(held)}, or a list of labels")
    return labels


def louvain_names(graph, random_state=0):
    """Name of the Louvain community of each node, "community 1" the largest; None for a node that is alone in its own.

    Weights count, direction does not. NetworkX's own search, in pure Python: 1 s for 28,000 edges, 7 s for 170,000.
    """
    import networkx as nx

    with untold(GraphWarning):  # self-loops show nothing
        graph = as_graph(graph)
    found = nx.community.louvain_communities(nx.from_scipy_sparse_array(graph.adjacency), seed=random_state)
    names = np.full(len(graph.nodes), None, dtype=object)
    found = sorted((sorted(c) for c in found if len(c) > 1), key=lambda c: (-len(c), c[0]))
    for k, members in enumerate(found, 1):
        names[members] = f"community {k}"
    return names.tolist()
