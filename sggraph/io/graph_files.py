"""Read graphs from files.

The suffix says what a file holds; ``.gz`` may follow it. A file is data from a stranger: nothing is unpickled or
evaluated, and whatever goes wrong inside becomes a ValueError that names the file.
It does not read formats beyond ``READERS`` and ``EDGE_LISTS``, nor embeddings (embeddings.py).
"""

from collections.abc import Hashable
from io import BytesIO
from pathlib import Path

from ..core.types import Direction, FilePath, Weight
from ..graph.adjacency import Graph, as_graph, check_options
from ..graph.arcs import Reading
from ..runtime.checks import refused
from .edge_lists import read_edges
from .graph_formats import read_gexf, read_gml, read_graphml, read_mtx, read_npz
from .safe import as_path, check_file, naming, unzip
from .tables import frame_of_parquet

READERS = {".mtx": read_mtx, ".npz": read_npz, ".graphml": read_graphml, ".gexf": read_gexf, ".gml": read_gml}
READERS[".parquet"] = frame_of_parquet
EDGE_LISTS = (".csv", ".tsv", ".txt", ".edgelist")


def read_graph(
    path: FilePath,
    *,
    weight: Weight = "weight",
    direction: Direction = "auto",
    source: Hashable = None,
    target: Hashable = None,
    bipartite: bool = False,
) -> Graph:
    r"""Read a graph from a file.

    Parameters
    ----------
    path : str or os.PathLike
        The suffix decides, and each may be followed by .gz:

        - .mtx: MatrixMarket; .npz: ``scipy.sparse.save_npz``;
        - .graphml, .gml, .gexf: read by NetworkX;
        - .csv, .tsv, .txt, .edgelist, .parquet: a table with a row for each undirected edge, its columns chosen by
          name as in `as_graph`. Text has tab, semicolon, comma, bar or blanks between its cells, whichever splits the
          first hundred lines alike; without a header two columns, or three whose third is a weight, or the dictionary
          that ``networkx.write_edgelist`` writes. Lines that start with # or % are comments before the first edge,
          and after it where they do not split like edges. Labels that are all integers become integers; the nodes
          follow their first appearance.
    weight : hashable or None, default "weight"
        Name of the attribute or column with the weights; an edge without it counts 1, and None ignores weights.
    direction : {"auto", "symmetric", "out", "in"}, default "auto"
        How a directed graph is read, as in `as_graph`.
    source, target : hashable, optional
        Columns with the ends of edges, as in `as_graph`: names, or positions from 0 where there is no header.
    bipartite : bool, default False
        Whether rows and columns, or sources and targets, are two kinds of nodes, as in `as_graph`.

    Returns
    -------
    Graph
        As from `as_graph`.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        An unknown suffix, or contents that are broken or not a graph; names the file and, in edge lists, the line.
    TypeError
        `path` is not the name of a file.

    Examples
    --------
    >>> import os, tempfile
    >>> from sggraph import read_graph
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "tiny.csv")
    ...     with open(path, "w") as file:
    ...         _ = file.write("source,target,weight\nann,bob,2\nbob,cid,1\n")
    ...     graph = read_graph(path)
    >>> graph.nodes
    ['ann', 'bob', 'cid']
    >>> graph.adjacency.toarray()
    array([[0., 2., 0.],
           [2., 0., 1.],
           [0., 1., 0.]])
    """
    check_options(weight, direction, source, target, bipartite)
    how = Reading(weight, source, target, bipartite)
    path = as_path(path)
    zipped = path.suffix.lower() == ".gz"
    kind = Path(path.stem if zipped else path.name).suffix.lower()
    accepted = (*READERS, *EDGE_LISTS)
    if kind not in accepted:
        raise refused("path", str(path), f"a name that ends with {', '.join(accepted)}, each also with .gz")
    check_file(path)
    remedy = "Correct it, or load it yourself and pass a NetworkX graph or a SciPy matrix"
    with naming(path, f"a {kind} graph", remedy), open(path, "rb") as file:
        if kind == ".npz" and not zipped and path.stat().st_size:
            return as_graph(read_npz(file), direction=direction, **how._asdict())
        content = unzip(file.read()) if zipped else file.read()
        if not content or content.isspace():
            raise ValueError("the file is empty")
        if kind == ".npz":
            content = BytesIO(content)
        graph = READERS[kind](content) if kind in READERS else read_edges(content, kind, how, direction)
        del content
        return as_graph(graph, direction=direction, **how._asdict())
