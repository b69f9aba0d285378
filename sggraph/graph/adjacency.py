"""Whatever the user calls a graph becomes one clean CSR adjacency with node names, or a clear error.

formats.py turns any format into ``Arcs``, plain coordinate arrays; ``clean_edges`` turns those into a ``Graph``:
check the weights, drop self-loops and zeros, sum parallel arcs, apply the direction policy.
It does not read files (graph_files.py) and does not turn feature vectors into graphs (point_cloud.py).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from os import PathLike
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy import sparse

from ..core.types import Direction, Int, Numbers, SparseMatrix, SupportsArray, Weight
from ..datasets.dataset import Dataset
from ..runtime.checks import check_choice, check_flag, check_n_jobs, is_flag, refused
from ..runtime.warn import untold, warn
from .annotated import graph_in, is_annotated
from .arcs import GraphWarning, Reading, arcs_of_labels, tell_no_direction
from .calibrated import calibrated_direction
from .distances import REFUSED, are_distances, are_neighbor_distances
from .formats import to_arcs
from .large import LARGE, copied_if_clean, index_type
from .matrices import check_indices
from .row_block import RowBlock
from .types import (
    AnnData,
    EdgeIndexed,
    Frame,
    GraphToolGraph,
    IGraph,
    LazyFrame,
    NetworKitGraph,
    NetworkXGraph,
    RustworkXGraph,
)

DIRECTIONS = ("auto", "symmetric", "out", "in")
CANNOT_SUM = "graph has weights so large that sums of parallel edges overflow: divide them by a constant"
ROUNDING = 1e-5  # weights of i->j and j->i this close (relative) differ by float32 rounding, not by direction


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
    calibrated : bool
        Whether the input was the neighbour graph of a point cloud, as `point_cloud_to_graph` makes it: arcs whose
        rows (or columns, as some programs have it) hold equally many weights, or most of them, and sum to 1. These were
        made for a number of neighbours that count, and lambda rescales them as published. Weights of other graphs are
        the user's, of which the heavier ones are to pull more, however few neighbours a node has.
    named : bool
        Whether the nodes have names of their own. Those of matrices, edge arrays and samples have none: `nodes` are
        the numbers of their rows, and what an index says of labels is not about them.

    Examples
    --------
    >>> from sggraph import as_graph
    >>> graph = as_graph([[0, 1], [1, 0]])
    >>> graph
    <Graph: 2 nodes, 1 edge>
    >>> graph.nodes, graph.directed, graph.weighted
    ([0, 1], False, False)
    """

    adjacency: sparse.csr_array
    nodes: list[Any]
    directed: bool
    weighted: bool
    calibrated: bool = False
    named: bool = True

    def __repr__(self) -> str:
        A = self.adjacency
        m = (A + A.T).nnz // 2 if self.directed else A.nnz // 2
        edges = "directed " * self.directed + "weighted " * self.weighted + "edge" + "s" * (m != 1)
        return f"<Graph: {len(self.nodes):,} nodes, {m:,} {edges}>"

    @property
    def names(self) -> list[Any] | None:
        """The nodes, or None where they have no names of their own."""
        return self.nodes if self.named else None

    @property
    def given(self) -> bool:
        """Whether the weights are the user's own."""
        return self.weighted and not self.calibrated


# all that `as_graph` takes
GraphLike: TypeAlias = (
    Graph
    | Dataset
    | NetworkXGraph
    | IGraph
    | RustworkXGraph
    | NetworKitGraph
    | GraphToolGraph
    | EdgeIndexed
    | Frame
    | LazyFrame
    | AnnData
    | SparseMatrix
    | SupportsArray
    | list[Any]
    | tuple[Numbers, Numbers]
    | tuple[Numbers, Numbers, Numbers | None]
)


def as_graph(
    graph: GraphLike,
    *,
    weight: Weight = "weight",
    direction: Direction = "auto",
    source: Hashable = None,
    target: Hashable = None,
    bipartite: bool = False,
    n_jobs: Int | None = None,
) -> Graph:
    """Turn anything that describes a graph into a clean `Graph`.

    Parameters
    ----------
    graph : graph-like
        One of

        - a NetworkX Graph, DiGraph, MultiGraph or MultiDiGraph, or a view of one; rows follow ``list(graph)``;
        - a SciPy sparse array or matrix of any format and real dtype; duplicates are summed;
        - a square NumPy array or nested list: entry (i, j) is the weight of the arc from i to j (masked: none);
        - an igraph graph; its vertex attribute "name" names the nodes where it is present and unique;
        - a tuple ``(row, col)`` or ``(row, col, weight)`` of 1-D arrays, ``row`` and ``col`` of integers from 0;
        - a table of edges of pandas, polars, pyarrow or whatever narwhals takes: its ends are the columns source and
          target, from and to, node1 and node2, ..., in any case, its weight a column of numbers called weight, value,
          count, score, ...; without names two columns, or three. Nodes follow their first appearance;
        - a table whose columns have the names of its rows (its index, or its first column), in any order: a matrix;
        - a list of tuples (source, target) or (source, target, weight);
        - an ``edge_index`` of integers of shape (2, m), each column an arc; a graph of PyTorch Geometric, OGB,
          rustworkx, NetworKit, graph-tool or scikit-network;
        - a `Dataset` of `sggraph.datasets`;
        - an AnnData: the connectivities of ``sc.pp.neighbors``; its `obs_names` name the nodes;
        - a `Graph`, which is returned as it is: its direction was settled when it was made.

        In edge tuples and edge lists each entry is an undirected edge. Parallel edges are summed everywhere.
    weight : hashable or None, default "weight"
        Name of the edge attribute or column that holds the weights. An edge without it counts 1.
        None ignores weights: every non-zero entry of a matrix counts 1, too.
    direction : {"auto", "symmetric", "out", "in"}, default "auto"
        What row i holds if the input is directed; an undirected (symmetric) input is the same in all.
        "auto": "symmetric", but of the neighbour graph of a point cloud (see `Graph.calibrated`) the neighbours of
        sample i, as `SGtSNEpi` takes them: "out", or "in" where the columns sum to 1.
        "symmetric": A + A.T, every arc is an edge from both its ends, so no node that has an arc is isolated.
        "out": the nodes to which i points. "in": the nodes that point to i.
        With these two, rows of sinks or sources are empty; in their probabilities these nodes count the arcs that
        they have, those of the other direction.
    source, target : hashable, optional
        Names of the columns that hold the ends, where their names do not tell; positions in a table without names.
    bipartite : bool, default False
        Rows and columns of a matrix, of any shape, or of a crosstab, sources and targets of edges, are two kinds of
        nodes, rows first. Names that both kinds have become ("row", name) and ("column", name).
    n_jobs : int, optional
        Threads that look through a large matrix. None or -1 use all cores.

    Returns
    -------
    Graph
        Adjacency, node names, and whether the input was directed and weighted. Shares no memory with `graph`.

    Raises
    ------
    ValueError
        Negative, NaN, infinite or non-numeric weights; weights that look like distances; matrices that are not square;
        no nodes; unusable edge arrays; a table whose columns do not tell the ends of edges.
    TypeError
        `graph` is of an unknown type.

    Warns
    -----
    GraphWarning
        Once, with their number, if self-loops were dropped; where columns of a table are guessed or left out; where
        "out" or "in" is wanted of a table, whose rows are edges without direction.

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
    check_options(weight, direction, source, target, bipartite)
    check_n_jobs("n_jobs", n_jobs)
    if isinstance(graph, Graph):
        return graph
    if isinstance(graph, RowBlock):
        raise TypeError("graph is a RowBlock, some rows of a graph: give it to embed_graph, or all rows as a matrix")
    if is_annotated(graph):
        return _named(as_graph(graph_in(graph), weight=weight, direction=direction), list(graph.obs_names))
    if not bipartite and sparse.issparse(graph) and graph.format == "csr" and graph.nnz >= LARGE:
        check_indices(graph)
        copied = copied_if_clean(graph, weight, n_jobs)
        if copied is not None:
            adjacency, weighted = copied
            return Graph(adjacency, list(range(len(adjacency.indptr) - 1)), False, weighted, named=False)
    arcs = to_arcs(graph, Reading(weight, source, target, bipartite))
    if arcs.undirected and hasattr(type(graph), "columns"):
        tell_no_direction(direction)
    read = clean_edges(arcs, direction)
    return read._replace(named=not _is_nameless(graph, read.nodes))


def _named(graph, names):
    """The Graph with names for its nodes, if these are unique."""
    if len(set(names)) == len(names):
        return graph._replace(nodes=names, named=True)
    warn("graph: obs_names repeat, so nodes are called by their rows; adata.obs_names_make_unique()", GraphWarning)
    return graph


def _is_nameless(graph, nodes):
    """Whether the nodes are rows: of a matrix, or what edge arrays count."""
    counts = sparse.issparse(graph) or isinstance(graph, (np.ndarray, list, tuple)) or hasattr(graph, "edge_index")
    return counts and nodes == list(range(len(nodes)))


def is_graph_like(X: object) -> bool:
    """Whether X describes a graph rather than samples in rows; a square dense array counts as samples."""
    if isinstance(X, (tuple, Graph, Dataset)):
        return True
    if sparse.issparse(X):
        return X.shape[0] == X.shape[1]
    if X is None or isinstance(X, (str, PathLike, dict, RowBlock)):  # `as_graph` tells what it takes instead
        return True
    if hasattr(X, "columns"):
        return {"source", "target"} <= {str(name).lower() for name in getattr(X, "column_names", X.columns)}
    return hasattr(X, "get_edgelist") or (hasattr(X, "adj") and hasattr(X, "is_directed"))


def quiet_graph(graph: GraphLike) -> Graph:
    """A Graph to draw: directed as it is, without weights, and silent on self-loops, which show nothing."""
    with untold(GraphWarning):
        return as_graph(graph, weight=None, direction="out")


def label_edges(sources: Iterable[Hashable], targets: Iterable[Hashable], weights: Numbers | None = None) -> Graph:
    """Make a clean, undirected `Graph` of edges between named nodes, in the order of their first appearance.

    Examples
    --------
    >>> from sggraph.graph.adjacency import label_edges
    >>> label_edges(["b", "a"], ["c", "b"]).nodes
    ['b', 'c', 'a']
    """
    return clean_edges(arcs_of_labels(sources, targets, weights))


def check_options(weight, direction, source=None, target=None, bipartite=False):
    """Raise ValueError unless the options are what `as_graph` accepts."""
    check_choice("direction", direction, *DIRECTIONS)
    check_flag("bipartite", bipartite)
    for word, name in (("source", source), ("target", target)):
        if is_flag(name) or callable(name) or getattr(name, "__hash__", None) is None:
            raise refused(word, name, "the name of a column of a table")
    if is_flag(weight) or callable(weight) or getattr(weight, "__hash__", None) is None:
        raise refused("weight", weight, "the name of an edge attribute, or None to ignore weights")


def clean_edges(arcs, direction="symmetric"):
    """Make a clean `Graph` of ``Arcs`` of any origin."""
    if not arcs.nodes:
        raise ValueError("graph has no nodes: give a graph with at least one")
    _check_weights(arcs)
    arcs = _drop_loops(arcs)
    once, nodes, undirected = _sum_parallel(arcs), arcs.nodes, arcs.undirected
    del arcs  # as large as the graph
    weighted = once.nnz > 0 and bool(once.data.min() != once.data.max())
    calibrated = "" if undirected else calibrated_direction(once)
    if weighted and not calibrated:
        _refuse_distances(once)
    if direction == "auto":
        direction = calibrated or "symmetric"
    adjacency, directed = _direct(once, undirected, direction)
    if not np.isfinite(adjacency.data).all():
        raise ValueError(CANNOT_SUM)
    return Graph(adjacency, nodes, directed, weighted, directed and bool(calibrated))


def _refuse_distances(A):
    if are_distances(A) or are_neighbor_distances(A):
        raise ValueError(REFUSED)


def _check_weights(arcs):
    wrong = ~(np.isfinite(arcs.weights) & (arcs.weights >= 0))
    if not wrong.any():
        return
    k = int(np.argmax(wrong))
    raise wrong_weights(wrong.sum(), arcs.weights[k], arcs.nodes[arcs.row[k]], arcs.nodes[arcs.col[k]])


def wrong_weights(count, weight, source, target):
    """The error of so many weights that are none, the first of which is that of an arc."""
    return ValueError(
        f"graph has {count} weights that are negative, NaN or infinite (the first: {weight:g}, from "
        f"node {source!r} to {target!r}): remove, fill in or shift them, weights are finite and at least 0"
    )


def _drop_loops(arcs):
    is_edge = arcs.weights != 0
    is_loop = arcs.row == arcs.col
    loops = np.count_nonzero(is_loop & is_edge)
    if loops:
        warn(told_of_loops(loops), GraphWarning)
    keep = is_edge & ~is_loop
    if keep.all():
        return arcs
    return arcs._replace(row=arcs.row[keep], col=arcs.col[keep], weights=arcs.weights[keep])


def told_of_loops(n):
    """What is told of self-loops."""
    return f"graph: dropped {n} self-loop{'s' if n > 1 else ''}"


def _sum_parallel(arcs):
    """Sum what leads from and to the same nodes, whichever way round edges are given."""
    n = len(arcs.nodes)
    row, col = arcs.row, arcs.col
    if arcs.undirected:
        row, col = np.minimum(row, col), np.maximum(row, col)
    return summed(row, col, arcs.weights, (n, n))


def summed(row, col, weights, shape):
    """The matrix of arcs, those from and to the same nodes summed, to the same bits in whatever order they come."""
    matrix = canonical(sparse.coo_array((weights, (row, col)), shape=shape, dtype=np.float64))
    if matrix.nnz < len(weights) and (weights % 1).any():  # sums of whole numbers are exact
        order = np.lexsort((weights, col, row))
        row, col, weights = row[order], col[order], weights[order]
        first = np.flatnonzero(np.concatenate([[True], (np.diff(row) != 0) | (np.diff(col) != 0)]))
        matrix.data = np.add.reduceat(weights, first)
    return matrix


def canonical(matrix):
    """The same matrix as a CSR array with sorted rows and int32 indices while they fit."""
    csr = sparse.csr_array(matrix)
    csr.sum_duplicates()
    index = index_type(csr)
    indices, indptr = csr.indices.astype(index, copy=False), csr.indptr.astype(index, copy=False)
    clean = sparse.csr_array((csr.data, indices, indptr), shape=csr.shape)
    clean.has_canonical_format = True
    return clean


def _direct(once, undirected, direction):
    """Apply the direction policy; C + C.T serves arcs and edges given once alike, and is symmetric to the last bit."""
    mirror = canonical(once.T)
    directed = not undirected and not is_close(once, mirror)
    if undirected or (directed and direction == "symmetric"):
        return canonical(once + mirror), directed
    if not directed:
        exact = np.array_equal(once.data, mirror.data)
        return once if exact else canonical((once + mirror) / 2), directed
    return once if direction == "out" else mirror, directed


def is_close(A, B):
    """Whether two matrices are the same but for rounding."""
    same = np.array_equal(A.indptr, B.indptr) and np.array_equal(A.indices, B.indices)
    return same and np.allclose(A.data, B.data, rtol=ROUNDING, atol=0)
