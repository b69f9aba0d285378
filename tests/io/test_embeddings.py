"""io/embeddings.py: what is written comes back, in every format; nothing in a file can harm its reader."""

import csv
import io
import json
import os
import stat
import sys
from datetime import date

import hypothesis.strategies as st
import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings

from sggraph import SGtSNEpi, load_embedding, read_graph, sgtsne_layout, write_embedding
from sggraph.graph.adjacency import GraphWarning, as_graph
from sggraph.graph.fingerprint import graph_hash
from sggraph.inputs.labels import louvain_names
from sggraph.io.embeddings import FORMATS
from sggraph.io.tables import escaped, unescaped, with_gaps

KARATE = nx.karate_club_graph()
DRAWN = (".gexf", ".graphml", ".cyjs")  # names become text, positions are enlarged
FITTED = SGtSNEpi(random_state=3, max_iter=30).fit(KARATE)
NAMES = [0, -1, "a", "", "0", 2.5, float("inf"), True, None, (1, ("b", None)), b"\x00\xff", 2**70, "\ud800", "\n"]

READ = [suffix for suffix in FORMATS if suffix != ".html"]


def read_table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("shape", [(500,), (500, 1), (500, 2), (500, 3), (0, 2)])
@pytest.mark.parametrize("with_labels", [False, True])
def test_embedding_round_trip_keeps_float32(tmp_path, shape, with_labels):
    rng = np.random.default_rng(0)
    Y = (rng.standard_normal(shape) * 10.0 ** rng.integers(-20, 20, shape)).astype(np.float32)
    labels = list(range(len(Y))) if with_labels else None
    write_embedding(tmp_path / "y.csv", Y, labels=labels)
    header, *rows = read_table(tmp_path / "y.csv")
    d = 1 if len(shape) == 1 else shape[1]
    assert header == ["node", "x", "y", "z"][: d + 1] + ["label"] * with_labels
    got = np.array([row[1 : d + 1] for row in rows], dtype=np.float32).reshape(shape)
    np.testing.assert_array_equal(got, Y)
    assert [row[0] for row in rows] == [str(k) for k in range(len(Y))]


@settings(max_examples=40, deadline=None)
@example(["=1", "'=1", "''=1", "'a", "\t", "-7"])
@example(["a\rb", "a\nb", "a\r\nb", '"', ",", " ", ""])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=5))
def test_any_names_survive_the_table(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("names") / "y.csv"
    write_embedding(path, np.zeros(len(names)), nodes=names, labels=names[::-1])
    assert [unescaped(row[0]) for row in read_table(path)[1:]] == names
    assert [unescaped(row[2]) for row in read_table(path)[1:]] == names[::-1]


NAMES_LIKE_NUMBERS = [
    ["1.10", "1.1"],
    ["01001", "1001"],
    ["1_000", "2"],
    ["1e5", "100000"],
    ["1.0", "1"],
    ["nan", "inf"],
    ["٣", "3"],
    ["+1", " 2"],
    ["0x1", "9" * 400 + ".0"],
]
NUMBERS = [[1, 2**70], [0, -1], [0.1, 1e-7], [1, 2.5], [12345678901, 0.5], [1e20, 1e16], [0.5, float("-inf")]]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_that_a_spreadsheet_saved_where_a_comma_is_the_decimal_sign(tmp_path, mark):
    path = tmp_path / "y.csv"
    path.write_text(mark + 'node;x;y;label\nann;0,5;-1e-3;"a, b"\n"b;c";1;2,25;\n', encoding="utf-8")
    saved = load_embedding(path)
    assert saved.coordinates.tolist() == [[0.5, -1e-3], [1, 2.25]]
    assert saved.nodes == ["ann", "b;c"]
    assert saved.labels == ["a, b", None]


@pytest.mark.parametrize("items", NAMES_LIKE_NUMBERS + NUMBERS, ids=str)
def test_names_like_numbers_stay_text_in_a_table(tmp_path, items):
    write_embedding(tmp_path / "y.csv", [1, 2], nodes=items, labels=items)
    saved = load_embedding(tmp_path / "y.csv")
    assert saved.nodes == saved.labels == items
    kind = str if items in NAMES_LIKE_NUMBERS else float if float in map(type, items) else int
    assert {type(item) for item in (*saved.nodes, *saved.labels)} == {kind}


def test_writing_replaces_follows_links_and_leaves_no_rubbish(tmp_path):
    target, link = tmp_path / "y.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    write_embedding(link, [[0, 1]])
    assert link.is_symlink()
    assert target.read_text() == "node,x,y\n0,0,1\n"
    assert sorted(tmp_path.iterdir()) == [link, target]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~umask


def test_a_failed_write_keeps_the_old_file(tmp_path):
    (tmp_path / "y.csv").write_text("old")
    with pytest.raises(ValueError, match="nodes holds"):
        write_embedding(tmp_path / "y.csv", [[0, 1], [1, 2]], nodes=["a", "\ud800"])
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
@pytest.mark.parametrize("name", ["nodes", "labels"])
def test_what_a_table_cannot_keep(tmp_path, suffix, name):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    with pytest.raises(ValueError, match=rf"^{name} holds 'a\\ud800', which UTF-8 cannot keep: rename it"):
        write_embedding(tmp_path / f"y{suffix}", [1, 2], **{name: ["a\ud800", "b"]})
    for length in (131_072, 131_073):
        texts = ["a" * length, "b"]
        if suffix == ".parquet" or length == 131_072:
            write_embedding(tmp_path / f"y{suffix}", [1, 2], **{name: texts})
            assert getattr(load_embedding(tmp_path / f"y{suffix}"), name) == texts
        else:
            with pytest.raises(ValueError, match=rf"^{name} holds 'aaa.* of 131073 characters, more than the 131072"):
                write_embedding(tmp_path / f"y{suffix}", [1, 2], **{name: texts})


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"Y": np.zeros((2, 4))}, r"Y has shape \(2, 4\)"),
        ({"Y": np.zeros((2, 0))}, r"Y has shape \(2, 0\)"),
        ({"Y": np.zeros((2, 2, 2))}, "Y has shape"),
        ({"Y": 3.0}, "Y has shape"),
        ({"Y": [["a", "b"]]}, "dtype <U1"),
        ({"Y": [[1j, 1]]}, "dtype complex128"),
        ({"Y": [[0, 1]], "nodes": ["a", "b"]}, "nodes has 2 entries, but Y has 1 rows"),
        ({"Y": [[0, 1]], "labels": []}, "labels has 0 entries"),
        ({"Y": [[0, 1]], "labels": np.zeros(3)}, r"labels has shape \(3,\): give one label"),
        ({"Y": np.zeros((2, 1)), "labels": np.zeros((2, 3))}, r"labels has shape \(2, 3\): give one label"),
        ({"Y": np.zeros((2, 1)), "labels": [[0], [1]]}, "labels holds lists: give one label for each row"),
        ({"Y": np.zeros(7), "labels": "Louvain"}, "labels='Louvain': give one label .* 'louvain'"),
        ({"Y": np.zeros(7), "labels": "louvain"}, "give graph, too"),
        ({"Y": np.zeros(2), "labels": {"a": 1}}, "labels has none of the nodes as key, such as 0"),
    ],
)
def test_embedding_errors(tmp_path, arguments, match):
    with pytest.raises(ValueError, match=match):
        write_embedding(tmp_path / "y.csv", **arguments)
    assert not list(tmp_path.iterdir())


def test_embedding_needs_a_folder_and_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="create it first"):
        write_embedding(tmp_path / "none" / "y.csv", [[0, 1]])
    (tmp_path / "y.csv").mkdir()
    for function in (load_embedding, lambda path: write_embedding(path, [[0, 1]])):
        with pytest.raises(ValueError, match="is not a regular file"):
            function(tmp_path / "y.csv")


# Provenance


def test_an_estimator_keeps_its_provenance(tmp_path):
    write_embedding(tmp_path / "y.npz", FITTED, labels=[KARATE.nodes[k]["club"] for k in KARATE])
    saved = load_embedding(tmp_path / "y.npz")
    np.testing.assert_array_equal(saved.coordinates, FITTED.embedding_)
    assert saved.coordinates.dtype == np.float32
    assert saved.nodes == list(KARATE)
    assert saved.labels[:2] == ["Mr. Hi", "Mr. Hi"]
    found = saved.provenance
    assert (found["seed"], found["n_iter"], found["kl_divergence"]) == (3, 30, FITTED.kl_divergence_)
    assert found["graph_hash"] == graph_hash(KARATE)
    assert found["parameters"]["max_iter"] == 30
    assert set(found["parameters"]) == set(FITTED.get_params())
    assert found["version"]
    assert found["libraries"]["numpy"] == np.__version__
    again = SGtSNEpi(**found["parameters"]).fit(KARATE)
    np.testing.assert_array_equal(again.embedding_, saved.coordinates)


def test_parameters_that_are_no_json_leave_a_trace(tmp_path):
    def watch(*_):
        return None

    rng = np.random.default_rng(0)
    start = np.random.default_rng(1).standard_normal((34, 2))
    write_embedding(tmp_path / "y.npz", SGtSNEpi(random_state=rng, Y0=start, max_iter=2, callback=watch).fit(KARATE))
    found = load_embedding(tmp_path / "y.npz").provenance
    assert found["seed"] is None
    assert found["parameters"]["random_state"] == "Generator"
    assert found["parameters"]["Y0"]["array"] == [34, 2]
    assert "watch" in found["parameters"]["callback"]


def test_names_of_any_kind_come_back(tmp_path):
    Y = np.arange(len(NAMES), dtype=float)
    write_embedding(tmp_path / "y.npz", Y, nodes=NAMES, labels=NAMES[::-1])
    saved = load_embedding(tmp_path / "y.npz")
    assert saved.nodes == NAMES
    assert list(map(type, saved.nodes)) == list(map(type, NAMES))
    assert saved.labels == NAMES[::-1]
    np.testing.assert_array_equal(saved.coordinates, Y[:, None])


def test_numpy_names_are_numbers(tmp_path):
    write_embedding(tmp_path / "y.npz", [1, 2], nodes=np.array([5, 7]), labels=np.array([0.5, 1], np.float32))
    saved = load_embedding(tmp_path / "y.npz")
    assert (saved.nodes, saved.labels) == ([5, 7], [0.5, 1.0])


def test_names_that_no_file_keeps(tmp_path):
    with pytest.raises(ValueError, match=r"nodes holds frozenset.*type frozenset.*give numbers"):
        write_embedding(tmp_path / "y.npz", [1.0], nodes=[frozenset()])
    assert not list(tmp_path.iterdir())


def test_positions_and_graph_order(tmp_path):
    G = nx.Graph([("c", "a"), ("a", "b")])
    pos = sgtsne_layout(G, seed=0)
    shuffled = {node: pos[node] for node in "abc"}
    write_embedding(tmp_path / "y.npz", shuffled, graph=G)
    saved = load_embedding(tmp_path / "y.npz")
    assert saved.nodes == ["c", "a", "b"]
    for node, place in saved.positions.items():
        np.testing.assert_array_equal(place, pos[node])
    assert saved.provenance["graph_hash"] == graph_hash(G)
    write_embedding(tmp_path / "again.npz", saved)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "y.npz").read_bytes()


def test_graph_hash_is_of_the_graph_alone():
    A = nx.to_scipy_sparse_array(KARATE, format="csr")
    assert graph_hash(A) == graph_hash(A.tocoo()) == graph_hash(KARATE) == graph_hash(A.toarray())
    assert graph_hash(nx.relabel_nodes(KARATE, str)) == graph_hash(KARATE)
    changed = A.copy()
    changed.data[0] += 1
    assert len({graph_hash(A), graph_hash(changed), graph_hash(as_graph(A, weight=None))}) == 3
    arcs = nx.DiGraph([(0, 1)])
    assert graph_hash(arcs) != graph_hash(arcs.to_undirected())


# Every format


@pytest.mark.parametrize("suffix", [suffix for suffix in READ if suffix != ".parquet"])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_round_trip(tmp_path, suffix, d):
    rng = np.random.default_rng(0)
    Y, labels = rng.standard_normal((34, d)).astype(np.float32), rng.integers(0, 3, 34).tolist()
    labels[4] = None
    path = tmp_path / f"y{suffix}"
    write_embedding(path, Y, labels=labels, graph=KARATE)
    saved = load_embedding(path)
    assert saved.labels == labels
    assert saved.nodes == (list(map(str, KARATE)) if suffix in DRAWN else list(KARATE))
    got = saved.coordinates
    if suffix in DRAWN:
        Y = np.pad(Y, ((0, 0), (0, max(2 - d, 0))))
        factor = got[0, 0] / Y[0, 0]
        assert factor == 2.0 ** round(np.log2(factor)) > 1
        got = got / factor
    np.testing.assert_array_equal(got.astype(np.float32), Y)


@pytest.mark.parametrize("make", [lambda G: G, igraph.Graph.from_networkx])
def test_attributes_of_nodes_reach_gephi_and_cytoscape(tmp_path, make):
    G = nx.Graph([("ann", "bob"), ("bob", "cid")])
    nx.set_node_attributes(G, {"ann": "Łódź", "bob": "Paris\x07"}, "town")
    nx.set_node_attributes(G, {"ann": np.int64(31), "bob": 44, "cid": None}, "age")
    nx.set_node_attributes(G, {"ann": 1.5, "bob": 2, "cid": float("nan")}, "score")
    nx.set_node_attributes(G, {"ann": 1, "bob": "two", "cid": date(2001, 2, 3)}, "mixed")
    nx.set_node_attributes(G, {"ann": [1], "bob": [2], "cid": [3]}, "lists")
    nx.set_node_attributes(G, 7, "start")  # which would be a time in GEXF
    graph = make(G)
    want = {
        "ann": {"town": "Łódź", "age": 31, "score": 1.5, "mixed": "1"},
        "bob": {"town": "Paris", "age": 44, "score": 2.0, "mixed": "two"},
        "cid": {"mixed": "2001-02-03"},
    }
    names = list(G)
    for suffix in DRAWN:
        write_embedding(tmp_path / f"g{suffix}", np.eye(3)[:, :2], names, graph=graph)
    for read in (nx.read_gexf(tmp_path / "g.gexf"), nx.read_graphml(tmp_path / "g.graphml")):
        got = {name: {k: v for k, v in data.items() if k in want["ann"]} for name, data in read.nodes(data=True)}
        assert got == want
        assert not any({"lists", "start"} & set(data) for _, data in read.nodes(data=True))
    found = json.loads((tmp_path / "g.cyjs").read_text())["elements"]["nodes"]
    assert {k: v for k, v in found[0]["data"].items() if k in want["ann"]} == want["ann"]
    assert load_embedding(tmp_path / "g.gexf").nodes == names


@pytest.mark.parametrize("suffix", [".gexf", ".graphml"])
@pytest.mark.parametrize("direction", ["symmetric", "out"])
def test_from_edge_list_to_gephi_and_back(tmp_path, suffix, direction):
    (tmp_path / "edges.csv").write_text("source,target,weight\nann,b & <c>,2\nb & <c>,cid,0.1\n")
    graph = read_graph(tmp_path / "edges.csv")
    if direction == "out":
        graph = as_graph(nx.DiGraph([("ann", "b & <c>"), ("b & <c>", "cid")]), direction="out")
    estimator = SGtSNEpi(random_state=0, max_iter=10).fit(graph)
    write_embedding(tmp_path / f"y{suffix}", estimator)
    back, saved = read_graph(tmp_path / f"y{suffix}", direction=direction), load_embedding(tmp_path / f"y{suffix}")
    np.testing.assert_array_equal(back.adjacency.toarray(), graph.adjacency.toarray())
    assert back.nodes == saved.nodes == graph.nodes
    ratio = saved.coordinates / estimator.embedding_
    np.testing.assert_allclose(ratio, ratio[0, 0])


@pytest.mark.parametrize(
    "labels",
    [
        {"c": 3, "a": 1, "b": 2, "d": 4},
        pd.Series({"c": 3, "a": 1, "b": 2, "d": 4}),
        pd.Series([1, 2, 3], dtype="category"),
        {"a": 1, "b": 2, "c": 3}.values(),
        iter([1, 2, 3]),
    ],
)
def test_labels_belong_to_nodes(tmp_path, labels):
    write_embedding(tmp_path / "y.csv", [1, 2, 3], nodes=["a", "b", "c"], labels=labels)
    assert load_embedding(tmp_path / "y.csv").labels == [1, 2, 3]


def test_labels_of_nodes_that_are_their_rows(tmp_path):
    """A Series by its order and a dict by its keys, as on the picture."""
    for labels, want in ((pd.Series([1, 2, 3], index=[2, 0, 1]), [1, 2, 3]), ({2: 1, 0: 2}, [2, None, 1])):
        write_embedding(tmp_path / "y.csv", [1, 2, 3], labels=labels)
        assert load_embedding(tmp_path / "y.csv").labels == want


def test_communities_as_labels(tmp_path):
    write_embedding(tmp_path / "y.npz", FITTED, labels="louvain")
    assert load_embedding(tmp_path / "y.npz").labels == louvain_names(KARATE)


MISSING = [
    ["a", np.nan, "b"],
    ["a", pd.NA, "b"],
    [1, None, 2**63],
    [0.5, np.nan, 2.5],
    [0.5, pd.NaT, 2.5],
    pd.Series([0, None, 1], dtype="Int64"),
    np.array([0.5, np.nan, 1.5]),
]


@pytest.mark.parametrize("suffix", READ)
@pytest.mark.parametrize("labels", MISSING, ids=repr)
def test_a_missing_label_stays_missing(tmp_path, suffix, labels):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    write_embedding(tmp_path / f"y{suffix}", [1, 2, 3], labels=labels)
    first, gap, last = load_embedding(tmp_path / f"y{suffix}").labels
    assert gap is None
    assert [first, last] == list(labels)[::2]


def test_arcs_are_written_as_they_are(tmp_path):
    D = nx.DiGraph()
    D.add_weighted_edges_from([("a", "b", 2), ("b", "a", 5), ("b", "c", 1), ("c", "c", 1)])
    for suffix, read in ((".gexf", nx.read_gexf), (".graphml", nx.read_graphml)):
        with pytest.warns(GraphWarning) as caught:
            write_embedding(tmp_path / f"y{suffix}", [1, 2, 4], graph=D)
        assert len(caught) == 1
        G = read(tmp_path / f"y{suffix}")
        assert G.is_directed()
        assert list(G.edges(data="weight")) == [("a", "b", 2), ("b", "a", 5), ("b", "c", 1)]
    D.remove_edge("c", "c")
    write_embedding(tmp_path / "y.cyjs", [1, 2, 4], graph=D)
    edges = [edge["data"] for edge in json.loads((tmp_path / "y.cyjs").read_text())["elements"]["edges"]]
    assert [(edge["source"], edge["target"], edge["weight"]) for edge in edges] == list(D.edges(data="weight"))
    write_embedding(tmp_path / "y.npz", [1, 2, 4], graph=D)
    assert load_embedding(tmp_path / "y.npz").provenance["graph_hash"] == graph_hash(D)


GEPHI = """<?xml version='1.0' encoding='UTF-8'?>
<gexf xmlns="http://gexf.net/1.3" version="1.3" xmlns:viz="http://gexf.net/1.3/viz"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd">
  <meta lastmodifieddate="2024-05-01"><creator>Gephi 0.10</creator></meta>
  <graph defaultedgetype="undirected" mode="static">
    <attributes class="node" mode="static"><attribute id="class" title="class" type="string"/></attributes>
    <nodes count="2">
      <node id="0" label="ann"><attvalues><attvalue for="class" value="x"/></attvalues>
        <viz:size value="10.0"/><viz:position x="-12.5" y="3.25" z="0.0"/><viz:color r="1" g="2" b="3"/></node>
      <node id="1" label="bob"><viz:size value="10.0"/><viz:position x="7.0" y="-1.0"/></node>
    </nodes>
    <edges count="1"><edge id="0" source="0" target="1" weight="2.0"/></edges>
  </graph>
</gexf>"""


def test_what_gephi_itself_writes(tmp_path):
    (tmp_path / "g.gexf").write_text(GEPHI)
    saved = load_embedding(tmp_path / "g.gexf")
    assert saved.coordinates.tolist() == [[-12.5, 3.25], [7.0, -1.0]]
    assert (saved.nodes, saved.labels) == (["ann", "bob"], ["x", None])
    assert read_graph(tmp_path / "g.gexf").nodes == saved.nodes
    assert read_graph(tmp_path / "g.gexf").adjacency[0, 1] == 2


def test_gephi_and_cytoscape_find_what_they_look_for(tmp_path):
    Y = [[0, 0], [1, 2], [4, 8]]
    options = {"nodes": ["a", "b", "c"], "labels": ["x", None, "y"], "graph": [[0, 3, 0], [3, 0, 0], [0, 0, 0]]}
    for suffix in DRAWN:
        write_embedding(tmp_path / f"y{suffix}", Y, **options)
    factor = 8  # the median of the distances to the nearest is 2.2
    G = nx.read_gexf(tmp_path / "y.gexf")
    assert G.nodes["b"]["viz"]["position"] == {"x": factor, "y": 2 * factor, "z": 0}
    assert (G.nodes["a"]["label"], G.nodes["a"]["class"], G["a"]["b"]["weight"]) == ("a", "x", 3)
    G = nx.read_graphml(tmp_path / "y.graphml")
    assert G.nodes["b"] == {"x": factor, "y": 2 * factor, "label": "b"}
    assert (G.nodes["c"]["class"], G["a"]["b"]["weight"]) == ("y", 3)
    elements = json.loads((tmp_path / "y.cyjs").read_text())["elements"]
    assert elements["nodes"][1] == {"data": {"id": "b", "name": "b"}, "position": {"x": factor, "y": -2 * factor}}
    assert elements["edges"] == [{"data": {"id": "e0", "source": "a", "target": "b", "weight": 3}}]


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    write_embedding(tmp_path / "y.parquet", FITTED, labels=["x"] * 34)
    saved = load_embedding(tmp_path / "y.parquet")
    np.testing.assert_array_equal(saved.coordinates, FITTED.embedding_)
    assert (saved.nodes, saved.labels) == (list(KARATE), ["x"] * 34)
    write_embedding(tmp_path / "y.parquet", [1.0, 2.0], nodes=[1, "a"])
    assert load_embedding(tmp_path / "y.parquet").nodes == ["1", "a"]
    for items in ([True, None, False], [None] * 3, [None, 2**64 - 1, 0], np.array([5, 7])):
        write_embedding(tmp_path / "y.parquet", np.zeros(len(items)), nodes=items, labels=items)
        saved = load_embedding(tmp_path / "y.parquet")
        assert saved.nodes == saved.labels == list(items)
    write_embedding(tmp_path / "y.parquet", [1.0, 2.0], nodes=[2**64, -1])  # beyond 64 bits
    assert load_embedding(tmp_path / "y.parquet").nodes == [str(2**64), "-1"]
    (tmp_path / "y.parquet").write_bytes(b"junk")
    with pytest.raises(ValueError, match=r"y\.parquet"):
        load_embedding(tmp_path / "y.parquet")


@pytest.mark.parametrize("missing", ["pandas", "pyarrow"])
def test_parquet_without_an_engine_names_the_remedy(tmp_path, monkeypatch, missing):
    for name in {missing, "fastparquet"}:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r'pip install "sggraph\[parquet\]"'):
        write_embedding(tmp_path / "y.parquet", [1.0])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("'=1", "''=1"),
        ("'quoted", "'quoted"),
        (-7, "-7"),
        (-1.5e-7, "-1.5e-07"),
        ("+4", "+4"),
        ("a=1", "a=1"),
    ],
)
def test_spreadsheets_run_no_names(text, harmless):
    assert escaped(text) == harmless
    assert unescaped(harmless) == str(text)


CYJS = '{"elements": {"nodes": [{"data": {"id": "a", "z": 4.5}, "position": {"x": 1.25, "y": 2.5}}]}}'


def bytes_of(write, *arguments):
    buffer = io.BytesIO()
    write(buffer, *arguments)
    return buffer.getvalue()


BROKEN = [
    ("y.csv", "", "first line is '' where it needs node, x"),
    ("y.csv", "node,x\na,1,2\n", "line 2 has 3 columns where it needs 2"),
    ("y.csv", "node,x\na,one\n", "line 2 has the coordinate 'one'"),
    ("y.tsv", "node,x\na,1\n", "first line"),
    ("y.csv", "\ud800".encode("utf-16", "surrogatepass"), "not UTF-16 text, byte 3 is 0x0: save it as UTF-8"),
    ("y.npz", "", "cannot be read as an embedding: it is not a .npz file"),
    ("y.npz", "junk", "cannot be read as an embedding: it is not a .npz file"),
    ("y.npz", "PK\3\4" * 9, "cannot be read as an embedding: File is not a zip file"),
    ("y.npz", bytes_of(np.save, np.zeros(3)), r"a single array \(.npy\)"),
    ("y.cyjs", "{}", "lacks elements"),
    ("y.cyjs", "[" * 100_000, "lacks elements|recursion|deeply"),
    ("y.cyjs", '{"elements": {"nodes": [{"data": {"id": "a"}}]}}', "'a' has no position"),
    ("y.cyjs", CYJS.replace("1.25", "null"), "a position of numbers"),
    ("y.cyjs", CYJS.replace("2.5", "null"), "a position of numbers"),
    ("y.cyjs", CYJS.replace("4.5", "null"), "a position of numbers"),
    ("y.gexf", GEPHI.replace("viz:position", "viz:place"), "'ann' has no position"),
    ("y.gexf", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><gexf/>', "DOCTYPE"),
    ("y.graphml", "<graphml/>", "cannot be read"),
]


@pytest.mark.parametrize(("name", "content", "match"), BROKEN, ids=str)
def test_broken_embeddings(tmp_path, name, content, match):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ValueError, match=match) as caught:
        load_embedding(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"sggraph_embedding": np.array(9)}, "newer sggraph"),
        ({"coordinates": np.array([{}], object)}, "pickle|Object arrays"),
        ({"coordinates": np.zeros((2, 9))}, r"shape \(2, 9\)"),
        ({"nodes": np.frombuffer(b"[1]", np.uint8)}, "2 rows but 1 names"),
        ({"nodes": np.frombuffer(b'{"a": 1}', np.uint8)}, "not what write_embedding writes"),
        ({"nodes": np.frombuffer(b"[[1], 2]", np.uint8)}, r"the name \[1\]"),
        ({"nodes": np.frombuffer(b"[" * 100_000, np.uint8)}, "deeply"),
        ({"sggraph_embedding": None}, "not what write_embedding writes"),
    ],
)
def test_broken_npz(tmp_path, change, match):
    write_embedding(tmp_path / "y.npz", [[0.0, 1], [2, 3]])
    with np.load(tmp_path / "y.npz") as parts:
        content = dict(parts) | change
    np.savez(tmp_path / "y.npz", **{name: part for name, part in content.items() if part is not None})
    with pytest.raises(ValueError, match=match):
        load_embedding(tmp_path / "y.npz")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"Y": SGtSNEpi()}, "Y is a SGtSNEpi that is not fitted"),
        ({"Y": {}}, "Y is an empty dict"),
        ({"Y": {"a": [0, 1]}, "nodes": ["b"]}, "Y has no position for 1 of the nodes, such as 'b'"),
        ({"Y": {"a": [0, 1], "b": [1]}}, "the same length"),
        ({"Y": [[0, 1]], "graph": KARATE}, "graph has 34 nodes but Y has 1 rows"),
        ({"Y": [0, 1], "nodes": [1, "1"]}, "nodes holds '1' twice"),
        ({"Y": [0], "nodes": ["a\x00"]}, "XML cannot keep"),
        ({"Y": [0], "labels": ["\ud800"]}, "XML cannot keep"),
        ({"Y": [np.nan]}, "NaN"),
    ],
)
def test_what_cannot_be_drawn(tmp_path, arguments, match):
    with pytest.raises(ValueError, match=match):
        write_embedding(tmp_path / "y.gexf", **arguments)
    assert not list(tmp_path.iterdir())


def test_a_name_that_comes_twice_is_found_without_comparing_all(tmp_path):
    compared = []

    class Name(str):
        __hash__ = str.__hash__

        def __str__(self):
            return self

        def __eq__(self, other):
            compared.append(other)
            return str.__eq__(self, other)

    nodes = [Name(k) for k in (*range(300), 299)]
    with pytest.raises(ValueError, match="nodes holds '299' twice"):
        write_embedding(tmp_path / "y.cyjs", np.zeros(301), nodes=nodes)
    assert len(compared) < 10


@pytest.mark.parametrize("path", [None, 5, b"y.csv"])
@pytest.mark.parametrize(
    "function",
    [load_embedding, lambda path: write_embedding(path, [0])],
    ids=["load", "write"],
)
def test_what_is_no_name_of_a_file(function, path):
    with pytest.raises(TypeError, match=f"^path={path!r}: give the name of a file"):
        function(path)


@pytest.mark.parametrize("function", [load_embedding, lambda path: write_embedding(path, [0])])
def test_unknown_suffixes(tmp_path, function):
    with pytest.raises(ValueError, match=r"give a name that ends with \.npz, \.csv"):
        function(tmp_path / "y.pickle")


def test_missing_and_misnamed_files(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"y\.csv"):
        load_embedding(tmp_path / "y.csv")


def test_parameters_are_those_of_the_fit(tmp_path):
    estimator = SGtSNEpi(max_iter=7, random_state=3).fit(nx.path_graph(5)).set_params(max_iter=99, random_state=4)
    write_embedding(tmp_path / "a.npz", estimator)
    provenance = load_embedding(tmp_path / "a.npz").provenance
    assert (provenance["parameters"]["max_iter"], provenance["seed"]) == (7, 3)


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["0.50", "", "1.25"], [0.5, None, 1.25]),
        (["1.10", "1.1"], ["1.10", "1.1"]),
        (["007", "8"], ["007", "8"]),
        (["3", "10", ""], [3, 10, None]),
        (["1.0", "2"], [1.0, 2.0]),
        ([], []),
        (["", ""], [None, None]),
    ],
)
def test_labels_that_are_decimals_are_numbers(texts, labels):
    found = with_gaps(texts)
    assert found == labels
    assert list(map(type, found)) == list(map(type, labels))


def test_a_series_of_labels_is_read_as_on_pictures(tmp_path):
    """By node where nodes have names, numbers or not; else by row, whatever its index is."""
    G, Y = nx.path_graph(4), np.arange(8.0).reshape(4, 2)
    labels = pd.Series(list("abcd")).iloc[[2, 0, 1, 3]]
    by_node, by_row = list("abcd"), list("cabd")
    samples = SGtSNEpi(n_neighbors=2, perplexity=1, max_iter=2).fit(Y)
    fitted = SGtSNEpi(max_iter=2).fit(G)
    matrix = nx.to_numpy_array(G)
    for embedding, named, expected in (
        (Y, {"graph": G}, by_node),
        (Y, {"nodes": range(4)}, by_node),
        (dict(enumerate(Y)), {}, by_node),
        (fitted, {}, by_node),
        (Y, {}, by_row),
        (Y, {"graph": matrix}, by_row),
        (samples, {}, by_row),
    ):
        write_embedding(tmp_path / "a.npz", embedding, labels=labels, **named)
        assert load_embedding(tmp_path / "a.npz").labels == expected


def test_a_graph_in_another_order_is_refused(tmp_path):
    G = nx.path_graph(["a", "b", "c", "d"])
    H = nx.Graph()
    H.add_nodes_from("dbac")
    H.add_edges_from(G.edges)
    fitted = SGtSNEpi(max_iter=2).fit(G)
    for embedding, names in ((fitted, None), (fitted.embedding_, list(G))):
        with pytest.raises(ValueError, match="graph lists the nodes in another order"):
            write_embedding(tmp_path / "a.graphml", embedding, names, graph=H)
    positions = dict(zip(G, fitted.embedding_, strict=True))
    write_embedding(tmp_path / "a.graphml", positions, graph=H)
    assert set(map(frozenset, nx.read_graphml(tmp_path / "a.graphml").edges)) == set(map(frozenset, G.edges))
