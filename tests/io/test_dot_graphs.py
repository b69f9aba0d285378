"""io/dot_graphs.py: what Graphviz reads, and what it refuses."""

import networkx as nx
import numpy as np
import pytest

from sggraph import GraphWarning, read_graph
from sggraph.io.dot_graphs import read_dot

MANY = " ".join(f"a{i}" for i in range(4000))


def read(text, direction="out", weight="weight"):
    """Nodes, and edges by their names, of text in DOT."""
    graph = read_dot(text.encode(), weight, direction)
    A = graph.adjacency.tocoo()
    return graph.nodes, {f"{graph.nodes[i]}>{graph.nodes[j]}": w for i, j, w in zip(A.row, A.col, A.data, strict=True)}


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("digraph { a -> b -> c; a -> c }", {"a>b": 1, "b>c": 1, "a>c": 1}),
        ("graph G { a -- b [weight=2.5, color=red] }", {"a>b": 2.5, "b>a": 2.5}),
        ("digraph { edge [weight=3] a->b b->c [weight=1] edge [weight=2]; c->a }", {"a>b": 3, "b>c": 1, "c>a": 2}),
        ("digraph { a -> {b c} -> d }", {"a>b": 1, "a>c": 1, "b>d": 1, "c>d": 1}),
        ("digraph { subgraph x { edge [weight=9]; a -> b } b -> c }", {"a>b": 9, "b>c": 1}),
        ("digraph { subgraph cluster_1 { a b } -> c [weight=4] }", {"a>c": 4, "b>c": 4}),
        ('digraph "my graph" { "x y":port:n -> "say \\"z\\""; rankdir=LR; }', {'x y>say "z"': 1}),
        ("digraph { a -> b; a -> b }", {"a>b": 2}),
        ("strict digraph { a -> b; a -> b; b -> a }", {"a>b": 1, "b>a": 1}),
        ("STRICT GRAPH { a -- b -- a }", {"a>b": 1, "b>a": 1}),
        ('# 1 "pre"\ndigraph { // no -> edge\n a /* c -> d */ -> b\n}\n// the end\n', {"a>b": 1}),
        ("digraph { 1 -> -.5 -> 2.0 }", {"1>-.5": 1, "-.5>2.0": 1}),
        ('digraph { "long " + "name" -> b }', {"long name>b": 1}),
        ("digraph { node [shape=box]; graph [x=y]; a [label=<<b>A &gt;</b>>]; a -> b }", {"a>b": 1}),
        ('digraph { node -> b; "node" [color=red] }', {"node>b": 1}),
    ],
)
def test_edges(text, edges):
    assert read(text)[1] == edges


def test_names_are_labels_where_all_differ():
    assert read('digraph { n1 [label="app.core"]; n2 [label="app\\nutils"]; n1 -> n2; n1 -> os }')[0] == [
        "app.core",
        "app utils",
        "os",
    ]
    assert read('digraph { node [label="\\N"]; a -> b }')[0] == ["a", "b"]
    assert read('digraph { a [label="core\\.base"]; b [label="x: \\N"]; a -> b }')[0] == ["core.base", "x: b"]
    with pytest.warns(GraphWarning, match="keep their ids as names, as their attribute 'label' does not tell"):
        assert read("digraph { a [label=x]; b [label=x]; a -> b }")[0] == ["a", "b"]
    assert read("digraph { a; b; c -> a }")[0] == ["a", "b", "c"]
    assert read("digraph { a -> b } ", weight=None) == (["a", "b"], {"a>b": 1})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("digraph { a -> ", "truncated"),
        ("digraph { a -> ; b }", "line 1 ends an edge before its second node"),
        ("digraph {\n a-b }", "line 2 has '-': write names that hold it in quotes"),
        ("digraph {\n a.b -> c }", "write names that hold it in quotes"),
        ('digraph { "a }', "in quotes"),
        ("digraph { a [label=<b] }", "HTML that does not end"),
        ("{ a -> b }", "line 1 has '{' where 'graph' or 'digraph' belongs"),
        ("hello", "where 'graph' or 'digraph' belongs"),
        ("digraph { a = }", "line 1 has '}' where a name belongs"),
        ("digraph { a -> b [weight=heavy] }", "weight 'heavy', not a number"),
        ("digraph " + "{" * 2000, "500th subgraph within another"),
        (f"digraph {{{{{MANY}}} -> {{{MANY}}}}}", "joins 4000 and 4000 nodes"),
        ("digraph { a -> b /* }", "line 1 has '/'"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read(text)


def test_two_graphs_and_files(tmp_path):
    with pytest.warns(GraphWarning, match="2 graphs side by side"):
        assert read("digraph { a -> b } graph { b -- c }")[1] == {"a>b": 1, "b>c": 1, "c>b": 1}
    G = nx.les_miserables_graph()
    lines = [f'"{u}" -- "{v}" [weight={data["weight"]}];' for u, v, data in G.edges(data=True)]
    for name in ("novel.dot", "novel.gv"):
        (tmp_path / name).write_text("graph {\n" + "\n".join(f'"{node}";' for node in G) + "\n".join(lines) + "}")
        graph = read_graph(tmp_path / name)
        assert graph.nodes == list(G)
        np.testing.assert_array_equal(graph.adjacency.toarray(), nx.to_numpy_array(G))
    assert not graph.directed
