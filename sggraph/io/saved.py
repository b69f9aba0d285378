"""An embedding that knows where it comes from, and its .npz file.

The file holds plain arrays: coordinates, and names, labels and provenance as JSON in UTF-8. So node names come back as
they were, be they numbers, strings or tuples of them, and nothing in the file is ever unpickled.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..graph.adjacency import GraphWarning, as_graph
from ..graph.fingerprint import graph_hash
from ..inputs.coordinates import as_rows, check_rows, rows_of
from ..inputs.labels import by_row, read_labels
from ..runtime.checks import is_missing, shown
from ..runtime.warn import untold
from .provenance import provenance_of
from .safe import checked_npz

LAYOUT = 1  # of the .npz file


@dataclass(frozen=True, eq=False, repr=False)
class SavedEmbedding:
    """Coordinates with the names of the nodes and where they come from.

    Attributes
    ----------
    coordinates : ndarray of shape (n, d)
        Rows in the order of `nodes`.
    nodes : list
        Names of the n nodes.
    labels : list or None
        A label for each node, None where it is missing.
    provenance : dict
        What is known about the run: "version" of sggraph, "libraries", "parameters", "seed", "graph_hash", "n_iter",
        "kl_divergence", "n_clamped". Empty for a file of another format.

    Examples
    --------
    >>> import numpy as np
    >>> from sggraph import SavedEmbedding
    >>> saved = SavedEmbedding(np.array([[0.0, 1.0], [2.0, 3.0]]), ["ann", "bob"])
    >>> saved
    <SavedEmbedding: 2 nodes in 2-D>
    >>> saved.positions["bob"]
    array([2., 3.])
    """

    coordinates: NDArray[Any]
    nodes: list[Any]
    labels: list[Any] | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        n, d = self.coordinates.shape
        origin = f", by sggraph {self.provenance['version']}" if "version" in self.provenance else ""
        return f"<SavedEmbedding: {n:,} nodes in {d}-D{origin}>"

    @property
    def positions(self) -> dict[Any, NDArray[Any]]:
        """Node -> its coordinates, as NetworkX draws them: ``nx.draw(G, saved.positions)``."""
        return dict(zip(self.nodes, self.coordinates, strict=True))


def as_saved(Y, nodes=None, labels=None, graph=None):
    """A SavedEmbedding of coordinates, {node: position}, a fitted estimator or another one, and its Graph to draw."""
    provenance, given = {}, nodes
    if hasattr(Y, "get_params"):
        if not hasattr(Y, "embedding_"):
            raise ValueError(f"Y is a {type(Y).__name__} that is not fitted: call its fit first")
        provenance = provenance_of(Y)
        graph = getattr(Y, "graph_", None) if graph is None else graph
        nodes = getattr(Y, "nodes_", None) if nodes is None else nodes
        Y = Y.embedding_
    elif isinstance(Y, SavedEmbedding):
        provenance = Y.provenance
        nodes, labels = (Y.nodes if nodes is None else nodes), (Y.labels if labels is None else labels)
        Y = Y.coordinates
    labels = None if labels is None else read_labels(labels, graph)
    arcs, graph = (None, None) if graph is None else _both_ways(graph)
    if isinstance(Y, Mapping):
        nodes = graph.nodes if nodes is None and graph is not None else nodes
        nodes = list(Y if nodes is None else nodes)
        Y = [np.ravel(position) for position in rows_of(Y, nodes)]
    Y = _as_places(Y)
    if graph is not None:
        check_rows(Y, graph)
        provenance = provenance or {"version": __version__, "graph_hash": graph_hash(graph)}
    nodes = graph.nodes if nodes is None and graph is not None else nodes
    if labels is not None:
        names = nodes if graph is None or given is not None else graph.names
        labels = _as_list(labels, names if names is None else list(names), len(Y))
    nodes = list(range(len(Y)) if nodes is None else nodes)
    for name, items in (("nodes", nodes), ("labels", labels)):
        if items is not None and len(items) != len(Y):
            raise ValueError(f"{name} has {len(items)} entries, but Y has {len(Y)} rows: give one for each row")
    if graph is not None and nodes != list(graph.nodes) and set(nodes) == set(graph.nodes):
        raise ValueError(
            "graph lists the nodes in another order than the rows of Y, and its edges would join others: give the "
            "graph that was embedded, or Y as {node: position}"
        )
    return SavedEmbedding(Y, nodes, labels, provenance or {"version": __version__}), arcs


def _both_ways(graph):
    """The Graph with the arcs that it has, and the one that is embedded, of which the hash is: arcs count both ways."""
    embedded = as_graph(graph)
    with untold(GraphWarning):  # which came already
        return as_graph(graph, direction="out") if embedded.directed else embedded, embedded


def _as_places(Y):
    """Coordinates that a file can keep: an array (n, d), d = 1, 2 or 3."""
    Y = as_rows(Y, flat=True)
    if Y.shape[1] > 3:
        raise ValueError(f"Y has shape {Y.shape}: choose 1, 2 or 3 of its columns")
    return Y


def _as_list(labels, names, n):
    """The labels in the order of the rows, found as `plot_embedding` finds them; None where one is missing."""
    if isinstance(labels, (Mapping, str)) or hasattr(labels, "ndim"):
        labels = by_row(labels, names, n)
    labels = list(labels)
    if any(isinstance(label, (list, np.ndarray)) for label in labels):
        raise ValueError("labels holds lists: give one label for each row, a number or text")
    return [None if is_missing(label) else label for label in labels]


def write_npz(path, saved):
    """Write the .npz file of a SavedEmbedding."""
    parts = {"sggraph_embedding": np.array(LAYOUT), "coordinates": saved.coordinates}
    parts["nodes"] = _to_json([_encode(node, "nodes") for node in saved.nodes])
    if saved.labels is not None:
        parts["labels"] = _to_json([_encode(label, "labels") for label in saved.labels])
    parts["provenance"] = _to_json(saved.provenance)
    with open(path, "xb") as file:
        np.savez_compressed(file, **parts)


def read_saved_npz(content):
    """The SavedEmbedding in the bytes of its .npz file."""
    with checked_npz(BytesIO(content)) as parts:
        if "sggraph_embedding" not in parts:
            raise ValueError(f"it holds {sorted(parts)}, and not what write_embedding writes")
        if parts["sggraph_embedding"] != LAYOUT:
            raise ValueError("it was written by a newer sggraph: update yours")
        coordinates = _as_places(parts["coordinates"])
        nodes, provenance = (_from_json(parts[name]) for name in ("nodes", "provenance"))
        labels = _from_json(parts["labels"]) if "labels" in parts else None
    if not (isinstance(nodes, list) and isinstance(provenance, dict) and isinstance(labels, (list, type(None)))):
        raise ValueError("its names, labels or provenance are not what write_embedding writes")
    for items in (nodes, labels):
        if items is not None and len(items) != len(coordinates):
            raise ValueError(f"it holds {len(coordinates)} rows but {len(items)} names or labels")
    return SavedEmbedding(
        coordinates, [_decode(node) for node in nodes], labels and [_decode(label) for label in labels], provenance
    )


def _to_json(value):
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def _from_json(array):
    try:
        return json.loads(array.astype(np.uint8).tobytes())
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None


def _encode(item, name):
    """A name or label as JSON; tuples and bytes, which JSON lacks, as an object of one entry."""
    if isinstance(item, np.generic):
        item = item.item()
    if item is None or isinstance(item, (bool, str)):
        return item
    if isinstance(item, Integral):
        return int(item)
    if isinstance(item, Real) and isinstance(item, float):
        return float(item)
    if isinstance(item, tuple):
        return {"tuple": [_encode(part, name) for part in item]}
    if isinstance(item, bytes):
        return {"bytes": item.hex()}
    raise ValueError(
        f"{name} holds {shown(item)} of type {type(item).__name__}, which a file cannot keep: "
        "give numbers, strings, bytes, None or tuples of them"
    )


def _decode(item):
    if not isinstance(item, (dict, list)):
        return item
    if isinstance(item, dict) and len(item) == 1:
        ((kind, value),) = item.items()
        if kind == "tuple" and isinstance(value, list):
            return tuple(map(_decode, value))
        if kind == "bytes" and isinstance(value, str):
            return bytes.fromhex(value)
    raise ValueError(f"it holds the name {shown(item)}, which write_embedding does not write")
