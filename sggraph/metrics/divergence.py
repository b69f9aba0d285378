"""The objective of the method, KL(P || Q), for coordinates of any origin, at their own or at their best scale.

With P as `embed_graph` makes it, w = 1 / (1 + s^2 r^2) at scale s, and Z = sum of w over all i != j:

    KL(s) = sum p_ij log p_ij + sum p_ij log(1 + s^2 r_ij^2) + log Z(s)

The search for s takes Z of a sample of the nodes, which is that of all but for a factor and noise, and the sum over
edges of a sample of these; KL is flat around its least value, so an error of s is of second order. The value returned
comes from all nodes and edges.
"""

from __future__ import annotations

import numpy as np

from ..core.affinity import BLOCKS, joint_probabilities
from ..core.attractive import squared_lengths
from ..core.engine.blocks import Workers, weighted_bounds
from ..core.forces import FARTHEST
from ..core.repulsion.repulsive import Repulsion
from ..core.symmetry import symmetric_pattern
from ..core.types import Auto, Coordinates, Float, Int, Seed
from ..graph.adjacency import GraphLike, as_graph
from ..inputs.coordinates import as_coordinates
from ..inputs.lambdas import as_lambda, check_lambda
from ..inputs.seeds import as_generator, sample
from ..runtime.checks import check_flag, check_n_jobs

SEARCH_SAMPLE = 100_000  # nodes; above the least KL of a noisy grid of a million nodes by .00002 (20,000: by .001)
SEARCH_EDGES = 1_000_000  # about: every k-th; of 10^7 edges the KL is the same to 10^-6, in a sixth of the time
SCALES = np.geomspace(1e-2, 1e2, 13)  # where the search starts, as lengths of the median edge
TOLERANCE = 0.01  # of log s


def kl_divergence(
    graph: GraphLike,
    Y: Coordinates,
    lambda_: Float | Auto | None = "auto",
    *,
    local_weights: bool | Auto = "auto",
    rescale: bool = False,
    random_state: Seed = 0,
    n_jobs: Int | None = None,
) -> float:
    """Kullback-Leibler divergence KL(P || Q) of an embedding from its graph, what `embed_graph` minimises.

    P are the joint probabilities of the edges, Q those of all pairs of points by the Student-t kernel. 0 would be
    perfect. Only divergences of the same graph with the same options compare.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    Y : array of shape (n, d), or dict of positions by node
        Coordinates in 1, 2 or 3 dimensions, rows in the order of the nodes.
    lambda_ : float, "auto" or None, default "auto"
        As in `embed_graph`.
    local_weights : bool or "auto", default "auto"
        As in `embed_graph`.
    rescale : bool, default False
        Take the least divergence over all scales of Y: Q depends on the unit of length, which other layouts choose
        freely. The search covers median edges of 0.01 to 100.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample of nodes that the search for the scale looks at, in graphs of more than 100,000.
    n_jobs : int, optional
        Threads; left out or -1: all cores.

    Returns
    -------
    divergence : float
        0 or more (an error of the grid may turn 0 slightly negative); NaN for a graph without edges.

    Raises
    ------
    ValueError
        If Y does not fit the graph, holds NaN or has more than 3 dimensions, or an option is out of range.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> from sggraph.metrics import kl_divergence
    >>> G = nx.karate_club_graph()
    >>> pos = sg.sgtsne_layout(G, seed=0)
    >>> kl_divergence(G, pos) > kl_divergence(G, pos, rescale=True)
    True
    """
    _check(lambda_, local_weights, rescale, n_jobs)
    return divergence(as_graph(graph), Y, lambda_, local_weights, rescale, random_state, n_jobs)


def divergence(graph, Y, lambda_, local_weights, rescale, random_state, n_jobs, links=None):
    """`kl_divergence` of a Graph; `links` is its symmetric pattern, if it is known."""
    rng = as_generator(random_state)
    A, Y = graph.adjacency, as_coordinates(Y, graph)
    if Y.shape[1] > 3:
        raise ValueError(f"Y has {Y.shape[1]} dimensions, but the divergence is for 1 to 3: project it, by PCA perhaps")
    if A.nnz == 0:
        return float("nan")
    Y = Y - Y.mean(axis=0)
    with Workers(n_jobs) as workers:
        local = not graph.weighted if local_weights == "auto" else local_weights
        links = symmetric_pattern(A) if local and links is None else links
        upper = joint_probabilities(
            A, as_lambda(lambda_), workers, links=links if local else None, given=graph.given
        ).upper
        p, r2 = _edges(upper, Y, workers)
        if rescale:
            s = _best_scale(p, r2, Y[sample(np.arange(len(Y)), SEARCH_SAMPLE, rng)], workers)
            Y, r2 = s * Y, s * s * r2
        elif np.abs(Y).max() >= FARTHEST:
            raise ValueError(f"Y reaches beyond {FARTHEST:g}: scale it down, or use rescale=True")
        return float(2 * (p * np.log(p)).sum() + _cross_entropy(p, r2, 1.0) + np.log(_partition(Y, workers)))


def _check(lambda_, local_weights, rescale, n_jobs):
    check_lambda("lambda_", lambda_)
    check_flag("local_weights", local_weights, "auto")
    check_flag("rescale", rescale)
    check_n_jobs("n_jobs", n_jobs)


def _edges(upper, Y, workers):
    """p_ij (float64) and r^2 of each pair i < j with p_ij > 0."""
    p, r2 = upper.data.astype(np.float64), np.empty(upper.nnz)
    bounds = weighted_bounds(upper.indptr, BLOCKS)
    workers.run(squared_lengths, bounds, np.ascontiguousarray(Y), upper.indptr, upper.indices, r2)
    return (p, r2) if p.all() else (p[p > 0], r2[p > 0])


def _best_scale(p, r2, Y, workers):
    """The s of least KL; `Y` is a sample of the points."""
    from scipy.optimize import minimize_scalar

    every = max(1, len(p) // SEARCH_EDGES)
    p, r2 = p[::every] / (2 * p[::every].sum()), r2[::every]
    unit = np.sqrt(np.median(r2[r2 > 0])) if r2.any() else 1.0
    Y, r2 = Y / unit, r2 / unit**2

    def divergence(log_s):
        s = np.exp(log_s)
        return _cross_entropy(p, r2, s * s) + np.log(_partition(s * Y, workers))

    tried = np.log(SCALES)
    k = int(np.argmin([divergence(x) for x in tried]))
    bracket = tried[max(k - 1, 0)], tried[min(k + 1, len(tried) - 1)]
    best = minimize_scalar(divergence, bounds=bracket, method="bounded", options={"xatol": TOLERANCE})
    return np.exp(best.x) / unit


def _cross_entropy(p, r2, s2):
    """The sum of p_ij log(1 + s^2 r_ij^2) over both triangles."""
    return 2 * float((p * np.log1p(s2 * r2)).sum())  # not by BLAS: its bits follow its threads


def _partition(Y, workers):
    """Z of the points Y (centred)."""
    Y = Y.astype(np.float32)
    return Repulsion(*Y.shape, workers)(Y, np.empty_like(Y))[0]
