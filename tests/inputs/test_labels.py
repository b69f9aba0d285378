import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse

from sggraph import as_graph
from sggraph.inputs.labels import louvain_names, read_labels


def test_an_index_is_kept_where_nodes_have_names_alone():
    labels = pd.Series(["a", "b"], index=[1, 0])
    A = np.array([[0, 1], [1, 0]])
    for graph in (A, A.tolist(), sparse.csr_array(A), ([0], [1])):
        assert not hasattr(read_labels(labels, graph), "index")
        assert list(read_labels(labels, graph)) == ["a", "b"]
    for graph in (nx.path_graph(2), as_graph(A), None):
        assert read_labels(labels, graph) is labels


def test_communities_are_numbered_by_size():
    G = nx.disjoint_union_all([nx.complete_graph(k) for k in (4, 9, 6)])
    assert louvain_names(G) == ["community 3"] * 4 + ["community 1"] * 9 + ["community 2"] * 6


def test_a_node_on_its_own_has_no_community():
    G = nx.Graph([("a", "b"), ("b", "c"), ("a", "c")])
    G.add_node("alone")
    assert louvain_names(G) == ["community 1"] * 3 + [None]


def test_seeded_and_weighted():
    G = nx.gnp_random_graph(80, 0.08, seed=1)
    assert louvain_names(G, 3) == louvain_names(G, 3)
    A = np.ones((6, 6)) - np.eye(6)
    A[:3, 3:] = A[3:, :3] = 0.01
    assert louvain_names(A) == ["community 1"] * 3 + ["community 2"] * 3
