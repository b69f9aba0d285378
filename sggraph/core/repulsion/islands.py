"""Crowded cells gathered into islands and moved close together, so that a finer grid need not cover the void.

Forces below a radius R do not cross a gap of R: islands of cells of side R, apart by at least one cell, can be moved
as they like. Each keeps its bounding box of cells and one empty cell beside it; boxes fill lines, planes and space in
turn (shelf packing).
"""

import numpy as np
from scipy.ndimage import label

from ..engine.jit import kernel
from .cells import REACH


def pack_islands(crowded, R):
    """Number of the island of each cell of the mask `crowded`, 0 for none, and the shifts (m, d) that pack them.

    Islands are made of blocks of side R, `REACH` cells, with a crowded cell in each.
    """
    reach = REACH[crowded.ndim - 1]
    pairs = [size for m in crowded.shape for size in (m // reach, reach)]
    blocks = crowded.reshape(pairs).any(axis=tuple(range(1, len(pairs), 2)))
    islands, count = label(blocks, structure=np.ones((3,) * crowded.ndim))
    low, high = _boxes(islands.ravel(), blocks.shape, count)
    for axis in range(crowded.ndim):
        islands = islands.repeat(reach, axis=axis)
    return np.where(crowded, islands, 0).ravel(), (shelves(high - low + 2) - low) * float(R)


@kernel
def _boxes(islands, shape, count):
    """Least and greatest cell (m, d) of each island along each axis."""
    d = len(shape)
    low, high = np.full((count, d), 2**62), np.full((count, d), -1)
    for cell in range(len(islands)):
        island, rest = islands[cell] - 1, cell
        if island >= 0:
            for k in range(d - 1, -1, -1):
                low[island, k] = min(low[island, k], rest % shape[k])
                high[island, k] = max(high[island, k], rest % shape[k])
                rest //= shape[k]
    return low, high


def shelves(size):
    """Corners (m, d) of boxes of the given sizes (m, d, whole numbers) that overlap nowhere, in about a cube."""
    limit = max(int(np.ceil(1.2 * float(np.prod(size, axis=1).sum()) ** (1 / size.shape[1]))), int(size.max()))
    order = np.lexsort(size.T[::-1])[::-1]
    corner = np.empty_like(size)
    corner[order] = _put_in_turn(size[order], limit)
    return corner


@kernel
def _put_in_turn(size, limit):
    m, d = size.shape
    corner = np.empty((m, d), np.int64)
    cursor, end = np.zeros(d, np.int64), np.zeros(d, np.int64)
    for i in range(m):
        for k in range(d - 1, 0, -1):
            if cursor[k] + size[i, k] <= limit:
                break
            cursor[k], end[k] = 0, 0  # line k is full: the next one begins where all so far end along the axis before
            cursor[k - 1] = end[k - 1]
        for k in range(d):
            corner[i, k] = cursor[k]
            end[k] = max(end[k], cursor[k] + size[i, k])
        cursor[d - 1] += size[i, d - 1]
    return corner


@kernel
def take_islands(order, start, islands, shift, Y):
    """Points in cells of islands, cell by cell, and where they lie when packed, around their mean (float32).

    `order` lists the points cell by cell, `start` bounds the cells.
    """
    d = Y.shape[1]
    n = 0
    mean = np.zeros(d)
    for cell in range(len(islands)):
        if islands[cell] > 0:
            for s in range(start[cell], start[cell + 1]):
                for k in range(d):
                    mean[k] += Y[order[s], k] + shift[islands[cell] - 1, k]
            n += start[cell + 1] - start[cell]
    mean /= n
    points, packed = np.empty(n, np.int32), np.empty((n, d), np.float32)
    q = 0
    for cell in range(len(islands)):
        if islands[cell] > 0:
            for s in range(start[cell], start[cell + 1]):
                points[q] = order[s]
                for k in range(d):
                    packed[q, k] = Y[order[s], k] + (shift[islands[cell] - 1, k] - mean[k])
                q += 1
    return points, packed


@kernel
def add_to_points(points, forces, drift, F):
    """``F[points] += forces - drift``."""
    for q in range(len(points)):
        for k in range(F.shape[1]):
            F[points[q], k] += forces[q, k] - np.float32(drift[k])
