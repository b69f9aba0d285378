"""Choice of the grid and the split radius for one level of the repulsion, by a model of its cost.

Candidates are a plain grid, grids of side h with near pairs below R = 2 h or a little more, h in a geometric ladder,
and, below an outer radius, near pairs alone. Cells cost nanoseconds each, and so do pairs, which are counted from a
histogram of a sample of the points; cells with many points are left to a finer level at a fixed price per point, so
that the cheapest candidate never costs more than a constant times n, whatever the extent.
"""

from math import prod
from typing import NamedTuple

import numpy as np
import scipy.fft

from .convolution import work
from .grid import ORDER

H_PLAIN = 0.38  # cell side of a grid without near field: force error .5 to .8 % in each dimension
H_TINY = 0.05  # cells smaller than this drown in float32 rounding
CELLS_TINY = 24  # cells along the longest side that a small picture is given
CELLS_LEAST = 16  # the kernel has a kink where its periodic images meet, and the spline rings near it
CELLS_ENOUGH = {d: 40**d for d in (1, 2, 3)}  # there is a plan with no more, for any picture
R_PER_H, R_LEAST = (2.25, 2.25, 2.0), (0.4, 0.4, 0.5)  # R = R_PER_H h + R_LEAST in 1-D, 2-D, 3-D; errors up to .9 %
LADDER = 1.4  # from one candidate h to the next
SAMPLE = 2_000  # points that the count of pairs is estimated from
NS_PER_PAIR = 0.17  # measured, Zen 5 with AVX-512, one thread
NS_PER_CELL = 0.5  # that the transforms touch, and per log2 of their number
NS_FINER = 20  # times 3^d: per point that goes to a finer level
MAX_CELLS = 2**28  # where nobody says how many there is memory for
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


def exact_plan(extent):
    """Direct summation: a radius beyond all pairs."""
    return Plan(0.0, max(1e3, 1e6 * float(extent.max())), ())


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


def cheapest_plan(Y, extent, R_out=np.inf, limit=DEFAULT_LIMIT):
    """The cheapest Plan for the points Y in a bounding box of sides `extent`; forces beyond `R_out` are known.

    A limit of at least CELLS_ENOUGH is kept to.
    """
    widest = float(extent.max())
    tiny = H_PLAIN * 2.0 ** (np.floor(2 * np.log2(max(widest / CELLS_TINY / H_PLAIN, 1e-30))) / 2)
    h = min(H_PLAIN, max(tiny, H_TINY))
    best, least = Plan(h, 0.0, ()), _cells_cost(extent, h, 0.0, R_out, limit)
    if R_out < np.inf:
        cost = NS_PER_PAIR * pair_cost(Y, R_out, np.inf)
        if cost < least:
            best, least = Plan(0.0, R_out, ()), cost
    h = 0.6
    while widest / h > 4 and LADDER * split_radius(h, len(extent)) < R_out:
        R = split_radius(h, len(extent))
        cost = _cells_cost(extent, h, R, R_out, limit)
        if cost < least:
            cost += NS_PER_PAIR * pair_cost(Y, R, NS_FINER * 3.0 ** Y.shape[1] / NS_PER_PAIR)
        if cost < least:
            best, least = Plan(h, R, ()), cost
        h *= LADDER
    return best if best.h == 0 else best._replace(shape=grid_shape(extent, best.h))


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


def pair_cost(Y, R, most):
    """Estimated number of pairs that `add_near_pairs` looks at, at most `most` counted for a point."""
    n, d = Y.shape
    sample = Y[:: max(1, n // SAMPLE)]
    cells = np.floor((sample - sample.min(axis=0)) / np.float32(R)).astype(np.int64)
    width = cells.max(axis=0) + 1.0
    key = cells[:, 0]
    for k in range(1, d):
        key = key * int(width[k]) + cells[:, k]
    count = np.unique(key, return_counts=True)[1].astype(float)
    near = 3.0**d * ((count - 1) * (n / len(sample)) + 1)  # points in reach of one of the cell's
    return n / len(sample) * (count * np.minimum(near, most)).sum()


def grid_shape(extent, h):
    """Cells along each axis: room for the points and their stencils, half a length that the FFT likes."""
    least = np.maximum(np.ceil(np.asarray(extent, float) / h) + ORDER, CELLS_LEAST)
    return tuple(scipy.fft.next_fast_len(int(m), real=True) for m in least)


def fits(plan, extent):
    """Whether a picture of this extent lies on the plan's grid with its stencils."""
    return plan.h == 0 or bool(np.all(extent / plan.h + ORDER <= plan.shape))
