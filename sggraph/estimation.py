"""`estimate`: iterations, seconds and memory that an embedding will take, told before it runs.

Seconds: the probabilities are made, a start from a few pivots, and a few iterations from it, all on the graph itself,
and timed; the rest is multiplication. Memory: bytes for each node, entry, distance and grid cell, counted from the
arrays that live at the same time and checked against runs.
"""

import inspect
from time import perf_counter
from typing import NamedTuple

import numpy as np

from .components import as_parts, component_numbers, n_large
from .core.affinity import joint_probabilities, symmetric_pattern
from .core.blocks import Workers
from .core.descent import REORDER_AT, Descent
from .core.distances import WORD, hop_distances, write_hops
from .embed import embed_graph
from .graph import as_graph
from .initial import N_FARTHEST, even_length, is_compact, n_pivots, shape_of, stretched
from .leaves import is_kept, without_leaves
from .memory import grid_limit, memory_of
from .options import as_generator, as_lambda, check_options
from .runs import schedules_of
from .schedule import TRIAL, fill, start_offset, stretch
from .twins import alike_share

FEW_PIVOTS = 8
WARM_UP, TIMED = 3, 8  # iterations
REPLANS = 0.01  # share of the iterations that plan anew


class Estimate(NamedTuple):
    """What an embedding will take.

    Parameters
    ----------
    n_nodes, n_edges : int
        Of the graph.
    d : int
        Dimension.
    n_iter : int
        Iterations of the largest component, those of the start that loses a trial included.
    seconds : float
        On this machine, as busy as it is now, with compiled kernels at hand.
    memory : int
        Bytes at the peak, above those of the process and the graph.

    Examples
    --------
    >>> from sggraph.estimation import Estimate
    >>> print(Estimate(1000, 4000, 2, 400, 1.5, 3 * 10**7))
    1,000 nodes, 4,000 edges, 2-D: about 400 iterations, 1.5 seconds, 30 MB
    """

    n_nodes: int
    n_edges: int
    d: int
    n_iter: int
    seconds: float
    memory: int

    def __str__(self):
        memory = f"{self.memory / 1e9:.1f} GB" if self.memory >= 1e9 else f"{self.memory / 1e6:.0f} MB"
        seconds = f"{self.seconds / 60:.0f} minutes" if self.seconds >= 600 else f"{self.seconds:.2g} seconds"
        graph = f"{self.n_nodes:,} nodes, {self.n_edges:,} edges, {self.d}-D"
        return f"{graph}: about {self.n_iter:,} iterations, {seconds}, {memory}"


def estimate(graph, d=2, *, weight="weight", direction="symmetric", clock=perf_counter, **options):
    """Iterations, seconds and memory that `embed_graph` will take, from a few iterations of its own.

    It takes some per cent of the time of the run, and about as much memory. Of a graph of several components the
    largest is measured, and the others are taken to cost as much for each node.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    d : {1, 2, 3}, default 2
        Dimension.
    weight, direction
        As in `embed_graph`.
    clock : callable, optional
        What seconds are read from; ``time.process_time`` gives those of all threads together.
    **options
        Others of `embed_graph`.

    Returns
    -------
    Estimate
        Prints as one line; the numbers are its attributes.

    Raises
    ------
    ValueError, TypeError
        For input that is no graph or an argument out of range.

    Examples
    --------
    >>> import sggraph as sg
    >>> found = sg.estimate(sg.datasets.make_grid((30, 30)).graph)
    >>> found.n_nodes, found.n_iter
    (900, 409)
    """
    known = inspect.signature(embed_graph).parameters
    unknown = next((name for name in options if name not in known), None)
    if unknown is not None:
        raise TypeError(f"{unknown!r} is no argument of embed_graph")
    options = {name: options.get(name, p.default) for name, p in known.items() if name != "graph"}
    check_options(d, options["lambda_"], options["local_weights"], options["components"], options["n_jobs"], options)
    whole = as_graph(graph, weight=weight, direction=direction)
    A, rng, lambda_ = whole.adjacency, as_generator(0), as_lambda(options["lambda_"])
    n_edges = symmetric_pattern(A).nnz // 2
    if options["drop_leaf"]:
        A = without_leaves(A, is_kept(symmetric_pattern(A)))
    options["limit"] = grid_limit(options["max_memory"], A.shape[0], A.nnz, int(d), options["h"])
    _compile(int(d))
    with Workers(options["n_jobs"]) as workers:
        begin = clock()
        links = symmetric_pattern(A)
        local = not whole.weighted if options["local_weights"] == "auto" else options["local_weights"]
        upper = joint_probabilities(A, lambda_, workers, links=links if local else None).upper
        seconds = clock() - begin
        parts, share = as_parts(component_numbers(A)), 1.0
        init = options["init"] if options["Y0"] is None else np.asarray(options["Y0"])
        is_packed = options["components"] == "pack" or (options["components"] == "auto" and isinstance(init, str))
        if len(parts.sizes) > 1 and (is_packed or options["components"] == "largest"):
            share = parts.first[n_large(parts)] / parts.sizes[0] if is_packed else 1.0
            links, upper = (parts.block(parts.sorted(M), 0, 1) for M in (links, upper))
        measured = _Measure(links, upper, int(d), fill(np.diff(links.indptr), lambda_), options, rng, workers, clock)
        n_iter, taken, cells = measured.run(init if isinstance(init, str) else "given")
    memory = memory_of(A.shape[0], A.nnz, int(d), cells)
    return Estimate(len(whole.nodes), n_edges, int(d), n_iter, seconds + share * taken, memory)


def _compile(d):
    """Call all kernels once: a first call compiles them, or reads them from the cache."""
    i = np.arange(1_200)
    embed_graph((np.tile(i, 2), np.concatenate([i + 1, i + 35])), d, max_iter=2, exact=False, random_state=0)


class _Measure:
    """Times the stages of the run of one component."""

    def __init__(self, links, upper, d, filled, options, rng, workers, clock):
        self.links, self.upper, self.d, self.filled = links, upper, d, filled
        self.options, self.rng, self.workers, self.clock = options, rng, workers, clock

    def run(self, kind):
        """Iterations, seconds, and the cells of the largest grid."""
        n = self.links.shape[0]
        shape, traits, seconds = self._start(kind)
        schedules = schedules_of(n, self.filled, self.options, traits)
        times, cells = [], 0
        for schedule in schedules:
            Y0 = stretched(shape, schedule.length if traits["kind"] not in ("random", "given") else 1.0, self.rng)
            once, each, its_cells = self._iterations(Y0, schedule)
            reorders = sum(at < schedule.n_iter for at in REORDER_AT)
            seconds, cells = seconds + once * (1 + reorders), max(cells, its_cells)
            times.append(each)
        n_iter, tried = schedules[0].n_iter, TRIAL * (len(schedules) - 1)
        return n_iter + tried, seconds + float(np.mean(times)) * (n_iter + tried), cells

    def _start(self, kind):
        """A shape from few pivots, the traits of the start, and the seconds of one from all pivots."""
        links, n, workers, clock = self.links, self.links.shape[0], self.workers, self.clock
        begin = clock()
        traits = {"kind": kind, "alike": alike_share(links, workers), "long_paths": False, "stretch": 1.0}
        alike = clock() - begin
        if kind in ("random", "given") or links.nnz == 0:
            side = n ** (1 / self.d)
            return self.rng.uniform(-side, side, (n, self.d)), traits | {"kind": "random"}, alike
        k, few = n_pivots(n), min(FEW_PIVOTS, n)
        offset = start_offset(self.options["balance"])
        hop_distances(links, [0], workers, symmetric=True)
        begin = clock()
        hop_distances(links, [n // 2], workers, symmetric=True)
        single = clock() - begin
        begin = clock()
        shape = shape_of(kind, links, self.d, self.rng, workers, offset, few)
        traits["long_paths"] = not is_compact(shape, links, self.rng)
        traits["stretch"] = stretch(n, links.nnz // 2, self.d, even_length(shape))
        rest = max(clock() - begin - few * single, 0.0)
        together, groups = 0.0, -(-max(k - N_FARTHEST, 0) // WORD)
        if groups:
            sources = np.arange(min(WORD, k - N_FARTHEST))
            begin = clock()
            write_hops(links, sources, np.empty((n, len(sources)), np.int16), workers)
            at_once = 1 if clock is not perf_counter else min(groups, workers.n_jobs)
            together = (clock() - begin) * groups / at_once
        return shape, traits, alike + min(k, N_FARTHEST) * single + together + rest * k / few

    def _iterations(self, Y0, schedule):
        """Seconds to begin, seconds of an iteration, cells of the grid."""
        clock = self.clock
        phase = next((phase for phase in schedule.phases if phase.n_iter), None)
        if phase is None:
            return 0.0, 0.0, 0
        begin = clock()
        descent = Descent(
            self.upper, Y0, self.workers, **{name: self.options[name] for name in ("h", "exact", "limit")}
        )
        once = clock() - begin
        for _ in range(WARM_UP):
            descent.advance(phase)
        descent.repulsion.plans = []
        begin = clock()
        descent.advance(phase)
        planning = clock() - begin
        begin = clock()
        for _ in range(TIMED):
            descent.advance(phase)
        each = (clock() - begin) / TIMED
        return once, each + REPLANS * planning, int(np.prod(descent.repulsion.plan.shape, dtype=np.int64))
