"""How much of each node's neighbourhood in the graph is its neighbourhood in the embedding.

For a node of degree k, let `hits` be how many of its k nearest nodes in Y are neighbours in the graph: recall is
hits / k, preservation (Jaccard index of the two sets of k) is hits / (2 k - hits). Recall by weight is the share of the
weights of its edges that lead to the hits. All leave out nodes without edges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from ..core.symmetry import symmetric_pattern
from ..core.types import Coordinates, Int, Seed
from ..graph.adjacency import GraphLike, as_graph, canonical
from ..inputs.coordinates import as_coordinates
from ..inputs.seeds import as_generator, sample
from ..runtime.checks import check_count


class Hits(NamedTuple):
    """Of each node that was looked at: neighbours among its k nearest nodes, its number k of neighbours, and what share
    of the weights of all k those have.
    """

    hits: np.ndarray
    degree: np.ndarray
    weight: np.ndarray


def neighbor_recall(graph: GraphLike, Y: Coordinates, *, n_samples: Int | None = 1000, random_state: Seed = 0) -> float:
    """Mean share of a node's graph neighbours among its nearest nodes in the embedding.

    For a node of degree k: how many of its k nearest nodes in Y are neighbours in the graph, over k; averaged over
    (a sample of) the nodes that have an edge. 1 is perfect, k/n is chance. Directed edges count in both directions.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    Y : array of shape (n, d), or dict of positions by node
        Coordinates, rows in the order of the nodes.
    n_samples : int or None, default 1000
        Nodes that are looked at; None for all.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample.

    Returns
    -------
    recall : float
        Between 0 and 1; NaN for a graph without edges.

    Raises
    ------
    ValueError
        If Y does not fit the graph or holds NaN, or `n_samples` is not a number of nodes.

    See Also
    --------
    weighted_recall : the same, each neighbour counted by the weight of its edge.
    neighborhood_preservation : the same two sets, intersection over union.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> round(sg.neighbor_recall(nx.path_graph(5), [[0.0], [1.0], [2.0], [3.0], [4.0]]), 2)
    1.0
    """
    return mean_recall(neighbor_hits(graph, Y, n_samples, random_state))


def weighted_recall(graph: GraphLike, Y: Coordinates, *, n_samples: Int | None = 1000, random_state: Seed = 0) -> float:
    """Mean share of the weights of a node's edges that lead to its nearest nodes in the embedding.

    For a node of degree k: the weights of its edges to those of its neighbours that are among its k nearest nodes in Y,
    over the weights of all its edges; averaged over (a sample of) the nodes that have an edge. 1 is perfect, k/n is
    chance; where all weights are equal it is `neighbor_recall`, and above it where the heavier edges are the shorter
    ones. Directed edges count in both directions, with the sum of their weights.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    Y : array of shape (n, d), or dict of positions by node
        Coordinates, rows in the order of the nodes.
    n_samples : int or None, default 1000
        Nodes that are looked at; None for all.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample.

    Returns
    -------
    recall : float
        Between 0 and 1; NaN for a graph without edges.

    Raises
    ------
    ValueError
        If Y does not fit the graph or holds NaN, or `n_samples` is not a number of nodes.

    See Also
    --------
    neighbor_recall : the same, all neighbours counted alike.

    Examples
    --------
    Of two neighbours the first node finds the one that its heavy edge leads to; that one finds it, too, the other not:

    >>> import networkx as nx
    >>> import sggraph as sg
    >>> G = nx.Graph([("a", "b", {"weight": 9}), ("a", "c", {"weight": 1})])
    >>> G.add_node("d")
    >>> pos = {"a": [0.0], "b": [1.0], "c": [5.0], "d": [2.5]}
    >>> round(sg.weighted_recall(G, pos), 2), sg.neighbor_recall(G, pos)
    (0.63, 0.5)
    """
    graph = as_graph(graph)
    return mean_weight(neighbor_hits(graph, Y, n_samples, random_state, edge_weights(graph)))


def neighborhood_preservation(
    graph: GraphLike, Y: Coordinates, *, n_samples: Int | None = 1000, random_state: Seed = 0
) -> float:
    """Mean Jaccard index of a node's graph neighbours and its nearest nodes in the embedding.

    For a node of degree k: its neighbours in the graph and its k nearest nodes in Y, intersection over union; averaged
    over (a sample of) the nodes that have an edge. 1 is perfect. It orders embeddings much as `neighbor_recall` does
    and is the measure that the papers on graph drawing report. Directed edges count in both directions.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    Y : array of shape (n, d), or dict of positions by node
        Coordinates, rows in the order of the nodes.
    n_samples : int or None, default 1000
        Nodes that are looked at; None for all.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample.

    Returns
    -------
    preservation : float
        Between 0 and 1; NaN for a graph without edges.

    Raises
    ------
    ValueError
        If Y does not fit the graph or holds NaN, or `n_samples` is not a number of nodes.

    See Also
    --------
    neighbor_recall : the same two sets, intersection over k.

    Notes
    -----
    J. F. Kruiger, P. E. Rauber, R. M. Martins, A. Kerren, S. Kobourov, A. C. Telea: Graph layouts by t-SNE, Computer
    Graphics Forum 36(3), 2017.

    Examples
    --------
    Of four nodes in a row the inner two each find one neighbour where the order is 0, 2, 1, 3:

    >>> import networkx as nx
    >>> from sggraph.metrics import neighborhood_preservation
    >>> neighborhood_preservation(nx.path_graph(4), [[0.0], [2.0], [1.0], [3.0]])
    0.16666666666666666
    """
    return mean_preservation(neighbor_hits(graph, Y, n_samples, random_state))


def edge_weights(graph):
    """The weights of the edges of a Graph from both their ends, those of arcs there and back added up."""
    A = graph.adjacency
    return canonical(csr_array(A + A.T)) if graph.directed else A


def neighbor_hits(graph, Y, n_samples, random_state, links=None):
    """The Hits of (a sample of) the nodes with edges.

    `links` is the symmetric pattern of the graph, if it is known, or `edge_weights`, without which weights say nothing.
    """
    from scipy.spatial import cKDTree

    check_count("n_samples", n_samples)
    graph = as_graph(graph)
    Y = as_coordinates(Y, graph)
    if links is None:
        links = symmetric_pattern(graph.adjacency)  # direction="out" or "in" leaves half of the arcs in the rows
    degrees = np.diff(links.indptr)
    nodes = sample(np.flatnonzero(degrees), n_samples, as_generator(random_state))
    hits, weight = np.empty(len(nodes), np.int64), np.empty(len(nodes))
    tree = cKDTree(Y)
    for s, i in enumerate(nodes):
        k = degrees[i]
        near = tree.query(Y[i], k + 1)[1]
        near = near[near != i][:k]
        row = slice(links.indptr[i], links.indptr[i + 1])
        found = np.isin(links.indices[row], near, assume_unique=True)
        hits[s] = found.sum()
        shares = links.data[row] / links.data[row].max()  # of the greatest: their sum does not overflow
        weight[s] = shares[found].sum() / shares.sum()
    return Hits(hits, degrees[nodes], weight)


def mean_recall(found):
    """`neighbor_recall` of the Hits."""
    return _mean(found.hits / found.degree)


def mean_weight(found):
    """`weighted_recall` of the Hits."""
    return _mean(found.weight)


def mean_preservation(found):
    """`neighborhood_preservation` of the Hits."""
    return _mean(found.hits / (2 * found.degree - found.hits))


def _mean(values):
    return float(values.mean()) if len(values) else float("nan")
