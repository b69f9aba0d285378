"""Exact nearest neighbours in Euclidean space by blocks of the table of squared distances.

|x - y|^2 = |x|^2 + |y|^2 - 2 x.y: the products of a block of points with another are one matrix product (BLAS), and a
scan keeps the k best of each point. Within one set of points each product serves both its ends, so the table costs
half the arithmetic. Products in float32 can swap near ties: a few candidates more than k are kept, and their distances
are taken anew, difference by difference. Where rounding may have hidden a nearer point (clusters far apart, outliers:
the squares drown the distances), that row is searched anew, all differences in float64.

Measured on MNIST's HOG features (70,000 x 324, k = 30, 2 cores): see tests/benchmarks/point_cloud.py.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from ..engine.blocks import even_bounds
from ..engine.jit import kernel, part

BLOCK = 2048  # points: a table of 16 MB
SPARE = 6  # candidates beyond k, for near ties that float32 swaps: 12 take a sixth longer, none a quarter less
SCAN_BLOCKS = 16  # of a table, but of `MIN_BLOCK` rows at least: four of a whole one
PRODUCT_ROWS = 256  # of a matrix product that a thread takes: 64 take a tenth longer, 1024 save 4 % but are two blocks
DOUBTFUL_BLOCK = 64  # rows: their distances to a million points take 512 MB
TINY = 1e-100  # squares are taken of numbers from here up to 1e150 as they are
ROUNDING = 1e-6  # of |x|^2 + |y|^2, in float32 products of up to some thousand features
TIE = 1e-4  # squares of distances this close (relative) pass for ties where rounding cannot tell them apart


class Candidates(NamedTuple):
    """Points kept for each query: heaps (m, kept), greatest first, of their indices and of |y|^2 - 2 x.y; |x|^2 (m,) of
    the queries; whether all points are kept.
    """

    index: np.ndarray
    best: np.ndarray
    norms: np.ndarray
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
    points, others, scale = _centred(X, targets)
    unit = square_unit(scale)
    kept = min(k + SPARE, len(X) - (queries is None))
    best = np.full((len(others), kept), np.inf, np.float32)
    index = np.full((len(others), kept), -1, np.int32)
    all_kept = kept == len(X) - (queries is None)
    candidates = Candidates(index, best, np.einsum("ij,ij->i", others, others), all_kept)
    _offer_all(points, None if queries is None else others, workers, candidates, tick)
    found = _refined(X, targets, (scale, unit), candidates, k, workers)
    rows = np.flatnonzero(found.is_doubtful)
    if len(rows):
        _search_anew(rows, X / unit, targets / unit, queries is None, index)
        some = Candidates(index[rows], best[rows], candidates.norms[rows], True)
        again = _refined(X, targets[rows], (scale, unit), some, k, workers)
        found.indices[rows], found.distances[rows] = again.indices, again.distances
    return found.indices, found.distances


def _refined(X, targets, units, candidates, k, workers):
    """The k nearest of the candidates."""
    m = len(targets)
    found = Found(np.empty((m, k), np.int32), np.empty((m, k)), np.empty(m, bool))
    workers.run(_refine, even_bounds(m, 4 * SCAN_BLOCKS), X, targets, units, candidates, found)
    return found


def _centred(X, targets):
    """X and targets in float32 about the mean of X, over a power of two that brings all of them to 1 or below."""
    center = X.mean(axis=0, dtype=np.float64)
    moved = [points - center for points in ((X,) if targets is X else (X, targets))]
    scale = np.ldexp(1.0, np.frexp(max(np.abs(points).max(initial=0.0) for points in moved))[1])
    moved = [(points / scale).astype(np.float32) for points in moved]
    return moved[0], moved[-1], scale


def square_unit(greatest):
    """What numbers up to `greatest` are divided by, lest all their squares vanish: 1, or a power of two."""
    return 1.0 if greatest > TINY or greatest == 0 else float(np.ldexp(1.0, np.frexp(greatest)[1]))


def _offer_all(points, queries, workers, candidates, tick):
    """Offer all points to the heaps of all others (queries None), or to those of the queries."""
    order = np.random.default_rng(0).permutation(len(points)).astype(np.int32)  # no sorted input makes the scan slow
    points = points[order]
    squares = np.einsum("ij,ij->i", points, points)
    others, rows = (points, order) if queries is None else (queries, np.arange(len(queries), dtype=np.int32))
    for a in range(0, len(others), BLOCK):
        some = slice(a, min(a + BLOCK, len(others)))
        for c in range(a if queries is None else 0, len(points), BLOCK):
            more = slice(c, min(c + BLOCK, len(points)))
            table = product(others[some], points[more], workers)
            bounds = even_bounds(len(table), SCAN_BLOCKS)
            workers.run(_scan, bounds, table, squares[more], rows[some], order[more], queries is None, candidates)
            if queries is None and c > a:
                bounds = even_bounds(table.shape[1], SCAN_BLOCKS)
                workers.run(_scan_columns, bounds, table, squares[some], order[more], order[some], candidates)
        if tick is not None:
            tick(some.stop, len(others))


def product(A, B, workers):
    """A B' by fixed blocks of rows."""
    table = np.empty((len(A), len(B)), np.float32)
    bounds = [*range(0, len(A), PRODUCT_ROWS), len(A)]
    workers.run(lambda b, start, stop: np.matmul(A[start:stop], B.T, out=table[start:stop]), bounds)
    return table


def _search_anew(rows, X, targets, skip_self, index):
    """Candidates of a few rows by distances in float64, all differences taken."""
    kept = index.shape[1]
    for a in range(0, len(rows), DOUBTFUL_BLOCK):
        some = rows[a : a + DOUBTFUL_BLOCK]
        table = cdist(targets[some], X)
        if skip_self:
            table[np.arange(len(some)), some] = np.inf
        index[some] = np.argpartition(table, kept - 1, axis=1)[:, :kept]


@kernel
def _scan(b, start, stop, table, squares, rows, columns, skip_self, candidates):
    """Offer the points `columns` to the heaps (greatest first) of the points ``rows[start:stop]``.

    What is compared is |y|^2 - 2 x.y; |x|^2 is the same in the whole row.
    """
    best, index = candidates.best, candidates.index
    two = np.float32(2.0)
    for r in range(start, stop):
        i = rows[r]
        worst = best[i, 0]
        for c in range(table.shape[1]):
            value = squares[c] - two * table[r, c]
            if value < worst and not (skip_self and columns[c] == i):
                _replace_top(best[i], index[i], value, columns[c])
                worst = best[i, 0]


@kernel
def _scan_columns(b, start, stop, table, squares, rows, columns, candidates):
    """As `_scan` for the transpose of the table, which itself is read along its rows; no point meets itself."""
    best, index = candidates.best, candidates.index
    two = np.float32(2.0)
    worst = np.empty(stop - start, np.float32)
    for r in range(start, stop):
        worst[r - start] = best[rows[r], 0]
    for c in range(table.shape[0]):
        for r in range(start, stop):
            value = squares[c] - two * table[c, r]
            if value < worst[r - start]:
                i = rows[r]
                _replace_top(best[i], index[i], value, columns[c])
                worst[r - start] = best[i, 0]


@part
def _replace_top(values, index, value, j):
    """Put (value, j) in the place of the greatest entry of a heap."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= len(values):
            break
        if child + 1 < len(values) and values[child + 1] > values[child]:
            child += 1
        if values[child] <= value:
            break
        values[at], index[at] = values[child], index[child]
        at = child
    values[at], index[at] = value, j


@kernel
def _refine(b, start, stop, X, targets, units, candidates, found):
    """Fill `found` with the nearest of the candidates, by distances in float64, ascending; ties by index.

    What was not kept has at least the square `best[i, 0]` + |x|^2, less rounding: in doubt if that is below the k-th.
    Those two are in the first of the `units`, squares of distances in the second.
    """
    index, best, norms, all_kept = candidates
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
        rounding = ROUNDING * (3 * norm + 2 * last)  # |y|^2 <= 2 |x|^2 + 2 |x - y|^2
        is_doubtful[i] = not all_kept and last > 0.0 and ratio * best[i, 0] + norm - rounding < last * (1 - TIE)


@part(reorder=True)
def _square(x, y, unit):
    total = 0.0
    for f in range(len(x)):
        step = (np.float64(x[f]) - np.float64(y[f])) / unit
        total += step * step
    return total
