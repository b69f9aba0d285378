"""What NetworkX and igraph write comes back as the same graph, in all formats of theirs."""

import json

import hypothesis.strategies as st
import igraph
import networkx as nx
import numpy as np
import pytest
from graph_strategies import KINDS
from hypothesis import given, settings

from sggraph.graph.adjacency import as_graph
from sggraph.io.graph_files import read_graph

pytestmark = pytest.mark.filterwarnings("ignore::sggraph.GraphWarning")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)
XML_TEXT = TEXT.filter(lambda text: text.isprintable())
LETTERS = st.text("abcxyzäλ語0189_-.", min_size=1, max_size=5).filter(lambda text: not text.isdigit())
ASCII = st.text("abcxyz0189_-.", min_size=1, max_size=5).filter(lambda text: not text.isdigit())
WEIGHTS = st.one_of(st.integers(1, 9), st.floats(1e-9, 1e9))


@st.composite
def graphs(draw, names=XML_TEXT, kinds=KINDS):
    """Graphs with text as names, directed or not, weighted or not, with loops and parallel edges."""
    names = draw(st.lists(names, min_size=1, max_size=9, unique=True))
    G = draw(st.sampled_from(kinds))()
    G.add_nodes_from(names)
    end, weighted = st.sampled_from(names), draw(st.booleans())
    for i, j in draw(st.lists(st.tuples(end, end), max_size=20)):
        G.add_edge(i, j, **({"weight": draw(WEIGHTS)} if weighted else {}))
    return G


def agree(path, G, **options):
    """Whether the file holds the graph, isolated nodes included."""
    got, want = read_graph(path, **options), as_graph(G)
    assert set(map(str, got.nodes)) == set(map(str, want.nodes))
    order = [list(map(str, got.nodes)).index(str(node)) for node in want.nodes]
    A, B = got.adjacency.toarray()[np.ix_(order, order)], want.adjacency.toarray()
    np.testing.assert_allclose(A, B, rtol=1e-6)
    assert got.directed == want.directed


def write_json(edges):
    return lambda G, path: path.write_text(json.dumps(nx.node_link_data(G, edges=edges)))


NETWORKX = {
    "graphml": nx.write_graphml,
    "xml.graphml": nx.write_graphml_xml,
    "gexf": nx.write_gexf,
    "gml": nx.write_gml,
    "links.json": write_json("links"),
    "edges.json": write_json("edges"),
    "cyjs": lambda G, path: path.write_text(json.dumps(nx.cytoscape_data(G))),
}


@pytest.mark.parametrize("form", NETWORKX)
@settings(max_examples=60, deadline=None)
@given(graphs())
def test_what_networkx_writes(tmp_path_factory, form, G):
    path = tmp_path_factory.mktemp("round") / f"g.{form}"
    NETWORKX[form](G, path)
    agree(path, G)


@settings(max_examples=60, deadline=None)
@given(graphs(LETTERS))
def test_pajek_of_networkx(tmp_path_factory, G):
    path = tmp_path_factory.mktemp("round") / "g.net"
    nx.write_pajek(G, path)
    agree(path, G)


@settings(max_examples=60, deadline=None)
@given(graphs(LETTERS, (nx.Graph, nx.MultiGraph)))
def test_adjacency_lists_of_networkx(tmp_path_factory, G):
    path = tmp_path_factory.mktemp("round") / "g.adjlist"
    nx.write_adjlist(G, path)
    for *_, data in G.edges(data=True):
        data["weight"] = 1
    agree(path, G)


@pytest.mark.parametrize("form", ["graphml", "gml", "net"])
@settings(max_examples=60, deadline=None)
@given(graphs(LETTERS), st.booleans())
def test_what_igraph_writes(tmp_path_factory, form, G, named):
    G = G if named else nx.convert_node_labels_to_integers(G)
    path = tmp_path_factory.mktemp("round") / f"g.{form}"
    H = igraph_of(G)
    if not named:
        del H.vs["name"]
    (H.write_pajek if form == "net" else H.write_gml if form == "gml" else H.write_graphml)(str(path))
    first = {"graphml": "n{}", "gml": "{}", "net": "{}"}[form]
    ids = {node: first.format(k + (form == "net")) for k, node in enumerate(G)}
    agree(path, G if named else nx.relabel_nodes(G, ids))


def igraph_of(G):
    H = igraph.Graph(directed=G.is_directed())
    H.add_vertices(len(G))
    H.vs["name"] = list(map(str, G))
    rows = {node: k for k, node in enumerate(G)}
    edges = list(G.edges(data=True))
    H.add_edges([(rows[i], rows[j]) for i, j, _ in edges])
    if edges and "weight" in edges[0][2]:
        H.es["weight"] = [float(data["weight"]) for *_, data in edges]
    return H


@pytest.mark.parametrize("form", ["ncol", "lgl"])
@settings(max_examples=60, deadline=None)
@given(graphs(ASCII, (nx.Graph,)))
def test_lists_of_igraph(tmp_path_factory, form, G):
    path = tmp_path_factory.mktemp("round") / f"g.{form}"
    G.remove_edges_from(list(nx.selfloop_edges(G)))
    if form == "ncol":  # which has no isolated nodes
        G.remove_nodes_from(list(nx.isolates(G)))
    if G.number_of_edges():
        H = igraph_of(G)
        weights = "weight" if "weight" in H.es.attributes() else None
        (H.write_ncol if form == "ncol" else H.write_lgl)(str(path), names="name", weights=weights)
        agree(path, G)
