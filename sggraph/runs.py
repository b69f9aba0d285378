"""The runs of a graph's parts: starts, the trial of two of them, descent; from the beginning or from a state.

A `Keeper` watches over them: Ctrl-C waits for the end of an iteration, and checkpoints are written in between.
"""

import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .components import halved, n_large, options_of_first, small_parts
from .core.descent import Descent, advance
from .history import History
from .initial import even_length, is_compact, shape_of, smoothed, stretched, unshaped
from .interrupts import EmbeddingInterrupted, Interrupts
from .progress import progress, stage
from .replacing import remove_leftovers, try_to_write
from .schedule import (
    CERTAIN,
    TRIAL,
    Schedule,
    compact_schedule,
    fill,
    forgiven,
    make_schedule,
    split,
    start_likeness,
    stretch,
)
from .state import EmbeddingState, Run, check_followed, check_origin, generator_of, read_state, write_state
from .twins import alike_share

ALIKE = 0.95  # share of nodes that others equal: cliques on spots, of a compact start, are flung apart at the end


class Outcome(NamedTuple):
    """Coordinates (n, d) of the parts, each around the origin; the mean of their KL divergences over the nodes that
    have an edge; iterations and Schedule of the largest part, and the generator to go on with.
    """

    Y: np.ndarray
    kl_divergence: float
    n_iter: int
    schedule: Schedule
    rng: np.random.Generator


class Keeper:
    """Holds the EmbeddingState of a run: `state`, or that of the file `checkpoint`, or None before a new one begins.

    ``origin()`` tells what has to be the same for a run to go on; it is asked only where that matters.
    """

    def __init__(self, origin, *, state=None, checkpoint=None, checkpoint_every=50, on_interrupt="raise"):
        self.origin, self.every, self.on_interrupt = origin, checkpoint_every, on_interrupt
        self.path = None if checkpoint is None else Path(checkpoint)
        self.is_stopped, self._count = False, 0
        held = [] if state is None else [(state, "state")]
        if self.path is not None:
            self._check_folder()
            if self.path.exists():  # beside a `state`, lest a file of something else be written over
                held.append((read_state(self.path), f"checkpoint={str(self.path)!r}"))
        expected = origin() if held else None
        for found, what in held:
            check_origin(found, expected, what)
        self.state, self.what = held[0] if held else (None, "state")

    def _check_folder(self):
        folder = self.path.parent
        if not folder.is_dir():
            raise FileNotFoundError(f"checkpoint={str(self.path)!r}: the folder {str(folder)!r} does not exist")
        if self.path.exists() and not self.path.is_file():
            raise ValueError(f"checkpoint={str(self.path)!r} is no regular file; give the name of a file")
        remove_leftovers(self.path)
        try:
            try_to_write(self.path)
        except OSError as error:
            raise ValueError(f"checkpoint={str(self.path)!r} cannot be written: {error}") from error

    def begin(self, runs, rng):
        """A new state, or the one that goes on, of the seed that it began with."""
        origin = {} if self.state is None else self.state.origin
        self.state = EmbeddingState(origin, rng.bit_generator.state, runs)

    def settled(self):
        """The state as it is now, for later."""
        self.state.origin = self.state.origin or self.origin()
        return EmbeddingState(self.state.origin, self.state.random, [run.settled() for run in self.state.runs])

    def save(self):
        """Write the checkpoint, if there is to be one; a disk that is full by now does not end the run."""
        if self.path is None:
            return
        try:
            write_state(self.path, self.settled())
        except OSError as error:
            message = f"checkpoint={str(self.path)!r} cannot be written, the run goes on without: {error}"
            warnings.warn(message, RuntimeWarning, stacklevel=2)

    def ticking(self, tick, interrupts):
        """The function ``tick(iteration, phase)`` with all that has to happen between iterations."""

        def watch(iteration, phase):
            if tick is not None:
                tick(iteration, phase)
            self._count += 1
            if self.path is not None and self._count % self.every == 0:
                self.save()
            interrupts.check()

        return watch

    def stop(self, interrupt):
        """Raise an EmbeddingInterrupted, or warn that the run ends here."""
        if self.is_stopped:
            raise interrupt
        self.is_stopped = True
        self.save()
        state = self.settled()
        if self.on_interrupt == "raise":
            raise EmbeddingInterrupted(f"interrupted; `state` goes on from {state!r}", state) from interrupt
        warnings.warn(f"interrupted, these are the coordinates so far: {state!r}", RuntimeWarning, stacklevel=2)


def embed_parts(init, links, upper, parts, d, lambda_, options, rng, workers, verbose, keeper):
    """Outcome for all parts of a graph."""
    several = len(parts.sizes) > 1
    given = None if isinstance(init, str) else np.asarray(init, np.float64)
    if several:
        links, upper = (parts.sorted(matrix) for matrix in (links, upper))
    runs, tasks = [], []
    with stage("start", verbose) as tick:
        for c in range(n_large(parts)):
            nodes = slice(parts.first[c], parts.first[c + 1])
            its_links, its_upper = (parts.block(M, c, c + 1) for M in (links, upper)) if several else (links, upper)
            filled = fill(np.diff(its_links.indptr), lambda_)
            its_options = options_of_first(parts, d, options) if several and c == 0 else options
            if keeper.state is None:
                start = init if given is None else given[parts.order[nodes]]
                runs.append(new_run(start, its_links, d, filled, its_options, rng, workers))
            else:
                runs.append(
                    resumed_run(keeper.state.runs[c], nodes.stop - nodes.start, filled, its_options, keeper.what)
                )
            tasks.append((nodes, its_upper, forgiven(options["balance"], filled)))
            tick(c + 1, n_large(parts))
    if keeper.state is not None:
        rng = generator_of(keeper.state.random)
    keeper.begin(runs, rng)
    Y, kl = np.zeros((len(parts.order), d), np.float32), np.zeros(len(parts.sizes))
    with Interrupts() as interrupts, progress(sum(run.n_left for run in runs), verbose) as tick:
        tick = keeper.ticking(tick, interrupts)
        callback = welcomed(options["callback"], interrupts)
        for c, (run, (nodes, its_upper, margin)) in enumerate(zip(runs, tasks, strict=True)):
            its_upper = halved(its_upper) if several else its_upper
            watched = options | {"callback": callback if c == 0 else None}
            try:
                if not keeper.is_stopped:
                    descend_best(its_upper, run, margin, watched, workers, tick)
                    interrupts.check()
            except KeyboardInterrupt as interrupt:
                keeper.stop(interrupt)
            descent = descent_of(run, run.leader, its_upper, options, workers)
            run.descents[run.leader] = descent.snapshot()
            Y[nodes], kl[c] = descent.embedding(), descent.kl_divergence(fresh=True)
        if not keeper.is_stopped:
            keeper.save()
        if several:
            small_parts(links, upper, parts, init if given is None else given, options, rng, workers, Y, kl)
    if several:
        inverse = np.empty_like(Y)
        inverse[parts.order] = Y
        weights = np.where(parts.sizes > 1, parts.sizes, 0)
        Y, mean = inverse, float((kl * weights).sum() / max(weights.sum(), 1))
    else:
        mean = float(kl[0])
    if not runs:  # no edges
        return Outcome(Y, mean, 0, Schedule((), 1.0), rng)
    return Outcome(Y, mean, runs[0].n_iter, runs[0].schedule, rng)


def welcomed(callback, interrupts):
    """The callback, interrupted at once by Ctrl-C: it may be slow, and what it does is the caller's."""
    if callback is None or isinstance(callback, History):
        return callback

    def call(*arguments):
        with interrupts.welcome():
            return callback(*arguments)

    return call


def new_run(init, links, d, filled, options, rng, workers):
    """The Run of a part with one start, or two of which the first iterations have to show the better."""
    n = links.shape[0]
    kind = "given" if not isinstance(init, str) else "random"
    traits = {"kind": kind, "d": d, "alike": alike_share(links, workers), "long_paths": False, "stretch": 1.0}
    if not isinstance(init, str) or init == "random" or links.nnz == 0:
        schedules = schedules_of(n, filled, options, traits)
        starts = [(unshaped(init, links, d, rng), schedules[0])]
    else:
        shape = shape_of(init, links, d, rng, workers)
        long_paths = not is_compact(shape, links, rng)
        if init == "auto" and options["alpha"] == "auto":  # a given exaggeration gathers the neighbours itself
            shape = smoothed(shape, links, start_likeness(options["balance"]), workers)
        longer = stretch(n, links.nnz // 2, d, even_length(shape))
        traits |= {"kind": init, "long_paths": long_paths, "stretch": longer}
        schedules = schedules_of(n, filled, options, traits)
        starts = [(stretched(shape, schedule.length, rng), schedule) for schedule in schedules]
    return Run(starts, traits, [None] * len(starts), [], 0 if len(starts) == 1 else None)


def resumed_run(run, n, filled, options, what):
    """The Run to go on with; what is left of its schedule may have changed."""
    schedules = schedules_of(n, filled, options, run.traits)
    check_followed(run, schedules, what)
    run = run.settled()
    run.starts = [(Y0, schedule) for (Y0, _), schedule in zip(run.starts, schedules, strict=True)]
    return run


def schedules_of(n, filled, options, traits):
    """The Schedules to try: one, or two where "auto" is free to choose."""
    kind, others = traits["kind"], {name: value for name, value in traits.items() if name != "kind"}
    schedule = options["schedule"] or make_schedule(n, filled, options, **others)
    if kind in ("given", "random"):
        return [schedule._replace(start=kind)]
    schedules = [schedule._replace(start="spread out")]
    is_free = kind == "auto" and all(options[name] in ("auto", None) for name in ("alpha", "early_exag", "schedule"))
    in_doubt = not (traits["long_paths"] or traits["alike"] > ALIKE) and forgiven(options["balance"], filled) < CERTAIN
    if is_free and in_doubt and schedule.n_iter > TRIAL:
        schedules.append(compact_schedule(n, schedule, options["eta"])._replace(start="compact"))
    return schedules


def descend_best(upper, run, margin, options, workers, tick):
    """Bring the Run to its end; the KL divergence of its first start may be higher by the share `margin`."""
    if run.best is None:
        for s in range(len(run.trial), len(run.starts)):
            descent = descent_of(run, s, upper, options, workers)
            advance(descent, remaining(run, s, TRIAL), tick=tick)
            run.trial.append(descent.kl_divergence(fresh=True))
        spread_out, compact = run.trial
        run.best = int(compact < spread_out * (1 - margin))
        run.descents[1 - run.best] = None
    descent = descent_of(run, run.best, upper, options, workers)
    callback = options["callback"]
    if isinstance(callback, History) and not callback.is_of(run.schedule, descent.iteration):
        callback.begin(run.schedule, descent.iteration, descent.embedding())
    phases = remaining(run, run.best, run.schedule.n_iter)
    advance(descent, phases, callback=callback, callback_every=options["callback_every"], tick=tick)


def descent_of(run, s, upper, options, workers):
    """The Descent from start `s`, made or brought back to life where it does not move yet."""
    Y0, schedule = run.starts[s]
    found = run.descents[s]
    if isinstance(found, Descent):
        return found
    settings = {name: options[name] for name in ("h", "exact", "limit")}
    descent = Descent(upper, found["Y"] if found else Y0, workers, **settings)
    if found:
        descent.restore(found)
    run.descents[s], run.starts[s] = descent, (None, schedule)
    return descent


def remaining(run, s, n_iter):
    """Phases of start `s` from the beginning of the leg that its Descent is in up to `n_iter`."""
    descent = run.descents[s]
    begin = descent.iteration if descent.leg is None else descent.leg.begin
    before, _ = split(run.starts[s][1].phases, n_iter)
    return split(before, begin)[1]
