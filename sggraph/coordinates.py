"""Coordinates of any origin become one finite array, its rows in the order of the nodes."""

from collections.abc import Mapping

import numpy as np


def as_coordinates(Y, graph=None, *, may_lack=False):
    """Y (array, or dict of positions by node) as a finite float64 array, with a row for each node of the Graph.

    Without a graph, a dict keeps its own order. With `may_lack` some rows, not all, may be NaN.
    """
    if isinstance(Y, Mapping):
        nodes = list(Y) if graph is None else graph.nodes
        absent = [node for node in nodes if node not in Y]
        if absent:
            raise ValueError(f"Y has no position for {len(absent)} nodes of graph, such as {absent[0]!r}: add them")
        Y = [Y[node] for node in nodes]
    try:
        Y = np.asarray(Y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Y must be an array of n rows of numbers: {error}") from None
    if Y.ndim != 2 or not Y.size:
        raise ValueError(f"Y must have shape (n, d) with n > 0 and d > 0, got {Y.shape}: reshape it")
    wrong = ~np.isfinite(Y).all(axis=1)
    absent = np.isnan(Y).all(axis=1)
    if may_lack and not absent.all():
        wrong &= ~absent
    if wrong.any():
        bad = np.flatnonzero(wrong)
        raise ValueError(
            f"Y has NaN or infinite coordinates in {len(bad)} rows, first in row {bad[0]}: drop these rows"
        )
    if graph is not None and len(graph.nodes) != len(Y):
        raise ValueError(
            f"graph has {len(graph.nodes)} nodes but Y has {len(Y)} rows: give the graph that was embedded"
        )
    return Y
