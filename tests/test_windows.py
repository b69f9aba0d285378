"""graph_windows: edges that have a time, cut into graphs."""

import datetime as dt

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pytest

import sggraph as sg

LETTERS = {"from": list("aabcd"), "to": list("bccde"), "year": [1901, 1901, 1902, 1904, 1909]}


def nodes_by_time(*args, **options):
    return {key: "".join(graph.nodes) for key, graph in sg.graph_windows(*args, **options).items()}


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_windows_of_a_table(frame):
    letters = frame(LETTERS)
    assert nodes_by_time(letters, "year") == {1901: "abc", 1902: "bc", 1904: "cd", 1909: "de"}
    with pytest.warns(sg.GraphWarning, match="no edge in 2 of 9 windows"):
        assert nodes_by_time(letters, "year", window=3, step=1)[1902] == "bcd"
    with pytest.warns(sg.GraphWarning, match="no edge in 2 of 5 windows"):
        assert nodes_by_time(letters, "year", window=2) == {1901: "abc", 1903: "cd", 1909: "de"}
    assert nodes_by_time(letters, "year", window="all") == {1901: "abc", 1902: "abc", 1904: "abcd", 1909: "abcde"}
    assert nodes_by_time(letters, "year", window="all", step=5) == {1906: "abcd", 1911: "abcde"}


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_edges_without_a_time_are_in_no_window(nothing):
    letters = pd.DataFrame(LETTERS)
    times = pd.Series([1901, nothing, 1902, 1904, 1909], dtype=object)
    with pytest.warns(sg.GraphWarning, match="without a time .year., 1 of 5"):
        assert nodes_by_time(letters.assign(year=times), "year")[1901] == "ab"


def test_the_end_of_a_window_is_not_in_it_and_the_last_time_is():
    times = pd.DataFrame({"source": list("abcd"), "target": list("bcde"), "t": [0.0, 1.0, 2.0, 3.0]})
    found = nodes_by_time(times, "t", window=1.5)
    assert found == {0.0: "abc", 1.5: "cd", 3.0: "de"}


def test_dates_and_texts_of_dates():
    letters = pd.DataFrame(LETTERS)
    texts = letters.assign(year=[f"{year}-06-01" for year in letters["year"]])
    assert list(nodes_by_time(texts, "year"))[:2] == ["1901-06-01", "1902-06-01"]
    dates = texts.assign(year=pd.to_datetime(texts["year"]))
    found = nodes_by_time(dates, "year", window=dt.timedelta(days=2000))
    assert list(found.values()) == ["abcd", "de"]
    assert next(iter(found)) == pd.Timestamp("1901-06-01")
    for same in (np.timedelta64(2000, "D"), "2000d", "48000 h", "2000 d"):
        assert nodes_by_time(dates, "year", window=same) == found


def test_networks_whose_edges_have_a_time():
    G = nx.MultiGraph([("a", "b", {"t": 1}), ("a", "b", {"t": 2}), ("b", "c", {"t": 2}), ("c", "d", {})])
    with pytest.warns(sg.GraphWarning, match="graph has edges without a time 't', 1 of 4"):
        found = sg.graph_windows(G, "t")
    assert {time: graph.nodes for time, graph in found.items()} == {1: ["a", "b"], 2: ["a", "b", "c"]}
    g = igraph.Graph.TupleList([("a", "b", 1), ("b", "c", 2)], edge_attrs=["t"])
    assert nodes_by_time(g, "t") == {1: "ab", 2: "bc"}


def test_weights_and_directions_are_read_as_ever():
    table = pd.DataFrame({"source": ["a", "a"], "target": ["b", "b"], "weight": [2.0, 3.0], "t": [0, 0]})
    (graph,) = sg.graph_windows(table, "t").values()
    assert graph.adjacency.toarray().tolist() == [[0, 5], [5, 0]]


def test_what_is_not_understood_is_refused_by_name():
    letters = pd.DataFrame(LETTERS)
    for options, match in (
        ({"window": -1}, "window=-1"),
        ({"window": dt.timedelta(days=1)}, "window="),
        ({"window": "year"}, "window='year'"),
        ({"window": "7d"}, "window="),
        ({"window": 1e-6}, "give longer ones"),
        ({"step": 0}, "step=0"),
    ):
        with pytest.raises(ValueError, match=match):
            sg.graph_windows(letters, "year", **options)
    with pytest.raises(ValueError, match="time='yaer': give a column of the table"):
        sg.graph_windows(letters, "yaer")
    with pytest.raises(ValueError, match="time='t': give an attribute of the edges"):
        sg.graph_windows(nx.path_graph(3), "t")
    with pytest.raises(ValueError, match="of which no times are known"):
        sg.graph_windows([("a", "b")], "t")
    with pytest.raises(ValueError, match="holds 'soon'"):
        sg.graph_windows(letters.assign(year=["1901", "soon", "1903", "1904", "1909"]), "year")
    with pytest.raises(ValueError, match="infinity"):
        sg.graph_windows(letters.assign(year=[1, 2, 3, 4, np.inf]), "year")
    with pytest.raises(ValueError, match="no edge has a time"):
        sg.graph_windows(letters.assign(year=[None] * 5), "year")
