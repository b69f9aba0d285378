"""`Forces`: what moves the nodes, on the processor: attraction, repulsion, path lengths, and the step that follows.

The gradient is exaggeration * F_attr - F_rep / Z (its constant 4 lives in the learning rate eta), and where a phase has
a weight for it, that of the stress of path lengths (shape/path_stress.py) and of edges, sum_ij p_ij (1 - e_ij / a)^2
with the same scale a. Each coordinate has a gain that grows by .2 while its gradient opposes its velocity and shrinks
by a fifth otherwise (delta-bar-delta; Jacobs 1988, van der Maaten 2014).

All that it holds can be made again of P and the settings; what goes on stands in the Motion (motion.py).
"""

import numpy as np

from .attractive import attractive, cross_entropy
from .engine.blocks import node_bounds, sum_by_blocks
from .engine.jit import kernel, part
from .engine.memory import give_back
from .engine.shares import Ghosts, Shares, bring_rows
from .engine.talk import everyones
from .motion import ARRAYS, middle_of
from .ordering import inverse, morton_order, taken
from .repulsion.planning import DEFAULT_LIMIT
from .repulsion.repulsive import Repulsion
from .rows import block_sizes, entropy_of, full_rows, n_blocks, no_rows, own_rows, passed, renumbered
from .shared.affinity import SharedP
from .tether import pull_back

ROW = 27  # entries of P whose attraction takes as long as spread, gather and step of a node: 1.35 and 37 ns
FARTHEST = 1e12  # coordinates from here on count as infinite, before their squares overflow in the forces
REORDER_AT = (
    0,
    50,
    150,
    300,
    600,
)  # iterations: pictures change most at first; a time costs two of them, on 10^6 nodes
LEAST_ROOM = 0.05  # units for a node in each dimension where stress begins; else random starts end in dust: a lattice
# of 400 with a KL divergence of 5.7 instead of 1.34
MOST_NEEDED = 1.0  # units of radius, which are enough for any number of nodes: more keeps them from gathering, a block
# model of 5,000 on a line with 10.6 instead of 4.5; with .3 one lattice of 225 in six stays folded, of tiny starts
LEAST_FALL = 0.02  # of the divergence, for which the picture takes one more of these steps: paths have no best size;
# .005: recall of 3elt -.01, .08: +.01, others the same
STEP_OF_SIZE = 2**0.5  # from one size to the next, where the best is looked for; 2: recall of 3elt -.02, 2^.25: +.01


@kernel
def _step(b, start, stop, dims, forces, numbers, moving, mobile, norms):
    """One step for the nodes start..stop; ``norms[b]`` = their part of the squared norm of the gradient.

    `forces` are F_attr, F_rep and shifts (2, d): the drift, to be taken off F_rep, and the centre, to be taken off Y;
    `numbers` are 1/Z, exaggeration, eta, momentum, the longest step and the greatest gain; `moving` are Y, velocity and
    gain. `dims` is a tuple of length d, for the compiler to unroll; `mobile` an empty one, or one of the shares (n, d)
    of a step that coordinates take.
    """
    d = len(dims)
    F_attr, F_rep, shifts = forces
    Y, velocity, gain = moving
    inv_Z, exaggeration, eta, momentum, max_step, max_gain = numbers
    norm = 0.0
    for i in range(start, stop):
        for k in range(d):
            g = exaggeration * F_attr[i, k] - (F_rep[i, k] - shifts[0, k]) * inv_Z
            velocity[i, k], gain[i, k] = moved(g, velocity[i, k], gain[i, k], eta, momentum, max_step, max_gain)
            if len(mobile) > 0:
                velocity[i, k] *= mobile[0][i, k]
            Y[i, k] += velocity[i, k] - shifts[1, k]
            norm += np.float64(g) * np.float64(g) if abs(Y[i, k]) < FARTHEST else np.inf
    norms[b] = norm


@part
def moved(g, velocity, gain, eta, momentum, max_step, max_gain):
    """The next velocity and gain of a coordinate with the gradient g; all float32."""
    up, down, least = np.float32(0.2), np.float32(0.8), np.float32(0.01)
    # the gain shrinks where the velocity points uphill
    gain = max(gain * down, least) if g * velocity > 0 else min(gain + up, max_gain)
    return min(max(momentum * velocity - eta * gain * g, -max_step), max_step), gain


class Forces:
    """Forces on the nodes of a graph, given by the upper triangle of P (CSR, float32, sums to 1/2), in d dimensions.

    `paths` is the PathStress of the graph; without one, phases have no stress. `h`, `exact` and `limit` are those of
    the Repulsion. `tethers` tie nodes to places, and may be others in each call; a picture that has some is not moved
    as a whole. Of several ranks the first gives P and the paths, of which all then hold their rows; the others None.
    Or each gives a SharedP (shared/affinity.py) and a PathStress of its own rows.
    """

    tethers = ()
    stride = 1  # iterations that a call should ask for: Ctrl-C waits for one, not for fifty

    def __init__(self, upper, d, workers, *, h=None, exact=None, limit=DEFAULT_LIMIT, paths=None):
        self.workers = workers
        self._shares, self.P, n_entries, self._entropy, self.paths = opened(upper, workers, paths)
        n = len(self.P.indptr) - 1
        self.repulsion = Repulsion(n, d, workers, h=h, exact=exact, limit=limit)
        self._any_size = {"exact": exact, "limit": limit}  # a cell side of the caller's is for one size of the picture
        self._order = self._rank = np.arange(n, dtype=np.int32)
        self._plans = None
        self._n_edges = n_entries // 2
        self._is_large = n_blocks(self._n_edges) > 1
        self._nodes = node_bounds(n)
        self._dims = (0,) * d
        self._attr, self._rep = self._shares.room((n, d)), self._shares.room((n, d))
        self._Z = np.nan
        if self._shares.is_alone:
            self._ghosts = Ghosts(self._shares, self._rank[:0])
        else:
            self._rank = None  # n numbers for which ranks have no use
            self._pass_on(self._order)

    def advance(self, motion, phase, n_iter=1):
        """Move on by `n_iter` iterations, or to the first whose gradient is no number; the norm of the last one."""
        norm = 0.0
        for _ in range(n_iter):
            if motion.iteration in REORDER_AT and self._is_large:
                self._reorder(motion)
            self._follow(motion)
            motion.iteration += 1
            even = self._fit(motion, phase)
            receive = self._ghosts.send(motion.Y)
            shifts = self._repel(motion)
            receive()
            self._attract(motion, phase, even)
            norm = self._step(motion, phase, shifts)
            if not np.isfinite(norm):
                break
        return norm

    def complete(self, motion):
        """Have the coordinates of all nodes here, for whoever wants to see them; of several ranks on the first."""
        self._shares.bring(motion.Y)

    def bring(self, motion):
        """Have all of the Motion there, which a checkpoint holds."""
        self._shares.bring(*(getattr(motion, name) for name in ARRAYS))

    def received(self, motion):
        """The Motion of rank 0, of which each rank has its own rows; the others give one without arrays (`bare`)."""
        self._follow(motion)
        dealt(motion, self._shares, len(self._dims))
        return motion

    def kl_divergence(self, motion, *, fresh=False):
        """KL(P || Q); Z is that of the last gradient, one step behind, unless `fresh`. A look changes nothing."""
        self._follow(motion)
        if fresh or not np.isfinite(self._Z):
            plans = motion.plans
            self._repel(motion)
            motion.plans = plans
        return self._divergence(motion.Y, self._Z)

    def worst(self, motion):
        """The KL divergence of all nodes on one spot, w = 1 everywhere, or that of where they are, if it is higher."""
        n = len(motion.Y)
        return max(self._entropy + np.log(max(n * (n - 1), 1)), self.kl_divergence(motion, fresh=True)) + 1e-3

    def grow(self, motion, share=1.0):
        """Enlarge the picture by its `growth`; with a `share` below 1 by that power of the factor."""
        factor = self.growth(motion) ** share
        motion.enlarge(factor, self._middle(motion), None if self._shares.is_alone else self._shares.own)

    def growth(self, motion):
        """The factor by which to enlarge the picture until its KL divergence falls by less than `LEAST_FALL` a step."""
        if self._n_edges == 0:  # none holds nodes together at any size
            return 1.0
        self._follow(motion)
        motion.plans = self.repulsion.plans = []  # their grids make room for others
        (n, d), own = motion.Y.shape, self._shares.own
        repulsion, Y = Repulsion(n, d, self.workers, **self._any_size), self._shares.room((n, d))
        here = motion.Y[own] - self._middle(motion)
        squares = everyones(self._shares.comm, np.square(here, dtype=np.float64).sum(), np.float64)
        radius = np.sqrt(squares.sum() / n)
        sizes, found = [1.0], [self._divergence(motion.Y, repulsion(motion.Y, self._rep, self._shares)[0])]
        while 0 < radius * sizes[-1] < FARTHEST and (len(found) < 2 or found[-1] < found[-2] - LEAST_FALL):
            sizes.append(sizes[-1] * STEP_OF_SIZE)
            Y[own] = here * np.float32(sizes[-1])
            found.append(self._divergence(Y, repulsion(Y, self._rep, self._shares)[0]))
        self._Z = np.nan
        return _lowest(np.log(sizes[-3:]), found[-3:])

    def _middle(self, motion):
        """The mean of all nodes (d,) float32: rank 0 has all of them, for the bits of one process."""
        return self._of_first(middle_of, motion)

    def _of_first(self, function, motion):
        """What a function of the coordinates of all nodes gives on rank 0."""
        comm = self._shares.comm
        self._shares.bring(motion.Y)
        return comm.told(function(motion.Y) if comm.rank == 0 else None)

    def _reorder(self, motion):
        """Put the rows in the order of the picture, as it is now; ranks hand on those that they lose."""
        if self._shares.is_alone:
            motion.reorder(self.workers)
            return
        order = morton_order(motion.Y, self.workers, self._shares)
        self._order = motion.order = taken(motion.order, order, self.workers)
        if motion.mobile is not None:
            motion.mobile = taken(motion.mobile, order, self.workers)
        self._pass_on(order, motion)

    def _follow(self, motion):
        """Stand in the order of the Motion, and with its plans: it may have been reordered, or be another one."""
        if motion.order is not self._order and not np.array_equal(motion.order, self._order):
            source = taken(inverse(self._order, self.workers), motion.order, self.workers)
            if self._shares.is_alone:
                self._rank = inverse(motion.order, self.workers)
                self.P = renumbered(self.P, source, self.workers)
            else:
                self._pass_on(source)
        self._order = motion.order
        if motion.plans is not self._plans:
            self.repulsion.plans = self._plans = motion.plans

    def _pass_on(self, source, motion=None):
        """Share the rows anew, row ``source[r]`` being row r now: whole blocks of about the same work.

        Those of a Motion come first: the first rank may have all of them, and what is under way takes memory, too.
        """
        give_back()
        owners, rank = self._shares, inverse(source, self.workers)
        shares, n_entries = shared_anew(self.P, source, owners)
        self._shares = shares
        for name in ARRAYS if motion is not None else ():
            old, new = getattr(motion, name), shares.room(motion.Y.shape)
            bring_rows(owners, source, shares, old.__getitem__, new)
            setattr(motion, name, new)
        self.P = passed(self.P, source, rank, owners, shares, n_entries)
        is_asked_for = np.zeros(len(source), bool)
        is_asked_for[self.P.indices[: len(self.P.data)]] = True
        if self.paths is not None:
            give_back()
            self.paths.pass_on(source, rank, owners, shares)
            is_asked_for[self.paths.rows] = True
        is_asked_for[shares.own] = False
        self._ghosts = Ghosts(self._shares, np.flatnonzero(is_asked_for))

    def _fit(self, motion, phase):
        """What a phase has for the lengths of edges and paths: nothing, or a weight and the length of an edge, for
        which a scale is fitted first.
        """
        is_stressed = self.paths is not None and phase.stress + phase.evenness > 0
        is_fitted = not np.isnan(motion.scale)
        if is_stressed and not is_fitted:
            if not self._is_held(motion):
                self._make_room(motion)
            self._ghosts.send(motion.Y)()  # pivots among them
            motion.scale = self.paths.fitted_scale(motion.Y, motion.order, self._rank, self._shares)
        if is_fitted and not is_stressed:  # a later phase begins anew
            motion.forget_paths()
        if not is_stressed:
            return ()
        return np.float32(phase.evenness / (phase.exaggeration * motion.scale)), np.float32(motion.scale)

    def _make_room(self, motion):
        """See below; of several ranks the first looks."""
        factor = self._of_first(_lacks_room, motion)
        if factor > 1:
            own = self._shares.own
            motion.Y[own] = motion.Y[own].astype(np.float64) * factor

    def _attract(self, motion, phase, even):
        """Fill the attraction, with what path lengths and edges of unequal lengths add to it."""
        self._shares.each(attractive, self.P.bounds, motion.Y, self.P.arrays, self._dims, even, self._attr)
        if even:
            weight, pace = phase.stress / phase.exaggeration, phase.exaggeration * phase.eta / len(motion.Y)
            state = motion.Y, motion.order, self._rank, motion.turn, motion.scale
            pulls = motion.pull, self._attr
            motion.turn, motion.scale = self.paths.add_pull(*state, weight, pace, *pulls, self._shares)
        for places, row, weight in self.tethers:
            weight = np.float32(weight / (phase.exaggeration * len(motion.Y)))
            tie = motion.Y, motion.order, places, row, self._dims, weight
            self._shares.run(pull_back, self._nodes, *tie, self._attr)

    def _is_held(self, motion):
        """Whether something keeps the picture where it is."""
        return motion.mobile is not None or len(self.tethers) > 0

    def _repel(self, motion):
        """Fill the repulsion and Z; returns the shifts."""
        self._Z, shifts = self.repulsion(motion.Y, self._rep, self._shares)
        motion.plans = self._plans = self.repulsion.plans
        return shifts

    def _step(self, motion, phase, shifts):
        """Move the nodes; returns the norm of the gradient."""
        numbers = 1 / self._Z, phase.exaggeration, phase.eta, phase.momentum, phase.max_step, phase.max_gain
        numbers = tuple(np.float32(x) for x in numbers)
        norms = np.empty(len(self._nodes) - 1)
        forces, moving = (self._attr, self._rep, shifts), (motion.Y, motion.velocity, motion.gain)
        mobile = ()
        if motion.mobile is not None:
            mobile = (motion.mobile,)
        if self._is_held(motion):
            shifts[1] = 0
        self._shares.run(_step, self._nodes, self._dims, forces, numbers, moving, mobile, norms, sums=norms)
        return float(np.sqrt(norms.sum()))

    def _divergence(self, Y, Z):
        self._ghosts.send(Y)()
        total = np.zeros(len(self._nodes) - 1)
        self._shares.run(cross_entropy, self._nodes, Y, self.P.arrays, total, sums=total)
        return self._entropy + 2 * float(total.sum()) + float(np.log(Z))


def shared_anew(P, source, owners):
    """Shares of whole blocks of about the same work, row ``source[r]`` being row r now, and how many entries of P this
    rank has then.
    """
    sizes, nodes = block_sizes(P, source, owners), node_bounds(len(source))
    work = np.append(0, np.cumsum(sizes)) + ROW * np.array(nodes)
    shares = Shares.of(owners.workers, len(source), work)
    return shares, int(sizes[shares.blocks(nodes)].sum())


def dealt(motion, shares, d):
    """Give each rank its rows of a Motion in d dimensions, of which the first has the arrays."""
    for name in ARRAYS:
        array = getattr(motion, name)
        given = np.empty((0, d), np.float32) if array is None else array
        found = shares.comm.exchange([given[first:stop] for first, stop in shares.ranges])[0]
        if array is None:
            array = shares.room((len(motion.order), d))
            array[shares.own] = found
            setattr(motion, name, array)


def opened(given, workers, paths):
    """Who holds the rows of P at first, these, how many entries all have, the sum of p log p, and the paths: `given` is
    the upper triangle, on rank 0, or a SharedP.
    """
    if isinstance(given, SharedP):
        entropy, rows = given.entropy(), own_rows(given.handed_over(), given.shares.first)
        return given.shares, rows, given.nnz, entropy, paths
    known = None
    if given is not None:
        rows = full_rows(given, workers)
        known = given.shape[0], 2 * given.nnz, entropy_of_both(given), paths
    n, n_entries, entropy, paths = workers.comm.told(known)
    if given is None:
        rows = no_rows(n)
    return Shares(workers, [0] + [n] * workers.comm.size), rows, n_entries, entropy, paths


def entropy_of_both(upper):
    """Sum of p log p over both triangles."""
    return 2 * float(sum_by_blocks(upper.indptr, lambda first, stop: entropy_of(upper.data[first:stop])))


def _make_room(motion):
    """Enlarge a picture with less than `LEAST_ROOM` before its first step under stress: steps go as far in a tiny
    picture as in any other, and it would outgrow the scale that the stress was fitted with.
    """
    factor = _lacks_room(motion.Y)
    if factor > 1:
        motion.Y = (motion.Y.astype(np.float64) * factor).astype(np.float32)


def _lacks_room(Y):
    """What takes a picture to that room; 1 if it has it, or none at all."""
    n, d = Y.shape
    radius, least = np.sqrt(np.square(Y, dtype=np.float64).sum() / n), min(LEAST_ROOM * n ** (1 / d), MOST_NEEDED)
    return least / radius if 0 < radius < least else 1.0


def _lowest(x, y):
    """Where the parabola through three points (log x, y) is lowest, as x; of fewer, or a slope, the lowest point."""
    if len(x) == 3 and y[1] < min(y[0], y[2]):
        left, right = (y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1])
        return float(np.exp((x[0] + x[1]) / 2 - left * (x[2] - x[0]) / 2 / (right - left)))
    return float(np.exp(x[int(np.argmin(y))]))
