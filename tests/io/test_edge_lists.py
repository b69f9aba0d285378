"""io/edge_lists.py: the fast way over long files and the patient way over any file give the same graph."""

import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given, settings

from sggraph.graph.adjacency import GraphWarning
from sggraph.graph.arcs import Reading
from sggraph.io import edge_lists
from sggraph.io.edge_lists import _read_any, _read_plain

CELLS = st.sampled_from(
    ["0", "1", "-7", "007", "1_0", "a", "b b", "ü", "東京", "x\u2003", "\x1c", "source", "#", "%", "1.5", "1e3", "NA"]
)
SEPS = st.sampled_from([",", ";", "\t", " ", "  ", ", ", "\t "])
LINES = st.sampled_from(["", "# comment", "%", " ", "source,target", "source target weight", '"a",b', "a {}"])


@st.composite
def edge_texts(draw):
    sep, width = draw(SEPS), draw(st.integers(2, 3))
    row = st.lists(CELLS, min_size=width, max_size=width).map(sep.join)
    lines = draw(st.lists(row, min_size=1, max_size=8))
    for extra in draw(st.lists(LINES | row, max_size=2)):
        lines.insert(draw(st.integers(0, len(lines))), extra)
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return (end.join(lines) + draw(st.sampled_from(["", end]))).encode()


def outcome(read, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)
        try:
            return read(*arguments)
        except ValueError as error:
            return str(error)


@settings(max_examples=300, deadline=None)
@given(edge_texts(), st.sampled_from([".csv", ".tsv", ".txt"]), st.sampled_from(["weight", None, "target"]))
@example(b"\n0 0 0\n0 0 0\n0 0 \x1c", ".csv", None)  # white space to Python
def test_both_ways_agree(content, suffix, weight):
    fast, patient = (outcome(read, content, suffix, Reading(weight)) for read in (_read_plain, _read_any))
    if fast is None:
        return
    if isinstance(fast, str):
        assert isinstance(patient, str)  # the patient way may find another fault first
        return
    assert fast.nodes == patient.nodes
    assert list(map(type, fast.nodes)) == list(map(type, patient.nodes))
    np.testing.assert_array_equal(fast.adjacency.toarray(), patient.adjacency.toarray())
    assert fast[2:] == patient[2:]


@pytest.mark.parametrize(
    "text",
    [
        "3,1\n1,2\n",
        "source,target,weight\na,b,0.1\nb,c,1e-3\n",
        "u,v\n1,2\n2,3\n",
        "a b 12345678901234567890.5\nb c 0.12345678901234567\n",
        "x1;x2;count\r\n1;2;2\r\n".replace("x", "node "),
        "u,v\n1,2\n3,w\n",
        "a,b\n",
        "# FromNodeId\tToNodeId\n1\t2\n3\t1\n",
        "Id,Source,Target,Weight\n7,New York,Zürich,2\n8,Zürich,a,3\n",
    ],
)
def test_plain_files_take_the_fast_way(text):
    fast, patient = (read(text.encode(), ".csv", Reading()) for read in (_read_plain, _read_any))
    assert fast.nodes == patient.nodes
    np.testing.assert_array_equal(fast.adjacency.toarray(), patient.adjacency.toarray())


@pytest.mark.parametrize("text", ['"a",b\nb,c\n', "a b {}\nb c {}\n", "a,b\nb\n", "a,b,x\nb,c,y\n", "a,b\n#c,b\n"])
def test_what_the_fast_way_leaves(text):
    assert _read_plain(text.encode(), ".csv", Reading()) is None


def test_the_length_decides(monkeypatch):
    monkeypatch.setattr(edge_lists, "_read_plain", lambda *_: "fast")
    monkeypatch.setattr(edge_lists, "_read_any", lambda *_: "patient")
    assert edge_lists.read_edges(b"a,b\n", ".csv", Reading()) == "patient"
    assert edge_lists.read_edges(b"a,b\n" * 2**18, ".csv", Reading()) == "fast"
