"""Read edge lists: text with a line for each edge, its delimiter, header and columns recognised.

Nothing is evaluated but dictionaries of literals, as ``networkx.write_edgelist`` writes them.
"""

import ast
import re
import secrets

import numpy as np

from ..graph.adjacency import clean_edges
from ..graph.arcs import Arcs, arcs_of_labels, kept_apart, no_number, tell_no_direction
from ..graph.frames import arcs_of_matrix, is_matrix
from ..graph.tables import HEAD, is_numeral
from ..runtime.checks import shown
from .gathered import as_integers, tell
from .lines import COMMA, as_number, cells, choice_of, is_comment, layout, table_lines

RARE_SPACE = re.compile(r"[^\S\n\t ]")  # which str.split and str.strip know
LONGEST = 2**20  # characters of a line
NOT_PLAIN = re.compile(rb'["{\0\x0b\x0c\x1c-\x1f]')  # quotes, dictionaries, white space that is rare
MARKED = re.compile(rb"\n[ \t]*[#%]")  # a line that is a comment, or else begins with a name such as "#python"
LONG = 2**20  # bytes: from here on, compiled code pays for its loading


def read_edges(content, suffix, how, direction="auto"):
    """Make a `Graph` of the bytes of a text table, in UTF-8 without a mark.

    `how` is a ``Reading``, `direction` that of a matrix with names; edges have none, which is told.
    """
    graph = _read_plain(content, suffix, how, direction) if len(content) >= LONG else None
    return _read_any(content, suffix, how, direction) if graph is None else graph


def _read_plain(content, suffix, how, direction="auto"):
    """The Graph of a long, plain edge list, at the speed of a disk; None for quotes, dictionaries and uneven lines."""
    from ..core.edge_text import number_edges

    content = bytes(content).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    content = content if content.endswith(b"\n") else content + b"\n"
    head = _head(content)
    if head is None or NOT_PLAIN.search(content):
        return None
    found = layout(head, suffix, _named(how))
    start = sum(len(line.encode()) + 1 for line in head[: found.body])
    text = np.frombuffer(content, np.uint8)[start:]
    if found.left or found.width < 2 or not len(text) or _is_marked(content, start):
        return None
    choice = _choice(found, how)
    if choice is None:
        return None
    most = content.count(b"\n")
    ids, spans, odd = (np.empty(shape, np.int64) for shape in ((most, 2), (2 * most, 2), (most, 3)))
    digits, power = np.zeros(most), np.zeros(most, np.int8)
    positions = (choice.source, choice.target, -1 if choice.weight is None else choice.weight)
    with np.errstate(over="ignore"):  # of the hash, where nothing is compiled
        seed = np.uint64(secrets.randbits(64))  # nobody can prepare names that collide
        out = ids, digits, power, spans, odd
        m, names, n_odd = number_edges(text, ord(found.separator or " "), found.width, positions, seed, out)
    if m < 1:
        return None
    body = text.tobytes()
    nodes = b"\n".join([body[a:b] for a, b in spans[:names].tolist()]).decode()
    if RARE_SPACE.search(nodes):
        return None
    nodes = nodes.split("\n")
    integers = as_integers(nodes)
    weights = np.where(power < 0, digits / 10.0 ** -np.minimum(power, 0), digits * 10.0 ** np.maximum(power, 0))[:m]
    try:
        for k, a, b in odd[:n_odd].tolist():
            weights[k] = float(body[a:b])
    except ValueError:
        return None
    weights = np.ones(m) if choice.weight is None else weights
    if choice.note:
        tell(choice.note)
    return _graph(Arcs(ids[:m, 0], ids[:m, 1], weights, nodes if integers is None else integers, True), how, direction)


def _choice(found, how):
    """The columns that count, None where the patient way has to tell why they are none."""
    try:
        return choice_of(found, how)
    except ValueError:
        return None


def _head(content):
    """The first lines, enough of them to see how the others are; None where they are too long."""
    stop = content.rfind(b"\n", 0, LONGEST) + 1
    lines = content[:stop].decode().split("\n")[:-1]
    plain = sum(line.strip() != "" and line.lstrip()[0] not in "#%" for line in lines[: 2 * HEAD])
    return lines if stop == len(content) or plain > HEAD else None


def _is_marked(content, start):
    if content.find(b"#", start) < 0 and content.find(b"%", start) < 0:
        return False
    return MARKED.search(content, max(start - 1, 0)) is not None or content.lstrip()[:1] in (b"#", b"%")


def _named(how):
    return [name for name in (how.source, how.target, how.weight) if name not in (None, "weight")]


def _graph(arcs, how, direction):
    tell_no_direction(direction)
    return clean_edges(kept_apart(arcs) if how.bipartite else arcs)


def _read_any(content, suffix, how, direction="auto"):
    lines = table_lines(content)
    if b"\0" in content:
        raise ValueError("it holds zero bytes, so it is not text in UTF-8: save it as such")
    odd = next((k for k, line in enumerate(lines, 1) if len(line) > LONGEST), None)
    if odd is not None:
        raise ValueError(
            f"line {odd} has {len(lines[odd - 1])} characters, too many for an edge: give each a line of its own"
        )
    found = layout(lines, suffix, _named(how))
    body = [k for k in range(found.body, len(lines)) if lines[k].strip()]
    kept = [k for k in body if not is_comment(lines[k], found.separator, found.width)]
    left = found.left + len(body) - len(kept)
    if left:
        tell(f"left out {left} line{'s' if left > 1 else ''} among the edges that begin with # or %, as comments")
    numbers = [k + 1 for k in kept]
    if not numbers:
        raise ValueError("it holds a header only, no edges")
    columns = to_columns([lines[k] for k in kept], numbers, found)
    if found.names is not None and is_matrix(found.names, found.looks, columns[0], how):
        values = [parse_weights(column, how.weight, numbers) for column in columns[1:]]
        return clean_edges(arcs_of_matrix(found.names[1:], values, columns[0], how), direction)
    choice = choice_of(found, how)
    if choice.note:
        tell(choice.note)
    for column in (columns[choice.source], columns[choice.target]):
        if "" in column:
            raise ValueError(f"line {numbers[column.index('')]} lacks a node")
    weights = None if choice.weight is None else parse_weights(columns[choice.weight], how.weight, numbers)
    return _graph(arcs_of_labels(*as_labels(columns[choice.source], columns[choice.target]), weights), how, direction)


def to_columns(lines, numbers, found):
    """The cells of lines in columns; `numbers` are those of the lines, `found` their `Layout`."""
    rows = [cells(line, found.separator) for line in lines]
    odd = next((k for k, row in enumerate(rows) if len(row) != found.width or len(row) < 2), None)
    if odd is not None:
        wanted = "2 or 3" if found.width < 2 else f"{found.width}, like line {numbers[0]}"
        raise ValueError(f"line {numbers[odd]} has {len(rows[odd])} columns where it needs {wanted}")
    return [list(column) for column in zip(*rows, strict=True)]


def as_labels(sources, targets):
    """Both ends as integers where all are, else as texts."""
    integers = as_integers(sources), as_integers(targets)
    return (sources, targets) if None in integers else integers


def parse_weights(texts, weight, numbers):
    """Weights as numbers."""
    if texts[0].startswith("{"):
        distinct = dict(zip(texts, numbers, strict=True))
        parsed = {text: _parse_dict(text, weight, number) for text, number in distinct.items()}
        return [parsed[text] for text in texts]
    try:
        return list(map(float, texts))
    except ValueError:
        return _with_commas(texts, numbers)


def _with_commas(texts, numbers):
    """Numbers of which some have a decimal comma, and then none a point, which could part thousands."""
    commas = [COMMA.fullmatch(text) is not None for text in texts]
    k = next((k for k, text in enumerate(texts) if not (commas[k] or is_numeral(text))), None)
    k = next((k for k, text in enumerate(texts) if "." in text), None) if k is None else k
    if k is not None:
        raise no_number(f"line {numbers[k]}", texts[k])
    weights = list(map(as_number, texts))
    k = commas.index(True)
    tell(f"took the comma in its weights for a decimal point: {texts[k]} is {weights[k]:g}")
    return weights


def _parse_dict(text, weight, number):
    try:
        return dict(ast.literal_eval(text)).get(weight, 1)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError(f"line {number} has {shown(text)} where a dictionary of numbers or strings belongs") from None
