"""Near pairs on a card (repulsion/near_field.py): points sorted into cells, and those in reach looked at by each point.

Cells of side R, in 3-D of half of that, cover the whole grid of a Plan, so that their number stays while the picture
moves. Points of a cell stand in the order of their numbers, which the order of atomic additions does not touch: each
point counts those of its cell before it, a ninth of what it has to look at anyway.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from ..repulsion.cells import REACH
from .share import blocks_for, blocks_of_sums, power_of_two
from .source import NOW, SIZE

BUSY = 2**19  # threads that keep a card busy, twice what an H100 runs at a time: points fewer than that share them


class Cost(NamedTuple):
    """Of near pairs: how many there are, and cells that hold points."""

    pairs: float
    visits: float


class CardCells:
    """Points on a card, sorted into cells: of a box of sides `extent`, for pairs closer than R."""

    def __init__(self, card, n, extent, R):
        d, xp = len(extent), card.xp
        self.card, self.n, self.R = card, n, R
        side = R / REACH[d - 1]
        self.inv_side = 1 / side
        self.shape = (*(int(m) + 1 for m in np.asarray(extent) / side), 1, 1)[:3]
        self.n_cells = prod(self.shape)
        self._tiles = xp.empty(-(-self.n_cells // SIZE.TILE), np.uint32)
        self._counts, self._counter = xp.zeros(self.n_cells, np.uint32), xp.zeros(1, np.uint32)
        self._next, self.start = xp.empty(self.n_cells, np.uint32), xp.zeros(self.n_cells + 1, np.uint32)
        self.cell = xp.empty(n, np.uint32)
        self._members = self.order = self.X = self._near = None

    def count(self, Y, now):
        """Count the points of each cell, and say where they begin."""
        card, tiles = self.card, len(self._tiles)
        where = self.inv_side, *self.shape, now, self.cell, self._counts
        card.launch("count_cells", blocks_for(self.n), Y, self.n, *where)
        card.launch("sum_tiles", tiles, self._counts, self.n_cells, self._tiles, self._counter, now)
        starts = self._tiles, now, self.start, self._next
        card.launch("cell_starts", tiles, self._counts, self.n_cells, *starts)

    def sort(self, Y, now):
        """Sort the points into the cells."""
        if self.X is None:
            xp, d = self.card.xp, Y.shape[1]
            self._members, self.order = xp.empty((2, self.n), np.uint32)
            self.X = xp.empty((self.n, d), np.float32)
        blocks = blocks_for(self.n)
        self.card.launch("place", blocks, self.cell, self.n, now, self._next, self._members)
        points = Y, self.cell, self.n, self.start, self._members
        self.card.launch("settle", blocks, *points, now, self.order, self.X)

    def forces(self, share, now):
        """Forces on the points of own rows, and their potential (m, d + 1), of near pairs."""
        if self._near is None or len(self._near) != share.size:
            self._near = self.card.xp.empty((share.size, self.X.shape[1] + 1), np.float32)
        lanes = power_of_two(BUSY / self.n)
        split = self.R**2, 1 / (1 + self.R**2), lanes
        points = self.X, self.order, self.cell, self.n, self.start, *self.shape
        own = share.first, share.stop, now, self._near
        self.card.launch("near_pairs", blocks_for(self.n * lanes), *points, *split, *own)
        return self._near

    def cost(self, share, now, numbers):
        """The Cost of the pairs of points that were counted; `numbers` is `now` on the host."""
        cells = self.start, self.n_cells, *self.shape, *share.room, now
        self.card.launch("near_work", blocks_of_sums(self.n_cells), *cells)
        self.card.to_host(now, numbers)
        return Cost(numbers[NOW.PAIRS], numbers[NOW.VISITS])

    @property
    def nbytes(self):
        """Bytes on the card."""
        arrays = self._tiles, self._counts, self._next, self.start, self.cell
        arrays = *arrays, self._members, self.order, self.X, self._near
        return sum(each.nbytes for each in arrays if each is not None)
