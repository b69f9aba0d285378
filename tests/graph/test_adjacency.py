"""graph/adjacency.py: one graph in any format gives one CSR; what is no graph gives an error that helps."""

import copy
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse

from sggraph import SGtSNEpi, embed_graph, point_cloud_to_graph, read_graph, write_embedding
from sggraph.datasets import load_us_flights_2008
from sggraph.graph.adjacency import Graph, GraphWarning, as_graph, label_edges, quiet_graph

igraph = pytest.importorskip("igraph")
pd = pytest.importorskip("pandas")

pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass")

SPARSE_FORMATS = ["coo", "csr", "csc", "lil", "dok", "bsr", "dia"]
PATH = np.array([[0, 2, 0], [2, 0, 1], [0, 1, 0]])  # 0 -2- 1 -1- 2
ARCS = np.array([[0, 3, 0], [1, 0, 0], [0, 2, 0]])  # 0 -> 1 and back, 2 -> 1


@st.composite
def edge_lists(draw, loops=False):
    """n nodes, all of them in some edge, and distinct undirected edges with weights that binary fractions hold."""
    n = draw(st.integers(2, 9))
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20))
    chosen += [(i, (i + 1) % n) for i in range(n) if not any(i in pair for pair in chosen)]
    chosen = sorted({(min(pair), max(pair)) for pair in chosen})
    weights = draw(st.lists(st.integers(1, 12).map(lambda k: k / 4), min_size=len(chosen), max_size=len(chosen)))
    return n, chosen, weights


def dense_of(n, edges, weights):
    dense = np.zeros((n, n))
    for (i, j), w in zip(edges, weights, strict=True):
        dense[i, j] = dense[j, i] = w
    return dense


def every_format(n, edges, weights):
    dense = dense_of(n, edges, weights)
    row, col = (list(ends) for ends in zip(*edges, strict=True))
    named = [(i, j, {"weight": w}) for (i, j), w in zip(edges, weights, strict=True)]
    halves = [(i, j, {"weight": w / 2}) for (i, j), w in zip(edges, weights, strict=True) for _ in range(2)]
    for kind in (nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph):
        G = kind()
        G.add_nodes_from(range(n))
        G.add_edges_from(named if not G.is_multigraph() else halves)
        yield kind.__name__, G
    yield "both ways DiGraph", G.to_undirected().to_directed()
    yield "frozen", nx.freeze(nx.Graph(nx.Graph(dense)))
    yield "view", nx.Graph(np.pad(dense, (0, 1), constant_values=1)).subgraph(range(n))
    for name in SPARSE_FORMATS:
        yield f"{name}_array", sparse.coo_array(dense).asformat(name)
        yield f"{name}_matrix", sparse.coo_matrix(dense).asformat(name)
    yield "float32", sparse.csr_array(dense.astype(np.float32))
    yield "duplicates", sparse.coo_array((np.tile(weights, 4) / 2, (2 * (row + col), 2 * (col + row))), shape=(n, n))
    yield "dense", dense
    yield "fortran", np.asfortranarray(dense)
    yield "nested", dense.tolist()
    yield "np.matrix", np.asmatrix(dense)
    yield "tuple", (row, col, weights)
    yield "tuple of arrays", (np.array(row, np.uint8), np.array(col, np.int16), np.array(weights, np.float32))
    yield "flipped halves", (row + col, col + row, np.tile(weights, 2) / 2)
    yield "igraph", igraph.Graph(n, edges, edge_attrs={"weight": weights})


def assert_clean(graph):
    A = graph.adjacency
    assert isinstance(A, sparse.csr_array)
    assert A.dtype == np.float64
    assert A.indices.dtype == A.indptr.dtype == np.int32
    fresh = sparse.csr_array((A.data, A.indices, A.indptr), shape=A.shape)
    assert fresh.has_canonical_format
    assert not A.diagonal().any()
    assert (A.data > 0).all()
    assert np.isfinite(A.data).all()
    assert A.shape == (len(graph.nodes),) * 2


@settings(max_examples=40, deadline=None)
@given(edge_lists())
def test_the_same_graph_in_any_format_is_the_same_csr(graph):
    dense = sparse.csr_array(dense_of(*graph))
    weighted = len(set(graph[2])) > 1
    for name, G in every_format(*graph):
        got = as_graph(G)
        assert_clean(got)
        for attribute in ("data", "indices", "indptr"):
            np.testing.assert_array_equal(getattr(got.adjacency, attribute), getattr(dense, attribute), err_msg=name)
        assert got.nodes == list(range(graph[0])), name
        assert got.weighted == weighted, name
        assert got.directed == (name in ("DiGraph", "MultiDiGraph")), name


def parts(G):
    """The insides of a graph, flags of sparse matrices included."""
    if sparse.issparse(G):
        names = [name for name in ("data", "indices", "indptr", "row", "col", "rows", "offsets") if hasattr(G, name)]
        flags = {name: value for name, value in vars(G).items() if "canonical" in name or "sorted" in name}
        return [copy.deepcopy(getattr(G, name)) for name in names], flags, G.dtype
    if isinstance(G, igraph.Graph):
        return G.get_edgelist(), G.es["weight"]
    return copy.deepcopy((list(G.nodes(data=True)), list(G.edges(data=True))) if isinstance(G, nx.Graph) else G)


@settings(max_examples=10, deadline=None)
@given(edge_lists(), st.sampled_from(["symmetric", "out", "in"]))
def test_the_callers_graph_is_unchanged_and_shares_no_memory(graph, direction):
    for name, G in every_format(*graph):
        before = parts(G)
        got = as_graph(G, direction=direction)
        got.adjacency.data[:] = -1
        got.adjacency.indices[:] = 0
        np.testing.assert_equal(parts(G), before, err_msg=name)


def test_an_unsorted_matrix_with_duplicates_zeros_and_loops_is_unchanged():
    arrays = np.array([1.0, 2, 3, 0, 5]), np.array([2, 1, 1, 0, 2]), np.array([0, 3, 4, 5])
    kept = [array.copy() for array in arrays]
    G = sparse.csr_matrix(arrays, shape=(3, 3))
    with pytest.warns(GraphWarning):
        got = as_graph(G, direction="out")
    np.testing.assert_array_equal(got.adjacency.toarray(), [[0, 5, 1], [0, 0, 0], [0, 0, 0]])
    for array, copied in zip((G.data, G.indices, G.indptr), kept, strict=True):
        np.testing.assert_array_equal(array, copied)
    assert not G.has_sorted_indices


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint64, np.float16, np.float32, np.longdouble, object])
def test_dtypes(dtype):
    G = np.array([[0, 1], [1, 0]]).astype(dtype)
    assert_clean(as_graph(G))
    if dtype not in (np.float16, object):
        assert_clean(as_graph(sparse.csr_array(G)))


def test_small_integers_do_not_overflow():
    G = sparse.coo_array((np.full(4, 100, np.int8), ([0, 0, 1, 1], [1, 1, 0, 0])), shape=(2, 2))
    assert as_graph(G).adjacency[0, 1] == 200


@pytest.mark.parametrize("make", [nx.Graph, igraph.Graph.from_networkx, lambda G: list(G.edges(data=True))])
def test_a_weight_that_no_edge_has_is_refused(make):
    G = nx.Graph([("a", "b", {"freq": 2, "since": 1999}), ("b", "c", {"freq": 3})])
    with pytest.raises(ValueError, match=r"weight='frek': give an attribute of the edges, '\w+' or '\w+', or None"):
        as_graph(make(G), weight="frek")
    assert as_graph(make(G), weight="since").adjacency[1, 2] == 1  # as NetworkX has it for the others
    with pytest.raises(ValueError, match=r"weight='frek': give None.*have no attributes"):
        as_graph(nx.path_graph(3), weight="frek")
    assert as_graph(nx.empty_graph(3), weight="frek").adjacency.nnz == 0


@pytest.mark.parametrize("make", [np.array, sparse.csr_array, lambda A: nx.DiGraph(A), lambda A: nx.MultiDiGraph(A)])
@pytest.mark.parametrize(
    ("direction", "expected"), [("symmetric", ARCS + ARCS.T), ("out", ARCS), ("in", ARCS.T)], ids=lambda x: str(x)[:9]
)
def test_direction(make, direction, expected):
    got = as_graph(make(ARCS), direction=direction)
    np.testing.assert_array_equal(got.adjacency.toarray(), expected)
    assert got.directed
    assert got.weighted


@pytest.mark.parametrize("direction", ["symmetric", "out", "in"])
@pytest.mark.parametrize("G", [PATH, nx.Graph(PATH), (np.array([0, 2]), np.array([1, 1]), [2, 1])], ids=type)
def test_direction_leaves_undirected_graphs_alone(G, direction):
    got = as_graph(G, direction=direction)
    np.testing.assert_array_equal(got.adjacency.toarray(), PATH)
    assert not got.directed


def test_symmetric_leaves_nobody_with_an_arc_isolated():
    G = nx.DiGraph([("source", "a"), ("a", "sink")])
    assert (as_graph(G).adjacency.sum(axis=1) > 0).all()


def test_directed_igraph():
    G = igraph.Graph([(0, 1), (2, 1)], directed=True)
    np.testing.assert_array_equal(as_graph(G, direction="out").adjacency.toarray(), [[0, 1, 0], [0, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize("direction", ["out", "in"])
def test_of_a_table_it_tells_that_rows_have_no_direction(direction, tmp_path):
    table = pd.DataFrame({"source": ["a", "b"], "target": ["b", "c"]})
    table.to_csv(tmp_path / "arcs.csv", index=False)
    for read, what in ((as_graph, table), (read_graph, tmp_path / "arcs.csv")):
        with pytest.warns(GraphWarning, match=rf"direction='{direction}' changes nothing, rows of a table .*DiGraph"):
            assert not read(what, direction=direction).directed
        read(what, direction="symmetric")
    arcs = nx.from_pandas_edgelist(table, create_using=nx.DiGraph)
    assert as_graph(arcs, direction=direction).directed
    write_embedding(tmp_path / "arcs.gexf", {"a": (0, 0), "b": (1, 0), "c": (2, 1)}, graph=table)  # in silence


def test_rounding_is_no_direction():
    rng = np.random.default_rng(0)
    G = rng.random((20, 20)).astype(np.float32)
    G = np.triu(G, 1) + np.tril((G * np.float32(1 + 1e-6)).T, -1)
    got = as_graph(G)
    assert not got.directed
    assert abs(got.adjacency - got.adjacency.T).max() == 0
    np.testing.assert_allclose(got.adjacency.toarray(), G, rtol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(0.01, 10)), min_size=1, max_size=60))
def test_parallel_edges_of_any_weight_stay_symmetric_to_the_last_bit(edges):
    edges = [(i, j if i != j else (j + 1) % 5, w) for i, j, w in edges]
    A = as_graph(tuple(zip(*edges, strict=True))).adjacency
    np.testing.assert_array_equal(A.toarray(), A.toarray().T)
    np.testing.assert_allclose(A.sum(), 2 * sum(w for *_, w in edges))


@pytest.mark.parametrize(
    ("G", "weighted"),
    [
        (nx.path_graph(3), False),
        (3 * np.array([[0, 1], [1, 0]]), False),
        (np.array([[9, 1], [1, 0]]), False),  # the loop does not count
        (PATH, True),
        (nx.DiGraph([(0, 1), (1, 0), (1, 2)]), False),  # A + A.T has 2 and 1, but that is our doing
        (([0, 1, 1], [1, 0, 2]), True),  # one edge twice, whichever way round
        (nx.MultiGraph([(0, 1), (0, 1), (1, 2)]), True),
        (np.zeros((2, 2)), False),
    ],
)
@pytest.mark.filterwarnings("ignore::sggraph.GraphWarning")
def test_weighted(G, weighted):
    assert as_graph(G).weighted is weighted


@pytest.mark.parametrize("direction", ["symmetric", "out", "in"])
def test_neighbour_graphs_of_points_are_known_by_their_rows(direction):
    X = np.random.default_rng(0).normal(size=(60, 3))
    for p in (point_cloud_to_graph(X, 5, perplexity=3), point_cloud_to_graph(X, 9, rescale=None)):
        for same in (p, p.astype(np.float32), p.T, p.toarray()):
            graph = as_graph(same, direction=direction)
            assert graph.calibrated
            assert not graph.given
        for other in (2 * p, p + p.T, p.power(0.5)):
            assert as_graph(other, direction=direction).given


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "G",
    [
        PATH,
        1e308 * (1 - np.eye(5)) * np.outer([0.9, 1, 1, 1, 1], [0.9, 1, 1, 1, 1]),  # sums overflow
        nx.karate_club_graph(),
        nx.stochastic_graph(nx.DiGraph(nx.karate_club_graph())),
        [[0, 1, 0, 0], [0.2, 0, 0.3, 0.5], [0.5, 0, 0, 0.5], [0.5, 0.5, 0, 0]],  # rows sum to 1, but differ in size
        [[0, 0.5, 0.75, 0], [0, 0, 0.5, 0.25], [0.25, 0, 0, 0.75], [0.25, 0.75, 0, 0]],  # sums differ, their mean is 1
        (np.arange(6), (np.arange(6) + 1) % 6, [0.75, 0.25] * 3),  # edges, not the rows of a matrix
    ],
)
def test_weights_of_other_graphs_are_the_users(G):
    assert as_graph(G).given


def test_node_names_follow_networkx():
    G = nx.Graph([("b", ("a", 1)), (frozenset([2]), "b")])
    assert as_graph(G).nodes == list(G)


@pytest.mark.parametrize("name", [lambda i: i, lambda i: float(i), lambda i: f"n{i}", lambda i: 29 - i, lambda i: (i,)])
@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
@pytest.mark.parametrize("view", [None, "subgraph", "few", "reverse", "frozen", "edges"])
@pytest.mark.filterwarnings("ignore::sggraph.GraphWarning")
def test_networkx_graphs_and_views_equal_its_own_conversion(name, kind, view):
    rng = np.random.default_rng(0)
    G = kind()
    G.add_nodes_from(map(name, range(30)))
    for i, j in rng.integers(30, size=(150, 2)).tolist():
        G.add_edge(name(i), name(j), **({"weight": (i + j) % 4 + 0.5} if i % 3 else {}))
    if view == "reverse":
        G = G.reverse(copy=False) if G.is_directed() else G
    elif view is not None:
        kept = [name(i) for i in (range(20) if view != "few" else (7, 3, 11, 2))]
        G = nx.freeze(G) if view == "frozen" else G.subgraph(kept)
        G = nx.subgraph_view(G, filter_edge=lambda u, v, *key: hash(u) != hash(v)) if view == "edges" else G
    for weight in ("weight", None):
        A = nx.to_scipy_sparse_array(G, weight=weight, format="coo")
        want = as_graph(A, direction="out")
        graph = as_graph(G, weight=weight, direction="out")
        assert np.allclose(graph.adjacency.toarray(), want.adjacency.toarray(), rtol=1e-12)
        assert graph.nodes == list(G)


def test_weight_names_an_attribute_and_none_ignores_it():
    G = nx.Graph([(0, 1, {"w": 5}), (1, 2, {"weight": "junk"})])
    np.testing.assert_array_equal(as_graph(G, weight="w").adjacency.toarray(), [[0, 5, 0], [5, 0, 1], [0, 1, 0]])
    np.testing.assert_array_equal(as_graph(G, weight=None).adjacency.toarray(), [[0, 1, 0], [1, 0, 1], [0, 1, 0]])


@pytest.mark.parametrize("make", [np.array, sparse.csr_array, lambda A: (*np.nonzero(np.triu(A)), [2, 1])])
def test_weight_none_ignores_the_entries_of_arrays(make):
    np.testing.assert_array_equal(as_graph(make(PATH), weight=None).adjacency.toarray(), PATH != 0)


def test_igraph_names_and_missing_weights():
    G = igraph.Graph([(0, 1), (1, 2)], vertex_attrs={"name": ["x", "y", "z"]})
    G.es[0]["weight"] = 2.0  # igraph sets None for the other
    got = as_graph(G)
    assert got.nodes == ["x", "y", "z"]
    np.testing.assert_array_equal(got.adjacency.toarray(), PATH)
    G.vs["name"] = ["x", "x", "z"]
    assert as_graph(G).nodes == [0, 1, 2]


@pytest.mark.parametrize(
    "columns", [["source", "target", "weight"], ["from", "to", "n"], [0, 1, 2], ["target", "source", "weight"]]
)
def test_data_frame(columns):
    got = as_graph(pd.DataFrame([["b", "a", 2], ["a", "c", 1]], columns=columns))
    assert got.nodes == (["a", "b", "c"] if columns[0] == "target" else ["b", "a", "c"])
    assert got.adjacency[got.nodes.index("a"), got.nodes.index("b")] == 2
    assert not got.directed


def test_data_frame_variants():
    frame = pd.DataFrame({"when": [7, 8], "source": [5, 3], "target": [3, 4]})
    with pytest.warns(GraphWarning, match="no weight among its columns 'when'"):
        graph = as_graph(frame)
    assert graph.nodes == [5, 3, 4]
    assert set(graph.adjacency.data) == {1}
    frame["weight"] = [2, 3]
    assert as_graph(frame).weighted
    assert not as_graph(frame, weight=None).weighted
    assert as_graph(frame, weight="when").adjacency[0, 1] == 7
    assert as_graph(frame.astype({"source": "category", "weight": "Int64"})).adjacency[0, 1] == 2


def test_a_square_data_frame_is_an_adjacency_matrix():
    names = list("wxyz")
    got = as_graph(pd.DataFrame(np.ones((4, 4)) - np.eye(4), columns=names, index=names))
    assert got.nodes == names
    assert got.adjacency.nnz == 12


@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_matrix, sparse.bsr_array])
@pytest.mark.parametrize(
    ("name", "values"),
    [("indices", [7, 0]), ("indices", [-1, 0]), ("indptr", [0, 2, 1]), ("indptr", [0, 9, -1]), ("indptr", [0, 1])],
)
def test_damaged_matrices_are_refused(make, name, values):
    """SciPy would read and write beside their arrays, and does not notice where indptr ends below zero."""
    G = make(np.array([[0.0, 1], [1, 0]]))
    setattr(G, name, np.array(values, np.int32))
    with pytest.raises(ValueError, match=f"damaged {G.format} matrix, .*: build it anew"):
        as_graph(G)


def test_label_edges():
    got = label_edges([7, "x"], ["x", None], [1, 2])
    assert got.nodes == [7, "x", None]
    assert got.weighted


@pytest.mark.parametrize(
    "G",
    [
        np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1.0]]),
        sparse.csc_array(np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]])),
        nx.Graph([(0, 0), (0, 1), (2, 2)]),
        nx.MultiDiGraph([(0, 0), (0, 1), (1, 0), (2, 2)]),
        ([0, 0, 2], [0, 1, 2]),
        igraph.Graph([(0, 0), (0, 1), (2, 2)]),
    ],
    ids=type,
)
def test_one_warning_counts_the_self_loops(G):
    with pytest.warns(GraphWarning, match="dropped 2 self-loops") as caught:
        got = as_graph(G)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(got.adjacency.toarray(), [[0, 1, 0], [1, 0, 0], [0, 0, 0]])


def test_explicit_zeros_go_silently():
    G = sparse.coo_array(([0.0, 0, 1, 1, -0.0], ([0, 1, 1, 2, 0], [0, 0, 2, 1, 2])), shape=(3, 3))
    assert as_graph(G).adjacency.nnz == 2
    assert as_graph(G, weight=None).adjacency.nnz == 2
    assert as_graph(nx.Graph([(0, 1, {"weight": 0})])).adjacency.nnz == 0
    G = sparse.coo_array(([0.0, 0, 1, 1], ([0, 1, 1, 2], [1, 0, 2, 1])), shape=(3, 3))
    assert_clean(as_graph(G))
    assert_clean(as_graph(nx.DiGraph([(0, 1, {"weight": 0}), (1, 2)]), direction="out"))
    assert not as_graph(G).weighted


@pytest.mark.parametrize(
    "G", [nx.empty_graph(3), np.zeros((3, 3)), sparse.csr_array((3, 3)), igraph.Graph(3)], ids=type
)
def test_a_graph_without_edges_is_a_graph(G):
    got = as_graph(G)
    assert_clean(got)
    assert got.nodes == [0, 1, 2]
    assert not got.directed
    assert not got.weighted


def test_one_node():
    assert as_graph([[0]]).adjacency.shape == (1, 1)


def test_a_graph_is_returned_as_it_is():
    graph = as_graph(ARCS, direction="out")
    assert isinstance(graph, Graph)
    assert as_graph(graph) is graph


def test_cancelling_duplicates_are_one_entry():
    G = sparse.coo_array(([3.0, -1.0, 2.0], ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    np.testing.assert_array_equal(as_graph(G).adjacency.toarray(), [[0, 2], [2, 0]])


def weighted_edge(w):
    return nx.Graph([("a", "b", {"weight": w})])


@pytest.mark.parametrize(
    ("G", "match"),
    [
        (weighted_edge(-1), r"graph has 1 weights that are negative.*-1, from node 'a' to 'b'"),
        (weighted_edge(float("nan")), "NaN"),
        (weighted_edge(float("inf")), "infinite"),
        ([["a", "b"], ["b", "c"]], r"names, of edges it seems: give them as tuples, list\(map\(tuple, graph\)\)"),
        (np.array([["a", "b", "2"]]), "graph is a table of names, of edges it seems"),
        (weighted_edge("3"), "graph has the weight '3' of type str.*weight=None"),
        (weighted_edge(None), "graph has the weight None"),
        (weighted_edge([1]), "graph has the weight"),
        (weighted_edge(1j), "graph has the weight 1j"),
        (weighted_edge(10**400), "graph has the weight"),
        (np.array([[0, -1], [-1, 0]]), "graph has 2 weights that are negative"),
        (np.array([[np.nan, 1], [1, 0]]), "NaN"),
        (sparse.csr_array([[0, np.inf], [1, 0]]), "infinite"),
        (np.array([[0, 1j], [1j, 0]]), "complex"),
        (sparse.csr_array([[0, 1j], [1j, 0]]), "complex"),
        (np.array([["", "a"], ["a", ""]]), "type str"),
        (np.array([[0, "NaT"], ["NaT", 0]], "m8[s]"), "timedelta"),
        (np.array([[0, 1.7e308], [1e308, 0]]), "overflow"),
        (np.ones((2, 3)), r"graph is an array of shape \(2, 3\).*square"),
        (sparse.csr_array(np.ones((2, 3))), r"shape \(2, 3\)"),
        (np.ones(3), r"shape \(3,\)"),
        (np.ones((2, 2, 2)), r"shape \(2, 2, 2\)"),
        (np.array(5), r"shape \(\)"),
        (sparse.coo_array(np.ones(3)), r"shape \((1, )?3,?\)"),
        ([[0, 1], [1, 2], [2, 0]], r"edges\[:, 0\]"),
        ([[0, 1], [1]], "unequal length"),
        (nx.Graph(), "no nodes"),
        (np.zeros((0, 0)), "no nodes"),
        (([], []), "no nodes"),
        (igraph.Graph(), "no nodes"),
        (([0, 1],), "tuple of 1 items"),
        (([0], [1], [1], [1]), "tuple of 4 items"),
        (([0, 1], [1]), "row 2, col 1"),
        (([0, 1], [1, 2], [1]), "weight 1"),
        (([0, 1], [1, 2], 1.0), "weight 1"),
        (([0, 1], [1, 2], ["x", "y"]), "weight 'x'"),
        (([0, 1], [1, 2], [1, -2]), "negative.*node 1 to 2"),
        (([0.0, 1.0], [1, 2]), "row in the edge arrays of graph has dtype float64"),
        (([0, 1], [[1, 2]]), r"col .* shape \(1, 2\)"),
        (([-1, 0], [1, 2]), "from -1 to 0"),
        ((np.array([2**63], np.uint64), [1]), "9223372036854775808"),
        (([2**63 - 1], [1]), "return_inverse"),
        (([0, 5], [1, 10**6]), "2 edges but ids up to 1000000.*return_inverse"),
        (pd.DataFrame({"source": [1]}), "columns 'source', .*give source= and target="),
        (pd.DataFrame({"source": [1, None], "target": [1, 2]}), "missing values"),
        (pd.DataFrame({"source": [[1]], "target": [2]}), "hashed"),
        (pd.DataFrame({"source": [1], "target": [2], "weight": [None]}), "weight None|NaN"),
        (pd.DataFrame({"source": [1], "target": [2], "weight": ["x"]}), "weight 'x'"),
        (pd.DataFrame({"source": [], "target": []}), "no nodes"),
    ],
)
def test_value_errors_say_what_came_and_what_to_do(G, match):
    with pytest.raises(ValueError, match=match):
        as_graph(G)


@pytest.mark.parametrize(
    ("G", "match"),
    [
        ("g.csv", r"graph is of type str: .*read_graph.* or give a NetworkX"),
        (Path("g.csv"), "Path: .*read_graph"),
        ({0: [1]}, "type dict.*networkx.Graph"),
        (None, "NoneType"),
        (5, "type int"),
        (nx.Graph, "type type"),
        (np.ndarray, "type type"),
        ({1, 2}, "type set: if it holds edges, make a list of it"),
        (nx.path_graph(3).edges, r"type EdgeView: if it holds edges, make a list of it, list\(graph\), or give"),
        (b"abc", "type bytes: give a NetworkX"),
    ],
)
def test_type_errors_say_what_is_accepted(G, match):
    with pytest.raises(TypeError, match=match):
        as_graph(G)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"direction": "both"}, "direction='both': give 'auto', 'symmetric'"),
        ({"direction": None}, "direction=None"),
        ({"weight": True}, "weight=True"),
        ({"weight": ["w"]}, r"weight=\['w'\]"),
        ({"weight": len}, "weight=<built-in"),
    ],
)
def test_options(options, match):
    with pytest.raises(ValueError, match=match):
        as_graph(PATH, **options)


def test_no_graph_package_is_imported():
    code = (
        "import sys; from scipy import sparse; from sggraph.graph.adjacency import as_graph;"
        "as_graph(sparse.csr_array((3, 3))); as_graph(([0], [1]));"
        "print([name for name in ('networkx', 'pandas', 'igraph', 'numba') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_a_graph_to_draw_keeps_its_direction_and_loses_its_weights_in_silence():
    graph = quiet_graph(np.array([[7.0, 2.0], [0.0, 0.0]]))
    assert graph.directed
    np.testing.assert_array_equal(graph.adjacency.toarray(), [[0, 1], [0, 0]])


def test_a_dataset_is_a_graph_with_names():
    flights = load_us_flights_2008()
    graph = as_graph(flights, direction="out")
    assert graph.nodes == flights.nodes
    assert graph.directed
    assert (graph.adjacency != flights.adjacency).nnz == 0
    estimator = SGtSNEpi(max_iter=5, random_state=0).fit(flights)
    assert estimator.nodes_ == flights.nodes
    assert np.array_equal(estimator.embedding_, embed_graph(flights, max_iter=5, random_state=0))


def spoil(A, what):
    """The CSR matrix A, changed so that it needs cleaning; None leaves it as it is."""
    A = A.copy()
    if what == "value":
        A.data[0] += 1
    elif what == "negative":
        A.data[:] = -1
    elif what == "infinite":
        A.data[:] = np.inf
    elif what == "order":
        first = A.indptr[1]
        A.indices[:first] = A.indices[:first][::-1].copy()
        A.has_sorted_indices = False
    elif what == "loop":
        A = sparse.csr_array(A + sparse.diags_array([1.0] * A.shape[0]))
    elif what == "twice":
        twice = [np.repeat(array, 2) for array in (A.data, A.indices)]
        A = sparse.csr_array((*twice, 2 * A.indptr), shape=A.shape)
    elif what == "arc":
        A = sparse.csr_array(sparse.triu(A))
    return A


@pytest.mark.filterwarnings("ignore::sggraph.GraphWarning")
@pytest.mark.parametrize("what", [None, "value", "negative", "infinite", "order", "loop", "twice", "arc"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8])
@pytest.mark.parametrize("weight", ["weight", None])
def test_a_large_clean_matrix_is_copied_and_any_other_is_cleaned(monkeypatch, what, dtype, weight):
    G = nx.gnp_random_graph(60, 0.1, seed=3)
    for k, edge in enumerate(G.edges.values()):
        edge["weight"] = 1 + k % 3
    A = sparse.csr_array(nx.to_scipy_sparse_array(G), dtype=dtype)
    if what == "infinite" and dtype == np.int8:
        return
    A = spoil(A, what)
    before = A.copy()
    results = []
    for large in (0, 10**9):
        monkeypatch.setattr("sggraph.graph.adjacency.LARGE", large)
        try:
            results.append(as_graph(A, weight=weight))
        except ValueError as error:
            results.append(str(error))
    assert (before.data == A.data).all()
    assert (before.indices == A.indices).all()
    one, other = results
    if isinstance(one, str):
        assert one == other
        return
    assert_clean(one)
    assert not np.shares_memory(one.adjacency.data, A.data)
    assert not np.shares_memory(one.adjacency.indices, A.indices)
    for attribute in ("data", "indices", "indptr"):
        mine, theirs = (getattr(graph.adjacency, attribute) for graph in results)
        assert mine.dtype == theirs.dtype
        assert (mine == theirs).all()
    assert one[1:] == other[1:]


def test_masked_entries_are_no_edges():
    matrix = np.ma.masked_array([[0, 1, 5], [1, 0, 1], [5, 1, 0]], mask=[[0, 0, 1], [0, 0, 0], [1, 0, 0]])
    assert as_graph(matrix).adjacency.toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_frame_whose_columns_equal_its_index_is_a_matrix(n):
    G = nx.path_graph(list("uvwxy")[:n])
    graph = as_graph(nx.to_pandas_adjacency(G))
    assert graph.nodes == list(G)
    np.testing.assert_array_equal(graph.adjacency.toarray(), nx.to_numpy_array(G))


def test_nodes_that_equal_numbers():
    for nodes in ([0j, 1 + 0j, 2 + 0j], [False, True, 2], [0.0, 1.0, 2.0]):
        graph = as_graph(nx.path_graph(nodes))
        assert list(map(type, graph.nodes)) == list(map(type, nodes))
        assert graph.adjacency.nnz == 4


def test_a_graph_without_direction_is_the_users_in_any_format():
    """Also where its rows sum to 1 and hold equally many weights, as those of neighbour graphs do."""
    G = nx.cycle_graph(30)
    for i in range(30):
        G[i][(i + 1) % 30]["weight"] = 0.3 if i % 2 else 0.7
    A = nx.to_scipy_sparse_array(G, format="csr")
    for same in (G, A, A.tocoo(), A.toarray()):
        assert as_graph(same).given
        assert not as_graph(same).calibrated


@pytest.mark.parametrize(
    ("G", "options", "text"),
    [
        (nx.les_miserables_graph(), {}, "<Graph: 77 nodes, 254 weighted edges>"),
        (nx.path_graph(2000), {}, "<Graph: 2,000 nodes, 1,999 edges>"),
        (nx.DiGraph([(0, 1), (1, 2), (2, 1)]), {}, "<Graph: 3 nodes, 2 directed edges>"),
        (nx.DiGraph([(0, 1), (1, 2), (2, 1)]), {"direction": "out"}, "<Graph: 3 nodes, 2 directed edges>"),
    ],
)
def test_a_graph_is_shown_in_a_line(G, options, text):
    assert repr(as_graph(G, **options)) == text
