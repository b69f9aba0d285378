"""Where the time of a run goes: seconds of each phase, taken by wrapping the functions that make it up.

A phase inside another one counts once, in the inner. Kernels that are terms of their own count under their names, all
others with the function that runs them.

On how many cores would that take how long? With `cores`, the blocks of each kernel run one after the other and are
timed, and each is given to the first of so many cores that is free, as threads take them. What is no block takes as
long on any machine. (Memory that all cores share is not counted.)
"""

import heapq
import importlib
import time
from collections import defaultdict
from contextlib import contextmanager
from math import log2, prod

import numpy as np

from sggraph.core.engine.blocks import Workers
from sggraph.core.engine.shares import Shares
from sggraph.core.repulsion.cells import cell_starts, cells_within
from sggraph.core.repulsion.planning import CROWDED, pairs_work
from sggraph.core.shape.path_stress import LEAST_LOOKS

METHOD, CORE = "sggraph.method.", "sggraph.core."
FUNCTIONS = {
    "sggraph.embed_graph": "rest",
    "sggraph.embed.as_graph": "clean",
    METHOD + "problem.component_numbers": "components",
    METHOD + "components.Parts.sorted": "components",
    METHOD + "components.Parts.block": "components",
    METHOD + "run.small_parts": "components",
    METHOD + "pipeline.evened": "components",
    METHOD + "pipeline.packed": "components",
    METHOD + "pipeline.part_coincident": "finish",
    METHOD + "lengths.symmetric_pattern": "P",
    METHOD + "problem.joint_probabilities": "P",
    CORE + "affinity.jaccard_weights": "Jaccard",
    CORE + "affinity.rescale_rows": "lambda",
    METHOD + "start.pivot_distances": "pivots",
    METHOD + "start.graph_distances": "pivots",
    METHOD + "start.pivot_mds": "MDS",
    METHOD + "lengths.relax": "relax",
    METHOD + "run.shape_of": "start",
    METHOD + "run.traits_of": "traits",
    CORE + "shape.path_stress.PathStress.__init__": "lengths",
    CORE + "forces.Forces.__init__": "set up",
    CORE + "motion.Motion.reorder": "reorder",
    CORE + "forces.Forces.grow": "growth",
    CORE + "shape.path_stress.PathStress.fitted_scale": "stress",
    CORE + "shape.path_stress.PathStress.add_pull": "stress",
    CORE + "forces.Forces.advance": "advance",
    CORE + "forces.Forces.kl_divergence": "divergence",
    CORE + "repulsion.convolution.Convolution.__call__": "FFT",
    CORE + "repulsion.convolution.Convolution.__init__": "planning",
    CORE + "repulsion.repulsive.cheapest_plan": "planning",
    CORE + "repulsion.repulsive.Level._far": "spread",
    CORE + "repulsion.repulsive.Level._add_near": "pairs",
    CORE + "repulsion.repulsive.Level._add_finer": "islands",
    CORE + "repulsion.repulsive.sort_into_cells": "cells",
    CORE + "repulsion.repulsive.patches": "spread",
}
KERNELS = {
    "attractive": "attractive",
    "add_near_pairs": "pairs",
    "_step": "step",
    "_move_pull": "stress",
    "_invert": "lengths",
    "_add": "stress",
    "bounding_boxes": "planning",
    "spread": "spread",
    "add_patches": "spread",
    "gather": "gather",
    "_sweep": "relax",
    "_jaccard_rows": "Jaccard",
    "_rescale_rows": "lambda",
    "cross_entropy": "divergence",
}
COUNT_EVERY = 20  # iterations: flops are counted, pairs take as long as planning
START = ("clean", "components", "P", "Jaccard", "lambda", "pivots", "MDS", "relax", "start", "traits", "lengths")
LOOP = ("attractive", "stress", "spread", "FFT", "gather", "cells", "pairs", "islands", "planning", "step")
LOOP += ("reorder", "growth")


@contextmanager
def measured(cores=()):
    """Context of the seconds of CPU by phase, of facts on the last iteration, and of its mean `flops`; with `cores`
    also ``facts["left"][c]``, the seconds of each phase on so many.

    With `cores` a single thread does all the work, and flops are not counted: call with the greatest as `n_jobs`.
    """
    seconds, facts, within, replaced, counted = defaultdict(float), {"iterations": 0}, [], [], []
    running = None
    left = facts["left"] = {c: defaultdict(float) for c in cores}

    def enter(name):
        within.append([name, 0.0])
        return time.process_time()

    def leave(begin, times=()):
        spent = time.process_time() - begin
        times = np.array(times) * (spent / (sum(times) or 1.0))  # with what it takes to call a kernel
        name, inner = within.pop()
        seconds[name] += spent - inner
        for c in cores:
            left[c][name] += spent - inner - (sum(times) - makespan(times, c))
        if within:
            within[-1][1] += time.process_time() - begin  # what the makespans took, too

    def wrap(function, phase):
        def timed(*args, **options):
            begin = enter(phase)
            try:
                return function(*args, **options)
            finally:
                leave(begin)
                if phase == "advance":
                    facts["iterations"] += 1  # an embedding makes them one by one
                    facts["stored"], facts["plan"] = len(args[0].P.data), args[0].repulsion.plan
                    if facts["iterations"] % COUNT_EVERY == 1 and not cores:
                        counted.append(flops(*args[:2]))

        return timed

    def run(workers, kernel, bounds, *args, blocks=None):
        nonlocal running
        if not within or within[-1] is running:  # no part of the method, or of a block that is timed
            plain_run(workers, kernel, bounds, *args, blocks=blocks)
            return
        begin, times = enter(KERNELS.get(kernel.__name__, within[-1][0])), []
        running = within[-1]
        try:
            if not cores:
                plain_run(workers, kernel, bounds, *args, blocks=blocks)
                return
            for b in range(len(bounds) - 1) if blocks is None else blocks:
                start = time.perf_counter()
                kernel(b, bounds[b], bounds[b + 1], *args)
                times.append(time.perf_counter() - start)
        finally:
            leave(begin, times)

    def replace(owner, name, new):
        replaced.append((owner, name, getattr(owner, name)))
        setattr(owner, name, new)

    for path, phase in FUNCTIONS.items():
        owner, name = _owner(path)
        replace(owner, name, wrap(getattr(owner, name), phase))
    plain_run = Workers.run
    replace(Workers, "run", run)
    try:
        yield seconds, facts
    finally:
        for owner, name, function in reversed(replaced):
            setattr(owner, name, function)
        facts["flops"] = {term: sum(each[term] for each in counted) / len(counted) for term in (counted or [()])[0]}


def makespan(times, cores):
    """How long tasks take that so many cores work off, each core the next one as soon as it is free."""
    busy = [0.0] * cores
    for seconds in times:
        heapq.heapreplace(busy, busy[0] + seconds)
    return max(busy)


def _owner(path):
    """The module or class that holds a function, and its name there."""
    *path, name = path.split(".")
    if path[-1][0].isupper():
        return getattr(importlib.import_module(".".join(path[:-1])), path[-1]), name
    return importlib.import_module(".".join(path)), name


def compulsory_bytes(n, d, facts):
    """Bytes that an iteration has to move at least for the attraction (P, Y, F) and for the step."""
    attraction = 8 * facts["stored"] + n * (8 + 2 * 4 * d)
    return {"attractive": attraction, "step": 8 * 4 * n * d}


def flops(forces, motion):
    """Additions, multiplications, divisions and comparisons of an iteration by term, counted in the code, with stress
    where there are paths.

    The FFT counts as 5 N log2 N on the padded grids, both ways together, whatever lines of padding it leaves out. Pairs
    are those of the first level, in whole SIMD registers.
    """
    n, d = motion.Y.shape
    cells = 4**d  # of a stencil
    products = (cells - 4) // 3  # that make the weights of its lines
    paths = forces.paths
    looked_at = 0 if paths is None else LEAST_LOOKS * len(paths.pivots) / paths.n_groups  # an iteration, at least
    sizes = map(prod, _periods(forces.repulsion._level._convolution))
    return {
        "attractive": len(forces.P.data) * (5 * d + 1 if paths is None else 7 * d + 10),
        "stress": n * (2 * d + looked_at * (5 * d + 11)),
        "spread": n * (22 * d + products + 2 * cells),
        "FFT": sum(5 * size * log2(size) for size in sizes),
        "gather": n * (33 * d + d * products + 2 * d * cells + 8 * (d + 1)),
        "pairs": _pairs(motion.Y, forces.repulsion.plan.R) * (5 * d + 13),
        "step": n * 16 * d,
    }


def _pairs(Y, R):
    if R == 0:
        return 0
    low, extent = Y.min(axis=0), np.ptp(Y, axis=0)
    inv_side, shape = cells_within(extent, R)
    workers = Workers(1)
    return pairs_work(
        cell_starts(Y, low, inv_side, shape, Shares.of(workers, len(Y))), shape, CROWDED[Y.shape[1] - 1], workers
    )[2]


def _periods(convolution):
    """Shapes of the padded grids."""
    return [] if convolution is None else [convolution.period, *_periods(convolution._coarse)]
