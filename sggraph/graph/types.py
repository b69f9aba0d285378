"""What the graphs of other packages have in common with ours, for the signatures of public functions.

None of those packages is imported: packages.py knows their graphs by the same methods.
"""

from typing import Any, Protocol


class NetworkXGraph(Protocol):
    """A graph of NetworkX, of any kind."""

    def is_directed(self) -> bool: ...
    def is_multigraph(self) -> bool: ...
    def adjacency(self) -> Any: ...
    @property
    def edges(self) -> Any: ...


class IGraph(Protocol):
    """A graph of igraph."""

    def is_directed(self) -> bool: ...
    def vcount(self) -> int: ...
    def get_edgelist(self) -> Any: ...


class Frame(Protocol):
    """A data frame of pandas."""

    @property
    def columns(self) -> Any: ...
    @property
    def iloc(self) -> Any: ...
    def isna(self) -> Any: ...


class LazyFrame(Protocol):
    """A data frame that is yet to be computed, as those of polars."""

    def collect_schema(self) -> Any: ...


class EdgeIndexed(Protocol):
    """A graph of PyTorch Geometric."""

    @property
    def edge_index(self) -> Any: ...


class RustworkXGraph(Protocol):
    """A graph of rustworkx."""

    def node_indices(self) -> Any: ...
    def nodes(self) -> Any: ...
    def weighted_edge_list(self) -> Any: ...


class NetworKitGraph(Protocol):
    """A graph of NetworKit."""

    def iterNodes(self) -> Any: ...
    def iterEdgesWeights(self) -> Any: ...
    def isDirected(self) -> bool: ...


class GraphToolGraph(Protocol):
    """A graph of graph-tool."""

    def get_vertices(self) -> Any: ...
    def get_edges(self) -> Any: ...
    def is_directed(self) -> bool: ...
