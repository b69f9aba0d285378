"""A graph with named nodes and a class for each: what loaders and generators return."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..runtime.warn import warn

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Dataset"]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A graph with named nodes and a class for each of them.

    Attributes
    ----------
    name : str
        Short name, such as "us_counties".
    adjacency : scipy.sparse.csr_array, shape (n, n)
        Float64: 1 for every edge, or its weight. Symmetric unless `directed`; then entry (i, j) is the
        arc from i to j.
    nodes : list
        Node names, all different; ``nodes[i]`` is row i.
    labels : ndarray of int, shape (n,)
        Class of each node, a position in ``label_names``.
    label_names : list of str
        Names of the classes.
    description : str
        What nodes, edges, weights and classes are.
    positions : ndarray of float, shape (n, 2) or (n, 3), or None
        A reference picture, where the data have one.
    directed : bool
        Whether the edges have a direction.
    source, citation, licence : str
        Where the graph comes from, what to cite when you publish, what you may do with it.
    checksum : str
        SHA-256 of the file it was read from; "" for generated graphs.

    Examples
    --------
    >>> from sggraph.datasets import load_us_flights_2008
    >>> flights = load_us_flights_2008()
    >>> flights
    <Dataset us_flights_2008: 305 nodes, 5,366 directed weighted edges, 12 classes>
    >>> flights.nodes[0], str(flights.classes[0])
    ('Allentown (ABE)', 'Middle Atlantic')
    """

    name: str
    adjacency: csr_array
    nodes: list[Any]
    labels: NDArray[np.intp]
    label_names: list[str]
    description: str
    positions: NDArray[np.float64] | None = None
    directed: bool = False
    source: str = ""
    citation: str = ""
    licence: str = ""
    checksum: str = ""

    @property
    def graph(self) -> csr_array:
        """The old name of `adjacency`, until version 0.2."""
        warn(
            "Dataset.graph is called Dataset.adjacency; embed_graph and all others take the Dataset itself",
            DeprecationWarning,
        )
        return self.adjacency

    @property
    def classes(self) -> NDArray[np.str_]:
        """The name of the class of each node, an ndarray of str of shape (n,): labels for `plot_embedding`."""
        return np.array(self.label_names)[self.labels]

    @property
    def n_edges(self) -> int:
        """The number of edges, or of arcs if `directed`."""
        return self.adjacency.nnz if self.directed else self.adjacency.nnz // 2

    @property
    def weighted(self) -> bool:
        """Whether edges have different weights."""
        return bool(np.ptp(self.adjacency.data) > 0) if self.adjacency.nnz else False

    def __repr__(self) -> str:
        edges = "directed " * self.directed + "weighted " * self.weighted + "edges"
        n, classes = len(self.nodes), len(self.label_names)
        return f"<Dataset {self.name}: {n:,} nodes, {self.n_edges:,} {edges}, {classes} classes>"

    def to_networkx(self) -> "nx.Graph[Any]":
        """Return the same graph for NetworkX, nodes in the same order.

        Returns
        -------
        networkx.Graph or networkx.DiGraph
            A DiGraph if `directed`. Nodes carry their names and the attribute "label", the name of their class;
            edges the attribute "weight" if `weighted`.

        Examples
        --------
        >>> from sggraph.datasets import load_us_counties, load_us_flights_2008
        >>> G = load_us_counties().to_networkx()
        >>> G.nodes["Travis, Texas"]
        {'label': 'Texas'}
        >>> load_us_flights_2008().to_networkx().edges["Denver (DEN)", "Aspen (ASE)"]
        {'weight': 3979.0}
        """
        import networkx as nx

        G = nx.DiGraph(name=self.name) if self.directed else nx.Graph(name=self.name)
        G.add_nodes_from(
            (node, {"label": label}) for node, label in zip(self.nodes, self.classes.tolist(), strict=True)
        )
        coo = self.adjacency.tocoo()
        keep = slice(None) if self.directed else coo.row <= coo.col
        row, col = ([self.nodes[i] for i in ends[keep].tolist()] for ends in (coo.row, coo.col))
        if self.weighted:
            G.add_weighted_edges_from(zip(row, col, coo.data[keep].tolist(), strict=True))
        else:
            G.add_edges_from(zip(row, col, strict=True))
        return G
