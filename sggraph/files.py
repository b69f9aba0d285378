"""Read graphs from files, and write embeddings to files.

The suffix says what a file holds; ``.gz`` may follow it. A file is data from a stranger: nothing is unpickled or
evaluated, and whatever goes wrong inside becomes a ValueError that names the file.
It does not read formats beyond ``READERS`` and ``EDGE_LISTS``, nor write pictures (plot.py).
"""

import csv
import os
import uuid
from pathlib import Path

import numpy as np

from .edge_lists import read_edges
from .file_formats import read_gexf, read_gml, read_graphml, read_mtx, read_npz, unzip
from .graph import as_graph, check_options

READERS = {".mtx": read_mtx, ".npz": read_npz, ".graphml": read_graphml, ".gexf": read_gexf, ".gml": read_gml}
EDGE_LISTS = (".csv", ".tsv", ".txt", ".edgelist")


def read_graph(path, *, weight="weight", direction="symmetric"):
    r"""Read a graph from a file.

    Parameters
    ----------
    path : str or os.PathLike
        The suffix decides, and each may be followed by .gz:

        - .mtx: MatrixMarket; .npz: ``scipy.sparse.save_npz``;
        - .graphml, .gml, .gexf: read by NetworkX;
        - .csv, .tsv, .txt, .edgelist: a line for each undirected edge, with two or three columns: source, target
          and weight, or the dictionary that ``networkx.write_edgelist`` writes. Comma, semicolon, tab or blanks
          between them; lines that start with # or % are comments; a header line is recognised, and under one that
          names "source" and "target" there may be further columns. Labels that are all integers become integers;
          the nodes follow their first appearance.
    weight : hashable or None, default "weight"
        Name of the attribute or column with the weights; an edge without it counts 1, and None ignores weights.
        The third of three columns holds the weights whatever its name.
    direction : {"symmetric", "out", "in"}, default "symmetric"
        How a directed graph is read, as in `as_graph`.

    Returns
    -------
    Graph
        As from `as_graph`.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        An unknown suffix, or contents that are broken or no graph; names the file and, in edge lists, the line.

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
    path = Path(path)
    zipped = path.suffix.lower() == ".gz"
    kind = Path(path.stem if zipped else path.name).suffix.lower()
    accepted = (*READERS, *EDGE_LISTS)
    if kind not in accepted:
        raise ValueError(f"path is {str(path)!r}; its suffix must be one of {', '.join(accepted)}, each also with .gz")
    if not path.exists():
        raise FileNotFoundError(f"path is {str(path)!r}, and there is no such file")
    content = path.read_bytes()
    try:
        content = unzip(content) if zipped else content
        if not content or content.isspace():
            raise ValueError("the file is empty")
        graph = READERS[kind](content) if kind in READERS else read_edges(content, kind, weight)
        return as_graph(graph, weight=weight, direction=direction)
    except (MemoryError, Warning):
        raise
    except Exception as error:  # parsers raise what they like; the user needs to know which file, and what to do
        reason = str(error) or type(error).__name__
        raise ValueError(
            f"path is {str(path)!r}, which cannot be read as a {kind} graph: {reason.rstrip('.')}. Correct it, "
            "or load it yourself and pass a NetworkX graph or a SciPy matrix"
        ) from error


def write_embedding(path, Y, nodes=None, labels=None):
    """Write coordinates as a CSV file: node, x[, y[, z]][, label].

    The file is written beside its final place and then moved there, so a half-written one is never seen.

    Parameters
    ----------
    path : str or os.PathLike
        Where to; an existing file is replaced.
    Y : array-like
        (n, d) with d = 1, 2 or 3, or (n,). Written with 9 digits, which is all of float32.
    nodes : sequence, optional
        n node names; 0, 1, 2, ... if not given.
    labels : sequence, optional
        n labels for a last column.

    Raises
    ------
    ValueError
        The shape of `Y`, or the length of `nodes` or `labels`, is wrong.
    FileNotFoundError
        The folder does not exist.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sggraph import write_embedding
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "coords.csv")
    ...     write_embedding(path, [[0.5, 1], [2, 3]], nodes=["ann", "bob"])
    ...     print(path.read_text())
    node,x,y
    ann,0.5,1
    bob,2,3
    <BLANKLINE>
    """
    Y = np.asarray(Y)
    Y = Y[:, None] if Y.ndim == 1 else Y
    if Y.ndim != 2 or not 1 <= Y.shape[1] <= 3 or Y.dtype.kind not in "biuf":
        raise ValueError(f"Y has shape {Y.shape} and dtype {Y.dtype}; give real coordinates, (n,) or (n, d), d <= 3")
    columns = {"node": range(len(Y)) if nodes is None else list(nodes)}
    columns |= {"xyz"[k]: [f"{value:.9g}" for value in Y[:, k].tolist()] for k in range(Y.shape[1])}
    columns |= {} if labels is None else {"label": list(labels)}
    for name, column in columns.items():
        if len(column) != len(Y):
            raise ValueError(f"{name}s has {len(column)} entries, but Y has {len(Y)} rows; give one for each row")
    _write_csv(Path(path), columns)


def _write_csv(path, columns):
    path = Path(os.path.realpath(path))  # through a link, not over it
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path is in the folder {str(path.parent)!r}, which does not exist; create it first")
    if path.exists() and not path.is_file():
        raise ValueError(f"path is {str(path)!r}, which is no regular file; give the name of a file")
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        # before Python 3.13 the csv module leaves a lone carriage return unquoted, which no reader survives
        awkward = any("\r" in str(value) for name in ("node", "label") for value in columns.get(name, ()))
        with open(partial, "x", encoding="utf-8", newline="") as file:
            quoting = csv.QUOTE_ALL if awkward else csv.QUOTE_MINIMAL
            writer = csv.writer(file, lineterminator="\n", quoting=quoting)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
