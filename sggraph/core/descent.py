"""The loop: phases of iterations on a Motion under some Forces, and back with smaller steps where it diverged.

It knows nothing of graphs, names or progress bars, and nothing of how forces are computed: what it asks of them is
`advance`, `grow`, `kl_divergence`, `worst`, and `complete` before it looks itself (forces.py). Who wants to see a
run on its way gives a `Watch`.
"""

from typing import NamedTuple

import numpy as np

from .motion import Foothold

KEEP_EVERY = 50  # iterations after which the coordinates are looked at and a foothold is taken: a copy of them
FAST = 10  # times n: learning rates beyond are not trusted, and the KL divergence is looked at in the end
MENDS, SLOWER = 5, 0.2  # how often a run that diverged goes back, and the factor of its learning rate: 3,000 in all


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

    def __str__(self) -> str:
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


class Slip(NamedTuple):
    """A run that diverged at `iteration` of a Phase, with the learning rate `eta`, and where and how it goes on."""

    iteration: int
    phase: Phase
    eta: float
    goes_on_from: int
    goes_on_with: float

    def __str__(self):
        slowed = ""
        if self.eta < self.phase.eta:
            slowed = f"; {self.eta / self.phase.eta:g} times this eta"
        given = f"eta={self.phase.eta:g}, exaggeration {self.phase.exaggeration:g}{slowed}"
        return f"the embedding diverged at iteration {self.iteration} ({given})"


class Watch:
    """What sees a run on its way; this one looks at nothing.

    All of it is called between iterations, when the Motion is whole, and may raise: a second `descend` then goes on to
    the same bits.
    """

    stride = KEEP_EVERY  # the most iterations that pass without a look

    def after(self, iteration, phase):
        """A stride is over."""

    def is_due(self, iteration, last):
        """Whether `show` wants to be called after this iteration; `last` is that of the whole run."""
        return False

    def show(self, iteration, Y, kl_divergence, gradient_norm):
        """Look at the picture; True ends the run."""
        return False

    def doubts(self, eta, n):
        """The learning rate is higher than can be trusted for n nodes."""

    def slipped(self, slip):
        """The run diverged, and goes back."""


UNWATCHED = Watch()


def descend(forces, motion, phases, watch=UNWATCHED):
    """Bring the Motion to the end of the phases, of which it has done ``motion.iteration`` iterations.

    A run that diverges goes back to the last sound coordinates and on with a lower learning rate, n at most, a few
    times; then it raises an EmbeddingDivergedError.
    """
    phases = [phase for phase in phases if phase.n_iter > 0]
    ends = np.cumsum([phase.n_iter for phase in phases], dtype=np.int64)
    last = int(ends[-1]) if phases else 0
    n = len(motion.Y)
    fastest = max((phase.eta for phase, end in zip(phases, ends, strict=True) if end > _begin(motion)), default=0.0)

    def is_fast():
        return n > 3 and motion.rate(fastest) > FAST * n  # three always fit well

    if motion.foothold is None:
        worst = forces.worst(motion) if is_fast() else np.inf
        motion.foothold = _foothold(motion, motion.iteration, motion.iteration, worst)
        if is_fast():
            watch.doubts(fastest, n)
    while motion.iteration < last:
        k = int(np.searchsorted(ends, motion.iteration, side="right"))
        phase = phases[k]
        if phase.grow and motion.iteration == ends[k] - phase.n_iter:
            forces.grow(motion, phase.grow)
        ahead = min(watch.stride, int(ends[k]) - motion.iteration, KEEP_EVERY - motion.iteration % KEEP_EVERY)
        norm = forces.advance(motion, phase._replace(eta=motion.rate(phase.eta)), ahead)
        held, here = motion.foothold, motion.iteration
        is_over = here == last
        is_looked_at = is_over or here % KEEP_EVERY == 0
        if is_looked_at:
            forces.complete(motion)
        is_lost = not np.isfinite(norm) or (is_looked_at and not motion.is_sound())
        if is_lost or (is_over and is_fast() and forces.kl_divergence(motion, fresh=True) > held.worst):
            watch.slipped(_mend(motion, phase, fastest))
            continue
        is_new, seen = here > held.seen, max(here, held.seen)
        if is_looked_at and not is_fast():
            held = motion.foothold = _foothold(motion, held.begin, seen, held.worst)
        held.seen = seen
        watch.after(here, phase)
        if is_new and watch.is_due(here, last):
            forces.complete(motion)
            is_enough = watch.show(here, motion.embedding(), forces.kl_divergence(motion), norm)
            if is_enough:
                return
    motion.foothold = None


def _begin(motion):
    """The iteration at which the call began that a Motion is in, or now."""
    return motion.iteration if motion.foothold is None else motion.foothold.begin


def _foothold(motion, begin, seen, worst):
    return Foothold(begin, seen, worst, motion.iteration, motion.Y.copy(), motion.order)


def _mend(motion, phase, fastest):
    """Go back and slow down; the Slip. An EmbeddingDivergedError where that was done often enough."""
    n, iteration, used = len(motion.Y), motion.iteration, motion.rate(phase.eta)
    if motion.pace < 1.5 * SLOWER**MENDS:  # 1.5: rounding
        raise EmbeddingDivergedError(str(Slip(iteration, phase, used, iteration, used)))
    if min(fastest, motion.cap) > n:  # no automatic rate is higher
        motion.cap = n
    else:
        motion.pace *= SLOWER
    motion.go_back()
    return Slip(iteration, phase, used, motion.iteration, motion.rate(phase.eta))
