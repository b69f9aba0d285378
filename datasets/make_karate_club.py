"""Build karate_club.npz, Zachary's karate club, from the source of NetworkX.

    python make_karate_club.py SITE_PACKAGES

SITE_PACKAGES is the folder that holds networkx (3.6.1). The weights of NetworkX's copy are left out.
"""

import sys

from graph_file import as_arrays, script


def build(source):
    sys.path.insert(0, str(source))
    import networkx as nx

    G = nx.karate_club_graph()
    row, col = zip(*G.edges, strict=True)
    return as_arrays(row, col, list(G), [club for _, club in G.nodes(data="club")])


if __name__ == "__main__":
    script(build, __doc__, __file__, "folder that holds the package networkx")
