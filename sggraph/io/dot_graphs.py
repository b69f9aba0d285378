"""DOT of Graphviz: nodes, chains of edges, subgraphs as ends, defaults of both; comments, ports, quotes and HTML.

Read token by token, as the grammar has it (graphviz.org/doc/info/lang.html). A node without a label is called by its
id, as Graphviz draws it. Attributes of graphs, clusters and positions are left alone.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from ..runtime.checks import shown
from .gathered import Gathered, tell
from .texts import as_text

# blanks and comments; text in quotes, signs, numerals or words, the begin of HTML, anything else
TOKEN = re.compile(
    r'(?:\s++|//[^\n]*+|/\*.*?\*/|^[ \t]*+\#[^\n]*+)*+(?:"((?:[^"\\]|\\.)*+)"|(->|--|[{}\[\]=;,:+])'
    r"|((?:-?(?:\.\d+|\d+(?:\.\d*)?)|[^\W\d]\w*)(?![\w.]))|(<)|(.))",
    re.DOTALL | re.MULTILINE,
)
ANGLE = re.compile("[<>]")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)  # in labels: breaks of lines, the name of the node, or the letter itself
DEEPEST = 500  # subgraphs in subgraphs: each hands its nodes to the one around it
MOST = 10**7  # edges that a file of a few kB may join by {a b ...} -> {c d ...}


class Token(NamedTuple):
    """A sign, or an id as text; `plain` where it is neither in quotes nor HTML, and may be a keyword."""

    text: str
    plain: bool
    sign: bool
    place: int

    def is_sign(self, *signs):
        """Whether it is one of these."""
        return self.sign and self.text in signs

    def is_word(self, *words):
        """Whether it is one of these keywords, in any case."""
        return self.plain and not self.sign and self.text.lower() in words


def read_dot(content, weight, direction):
    """The Graph in the bytes of a DOT file."""
    reader = _Reader(as_text(content), Gathered(weight))
    graphs = reader.read()
    if graphs > 1:
        tell(f"the file holds {graphs} graphs side by side, which are read as one")
    found = reader.found
    if any(data.get("label") for data in found.nodes.values()):
        for node, data in found.nodes.items():
            means = {"n": " ", "l": " ", "r": " ", "N": node}
            label = ESCAPE.sub(lambda found, means=means: means.get(found[1], found[1]), data.get("label") or r"\N")
            data["label"] = label.strip()
    else:
        found.nodes = {node: {} for node in found.nodes}
    return found.graph(direction, edges_name_nodes=True)


class _Scope:
    """A graph or subgraph while it is read: its nodes, the defaults, and the chain of ends of the statement."""

    def __init__(self, outer=None):
        self.members = {}
        self.defaults = {"node": {}, "edge": {}} if outer is None else {k: dict(v) for k, v in outer.defaults.items()}
        self.chain, self.joined = [], False


class _Reader:
    """Statements to nodes and edges; a stack of scopes instead of calls, as a stranger's file may be deep."""

    def __init__(self, text, found):
        self.text, self.found, self.seen = text, found, set()
        self.tokens, self.at = _tokens(text), 0
        self.directed = self.strict = False

    def read(self):
        """Read all, and count the graphs."""
        graphs = 0
        while self.at < len(self.tokens):
            self.strict = self._take_word("strict")
            self.directed = self._take_word("digraph")
            if not (self.directed or self._take_word("graph")):
                self._refuse("where 'graph' or 'digraph' belongs")
            if not self._is_sign("{"):
                self._id()
            self._sign("{")
            self._statements()
            graphs += 1
        if not graphs:
            raise ValueError("it has no graph { ... }")
        return graphs

    def _statements(self):
        scopes = [_Scope()]
        while scopes:
            scope = scopes[-1]
            if self._take("}"):
                self._end(scope)
                closed = scopes.pop()
                if scopes:
                    scopes[-1].members |= closed.members
                    self._extend(scopes[-1], list(closed.members))
            elif self._take(";", ","):
                self._end(scope)
            elif self._take("->", "--"):
                if not scope.chain or scope.joined:
                    self._refuse("where a node belongs")
                scope.joined = True
            elif self._is_sign("["):
                attributes = self._attributes()
                self._end(scope, attributes)
            elif self._take_word("subgraph") or self._is_sign("{"):
                if not self._is_sign("{"):
                    self._id()
                self._sign("{")
                scopes.append(_Scope(scope))
                if len(scopes) > DEEPEST:
                    raise ValueError(f"line {self._line()} begins the {DEEPEST}th subgraph within another")
            else:
                self._node_or_default(scope)

    def _node_or_default(self, scope):
        kind = self._peek().text.lower() if self._peek().is_word("node", "edge", "graph") else None
        name = self._id()
        if kind is not None and self._is_sign("["):
            self._end(scope)
            scope.defaults.setdefault(kind, {}).update(self._attributes())
        elif self._take("="):
            self._end(scope)
            self._id()
        else:
            for _ in range(2):  # a port and a side of it
                if self._take(":"):
                    self._id()
            if name not in self.found.rows:
                self.found.add_node(name, dict(scope.defaults["node"]))
            scope.members[name] = None
            self._extend(scope, [name])

    def _extend(self, scope, ends):
        """The next ends of a chain, or the first ones of a new statement."""
        if not scope.joined:
            self._end(scope)
        scope.chain.append(ends)
        scope.joined = False

    def _end(self, scope, attributes=None):
        """The end of a statement, to whose nodes or edges the attributes belong."""
        if scope.joined:
            raise ValueError(f"line {self._line(-1)} ends an edge before its second node")
        chain, scope.chain = scope.chain, []
        if attributes and len(chain) == 1:
            for name in chain[0]:
                self.found.nodes[name] |= attributes
        for sources, targets in pairwise(chain):
            if len(self.found.weights) + len(sources) * len(targets) > MOST:
                raise ValueError(f"line {self._line()} joins {len(sources)} and {len(targets)} nodes, beyond {MOST}")
            for source in sources:
                for target in targets:
                    self._edge(source, target, scope.defaults["edge"] | (attributes or {}))

    def _edge(self, source, target, attributes):
        ends = (source, target) if self.directed else tuple(sorted((source, target)))
        if not (self.strict and ends in self.seen):
            self.found.add_edge(source, target, attributes, self.directed)
        if self.strict:
            self.seen.add(ends)

    def _attributes(self):
        """The attributes of lists in brackets, by their names in lower case; HTML counts as none."""
        found = {}
        while self._take("["):
            while not self._take("]"):
                name = self._id().lower()
                value = self._peek()
                if self._take("="):
                    value = self._peek()
                    self._id()
                    if not value.text.startswith("<"):
                        found[name] = value.text
                self._take(";", ",")
        return found

    def _peek(self):
        if self.at >= len(self.tokens):
            raise ValueError("it ends within a graph, so it is truncated")
        return self.tokens[self.at]

    def _is_sign(self, *signs):
        return self._peek().is_sign(*signs)

    def _take(self, *signs):
        found = self._is_sign(*signs)
        self.at += found
        return found

    def _take_word(self, *words):
        found = self._peek().is_word(*words)
        self.at += found
        return found

    def _sign(self, sign):
        if not self._take(sign):
            self._refuse(f"where {sign} belongs")

    def _id(self):
        if self._peek().sign:
            self._refuse("where a name belongs")
        self.at += 1
        return self.tokens[self.at - 1].text

    def _refuse(self, why):
        raise ValueError(f"line {self._line()} has {shown(self._peek().text)} {why}")

    def _line(self, back=0):
        return _line(self.text, self.tokens[min(self.at + back, len(self.tokens) - 1)].place)


def _tokens(text):
    """All tokens; texts in quotes that a + joins are one."""
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = TOKEN.match(text, place)
        if match is None:  # a comment at the end
            break
        quoted, sign, word, html, odd = match.groups()
        start, place = match.start(match.lastindex), match.end()
        if odd is not None:
            raise ValueError(f"line {_line(text, start)} has {shown(odd)}: write names that hold it in quotes")
        if html is not None:
            place = _end_of_html(text, start)
            found.append(Token(text[start:place], False, False, start))
        elif quoted is None:
            found.append(Token(sign or word, True, sign is not None, start))
        else:
            quoted = quoted.replace("\\\n", "").replace('\\"', '"')
            if len(found) > 1 and found[-1].is_sign("+") and not found[-2].plain:
                quoted = found[-2].text + quoted
                del found[-2:]
            found.append(Token(quoted, False, False, start))
    return found


def _end_of_html(text, start):
    depth = 0
    for match in ANGLE.finditer(text, start):
        depth += 1 if match[0] == "<" else -1
        if depth == 0:
            return match.end()
    raise ValueError(f"line {_line(text, start)} begins HTML that does not end")


def _line(text, place):
    return text.count("\n", 0, place) + 1
