"""Edges as repositories hand them out: KONECT (out.NAME), Network Repository (NAME.edges) and SNAP.

Each line has two ends, then perhaps a weight, then perhaps a time. A header behind % or # says what KONECT's and SNAP's
lines are: edges, arcs, or two kinds of nodes, whose numbers begin at 1 on either side.
"""

import re
from io import BytesIO

import numpy as np

from ..graph.adjacency import as_graph, clean_edges
from ..graph.arcs import Arcs, Reading, no_number
from ..graph.tables import TIME, is_numeral
from .edge_lists import read_edges
from .gathered import as_integers, check_claim, tell
from .matrix_files import read_mtx
from .named_lines import lines_of

KONECT = re.compile(rb"(?:\s*%[^\n]*\n)*?\s*%[ \t]*(sym|asym|bip)[ \t]+[a-z]+", re.IGNORECASE)
SIZES = re.compile(rb"[^\n]*\n\s*%[ \t]*(\d+)[ \t]+(\d+)(?:[ \t]+(\d+))?[ \t\r]*(?:\n|$)")
SNAP = re.compile(rb"(?:\s*#[^\n]*\n)*?\s*#\s*(directed|undirected) graph", re.IGNORECASE)
HEADER = re.compile(rb"\A(?:\s*[#%][^\n]*\n)*")
WHOLE = rb"-?(?:0|[1-9]\d*)"  # "007" is a name, and so is "1_0"
NOT_INTEGERS = re.compile(rb"^(?![ \t]*%b[ \t]+%b[ \t\r\n])(?=[^\n]*\S)" % (WHOLE, WHOLE), re.MULTILINE)
EXACT = 2**53  # integers up to here are exact in float64


def repository_of(content):
    """The repository that the header of a text tells, or None: undirected edges of SNAP are any edge list."""
    if KONECT.match(content):
        return "konect"
    snap = SNAP.match(content)
    return "snap" if snap and snap[1].lower() == b"directed" else None


def read_konect(content, weight, direction):
    """KONECT; without its header the lines are edges, of any edge list if their ends are not numbers."""
    header, table = KONECT.match(content), _numbers(content)
    if header is None and table is None:
        return as_graph(read_edges(content, ".edges", Reading(weight)))
    sizes = header and SIZES.match(content, header.end())
    kind = header[1].lower() if header else b"sym"
    ends, names, weights = _columns(content, table, weight, timed=header is None)
    if kind == b"bip":
        return _bipartite(ends, names, weights, sizes, direction)
    if sizes and isinstance(names[0], int):
        _tell_size(sizes, len(ends))
        ends, names = _with_isolated(ends, names, int(sizes[2]))
    return clean_edges(Arcs(*ends.T, weights, names, kind == b"sym"), direction)


def read_repository(content, weight, direction):
    """Network Repository: as KONECT, MatrixMarket under another name, or lines alone."""
    if content.lstrip()[:14].lower() == b"%%matrixmarket":
        return as_graph(read_mtx(content.lstrip()), weight=weight, direction=direction)
    return read_konect(content, weight, direction)


def read_snap(content, weight, direction):
    """SNAP; what its header says of direction is taken by its word."""
    header = SNAP.match(content)
    ends, names, weights = _columns(content, _numbers(content), weight, timed=True)
    undirected = header is None or header[1].lower() == b"undirected"
    return clean_edges(Arcs(*ends.T, weights, names, undirected), direction)


def _bipartite(ends, names, weights, sizes, direction):
    """Numbers of the left and of the right side are different nodes, called so."""
    sides = []
    for side, column in enumerate(ends.T):
        used, rows = np.unique(column, return_inverse=True)
        rows, own = rows.reshape(-1, 1), [names[k] for k in used.tolist()]
        if sizes and sizes[3] and isinstance(names[0], int):
            rows, own = _with_isolated(rows, own, int(sizes[2 + side]))
        sides.append((rows[:, 0], [f"{('left', 'right')[side]} {name}" for name in own]))
    if sizes:
        _tell_size(sizes, len(ends))
    (row, left), (col, right) = sides
    return clean_edges(Arcs(row, col + len(left), weights, left + right, True), direction)


def _with_isolated(ends, names, n):
    """All numbers from 1 to n are nodes, in this order, with edges or not; others that came follow."""
    check_claim(n, len(ends))
    places = {k: k - 1 for k in range(1, n + 1)}
    for name in names:
        places.setdefault(name, len(places))
    if len(places) > n:
        tell(f"the header claims {n} nodes, but edges name {len(places) - n} more")
    rows = np.fromiter(map(places.__getitem__, names), np.int64, len(names))
    return rows[ends], list(places)


def _tell_size(sizes, m):
    if int(sizes[1]) != m:
        tell(f"the header claims {int(sizes[1])} edges, but the file holds {m}")


def _columns(content, table, weight, timed):
    """Rows of both ends (m, 2), the names in the order of their first appearance, and weights."""
    if table is None:
        lines = lines_of(content, "#%")
        if not lines:
            raise ValueError("it holds comments only, no edges")
        table = _words(lines)
    width = len(table[0])
    third = table[:, 2] if width > 2 else None
    if timed and width == 3 and table.dtype != object and (third >= TIME).all() and (third % 1 == 0).all():
        tell("the third column holds times, which are no weights: each edge counts 1")
        third = None
    if width > 4:
        tell(f"the {width - 4} columns behind ends, weight and time are left out")
    weights = np.ones(len(table)) if third is None or weight is None else _weights(third)
    flat = table[:, :2].ravel()
    if table.dtype == object:
        names = {name: k for k, name in enumerate(dict.fromkeys(flat))}
        ids = np.fromiter(map(names.__getitem__, flat), np.int64, len(flat))
        return ids.reshape(-1, 2), as_integers(names) or list(names), weights
    used, first, ids = np.unique(flat, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place[ids].reshape(-1, 2), used[order].astype(np.int64).tolist(), weights


def _numbers(content):
    """The table of a file whose ends are integers, which NumPy reads fast; None of others."""
    text = HEADER.sub(b"", bytes(content).replace(b",", b" ") + b"\n", count=1)
    if NOT_INTEGERS.search(text) or not text.strip():
        return None
    try:
        table = np.loadtxt(BytesIO(text), comments=None, ndmin=2)
    except ValueError:
        return None
    return table if table.size and (np.abs(table[:, :2]) < EXACT).all() else None


def _words(lines):
    """The table of words of a file with commas, tabs or blanks."""
    mark = next((mark for mark in ",\t" if mark in lines[0][1]), None)
    rows = [[word.strip() for word in line.split(mark)] for _, line in lines]
    width = len(rows[0])
    for (number, _), row in zip(lines, rows, strict=True):
        if len(row) != width or width < 2:
            wanted = "2 to 4" if width < 2 else f"{width}, like line {lines[0][0]}"
            raise ValueError(f"line {number} has {len(row)} columns where it needs {wanted}")
    table = np.empty((len(rows), width), object)
    table[:] = rows
    return table


def _weights(values):
    try:
        return values.astype(float)
    except ValueError:
        wrong = next(value for value in values if not is_numeral(value))
    raise no_number("an edge", wrong)
