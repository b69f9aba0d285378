"""Read graphs from files.

The suffix says what a file holds, or the caller by `format`; ``.gz`` may follow the suffix. A file is data from a
stranger: nothing is unpickled or evaluated, and whatever goes wrong inside becomes a ValueError that names the file.
It does not read formats beyond ``READERS`` and ``EDGE_LISTS``, nor embeddings (embeddings.py).
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

from ..core.types import Direction, FilePath, Format, Weight
from ..graph.adjacency import Graph, as_graph, check_options
from ..graph.arcs import Reading
from ..runtime.checks import check_choice, refused
from .counted_graphs import read_dimacs, read_metis
from .dot_graphs import read_dot
from .edge_lists import read_edges
from .gml_graphs import read_gml
from .json_graphs import read_json
from .matrix_files import read_mtx, read_npz
from .named_lines import read_adjlist, read_lgl, read_ncol, read_pajek, read_sif
from .repository_formats import read_konect, read_repository, read_snap, repository_of
from .safe import as_path, check_file, naming, unzip
from .tables import frame_of_folder, frame_of_parquet
from .texts import as_utf8
from .xml_graphs import read_gexf, read_graphml


def _by_as_graph(read):
    return lambda content, how, direction: as_graph(read(content), direction=direction, **how._asdict())


def _of_network(read):
    def read_network(content, how, direction):
        for name in ("source", "target"):
            if getattr(how, name) is not None:
                raise refused(name, getattr(how, name), "None: only tables have columns to choose")
        if how.bipartite:
            raise refused("bipartite", True, "False: only tables and matrices have two sides")
        return read(content, how.weight, direction)

    return read_network


READERS = {  # bytes, a Reading and a direction -> Graph
    "mtx": _by_as_graph(read_mtx),
    "npz": _by_as_graph(lambda content: read_npz(BytesIO(content))),
    "parquet": _by_as_graph(frame_of_parquet),
    "graphml": _of_network(read_graphml),
    "gexf": _of_network(read_gexf),
    "gml": _of_network(read_gml),
    "dot": _of_network(read_dot),
    "json": _of_network(read_json),
    "konect": _of_network(read_konect),
    "edges": _of_network(read_repository),
    "snap": _of_network(read_snap),
    "pajek": _of_network(read_pajek),
    "metis": _of_network(read_metis),
    "dimacs": _of_network(read_dimacs),
    "adjlist": _of_network(read_adjlist),
    "sif": _of_network(read_sif),
    "ncol": _of_network(read_ncol),
    "lgl": _of_network(read_lgl),
}
ENCODED = ("mtx", "npz", "parquet", "graphml", "gexf")  # no text, or text that says how it is encoded
EDGE_LISTS = ("csv", "tsv", "txt", "edgelist")
SUFFIXES = {f".{name}": name for name in (*READERS, *EDGE_LISTS) if name not in ("konect", "snap", "pajek")}
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".ods")  # of spreadsheets
SUFFIXES |= {".net": "pajek", ".graph": "metis", ".gr": "dimacs", ".col": "dimacs", ".cyjs": "json", ".gv": "dot"}


def read_graph(
    path: FilePath,
    *,
    weight: Weight = "weight",
    direction: Direction = "auto",
    source: Hashable = None,
    target: Hashable = None,
    bipartite: bool = False,
    format: Format | None = None,
) -> Graph:
    r"""Read a graph from a file.

    Parameters
    ----------
    path : str or os.PathLike
        The suffix decides unless `format` does, and each may be followed by .gz:

        - .mtx: MatrixMarket; .npz: ``scipy.sparse.save_npz``;
        - .graphml, .gexf, .gml, .dot (also .gv), .json: nodes are called by their labels where each has one of its
          own, else by their ids; JSON is what NetworkX (node-link), D3, vis.js and Cytoscape (also .cyjs) read;
        - .csv, .tsv, .txt, .edgelist, .parquet: a table with a row for each undirected edge, its columns chosen by
          name as in `as_graph`. Text has tab, semicolon, comma, bar or blanks between its cells, whichever splits the
          first hundred lines alike; without a header two columns, or three whose third is a weight, or the dictionary
          that ``networkx.write_edgelist`` writes. Lines that start with # or % are comments before the first edge,
          and after it where they do not split like edges. Labels that are all integers become integers; the nodes
          follow their first appearance. A folder of .parquet files, file after file by name, is one table;
        - out.NAME (KONECT), .edges (Network Repository): two ends, then perhaps a weight, then perhaps a time. The
          header of KONECT, and that of SNAP for arcs, is recognised in edge lists, too; the nodes of a bipartite
          graph are called "left 1" and "right 1";
        - .net (Pajek), .graph, .metis (METIS), .gr, .col, .dimacs (DIMACS): nodes are numbered from 1;
        - .adjlist (a node and its neighbours), .sif (Cytoscape), .ncol, .lgl (igraph).

        Text is UTF-8, or UTF-16 with a byte order mark; what is neither is read as Windows-1252, and told.
    weight : hashable or None, default "weight"
        Name of the attribute or column with the weights; an edge without it counts 1, and None ignores weights.
    direction : {"auto", "symmetric", "out", "in"}, default "auto"
        How a directed graph is read, as in `as_graph`.
    source, target : hashable, optional
        Columns with the ends of edges, as in `as_graph`: names, or positions from 0 where there is no header.
    bipartite : bool, default False
        Whether rows and columns, or sources and targets, are two kinds of nodes, as in `as_graph`.
    format : str, optional
        What the file holds, whatever its suffix: "mtx", "npz", "graphml", "gexf", "gml", "dot", "json", "csv", "tsv",
        "txt", "edgelist", "parquet", "konect", "edges", "snap", "pajek", "metis", "dimacs", "adjlist", "sif", "ncol" or
        "lgl".

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
        What was decided or left out: nodes that only edges name, hyperedges, times, claims of a header that are not so,
        an encoding that was guessed.

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
    kind = format_of_graph(path, format)
    if kind != "parquet" or not path.is_dir():
        check_file(path)
    remedy = "Correct it, or load it yourself and pass a NetworkX graph or a SciPy matrix"
    zipped = path.suffix.lower() == ".gz"
    with naming(path, f"a .{kind} graph", remedy), _opened(path) as file:
        if file is None:
            return as_graph(frame_of_folder(path), direction=direction, **how._asdict())
        if kind == "npz" and not zipped and path.stat().st_size:
            return as_graph(read_npz(file), direction=direction, **how._asdict())
        content = unzip(file.read()) if zipped else file.read()
        content = content if kind in ENCODED else as_utf8(content)
        if not content or content.isspace():
            raise ValueError("the file is empty")
        if format is None and kind in EDGE_LISTS:
            kind = repository_of(content) or kind
        if kind in READERS:
            return READERS[kind](content, how, direction)
        graph = read_edges(content, f".{kind}", how, direction)
        del content
        return as_graph(graph, direction=direction, **how._asdict())


def _opened(path):
    """The file, open; None of a folder."""
    return nullcontext() if path.is_dir() else open(path, "rb")


def format_of_graph(path, format):
    """The name of the format of a file."""
    if format is not None:
        check_choice("format", format, *READERS, *EDGE_LISTS)
        return format
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    suffix = Path(name).suffix.lower()
    if suffix in WORKBOOKS:
        raise refused(
            "path", str(path), "the sheet with the edges, saved as .csv, or as_graph(pandas.read_excel(path))"
        )
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if name.lower().startswith("out.") and suffix:
        return "konect"
    accepted = f"a name that ends with {', '.join(SUFFIXES)}, each also with .gz, or begins with out., or a format"
    raise refused("path", str(path), accepted)
