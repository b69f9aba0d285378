"""The commands `sggraph sequence` and `sggraph update`, end to end, and what they refuse."""

import csv
import gzip
import sys

import networkx as nx
import numpy as np
import pytest
from PIL import Image

import sggraph as sg
from sggraph.cli import main
from sggraph.commands.changing import as_span

NOVEL = nx.les_miserables_graph()
EDGES = [(u, v, 1801 + k % 3, w) for k, (u, v, w) in enumerate(NOVEL.edges(data="weight"))]
FAST = ["--max-iter", "20", "--quiet"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test runs in a folder of its own, with the edges of a novel and their years, the last unknown."""
    monkeypatch.chdir(tmp_path)
    lines = [f"{u},{v},{year},{count}" for u, v, year, count in EDGES]
    (tmp_path / "edges.csv").write_text("\n".join(["from,to,year,count", *lines]) + "\n")
    return tmp_path


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def expected(**options):
    graph = nx.MultiGraph()
    graph.add_edges_from((u, v, {"year": year, "weight": count}) for u, v, year, count in EDGES)
    windows = {name: options.pop(name) for name in ("window", "step") if name in options}
    return sg.embed_sequence(sg.graph_windows(graph, "year", **windows), max_iter=20, **options)


def check_table(path, snapshots, axes="xy"):
    rows = rows_of(path)
    assert list(rows[0])[: 2 + len(axes)] == ["time", "node", *axes]
    want = [(str(each.time), node) for each in snapshots for node in each.nodes]
    assert [(row["time"], row["node"]) for row in rows] == want
    Y = np.array([[row[axis] for axis in axes] for row in rows], np.float32)
    np.testing.assert_array_equal(Y, np.concatenate([each.coordinates for each in snapshots]))


def complaint(capsys, argv, *words):
    try:
        code = main(argv)
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_a_sequence_becomes_a_table(capsys):
    assert main(["sequence", "edges.csv", "--time", "year", "--weight", "count", *FAST]) == 0
    assert capsys.readouterr() == ("", "")
    check_table("edges_sequence.csv", expected())


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        (["--window", "2", "--step", "1"], {"window": 2, "step": 1}),
        (["--window", "all"], {"window": "all"}),
        (["--stability", "0.9"], {"stability": 0.9}),
        (
            ["--seed", "3", "-d", "3", "--balance", "0.8", "--lambda", "4"],
            {"random_state": 3, "d": 3, "balance": 0.8, "lambda_": 4},
        ),
    ],
    ids=str,
)
def test_flags_reach_the_sequence(flags, options):
    argv = ["sequence", "edges.csv", "--time", "year", "--weight", "count", "-o", "Y.csv", *flags, *FAST]
    assert main(argv) == 0
    check_table("Y.csv", expected(**options), "xyz"[: options.get("d", 2)])


@pytest.mark.filterwarnings("ignore::sggraph.GraphWarning")
@pytest.mark.parametrize("name", ["edges.tsv", "edges.csv.gz", "edges.parquet"])
def test_other_tables_of_edges(name, folder):
    text = (folder / "edges.csv").read_text()
    if name == "edges.parquet":
        pandas = pytest.importorskip("pandas")
        pytest.importorskip("pyarrow")
        pandas.read_csv("edges.csv").to_parquet(name)
    elif name == "edges.tsv":
        (folder / name).write_text(text.replace(",", "\t"))
    else:
        (folder / name).write_bytes(gzip.compress(text.encode()))
    assert main(["sequence", name, "--time", "year", "--weight", "count", "-o", "Y.tsv", *FAST]) == 0
    (folder / "Y.csv").write_text((folder / "Y.tsv").read_text().replace("\t", ","))
    check_table("Y.csv", expected())


def test_dates_and_spans_of_them(folder):
    (folder / "letters.csv").write_text("who,to,when\na,b,2024-01-01\nb,c,2024-01-03\nc,d,2024-01-09\n")
    argv = ["sequence", "letters.csv", "--time", "when", "--window", "7d", "--source", "who", "--target", "to"]
    assert main([*argv, *FAST]) == 0
    assert [row["time"] for row in rows_of("letters_sequence.csv")] == ["2024-01-01"] * 3 + ["2024-01-08 00:00:00"] * 2


@pytest.mark.filterwarnings("default::sggraph.GraphWarning")
def test_edges_without_a_time_are_left_out_and_told(folder, capsys):
    (folder / "edges.csv").write_text("source,target,year\na,b,1801\nb,c,\nb,d,1802\n")
    assert main(["sequence", "edges.csv", "--time", "year", *FAST]) == 0
    assert "without a time" in capsys.readouterr().err
    assert [(row["time"], row["node"]) for row in rows_of("edges_sequence.csv")] == [
        ("1801", "a"), ("1801", "b"), ("1802", "b"), ("1802", "d"),
    ]  # fmt: skip


def test_pictures_films_and_pages(folder, capsys):
    outputs = ["-o", "Y.csv", "-o", "Y.png", "-o", "Y.gif", "-o", "Y.html"]
    argv = ["sequence", "edges.csv", "--time", "year", "--weight", "count", "--labels", "louvain", "--trails", "1"]
    assert main([*argv, *outputs, "--max-iter", "20"]) == 0
    out = capsys.readouterr().out
    assert "times             3, from 1801 to 1803\n" in out
    assert "written           Y.csv, Y.png, Y.gif, Y.html\n" in out
    labels = {row["label"] for row in rows_of("Y.csv")}
    assert "community 1" in labels
    page = (folder / "Y.html").read_text()
    assert '"titles": ["1801", "1802", "1803"]' in page
    assert "<h1>edges.csv</h1>" in page
    with Image.open("Y.png") as image:
        assert np.asarray(image.convert("RGB")).std() > 5
    with Image.open("Y.gif") as image:
        assert image.n_frames > 20


def test_labels_of_a_file_colour_a_sequence(folder):
    (folder / "labels.csv").write_text("node,label\nValjean,hero\nJavert,police\n")
    argv = ["sequence", "edges.csv", "--time", "year", "--weight", "count", "--labels", "labels.csv", *FAST]
    assert main(argv) == 0
    labels = {(row["node"], row["label"]) for row in rows_of("edges_sequence.csv")}
    assert {("Valjean", "hero"), ("Javert", "police"), ("Myriel", "")} <= labels


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["edges.csv"], ("required: --time",)),
        (["edges.csv", "--time", "yeer"], ("edges.csv", "time='yeer': give a column of the table", "'year'")),
        (["edges.mtx", "--time", "year"], ("'edges.mtx'", ".csv, .tsv, .txt, .edgelist", ".parquet")),
        (["missing.csv", "--time", "year"], ("there is no such file",)),
        (["bare.csv", "--time", "year"], ("bare.csv", "it has no header: name its columns", "'year'")),
        (["edges.csv", "--time", "year", "--window", "3x"], ("'3x' is not a span of time",)),
        (["edges.csv", "--time", "year", "--window", "7d"], ("--window=", "timedelta")),
        (["edges.csv", "--time", "year", "--stability", "2"], ("--stability=2",)),
        (["edges.csv", "--time", "year", "--trails", "-1", "-o", "Y.png"], ("--trails=-1",)),
        (["edges.csv", "--time", "year", "-o", "Y.gexf"], ("--output='Y.gexf'", ".parquet", ".gif", ".png")),
        (["edges.csv", "--time", "year", "-o", "nowhere/Y.csv"], ("'nowhere' does not exist",)),
        (["edges.csv", "--time", "year", "-o", "edges.csv"], ("one of the input files",)),
        (["edges.csv", "--time", "year", "-o", "Y.csv", "-o", "./Y.csv"], ("given twice",)),
    ],
    ids=str,
)
def test_mistakes_in_a_sequence(argv, words, folder, capsys):
    (folder / "bare.csv").write_text("1,2,1801\n2,3,1802\n")
    argv = ["sequence", *argv, "--weight", "none", *FAST]
    complaint(capsys, argv, *words)
    assert not list(folder.glob("Y*"))


def test_parquet_without_an_engine_is_told_before_the_run(monkeypatch, capsys):
    for name in ("pyarrow", "fastparquet"):
        monkeypatch.setitem(sys.modules, name, None)
    argv = ["sequence", "edges.csv", "--time", "year", "--weight", "count", "-o", "Y.parquet"]
    complaint(capsys, argv, 'pip install "sggraph[parquet]"')


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2", 2),
        ("0.5", 0.5),
        ("all", "all"),
        ("7d", "7d"),
        ("12 h", "12 h"),
    ],
)
def test_spans(text, span):
    assert as_span(text) == span


# update


def test_update_keeps_the_picture(folder, capsys):
    assert main(["embed", "edges.csv", "--weight", "count", "-o", "before.csv", "--quiet"]) == 0
    with open("edges.csv", "a") as file:
        file.write("Valjean,the reader,1804,1\n")
    argv = ["update", "edges.csv", "--weight", "count", "--previous", "before.csv", "--stability", "1"]
    assert main([*argv, "--plot", "Y.png", "--labels", "louvain", "--names", "3"]) == 0
    out = capsys.readouterr().out
    assert "nodes             78, 1 of them new; 0 are gone\n" in out
    assert "moved             0.0 %" in out
    before, after = (
        {row["node"]: (row["x"], row["y"]) for row in rows_of(name)} for name in ("before.csv", "edges_updated.csv")
    )
    assert set(after) - set(before) == {"the reader"}
    assert {node: after[node] for node in before} == before
    assert (folder / "Y.png").stat().st_size > 3000


def test_update_is_that_of_python():
    graph = sg.read_graph("edges.csv", weight="count")
    saved = [
        (node, place) for node, place in sg.sgtsne_layout(graph, seed=0, max_iter=20).items() if node != "Napoleon"
    ]
    nodes, places = zip(*saved, strict=True)
    sg.write_embedding("before.npz", np.array(places), nodes)
    argv = ["update", "edges.csv", "--weight", "count", "--previous", "before.npz", "-o", "Y.npz", "--balance", "0.8"]
    assert main([*argv, "--quiet"]) == 0
    want = sg.update_layout(graph, dict(saved), balance=0.8)
    np.testing.assert_array_equal(sg.load_embedding("Y.npz").coordinates, want.coordinates)


def test_names_may_have_lost_their_type(folder):
    """Numbers in a graph, texts in the table of an earlier picture, as they have "x" beside them."""
    (folder / "graph.csv").write_text("source,target\n1,2\n2,3\n")
    sg.write_embedding("before.csv", [[0, 0], [1, 0], [2, 2], [3, 3]], nodes=["1", "2", "3", "x"])
    assert main(["update", "graph.csv", "--previous", "before.csv", "--stability", "1", "--quiet"]) == 0
    assert [row["x"] for row in rows_of("graph_updated.csv")] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], ("required: --previous",)),
        (["--previous", "missing.csv"], ("missing.csv", "there is no such file")),
        (["--previous", "foreign.csv"], ("--previous='foreign.csv' has none of the nodes, such as 'Napoleon'",)),
        (["--previous", "foreign.csv", "-o", "foreign.csv"], ("one of the input files",)),
        (["--previous", "foreign.csv", "--stability", "-1"], ("--stability=-1",)),
        (["--previous", "foreign.csv", "-d", "3"], ("-d",)),
    ],
    ids=str,
)
def test_mistakes_in_an_update(argv, words, capsys):
    nodes = ["a", "b"] if "--stability" not in argv else list(NOVEL)[:2]
    sg.write_embedding("foreign.csv", [[0, 0], [1, 1]], nodes=nodes)
    complaint(capsys, ["update", "edges.csv", "--weight", "count", *argv, "--quiet"], *words)
