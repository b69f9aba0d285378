"""Embeddings as graphs with positions: .gexf and .graphml for Gephi, .cyjs for Cytoscape.

Those programs draw a node some 20 units wide, so positions are enlarged by the power of two that sets a node and its
nearest neighbour about that far apart: the same picture to the last bit. Names become text, as these formats have it.
Classes go into the attribute "class", since "label" is what the programs write beside a node.
"""

import json
import re

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from ..graph.attributes import node_attribute, node_attributes
from ..runtime.checks import is_missing, shown
from .gathered import LABELS, Gathered
from .saved import SavedEmbedding
from .texts import as_text
from .xml_graphs import gather_gexf, gather_graphml

SPACING = 20.0  # units between neighbours: twice the size that Gephi gives a node
# attributes that the programs, or NetworkX on the way to them, take for something else
RESERVED = {"x", "y", "z", "class", "label", "name", "id", "viz", "pos", "start", "end", "pid", "parents", "slices"}
RESERVED |= {"spells"}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain_attributes(graph, nodes):
    """Attributes of the nodes of a caller's graph as all programs can keep them: by name a value or None for each row.

    Values of an attribute are of one type, numbers or text; attributes that hold lists or dicts are left out.
    """
    found = {}
    for name in node_attributes(graph):
        try:
            values = list(node_attribute(graph, name))
        except ValueError:  # lists and dicts
            continue
        if isinstance(name, str) and name not in RESERVED and not NOT_XML.search(name) and len(values) == len(nodes):
            values = _labels([None if is_missing(value) else value for value in values])
            found[name] = [NOT_XML.sub("", value) if isinstance(value, str) else value for value in values]
    return found


def write_gexf(path, saved, graph, attributes=None):
    """GEXF with viz:position, by NetworkX."""
    import networkx as nx

    G = _to_networkx(saved, graph, attributes)
    for _, data in G.nodes(data=True):
        data["viz"] = {"position": {axis: data.pop(axis, 0.0) for axis in "xyz"}}
    nx.write_gexf(G, path)


def write_graphml(path, saved, graph, attributes=None):
    """GraphML with the attributes x, y and z, by NetworkX."""
    import networkx as nx

    G = _to_networkx(saved, graph, attributes)
    for node, data in G.nodes(data=True):
        data["label"] = node
    nx.write_graphml_xml(G, path)


def write_cyjs(path, saved, graph, attributes=None):
    """Cytoscape JSON; its y grows downwards."""
    names, labels = _names(saved.nodes), _labels(saved.labels)
    places = _spaced(saved.coordinates).tolist()
    nodes = []
    for k, (x, y, z) in enumerate(places):
        data = {name: values[k] for name, values in (attributes or {}).items() if values[k] is not None}
        data |= {"id": names[k], "name": names[k]}
        data |= {"z": z} if saved.coordinates.shape[1] == 3 else {}
        data |= {} if labels is None or labels[k] is None else {"class": labels[k]}
        nodes.append({"data": data, "position": {"x": x, "y": -y}})
    edges = [
        {"data": {"id": f"e{k}", "source": names[i], "target": names[j], "weight": weight}}
        for k, (i, j, weight) in enumerate(_edges(graph)[0])
    ]
    content = {
        "format_version": "1.0",
        "generated_by": "sggraph",
        "target_cytoscapejs_version": "~2.1",
        "data": {"name": "sggraph"},
        "elements": {"nodes": nodes, "edges": edges},
    }
    with open(path, "x", encoding="utf-8") as file:
        json.dump(content, file)


def read_gexf_positions(content):
    """The SavedEmbedding in the bytes of a GEXF file."""
    found = gather_gexf(content)
    rows = zip(found.names(), found.nodes.values(), strict=True)
    return _saved([(name, data.get("viz", {}).get("position", {}), data.get("class")) for name, data in rows])


def read_graphml_positions(content):
    """The SavedEmbedding in the bytes of a GraphML file."""
    found = gather_graphml(content)
    return _saved(
        [(name, data, data.get("class")) for name, data in zip(found.names(), found.nodes.values(), strict=True)]
    )


def read_cyjs_positions(content):
    """The SavedEmbedding in the bytes of a Cytoscape JSON file."""
    try:
        found = json.loads(as_text(content))["elements"]["nodes"]
        rows, gathered = [], Gathered(None)
        for node in found:
            place = node.get("position", {})
            if place:
                z = node["data"].get("z", 0.0)
                place = {"x": float(place["x"]), "y": -float(place["y"]), "z": float(z)}
            data = node["data"]
            gathered.add_node(str(data["id"]), {key: data[key] for key in LABELS if isinstance(data.get(key), str)})
            rows.append((str(data["id"]), place, data.get("class")))
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("it lacks elements with nodes that have data, id and a position of numbers") from None
    names = dict(zip(gathered.nodes, gathered.names(), strict=True))
    return _saved([(names[name], place, label) for name, place, label in rows])


def _saved(rows):
    """Rows of node, place and class become a SavedEmbedding, in 3-D where z differs from 0."""
    nodes, places, labels = zip(*rows, strict=True) if rows else ((), (), ())
    lacking = next((node for node, place in zip(nodes, places, strict=True) if "x" not in place), None)
    if lacking is not None or not nodes:
        raise ValueError(f"its node {shown(lacking)} has no position" if nodes else "it has no nodes")
    Y = np.array([[float(place.get(axis, 0.0)) for axis in "xyz"] for place in places])
    labels = None if all(label is None for label in labels) else list(labels)
    return SavedEmbedding(Y if Y[:, 2].any() else Y[:, :2], list(nodes), labels)


def _to_networkx(saved, graph, attributes):
    """A NetworkX graph whose nodes are text, with x, y[, z] and class."""
    import networkx as nx

    names, labels = _names(saved.nodes), _labels(saved.labels)
    for text in (*names, *(label for label in labels or () if isinstance(label, str))):
        if wrong := NOT_XML.search(text):
            raise ValueError(f"the name {shown(text)} holds {wrong[0]!r}, which XML cannot keep: rename it")
    edges, directed = _edges(graph)
    G = nx.DiGraph() if directed else nx.Graph()
    axes = "xyz"[: max(saved.coordinates.shape[1], 2)]
    for name, place in zip(names, _spaced(saved.coordinates).tolist(), strict=True):
        G.add_node(name, **dict(zip(axes, place, strict=False)))
    for key, values in ((attributes or {}) | ({} if labels is None else {"class": labels})).items():
        for name, value in zip(names, values, strict=True):
            if value is not None:
                G.nodes[name][key] = value
    G.add_weighted_edges_from((names[i], names[j], weight) for i, j, weight in edges)
    return G


def _edges(graph):
    """Triples of row, column and weight, each edge once, and whether they are arcs."""
    if graph is None:
        return [], False
    A = graph.adjacency
    directed = (A != A.T).nnz > 0
    entries = (A if directed else sparse.triu(A, 1)).tocoo()
    return list(zip(entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True)), directed


def _spaced(Y):
    """Y (n, 3) enlarged to `SPACING`."""
    Y = np.pad(np.asarray(Y, float), ((0, 0), (0, 3 - Y.shape[1])))
    if not np.isfinite(Y).all():
        raise ValueError("Y holds NaN or infinity, where no program can draw a node: remove those rows")
    apart = cKDTree(Y).query(Y, 2)[0][:, 1] if len(Y) > 1 else np.zeros(1)
    usual = np.median(apart[apart > 0]) if (apart > 0).any() else SPACING
    return Y * 2.0 ** np.round(np.log2(SPACING / usual))


def _names(nodes):
    names = list(map(str, nodes))
    if len(set(names)) < len(names):
        seen = set()
        twice = next(name for name in names if name in seen or seen.add(name))
        raise ValueError(f"nodes holds {shown(twice)} twice, if names are text: give each node a name of its own")
    return names


def _labels(labels):
    """Labels, or values of an attribute, as numbers of one type or as text, None where there is none."""
    if labels is None:
        return None
    labels = [label.item() if isinstance(label, np.generic) else label for label in labels]
    kinds = {type(label) for label in labels} - {type(None)}
    kind = int if kinds <= {int} else float if kinds <= {int, float} else str
    return [None if label is None else kind(label) for label in labels]
