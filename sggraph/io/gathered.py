"""A graph as a reader finds it in a file, node by node and edge by edge, and what becomes of it: names, weights, arcs.

What a file leaves open is decided here, for every format alike, and told: nodes that only edges name, names that
repeat, attributes that may be weights. It cleans nothing (adjacency.py) and knows no format.
"""

from array import array

import numpy as np

from ..graph.adjacency import GraphWarning, clean_edges
from ..graph.arcs import Arcs, no_number
from ..graph.tables import is_numeral
from ..runtime.warn import warn

LABELS = ("label", "name")  # attributes that name a node: of GEXF, GML and yEd; of igraph and Gephi
VALUE = "value"  # what GML of Gephi and links of D3 call the weight
SPARE = 100_000  # nodes that a file may claim without a line for each: tens of MB


class Gathered:
    """Nodes and edges of a file; `weight` names the attribute of the edges that holds the weights, None ignores it.

    Examples
    --------
    >>> from sggraph.io.gathered import Gathered
    >>> found = Gathered("weight")
    >>> found.add_node("0", {"label": "Ann"})
    >>> found.add_node("1", {"label": "Bob"})
    >>> found.add_edge("0", "1", {"weight": "2.5"})
    >>> graph = found.graph("auto")
    >>> graph.nodes, graph.adjacency[0, 1].item()
    (['Ann', 'Bob'], 2.5)
    """

    def __init__(self, weight):
        self.weight = None if weight is None else str(weight).lower()
        self.nodes = {}  # attributes by id, in the order of the file
        self.rows = {}
        self.ends, self.directed = array("q"), bytearray()
        self.weights, self.values = [], []
        self.implied = self.repeated = 0

    def add_node(self, name, attributes=None):
        """A node of this id; one that was there before keeps its place."""
        self.repeated += name in self.nodes
        self.rows.setdefault(name, len(self.rows))
        self.nodes[name] = self.nodes.get(name, {}) | (attributes or {})

    def add_edge(self, source, target, attributes=None, directed=False):
        """An edge, or an arc where it is directed; the names of attributes are in lower case."""
        for end in (source, target):
            if end not in self.rows:
                self.implied += 1
                self.rows[end] = len(self.rows)
                self.nodes[end] = {}
            self.ends.append(self.rows[end])
        attributes = attributes or {}
        self.weights.append(attributes.get(self.weight))
        self.values.append(attributes.get(VALUE))
        self.directed.append(directed)

    def graph(self, direction, edges_name_nodes=False):
        """The clean `Graph`; nodes that only edges name are told unless that is how the format has it."""
        if self.implied and not edges_name_nodes and len(self.nodes) > self.implied:
            tell(f"{self.implied} nodes are named by edges only, and count as nodes")
        if self.repeated:
            tell(f"{self.repeated} nodes are listed again under the same id, and count once")
        names, weights = self.names(), self._numbers()
        row, col = np.array(self.ends, np.int64).reshape(-1, 2).T
        directed = np.frombuffer(bytes(self.directed), bool)
        if directed.any():  # an edge among arcs is an arc each way
            both = ~directed & (row != col)
            row, col = np.concatenate([row, col[both]]), np.concatenate([col, row[both]])
            weights = np.concatenate([weights, weights[both]])
        return clean_edges(Arcs(row, col, weights, names, not directed.any()), direction)

    def names(self):
        """Labels of the nodes where each has one of its own, else their ids."""
        why = ""
        for key in LABELS:
            labels = [data.get(key) for data in self.nodes.values()]
            labels = [None if isinstance(label, str) and not label.strip() else label for label in labels]
            if all(label is None for label in labels):
                continue
            if None not in labels and len(set(labels)) == len(labels):
                return labels
            lacking = labels.count(None)
            n = f"{lacking} nodes have none" if lacking else f"{len(labels) - len(set(labels))} repeat"
            why = why or f"their attribute {key!r} does not tell them apart: {n}"
        if why:
            tell(f"the nodes keep their ids as names, as {why}")
        return list(self.nodes)

    def _numbers(self):
        """The weights, 1 where an edge has none."""
        found, there = self.weights, not all(map(_lacks, self.weights))
        if self.weight is None:
            return np.ones(len(found))
        valued = [value for value in self.values if not _lacks(value)]
        if not there and self.weight == "weight" and valued and all(map(is_numeral, valued)):
            found, there = self.values, True
            tell(f"edges have no attribute 'weight', so their {VALUE!r} is taken; weight=None ignores it")
        if not there and self.weight != "weight":
            tell(f"no edge has the attribute {self.weight!r}, so all count 1")
        try:
            return np.array([1.0 if _lacks(value) else float(value) for value in found], float)
        except (TypeError, ValueError):
            wrong = next(value for value in found if not _lacks(value) and not is_numeral(value))
        raise no_number("an edge", wrong)


def as_integers(names):
    """The names as integers, None unless each is what its integer prints ("007" and "1_0" stay text)."""
    try:
        integers = list(map(int, names))
    except ValueError:
        return None
    return integers if list(map(str, integers)) == list(names) else None


def check_claim(n, lines):
    """Raise where a header claims so many nodes that nearly all would be isolated."""
    if not 0 <= n <= 10 * lines + SPARE:
        raise ValueError(f"it claims {n} nodes but has {lines} lines, so it is truncated or damaged")


def tell(message):
    """A `GraphWarning` on what was made of a file."""
    warn(f"graph: {message}", GraphWarning)


def _lacks(value):
    return value is None or value == ""
