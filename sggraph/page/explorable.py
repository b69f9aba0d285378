"""What a fitted estimator knows of pages: its method `explore`."""

from typing import TYPE_CHECKING, Any

from ..core.types import Labels

if TYPE_CHECKING:
    from .explorer import Explorer


class Explorable:
    """What a fitted estimator has of this."""

    def explore(self, labels: Labels | None = None, **options: Any) -> "Explorer":
        """A page to look into the embedding; see `sggraph.explore`.

        Parameters
        ----------
        labels : array_like of shape (n,), dict, "louvain" or str, optional
            Classes or values that colour the nodes.
        **options
            As of `sggraph.explore`.

        Returns
        -------
        Explorer
            The page.

        Examples
        --------
        >>> import networkx as nx
        >>> from sggraph import SGtSNEpi
        >>> SGtSNEpi(random_state=0).fit(nx.path_graph(5)).explore()
        <Explorer of 5 nodes, 0.1 MB>
        """
        from .explorer import explore  # with matplotlib

        return explore(self, labels, **options)
