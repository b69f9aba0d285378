"""Graphs in JSON: lists of nodes and links (NetworkX, D3, vis.js), JSON Graph Format, and Cytoscape's elements.

Ends of links are ids of nodes, the nodes themselves, or, where nodes have no such ids, their places in the list, from 0
on, as old versions of D3 have it.
"""

import json

from ..runtime.checks import shown
from .gathered import Gathered, tell
from .texts import as_text

LINKS = ("links", "edges")
ENDS = (("source", "target"), ("from", "to"))


def read_json(content, weight, direction):
    """The Graph in the bytes of a JSON file."""
    whole = json.loads(as_text(content))
    elements = whole.get("elements") if isinstance(whole, dict) else None
    if elements is not None:
        whole = _of_cytoscape(elements) | {"directed": whole.get("directed")}
    elif isinstance(whole, dict) and isinstance(whole.get("graph"), dict) and "nodes" in whole["graph"]:
        whole = whole["graph"]
    key = next((key for key in LINKS if isinstance(whole, dict) and isinstance(whole.get(key), list)), None)
    if key is None:
        raise ValueError("it has no lists of nodes and links, as networkx.node_link_data and D3 write them")
    found = Gathered(weight)
    ids, named = _add_nodes(found, whole.get("nodes", []))
    _add_links(found, whole[key], ids, named, whole.get("directed") is True)
    return found.graph(direction)


def _of_cytoscape(elements):
    """Nodes and links of Cytoscape's elements, in groups or in one list."""
    if isinstance(elements, list):
        is_edge = [element.get("group") == "edges" or "source" in element["data"] for element in elements]
        groups = [[e for e, edge in zip(elements, is_edge, strict=True) if edge == wanted] for wanted in (False, True)]
    else:
        groups = [elements.get("nodes", []), elements.get("edges", [])]
    nodes, links = ([element["data"] for element in group] for group in groups)
    return {"nodes": nodes, "links": links}


def _add_nodes(found, nodes):
    """Add the nodes, and return the list of their ids and whether they have a field for these."""
    if isinstance(nodes, dict):
        nodes = [{"id": name, **(data if isinstance(data, dict) else {})} for name, data in nodes.items()]
    nodes = [node if isinstance(node, dict) else {"id": node} for node in nodes]
    for key in ("id", "key", "name"):
        ids = [_as_name(node[key]) for node in nodes if key in node]
        if len(ids) == len(nodes) and (key == "id" or len(set(ids)) == len(ids)):  # two may have the same name
            break
    else:
        key, ids = None, list(range(len(nodes)))
    for name, data in zip(ids, nodes, strict=True):
        found.add_node(name, {key: _as_name(value) for key, value in data.items() if key in ("label", "name")})
    return ids, key == "id"


def _add_links(found, links, ids, named, directed):
    links = [link if isinstance(link, dict) else {"source": link} for link in links]
    source, target = next((pair for pair in ENDS if all(set(pair) <= link.keys() for link in links)), (None, None))
    if source is None:
        wrong = next((link for link in links if not any(set(pair) <= link.keys() for pair in ENDS)), links[0])
        raise ValueError(f"it has links without source and target, such as {shown(wrong)}")
    ends = [(_as_name(link[source]), _as_name(link[target])) for link in links]
    known = set(ids)
    strangers = {end for pair in ends for end in pair} - known
    if strangers and all(type(end) is int and 0 <= end < len(ids) for pair in ends for end in pair):
        if named:
            tell("links do not hold the ids of nodes, so their ends are taken as places in the list of nodes, from 0")
        ends = [(ids[i], ids[j]) for i, j in ends]
    for (i, j), link in zip(ends, links, strict=True):
        data = {key.lower(): value for key, value in link.items() if not isinstance(value, (list, dict))}
        found.add_edge(i, j, data, link.get("directed", directed) is True)


def _as_name(value):
    """A name that can be hashed; NetworkX's tuples come as lists, and D3 may have put nodes in place of ids."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("id", "key", "name") if key in value), str(value))
    return tuple(map(_as_name, value)) if isinstance(value, list) else value
