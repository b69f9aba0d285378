"""The repulsive term and Z of the Student-t kernel K = 1/(1+r^2), by one charge on a grid plus near pairs.

With the potential phi(y) = sum_j K(y - y_j): Z = sum_i phi(y_i) - n and sum_j K^2 (y_i - y_j) = -grad phi(y_i) / 2.
Ones are spread to a grid, convolved with the kernel by one real FFT forth and one back, and value and gradient are
gathered from the same spline. Where the picture is wide the kernel is split at a radius R (near_field.py), the grid
carries the smooth part, and pairs of points in reach the rest; where then too many are in reach (clumps in a void,
outliers), their pairs are left to a finer level: the same scheme for the short-ranged kernel on the crowded cells
alone, packed together (islands.py). So the cost stays proportional to n for any picture.

The forces of pairs cancel, so their sum, all of it error of the grid, can be taken off (drift).
"""

from math import prod

import numpy as np

from ..engine.blocks import fine_bounds, n_node_blocks, node_bounds, weighted_bounds
from ..engine.shares import Shares
from .all_pairs import add_all_pairs
from .boxes import Boxes
from .cells import cells_within, sort_into_cells
from .convolution import Convolution
from .grid import Grid, add_patches, bounding_boxes, copy_patch, gather, patches, spread
from .halo import OwnCells
from .islands import add_to_points, pack_islands, take_islands
from .near_field import add_near_pairs
from .planning import CROWDED, DEFAULT_LIMIT, EXACT_BELOW, cheapest_plan, crowded_cells, fits, fixed_plan, is_exact

MOST_PATCHES = 4  # times the grid, that the parts of the grid have together, one for each thread, or as many cells as
# there are points: memory
ADD_BLOCKS, ADD_LEAST = 64, 1 << 12  # of the lines of the grid when these are added up, and cells in each: a small
# grid is not worth a second
REPLAN_EVERY = 50  # evaluations: a plan for 40,000 points takes about as long as one of them, so it costs 2 %
ROOM = 1.2  # times the cells, where a picture outgrew its grid: it will again, and each spectrum costs several FFTs
MAX_LEVELS = 12  # 20,000 points, as many in each decade of their distances from .01 to 1e11, need that many


class Repulsion:
    """Evaluates the repulsion of n points in d dimensions again and again as they move.

    `h` fixes the cell side of a plain grid; `exact` True sums over all pairs, False never does, None decides by n;
    `limit` bounds the cells of all grids together.
    """

    def __init__(self, n, d, workers, *, h=None, exact=None, limit=DEFAULT_LIMIT):
        self._n = n
        self._level = Level(workers, h=h, exact=is_exact(n, h, exact, EXACT_BELOW[d - 1]), limit=limit)

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

    @property
    def nbytes(self):
        """Bytes that the grids take."""
        return self._level.nbytes

    def __call__(self, Y, F, shares=None):
        """Fill F (n, d) with sum_j K^2 (y_i - y_j); returns (Z, shifts): the sum of K over i != j, two vectors.

        ``shifts[0]`` is the mean of F as far as it is an error of the grid, for the caller to take off; ``shifts[1]``
        is the mean of Y. Of several ranks each fills its own rows, by its Shares, if given.
        """
        phi, drift, mean = self._level(Y, F, shares or Shares.of(self._level.workers, len(Y)))
        return max(phi - self._n, np.finfo(np.float32).tiny), np.array([drift, mean], np.float32)


class Level:
    """The forces of K, or of its part below `R_out`: a grid, near pairs, and a finer Level where they are crowded."""

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
        (plan, self._age), *finer = plans or [(None, 0)]
        if plan != self.plan:
            self.plan = plan
            self._finer = self._convolution = None
        if not finer:
            self._finer = None
            return
        if self._finer is None:
            self._finer = self._finer_level()
        self._finer.plans = finer

    @property
    def nbytes(self):
        """Bytes that the grids of this level and the finer ones take, transforms and their result included."""
        finer = 0 if self._finer is None else self._finer.nbytes
        if self._convolution is None:
            return finer
        return finer + self._scratch.nbytes + self._charges.nbytes + self._convolution.nbytes

    def _finer_level(self):
        left = self.limit._replace(cells=self.limit.cells - prod(self.plan.shape))
        return Level(self.workers, limit=left, R_out=self.plan.R, depth=self.depth + 1)

    def __call__(self, Y, F, shares):
        """Fill F; returns the sum of the potential over all points (each with itself), the drift and the mean of Y."""
        if self.exact:
            return self._exactly(Y, F, shares)
        bounds = node_bounds(len(Y))
        boxes = np.empty((len(bounds) - 1, 3, Y.shape[1]))
        shares.run(bounding_boxes, bounds, Y, boxes, sums=boxes)
        low, high, mean = boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0), boxes[:, 2].sum(axis=0) / len(Y)
        self._update_plan(Y, low, high - low, shares)
        phi, drift = 0.0, 0.0 * mean
        if self.plan.h > 0:
            phi, drift = self._far(Y, F, bounds, boxes, (low + high) / 2, shares)
        else:
            F[:] = 0
        if self.plan.R > 0:
            phi += self._add_near(Y, F, low, high, shares)
        return phi, drift, mean

    def _exactly(self, Y, F, shares):
        shares.gather(Y)
        bounds = fine_bounds(len(Y))
        phis = np.zeros(len(bounds) - 1)
        shares.run(add_all_pairs, bounds, Y, Y.T.copy(), (0,) * Y.shape[1], F, phis, sums=phis)
        mean = Y.mean(axis=0, dtype=np.float64)
        return phis.sum(), np.zeros_like(mean), mean

    def _update_plan(self, Y, low, extent, shares):
        self._age += 1
        young = self.plan is not None and self._age <= REPLAN_EVERY
        allowed = young and prod(self.plan.shape) <= self.limit.cells  # a plan restored from elsewhere may be larger
        if allowed and fits(self.plan, extent):
            return
        before, outgrown = self.plan, young
        self._age = 0
        if not np.isfinite(extent).all():  # diverged: the gradient will tell
            extent = np.zeros_like(extent)
        if self.h is not None:
            self.plan = fixed_plan(extent, self.h, self.limit)
        else:
            room = ROOM ** (1 / len(extent)) if outgrown else 1.0
            self.plan = cheapest_plan(Y, low, extent * room, shares, self.R_out, self.limit)
        if self.plan != before:
            self._finer = self._convolution = None

    def _far(self, Y, F, bounds, boxes, middle, shares):
        h, R, shape = self.plan
        if self._convolution is None:
            self._convolution = Convolution(shape, h, R, self.R_out, self.workers)
            self._scratch, self._charges = np.empty(0), np.empty(shape, np.float32)
        origin = (middle - (np.array(shape) - 1) * h / 2).astype(np.float32)  # half a cell to spare at each end
        inv_h = np.float32(1 / h)
        grid, reach = Grid(origin, inv_h, shape), None
        if shares.is_alone:
            self._spread(Y, grid, bounds, boxes, (0,) * len(shape), self._charges)
        else:
            reach = Boxes(boxes, bounds, shares, grid, self._convolution.cuts)
            self._spread_by_ranks(Y, grid, bounds, boxes, reach, shares)
        V = self._convolution(self._charges, reach)
        sums = np.empty((len(bounds) - 1, len(shape) + 1))
        grid = Grid(origin, inv_h, V.shape)
        shares.run(gather, bounds, Y, grid, V.ravel(), np.float32(-0.5 / h), F, sums, sums=sums)
        sums = sums.sum(axis=0)
        return sums[0], sums[1:] / len(Y)

    def _spread(self, Y, grid, bounds, boxes, corner, charges):
        """Fill the charges, an array of the nodes of the grid from the `corner` on."""
        most = max(MOST_PATCHES * prod(grid.shape), len(Y))
        parts, cuts = patches(boxes[:, :2], min(self.workers.n_jobs, len(boxes)), grid, most, self._scratch)
        self._scratch = parts.Q
        self.workers.run(spread, [bounds[cut] for cut in cuts], Y, grid, parts)
        parts = parts._replace(corner=parts.corner - corner)
        if len(cuts) == 2:
            copy_patch(parts, charges)
            return
        shape = charges.shape
        n_blocks = max(1, min(ADD_BLOCKS, charges.size // ADD_LEAST))
        lines = [charges.size * b // n_blocks // shape[-1] for b in range(n_blocks + 1)]
        self.workers.run(add_patches, lines, shape, parts, charges.ravel())

    def _spread_by_ranks(self, Y, grid, bounds, boxes, reach, shares):
        """Fill the charges of the planes of this rank; what ranks spread is added up before it is float32."""
        mine, (corner, size) = shares.blocks(bounds), reach.own()
        charges = np.empty(size)
        if mine:
            mine = slice(mine.start, mine.stop)
            self._spread(Y, grid, bounds[mine.start : mine.stop + 1], boxes[mine], corner, charges)
        planes = slice(*reach.cuts[shares.comm.rank :][:2])
        self._charges[planes] = reach.summed(charges, grid.shape)
        if self._convolution.needs_all:
            shares.comm.gather(self._charges, reach.cuts)

    def _add_near(self, Y, F, low, high, shares):
        n, d = Y.shape
        R = self.plan.R
        inv_side, shape = cells_within(high - low, R)
        low = low.astype(np.float32)
        if shares.is_alone:
            cells = sort_into_cells(Y, low, inv_side, shape, self.workers)
        else:
            cells = OwnCells(Y, low, inv_side, shape, shares)
        start = cells.start
        is_last = self.depth == MAX_LEVELS or self.plan.h == 0
        crowded = crowded_cells(start, shape, n if is_last else CROWDED[d - 1], self.workers)
        bounds = weighted_bounds(start, n_node_blocks(n))
        r2, c = np.float32(R * R), np.float32(1 / (1 + R * R))
        if shares.is_alone:
            phi = self._add_finer(Y, F, crowded.reshape(shape), cells) if crowded.any() else 0.0
            phis = np.zeros(len(bounds) - 1)
            self.workers.run(add_near_pairs, bounds, cells, crowded, r2, c, F, phis)
            return phi + phis.sum()
        phi = self._add_finer_by_ranks(Y, F, crowded, cells) if crowded.any() else 0.0
        return phi + cells.add_near_pairs(Y, F, crowded, bounds, r2, c).sum()

    def _add_finer_by_ranks(self, Y, F, crowded, cells):
        """The same of several ranks: all know the points in crowded cells."""
        points, in_cells, first, rows = cells.crowded(Y, crowded)
        F_finer = np.zeros_like(points)
        phi = self._add_finer(points, F_finer, crowded.reshape(cells.shape), in_cells)
        F[rows] += F_finer[first : first + len(rows)]
        return phi

    def _add_finer(self, Y, F, crowded, cells):
        """Forces below R among the points in crowded cells."""
        R = self.plan.R
        if self._finer is None:
            self._finer = self._finer_level()
        points, packed = take_islands(cells.order, cells.start, *pack_islands(crowded, R), Y)
        F_finer = np.empty_like(packed)
        shares = Shares.of(self.workers, len(points))
        phi, drift, _ = self._finer(packed, F_finer, shares)
        shares.gather(F_finer)
        add_to_points(points, F_finer, drift, F)
        return phi
