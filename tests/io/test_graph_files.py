"""io/graph_files.py: every format comes back as it was written; a broken file gives an error that names it."""

import gzip
import io
import os
import re
import warnings
import zipfile
from typing import get_args

import hypothesis.strategies as st
import networkx as nx
import numpy as np
import pytest
import scipy.io
from hypothesis import given, settings
from scipy import sparse

from sggraph.core.types import Format
from sggraph.graph.adjacency import GraphWarning, as_graph
from sggraph.io import safe
from sggraph.io.graph_files import EDGE_LISTS, READERS, read_graph

PATH = np.array([[0, 2, 0], [2, 0, 1], [0, 1, 0]])  # a -2- b -1- c
ARCS = np.array([[0, 3, 0], [1, 0, 0], [0, 2, 0]])


@pytest.fixture(params=["", ".gz"])
def write(request, tmp_path):
    """A function that writes text or bytes to a file, plain and compressed."""

    def to_file(name, content):
        content = content.encode() if isinstance(content, str) else content
        path = tmp_path / (name + request.param)
        path.write_bytes(gzip.compress(content) if request.param else content)
        return path

    return to_file


def bytes_of(writer, *arguments, **options):
    buffer = io.BytesIO()
    writer(buffer, *arguments, **options)
    return buffer.getvalue()


def nx_bytes(writer, G, **options):
    return bytes_of(lambda buffer: writer(G, buffer, **options))


def named(A, kind=nx.Graph):
    return nx.relabel_nodes(kind(A), dict(enumerate("abc")))


WRITERS = {
    "g.mtx": lambda A: bytes_of(scipy.io.mmwrite, sparse.coo_array(A), symmetry="general"),
    "dense.mtx": lambda A: bytes_of(scipy.io.mmwrite, A, symmetry="general"),
    "g.npz": lambda A: bytes_of(sparse.save_npz, sparse.csr_array(A)),
    "coo.npz": lambda A: bytes_of(sparse.save_npz, sparse.coo_matrix(A)),
    "dia.npz": lambda A: bytes_of(sparse.save_npz, sparse.dia_array(A)),
    "g.graphml": lambda A: nx_bytes(nx.write_graphml, named(A, nx.DiGraph)),
    "g.gml": lambda A: nx_bytes(nx.write_gml, named(A, nx.DiGraph)),
    "g.GEXF": lambda A: nx_bytes(nx.write_gexf, named(A, nx.DiGraph)),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("A", [PATH, ARCS], ids=["undirected", "directed"])
@pytest.mark.parametrize("direction", ["symmetric", "out", "in"])
def test_formats_that_know_direction(write, name, A, direction):
    got = read_graph(write(name, WRITERS[name](A)), direction=direction)
    want = as_graph(A, direction=direction)
    np.testing.assert_array_equal(got.adjacency.toarray(), want.adjacency.toarray())
    assert (got.directed, got.weighted) == (want.directed, want.weighted)
    assert got.nodes == (list("abc") if "g.g" in name.lower() else [0, 1, 2])


@pytest.mark.parametrize("name", ["g.graphml", "g.gml", "g.gexf"])
@pytest.mark.parametrize("kind", [nx.Graph, nx.MultiGraph])
def test_undirected_networkx_formats(write, name, kind):
    G = named(PATH, kind)
    content = nx_bytes({"graphml": nx.write_graphml, "gml": nx.write_gml, "gexf": nx.write_gexf}[name[2:]], G)
    got = read_graph(write(name, content))
    np.testing.assert_array_equal(got.adjacency.toarray(), PATH)
    assert not got.directed


def test_weight_names_an_attribute(write):
    G = nx.Graph([("a", "b", {"w": 2, "weight": 7}), ("b", "c", {"w": 1})])
    path = write("g.graphml", nx_bytes(nx.write_graphml, G))
    np.testing.assert_array_equal(read_graph(path, weight="w").adjacency.toarray(), PATH)
    np.testing.assert_array_equal(read_graph(path, weight=None).adjacency.toarray(), PATH != 0)


def test_matrix_market_symmetric_and_pattern(write):
    text = "%%MatrixMarket matrix coordinate pattern symmetric\n% a comment\n3 3 2\n2 1\n3 2\n"
    got = read_graph(write("g.mtx", text))
    np.testing.assert_array_equal(got.adjacency.toarray(), PATH != 0)
    assert not got.weighted


def test_gml_without_labels_or_with_duplicate_ones(write):
    text = "graph [\n{}edge [ source 4 target 6 ]\n]".format
    nodes = ["".join(f"node [ id {k} {label} ]\n" for k in (4, 5, 6)) for label in ("", 'label "same"')]
    assert read_graph(write("g.gml", text(nodes[0]))).nodes == [4, 5, 6]
    with pytest.warns(GraphWarning, match="keep their ids as names, .* 2 repeat"):
        assert read_graph(write("g.gml", text(nodes[1]))).nodes == [4, 5, 6]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("g.csv", "a,b,2\nb,c,1\n"),
        ("g.csv", "source,target,weight\na,b,2\nb,c,1"),
        ("g.csv", "\ufeffSource,Target,Weight\r\na,b,2\r\nb,c,1\r\n"),
        ("g.csv", "a;b;2\nb;c;1\n"),
        ("g.csv", "a\tb\t2\nb\tc\t1\n"),
        ("g.csv", "a b 2\nb c 1\n"),
        ("g.csv", '"a","b",2\n"b","c",1\n'),
        ("g.csv", "Id,Source,Target,Type,Weight\n0,a,b,Undirected,2\n1,b,c,Undirected,1\n"),
        ("g.csv", "weight,target,source\n2,b,a\n1,b,c\n"),
        ("g.csv", "node_1,node_2,n\na,b,2\nb,c,1\n"),
        ("g.csv", "i,j,count\na,b,2\nb,c,1\n"),
        ("g.tsv", "a\tb\t2\nb\tc\t1\n"),
        ("g.tsv", "a,b,2\nb,c,1\n"),
        ("g.txt", "# made by hand\n\n% and more\n  a   b 2 \n\nb c\t1\n"),
        ("g.txt", "a, b, 2\nb, c, 1\n"),
        ("g.txt", "a,b,2\nb,c,1\n"),
        ("g.txt", "a\tb\t2\rb\tc\t1\r"),
        ("g.edgelist", "a b {'weight': 2}\nb c {}\n"),
        ("g.edgelist", "a b {'weight': 2, 'since': 'May 1, 1999'}\nb c {'weight': 1, 'since': ''}\n"),
        ("g.edgelist", "a,b,{'weight': 2, 'x': 3}\nb,c,{'weight': 1, 'x': 4}\n"),
        ("g.edgelist", "a\tb\t{'weight': 2}\nb\tc\t{'weight': 1}\n"),
        ("g.edgelist", "a b 2\nb c 1.0\n"),
    ],
)
def test_edge_lists(write, name, text):
    got = read_graph(write(name, text))
    order = [got.nodes.index(node) for node in "abc"]
    np.testing.assert_array_equal(got.adjacency.toarray()[np.ix_(order, order)], PATH)
    assert not got.directed
    assert got.weighted


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("7 5\n5 9\n", [7, 5, 9]),
        ("-7 5\n5 9\n", [-7, 5, 9]),
        ("u v\n5 9\n", [5, 9]),  # words over nothing but integers are a header
        ("from to\na b\n", ["a", "b"]),
        ("u v\nv w\n", ["u", "v", "w"]),
        ("1 2\n", [1, 2]),
        ("\ufeff1 2\n", [1, 2]),
        ("1 x\n2 3\n", ["1", "x", "2", "3"]),
        ("01001 01003\n", ["01001", "01003"]),  # county codes keep their zeros
        ("1_0 10\n", ["1_0", "10"]),
        ("New York\tLa Paz\nLa Paz\tRome\n", ["New York", "La Paz", "Rome"]),
        ("Zürich 東京\n", ["Zürich", "東京"]),
        ("a\x1cb c\u2028d\n".replace(" ", "\t"), ["a\x1cb", "c\u2028d"]),
    ],
)
def test_labels(write, text, nodes):
    assert read_graph(write("g.txt", text)).nodes == nodes


def test_quoted_labels(write):
    assert read_graph(write("g.csv", '"Smith, J",Doe\nDoe,"O""Hara"\n')).nodes == ["Smith, J", "Doe", 'O"Hara']


def test_weight_none_ignores_the_third_column(write):
    path = write("g.csv", "a,b,friends\nb,c,enemies\n")
    assert not read_graph(path, weight=None).weighted
    with pytest.raises(ValueError, match=r"line 1 has the weight 'friends'.*weight=None"):
        read_graph(path)


def test_weight_names_a_column(write):
    got = read_graph(write("g.csv", "source,target,n,weight\na,b,5,2\n"), weight="n")
    assert got.adjacency[0, 1] == 5


def test_self_loops_in_files(write):
    with pytest.warns(GraphWarning, match="dropped 1 self-loop"):
        assert read_graph(write("g.txt", "1 2\n3 3\n")).nodes == [1, 2, 3]


def test_warnings_made_errors_stay_graph_warnings(write):
    path = write("g.mtx", COORDINATE + "2 2 2\n1 2 1\n1 1 1\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(GraphWarning):
            read_graph(path)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6), st.floats(0.001, 1e6)).filter(lambda e: e[0] != e[1]),
        min_size=1,
    ),
    st.sampled_from([("g.csv", ","), ("g.tsv", "\t"), ("g.txt", " "), ("g.edgelist", "  ")]),
    st.booleans(),
)
def test_edge_lists_round_trip(tmp_path_factory, edges, form, header):
    name, delimiter = form
    lines = [("source", "target", "weight")] * header + edges
    path = tmp_path_factory.mktemp("round") / name
    path.write_text("\n".join(delimiter.join(map(str, line)) for line in lines))
    got = read_graph(path)
    row, col, weights = zip(*edges, strict=True)
    want = as_graph((row, col, weights)).adjacency.toarray()
    np.testing.assert_allclose(got.adjacency.toarray(), want[np.ix_(got.nodes, got.nodes)])


@pytest.mark.parametrize("data", [True, False, ["weight"]])
def test_networkx_edge_lists(write, data):
    content = nx_bytes(nx.write_edgelist, named(PATH), data=data)
    got = read_graph(write("g.edgelist", content)).adjacency.toarray()
    np.testing.assert_array_equal(got, PATH if data else PATH != 0)


GRAPHML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">{}</graph></graphml>'
BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]>' + GRAPHML.format('<node id="&b;"/>')
ARRAY = "%%MatrixMarket matrix array real {}\n"
COORDINATE = "%%MatrixMarket matrix coordinate real general\n"


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("g.csv", "", "the file is empty"),
        ("g.mtx", " \n", "the file is empty"),
        ("g.csv", "# nothing\n", "comments only"),
        ("g.csv", "source,target\n", "header only"),
        ("g.csv", "a\nb\n", "line 1 has 1 columns where it needs 2 or 3"),
        ("g.txt", "# x\na b\nc d e\n", "line 3 has 3 columns where it needs 2, like line 2"),
        ("g.txt", "a b c d\n", "4 columns without names.*give source="),
        ("g.csv", "a,b\n,c\n", "line 2 lacks a node"),
        ("g.csv", "a,b,1\na,c,x\n", "line 2 has the weight 'x'"),
        ("g.csv", "source,target,weight\n\na,b,1\na,c,x\nb,c,1\n", "line 4 has the weight 'x'"),
        ("g.csv", "a,b,\na,c,2\n", "line 1 has the weight ''"),  # no header
        ("g.csv", "1,2,\n3,4,2.0\n", "line 1 has the weight ''"),
        ("g.csv", "1,2,NA\n3,4,2.0\n", "line 1 has the weight 'NA'"),
        ("g.csv", "01,02,x\n03,04,2.0\n", "line 1 has the weight 'x'"),
        ("g.txt", "1 2 n/a\n3 4 2.0\n", "line 1 has the weight 'n/a'"),
        ("g.csv", "a,b,1\na,c,-1\n", "negative.*'a' to 'c'"),
        ("g.csv", "a,b,1\na,c,nan\n", "NaN"),
        ("g.txt", "a b\nb c\n".encode("utf-16")[:-1], "it is not UTF-16 text, byte 17 is 0xa: save it as UTF-8"),
        ("g.txt", "a b\nb c\n".encode("utf-32")[:-4] + b"\0\0\xff\xff", "it is not UTF-32 text, byte 33"),
        ("g.txt", "a b\nb c\n".encode("utf-16-le"), "zero bytes"),
        ("g.txt", "é ü\nb ".encode() + b"\xff\n", "not UTF-8 text, byte 9 is 0xff"),  # damaged
        ("g.txt", b"a b\nb \x81\n", "not UTF-8 text, byte 7 is 0x81"),  # no letter of Windows-1252
        ("g.txt", "a b\n" * 99_999 + "a " * 999_999, "line 100000 has 1999998 characters, too many for an edge"),
        ("g.csv", "," * 2_000_000, "line 1 has 2000000 characters"),
        ("g.csv", "a,b," + "9" * 9_999 + "x\n", "line 1 has the weight '9999"),
        ("g.csv", "a,b,1e400\n", "infinite"),
        ("g.csv", "a,b,-inf\n", "infinite"),
        ("g.tsv", "\ufeff", "the file is empty"),
        ("g.edgelist", "0 1 {'weight': 1}\n1 2 {'weight': open('x')}\n", "line 2 has .* dictionary"),
        ("g.edgelist", "0 1 {" + "(" * 5000 + "}\n", "line 1 has .* dictionary"),
        ("g.edgelist", "0 1 {'weight': 'two'}\n", "weight 'two'"),
        ("g.mtx", "junk", "cannot be read as a .mtx graph"),
        ("g.mtx", COORDINATE + "2 2 1\n3 1 1\n", "out of bounds|out of range|index"),
        ("g.mtx", COORDINATE + "2 2 2\n2 1 1\n", "cannot be read as a .mtx graph"),
        ("g.mtx", COORDINATE + "2 3 1\n2 1 1\n", r"shape \(2, 3\)"),
        ("g.mtx", COORDINATE + "1000000000 1000000000 1\n1 2 1.0\n", "claims 1000000000 nodes but holds 1"),
        ("g.mtx", COORDINATE + "9 9 1000000000\n1 2 1.0\n", "claims 1000000000 entries"),
        ("g.mtx", "%%MatrixMarket matrix array real general\n100000 100000\n1\n", "claims 10000000000 entries"),
        ("g.mtx", COORDINATE + "2 2 1\n1 2 -1\n", "negative"),
        ("g.mtx", COORDINATE + "2 2 2\n1 2 2\0\n2 1 4\n", "zero bytes"),  # SciPy crashed on it
        ("g.mtx", COORDINATE + "2 2 4\n1 2 5\n2 1 5- ", "cannot be read as a .mtx graph"),  # and on this
        (
            "g.mtx",
            ARRAY.format("symmetric") + "5 534\n" + "1 2 4\n" * 40,
            r"symmetric with the shape \(5, 534\)",
        ),  # and here
        ("g.mtx", ARRAY.format("skew-symmetric") + "2 90\n" + "1\n" * 99, "skew-symmetric matrix is square"),
        ("g.mtx", "%%MatrixMarket matrix coordinate real symmetric\n2 90\n 1\n2 1 4\n", "cannot be read"),
        ("g.mtx", "%%MatrixMarket matrix coordinate real symmetric\n2 90 1\n2 80 4\n", "symmetric matrix is square"),
        ("g.npz", "junk", "cannot be read as a .npz graph: it is not a .npz file"),
        ("g.npz", bytes_of(np.save, np.eye(3)), "a single array"),
        ("g.npz", bytes_of(np.savez, row=np.arange(3)), r"it holds \['row'\]"),
        ("g.npz", bytes_of(np.savez, x=np.array([{}], object)), r"it holds \['x'\]"),
        (
            "g.npz",
            bytes_of(sparse.save_npz, sparse.coo_array(([1], ([0], [1])), shape=(10**9,) * 2)),
            "claims 10000000",
        ),
        ("g.npz", bytes_of(sparse.save_npz, sparse.csr_array(np.ones((2, 3)))), r"shape \(2, 3\)"),
        ("g.graphml", "junk", "cannot be read as a .graphml graph"),
        ("g.graphml", GRAPHML.format("")[:-10], "no element found|unclosed"),
        ("g.graphml", GRAPHML.format(""), "no nodes"),
        ("g.graphml", BOMB, "DOCTYPE"),
        ("g.gexf", BOMB, "DOCTYPE"),
        ("g.graphml", BOMB.encode("utf-16"), "DOCTYPE"),
        ("g.graphml", '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + GRAPHML.format(""), "DOCTYPE"),
        ("g.graphml", GRAPHML.format('<node id="&b;"/>'), "undefined entity"),
        ("g.graphml", "<a>" * 999_999, "begins with <a> and not with <graphml>"),
        ("g.gexf", "<a>" * 99_999 + "</a>" * 99_999, "begins with <a>"),
        ("g.graphml", GRAPHML.format("<a>" * 999_999)[:-30], "no element found|unclosed"),
        ("g.gexf", "<gexf></gexf>", "no <graph>"),
        ("g.gml", "graph [ " * 50_000, "cannot be read"),
        ("g.gexf", GRAPHML.format(""), "cannot be read as a .gexf graph"),
        ("g.gml", "graph [ node", "cannot be read as a .gml graph"),
    ],
)
def test_broken_files(write, name, content, match):
    path = write(name, content)
    with pytest.raises(ValueError, match=match) as caught:
        read_graph(path)
    assert str(path) in str(caught.value)
    assert re.search("NetworkX graph or a SciPy matrix|: (give|correct) ", str(caught.value))
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("text", ["999999999999999999 1\n1 -7\n", "99999999999999999999999999 1\n1 -7\n"])
def test_huge_ids_are_names(write, text):
    assert read_graph(write("g.txt", text)).nodes == [int(name) for name in dict.fromkeys(text.split())]


def test_an_npz_that_claims_more_than_it_has(tmp_path):
    """A header of 128 bytes must not reserve 8 TB."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    parts = {"format": b"csr", "shape": [2, 2], "indices": [1, 0], "indptr": [0, 1, 2]}
    np.savez(tmp_path / "g.npz", **parts)
    with zipfile.ZipFile(tmp_path / "g.npz", "a") as archive:
        archive.writestr("data.npy", header.getvalue())
    with pytest.raises(ValueError, match=r"array 'data.npy' claims 8000000000000 bytes but has 128"):
        read_graph(tmp_path / "g.npz")


@pytest.mark.parametrize(
    "change", [{"indices": [7, 0]}, {"indptr": [0, 2, 1]}, {"indptr": [0, 9, 2]}, {"indptr": [0, 9, -1]}]
)
def test_an_npz_with_indices_out_of_range(tmp_path, change):
    good = {"format": b"csr", "shape": [2, 2], "data": [1.0, 1], "indices": [1, 0], "indptr": [0, 1, 2]}
    np.savez(tmp_path / "g.npz", **good)
    assert read_graph(tmp_path / "g.npz").adjacency.nnz == 2
    np.savez(tmp_path / "g.npz", **(good | change))
    with pytest.raises(ValueError, match=r"g\.npz"):
        read_graph(tmp_path / "g.npz")


def test_arrays_of_an_npz_are_mapped_where_they_are_large_and_not_compressed(tmp_path, monkeypatch):
    A = sparse.csr_array(nx.to_scipy_sparse_array(nx.gnp_random_graph(300, 0.1, seed=0)))
    mapped = []
    monkeypatch.setattr("sggraph.io.matrix_files.MAPPED", 1000)
    monkeypatch.setattr(np, "memmap", lambda *args, of=np.memmap: mapped.append(args) or of(*args))
    for compressed, count in ((False, 6), (True, 6)):  # the bytes and the array of three members
        sparse.save_npz(tmp_path / "g.npz", A, compressed=compressed)
        assert (read_graph(tmp_path / "g.npz").adjacency != A).nnz == 0
        assert len(mapped) == count
    (tmp_path / "g.npz").unlink()  # nothing holds it


def test_a_damaged_npz_is_not_mapped(tmp_path, monkeypatch):
    monkeypatch.setattr("sggraph.io.matrix_files.MAPPED", 1000)
    path = tmp_path / "g.npz"
    sparse.save_npz(path, sparse.csr_array(nx.to_scipy_sparse_array(nx.complete_graph(40))), compressed=False)
    whole = path.read_bytes()
    at = whole.index(b"data.npy") + 2000
    for broken in (whole[:at] + b"\1" + whole[at + 1 :], whole[:-1000], whole[:at]):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=r"g\.npz"):
            read_graph(path)


def test_an_npz_is_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    np.savez(
        tmp_path / "g.npz", format=b"csr", shape=[2, 2], data=np.array([Trap()], object), indices=[0], indptr=[0, 1]
    )
    with pytest.raises(ValueError, match="pickle"):
        read_graph(tmp_path / "g.npz")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("name", ["g.csv.gz", "g.mtx.gz", "g.npz.gz", "g.graphml.gz"])
@pytest.mark.parametrize(
    "content",
    [gzip.compress(b"0,1\n" * 99)[:-9], b"not compressed", b"\x1f\x8b"],
    ids=["cut off", "not compressed", "two bytes"],  # the first holds the time
)
def test_broken_gz(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=r"\.gz' ?.*cannot be read"):
        read_graph(tmp_path / name)


@pytest.mark.parametrize(("name", "swollen"), [("g.csv.gz", b"0,1\n" * 99_999), ("g.npz", np.zeros(99_999))])
def test_what_swells_without_bound_is_refused(tmp_path, monkeypatch, name, swollen):
    monkeypatch.setattr(safe, "_most_bytes", lambda content: 99_999)
    content = gzip.compress(swollen) if name[-3:] == ".gz" else bytes_of(np.savez_compressed, data=swollen)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"its {len(content)} bytes swell to more than 99999"):
        read_graph(tmp_path / name)


def test_gz_in_several_members(tmp_path):
    (tmp_path / "g.csv.gz").write_bytes(gzip.compress(b"0,1\n") + gzip.compress(b"1,2\n"))
    assert read_graph(tmp_path / "g.csv.gz").adjacency.nnz == 4


@pytest.mark.parametrize("name", ["g", "g.docx", "g.gz", "g.csv.zip", "csv"])
def test_unknown_suffix(name):
    with pytest.raises(ValueError, match=r"give a name that ends with \.mtx, \.npz.*\.gz"):
        read_graph(name)


def test_format_insists(write):
    assert read_graph(write("g.dat", "a b 2\n"), format="csv").nodes == ["a", "b"]
    assert read_graph(write("g.txt", "3 1\n2\n1\n\n"), format="metis").nodes == [1, 2, 3]
    with pytest.raises(ValueError, match=r"^format='pajk': give 'mtx', 'npz'"):
        read_graph("g.txt", format="pajk")
    with pytest.raises(ValueError, match=r"cannot be read as a \.gml graph"):
        read_graph(write("g.txt", "1 2\n"), format="gml")


def test_the_types_name_each_format():
    assert set(get_args(Format)) == {*READERS, *EDGE_LISTS}


@pytest.mark.parametrize("path", [None, 5, b"g.csv"])
def test_what_is_no_name_of_a_file(path):
    with pytest.raises(TypeError, match=f"^path={path!r}: give the name of a file"):
        read_graph(path)


@pytest.mark.parametrize("name", ["g.csv", "g.mtx.gz", "g.npz", "g.gml"])
def test_missing_file(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=name):
        read_graph(tmp_path / name)


def test_options_are_no_fault_of_the_file(tmp_path):
    with pytest.raises(ValueError, match=r"^direction='up'"):
        read_graph(tmp_path / "g.csv", direction="up")


@pytest.mark.parametrize("name", ["follows.xlsx", "old.xls", "office.ODS"])
def test_a_workbook_has_its_remedy(name):
    with pytest.raises(
        ValueError, match=rf"path='{name}': give the sheet .* as \.csv, or as_graph\(pandas\.read_excel"
    ):
        read_graph(name)


def test_an_error_has_one_remedy(tmp_path):
    path = tmp_path / "follows.csv"
    path.write_text("who,whom,likes\na,b,\nb,c,2\n")
    for options, remedy in (
        ({}, "give source="),
        ({"source": "who", "target": "whom", "weight": "likes"}, "correct it"),
    ):
        with pytest.raises(ValueError, match=f": {remedy}") as error:
            read_graph(path, **options)
        assert "load it yourself" not in str(error.value)
    path = tmp_path / "broken.graphml"
    path.write_text("<graphml>")
    with pytest.raises(ValueError, match="load it yourself"):
        read_graph(path)
