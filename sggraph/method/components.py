"""A graph of several components: split it, and lay out the many small parts at once.

Parts come in the order of their size, the nodes of each in the order of the graph. Each part is laid out by itself, in
a scale of its own; arranging.py makes one picture of them.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, issparse, triu

from ..core.descent import MENDS, SLOWER, EmbeddingDivergedError, Phase
from ..core.engine.blocks import ALONE, sum_by_blocks
from ..core.engine.memory import untouched
from ..core.search.connectivity import first_nodes
from ..core.small import ETA, descend_small
from ..runtime.warn import warn
from .schedule import schedule_for
from .start import RANDOM_SPREAD, ROOM, begins_small, off_one_spot
from .traits import Traits

REMEDY = "use a smaller eta (or eta='auto'), a smaller alpha, or a start (init) of smaller extent"
SMALL = 200  # nodes: up to here the direct sum in one compiled loop is cheaper than a run of its own


class Parts(NamedTuple):
    """Nodes in the order of their components, and where each component begins in it; the largest comes first."""

    order: np.ndarray
    first: np.ndarray

    @property
    def sizes(self):
        """Nodes in each part."""
        return np.diff(self.first)

    def sorted(self, matrix):
        """The matrix (CSR) with rows and columns in the parts' order."""
        matrix = csr_array(matrix[self.order][:, self.order])
        matrix.sort_indices()
        return matrix

    def in_order(self, matrix):
        """The same; what ranks share, or a card has, as it is: of that `taken` is a part."""
        return self.sorted(matrix) if issparse(matrix) else matrix

    def block(self, matrix, start, stop):
        """Rows and columns of the parts start..stop of a matrix in the parts' order."""
        low, high = self.first[start], self.first[stop]
        entries = slice(matrix.indptr[low], matrix.indptr[high])
        indptr = matrix.indptr[low : high + 1] - matrix.indptr[low]
        arrays = matrix.data[entries], matrix.indices[entries] - low, indptr
        return csr_array(arrays, shape=(high - low, high - low))


def component_numbers(A, workers=ALONE):
    """Number of the component of each node: 0 is the largest; among equal ones, that of the first node comes first."""
    first = first_nodes(A, workers) if issparse(A) else A.first_nodes()
    if not first.any():
        return untouched((len(first),), np.int64)
    sizes = np.bincount(first, minlength=len(first))
    least = np.flatnonzero(sizes)
    number = np.empty(len(first), np.int64)
    number[least[np.argsort(-sizes[least], kind="stable")]] = np.arange(len(least))
    return number[first]


def as_parts(component):
    """Parts of the component numbers of the nodes."""
    sizes = np.bincount(component)
    order = np.arange(len(component), dtype=np.int32) if len(sizes) == 1 else np.argsort(component, kind="stable")
    return Parts(order, np.concatenate([[0], np.cumsum(sizes)]))


def n_large(parts):
    """Number of parts that get a run of their own: large ones and, as its run is watched, the first; never a node."""
    if len(parts.sizes) == 1:
        return 1
    return max(int((parts.sizes > SMALL).sum()), int(parts.sizes[0] > 1))


def halved(upper):
    """The upper triangle scaled to a sum of 1/2, as that of a P of its own."""
    total = sum_by_blocks(upper.indptr, lambda first, stop: upper.data[first:stop].sum(dtype=np.float64))
    return csr_array(((upper.data / (2 * total)).astype(np.float32), upper.indices, upper.indptr), shape=upper.shape)


def small_schedule(size, settings):
    """The schedule of a small component, whose traits are not measured: paths and trees, most of them, and cliques,
    stars and the like, whose nodes are alike.
    """
    return schedule_for(settings, Traits(size, settings.d, filled=0.0, alike=1.0, variation=1.0))


def are_small(parts):
    """Whether all parts are small and none is most of the graph."""
    return parts.sizes[0] <= SMALL and 2 * parts.sizes[0] <= len(parts.order)


def settings_of_first(parts, settings):
    """The Settings for the largest part: those of a small one if it is one among others."""
    if not are_small(parts):
        return settings
    return replace(settings, schedule=small_schedule(int(parts.sizes[0]), settings))


def small_blocks(links, upper, parts):
    """Pattern and upper triangle of P (CSR) of all small parts together; whole matrices are in the parts' order, and
    what ranks share, or a card has, in that of the graph.
    """
    begin, end = _small(parts)
    nodes = parts.order[parts.first[begin] : parts.first[end]]
    if issparse(links):
        above = parts.block(upper, begin, end) if issparse(upper) else upper.upper(nodes)
        return [parts.block(links, begin, end), above]
    order = np.argsort(np.argsort(nodes))
    blocks = [csr_array(matrix.whole(np.sort(nodes))[order][:, order]) for matrix in (links, upper)]
    for block in blocks:
        block.sort_indices()
    return [blocks[0], csr_array(triu(blocks[1], 1, format="csr"))]


def _small(parts):
    """The small parts, from where to where: isolated nodes are none."""
    return n_large(parts), int((parts.sizes > 1).sum())


def small_parts(blocks, parts, settings, rng, workers, Y, kl):
    """Fill the rows of Y (n, d) and kl (c,) of the parts after the large ones, whose matrices the blocks are; Y follows
    the parts' order. Any start by name but "random" is a start by stress.
    """
    begin, end = _small(parts)
    if begin == end:
        return
    low, high = parts.first[begin], parts.first[end]
    schedules, phases = _schedules(parts.sizes[begin:end], settings)
    first = parts.first[begin : end + 1] - low
    start, sizes_of_start = _starts(parts.order[low:high], first, schedules[0], settings, rng)
    for mend in range(MENDS + 1):
        Y[low:high], kl[begin:end] = descend_small(first, *blocks, start, phases, workers=workers, **sizes_of_start)
        wrong = np.isnan(kl[begin:end])
        if not wrong.any():
            return
        message = f"the embedding of {wrong.sum()} small components diverged (eta={phases[wrong, :, ETA].max():g})"
        if mend < MENDS:
            warn(f"{message}; they start again with a lower learning rate. To avoid this, {REMEDY}", RuntimeWarning)
            most = np.diff(first)[wrong, None]  # as automatic learning rates
            phases[wrong, :, ETA] = np.minimum(SLOWER * phases[wrong, :, ETA], most)
    raise EmbeddingDivergedError(f"{message}: {REMEDY}")


def _schedules(sizes, settings):
    """Schedules of the sizes that there are, and phases (c, p, 9) of all components, the fields of Phase in a row."""
    kinds, number = np.unique(sizes, return_inverse=True)
    schedules = [small_schedule(int(size), settings) for size in kinds]
    most = max(1, *(len(schedule.phases) for schedule in schedules))
    phases = np.zeros((len(kinds), most, len(Phase._fields)))
    for row, schedule in zip(phases, schedules, strict=True):
        row[: len(schedule.phases)] = np.reshape(schedule.phases, (-1, len(Phase._fields)))
    return schedules, phases[number.ravel()]


def _starts(nodes, first, schedule, settings, rng):
    """Where the nodes start, or noise for a start by stress, and how large it is to be (for `descend_small`)."""
    init, shape = settings.init, (len(nodes), settings.d)
    if not isinstance(init, str):
        Y = off_one_spot(init[nodes].astype(np.float32), first, rng)
        return Y, {"length": None, "most_room": ROOM if begins_small(schedule, settings) else 0.0}
    if init == "random":
        return RANDOM_SPREAD * rng.standard_normal(shape), {"length": None}
    Y = rng.standard_normal(shape)
    if schedule.length is None:
        return Y, {"length": None, "room": ROOM}
    return Y, {"length": schedule.length}
