"""Choice of the grid and the split radius for one level of the repulsion, by a model of its cost.

Candidates are a plain grid, grids of side h with near pairs below R = 2 h or a little more, h in a geometric ladder,
and, below an outer radius, near pairs alone. Cells cost nanoseconds each, and so do pairs, which are counted in a
histogram of the points; cells with many points in reach are left to a finer level at a fixed price per point, so that
the cheapest candidate never costs more than a constant times n, whatever the extent. (A sample of the points will not
do: where most cells hold a point of it or none, it tells nothing of clumps.)
"""

from math import prod
from typing import NamedTuple

import numpy as np
import scipy.fft

from ..engine.blocks import even_bounds
from .cells import CELL_BLOCKS, REACH, cell_starts, cells_within
from .convolution import work
from .grid import ORDER
from .near_field import mark_crowded, near_work

FEW = 1000  # points: direct summation is then as fast as any grid, wherever it is done
EXACT_BELOW = (1200, 1500, 2500)  # points in 1-D, 2-D, 3-D: all pairs take .50 to .81, .66 to .78, .66 to .75 of a
# grid's time on one thread (Zen 5; a mesh, communities, hubs, a tree), and as long at 1,400, 1,900 and 3,000
CROWDED = (480, 900, 3600)  # points in reach in 1-D, 2-D, 3-D: from here on a finer level is cheaper than pairs
H_PLAIN = 0.38  # cell side of a grid without near field: force error .5 to .8 %, 2.2 % at worst (.30: .9 %)
H_TINY = 0.05  # cells smaller than this drown in float32 rounding
CELLS_TINY = 24  # cells along the longest side that a small picture is given: one of extent 6 has a force error of
# 1.2e-4, with 12 cells 1.7e-3, with 48 1.2e-5 in a third more time
CELLS_LEAST = 16  # the kernel has a kink where its periodic images meet, and the spline rings near it
CELLS_ENOUGH = {d: 40**d for d in (1, 2, 3)}  # there is a plan with no more, for any picture: a tiny one has up to
# 24 sqrt(2) cells a side and ORDER for its stencils, rounded up for the FFT
R_PER_H, R_LEAST = (2.25, 2.25, 2.0), (0.4, 0.4, 0.5)  # R = R_PER_H h + R_LEAST in 1-D, 2-D, 3-D; errors up to .9 %
LADDER = 1.4  # from one candidate h to the next: with 1.2 plans take 1.3 to 1.6 times as long, and forces no less
# time; with 2 forces of one picture in 3-D took 17 ms instead of 15
NS_PER_CELL = 0.27  # that the transforms touch, and per log2 of their number; all measured, Zen 5, one thread
NS_PER_PAIR = 0.12
NS_PER_COPY = 0.3  # of a point to the buffer of a cell in reach
NS_PER_VISIT = (50.0, 50.0, 300.0)  # of a cell with points in it, in 1-D, 2-D, 3-D
NS_PER_POINT = 4.6  # sorted into cells
NS_FINER = (60.0, 120.0, 500.0)  # per point that goes to a finer level
MAX_CELLS = 2**28  # where nobody says how many there is memory for: 21 to 28 GB at worst (method/memory.py)
MAX_SIDE = 2**20  # cells along an axis: with more, float32 has no digits left for the place of a point in its cell


class Plan(NamedTuple):
    """One level: cell side h (0: no grid), split radius R (0: no pairs), cells of the grid along each axis."""

    h: float
    R: float
    shape: tuple


class Limit(NamedTuple):
    """Cells that a grid may have at most, and what says so."""

    cells: float = MAX_CELLS
    reason: str = "sggraph allows"


DEFAULT_LIMIT = Limit()


def is_exact(n, h=None, exact=None, most=FEW):
    """Whether the repulsion of n points is summed over all pairs: as the caller says, or of at most so many."""
    if exact is not None:
        return exact
    return h is None and n <= most


def fixed_plan(extent, h, limit=DEFAULT_LIMIT):
    """A plain grid of the side that the caller wants; raises a MemoryError if it has more cells than the limit."""
    widest = extent.max()
    remedy = "give a larger h, or h=None for an automatic grid"
    if widest / h > MAX_SIDE:
        raise ValueError(f"h={h:g} needs a grid of {widest / h:.2g} cells a side, too fine for float32: {remedy}")
    shape = grid_shape(extent, h)
    cells = prod(shape)
    if cells > limit.cells:
        raise MemoryError(
            f"h={h:g} needs a grid of {cells:.2g} cells for a picture of extent {widest:.3g}, and {limit.reason} "
            f"{limit.cells:.2g}: {remedy}"
        )
    return Plan(float(h), 0.0, shape)


def cheapest_plan(Y, low, extent, shares, R_out=np.inf, limit=DEFAULT_LIMIT):
    """The cheapest Plan for the points Y in a box of sides `extent` above `low`; forces beyond `R_out` are known. Of
    several ranks each looks at its own points.

    A limit of at least CELLS_ENOUGH is kept to.
    """
    h = plain_side(extent)
    best, least = Plan(h, 0.0, ()), _cells_cost(extent, h, 0.0, R_out, limit)
    if R_out < np.inf:
        cost = pairs_cost(Y, low, extent, R_out, len(Y), shares)
        if cost < least:
            best, least = Plan(0.0, R_out, ()), cost
    for h in reversed(ladder(extent, R_out)):
        R = split_radius(h, len(extent))
        cost = _cells_cost(extent, h, R, R_out, limit)
        if cost > least:  # and so are those of smaller cells
            break
        cost += pairs_cost(Y, low, extent, R, CROWDED[len(extent) - 1], shares)
        if cost < least:
            best, least = Plan(h, R, ()), cost
    return best if best.h == 0 else best._replace(shape=grid_shape(extent, best.h))


def plain_side(extent):
    """Side of the cells of a grid without near pairs."""
    widest = float(extent.max())
    tiny = H_PLAIN * 2.0 ** (np.floor(2 * np.log2(max(widest / CELLS_TINY / H_PLAIN, 1e-30))) / 2)
    return min(H_PLAIN, max(tiny, H_TINY))


def ladder(extent, R_out=np.inf):
    """Cell sides that go with near pairs."""
    h, sides = 0.6, []
    while extent.max() / h > 6 and LADDER * split_radius(h, len(extent)) < R_out:
        sides.append(h)
        h *= LADDER
    return sides


def split_radius(h, d):
    """The least R that keeps the force error of cells of side h below 1 % in d dimensions."""
    return R_PER_H[d - 1] * h + R_LEAST[d - 1]


def _cells_cost(extent, h, R, R_out, limit):
    """Nanoseconds for the transforms of a grid of side h, one thread; infinite where there is no such grid."""
    if extent.max() / h > MAX_SIDE:
        return np.inf
    shape = grid_shape(extent, h)
    if prod(shape) > limit.cells:
        return np.inf
    touched = work(shape, R, R_out / h)
    return NS_PER_CELL * touched * np.log2(touched)


def pairs_cost(Y, low, extent, R, most, shares):
    """Nanoseconds for the pairs closer than R, one thread; with more than `most` in reach a finer level has them."""
    inv_side, shape = cells_within(extent, R)
    start = cell_starts(Y, low.astype(np.float32), inv_side, shape, shares)
    d = len(extent)
    prices = NS_PER_VISIT[d - 1], NS_PER_COPY, NS_PER_PAIR, NS_FINER[d - 1]
    return NS_PER_POINT * len(Y) + float(np.dot(pairs_work(start, shape, most, shares.workers), prices))


def pairs_work(start, shape, most, workers):
    """Cells with points, copies to buffers, pairs, and points left to a finer level (4,), of points that begin in the
    cells at `start`.
    """
    bounds = even_bounds(len(start) - 1, CELL_BLOCKS)
    counts = np.zeros((len(bounds) - 1, 4), np.int64)
    workers.run(near_work, bounds, start, shape, crowded_cells(start, shape, most, workers), counts)
    return counts.sum(axis=0)


def crowded_cells(start, shape, most, workers):
    """Mask of the cells with more than `most` points in reach of theirs."""
    crowded, none = np.zeros((2, len(start) - 1), bool)
    if np.diff(start).max() * (2 * REACH[len(shape) - 1] + 1) ** len(shape) > most:
        bounds = even_bounds(len(crowded), CELL_BLOCKS)
        workers.run(mark_crowded, bounds, start, shape, most, none, crowded)
    return crowded


def grid_shape(extent, h):
    """Cells along each axis: room for the points and their stencils, half a length that the FFT likes."""
    least = np.maximum(np.ceil(np.asarray(extent, float) / h) + ORDER, CELLS_LEAST)
    return tuple(scipy.fft.next_fast_len(int(m), real=True) for m in least)


def fits(plan, extent):
    """Whether a picture of this extent lies on the plan's grid with its stencils."""
    return plan.h == 0 or bool(np.all(extent / plan.h + ORDER <= plan.shape))
