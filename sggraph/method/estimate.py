"""`estimate_cost`: iterations, seconds and memory that an embedding will take, told before it runs.

Seconds: the probabilities, the start, a few iterations from it and the packing of components are made as the run will
make them, and timed; the rest is multiplication. Memory: the grids as they are by then, and bytes for each node, entry
and distance, counted from the arrays that live at the same time (memory.py).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import fields, replace
from time import perf_counter as clock
from typing import Any, NamedTuple

import numpy as np

from ..core.engine.blocks import Workers
from ..core.engine.comm import SERIAL
from ..core.forces import REORDER_AT
from ..core.types import Direction, Int, Weight
from ..graph.adjacency import GraphLike, as_graph
from ..inputs.seeds import as_generator, one_seed
from ..runtime.warn import warn
from .arranging import evened, packed
from .components import n_large, small_blocks, small_parts, small_schedule
from .devices import card_memory, check_place
from .memory import memory_of
from .pipeline import embed
from .problem import prepared
from .run import begun, forces_of, part_of
from .settings import CPU, Settings

WARM_UP, TIMED = 12, 8  # iterations: a twentieth of the usual run
TIMED_SMALL = 40  # iterations of small components, whose start takes longer than a few
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
        Iterations of the largest component.
    seconds : float
        On this machine, as busy as it is now, with compiled kernels at hand.
    memory : int
        Bytes at the peak, above those of the process and the graph.
    device_memory : int, default 0
        Bytes at the peak on the graphics card, of a run with `device`.

    Examples
    --------
    >>> from sggraph.method.estimate import Estimate
    >>> print(Estimate(1000, 4000, 2, 400, 1.5, 3 * 10**7))
    1,000 nodes, 4,000 edges, 2-D: about 400 iterations, 1.5 seconds, 30 MB
    """

    n_nodes: int
    n_edges: int
    d: int
    n_iter: int
    seconds: float
    memory: int
    device_memory: int = 0

    def __str__(self) -> str:
        memory = _shown_bytes(self.memory)
        if self.device_memory:
            memory += f", {_shown_bytes(self.device_memory)} of the graphics card"
        seconds = f"{self.seconds / 60:.0f} minutes" if self.seconds >= 600 else f"{self.seconds:.2g} seconds"
        graph = f"{self.n_nodes:,} nodes, {self.n_edges:,} edges, {self.d}-D"
        return f"{graph}: about {self.n_iter:,} iterations, {seconds}, {memory}"


def _shown_bytes(number):
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def estimate_cost(
    graph: GraphLike,
    d: Int = 2,
    *,
    weight: Weight = "weight",
    direction: Direction = "auto",
    **options: Any,
) -> Estimate:
    """Iterations, seconds and memory that `embed_graph` will take, from a few iterations of its own.

    It takes about a tenth of the time of the run, and as much memory. Of several large components the largest is
    measured, and the others are taken to cost as much for each node.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    d : {1, 2, 3}, default 2
        Dimension.
    weight, direction
        As in `embed_graph`.
    **options
        Others of `embed_graph`.

    Returns
    -------
    Estimate
        Prints as one line; the numbers are its attributes.

    Raises
    ------
    ValueError, TypeError
        For input that is not a graph, or an argument out of range.

    Examples
    --------
    >>> import sggraph as sg
    >>> found = sg.estimate_cost(sg.datasets.make_grid((30, 30)).adjacency)
    >>> found.n_nodes, found.n_iter
    (900, 409)
    """
    if "comm" in options:
        raise TypeError("estimate_cost has no comm: leave it out for what one process takes")
    settings = _settings(options | {"d": d})
    check_place(settings, SERIAL)
    _compile(settings.d, settings.device)
    begin = clock()
    graph = as_graph(graph, weight=weight, direction=direction, n_jobs=settings.n_jobs)
    rng = as_generator(0 if settings.random_state is None else deepcopy(settings.random_state))
    with Workers(settings.n_jobs) as workers:
        problem = prepared(graph, settings, workers)
        links, P = problem.probabilities(workers)
        pattern, upper, parts = links, P.upper, problem.parts
        if problem.is_packed:
            links, upper = parts.in_order(links), parts.in_order(upper)
        seconds = clock() - begin
        if problem.is_packed:
            seconds += _of_packing(problem, links, upper, workers)
        of_run, n_iter, grid = _of_run(part_of(problem, links, upper, 0), problem.limit, rng, workers)
    if problem.is_packed:
        of_run *= parts.first[n_large(parts)] / parts.sizes[0]
    A, grids, on_card = graph.adjacency, grid, 0
    n = A.shape[0]
    if settings.device != CPU:
        grids, on_card = 0, card_memory(pattern, problem.A, settings, grid)
    memory = memory_of(n, A.nnz, settings.d, grids, published=settings.is_published, **problem.kinds)
    return Estimate(n, pattern.nnz // 2, settings.d, n_iter, float(seconds + of_run), memory, on_card)


def estimate(graph: GraphLike, d: Int = 2, **options: Any) -> Estimate:
    """The old name of `estimate_cost`, until version 0.2.

    Parameters
    ----------
    graph : graph
        As in `estimate_cost`.
    d : {1, 2, 3}, default 2
        Dimension.
    **options
        As in `estimate_cost`.

    Returns
    -------
    Estimate
        As of `estimate_cost`.

    Examples
    --------
    >>> import warnings
    >>> import sggraph as sg
    >>> with warnings.catch_warnings(action="ignore"):
    ...     found = sg.estimate([[0, 1], [1, 0]])
    >>> found.n_nodes
    2
    """
    warn("estimate is called estimate_cost", DeprecationWarning)
    return estimate_cost(graph, d, **options)


def _settings(options):
    """The Settings of a call of `embed_graph`, but without its progress bars."""
    known = {each.name for each in fields(Settings)} | {"Y0", "state", "rng"}
    unknown = next((name for name in options if name not in known), None)
    if unknown is not None:
        raise TypeError(f"{unknown!r} is not an argument of embed_graph: see its signature")
    seed = one_seed(options.get("random_state"), options.get("rng"))
    return replace(Settings.of(options), verbose=False, random_state=seed)


def _compile(d, device=CPU):
    """Call all kernels once: a first call compiles them, or reads them from the cache."""
    i = np.arange(1_200)
    chain = as_graph((np.tile(i, 2), np.concatenate([i + 1, i + 35])))
    embed(chain, Settings(d=d, max_iter=2, exact=False, random_state=0, device=device))


def _of_packing(problem, links, upper, workers):
    """Seconds for the small components, of which all are begun, and for packing; matrices follow the parts' order."""
    parts, settings = problem.parts, problem.settings
    rng, n = np.random.default_rng(0), len(parts.order)
    schedule = small_schedule(int(parts.sizes[-1]), settings)
    Y, kl, times = rng.standard_normal((n, settings.d)).astype(np.float32), np.zeros(len(parts.sizes)), []
    for n_iter in (0, min(TIMED_SMALL, schedule.n_iter)):
        begin = clock()
        blocks = small_blocks(links, upper, parts)
        small_parts(blocks, parts, replace(settings, schedule=schedule.begun(n_iter)), rng, workers, Y, kl)
        times.append(clock() - begin)
    begin = clock()
    component = np.repeat(np.arange(len(parts.sizes)), parts.sizes)
    Y, spacing = evened(Y, parts._replace(order=np.arange(n)), workers)
    packed(Y, component, spacing)
    return times[0] + schedule.n_iter * (times[1] - times[0]) / max(n_iter, 1) + clock() - begin


def _of_run(part, limit, rng, workers):
    """Seconds, iterations and bytes of the grids of the run of a Part, which is begun."""
    begin = clock()
    run, part = begun(part, rng, workers)
    forces, motion = forces_of(part, run.schedule, limit, workers), run.motion
    to_begin = clock() - begin
    phases = [phase for phase in run.schedule.phases if phase.n_iter]
    if not phases:
        return to_begin, 0, 0
    fastest = float(len(motion.Y))  # steps that diverge take no longer
    first, last = (phase._replace(eta=min(phase.eta, fastest)) for phase in (phases[0], phases[-1]))  # longest by far
    begin = clock()
    forces.advance(motion, first)
    opening = clock() - begin
    forces.advance(motion, first, WARM_UP)
    if last.grow:
        forces.grow(motion, last.grow)
    grid = forces.repulsion.nbytes
    motion.plans = []
    begin = clock()
    forces.advance(motion, last)
    planning = clock() - begin
    begin = clock()
    forces.advance(motion, last, TIMED)
    each = (clock() - begin) / TIMED
    n_iter = run.schedule.n_iter
    reorders = sum(at < n_iter for at in REORDER_AT) * max(opening - each, 0.0)
    seconds = to_begin + reorders + n_iter * (each + REPLANS * planning)
    return seconds, n_iter, max(grid, forces.repulsion.nbytes)
