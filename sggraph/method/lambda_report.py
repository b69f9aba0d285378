"""`lambda_report`: what lambda rescaling does to the nodes of a graph, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill as fill_text

import numpy as np

from ..core.affinity import SHARE, jaccard_weights, rescale_rows, rows_filled
from ..core.engine.blocks import Workers
from ..core.symmetry import symmetric_pattern
from ..core.types import Auto, Direction, Float, Weight
from ..graph.adjacency import GraphLike, as_graph
from ..inputs.lambdas import as_lambda, check_lambda
from .traits import fill

QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
HUBS = 0.01  # of the nodes


@dataclass(frozen=True, repr=False)
class LambdaReport:
    """What `lambda_report` found; shows itself as a table with advice.

    Attributes
    ----------
    lambda_ : float
        The value that was looked at.
    given : bool
        Whether weights are the user's own. If not, they come from the neighbourhoods (Jaccard) or, in neighbour graphs
        of samples, from distances.
    n_nodes, n_isolated, n_clamped : int
        Nodes in all, without an edge, and with too few neighbours for `lambda_`. These have at most `lambda_` and equal
        weights, or, where weights are given, at most 3 `lambda_` - 2, of which the first and a third of the others
        count: heavier edges pull more, none more than three times an even share.
    degree, effective_neighbors : tuple of float
        Least, quartiles and greatest over the nodes that have an edge: number of neighbours, and exp(entropy) of the
        weights after rescaling.
    fill : float
        Mean of min(degree, lambda) / lambda: how much of lambda the graph can give.
    hub_share : float
        Share of all edge ends at the 1 % of the nodes with the most neighbours.
    advice : list of str
        What to do about it.
    """

    lambda_: float
    given: bool
    n_nodes: int
    n_isolated: int
    n_clamped: int
    degree: tuple[float, ...]
    effective_neighbors: tuple[float, ...]
    fill: float
    hub_share: float
    advice: list[str]

    def __repr__(self) -> str:
        share = self.n_clamped / max(self.n_nodes - self.n_isolated, 1)
        few = "a third of the neighbours count, fewer than lambda" if self.given else "clamped to equal weights"
        lines = [
            f"lambda {self.lambda_:g} on {self.n_nodes:,} nodes, {self.n_isolated:,} of them without an edge",
            f"{'':22s}{'least':>8s}{'25 %':>8s}{'median':>8s}{'75 %':>8s}{'most':>8s}",
            f"{'neighbours':22s}" + "".join(f"{x:8g}" for x in self.degree),
            f"{'effective neighbours':22s}" + "".join(f"{x:8.1f}" for x in self.effective_neighbors),
            f"{few}: {self.n_clamped:,} nodes ({share:.0%})",
            f"fill, mean of min(neighbours, lambda) / lambda: {self.fill:.2f}",
            f"edge ends at the 1 % of nodes with the most neighbours: {self.hub_share:.0%}",
            *(fill_text(f"- {sentence}", 100, subsequent_indent="  ") for sentence in self.advice),
        ]
        return "\n".join(lines)


def lambda_report(
    graph: GraphLike, lambda_: Float | Auto = "auto", *, weight: Weight = "weight", direction: Direction = "auto"
) -> LambdaReport:
    """Report what lambda rescaling does to the nodes of a graph, and what to change.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    lambda_ : float or "auto", default "auto"
        The value to look at, as in `embed_graph`.
    weight : str or None, default "weight"
        Edge attribute that holds the weight; None ignores weights.
    direction : {"auto", "symmetric", "out", "in"}, default "auto"
        What a directed graph means, see `as_graph`.

    Returns
    -------
    LambdaReport
        Numbers as attributes; printed, a table and advice.

    Raises
    ------
    ValueError, TypeError
        For input that is not a graph, or a lambda below 1.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> sg.lambda_report(nx.karate_club_graph(), 5, weight=None)
    lambda 5 on 34 nodes, 0 of them without an edge
                             least    25 %  median    75 %    most
    neighbours                   1       2       3       5      17
    effective neighbours       1.0     2.0     3.0     5.0    15.9
    clamped to equal weights: 27 nodes (79%)
    fill, mean of min(neighbours, lambda) / lambda: 0.68
    edge ends at the 1 % of nodes with the most neighbours: 11%
    - Most nodes have no more neighbours than lambda, so their edges weigh the same: harmless where
      edges are alike. If weights matter, lambda 2 keeps them for half of the nodes.

    Weights that you give count for all nodes, however few neighbours they have:

    >>> sg.lambda_report(nx.karate_club_graph(), 5)
    lambda 5 on 34 nodes, 0 of them without an edge
                             least    25 %  median    75 %    most
    neighbours                   1       2       3       5      17
    effective neighbours       1.0     2.0     3.0     5.0    16.7
    a third of the neighbours count, fewer than lambda: 32 nodes (94%)
    fill, mean of min(neighbours, lambda) / lambda: 0.68
    edge ends at the 1 % of nodes with the most neighbours: 11%
    - Most nodes have too few neighbours for lambda: about a third of them count, so that heavier edges
      pull more, up to three times an even share. lambda_=None takes the weights as they are,
      weight=None none.
    """
    if lambda_ is None:
        raise ValueError(
            "lambda_=None leaves the weights as they are: give 'auto' or a number of at least 1, such as 10"
        )
    check_lambda("lambda_", lambda_)
    graph = as_graph(graph, weight=weight, direction=direction)
    lambda_ = as_lambda(lambda_)
    A = rows_filled(graph.adjacency)
    links = symmetric_pattern(A)
    with Workers() as workers:
        weights = A.data if graph.weighted else jaccard_weights(A, links, workers)
        p, n_clamped = rescale_rows(A.indptr, weights, lambda_, workers, given=graph.given)
    degree = np.diff(A.indptr)
    linked = degree > 0
    entropy = (
        -np.add.reduceat(p * np.log(np.maximum(p, 1e-300)), A.indptr[:-1][linked]) if linked.any() else np.zeros(0)
    )
    both = np.sort(np.diff(links.indptr))[::-1]
    hub_share = float(both[: max(1, int(HUBS * len(both)))].sum() / max(both.sum(), 1))
    numbers = {
        "given": graph.given,
        "n_nodes": len(degree),
        "n_isolated": int((np.diff(links.indptr) == 0).sum()),
        "n_clamped": n_clamped,
        "degree": _quantiles(degree[linked]),
        "effective_neighbors": _quantiles(np.exp(entropy)),
        "fill": fill(np.diff(links.indptr), lambda_),
        "hub_share": hub_share,
    }
    return LambdaReport(lambda_, **numbers, advice=_advice(lambda_, linked.sum(), **numbers))


def _quantiles(values):
    return tuple(float(x) for x in np.quantile(values, QUANTILES)) if len(values) else (0.0,) * len(QUANTILES)


def _advice(lambda_, n_linked, *, given, n_clamped, degree, hub_share, n_isolated, **_):
    advice = []
    if n_linked and n_clamped > n_linked / 2:
        advice.append(_of_weights(lambda_, given, degree[2]))
    elif n_linked and degree[1] > 3 * lambda_:
        advice.append(
            f"Three of four nodes have more than {3 * lambda_:g} neighbours: lambda {int(degree[1] // 2)} would let "
            "more of them count, for smoother groups."
        )
    if hub_share > 0.25:
        advice.append(f"Hubs hold {hub_share:.0%} of the edge ends; local weights (Jaccard) lessen their pull.")
    if degree[2] <= 1 and n_linked:
        advice.append("Most nodes are leaves: drop_leaf=True places them beside their neighbours afterwards.")
    if n_isolated:
        advice.append(f"{n_isolated:,} nodes have no edge; the picture can say nothing of them.")
    return advice or ["Nothing to change."]


def _of_weights(lambda_, given, median):
    """What becomes of weights where half of the nodes have at most `median` neighbours, too few for lambda."""
    share = SHARE if given else 1.0
    smaller = int(np.ceil(1 + share * (median - 1))) - 1  # at 1 + share (degree - 1) a node has too few still
    if given:
        text = "Most nodes have too few neighbours for lambda: about a third of them count, so that heavier edges pull "
        text += "more, up to three times an even share. lambda_=None takes the weights as they are, weight=None none."
        told = f" lambda {smaller} sharpens them for half of the nodes."
    else:
        text = "Most nodes have no more neighbours than lambda, so their edges weigh the same: "
        text += "harmless where edges are alike."
        told = f" If weights matter, lambda {smaller} keeps them for half of the nodes."
    return text + told if 2 <= smaller < lambda_ else text
