"""Starting coordinates: an array of the caller's, a random ball, or pivot MDS.

Pivot MDS (Brandes & Pich, Graph Drawing 2006): distances D (n, k) to k pivots, squared and centred in both directions,
C = -(D^2 - row means - column means + mean) / 2; the coordinates are C V with V the d leading eigenvectors of C'C.
It costs k breadth-first searches and shows the overall shape of the graph, which the descent then refines.
"""

import numpy as np

from .core.distances import UNREACHED, hop_distances

NAMES = ("auto", "pmds", "random")
N_PIVOTS = 50
RANDOM_SPREAD = 1e-4  # standard deviation of the random start, as in the method's publications
JITTER = 1e-2  # of the median edge: parts the nodes that look the same from all pivots


def initial_coordinates(init, A, d, length, rng, workers):
    """Coordinates (n, d) float32 for the symmetric pattern A; `length` is what the median edge of "pmds" measures."""
    n = A.shape[0]
    if not isinstance(init, str):
        return np.asarray(init).astype(np.float32)
    if init == "random" or A.nnz == 0:
        spread = RANDOM_SPREAD if init == "random" else 1.0
        return (spread * rng.standard_normal((n, d))).astype(np.float32)
    return pivot_mds(A, d, length, rng, workers)


def check_init(init, n, d):
    """Raise a ValueError unless `init` names a start or is one for n nodes in d dimensions."""
    if isinstance(init, str):
        if init not in NAMES:
            accepted = f"{', '.join(map(repr, NAMES))} or an array of shape ({n}, {d})"
            raise ValueError(f"init={init!r} is unknown: give {accepted}")
        return
    Y = np.asarray(init)
    if Y.shape != (n, d):
        raise ValueError(f"the start (init, Y0) has shape {Y.shape}; the graph and d need ({n}, {d})")
    greatest = np.finfo(np.float32).max
    if Y.dtype.kind not in "fiu" or not (np.abs(Y) <= greatest).all():
        raise ValueError(f"the start (init, Y0) must hold finite numbers, none beyond {greatest:g} (float32)")


def pivot_mds(A, d, length, rng, workers):
    """Pivot MDS of the graph of the pattern A, scaled so that its median edge measures `length`."""
    D = pivot_distances(A, min(N_PIVOTS, A.shape[0]), rng, workers) ** 2
    C = D - D.mean(axis=0) - D.mean(axis=1, keepdims=True) + D.mean()
    _, vectors = np.linalg.eigh(C.T @ C)
    Y = C @ vectors[:, ::-1][:, :d]
    Y *= np.sign(Y[np.abs(Y).argmax(axis=0), range(Y.shape[1])])  # eigenvectors have no sign of their own
    Y = np.pad(Y, ((0, 0), (0, d - Y.shape[1])))
    i = np.repeat(np.arange(A.shape[0]), np.diff(A.indptr))
    edges = np.linalg.norm(Y[i] - Y[A.indices], axis=1)
    median = np.median(edges[edges > 1e-9 * edges.max()]) if edges.any() else 0.0
    if median > 0:
        Y *= length / median
    return (Y + JITTER * length * rng.standard_normal(Y.shape)).astype(np.float32)


def pivot_distances(A, n_pivots, rng, workers):
    """Distances (n, n_pivots) float64; half of the pivots each farthest from those before, half random.

    A node that a pivot does not reach counts as 1 + the greatest distance found.
    """
    first = int(np.diff(A.indptr).argmax())
    found = [hop_distances(A, [first], workers)[0]]
    nearest = np.where(found[0] == UNREACHED, np.iinfo(np.int32).max, found[0])
    while len(found) < (n_pivots + 1) // 2:
        found.append(hop_distances(A, [int(nearest.argmax())], workers)[0])
        nearest = np.minimum(nearest, np.where(found[-1] == UNREACHED, np.iinfo(np.int32).max, found[-1]))
    others = rng.choice(A.shape[0], n_pivots - len(found), replace=False)
    D = np.concatenate([np.array(found), hop_distances(A, others, workers)]).T.astype(np.float64)
    D[D == UNREACHED] = D.max() + 1
    return D
