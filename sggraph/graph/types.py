"""What the graphs of other packages have in common with ours, for the signatures of public functions.

None of those packages is imported: formats.py knows their graphs by the same methods.
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
