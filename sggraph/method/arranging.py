"""The parts of a graph in one picture: turned, scaled to the same distance between nodes, and packed.

The long axis of each lies along the first of the picture; core/shape/packing.py packs them. Isolated nodes fill a block
of rows beside the others.
"""

import numpy as np

from ..core.search.tree import tree_neighbors
from ..core.shape.packing import pack
from ..runtime.threads import one_blas_thread
from .components import are_small, as_parts

GAP = 1.5  # between parts and between isolated nodes, in distances between nodes; at 1 large parts touch to the eye
LEAST_SPACING = 0.1  # of that of evenly spread nodes: a part whose nodes coincide in pairs is not blown up


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


def evened(Y, parts, workers):
    """Y with all parts around the origin, turned to their long axis and of the same spacing; and that spacing."""
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
