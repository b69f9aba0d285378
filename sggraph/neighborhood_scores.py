"""How much of each node's neighbourhood in the graph is its neighbourhood in the embedding.

For a node of degree k, let `hits` be how many of its k nearest nodes in Y are neighbours in the graph: recall is
hits / k, preservation (Jaccard index of the two sets of k) is hits / (2 k - hits). Both leave out nodes without edges.
"""

import numpy as np

from .coordinates import as_coordinates
from .core.affinity import symmetric_pattern
from .graph import as_graph
from .options import as_generator
from .sampling import check_count, sample


def neighbor_recall(graph, Y, *, n_samples=1000, random_state=0):
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
        If Y does not fit the graph or holds NaN, or `n_samples` is no number of nodes.

    See Also
    --------
    neighborhood_preservation : the same two sets, intersection over union.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> round(sg.neighbor_recall(nx.path_graph(5), [[0.0], [1.0], [2.0], [3.0], [4.0]]), 2)
    1.0
    """
    hits, degree = neighbor_hits(graph, Y, n_samples, random_state)
    return mean_recall(hits, degree)


def neighborhood_preservation(graph, Y, *, n_samples=1000, random_state=0):
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
        If Y does not fit the graph or holds NaN, or `n_samples` is no number of nodes.

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
    hits, degree = neighbor_hits(graph, Y, n_samples, random_state)
    return mean_preservation(hits, degree)


def neighbor_hits(graph, Y, n_samples, random_state, links=None):
    """For (a sample of) the nodes with edges: neighbours among the k nearest in Y, and their number k.

    `links` is the symmetric pattern of the graph, if it is known.
    """
    from scipy.spatial import cKDTree

    check_count("n_samples", n_samples)
    graph = as_graph(graph)
    Y = as_coordinates(Y, graph)
    if links is None:
        links = symmetric_pattern(graph.adjacency)  # direction="out" or "in" leaves half of the arcs in the rows
    degrees = np.diff(links.indptr)
    nodes = sample(np.flatnonzero(degrees), n_samples, as_generator(random_state))
    hits = np.empty(len(nodes), np.int64)
    tree = cKDTree(Y)
    for s, i in enumerate(nodes):
        k = degrees[i]
        near = tree.query(Y[i], k + 1)[1]
        near = near[near != i][:k]
        hits[s] = np.isin(near, links.indices[links.indptr[i] : links.indptr[i + 1]], assume_unique=True).sum()
    return hits, degrees[nodes]


def mean_recall(hits, degree):
    """`neighbor_recall` of what `neighbor_hits` found."""
    return float((hits / degree).mean()) if len(hits) else float("nan")


def mean_preservation(hits, degree):
    """`neighborhood_preservation` of what `neighbor_hits` found."""
    return float((hits / (2 * degree - hits)).mean()) if len(hits) else float("nan")
