"""Formats with names in lines of text: Pajek, adjacency lists, SIF, NCOL and LGL.

Names that are all integers become integers, as in edge lists. Pajek counts its vertices from 1, and labels name them.
"""

import re

from .gathered import Gathered, as_integers, check_claim, tell
from .texts import as_lines

WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')  # of Pajek
NOT_DIRECTED = ("auto", "symmetric")


def lines_of(content, comments=""):
    """Pairs of number and stripped text of the lines that are neither empty nor comments."""
    lines = [(k, line.strip()) for k, line in enumerate(as_lines(content), 1)]
    return [(k, line) for k, line in lines if line and line[0] not in comments]


def read_adjlist(content, weight, direction):
    """Adjacency lists: a node and its neighbours. Where each edge stands in the lists of both its ends, it is one."""
    found = Gathered(None)
    lists = [line.split("#")[0].split() for _, line in lines_of(content, "#")]
    if any(words[-1].endswith("}") for words in lists if words):
        raise ValueError("it has dictionaries, as multiline lists have: write it with networkx.write_adjlist instead")
    colon = lists and all(len(head) > 1 and head.endswith(":") for head, *_ in lists)
    for head, *neighbors in lists:
        head = head.removesuffix(":") if colon else head
        found.add_node(head) if head not in found.rows else None
        for other in neighbors:
            found.add_edge(head, other, directed=True)
    if not found.ends and len(found.nodes) > 1:
        tell("no line has neighbours behind blanks, so there are no edges")
    return _of_lists(found, direction)


def _of_lists(found, direction):
    """The lists say nothing of direction: arcs only where the caller asks for one of theirs."""
    _rename(found)
    graph = found.graph("symmetric" if direction in NOT_DIRECTED else direction, edges_name_nodes=True)
    return graph._replace(directed=graph.directed and direction not in NOT_DIRECTED)


def read_sif(content, weight, direction):
    """SIF of Cytoscape: source, relation, targets; a node alone stands by itself. Blanks within names need tabs."""
    found = Gathered(None)
    for number, line in lines_of(content):
        words = [word.strip() for word in line.split("\t" if "\t" in line else None)]
        if len(words) == 2:
            raise ValueError(f"line {number} has a node and a relation, but no target: correct it")
        if words[0] not in found.rows:
            found.add_node(words[0])
        for other in words[2:]:
            found.add_edge(words[0], other)
    _rename(found)
    return found.graph(direction, edges_name_nodes=True)


def read_ncol(content, weight, direction):
    """NCOL of igraph: two names, and a weight if there is one."""
    found = Gathered(weight and "weight")
    for number, line in lines_of(content, "#"):
        words = line.split()
        if len(words) not in (2, 3):
            raise ValueError(f"line {number} has {len(words)} columns where it needs 2 or 3")
        found.add_edge(*words[:2], {"weight": words[2]} if len(words) == 3 else None)
    _rename(found)
    return found.graph(direction, edges_name_nodes=True)


def read_lgl(content, weight, direction):
    """LGL of igraph: a line "# name" for a node, below it its neighbours, with a weight if there is one."""
    found, head = Gathered(weight and "weight"), None
    for number, line in lines_of(content):
        words = line.lstrip("#").split()
        if line[0] == "#" and len(words) == 1:
            head = words[0]
            if head not in found.rows:
                found.add_node(head)
        elif line[0] != "#" and head is not None and len(words) in (1, 2):
            found.add_edge(head, words[0], {"weight": words[1]} if len(words) == 2 else None)
        else:
            raise ValueError(f"line {number} is neither '# name' nor a neighbour with or without a weight")
    _rename(found)
    return found.graph(direction, edges_name_nodes=True)


def _rename(found):
    """Give the nodes the integers that all of their names are."""
    found.nodes = dict(zip(as_integers(found.nodes) or found.nodes, found.nodes.values(), strict=True))


def read_pajek(content, weight, direction):
    """Pajek: vertices, arcs, edges, lists of both, and matrices."""
    reader = _Pajek(weight)
    lines = lines_of(content, "%")
    for number, line in lines:
        words = [quoted if word == "" else word for quoted, word in WORD.findall(line)]
        try:
            reader.start(words) if line[0] == "*" else reader.read(words)
        except (IndexError, ValueError, KeyError) as error:
            raise ValueError(f"line {number} does not belong into *{reader.section or 'nothing'} ({error})") from None
    return reader.graph(direction, len(lines))


class _Pajek:
    """The sections of a file; an edge may come before or after the vertices are named."""

    def __init__(self, weight):
        self.found = Gathered(weight and "weight")
        self.section, self.n, self.rows, self.left_out = "", None, 0, {}
        self.labels, self.edges = {}, []

    def start(self, words):
        self.section, self.rows = words[0][1:].lower(), 0
        if self.section == "vertices":
            self.n = int(words[1])

    def read(self, words):
        match self.section:
            case "vertices":
                self.labels[self.vertex(words[0])] = words[1] if len(words) > 1 else None
            case "arcs" | "edges":
                plain = len(words) == 2 or words[2].isalpha()  # names of what is drawn, and no weight
                self.edge(words[0], words[1], None if plain else words[2])
            case "arcslist" | "edgeslist":
                for other in words[1:]:
                    self.edge(words[0], other, None)
            case "matrix":
                self.rows += 1
                for column, value in enumerate(words, 1):
                    if float(value) != 0:
                        self.edge(self.rows, column, value)
            case section:
                self.left_out[section] = self.left_out.get(section, 0) + 1

    def vertex(self, word):
        k = int(word)
        if self.n is None or not 1 <= k <= self.n:
            raise ValueError(f"vertices are numbered from 1 to {self.n}, and there is {k}")
        return k

    def edge(self, i, j, value):
        directed = not self.section.startswith("edges")
        self.edges.append((self.vertex(i), self.vertex(j), {"weight": value}, directed))

    def graph(self, direction, lines):
        if self.n is None:
            raise ValueError("it has no line *Vertices with their number")
        check_claim(self.n, lines)
        left_out = {section: n for section, n in self.left_out.items() if section != "network"}
        if left_out:
            tell(f"left out the lines of {', '.join(f'*{section} ({n})' for section, n in left_out.items())}")
        for k in range(1, self.n + 1):
            self.found.add_node(k, {"label": self.labels.get(k)})
        for edge in self.edges:
            self.found.add_edge(*edge)
        return self.found.graph(direction)
