"""The runs of a graph's large components: each begins from its start, or goes on from a state, and descends."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, issparse

from ..core.cuda.affinity import CardP
from ..core.descent import FAST, EmbeddingDivergedError, Watch, descend
from ..core.forces import Forces
from ..core.motion import Motion
from ..core.shape.path_stress import PathStress
from ..runtime.interrupts import Interrupts
from ..runtime.progress import progress, stage
from ..runtime.warn import warn
from .checkpoint import Run, check_followed
from .components import REMEDY, halved, n_large, settings_of_first, small_blocks, small_parts
from .devices import card_forces, place_of
from .lengths import stress_of
from .ranks import shared_forces, whole
from .schedule import Schedule, schedule_for
from .settings import CPU, Settings
from .start import graph_distances, placed, shape_of
from .traits import traits_of


class Outcome(NamedTuple):
    """Coordinates (n, d) of the parts, each around the origin; the mean of their KL divergences over the nodes that
    have an edge; iterations and Schedule of the largest part, and the generator to go on with.
    """

    Y: np.ndarray
    kl_divergence: float
    n_iter: int
    schedule: Schedule
    rng: np.random.Generator


class Part(NamedTuple):
    """A component that has a run of its own: its rows in the parts' order, pattern, upper triangle of P or a CardP,
    Settings, and path lengths if they are known already.
    """

    rows: slice
    links: csr_array
    upper: csr_array
    settings: Settings
    paths: PathStress | None = None

    @property
    def searched(self):
        """What is looked through for paths and twins: the pattern, or where that lies on a card, P."""
        return self.upper if isinstance(self.upper, CardP) else self.links


class Watching(Watch):
    """What sees a run of ours: the progress bar, checkpoints, Ctrl-C and, for the largest component, the callback."""

    def __init__(self, settings, checkpoint, interrupts, tick, complete, seen=0, most=1):
        self.settings, self.checkpoint, self.interrupts, self.tick = settings, checkpoint, interrupts, tick
        self.complete, self._seen, self._most = complete, seen, most

    @property
    def stride(self):
        """Iterations to the next one that somebody wants to see: one, for which Ctrl-C waits, or on a card more."""
        every = self.settings.callback_every
        shown = self._most if self.settings.callback is None else every - self._seen % every
        return min(self._most, shown, self.checkpoint.left)

    def after(self, iteration, phase):
        """Tell the bar, save what is due, let Ctrl-C happen."""
        done, self._seen = iteration - self._seen, iteration
        if self.tick is not None:
            for _ in range(done):
                self.tick(iteration, phase)
        if self.checkpoint.is_due(done):
            self.complete()
            self.checkpoint.save()
        self.interrupts.check()

    def is_due(self, iteration, last):
        """Every `callback_every` iterations, and after the last."""
        is_time = iteration % self.settings.callback_every == 0 or iteration == last
        return self.settings.callback is not None and is_time

    def show(self, iteration, Y, kl_divergence, gradient_norm):
        """Call the callback, which may take its time: Ctrl-C is welcome meanwhile."""
        with self.interrupts.welcome():
            told = self.settings.callback(iteration, Y, kl_divergence, gradient_norm)
        return isinstance(told, (bool, np.bool_)) and bool(told)

    def doubts(self, eta, n):
        """Warn."""
        given = f"eta={eta:g} is more than {FAST} times the number of nodes, {n}"
        warn(f"the embedding may not settle: {given}: use eta='auto', or a smaller one", RuntimeWarning)

    def slipped(self, slip):
        """Warn."""
        self._seen = slip.goes_on_from
        warn(
            f"{slip}; it goes on from iteration {slip.goes_on_from} with eta={slip.goes_on_with:g}. To avoid this, "
            f"{REMEDY}",
            RuntimeWarning,
        )


def laid_out(problem, links, upper, checkpoint, rng, workers):
    """Outcome for all parts of a Problem, given its pattern and the upper triangle of P, or P on a card."""
    parts, verbose = problem.parts, problem.settings.verbose
    several = len(parts.sizes) > 1
    if several:
        links, upper = parts.in_order(links), parts.in_order(upper)
    runs, tasks, part = [], [], None
    with stage("start", verbose) as tick:
        for c in range(n_large(parts)):
            part = part_of(problem, links, upper, c)
            if checkpoint.state is None:
                run, part = begun(part, rng, workers)
            else:
                run = resumed(checkpoint.state.runs[c], part, checkpoint.what)
            runs.append(run)
            tasks.append(part._replace(paths=None) if several else part)  # path lengths of all would be too many
            tick(c + 1, n_large(parts))
    blocks = small_blocks(links, upper, parts) if several else None
    if several and isinstance(upper, CardP):
        upper.forget()
    del links, upper, part
    rng = checkpoint.begin(runs, rng)
    found, kl = [], np.zeros(len(parts.sizes))
    with Interrupts() as interrupts, progress(sum(run.n_left for run in runs), verbose) as tick:
        for c, (run, part) in enumerate(zip(runs, tasks, strict=True)):
            forces = forces_of(part, run.schedule, problem.limit, workers)
            complete = partial(whole, forces, run.motion)
            settings = problem.settings if c == 0 else quiet(problem.settings)
            watch = Watching(settings, checkpoint, interrupts, tick, complete, run.n_iter, forces.stride)
            try:
                if not checkpoint.is_stopped:
                    if c == 0:
                        introduce(run, problem.mask_of(parts.order[part.rows]), watch)
                    descended(forces, run, watch)
                    interrupts.check()
                    if several or checkpoint.is_kept:
                        complete()
            except KeyboardInterrupt as interrupt:
                complete()
                checkpoint.stop(interrupt)
            found.append(run.motion.embedding())
            kl[c] = forces.kl_divergence(run.motion, fresh=True)
            del forces, complete, watch  # and with them what a card holds
        if not checkpoint.is_stopped:
            checkpoint.save()
        Y = found[0] if not several else in_turn(found, len(parts.order), problem.settings.d)
        if several:
            small_parts(blocks, parts, problem.settings, rng, workers, Y, kl)
            Y[parts.order] = Y.copy()
    weights = np.where(parts.sizes > 1, parts.sizes, 0)
    mean = float((kl * weights).sum() / max(weights.sum(), 1)) if several else float(kl[0])
    if not runs:  # no edges
        return Outcome(Y, mean, 0, Schedule((), 1.0), rng)
    return Outcome(Y, mean, runs[0].n_iter, runs[0].schedule, rng)


def in_turn(found, n, d):
    """Coordinates (n, d) float32 of the parts, one after the other, and of nodes behind them the origin."""
    Y, end = np.zeros((n, d), np.float32), 0
    for part in found:
        Y[end : end + len(part)] = part
        end += len(part)
    return Y


def part_of(problem, links, upper, c):
    """The c-th Part; the matrices are in the parts' order."""
    parts, settings = problem.parts, problem.settings
    rows = slice(parts.first[c], parts.first[c + 1])
    if len(parts.sizes) == 1:
        return Part(rows, links, upper, settings)
    if c == 0:
        settings = settings_of_first(parts, settings)
    nodes = parts.order[rows]
    if not isinstance(settings.init, str):
        settings = replace(settings, init=settings.init[nodes])
    links = parts.block(links, c, c + 1) if issparse(links) else links.taken(nodes)
    upper = halved(parts.block(upper, c, c + 1)) if issparse(upper) else upper.taken(nodes)
    return Part(rows, links, upper, settings)


def begun(part, rng, workers):
    """The Run of a Part at its start, and the Part with the path lengths that were measured for that."""
    settings = part.settings
    shape = shape_of(part.links, settings, rng, workers, part.searched)
    traits = traits_of(part.links, shape, settings, rng, workers, part.searched)
    schedule = schedule_for(settings, traits)
    Y0 = placed(shape, settings.init, part.links, settings, schedule, rng)
    if shape.D is not None and schedule.is_stressed and not settings.is_published:  # whose start has other pivots
        part = part._replace(paths=stress_of(shape.D, shape.pivots, workers))
    return Run(schedule, traits, Motion.at(Y0)), part


def resumed(run, part, what):
    """The Run to go on with; what is left of its schedule may have changed."""
    schedule = schedule_for(part.settings, run.traits)
    check_followed(run, schedule, what)
    return replace(run.copy(), schedule=schedule)


def forces_of(part, schedule, limit, workers):
    """The Forces on a Part."""
    paths = part.paths
    if paths is None and part.links.nnz and schedule.is_stressed:
        paths = stress_of(*graph_distances(part.searched, workers), workers)
    settings, options = part.settings, {"limit": limit, "paths": paths, **part.settings.repulsion}
    if settings.device != CPU:
        return shared_forces(card_forces, part.upper, place_of(settings), workers=workers, **options)
    return shared_forces(Forces, part.upper, settings.d, workers=workers, **options)


def forces_on_all(problem, links, upper, schedule, workers, shape):
    """The Forces on all nodes of a Problem in one run, with the path lengths that a Shape knows already."""
    paths = None if shape.D is None or not schedule.is_stressed else stress_of(shape.D, shape.pivots, workers)
    part = Part(slice(None), links, upper, problem.settings, paths)
    return forces_of(part, schedule, problem.limit, workers)


def introduce(run, watched, watch):
    """Tell a callback that wants to know what it is going to see: the Schedule, where nodes are, and which they are."""
    begin = getattr(watch.settings.callback, "begin", None)
    if begin is not None:
        begin(run.schedule, run.n_iter, run.motion.embedding(), watched)


def descended(forces, run, watch):
    """Bring the Run to its end."""
    try:
        descend(forces, run.motion, run.schedule.phases, watch)
    except EmbeddingDivergedError as error:
        raise EmbeddingDivergedError(f"{error}: {REMEDY}") from None


def quiet(settings):
    """The Settings without a callback."""
    return replace(settings, callback=None)
