"""io/gml_graphs.py: GML as it is found, not only as it should be."""

import pytest

from sggraph.graph.adjacency import GraphWarning

NODES = 'node [ id 3 label "Ł&oacute;dź" ] node [ id 9 label "say &quot;李&#34;" graphics [ x 1.5 fill "#FFF" ] ]'


@pytest.mark.parametrize("directed", [0, 1])
def test_text_and_parallel_edges(read, directed):
    edges = "edge [ source 3 target 9 weight 2 ]\nedge [ target 9 source 3 weight 1.5 ]"
    text = f'Creator "me"\nVersion 1\n# a comment [ "\ngraph\n[\n directed {directed}\n {NODES} {edges} ]'
    names = ["Łódź", 'say "李"']
    assert read("g.gml", text, direction="out") == (names, {"-".join(names): 3.5})


def test_values_as_weights_are_told(read):
    text = f'graph [ {NODES} edge [ source 3 target 9 value "4" ] ]'
    with pytest.warns(GraphWarning, match="no attribute 'weight', so their 'value' is taken"):
        assert list(read("g.gml", text)[1].values()) == [4]
    assert list(read("g.gml", text, weight=None)[1].values()) == [1]


def test_graphs_within_and_side_by_side(read):
    inner = "graph [ node [ id 2 ] edge [ source 1 target 2 ] ]"
    text = f"graph [ node [ id 1 {inner} ] ]\ngraph [ directed 1 node [ id 4 ] edge [ source 4 target 2 ] ]"
    with pytest.warns(GraphWarning, match="2 graphs side by side"):
        assert read("g.gml", text, direction="out") == ([1, 2, 4], {"1-2": 1, "4-2": 1})


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("graph [ node [ id 1 ]", "ends within a record"),
        ('graph [ node [ id 1 label "x ] ]', "line 1 begins text in quotes that does not end"),
        ("graph [\n] ]", "line 2 has a ] where none belongs"),
        ("graph [\n[ id 1 ] ]", r"line 2 has '\[' where a key belongs"),
        ("graph [ node [ label 1 ] ]", "a record node has no id"),
        ("graph [ edge [ source 1 ] ]", "a record edge has no target"),
        ("node [ id 1 ]", "it has no graph"),
    ],
)
def test_what_is_no_gml(read, text, match):
    with pytest.raises(ValueError, match=match):
        read("g.gml", text)
