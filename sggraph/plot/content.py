"""What a picture shows, read from what the caller gave: places, classes, graph, names, sizes, widths."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..datasets.dataset import Dataset
from ..graph.adjacency import Graph, quiet_graph
from ..graph.annotated import is_annotated
from ..inputs.coordinates import as_coordinates
from ..inputs.labels import as_classes, read_labels, without_empty
from ..io.saved import SavedEmbedding
from ..method.sequence import Snapshot
from .edges import degrees, fitted_widths
from .frame import limits
from .names import wanted_names
from .points import usual_size
from .sizes import Sizes, Widths, read_sizes, read_widths

KEY = "X_sgtsne"  # of the coordinates in an AnnData
LARGEST = 1e100  # coordinate, and 1 / LARGEST the smallest extent: their squares are floats still


class Content(NamedTuple):
    """What a picture shows: places (n, d), class numbers or values and class names, the Graph; for names the degree of
    each node, the rows that have a name, and these names; what sizes and widths stand for, or one for all; the nodes
    (None: rows without names), and the number of those that have no place; what the labels are called.
    """

    Y: np.ndarray
    values: np.ndarray | None
    names: list | None
    graph: Graph | None
    degree: np.ndarray | None
    named: np.ndarray
    written: list
    sizes: Sizes | float | None = None
    widths: Widths | float | None = None
    nodes: list | None = None
    unplaced: int = 0
    called: str = ""

    def written_in(self, letters):
        """The same, its names as these Letters can show them."""
        names = None if self.names is None else [letters.of(str(name)) for name in self.names]
        changes = {}
        for field in ("sizes", "widths"):
            what = getattr(self, field)
            if isinstance(what, Sizes | Widths):
                changes[field] = what._replace(title=letters.of(what.title))
        changes |= {"written": list(map(letters.of, self.written)), "called": letters.of(self.called)}
        return self._replace(names=names, **changes)

    @property
    def varying_widths(self):
        """The Widths, None where all edges have one width."""
        return self.widths if isinstance(self.widths, Widths) else None


def opened(Y, labels, graph, random_state=0):
    """Coordinates, labels and graph in what holds them, the graph unless it is made of samples; `labels` are read.

    They are a fitted estimator, a Snapshot, a SavedEmbedding, which stays one, a Dataset and an AnnData; anything else
    is as it is.
    """
    if hasattr(Y, "embedding_"):
        own = getattr(Y, "graph_", None)
        graph = own if graph is None and own is not None and not own.calibrated else graph
        return Y.embedding_, read_labels(labels, graph, random_state), graph
    if isinstance(Y, list) and Y and isinstance(Y[0], Snapshot):
        raise TypeError("Y is a list of Snapshot: plot_sequence draws them side by side, or give one of them, Y[-1]")
    is_of_samples = is_annotated(Y)
    Y, labels, own = unfolded(Y, labels, graph, random_state)
    graph = graph if is_of_samples else own
    if isinstance(Y, SavedEmbedding) and labels is None:
        labels = Y.labels
    return Y, read_labels(labels, graph, random_state), graph


def name_of(labels):
    """What labels are called: the attribute that was given for them, or the name of a pandas Series."""
    called = labels if isinstance(labels, str) else getattr(labels, "name", None)
    return called if isinstance(called, str) and called != "louvain" else ""


def unfolded(Y, labels, graph, random_state=0):
    """Coordinates, labels and graph of a Snapshot, of a Dataset or an AnnData, which are the graph themselves."""
    if isinstance(Y, Snapshot):
        return Y.coordinates, labels, Y.graph if graph is None else graph
    if isinstance(Y, Dataset):
        if Y.positions is None:
            raise ValueError("Y is a Dataset without positions: give its embedding, and graph=")
        if labels is None and Y.labels is not None:
            labels = Y.classes
        return Y.positions, labels, Y if graph is None else graph
    if is_annotated(Y):
        if KEY not in Y.obsm:
            others = [name for name in Y.obsm if np.shape(Y.obsm[name])[1] <= 3]
            other = f", or give Y.obsm[{others[0]!r}] and graph=Y" if others else ""
            raise ValueError(f'Y is an AnnData without obsm["{KEY}"]: call sggraph.sgtsne(Y) first{other}')
        saved = SavedEmbedding(np.asarray(Y.obsm[KEY]), list(Y.obs_names))
        return saved, read_labels(labels, Y, random_state), Y if graph is None else graph
    return Y, labels, graph


def read_content(Y, labels, graph, node_names, node_size=None, edge_width=None):
    """The Content of a picture, without the nodes that have no place."""
    given, graph = graph, None if graph is None else quiet_graph(graph)
    Y, nodes = _as_positions(Y, graph)
    called = nodes if graph is None else graph.names
    values, names = (None, None) if labels is None else as_classes(labels, called, len(Y))
    degree = _degrees(graph)
    named, written = wanted_names(node_names, nodes, degree, len(Y))
    sizes = read_sizes(node_size, given, called, degree, len(Y))
    widths = read_widths(edge_width, given, None if graph is None else graph.nodes)
    content = Content(Y, values, names, graph, degree, named, written, sizes, widths, nodes)
    placed = ~np.isnan(Y[:, 0])
    return content if placed.all() else _narrowed(content, placed)


def with_marks(options, given, graph, nodes, frames, box, rng):
    """The options, their node_size and edge_width read once and fitted to the last of many pictures in such a box."""
    sizes, widths = options.get("node_size"), options.get("edge_width")
    Y = frames[-1]
    sizes = read_sizes(sizes, given, nodes if graph is None else graph.names, _degrees(graph), len(Y))
    if isinstance(sizes, Sizes):
        sizes = sizes.fitted(usual_size(len(Y), box), box)
    widths = read_widths(widths, given, None if graph is None else graph.nodes)
    if isinstance(widths, Widths) and Y.shape[1] > 1:
        view = *limits(Y[~np.isnan(Y[:, 0])], 0.0), box
        widths = fitted_widths(widths, Y, graph, view, rng)
    return options | {"node_size": sizes, "edge_width": widths}


def _degrees(graph):
    return None if graph is None else degrees(graph.adjacency)


def _narrowed(content, placed):
    """The Content of those nodes alone that have a place."""
    Y, values, names, graph, degree, named, written, sizes, widths, nodes, *_ = content
    written = [name for name, i in zip(written, named, strict=True) if placed[i]]
    named = (np.cumsum(placed) - 1)[[i for i in named if placed[i]]]
    Y, values, degree = (None if array is None else array[placed] for array in (Y, values, degree))
    if names is not None:
        values, names = without_empty(values, names)
    if graph is not None:
        graph = graph._replace(adjacency=graph.adjacency[placed][:, placed])
    if isinstance(sizes, Sizes):
        sizes = sizes._replace(values=sizes.values[placed])
    if isinstance(widths, Widths):
        widths = widths._replace(values=widths.values[placed][:, placed])
    nodes = None if nodes is None else [node for node, has_place in zip(nodes, placed, strict=True) if has_place]
    unplaced = np.count_nonzero(~placed)
    return Content(Y, values, names, graph, degree, named, written, sizes, widths, nodes, unplaced)


def _as_positions(Y, graph):
    """Coordinates as a float array of shape (n, d), and the names of its rows (None where they have none)."""
    nodes = None if graph is None else graph.nodes
    if isinstance(Y, SavedEmbedding):
        is_counted = Y.nodes == list(range(len(Y.nodes)))
        is_turned = graph is not None and Y.nodes != nodes and set(Y.nodes) == set(nodes)
        nodes = Y.nodes if graph is None and not is_counted else nodes
        Y = Y.positions if is_turned else Y.coordinates
    elif nodes is None and isinstance(Y, Mapping):
        nodes = list(Y)
    Y = as_coordinates(Y, graph, may_lack=True)
    if Y.shape[1] > 3:
        raise ValueError(f"Y has shape {Y.shape}: choose 1, 2 or 3 of its columns")
    largest, extent = np.nanmax(np.abs(Y)), np.max(np.nanmax(Y, axis=0) / 2 - np.nanmin(Y, axis=0) / 2)
    if largest > LARGEST or 0 < extent < 1 / LARGEST:
        raise ValueError(f"Y reaches {largest:.1g}, which is beyond what a picture can show: divide it by that")
    return Y, nodes
