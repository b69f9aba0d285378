"""What the nodes and edges of a graph carry beside names: attributes, columns, the weights as they are."""

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from ..datasets.dataset import Dataset
from ..runtime.checks import shown
from .adjacency import ROUNDING, Graph
from .annotated import graph_in, is_annotated
from .arcs import FEW, Reading
from .formats import to_arcs
from .packages import has


def node_attribute(graph, name):
    """The attribute `name` of each node, in the order of the rows, None for nodes without it; None if none has it."""
    if name not in node_attributes(graph):
        return None
    if is_annotated(graph):
        return graph.obs[name]
    if isinstance(graph, Dataset):
        return graph.classes
    values = graph.vs[name] if _is_igraph(graph) else [held.get(name) for _, held in graph.nodes(data=True)]
    for value in values:
        if getattr(value, "__hash__", None) is None:
            raise ValueError(
                f"graph has nodes whose {name!r} is {shown(value)}: give an attribute that is a name or a number"
            )
    return values


def node_attributes(graph):
    """Names of the attributes of nodes, in the order of their first appearance."""
    if is_annotated(graph):
        return list(graph.obs.columns)
    if isinstance(graph, Dataset):
        return ["label"]
    if _is_igraph(graph):
        return graph.vs.attributes()
    return _keys(held for _, held in graph.nodes(data=True)) if _is_networkx(graph) else []


def edge_attributes(graph):
    """Names of the attributes of edges; None where edges have no more than a weight, or columns."""
    if _is_igraph(graph):
        return graph.es.attributes()
    return _keys(held for *_, held in graph.edges(data=True)) if _is_networkx(graph) else None


def one_of(names):
    """The names as the end of an error: "one of ['a', 'b']"."""
    return f"one of {names[:FEW]}" if len(names) <= FEW else f"such as {', '.join(map(repr, names[:FEW]))}"


def edge_values(graph, name):
    """The attribute `name` of the edges as a symmetric matrix, arcs of both directions together; any numbers.

    `as_graph` reads weights, which pull; these are shown, and may be distances as well.
    """
    undirected = False
    if isinstance(graph, Graph):
        values = graph.adjacency.copy()
    else:
        arcs = to_arcs(graph_in(graph) if is_annotated(graph) else graph, Reading(name))
        n, undirected = len(arcs.nodes), arcs.undirected
        values = sparse.coo_array((np.asarray(arcs.weights, float), (arcs.row, arcs.col)), shape=(n, n)).tocsr()
    is_symmetric = (abs(values - values.T) > ROUNDING * abs(values)).nnz == 0
    return values if is_symmetric and not undirected else values + values.T


def edges_of(graph):
    """The edges of a NetworkX or igraph graph in its order, pairs of names, or triples with a key; None of others."""
    if _is_igraph(graph):
        names = to_arcs(graph, Reading(None)).nodes
        return [(names[i], names[j]) for i, j in graph.get_edgelist()]
    return list(graph.edges) if _is_networkx(graph) else None


def _is_igraph(graph):
    return has(graph, "get_edgelist", "vs", "es")


def _is_networkx(graph):
    return has(graph, "is_multigraph", "adjacency", "nodes", "edges") and not isinstance(graph, Graph)


def _keys(held):
    return list(dict.fromkeys(key for attributes in held if isinstance(attributes, Mapping) for key in attributes))
