"""Nearest neighbours by SciPy's k-d tree, for few dimensions; queries run on our threads.

Threads of the tree's own would go on after a KeyboardInterrupt and write to memory that was given back.
"""

import numpy as np
from scipy.spatial import cKDTree

from ..engine.blocks import even_bounds
from .nearest import square_unit

BLOCKS = 256  # a KeyboardInterrupt waits until those at work are done


def tree_neighbors(X, k, workers):
    """Indices and distances (n, k) of the k points of X (n, d) nearest to each of them, itself among them."""
    unit = square_unit(np.abs(X).max(initial=0.0))
    X = X / unit
    tree, shape = cKDTree(X), (len(X), k)
    indices, distances = np.empty(shape, np.int64), np.empty(shape)

    def search(block, start, stop):
        distances[start:stop], indices[start:stop] = tree.query(X[start:stop], range(1, k + 1))

    workers.run(search, even_bounds(len(X), BLOCKS))
    return indices, unit * distances


def tree_balls(X):
    """What `ties.settled` asks of a few dimensions: all points within a radius of some, and how far they are."""
    unit = square_unit(np.abs(X).max(initial=0.0))

    def balls(rows, radii):
        points = X.astype(np.float64) / unit
        tree = cKDTree(points)
        for i, radius in zip(rows, radii, strict=True):
            near = np.array(tree.query_ball_point(points[i], radius / unit, return_sorted=True))
            yield near, unit * np.sqrt(np.square(points[near] - points[i]).sum(axis=1))

    return balls
