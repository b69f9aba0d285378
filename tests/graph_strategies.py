"""hypothesis strategies: graphs of any kind, small, named by anything that can be hashed."""

import networkx as nx
from hypothesis import strategies as st

NAMES = st.one_of(
    st.integers(-(10**20), 10**20),
    st.text(max_size=5),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
    st.binary(max_size=3),
    st.tuples(st.integers(0, 9), st.text(max_size=2)),
    st.frozensets(st.integers(0, 9), max_size=3),
)
WEIGHTS = st.one_of(st.just(1), st.integers(0, 5), st.floats(0, 1e12), st.floats(1e-12, 1e-9))
KINDS = (nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph)


@st.composite
def graphs(draw, max_nodes=25):
    """Directed or not, weighted or not, with loops, parallel edges, zero weights and any number of components."""
    names = [name for name in draw(st.lists(NAMES, min_size=1, max_size=max_nodes, unique=True)) if name is not None]
    names = names or [0]
    G = draw(st.sampled_from(KINDS))()
    G.add_nodes_from(names)
    end = st.sampled_from(names)
    is_weighted = draw(st.booleans())
    for i, j in draw(st.lists(st.tuples(end, end), max_size=3 * len(names))):
        G.add_edge(i, j, **({"weight": draw(WEIGHTS)} if is_weighted else {}))
    return G


OPTIONS = st.fixed_dictionaries(
    {
        "d": st.sampled_from([1, 2, 3]),
        "direction": st.sampled_from(["symmetric", "out", "in"]),
        "components": st.sampled_from(["auto", "pack", "together", "largest"]),
        "init": st.sampled_from(["auto", "stress", "pmds", "spectral", "random"]),
        "local_weights": st.sampled_from(["auto", True, False]),
        "lambda_": st.sampled_from(["auto", None, 1, 3.5, 50]),
        "drop_leaf": st.booleans(),
        "balance": st.sampled_from([0, 0.5, 1]),
        "exact": st.sampled_from([None, False]),
    }
)
