"""The schedule of a run: phases of iterations, and how long the edges of the start are.

Two things decide what picture comes out, and one dial, `balance`, turns both.

L, the length of the median edge at the start. Attraction fades with distance, so from a start whose edges are long only
near neighbours are drawn together and the overall shape of the start survives; from a compact one communities form
freely, and where they come to lie is left to chance. L falls from 120 at balance 0 over 6 to 1.5 at balance 1; graphs
of few edges begin with longer ones (`stretch`). The automatic start is smoothed before it is measured
(`start_likeness`): each node goes to its neighbours while the picture stays what it is, so that communities lie close
and yet in place.

rho, the exaggeration of the last phase. A row of P sums to 1 however few neighbours it has, but lambda neighbours were
asked for: a node with fewer should not pull with the weight of lambda. The mean of min(degree, lambda) / lambda is the
natural exaggeration rho; less attraction spreads the nodes more evenly, which raises the recall of neighbours and
levels gaps and cores. rho = (that mean)^balance, nearer to 1 for small graphs, but below 1 where nodes have equal
neighbourhoods (twins.py): nothing else would part those.

The run begins with exaggeration, from 200 iterations of 4 at balance 0 to 50 of 2 at balance 1, and goes on with the
plain objective. The longer the edges of the start, the more force it takes to close its gaps; neighbours that are drawn
together while the shape holds are worth .02 to .05 of correlation at the same recall.

Graphs of dense communities, each node with at least lambda neighbours (neighbour graphs of point clouds), can be torn
by a spread-out start: parts of a community begin too far apart to find each other. The objective tells: two starts run
`TRIAL` iterations each, and the one with the lower KL divergence goes on, a compact one with strong exaggeration or
the spread-out one. Sparser graphs are not tried: there the smoothed start has won every time.
"""

from typing import NamedTuple

import numpy as np

from .core.descent import Phase

BALANCE = 0.5
LENGTHS = (120.0, 6.0, 1.5)  # of the median edge at the start, at balance 0, .5 and 1
SEED_LENGTH = 12.0  # over alpha, where alpha is given: a strong exaggeration wants a compact start
AUTO_ALPHA, AUTO_EARLY_EXAG = (4.0, 2.0), (200, 50)  # at balance 0 and 1
AUTO_MAX_ITER = 400
MORE_ITER = 100  # one more iteration per so many nodes, up to twice as many, where paths are long: meshes, roads
END = 0.75  # the last phase takes this times balance of the iterations,
LEAST_END = 0.125  # but at least this share
LIKENESS = 0.85  # of the smoothed start to what it was, from balance .5 on
FEW = 500  # nodes: smaller graphs end with an exaggeration of 1
PARTING = 0.76  # at most the exaggeration at the end if all nodes are alike; .8 leaves pairs on a spot, at .7 some flee
TRIAL = 200  # iterations after which two starts are compared
TORN = 0.005  # relative excess of its KL divergence that a spread-out start is forgiven at balance .5
SPARSE = 0.4  # more of it where nodes have fewer neighbours than lambda: paths, not communities, make the shape
PRICE = 2.0  # and per unit of balance below .5: shape is worth more there
CERTAIN = 0.05  # where more than that is forgiven, nothing is tried
EARLY_MOMENTUM, MOMENTUM = 0.5, 0.8
MAX_STEP = 10.0  # of a coordinate, with automatic eta: a hundred leaves on a spot fling each other a thousand away
MAX_STEP_1D = 0.4  # on a line nodes that leap over each other do not find back: a path of 30 ended in three pieces


class Schedule(NamedTuple):
    """Phases of a run and the length of the median edge at its start (ignored where coordinates are given).

    Parameters
    ----------
    phases : tuple of Phase
        Each with `n_iter`, `exaggeration` of the attraction, learning rate `eta`, `momentum` and `max_step`, in turn.
    length : float
        Length of the median edge of a start that has no length of its own ("stress", "pmds", "spectral").
    start : str, default ""
        What the start was, in the Schedule of a run: "spread out" or "compact" (the two that ``init="auto"`` may try),
        "random" or "given".

    Examples
    --------
    >>> from sggraph import Phase, Schedule
    >>> print(Schedule((Phase(50, 4.0, 25.0, 0.8), Phase(200, 1.0, 100.0, 0.8)), length=10.0))
    start: median edge 10
      50 iterations, exaggeration 4, eta 25, momentum 0.8
     200 iterations, exaggeration 1, eta 100, momentum 0.8
    """

    phases: tuple
    length: float
    start: str = ""

    @property
    def n_iter(self):
        """Iterations in all."""
        return sum(phase.n_iter for phase in self.phases)

    def __str__(self):
        edge = "" if self.start in ("random", "given") else f"median edge {self.length:g}"
        lines = [f"start: {', '.join(filter(None, (self.start, edge)))}"]
        for n_iter, exaggeration, eta, momentum, max_step in self.phases:
            values = f"exaggeration {exaggeration:g}, eta {eta:g}, momentum {momentum:g}"
            limit = f", steps up to {max_step:g}" if max_step < np.inf else ""
            lines.append(f"{n_iter:>4d} iterations, {values}{limit}")
        return "\n".join(lines)


def make_schedule(n, filled, options, *, d=2, alike=0.0, long_paths=False, stretch=1.0):
    """The Schedule for n nodes in d dimensions whose mean of min(degree, lambda) / lambda is `filled`; explicit numbers
    are obeyed.

    `alike`: the share of the nodes whose neighbourhood equals another's (twins.py).
    `long_paths`: the graph is a mesh or a road map, in which a move takes many iterations to cross the picture.
    `stretch`: see the function of that name.
    """
    seed_like = options["alpha"] != "auto"
    more = min(n // MORE_ITER, AUTO_MAX_ITER) if long_paths else 0
    max_iter = AUTO_MAX_ITER + more if options["max_iter"] == "auto" else int(options["max_iter"])
    early = options["early_exag"]
    balance = options["balance"]
    early = min(early_iterations(balance), max_iter // 2) if early == "auto" else min(int(early), max_iter)
    alpha = float(options["alpha"]) if seed_like else early_exaggeration(balance)
    final = options["exaggeration"]
    final = (1.0 if seed_like else final_exaggeration(n, filled, balance, alike)) if final == "auto" else float(final)

    def phase(n_iter, exaggeration, momentum=MOMENTUM):
        return as_phase(n_iter, exaggeration, options["eta"], n, momentum, MAX_STEP_1D if d == 1 else MAX_STEP)

    if seed_like or final == 1.0:
        phases = phase(early, alpha, EARLY_MOMENTUM if seed_like else MOMENTUM), phase(max_iter - early, final)
    else:
        last = min(int(max_iter * max(END * balance, LEAST_END)), max_iter - early)
        phases = phase(early, alpha), phase(max_iter - early - last, 1.0), phase(last, final)
    return Schedule(phases, SEED_LENGTH / alpha if seed_like else start_length(balance, stretch))


def as_phase(n_iter, exaggeration, eta, n, momentum=MOMENTUM, max_step=MAX_STEP):
    """A Phase for n nodes. The learning rate "auto" is n / exaggeration, between 1 and n (Belkina et al., Nat. Commun.
    10:5415, 2019), its steps limited to `max_step`.
    """
    if eta == "auto":
        return Phase(n_iter, exaggeration, max(n / max(exaggeration, 1.0), 1.0), momentum, max_step)
    return Phase(n_iter, exaggeration, float(eta), momentum)


def fill(degree, lambda_):
    """Mean of min(degree, lambda) / lambda over the nodes that have an edge."""
    degree = degree[degree > 0]
    if lambda_ is None or len(degree) == 0:
        return 1.0
    return float(np.minimum(degree / lambda_, 1.0).mean())


def final_exaggeration(n, filled, balance, alike=0.0):
    """Rho. Below 1 the objective has no bound where all distances are large, so that a handful of nodes blows up."""
    rho = 1.0 - (1.0 - filled**balance) * max(1.0 - FEW / max(n, 1), 0.0)
    return min(rho, 1.0 - (1.0 - PARTING) * alike)


def start_length(balance, stretch=1.0):
    """Length of the median edge at the start: geometric between the three of `LENGTHS`, the latter two stretched."""
    shape, middle, local = LENGTHS
    middle, local = middle * stretch, local * stretch
    if balance <= BALANCE:
        return middle * (shape / middle) ** (1 - balance / BALANCE)
    return middle * (local / middle) ** ((balance - BALANCE) / (1 - BALANCE))


def stretch(n, n_edges, d, even_length):
    """How much longer than `LENGTHS` the edges of a sparse graph begin; `even_length` gives each node a unit of room.

    Nodes in d dimensions have d n freedoms: so many edges can all become short wherever the nodes are, and a start with
    room for everybody keeps the shape and lets neighbours find each other. Of twice as many edges most contradict each
    other and have to be gathered from nearby.
    """
    free = np.clip(2.0 - n_edges / (d * n), 0.0, 1.0)
    return float(max(min(even_length, LENGTHS[0]) / LENGTHS[1], 1.0) ** free)


def early_iterations(balance):
    """Iterations with exaggeration at the beginning."""
    shape, local = AUTO_EARLY_EXAG
    return round(shape + (local - shape) * balance)


def early_exaggeration(balance):
    """That exaggeration, geometric between the two of `AUTO_ALPHA`."""
    shape, local = AUTO_ALPHA
    return shape * (local / shape) ** balance


def start_likeness(balance):
    """How alike the smoothed start (`initial.smoothed`) has to be; the same at balance 0, where only paths count, and
    nearly so beside it.
    """
    return 1.0 - (1.0 - LIKENESS) * min(balance / BALANCE, 1.0) ** 2


def compact_schedule(n, schedule, eta="auto"):
    """The same number of iterations, the same end and `eta`, for a compact start."""
    first, plain, *last = schedule.phases
    head = [as_phase(25, exaggeration, eta, n, max_step=plain.max_step) for exaggeration in (12.0, 4.0)]
    return Schedule((*head, plain._replace(n_iter=plain.n_iter + first.n_iter - 50), *last), 1.0)


def forgiven(balance, filled):
    """Relative excess of its KL divergence with which a spread-out start still wins; `filled` is that of `fill`."""
    return TORN + SPARSE * (1.0 - filled) + PRICE * max(BALANCE - balance, 0.0)


def split(phases, n_iter):
    """The phases of the first `n_iter` iterations, and the rest."""
    before, after = [], []
    for phase in phases:
        here = min(phase.n_iter, n_iter)
        n_iter -= here
        before.append(phase._replace(n_iter=here))
        after.append(phase._replace(n_iter=phase.n_iter - here))
    return tuple(before), tuple(after)
