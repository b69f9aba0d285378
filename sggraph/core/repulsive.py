"""The repulsive term and Z of the Student-t kernel K = 1/(1+r^2), by one charge on a grid plus near pairs.

With the potential phi(y) = sum_j K(y - y_j): Z = sum_i phi(y_i) - n and sum_j K^2 (y_i - y_j) = -grad phi(y_i) / 2.
Ones are spread to a grid, convolved with the kernel by one real FFT forth and one back, and value and gradient are
gathered from the same spline. Where the picture is wide the kernel is split at a radius R (near_field.py), the grid
carries the smooth part, and pairs of points in reach the rest; where cells then hold too many points (clumps in a
void, outliers), their pairs are left to a finer level: the same scheme for the short-ranged kernel on the dense cells
alone, packed together (islands.py). So the cost stays proportional to n for any picture.

The forces of pairs cancel, so their sum, all of it error of the grid, can be taken off (drift).
"""

from math import prod

import numpy as np

from .blocks import even_bounds, weighted_bounds
from .convolution import Convolution
from .grid import bounding_box, gather, spread
from .islands import add_to_points, pack_islands, take_islands
from .near_field import add_near_pairs, sort_into_cells
from .planning import DEFAULT_LIMIT, cheapest_plan, exact_plan, fits, fixed_plan

EXACT_BELOW = 1000  # points: direct summation is then as fast as any grid
SPREAD_BLOCKS = 4  # each with a grid of its own
PAIR_BLOCKS = 32
REPLAN_EVERY = 50  # evaluations
ROOM = 1.2  # times the cells, where a picture outgrew its grid: it will again, and each spectrum costs several FFTs
DENSE = (160, 64, 160)  # points in a cell in 1-D, 2-D, 3-D: from here on a finer level is cheaper than pairs
MAX_LEVELS = 12


class Repulsion:
    """Evaluates the repulsion of n points in d dimensions again and again as they move.

    `h` fixes the cell side of a plain grid; `exact` True sums over all pairs, False never does, None decides by n;
    `limit` bounds the cells of all grids together.
    """

    def __init__(self, n, d, workers, *, h=None, exact=None, limit=DEFAULT_LIMIT):
        exact = exact if exact is not None else (h is None and n <= EXACT_BELOW)
        self._n = n
        self._level = Level(workers, h=h, exact=exact, limit=limit)

    @property
    def plan(self):
        """The Plan of the last evaluation."""
        return self._level.plan

    @property
    def plans(self):
        """What the next evaluation depends on beside Y: (plan, its age) of each level, the finer last."""
        return self._level.plans

    @plans.setter
    def plans(self, plans):
        self._level.plans = plans

    def __call__(self, Y, F):
        """Fill F (n, d) with sum_j K^2 (y_i - y_j); returns (Z, shifts): the sum of K over i != j, two vectors.

        ``shifts[0]`` is the mean of F as far as it is an error of the grid, for the caller to take off; ``shifts[1]``
        is the mean of Y.
        """
        phi, drift, mean = self._level(Y, F)
        return max(phi - self._n, np.finfo(np.float32).tiny), np.array([drift, mean], np.float32)


class Level:
    """The forces of K, or of its part below `R_out`: a grid, near pairs, and a finer Level where cells are dense."""

    def __init__(self, workers, *, h=None, exact=False, limit=DEFAULT_LIMIT, R_out=np.inf, depth=0):
        self.workers, self.h, self.exact, self.limit = workers, h, exact, limit
        self.R_out, self.depth = R_out, depth
        self.plan = self._finer = self._convolution = None
        self._age = 0

    @property
    def plans(self):
        """(plan, age) of this level and the finer ones."""
        finer = [] if self._finer is None else self._finer.plans
        return [] if self.plan is None else [(self.plan, self._age), *finer]

    @plans.setter
    def plans(self, plans):
        (self.plan, self._age), *finer = plans or [(None, 0)]
        self._finer = self._convolution = None
        if finer:
            self._finer = self._finer_level()
            self._finer.plans = finer

    def _finer_level(self):
        left = self.limit._replace(cells=self.limit.cells - prod(self.plan.shape))
        return Level(self.workers, limit=left, R_out=self.plan.R, depth=self.depth + 1)

    def __call__(self, Y, F):
        """Fill F; returns the sum of the potential over all points (each with itself), the drift and the mean of Y."""
        low, high, mean = bounding_box(Y)
        self._update_plan(Y, high - low)
        phi, drift = 0.0, 0.0 * mean
        if self.plan.h > 0:
            phi, drift = self._far(Y, F, (low + high) / 2)
        else:
            F[:] = 0
        if self.plan.R > 0:
            phi += self._add_near(Y, F, low, high)
        return phi, drift, mean

    def _update_plan(self, Y, extent):
        self._age += 1
        young = self.plan is not None and self._age <= REPLAN_EVERY
        allowed = young and prod(self.plan.shape) <= self.limit.cells  # a plan restored from elsewhere may be larger
        if allowed and fits(self.plan, extent):
            return
        before, outgrown = self.plan, young
        self._age = 0
        if not np.isfinite(extent).all():  # diverged: the gradient will tell
            extent = np.zeros_like(extent)
        if self.exact:
            self.plan = exact_plan(extent)
        elif self.h is not None:
            self.plan = fixed_plan(extent, self.h, self.limit)
        else:
            room = ROOM ** (1 / len(extent)) if outgrown else 1.0
            self.plan = cheapest_plan(Y, extent * room, self.R_out, self.limit)
        if self.plan != before:
            self._finer = self._convolution = None

    def _far(self, Y, F, middle):
        h, R, shape = self.plan
        bounds = even_bounds(len(Y), SPREAD_BLOCKS)
        if self._convolution is None:
            self._convolution = Convolution(shape, h, R, self.R_out, self.workers.n_jobs)
            self._Q = np.empty((SPREAD_BLOCKS, int(np.prod(shape))))
        origin = (middle - (np.array(shape) - 1) * h / 2).astype(np.float32)  # half a cell to spare at each end
        inv_h = np.float32(1 / h)
        Q = self._Q[: len(bounds) - 1]
        self.workers.run(spread, bounds, Y, origin, inv_h, shape, Q)
        V = self._convolution(Q.sum(axis=0).astype(np.float32).reshape(shape))
        sums = np.empty((len(Q), Y.shape[1] + 1))
        self.workers.run(gather, bounds, Y, origin, inv_h, V.shape, V.ravel(), np.float32(-0.5 / h), F, sums)
        sums = sums.sum(axis=0)
        return sums[0], sums[1:] / len(Y)

    def _add_near(self, Y, F, low, high):
        n, d = Y.shape
        R = self.plan.R
        shape = tuple(int(m) + 1 for m in (high - low) / R)
        order, cell = np.empty(n, np.int32), np.empty(n, np.int32)
        start = np.empty(int(np.prod(shape)) + 1, np.int32)
        X = np.empty((d, n), np.float32)
        sort_into_cells(Y, low.astype(np.float32), np.float32(1 / R), shape, cell, start, order, X)
        dense = np.diff(start) > DENSE[d - 1]
        phi = 0.0
        if self.exact or self.depth == MAX_LEVELS or self.plan.h == 0 or not dense.any():
            dense[:] = False
        else:
            phi = self._add_finer(Y, F, dense.reshape(shape), order, start)
        bounds = weighted_bounds(start, PAIR_BLOCKS)
        phis = np.zeros(len(bounds) - 1)
        r2, c = np.float32(R * R), np.float32(1 / (1 + R * R))
        self.workers.run(add_near_pairs, bounds, X, order, start, dense, shape, r2, c, F, phis)
        return phi + phis.sum()

    def _add_finer(self, Y, F, dense, order, start):
        """Forces below R among the points in dense cells."""
        R = self.plan.R
        if self._finer is None:
            self._finer = self._finer_level()
        points, packed = take_islands(order, start, *pack_islands(dense, R), Y)
        F_finer = np.empty_like(packed)
        phi, drift, _ = self._finer(packed, F_finer)
        add_to_points(points, F_finer, drift, F)
        return phi
