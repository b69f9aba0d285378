"""`SharedCardForces`: the CardForces of several ranks, each of which has a card of its own.

Each card has where all nodes are, and the rows of P, the velocities, gains and pulls of its own nodes. It spreads its
own points; charges are added up, and sums over all; each card transforms the grid by itself, and moves its own nodes.
So there is as much to tell in an iteration as there are nodes and cells of the grid, whatever the number of edges.

Rows change hands on the hosts when the order is renewed, as those of Forces do.
"""

import numpy as np

from ..engine.shares import bring_rows
from ..forces import dealt, opened, shared_anew
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

    def bring(self, motion):
        """Have all of the Motion on the first rank, which a checkpoint holds."""
        self.complete(motion)
        self._shares.bring(*(getattr(motion, name) for name in KEPT))

    def _take(self, upper, paths):
        self._shares, self._held, n_entries, self._entropy, self._lengths = opened(upper, self.workers, paths)
        n = len(self._held.indptr) - 1
        self._n_edges, self.share = n_entries // 2, CardShare(self.card, n, self.workers.comm)
        self._order = None  # path lengths are in the order of own rows
        self._pass_on(np.arange(n, dtype=np.int32))
        return n

    def _orders(self):
        return ()

    def _pass_on(self, source):
        """Share the rows anew, row ``source[r]`` being row r now: whole blocks of about the same work."""
        owners, rank = self._shares, inverse(source, self.workers)
        shares, n_entries = shared_anew(self._held, source, owners)
        self.P = self.paths = None  # on the card they make room
        self._held = rows = passed(self._held, source, rank, owners, shares, n_entries)
        self._shares = shares
        self.share.follow(shares)
        own = rows.indptr[shares.first : shares.stop + 1]
        self.P = CardRows(self.card, own, rows.indices, rows.data, shares.first)
        if self._lengths is not None:
            self._lengths.pass_on(source, rank, owners, shares)
            self.paths = seen_by(self._lengths, self.card)
            self.paths.place(self.card.xp.asarray(self._lengths.rows.astype(np.int64)))
        self._played = None

    def _stand_in(self, order):
        if not np.array_equal(order, self._order_of):
            self._pass_on(inverse(self._order_of, self.workers)[order])
            self._make_room()
        self._order_of = order

    def _reorder(self, motion):
        n, d = motion.Y.shape
        source, owners, kept = np.empty(n, np.int64), self._shares, self._kept
        on_card = self._order_of_picture(motion)
        self.card.to_host(on_card, source)
        self._Y[...] = self._Y[on_card]
        self._show(motion)
        motion.order = self._order_of = motion.order[source]
        if motion.mobile is not None:
            motion.mobile = motion.mobile[source]
        self._pass_on(source.astype(np.int32))
        self._make_room()
        for name, array in kept.items():
            old, new = (shares.room((n, d)) for shares in (owners, self._shares))
            self.card.to_host(array, old[owners.own])
            bring_rows(owners, source, self._shares, old.__getitem__, new)
            self.card.to_card(new[self._shares.own], self._kept[name])
        if motion.mobile is not None:
            self._mobile = self.card.xp.asarray(self.share.of(motion.mobile))
