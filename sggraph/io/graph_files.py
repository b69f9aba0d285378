"""Read graphs from files.

The suffix says what a file holds, or the caller by `format`; ``.gz`` may follow the suffix. A file is data from a
stranger: nothing is unpickled or evaluated, and whatever goes wrong inside becomes a ValueError that names the file.
It does not read formats beyond ``READERS`` and ``EDGE_LISTS``, nor embeddings (embeddings.py).
"""

from io import BytesIO
from pathlib import Path

from ..core.types import Direction, FilePath, Format, Weight
from ..graph.adjacency import Graph, as_graph, check_options
from ..runtime.checks import check_choice, refused
from .counted_graphs import read_dimacs, read_metis
from .edge_lists import read_edges
from .gml_graphs import read_gml
from .json_graphs import read_json
from .matrix_files import read_mtx, read_npz
from .named_lines import read_adjlist, read_lgl, read_ncol, read_pajek, read_sif
from .repository_formats import read_konect, read_repository, read_snap, repository_of
from .safe import as_path, check_file, naming, unzip
from .xml_graphs import read_gexf, read_graphml


def _of_matrix(read):
    return lambda content, weight, direction: as_graph(read(content), weight=weight, direction=direction)


READERS = {  # bytes, weight and direction -> Graph
    "mtx": _of_matrix(read_mtx),
    "npz": _of_matrix(lambda content: read_npz(BytesIO(content))),
    "graphml": read_graphml,
    "gexf": read_gexf,
    "gml": read_gml,
    "json": read_json,
    "konect": read_konect,
    "edges": read_repository,
    "snap": read_snap,
    "pajek": read_pajek,
    "metis": read_metis,
    "dimacs": read_dimacs,
    "adjlist": read_adjlist,
    "sif": read_sif,
    "ncol": read_ncol,
    "lgl": read_lgl,
}
EDGE_LISTS = ("csv", "tsv", "txt", "edgelist")
SUFFIXES = {f".{name}": name for name in (*READERS, *EDGE_LISTS) if name not in ("konect", "snap", "pajek")}
SUFFIXES |= {".net": "pajek", ".graph": "metis", ".gr": "dimacs", ".col": "dimacs", ".cyjs": "json"}


def read_graph(
    path: FilePath, *, weight: Weight = "weight", direction: Direction = "auto", format: Format | None = None
) -> Graph:
    r"""Read a graph from a file.

    Parameters
    ----------
    path : str or os.PathLike
        The suffix decides unless `format` does, and each may be followed by .gz:

        - .mtx: MatrixMarket; .npz: ``scipy.sparse.save_npz``;
        - .graphml, .gexf, .gml, .json: nodes are called by their labels where each has one of its own, else by their
          ids; JSON is what NetworkX (node-link), D3, vis.js and Cytoscape (also .cyjs) read;
        - .csv, .tsv, .txt, .edgelist: a line for each undirected edge, with two or three columns: source, target
          and weight, or the dictionary that ``networkx.write_edgelist`` writes. Comma, semicolon, tab or blanks
          between them; lines that start with # or % are comments; a header line is recognised, and under one that
          names "source" and "target" there may be further columns. Labels that are all integers become integers;
          the nodes follow their first appearance.
        - out.NAME (KONECT), .edges (Network Repository): two ends, then perhaps a weight, then perhaps a time. The
          header of KONECT, and that of SNAP for arcs, is recognised in edge lists, too; the nodes of a bipartite
          graph are called "left 1" and "right 1";
        - .net (Pajek), .graph, .metis (METIS), .gr, .col, .dimacs (DIMACS): nodes are numbered from 1;
        - .adjlist (a node and its neighbours), .sif (Cytoscape), .ncol, .lgl (igraph).
    weight : hashable or None, default "weight"
        Name of the attribute or column with the weights; an edge without it counts 1, and None ignores weights.
        The third of three columns holds the weights whatever its name.
    direction : {"auto", "symmetric", "out", "in"}, default "auto"
        How a directed graph is read, as in `as_graph`.
    format : str, optional
        What the file holds, whatever its suffix: "mtx", "npz", "graphml", "gexf", "gml", "json", "csv", "tsv", "txt",
        "edgelist", "konect", "edges", "snap", "pajek", "metis", "dimacs", "adjlist", "sif", "ncol" or "lgl".

    Returns
    -------
    Graph
        As from `as_graph`.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        An unknown suffix or format, or contents that are broken or not a graph; names the file and, in text, the
        line.
    TypeError
        `path` is not the name of a file.

    Warns
    -----
    GraphWarning
        What was decided or left out: nodes that only edges name, hyperedges, times, claims of a header that are not so.

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
    check_options(weight, direction)
    path = as_path(path)
    kind = _format_of(path, format)
    check_file(path)
    remedy = "Correct it, or load it yourself and pass a NetworkX graph or a SciPy matrix"
    zipped = path.suffix.lower() == ".gz"
    with naming(path, f"a .{kind} graph", remedy), open(path, "rb") as file:
        if kind == "npz" and not zipped and path.stat().st_size:
            return as_graph(read_npz(file), weight=weight, direction=direction)
        content = unzip(file.read()) if zipped else file.read()
        if not content or content.isspace():
            raise ValueError("the file is empty")
        if format is None and kind in EDGE_LISTS:
            kind = repository_of(content) or kind
        if kind in READERS:
            return READERS[kind](content, weight, direction)
        graph = read_edges(content, f".{kind}", weight)
        del content
        return as_graph(graph, weight=weight, direction=direction)


def _format_of(path, format):
    """The name of the format of a file."""
    if format is not None:
        check_choice("format", format, *READERS, *EDGE_LISTS)
        return format
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    suffix = Path(name).suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if name.lower().startswith("out.") and suffix:
        return "konect"
    accepted = f"a name that ends with {', '.join(SUFFIXES)}, each also with .gz, or begins with out., or a format"
    raise refused("path", str(path), accepted)
