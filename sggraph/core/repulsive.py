"""The repulsive term and Z of the Student-t kernel K = 1/(1+r^2), by one charge on a grid plus near pairs.

With the potential phi(y) = sum_j K(y - y_j): Z = sum_i phi(y_i) - n and sum_j K^2 (y_i - y_j) = -grad phi(y_i) / 2.
Ones are spread to a grid of side h, convolved with the kernel by one real FFT forth and one back on a grid padded to
twice its size, and value and gradient are gathered from the same spline. The spectrum is divided by the squared
spectrum of the spline and depends on the shape alone: it is kept while the shape stays.

A plain grid needs h < 1/2; where the picture is wide the kernel is split at a radius R = 2.25 h (near_field.py) and the
grid carries the smooth part only. `plan` takes the (h, R) that costs least, cells against pairs.
Forces of pairs cancel, so their sum, all of it error of the grid, is subtracted (drift).
"""

from typing import NamedTuple

import numpy as np
import scipy.fft

from .blocks import even_bounds, weighted_bounds
from .convolution import Convolution
from .grid import ORDER, bounding_box, gather, spread
from .near_field import add_near_pairs, sort_into_cells

H_PLAIN = 0.38  # cell side of a grid without near field: force error .5 to .8 % in each dimension
H_TINY = 0.05  # cells smaller than this drown in float32 rounding
CELLS_TINY = 24  # cells along the longest side that a small picture is given
CELLS_LEAST = 16  # the kernel has a kink where its periodic images meet, and the spline rings near it
R_OVER_H = 2.25
EXACT_BELOW = 1000  # points: direct summation is then as fast as any grid
SPREAD_BLOCKS = 4  # each with a grid of its own
PAIR_BLOCKS = 32
REPLAN_EVERY = 50  # evaluations
LADDER = 1.4  # from one candidate h to the next
SAMPLE = 5_000  # points that the count of pairs is estimated from
NS_PER_PAIR = 0.2  # measured, Zen 5 with AVX-512, one thread
NS_PER_CELL = 0.22  # per padded cell and per log2(cells)


class Plan(NamedTuple):
    """How one repulsion is evaluated: cell side h (0: no grid), split radius R (0: no pairs), cells of the grid."""

    h: float
    R: float
    shape: tuple


class Repulsion:
    """Evaluates the repulsion of n points in d dimensions again and again as they move.

    `h` fixes the cell side of a plain grid; `exact` True sums over all pairs, False never does, None decides by n.
    """

    def __init__(self, n, d, workers, *, h=None, exact=None):
        self.n, self.d, self.h = n, d, h
        self.exact = exact if exact is not None else (h is None and n <= EXACT_BELOW)
        self.workers = workers
        self.plan = None
        self._age = 0
        self._bounds = even_bounds(n, SPREAD_BLOCKS)
        self._convolution_of = None

    def __call__(self, Y, F):
        """Fill F (n, d) with sum_j K^2 (y_i - y_j); returns (Z, shifts): the sum of K over i != j; the mean of F and of Y.

        The mean force is an error of the grid that the caller takes off.
        """
        low, high, mean = bounding_box(Y)
        self._update_plan(Y, low, high)
        phi, drift = self._add_far(Y, F, low, high) if self.plan.h > 0 else (0.0, 0.0 * mean)
        if self.plan.h == 0:
            F[:] = 0
        if self.plan.R > 0:
            phi += self._add_near(Y, F, low, high)
        shifts = np.array([drift, mean], np.float32)
        return max(phi - self.n, np.finfo(np.float32).tiny), shifts

    def _update_plan(self, Y, low, high):
        extent = high - low
        self._age += 1
        if self.plan is None or self._age > REPLAN_EVERY or not _fits(self.plan, extent):
            self.plan = plan(Y, extent, h=self.h, exact=self.exact)
            self._age = 0

    def _add_far(self, Y, F, low, high):
        h, R, shape = self.plan
        if self._convolution_of != self.plan:
            self._convolution, self._convolution_of = Convolution(shape, h, R, self.workers.n_jobs), self.plan
            self._Q = np.empty((len(self._bounds) - 1, int(np.prod(shape))))
        origin = ((low + high) / 2 - np.array(shape) * h / 2).astype(np.float32)
        inv_h = np.float32(1 / h)
        run = self.workers.run
        run(spread, self._bounds, Y, origin, inv_h, shape, self._Q)
        Q = self._Q.sum(axis=0).astype(np.float32).reshape(shape)
        V = self._convolution(Q)
        sums = np.empty((len(self._bounds) - 1, self.d + 1))
        run(gather, self._bounds, Y, origin, inv_h, V.shape, V.ravel(), np.float32(-0.5 / h), F, sums)
        sums = sums.sum(axis=0)
        return sums[0], sums[1:] / self.n

    def _add_near(self, Y, F, low, high):
        n, d, R = self.n, self.d, self.plan.R
        shape = tuple(int(m) + 1 for m in (high - low) / R)
        order, cell = np.empty(n, np.int32), np.empty(n, np.int32)
        start = np.empty(int(np.prod(shape)) + 1, np.int32)
        X = np.empty((d, n), np.float32)
        sort_into_cells(Y, low.astype(np.float32), np.float32(1 / R), shape, cell, start, order, X)
        bounds = weighted_bounds(start, PAIR_BLOCKS)
        phi = np.zeros(len(bounds) - 1)
        r2, c = np.float32(R * R), np.float32(1 / (1 + R * R))
        self.workers.run(add_near_pairs, bounds, X, order, start, shape, r2, c, F, phi)
        return phi.sum()


def plan(Y, extent, *, h=None, exact=False):
    """The cheapest Plan for the points Y whose bounding box has the sides `extent`."""
    d = Y.shape[1]
    widest = float(extent.max())
    if exact:
        return Plan(0.0, max(1e3, 1e6 * widest), ())
    if h is not None:
        return Plan(float(h), 0.0, _grid_shape(extent, h))
    tiny = H_PLAIN * 2.0 ** (np.floor(2 * np.log2(max(widest / CELLS_TINY / H_PLAIN, 1e-30))) / 2)
    best, least = _costed(Y, extent, min(H_PLAIN, max(tiny, H_TINY)), 0.0, np.inf)
    h = 0.6
    while widest / h > 4:
        better, cost = _costed(Y, extent, h, R_OVER_H * h, least)
        if cost < least:
            best, least = better, cost
        h *= LADDER
    return best


def _costed(Y, extent, h, R, least):
    """A Plan and its estimated nanoseconds on one thread; pairs are counted only where the grid costs below `least`."""
    shape = _grid_shape(extent, h)
    cells = np.prod([2.0 * m for m in shape])
    cost = NS_PER_CELL * cells * np.log2(cells)
    if R > 0 and cost < least:
        cost += NS_PER_PAIR * candidate_pairs(Y, R)
    return Plan(h, R, shape), cost


def candidate_pairs(Y, R):
    """Estimated number of pairs that `add_near_pairs` looks at, from a sample of the points."""
    n, d = Y.shape
    step = max(1, n // SAMPLE)
    cells = np.floor(Y[::step] / R).astype(np.int64)
    cells -= cells.min(axis=0)
    key = np.ravel_multi_index(tuple(cells.T), tuple(cells.max(axis=0) + 1))
    count = np.unique(key, return_counts=True)[1].astype(float)
    ratio = n / len(cells)
    return 3.0**d * (ratio**2 * (count * (count - 1)).sum() + n)


def _grid_shape(extent, h):
    """Cells along each axis: room for the points and their stencils, half a length that the FFT likes."""
    least = np.maximum(np.ceil(np.asarray(extent, float) / h) + ORDER, CELLS_LEAST)
    return tuple(scipy.fft.next_fast_len(int(m), real=True) for m in least)


def _fits(plan, extent):
    return plan.h == 0 or all(extent / plan.h + ORDER <= plan.shape)
