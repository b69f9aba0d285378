"""The descent of several graphs together, each tied to the ones before and after it.

They begin from one start, that of all their edges, and each has the descent that it would have alone; in every step
each node is tied to itself in the graphs beside (core/tether.py). With c the weight of the ties, what falls is

    sum_t n_t ( KL_t + stress_t ) + c / 2 sum_(t, i) sqrt(1 + |y_i(t) - y_i(t + 1)|^2),

over the nodes i that both graphs have. A step takes the places in the others from the step before, all of the same
time: what all pictures do alike, ties do not hold up. (In turns, each graph after the one before it, ties of .1 are as
dry friction, and the pictures stay what the start was: recall of cora .34 instead of .62.)
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from ..core.descent import EmbeddingDivergedError
from ..core.engine.blocks import Workers
from ..core.forces import Forces
from ..core.motion import Motion
from ..core.symmetry import symmetric_pattern
from ..core.tether import Tether
from ..graph.adjacency import Graph
from ..inputs.seeds import as_generator
from ..runtime.interrupts import Interrupts
from ..runtime.progress import progress, stage
from .components import REMEDY
from .memory import check_memory
from .pipeline import part_coincident
from .problem import prepared
from .run import forces_on_all
from .schedule import Schedule, schedule_for
from .start import Shape, graph_distances, placed, shape_of
from .traits import traits_of

WEIGHT = 0.015  # of the ties at .5; .03: power_grid, 5 % of whose edges changed each time, has .031 less recall than
# alone instead of .022; .01: nodes of wiki_vote move by .36 of what they do alone, of which a fifth is wanted, for .23


@dataclass
class Strip:
    """One of the graphs on its way: its number in a row of `length` equal ones, the rows of its nodes among all, and
    their places as the others see them.
    """

    graph: Graph
    length: int
    rows: np.ndarray
    schedule: Schedule
    forces: Forces
    motion: Motion
    places: np.ndarray

    def show(self):
        """Let the others see where the nodes are now."""
        self.places[self.motion.order] = self.motion.Y


def laid_out_together(graphs, numbers, stability, settings):
    """The Strips at the end of their descent."""
    lengths = np.bincount(numbers)
    graphs = [graphs[np.flatnonzero(np.array(numbers) == k)[0]] for k in range(len(lengths))]
    check_memory(
        settings.max_memory,
        sum(len(graph.nodes) for graph in graphs),
        sum(graph.adjacency.nnz for graph in graphs),
        settings.d,
        together=True,
        published=settings.is_published,
    )
    rng = as_generator(0 if settings.random_state is None else settings.random_state)
    with Workers(settings.n_jobs) as workers:
        union, rows = united(graphs, workers)
        shape = shape_of(union, settings, rng, workers)
        schedule = schedule_for(settings, traits_of(union, shape, settings, rng, workers))
        start = placed(shape, settings.init, union, settings, schedule, rng)
        strips, quietly = [], replace(settings, verbose=False)
        with stage("start", settings.verbose) as tick:
            for graph, length, row in zip(graphs, lengths, rows, strict=True):
                strips.append(_strip(graph, int(length), row, start[row], quietly, rng, workers))
                tick(len(strips), len(graphs))
        tie(strips, stability)
        descend_together(strips, schedule, stability, settings)
    middle = np.concatenate([strip.places for strip in strips]).mean(axis=0)
    for strip in strips:
        strip.places[:] = part_coincident(strip.places - middle, np.random.default_rng(0))
    return strips


def united(graphs, workers):
    """The symmetric pattern of all edges, and the rows in it of the nodes of each graph."""
    nodes, rows = numbered(graphs)
    ends = [
        (row[A.row], row[A.col]) for row, A in zip(rows, (graph.adjacency.tocoo() for graph in graphs), strict=True)
    ]
    ends = tuple(np.concatenate(each) for each in zip(*ends, strict=True))
    A = csr_array((np.ones(len(ends[0])), ends), shape=(len(nodes), len(nodes)))
    return symmetric_pattern(A, workers), rows


def numbered(graphs):
    """All nodes, in the order of their first appearance, and the rows among them of the nodes of each graph."""
    number = {}
    rows = [np.array([number.setdefault(node, len(number)) for node in graph.nodes]) for graph in graphs]
    return list(number), rows


def _strip(graph, length, rows, Y0, settings, rng, workers):
    problem = prepared(graph, settings, workers)
    links, P = problem.probabilities(workers)
    shape = Shape(None, *graph_distances(links, workers)) if links.nnz and settings.is_stressed else Shape()
    schedule = schedule_for(settings, traits_of(links, shape, settings, rng, workers))
    forces = forces_on_all(problem, links, P.upper, schedule, workers, shape)
    motion = Motion.at(Y0)
    motion.Y = Y0.copy()
    return Strip(graph, length, rows, schedule, forces, motion, Y0.copy())


def tie(strips, stability):
    """Tie the nodes of each Strip to themselves in the one before and the one after it."""
    if stability in (0, 1):
        return
    weight = WEIGHT * stability / (1 - stability) / 2
    pairs = list(pairwise(strips))
    for strip, other in [*pairs, *(pair[::-1] for pair in pairs)]:
        number = np.full(max(each.rows.max() for each in (strip, other)) + 1, -1)
        number[other.rows] = np.arange(len(other.rows))
        tether = Tether(other.places, number[strip.rows], weight / strip.length)
        strip.forces.tethers = (*strip.forces.tethers, tether)


def descend_together(strips, schedule, stability, settings):
    """Bring all Strips to the end of the phases of a Schedule, each with the numbers of its own."""
    n_iter = sum(phase.n_iter for phase in schedule.phases) * len(strips)
    with Interrupts() as interrupts, progress(n_iter, settings.verbose) as tick:
        for k, phase in enumerate(schedule.phases):
            phases = [strip.schedule.phases[k] for strip in strips]
            if phase.n_iter and any(each.grow for each in phases):
                _enlarge(strips, phases)
            for _ in range(phase.n_iter):
                for strip, own in zip(strips, phases, strict=True):
                    if not np.isfinite(strip.forces.advance(strip.motion, own)):
                        raise EmbeddingDivergedError(f"the sequence diverged: {REMEDY}")
                    if tick is not None:
                        tick(strip.motion.iteration, own)
                if stability == 1:
                    _agree(strips)
                for strip in strips:
                    strip.show()
                interrupts.check()


def _enlarge(strips, phases):
    """Enlarge all pictures around their common centre, by the mean of the factors that each would take."""
    growths = [np.log(strip.forces.growth(strip.motion)) for strip in strips]
    factor = np.exp(np.mean([phase.grow * growth for phase, growth in zip(phases, growths, strict=True)]))
    middle = np.concatenate([strip.places for strip in strips]).mean(axis=0)
    for strip in strips:
        strip.motion.enlarge(factor, middle)
        strip.show()


def _agree(strips):
    """Put each node where it is in the mean of all pictures that have it."""
    n, d = 1 + max(strip.rows.max() for strip in strips), strips[0].places.shape[1]
    sums, counts = np.zeros((n, d)), np.zeros((n, 1))
    for strip in strips:
        strip.show()
        sums[strip.rows] += strip.length * strip.places
        counts[strip.rows] += strip.length
    for strip in strips:
        mean = sums[strip.rows] / counts[strip.rows]
        strip.motion.Y = mean[strip.motion.order].astype(np.float32)
