"""A graph of several components: split it, lay out the many small parts at once, and pack all parts into one picture.

Parts come in the order of their size, the nodes of each in the order of the graph. Each part is laid out by itself, in
a scale of its own; then all are turned so that their long axis lies along the first, scaled so that the median distance
of a node to the nearest one of its part is the same everywhere, and packed (core/packing.py). Isolated nodes fill a
block of rows beside the others.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from .core.descent import EmbeddingDivergedError
from .core.packing import pack
from .core.small import descend_small
from .initial import RANDOM_SPREAD
from .schedule import make_schedule

SMALL = 200  # nodes: up to here the direct sum in one compiled loop is cheaper than a run of its own
GAP = 3.0  # between parts and between isolated nodes, in distances to the nearest node
LEAST_SPACING = 0.1  # of that of evenly spread nodes: a part whose nodes sit in clumps is not blown up


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
    n_components, found = connected_components(A, directed=False)
    rank = np.empty(n_components, np.int64)
    rank[np.argsort(-np.bincount(found), kind="stable")] = np.arange(n_components)
    return rank[found]


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


def small_parts(links, upper, parts, init, options, rng, workers, Y, kl):
    """Fill the rows of Y (n, d) and kl (c,) of the parts after the large ones; matrices and Y follow the parts' order.

    Their schedule is the one for a graph of their size, without a trial of two starts; any start by name but "random"
    is a start by stress.
    """
    begin, end = n_large(parts), int((parts.sizes > 1).sum())
    if begin == end:
        return
    low, high = parts.first[begin], parts.first[end]
    sizes, number = np.unique(parts.sizes[begin:end], return_inverse=True)
    schedules = [options["schedule"] or make_schedule(int(size), 1.0, options) for size in sizes]
    phases = np.zeros((len(sizes), max(len(schedule.phases) for schedule in schedules), 4))
    for row, schedule in zip(phases, schedules, strict=True):
        row[: len(schedule.phases)] = schedule.phases
    if isinstance(init, str):
        start = rng.standard_normal((high - low, Y.shape[1])) * (RANDOM_SPREAD if init == "random" else 1.0)
    else:
        start = init[parts.order[low:high]]
    length = schedules[0].length if isinstance(init, str) and init != "random" else None
    blocks = (parts.block(matrix, begin, end) for matrix in (links, upper))
    first = parts.first[begin : end + 1] - low
    Y[low:high], kl[begin:end] = descend_small(first, *blocks, start, phases[number.ravel()], length, workers)
    if np.isnan(kl).any():
        raise EmbeddingDivergedError(
            f"the embedding of {np.isnan(kl).sum()} small components diverged: use a smaller eta (or eta='auto'), a "
            "smaller alpha, or a start (init) of smaller extent"
        )


def packed(Y, component, spacing):
    """Coordinates of all nodes, their components moved apart: each keeps what it is around its own origin."""
    parts = as_parts(component)
    inner = int((parts.sizes > 1).sum())
    order = parts.order[: parts.first[inner]]
    moved = np.zeros(Y.shape)
    if inner:
        shifts = pack(Y[order], parts.first[: inner + 1], GAP / 2 * spacing)
        moved[order] = Y[order] + np.repeat(shifts, parts.sizes[:inner], axis=0)
    moved[parts.order[len(order) :]] = _block(len(Y) - len(order), moved[order], GAP * spacing)
    return (moved - moved.mean(axis=0)).astype(np.float32)


def _block(m, others, pitch):
    """Rows of m isolated nodes below the others, as wide as these are, or as high where they are narrow."""
    d = others.shape[1]
    low, high = (others.min(axis=0), others.max(axis=0)) if len(others) else (np.zeros(d), np.zeros(d))
    counts = np.maximum((high - low)[:-1] // pitch + 1, np.ceil(m ** (1 / d))).astype(int)
    counts = np.append(counts, max(m, 1))
    index = np.column_stack(np.unravel_index(np.arange(m), counts[::-1]))[:, ::-1].astype(float)
    index[:, :-1] -= np.minimum(counts[:-1] - 1, index[:, :-1].max(axis=0, initial=0)) / 2
    middle = (low + high) / 2
    index[:, -1] += 1
    return np.append(middle[:-1], low[-1]) + pitch * index * np.append(np.ones(d - 1), -1)


def evened(Y, component, workers):
    """Y with all components around the origin, turned to their long axis and of the same spacing, which is returned."""
    parts = as_parts(component)
    Z, sizes = Y[parts.order].astype(np.float64), parts.sizes
    Z -= np.repeat(np.add.reduceat(Z, parts.first[:-1]) / sizes[:, None], sizes, axis=0)
    squares = np.add.reduceat(Z[:, :, None] * Z[:, None, :], parts.first[:-1])
    _, axes = np.linalg.eigh(squares)
    axes = axes[:, :, ::-1]
    Z = np.einsum("nk,nkl->nl", Z, np.repeat(axes, sizes, axis=0))
    spacing = spacings(Z, parts, workers)
    target = spacing[0] if spacing[0] > 0 else 1.0
    Z *= np.repeat(np.where(spacing > 0, target / np.where(spacing > 0, spacing, 1.0), 1.0), sizes)[:, None]
    evened_Y = np.empty_like(Z)
    evened_Y[parts.order] = Z
    return evened_Y.astype(np.float32), float(target)


def spacings(Z, parts, workers):
    """Median distance to the nearest node in each part (centred, nodes in order); 0 where there is a single node."""
    d, sizes = Z.shape[1], parts.sizes
    reach = np.maximum.reduceat(np.abs(Z).max(axis=1), parts.first[:-1])
    apart = Z / np.repeat(np.where(reach > 0, reach, 1.0), sizes)[:, None]
    apart[:, 0] += np.repeat(6.0 * np.arange(len(sizes)), sizes)  # parts of reach 1: others are farther than its own
    distance, _ = cKDTree(apart).query(apart, k=2, workers=workers.n_jobs) if len(Z) > 1 else (np.zeros((1, 2)), None)
    nearest = distance[:, 1] * np.repeat(reach, sizes)
    number = np.repeat(np.arange(len(sizes)), sizes)
    ranked = nearest[np.lexsort([nearest, number])]
    median = ranked[parts.first[:-1] + (sizes - 1) // 2]
    even = 2 * reach / np.maximum(sizes, 2) ** (1 / d)
    return np.where(sizes > 1, np.maximum(median, LEAST_SPACING * even), 0.0)
