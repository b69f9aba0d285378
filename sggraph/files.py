"""Read graphs from files, and write embeddings to files.

The suffix says what a file holds; ``.gz`` may follow it. A file is data from a stranger: nothing is unpickled or
evaluated, XML with a document type is refused, and a header's claim is checked before memory is reserved for it.
It does not read formats beyond the table ``READERS``, nor pictures (plot.py).
"""

import ast
import csv
import gzip
import os
import uuid
from io import BytesIO
from pathlib import Path

import numpy as np
from scipy import io, sparse

from sggraph.graph import as_graph, check_options, label_edges

# Column pairs that mark a first line as a header even where the labels below are words, too
HEADERS = {("source", "target"), ("from", "to"), ("src", "dst"), ("node1", "node2"), ("node_1", "node_2")}
HEADERS |= {("id1", "id2"), ("id_1", "id_2"), ("fromnodeid", "tonodeid")}


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
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = (suffixes[:-1] if suffixes[-1:] == [".gz"] else suffixes)[-1:]
    if not kind or kind[0] not in READERS:
        accepted = ", ".join(READERS)
        raise ValueError(f"path is {str(path)!r}; its suffix must be one of {accepted}, each also with .gz")
    if not path.exists():
        raise FileNotFoundError(f"path is {str(path)!r}, and there is no such file")
    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if suffixes[-1] == ".gz" else content
        if not content.strip():
            raise ValueError("the file is empty")
        return as_graph(READERS[kind[0]](content, kind[0], weight), weight=weight, direction=direction)
    except (MemoryError, Warning):
        raise
    except Exception as error:  # parsers raise what they like; the user needs to know which file, and what to do
        reason = str(error) or type(error).__name__
        raise ValueError(
            f"path is {str(path)!r}, which cannot be read as a {kind[0]} graph: {reason.rstrip('.')}. Correct it, "
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
    >>> import os, tempfile
    >>> from sggraph import write_embedding
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "coords.csv")
    ...     write_embedding(path, [[0.5, 1], [2, 3]], nodes=["ann", "bob"])
    ...     print(open(path).read())
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


def _check_size(n, entries):
    if n > 10 * entries + 1_000_000:
        raise ValueError(f"it claims {n} nodes but holds {entries} entries, so nearly all nodes would be isolated")


def _read_mtx(content, suffix, weight):
    rows, columns, entries, layout, _, _ = io.mminfo(BytesIO(content))
    shortest = 4 if layout == "coordinate" else 2  # bytes of an entry: "1 1\n", "0\n"
    if entries * shortest > 2 * len(content) + shortest:  # twice: symmetric arrays store half
        raise ValueError(f"it claims {entries} entries but has {len(content)} bytes, so it is truncated")
    _check_size(max(rows, columns), entries)
    return io.mmread(BytesIO(content))


def _read_npz(content, suffix, weight):
    with np.load(BytesIO(content), allow_pickle=False) as parts:
        if "shape" not in parts or "format" not in parts:
            raise ValueError(f"it holds {sorted(parts)}, which is not what scipy.sparse.save_npz writes")
        _check_size(int(np.max(parts["shape"])), parts["data"].size if "data" in parts else 0)
    matrix = sparse.load_npz(BytesIO(content))
    if hasattr(matrix, "check_format"):
        matrix.check_format(full_check=True)  # load_npz does not look for indices out of range
    return matrix


def _read_xml(content, suffix, weight):
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(content, True)
    import networkx as nx

    return {".graphml": nx.read_graphml, ".gexf": nx.read_gexf}[suffix](BytesIO(content))


def _refuse_doctype(*_):
    raise ValueError("it has a DOCTYPE, whose entities could expand without bound; delete the <!DOCTYPE ...> part")


def _read_gml(content, suffix, weight):
    import networkx as nx

    try:
        return nx.read_gml(BytesIO(content))
    except nx.NetworkXError as error:
        if "label" not in str(error):
            raise
        return nx.read_gml(BytesIO(content), label="id")  # many public GML files name nodes by id only


def _read_edges(content, suffix, weight):
    lines = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numbers = [k for k, line in enumerate(lines, 1) if line.strip() and line.lstrip()[0] not in "#%"]
    if not numbers:
        raise ValueError("it holds comments only, no edges")
    columns = _to_columns([lines[k - 1] for k in numbers], numbers, suffix)
    header = [column[0].lower() for column in columns] if _is_header(columns) else []
    if header:
        columns, numbers = [column[1:] for column in columns], numbers[1:]
    if not numbers:
        raise ValueError("it holds a header only, no edges")
    source, target, third = _choose_columns(header, len(columns), weight)
    for column in (columns[source], columns[target]):
        if "" in column:
            raise ValueError(f"line {numbers[column.index('')]} lacks a node")
    weights = None if third is None else _parse_weights(columns[third], weight, numbers)
    return label_edges(*_as_labels(columns[source], columns[target]), weights)


def _to_columns(lines, numbers, suffix):
    delimiter = _delimiter(lines[0], suffix)
    if lines[-1].rstrip().endswith("}"):  # write_edgelist's dictionaries hold blanks and commas of their own
        rows = [line.split(delimiter, 2) for line in lines]
    elif delimiter is None or not any('"' in line for line in lines):
        rows = [line.split(delimiter) for line in lines]
    else:
        rows = list(csv.reader(lines, delimiter=delimiter))
    width = len(rows[0])
    odd = next((k for k, row in enumerate(rows) if len(row) != width or width < 2), None)
    if odd is not None:
        wanted = "2 or 3" if width < 2 else f"{width}, like line {numbers[0]}"
        raise ValueError(f"line {numbers[odd]} has {len(rows[odd])} columns where it needs {wanted}")
    return [list(map(str.strip, column)) for column in zip(*rows, strict=True)]


def _delimiter(line, suffix):
    """Guess from the first line; None is any run of blanks."""
    line = line.split("{")[0].rstrip() if "{" in line else line
    if suffix in (".csv", ".tsv"):
        best = max("\t,;" if suffix == ".tsv" else ",;\t", key=line.count)
        return best if best in line else None
    if "\t" in line and all(line.split("\t")):
        return "\t"
    fields = line.split()
    if len(fields) in (2, 3) and not any(field.endswith((",", ";")) for field in fields):
        return None
    return next((mark for mark in ",;" if mark in line), None)


def _is_header(columns):
    first = [column[0].lower() for column in columns]
    if tuple(first[:2]) in HEADERS or (len(first) > 2 and {"source", "target"} <= set(first)):
        return True
    if len(columns[0]) < 2:
        return False
    over_numbers = len(first) == 3 and not _is_number(first[2]) and _is_number(columns[2][1])
    ends = columns[:2]
    words = all(_as_integers(column[:1]) is None for column in ends)
    return over_numbers or (words and all(_as_integers(column[1:]) is not None for column in ends))


def _choose_columns(header, width, weight):
    """Positions of source, target and weight (None: there is none, or it is to be ignored)."""
    named = "source" in header and "target" in header
    if width > 3 and not named:
        raise ValueError(
            f"it has {width} columns; keep two or three (source, target, weight), or name them in a header"
        )
    source, target = (header.index("source"), header.index("target")) if named else (0, 1)
    if weight is None:
        return source, target, None
    if str(weight).lower() in header:
        return source, target, header.index(str(weight).lower())
    return source, target, 2 if width == 3 and {source, target} == {0, 1} else None


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _as_integers(texts):
    """Integers, or None unless each text is what its integer prints ("007" and "1_0" stay labels)."""
    try:
        integers = list(map(int, texts))
    except ValueError:
        return None
    return integers if list(map(str, integers)) == list(texts) else None


def _as_labels(sources, targets):
    integers = _as_integers(sources), _as_integers(targets)
    return (sources, targets) if None in integers else integers


def _parse_weights(texts, weight, numbers):
    if texts[0].startswith("{"):
        distinct = dict(zip(texts, numbers, strict=True))
        parsed = {text: _parse_dict(text, weight, number) for text, number in distinct.items()}
        return [parsed[text] for text in texts]
    try:
        return list(map(float, texts))
    except ValueError:
        k = next(k for k, text in enumerate(texts) if not _is_number(text))
        wrong = f"line {numbers[k]} has the weight {texts[k]!r}, which is no number; weight=None ignores weights"
        raise ValueError(wrong) from None


def _parse_dict(text, weight, number):
    try:
        return dict(ast.literal_eval(text)).get(weight, 1)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError(f"line {number} has {text!r} where a dictionary of numbers or strings belongs") from None


READERS = {
    ".mtx": _read_mtx,
    ".npz": _read_npz,
    ".graphml": _read_xml,
    ".gexf": _read_xml,
    ".gml": _read_gml,
    ".csv": _read_edges,
    ".tsv": _read_edges,
    ".txt": _read_edges,
    ".edgelist": _read_edges,
}
