"""Ranks that each read a part of a file come to the graph that one process reads."""

import sys
import warnings

import numpy as np
import pytest
import rank_threads
from scipy import io, sparse

import sggraph as sg
from sggraph.core.engine import blocks
from sggraph.graph import shared
from sggraph.graph.fingerprint import graph_hash
from sggraph.io import shared_files
from sggraph.method.ranks import follow, lead
from sggraph.method.sharing import graph_of_file

pytestmark = pytest.mark.jit  # ranks are threads: none can be left in their midst
pyarrow = pytest.importorskip("pyarrow", reason='Parquet needs pyarrow: pip install "sggraph[parquet]"')
SIZES = [1, 2, 3, 5]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 20)
    monkeypatch.setattr(blocks, "MIN_BLOCK", 10)
    monkeypatch.setattr(shared_files, "CHUNK", 50)
    monkeypatch.setattr(shared, "ROUND", 70)


def by_ranks(path, size, **options):
    """What each of so many ranks has of the Graph of a file: hash, names and what is said of it; warnings."""
    options = {"weight": "weight", "direction": "auto"} | options

    def work(team):
        graph, reason = graph_of_file(path, team, **options)
        return reason if graph is None else described(graph)

    def be(comm):
        if comm.size == 1:
            return work(comm)
        return follow(comm) if comm.rank else lead(comm, work)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        return rank_threads.each(size, be), sorted(str(each.message) for each in told)


def alone(path, **options):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        return described(sg.read_graph(path, **options)), sorted(str(each.message) for each in told)


def described(graph):
    nodes = list(graph.nodes)
    assert {type(node) for node in nodes} <= {int}
    return graph_hash(graph), nodes, graph.directed, graph.weighted, graph.calibrated, graph.named


def assert_same(path, **options):
    expected, told = alone(path, **options)
    for size in SIZES:
        found, warned = by_ranks(path, size, **options)
        for each in found:
            if isinstance(each, BaseException):
                raise each
        assert found == [expected] * size
        assert warned == told


RNG = np.random.default_rng(0)
N, M = 120, 400
ENDS = RNG.integers(0, N, (M, 2))  # some twice, in both directions, and loops
IDS = {"counts": np.arange(N), "large": RNG.integers(-(10**12), 10**15, N), "gaps": np.arange(N) * 7 - 50}
WEIGHTS = {"none": None, "whole": RNG.integers(1, 9, M), "parts": RNG.random(M)}


def table(ids, weights, names=("source", "target", "weight"), **others):
    columns = dict(zip(names, (IDS[ids][ENDS[:, 0]], IDS[ids][ENDS[:, 1]]), strict=False))
    if WEIGHTS[weights] is not None:
        columns[names[2]] = WEIGHTS[weights]
    return pyarrow.table(columns | others)


@pytest.mark.parametrize("ids", IDS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_parquet_by_rows(ids, weights, tmp_path):
    import pyarrow.parquet

    path, edges = tmp_path / "edges.parquet", table(ids, weights)
    for rows in (M, 37):
        pyarrow.parquet.write_table(edges, path, row_group_size=rows)
        assert_same(path)
        assert_same(path, weight=None)


def test_parquet_in_a_folder(tmp_path):
    import pyarrow.parquet

    folder, edges = tmp_path / "edges.parquet", table("gaps", "parts")
    (folder / "b").mkdir(parents=True)
    for k, name in enumerate(["part-1.parquet", "part-2.parquet", "b/part-0.parquet"]):
        pyarrow.parquet.write_table(edges.slice(k * 140, 140), folder / name)
    assert_same(folder)


def test_columns_are_chosen_as_ever(tmp_path):
    import pyarrow.parquet

    path = tmp_path / "edges.parquet"
    edges = table("counts", "parts", ("FromNodeId", "ToNodeId", "score"), year=np.arange(M) % 9 + 1990)
    pyarrow.parquet.write_table(edges, path)
    assert_same(path)
    assert_same(path, weight="year")
    assert_same(path, source="ToNodeId", target="year")
    errors, _ = by_ranks(path, 3, weight="color")
    for error in errors:
        with pytest.raises(ValueError, match=r"weight='color': give one of the columns"):
            raise error


def matrix(kind, values, is_symmetric=False):
    A = sparse.coo_array((WEIGHTS[values], ENDS.T), shape=(N, N))
    return (A + A.T if is_symmetric else A).asformat(kind)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("is_symmetric", [True, False])
def test_npz_by_entries(kind, compressed, is_symmetric, tmp_path):
    path = tmp_path / "A.npz"
    for values in ("whole", "parts"):
        sparse.save_npz(path, matrix(kind, values, is_symmetric), compressed=compressed)
        for direction in ("auto", "out", "in"):
            assert_same(path, direction=direction)
        assert_same(path, weight=None)


@pytest.mark.parametrize("field", ["real", "integer", "pattern"])
@pytest.mark.parametrize("symmetry", ["general", "symmetric"])
def test_mtx_by_bytes(field, symmetry, tmp_path):
    path = tmp_path / "A.mtx"
    A = sparse.coo_array(matrix("csr", "parts" if field == "real" else "whole", symmetry == "symmetric"))
    io.mmwrite(path, A, comment="one\n%two", field=field, symmetry=symmetry)
    assert_same(path)
    assert_same(path, direction="out")
    text = path.read_bytes()
    path.write_bytes(text.rstrip(b"\n"))
    assert_same(path)
    path.write_bytes(text.replace(b"\n", b"\r\n"))
    assert_same(path)


def test_duplicates_in_mtx_are_one_entry(tmp_path):
    path = tmp_path / "A.mtx"
    lines = [f"{i + 1} {j + 1} {w}" for (i, j), w in zip(ENDS.tolist(), WEIGHTS["parts"].tolist(), strict=True)]
    lines += lines[:50] + [line.replace(" 0.", " -0.") for line in lines[60:70]]
    path.write_text(
        "\n".join(["%%MatrixMarket matrix coordinate real general", f"{N} {N} {len(lines)}", *lines]) + "\n"
    )
    assert_same(path)
    assert_same(path, weight=None)


def wrong_parquet(path):
    import pyarrow.parquet

    values = WEIGHTS["parts"].copy()
    values[[70, 300]] = -1, np.nan
    columns = {"source": IDS["gaps"][ENDS[:, 0]], "target": IDS["gaps"][ENDS[:, 1]], "weight": values}
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


def missing(path):
    import pyarrow.parquet

    ends = [None if k == 333 else int(i) for k, i in enumerate(ENDS[:, 0])]
    pyarrow.parquet.write_table(pyarrow.table({"source": ends, "target": ENDS[:, 1]}), path)


def cut_off(path):
    io.mmwrite(path, matrix("coo", "parts"))
    path.write_bytes(path.read_bytes()[:-500].rsplit(b"\n", 1)[0] + b"\n")


def damaged(path):
    sparse.save_npz(path, matrix("csr", "parts"), compressed=False)
    content = bytearray(path.read_bytes())
    content[content.index(matrix("csr", "parts").data.tobytes()[-64:]) + 20] ^= 0xFF
    path.write_bytes(content)


def outside(path):
    A = matrix("csr", "parts")
    A.indices[-3] = N + 5
    sparse.save_npz(path, A)


def negative(path):
    A = matrix("coo", "parts")
    A.data[-3] = -7
    io.mmwrite(path, A)


WRONG = {
    "a weight of edges": (
        "edges.parquet",
        wrong_parquet,
        r"2 weights that are negative.*the first: -1, from node \d+ to",
    ),
    "a missing end": ("edges.parquet", missing, r"missing values in its columns \['source', 'target'\]: drop"),
    "a short file": ("A.mtx", cut_off, r"path='.*A.mtx' cannot be read"),
    "a broken array": ("A.npz", damaged, r"path='.*A.npz' cannot be read.*CRC"),
    "a column": ("A.npz", outside, r"path='.*A.npz' cannot be read"),
    "a weight of entries": ("A.mtx", negative, r"weights that are negative.*the first: -7, from node \d+ to"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_on_all_ranks(name, tmp_path):
    file, write, text = WRONG[name]
    path = tmp_path / file
    write(path)
    with pytest.raises(ValueError, match="graph"):
        sg.read_graph(path)
    for size in (1, 3):
        errors, _ = by_ranks(path, size)
        assert len({str(error) for error in errors}) == 1
        for error in errors:
            with pytest.raises(ValueError, match=text):
                raise error


def test_what_one_has_to_read_alone_is_told(tmp_path, monkeypatch):
    import pyarrow.parquet

    path = tmp_path / "edges.parquet"
    pyarrow.parquet.write_table(table("counts", "none"), path)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow", None)
        assert by_ranks(path, 3)[0] == ["pyarrow, which reads it in parts, is not there"] * 3
    pyarrow.parquet.write_table(pyarrow.table({"source": ["a", "b"], "target": ["b", "c"]}), path)
    assert by_ranks(path, 3)[0] == ["its nodes are not called by whole numbers: number them 0, 1, 2, ..."] * 3
    (tmp_path / "edges.csv").write_text("0,1\n1,2\n")
    assert by_ranks(tmp_path / "edges.csv", 3)[0] == ["a .csv file has no parts"] * 3
    io.mmwrite(tmp_path / "A.mtx", np.ones((3, 3)))
    assert by_ranks(tmp_path / "A.mtx", 2)[0] == ["it is not square, or neither sparse nor of real numbers"] * 2
    sparse.save_npz(tmp_path / "A.npz", sparse.dia_array(np.eye(3)))
    assert by_ranks(tmp_path / "A.npz", 2)[0] == ["it is not square, or neither csr, csc nor coo"] * 2
    assert by_ranks(tmp_path / "A.npz", 2, bipartite=True)[0] == ["it has two kinds of nodes"] * 2
