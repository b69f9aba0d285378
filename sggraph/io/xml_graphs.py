"""GraphML and GEXF by expat: nested graphs, several graphs, mixed edges, dates and lists, typed or not.

All graphs of a file are one; a node keeps its attributes, an edge its weight. What programs add in elements of their
own is passed over, but the labels of yEd and the positions of Gephi. A document type is refused, as its entities could
expand without bound. NetworkX's readers, of 2026, lose nested and further graphs, and refuse mixed edges, dates, lists.
"""

from xml.parsers import expat

from .gathered import Gathered, tell

TYPES = {"int": int, "integer": int, "long": int, "float": float, "double": float}
TYPES |= {"boolean": lambda text: {"true": True, "1": True, "false": False, "0": False}[text.lower()]}
OWN = ("label", "weight")  # what GEXF, and by mistake some GraphML, writes into the tags of nodes and edges
DATES = {"start", "end", "startopen", "endopen", "timestamp", "timestamps", "spells"}


def read_graphml(content, weight, direction):
    """The Graph in the bytes of a GraphML file."""
    return gather_graphml(content, weight).graph(direction)


def read_gexf(content, weight, direction):
    """The Graph in the bytes of a GEXF file."""
    return gather_gexf(content, weight).graph(direction)


def gather_graphml(content, weight="weight"):
    """What a GraphML file holds, with the attributes of its nodes."""
    return _GraphML(weight).read(content)


def gather_gexf(content, weight="weight"):
    """What a GEXF file holds, with the attributes of its nodes, a position among them as "viz"."""
    return _GEXF(weight).read(content)


class _Reader:
    """What both formats share: elements open and close, nodes and edges gather attributes in between."""

    root = None

    def __init__(self, weight):
        self.found = Gathered(weight)
        self.prefix = None  # of the format's own elements, with which the root begins
        self.texts = []  # of the elements that are open
        self.open = []  # graphs, nodes and edges that are open: tag, attributes of the element, attributes of the item
        self.directed = []  # of the graphs that are open
        self.declared = {}  # (class, id) -> name and type of an attribute
        self.defaults = {}  # class -> values by name
        self.graphs = 0

    def read(self, content):
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = lambda text: self.texts[-1].append(text)
        self.parser.Parse(bytes(content), True)
        if not self.graphs:
            raise ValueError("it has no <graph>")
        if self.graphs > 1:
            tell(f"the file holds {self.graphs} graphs side by side, which are read as one")
        self.report()
        return self.found

    def _start(self, name, attributes):
        if self.prefix is None:
            self.prefix = name[: name.rfind(":") + 1]
            if name != self.prefix + self.root:
                raise ValueError(f"it begins with <{name[:40]}> and not with <{self.root}>")
        tag = name.removeprefix(self.prefix)
        self.texts.append([])
        if tag == "graph":
            self.graphs += not self.directed
            self.directed.append(attributes.get(self.default) == "directed")
            self.open.append((tag, attributes, {}))
        elif tag == "node":
            self._needed(tag, attributes, "id")
            self.found.add_node(attributes["id"])
            self.open.append((tag, attributes, {}))
        elif tag == "edge":
            self._needed(tag, attributes, "source", "target")
            self.open.append((tag, attributes, {}))
        if tag in ("node", "edge"):
            self.open[-1][2].update({key: attributes[key] for key in OWN if key in attributes})
        self.start(tag, attributes)

    def _end(self, name):
        tag, text = name.removeprefix(self.prefix), "".join(self.texts.pop())
        self.end(tag, text)
        if tag not in ("graph", "node", "edge"):
            return
        _, attributes, data = self.open.pop()
        data = self.defaults.get(tag, {}) | data
        if tag == "graph":
            self.directed.pop()
        elif tag == "node":
            self.found.nodes[attributes["id"]] |= data
        else:
            data = {key.lower(): value for key, value in data.items()}
            self.found.add_edge(attributes["source"], attributes["target"], data, self.is_directed(attributes))

    def _needed(self, tag, attributes, *keys):
        lacking = [key for key in keys if key not in attributes]
        if lacking or not self.directed:
            what = f"has no {lacking[0]!r}" if lacking else "stands outside of any <graph>"
            raise ValueError(f"its <{tag}> in line {self.parser.CurrentLineNumber} {what}")

    def item(self, tag):
        """The attributes of what is innermost, if it is a `tag`."""
        return self.open[-1][2] if self.open and self.open[-1][0] == tag else {}

    def declare(self, kind, key, name, type_):
        for one in _kinds(kind):
            self.declared[one, key] = (name or key, type_)

    def keep(self, key, text):
        """An attribute of the innermost node or edge; one that is not declared is called by its id."""
        if self.open:
            kind, _, data = self.open[-1]
            name, type_ = self.declared.get((kind, key), (key, None))
            data[name] = _typed(text, type_)

    def start(self, tag, attributes):
        """What this format does as an element opens."""

    def end(self, tag, text):
        """What this format does as an element closes."""

    def report(self):
        """Tell what was left out."""


class _GraphML(_Reader):
    root, default = "graphml", "edgedefault"

    def __init__(self, weight):
        super().__init__(weight)
        self.key, self.keys, self.hyperedges = None, [], 0

    def is_directed(self, attributes):
        return {"true": True, "false": False}.get(attributes.get("directed"), self.directed[-1])

    def start(self, tag, attributes):
        if tag == "key":
            self.key = attributes
            kind = attributes.get("for")
            self.declare(kind, attributes.get("id"), attributes.get("attr.name"), attributes.get("attr.type"))
        elif tag == "data":
            self.keys.append(attributes.get("key"))
        elif tag == "hyperedge":
            self.hyperedges += 1

    def end(self, tag, text):
        if tag == "default" and self.key is not None:
            for kind in _kinds(self.key.get("for")):
                name, type_ = self.declared.get((kind, self.key.get("id")), (None, None))
                self.defaults.setdefault(kind, {})[name] = _typed(text, type_)
        elif tag == "key":
            self.key = None
        elif tag == "data":
            self.keep(self.keys.pop(), text)
        elif tag.endswith(":NodeLabel") and text.strip():
            self.item("node").setdefault("label", text.strip())

    def report(self):
        if self.hyperedges:
            tell(f"left out {self.hyperedges} hyperedges, which join more than two nodes")


class _GEXF(_Reader):
    root, default = "gexf", "defaultedgetype"

    def __init__(self, weight):
        super().__init__(weight)
        self.kind = self.attribute = None  # class and declaration of the attributes that are open
        self.dated = 0

    def is_directed(self, attributes):
        return {"directed": True, "undirected": False, "mutual": False}.get(attributes.get("type"), self.directed[-1])

    def start(self, tag, attributes):
        if tag in ("node", "edge"):
            self.dated += bool(DATES & attributes.keys())
        elif tag == "spell":
            self.dated += bool(self.open)
        elif tag == "attributes":
            self.kind = attributes.get("class")
        elif tag == "attribute":
            self.attribute = attributes
            self.declare(self.kind, attributes.get("id"), attributes.get("title"), attributes.get("type"))
        elif tag == "attvalue":
            self.keep(attributes.get("for", attributes.get("id")), attributes.get("value", ""))
        elif tag.removeprefix("viz:") == "position":
            place = {axis: float(attributes[axis]) for axis in "xyz" if axis in attributes}
            self.item("node")["viz"] = {"position": place}

    def end(self, tag, text):
        if tag == "default" and self.attribute is not None:
            name, type_ = self.declared.get((self.kind, self.attribute.get("id")), (None, None))
            self.defaults.setdefault(self.kind, {})[name] = _typed(text, type_)
        elif tag == "attribute":
            self.attribute = None

    def report(self):
        if self.dated:
            tell("nodes and edges have dates, and count whatever their time")


def _kinds(kind):
    return ("node", "edge") if kind in (None, "all") else (kind,)


def _typed(text, type_):
    """The value of a text; one that is not of its type stays text."""
    try:
        return TYPES.get(type_, str)(text.strip() if type_ in TYPES else text)
    except (ValueError, KeyError):
        return text


def _refuse_doctype(*_):
    raise ValueError("it has a DOCTYPE, whose entities could expand without bound: delete the <!DOCTYPE ...> part")
