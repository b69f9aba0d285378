"""The schedule of a run: phases of iterations, and how long the edges of the start are.

The automatic one lowers a single objective, rho-KL(P || Q) + mu S(Y), and the dial `balance` is mu.

S, the stress of path lengths (core/shape/path_stress.py), keeps distances in proportion to path lengths: what people
see of a picture as a whole. The divergence keeps neighbours together. mu falls from 16 at balance 0 over 1 at .5 to
.05 at 1, geometrically in between, times how much path lengths vary, in terms of what distances in a disc do (social
graphs .5 to .7, meshes .9): lengths of 2 and 3 alone say little. The last two of these numbers count as far as P
leaves the picture open (`left_open`). Edges, which pivots do not sample, have a stress of their own, with .02 of the
attraction, less where mu is below 1: enough that a mesh stays a smooth sheet.

rho, the exaggeration of the divergence. A row of P sums to 1 however few neighbours it has, but lambda neighbours were
asked for: a node with fewer should not pull with the weight of lambda. The mean of min(degree, lambda) / lambda is the
natural exaggeration rho; less attraction spreads the nodes more evenly. It is nearer to 1 for small graphs, but below 1
where nodes have equal neighbourhoods (traits.py): nothing else would part those.

Two phases. First the picture is small, as the kernel of the divergence sees it: ten nodes stand in the room of one in
each dimension, or more in large graphs, so that neighbours feel each other from one end to the other and communities
gather, while stress keeps these in place. Where P leaves nothing open they take longer, and begin closer. Then the
picture is enlarged to the size at which its divergence is least, and the nodes find their places. Stress has no size of
its own, so that costs it nothing. Without the small phase communities stay torn (accuracy of labels of blogcatalog .15
instead of .24, of musae_facebook .87 instead of .90); without the enlargement nodes of sparse graphs stay on each other
(hpo_isa .15 of them instead of .00, pgp_giant .25 instead of .00) and edges of meshes are less even (deviation over
mean in 3elt .61 instead of .50).

Tried, and not worth it: path lengths that are means over neighbours, mu that falls or rises during a phase, a third
phase between the two, 150 more iterations, gains without a limit: all on the same front of recall, stress and labels.
"""

from typing import NamedTuple, Self

import numpy as np

from ..core.descent import Phase
from ..runtime.checks import is_auto

# What half and double the number did, unless it says otherwise, to the means over eight graphs (cora, netscience, power
# grid, lastfm_asia, 3elt, yeast, polblogs, hpo_isa); a change of .005 in recall is noise.
BALANCE = 0.5  # of the dial: where mu is 1, path lengths and neighbours count alike
STRESS = (16.0, 1.0, 0.05)  # mu at balance 0, .5 and 1; .5 at the middle: recall +.012, stress +.004; 2: -.027, -.004
OPEN = 0.25  # of lambda: nodes that lack as much leave all to path lengths; .5: recall of polblogs +.02, stress +.006
LEAST_FREE = 0.05  # so that the dial has a way to go where nothing is open
EVENNESS = 0.02  # weight of edges in the stress up to balance .5; .05: airfoil1 loses .02 of recall, 0: 3elt is torn
GATHER = 3.0  # exaggeration of the first phase; 2: recall -.004, 4.5: -.003
GATHER_ITER = 100  # its iterations; 50: recall -.007 (hpo_isa -.02), 200: -.007 (-.03)
GATHER_STRESS = 4.0  # 2 and 8: recall -.002, stress the same
GATHER_EVENNESS = 0.3  # .1: recall -.010, .6: -.002 and .01 more nodes on each other
SETTLED_LENGTH = 1.0  # of the median edge of a start, where the divergence settles all: the classes of large neighbour
# graphs come together from afar. With both as for other graphs, 70,000 digits of MNIST lie in pieces (silhouette .18
# instead of .41; 280,000, slanted ones with them: .14, .36), and on a line have an accuracy of .41 instead of .96
SEED_LENGTH = 12.0  # over alpha, where alpha is given: a strong exaggeration wants a compact start
PUBLISHED_EARLY = 250  # iterations with exaggeration, where alpha is given, as in the publications, and of the first
# phase where the divergence settles all (100: silhouette of MNIST .37; 350: .41, as with 250)
AUTO_MAX_ITER = 400  # 200: stress +.002, .03 more nodes on each other; 800: recall -.010, stress -.002
MORE_ITER = 100  # one more iteration per so many nodes, up to twice as many, where paths are long: meshes, roads
FEW = 500  # nodes: smaller graphs end with an exaggeration of 1; 0: recall of netscience -.10; 2000: overlap +.08
PARTING = 0.76  # at most the exaggeration at the end if all nodes are alike; .8 leaves pairs on a spot, at .7 some flee
EARLY_MOMENTUM, MOMENTUM = 0.5, 0.8  # the first in the published method alone, early; .5: recall -.016, .9: -.024
MAX_GAIN = 10.0  # of a coordinate: below rho = 1 pictures drift apart forever, gains reach 90, and stiff meshes burst
MAX_STEP = 10.0  # of a coordinate, with automatic eta: a hundred leaves on a spot fling each other a thousand away
MAX_STEP_1D = 0.4  # on a line nodes that leap over each other do not find back: a path of 30 ended in three pieces


class Schedule(NamedTuple):
    """Phases of a run and the length of the median edge at its start (ignored where coordinates are given).

    The automatic schedule lowers KL(P || Q) and mu times the stress of path lengths in every step. It begins with a
    picture so small that neighbours find each other across it, then enlarges it, and from there on `balance` is mu: 16
    at 0, where distances follow path lengths above all, 1 at .5, .05 at 1, where neighbours alone count; times how much
    path lengths vary, and the latter two less where nodes have `lambda_` neighbours or nearly so.

    Parameters
    ----------
    phases : tuple of Phase
        In turn.
    length : float or None, default None
        Length of the median edge of a start that has no length of its own ("stress", "pmds", "spectral"); None:
        compact, a tenth of a unit of room for each node in each dimension.
    start : str, default ""
        What the start was, in the Schedule of a run: "stress", "pmds", "spectral", "random" or "given".

    Examples
    --------
    >>> from sggraph import Phase, Schedule
    >>> print(Schedule((Phase(50, 4.0, 25.0, 0.8), Phase(200, 1.0, 100.0, 0.8, stress=0.75)), length=10.0))
    start: median edge 10
      50 iterations, exaggeration 4, eta 25, momentum 0.8
     200 iterations, exaggeration 1, eta 100, momentum 0.8, stress 0.75
    """

    phases: tuple[Phase, ...]
    length: float | None = None
    start: str = ""

    @property
    def n_iter(self) -> int:
        """Iterations in all."""
        return sum(phase.n_iter for phase in self.phases)

    def begun(self, n_iter: int) -> Self:
        """The first iterations of it."""
        phases = []
        for phase in self.phases:
            phases.append(phase._replace(n_iter=min(phase.n_iter, n_iter)))
            n_iter -= phases[-1].n_iter
        return self._replace(phases=tuple(phases))

    @property
    def is_stressed(self) -> bool:
        """Whether path lengths have a part in it, or will have once there are more iterations."""
        return any(phase.stress + phase.evenness > 0 for phase in self.phases)

    def __str__(self) -> str:
        size = "compact" if self.length is None else f"median edge {self.length:g}"
        start = ", ".join(filter(None, (self.start, "" if self.start in ("random", "given") else size)))
        return "\n".join([f"start: {start}", *(f"{' ' * (4 - len(str(p.n_iter)))}{p}" for p in self.phases)])


def schedule_for(settings, traits):
    """The Schedule of a run: the caller's, that of the method as published, or an automatic one."""
    if settings.schedule is not None:
        schedule = settings.schedule
    elif settings.is_published:
        schedule = published(settings, traits)
    else:
        schedule = automatic(settings, traits)
    return schedule._replace(start=traits.start)


def automatic(settings, traits):
    """The Schedule for a component of these traits (method/traits.py); explicit numbers are obeyed."""
    n, d, free = traits.n, traits.d, left_open(traits.filled)
    gathering = round(free * GATHER_ITER + (1.0 - free) * PUBLISHED_EARLY)
    max_iter = n_iterations(settings.max_iter, traits, gathering - GATHER_ITER)
    early = n_early(settings.early_exag, gathering, max_iter)
    rho = settings.exaggeration
    rho = final_exaggeration(n, traits.filled, traits.alike) if is_auto(rho) else float(rho)
    stress, evenness = stress_weights(settings.balance, free)
    stress *= traits.variation
    first_evenness = GATHER_EVENNESS
    if d == 1:  # on a line few edges can be of one length
        evenness = first_evenness = 0.0
    gather = as_phase(early, GATHER, settings.eta, n, d, stress=GATHER_STRESS, evenness=first_evenness)
    settle = as_phase(max_iter - early, rho, settings.eta, n, d, stress=stress, evenness=evenness)
    if early > 0 or traits.start != "given":  # what has not been made small needs no other size
        settle = settle._replace(grow=free)
    return Schedule((gather, settle), None if free else SETTLED_LENGTH)


def published(settings, traits):
    """The Schedule of SG-t-SNE-Pi as published, for an explicit alpha: exaggeration, then the plain divergence."""
    n, d = traits.n, traits.d
    max_iter = n_iterations(settings.max_iter, traits)
    early = n_early(settings.early_exag, PUBLISHED_EARLY, max_iter)
    final = 1.0 if is_auto(settings.exaggeration) else float(settings.exaggeration)
    alpha = float(settings.alpha)
    exaggerated = as_phase(early, alpha, settings.eta, n, d, momentum=EARLY_MOMENTUM, max_gain=np.inf)
    plain = as_phase(max_iter - early, final, settings.eta, n, d, max_gain=np.inf)
    return Schedule((exaggerated, plain), SEED_LENGTH / alpha)


def n_iterations(max_iter, traits, more=0):
    """Iterations in all, `max_iter` if that is a number; `more` are those that gathering takes longer than usual."""
    if not is_auto(max_iter):
        return int(max_iter)
    if traits.long_paths:
        more += min(traits.n // MORE_ITER, AUTO_MAX_ITER)
    return AUTO_MAX_ITER + more


def n_early(early_exag, usual, max_iter):
    """Iterations of the first phase, at most all: `early_exag` if that is a number, else `usual` or half of all."""
    if is_auto(early_exag):
        return min(usual, max_iter // 2)
    return min(int(early_exag), max_iter)


def as_phase(n_iter, exaggeration, eta, n, d, *, momentum=MOMENTUM, max_gain=MAX_GAIN, **others):
    """A Phase for n nodes in d dimensions. The learning rate "auto" is n / exaggeration, between 1 and n (Belkina et
    al., Nat. Commun. 10:5415, 2019), and limits the steps.
    """
    max_step = np.inf
    if is_auto(eta):
        eta, max_step = max(n / max(exaggeration, 1.0), 1.0), MAX_STEP_1D if d == 1 else MAX_STEP
    return Phase(n_iter, exaggeration, float(eta), momentum, max_step, max_gain, **others)


def stress_weights(balance, free=1.0):
    """mu, the weight of the stress of path lengths, and that of the edges: `Phase.stress` and `Phase.evenness`."""
    shape, middle, local = STRESS
    middle, local = (weight * max(free, LEAST_FREE) for weight in (middle, local))
    if balance <= BALANCE:
        stress = shape * (middle / shape) ** (balance / BALANCE)
    else:
        stress = middle * (local / middle) ** ((balance - BALANCE) / (1 - BALANCE))
    return stress, EVENNESS * min(stress / STRESS[1], 1.0)


def left_open(filled):
    """How much of the picture, from 0 to 1, the divergence does not settle.

    Where each node has lambda neighbours, as in neighbour graphs of points, it settles all, and numbers of edges on
    paths say less than P does: MNIST by its 30 nearest neighbours has a silhouette of .30 with them, .43 without.
    """
    return float(np.clip((1.0 - filled) / OPEN, 0.0, 1.0))


def final_exaggeration(n, filled, alike=0.0):
    """Rho. Below 1 the objective has no bound where all distances are large, so that a handful of nodes blows up."""
    rho = 1.0 - (1.0 - filled) * max(1.0 - FEW / max(n, 1), 0.0)
    return min(rho, 1.0 - (1.0 - PARTING) * alike)
