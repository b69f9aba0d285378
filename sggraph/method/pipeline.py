"""The whole method: graph -> joint probabilities P and starting coordinates -> descent -> coordinates."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..core.engine.blocks import Workers
from ..core.engine.comm import SERIAL
from ..core.ordering import repeated
from ..graph.adjacency import Graph
from ..inputs.seeds import as_generator
from ..runtime.compiling import tell_of_compiling
from ..runtime.progress import stage
from .arranging import evened, packed
from .checkpoint import Checkpoint, EmbeddingState
from .devices import check_place
from .holding import check_holds, held_layout, pins_of
from .problem import prepared
from .run import laid_out
from .schedule import Schedule
from .start import by_rows

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits without a pattern: 2^64 over the golden ratio
TRIFLE = 1e-5  # of the extent: parts coincident nodes, invisible in a picture


class Embedding(NamedTuple):
    """What a run returns: coordinates (n, d), the Graph, KL divergence, iterations done, nodes with too few neighbours
    for lambda, the number of the component of each node, the Schedule of the largest component, and where the run can
    go on, if asked.
    """

    coordinates: np.ndarray
    graph: Graph
    kl_divergence: float
    n_iter: int
    n_clamped: int
    components: np.ndarray
    schedule: Schedule
    state: EmbeddingState | None


def embed(graph, settings, *, rng=None, state=None, keep_state=False, ranks=SERIAL):
    """The Embedding of a Graph; `rng` if the seed has been drawn from already, `state` to go on from one.

    The EmbeddingState comes along if the run was interrupted, or for `keep_state`. `ranks` help (ranks.py).
    """
    tell_of_compiling()
    check_place(settings, ranks)
    settings = replace(settings, init=by_rows(settings.init, graph.nodes, settings.d))  # which a state compares
    if settings.fixed is not None:
        check_holds(settings)
        pins = pins_of(settings.fixed, settings.init, graph.nodes, settings.d)
        free = embed(graph, replace(settings, fixed=None), rng=rng, state=state, keep_state=keep_state, ranks=ranks)
        is_over = free.state is None or not any(run.n_left for run in free.state.runs)
        phases = free.schedule.phases[-1:] if is_over else ()  # an interrupt may return what there is
        Y, kl = held_layout(graph, settings, pins, free.coordinates, free.schedule, phases, ranks)
        n_iter = free.n_iter + sum(phase.n_iter for phase in phases)
        return free._replace(coordinates=Y, kl_divergence=kl, n_iter=n_iter)
    with Workers(settings.n_jobs, ranks) as workers:
        problem = prepared(graph, settings, workers)
        checkpoint = Checkpoint(graph, settings, state, is_kept=keep_state)
        if rng is None:
            rng = as_generator(settings.random_state)
        links, P = problem.probabilities(workers)
        result = laid_out(problem, links, P.upper, checkpoint, rng, workers)
        Y, spacing = result.Y, None
        if problem.is_packed:
            with stage("spacing", settings.verbose):
                Y, spacing = evened(Y, problem.parts, workers)
    Y = widened(problem, Y, spacing, result.rng)
    last = checkpoint.snapshot() if keep_state or checkpoint.is_stopped else None
    run = result.kl_divergence, result.n_iter, P.n_clamped, problem.component, result.schedule, last
    return Embedding(Y, graph, *run)


def widened(problem, Y, spacing, rng):
    """Coordinates of all nodes of the graph: leaves beside their neighbours, parts side by side, others NaN."""
    Y = problem.inner.widen(Y, rng)
    if problem.is_packed:
        Y = packed(Y, problem.component, spacing)
    return problem.outer.widen(part_coincident(Y, rng), rng)


def part_coincident(Y, rng):
    """Y, nodes on the very same spot moved a trifle apart: a tight pair far from the origin meets in float32."""
    while True:
        rows = np.flatnonzero(repeated(_keys(Y)))
        order = rows[np.lexsort(Y[rows].T)]
        same = order[1:][(Y[order[1:]] == Y[order[:-1]]).all(axis=1)]
        if len(same) == 0:
            return Y
        shift = TRIFLE * max(np.abs(Y).max(), 1.0) * rng.standard_normal((len(same), Y.shape[1]))
        Y[same] += shift.astype(np.float32)


def _keys(Y):
    """A number for each row of Y (float32), the same for equal rows."""
    keys = np.zeros(len(Y), np.uint64)
    for column in Y.T:
        keys = keys * MULTIPLIER + (column + np.float32(0)).view(np.uint32)  # -0 + 0 = 0
    return keys
