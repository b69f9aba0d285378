"""Starting coordinates: an array of the caller's, or pivot stress, pivot MDS, a few eigenvectors, a random ball.

Pivot MDS (Brandes & Pich, Graph Drawing 2006): distances D (n, k) to k pivots, squared and centred in both directions,
C = -(D^2 - row means - column means + mean) / 2; the coordinates are C V with V the d leading eigenvectors of C'C.
Pivot stress relaxes them towards the distances themselves (core/shape/stress.py), which unfolds what the projection
laid over each other. Both cost k breadth-first searches, from random nodes, whose distances go on to the descent.
Where the published schedule is asked for, which knows no stress afterwards, some pivots are each farthest from those
before, and the distances lose the constant that no picture can show (`path_offset`).
"spectral" takes eigenvectors of the random walk, by a fixed number of products instead of a converged decomposition.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from scipy.spatial.distance import cdist

from ..core.search.hops import UNREACHED, write_hops
from ..runtime.checks import refused, shown
from ..runtime.threads import one_blas_thread
from . import lengths

NAMES = ("auto", "stress", "pmds", "spectral", "random")
N_PIVOTS = (40, 600)  # 200 instead: .002 to .004 more stress
DISTANCES = 10_000_000  # numbers of pivots between these bounds, for so many distances at most: 20 MB; a third or three
# times as many: recall and stress of hpo_isa, 15,000 nodes, within .02 and .003, of smaller graphs the same
N_MDS = 100  # of them that pivot MDS looks at; with 30 or 300 eight graphs have the same scores within .005
PUBLISHED_PIVOTS, PUBLISHED_DISTANCES = (40, 200), 40_000_000  # of a start that no stress mends afterwards
N_FARTHEST = 25  # of the pivots of a published schedule, each farthest from those before; the others are random
N_SWEEPS = 10  # of the stress; 3 or 30 come to the same picture by default, published schedules keep what is relaxed
VARIATION = {1: 0.71, 2: 0.47, 3: 0.37}  # deviation over mean of the distances in an interval, a disc, a ball
OFFSET = {1: 1.0, 2: 1.75, 3: 1.75}  # times that of the paths, in a published start: what is left varies more
SHORT = 32_000  # edges that a path of two bytes has at most
ROWS = 8192  # of the distances that are worked on at once
LOOKED_AT = 300_000  # distances, for their mean and deviation, which take 14 bytes for each
ROOM = 0.1  # of a unit for each node in each dimension, where a start is compact; .05 and .2 come to the same picture
CROSSED = 32.0  # units: the largest radius of a compact start, across which nodes gather in the first phase. On a line
# recall of lastfm_asia is .35 (16: .32, 64: .28, no limit: .07), of hpo_isa .29 (.27, .32, .03)
NOISE = 1e-3  # of the mean distance: coincident nodes have no direction to part in; 1e-4 or 1e-2 do as well
N_PRODUCTS = 100  # cosines with the eigenvectors are .8 to .99 then on cora, power grid and 3elt, after 10 .3 to .98
RANDOM_SPREAD = 1e-4  # standard deviation of the random start, as in the method's publications
SHORT_PATHS = (
    0.09  # median edge over median distance; meshes and roads lie below .085, web and social graphs above .097
)
SHORTEST = 1e-7  # median edge over the extent: eigenvectors are constant on components, but for rounding
JITTER = 1e-2  # of the median edge: parts the nodes that look the same from all pivots; 1e-3 or .1 do as well


def unshaped(init, A, d, rng):
    """Coordinates (n, d) float32 of a start that asks nothing of the graph: the caller's array, a ball, no edges."""
    if not isinstance(init, str):
        return off_one_spot(np.asarray(init).astype(np.float32), [0, A.shape[0]], rng)
    spread = RANDOM_SPREAD if init == "random" else 1.0
    return (spread * rng.standard_normal((A.shape[0], d))).astype(np.float32)


def off_one_spot(Y, first, rng):
    """Y (n, d) float32; the nodes ``first[c]..first[c + 1]`` of a part, if all are on one spot, are scattered a little:
    no force parts them there.
    """
    low, high = (extreme.reduceat(Y, first[:-1]) for extreme in (np.minimum, np.maximum))
    sizes = np.diff(first)
    rows = np.repeat((low == high).all(axis=1) & (sizes > 1), sizes)
    if rows.any():
        Y[rows] += (RANDOM_SPREAD * rng.standard_normal((rows.sum(), Y.shape[1]))).astype(np.float32)
    return Y


def n_pivots(n, *, published=False):
    """Pivots that a graph of n nodes deserves."""
    distances, least_and_most = (PUBLISHED_DISTANCES, PUBLISHED_PIVOTS) if published else (DISTANCES, N_PIVOTS)
    return min(n, int(np.clip(distances // max(n, 1), *least_and_most)))


class Shape(NamedTuple):
    """A start without a size: coordinates (n, d) float64, median edge 1, and distances (n, k) to `pivots` (k,).

    None where the start asks nothing of the graph, and where nobody asks for path lengths.
    """

    Y: np.ndarray | None = None
    D: np.ndarray | None = None
    pivots: np.ndarray | None = None


def shape_of(links, settings, rng, workers, searched=None):
    """The Shape of the start of a component with this symmetric pattern; `searched` is where paths are looked for, the
    pattern itself if left out.
    """
    searched = links if searched is None else searched
    if links.nnz == 0:
        return Shape()
    if isinstance(settings.init, str) and settings.init != "random":
        options = {"published": settings.is_published, "searched": searched}
        return named_shape(settings.init, links, settings.d, rng, workers, **options)
    if settings.is_stressed:
        return Shape(None, *graph_distances(searched, workers))
    return Shape()


def named_shape(init, links, d, rng, workers, *, published=False, searched=None):
    """The Shape of a start by name, from as many pivots as the graph deserves, or the `published` schedule's."""
    searched = links if searched is None else searched
    if published:
        k = n_pivots(links.shape[0], published=True)
        D, pivots = pivot_distances(searched, k, rng, workers, n_farthest=N_FARTHEST)
        some, few = D, pivots
    else:
        D, pivots = graph_distances(searched, workers)
        some, few = lengths.columns(D, N_MDS), pivots[:N_MDS]
    with one_blas_thread():
        if init == "spectral":
            Y = spectral(links, pivot_mds(some, few, d + 2, workers), d)
        else:
            Y = pivot_mds(some, few, d, workers)
    if init in ("auto", "stress"):
        Y = Y + NOISE * D.mean() * rng.standard_normal(Y.shape)
        offset = OFFSET[d] * path_offset(D, d) if published else 0.0
        Y = lengths.relaxed(Y, D, pivots, N_SWEEPS, workers, offset=offset)
    return Shape(unit_edges(Y, links), D, pivots)


def placed(shape, init, links, settings, schedule, rng):
    """Coordinates (n, d) float32 of the start: of a Shape, in the size that the schedule wants, or `init` itself."""
    if shape.Y is not None:
        return stretched(shape.Y, schedule.length, rng)
    Y = unshaped(init, links, settings.d, rng)
    if not isinstance(init, str) and links.nnz and begins_small(schedule, settings):
        return shrunk(Y, links)
    return Y


def begins_small(schedule, settings):
    """Whether the start is to be small, a given one, too: the schedule is automatic, and has a first phase."""
    return settings.schedule is None and not settings.is_published and schedule.phases[0].n_iter > 0


def unit_edges(Y, A):
    """Y in units of its median edge."""
    edges = edge_lengths(Y, A)
    median = np.median(edges[edges > 1e-9 * edges.max()]) if edges.any() else 0.0
    median = max(median, SHORTEST * np.abs(Y).max())
    return Y / median if median > 0 else Y


def stretched(Y, length, rng):
    """Y times `length`, None: compact, and a trifle of noise, float32."""
    if length is None:
        length = compact_length(Y)
    return (length * (Y + JITTER * rng.standard_normal(Y.shape))).astype(np.float32)


def compact_length(Y):
    """Of the median edge of a shape that has room for `ROOM` units a node, up to a radius of `CROSSED`, but edges no
    shorter than the kernel of the divergence is wide: their ends feel each other then, and a long path would be
    crumpled.
    """
    n, d = Y.shape
    radius = np.sqrt(np.square(Y - Y.mean(axis=0)).sum(axis=1).mean())
    return max(min(ROOM * n ** (1 / d), CROSSED) / radius, 1.0) if radius > 0 else 1.0


def shrunk(Y, A):
    """Y (n, d) float32, no larger than a compact start: given coordinates say where nodes are, in a unit of their own.

    Les Misérables from its picture, eight times as large, has recall .43, shrunk .66.
    """
    factor = compacting(Y, A)
    return Y if factor >= 1 else (Y * factor).astype(np.float32)


def compacting(Y, A):
    """What Y (n, d) is to be multiplied by to have the size of a compact start."""
    shape, extent = unit_edges(Y.astype(np.float64), A), np.abs(Y).max()
    return compact_length(shape) * np.abs(shape).max() / extent if extent > 0 else 1.0


def check_init(init, n, d):
    """Raise a ValueError unless `init` names a start or is one for n nodes in d dimensions."""
    if isinstance(init, str):
        if init not in NAMES:
            accepted = f"{', '.join(map(repr, NAMES))}, an array of shape ({n}, {d}) or a dict of positions by node"
            raise refused("init", init, f"{accepted}; Y0 takes these two only")
        return
    Y = np.asarray(init)
    if Y.shape != (n, d):
        raise ValueError(f"the start (init, Y0) has shape {Y.shape}: give ({n}, {d}), which the graph and d need")
    greatest = np.finfo(np.float32).max
    if Y.dtype.kind not in "fiu" or not (np.abs(Y[has_place(Y)]) <= greatest).all() or not has_place(Y).any():
        raise ValueError(
            f"the start (init, Y0) holds other than finite numbers: give them, none beyond {greatest:g} (float32), or "
            "rows of NaN for some of the nodes, which begin beside their neighbours"
        )


def has_place(Y):
    """Of each row whether it is a place, rather than all NaN."""
    return ~np.isnan(Y).all(axis=1)


def by_rows(init, nodes, d):
    """Positions by node (a dict) as rows in the order of the nodes, NaN where none is; other starts as they are."""
    if not isinstance(init, Mapping):
        return init
    if not any(node in init for node in nodes):
        raise ValueError(f"the start (init, Y0) has no position of a node such as {shown(nodes[0])}: give some by name")
    absent = np.full(d, np.nan)
    try:
        return np.array([np.asarray(init.get(node, absent), np.float64) for node in nodes])
    except (TypeError, ValueError):
        raise ValueError(f"the start (init, Y0) holds positions that are no rows of {d} numbers: give such") from None


def beside_neighbors(Y, A, rng):
    """Y (n, d), those without a place (rows of NaN) put at the weighted mean of their neighbours that have one.

    In rounds from those outwards; who is reached by none begins anywhere among the others. A trifle parts those with
    the same neighbours.
    """
    known = has_place(Y)
    if known.all():
        return Y
    A = lengths.both_ways(A)
    places = Y[known]
    spread = NOISE * max(np.abs(places - places.mean(axis=0)).max(), SHORTEST)
    Y = np.where(known[:, None], Y, 0.0)
    while not known.all():
        new, Y_new = lengths.next_to(A, known, Y)
        if len(new) == 0:
            new = np.flatnonzero(~known)
            Y_new = places[rng.integers(len(places), size=len(new))]
        Y[new] = Y_new
        Y[new] += spread * rng.standard_normal((len(new), Y.shape[1]))
        known[new] = True
    return Y


def pivot_mds(D, pivots, d, workers):
    """Coordinates (n, d) of pivot MDS from the distances D (n, k), in their unit; C'C from a sample of the nodes."""
    some = np.square(lengths.every(D, max(D.shape[0] // ROWS, 1)), dtype=np.float32)
    column_mean = some.mean(axis=0)
    C = lengths.centered(some, column_mean).astype(np.float64)
    _, vectors = np.linalg.eigh(C.T @ C)
    Y = lengths.projected(D, column_mean, vectors[:, ::-1][:, :d].astype(np.float32), workers)
    Y *= np.sign([column[np.abs(column).argmax()] for column in Y.T])  # eigenvectors have no sign of their own
    Y = np.pad(Y, ((0, 0), (0, d - Y.shape[1])))
    between = cdist(Y[pivots], Y[pivots])
    squares = (between**2).sum()
    return Y * ((between * lengths.at(D, pivots)).sum() / squares) if squares > 0 else Y


def path_offset(D, d):
    """The constant to take off the distances D (n, k) for them to vary as distances in d dimensions do.

    Path lengths of social graphs vary by a quarter of their mean, distances in a disc by .47 of it: no picture has such
    lengths. Less a constant they fit, as in interval multidimensional scaling (Borg & Groenen 2005), and the picture
    correlates better with the path lengths themselves. Meshes and roads vary enough and stay as they are.
    """
    mean, deviation = _moments(D)
    return max(mean - deviation / VARIATION[d], 0.0)


def path_variation(D, d):
    """How much the distances D (n, k) vary, deviation over mean, in terms of what distances in d dimensions do."""
    mean, deviation = _moments(D)
    return float(deviation / (mean * VARIATION[d])) if mean > 0 else 0.0


def _moments(D):
    """Mean and deviation of the distances, but for those of pivots to themselves, of some of the nodes."""
    some = lengths.every(D, max(D.size // LOOKED_AT, 1))
    some = some[some > 0]
    return (some.mean(dtype=np.float64), some.std(dtype=np.float64)) if len(some) else (0.0, 0.0)


def spectral(A, Y, d):
    """About the d leading eigenvectors of the lazy random walk on A, without the constant one: block power iteration
    from coordinates Y of pivot MDS, which are near them already.
    """
    root = np.sqrt(np.maximum(lengths.sizes(A), 1.0))[:, None]
    block, _ = np.linalg.qr(root * np.hstack([np.ones((len(Y), 1)), Y]))
    for step in range(N_PRODUCTS):
        block = (block + lengths.product(A, block / root) / root) / 2
        if step % 5 == 4:
            block, _ = np.linalg.qr(block)
    walk = block.T @ (lengths.product(A, block / root) / root)
    _, vectors = np.linalg.eigh((walk + walk.T) / 2)
    Y = (block @ vectors[:, ::-1])[:, 1 : d + 1] / root
    return np.pad(Y, ((0, 0), (0, d - Y.shape[1])))


def edge_lengths(Y, A):
    """Euclidean length of the entries of A, or of a hundred thousand or two spread over it."""
    i, j = lengths.ends(A, 100_000)
    return np.linalg.norm(Y[i] - Y[j], axis=1)


def is_compact(Y, A, rng):
    """Whether edges are not much shorter than the picture: paths between any two nodes are short."""
    ends = rng.integers(len(Y), size=(2, 10_000))
    return bool(
        np.median(edge_lengths(Y, A)) > SHORT_PATHS * np.median(np.linalg.norm(Y[ends[0]] - Y[ends[1]], axis=1))
    )


def graph_distances(A, workers):
    """Distances (n, k) to k random pivots, see `distances_to`, and those.

    The pivots belong to the graph, not to the seed: pictures by five seeds then have a Procrustes disparity of .00 to
    .05 on 16 graphs of 19 (polblogs and ego_facebook up to .10, blogcatalog, which the small phase draws into a ball
    that noise puts in order, .70).
    """
    n = A.shape[0]
    pivots = np.random.default_rng(0).choice(n, n_pivots(n), replace=False)
    return distances_to(A, pivots, workers), pivots


def pivot_distances(A, k, rng, workers, *, n_farthest):
    """Distances (n, k) to k pivots, see `distances_to`, and those: `n_farthest` each farthest from those before, the
    others random.
    """
    n, n_farthest = A.shape[0], min(n_farthest, k)
    pivots, known = [], []
    nearest = np.full(n, np.iinfo(np.int32).max, np.int32)
    for _ in range(n_farthest):
        pivots.append(int(nearest.argmax()) if pivots else int(lengths.sizes(A).argmax()))
        hops = lengths.hops_from(A, pivots[-1], workers)
        known.append(hops)
        nearest = np.minimum(nearest, hops, out=nearest, where=hops != UNREACHED)
    free = np.ones(n, bool)
    free[pivots] = False
    pivots += rng.choice(np.flatnonzero(free), k - n_farthest, replace=False).tolist()
    return distances_to(A, pivots, workers, known), np.array(pivots)


def distances_to(A, pivots, workers, known=()):
    """Distances (n, k) to the pivots, of which the first are `known`: of two bytes, float32 where a path is too long.

    A node that a pivot does not reach counts as 1 + the greatest distance found.
    """
    if not issparse(A):
        D = A.paths(np.asarray(pivots), SHORT)
        return distances_to(A.links(), pivots, workers) if D is None else D  # too long for a card
    for dtype in (np.int16, np.float32):
        D = np.empty((A.shape[0], len(pivots)), dtype)
        for p, hops in enumerate(known):
            D[:, p] = hops
        found = write_hops(A, pivots[len(known) :], D[:, len(known) :], workers, symmetric=True)
        longest = max(found, *(int(hops.max()) for hops in known), 0)
        if longest < SHORT:
            break
    if D[:, 0].min() == UNREACHED:
        D[D == UNREACHED] = longest + 1
    return D
