"""Graphs of other packages become ``Arcs``, known by their methods: none of those packages is imported."""

from itertools import chain, compress
from operator import methodcaller

import numpy as np

from .arcs import Arcs, as_weights, check_held, check_weight, weights_in
from .matrices import arcs_of_index, arcs_of_sparse


def reader_of(graph):
    """The function that makes Arcs of a graph of another package, or None."""
    if isinstance(graph, dict):  # a Dataset of scikit-network is one, and so is a graph of OGB
        return next((read for key, read in KEYS.items() if graph.get(key) is not None), None)
    return next((read for read, methods in METHODS.items() if has(graph, *methods)), None)


def has(thing, *names):
    """Whether it is an object, and no type, with these methods."""
    return not isinstance(thing, type) and all(hasattr(thing, name) for name in names)


def _arcs_of_networkx(graph, how):
    """All loops run in C: a third to a fifth of the time of ``networkx.to_scipy_sparse_array``."""
    nodes, rows, directed = list(graph), dict(graph.adjacency()), graph.is_directed()
    plain = {*map(type, nodes)} <= {int} and nodes == list(range(len(nodes)))
    index = None if plain else {node: i for i, node in enumerate(nodes)}
    heads = list(map(list, rows.values()))  # the length of a view with a filter of edges may be too great
    row = np.repeat(_numbers(rows, index), list(map(len, heads)))
    col = _numbers(chain.from_iterable(heads), index)
    attributes = _values(rows.values())
    if graph.is_multigraph():
        parallel = list(attributes)
        row, col = (np.repeat(ends, list(map(len, parallel))) for ends in (row, col))
        attributes = _values(parallel)
    if not directed:  # both rows of an edge hold it
        once = row <= col
        row, col, attributes = row[once], col[once], compress(attributes, once.tolist())
    weights = np.ones(len(row)) if how.weight is None else weights_in(list(attributes), how.weight)
    return Arcs(row, col, weights, nodes, not directed)


def _numbers(names, index):
    """Rows of nodes; without an index these are their names, which saves a look into scattered memory each."""
    return np.fromiter(names if index is None else map(index.__getitem__, names), np.int64)


def _values(mappings):
    return chain.from_iterable(map(methodcaller("values"), mappings))


def _arcs_of_igraph(graph, how):
    n = graph.vcount()
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    weights, names = np.ones(len(ends)), graph.es.attributes()
    if how.weight is not None:
        check_weight(how.weight, names, len(ends))
        if how.weight in names:
            weights = as_weights([1 if value is None else value for value in graph.es[how.weight]])
    names = list(graph.vs["name"]) if "name" in graph.vs.attributes() else []
    nodes = names if len(set(names)) == n else list(range(n))
    return Arcs(ends[:, 0], ends[:, 1], weights, nodes, not graph.is_directed())


def _arcs_of_rustworkx(graph, how):
    """The payload of an edge is its weight, or a dictionary that holds it; that of a node names it, if all differ."""
    rows = list(graph.node_indices())
    triples = list(graph.weighted_edge_list())
    check_held(how.weight, [value for *_, value in triples if isinstance(value, dict)])
    edges = [(row, col, _payload(value, how.weight)) for row, col, value in triples]
    return _of_triples(edges, rows, list(graph.nodes()), not hasattr(graph, "predecessors"))


def _payload(value, weight):
    if isinstance(value, dict):
        return value.get(weight, 1)
    return 1 if weight is None or value is None or isinstance(value, str) else value


def _arcs_of_networkit(graph, how):
    edges = [(row, col, 1 if how.weight is None else value) for row, col, value in graph.iterEdgesWeights()]
    return _of_triples(edges, list(graph.iterNodes()), [], not graph.isDirected())


def _arcs_of_graph_tool(graph, how):
    """Weights are the edge property of that name, names the vertex property "name"."""
    rows, properties = graph.get_vertices().tolist(), graph.edge_properties
    columns = [properties[how.weight]] if how.weight is not None and how.weight in properties else []
    edges = [(int(row), int(col), *(value or [1])) for row, col, *value in graph.get_edges(columns)]
    if how.weight is not None:
        check_weight(how.weight, list(properties), len(edges))
    called = graph.vertex_properties.get("name")
    names = [] if called is None else [called[row] for row in rows]
    return _of_triples(edges, rows, names, not graph.is_directed())


def _of_triples(edges, rows, names, undirected):
    """Arcs of (row, col, weight) between nodes numbered `rows`, which may have gaps; `names` where they all differ."""
    index = {row: i for i, row in enumerate(rows)}
    row, col = (np.array([index[edge[end]] for edge in edges], np.int64) for end in (0, 1))
    try:
        distinct = len(set(names)) == len(rows)
    except TypeError:  # payloads of any kind
        distinct = False
    plain = distinct and None not in names
    return Arcs(row, col, as_weights([edge[2] for edge in edges]), list(names) if plain else rows, undirected)


def _arcs_of_pytorch_geometric(graph, how):
    """Weights are `edge_weight`, or `edge_attr` or `edge_feat` of one column, unless `weight` names others."""
    get = graph.get if isinstance(graph, dict) else lambda name: getattr(graph, name, None)
    index, names = np.asarray(get("edge_index")), [name for name in GEOMETRIC if get(name) is not None]
    if how.weight is None:
        names = []
    elif how.weight != "weight":
        known = [how.weight] if isinstance(how.weight, str) and get(how.weight) is not None else names
        check_weight(how.weight, known, index.size)
        names = known
    columns = [np.asarray(get(name)) for name in names]
    weights = next((values.ravel() for values in columns if values.shape[1:] in ((), (1,))), None)
    return arcs_of_index(index, weights, get("num_nodes"))


def _arcs_of_scikit_network(graph, how):
    matrix, names = graph.get("adjacency"), graph.get("names")
    if matrix is not None:
        return arcs_of_sparse(matrix, how, None if names is None else list(names))
    sides = [graph.get(key) for key in ("names_row", "names_col")]
    sides = None if any(side is None for side in sides) else list(map(list, sides))
    return arcs_of_sparse(graph["biadjacency"], how._replace(bipartite=True), sides)


GEOMETRIC = ("weight", "edge_weight", "edge_attr", "edge_feat")
KEYS = {
    "edge_index": _arcs_of_pytorch_geometric,
    "adjacency": _arcs_of_scikit_network,
    "biadjacency": _arcs_of_scikit_network,
}
METHODS = {
    _arcs_of_networkx: ("adjacency", "edges", "is_directed", "is_multigraph"),
    _arcs_of_igraph: ("get_edgelist", "vcount", "is_directed", "es", "vs"),
    _arcs_of_rustworkx: ("weighted_edge_list", "node_indices", "nodes"),
    _arcs_of_networkit: ("iterEdgesWeights", "iterNodes", "isDirected"),
    _arcs_of_graph_tool: ("get_edges", "get_vertices", "edge_properties", "vertex_properties", "is_directed"),
    _arcs_of_pytorch_geometric: ("edge_index",),
}
