"""`update_layout`: the picture that people know already, for a graph that has changed.

Old nodes begin where they were, new ones beside their neighbours. Only the last phase of a run is gone through, a part
of it, and old nodes take a share of each step. The picture is not moved, turned or enlarged as a whole, and keeps its
unit.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.engine.blocks import Workers
from ..core.motion import Motion
from ..core.shape.path_stress import PathStress
from ..core.types import Direction, Fitted, Float, Seed, Weight
from ..graph.adjacency import GraphLike, as_graph
from ..graph.arcs import GraphWarning
from ..inputs.seeds import as_generator
from ..io.saved import SavedEmbedding
from ..runtime.checks import check_number, refused, shown
from ..runtime.warn import warn
from .components import component_numbers
from .holding import held_descent
from .problem import prepared
from .run import Part, forces_of
from .schedule import schedule_for
from .settings import settings_of
from .start import beside_neighbors, edge_lengths, has_place, shape_of
from .traits import traits_of

PART = 0.4  # of the last phase: .2 costs .016 of recall, of ten graphs that grew by a quarter; .8 brings .011, in 1.6
# times the time
OURS, EDGE = (1.0, 50.0), 7.0  # median edges of our pictures: of twelve graphs 3.4 to 22; with others a picture has
# another unit, in which steps would be too long or too short
ACCEPTED = "positions by node (a dict), a fitted estimator, or what load_embedding returned"
WITHOUT = {"d", "init", "Y0", "components", "fixed", "checkpoint", "drop_leaf", "callback"}  # that have no say here


class UpdatedLayout(NamedTuple):
    """What `update_layout` returns.

    Attributes
    ----------
    coordinates : ndarray of shape (n, d), float32
        Rows in the order of `nodes`, in the unit of the earlier picture.
    nodes : list
        The nodes of the graph.
    moved : ndarray of shape (n,)
        How far each old node moved, NaN for new ones.
    """

    coordinates: NDArray[np.float32]
    nodes: list[Any]
    moved: NDArray[np.float64]

    @property
    def positions(self) -> dict[Any, NDArray[np.float32]]:
        """Node -> its coordinates, as NetworkX draws them."""
        return dict(zip(self.nodes, self.coordinates, strict=True))


def update_layout(
    G: GraphLike,
    previous: Mapping[Any, Any] | SavedEmbedding | Fitted,
    *,
    stability: Float = 0.5,
    weight: Weight = "weight",
    direction: Direction = "auto",
    random_state: Seed = 0,
    **options: Any,
) -> UpdatedLayout:
    """Lay out a graph that has changed so that the picture stays the one that people know.

    Nodes that the earlier picture has begin there and take a share of each step, new ones begin beside their
    neighbours, those that are gone are left out. All components stay together; nothing is turned, moved or enlarged as
    a whole. Of ten graphs that grew outwards by a quarter old nodes moved by 2 % of the picture, recall was .04 lower
    than from scratch, and the correlation with path lengths .08, in a third of the time. Where new nodes join pieces
    that were apart, their places beside each other meant nothing, and `embed_graph` makes the better picture: a warning
    says so.

    Parameters
    ----------
    G : graph
        Anything that `as_graph` takes: the graph as it is now.
    previous : dict, SGtSNEpi or SavedEmbedding
        The earlier picture: positions by node, in any unit, a fitted estimator, or what `load_embedding` returned. It
        has some of the nodes of G, and says in how many dimensions.
    stability : float from 0 to 1, default 0.5
        0: old nodes move as freely as new ones; 1: they stay where they are, to the last bit.
    weight, direction : optional
        As in `embed_graph`.
    random_state : int, default 0
        Seed, of what parts new nodes of the same neighbours.
    **options
        Further parameters of `embed_graph`, such as `balance`, `lambda_`, `n_jobs`.

    Returns
    -------
    UpdatedLayout
        `coordinates` (n, d) in the order of `nodes`, `positions` by node, and how far each old node `moved`.

    Raises
    ------
    ValueError
        None of the nodes has a place in `previous`, or an option is out of range.

    Warns
    -----
    GraphWarning
        Where pieces of the earlier picture are joined now.

    See Also
    --------
    embed_graph : with `fixed`, for nodes at places that are known, and coordinates that are data.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> G = nx.les_miserables_graph()
    >>> before = sg.sgtsne_layout(G, seed=0)
    >>> G.add_edge("Valjean", "the reader")
    >>> after = sg.update_layout(G, before, stability=1)
    >>> sorted(set(after.nodes) - set(before)), float(after.moved[0])
    (['the reader'], 0.0)
    """
    check_number("stability", stability, 0, 1, "a number from 0 (free) to 1 (old nodes stay)")
    graph = as_graph(G, weight=weight, direction=direction, n_jobs=options.get("n_jobs"))
    rows = _earlier(previous, graph.nodes)
    settings = settings_of("update_layout", options, WITHOUT, d=rows.shape[1], random_state=random_state)
    n_pieces = joined_pieces(graph.adjacency, ~np.isnan(rows[:, 0]))
    if n_pieces:
        warn(
            f"previous shows {n_pieces} pieces that the graph joins to others now: their places beside each other mean "
            "nothing, embed_graph makes a better picture",
            GraphWarning,
        )
    Y = updated(graph, rows, float(stability), settings)
    return UpdatedLayout(Y, graph.nodes, np.linalg.norm(Y - rows.astype(np.float32), axis=1).astype(np.float64))


def _earlier(previous, nodes):
    """Earlier positions (n, d) of the nodes, NaN for new ones."""
    if hasattr(previous, "embedding_"):
        previous = dict(zip(previous.nodes_, previous.embedding_, strict=True))
    elif isinstance(previous, SavedEmbedding):
        previous = previous.positions
    if not isinstance(previous, Mapping) or not len(previous):
        raise refused("previous", previous, ACCEPTED)
    known = [node for node in nodes if node in previous and not _is_nowhere(previous[node])]
    if not known:
        raise ValueError(f"previous has none of the nodes, such as {shown(nodes[0])}: give a picture of this graph")
    d = np.size(previous[known[0]])
    rows = np.full((len(nodes), d), np.nan)
    place = {node: i for i, node in enumerate(nodes)}
    for node in known:
        row = _as_row(previous[node])
        if row.shape != (d,) or not np.isfinite(row).all() or d > 3:
            raise ValueError(f"previous has {shown(previous[node])} for {shown(node)}: give 1, 2 or 3 finite numbers")
        rows[place[node]] = row
    return rows


def _as_row(place):
    """A place as an array, empty if it is none."""
    try:
        return np.asarray(place, np.float64).ravel()
    except (TypeError, ValueError):
        return np.empty(0)


def _is_nowhere(place):
    row = _as_row(place)
    return len(row) > 0 and bool(np.isnan(row).all())


def updated(graph, rows, stability, settings):
    """Coordinates (n, d) float32 of all nodes of the Graph, in the unit of `rows` (n, d), NaN for new nodes."""
    known = has_place(rows)
    rng = as_generator(0 if settings.random_state is None else settings.random_state)
    start = beside_neighbors(rows, graph.adjacency, rng)
    settings = replace(settings, init=start, components="together")
    with Workers(settings.n_jobs) as workers:
        problem = prepared(graph, settings, workers)
        links, P = problem.probabilities(workers)
        shape = shape_of(links, settings, rng, workers)
        schedule = schedule_for(settings, traits_of(links, shape, settings, rng, workers))
        phase = schedule.phases[-1]
        phase = phase._replace(n_iter=int(np.ceil(PART * phase.n_iter)))
        paths = None if shape.D is None or not schedule.is_stressed else PathStress(shape.D, shape.pivots, workers)
        part = Part(slice(None), links, P.upper, settings, paths)
        forces = forces_of(part, schedule, problem.limit, workers)
        middle = rows[known].mean(axis=0)
        scale = _unit(start, links)
        mobile = np.where(known, 1.0 - stability, 1.0)[:, None] * np.ones(settings.d)
        Y = held_descent(forces, Motion.held((start - middle) * scale, mobile), (phase,)) / scale + middle
    if stability == 1:
        Y[known] = rows[known]
    return Y.astype(np.float32)


def joined_pieces(A, known):
    """How many components of the old nodes, of two nodes or more, are joined to a larger one by what is new."""
    old = np.flatnonzero(known)
    before, now = component_numbers(A[old][:, old]), component_numbers(A)[old]
    sizes = np.bincount(before)
    pieces = np.flatnonzero(sizes > 1)
    home = now[np.unique(before, return_index=True)[1]][pieces]
    return int(len(pieces) - len(np.unique(home)))


def _unit(Y, links):
    """What a picture is to be multiplied by to be in our unit: 1, if its edges are as long as ours are."""
    edges = edge_lengths(Y, links)
    median = float(np.median(edges[edges > 0])) if (edges > 0).any() else EDGE
    return 1.0 if OURS[0] <= median <= OURS[1] else EDGE / median
