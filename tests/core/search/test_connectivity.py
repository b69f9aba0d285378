"""core/search/connectivity.py: components."""

import networkx as nx
import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from sggraph.core.search.connectivity import first_nodes

GRAPHS = {
    "one node": nx.empty_graph(1),
    "nodes apart": nx.empty_graph(3),
    "path": nx.path_graph(17),
    "pieces": nx.gnp_random_graph(300, 0.004, seed=0),
    "arcs": nx.gnp_random_graph(200, 0.004, seed=1, directed=True),
    "the last joins all": nx.star_graph(range(16, -1, -1)),
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_each_node_has_the_least_of_its_component(name, dtype):
    A = nx.to_scipy_sparse_array(GRAPHS[name], nodelist=range(len(GRAPHS[name])), format="csr")
    A.indptr, A.indices = A.indptr.astype(dtype), A.indices.astype(dtype)
    number = connected_components(A, directed=False)[1]
    assert first_nodes(A).tolist() == [int(np.flatnonzero(number == number[i])[0]) for i in range(A.shape[0])]
