"""Read edge lists: text with a line for each edge, its delimiter, header and columns recognised.

Nothing is evaluated but dictionaries of literals, as ``networkx.write_edgelist`` writes them.
"""

import ast
import csv
import re
import secrets

import numpy as np

from ..graph.adjacency import clean_edges, label_edges
from ..graph.formats import Arcs
from ..runtime.checks import shown
from .safe import as_text

RARE_SPACE = re.compile(r"[^\S\n\t ]")  # which str.split and str.strip know
LONGEST = 2**20  # characters of a line
NOT_PLAIN = re.compile(rb'["{\0\x0b\x0c\x1c-\x1f]')  # quotes, dictionaries, white space that is rare
LONG = 2**20  # bytes: from here on, compiled code pays for its loading
# Column pairs that mark a first line as a header even where the labels below are words, too
HEADERS = {("source", "target"), ("from", "to"), ("src", "dst"), ("node1", "node2"), ("node_1", "node_2")}


HEADERS |= {("id1", "id2"), ("id_1", "id_2"), ("fromnodeid", "tonodeid")}


# Third cells of an edge whose weight is missing, which make no header of it
MISSING = {"", "-", ".", "?", "na", "n/a", "#n/a", "<na>", "nan", "nil", "none", "null"}


def read_edges(content, suffix, weight):
    """Make a `Graph` of the bytes of an edge list; `suffix` says which delimiter is likely."""
    graph = _read_plain(content, suffix, weight) if len(content) >= LONG else None
    return _read_any(content, suffix, weight) if graph is None else graph


def _read_plain(content, suffix, weight):
    """The Graph of a long, plain edge list, at the speed of a disk; None for quotes, dictionaries and uneven lines."""
    from ..core.edge_text import number_edges

    as_text(content)
    content = bytes(content).removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    content = content if content.endswith(b"\n") else content + b"\n"
    rows, start = _first_rows(content)
    if len(rows) < 2 or max(map(len, rows)) > LONGEST or NOT_PLAIN.search(content):
        return None
    delimiter = _delimiter(rows[0], suffix)
    cells = [[cell.strip() for cell in row.split(delimiter)] for row in rows]
    width = len(cells[0])
    if width < 2 or len(cells[1]) != width:
        return None
    columns = list(zip(*cells, strict=True))
    header = [cell.lower() for cell in cells[0]] if _is_header(columns) else []
    source, target, third = _choose_columns(header, width, weight)
    text = np.frombuffer(content, np.uint8)[start if header else 0 :]
    most = content.count(b"\n")
    ids, spans, odd = (np.empty(shape, np.int64) for shape in ((most, 2), (2 * most, 2), (most, 3)))
    digits, power = np.zeros(most), np.zeros(most, np.int8)
    positions = (source, target, -1 if third is None else third)
    with np.errstate(over="ignore"):  # of the hash, where nothing is compiled
        seed = np.uint64(secrets.randbits(64))  # nobody can prepare names that collide
        out = ids, digits, power, spans, odd
        m, names, n_odd = number_edges(text, ord(delimiter or " "), width, positions, seed, out)
    if m < 1:
        return None
    body = text.tobytes()
    nodes = b"\n".join([body[a:b] for a, b in spans[:names].tolist()]).decode()
    if RARE_SPACE.search(nodes):
        return None
    nodes = nodes.split("\n")
    integers = _as_integers(nodes)
    if header and integers is None and not _is_header([(name, "word") for name, _ in columns[:2]] + columns[2:]):
        return None  # words over integers were no header if words come later
    weights = np.where(power < 0, digits / 10.0 ** -np.minimum(power, 0), digits * 10.0 ** np.maximum(power, 0))[:m]
    try:
        for k, a, b in odd[:n_odd].tolist():
            weights[k] = float(body[a:b])
    except ValueError:
        return None
    weights = np.ones(m) if third is None else weights
    return clean_edges(Arcs(ids[:m, 0], ids[:m, 1], weights, nodes if integers is None else integers, True))


def _first_rows(content):
    """The first two lines that are not comments, and where the second starts or what comes before it."""
    rows, start, at = [], 0, 0
    while len(rows) < 2 and at < len(content):
        stop = content.index(b"\n", at)
        line = content[at:stop].decode()
        if line.strip() and line.lstrip()[0] not in "#%":
            rows.append(line)
            start = stop + 1 if len(rows) == 1 else start
        at = stop + 1
    return rows, start


def _read_any(content, suffix, weight):
    lines = as_text(content).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numbers = [k for k, line in enumerate(lines, 1) if line.strip() and line.lstrip()[0] not in "#%"]
    if not numbers:
        raise ValueError("it holds comments only, no edges")
    if b"\0" in content:
        raise ValueError("it holds zero bytes, so it is not text in UTF-8: save it as such")
    odd = next((k for k in numbers if len(lines[k - 1]) > LONGEST), None)
    if odd is not None:
        raise ValueError(
            f"line {odd} has {len(lines[odd - 1])} characters, too many for an edge: give each a line of its own"
        )
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
    ends = columns[:2]
    named = len(first) == 3 and first[2] not in MISSING and not any(map(_is_number, first))
    over_numbers = named and _is_number(columns[2][1])
    words = all(_as_integers(column[:1]) is None for column in ends)
    return over_numbers or (words and all(_as_integers(column[1:]) is not None for column in ends))


def _choose_columns(header, width, weight):
    """Positions of source, target and weight (None: there is none, or it is to be ignored)."""
    named = "source" in header and "target" in header
    if width > 3 and not named:
        raise ValueError(
            f"it has {width} columns: keep two or three (source, target, weight), or name them in a header"
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
        wrong = f"line {numbers[k]} has the weight {shown(texts[k])}, not a number: correct it, or give weight=None"
        raise ValueError(wrong) from None


def _parse_dict(text, weight, number):
    try:
        return dict(ast.literal_eval(text)).get(weight, 1)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError(f"line {number} has {shown(text)} where a dictionary of numbers or strings belongs") from None
