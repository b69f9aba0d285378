"""A graph of several components: split it, and lay out the many small parts at once.

Parts come in the order of their size, the nodes of each in the order of the graph. Each part is laid out by itself, in
a scale of its own; arranging.py makes one picture of them.
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from ..core.descent import MENDS, REMEDY, SLOWER, EmbeddingDivergedError, Phase
from ..core.search.connectivity import first_nodes
from ..core.small import ETA, descend_small
from .schedule import is_published, make_schedule
from .start import RANDOM_SPREAD, ROOM, off_one_spot

SMALL = 200  # nodes: up to here the direct sum in one compiled loop is cheaper than a run of its own
LOOSE = 0.7  # exaggeration at the end: at 1, the objective piles up the nodes of a clique


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

    def block(self, matrix, start, stop):
        """Rows and columns of the parts start..stop of a matrix in the parts' order."""
        low, high = self.first[start], self.first[stop]
        entries = slice(matrix.indptr[low], matrix.indptr[high])
        indptr = matrix.indptr[low : high + 1] - matrix.indptr[low]
        arrays = matrix.data[entries], matrix.indices[entries] - low, indptr
        return csr_array(arrays, shape=(high - low, high - low))


def component_numbers(A):
    """Number of the component of each node: 0 is the largest; of equal ones, the one of the first node comes first."""
    first = first_nodes(A)
    sizes = np.bincount(first, minlength=len(first))
    least = np.flatnonzero(sizes)
    number = np.empty(len(first), np.int64)
    number[least[np.argsort(-sizes[least], kind="stable")]] = np.arange(len(least))
    return number[first]


def as_parts(component):
    """Parts of the component numbers of the nodes."""
    first = np.concatenate([[0], np.cumsum(np.bincount(component))])
    return Parts(np.argsort(component, kind="stable"), first)


def n_large(parts):
    """Number of parts that get a run of their own: large ones and, as its run is watched, the first; never a node."""
    if len(parts.sizes) == 1:
        return 1
    return max(int((parts.sizes > SMALL).sum()), int(parts.sizes[0] > 1))


def halved(upper):
    """The upper triangle scaled to a sum of 1/2, as that of a P of its own."""
    total = upper.data.sum(dtype=np.float64)
    return csr_array(((upper.data / (2 * total)).astype(np.float32), upper.indices, upper.indptr), shape=upper.shape)


def small_schedule(size, d, options):
    """The schedule of a small component; what the caller asked for is obeyed."""
    if options["schedule"] is not None:
        return options["schedule"]
    schedule = make_schedule(size, 0.0, options, d=d, variation=1.0)  # paths and trees, most of them
    if is_published(options) or options["exaggeration"] != "auto":
        return schedule
    *before, last = schedule.phases
    return schedule._replace(phases=(*before, last._replace(exaggeration=min(last.exaggeration, LOOSE))))


def begins_small(schedule, options):
    """Whether the start is to be small, a given one, too: the schedule is automatic, and has a first phase."""
    return options["schedule"] is None and not is_published(options) and schedule.phases[0].n_iter > 0


def are_small(parts):
    """Whether all parts are small and none is most of the graph."""
    return parts.sizes[0] <= SMALL and 2 * parts.sizes[0] <= len(parts.order)


def options_of_first(parts, d, options):
    """The options for the largest part: those of a small one if it is one among others."""
    return options | {"schedule": small_schedule(int(parts.sizes[0]), d, options)} if are_small(parts) else options


def small_parts(links, upper, parts, init, options, rng, workers, Y, kl):
    """Fill the rows of Y (n, d) and kl (c,) of the parts after the large ones; matrices and Y follow the parts' order.

    Any start by name but "random" is a start by stress.
    """
    begin, end = n_large(parts), int((parts.sizes > 1).sum())
    if begin == end:
        return
    low, high = parts.first[begin], parts.first[end]
    sizes, number = np.unique(parts.sizes[begin:end], return_inverse=True)
    schedules = [small_schedule(int(size), Y.shape[1], options) for size in sizes]
    phases = np.zeros((len(sizes), max(1, *(len(schedule.phases) for schedule in schedules)), len(Phase._fields)))
    for row, schedule in zip(phases, schedules, strict=True):
        row[: len(schedule.phases)] = np.reshape(schedule.phases, (-1, len(Phase._fields)))
    first = parts.first[begin : end + 1] - low
    if isinstance(init, str):
        start = rng.standard_normal((high - low, Y.shape[1])) * (RANDOM_SPREAD if init == "random" else 1.0)
    else:
        start = off_one_spot(init[parts.order[low:high]].astype(np.float32), first, rng)
    length, sizes_of_start = None, {}
    if isinstance(init, str) and init != "random":
        length = schedules[0].length
        if length is None:
            sizes_of_start["room"] = ROOM
    elif not isinstance(init, str) and begins_small(schedules[0], options):
        sizes_of_start["most_room"] = ROOM
    blocks = [parts.block(matrix, begin, end) for matrix in (links, upper)]
    phases = phases[number.ravel()]
    for mend in range(MENDS + 1):
        Y[low:high], kl[begin:end] = descend_small(first, *blocks, start, phases, length, workers, **sizes_of_start)
        wrong = np.isnan(kl[begin:end])
        if not wrong.any():
            return
        message = f"the embedding of {wrong.sum()} small components diverged (eta={phases[wrong, :, ETA].max():g})"
        if mend < MENDS:
            warnings.warn(
                f"{message}; they start again with a lower learning rate. To avoid this, {REMEDY}",
                RuntimeWarning,
                stacklevel=2,
            )
            most = np.diff(first)[wrong, None]  # as automatic learning rates
            phases[wrong, :, ETA] = np.minimum(SLOWER * phases[wrong, :, ETA], most)
    raise EmbeddingDivergedError(f"{message}: {REMEDY}")
