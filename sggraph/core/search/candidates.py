"""Candidates for the nearest neighbours: points that the table of squared distances, in float32, puts among the k best.

Only the first m coordinates are multiplied: |Px - Py|^2 = |Px|^2 + |Py|^2 - 2 Px.Py is a bound from below. A block of
points with another is one matrix product (BLAS), and a scan of sixteen entries at a time passes over the pairs that
cannot be among the best. Of the few others the whole distance is taken, difference by difference.

Within one set of points each product serves both its ends, and the search begins among points that lie together: the
k-th best is near from the start, and few pairs remain. Of MNIST's HOG features (64 of 324 coordinates) 640 a point, of
70,000, instead of 850 in random order.
"""

from typing import NamedTuple

import numpy as np

from ..engine.jit import kernel, part
from ..engine.simd import COMPARED, exceeding

BLOCK = 512  # points: a table of 1 MB, near the cache of a core; 256 take 2 % longer, 1024 6 %, 2048 a quarter
TABLES = 16  # between two waits for all threads: 16 MB
ROWS = 128  # of tables that a thread scans, and queries that it answers
HALF = np.float32(0.5)


class Points(NamedTuple):
    """Coordinates (n, f) in float32, the first of them (n, m), and half the squares of these (n,)."""

    whole: np.ndarray
    first: np.ndarray
    halves: np.ndarray


class Heaps(NamedTuple):
    """Indices and squared distances (m, k) of the points kept for each query, greatest first."""

    index: np.ndarray
    best: np.ndarray


def candidates_among(points, m, k, workers, tick):
    """Heaps of the k points (n, f) nearest to each other one, by products of their first m coordinates."""
    order = _together(points)
    points, heaps = _points(points[order], m), _heaps(len(points), k)
    n, pair, tables = len(order), (points, points), np.empty((TABLES, BLOCK, BLOCK), np.float32)
    workers.run(_offer_own, [*range(0, n, BLOCK), n], points, heaps)
    for a in range(0, n, BLOCK):
        b = min(a + BLOCK, n)
        for c in range(b, n, TABLES * BLOCK):
            d = min(c + TABLES * BLOCK, n)
            workers.run(_offer_rows, [*range(c, d, BLOCK), d], tables, points, (a, b), heaps)
            workers.run(_scan, [*range(a, b, ROWS), b], tables, a, (c, d), pair, heaps)
        if tick is not None:
            tick(b, n)
    found = _heaps(n, k)
    found.index[order], found.best[order] = order[heaps.index], heaps.best
    return found


def candidates_for(queries, points, m, k, workers, tick):
    """Heaps of the k points (n, f) nearest to each query, by products of their first m coordinates."""
    order = np.random.default_rng(0).permutation(len(points)).astype(np.int32)  # no sorted input makes the scan slow
    points, queries, heaps = _points(points[order], m), _points(queries, m), _heaps(len(queries), k)
    for a in range(0, len(queries.whole), BLOCK * TABLES):
        b = min(a + BLOCK * TABLES, len(queries.whole))
        workers.run(_offer_all, [*range(a, b, ROWS), b], points, queries, heaps)
        if tick is not None:
            tick(b, len(queries.whole))
    return Heaps(order[heaps.index], heaps.best)


def _points(whole, m):
    """The points as kernels take them."""
    first = np.ascontiguousarray(whole[:, :m])
    return Points(whole, first, HALF * np.einsum("ij,ij->i", first, first))


def _heaps(n, k):
    """Heaps to fill: any point is nearer than none."""
    return Heaps(np.full((n, k), -1, np.int32), np.full((n, k), np.inf, np.float32))


def _together(points):
    """An order (n,) that puts points near each other into one block: halves by each of the coordinates in turn."""
    order, parts = np.arange(len(points), dtype=np.int32), 1
    for coordinate in points.T:
        if parts * BLOCK >= len(points):
            break
        for some in np.array_split(order, parts):
            some[:] = some[np.argsort(coordinate[some], kind="stable")]
        parts *= 2
    return order


def _offer_own(b, start, stop, points, heaps):
    """Offer the points of a block to each other."""
    own = points.first[start:stop]
    table = own @ own.T
    np.fill_diagonal(table, -np.inf)  # no point meets itself
    _scan(b, start, stop, table[None], start, (start, stop), (points, points), heaps)


def _offer_rows(b, start, stop, tables, points, rows, heaps):
    """Fill table b, the products of the points `rows` with those from start to stop, and offer the former to these."""
    a, end = rows
    np.matmul(points.first[a:end], points.first[start:stop].T, out=tables[b, : end - a, : stop - start])
    _scan_columns(tables[b], rows, (start, stop), points, heaps)


def _offer_all(b, start, stop, points, queries, heaps):
    """Offer all points to a block of queries."""
    some, n = queries.first[start:stop], len(points.whole)
    for c in range(0, n, BLOCK):
        d = min(c + BLOCK, n)
        _scan(b, start, stop, (some @ points.first[c:d].T)[None], start, (c, d), (queries, points), heaps)


@kernel
def _scan(b, start, stop, tables, origin, columns, pair, heaps):
    """Offer the points of `columns` (from, to) to the queries from start to stop; row 0 of a table is that of `origin`.

    |Px - Py|^2 is below the greatest kept where Px.Py exceeds (|Px|^2 + |Py|^2 - greatest)/2.
    """
    queries, points = pair
    width = tables.shape[2]
    for t in range((columns[1] - columns[0] + width - 1) // width):
        c = columns[0] + t * width
        n = min(width, columns[1] - c)
        for i in range(start, stop):
            row, best = tables[t, i - origin], heaps.best[i]
            bound = queries.halves[i] - HALF * best[0]
            for at in range(0, n, COMPARED):
                hits = _hits(row, at, points.halves, c + at, bound, n - at)
                if hits:
                    for lane in range(COMPARED):
                        if hits >> lane & 1:
                            j = c + at + lane
                            _offer(best, heaps.index[i], queries.whole[i], points.whole[j], j)
                    bound = queries.halves[i] - HALF * best[0]


@kernel
def _scan_columns(table, rows, columns, points, heaps):
    """As `_scan` for the transpose of a table, which itself is read along its rows: offer `rows` to `columns`."""
    (a, b), (c, d) = rows, columns
    bounds = points.halves[c:d] - HALF * heaps.best[c:d, 0]
    for i in range(a, b):
        row = table[i - a]
        for at in range(0, d - c, COMPARED):
            hits = _hits(row, at, bounds, at, points.halves[i], d - c - at)
            if hits:
                for lane in range(COMPARED):
                    if hits >> lane & 1:
                        j = c + at + lane
                        _offer(heaps.best[j], heaps.index[j], points.whole[j], points.whole[i], i)
                        bounds[at + lane] = points.halves[j] - HALF * heaps.best[j, 0]


@part
def _hits(row, at, bounds, j, shift, n):
    """Which of the next n entries of the row, `COMPARED` at most, exceed their bounds, shifted: one bit for each."""
    if n >= COMPARED:
        return exceeding(row, at, bounds, j, shift)
    hits = 0
    for lane in range(n):
        if row[at + lane] > bounds[j + lane] + shift:
            hits |= 1 << lane
    return hits


@part
def _offer(best, index, x, y, j):
    """Keep point j, at y, for the query at x in the place of the farthest one if it is nearer."""
    square = _square(x, y)
    if square < best[0]:
        _replace_top(best, index, square, j)


@part(reorder=True)
def _square(x, y):
    """|x - y|^2; of whole rows: pieces of them, to stop early, take twice as long."""
    total = np.float32(0.0)
    for f in range(len(x)):
        step = x[f] - y[f]
        total += step * step
    return total


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
