"""core/edge_text.py against Python's own split, dict and float."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given, settings

from sggraph.core import edge_text
from sggraph.core.edge_text import number_edges


def numbered(content, sep, width, columns):
    text = np.frombuffer(content, np.uint8)
    m = content.count(b"\n")
    shapes = ((m, 2), np.int64), (m, float), (m, np.int8), ((2 * m, 2), np.int64), ((m, 3), np.int64)
    out = tuple(np.zeros(shape, kind) for shape, kind in shapes)
    with np.errstate(over="ignore"):
        edges, names, n_odd = number_edges(text, ord(sep), width, columns, np.uint64(2**64 - 1), out)
    ids, digits, power, spans, odd = out
    rows = ids[:edges].tolist() if edges >= 0 else None
    return rows, [content[a:b] for a, b in spans[:names]], digits * 10.0**power, odd[:n_odd].tolist()


NAMES = st.binary(min_size=1, max_size=20).filter(lambda name: not set(name) & set(b"\0\n\t ,#%"))


@settings(max_examples=100, deadline=None)
@example([(b"12345678", b"123456789"), (b"12345678", b"1234567"), (b"\xff" * 8, b"\xff" * 9)], ",")
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1), st.sampled_from(", \t"))
def test_names_are_numbered_as_they_come(edges, sep):
    content = b"# first\n\n" + b"".join(a + sep.encode() + b + b"\n" for a, b in edges) + b"%\n"
    ids, names, _, _ = numbered(content, sep, 2, (0, 1, -1))
    want = list(dict.fromkeys(name for edge in edges for name in edge))
    assert names == want
    assert ids == [[want.index(a), want.index(b)] for a, b in edges]


def test_the_table_grows():
    content = b"".join(b"%d,name of node %d\n" % (k % 30_000 + 1, k) for k in range(10_000))
    ids, names, _, _ = numbered(content, ",", 2, (0, 1, -1))
    assert len(names) == 20_000 > edge_text.PLACES
    assert [names[k] for pair in ids for k in pair] == content.replace(b",", b"\n").split(b"\n")[:-1]


@settings(max_examples=300, deadline=None)
@example("0.1")
@example("-1.5e3")
@example("1e22")
@example("9007199254740991e-22")
@given(st.floats().map(repr) | st.integers(-(2**70), 2**70).map(str) | st.text("0123456789.eE+-_x", min_size=1))
def test_decimals_are_pythons(text):
    _, _, weights, odd = numbered(f"a,b,{text}\n".encode(), ",", 3, (0, 1, 2))
    if not odd:
        assert len(text.lower().partition("e")[0].strip("+-").lstrip("0.").replace(".", "")) <= 16
        assert weights[0] == pytest.approx(float(text), rel=1e-15, abs=0)
    else:
        assert odd == [[0, 4, 4 + len(text)]]


@pytest.mark.parametrize(
    "text", ["", "-", ".", "1e", "e5", "1.2.3", "1_0", "nan", "inf", "0x1", "9007199254740993", "1e23", "1 2"]
)
def test_no_plain_decimals_are_left(text):
    assert numbered(f"a,b,{text}\n".encode(), ",", 3, (0, 1, 2))[3]


@pytest.mark.parametrize("line", ["a", "a,b,c", ",b", "a,", ",a,b", ""])
def test_uneven_lines_end_it(line):
    ids, names, _, _ = numbered(f"a,b\n{line}\n".encode(), ",", 2, (0, 1, -1))
    assert (ids, names) == ((None, []) if line else ([[0, 1]], [b"a", b"b"]))


def test_columns_in_any_order_and_runs_of_blanks():
    ids, names, weights, _ = numbered(b" \t2.5  x \t b\ta  \n", " ", 4, (3, 2, 0))
    assert (ids, names, weights[0]) == ([[0, 1]], [b"a", b"b"], 2.5)
    assert numbered(b"a\t\tb\n", "\t", 3, (0, 2, -1))[1] == [b"a", b"b"]
