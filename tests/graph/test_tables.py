"""graph/tables.py and frames.py: which columns are the ends and the weight, the same for files and frames."""

import warnings

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from scipy import sparse

from sggraph import GraphWarning, as_graph, read_graph
from sggraph.graph.tables import choose_columns, ends_by_name, look_at

A, B, W = ["ann", "bob", "cid", "ann"], ["bob", "cid", "dan", "dan"], [2.5, 1.0, 4.0, 3.0]
PLAIN = as_graph(list(zip(A, B, W, strict=True)))


def same(one, other):
    assert one.nodes == other.nodes
    assert list(map(type, one.nodes)) == list(map(type, other.nodes))
    np.testing.assert_array_equal(one.adjacency.toarray(), other.adjacency.toarray())
    assert one[2:] == other[2:]


PAIRS = "source target, From To, SRC DST, node_1 node_2, id1 id2, FromNodeId ToNodeId, sourceNode targetNode, u v, i j"
PAIRS += ", citing cited, protein1 protein2, #node1 node2, Interactor A interactor_b, gene_a gene_b, sender receiver"
PAIRS = [("Interactor A", "interactor_b") if "Inter" in p else tuple(p.split()) for p in PAIRS.split(", ")]


@pytest.mark.parametrize("ends", PAIRS)
@pytest.mark.parametrize("weight", ["weight", "Weight", "value", "combined_score", "edgeCount", "n"])
def test_names_in_any_case_and_order(ends, weight):
    frame = pd.DataFrame({weight: W, "when": ["x"] * 4, ends[1]: B, ends[0]: A})
    same(as_graph(frame), PLAIN)


@pytest.mark.parametrize("name", ["timestamp", "Id", "type", "year", "kind", "score_of_a_type"])
def test_other_columns_are_no_weights_and_are_told(name):
    frame = pd.DataFrame({"source": A, "target": B, name: [5, 6, 7, 8]})
    with pytest.warns(GraphWarning, match=f"no weight among its columns '{name}'.*weight="):
        assert not as_graph(frame).weighted
    assert as_graph(frame, weight=name).weighted
    assert not as_graph(frame, weight=None).weighted


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"Unnamed: 0": [0, 1, 2, 3], "source": A, "target": B, "weight": W}),
        pd.DataFrame({"source": A, "target": B, "weight": W}).reset_index(),
        pd.DataFrame({"source": A, "target": B, "weight": W}).set_index("source"),
        pd.DataFrame({"source": A, "target": B, "weight": W}).set_index(["source", "target"])["weight"],
        pd.DataFrame({"Id": [1, 2, 3, 4], "Source": A, "Target": B, "Weight": W}),
        pd.DataFrame(list(zip(A, B, W, strict=True))),
        pd.DataFrame({"target": B, "source": A, "weight": W}, index=[9, 8, 7, 6]),
        pd.DataFrame({"source": A, "target": B, "weight": W}, dtype=object),
        pl.DataFrame({"column_0": A, "column_1": B, "column_2": W}),
        pl.DataFrame({"source": A, "target": B, "weight": W}).lazy(),
        pl.DataFrame({"source": A, "target": B, "weight": W}).cast({"source": pl.Categorical}),
        pa.table({"from": A, "to": B, "w": W}),
        pa.record_batch({"src": A, "dst": B, "w": W}),
        list(zip(A, B, [{"weight": w} for w in W], strict=True)),
    ],
)
def test_the_same_edges_in_many_forms(frame):
    same(as_graph(frame), PLAIN)


def test_texts_that_are_numbers_are_weights():
    frame = pd.DataFrame({"source": A, "target": B, "weight": list(map(str, W))})
    same(as_graph(frame), PLAIN)
    with pytest.raises(ValueError, match="weight 'much', not a number: correct it"):
        as_graph(frame.replace("1.0", "much"))
    assert not as_graph(frame.replace("1.0", "much"), weight=None).weighted


def test_the_caller_names_columns_that_the_list_does_not():
    frame = pd.DataFrame({"strength": [9, 9, 9, 9], "hero": A, "comic": B, "issues": W})
    same(as_graph(frame, source="hero", target="Comic", weight="issues"), PLAIN)
    same(as_graph(frame.rename(columns={"hero": "source"}), source="source", target="comic", weight="issues"), PLAIN)
    numbers = pl.DataFrame({"hero": [1, 2], "comic": [2, 3]})
    assert as_graph(numbers, source="hero", target="comic").nodes == [1, 2, 3]
    assert as_graph(numbers, source="hero").nodes == [1, 2, 3]  # there is but one other
    assert as_graph(pd.DataFrame([[1, 2, 9, 9], [2, 3, 9, 9]]), source=0, target=1, weight=3).adjacency[0, 1] == 9
    with pytest.warns(GraphWarning, match="took 'hero', 'comic'"):
        assert as_graph(pd.DataFrame({"hero": A, "comic": B})).nodes == PLAIN.nodes


@pytest.mark.parametrize(
    ("frame", "options", "match"),
    [
        ({"age": [31, 44], "height": [180, 170]}, {}, "'age', 'height', .*source=.*point_cloud_to_graph.*SGtSNEpi"),
        ({"a": [1.5, 2.5], "b": [0.5, 1.0], "c": [1, 2]}, {}, "'a', 'b', 'c', which do not tell"),
        ({"user": [1, 2], "item": [5, 6], "rating": [3.5, 4]}, {}, "'user', 'item', 'rating'"),
        ({"from": ["a"], "to": ["b"], "source": ["x"], "target": ["y"]}, {}, "several pairs"),
        (
            {"source": ["a"], "target": ["b"], "score": [1], "count": [2]},
            {},
            "'score', 'count', each of.*weight=",
        ),
        ({"source": ["a"], "target": ["b"]}, {"weight": "strength"}, "weight='strength': give one of the columns"),
        ({"source": ["a"], "target": ["b"]}, {"source": "x"}, "source='x': give one of the columns 'source'"),
        ({"a": ["a"], "b": ["b"], "c": ["c"]}, {"source": "a"}, "give source= and target=, both"),
        ({"source": ["a", None], "target": ["b", "c"]}, {}, "missing values"),
        ({"u": [0.5, 1.5], "v": [0.25, 0.5]}, {}, "'u', 'v', which do not tell"),
        (
            {0: [1, 2, 3], 1: [50, 60, 70], 2: [60, 70, 50]},
            {"weight": None},
            "a matrix or edges",
        ),
    ],
)
def test_what_cannot_be_decided_is_refused(frame, options, match):
    with pytest.raises(ValueError, match=match):
        as_graph(pd.DataFrame(frame), **options)


def test_names_and_options_are_checked():
    with pytest.raises(ValueError, match="several columns of the same name"):
        as_graph(pd.DataFrame([[1, 2]], columns=["source", "source"]))
    with pytest.raises(ValueError, match="source=True"):
        as_graph([(0, 1)], source=True)
    with pytest.raises(ValueError, match="source='a': give it for a table"):
        as_graph([(0, 1)], source="a")
    with pytest.raises(ValueError, match="bipartite='yes'"):
        as_graph([(0, 1)], bipartite="yes")


SQUARE = pd.DataFrame(
    [[0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 3], [4, 0, 0, 0]], index=list("wxyz"), columns=list("wxyz")
)


def test_matrices_go_by_name():
    want = as_graph(SQUARE)
    assert want.adjacency[0, 1] == 1
    assert want.directed
    shuffled = SQUARE[list("zxwy")]
    same(as_graph(shuffled), want)
    assert as_graph(shuffled, direction="out").adjacency.toarray().tolist() == SQUARE.to_numpy().tolist()
    same(as_graph(pl.DataFrame(shuffled.reset_index())), want)
    same(as_graph(pa.Table.from_pandas(shuffled.reset_index(names="name"))), want)


def test_a_matrix_with_names_in_a_file(tmp_path):
    SQUARE[list("zxwy")].to_csv(tmp_path / "m.csv")
    same(read_graph(tmp_path / "m.csv"), as_graph(SQUARE))
    same(read_graph(tmp_path / "m.csv", direction="in"), as_graph(SQUARE, direction="in"))


def test_crosstabs_are_bipartite_if_asked(tmp_path):
    table = pd.crosstab(pd.Series(["u1", "u1", "u2"], name="user"), pd.Series(["i1", "i2", "i3"], name="item"))
    with pytest.raises(ValueError, match=r"rows 'u1', .*bipartite=True"):
        as_graph(table)
    graph = as_graph(table, bipartite=True)
    assert graph.nodes == ["u1", "u2", "i1", "i2", "i3"]
    assert graph.adjacency.nnz == 6
    table.to_csv(tmp_path / "t.csv")
    same(read_graph(tmp_path / "t.csv", bipartite=True), graph)
    for make in (np.asarray, sparse.csr_array, sparse.coo_matrix):
        got = as_graph(make(table.to_numpy()), bipartite=True)
        assert got.nodes == list(range(5))
        np.testing.assert_array_equal(got.adjacency.toarray(), graph.adjacency.toarray())
    with pytest.raises(ValueError, match="bipartite=True where rows and columns"):
        as_graph(table.to_numpy().T)


def test_two_kinds_of_nodes_stay_apart():
    edges = [(1, 2), (2, 3), (1, 3)]
    want = [("row", 1), ("row", 2), ("column", 2), ("column", 3)]
    frame = pd.DataFrame(edges, columns=["user", "item"])
    for graph in (
        as_graph(edges, bipartite=True),
        as_graph(([1, 2, 1], [2, 3, 3]), bipartite=True),
        as_graph(frame, source="user", target="item", bipartite=True),
    ):
        assert graph.nodes == want
        assert graph.adjacency.toarray()[:2, 2:].tolist() == [[1, 1], [0, 1]]
    assert as_graph(np.ones((2, 2)), bipartite=True).nodes == [0, 1, 2, 3]


def test_looks():
    assert look_at([0, 1, 2]).counts
    assert look_at([1.0, 2.0, 3.0]).counts
    assert not look_at([2, 3]).counts
    assert look_at([1.5, None, float("nan")]).fractions
    assert not look_at([True, False]).numeric
    assert not look_at([]).numeric
    assert look_at([1_082_040_961]).late
    assert look_at([float("inf")]).numeric
    assert not look_at([float("inf")]).whole


def test_no_header():
    def chosen(*columns):
        return choose_columns(None, list(map(look_at, columns)))[:3]

    assert chosen([5, 6], [6, 7]) == (0, 1, None)
    assert chosen(["a", "b"], ["b", "c"], [1.5, 2]) == (0, 1, 2)
    assert chosen([1, 2, 3], ["a", "b", "c"], ["b", "c", "d"]) == (1, 2, None)  # an index before two texts
    assert chosen([0, 1, 2], [1, 2, 3], [5, 4, 3]) == (0, 1, 2)  # a path: nodes count as well
    assert chosen([5, 6], [6, 7], [1_082_040_961, 1_082_155_839]) == (0, 1, None)  # times
    with pytest.raises(ValueError, match="3 columns without names"):
        chosen([1, 2, 3], [10, 20, 30], [20, 30, 10])
    with pytest.raises(ValueError, match="2 columns without names"):
        chosen([0.5, 1.5], [2.5, 3.5])


def test_ends_by_name():
    assert ends_by_name(["id", "target_id", "source_id"]) == (2, 1)
    assert ends_by_name(["source", "source_id", "target", "target_id"]) == (0, 2)
    assert ends_by_name(["exam1", "exam2"]) is None
    assert ends_by_name(["gene1", "gene2", "gene3"]) is None


TEXTS = st.text("abcNA #%;'\"|,é.-", min_size=1, max_size=4).map(str.strip).filter(bool)
NAMES = st.lists(st.integers(-5, 99), min_size=1, max_size=9) | st.lists(TEXTS, min_size=1, max_size=9)
HEADERS = st.permutations(range(4)).flatmap(
    lambda order: st.tuples(
        st.sampled_from(PAIRS[:5]), st.sampled_from(["weight", "Value", "n"]), st.sampled_from(["Label", "id", "when"])
    ).map(lambda names: (*names[0], *names[1:], order))
)


@settings(max_examples=150, deadline=None)
@given(st.data(), NAMES, HEADERS, st.sampled_from([("csv", ","), ("csv", ";"), ("tsv", "\t"), ("txt", "|")]))
def test_the_same_table_is_the_same_graph_from_files_and_frames(tmp_path_factory, data, names, header, form):
    rows = data.draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), min_size=1, max_size=120))
    rows = [(a, b, data.draw(st.floats(0.01, 1e6)), k) for k, (a, b) in enumerate(rows)]
    *columns, order = header
    frame = pd.DataFrame(rows, columns=columns)[[columns[k] for k in order]]
    suffix, sep = form
    folder = tmp_path_factory.mktemp("table")
    index = data.draw(st.booleans())
    frame.to_csv(folder / f"t.{suffix}", sep=sep, index=index)
    frame.to_parquet(folder / "t.parquet", index=index)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)  # self-loops
        want = as_graph(frame)
        assert want.adjacency.sum() == pytest.approx(2 * sum(w for a, b, w, _ in rows if a != b))
        for other in (pl.from_pandas(frame), pa.Table.from_pandas(frame), frame.reset_index()):
            same(as_graph(other), want)
        for path in folder.iterdir():
            same(read_graph(path), want)
