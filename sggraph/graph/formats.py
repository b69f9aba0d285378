"""Whatever the user calls a graph becomes coordinate arrays, ``Arcs``.

Other packages' graphs are recognised by their methods, so none of those packages is imported. Weights come out as
float64, but are not judged here: adjacency.py cleans.
"""

from itertools import chain, compress
from operator import methodcaller
from typing import NamedTuple

import numpy as np
from scipy import sparse

from ..datasets.dataset import Dataset
from ..runtime.checks import shown

ACCEPTED = (
    "a NetworkX or igraph graph, a SciPy sparse array, a square NumPy array, a tuple of edge arrays (row, col) or "
    "(row, col, weight), or a pandas edge list with columns source, target[, weight]"
)


class Arcs(NamedTuple):
    """Arcs of a graph, one an entry: from which row to which column, how heavy."""

    row: np.ndarray
    col: np.ndarray
    weights: np.ndarray
    nodes: list
    undirected: bool  # every entry is an edge, to be counted from both its ends


def to_arcs(graph, weight):
    """Read a graph of any accepted type; `weight` names the attribute or column that holds the weights."""
    if isinstance(graph, Dataset):
        return _arcs_of_sparse(graph.adjacency, weight)._replace(nodes=list(graph.nodes))
    if sparse.issparse(graph):
        return _arcs_of_sparse(graph, weight)
    if _has(graph, "adjacency", "edges", "is_directed", "is_multigraph"):
        return _arcs_of_networkx(graph, weight)
    if _has(graph, "get_edgelist", "vcount", "is_directed", "es", "vs"):
        return _arcs_of_igraph(graph, weight)
    if _has(graph, "columns", "iloc", "isna"):
        return _arcs_of_frame(graph, weight)
    if isinstance(graph, tuple):
        return _arcs_of_tuple(graph, weight)
    if isinstance(graph, list) or _has(graph, "__array__"):
        return _arcs_of_dense(graph, weight)
    raise TypeError(f"graph is of type {type(graph).__name__}: {_remedy(graph)}give {ACCEPTED}")


def _remedy(graph):
    if isinstance(graph, str) or _has(graph, "__fspath__"):
        return "read a file with sggraph.read_graph(path), or "
    return "build a NetworkX graph of it with networkx.Graph(graph), or " if isinstance(graph, dict) else ""


def _has(thing, *names):
    return not isinstance(thing, type) and all(hasattr(thing, name) for name in names)


def _arcs_of_networkx(graph, weight):
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
    weights = (
        np.ones(len(row)) if weight is None else _as_weights(list(map(methodcaller("get", weight, 1), attributes)))
    )
    return Arcs(row, col, weights, nodes, not directed)


def _numbers(names, index):
    """Rows of nodes; without an index these are their names, which saves a look into scattered memory each."""
    return np.fromiter(names if index is None else map(index.__getitem__, names), np.int64)


def _values(mappings):
    return chain.from_iterable(map(methodcaller("values"), mappings))


def _arcs_of_igraph(graph, weight):
    n = graph.vcount()
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    weights = np.ones(len(ends))
    if weight is not None and weight in graph.es.attributes():
        weights = _as_weights([1 if value is None else value for value in graph.es[weight]])
    names = list(graph.vs["name"]) if "name" in graph.vs.attributes() else []
    nodes = names if len(set(names)) == n else list(range(n))
    return Arcs(ends[:, 0], ends[:, 1], weights, nodes, not graph.is_directed())


def _arcs_of_sparse(graph, weight, nodes=None):
    _check_square(graph)
    check_indices(graph)
    if graph.format == "csr":
        arrays = graph.indices.copy(), graph.indptr.copy()  # sorted in place below
    else:
        coo = graph.copy().tocoo(copy=False)  # a conversion alone would leave cached flags on the caller's object
        arrays, graph = ((coo.row, coo.col),), coo
    csr = sparse.csr_array((_as_weights(graph.data), *arrays), shape=graph.shape)
    csr.sum_duplicates()  # they are one entry of the matrix: before the signs are judged
    coo = csr.tocoo(copy=False)
    weights = coo.data if weight is not None else np.where(np.isfinite(coo.data), coo.data != 0, coo.data)
    return Arcs(coo.row, coo.col, weights, nodes or list(range(graph.shape[0])), False)


def _arcs_of_dense(graph, weight, nodes=None):
    try:
        dense = np.asarray(np.ma.filled(graph, 0) if isinstance(graph, np.ma.MaskedArray) else graph)
    except ValueError as error:
        raise ValueError("graph is a nested list with rows of unequal length: give a square one") from error
    _check_square(dense)
    row, col = np.nonzero(dense)
    values = _as_weights(dense[row, col])
    return _arcs_of_sparse(sparse.coo_array((values, (row, col)), shape=dense.shape), weight, nodes)


def _arcs_of_tuple(edges, weight):
    if len(edges) not in (2, 3):
        raise ValueError(f"graph is a tuple of {len(edges)} items: give (row, col) or (row, col, weight)")
    row, col = _as_ids(edges[0], "row"), _as_ids(edges[1], "col")
    plain = len(edges) == 2 or edges[2] is None or weight is None
    weights = np.ones(len(row)) if plain else _as_weights(edges[2])
    if not len(row) == len(col) == len(weights):
        lengths = f"row {len(row)}, col {len(col)}, weight {len(weights)}"
        raise ValueError(f"the edge arrays in graph differ in length, {lengths}: give one entry for each edge")
    n = 1 + int(max(row.max(initial=-1), col.max(initial=-1)))
    if n > 10 * len(row) + 1000:
        raise ValueError(
            f"the edge arrays in graph hold {len(row)} edges but ids up to {n - 1}, so nearly all nodes would be "
            "isolated: number the nodes 0, 1, 2, ... first, by np.unique(np.stack([row, col]), return_inverse=True)"
        )
    return Arcs(row, col, weights, list(range(n)), True)


def _as_ids(values, name):
    ids = np.asarray(values)
    if ids.ndim != 1 or (ids.dtype.kind not in "iu" and ids.size):
        raise ValueError(
            f"{name} in the edge arrays of graph has dtype {ids.dtype} and shape {ids.shape}: give 1-D integer arrays "
            "(row, col[, weight]), or for a matrix a NumPy array instead of a tuple"
        )
    if ids.size and (ids.min() < 0 or ids.max() > np.iinfo(np.int64).max):
        held = f"ids from {ids.min()} to {ids.max()}"
        raise ValueError(f"{name} in the edge arrays of graph holds {held}: number the nodes 0, 1, 2, ...")
    return ids.astype(np.int64)


def _arcs_of_frame(frame, weight):
    names = list(frame.columns)
    is_matrix = names == list(frame.index) and (len(names) > 3 or all(isinstance(name, str) for name in names))
    if is_matrix and names:
        return _arcs_of_dense(frame.to_numpy(), weight, names)
    if len(names) < 2:
        raise ValueError(f"graph is a table with columns {names}: give source, target[, weight]")
    named = "source" in names and "target" in names
    ends = [names.index("source"), names.index("target")] if named else [0, 1]
    if frame.iloc[:, ends].isna().to_numpy().any():
        raise ValueError(f"graph has missing values in its columns {[names[k] for k in ends]}: drop those rows first")
    third = names.index(weight) if weight in names else 2
    plain = weight is None or (weight not in names and (named or len(names) != 3))
    columns = [frame.iloc[:, k].tolist() for k in (*ends, *([] if plain else [third]))]
    return arcs_of_labels(*columns)


def arcs_of_labels(sources, targets, weights=None):
    """Undirected edges between named nodes, which follow their first appearance."""
    ends = [end for edge in zip(sources, targets, strict=True) for end in edge]
    try:
        nodes = list(dict.fromkeys(ends))  # keeps the order of first appearance
    except TypeError as error:
        raise ValueError(f"graph has node labels that cannot be hashed ({error}): use strings or numbers") from error
    index = {node: i for i, node in enumerate(nodes)}
    ids = np.fromiter(map(index.__getitem__, ends), np.int64, len(ends)).reshape(-1, 2)
    weights = np.ones(len(ids)) if weights is None else _as_weights(weights)
    return Arcs(ids[:, 0], ids[:, 1], weights, nodes, True)


def _check_square(matrix):
    if matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]:
        return
    raise ValueError(
        f"graph is an array of shape {tuple(matrix.shape)}: give a square matrix; edges go in as a tuple "
        "(edges[:, 0], edges[:, 1]), feature vectors as their neighbour graph (sklearn.neighbors.kneighbors_graph)"
    )


def check_indices(matrix):
    """Raise where the arrays of a compressed matrix contradict each other: SciPy would read and write beside them."""
    if not hasattr(matrix, "indptr"):
        return
    try:
        if (matrix.indptr[1:] < matrix.indptr[:-1]).any():  # check_format overlooks it where the last one is negative
            raise ValueError("its indptr decreases somewhere")
        type(matrix)((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape).check_format(full_check=True)
    except ValueError as error:
        raise ValueError(f"graph is a damaged {matrix.format} matrix, {error}: build it anew from its edges") from error


def _as_weights(values):
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
