"""The repulsion on a card: a plain grid, a grid and near pairs, or all pairs, whichever its Plan says.

A Plan serves until the picture does not fit its grid, which the card finds itself (OUTGROWN), or until it is old. Grids
are given room, so that a picture that grows asks for another a dozen times a run. There are no finer levels: where a
processor leaves crowded cells to one, a card sums their pairs, and where that is too dear the grid is finer. Pairs of
pictures of 10^6 nodes would take .12 ms at most in 2-D, 2 in 3-D (tests/benchmarks/card_plans.py).

What a plan costs here was counted, in bytes and in operations, for a card that moves 2.5 TB and does 10^12 of the pairs
in a second (H100, H200); only the ratio of the two decides. It has not been measured.
"""

from math import prod

import numpy as np

from ..forces import FARTHEST
from ..repulsion.grid import ORDER
from ..repulsion.planning import (
    DEFAULT_LIMIT,
    MAX_SIDE,
    Plan,
    fixed_plan,
    grid_shape,
    is_exact,
    ladder,
    plain_side,
    split_radius,
)
from ..repulsion.repulsive import REPLAN_EVERY
from .grid import CardGrid
from .pairs import BUSY, CardCells
from .share import blocks_of_sums, power_of_two
from .source import HALT, NOW

NS_PER_CELL = 0.016  # padded: 40 bytes that the transforms and what is between them read and write
NS_PER_PAIR = 0.002  # twice what 25 operations take: threads of a warp wait for the longest
NS_FOR_PAIRS, DENSE = 25_000.0, 0.2  # seven launches more, which count where there are so many points to a plain cell:
# with fewer a plain grid is off by more than .007 of the force, a lattice three times as wide by .15
ROOM, ROOM_TO_GROW = 1.2, 2.25  # times the cells, and where a picture outgrew its grid, for it will again: in 2-D a
# picture that grows from 1 to 260, as that of MNIST, has 14 grids on the way then, each with a spectrum and a record
WASTE = 2.0  # times the cells that are wanted now: a grid that was made for more is kept until then


class CardRepulsion:
    """Evaluates the repulsion of all points in d dimensions on those of own rows, of a CardShare. `h`, `exact` and
    `limit` are as in Repulsion.
    """

    def __init__(self, share, now, *, h=None, exact=None, limit=DEFAULT_LIMIT):
        self.card, self._n, self._share, self._now = share.card, share.n, share, now
        self._h, self._exact, self._limit = h, is_exact(self._n, h, exact), limit
        self._numbers = np.zeros(NOW.NOW)
        self._plan, self._age, self._grid, self._cells = None, 0, None, None
        self._is_outgrown = False

    @property
    def plans(self):
        """What the next evaluation depends on beside Y: (plan, age), or nothing."""
        return [] if self._plan is None else [(self._plan, self._age)]

    @plans.setter
    def plans(self, plans):
        (plan, self._age), *_ = plans or [(None, 0)]  # the finer levels of a processor's mean nothing here
        if plan is not None and plan.h == 0:
            plan = None
        if plan != self._plan:
            self._plan, self._grid, self._cells = plan, None, None

    @property
    def left(self):
        """Iterations that the plan is good for."""
        return np.inf if self._exact else max(REPLAN_EVERY - self._age, 1)

    @property
    def nbytes(self):
        """Bytes on the card."""
        return sum(part.nbytes for part in (self._grid, self._cells) if part is not None)

    def grow_older(self, n_iter):
        """So many iterations are done."""
        self._age += n_iter

    def outgrow(self):
        """The picture has no room on the grid."""
        self._age, self._is_outgrown = REPLAN_EVERY, True

    def prepare(self, Y):
        """Have a Plan, and all that it needs, for the points Y as they are; whether anything is new."""
        if self._exact:
            return False
        before = self._grid
        if self._plan is None or self._age >= REPLAN_EVERY or prod(self._plan.shape) > self._limit.cells:
            plan, self._age, self._is_outgrown = self._chosen(Y), 0, False
            if plan != self._plan:
                self._plan, self._grid, self._cells = plan, None, None
        if self._grid is None:
            h, R, shape = self._plan
            self._grid = CardGrid(self.card, shape, h, R)
            if R > 0:
                self._cells = CardCells(self.card, self._n, (np.array(shape) - ORDER) * h, R)
        return self._grid is not before

    def measure(self, Y):
        """Put the box of the points and their mean into `now`, and whether they have room on the grid."""
        h, shape = (0.0, ()) if self._exact or self._plan is None else (self._plan.h, self._plan.shape)
        box = h, *(*shape, 1, 1, 1)[:3], FARTHEST, *self._share.room, self._now
        self.card.launch("bounding_box", blocks_of_sums(self._n), Y, self._n, *box)

    def evaluate(self, Y, F):
        """Fill F, of own rows, with the repulsion of points that were measured, and `now` with the potential and the
        drift: launches alone, the same each time, and what cards tell each other.
        """
        share, now, near = self._share, self._now, None
        if self._exact:
            lanes = power_of_two(BUSY / self._n)
            share.add("add_all_pairs", lanes, 1, Y, self._n, lanes, F, now=now)
            return
        self._grid.spread(Y, share, now)
        self._grid.convolve(now)
        if self._cells is not None:
            self._cells.count(Y, now)
            self._cells.sort(Y, now)
            near = self._cells.forces(share, now)
        self._grid.gather(Y, near, F, share, now)

    def potential(self, Y, F):
        """Fill F; the sum of the potential over all points, now."""
        while True:
            self.prepare(Y)
            self._numbers[:] = 0
            self.card.to_card(self._numbers, self._now)
            self.measure(Y)
            self.evaluate(Y, F)
            self.card.to_host(self._now, self._numbers)
            if self._numbers[NOW.HALTED] != HALT.OUTGROWN:
                return self._numbers[NOW.PHI]
            self.outgrow()

    def _chosen(self, Y):
        """The Plan for the points as they are now: the one at hand, if it serves."""
        numbers = np.zeros(NOW.NOW)
        self.card.to_card(numbers, self._now)
        self._plan, kept = None, self._plan
        self.measure(Y)
        self.card.to_host(self._now, numbers)
        d = Y.shape[1]
        extent = numbers[NOW.HIGH : NOW.HIGH + d] - numbers[NOW.LOW : NOW.LOW + d]
        if numbers[NOW.HALTED]:  # diverged, as the next iteration will find, too
            extent = np.zeros(d)
        numbers[NOW.HALTED] = 0
        self.card.to_card(numbers, self._now)
        plan = self._planned(Y, extent, numbers)
        if kept is None or kept[:2] != plan[:2] or prod(kept.shape) > WASTE * prod(plan.shape):
            return plan
        return kept if (extent / kept.h + ORDER <= kept.shape).all() else plan

    def _planned(self, Y, extent, numbers):
        """The cheapest Plan for a picture of this extent, with room."""
        if self._h is not None:
            return fixed_plan(extent, self._h, self._limit)
        room = ROOM_TO_GROW if self._is_outgrown else ROOM
        roomy = extent * room ** (1 / len(extent))
        h = plain_side(roomy)
        best, least = Plan(h, 0.0, ()), self._cells_cost(roomy, h)
        is_dense = self._n >= DENSE * prod(grid_shape(extent, h))
        for h in reversed(ladder(roomy)):
            R = split_radius(h, len(extent))
            cost = self._cells_cost(roomy, h) + (NS_FOR_PAIRS if is_dense else 0.0)
            if cost > least:  # and so are those of smaller cells
                break
            cells = CardCells(self.card, self._n, extent, R)
            cells.count(Y, self._now)
            cost += NS_PER_PAIR * cells.cost(self._share, self._now, numbers).pairs
            if cost < least:
                best, least = Plan(h, R, ()), cost
        return best._replace(shape=grid_shape(roomy, best.h))

    def _cells_cost(self, extent, h):
        """Nanoseconds for the transforms of a grid of side h; infinite where there is no such grid."""
        if extent.max() / h > MAX_SIDE:
            return np.inf
        shape = grid_shape(extent, h)
        if prod(shape) > self._limit.cells:
            return np.inf
        return NS_PER_CELL * prod(shape) * 2 ** len(shape)
