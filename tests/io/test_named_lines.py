"""io/named_lines.py: Pajek, adjacency lists, SIF, NCOL and LGL."""

import pytest

from sggraph.graph.adjacency import GraphWarning

PAJEK = """*Network tiny
% a comment
*Vertices 5 2
1 "Ann B." 0.1 0.2
2 Bob
*Arcs :1 "likes"
1 2 3 c Blue
2 1 c Red
*Edges
2 3
*Edgeslist
1 4 5
"""


def test_pajek(read):
    with pytest.warns(GraphWarning, match="3 nodes have none"):
        names, weights = read("g.net", PAJEK, direction="out")
    assert (names, weights) == ([1, 2, 3, 4, 5], {"1-2": 3, "2-1": 1, "2-3": 1, "1-4": 1, "1-5": 1})
    named = PAJEK.replace("2 Bob", '2 Bob\n3 "c"\n4 d\n5 e')
    assert read("g.net", named, direction="out")[0] == ["Ann B.", "Bob", "c", "d", "e"]
    with pytest.warns(GraphWarning, match=r"left out the lines of \*partition \(2\)"):
        read("g.net", named + "*Partition x\n1\n2\n")


def test_pajek_matrix(read):
    text = "*vertices 3\r\n*matrix\r\n0 2 0\r\n2 0 1.5\r\n0 1.5 0\r\n"
    assert read("g.txt", text, format="pajek") == ([1, 2, 3], {"1-2": 2, "2-3": 1.5})


@pytest.mark.parametrize("text", ["a b c\nb c\nd\n", "a b c\nb a c\nc a b\nd\n"])
def test_adjacency_lists_hold_an_edge_once_or_twice(read, text):
    assert read("g.adjlist", "# made\n" + text) == (list("abcd"), {"a-b": 1, "a-c": 1, "b-c": 1})


def test_other_adjacency_lists(read):
    assert read("g.adjlist", "1: 2 3\n2:\n3: 2 # y\n") == ([1, 2, 3], {"1-2": 1, "1-3": 1, "2-3": 1})
    with pytest.warns(GraphWarning, match="there are no edges"):
        read("g.adjlist", "a,b\nb,c\n")


def test_adjacency_lists_as_arcs(read):
    assert read("g.adjlist", "1 2\n2 3\n3 1\n", direction="out") == ([1, 2, 3], {"1-2": 1, "2-3": 1, "3-1": 1})


def test_sif(read):
    assert read("g.sif", "a pp b c\nd\n") == (list("abcd"), {"a-b": 1, "a-c": 1})
    assert read("g.sif", "a b\tpp\tc\n")[0] == ["a b", "c"]


def test_lists_of_igraph(read):
    assert read("g.ncol", "1 2 0.5\n2 3 4\n") == ([1, 2, 3], {"1-2": 0.5, "2-3": 4})
    assert read("g.lgl", "# a\nb 2.5\n# b\nc\n# d\n") == (list("abcd"), {"a-b": 2.5, "b-c": 1})


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("g.net", "*Arcs\n1 2\n", r"line 2 does not belong into \*arcs"),
        ("g.net", "*Vertices 2\n*Edges\n1 3\n", "vertices are numbered from 1 to 2, and there is 3"),
        ("g.net", "*Vertices 999999999\n*Edges\n1 3\n", "it claims 999999999 nodes but has 3 lines"),
        ("g.net", "1 2\n", r"no line \*Vertices"),
        ("g.adjlist", "a 1\nb {}\nb 0\n", "multiline lists have: write it with networkx.write_adjlist"),
        ("g.sif", "a pp\n", "line 1 has a node and a relation, but no target"),
        ("g.ncol", "a b\nc\n", "line 2 has 1 columns"),
        ("g.lgl", "a 1\n", "line 1 is neither"),
    ],
)
def test_what_is_refused(read, name, text, match):
    with pytest.raises(ValueError, match=match):
        read(name, text)
