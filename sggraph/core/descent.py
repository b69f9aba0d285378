"""Gradient descent on KL(P || Q), and stress beside it: optimiser state, schedule, one step, the loop.

The gradient is exaggeration * F_attr - F_rep / Z (its constant 4 lives in the learning rate eta), and where a phase has
a weight for it, that of the stress of path lengths (path_stress.py) and of edges, sum_ij p_ij (1 - e_ij / a)^2 with
the same scale a. Each coordinate has a gain that grows by .2 while its gradient opposes its velocity and shrinks by a
fifth otherwise (delta-bar-delta; Jacobs 1988, van der Maaten 2014). The loop knows nothing of graphs, names or progress
bars.
"""

import warnings
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .attractive import attractive, cross_entropy
from .engine.blocks import even_bounds
from .engine.jit import kernel, part
from .ordering import morton_order
from .repulsion.planning import DEFAULT_LIMIT, Plan
from .repulsion.repulsive import Repulsion
from .rows import full_rows, n_blocks, renumbered

STEP_BLOCKS = 8
FARTHEST = 1e12  # coordinates from here on count as infinite, before their squares overflow in the forces
REORDER_AT = (50, 150, 300, 600)  # iterations
KEEP_EVERY = 50  # iterations after which the coordinates are looked at and kept
RUNAWAY = 10.0, 1000.0  # coordinates beyond the first, times those of the start plus n, plus the second: no picture
REMEDY = "use a smaller eta (or eta='auto'), a smaller alpha, or a start (init) of smaller extent"
MOVING = ("Y", "velocity", "gain", "pull")  # arrays, a row for each node in the order of the Descent
PLAIN = ("order", "iteration", "turn", "scale", "pace", "cap", "_farthest")  # what a snapshot holds beside those
LEAST_ROOM = 0.05  # units for a node in each dimension where stress begins; else random starts end in dust: a lattice
# of 400 with a KL divergence of 5.7 instead of 1.34
LEAST_FALL = 0.02  # of the divergence, for which the picture takes one more of these steps: paths have no best size
STEP_OF_SIZE = 2**0.5  # from one size of the picture to the next, where the best is looked for
FAST = 10  # times n: learning rates beyond are not trusted, and the KL divergence is looked at in the end
MENDS, SLOWER = 5, 0.2  # how often a run that diverged goes back, and the factor of its learning rate


class EmbeddingDivergedError(ArithmeticError):
    """Nodes ran away, to infinity or far off, at lower learning rates, too; the message tells where and the remedy."""


class Phase(NamedTuple):
    """Iterations with the same settings, part of a `Schedule`.

    Parameters
    ----------
    n_iter : int
        Number of iterations.
    exaggeration : float
        Factor of the attraction.
    eta : float
        Learning rate.
    momentum : float
        Share of the last step that the next one keeps.
    max_step : float, default inf
        How far a coordinate may move in one iteration.
    max_gain : float, default inf
        How far the gain of a coordinate, a factor of its learning rate, may grow.
    stress : float, default 0.0
        Weight of the stress of path lengths, (1 - e / (a d))^2 averaged over pairs of nodes, beside the KL divergence:
        a node whose distances e in the picture are off by their whole length a d is pulled with stress / d, where all
        its neighbours together pull with at most exaggeration / 2.
    evenness : float, default 0.0
        Weight of the same stress of the edges, for which d = 1, averaged with the weights P.
    grow : float from 0 to 1, default 0.0
        Whether the picture is enlarged before the first of these iterations: by this power of the factor that takes it
        to the size at which the KL divergence is least.

    Examples
    --------
    >>> from sggraph import Phase
    >>> print(Phase(50, 2.0, 100.0, 0.8, stress=0.5))
    50 iterations, exaggeration 2, eta 100, momentum 0.8, stress 0.5
    """

    n_iter: int
    exaggeration: float
    eta: float
    momentum: float
    max_step: float = float("inf")
    max_gain: float = float("inf")
    stress: float = 0.0
    evenness: float = 0.0
    grow: float = 0.0

    def __str__(self):
        told = [f"{self.n_iter} iterations, exaggeration {self.exaggeration:g}, eta {self.eta:g}"]
        told.append(f"momentum {self.momentum:g}")
        if self.max_step < np.inf:
            told.append(f"steps up to {self.max_step:g}")
        if self.max_gain < np.inf:
            told.append(f"gains up to {self.max_gain:g}")
        if self.stress > 0:
            told.append(f"stress {self.stress:.3g}")
        if self.evenness > 0:
            told.append(f"evenness {self.evenness:.3g}")
        if self.grow > 0:
            told.append("enlarged first")
        return ", ".join(told)


class Result(NamedTuple):
    """Embedding (n, d) float32, its KL divergence (not exaggerated), and the number of iterations done."""

    Y: np.ndarray
    kl_divergence: float
    n_iter: int


@kernel
def _step(b, start, stop, dims, F_attr, F_rep, shifts, numbers, Y, velocity, gain, norms):
    """One step for the nodes start..stop; ``norms[b]`` = their part of the squared norm of the gradient.

    `shifts` (2, d) holds the drift, to be taken off F_rep, and the centre, to be taken off Y; `numbers` are 1/Z,
    exaggeration, eta, momentum, the longest step and the greatest gain. `dims` is a tuple of length d, for the compiler
    to unroll.
    """
    d = len(dims)
    inv_Z, exaggeration, eta, momentum, max_step, max_gain = numbers
    norm = 0.0
    for i in range(start, stop):
        for k in range(d):
            g = exaggeration * F_attr[i, k] - (F_rep[i, k] - shifts[0, k]) * inv_Z
            velocity[i, k], gain[i, k] = moved(g, velocity[i, k], gain[i, k], eta, momentum, max_step, max_gain)
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


class Kept(NamedTuple):
    """Coordinates to go back to, and the order of their nodes."""

    iteration: int
    Y: np.ndarray
    order: np.ndarray


@dataclass
class Leg:
    """A stretch of a run: where it began, the iteration reached, what it goes back to; `worst` is the KL divergence
    that fast steps have to undercut, infinite for others. Fast steps go back to the beginning.
    """

    begin: int
    seen: int
    worst: float
    kept: Kept


def centered(Y):
    """Y (float32) around its mean, a copy."""
    return Y - Y.mean(axis=0, dtype=np.float64).astype(np.float32)


def _scattered(Y, order):
    """The rows of Y back where `order` took them from."""
    scattered = np.empty_like(Y)
    scattered[order] = Y
    return scattered


def _lowest(x, y):
    """Where the parabola through three points (log x, y) is lowest, as x; of fewer, or a slope, the lowest point."""
    if len(x) == 3 and y[1] < min(y[0], y[2]):
        left, right = (y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1])
        return float(np.exp((x[0] + x[1]) / 2 - left * (x[2] - x[0]) / 2 / (right - left)))
    return float(np.exp(x[int(np.argmin(y))]))


class Descent:
    """State of one run on the upper triangle of P (CSR, float32, sums to 1/2): `advance` it, take its `embedding`.

    `paths` is the PathStress of the graph; without one, phases have no stress.
    """

    def __init__(self, upper, Y0, workers, *, h=None, exact=None, limit=DEFAULT_LIMIT, paths=None):
        n, d = Y0.shape
        self.workers, self.paths = workers, paths
        self.Y = centered(np.array(Y0, np.float32, order="C"))
        self.order = self._rank = np.arange(n)
        self.velocity, self.gain = np.zeros_like(self.Y), np.ones_like(self.Y)
        self.pull, self.turn = np.zeros_like(self.Y), 0.0  # mean pull of the stress, and of the groups of pivots, whose
        self.scale = np.nan  # turn it is; length of an edge of a path
        self.repulsion = Repulsion(n, d, workers, h=h, exact=exact, limit=limit)
        self._exact, self._limit = exact, limit
        self.F_rep = np.empty_like(self.Y)
        self._nodes = even_bounds(n, STEP_BLOCKS)
        self.F_attr = np.empty_like(self.Y)
        self.P = full_rows(upper)
        self._is_large = n_blocks(upper.nnz) > 1
        if self._is_large:
            self.reorder()
        data = upper.data[upper.data > 0].astype(np.float64)
        self._entropy = 2 * float((data * np.log(data)).sum())
        self.Z = np.nan
        self.iteration = 0
        self.pace, self.cap = 1.0, np.inf  # factor of the learning rates, and the most they may be: for what diverged
        self.leg = None  # the one that `advance` is in
        self._farthest = RUNAWAY[0] * (float(np.abs(self.Y).max(initial=0.0)) + n) + RUNAWAY[1]

    def advance(self, phase):
        """One iteration; returns the norm of the gradient."""
        if self.iteration in REORDER_AT and self._is_large:
            self.reorder()
        self.iteration += 1
        dims = (0,) * self.Y.shape[1]
        is_stressed = self.paths is not None and phase.stress + phase.evenness > 0
        is_fitted = not np.isnan(self.scale)
        if is_stressed and not is_fitted:
            self._make_room()
            self.scale = self.paths.fitted_scale(self.Y, self.order, self._rank)
        if is_fitted and not is_stressed:  # a later phase begins anew
            self.pull, self.scale = np.zeros_like(self.Y), np.nan
        even = ()
        if is_stressed:
            even = np.float32(phase.evenness / (phase.exaggeration * self.scale)), np.float32(self.scale)
        self.workers.run(attractive, self.P.bounds, self.Y, self.P.arrays, dims, even, self.F_attr)
        if is_stressed:
            weight, pace = phase.stress / phase.exaggeration, phase.exaggeration * phase.eta / len(self.Y)
            state = self.Y, self.order, self._rank, self.turn, self.scale
            self.turn, self.scale = self.paths.add_pull(*state, weight, pace, self.pull, self.F_attr)
        self.Z, shifts = self.repulsion(self.Y, self.F_rep)
        numbers = 1 / self.Z, phase.exaggeration, phase.eta, phase.momentum, phase.max_step, phase.max_gain
        numbers = tuple(np.float32(x) for x in numbers)
        norms = np.empty(len(self._nodes) - 1)
        state = self.Y, self.velocity, self.gain, norms
        self.workers.run(_step, self._nodes, dims, self.F_attr, self.F_rep, shifts, numbers, *state)
        return float(np.sqrt(norms.sum()))

    def _make_room(self):
        """Enlarge a picture with less than `LEAST_ROOM` before its first step under stress: steps go as far in a tiny
        picture as in any other, and it would outgrow the scale that the stress was fitted with.
        """
        n, d = self.Y.shape
        Y = self.Y.astype(np.float64)
        radius = np.sqrt((Y**2).sum() / n)
        if 0 < radius < LEAST_ROOM * n ** (1 / d):
            self.Y = (Y * (LEAST_ROOM * n ** (1 / d) / radius)).astype(np.float32)

    def reorder(self):
        """Renumber the nodes along the picture so that memory accesses stay local; `embedding` undoes it."""
        order = morton_order(self.Y)
        self.order = self.order[order]
        self._rank = _scattered(np.arange(len(order)), self.order)
        self.P = renumbered(self.P, order, self.workers)
        for name in MOVING:
            setattr(self, name, getattr(self, name)[order])

    def grow(self, share=1.0):
        """Enlarge the picture until its KL divergence falls by less than `LEAST_FALL` a step; with a `share` below 1 by
        that power of the factor.
        """
        if len(self.P.data) == 0:  # no edge holds nodes together at any size
            return
        here, repulsion = centered(self.Y), self.repulsion
        n, d = here.shape
        repulsion.plans = []  # their grids make room for others
        self.repulsion = Repulsion(n, d, self.workers, exact=self._exact, limit=self._limit)
        radius = np.sqrt((here.astype(np.float64) ** 2).sum() / n)
        sizes, found = [1.0], [self.kl_divergence(fresh=True)]
        while 0 < radius * sizes[-1] < FARTHEST and (len(found) < 2 or found[-1] < found[-2] - LEAST_FALL):
            sizes.append(sizes[-1] * STEP_OF_SIZE)
            self.Y = here * np.float32(sizes[-1])
            found.append(self.kl_divergence(fresh=True))
        best = _lowest(np.log(sizes[-3:]), found[-3:]) ** share
        self.repulsion = repulsion
        self.Y = here * np.float32(best)
        self.velocity *= np.float32(best)
        self.scale *= best

    def rate(self, eta):
        """The learning rate in place of `eta`, lower once the run has diverged."""
        return min(eta, self.cap) * self.pace

    def is_sound(self):
        """Whether no node has run away."""
        return bool(np.abs(self.Y).max(initial=0.0) <= self._farthest)

    def worst(self):
        """The KL divergence of all nodes on one spot, w = 1 everywhere, or that of where they are, if it is higher."""
        n = len(self.Y)
        return max(self._entropy + np.log(max(n * (n - 1), 1)), self.kl_divergence(fresh=True)) + 1e-3

    def kept(self):
        """What `go_back` needs: the coordinates, and the order they are in."""
        return Kept(self.iteration, self.Y.copy(), self.order)

    def go_back(self, kept):
        """Stand still where the Descent was when `kept` was taken."""
        self.iteration, Y, order = kept
        self.Y = _scattered(Y, order)[self.order]
        self.velocity, self.gain = np.zeros_like(Y), np.ones_like(Y)
        self.pull, self.turn, self.scale = np.zeros_like(Y), 0.0, np.nan

    def snapshot(self):
        """All that `restore` needs to go on to the same bits: arrays, not copied, and plain values."""
        leg = self.leg
        found = {name: getattr(self, name) for name in (*MOVING, *PLAIN)}
        found["plans"] = [[*plan, age] for plan, age in self.repulsion.plans]
        found["leg"] = leg and {"begin": leg.begin, "seen": leg.seen, "worst": leg.worst}
        found["kept"] = leg and leg.kept._asdict()
        return found

    def restore(self, snapshot):
        """Stand where another Descent, of the same upper triangle and settings, stood at its `snapshot`."""
        place = _scattered(np.arange(len(self.order)), self.order)
        self.P = renumbered(self.P, place[snapshot["order"]], self.workers)
        for name in MOVING:
            setattr(self, name, snapshot[name].copy())
        for name in PLAIN:
            setattr(self, name, snapshot[name])
        self._rank = _scattered(np.arange(len(self.order)), self.order)
        self.repulsion.plans = [(Plan(h, R, tuple(shape)), age) for h, R, shape, age in snapshot["plans"]]
        self.leg = snapshot["leg"] and Leg(**snapshot["leg"], kept=Kept(**snapshot["kept"]))

    def embedding(self):
        """The coordinates (n, d) in the caller's order, centred, a copy."""
        return _scattered(centered(self.Y), self.order)

    def kl_divergence(self, *, fresh=False):
        """KL(P || Q); Z is that of the last gradient, one step behind, unless `fresh`."""
        if fresh or not np.isfinite(self.Z):
            self.Z, _ = self.repulsion(self.Y, self.F_rep)
        total = np.zeros(len(self.P.bounds) - 1)
        self.workers.run(cross_entropy, self.P.bounds, self.Y, self.P.arrays, total)
        return self._entropy + 2 * float(total.sum()) + float(np.log(self.Z))


def descend(upper, Y0, schedule, workers, *, h=None, exact=None, **watchers):
    """Run the phases of `schedule` from Y0; returns a Result. `watchers` are those of `advance`."""
    state = Descent(upper, Y0, workers, h=h, exact=exact)
    advance(state, schedule, **watchers)
    return Result(state.embedding(), state.kl_divergence(fresh=True), state.iteration)


def advance(state, schedule, *, callback=None, callback_every=50, tick=None):
    """Run the phases of `schedule` from where the Descent stands, or the rest of them if it was left halfway.

    ``tick(iteration, phase)`` is called after each iteration; ``callback(iteration, Y, kl, gradient_norm)`` every
    `callback_every` iterations and after the last one, and stops the run by returning True. Both find the Descent in a
    state from which a second call goes on to the same bits, also after an exception of theirs. A run that diverges goes
    back to the last sound coordinates and on with a lower learning rate, n at most, a few times; then it raises.
    """
    n, steps = len(state.Y), [phase for phase in schedule for _ in range(phase.n_iter)]
    fastest = max((phase.eta for phase in steps), default=0.0)

    def is_fast():
        return n > 3 and state.rate(fastest) > FAST * n  # three always fit well

    if state.leg is None:
        state.leg = Leg(state.iteration, state.iteration, state.worst() if is_fast() else np.inf, state.kept())
        if is_fast():
            given = (
                f"eta={fastest:g} is more than {FAST} times the number of nodes, {n}; use eta='auto', or a smaller one"
            )
            warnings.warn(f"the embedding may not settle: {given}", RuntimeWarning, stacklevel=2)
    leg = state.leg
    last = leg.begin + len(steps)
    while state.iteration < last:
        step = state.iteration - leg.begin
        phase = steps[step]
        if phase.grow and (step == 0 or steps[step - 1] is not phase):
            state.grow(phase.grow)
        norm = state.advance(phase._replace(eta=state.rate(phase.eta)))
        due = state.iteration % KEEP_EVERY == 0 or state.iteration == last
        is_lost = not np.isfinite(norm) or (due and not state.is_sound())
        if is_lost or (is_fast() and state.iteration == last and state.kl_divergence(fresh=True) > leg.worst):
            _mend(state, phase, fastest)
            continue
        if due and not is_fast():
            leg.kept = state.kept()
        again, leg.seen = state.iteration <= leg.seen, max(state.iteration, leg.seen)
        if tick is not None:
            tick(state.iteration, phase)
        due = callback is not None and (state.iteration % callback_every == 0 or state.iteration == last)
        if due and not again:
            told = callback(state.iteration, state.embedding(), state.kl_divergence(), norm)
            if isinstance(told, (bool, np.bool_)) and told:
                return
    state.leg = None


def _mend(state, phase, fastest):
    """Go back and slow down, with a warning; raise an EmbeddingDivergedError where that was done often enough."""
    n, used = len(state.Y), state.rate(phase.eta)
    slowed = f"; {used / phase.eta:g} times this eta" if used < phase.eta else ""
    given = f"eta={phase.eta:g}, exaggeration {phase.exaggeration:g}{slowed}"
    where = f"the embedding diverged at iteration {state.iteration} ({given})"
    if state.pace < 1.5 * SLOWER**MENDS:
        raise EmbeddingDivergedError(f"{where}: {REMEDY}")
    if min(fastest, state.cap) > n:  # no automatic rate is higher
        state.cap = n
    else:
        state.pace *= SLOWER
    state.go_back(state.leg.kept)
    warnings.warn(
        f"{where}; it goes on from iteration {state.iteration} with eta={state.rate(phase.eta):g}. To avoid this, "
        f"{REMEDY}",
        RuntimeWarning,
        stacklevel=2,
    )
