"""io/xml_graphs.py: what programs put into GraphML and GEXF, with nothing lost and nothing unsaid."""

import pytest

from sggraph.graph.adjacency import GraphWarning

ML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{}<graph edgedefault="{}">{}</graph></graphml>'.format
GX = '<gexf version="1.3"><graph {}>{}</graph></gexf>'.format
KEY = '<key id="{0}" for="{1}" attr.name="{2}" attr.type="{3}">{4}</key>'.format


def nodes(names):
    return "".join(f'<node id="{name}"/>' for name in names)


def edge(ends, inner="", **more):
    more = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<edge source="{ends[0]}" target="{ends[1]}"{more}>{inner}</edge>'


def test_groups_within_groups(read):
    inner = f'<graph edgedefault="directed">{nodes("d")}{edge("cd")}</graph>'
    middle = f'<graph edgedefault="undirected">{nodes("b")}<node id="c">{inner}</node>{edge("bc")}</graph>'
    text = ML("", "undirected", f'<node id="a">{middle}</node>{edge("ad")}')
    assert read("g.graphml", text, direction="out") == (list("abcd"), {"b-c": 1, "c-d": 1, "a-d": 1})


def test_graphs_side_by_side(read):
    more = f'</graph><graph edgedefault="undirected">{nodes("bc")}{edge("bc")}'
    text = ML("", "undirected", nodes("ab") + edge("ab") + more)
    with pytest.warns(GraphWarning) as told:
        assert read("g.graphml", text) == (list("abc"), {"a-b": 1, "b-c": 1})
    assert [str(one.message)[:30] for one in told] == [
        "graph: the file holds 2 graphs",
        "graph: 1 nodes are listed agai",
    ]


@pytest.mark.parametrize(("default", "flag"), [("directed", "false"), ("undirected", "true")])
def test_arcs_among_edges(read, default, flag):
    text = ML("", default, nodes("abc") + edge("ab") + edge("cb", directed=flag))
    arc, both = ("a-b", "b-c") if default == "directed" else ("c-b", "a-b")
    assert read("g.graphml", text, direction="out") == (list("abc"), {arc: 1, both: 1})


def test_weights_of_any_type(read):
    data = '<data key="{}">{}</data>'.format
    body = nodes("abc") + edge("ab", data("d", "2.5")) + edge("bc")
    for type_ in ("double", "string", "nonsense", ""):
        assert read("g.graphml", ML(KEY("d", "edge", "weight", type_, ""), "", body))[1] == {"a-b": 2.5, "b-c": 1}
    with_default = KEY("d", "all", "Weight", "float", "<default>7</default>")
    assert read("g.graphml", ML(with_default, "", body))[1] == {"a-b": 2.5, "b-c": 7}
    undeclared = nodes("abc") + edge("ab", data("weight", "4"))
    assert read("g.graphml", ML("", "", undeclared))[1] == {"a-b": 4}
    words = ML("", "", nodes("ab") + edge("ab", data("weight", "many")))
    with pytest.raises(ValueError, match=r"the weight 'many', not a number: .* weight=None"):
        read("g.graphml", words)
    assert read("g.graphml", words, weight=None)[1] == {"a-b": 1}
    with pytest.warns(GraphWarning, match="no edge has the attribute 'since'"):
        read("g.graphml", words, weight="since")


@pytest.mark.parametrize("names", [("Ann", "Bob"), ("Ann", "Ann"), ("Ann", "")])
def test_names_of_igraph(read, names):
    body = "".join(f'<node id="n{k}"><data key="v">{name}</data></node>' for k, name in enumerate(names))
    text = ML(KEY("v", "node", "name", "string", ""), "undirected", body)
    if names == ("Ann", "Bob"):
        assert read("g.graphml", text)[0] == ["Ann", "Bob"]
    else:
        with pytest.warns(GraphWarning, match="1 repeat|1 nodes have none"):
            assert read("g.graphml", text)[0] == ["n0", "n1"]


def test_the_name_where_the_label_repeats(read):
    data = '<data key="label">x</data><data key="name">{}</data>'.format
    assert read("g.graphml", ML("", "", "".join(f'<node id="{k}">{data(k + k)}</node>' for k in "ab")))[0] == [
        "aa",
        "bb",
    ]


def test_weights_in_tags(read):
    assert read("g.graphml", ML("", "", nodes("ab") + edge("ab", weight=3)))[1] == {"a-b": 3}


def test_labels_of_yed(read):
    shape = '<data key="d6">\n<y:ShapeNode><y:NodeLabel a="b">{}<y:Model/></y:NodeLabel></y:ShapeNode></data>'.format
    body = f'<node id="n0">{shape("Zoë &amp; Co")}</node><node id="n1">{shape("Łódź")}</node>'
    line = '<data key="d9"><y:PolyLineEdge><y:EdgeLabel>3</y:EdgeLabel></y:PolyLineEdge></data>'
    keys = '<key id="d6" for="node" yfiles.type="nodegraphics"/><key id="d9" for="edge" yfiles.type="edgegraphics"/>'
    text = ML(keys, "directed", body + edge(("n0", "n1"), line))
    assert read("g.graphml", text, direction="out") == (["Zoë & Co", "Łódź"], {"Zoë & Co-Łódź": 1})


def test_a_prefix_for_all(read):
    text = '<g:graphml xmlns:g="x"><g:graph edgedefault="undirected"><g:node id="a"/><g:node id="b"/>'
    assert read("g.graphml", text + '<g:edge source="a" target="b"/></g:graph></g:graphml>')[1] == {"a-b": 1}


def test_what_is_left_out_is_counted(read):
    hyper = '<hyperedge><endpoint node="a"/><endpoint node="b"/></hyperedge>'
    with pytest.warns(GraphWarning, match="left out 2 hyperedges"):
        assert read("g.graphml", ML("", "", nodes("ab") + 2 * hyper))[0] == ["a", "b"]
    with pytest.warns(GraphWarning, match="2 nodes are named by edges only"):
        assert read("g.graphml", ML("", "", nodes("a") + edge("bc")))[0] == ["a", "b", "c"]


def test_gexf_of_many_kinds(read):
    text = GX(
        'mode="dynamic" defaultedgetype="directed"',
        '<attributes class="edge"><attribute id="7" title="weight" type="float"><default>3</default></attribute>'
        '</attributes><nodes><node id="0" label="A"><nodes><node id="1" label="B"/></nodes></node>'
        '<node id="2" label="C"/></nodes><edges>'
        '<edge source="0" target="1" weight="2"/><edge source="2" target="1" type="mutual" timestamp="5">'
        '<attvalues><attvalue for="7" value="4"/></attvalues></edge><edge source="2" target="0"/></edges>',
    )
    with pytest.warns(GraphWarning, match="have dates"):
        names, weights = read("g.gexf", text, direction="out")
    assert (names, weights) == (["A", "B", "C"], {"A-B": 2, "B-C": 4, "C-A": 3})


@pytest.mark.parametrize("labels", [("x", "x"), ("x", " ")])
def test_gexf_labels_that_tell_nothing_apart(read, labels):
    text = "<nodes>" + "".join(f'<node id="n{k}" label="{label}"/>' for k, label in enumerate(labels)) + "</nodes>"
    with pytest.warns(GraphWarning, match="keep their ids as names"):
        assert read("g.gexf", GX("", text))[0] == ["n0", "n1"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("<graphml><graph>\n<node/></graph></graphml>", "its <node> in line 2 has no 'id'"),
        ('<graphml><graph><edge source="a"/></graph></graphml>', "<edge> in line 1 has no 'target'"),
        ('<graphml><node id="a"/></graphml>', "stands outside of any <graph>"),
        ("<svg/>", "begins with <svg> and not with <graphml>"),
    ],
)
def test_what_is_no_graph(read, text, match):
    with pytest.raises(ValueError, match=match):
        read("g.graphml", text)
