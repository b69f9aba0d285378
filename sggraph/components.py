"""A graph of several components: split it, lay out the many small parts at once, and pack all parts into one picture.

Parts come in the order of their size, the nodes of each in the order of the graph. Each part is laid out by itself, in
a scale of its own; then all are turned so that their long axis lies along the first, scaled to the same distance
between nodes, and packed (core/packing.py). Isolated nodes fill a block of rows beside the others.
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from .core.connectivity import first_nodes
from .core.descent import MENDS, REMEDY, SLOWER, EmbeddingDivergedError, Phase
from .core.packing import pack
from .core.small import descend_small
from .core.tree import tree_neighbors
from .initial import RANDOM_SPREAD, ROOM, off_one_spot
from .limits import one_blas_thread
from .schedule import is_published, make_schedule

SMALL = 200  # nodes: up to here the direct sum in one compiled loop is cheaper than a run of its own
LOOSE = 0.7  # exaggeration at the end: at 1, the objective piles up the nodes of a clique
GAP = 1.5  # between parts and between isolated nodes, in distances between nodes
LEAST_SPACING = 0.1  # of that of evenly spread nodes: a part whose nodes coincide in pairs is not blown up


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
        message = f"the embedding of {wrong.sum()} small components diverged (eta={phases[wrong, :, 2].max():g})"
        if mend < MENDS:
            warnings.warn(
                f"{message}; they start again with a lower learning rate. To avoid this, {REMEDY}",
                RuntimeWarning,
                stacklevel=2,
            )
            most = np.diff(first)[wrong, None]  # as automatic learning rates
            phases[wrong, :, 2] = np.minimum(SLOWER * phases[wrong, :, 2], most)
    raise EmbeddingDivergedError(f"{message}: {REMEDY}")


def packed(Y, component, spacing):
    """Coordinates of all nodes, their components moved apart: each keeps what it is around its own origin."""
    parts = as_parts(component)
    inner = int((parts.sizes > 1).sum())
    order = parts.order[: parts.first[inner]]
    moved = np.zeros(Y.shape)
    if inner:
        with one_blas_thread():
            shifts = pack(Y[order], parts.first[: inner + 1], GAP / 2 * spacing)
        moved[order] = Y[order] + np.repeat(shifts, parts.sizes[:inner], axis=0)
    moved[parts.order[len(order) :]] = _block(len(Y) - len(order), moved[order], GAP * spacing)
    return (moved - moved.mean(axis=0)).astype(np.float32)


def _block(m, others, pitch):
    """Rows of m isolated nodes below the others, as wide as these are, or as high where they are narrow."""
    d = others.shape[1]
    low, high = (others.min(axis=0), others.max(axis=0)) if len(others) else (np.zeros(d), np.zeros(d))
    counts = np.maximum((high - low)[:-1] // pitch + 1, np.ceil(m ** (1 / d))).astype(int)
    counts[:1] = -(-m // -(-m // counts[:1])) if m else 1  # rows of equal length
    counts = np.append(counts, max(m, 1))
    index = np.column_stack(np.unravel_index(np.arange(m), counts[::-1]))[:, ::-1].astype(float)
    index[:, :-1] -= np.minimum(counts[:-1] - 1, index[:, :-1].max(axis=0, initial=0)) / 2
    middle = (low + high) / 2
    index[:, -1] += 1
    return np.append(middle[:-1], low[-1]) + pitch * index * np.append(np.ones(d - 1), -1)


def evened(Y, component, workers):
    """Y with all components around the origin, turned to their long axis and of the same spacing; and that spacing."""
    parts = as_parts(component)
    Z, sizes = Y[parts.order].astype(np.float64), parts.sizes
    Z -= np.repeat(np.add.reduceat(Z, parts.first[:-1]) / sizes[:, None], sizes, axis=0)
    squares = np.add.reduceat(Z[:, :, None] * Z[:, None, :], parts.first[:-1])
    with one_blas_thread():
        _, axes = np.linalg.eigh(squares)
    axes = axes[:, :, ::-1]
    Z = np.einsum("nk,nkl->nl", Z, np.repeat(axes, sizes, axis=0))
    spacing = spacings(Z, parts, workers)
    target = spacing[0] if spacing[0] > 0 and not are_small(parts) else 1.0
    Z *= np.repeat(np.where(spacing > 0, target / np.where(spacing > 0, spacing, 1.0), 1.0), sizes)[:, None]
    evened_Y = np.empty_like(Z)
    evened_Y[parts.order] = Z
    return evened_Y.astype(np.float32), float(target)


def spacings(Z, parts, workers):
    """Distance between nodes in each part (centred, along its axes, nodes in order); 0 where there is a single node.

    The geometric mean of the median distance to the nearest node and the distance that as many nodes would have, spread
    evenly: the first alone would make parts tiny beside one in clumps, the second makes cliques as wide as chains.
    """
    d, sizes, first = Z.shape[1], parts.sizes, parts.first[:-1]
    reach = np.maximum.reduceat(np.abs(Z).max(axis=1), first)
    apart = Z / np.repeat(np.where(reach > 0, reach, 1.0), sizes)[:, None]
    apart[:, 0] += np.repeat(6.0 * np.arange(len(sizes)), sizes)  # reach 1: other parts are farther than all of its own
    _, distance = tree_neighbors(apart, 2, workers)
    nearest = distance[:, 1] * np.repeat(reach, sizes)
    ranked = nearest[np.lexsort([nearest, np.repeat(np.arange(len(sizes)), sizes)])]
    median = ranked[first + (sizes - 1) // 2]
    deviations = np.sqrt(np.add.reduceat(Z**2, first) / sizes[:, None])
    even = (np.prod(np.sqrt(12) * deviations + median[:, None], axis=1) / sizes) ** (1 / d)
    return np.where(sizes > 1, np.sqrt(np.maximum(median, LEAST_SPACING * even) * even), 0.0)
