"""io/json_graphs.py: JSON of NetworkX, D3, vis.js, Cytoscape and JSON Graph Format."""

import json

import networkx as nx
import pytest

from sggraph import load_embedding
from sggraph.graph.adjacency import GraphWarning

NAMES = [{"name": "Ann"}, {"name": "Bob"}, {"name": "Cid"}]


def test_networkx_node_link_with_tuples(read):
    G = nx.DiGraph([((0, 1), (0, 2), {"weight": 3})])
    for edges in ("links", "edges"):
        names, weights = read("g.json", json.dumps(nx.node_link_data(G, edges=edges)), direction="out")
        assert (names, list(weights.values())) == ([(0, 1), (0, 2)], [3])


def test_d3_counts_places(read):
    links = [{"source": 0, "target": 2, "value": 5}]
    with pytest.warns(GraphWarning, match="'value' is taken"):
        assert read("g.json", json.dumps({"nodes": NAMES, "links": links}), format="json") == (
            ["Ann", "Bob", "Cid"],
            {"Ann-Cid": 5},
        )
    ids = [{"id": k} for k in (1, 2, 3)]
    with pytest.warns(GraphWarning, match="places in the list"):
        assert read("g.json", json.dumps({"nodes": ids, "links": [{"source": 0, "target": 2}]}))[1] == {"1-3": 1}


def test_d3_names_and_nodes_in_place_of_names(read):
    links = [{"source": "Ann", "target": {"name": "Cid", "x": 1}}]
    assert read("g.json", json.dumps({"nodes": NAMES, "links": links}))[1] == {"Ann-Cid": 1}


def test_two_of_the_same_name_are_two(read):
    text = json.dumps({"nodes": [{"name": "Ann"}] * 2 + [{"name": "Bob"}], "links": [{"source": 1, "target": 2}]})
    with pytest.warns(GraphWarning, match="1 repeat"):
        assert read("g.json", text) == ([0, 1, 2], {"1-2": 1})


def test_names_of_cytoscape_are_those_of_its_positions(read, tmp_path):
    nodes = [{"data": {"id": str(k), "name": name}, "position": {"x": k, "y": 1}} for k, name in ((61, "A"), (7, "B"))]
    text = json.dumps({"elements": {"nodes": nodes, "edges": [{"data": {"source": "7", "target": "61"}}]}})
    assert read("g.cyjs", text) == (["A", "B"], {"A-B": 1})
    assert load_embedding(tmp_path / "g.cyjs").nodes == ["A", "B"]


def test_others(read):
    vis = {"nodes": [{"id": 1, "label": "A"}, {"id": 2, "label": "B"}], "edges": [{"from": 2, "to": 1}]}
    assert read("g.json", json.dumps(vis)) == (["A", "B"], {"A-B": 1})
    jgf = {"graph": {"directed": True, "nodes": {"a": {}, "b": {}}, "edges": [{"source": "b", "target": "a"}]}}
    assert read("g.json", json.dumps(jgf), direction="out") == (["a", "b"], {"b-a": 1})
    js = [{"data": {"id": "a"}}, {"data": {"id": "b"}}, {"data": {"id": "e", "source": "a", "target": "b"}}]
    assert read("g.cyjs", json.dumps({"elements": js})) == (["a", "b"], {"a-b": 1})


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ([1, 2], "no lists of nodes and links"),
        ({"nodes": []}, "no lists of nodes and links"),
        ({"nodes": [1], "links": [{"source": 1}]}, "links without source and target, such as"),
        ({"nodes": [], "links": []}, "no nodes"),
    ],
)
def test_what_is_no_graph(read, content, match):
    with pytest.raises(ValueError, match=match):
        read("g.json", json.dumps(content))
