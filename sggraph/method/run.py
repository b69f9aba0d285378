"""The runs of a graph's parts: start and descent; from the beginning or from a state.

A `Keeper` watches over them: Ctrl-C waits for the end of an iteration, and checkpoints are written in between.
"""

from typing import NamedTuple

import numpy as np

from ..core.descent import Descent, advance
from ..core.shape.path_stress import PathStress
from ..runtime.history import History
from ..runtime.interrupts import Interrupts
from ..runtime.progress import progress, stage
from .components import begins_small, halved, n_large, options_of_first, small_parts
from .schedule import USUAL, Schedule, fill, is_published, make_schedule, split
from .start import graph_distances, is_compact, path_variation, shape_of, shrunk, stretched, unshaped
from .state import Run, check_followed, generator_of
from .twins import alike_share


class Outcome(NamedTuple):
    """Coordinates (n, d) of the parts, each around the origin; the mean of their KL divergences over the nodes that
    have an edge; iterations and Schedule of the largest part, and the generator to go on with.
    """

    Y: np.ndarray
    kl_divergence: float
    n_iter: int
    schedule: Schedule
    rng: np.random.Generator


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
            paths = None
            if keeper.state is None:
                start = init if given is None else given[parts.order[nodes]]
                run, paths = new_run(start, its_links, d, filled, its_options, rng, workers)
            else:
                run = resumed_run(keeper.state.runs[c], nodes.stop - nodes.start, filled, its_options, keeper.what)
            runs.append(run)
            tasks.append((nodes, its_links, its_upper, None if several else paths))  # all at once would be too many
            tick(c + 1, n_large(parts))
    if keeper.state is not None:
        rng = generator_of(keeper.state.random)
    keeper.begin(runs, rng)
    Y, kl = np.zeros((len(parts.order), d), np.float32), np.zeros(len(parts.sizes))
    with Interrupts() as interrupts, progress(sum(run.n_left for run in runs), verbose) as tick:
        tick = keeper.ticking(tick, interrupts)
        callback = welcomed(options["callback"], interrupts)
        for c, (run, (nodes, its_links, its_upper, paths)) in enumerate(zip(runs, tasks, strict=True)):
            its_upper = halved(its_upper) if several else its_upper
            descent = descent_of(run, its_links, its_upper, paths, options, workers)
            watched = options | {"callback": callback if c == 0 else None}
            try:
                if not keeper.is_stopped:
                    descend(run, descent, watched, tick)
                    interrupts.check()
            except KeyboardInterrupt as interrupt:
                keeper.stop(interrupt)
            run.descent = descent.snapshot()
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
    """The Run of a part, at its start, and its PathStress, None where the schedule has no stress."""
    n = links.shape[0]
    kind = init if isinstance(init, str) else "given"
    traits = {"kind": kind, "d": d, "alike": alike_share(links, workers), "long_paths": False, "variation": USUAL}
    Y, D, pivots = None, None, None
    published = is_published(options)
    if links.nnz and kind not in ("given", "random"):
        Y, D, pivots = shape_of(init, links, d, rng, workers, published=published)
        traits["long_paths"] = not is_compact(Y, links, rng)
    elif links.nnz and is_stressed(schedule_of(n, filled, options, traits)):
        D, pivots = graph_distances(links, workers)
    if D is not None:
        traits["variation"] = path_variation(D, d)
    schedule = schedule_of(n, filled, options, traits)
    Y0 = unshaped(init, links, d, rng) if Y is None else stretched(Y, schedule.length, rng)
    if kind == "given" and links.nnz and begins_small(schedule, options):
        Y0 = shrunk(Y0, links)
    paths = None
    if D is not None and is_stressed(schedule):
        if published:  # the start had other pivots than a run that goes on
            D, pivots = graph_distances(links, workers)
        paths = PathStress(D, pivots, workers)
    return Run(Y0, schedule, traits), paths


def is_stressed(schedule):
    """Whether path lengths have a part in it, or will have once there are more iterations."""
    return any(phase.stress + phase.evenness > 0 for phase in schedule.phases)


def resumed_run(run, n, filled, options, what):
    """The Run to go on with; what is left of its schedule may have changed."""
    schedule = schedule_of(n, filled, options, run.traits)
    check_followed(run, schedule, what)
    run = run.settled()
    run.schedule = schedule
    return run


def schedule_of(n, filled, options, traits):
    """The Schedule of a run, the caller's or an automatic one."""
    others = {name: value for name, value in traits.items() if name != "kind"} | {"given": traits["kind"] == "given"}
    schedule = options["schedule"] or make_schedule(n, filled, options, **others)
    kind = "stress" if traits["kind"] == "auto" else traits["kind"]
    return schedule._replace(start=kind)


def descend(run, descent, options, tick):
    """Bring the Run to its end."""
    callback = options["callback"]
    if isinstance(callback, History) and not callback.is_of(run.schedule, descent.iteration):
        callback.begin(run.schedule, descent.iteration, descent.embedding())
    begin = descent.iteration if descent.leg is None else descent.leg.begin
    _, phases = split(run.schedule.phases, begin)
    advance(descent, phases, callback=callback, callback_every=options["callback_every"], tick=tick)


def descent_of(run, links, upper, paths, options, workers):
    """The Descent of the Run, from its start or brought back to life."""
    if paths is None and links.nnz and is_stressed(run.schedule):
        paths = PathStress(*graph_distances(links, workers), workers)
    settings = {name: options[name] for name in ("h", "exact", "limit")}
    found = run.descent
    descent = Descent(upper, found["Y"] if found else run.Y0, workers, paths=paths, **settings)
    if found:
        descent.restore(found)
    run.descent, run.Y0 = descent, None
    return descent
