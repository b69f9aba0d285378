"""Exact nearest neighbours in Euclidean space: candidates in float32, then their distances in float64.

The candidates come from blocks of the table of squared distances (candidates.py), of as few coordinates as tell the
points apart (turned.py). Float32 can swap near ties: a few candidates more than k are kept, and their distances are
taken anew, difference by difference. Where rounding may have hidden a nearer point (clusters far apart, outliers: the
squares drown the distances), that row is searched anew, all differences in float64.

Measured on MNIST's HOG features (70,000 x 324, k = 30, 2 cores): see tests/benchmarks/point_cloud.py.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from ..engine.blocks import MIN_BLOCK, even_bounds
from ..engine.jit import kernel, part
from .candidates import candidates_among, candidates_for
from .turned import turned

SPARE = 6  # candidates beyond k, for near ties that float32 swaps: 12 take a sixth longer, none a quarter less
REFINED_BLOCKS = 64  # of queries whose candidates are measured anew
DOUBTFUL_BLOCK = 64  # rows: their distances to a million points take 512 MB
TINY = 1e-100  # squares are taken of numbers from here up to 1e150 as they are
ROUNDING = 1e-6  # of |x|^2 + |y|^2, in float32 products of up to some thousand features
TIE = 1e-4  # squares of distances this close (relative) pass for ties where rounding cannot tell them apart


class Centred(NamedTuple):
    """Points and queries about the mean of the points, in float32, over a power of two, `scale`, that brings all of
    them to 1 or below; squares of distances are taken of what is divided by `unit`.
    """

    points: np.ndarray
    queries: np.ndarray
    center: np.ndarray
    scale: float
    unit: float


class Candidates(NamedTuple):
    """Points kept for each query: their indices (m, kept); in the first column of `best` what the square of the
    distance to any other is at least; |x|^2 (m,) of the queries; by how much of |x|^2 + |y|^2 rounding may have such a
    square wrong; whether all points are kept.
    """

    index: np.ndarray
    best: np.ndarray
    norms: np.ndarray
    rounding: float
    all_kept: bool


class Found(NamedTuple):
    """Indices and distances (m, k), ascending, and whether rounding may have hidden a nearer point (m,)."""

    indices: np.ndarray
    distances: np.ndarray
    is_doubtful: np.ndarray


def nearest(X, k, workers, *, queries=None, tick=None):
    """Indices (m, k) int32 and distances (m, k) float64, ascending, of the k points of X (n, f) nearest to each query.

    X and `queries` are float32 or float64. Without queries those are the points of X themselves, each left out of its
    own row; k is then below n. The matrix products run block by block: BLAS itself needs one thread only.
    ``tick(done, total)`` follows the blocks.
    """
    X = np.ascontiguousarray(X)
    targets = X if queries is None else np.ascontiguousarray(queries)
    moved = centred(X, targets, workers)
    kept = min(k + SPARE, len(X) - (queries is None))
    norms = np.einsum("ij,ij->i", moved.queries, moved.queries)
    points, others, first = turned(*moved[:2], kept, workers)
    if queries is None:
        index, best = candidates_among(points, first, kept, workers, tick)
    else:
        index, best = candidates_for(others, points, first, kept, workers, tick)
    candidates = Candidates(index, best, norms, ROUNDING, kept == len(X) - (queries is None))

    def anew(rows):
        return searched_anew(rows, X, targets, moved, kept, queries is None)

    return certified(X, targets, moved, candidates, k, workers, [anew])


def certified(X, targets, moved, candidates, k, workers, ways):
    """Indices and distances (m, k) of the nearest of the candidates; where rounding may have hidden a nearer point,
    those of the Candidates that the first of the `ways` gives for such rows, ``way(rows)``, or else the next.
    """
    found = _refined(X, targets, moved, candidates, k, workers)
    for way in ways:
        rows = np.flatnonzero(found.is_doubtful)
        if len(rows) == 0:
            break
        again = _refined(X, targets[rows], moved, way(rows), k, workers)
        for array, of_rows in zip(found, again, strict=True):
            array[rows] = of_rows
    return found.indices, found.distances


def _refined(X, targets, moved, candidates, k, workers):
    """The k nearest of the candidates."""
    m = len(targets)
    found = Found(np.empty((m, k), np.int32), np.empty((m, k)), np.empty(m, bool))
    workers.run(_refine, even_bounds(m, REFINED_BLOCKS), X, targets, (moved.scale, moved.unit), candidates, found)
    return found


def centred(X, targets, workers):
    """X and targets, Centred."""
    center = X.mean(axis=0, dtype=np.float64)
    sets = [X] if targets is X else [X, targets]
    ends = [end(points, axis=0) - center for points in sets if len(points) for end in (np.min, np.max)]
    scale = np.ldexp(1.0, np.frexp(np.abs(ends).max(initial=0.0))[1])
    moved = [np.empty(points.shape, np.float32) for points in sets]

    def move(b, start, stop, points, out):
        out[start:stop] = (points[start:stop] - center) / scale

    for points, out in zip(sets, moved, strict=True):
        workers.run(move, even_bounds(len(points), len(points) // MIN_BLOCK), points, out)
    return Centred(moved[0], moved[-1], center, scale, square_unit(scale))


def square_unit(greatest):
    """What numbers up to `greatest` are divided by, lest all their squares vanish: 1, or a power of two."""
    return 1.0 if greatest > TINY or greatest == 0 else float(np.ldexp(1.0, np.frexp(greatest)[1]))


def searched_anew(rows, X, targets, moved, kept, skip_self):
    """Candidates of a few rows by distances in float64, all differences taken: nothing else is nearer."""
    X, some, index = X / moved.unit, targets[rows] / moved.unit, np.empty((len(rows), kept), np.int32)
    for a in range(0, len(rows), DOUBTFUL_BLOCK):
        block = slice(a, a + DOUBTFUL_BLOCK)
        table = cdist(some[block], X)
        if skip_self:
            table[np.arange(len(table)), rows[block]] = np.inf
        index[block] = np.argpartition(table, kept - 1, axis=1)[:, :kept]
    nothing = np.zeros((len(rows), 1), np.float32)
    return Candidates(index, nothing, nothing[:, 0], ROUNDING, True)


@kernel
def _refine(b, start, stop, X, targets, units, candidates, found):
    """Fill `found` with the nearest of the candidates, by distances in float64, ascending; ties by index.

    What was not kept has at least the square `best[i, 0]`, less rounding: in doubt if that is below the k-th. It is in
    the first of the `units`, as |x|^2 is, squares of distances in the second.
    """
    index, best, norms, rounding, all_kept = candidates
    nearest, distances, is_doubtful = found
    scale, unit = units
    kept, k, ratio = index.shape[1], nearest.shape[1], (scale / unit) ** 2
    exact = np.empty(kept)
    for i in range(start, stop):
        # in the order of their indices, which a stable sort keeps where distances tie
        offered = np.sort(index[i])
        for c in range(kept):
            exact[c] = _square(X[offered[c]], targets[i], unit)
        order = np.argsort(exact, kind="mergesort")
        for c in range(k):
            nearest[i, c] = offered[order[c]]
            distances[i, c] = unit * np.sqrt(exact[order[c]])
        # what was left out may be nearer than the last, as far as float32 can tell
        last, norm = exact[order[k - 1]], ratio * np.float64(norms[i])
        slack = rounding * (3 * norm + 2 * last)  # |y|^2 <= 2 |x|^2 + 2 |x - y|^2
        is_doubtful[i] = not all_kept and last > 0.0 and ratio * best[i, 0] - slack < last * (1 - TIE)


@part(reorder=True)
def _square(x, y, unit):
    total = 0.0
    for f in range(len(x)):
        step = (np.float64(x[f]) - np.float64(y[f])) / unit
        total += step * step
    return total
