"""io/repository_formats.py: KONECT, Network Repository and SNAP."""

import numpy as np
import pytest

from sggraph.graph.adjacency import GraphWarning
from sggraph.io import repository_formats


@pytest.mark.parametrize("name", ["out.trip", "trip.tsv", "trip.edges", "out.trip.gz.txt"])
@pytest.mark.parametrize("sep", [" ", "\t", "  "])
def test_konect(read, name, sep):
    lines = ["% asym positive", "% 3 4 4", "1 3 2 1100000000", "3 2 5 1100000001", "2 1 1 1100000002"]
    text = "\n".join([lines[0], lines[1], *(line.replace(" ", sep) for line in lines[2:])]) + " \r\n"
    assert read(name, text, direction="out") == ([1, 2, 3, 4], {"1-3": 2, "3-2": 5, "2-1": 1})
    assert set(read(name, text, direction="out", weight=None)[1].values()) == {1}


def test_two_sides_stay_apart(read):
    nodes, weights = read("out.b", "% bip weighted\n% 3 2 4\n1 1 2.5\n2 1 1\n2 3 4\n")
    assert nodes == ["left 1", "left 2", "right 1", "right 2", "right 3", "right 4"]
    assert weights == {"left 1-right 1": 2.5, "left 2-right 1": 1, "left 2-right 3": 4}
    assert read("b.txt", "% bip unweighted\n1 1\n1 2\n")[0] == ["left 1", "right 1", "right 2"]


@pytest.mark.parametrize("before", ["\ufeff", "% made by me\n%\n", "\n"])
def test_headers_below_others(read, before):
    assert len(read("b.txt", f"{before}% bip unweighted\n%\t2\t2\t3\n1 1\n2 2\n")[0]) == 5


def test_headers_that_are_not_so_are_told(read):
    with pytest.warns(GraphWarning) as told:
        read("out.x", "% sym unweighted\n% 9 2 2\n1 2\n2 3\n")
    assert [str(one.message) for one in told] == [
        "graph: the header claims 9 edges, but the file holds 2",
        "graph: the header claims 2 nodes, but edges name 1 more",
    ]
    with pytest.raises(ValueError, match="claims 9000000000 nodes"):
        read("out.x", "% sym unweighted\n% 1 9000000000 9000000000\n1 2\n")


@pytest.mark.parametrize("text", ["1,2,3\n2,3,4\n", "1 2 3\n2 3 4\n", "% x\n1\t2\t3.0\n2\t3\t4e0\n"])
def test_network_repository(read, text):
    assert read("a.edges", text) == ([1, 2, 3], {"1-2": 3, "2-3": 4})


def test_a_comment_among_the_edges_is_told(read):
    with pytest.warns(GraphWarning, match="left out 1 line among the edges"):
        assert read("a.edges", "1 2 3\n% y\n2 3 4") == ([1, 2, 3], {"1-2": 3, "2-3": 4})


@pytest.mark.parametrize("weight", ["1e", "-", "x"])
def test_weights_that_are_no_numbers_are_named(read, weight):
    with pytest.raises(ValueError, match=f"weight '{weight}', not a number"):
        read("out.x", f"% sym weighted\na b 1\nb c {weight}\n")


def test_matrix_market_under_another_name(read):
    text = "%%MatrixMarket matrix coordinate pattern symmetric\n4 4 2\n2 1\n4 2\n"
    assert read("a.edges", text) == ([0, 1, 2, 3], {"0-1": 1, "1-3": 1})


def test_names_that_are_not_numbers(read):
    assert read("a.edges", "a b\nb 007\n")[0] == ["a", "b", "007"]
    assert read("a.edges", "a b\nb 7\n7 c\n")[0] == ["a", "b", "7", "c"]
    assert read("a.edges", "01 02\n02 03\n")[0] == ["01", "02", "03"]
    assert read("a.edges", "from,to,weight\na,b,3\n") == (["a", "b"], {"a-b": 3})
    assert read("a.edges", "York,Paz,2\n")[1] == {"York-Paz": 2}


@pytest.mark.parametrize(("kind", "directed"), [("Directed", True), ("Undirected", False)])
def test_snap(read, kind, directed):
    text = f"# {kind} graph (each unordered pair of nodes is saved once): x.txt\n# FromNodeId\tToNodeId\n0\t7\n7\t3\n"
    options = {"direction": "out"} | ({} if directed else {"format": "snap"})
    nodes, weights = read("x.txt", text, **options)
    assert nodes == [0, 7, 3]
    assert weights == {"0-7": 1, "7-3": 1}
    assert read("x.dat", text, format="snap")[1] == {"0-7": 1, "7-3": 1}


def test_times_are_no_weights(read):
    with pytest.warns(GraphWarning, match="third column holds times"):
        assert read("x.edges", "1 2 1217567877\n1 3 1217573801\n")[1] == {"1-2": 1, "1-3": 1}


def test_the_fast_way_and_the_slow_way_agree(read, monkeypatch):
    rng = np.random.default_rng(5)
    lines = [f"{i} {j} {w:g}" for i, j, w in zip(*rng.integers(-9, 30, (2, 60)), rng.random(60), strict=True) if i != j]
    fast = read("a.edges", "\n".join(lines))
    monkeypatch.setattr(repository_formats, "_numbers", lambda content: None)
    assert read("a.edges", "\n".join(lines)) == fast


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("1 2\n1 2 3\n", "line 2 has 3 columns where it needs 2, like line 1"),
        ("1\n", "line 1 has 1 columns"),
        ("% sym positive\n1 2\n1 2 3\n", "line 3 has 3 columns where it needs 2, like line 2"),
        ("% sym positive\n1 2 c\n", "the weight 'c', not a number"),
        ("a b c\n", "the weight 'c', not a number"),
        ("% only\n", "comments only"),
    ],
)
def test_what_is_refused(read, text, match):
    with pytest.raises(ValueError, match=match):
        read("a.edges", text)
