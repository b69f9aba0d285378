"""Ties of nodes to places: what pulls a picture towards another one, earlier or of another time.

The pull of a tie is weight / n * delta / sqrt(1 + delta^2), delta being the way back in units of the kernel: within one
unit it grows as that of a spring, beyond it stays. So nodes that have no reason to move stay, and those whose edges
lead elsewhere go there at once. It is the gradient of weight / n * sqrt(1 + delta^2), summed over the nodes.
"""

from typing import NamedTuple

import numpy as np

from .engine.jit import kernel
from .engine.vector import minus, plus_square, plus_times, point, put


class Tether(NamedTuple):
    """Node i is tied to row ``row[i]`` of `places` (m, d) float32, or to none where that is negative.

    `weight` is the most that a tie pulls with, where all the edges of a node together pull with at most half the
    exaggeration.
    """

    places: np.ndarray
    row: np.ndarray
    weight: float


@kernel
def pull_back(b, start, stop, Y, order, places, row, dims, weight, F):
    """Add `weight` times the pull to F (n, d) for the rows start..stop, which are the nodes ``order[start:stop]``."""
    one = np.float32(1.0)
    for r in range(start, stop):
        j = row[order[r]]
        if j >= 0:
            way = minus(point(Y, r, dims), point(places, j, dims))
            put(F, r, plus_times(point(F, r, dims), weight / np.sqrt(plus_square(one, way)), way))
