"""Exact nearest neighbours on a graphics card: candidates by products of blocks of points, each row with a list.

A block of rows with a block of columns is one product of matrices (cuBLAS), of which a kernel takes into each row's
list what is nearer than the last there. The candidates' distances are taken anew by the processor, and certified there,
as those of its own search (search/nearest.py): so the neighbours are the same, and their distances, to the last bit.

What rounding may do is bounded for sums in any order, as those of cuBLAS have one: f products in float32 are off by at
most f u |x||y|, u = 2^-24 (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1). A row in
doubt after that is searched once more by products in float64 (u = 2^-53), and if it still is, by the processor, all
differences taken. TF32 would be off by more: the products of a card are looked at before each search.
"""

from typing import NamedTuple

import numpy as np

from ..search.nearest import SPARE, Candidates, centred, certified, searched_anew
from .source import LISTS, SIZE

ROWS = 4096  # of a table, a block of threads each: four times what an H100 runs at a time
ENTRIES = 2**28  # of a table: written and read in a millisecond, beside which the cost of a launch (20 us) is small
LEAST = SIZE.BLOCK * LISTS.AT_ONCE  # columns of a table, if there are as many: what a block looks at at once
WORKSPACE = 50_000_000  # bytes that cuBLAS takes itself: 32 MiB on an H100
TRIFLES = 4_000_000  # bytes of what is small, and of the ends of blocks of the pool
OWN_STEPS = 8  # roundings besides those of a sum: of coordinates, squares, their halves, and differences of these
NONE = np.uint32(0xFFFFFFFF)  # number of no point
SMALLEST = 2.0**-124  # of a product in float32, what underflow may hide, four times over
TRIED = 128, 2048, 32  # rows, columns and features of products that are looked at: TF32 is off by ten times the bound


class Kind(NamedTuple):
    """Of numbers: their type, what one operation rounds by, and the kernel that keeps the nearest."""

    dtype: type
    u: float
    kernel: str

    def rounding(self, f):
        """By how much of |x|^2 + |y|^2 the square of a distance of points with f coordinates may be off."""
        return (f + OWN_STEPS) * self.u


SINGLE = Kind(np.float32, 2.0**-24, "keep_nearest")
DOUBLE = Kind(np.float64, 2.0**-53, "keep_nearest_double")


def nearest_on(card, X, k, workers, *, tick=None):
    """Indices (n, k) int32 and distances (n, k) float64, ascending, of the k points nearest to each of X (n, f).

    As `nearest` without queries, on a Card, in what is free there. ``tick(done, total)`` follows.
    """
    X = np.ascontiguousarray(X)
    (n, f), moved = X.shape, centred(X, X, workers)
    kept = min(k + SPARE, n - 1)
    with card.at_work():
        check_products(card)
        room = room_on(card)
        shape = table_shape(n, n, f, kept, SINGLE, room)
        if shape is None:
            needed = f"about {least_memory(n, f, kept) / 1e6:,.0f} MB"
            free = f"{room / 1e6:,.0f} MB for the search for neighbours"
            raise MemoryError(
                f"device='cuda:{card.number}' has {free}, {n:,} samples of {f:,} features need {needed}: give fewer "
                "features (their principal components, say), or leave device out"
            )
        candidates = _candidates(card, moved.points, np.arange(n), kept, shape, SINGLE, tick)

    def in_double(rows):
        with card.at_work():
            card.release()
            shape = table_shape(n, len(rows), f, kept, DOUBLE, room_on(card))
            if shape is None:  # differences are as exact
                return anew(rows)
            points = (X - moved.center) / moved.scale
            return _candidates(card, points, rows, kept, shape, DOUBLE)

    def anew(rows):
        return searched_anew(rows, X, X, moved, kept, True)

    return certified(X, X, moved, candidates, k, workers, [in_double, anew])


def most_neighbors(n):
    """How many neighbours of n points a card can be asked for."""
    return n - 1 if n - 1 <= LISTS.MOST_KEPT else LISTS.MOST_KEPT - SPARE


def room_on(card):
    """Bytes that are there for a search."""
    return card.free_memory() - WORKSPACE


def table_shape(n, m, f, kept, kind, room):
    """Rows and columns of the tables for m of n points, which take as much of `room` bytes as they may; None where even
    the smallest have none.
    """
    size = np.dtype(kind.dtype).itemsize
    rows, columns = min(m, ROWS), min(n, LEAST)
    while True:
        left = room - _bytes_of(n, f, kept, rows, size)
        most = int(min(n, ENTRIES // rows, left // (rows * size)))
        if most >= columns:
            return rows, most
        if rows == 1:
            return None
        rows = -(-rows // 2)


def least_memory(n, f, kept):
    """Bytes of a card that a search needs."""
    size = np.dtype(SINGLE.dtype).itemsize
    return _bytes_of(n, f, kept, 1, size) + min(n, LEAST) * size


def _bytes_of(n, f, kept, rows, size):
    """Bytes of the points and of lists of so many rows, without the table."""
    return TRIFLES + n * (f + 1) * size + rows * (f * size + kept * (size + 4) + 8)


def _candidates(card, points, rows, kept, shape, kind, tick=None):
    """Candidates for the neighbours of the `rows` of points (n, f), by tables of this `shape`."""
    xp, n, m, (height, width) = card.xp, len(points), len(rows), shape
    squares = _squares(points)
    index, farthest = np.empty((m, kept), np.uint32), np.empty(m, kind.dtype)
    points, halves = xp.asarray(points), xp.asarray((squares / 2).astype(kind.dtype))
    table = xp.empty(height * width, kind.dtype)
    best, numbers = xp.empty((height, kept), kind.dtype), xp.empty((height, kept), np.uint32)
    for start in range(0, m, height):
        stop = min(start + height, m)
        own, size = xp.asarray(rows[start:stop].astype(np.int64)), stop - start
        some = points[own]
        best[...], numbers[...] = np.inf, NONE
        for first in range(0, n, width):
            last = min(first + width, n)
            products = table[: size * (last - first)].reshape(size, last - first)
            xp.dot(some, points[first:last].T, out=products)
            offered = products, halves[first:last], own, first, last - first
            card.launch(kind.kernel, size, *offered, kept, best, numbers)
        card.to_host(numbers[:size], index[start:stop])
        card.to_host(xp.ascontiguousarray(best[:size, -1]), farthest[start:stop])
        if tick is not None:
            tick(stop, m)
    f = points.shape[1]
    norms = squares[rows]
    beyond = norms + 2 * farthest.astype(np.float64) - f * SMALLEST
    return Candidates(index.view(np.int32), beyond[:, None], norms, kind.rounding(f), kept == n - 1)


def _squares(points):
    """|x|^2 (n,) of points (n, f), in float64."""
    return np.einsum("ij,ij->i", points, points, dtype=np.float64)


def check_products(card):
    """Raise a RuntimeError unless products on the card are as exact as float32 is, and its lists hold the least."""
    rows, columns, f = TRIED
    rng, xp = np.random.default_rng(0), card.xp
    A, B = (rng.standard_normal((size, f)).astype(np.float32) for size in (rows, columns))
    with card.at_work():
        products, on_host = xp.empty((rows, columns), np.float32), np.empty((rows, columns), np.float32)
        xp.dot(xp.asarray(A), xp.asarray(B).T, out=products)
        card.to_host(products, on_host)
        kept = 32
        best, numbers = xp.full((rows, kept), np.inf, np.float32), xp.full((rows, kept), NONE, np.uint32)
        listed = xp.zeros(columns, np.float32), xp.asarray(np.arange(rows, dtype=np.int64)), 0, columns
        card.launch(SINGLE.kernel, rows, products, *listed, kept, best, numbers)
        found = np.empty((rows, kept), np.uint32)
        card.to_host(numbers, found)
        del products, best, numbers, listed
        card.release()
    lengths = np.sqrt(_squares(A))[:, None] * np.sqrt(_squares(B))
    off = float((np.abs(on_host - A.astype(np.float64) @ B.T.astype(np.float64)) / lengths).max())
    if not off <= f * SINGLE.u:
        raise RuntimeError(
            f"{card.name} multiplies matrices with an error of {off:.1g} of their rows' lengths, float32 has at most "
            f"{f * SINGLE.u:.1g}: unset CUPY_TF32 if it is set, or leave device out"
        )
    on_host[np.arange(rows), np.arange(rows)] = -np.inf
    if not np.array_equal(found, np.argsort(-on_host, axis=1, kind="stable")[:, :kept]):
        raise RuntimeError(f"{card.name} does not find the nearest of points as a processor does: leave device out")
