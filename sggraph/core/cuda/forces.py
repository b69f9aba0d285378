"""`CardForces`: the Forces of a loop (core/forces.py) on a graphics card.

Coordinates, velocities, gains and pulls stay on the card from one call to the next; the Motion has the coordinates
after each call, and the rest when it is `complete`. An iteration is a fixed list of launches, recorded once for each
grid and played as a whole. What decides anything on the way, the box, Z, the scale, whose turn it is among the pivots,
is decided on the card; where the picture has outgrown its grid, or the gradient is no number, all stands still until
the host has looked (`now`, kernels.cu). So a run does not depend on how many iterations a call asks for.

With NumPy for CuPy, and functions for kernels, the same code runs on a processor: that is how it is tested.
"""

import numpy as np

from ..descent import KEEP_EVERY
from ..forces import FARTHEST, LEAST_FALL, REORDER_AT, STEP_OF_SIZE, _lowest, _make_room
from ..motion import centered
from ..ordering import BITS, KEY
from ..repulsion.planning import DEFAULT_LIMIT
from ..rows import n_blocks
from .affinity import rows_and_entropy
from .repulsion import CardRepulsion
from .share import CardShare, blocks_for
from .source import HALT, NOW
from .stress import seen_by

KEPT = ("velocity", "gain", "pull")  # of a Motion, that stay on the card until it is complete


class CardForces:
    """Forces on the nodes of a graph, given by the upper triangle of P, or a CardP, in d dimensions, on a Card.

    `h`, `exact`, `limit` and `paths` are as in Forces. Pictures with tethers are for the processor.
    """

    stride = KEEP_EVERY

    def __init__(self, upper, d, workers, card, *, h=None, exact=None, limit=DEFAULT_LIMIT, paths=None):
        self.card, self.workers = card, workers
        with card.at_work():
            xp = card.xp
            self._now, self._numbers = xp.zeros(NOW.NOW, np.float64), np.zeros(NOW.NOW)
            n = self._take(upper, paths)
            self._Y = xp.zeros((n, d), np.float32)
            self._make_room()
        self._options = {"exact": exact, "limit": limit}
        self.repulsion = self._new_repulsion(h=h)
        self._is_large = n_blocks(self._n_edges) > 1
        self._order_of = np.arange(n)  # that of the rows on the card
        self._motion = self._shown = self._plans = self._mobile = self._played = None
        self._Z = np.nan

    def _take(self, upper, paths):
        """Have P and the path lengths on the card, and know who owns which rows; the number of nodes."""
        card, n = self.card, upper.shape[0]
        self.P, self._entropy = rows_and_entropy(upper, card, self.workers)
        self._n_edges, self.paths = len(self.P.data) // 2, seen_by(paths, card)
        self.share = CardShare(card, n)
        self._order, self._rank = card.xp.arange(n), card.xp.arange(n)
        return n

    def _make_room(self):
        """Have arrays for the own rows."""
        xp, shape = self.card.xp, (self.share.size, self._Y.shape[1])
        self._attr, self._rep = (xp.zeros(shape, np.float32) for _ in range(2))
        self._kept = {name: xp.zeros(shape, np.float32) for name in KEPT}

    @property
    def tethers(self):
        """None."""
        return ()

    @tethers.setter
    def tethers(self, tethers):
        if len(tethers):
            raise ValueError("nodes are not tied to places on a card: leave device out")

    def advance(self, motion, phase, n_iter=1):
        """Move on by `n_iter` iterations, or to the first whose gradient is no number; the norm of the last one."""
        norm, left = 0.0, n_iter
        with self.card.at_work():
            while left > 0:
                self._bring(motion)
                if motion.iteration in REORDER_AT and self._is_large:
                    self._reorder(motion)
                is_stressed = self._begin(motion, phase)
                ahead = min([left, *(at - motion.iteration for at in REORDER_AT if at > motion.iteration)])
                norm = self._go(motion, phase, is_stressed, motion.iteration + ahead)
                left -= ahead
                if not np.isfinite(norm):
                    break
            self._show(motion)
        return norm

    def complete(self, motion):
        """Bring to the Motion what stays on the card: all but where nodes are."""
        if self._is_here(motion):
            with self.card.at_work():
                for name, array in self._kept.items():
                    self.card.to_host(array, self.share.of(getattr(motion, name)))

    def kl_divergence(self, motion, *, fresh=False):
        """KL(P || Q); Z is that of the last gradient, one step behind, unless `fresh`. A look changes nothing."""
        with self.card.at_work():
            self._bring(motion)
            if fresh or not np.isfinite(self._Z):
                self._Z = self._partition(self.repulsion, self._Y)
                self._plans, self._played = None, None  # those of the Motion are taken again
            return self._divergence(self._Y, self._Z)

    def worst(self, motion):
        """As of Forces."""
        n = len(motion.Y)
        return max(self._entropy + np.log(max(n * (n - 1), 1)), self.kl_divergence(motion, fresh=True)) + 1e-3

    def grow(self, motion, share=1.0):
        """As of Forces."""
        factor = self.growth(motion)
        self.complete(motion)
        motion.enlarge(factor**share)

    def growth(self, motion):
        """As of Forces."""
        if self._n_edges == 0:
            return 1.0
        with self.card.at_work():
            self._bring(motion)
            motion.plans = self.repulsion.plans = []  # their grids make room for others
            self._played = None
            trial, here = self._new_repulsion(), centered(motion.Y)
            radius = np.sqrt((here.astype(np.float64) ** 2).sum() / len(here))
            here = self.card.xp.asarray(here)
            sizes, found = [1.0], [self._divergence(self._Y, self._partition(trial, self._Y))]
            while 0 < radius * sizes[-1] < FARTHEST and (len(found) < 2 or found[-1] < found[-2] - LEAST_FALL):
                sizes.append(sizes[-1] * STEP_OF_SIZE)
                Y = here * np.float32(sizes[-1])
                found.append(self._divergence(Y, self._partition(trial, Y)))
        self._Z = np.nan
        return _lowest(np.log(sizes[-3:]), found[-3:])

    def forces(self, motion, phase):
        """Attraction and repulsion of own nodes, in the order of the Motion, and Z; nothing moves."""
        with self.card.at_work():
            self._bring(motion)
            Z = self._partition(self.repulsion, self._Y)
            self._upload(phase)
            self.P.attract(self._Y, 0, self._now, self._attr)
            found = np.empty((2, *self._attr.shape), np.float32)
            self.card.to_host(self._attr, found[0])
            self.card.to_host(self._rep, found[1])
            self._plans, self._played = None, None
        return *found, Z

    @property
    def nbytes(self):
        """Bytes on the card, without work areas."""
        arrays = self._Y, self._attr, self._rep, *self._kept.values(), *self._orders()
        lengths = 0 if self.paths is None else self.paths.nbytes
        return sum(each.nbytes for each in arrays) + self.P.nbytes + lengths + self.repulsion.nbytes

    def _orders(self):
        """Orders of all rows on the card."""
        return self._order, self._rank

    def _new_repulsion(self, **options):
        return CardRepulsion(self.share, self._now, **options, **self._options)

    def _is_here(self, motion):
        """Whether the card has this Motion as it is: else the loop went back, enlarged it, or it is another one."""
        return motion is self._motion and motion.Y is self._shown

    def _bring(self, motion):
        """Have the Motion on the card, rows in its order, and its plans."""
        xp, card = self.card.xp, self.card
        if not self._is_here(motion):
            self._stand_in(motion.order)
            card.to_card(motion.Y, self._Y)
            for name, array in self._kept.items():
                card.to_card(self.share.of(getattr(motion, name)), array)
            self._mobile = None if motion.mobile is None else xp.asarray(self.share.of(motion.mobile))
            self._motion, self._shown, self._played = motion, motion.Y, None
        if motion.plans is not self._plans:
            self.repulsion.plans = self._plans = motion.plans
            self._played = None

    def _show(self, motion):
        """Let the Motion have the coordinates."""
        self.card.to_host(self._Y, motion.Y)

    def _reorder(self, motion):
        """Put the rows in the order of the picture, as it is now (Motion.reorder)."""
        source = self._order_of_picture(motion)
        self._Y[...] = self._Y[source]
        for array in self._kept.values():
            array[...] = array[source]
        if self._mobile is not None:
            self._mobile = self._mobile[source]
        self._put_in_order(source, self._order[source])
        order = np.empty(len(motion.Y), np.int64)
        self.card.to_host(self._order, order)
        motion.order = self._order_of = order.astype(np.int32)
        if motion.mobile is not None:
            motion.mobile = np.empty_like(motion.mobile)
            self.card.to_host(self._mobile, motion.mobile)
        self._show(motion)

    def _order_of_picture(self, motion):
        """Rows along the picture as it is now, on the card."""
        n, d = motion.Y.shape
        row_bits = (n - 1).bit_length()
        bits = min(BITS, (KEY - row_bits) // d)
        self._show(motion)
        low, high = motion.Y.min(axis=0).astype(np.float64), motion.Y.max(axis=0)
        self._numbers[NOW.LOW : NOW.LOW + d] = low
        self.card.to_card(self._numbers, self._now)
        code = self.card.xp.empty(n, np.uint64)
        per_unit = 2.0**bits / max(float((high - low).max()), 1e-30)
        self.card.launch("interleave", blocks_for(n), self._Y, n, per_unit, bits, row_bits, self._now, code)
        code.sort()
        return (code & np.uint64((1 << row_bits) - 1)).astype(np.int64)

    def _stand_in(self, order):
        """Stand in this order."""
        if not np.array_equal(order, self._order_of):
            on_card = self.card.xp.asarray(order.astype(np.int64))
            self._put_in_order(self._rank[on_card], on_card)
        self._order_of = order

    def _put_in_order(self, source, order):
        """Let row ``source[r]`` of P be row r, which is node ``order[r]``."""
        self.P.renumber(source)
        self._order[...] = order
        self._rank[order] = self.card.xp.arange(len(order))
        if self.paths is not None:
            self.paths.place(self._rank[self.paths.pivots])
        self._played = None

    def _begin(self, motion, phase):
        """Fit the scale where path lengths begin, forget them where they end; whether there are any."""
        is_stressed = self.paths is not None and phase.stress + phase.evenness > 0
        is_fitted = not np.isnan(motion.scale)
        if is_stressed and not is_fitted:
            if motion.mobile is None:
                self.complete(motion)
                self._show(motion)
                _make_room(motion)
                self._bring(motion)
            self.paths.fit(self._Y, self._order, self._numbers, self._kept["pull"], self.share, self._now)
            motion.scale = float(self._numbers[NOW.SCALE])
        if is_fitted and not is_stressed:
            motion.forget_paths()
            self._kept["pull"][...] = 0
        return is_stressed

    def _go(self, motion, phase, is_stressed, stop):
        """Move on to the iteration `stop`, or to the first whose gradient is no number; the norm of the last one."""
        norm, numbers, begun = 0.0, self._numbers, motion.iteration
        while motion.iteration < stop:
            if self.repulsion.prepare(self._Y):
                self._played = None
            self._upload(phase, motion)
            self._play(int(min(stop - motion.iteration, self.repulsion.left)), is_stressed, phase)
            self.card.to_host(self._now, numbers)
            done = int(numbers[NOW.DONE])
            motion.iteration += done
            self.repulsion.grow_older(done)
            if done:
                norm = float(np.sqrt(numbers[NOW.NORM]))
                self._Z = max(numbers[NOW.PHI] - len(motion.Y), np.finfo(np.float32).tiny)
            if is_stressed:
                motion.turn, motion.scale = float(numbers[NOW.TURN]), float(numbers[NOW.SCALE])
            if numbers[NOW.HALTED] == HALT.OUTGROWN:
                self.repulsion.outgrow()
            if numbers[NOW.HALTED] == HALT.DIVERGED:
                break
        if motion.iteration > begun:
            motion.plans = self._plans = self.repulsion.plans
        return norm

    def _upload(self, phase, motion=None):
        """Fill `now`: nothing is halted, nothing done yet, and the numbers of the phase."""
        numbers = self._numbers
        numbers[:] = 0
        if motion is not None:
            numbers[NOW.SCALE], numbers[NOW.TURN] = motion.scale, motion.turn
        numbers[NOW.EXAGGERATION], numbers[NOW.ETA], numbers[NOW.MOMENTUM] = phase[1:4]
        numbers[NOW.MAX_STEP], numbers[NOW.MAX_GAIN] = phase.max_step, phase.max_gain
        numbers[NOW.STRESS], numbers[NOW.EVENNESS] = phase.stress, phase.evenness
        self.card.to_card(numbers, self._now)

    def _play(self, n_iter, is_stressed, phase):
        """Do so many iterations: the first of its kind by single launches, the others as they were recorded."""
        kind = is_stressed, is_stressed and phase.evenness > 0
        if self._played is None or self._played[0] != kind:

            def work():
                self._iterate(*kind)

            work()
            n_iter -= 1
            self._played = kind, work, None
        kind, work, play = self._played
        if n_iter > 0 and play is None:
            play = self.card.recorded(work) if self.share.is_recorded else work
            self._played = kind, work, play
        for _ in range(n_iter):
            play()

    def _iterate(self, is_stressed, is_even):
        """The launches of one iteration; first it is seen whether the picture has room, before anything is changed."""
        Y, now, share = self._Y, self._now, self.share
        self.repulsion.measure(Y)
        self.P.attract(Y, is_even, now, self._attr)
        if is_stressed:
            self.paths.move_pull(Y, self._order, self._kept["pull"], share, now)
        self.repulsion.evaluate(Y, self._rep)
        moving = Y, *(self._kept[name] for name in KEPT), self._attr, self._rep, self._mobile
        flags = is_stressed, self._mobile is not None, FARTHEST
        share.add("step", Y.shape[1], 1, *moving, share.n, *flags, now=now)
        share.complete(Y)

    def _partition(self, repulsion, Y):
        """Z of the picture Y, all but the pairs of points with themselves."""
        return max(repulsion.potential(Y, self._rep) - len(Y), np.finfo(np.float32).tiny)

    def _divergence(self, Y, Z):
        self.P.cross_entropy(Y, self.share, self._now)
        numbers = np.empty(NOW.NOW)
        self.card.to_host(self._now, numbers)
        return self._entropy + 2 * float(numbers[NOW.CROSS]) + float(np.log(Z))
