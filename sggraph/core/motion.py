"""`Motion`: all that an iteration changes, and nothing else. It is what a checkpoint holds.

Rows of its arrays are the nodes in `order`, along the picture, so that neighbours lie near each other in memory. What
moves it are forces (forces.py), made anew of P and the settings whenever a run goes on.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from .engine.columns import mean
from .ordering import morton_order, taken

RUNAWAY = 10.0, 1000.0  # no picture: coordinates beyond 10 (the farthest of the start + n) + 1000
ARRAYS = ("Y", "velocity", "gain", "pull")


@dataclass
class Foothold:
    """Where a run that diverges goes back to: coordinates (n, d) in an order of their own, at an iteration.

    The call that took it began at the iteration `begin` and has `seen` those up to there. `worst` is the KL divergence
    that fast steps have to undercut in the end, infinite for others.
    """

    begin: int
    seen: int
    worst: float
    iteration: int
    Y: np.ndarray
    order: np.ndarray


@dataclass
class Motion:
    """Where nodes are and how they move: row r of the arrays (n, d) float32 is node ``order[r]``.

    `velocity` and `gain` are those of the descent, `pull` the mean pull of the path lengths, `turn` whose turn it is
    among the groups of pivots, `scale` the length of an edge of a path (NaN before it was fitted). `pace` is a factor
    of all learning rates and `cap` the most they may be, for runs that diverged. `plans` is what the repulsion decided
    last, and when. `mobile`, if given, is how much of a step each coordinate takes, 0 for those that are held; such a
    picture is not moved as a whole.
    """

    Y: np.ndarray
    velocity: np.ndarray
    gain: np.ndarray
    pull: np.ndarray
    order: np.ndarray
    farthest: float
    iteration: int = 0
    turn: float = 0.0
    scale: float = float("nan")
    pace: float = 1.0
    cap: float = float("inf")
    plans: list = field(default_factory=list)
    foothold: Foothold | None = None
    mobile: np.ndarray | None = None

    @classmethod
    def held(cls, Y0, mobile):
        """At rest at Y0 (n, d) float32 as it stands, of which each step moves the share `mobile` (n, d)."""
        motion = cls.at(Y0)
        motion.Y, motion.mobile = np.array(Y0, np.float32, order="C"), np.array(mobile, np.float32, order="C")
        return motion

    @classmethod
    def at(cls, Y0):
        """At rest at Y0 (n, d)."""
        Y = centered(np.array(Y0, np.float32, order="C"))
        farthest = RUNAWAY[0] * (float(_farthest(Y)) + len(Y)) + RUNAWAY[1]
        order = np.arange(len(Y), dtype=np.int32)
        return cls(Y, np.zeros_like(Y), np.ones_like(Y), np.zeros_like(Y), order, farthest)

    def copy(self):
        """Another one that moves on its own."""
        foothold = None if self.foothold is None else replace(self.foothold)
        arrays = {name: getattr(self, name).copy() for name in ARRAYS}
        return replace(self, **arrays, plans=list(self.plans), foothold=foothold)

    def bare(self):
        """The same without arrays, and without a way back."""
        return replace(self, **dict.fromkeys(ARRAYS), foothold=None)

    def embedding(self):
        """The coordinates (n, d) in the order of the nodes, centred, a copy."""
        Y = scattered(self.Y, self.order)
        Y -= middle_of(self.Y)
        return Y

    def is_sound(self):
        """Whether no node has run away."""
        return bool(_farthest(self.Y) <= self.farthest)

    def reorder(self, workers):
        """Put the rows in the order of the picture, as it is now."""
        order = morton_order(self.Y, workers)
        self.order = taken(self.order, order, workers)
        for name in ARRAYS:
            setattr(self, name, taken(getattr(self, name), order, workers))
        if self.mobile is not None:
            self.mobile = taken(self.mobile, order, workers)

    def enlarge(self, factor, middle=None, rows=None):
        """Enlarge the picture around its centre, or another point, and all that has a length in it; or some rows."""
        middle = middle_of(self.Y) if middle is None else middle
        if rows is None:  # a card knows by another array that it was changed
            self.Y, rows = self.Y.copy(), slice(None)
        self.Y[rows] = (self.Y[rows] - middle) * np.float32(factor)
        self.velocity[rows] *= np.float32(factor)
        self.scale *= factor

    def forget_paths(self):
        """Begin anew with path lengths."""
        self.pull, self.turn, self.scale = np.zeros_like(self.pull), 0.0, np.nan

    def go_back(self):
        """Stand still at the foothold."""
        held = self.foothold
        self.iteration = held.iteration
        self.Y = scattered(held.Y, held.order)[self.order]
        self.velocity, self.gain = np.zeros_like(self.Y), np.ones_like(self.Y)
        self.forget_paths()

    def rate(self, eta):
        """The learning rate in place of `eta`, lower once the run has diverged."""
        return min(eta, self.cap) * self.pace


def _farthest(Y):
    """The greatest coordinate, whatever its sign; NaN if one is."""
    return np.maximum(Y.max(initial=0.0), -Y.min(initial=0.0))


def middle_of(Y):
    """The mean of Y (float32)."""
    return mean(Y).astype(np.float32)


def centered(Y):
    """Y (float32) around its mean, a copy."""
    return Y - middle_of(Y)


def scattered(Y, order):
    """The rows of Y back where `order` took them from."""
    found = np.empty_like(Y)
    found[order] = Y
    return found
