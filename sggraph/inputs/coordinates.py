"""Coordinates of any origin become finite arrays, their rows in the order of the nodes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..datasets.dataset import Dataset
from ..graph.adjacency import Graph
from ..graph.annotated import is_annotated
from ..graph.packages import reader_of
from ..runtime.checks import refused, shown


def as_coordinates(Y: Any, graph: Graph | None = None, *, may_lack: bool = False) -> NDArray[np.float64]:
    """Y (array, or dict of positions by node) as a finite float64 array, with a row for each node of the Graph.

    Without a graph, a dict keeps its own order. With `may_lack` some rows, not all, may be NaN.
    """
    if isinstance(Y, Mapping):
        Y = rows_of(Y, list(Y) if graph is None else graph.nodes)
    Y = as_rows(Y, np.float64)
    if not len(Y):
        raise ValueError("Y has no rows: give one for each node")
    wrong = ~np.isfinite(Y).all(axis=1)
    absent = np.isnan(Y).all(axis=1)
    if may_lack and not absent.all():
        wrong &= ~absent
    if wrong.any():
        bad = np.flatnonzero(wrong)
        raise ValueError(
            f"Y has NaN or infinite coordinates in {len(bad)} rows, first in row {bad[0]}: drop these rows"
        )
    if graph is not None:
        check_rows(Y, graph)
    return Y


def check_rows(Y, graph):
    """Raise a ValueError unless Y has a row for each node of the Graph."""
    if len(graph.nodes) != len(Y):
        raise ValueError(
            f"graph has {len(graph.nodes)} nodes but Y has {len(Y)} rows: give the graph that was embedded"
        )


def as_rows(Y, dtype=None, *, flat=False):
    """Y as an array (n, d) of real numbers or NaN, d > 0, of its own type unless another is wanted.

    With `flat` it may be n numbers, for d = 1.
    """
    _refuse_other_things(Y)
    shape = "(n,) or (n, d)" if flat else "(n, d)"
    accepted = f"give real numbers in the shape {shape}, d > 0"
    try:
        Y = np.asarray(Y, dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Y holds no rows of numbers, all of the same length ({error}): {accepted}") from None
    Y = Y[:, None] if flat and Y.ndim == 1 else Y
    if Y.ndim != 2 or not Y.shape[1] or Y.dtype.kind not in "biuf":
        raise ValueError(f"Y has shape {Y.shape} and dtype {Y.dtype}: {accepted}")
    return Y


def _refuse_other_things(Y):
    """Raise a TypeError, which tells where its coordinates are, for a thing that has some, or could have."""
    kind = type(Y).__name__
    if is_annotated(Y):
        raise TypeError('Y is an AnnData: give coordinates in it, such as Y.obsm["X_sgtsne"]')
    if hasattr(Y, "get_params") and not isinstance(Y, type):
        raise TypeError(f"Y is of type {kind}: give its coordinates, Y.embedding_, which are there after Y.fit")
    if isinstance(Y, Graph | Dataset) or sparse.issparse(Y) or (not isinstance(Y, Mapping) and reader_of(Y)):
        raise TypeError(f"Y is a graph, of type {kind}: give its coordinates, Y=embed_graph(graph), and graph=graph")


def rows_of(positions, nodes, name="Y"):
    """The positions (a dict) of the nodes, in their order."""
    absent = [node for node in nodes if node not in positions]
    if absent:
        lack = f"{name} has no position for {len(absent)} of the nodes, such as {shown(absent[0])}"
        raise ValueError(f"{lack}: add them, or give the graph of the others, G.subgraph({name})")
    if not len(positions):
        raise ValueError(f"{name} is an empty dict: give a position for each node")
    return [positions[node] for node in nodes]


def is_by_name(Y):
    """Whether Y is a dict of embeddings by name, rather than one of positions by node."""
    return isinstance(Y, Mapping) and len(Y) > 0 and all(isinstance(y, Mapping) or np.ndim(y) == 2 for y in Y.values())


def as_embeddings(embeddings, graph=None, *, same_d=True):
    """Embeddings by name as arrays of one shape, or of one length, by str(name); and the names of their rows or None.

    Rows are in the order of the Graph; without one, in that of the first dict of positions.
    """
    if not is_by_name(embeddings):
        accepted = 'a dict of embeddings by name, such as {"SG-t-SNE": Y, "spring": pos}'
        raise refused("embeddings", embeddings, f"{accepted}, each an array of shape (n, d) or a dict of positions")
    nodes = next((list(Y) for Y in embeddings.values() if isinstance(Y, Mapping)), None)
    nodes = nodes if graph is None else graph.nodes
    arrays = {}
    for name, Y in embeddings.items():
        if isinstance(Y, Mapping):
            Y = rows_of(Y, nodes, f"embedding {name!r}")
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
