"""A run for tests of the core: a Motion and the Forces on it in one, and who watches as plain functions."""

import warnings
from typing import NamedTuple

import numpy as np

from sggraph.core import descent
from sggraph.core.forces import Forces
from sggraph.core.motion import Motion


class Result(NamedTuple):
    """Embedding (n, d), its KL divergence (not exaggerated), and the number of iterations done."""

    Y: np.ndarray
    kl_divergence: float
    n_iter: int


class Descent:
    """What moves, from Y0, under the Forces of `upper`; what is asked of it and is no force is asked of the Motion."""

    def __init__(self, upper, Y0, workers, **options):
        self.forces = Forces(upper, Y0.shape[1], workers, **options)
        self.motion = Motion.at(Y0)

    def __getattr__(self, name):
        return getattr(self.__dict__["motion"], name)

    def advance(self, phase):
        """One iteration; the norm of the gradient."""
        return self.forces.advance(self.motion, phase)

    def grow(self, *share):
        self.forces.grow(self.motion, *share)

    def kl_divergence(self, *, fresh=False):
        return self.forces.kl_divergence(self.motion, fresh=fresh)


class Watching(descent.Watch):
    """Functions of the test, called after each iteration, and every so many."""

    stride = 1

    def __init__(self, callback=None, callback_every=50, tick=None):
        self.callback, self.callback_every, self.tick = callback, callback_every, tick

    def after(self, iteration, phase):
        if self.tick is not None:
            self.tick(iteration, phase)

    def is_due(self, iteration, last):
        return self.callback is not None and (iteration % self.callback_every == 0 or iteration == last)

    def show(self, *seen):
        return bool(self.callback(*seen))

    def doubts(self, eta, n):
        warnings.warn(f"doubts: eta {eta:g}, {n} nodes", RuntimeWarning, stacklevel=2)

    def slipped(self, slip):
        warnings.warn(f"{slip}", RuntimeWarning, stacklevel=2)


def advance(state, phases, **watchers):
    """Bring a Descent to the end of the phases that are counted from where it stands."""
    done = descent.Phase(state.iteration if state.foothold is None else state.foothold.begin, 1.0, 0.0, 0.0)
    descent.descend(state.forces, state.motion, [done, *phases], Watching(**watchers))


def descend(upper, Y0, phases, workers, *, h=None, exact=None, **watchers):
    """The Result of the phases from Y0."""
    state = Descent(upper, Y0, workers, h=h, exact=exact)
    advance(state, phases, **watchers)
    return Result(state.embedding(), state.kl_divergence(fresh=True), state.iteration)
