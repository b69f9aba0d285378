"""io/lines.py: separators, comments and headers of text tables, by their first hundred lines."""

import gzip

import pytest

from sggraph import GraphWarning, read_graph
from sggraph.graph.arcs import Reading
from sggraph.io.edge_lists import read_edges
from sggraph.io.lines import layout


def read(text, suffix=".csv", **options):
    return read_edges(text.encode(), suffix, Reading(**options))


def weights(graph):
    return {
        (graph.nodes[i], graph.nodes[j]): w
        for i, j, w in zip(*graph.adjacency.nonzero(), graph.adjacency.data.tolist(), strict=True)
        if i < j
    }


@pytest.mark.parametrize(
    ("text", "suffix", "want"),
    [
        ('"x, y";"z"\n"z";"w; v"\n', ".csv", ["x, y", "z", "w; v"]),
        ('"x, y", "z"\n"z", "w"\n', ".txt", ["x, y", "z", "w"]),
        ('"x y"  z\nz\t"w v"\n', ".txt", ["x y", "z", "w v"]),
        ("x, y\tz\nz\tw, v\n", ".tsv", ["x, y", "z", "w, v"]),
        ("x, y|z\nz|w\n", ".txt", ["x, y", "z", "w"]),
        ("La Paz,Rome\nRome,New York City\n", ".edgelist", ["La Paz", "Rome", "New York City"]),
        ('5" disk\ttape\ntape\tdrum\n', ".tsv", ['5" disk', "tape", "drum"]),
        ('"open\tb\nb\tc\n', ".txt", ['"open', "b", "c"]),
        ("a;b\n" * 150 + "b;c,d\n", ".csv", ["a", "b", "c,d"]),
    ],
)
def test_separators(text, suffix, want):
    assert read(text, suffix).nodes == want


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# Nodes: 3\n# FromNodeId\tToNodeId\n1\t2\n", ["FromNodeId", "ToNodeId"]),
        ("#node1 node2 combined_score\na b 5\n", ["node1", "node2", "combined_score"]),
        ('"from" "to"\n"1" "a" "b"\n"2" "b" "c"\n', ["", "from", "to"]),  # write.table of R
        (",person,friend\n0,ann,bob\n", ["", "person", "friend"]),
        ("u,v\n5,9\n", ["u", "v"]),
        ("u,v\nv,w\n", None),
        ("# nodes and edges\na b\n", None),
        ("a,b,c\nd,e,f\n", None),
        ("a,b\n", None),
    ],
)
def test_headers(text, names):
    assert layout(text.split("\n"), ".txt", []).names == names


def test_a_name_that_the_caller_gives_makes_a_header():
    text = "person,friend\nann,bob\nbob,cid\n"
    assert read(text, source="person", target="friend").nodes == ["ann", "bob", "cid"]
    assert read("1 2 7\n2 3 5\n", ".txt", weight=2, source=0, target=1).weighted


def test_marks_are_comments_before_the_first_edge_and_where_they_do_not_split():
    tags = read("from,to,n\n#a,%b,2\n%b,c,1\n")
    assert weights(tags) == {("#a", "%b"): 2, ("%b", "c"): 1}
    with pytest.warns(GraphWarning, match="left out 1 line among"):
        assert read("a,b\n# and now the rest\nb,c\n").nodes == ["a", "b", "c"]
    with pytest.warns(GraphWarning, match="left out 2 lines among"):
        assert read("#a,#b\n#b,#c\nc,#d\n").nodes == ["c", "#d"]
    with pytest.warns(GraphWarning, match="left out 1 line"):
        assert read("a b\n# note\n#b c\n", ".txt").nodes == ["a", "b", "#b", "c"]
    assert read("# by hand\n%%\n\na,b\n").nodes == ["a", "b"]
    with pytest.raises(ValueError, match="comments only"):
        read("#a,#b\n")


@pytest.mark.parametrize(
    "header", ["Quelle;Ziel;Gewicht\n", "\ufeffsource;cible;poids\n", "sep=;\nfrom;to;Valor\n", ""]
)
def test_spreadsheets_with_decimal_commas(header):
    with pytest.warns(GraphWarning, match=r"took the comma .* for a decimal point: 1,5 is 1\.5"):
        assert weights(read(f"{header}Ann;Bob;1,5\nBob;Cid;2\nAnn;Cid;0,25\n")) == PRICES
    with pytest.warns(GraphWarning, match="decimal point"):  # quoted, where commas separate the cells
        assert weights(read('from,to,n\nAnn,Bob,"1,5"\nBob,Cid,2\nAnn,Cid,"0,25"\n')) == PRICES


def test_a_long_table_with_decimal_commas():
    with pytest.warns(GraphWarning, match="decimal point"):
        got = read("von;nach;wert\n" + "".join(f"{k};{k + 1};{k},5\n" for k in range(100_000)))
    assert got.adjacency.sum() == 2 * sum(k + 0.5 for k in range(100_000))


PRICES = {("Ann", "Bob"): 1.5, ("Bob", "Cid"): 2, ("Ann", "Cid"): 0.25}


def test_commas_that_may_part_thousands_are_no_decimals():
    for odd in ("1.234,5", "1.5", "1,234,567"):
        with pytest.raises(ValueError, match=f"line 3 has the weight '{odd}', not a number"):
            read(f"from;to;weight\na;b;0,5\nb;c;{odd}\n")


def test_what_is_refused():
    with pytest.raises(ValueError, match="decimal comma"):
        read("a b 1,5\nb c 2,25\n", ".txt")
    with pytest.raises(ValueError, match="line 2 has 3 columns where it needs 2, like line 1"):
        read("a;b\nb;c;d\nc;d\n")
    with pytest.raises(ValueError, match="'userId', 'movieId', 'rating'"):
        read("userId,movieId,rating\n1,31,2.5\n1,29,3.0\n")


def test_two_kinds_of_nodes_and_zipped_tables(tmp_path):
    (tmp_path / "ratings.tsv.gz").write_bytes(gzip.compress(b"userId\tmovieId\trating\n1\t2\t2.5\n2\t2\t3\n"))
    graph = read_graph(tmp_path / "ratings.tsv.gz", source="userId", target="movieId", weight="rating", bipartite=True)
    assert graph.nodes == [("row", 1), ("row", 2), ("column", 2)]
    assert graph.adjacency.data.tolist() == [2.5, 3, 2.5, 3]
    long = "user,item,n\n" + "".join(f"{k % 9},{k % 7},1\n" for k in range(180_000))
    assert len(long) > 2**20
    (tmp_path / "long.csv").write_text(long)
    quick = read_graph(tmp_path / "long.csv", source="user", target="item", bipartite=True)
    slow = read(long.replace("0,0,1\n", '"0",0,1\n', 1), source="user", target="item", bipartite=True)
    assert quick.nodes == slow.nodes
    assert (quick.adjacency != slow.adjacency).nnz == 0
