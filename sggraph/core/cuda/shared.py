"""`SharedCardForces`: the CardForces of several ranks, each of which has a card of its own.

Each card has where all nodes are, and the rows of P, the velocities, gains and pulls of its own nodes. It spreads its
own points; charges are added up, and sums over all; each card transforms the grid by itself, and moves its own nodes.
So there is as much to tell in an iteration as there are nodes and cells of the grid, whatever the number of edges.

Rows change hands on the hosts when the order is renewed, as those of Forces do.
"""

import numpy as np

from ..engine.shares import Shares, brought
from ..forces import ROW, dealt, opened
from ..ordering import inverse
from ..rows import passed
from .forces import KEPT, CardForces
from .rows import CardRows
from .share import CardShare
from .stress import seen_by


class SharedCardForces(CardForces):
    """Forces on the nodes of a graph, given as to Forces, on a card of this rank."""

    def received(self, motion):
        """The Motion of rank 0: where all nodes are, and what goes with own ones."""
        with self.card.at_work():
            self._stand_in(motion.order)
        dealt(motion, self._shares, self.card.d)
        self._shares.gather(motion.Y)
        return motion

    def complete(self, motion):
        """As of CardForces; of several ranks on the first."""
        super().complete(motion)
        self._shares.bring(*(getattr(motion, name) for name in KEPT))

    def _take(self, upper, paths):
        self._shares, self._held, self._entropy, self._lengths = opened(upper, self.workers, paths)
        n = len(self._held.pattern.indptr) - 1
        self._n_edges = int(self._held.pattern.indptr[-1]) // 2
        self.share, self._rank = CardShare(self.card, n, self.workers.comm), np.arange(n)
        self._order = None  # path lengths are in the order of own rows
        self._pass_on(self._rank)
        return n

    def _orders(self):
        return ()

    def _pass_on(self, source):
        """Share the rows anew, row ``source[r]`` being row r now: whole blocks of about the same work."""
        owners = self._shares

        def shared(pattern):
            work = pattern.indptr.astype(np.int64) + ROW * np.arange(len(pattern.indptr))
            self._shares = Shares.of(self.workers, len(source), work)
            return self._shares

        self.P = self.paths = None  # on the card they make room
        self._held = passed(self._held, source, owners, shared, self.workers)
        self.share.follow(self._shares)
        first, stop, rows = self.share.first, self.share.stop, self._held.rows
        self.P = CardRows(self.card, rows.indptr[first : stop + 1], rows.indices, rows.data, first)
        if self._lengths is not None:
            self._lengths.pass_on(source, owners, self._shares)
            self.paths = seen_by(self._lengths, self.card)
            self.paths.follow(self.card.xp.asarray(self._rank))
        self._played = None

    def _stand_in(self, order):
        if order is self._order_of or np.array_equal(order, self._order_of):
            return
        source = self._rank[order]
        self._rank, self._order_of = inverse(order, self.workers), order
        self._pass_on(source)
        self._make_room()

    def _reorder(self, motion):
        source, owners = np.empty(len(motion.Y), np.int64), self._shares
        on_card = self._order_of_picture(motion)
        self.card.to_host(on_card, source)
        held = self._kept
        self._Y[...] = self._Y[on_card]
        self._show(motion)
        motion.order = motion.order[source]
        if motion.mobile is not None:
            motion.mobile = motion.mobile[source]
        self._stand_in(motion.order)
        for name, array in held.items():
            old = np.empty(array.shape, np.float32)
            self.card.to_host(array, old)
            new = brought(owners, source, self._shares.ranges, lambda rows, old=old: old[rows - owners.first])
            self.card.to_card(new, self._kept[name])
        if motion.mobile is not None:
            self._mobile = self.card.xp.asarray(self.share.of(motion.mobile))
