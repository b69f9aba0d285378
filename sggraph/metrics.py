"""Scores of an embedding against its graph."""

import numpy as np

from .coordinates import as_coordinates
from .graph import as_graph


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
        If Y does not fit the graph or holds NaN.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> round(sg.neighbor_recall(nx.path_graph(5), [[0.0], [1.0], [2.0], [3.0], [4.0]]), 2)
    1.0
    """
    from scipy.spatial import cKDTree

    graph = as_graph(graph)
    A, Y = graph.adjacency, as_coordinates(Y, graph)
    A = A + A.T if graph.directed else A  # rows of a Graph made with direction="out" or "in" hold half of the arcs
    degree = np.diff(A.indptr)
    nodes = np.flatnonzero(degree)
    if len(nodes) == 0:
        return float("nan")
    if n_samples is not None and n_samples < len(nodes):
        nodes = np.random.default_rng(random_state).choice(nodes, n_samples, replace=False)
    tree = cKDTree(Y)
    shares = np.empty(len(nodes))
    for s, i in enumerate(nodes):
        near = tree.query(Y[i], min(degree[i] + 1, len(Y)))[1]
        near = near[near != i][: degree[i]]
        shares[s] = np.isin(near, A.indices[A.indptr[i] : A.indptr[i + 1]], assume_unique=True).sum() / degree[i]
    return float(shares.mean())
