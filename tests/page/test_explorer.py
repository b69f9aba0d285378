"""page/explorer.py: one file that asks for nothing, whatever is called whatever."""

import html
import re
from datetime import UTC, date, datetime

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from page_probes import facts_of, numbers_of
from scipy.sparse import csr_array

import sggraph as sg
from sggraph.page import edges, explorer, template
from sggraph.page.columns import from_edge_columns, unzigzag

HOSTILE = [
    "</script><script>alert(1)</script>",
    "\"'&<>",
    "שלום\u202e",
    "👩‍🚀",
    "x" * 10_000,
    "{{facts}}",
    "\u2028",
    "=1+1",
    "\ud800",
]
CODE = (*template.SCRIPTS, "viewer.css")


def places_of(page):
    facts = facts_of(page)
    columns = [np.cumsum(unzigzag(numbers_of(page, column))) for column in facts["places"]]
    return np.column_stack(columns) * facts["unit"] + facts["low"]


@pytest.mark.parametrize("d", [1, 2, 3])
def test_places_edges_and_classes_are_found_again(d):
    G = nx.gnp_random_graph(200, 0.05, seed=0)
    Y = np.random.default_rng(0).normal(size=(200, d))
    labels = [None if i % 7 == 0 else f"class {i % 3}" for i in range(200)]
    page = sg.explore(Y, labels, graph=G, values={"height": Y[:, 0]})
    facts = facts_of(page)
    rows = numbers_of(page, facts["rows"])
    assert np.array_equal(np.sort(rows), np.arange(200))
    extent = np.ptp(Y, axis=0).max()
    np.testing.assert_allclose(places_of(page), Y[rows], atol=extent / 65_535)
    row, col = from_edge_columns(*(numbers_of(page, facts["edges"][name]) for name in ("sizes", "gaps")))
    assert {frozenset(pair) for pair in zip(rows[row], rows[col], strict=True)} == {frozenset(edge) for edge in G.edges}
    classes, height = facts["columns"]
    codes = numbers_of(page, classes["data"]).astype(int) - 1
    assert [classes["names"][c] if c >= 0 else None for c in codes] == [labels[i] for i in rows]
    assert np.array_equal(numbers_of(page, height["data"]).view(np.float32), Y[rows, 0].astype(np.float32))


def test_an_edge_takes_about_a_byte_and_a_node_four():
    """1.2 bytes an edge is what a picture's order gives; names, sizes and base64 come on top."""
    counties = sg.datasets.load_us_counties()
    page = sg.explore(counties)
    code = sum(len(template.files("sggraph.page").joinpath(name).read_text()) for name in CODE)
    assert len(page.html) - code < 30 * 3106


def test_the_page_asks_for_nothing():
    page = sg.explore([[0, 1], [2, 3]], ["a", "b"]).html
    assert not re.search(r"(src|href)=", page.replace('href="${', ""))
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert not re.search(r"\son[a-z]+=", page)
    assert not re.search(r"\beval\(|new Function", page)


def test_nothing_in_the_page_is_called_twice():
    G = nx.DiGraph([("a", "b"), ("b", "c")])
    Y = np.arange(9.0).reshape(3, 3)
    page = sg.explore(Y, ["x", "y", "x"], graph=G, values={"z": Y[:, 0]}, edge_time=[1, 2])
    called = re.findall(r'<[^>]*\bid="([^"]+)"', page.html)
    assert {"place2", "column1", "kinds", "times", "names"} <= set(called)
    assert len(called) == len(set(called))


def test_hostile_names_are_text():
    n = len(HOSTILE)
    G = nx.relabel_nodes(nx.path_graph(n), dict(enumerate(HOSTILE)))
    page = sg.explore(np.arange(2.0 * n).reshape(n, 2), HOSTILE, graph=G, title=HOSTILE[0])
    assert page.html.count("<script>") == 1
    assert "alert(1)</script>" not in page.html
    assert set(facts_of(page)["columns"][0]["names"]) == set(HOSTILE)


def test_what_can_be_looked_into(tmp_path):
    counties = sg.datasets.load_us_counties()
    estimator = sg.SGtSNEpi(random_state=0, max_iter=5).fit(nx.karate_club_graph())
    positions = sg.sgtsne_layout(nx.path_graph(["a", "b", "c"]), seed=0, max_iter=5)
    sg.write_embedding(tmp_path / "y.npz", estimator)
    for Y, n in (
        (counties, 3106),
        (estimator, 34),
        (positions, 3),
        (sg.load_embedding(tmp_path / "y.npz"), 34),
        ([1.0, 2.0, 3.0, 4.0], 4),
        (sg.embed_sequence([nx.path_graph(5), nx.cycle_graph(5)], max_iter=5)[1], 5),
    ):
        assert facts_of(sg.explore(Y))["n"] == n
    assert facts_of(estimator.explore("louvain"))["columns"][0]["names"][0] == "community 1"
    assert facts_of(estimator.explore())["edges"]["gaps"]["count"] == 78
    with pytest.raises(ValueError, match="Y is a Dataset without positions"):
        sg.explore(sg.datasets.make_rmat(5))


def times_of(page):
    """{names of the two ends: time} of the edges in the page."""
    facts = facts_of(page)
    row, col = from_edge_columns(*(numbers_of(page, facts["edges"][name]) for name in ("sizes", "gaps")))
    times = numbers_of(page, facts["edges"]["time"]["data"]).view(np.float32).tolist()
    called = [page.embedding.nodes[i] for i in page.rows]
    return {tuple(sorted((called[a], called[b]))): t for a, b, t in zip(row, col, times, strict=True)}


def test_labels_have_the_name_of_their_attribute():
    G = nx.path_graph(4)
    nx.set_node_attributes(G, dict(enumerate("abab")), "licence")
    Y, series = np.random.default_rng(0).normal(size=(4, 2)), pd.Series([1.5, 2, 3, 4], name="age")
    palette = {"a": "#ff0000", "b": "#0000ff"}
    page = sg.explore(Y, "licence", graph=G, values={"age": series}, palette=palette)
    assert [column["name"] for column in facts_of(page)["columns"]] == ["licence", "age"]
    assert facts_of(page)["columns"][0]["light"] == [[255, 0, 0], [0, 0, 255]]
    named = {
        "licence": sg.explore(Y, "licence", graph=G),
        "age": sg.explore(Y, series),
        "": sg.explore(Y, "louvain", graph=G),
    }
    for name, page in named.items():
        assert facts_of(page)["columns"][0]["name"] == name
    twice = facts_of(sg.explore(Y, "licence", graph=G, values={"licence": series}))["columns"]
    assert [(column["name"], column["kind"]) for column in twice] == [("", "classes"), ("licence", "values")]


def test_edges_have_times():
    """Of several the least, none where there is none, whatever the graph is and whoever is left out."""
    G = nx.MultiDiGraph()
    G.add_edges_from([("c", "a", {"year": 1990}), ("a", "c", {"year": 1980}), ("a", "c", {"year": 2000})])
    G.add_edges_from(
        [("b", "c", {"year": None}), ("d", "b", {"year": 1970}), ("d", "e", {"year": 1960}), ("d", "c", {})]
    )
    Y = [[0, 0], [1, 5], [3, 2], [4, 1], [np.nan, np.nan]]  # c, a, b, d, e
    wanted = {("a", "c"): 1980, ("b", "d"): 1970, ("b", "c"): None, ("c", "d"): None}
    by_edge = {edge: t for *edge, t in G.edges(data="year", keys=True) if t for edge in [tuple(edge)]}
    for edge_time in ("year", by_edge, [t for *_, t in G.edges(data="year")]):
        page = sg.explore(Y, graph=G, edge_time=edge_time)
        assert {edge: None if t != t else t for edge, t in times_of(page).items()} == wanted
        time = facts_of(page)["edges"]["time"]
        assert (time["min"], time["max"], time["dates"]) == (1970, 1980, False)
        assert time["name"] == ("year" if edge_time == "year" else "time")


def test_times_of_matrices_tables_and_dates():
    pandas = pytest.importorskip("pandas")
    Y, A = [[0, 0], [1, 2], [3, 1]], csr_array(([5.0, 7.0], ([0, 2], [1, 1])), shape=(3, 3))
    assert times_of(sg.explore(Y, graph=A, edge_time=A)) == {(0, 1): 5, (1, 2): 7}
    table = pandas.DataFrame({"source": [0, 1], "target": [1, 2], "weight": [1, 1], "year": [1999, 2001]})
    assert times_of(sg.explore(Y, graph=table, edge_time="year")) == {(0, 1): 1999, (1, 2): 2001}
    days = table.assign(year=pandas.to_datetime(["1970-01-02", None]))
    assert times_of(sg.explore(Y, graph=days, edge_time="year"))[0, 1] == 86400
    with pytest.raises(ValueError, match="the edges have one of"):
        sg.explore(Y, graph=days, edge_time="when")
    G = nx.path_graph(3)
    for day in (
        date(1970, 1, 11),
        np.datetime64("1970-01-11"),
        "1970-01-11",
        datetime(1970, 1, 11, tzinfo=UTC),
        pandas.Timestamp(1970, 1, 11),
    ):
        page = sg.explore(Y, graph=G, edge_time=[day, None])
        assert times_of(page)[0, 1] == 10 * 86400
        assert facts_of(page)["edges"]["time"]["dates"]
    assert facts_of(sg.explore(Y, graph=G))["edges"]["time"] is None


def test_nodes_without_a_place_are_left_out():
    Y = np.array([[0.0, 0], [np.nan, np.nan], [1, 1]])
    page = sg.explore(Y, ["a", "b", "c"], graph=([0, 1], [1, 2]))
    assert facts_of(page)["n"] == 2
    assert facts_of(page)["edges"]["gaps"]["count"] == 0


def test_files(tmp_path):
    path = tmp_path / "map.html"
    sg.explore([[0, 1], [2, 3]], title="Two").save(path)
    assert "<title>Two</title>" in path.read_text("utf-8")
    sg.write_embedding(path, {"ann": (0, 1), "bob": (2, 3)}, labels=["x", "y"])
    assert path.read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(ValueError, match="it is a page to look at"):
        sg.load_embedding(path)
    with pytest.raises(ValueError, match=r"a name that ends with \.html"):
        sg.explore([[0, 1], [2, 3]]).save(tmp_path / "map.png")


def test_notebooks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = sg.explore([[0, 1], [2, 3]])
    bundle = page._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    inner = re.search(r'srcdoc="([^"]*)"', bundle["text/html"]).group(1)
    assert html.unescape(inner) == page.html
    assert "allow-same-origin" not in bundle["text/html"]
    monkeypatch.setattr(explorer, "IN_CELL", 10)
    assert "sggraph_map.html" in page._repr_mimebundle_()["text/html"]
    assert (tmp_path / "sggraph_map.html").read_text("utf-8") == page.html


def test_too_large_is_refused_and_too_many_edges_are_told(monkeypatch):
    monkeypatch.setattr(explorer, "MOST_NODES", 3)
    with pytest.raises(ValueError, match="Y has 4 rows: give at most 3"):
        sg.explore(np.zeros((4, 2)))
    monkeypatch.setattr(edges, "MOST_EDGES", 2)
    with pytest.warns(RuntimeWarning, match="graph has 3 edges: the page keeps a random sample of 2"):
        page = sg.explore(np.eye(3), graph=nx.complete_graph(3))
    assert facts_of(page)["edges"]["gaps"]["count"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"title": 3}, "title=3"),
        ({"values": ["a", "b"]}, "values="),
        ({"node_names": "ab"}, "node_names='ab'"),
        ({"node_names": ["a"]}, "node_names"),
        ({"node_names": 2}, "node_names=2: give True, False"),
        ({"labels": ["a"]}, "labels"),
        ({"values": {"x": [1]}}, "labels has shape"),
        ({"palette": "no such"}, "palette='no such'"),
        ({"node_size": "age"}, "node_size='age'"),
        ({"node_size": 3}, "node_size=3"),
        ({"node_size": [1]}, "node_size has shape"),
        ({"node_size": [1, -1]}, "node_size has negative"),
        ({"edge_width": "weight"}, "edge_width='weight'.*graph, too, whose edges have a width"),
        ({"edge_width": "weight", "graph": nx.path_graph(2)}, "the edges have no attributes"),
        (
            {"edge_width": "length", "graph": sg.as_graph(nx.path_graph(2))},
            "graph, too, whose edges have it, or a width",
        ),
        ({"edge_width": 0, "graph": nx.path_graph(2)}, "edge_width=0: give a width"),
        ({"edge_width": True, "graph": nx.path_graph(2)}, "edge_width=True: give a width"),
        ({"edge_width": [1, 2], "graph": nx.path_graph(2)}, r"edge_width=\[1, 2\]: give a width"),
        ({"edge_width": [-1], "graph": nx.path_graph(2)}, "edge_width has negative"),
        ({"edge_width": [None], "graph": nx.path_graph(2)}, "edge_width has no numbers"),
        ({"edge_width": ["wide"], "graph": nx.path_graph(2)}, "edge_width has 'wide'"),
        ({"edge_width": {(0, 2): 1}, "graph": nx.path_graph(2)}, "edge_width has the key"),
        ({"edge_width": csr_array((3, 3)), "graph": nx.path_graph(2)}, "edge_width=.*: give a width"),
        ({"edge_time": "year"}, "edge_time='year'.*graph, too, whose edges have a time"),
        ({"edge_time": "year", "graph": nx.path_graph(2)}, "the edges have no attributes"),
        ({"edge_time": [1, 2], "graph": nx.path_graph(2)}, "edge_time"),
        ({"edge_time": {(0, 2): 1}, "graph": nx.path_graph(2)}, "edge_time has the key"),
        ({"edge_time": {(0, 1): "May"}, "graph": nx.path_graph(2)}, "time 'time' holds 'May'"),
        ({"edge_time": [None], "graph": nx.path_graph(2)}, "no edge has a time"),
        ({"edge_time": "year", "graph": sg.as_graph(nx.path_graph(2))}, "graph, too, whose edges have it"),
    ],
)
def test_what_is_not_understood_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        sg.explore([[0, 1], [2, 3]], **{"labels": ["a", "b"], **options})


def test_names_can_be_given_and_left_out():
    Y, G = np.eye(2), nx.path_graph(["ann", "bob"])
    assert facts_of(sg.explore(Y, graph=G))["names"]
    assert not facts_of(sg.explore(Y, graph=G, node_names=False))["names"]
    assert facts_of(sg.explore(Y, node_names=["x", "y"]))["named"]
