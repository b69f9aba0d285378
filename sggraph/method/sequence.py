"""`embed_sequence`: graphs of several times in pictures that can be compared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.symmetry import symmetric_pattern
from ..core.types import Direction, Float, Seed, Weight
from ..graph.adjacency import Graph, GraphLike, as_graph, is_graph_like
from ..graph.windows import Span, graph_windows
from ..runtime.checks import check_number
from ..runtime.compiling import tell_of_compiling
from .problem import is_kept, leaves_beside, of_rows, ways
from .settings import settings_of
from .together import laid_out_together, numbered

WITHOUT = {"init", "Y0", "components", "fixed", "checkpoint", "callback", "on_interrupt", "device"}  # no say here
ACCEPTED = "a list of graphs, or a dict of graphs by time"


class Snapshot(NamedTuple):
    """The picture of one of the graphs of a sequence.

    Attributes
    ----------
    time : hashable
        Its key in the mapping that was given, the begin of its window, or its number, from 0.
    graph : Graph
        Adjacency and names.
    coordinates : ndarray of shape (n, d), float32
        Rows in the order of the nodes; of one unit and one origin in all pictures.
    moved : ndarray of shape (n,)
        How far each node moved since the picture before, NaN for those that are new.
    """

    time: Any
    graph: Graph
    coordinates: NDArray[np.float32]
    moved: NDArray[np.float64]

    @property
    def nodes(self) -> list[Any]:
        """Names of the nodes."""
        return self.graph.nodes

    @property
    def positions(self) -> dict[Any, NDArray[np.float32]]:
        """Node -> its coordinates, as NetworkX draws them."""
        return dict(zip(self.nodes, self.coordinates, strict=True))

    def __repr__(self) -> str:
        return f"<Snapshot {self.time}: {len(self.coordinates):,} nodes in {self.coordinates.shape[1]}-D>"


def embed_sequence(
    graphs: Mapping[Any, GraphLike] | Iterable[GraphLike] | GraphLike,
    *,
    stability: Float = 0.5,
    time: Hashable = None,
    window: Span | Literal["all"] | None = None,
    step: Span | None = None,
    weight: Weight = "weight",
    direction: Direction = "auto",
    random_state: Seed = 0,
    **options: Any,
) -> list[Snapshot]:
    """Lay out the graphs of several times so that their pictures can be compared.

    A node that has no reason to move stays where it is from one picture to the next; one whose edges lead elsewhere
    goes there. Each picture is still right by its own scores: of ten graphs in five versions, 5 % of the edges replaced
    from one to the next, recall is .011 lower than in separate pictures on average, the correlation with path lengths
    .007 higher, and nodes move by a twelfth of the way between these, turned onto each other.

    Parameters
    ----------
    graphs : dict or list of graphs, or edges with a time
        Graphs in the order of time, each anything that `as_graph` takes; the keys of a dict are the times. Names of
        nodes say which are the same; without names rows do. Or one table or graph of edges that have a `time`.
    stability : float from 0 to 1, default 0.5
        0: each picture goes its own way from the common start. 1: one picture for all, in which edges change alone.
        Between them ties grow as s / (1 - s).
    time, window, step : optional
        Where `graphs` are edges with a time: its name, and how they are cut, see `graph_windows`.
    weight, direction : optional
        As in `as_graph`.
    random_state : int, default 0
        Seed.
    **options
        Further parameters of `embed_graph`, such as `d`, `balance`, `lambda_`, `drop_leaf`, `n_jobs`, `verbose`.

    Returns
    -------
    list of Snapshot
        For each graph its `time`, `graph`, `coordinates` (n, d), `positions` by node, and how far nodes `moved` since
        the graph before. Equal graphs in a row have equal pictures.

    Raises
    ------
    ValueError
        No graphs, or an option that is out of range or has no say here.

    Notes
    -----
    All components of a graph share its picture. Memory is that of all graphs together, time hardly more than that of
    as many calls of `embed_graph`.

    See Also
    --------
    update_layout : for a graph that goes on from a picture that people know.
    plot_sequence, animate_embedding, explore : pictures of what is returned.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> before = nx.les_miserables_graph()
    >>> after = before.copy()
    >>> after.remove_node("Javert")
    >>> one, two = sg.embed_sequence({"with": before, "without": after})
    >>> two
    <Snapshot without: 76 nodes in 2-D>
    """
    check_number("stability", stability, 0, 1, "a number from 0 (each its own way) to 1 (one picture for all)")
    settings = settings_of("embed_sequence", options, WITHOUT, random_state=random_state, components="together")
    how = {"weight": weight, "direction": direction}
    if time is not None:
        graphs = graph_windows(graphs, time, window=window, step=step, **how)
    elif window is not None or step is not None:
        raise ValueError("window and step cut edges that have a time: give time, too, the name of it")
    elif not isinstance(graphs, (Mapping, list, tuple)) and (is_graph_like(graphs) or not isinstance(graphs, Iterable)):
        raise ValueError(
            f"graphs is one {type(graphs).__name__}: give {ACCEPTED}, or time, the name of its edges' times"
        )
    items = list(graphs.values() if isinstance(graphs, Mapping) else graphs)
    if not items:
        raise ValueError(f"graphs is empty: give {ACCEPTED}")
    times = list(graphs) if isinstance(graphs, Mapping) else range(len(items))
    found = [as_graph(G, **how, n_jobs=settings.n_jobs) for G in items]
    tell_of_compiling()
    numbers = numbers_of_equals(found)
    inner = [_leafless(graph) if settings.drop_leaf else graph for graph in found]
    strips = laid_out_together(inner, numbers, float(stability), replace(settings, drop_leaf=False))
    places = [dict(zip(strip.graph.nodes, strip.places, strict=True)) for strip in strips]
    return snapshots_of(times, found, [places[k] for k in numbers])


def _leafless(graph):
    return of_rows(graph, np.flatnonzero(is_kept(symmetric_pattern(graph.adjacency))))


def snapshots_of(times, graphs, places):
    """A Snapshot for each graph, of places by node; leaves without one stand beside their neighbours, each on the same
    side at all times.
    """
    snapshots, before = [], {}
    nodes, rows = numbered(graphs)
    for time, graph, row, place in zip(times, graphs, rows, places, strict=True):
        kept = np.array([node in place for node in graph.nodes])
        Y = np.array([place[node] for node in graph.nodes if node in place])
        if not kept.all():
            steps = ways(len(nodes), Y.shape[1], np.random.default_rng(0))
            Y = leaves_beside(Y, kept, symmetric_pattern(graph.adjacency), steps[row[~kept]])
        nowhere = np.full(Y.shape[1], np.nan)
        moved = np.linalg.norm(Y - np.array([before.get(node, nowhere) for node in graph.nodes]), axis=1)
        snapshots.append(Snapshot(time, graph, Y, moved.astype(np.float64)))
        before = dict(zip(graph.nodes, Y, strict=True))
    return snapshots


def numbers_of_equals(graphs):
    """A number for each graph, the same for equal ones in a row: 0, 0, 1, 2, 2 ..."""
    numbers = []
    for t, graph in enumerate(graphs):
        is_new = t == 0 or not _equal(graph, graphs[t - 1])
        numbers.append(numbers[-1] + is_new if numbers else 0)
    return numbers


def _equal(graph, other):
    """Whether two graphs have the same nodes and edges."""
    row = {node: i for i, node in enumerate(other.nodes)}
    if len(graph.nodes) != len(row) or graph.adjacency.nnz != other.adjacency.nnz or not set(graph.nodes) <= set(row):
        return False
    order = np.array([row[node] for node in graph.nodes])
    return (graph.adjacency != other.adjacency[order][:, order]).nnz == 0
