"""Whatever the user calls a graph becomes coordinate arrays, ``Arcs``.

Weights come out as float64, but are not judged here: adjacency.py cleans.
"""

from scipy import sparse

from ..datasets.dataset import Dataset
from ..runtime.checks import refused
from .arcs import arcs_of_labels, check_held, kept_apart
from .frames import arcs_of_frame, opened, with_index
from .matrices import arcs_of_dense, arcs_of_sparse, arcs_of_tuple
from .packages import has, reader_of

ACCEPTED = (
    "a NetworkX or igraph graph, a SciPy sparse array, a square NumPy array, a tuple of edge arrays (row, col) or "
    "(row, col, weight), a list of tuples (source, target[, weight]), or a table of pandas, polars or pyarrow with the "
    "columns source, target[, weight]"
)


def to_arcs(graph, how):
    """Read a graph of any accepted type; `how`, a ``Reading``, names the columns and attributes that count."""
    graph = with_index(graph)
    table = opened(graph)
    if table is not None:
        return arcs_of_frame(graph, table, how)
    for word, name in (("source", how.source), ("target", how.target)):
        if name is not None:
            raise refused(word, name, "it for a table with named columns only")
    if isinstance(graph, Dataset):
        return arcs_of_sparse(graph.adjacency, how)._replace(nodes=list(graph.nodes))
    if sparse.issparse(graph):
        return arcs_of_sparse(graph, how)
    read = reader_of(graph)
    if read is not None and how.bipartite:
        raise refused("bipartite", True, "it for matrices, tables and lists of edges only, whose sides it keeps apart")
    if read is not None:
        return read(graph, how)
    return _arcs_of_arrays(graph, how)


def _arcs_of_arrays(graph, how):
    if isinstance(graph, tuple):
        arcs = arcs_of_tuple(graph, how.weight)
        return kept_apart(arcs) if how.bipartite else arcs
    if isinstance(graph, list) and graph and all(isinstance(edge, tuple) and len(edge) in (2, 3) for edge in graph):
        return _arcs_of_list(graph, how)
    if isinstance(graph, list) or has(graph, "__array__"):
        return arcs_of_dense(graph, how)
    raise TypeError(f"graph is of type {type(graph).__name__}: {_remedy(graph)}give {ACCEPTED}")


def _arcs_of_list(edges, how):
    """Edges (source, target), (source, target, weight) or, as NetworkX lists them, (source, target, attributes)."""
    thirds = [edge[2] if len(edge) == 3 else 1 for edge in edges]
    check_held(how.weight, [third for third in thirds if isinstance(third, dict)])
    thirds = [third.get(how.weight, 1) if isinstance(third, dict) else third for third in thirds]
    sources, targets = ([edge[end] for edge in edges] for end in (0, 1))
    arcs = arcs_of_labels(sources, targets, None if how.weight is None else thirds)
    return kept_apart(arcs) if how.bipartite else arcs


def _remedy(graph):
    if isinstance(graph, str) or has(graph, "__fspath__"):
        return "read a file with sggraph.read_graph(path), or "
    if isinstance(graph, dict):
        return "build a NetworkX graph of it with networkx.Graph(graph), or "
    if has(graph, "__iter__") and not isinstance(graph, bytes):
        return "if it holds edges, make a list of it, list(graph), or "
    return ""
