"""Coordinates of any origin become finite arrays, their rows in the order of the nodes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph.adjacency import Graph


def as_coordinates(Y: Any, graph: Graph | None = None, *, may_lack: bool = False) -> NDArray[np.float64]:
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


def is_by_name(Y):
    """Whether Y is a dict of embeddings by name, rather than one of positions by node."""
    return isinstance(Y, Mapping) and len(Y) > 0 and all(isinstance(y, Mapping) or np.ndim(y) == 2 for y in Y.values())


def as_embeddings(embeddings, graph=None, *, same_d=True):
    """Embeddings by name as arrays of one shape, or of one length, by str(name); and the names of their rows or None.

    Rows are in the order of the Graph; without one, in that of the first dict of positions.
    """
    if not is_by_name(embeddings):
        raise ValueError(
            'embeddings must be a dict of embeddings by name, such as {"SG-t-SNE": Y, "spring": pos}, '
            f"each an array of shape (n, d) or a dict of positions, got {_describe(embeddings)}"
        )
    nodes = next((list(Y) for Y in embeddings.values() if isinstance(Y, Mapping)), None)
    nodes = nodes if graph is None else graph.nodes
    arrays = {}
    for name, Y in embeddings.items():
        if isinstance(Y, Mapping):
            absent = [node for node in nodes if node not in Y]
            if absent:
                raise ValueError(f"embedding {name!r} has no position for {len(absent)} nodes, such as {absent[0]!r}")
            Y = [Y[node] for node in nodes]
        try:
            arrays[str(name)] = as_coordinates(Y, graph)
        except ValueError as error:
            raise ValueError(f"embedding {name!r}: {error}") from None
    first, *others = arrays
    for name in others:
        if arrays[name].shape[: 1 + same_d] != arrays[first].shape[: 1 + same_d]:
            raise ValueError(
                f"embedding {name!r} has shape {arrays[name].shape}, {first!r} has {arrays[first].shape}: "
                "give embeddings of the same nodes in the same number of dimensions"
            )
    return arrays, nodes


def _describe(embeddings):
    if not isinstance(embeddings, Mapping):
        return type(embeddings).__name__
    return f"a dict with values of shape {np.shape(next(iter(embeddings.values())))}" if embeddings else "an empty dict"
