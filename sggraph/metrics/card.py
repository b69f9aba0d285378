"""All scores of an embedding at once, on a card that explains them in a terminal or a notebook."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape

import numpy as np

from ..core.symmetry import symmetric_pattern
from ..core.types import Coordinates, Features, Labels, Seed
from ..graph.adjacency import GraphLike, as_graph
from ..inputs.coordinates import as_coordinates
from ..inputs.labels import as_classes, read_labels
from .attributes import FOLDS, knn_accuracy, trustworthiness
from .distances import correlation, sample_pairs, stress
from .divergence import divergence
from .neighborhoods import edge_weights, mean_preservation, mean_recall, mean_weight, neighbor_hits

N_NEIGHBORS = 10  # of knn_accuracy and trustworthiness, fewer in small graphs
HEAD = ("score", "value", "better", "what it says")
MEANINGS = {  # score: which values are better, what it says
    "neighbor_recall": ("higher", "graph neighbours among a node's nearest points (0 to 1)"),
    "weighted_recall": ("higher", "the same, each counted by its weight (0 to 1)"),
    "neighborhood_preservation": ("higher", "the same two sets, intersection over union (0 to 1)"),
    "shortest_path_correlation": ("higher", "overall shape: distance follows path length (to 1)"),
    "normalized_stress": ("lower", "relative error of distances, best scale (0 to 1)"),
    "kl_divergence": ("lower", "what SG-t-SNE minimises, best scale (one graph only)"),
    "knn_accuracy": ("higher", "nodes whose class their nearest points give away (0 to 1)"),
    "trustworthiness": ("higher", "nearest points alike in features (chance .5, to 1)"),
}


@dataclass(frozen=True, repr=False)
class QualityCard:
    """The scores of an embedding; shows itself as a table. Made by `quality_card`.

    Attributes
    ----------
    n_nodes, n_edges, d : int
        Size of the graph (edges without direction) and dimension of the embedding.
    neighbor_recall, neighborhood_preservation, shortest_path_correlation, normalized_stress, kl_divergence : float
        As the functions of these names in `sggraph.metrics` return them; `kl_divergence` with ``rescale=True``.
    weighted_recall : float or None
        As `sggraph.metrics.weighted_recall` returns it; None where all edges weigh the same.
    knn_accuracy, trustworthiness : float or None
        None where no labels or no features were given.

    Examples
    --------
    >>> import sggraph as sg
    >>> grid = sg.datasets.make_grid((6, 6))
    >>> card = sg.quality_card(grid, grid.positions, grid.labels)
    >>> card.neighbor_recall, card.trustworthiness
    (1.0, None)
    >>> list(card.as_dict())[:2]
    ['neighbor_recall', 'neighborhood_preservation']
    """

    n_nodes: int
    n_edges: int
    d: int
    neighbor_recall: float
    weighted_recall: float | None
    neighborhood_preservation: float
    shortest_path_correlation: float
    normalized_stress: float
    kl_divergence: float
    knn_accuracy: float | None = None
    trustworthiness: float | None = None

    def as_dict(self) -> dict[str, float]:
        """The scores by name, those left out that were not asked for, or of weights that the graph does not have."""
        return {name: value for name, value in asdict(self).items() if name in MEANINGS and value is not None}

    def __repr__(self) -> str:
        rows = [HEAD, *self._rows()]
        name, value, better = (max(len(row[column]) for row in rows) for column in range(3))
        lines = [f"{r[0]:<{name}}  {r[1]:>{value}}  {r[2]:<{better}}  {r[3]}" for r in rows]
        return "\n".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        head, *body = (
            "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
            for tag, row in [("th", HEAD), *(("td", row) for row in self._rows())]
        )
        rows = "".join(f"<tr>{row}</tr>" for row in body)
        caption = f"<caption>{escape(self._title())}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _title(self):
        return f"Embedding of {self.n_nodes:,} nodes and {self.n_edges:,} edges in {self.d}-D"

    def _rows(self):
        return [(name, f"{value:.4f}", *MEANINGS[name]) for name, value in self.as_dict().items()]


def quality_card(
    graph: GraphLike,
    Y: Coordinates,
    labels: Labels | None = None,
    *,
    X: Features | None = None,
    random_state: Seed = 0,
) -> QualityCard:
    """All scores of an embedding at once, to compare layouts of a graph, whatever made them.

    None of the scores depends on the scale, the place or the turn of the picture, so coordinates of `embed_graph` and
    positions of any other layout compare. Each is what the function of its name in `sggraph.metrics` returns for the
    same `random_state`: sampled where they can be, some five seconds in all for a million nodes.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    Y : array of shape (n, d), or dict of positions by node
        Coordinates, rows in the order of the nodes.
    labels : sequence of length n, or dict of labels by node, optional
        Classes of the nodes, in their order, for `knn_accuracy`.
    X : array or sparse matrix of shape (n, m), optional
        Feature vectors of the nodes, in their order, for `trustworthiness`.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of all samples.

    Returns
    -------
    card : QualityCard
        The scores as attributes, `as_dict`, a table as its representation. NaN where a score is undefined: of a
        graph without edges, of the divergence in more than 3 dimensions, of the correlation where all distances are
        equal, of too few nodes with a label or features. The last two look at fewer than 10 neighbours where a graph
        has too few nodes for them.

    Raises
    ------
    ValueError
        If Y, labels or X do not fit the graph, or Y or X holds NaN.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> G = nx.grid_graph([6, 6])
    >>> card = sg.quality_card(G, {node: node for node in G})
    >>> card  # doctest: +ELLIPSIS
    Embedding of 36 nodes and 60 edges in 2-D
    score                       value  better  what it says
    neighbor_recall            1.0000  higher  graph neighbours among a node's nearest points (0 to 1)
    ...
    >>> card.neighbor_recall
    1.0
    """
    labels = None if labels is None else read_labels(labels, graph, random_state)
    graph = as_graph(graph)
    Y = as_coordinates(Y, graph)
    n, d = Y.shape
    links = symmetric_pattern(graph.adjacency)
    found = neighbor_hits(graph, Y, 1000, random_state, edge_weights(graph) if graph.weighted else links)
    pairs = sample_pairs(graph, Y, 50, 400, random_state, None, links)
    kl = divergence(graph, Y, 10, "auto", True, random_state, None, links) if d <= 3 else float("nan")
    return QualityCard(
        n_nodes=n,
        n_edges=links.nnz // 2,
        d=d,
        neighbor_recall=mean_recall(found),
        weighted_recall=mean_weight(found) if graph.weighted else None,
        neighborhood_preservation=mean_preservation(found),
        shortest_path_correlation=correlation(pairs),
        normalized_stress=stress(pairs),
        kl_divergence=kl,
        knn_accuracy=None if labels is None else _knn_accuracy(graph, Y, labels, random_state),
        trustworthiness=None if X is None else _trustworthiness(X, Y, random_state),
    )


def _knn_accuracy(graph, Y, labels, random_state):
    codes, names = as_classes(labels, graph.names, len(Y))
    known = np.ones(len(Y), bool) if names is None else codes >= 0
    k = min(N_NEIGHBORS, int(known.sum()) * (FOLDS - 1) // FOLDS)
    return knn_accuracy(Y[known], codes[known], n_neighbors=k, random_state=random_state) if k else float("nan")


def _trustworthiness(X, Y, random_state):
    k = min(N_NEIGHBORS, (len(Y) - 1) // 2)
    return trustworthiness(X, Y, n_neighbors=k, random_state=random_state) if k else float("nan")
