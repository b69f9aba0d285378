"""What `sggraph embed` reads, of several processes each its part, and what it tells of the graph that it embedded."""

from ..graph.arcs import GraphWarning
from ..runtime.warn import warn

TABLES = (".csv", ".tsv", ".parquet", ".npz")  # which hold no edges


def graph_of(arguments, ranks, output):
    """The Graph in the file of the command; ranks (None: there is one process) read it together if nothing is in the
    way, which is told.
    """
    from ..io.graph_files import read_graph
    from .files import largest_component, reading_of

    read, graph = reading_of(arguments), None
    if ranks is not None and ranks.size > 1:
        graph = _shared(arguments, ranks, output, read)
    if graph is None:
        graph = read_graph(arguments.file, **read)
    return largest_component(graph) if arguments.components == "largest" else graph


def _shared(arguments, ranks, output, read):
    """The Graph that all ranks have some rows of; None, and a warning, where one has to read all."""
    from ..io.safe import check_there
    from ..method.sharing import graph_of_file

    graph, why = None, None
    if arguments.plot is not None:
        why = "a picture (--plot) shows its edges"
    elif arguments.labels == "louvain":
        why = "louvain looks for classes in all of it"
    elif output.suffix.lower() not in TABLES:
        why = f"a {output.suffix} file holds its edges"
    else:
        check_there(arguments.file)
        graph, why = graph_of_file(arguments.file, ranks, **read)
    if why is not None:
        warn(f"graph: the first process reads all of it, since {why}", GraphWarning)
    return graph


def figures_of(result):
    """Nodes, edges and recall of an embedded graph, as they are printed."""
    from scipy.sparse import issparse, triu

    from ..metrics import neighbor_recall

    A = result.graph_.adjacency
    if not issparse(A):
        edges, recall = A.symmetric_pattern().nnz // 2, "is not looked at where no process has the whole graph"
    else:
        edges, recall = triu(A + A.T, 1).nnz, f"{neighbor_recall(result.graph_, result.embedding_):.4f}"
    return f"{A.shape[0]:,}", f"{edges:,}", recall
