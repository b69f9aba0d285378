"""cli.py: both commands end to end, and every mistake told in one line."""

import csv
import gzip
import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import matplotlib
import networkx as nx
import numpy as np
import pytest
from matplotlib.image import imread
from scipy import io, sparse

import sggraph
from sggraph import embed_graph
from sggraph.cli import main
from sggraph.inputs.labels import louvain_names
from sggraph.runtime.interrupts import Interrupts

KARATE = nx.karate_club_graph()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test runs in a folder of its own, with the karate club as an edge list and as MatrixMarket."""
    monkeypatch.chdir(tmp_path)
    nx.write_edgelist(KARATE, "karate.edgelist")
    io.mmwrite("karate.mtx", nx.to_scipy_sparse_array(KARATE, format="coo"))
    return tmp_path


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def coordinates(path, names="xy"):
    return np.array([[float(row[name]) for name in names] for row in rows_of(path)], np.float32)


def embed(*argv):
    return main(["embed", *map(str, argv), "--quiet", "--max-iter", "20"])


def complaint(capsys, code, *words):
    """Check the exit code and that stderr is one line with these words; argparse's exit counts, too."""
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("sggraph")
    for word in words:
        assert word in err


def code_of(argv):
    try:
        return main(argv)
    except SystemExit as exit:
        return exit.code


# formats


def test_formats_that_no_suffix_tells(folder, capsys):
    nx.write_pajek(KARATE, "karate.dat")
    assert embed("karate.dat", "--format", "pajek", "-o", "Y.csv") == 0
    assert len(rows_of("Y.csv")) == len(KARATE)
    (folder / "out.trip").write_text("% sym unweighted\n% 2 3 3\n1 2\n2 3\n")
    assert embed("out.trip") == 0
    assert len(rows_of("out.trip_embedding.csv")) == 3
    capsys.readouterr()
    complaint(capsys, embed("karate.dat", "--format", "pajk"), "--format='pajk': give 'mtx'")
    complaint(capsys, embed("karate.dat", "-o", "Y.csv"), "or begins with out., or a format")


# demo


def test_demo_embeds_the_counties_and_says_what_it_did(folder, capsys):
    assert main(["demo", "--output-dir", "new/pictures", "--seed", "3"]) == 0
    out, err = capsys.readouterr()
    said = dict(line.split(maxsplit=1) for line in out.replace("KL d", "KL-d").replace("r r", "r-r").splitlines()[1:])
    assert said["nodes"] == "3,106"
    assert said["edges"] == "8,710"
    assert float(said["seconds"].split()[0]) > 0
    assert 0.5 < float(said["KL-divergence"]) < 3
    assert float(said["neighbour-recall"]) > 0.7
    assert "431/431" in err  # the progress bar
    picture, table = said["picture"], said["coordinates"]
    assert picture == os.path.join("new", "pictures", "sggraph_demo.png")
    pixels = imread(picture)
    assert pixels.shape[1] > 1000
    assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 100
    rows = rows_of(table)
    assert list(rows[0]) == ["node", "x", "y", "label"]
    assert {"Travis, Texas": "Texas", "Cook, Illinois": "Illinois"}.items() <= {
        r["node"]: r["label"] for r in rows
    }.items()
    want = embed_graph(sggraph.datasets.load_us_counties().adjacency, random_state=3)
    np.testing.assert_array_equal(coordinates(table), want * [1, -1])
    y = {row["node"]: float(row["y"]) for row in rows}
    assert y["Travis, Texas"] < y["Cook, Illinois"]  # north is up


# embed


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("kind", [".mtx", ".npz", ".csv", ".tsv", ".txt", ".edgelist", ".graphml", ".gml", ".gexf"])
def test_embed_reads_every_format(kind, suffix, folder):
    path = folder / f"my.graph{kind}"
    A = nx.to_scipy_sparse_array(KARATE, dtype=float)
    writers = {
        ".mtx": lambda: io.mmwrite(path, A, symmetry="symmetric"),
        ".npz": lambda: sparse.save_npz(path, A),
        ".csv": lambda: nx.write_edgelist(KARATE, path, delimiter=",", data=["weight"]),
        ".tsv": lambda: nx.write_edgelist(KARATE, path, delimiter="\t", data=["weight"]),
        ".graphml": lambda: nx.write_graphml(KARATE, path),
        ".gml": lambda: nx.write_gml(KARATE, path),
        ".gexf": lambda: nx.write_gexf(KARATE, path),
    }
    writers.get(kind, lambda: nx.write_weighted_edgelist(KARATE, path))()
    if suffix:
        path.with_name(path.name + suffix).write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert embed(f"my.graph{kind}{suffix}") == 0
    rows = rows_of("my.graph_embedding.csv")
    assert sorted(int(row["node"]) for row in rows) == list(range(34))
    if kind not in (".csv", ".tsv", ".txt", ".edgelist"):  # whose nodes follow their first appearance
        want = embed_graph(A, max_iter=20, random_state=0)
        np.testing.assert_array_equal(coordinates("my.graph_embedding.csv"), want)


def test_embed_reports(capsys):
    assert main(["embed", "karate.mtx", "-o", "Y.csv", "--plot", "Y.png", "--max-iter", "30"]) == 0
    out, err = capsys.readouterr()
    for words in (
        "nodes             34\n",
        "edges             78\n",
        " for 30 iterations",
        "KL divergence     ",
        "Y.csv",
        "Y.png",
    ):
        assert words in out
    assert "30/30" in err


def test_quiet_is_quiet(capsys):
    assert embed("karate.mtx", "--plot", "Y.png") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        (["--seed", "5"], {"random_state": 5}),
        (["--lambda", "4.5"], {"lambda_": 4.5}),
        (["--alpha", "12"], {"alpha": 12}),
        (["--early-exag", "15"], {"early_exag": 15}),
        (["--balance", "0.9"], {"balance": 0.9}),
        (["--lambda", "auto"], {}),
        (["--eta", "3.5"], {"eta": 3.5}),
        (["--direction", "in"], {"direction": "in"}),
        (["--weight", "none"], {"weight": None}),
        (["--weight", "hours"], {"weight": "hours"}),
        (["--n-jobs", "2", "--alpha", "auto", "--eta", "auto"], {}),
    ],
    ids=str,
)
def test_flags_reach_the_method(flags, options):
    G = nx.DiGraph(KARATE.edges(data=True))
    nx.set_edge_attributes(G, {edge: 1.0 + sum(edge) for edge in G.edges}, "hours")
    nx.write_graphml(G, "directed.graphml")
    assert embed("directed.graphml", *flags) == 0
    given = {"random_state": 0, "max_iter": 20}
    Y = coordinates("directed_embedding.csv")
    np.testing.assert_array_equal(Y, embed_graph(G, **{**given, **options}))
    assert not options or not np.array_equal(Y, embed_graph(G, **given))


@pytest.mark.parametrize("components", ["auto", "pack", "together", "largest"])
def test_components(components, capsys):
    """Of the largest alone the nodes of the others are neither written nor drawn nor counted."""
    G = nx.disjoint_union_all([nx.path_graph(3), KARATE, nx.empty_graph(2)])
    nx.write_graphml(G, "several.graphml")
    options = ["--components", components, "--max-iter", "20"]
    assert main(["embed", "several.graphml", *options, "-o", "Y.csv", "--plot", "Y.png"]) == 0
    n = 34 if components == "largest" else 39
    assert f"nodes             {n}\n" in capsys.readouterr().out
    want = embed_graph(G, components=components, max_iter=20, random_state=0)
    placed = np.isfinite(want[:, 0])
    assert placed.sum() == n
    assert [int(row["node"]) for row in rows_of("Y.csv")] == np.flatnonzero(placed).tolist()
    np.testing.assert_array_equal(coordinates("Y.csv"), want[placed])
    assert embed("several.graphml", "--components", components, "-o", "Y.gexf") == 0


@pytest.mark.parametrize(("d", "names"), [(1, "x"), (2, "xy"), (3, "xyz")])
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_dimensions_and_pictures(d, names, suffix):
    assert embed("karate.mtx", "-d", d, "--plot", f"picture.{suffix}", "-o", "Y.csv") == 0
    np.testing.assert_array_equal(coordinates("Y.csv", names), embed_graph(KARATE, d, max_iter=20, random_state=0))
    assert os.path.getsize(f"picture.{suffix}") > 3000


@pytest.mark.parametrize("G", [nx.empty_graph(1), nx.path_graph(2), nx.empty_graph(5), nx.complete_graph(9)], ids=str)
def test_tiny_graphs_get_a_picture(G):
    nx.write_gml(G, "tiny.gml")
    assert embed("tiny.gml", "--plot", "tiny.png") == 0
    assert len(rows_of("tiny_embedding.csv")) == len(G)


def test_a_file_name_of_dollars_is_no_formula():
    nx.write_edgelist(KARATE, "a$x^$.edgelist")
    assert embed("a$x^$.edgelist", "--plot", "Y.png") == 0
    assert os.path.getsize("Y.png") > 3000


def test_drawing_opens_no_window_and_leaves_matplotlib_alone():
    pyplot = sys.modules.get("matplotlib.pyplot")
    before = dict(matplotlib.rcParams), pyplot and pyplot.get_fignums()
    assert embed("karate.mtx", "--plot", "picture.png") == 0
    assert before == (dict(matplotlib.rcParams), pyplot and pyplot.get_fignums())


# labels


def drawn_options(monkeypatch):
    """What plot_embedding is given, a dict for each call."""
    from sggraph.plot import embedding as plot

    seen, draw = [], plot.plot_embedding
    monkeypatch.setattr(
        plot,
        "plot_embedding",
        lambda Y, labels, **rest: seen.append({"labels": labels} | rest) or draw(Y, labels, **rest),
    )
    return seen


CLUBS = [club for _, club in KARATE.nodes(data="club")]
LABELS = {
    "with a header": ("node,label\n", ",", CLUBS, CLUBS),
    "without": ("", ",", CLUBS, CLUBS),
    "semicolons": ("node;label\n", ";", CLUBS, CLUBS),
    "integers": ("id,class\n", ",", range(34), list(range(34))),
    "codes": ("node,label\n", ",", [f"0{k}" for k in range(34)], [f"0{k}" for k in range(34)]),
    "numbers": ("node,label\n", ",", [k / 4 for k in range(34)], [k / 4 for k in range(34)]),
}


@pytest.mark.parametrize("name", LABELS)
def test_labels_colour_the_picture_and_stand_in_the_table(name, monkeypatch):
    header, mark, written, want = LABELS[name]
    with open("labels.csv", "w", encoding="utf-8-sig") as file:
        lines = [f"{node}{mark}{label}\n" for node, label in reversed(list(enumerate(written)))]
        file.write(header + "".join(lines))
    seen = drawn_options(monkeypatch)
    assert embed("karate.mtx", "--labels", "labels.csv", "--plot", "Y.png") == 0
    assert [options["labels"] for options in seen] == [want]
    assert [row["label"] for row in rows_of("karate_embedding.csv")] == [str(label) for label in written]


def test_the_table_of_a_run_serves_as_labels(monkeypatch):
    with open("labels.csv", "w") as file:
        file.write("node,x,y,label\n" + "".join(f"{node},0.5,1,{club}\n" for node, club in enumerate(CLUBS)))
    seen = drawn_options(monkeypatch)
    assert embed("karate.mtx", "--labels", "labels.csv", "--plot", "Y.png") == 0
    assert seen[0]["labels"] == CLUBS


def test_nodes_may_lack_a_label(monkeypatch):
    with open("labels.csv", "w") as file:
        file.write("3,red\n5,\nnobody,blue\n")
    seen = drawn_options(monkeypatch)
    assert embed("karate.mtx", "--labels", "labels.csv", "--plot", "Y.png") == 0
    assert [options["labels"] for options in seen] == [["red" if node == 3 else None for node in range(34)]]
    assert [row["label"] for row in rows_of("karate_embedding.csv")][2:6] == ["", "red", "", ""]


# Mistakes

BROKEN = {
    "missing.mtx": ("there is no such file",),
    "karate.docx": ("give a name that ends with .mtx",),
    "broken.mtx": ("broken.mtx", "cannot be read"),
    "broken.mtx.gz": ("broken.mtx.gz", "cannot be read"),
    "negative.csv": ("negative", "weights"),
    ".": ("a name that ends with .mtx",),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read(name, folder, capsys):
    for path in ("karate.docx", "broken.mtx", "broken.mtx.gz"):
        (folder / path).write_text("no\ngraph\n")
    (folder / "negative.csv").write_text("source,target,weight\n0,1,-3\n")
    complaint(capsys, main(["embed", name]), *BROKEN[name])
    assert not list(folder.glob("*_embedding.csv"))


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], ("arguments are required", "--help")),
        (["draw"], ("invalid choice: 'draw'",)),
        (["embed"], ("required: FILE",)),
        (["embed", "karate.mtx", "--max-iter", "many"], ("--max-iter", "'many' is not a whole number, nor 'auto'")),
        (["embed", "karate.mtx", "--lambda", "x"], ("--lambda", "'x' is not a number")),
        (["embed", "karate.mtx", "--direction", "up"], ("--direction", "'up'")),
        (["embed", "karate.mtx", "--fast"], ("--fast",)),
        (["embed", "karate.mtx", "-d", "4"], ("sggraph: -d=4",)),
        (["embed", "karate.mtx", "--lambda", "0"], ("--lambda=0",)),
        (["embed", "karate.mtx", "--eta", "-1"], ("--eta=-1",)),
        (["embed", "karate.mtx", "--alpha", "nan"], ("--alpha=nan",)),
        (["embed", "karate.mtx", "--max-iter", "-5"], ("--max-iter=-5",)),
        (["embed", "karate.mtx", "--n-jobs", "0"], ("--n-jobs=0",)),
        (["embed", "karate.mtx", "--components", "all"], ("--components", "'all'", "largest")),
        (["embed", "karate.mtx", "--early-exag", "-5"], ("--early-exag=-5",)),
        (["embed", "karate.mtx", "--balance", "2"], ("--balance=2",)),
        (["embed", "karate.mtx", "--checkpoint", "nowhere/run.npz"], ("--checkpoint='nowhere/run.npz'",)),
        (["embed", "karate.mtx", "--seed", "-1"], ("--seed=-1",)),
        (["embed", "karate.mtx", "--plot", "picture.docx"], ("--plot", "'picture.docx'", ".png")),
        (["embed", "karate.mtx", "--plot", "picture"], ("--plot", "a name that ends with")),
        (["embed", "karate.mtx", "--plot", "nowhere/picture.png"], ("--plot", "'nowhere' does not exist")),
        (["embed", "karate.mtx", "-o", "nowhere/Y.csv"], ("--output", "'nowhere' does not exist")),
        (["embed", "karate.mtx", "-o", "same.svg", "--plot", "same.svg"], ("two names",)),
        (["embed", "karate.mtx", "--labels", "missing.csv"], ("missing.csv",)),
        (["embed", "karate.mtx", "--labels", "empty.csv"], ("empty.csv", "no rows")),
        (["embed", "karate.mtx", "--labels", "narrow.csv"], ("narrow.csv", "columns node,label", "'node'")),
        (["embed", "karate.mtx", "--labels", "latin.csv"], ("latin.csv", "not UTF-8 text, byte 5")),
        (["embed", "karate.mtx", "--labels", "long.csv"], ("long.csv", "field limit")),
        (["embed", "karate.mtx", "--labels", "foreign.csv"], ("foreign.csv", "none of the nodes")),
        (["embed", "karate.mtx", "--names", "3"], ("--names=3", "give --plot")),
        (["embed", "-"], ("comes through the pipe", "by --output")),
        (["demo", "--output-dir", "karate.mtx"], ("karate.mtx",)),
        (["demo", "--seed", "-1"], ("--seed=-1",)),
    ],
    ids=" ".join,
)
def test_a_mistake_is_told_in_one_line(argv, words, folder, capsys):
    for name, text in (
        ("empty.csv", ""),
        ("narrow.csv", "node\n3\n"),
        ("foreign.csv", "ann,red\nbob,blue\n"),
        ("latin.csv", "0,gr\x81n\n"),
        ("long.csv", "0," + "x" * 131_073),
    ):
        (folder / name).write_text(text, encoding="latin-1")
    code = code_of(argv)
    out = capsys.readouterr()
    if argv[:1] == ["demo"] and "--seed" in argv:
        out = out._replace(out="")  # it had begun to talk
    capsys.readouterr = lambda: out
    complaint(capsys, code, *words)
    assert not list(folder.glob("*_embedding.csv"))


@pytest.mark.parametrize("target", ["edges.csv", "./edges.csv", "link.csv", "labels.csv"])
@pytest.mark.parametrize("option", ["-o", "--plot"])
def test_the_input_is_never_overwritten(option, target, folder, capsys):
    (folder / "edges.csv").write_text("a,b\nb,c\n")
    (folder / "labels.csv").write_text("a,red\n")
    (folder / "link.csv").symlink_to(folder / "edges.csv")
    complaint(capsys, main(["embed", "edges.csv", "--labels", "labels.csv", option, target]), "input files")
    assert (folder / "edges.csv").read_text() == "a,b\nb,c\n"
    assert (folder / "labels.csv").read_text() == "a,red\n"


def test_a_file_named_like_an_output_is_not_overwritten_by_default(folder, capsys):
    (folder / "x_embedding.csv").write_text("a,b\nb,c\n")
    assert embed("x_embedding.csv") == 0
    assert (folder / "x_embedding.csv").read_text() == "a,b\nb,c\n"
    assert len(rows_of("x_embedding_embedding.csv")) == 3


def test_a_table_through_a_pipe(folder, monkeypatch):
    (folder / "edges.csv").write_text("from,to\na,b\nb,c\n")
    assert embed("edges.csv") == 0
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"from,to\na,b\nb,c\n")))
    assert embed("-", "-o", "piped.csv") == 0
    assert rows_of("piped.csv") == rows_of("edges_embedding.csv")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"*Vertices 2\n*Edges\n1 2\n")))
    assert embed("-", "--format", "pajek", "-o", "pajek.csv") == 0
    assert len(rows_of("pajek.csv")) == 2


@pytest.mark.filterwarnings("default::sggraph.GraphWarning")
def test_arguments_in_warnings_are_flags(folder, capsys):
    (folder / "dated.csv").write_text("from,to,year\na,b,1999\nb,c,2001\n")
    assert embed("dated.csv") == 0
    assert "give --weight= for one" in capsys.readouterr().err


@pytest.mark.filterwarnings("default::sggraph.GraphWarning")
def test_a_warning_is_one_line_too(folder, capsys):
    (folder / "loops.csv").write_text("0,0\n0,1\n1,2\n")
    assert embed("loops.csv") == 0
    assert capsys.readouterr().err == "sggraph: warning: graph: dropped 1 self-loop\n"


def test_ctrl_c_is_no_traceback(monkeypatch, capsys):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("sggraph.io.graph_files.read_graph", interrupt)
    assert main(["embed", "karate.mtx"]) == 130
    assert capsys.readouterr().err == "sggraph: interrupted\n"


def test_ctrl_c_with_a_checkpoint_says_how_to_go_on(monkeypatch, capsys):
    class Struck(Interrupts):
        def check(self):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sggraph.method.run.Interrupts", Struck)
        assert main(["embed", "karate.mtx", "--quiet", "--checkpoint", "run.npz"]) == 130
    assert capsys.readouterr().err == "sggraph: interrupted; the same command goes on from 'run.npz'\n"
    assert main(["embed", "karate.mtx", "--quiet", "--checkpoint", "run.npz"]) == 0
    assert main(["embed", "karate.mtx", "--quiet", "-o", "whole.csv"]) == 0
    np.testing.assert_array_equal(coordinates("karate_embedding.csv"), coordinates("whole.csv"))
    complaint(capsys, main(["embed", "karate.mtx", "--checkpoint", "karate.mtx"]), "--checkpoint", "new name")


# The program


def test_version_and_help(capsys):
    for argv, words in ((["--version"], f"sggraph {sggraph.__version__}\n"), (["embed", "--help"], "--early-exag")):
        assert code_of(argv) == 0
        assert words in capsys.readouterr().out


def test_the_program_runs_without_a_display_and_answers_help_without_numpy(folder):
    run = (
        "import sys; from sggraph.cli import main; code = main(sys.argv[1:]); "
        "assert 'matplotlib.pyplot' not in sys.modules; sys.exit(code)"
    )
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND")}
    options = ["karate.mtx", "--plot", "Y.png", "--max-iter", "20"]
    done = subprocess.run(
        [sys.executable, "-c", run, "embed", *options], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert (folder / "Y.png").stat().st_size > 3000
    look = "import sys, sggraph.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True)
    assert done.stdout.endswith("False\n")


# names on the picture


def test_communities_as_labels_and_their_names(monkeypatch):
    seen = drawn_options(monkeypatch)
    assert embed("karate.mtx", "--labels", "louvain", "--names", "classes", "--plot", "Y.png") == 0
    found = [row["label"] for row in rows_of("karate_embedding.csv")]
    assert found == louvain_names(KARATE, 0)
    assert seen[0]["label_on_map"] is True


def test_names_of_the_best_connected_nodes(monkeypatch):
    seen = drawn_options(monkeypatch)
    assert embed("karate.mtx", "--names", "5", "--plot", "Y.png") == 0
    assert seen[0]["node_names"] == 5


def test_names_of_classes_need_classes(capsys):
    assert embed("karate.mtx", "--names", "classes", "--plot", "Y.png") == 2
    assert "--labels" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", ["npz", "tsv", "gexf", "graphml", "cyjs"])
def test_output_in_other_formats(suffix, capsys):
    assert embed("karate.mtx", "-o", f"Y.{suffix}", "--seed", 5, "--weight", "none", "--direction", "out") == 0
    saved = sggraph.load_embedding(f"Y.{suffix}")
    assert saved.coordinates.shape == (34, 2)
    assert list(map(str, saved.nodes)) == list(map(str, range(34)))
    if suffix == "npz":
        assert (saved.provenance["seed"], saved.provenance["n_iter"]) == (5, 20)
        assert (saved.provenance["parameters"] | {"weight": None, "direction": "out"}) == saved.provenance["parameters"]
    if suffix in ("gexf", "graphml"):
        assert sggraph.read_graph(f"Y.{suffix}").adjacency.nnz == 2 * KARATE.number_of_edges()


def test_a_page_to_look_inside():
    assert embed("karate.mtx", "-o", "map.html", "--labels", "louvain") == 0
    page = Path("map.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "community 2" in page
    assert "34 nodes and 78 edges" in page


def test_an_unknown_output_is_told_before_the_run(capsys):
    complaint(capsys, embed("karate.mtx", "-o", "Y.docx"), "'Y.docx'", ".gexf")


def test_parquet_without_an_engine_is_told_before_the_run(monkeypatch, capsys):
    for name in ("pyarrow", "fastparquet"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr("sggraph.cli._embed", lambda *_, **__: pytest.fail("it ran"))
    complaint(capsys, embed("karate.mtx", "-o", "Y.parquet"), 'pip install "sggraph[parquet]"')


def test_parquet():
    pytest.importorskip("pyarrow")
    assert embed("karate.mtx", "-o", "Y.parquet") == 0
    assert sggraph.load_embedding("Y.parquet").nodes == list(range(34))


def test_names_escaped_for_spreadsheets_find_their_labels(monkeypatch):
    with open("formula.csv", "w") as file:
        file.write("=a,b\nb,+c\n")
    sggraph.write_embedding("labels.csv", [0, 1, 2], nodes=["=a", "b", "+c"], labels=["x", "=y", "z"])
    seen = drawn_options(monkeypatch)
    assert embed("formula.csv", "--labels", "labels.csv", "--plot", "Y.png") == 0
    assert [options["labels"] for options in seen] == [["x", "=y", "z"]]


def test_columns_of_a_table(folder, capsys):
    (folder / "ratings.csv").write_text("user,item,stars,when\n1,2,5,9\n2,3,1,9\n")
    assert embed("ratings.csv") == 2
    assert "'user', 'item', 'stars', 'when'" in capsys.readouterr().err
    assert embed("ratings.csv", "--source", "user", "--target", "item", "--weight", "stars") == 0
    assert {row["node"] for row in rows_of("ratings_embedding.csv")} == {"1", "2", "3"}
    assert embed("ratings.csv", "--source", "user", "--target", "item", "--weight", "none", "--bipartite") == 0
    assert len(rows_of("ratings_embedding.csv")) == 4


@pytest.mark.parametrize(("command", "given"), [("embed", []), ("sequence", ["--time", "t"])])
def test_an_option_that_is_unknown_leads_to_the_help_of_its_command(command, given, capsys):
    with pytest.raises(SystemExit):
        main([command, "edges.csv", *given, "--plott", "x.png"])
    asked = f"sggraph {command}: unrecognized arguments: --plott x.png (see sggraph {command} --help)"
    assert capsys.readouterr().err.strip() == asked
