"""Turn points until their first coordinates tell most of their distances apart, and say how many of those do.

The principal axes of a sample. What the first m coordinates say of a distance bounds it from below, |Px - Py| <=
|x - y|; a search takes products of these m alone and the whole distance of the pairs that the bound lets through. Of
MNIST's HOG features 64 of 324 hold 91 % of the variance and let through 0.3 % of all pairs.
"""

import numpy as np

from ..engine.blocks import MIN_BLOCK, even_bounds

SAMPLE = 4096  # points
ASKED = 512  # of the sample, for their distances to all of it
STEP = 16  # coordinates
PER_FEATURE = 16  # points, and queries: fewer, and turning them (n f^2) takes more than a tenth of all products
PAIR = 15  # what a coordinate of a pair let through costs, in those of products; 8 and 40 take 8 % longer on MNIST
WORTH = 0.75  # of the cost of all coordinates: above it points stay as they are


def turned(points, others, k, workers):
    """Points (n, f) and others (m, f) about the same axes, in float32, and how many of their coordinates to multiply
    where the k nearest are sought.
    """
    n, f = points.shape
    if min(n, len(others)) < max(SAMPLE, PER_FEATURE * f) or f <= 2 * STEP:
        return points, others, f
    sample = points[np.random.default_rng(0).choice(n, SAMPLE, replace=False)]
    axes = np.linalg.eigh((sample.T @ sample).astype(np.float64))[1]  # as orthogonal as float32 holds them
    axes = np.ascontiguousarray(axes[:, ::-1], np.float32)
    first = _cheapest(sample @ axes, k / n)
    if first is None:
        return points, others, f
    moved = _product(points, axes, workers)
    return moved, moved if others is points else _product(others, axes, workers), first


def _cheapest(sample, share):
    """The number of coordinates that makes the search for this share of the points cheapest, or None if all do.

    The sample tells how far such a share reaches, and how many pairs a bound lets through.
    """
    f, asked = sample.shape[1], sample[:ASKED]
    rank = min(int(np.ceil(share * len(sample))), len(sample) - 1)  # itself comes first
    whole = _squares(asked, sample)
    limits = np.partition(whole, rank, axis=1)[:, rank, None]
    bound, costs = np.zeros_like(whole), []
    for start in range(0, f, STEP):
        some = slice(start, start + STEP)
        bound += _squares(asked[:, some], sample[:, some])
        costs.append(start + STEP + PAIR * f * np.mean(bound < limits))
    best = int(np.argmin(costs))
    return (best + 1) * STEP if costs[best] < WORTH * f else None


def _squares(A, B):
    """Squared distances (n, m), as far as float32 tells."""
    return np.square(A).sum(axis=1)[:, None] + np.square(B).sum(axis=1) - 2 * A @ B.T


def _product(points, axes, workers):
    """The points (n, f) about other axes."""
    out = np.empty_like(points)
    bounds = even_bounds(len(points), len(points) // MIN_BLOCK)
    workers.run(lambda b, start, stop: np.matmul(points[start:stop], axes, out=out[start:stop]), bounds)
    return out
