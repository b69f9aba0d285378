"""Dense cells gathered into islands and moved close together, so that a finer grid need not cover the void.

Forces below a radius R do not cross a gap of R: islands of cells of side R, apart by at least one cell, can be moved
as they like. Each keeps its bounding box of cells and one empty cell beside it; boxes fill lines, planes and space in
turn (shelf packing).
"""

import numpy as np
from scipy.ndimage import find_objects, label


def pack_islands(dense, points, cell_of_point, R):
    """Shift (len(points), d) that packs the islands of the mask `dense` (cells, nd); `cell_of_point` is flat."""
    d = dense.ndim
    islands, _ = label(dense, structure=np.ones((3,) * d))
    boxes = find_objects(islands)
    low = np.array([[side.start for side in box] for box in boxes])
    size = np.array([[side.stop - side.start for side in box] for box in boxes]) + 1
    shift = (shelves(size) - low) * float(R)
    return shift[islands.ravel()[cell_of_point[points]] - 1]


def shelves(size):
    """Corners (m, d) of boxes of the given sizes (m, d, whole numbers) that overlap nowhere, in about a cube."""
    m, d = size.shape
    limit = max(int(np.ceil(1.2 * float(np.prod(size, axis=1).sum()) ** (1 / d))), int(size.max()))
    corner = np.zeros((m, d), np.int64)
    cursor, end = [0] * d, [0] * d
    for i in np.lexsort(size.T[::-1])[::-1]:
        for k in range(d - 1, 0, -1):
            if cursor[k] + size[i, k] <= limit:
                break
            cursor[k], end[k] = 0, 0  # line k is full: the next one begins where all so far end along the axis before
            cursor[k - 1] = end[k - 1]
        corner[i] = cursor
        end = [max(e, c + int(s)) for e, c, s in zip(end, cursor, size[i], strict=True)]
        cursor[d - 1] += int(size[i, d - 1])
    return corner
