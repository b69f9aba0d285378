"""graph/packages.py: graphs of packages that are not installed, by stand-ins with the methods that theirs have."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from sggraph import as_graph

PATH = np.array([[0, 2, 0], [2, 0, 1], [0, 1, 0]])


class RustworkX:
    """PyGraph, whose second node was removed."""

    def __init__(self, names, payloads):
        self.names, self.payloads = names, payloads

    def node_indices(self):
        return [0, 2, 3]

    def nodes(self):
        return self.names

    def weighted_edge_list(self):
        return [(0, 2, self.payloads[0]), (2, 3, self.payloads[1])]


class RustworkXDirected(RustworkX):
    def predecessors(self, node):
        raise NotImplementedError


class NetworKit:
    def iterNodes(self):
        return iter([0, 2, 3])

    def iterEdgesWeights(self):
        return iter([(0, 2, 2.0), (2, 3, 1.0)])

    def isDirected(self):
        return False


class GraphTool:
    edge_properties = {"weight": "the weights"}  # noqa: RUF012
    vertex_properties = {"name": {0: "a", 2: "b", 3: "c"}}  # noqa: RUF012

    def get_vertices(self):
        return np.array([0, 2, 3])

    def get_edges(self, properties=()):
        return np.array([[0, 2, 2.0], [2, 3, 1.0]])[:, : 2 + len(properties)]

    def is_directed(self):
        return False


class Bunch(dict):
    """What scikit-network calls a Dataset."""

    __getattr__ = dict.get


@pytest.mark.parametrize(
    ("graph", "nodes"),
    [
        (RustworkX(["a", "b", "c"], [2.0, None]), ["a", "b", "c"]),
        (RustworkX(["a", "a", None], [{"weight": 2}, {}]), [0, 2, 3]),
        (RustworkX([{}, [], {}], [2, "friends"]), [0, 2, 3]),
        (NetworKit(), [0, 2, 3]),
        (GraphTool(), ["a", "b", "c"]),
        (Bunch(adjacency=sparse.csr_matrix(PATH), names=np.array(["a", "b", "c"])), ["a", "b", "c"]),
        (Bunch(adjacency=sparse.csr_matrix(PATH)), [0, 1, 2]),
    ],
)
def test_undirected_graphs(graph, nodes):
    got = as_graph(graph)
    assert got.nodes == nodes
    np.testing.assert_array_equal(got.adjacency.toarray(), PATH)
    assert not got.directed
    np.testing.assert_array_equal(as_graph(graph, weight=None).adjacency.toarray(), PATH != 0)


def test_directed_graphs():
    got = as_graph(RustworkXDirected(["a", "b", "c"], [2.0, 1.0]), direction="out")
    assert got.directed
    np.testing.assert_array_equal(got.adjacency.toarray(), np.triu(PATH))


BOTH_WAYS = np.array([[0, 1, 1, 2], [1, 0, 2, 1]])


@pytest.mark.parametrize("weights", [[2.0, 2.0, 1.0, 1.0], [[2.0], [2.0], [1.0], [1.0]]])
def test_edge_index(weights):
    data = SimpleNamespace(edge_index=BOTH_WAYS, edge_attr=np.array(weights), num_nodes=4)
    graph = as_graph(data)
    assert graph.nodes == [0, 1, 2, 3]
    assert not graph.directed
    np.testing.assert_array_equal(graph.adjacency.toarray()[:3, :3], PATH)
    np.testing.assert_array_equal(as_graph(data, weight=None).adjacency.toarray()[:3, :3], PATH != 0)
    ogb = {"edge_index": BOTH_WAYS, "edge_feat": np.array(weights), "num_nodes": 4}
    np.testing.assert_array_equal(as_graph(ogb).adjacency.toarray(), graph.adjacency.toarray())
    with pytest.raises(ValueError, match=r"as OGB gives it: its graph is item \[0\]"):
        as_graph((ogb, np.zeros((4, 1))))
    features = {"edge_index": BOTH_WAYS, "edge_feat": np.ones((4, 3)), "num_nodes": None}
    np.testing.assert_array_equal(as_graph(features).adjacency.toarray(), PATH != 0)
    np.testing.assert_array_equal(as_graph(BOTH_WAYS).adjacency.toarray(), PATH != 0)


def test_two_sided_datasets():
    matrix = sparse.csr_matrix([[1, 1, 0], [0, 0, 1]])
    named = Bunch(biadjacency=matrix, names_row=np.array(["u", "v"]), names_col=np.array(["x", "y", "z"]))
    graph = as_graph(named)
    assert graph.nodes == ["u", "v", "x", "y", "z"]
    assert graph.adjacency.nnz == 6
    assert as_graph(Bunch(biadjacency=matrix)).nodes == [0, 1, 2, 3, 4]


def test_weight_names_what_edges_hold_and_nothing_else():
    held = RustworkX(["a", "b", "c"], [{"w": 2}, {"w": 1}])
    np.testing.assert_array_equal(as_graph(held, weight="w").adjacency.toarray(), PATH)
    data = SimpleNamespace(edge_index=BOTH_WAYS, w=np.array([2.0, 2.0, 1.0, 1.0]), edge_attr=np.ones(4), num_nodes=3)
    np.testing.assert_array_equal(as_graph(data, weight="w").adjacency.toarray(), PATH)
    np.testing.assert_array_equal(as_graph(data).adjacency.toarray(), PATH != 0)
    listed = [("a", "b", {"w": 2}), ("b", "c", {"w": 1}), ("a", "b")]
    np.testing.assert_array_equal(as_graph(listed, weight="w").adjacency.toarray()[0], [0, 3, 0])
    for graph, name in ((held, "'w'"), (data, "'edge_attr'"), (listed, "'w'")):
        with pytest.raises(ValueError, match=rf"weight='ww': give an attribute of the edges, {name}, or None"):
            as_graph(graph, weight="ww")
    with pytest.raises(ValueError, match="weight='ww': give None to ignore weights"):
        as_graph(SimpleNamespace(edge_index=BOTH_WAYS, num_nodes=3), weight="ww")
    assert as_graph(RustworkX(["a", "b", "c"], [2.0, 1.0]), weight="cost").weighted  # numbers have no name


def test_what_they_refuse():
    with pytest.raises(ValueError, match=r"edge_index has shape \(3, 2\)"):
        as_graph(SimpleNamespace(edge_index=np.ones((3, 2), int)))
    with pytest.raises(ValueError, match="bipartite=True: give it for matrices"):
        as_graph(NetworKit(), bipartite=True)
    with pytest.raises(ValueError, match="ids up to 99999"):
        as_graph({"edge_index": np.array([[0, 1, 2], [1, 2, 99999]])})
