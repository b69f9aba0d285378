"""io/counted_graphs.py: METIS and DIMACS count from 1, and headers that claim otherwise are told."""

import pytest

from sggraph.graph.adjacency import GraphWarning


def test_metis(read):
    assert read("g.graph", "% x\n3 3\n2 3\n% y\n1 3\n1 2") == ([1, 2, 3], {"1-2": 1, "1-3": 1, "2-3": 1})
    assert read("g.graph", "4 2\n2 3\n1\n1\n\n") == ([1, 2, 3, 4], {"1-2": 1, "1-3": 1})


@pytest.mark.parametrize(
    "text",
    [
        "3 2 1\n2 5\n1 5 3 7\n2 7\n",
        "3 2 011\n9 2 5\n9 1 5 3 7\n9 2 7\n",
        "3 2 111 2\n1 8 9 2 5\n1 8 9 1 5 3 7\n1 8 9 2 7\n",
    ],
)
def test_metis_weights(read, text):
    assert read("g.graph", text)[1] == {"1-2": 5, "2-3": 7}
    assert read("g.graph", text, weight=None)[1] == {"1-2": 1, "2-3": 1}


def test_claims_of_metis(read):
    with pytest.warns(GraphWarning, match="claims 7 edges, which are 14 entries in its lists, but holds 2"):
        assert read("g.graph", "2 7\n2\n1\n")[1] == {"1-2": 1}
    with pytest.warns(GraphWarning, match="of one end only"):
        assert read("g.graph", "2 1\n2 2\n\n")[1] == {"1-2": 2}


def test_dimacs(read):
    assert read("g.col", "c x\np edge 4 2\nn 1 5\ne 1 2\ne 2 3\n") == ([1, 2, 3, 4], {"1-2": 1, "2-3": 1})
    assert read("g.gr", "p tw 3 1\n3 1\n") == ([1, 2, 3], {"1-3": 1})
    with pytest.warns(GraphWarning, match="lengths"):
        assert read("g.gr", "p sp 3 2\na 1 2 4\na 3 2 6\n", direction="out")[1] == {"1-2": 4, "3-2": 6}
    with pytest.warns(GraphWarning, match="claims 5 edges, but holds 1"):
        read("g.col", "p edge 4 5\ne 1 2\n")


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("g.graph", "3 1\n2\n1\n", "claims 3 nodes but has 2 lines"),
        ("g.graph", "2 1\n3\n1\n", "line 2 names node 3, but nodes are numbered from 1 to 2"),
        ("g.graph", "2 1\nx\n1\n", "line 2 holds what is not a whole number"),
        ("g.graph", "2 1 1\n2\n1 3\n", "line 2 lacks the weight of its last neighbour"),
        ("g.graph", "a b\n", "not a whole number"),
        ("g.graph", "5\n", "first line does not say"),
        ("g.gr", "p sp 900000000 1\na 1 2 3\n", "claims 900000000 nodes"),
        ("g.gr", "a 1 2 3\n", "line 1 comes before the line that begins with p"),
        ("g.col", "p edge 2 1\ne 1\n", "line 2 lacks an end"),
        ("g.col", "p edge 2 1\ne 1 5\n", "names node 5"),
        ("g.col", "p edge 2 1\nq 1 5\n", "begins with 'q'"),
        ("g.col", "c\n", "no line that begins with p"),
    ],
)
def test_what_is_refused(read, name, text, match):
    with pytest.raises(ValueError, match=match):
        read(name, text)
