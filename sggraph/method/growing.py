"""The descent of a graph from an earlier picture of some of its nodes.

Each component is laid out by itself, as in `embed_graph`, around where it was. Pieces that were apart and are joined
now are put together first: each is turned and moved, as a whole, to where path lengths have it beside the largest. New
nodes begin where path lengths have them among the old ones. Then follows a part of the usual schedule: a small picture,
in which new nodes and those pieces find their neighbours while the largest stays as it is, and a large one, in which it
is tied to its place (core/tether.py). The size is found as ever, and what it became is taken back in the end, by what
fits the old nodes best: they need not make room for new ones, and the unit of the earlier picture has no part in it.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial.distance import cdist

from ..core.descent import descend
from ..core.engine.blocks import Workers
from ..core.motion import Motion, scattered
from ..core.search.tree import tree_neighbors
from ..core.shape.stress import relax
from ..core.symmetry import symmetric_pattern
from ..core.tether import Tether
from ..graph.arcs import GraphWarning
from ..inputs.seeds import as_generator
from ..runtime.warn import warn
from .arranging import GAP
from .components import as_parts, component_numbers
from .pipeline import embed
from .problem import is_kept, leaves_beside, of_rows, prepared, ways
from .run import forces_on_all
from .schedule import schedule_for
from .start import LOOKED_AT, N_SWEEPS, beside_neighbors, compacting, has_place, named_shape, shape_of
from .together import WEIGHT
from .traits import traits_of

PART = 0.3  # of the iterations of each phase. Ten graphs that grow outwards by a quarter: recall .012 and correlation
# .041 lower than from scratch; .2: .030 and .049, .4: .010 and .039


def grown(graph, rows, stability, settings, mobility=None):
    """Coordinates (n, d) float32 of all nodes of the Graph, in the unit of `rows` (n, d), NaN for new nodes.

    `mobility` (n,), if given, is the share of a step that each node takes; those with 0 stay to the last bit.
    """
    shares = np.ones(len(rows)) if mobility is None else mobility
    if settings.drop_leaf:
        Y = _grown_without_leaves(graph, rows, stability, settings, shares)
    else:
        Y = _grown_by_components(graph, rows, stability, settings, shares)
    stays = has_place(rows) & ((shares == 0) | (stability == 1))
    Y[stays] = rows[stays]
    return Y.astype(np.float32)


def _grown_by_components(graph, rows, stability, settings, shares):
    """Coordinates (n, d) of all nodes, each component where it was, new ones beside the picture."""
    known, Y = has_place(rows), rows.copy()
    rng = as_generator(0 if settings.random_state is None else settings.random_state)
    settings = replace(settings, components="together")
    with Workers(settings.n_jobs) as workers:
        parts = as_parts(component_numbers(graph.adjacency, workers))
        for c, size in enumerate(parts.sizes):
            some = parts.order[parts.first[c] : parts.first[c + 1]]
            if size > 1 and known[some].any():
                how = stability, settings, rng, workers
                Y[some] = _grown(of_rows(graph, some), rows[some], shares[some], *how)
        is_placed = has_place(Y)
        if not is_placed.all():
            Y[~is_placed] = _beside(of_rows(graph, np.flatnonzero(~is_placed)), Y[is_placed], settings, workers)
    return Y


def _grown_without_leaves(graph, rows, stability, settings, shares):
    """Coordinates (n, d) of all nodes, leaves beside their neighbours, old ones where they were beside them."""
    links = symmetric_pattern(graph.adjacency)
    kept, known = is_kept(links), has_place(rows)
    inner, settings = np.flatnonzero(kept), replace(settings, drop_leaf=False)
    if not known[kept].any():
        raise ValueError("previous has places of leaves alone, which drop_leaf=True leaves out: leave drop_leaf out")
    Y = grown(of_rows(graph, inner), rows[inner], stability, settings, shares[inner])
    leaves = np.flatnonzero(~kept)
    Y = leaves_beside(Y, kept, links, ways(len(leaves), rows.shape[1], np.random.default_rng(0)))
    neighbor = links.indices[links.indptr[leaves]]
    old = known[leaves] & known[neighbor]
    Y[leaves[old]] = Y[neighbor[old]] + (rows[leaves[old]] - rows[neighbor[old]])
    return Y


def _grown(graph, rows, shares, stability, settings, rng, workers):
    """Coordinates (n, d) of a connected Graph."""
    known = has_place(rows)
    settings = replace(settings, init=np.where(known[:, None], rows, 0.0))
    problem = prepared(graph, settings, workers)
    links, P = problem.probabilities(workers)
    shape, pieces = shape_of(links, settings, rng, workers), old_pieces(links, known)
    is_held = known.copy()
    if len(pieces) > 1 and stability < 1:
        free = named_shape("stress", links, settings.d, rng, workers, published=settings.is_published)
        rows = put_together(rows, pieces, free.Y)
        is_held[np.concatenate(pieces[1:])] = False
        if 2 * is_held.sum() < known.sum():
            warn(
                f"previous shows {len(pieces):,} pieces that are joined now, most nodes in other than the largest: "
                "there is little of a picture to keep, embed_graph makes a better one",
                GraphWarning,
            )
    start = beside_neighbors(rows, links, rng)
    if shape.D is not None and not known.all():
        hop = length_of_hop(start[known], shape.D[known], start[shape.pivots])
        start = relax(start / hop, shape.D, shape.pivots, N_SWEEPS, workers, held=known) * hop
    schedule = schedule_for(settings, traits_of(links, shape, settings, rng, workers))
    forces = forces_on_all(problem, links, P.upper, schedule, workers, shape)
    if stability == 1:
        shares = np.where(known, 0.0, shares)
    return _descended(forces, schedule, start, links, is_held, shares, stability)


def _descended(forces, schedule, start, links, is_held, shares, stability):
    """Coordinates (n, d) after a part of the Schedule; of steps, nodes take their `shares`, and those that are held
    take none in a small picture and are tied to their places in a large one.
    """
    phases = [phase._replace(n_iter=int(np.ceil(PART * phase.n_iter)), grow=0.0) for phase in schedule.phases]
    middle = start[is_held].mean(axis=0)
    factor = compacting(start - middle, links)
    small = (start - middle) * factor
    shares = np.repeat(shares[:, None], small.shape[1], axis=1).astype(np.float32)
    motion = Motion.held(small, np.where(is_held[:, None], 0, shares))
    descend(forces, motion, phases[:1])
    growth = forces.growth(motion) ** (schedule.phases[-1].grow or 1.0)
    motion.enlarge(growth, np.zeros_like(motion.Y[0]))
    motion.mobile = shares[motion.order]
    factor *= growth
    if 0 < stability < 1:
        places, row = ((start - middle) * factor).astype(np.float32), np.where(is_held, np.arange(len(start)), -1)
        forces.tethers = (Tether(places, row, WEIGHT * stability / (1 - stability)),)
    descend(forces, motion, phases)
    Y = scattered(motion.Y, motion.order) / factor + middle
    if (shares[is_held] > 0).all():  # pictures grow for as long as a run goes on, and turn where nothing holds them
        Y = fit(Y, is_held, start[is_held], scale=True)
    return Y


def old_pieces(links, known):
    """Rows of the old nodes, an array for each piece that hangs together by edges between old nodes, the largest
    first.
    """
    old = np.flatnonzero(known)
    parts = as_parts(component_numbers(links[old][:, old]))
    return [old[rows] for rows in np.split(parts.order, parts.first[1:-1])]


def put_together(rows, pieces, shape):
    """`rows` with each piece but the first turned and moved to where it lies in the shape (n, d), fitted to the
    first.
    """
    rows = rows.copy()
    fitted = fit(shape, pieces[0], rows[pieces[0]], scale=True)
    for piece in pieces[1:]:
        rows[piece] = fit(rows[piece], slice(None), fitted[piece])
    return rows


def fit(Y, some, there, *, scale=False):
    """Y (n, d) turned, mirrored and moved, and enlarged if asked, so that `some` of the rows lie `there`."""
    middle, aim = Y[some].mean(axis=0), there.mean(axis=0)
    left, sizes, right = np.linalg.svd((Y[some] - middle).T @ (there - aim))
    spread = np.square(Y[some] - middle).sum()
    factor = sizes.sum() / spread if scale and spread > 0 and sizes.sum() > 0 else 1.0
    return factor * (Y - middle) @ (left @ right) + aim


def length_of_hop(Y, D, places):
    """What an edge of a path measures in a picture: distances (n, k) between Y and `places` (k, d) that fit D (n, k)
    best.
    """
    step = max(D.size // LOOKED_AT, 1)
    D, apart = D[::step].astype(np.float64), cdist(Y[::step], places)
    length = (apart * D).sum() / max(np.square(D).sum(), 1.0)
    return length if length > 0 else 1.0


def _beside(novel, Y, settings, workers):
    """Coordinates of the nodes of a Graph that no path joins to old ones: packed, with as much between nodes as in the
    picture Y (m, d), and to the right of it.
    """
    found = embed(novel, replace(settings, components="pack", init="auto")).coordinates.astype(np.float64)
    here, there = (_spacing(each, workers) for each in (Y, found))
    found *= here / there
    low, high = Y.min(axis=0), Y.max(axis=0)
    shift = (low + high) / 2 - (found.min(axis=0) + found.max(axis=0)) / 2
    shift[0] = high[0] + GAP * here - found[:, 0].min()
    return found + shift


def _spacing(Y, workers):
    """Median distance between a node and the nearest other one; of one node or one spot 1."""
    if len(Y) < 2:
        return 1.0
    distance = tree_neighbors(Y, 2, workers)[1][:, 1]
    apart = distance[distance > 0]
    return float(np.median(apart)) if len(apart) else 1.0
