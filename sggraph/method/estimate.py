"""`estimate`: iterations, seconds and memory that an embedding will take, told before it runs.

Seconds: the probabilities, the start, a few iterations from it and the packing of components are made as the run will
make them, and timed; the rest is multiplication. Memory: the grids as they are by then, and bytes for each node, entry
and distance, counted from the arrays that live at the same time (memory.py).
"""

import inspect
from copy import deepcopy
from time import perf_counter
from typing import NamedTuple

import numpy as np

from ..core.affinity import joint_probabilities, symmetric_pattern
from ..core.descent import REORDER_AT, Descent
from ..core.engine.blocks import Workers
from ..embed import embed_graph
from ..graph.adjacency import as_graph
from ..inputs.checks import as_generator, check_flags
from .arranging import evened, packed
from .components import as_parts, component_numbers, n_large, options_of_first, small_parts, small_schedule
from .memory import grid_limit, memory_of
from .narrowing import is_kept, without_leaves
from .run import new_run
from .schedule import fill, is_published, split
from .settings import as_lambda, check_keeping, check_options
from .start import check_init

WARM_UP, TIMED = 12, 8  # iterations
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

    def __str__(self):
        memory = f"{self.memory / 1e9:.1f} GB" if self.memory >= 1e9 else f"{self.memory / 1e6:.0f} MB"
        seconds = f"{self.seconds / 60:.0f} minutes" if self.seconds >= 600 else f"{self.seconds:.2g} seconds"
        graph = f"{self.n_nodes:,} nodes, {self.n_edges:,} edges, {self.d}-D"
        return f"{graph}: about {self.n_iter:,} iterations, {seconds}, {memory}"


def estimate(graph, d=2, *, weight="weight", direction="symmetric", clock=perf_counter, **options):
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
    check_flags(drop_leaf=options["drop_leaf"], verbose=options["verbose"])
    check_keeping(*(options[name] for name in ("checkpoint", "checkpoint_every", "on_interrupt")))
    d = int(d)
    _compile(d)
    begin = clock()
    whole = as_graph(graph, weight=weight, direction=direction)
    A, lambda_ = whole.adjacency, as_lambda(options["lambda_"])
    rng = as_generator(0 if options["random_state"] is None else deepcopy(options["random_state"]))
    init = options["init"] if options["Y0"] is None else np.asarray(options["Y0"])
    check_init(init, A.shape[0], d)
    n_edges = symmetric_pattern(A).nnz // 2
    if options["drop_leaf"]:
        kept = is_kept(symmetric_pattern(A))
        A, init = without_leaves(A, kept), init if isinstance(init, str) else np.asarray(init)[kept]
    parts = as_parts(component_numbers(A))
    several = len(parts.sizes) > 1
    is_packed = several and (
        options["components"] == "pack" or (options["components"] == "auto" and isinstance(init, str))
    )
    alone = is_packed or (several and options["components"] == "largest")
    size = A.shape[0], A.nnz, d
    options["limit"] = grid_limit(options["max_memory"], *size, options["h"], packed=is_packed)
    with Workers(options["n_jobs"]) as workers:
        links = symmetric_pattern(A)
        local = not whole.weighted if options["local_weights"] == "auto" else options["local_weights"]
        upper = joint_probabilities(A, lambda_, workers, links=links if local else None, given=whole.given).upper
        if alone:
            links, upper = (parts.sorted(M) for M in (links, upper))
        seconds = clock() - begin
        if is_packed:
            seconds += _of_packing(links, upper, parts, init, d, options, workers, clock)
        if alone:
            links, upper = (parts.block(M, 0, 1) for M in (links, upper))
            options = options_of_first(parts, d, options)
        if not isinstance(init, str):
            init = np.asarray(init)[parts.order[: parts.sizes[0]] if alone else slice(None)]
        n_iter, taken, grid = _measured(init, links, upper, d, lambda_, options, rng, workers, clock)
    share = parts.first[n_large(parts)] / parts.sizes[0] if is_packed else 1.0
    kinds = {"packed": is_packed, "together": several and not alone, "published": is_published(options)}
    memory = memory_of(*size, grid, **kinds)
    return Estimate(len(whole.nodes), n_edges, d, n_iter, float(seconds + share * taken), memory)


def _compile(d):
    """Call all kernels once: a first call compiles them, or reads them from the cache."""
    i = np.arange(1_200)
    embed_graph((np.tile(i, 2), np.concatenate([i + 1, i + 35])), d, max_iter=2, exact=False, random_state=0)


def _of_packing(links, upper, parts, init, d, options, workers, clock):
    """Seconds for the small components, of which all are begun, and for packing; matrices follow the parts' order."""
    rng, n = np.random.default_rng(0), len(parts.order)
    schedule = small_schedule(int(parts.sizes[-1]), d, options)
    init = init if isinstance(init, str) else np.asarray(init, np.float64)
    Y, kl, times = rng.standard_normal((n, d)).astype(np.float32), np.zeros(len(parts.sizes)), []
    for n_iter in (0, min(TIMED_SMALL, schedule.n_iter)):
        begin = clock()
        shorter = options | {"schedule": schedule._replace(phases=split(schedule.phases, n_iter)[0])}
        small_parts(links, upper, parts, init, shorter, rng, workers, Y, kl)
        times.append(clock() - begin)
    begin = clock()
    component = np.repeat(np.arange(len(parts.sizes)), parts.sizes)
    Y, spacing = evened(Y, component, workers)
    packed(Y, component, spacing)
    return times[0] + schedule.n_iter * (times[1] - times[0]) / max(n_iter, 1) + clock() - begin


def _measured(init, links, upper, d, lambda_, options, rng, workers, clock):
    """Iterations, seconds and bytes of the grids of the run of one component, which is begun."""
    begin = clock()
    run, paths = new_run(init, links, d, fill(np.diff(links.indptr), lambda_), options, rng, workers)
    seconds = clock() - begin
    once, each, grid = _iterations(run, upper, paths, options, workers, clock)
    n_iter = run.schedule.n_iter
    reorders = sum(at < n_iter for at in REORDER_AT)
    return n_iter, seconds + once * (1 + reorders) + each * n_iter, grid


def _iterations(run, upper, paths, options, workers, clock):
    """Seconds to begin, seconds of an iteration, bytes of the grids."""
    phases = [phase for phase in run.schedule.phases if phase.n_iter]
    if not phases:
        return 0.0, 0.0, 0
    fastest = float(len(run.Y0))  # steps that diverge take no longer
    first, last = (phase._replace(eta=min(phase.eta, fastest)) for phase in (phases[0], phases[-1]))  # longest by far
    begin = clock()
    settings = {name: options[name] for name in ("h", "exact", "limit")}
    descent = Descent(upper, run.Y0, workers, paths=paths, **settings)
    once = clock() - begin
    for _ in range(WARM_UP):
        descent.advance(first)
    if last.grow:
        descent.grow(last.grow)
    grid = descent.repulsion.nbytes
    descent.repulsion.plans = []
    begin = clock()
    descent.advance(last)
    planning = clock() - begin
    begin = clock()
    for _ in range(TIMED):
        descent.advance(last)
    each = (clock() - begin) / TIMED
    return once, each + REPLANS * planning, max(grid, descent.repulsion.nbytes)
