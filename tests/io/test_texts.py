"""io/texts.py: a text is the same graph in every encoding that spreadsheets write."""

import gzip
import warnings

import networkx as nx
import numpy as np
import pytest

from sggraph import GraphWarning, load_embedding, read_graph
from sggraph.io import edge_lists
from sggraph.io.texts import as_text, as_utf8

MARKED = ("utf-8", "utf-8-sig", "utf-16", "utf-32")
TABLE = "source\ttarget\tweight\r\nZürich\tGenève\t2,5\r\nGenève\tKöln\t1\r\n"
CITIES = ["Zürich", "Genève", "Köln"]
FORMATS = {
    "g.txt": TABLE,
    "g.tsv": TABLE,
    "g.csv": TABLE.replace("\t", ";"),
    "g.gml": 'graph [ node [ id 0 label "Zürich" ] node [ id 1 label "Genève" ] node [ id 2 label "Köln" ]'
    " edge [ source 0 target 1 ] edge [ source 1 target 2 ] ]",
    "g.dot": "graph { Zürich -- Genève -- Köln }",
    "g.json": '{"nodes": [{"id": "Zürich"}, {"id": "Genève"}, {"id": "Köln"}], "links": []}',
    "g.net": '*Vertices 3\n1 "Zürich"\n2 "Genève"\n3 "Köln"\n*Edges\n1 2\n',
    "g.adjlist": "Zürich Genève\nGenève Köln\n",
    "out.cities": "% sym unweighted\nZürich Genève\nGenève Köln\n",
}


@pytest.mark.filterwarnings("ignore:graph")
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("encoding", MARKED)
@pytest.mark.parametrize("name", FORMATS)
def test_a_byte_order_mark_says_how_a_text_is_read(tmp_path, name, encoding, zipped):
    content = FORMATS[name].encode(encoding)
    path = tmp_path / (f"{name}.gz" if zipped else name)
    path.write_bytes(gzip.compress(content) if zipped else content)
    assert read_graph(path).nodes == CITIES


@pytest.mark.filterwarnings("ignore:graph")
@pytest.mark.parametrize("name", FORMATS)
def test_text_of_western_windows_is_read_and_the_guess_told_once(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FORMATS[name].encode("cp1252"))
    with pytest.warns(GraphWarning, match="path: its text is not UTF-8 and was read as Windows-1252, such as ") as told:
        assert read_graph(path).nodes == CITIES
    assert len([each for each in told if "Windows" in str(each.message)]) == 1
    assert any(city in str(told[0].message) for city in CITIES)
    assert told[0].filename == __file__


@pytest.mark.parametrize("encoding", [*MARKED, "cp1252"])
def test_a_long_edge_list_is_read_at_the_same_speed_in_every_encoding(tmp_path, encoding, monkeypatch):
    edges = [f"é{i},ö{i + 1}" for i in range(99)]
    path = tmp_path / "g.csv"
    path.write_bytes("\n".join(["source,target", *edges]).encode(encoding))
    monkeypatch.setattr(edge_lists, "LONG", 1)
    monkeypatch.setattr(edge_lists, "_read_any", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)
        graph = read_graph(path)
    assert graph.nodes[:3] == ["é0", "ö1", "é1"]
    assert graph.adjacency.nnz == 2 * len(edges)


def test_latin_1_is_the_same_where_no_letter_is_a_control_character():
    letters = "".join(map(chr, range(0xA0, 0x100)))
    with pytest.warns(GraphWarning, match="Windows-1252"):
        assert as_text(letters.encode("latin-1")) == letters


@pytest.mark.parametrize(
    "content",
    ["größe, déjà, naïve".encode()[:-3] + b"\xef", "Ωμέγα".encode()[:-1], "a".encode("utf-16")[:-1], b"\x81\x8d"],
)
def test_what_is_damaged_is_refused(content):
    with pytest.raises(ValueError, match=r"^it is not UTF-(8|16) text, byte \d+ is 0x.*: save it as UTF-8$"):
        as_text(content)


def test_bytes_in_utf8_stay_and_lose_their_mark():
    content = b"plain"
    assert as_utf8(content) is content
    assert as_utf8("ö".encode("utf-8-sig")) == "ö".encode()
    assert as_utf8("ö".encode("utf-16")) == "ö".encode()


def test_coordinates_and_labels_come_from_excel_as_well(tmp_path):
    path = tmp_path / "Y.csv"
    path.write_bytes("node,x,y,label\nZürich,0,1,größer\nGenève,2,3,kleiner\n".encode("utf-16"))
    saved = load_embedding(path)
    assert saved.nodes == CITIES[:2]
    assert saved.labels == ["größer", "kleiner"]
    np.testing.assert_array_equal(saved.coordinates, [[0, 1], [2, 3]])
    path.write_bytes("node,x,y\nZürich,0,1\n".encode("cp1252"))
    with pytest.warns(GraphWarning, match="'Zürich'"):
        assert load_embedding(path).nodes == ["Zürich"]


def test_xml_says_itself_how_it_is_encoded(tmp_path):
    graph = nx.path_graph(CITIES)
    path = tmp_path / "g.graphml"
    for encoding in ("utf-8", "utf-16", "iso-8859-1"):
        nx.write_graphml(graph, path, encoding=encoding)
        assert read_graph(path).nodes == CITIES
