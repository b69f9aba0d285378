"""How well distances in the embedding (e) follow distances in the graph (d, numbers of edges): the overall shape.

Both scores look at pairs of nodes of one component: a sample of source nodes, for each a sample of the nodes it
reaches. A pair weighs c = (nodes reached) / (nodes drawn), so that all pairs count alike whatever the components.
Edge weights play no part, and directed edges are walked both ways.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.engine.blocks import Workers
from ..core.search.connectivity import first_nodes
from ..core.search.hops import WORD, write_hops
from ..core.symmetry import symmetric_pattern
from ..core.types import Coordinates, Float, Int, Seed
from ..graph.adjacency import GraphLike, as_graph
from ..inputs.coordinates import as_coordinates
from ..inputs.seeds import as_generator, sample
from ..runtime.checks import GREATEST, check_count, check_n_jobs, check_number

AT_ONCE = 2**25  # distances held in memory at a time


class Pairs(NamedTuple):
    """Of sampled pairs of nodes: distance in the graph, distance in the embedding, how many pairs they stand for."""

    hops: np.ndarray
    lengths: np.ndarray
    counts: np.ndarray


def shortest_path_correlation(
    graph: GraphLike,
    Y: Coordinates,
    *,
    n_sources: Int | None = 50,
    n_targets: Int | None = 400,
    random_state: Seed = 0,
    n_jobs: Int | None = None,
) -> float:
    """Pearson correlation of the distances in the graph and in the embedding.

    Distance in the graph is the number of edges of a shortest path, over pairs of nodes of one component. 1 is perfect,
    0 is chance.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes. Weights are ignored, directed edges are walked both ways.
    Y : array of shape (n, d), or dict of positions by node
        Coordinates, rows in the order of the nodes.
    n_sources : int or None, default 50
        Nodes from which distances are measured; None for all. The sampling error is mostly theirs.
    n_targets : int or None, default 400
        Nodes to which distances are measured from each source; None for all.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample.
    n_jobs : int, optional
        Threads; left out or -1: all cores.

    Returns
    -------
    correlation : float
        Between -1 and 1; NaN where all pairs are equally far apart in the graph or in Y, and where there are none.

    Raises
    ------
    ValueError
        If Y does not fit the graph or holds NaN, or `n_sources`, `n_targets` or `n_jobs` is out of range.

    See Also
    --------
    normalized_stress : the relative error of the same distances.

    Examples
    --------
    >>> import networkx as nx
    >>> from sggraph.metrics import shortest_path_correlation
    >>> round(shortest_path_correlation(nx.path_graph(4), [[0.0], [1.0], [2.0], [3.0]]), 3)
    1.0
    """
    return correlation(sample_pairs(graph, Y, n_sources, n_targets, random_state, n_jobs))


def normalized_stress(
    graph: GraphLike,
    Y: Coordinates,
    *,
    power: Float = 2,
    n_sources: Int | None = 50,
    n_targets: Int | None = 400,
    random_state: Seed = 0,
    n_jobs: Int | None = None,
) -> float:
    """Squared error of the distances in the embedding, at its best scale, relative to those in the graph.

    The least over all scales s of sum w (s e - d)^2 / sum w d^2, w = d^-power, over pairs of nodes of one component
    at distance d (edges of a shortest path) in the graph and e in Y. 0 is perfect; 1 is that of all nodes on one spot.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes. Weights are ignored, directed edges are walked both ways.
    Y : array of shape (n, d), or dict of positions by node
        Coordinates, rows in the order of the nodes.
    power : float, default 2
        2: all pairs count alike by their relative error (the stress of graph drawing, Gansner, Koren & North 2004);
        0: the absolute errors, far pairs outweigh near ones (Smelser, Miller & Kobourov 2024).
    n_sources : int or None, default 50
        Nodes from which distances are measured; None for all. The sampling error is mostly theirs.
    n_targets : int or None, default 400
        Nodes to which distances are measured from each source; None for all.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample.
    n_jobs : int, optional
        Threads; left out or -1: all cores.

    Returns
    -------
    stress : float
        Between 0 and 1; NaN for a graph without edges.

    Raises
    ------
    ValueError
        If Y does not fit the graph or holds NaN, or `power`, `n_sources`, `n_targets` or `n_jobs` is out of range.

    See Also
    --------
    shortest_path_correlation : the correlation of the same distances.

    Notes
    -----
    E. R. Gansner, Y. Koren, S. North: Graph drawing by stress majorization, Graph Drawing 2004; K. Smelser, J. Miller,
    S. Kobourov: "Normalized stress" is not normalized: how to interpret stress correctly, BELIV 2024.

    Examples
    --------
    >>> import networkx as nx
    >>> from sggraph.metrics import normalized_stress
    >>> round(normalized_stress(nx.path_graph(4), [[0.0], [5.0], [10.0], [15.0]]), 3)
    0.0
    """
    accepted = "a finite number, such as 2 (relative errors) or 0 (absolute errors)"
    check_number("power", power, -GREATEST, GREATEST, accepted)
    return stress(sample_pairs(graph, Y, n_sources, n_targets, random_state, n_jobs), power)


def sample_pairs(graph, Y, n_sources, n_targets, random_state, n_jobs, links=None):
    """Sampled Pairs of nodes that a path joins; `links` is the symmetric pattern of the graph, if it is known."""
    check_count("n_sources", n_sources)
    check_count("n_targets", n_targets)
    check_n_jobs("n_jobs", n_jobs)
    graph = as_graph(graph)
    Y = as_coordinates(Y, graph)
    links = symmetric_pattern(graph.adjacency) if links is None else links
    rng = as_generator(random_state)
    sources = sample(np.flatnonzero(np.diff(links.indptr)), n_sources, rng)
    component = first_nodes(links)
    at_once = max(WORD, AT_ONCE // len(Y))
    found = [(np.empty(0, np.int32), np.empty(0), np.empty(0))]
    with Workers(n_jobs) as workers:
        for first in range(0, len(sources), at_once):
            some = sources[first : first + at_once]
            drawn = [_targets(component, i, n_targets, rng) for i in some]
            targets, place = np.unique(np.concatenate([j for j, _ in drawn]), return_inverse=True)
            hops = np.empty((len(targets), len(some)), np.int32)
            write_hops(links, some, hops, workers, targets=targets, symmetric=True)
            ends = np.cumsum([len(j) for j, _ in drawn])
            for s, (i, (j, count), rows) in enumerate(
                zip(some, drawn, np.split(place.ravel(), ends[:-1]), strict=True)
            ):
                found.append((hops[rows, s], np.linalg.norm(Y[j] - Y[i], axis=1), np.full(len(j), count)))
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _targets(component, i, n_targets, rng):
    """A sample of the nodes that paths from i lead to, and how many each of them stands for."""
    reached = np.flatnonzero(component == component[i])
    reached = reached[reached != i]
    j = sample(reached, n_targets, rng)
    return j, len(reached) / len(j)


def correlation(pairs):
    """`shortest_path_correlation` of the Pairs."""
    if len(pairs.hops) == 0 or np.ptp(pairs.hops) == 0 or np.ptp(pairs.lengths) == 0:
        return float("nan")
    lengths = pairs.lengths / pairs.lengths.max()
    covariance = np.cov(pairs.hops, lengths, aweights=pairs.counts)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def stress(pairs, power=2):
    """`normalized_stress` of the Pairs: at the best s, 1 - (sum w d e)^2 / (sum w d^2 sum w e^2)."""
    if len(pairs.hops) == 0:
        return float("nan")
    if not pairs.lengths.any():
        return 1.0
    d, e = pairs.hops.astype(np.float64), pairs.lengths / pairs.lengths.max()
    w = pairs.counts * d**-power
    s = (w * d * e).sum() / (w * e * e).sum()
    return float((w * (s * e - d) ** 2).sum() / (w * d * d).sum())
