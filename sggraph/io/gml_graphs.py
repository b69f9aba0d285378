"""GML: keys with values, records in brackets; UTF-8, parallel edges, graphs within nodes and side by side.

Text may hold entities as in HTML, as NetworkX and igraph write quotes and other alphabets. NetworkX's reader, of 2026,
refuses text that is not ASCII, parallel edges without a flag, and labels that repeat.
"""

import html
import re

from ..runtime.checks import shown
from .gathered import Gathered, tell
from .texts import as_text

# a comment that begins a line, text in quotes, a bracket, anything else up to a blank
TOKEN = re.compile(r'^[ \t]*#.*|"([^"]*)"|([\[\]])|([^\s\[\]"]+)|(")', re.MULTILINE)
SCALARS = (str, int, float)


def read_gml(content, weight, direction):
    """The Graph in the bytes of a GML file."""
    found, graphs = Gathered(weight), 0
    records = _parse(as_text(content))
    for key, graph in records:
        if key == "graph" and isinstance(graph, list):
            graphs += 1
            _gather(graph, found)
    if not graphs:
        raise ValueError("it has no graph [ ... ]")
    if graphs > 1:
        tell(f"the file holds {graphs} graphs side by side, which are read as one")
    return found.graph(direction)


def _parse(text):
    """Pairs of keys and values, where a value is text, a number or such pairs."""
    record, open_, key = [], [], None
    for match in TOKEN.finditer(text):
        quoted, bracket, word, lone = match.groups()
        if lone:
            raise ValueError(f"line {_line(text, match)} begins text in quotes that does not end")
        if bracket == "]":
            if not open_ or key is not None:
                raise ValueError(f"line {_line(text, match)} has a ] where none belongs")
            record = open_.pop()
        elif key is None:
            if word is None and (quoted is not None or bracket):
                raise ValueError(f"line {_line(text, match)} has {shown(match[0])} where a key belongs")
            key = word
        elif bracket == "[":
            inner = []
            record.append((key, inner))
            open_.append(record)
            record, key = inner, None
        elif quoted is not None or word is not None:
            record.append((key, html.unescape(quoted) if quoted is not None else _number(word)))
            key = None
    if open_ or key is not None:
        raise ValueError("it ends within a record, so it is truncated")
    return record


def _line(text, match):
    return text.count("\n", 0, match.start()) + 1


def _number(word):
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            pass
    return word


def _gather(graph, found):
    """Add a graph, and all that its nodes hold."""
    graphs = [graph]
    while graphs:
        records = graphs.pop()
        directed = dict(_scalars(records)).get("directed", 0)
        for key, record in records:
            if key in ("node", "edge") and isinstance(record, list):
                data = {name.lower(): value for name, value in reversed(_scalars(record))}  # the first of each name
                ends = ("id",) if key == "node" else ("source", "target")
                lacking = next((end for end in ends if end not in data), None)
                if lacking is not None:
                    raise ValueError(f"a record {key} has no {lacking}, but {shown(data)}")
                if key == "node":
                    found.add_node(data["id"], data)
                else:
                    found.add_edge(data["source"], data["target"], data, data.get("directed", directed) == 1)
                graphs += [inner for name, inner in record if name == "graph" and isinstance(inner, list)]


def _scalars(record):
    return [(name, value) for name, value in record if isinstance(value, SCALARS)]
