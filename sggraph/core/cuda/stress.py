"""The pull of path lengths on a card (shape/path_stress.py): which groups of pivots are due is decided there, too."""

import numpy as np

from ..shape.path_stress import LOOKS, STIFFEST
from .source import NOW

LANES = 4  # threads that share the pivots of a node: its lengths lie side by side in memory


class CardStress:
    """PathStress on a card, with lengths in the order that it has them: of the graph's nodes, or of own rows; from the
    host, or as they lie there.
    """

    def __init__(self, card, paths):
        self.card, kept = card, paths.kept
        arrays = (card.xp.asarray(array) for array in (kept.inverses, kept.pivots))
        self.inverses, self.pivots = (card.xp.ascontiguousarray(array) for array in arrays)
        self._rows = self.pivots.copy()
        self.n_groups, self.one = paths.n_groups, kept.one
        self.least_looks, self.squares = kept.least_looks, kept.squares

    @property
    def nbytes(self):
        """Bytes on the card."""
        return self.inverses.nbytes + self.pivots.nbytes

    def place(self, rows):
        """The pivots are in these rows of the picture now."""
        self._rows[...] = rows

    def move_pull(self, Y, order, pull, share, now):
        """Move the mean `pull`, of own rows, by the groups that are due, fit the scale, and say what the pull weighs.
        Row r is node ``order[r]``; without an order, lengths are in that of own rows.
        """
        n, numbers = len(Y), (self.least_looks, self.squares, LOOKS, STIFFEST)
        self.card.launch("plan_looks", 1, n, self.n_groups, *numbers, now)
        for number in range(self.n_groups):
            self._look(Y, order, number, 1 / self.n_groups, pull, share, now)

    def fit(self, Y, order, numbers, pull, share, now):
        """Fit the scale by the first group alone; `numbers` is `now` on the host, and is there when this is done."""
        numbers[NOW.HALTED], numbers[NOW.SCALE], numbers[NOW.DUE], numbers[NOW.STOP] = 0, 1, 0, 1
        self.card.to_card(numbers, now)
        self._look(Y, order, 0, 0.0, pull, share, now)
        self.card.to_host(now, numbers)

    def _look(self, Y, order, number, counts, pull, share, now):
        groups = len(self.pivots), self.n_groups, number
        lengths = self._rows, self.inverses, *groups, self.one, counts, LANES
        share.add("move_pull", LANES, 2, Y, order, share.n, *lengths, pull, now=now)


def seen_by(paths, card):
    """The PathStress on a card, or None for none."""
    return paths if paths is None or isinstance(paths, CardStress) else CardStress(card, paths)


def bytes_of(n, k):
    """Bytes of the lengths of n nodes to k pivots."""
    return n * k * np.dtype(np.uint16).itemsize
