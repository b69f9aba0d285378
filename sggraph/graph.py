"""Whatever the user calls a graph becomes one clean CSR adjacency with node names, or a clear error.

Every reader below turns its format into ``_Arcs``, plain coordinate arrays; ``_clean`` turns those into a ``Graph``:
check the weights, drop self-loops and zeros, sum parallel arcs, apply the direction policy.
Other packages' graphs are recognised by their methods, so none of those packages is imported.
It does not read files (files.py) and does not turn feature vectors into graphs (point_cloud.py).
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy import sparse

DIRECTIONS = ("symmetric", "out", "in")
ACCEPTED = (
    "a NetworkX or igraph graph, a SciPy sparse array, a square NumPy array, a tuple of edge arrays (row, col) or "
    "(row, col, weight), or a pandas edge list with columns source, target[, weight]"
)
ROUNDING = 1e-5  # weights of i->j and j->i this close (relative) differ by float32 rounding, not by direction


class GraphWarning(UserWarning):
    """The graph was changed on its way in (self-loops dropped)."""


class Graph(NamedTuple):
    """A clean graph, as every later stage expects it.

    Attributes
    ----------
    adjacency : scipy.sparse.csr_array
        (n, n), float64, sorted indices, no duplicates, no diagonal, no explicit zeros, all weights finite and > 0;
        int32 indices while they fit. Row i holds the neighbours from which p(j|i) is built.
    nodes : list
        Node names in row order.
    directed : bool
        Whether the input was directed, that is, asymmetric.
    weighted : bool
        False where all weights of the input are equal.

    Examples
    --------
    >>> from sggraph.graph import as_graph
    >>> graph = as_graph([[0, 1], [1, 0]])
    >>> graph.nodes, graph.directed, graph.weighted
    ([0, 1], False, False)
    """

    adjacency: sparse.csr_array
    nodes: list
    directed: bool
    weighted: bool


class _Arcs(NamedTuple):
    row: np.ndarray
    col: np.ndarray
    weights: np.ndarray
    nodes: list
    undirected: bool  # every entry is an edge, to be counted from both its ends


def as_graph(graph, *, weight="weight", direction="symmetric"):
    """Turn anything that describes a graph into a clean `Graph`.

    Parameters
    ----------
    graph : graph-like
        One of

        - a NetworkX Graph, DiGraph, MultiGraph or MultiDiGraph, or a view of one; rows follow ``list(graph)``;
        - a SciPy sparse array or matrix of any format and real dtype; duplicates are summed;
        - a square NumPy array or nested list: entry (i, j) is the weight of the arc from i to j;
        - an igraph graph; its vertex attribute "name" names the nodes where it is present and unique;
        - a tuple ``(row, col)`` or ``(row, col, weight)`` of 1-D arrays, ``row`` and ``col`` of integers from 0;
        - a pandas edge list with columns source, target[, weight]; without these names the first two columns, and
          the third of exactly three; nodes follow their first appearance. (More than three columns that equal the
          index are an adjacency matrix.)
        - a `Graph`, which is returned as it is: its direction was settled when it was made.

        In edge tuples and edge lists each entry is an undirected edge. Parallel edges are summed everywhere.
    weight : hashable or None, default "weight"
        Name of the edge attribute or column that holds the weights. An edge without it counts 1.
        None ignores weights: every non-zero entry of a matrix counts 1, too.
    direction : {"symmetric", "out", "in"}, default "symmetric"
        What row i holds if the input is directed; an undirected (symmetric) input is the same in all three.
        "symmetric": A + A.T, every arc is an edge from both its ends, so no node that has an arc is isolated.
        "out": the nodes to which i points. "in": the nodes that point to i.
        With these two, rows of sinks or sources are empty; such nodes hang on through the rows of the others,
        because the joint probabilities are symmetrised later.

    Returns
    -------
    Graph
        Adjacency, node names, and whether the input was directed and weighted. Shares no memory with `graph`.

    Raises
    ------
    ValueError
        Negative, NaN, infinite or non-numeric weights; matrices that are not square; no nodes; unusable edge arrays.
    TypeError
        `graph` is of an unknown type.

    Warns
    -----
    GraphWarning
        Once, with their number, if self-loops were dropped.

    Examples
    --------
    >>> from sggraph import as_graph
    >>> graph = as_graph(([0, 1, 2], [1, 2, 3]))
    >>> graph.adjacency.toarray()
    array([[0., 1., 0., 0.],
           [1., 0., 1., 0.],
           [0., 1., 0., 1.],
           [0., 0., 1., 0.]])

    An asymmetric matrix is a directed graph. By default its arcs count from both ends:

    >>> arc = [[0, 2], [0, 0]]
    >>> as_graph(arc).adjacency.toarray()
    array([[0., 2.],
           [2., 0.]])
    >>> as_graph(arc, direction="in").adjacency.toarray()
    array([[0., 0.],
           [2., 0.]])
    """
    check_options(weight, direction)
    if isinstance(graph, Graph):
        return graph
    return _clean(_to_arcs(graph, weight), direction)


def label_edges(sources, targets, weights=None):
    """Make a clean, undirected `Graph` of edges between named nodes, in the order of their first appearance.

    Parameters
    ----------
    sources, targets : list of hashable
        The ends of the edges.
    weights : sequence of float, optional
        One weight an edge; 1 for each if not given.

    Returns
    -------
    Graph

    Examples
    --------
    >>> from sggraph.graph import label_edges
    >>> label_edges(["b", "a"], ["c", "b"]).nodes
    ['b', 'c', 'a']
    """
    return _clean(_arcs_of_labels(sources, targets, weights), "symmetric")


def check_options(weight, direction):
    """Raise ValueError unless `weight` and `direction` are what `as_graph` accepts."""
    if not isinstance(direction, str) or direction not in DIRECTIONS:
        raise ValueError(f"direction is {direction!r}; choose one of {', '.join(map(repr, DIRECTIONS))}")
    if isinstance(weight, bool) or callable(weight) or getattr(weight, "__hash__", None) is None:
        raise ValueError(f"weight is {weight!r}; give the name of an edge attribute, or None to ignore weights")


def _to_arcs(graph, weight):
    """Find the reader that fits."""
    if sparse.issparse(graph):
        return _arcs_of_sparse(graph, weight)
    if _has(graph, "adj", "edges", "is_directed", "is_multigraph"):
        return _arcs_of_networkx(graph, weight)
    if _has(graph, "get_edgelist", "vcount", "is_directed", "es", "vs"):
        return _arcs_of_igraph(graph, weight)
    if _has(graph, "columns", "iloc", "isna"):
        return _arcs_of_frame(graph, weight)
    if isinstance(graph, tuple):
        return _arcs_of_tuple(graph, weight)
    if isinstance(graph, list) or _has(graph, "__array__"):
        return _arcs_of_dense(graph, weight)
    remedy = (
        "; read a file with sggraph.read_graph(path)" if isinstance(graph, str) or _has(graph, "__fspath__") else ""
    )
    remedy = "; build a NetworkX graph of it with networkx.Graph(graph)" if isinstance(graph, dict) else remedy
    raise TypeError(f"graph is of type {type(graph).__name__}; give {ACCEPTED}{remedy}")


def _has(thing, *names):
    return not isinstance(thing, type) and all(hasattr(thing, name) for name in names)


def _arcs_of_networkx(graph, weight):
    nodes = list(graph)
    index = {node: i for i, node in enumerate(nodes)}
    # edges(data=None, default=1) gives 1 for each edge: networkx.to_scipy_sparse_array relies on it, too
    sources, targets, weights = tuple(zip(*graph.edges(data=weight, default=1), strict=True)) or ((), (), ())
    ends = (np.fromiter(map(index.__getitem__, names), np.int64, len(names)) for names in (sources, targets))
    return _Arcs(*ends, _as_weights(weights), nodes, not graph.is_directed())


def _arcs_of_igraph(graph, weight):
    n = graph.vcount()
    ends = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    weights = np.ones(len(ends))
    if weight is not None and weight in graph.es.attributes():
        weights = _as_weights([1 if value is None else value for value in graph.es[weight]])
    names = list(graph.vs["name"]) if "name" in graph.vs.attributes() else []
    nodes = names if len(set(names)) == n else list(range(n))
    return _Arcs(ends[:, 0], ends[:, 1], weights, nodes, not graph.is_directed())


def _arcs_of_sparse(graph, weight, nodes=None):
    _check_square(graph)
    coo = graph.copy().tocoo(copy=False)  # a conversion alone would leave cached flags on the caller's object
    arcs = _Arcs(coo.row, coo.col, _as_weights(coo.data), nodes or list(range(graph.shape[0])), False)
    coo = _sum_parallel(arcs).tocoo()  # duplicates are one entry of the matrix: sum them before the signs are judged
    weights = coo.data if weight is not None else np.where(np.isfinite(coo.data), coo.data != 0, coo.data)
    return arcs._replace(row=coo.row, col=coo.col, weights=weights)


def _arcs_of_dense(graph, weight, nodes=None):
    try:
        dense = np.asarray(graph)
    except ValueError as error:
        raise ValueError("graph is a nested list with rows of unequal length; give a square one") from error
    _check_square(dense)
    row, col = np.nonzero(dense)
    values = _as_weights(dense[row, col])
    return _arcs_of_sparse(sparse.coo_array((values, (row, col)), shape=dense.shape), weight, nodes)


def _arcs_of_tuple(edges, weight):
    if len(edges) not in (2, 3):
        raise ValueError(f"graph is a tuple of {len(edges)} items; give (row, col) or (row, col, weight)")
    row, col = _as_ids(edges[0], "row"), _as_ids(edges[1], "col")
    plain = len(edges) == 2 or edges[2] is None or weight is None
    weights = np.ones(len(row)) if plain else _as_weights(edges[2])
    if not len(row) == len(col) == len(weights):
        lengths = f"row {len(row)}, col {len(col)}, weight {len(weights)}"
        raise ValueError(f"the edge arrays in graph differ in length: {lengths}; give one entry for each edge")
    n = 1 + int(max(row.max(initial=-1), col.max(initial=-1)))
    if n > 10 * len(row) + 1000:
        raise ValueError(
            f"the edge arrays in graph hold {len(row)} edges but ids up to {n - 1}, so nearly all nodes would be "
            "isolated; number the nodes 0, 1, 2, ... first: np.unique(np.stack([row, col]), return_inverse=True)"
        )
    return _Arcs(row, col, weights, list(range(n)), True)


def _as_ids(values, name):
    ids = np.asarray(values)
    if ids.ndim != 1 or (ids.dtype.kind not in "iu" and ids.size):
        raise ValueError(
            f"{name} in the edge arrays of graph has dtype {ids.dtype} and shape {ids.shape}; give 1-D integer arrays "
            "(row, col[, weight]), or for a matrix a NumPy array instead of a tuple"
        )
    if ids.size and (ids.min() < 0 or ids.max() > np.iinfo(np.int64).max):
        held = f"ids from {ids.min()} to {ids.max()}"
        raise ValueError(f"{name} in the edge arrays of graph holds {held}; number the nodes 0, 1, 2, ...")
    return ids.astype(np.int64)


def _arcs_of_frame(frame, weight):
    names = list(frame.columns)
    if len(names) > 3 and names == list(frame.index):
        return _arcs_of_dense(frame.to_numpy(), weight, names)
    if len(names) < 2:
        raise ValueError(f"graph is a table with columns {names}; give source, target[, weight]")
    named = "source" in names and "target" in names
    ends = [names.index("source"), names.index("target")] if named else [0, 1]
    if frame.iloc[:, ends].isna().to_numpy().any():
        raise ValueError(f"graph has missing values in its columns {[names[k] for k in ends]}; drop those rows first")
    third = names.index(weight) if weight in names else 2
    plain = weight is None or (weight not in names and (named or len(names) != 3))
    columns = [frame.iloc[:, k].tolist() for k in (*ends, *([] if plain else [third]))]
    return _arcs_of_labels(*columns)


def _arcs_of_labels(sources, targets, weights=None):
    ends = [end for edge in zip(sources, targets, strict=True) for end in edge]
    try:
        nodes = list(dict.fromkeys(ends))  # keeps the order of first appearance
    except TypeError as error:
        raise ValueError(f"graph has node labels that cannot be hashed ({error}); use strings or numbers") from error
    index = {node: i for i, node in enumerate(nodes)}
    ids = np.fromiter(map(index.__getitem__, ends), np.int64, len(ends)).reshape(-1, 2)
    weights = np.ones(len(ids)) if weights is None else _as_weights(weights)
    return _Arcs(ids[:, 0], ids[:, 1], weights, nodes, True)


def _check_square(matrix):
    if matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]:
        return
    raise ValueError(
        f"graph is an array of shape {tuple(matrix.shape)}; give a square matrix. Edges go in as a tuple "
        "(edges[:, 0], edges[:, 1]), feature vectors as their neighbour graph (sklearn.neighbors.kneighbors_graph)"
    )


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
        f"graph has the weight {value!r} of type {type(value).__name__}; weights are real numbers. "
        "Convert them, or pass weight=None to ignore weights"
    )


def _clean(arcs, direction):
    """Arcs of any origin become a Graph."""
    if not arcs.nodes:
        raise ValueError("graph has no nodes; give a graph with at least one")
    _check_weights(arcs)
    once = _sum_parallel(_drop_loops(arcs))
    weighted = once.nnz > 0 and bool(once.data.min() != once.data.max())
    adjacency, directed = _direct(once, arcs.undirected, direction)
    if not np.isfinite(adjacency.data).all():
        raise ValueError("graph has weights so large that sums of parallel edges overflow; divide them by a constant")
    return Graph(adjacency, arcs.nodes, directed, weighted)


def _check_weights(arcs):
    wrong = ~(np.isfinite(arcs.weights) & (arcs.weights >= 0))
    if not wrong.any():
        return
    k = int(np.argmax(wrong))
    ends = f"{arcs.nodes[arcs.row[k]]!r} to {arcs.nodes[arcs.col[k]]!r}"
    raise ValueError(
        f"graph has {wrong.sum()} weights that are negative, NaN or infinite (the first: {arcs.weights[k]:g}, from "
        f"node {ends}); weights are finite and >= 0. Remove or shift them"
    )


def _drop_loops(arcs):
    is_edge = arcs.weights != 0
    is_loop = arcs.row == arcs.col
    loops = np.count_nonzero(is_loop & is_edge)
    if loops:
        message = f"graph: dropped {loops} self-loop{'s' if loops > 1 else ''}"
        warnings.warn(message, GraphWarning, stacklevel=4)
    keep = is_edge & ~is_loop
    return arcs._replace(row=arcs.row[keep], col=arcs.col[keep], weights=arcs.weights[keep])


def _sum_parallel(arcs):
    n = len(arcs.nodes)
    matrix = sparse.coo_array((arcs.weights, (arcs.row, arcs.col)), shape=(n, n), dtype=np.float64)
    return _canonical(matrix)


def _canonical(matrix):
    """The same matrix as a CSR array with sorted rows and int32 indices while they fit."""
    csr = sparse.csr_array(matrix)
    csr.sum_duplicates()
    index = np.int32 if max(csr.nnz, *csr.shape) <= np.iinfo(np.int32).max else np.int64
    indices, indptr = csr.indices.astype(index, copy=False), csr.indptr.astype(index, copy=False)
    clean = sparse.csr_array((csr.data, indices, indptr), shape=csr.shape)
    clean.has_canonical_format = True
    return clean


def _direct(once, undirected, direction):
    """Apply the direction policy; C + C.T serves arcs and edges given once alike, and is symmetric to the last bit."""
    mirror = _canonical(once.T)
    directed = not undirected and not _is_close(once, mirror)
    if undirected or (directed and direction == "symmetric"):
        return _canonical(once + mirror), directed
    if not directed:
        exact = np.array_equal(once.data, mirror.data)
        return once if exact else _canonical((once + mirror) / 2), directed
    return once if direction == "out" else mirror, directed


def _is_close(A, B):
    same = np.array_equal(A.indptr, B.indptr) and np.array_equal(A.indices, B.indices)
    return same and np.allclose(A.data, B.data, rtol=ROUNDING, atol=0)
