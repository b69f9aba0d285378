"""Which of many equally near samples are neighbours: a random choice for each, instead of the first rows for all.

Copies of one sample, sets that share nothing, counts of small numbers: a search that keeps the first it meets makes
hubs of them. What is at the greatest distance kept, and beyond, is then looked at once more; equal samples look once
for all of them. The choice of a sample follows from its number: the same in each call, for any number of threads.
"""

import numpy as np

SEED = 0
TIE = 1e-9  # relative; sums in float64 differ by 1e-15 or so, distances in one data set are rarely this close by chance
LEAST = 1e-12  # of the unit of distance: equal directions differ by so much
TABLE = 2**22  # distances at once: 32 MB


def is_tied(a, b, unit=0.0):
    """Whether distances pass for equal, in terms of the `unit` of distance where that is more than rounding."""
    return np.abs(a - b) <= TIE * np.minimum(a, b) + LEAST * unit


def settled(found, k, distinct, balls, *, unit=0.0):
    """The first k columns of a neighbour table (n, k + 1), where the last two tie: a random choice of all that tie.

    ``distinct(rows)`` gives the first of each kind of equal samples among the rows, and the kind of each of them.
    ``balls(rows, radii)`` gives for each row indices and distances of all samples within the radius, itself among them.
    """
    indices, distances = found
    if distances.shape[1] == k:
        return found
    limits = distances[:, k - 1]
    tied = np.flatnonzero(is_tied(limits, distances[:, k], unit))
    indices, distances = indices[:, :k].copy(), distances[:, :k].copy()
    if len(tied) == 0:
        return indices, distances
    first, kind = distinct(tied)
    members = np.split(np.argsort(kind, kind="stable"), np.cumsum(np.bincount(kind))[:-1])
    step = max(TABLE // len(indices), 1)
    for start in range(0, len(first), step):
        rows = tied[first[start : start + step]]
        reach = limits[rows] * (1 + 2 * TIE) + 2 * LEAST * unit
        for of, row, (near, values) in zip(members[start : start + step], rows, balls(rows, reach), strict=True):
            at_limit = is_tied(values, limits[row], unit)
            less, edge = np.flatnonzero((values < limits[row]) & ~at_limit), np.flatnonzero(at_limit)
            for i in tied[of]:
                others = less[near[less] != i]
                # a search in float32 may have missed some that are nearer by less than it can tell
                picked = np.append(others, some_of(edge, max(k - len(others), 0), i, skip=near[edge] == i))
                if len(picked) >= k:  # else rounding put one beyond the radius
                    order = picked[np.argsort(values[picked], kind="stable")][:k]
                    indices[i], distances[i] = near[order], values[order]
    return indices, distances


def chosen(values, limit, k, i):
    """Places of the k least values for sample i, `limit` the last: all that are less, and some that tie with it."""
    at_limit = is_tied(values, limit)
    less = np.flatnonzero((values < limit) & ~at_limit)
    return np.append(less, some_of(np.flatnonzero(at_limit), k - len(less), i))


def some_of(tied, count, i, skip=None):
    """So many of those tied, at random for sample i; fewer if there are not so many. Not the one to `skip` (mask)."""
    skipped = np.flatnonzero(skip) if skip is not None else ()
    n = len(tied) - len(skipped)
    picked = np.random.default_rng([SEED, i]).choice(n, min(count, n), replace=False, shuffle=False)
    return tied[picked + (picked >= skipped[0]) if len(skipped) else picked]
