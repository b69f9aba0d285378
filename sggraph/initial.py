"""Starting coordinates: an array of the caller's, or pivot stress, pivot MDS, a few eigenvectors, a random ball.

Pivot MDS (Brandes & Pich, Graph Drawing 2006): distances D (n, k) to k pivots, squared and centred in both directions,
C = -(D^2 - row means - column means + mean) / 2; the coordinates are C V with V the d leading eigenvectors of C'C.
Pivot stress relaxes them towards the distances themselves (core/stress.py), which unfolds what the projection laid over
each other: worth .1 to .2 of correlation with path lengths on social graphs. Both cost k breadth-first searches.
"spectral" takes eigenvectors of the random walk, by a fixed number of products instead of a converged decomposition.
"""

import numpy as np
from scipy.sparse import csr_array

from .core.distances import UNREACHED, hop_distances
from .core.stress import relax

NAMES = ("auto", "stress", "pmds", "spectral", "random")
N_PIVOTS = 100
N_FARTHEST = 25  # of the pivots, each farthest from those before; the others are random
N_SWEEPS = 10
N_PRODUCTS = 100
RANDOM_SPREAD = 1e-4  # standard deviation of the random start, as in the method's publications
SHORT_PATHS = 0.12  # median edge over median distance; meshes and roads lie below, social graphs above .15
JITTER = 1e-2  # of the median edge: parts the nodes that look the same from all pivots


def initial_coordinates(init, A, d, length, rng, workers):
    """Coordinates (n, d) float32 for the symmetric pattern A; `length` is what the median edge measures."""
    if not isinstance(init, str):
        return np.asarray(init).astype(np.float32)
    if init == "random" or A.nnz == 0:
        spread = RANDOM_SPREAD if init == "random" else 1.0
        return (spread * rng.standard_normal((A.shape[0], d))).astype(np.float32)
    return stretched(shape_of(init, A, d, rng, workers), length, rng)


def shape_of(init, A, d, rng, workers):
    """Coordinates (n, d) float64 of the start `init`, the median edge measuring 1."""
    D, pivots = pivot_distances(A, min(N_PIVOTS, A.shape[0]), rng, workers)
    if init == "spectral":
        Y = spectral(A, pivot_mds(D, pivots, d + 2), d)
    else:
        Y = pivot_mds(D, pivots, d)
        if init != "pmds":
            Y = Y + 1e-3 * D.mean() * rng.standard_normal(Y.shape)  # coincident nodes have no direction to part in
            Y = relax(Y, D, pivots, N_SWEEPS, workers)
    edges = edge_lengths(Y, A)
    median = np.median(edges[edges > 1e-9 * edges.max()]) if edges.any() else 0.0
    return Y / median if median > 0 else Y


def stretched(Y, length, rng):
    """Y times `length` and a trifle of noise, float32."""
    return (length * (Y + JITTER * rng.standard_normal(Y.shape))).astype(np.float32)


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


def pivot_mds(D, pivots, d):
    """Coordinates (n, d) of pivot MDS from the distances D (n, k), in their unit."""
    S = D.astype(np.float64) ** 2
    C = -(S - S.mean(axis=0) - S.mean(axis=1, keepdims=True) + S.mean()) / 2
    _, vectors = np.linalg.eigh(C.T @ C)
    Y = C @ vectors[:, ::-1][:, :d]
    Y *= np.sign(Y[np.abs(Y).argmax(axis=0), range(Y.shape[1])])  # eigenvectors have no sign of their own
    Y = np.pad(Y, ((0, 0), (0, d - Y.shape[1])))
    products = squares = 0.0
    for p, place in enumerate(Y[pivots]):
        between = np.linalg.norm(Y - place, axis=1)
        products += between @ D[:, p]
        squares += between @ between
    return Y * (products / squares) if squares > 0 else Y


def spectral(A, Y, d):
    """About the d leading eigenvectors of the lazy random walk on A, without the constant one: block power iteration
    from coordinates Y of pivot MDS, which are near them already.
    """
    root = np.sqrt(np.maximum(np.diff(A.indptr), 1.0))[:, None]
    pattern = csr_array((np.ones(A.nnz), A.indices, A.indptr), shape=A.shape)
    block, _ = np.linalg.qr(root * np.hstack([np.ones((len(Y), 1)), Y]))
    for step in range(N_PRODUCTS):
        block = (block + pattern @ (block / root) / root) / 2
        if step % 5 == 4:
            block, _ = np.linalg.qr(block)
    walk = block.T @ (pattern @ (block / root) / root)
    _, vectors = np.linalg.eigh((walk + walk.T) / 2)
    Y = (block @ vectors[:, ::-1])[:, 1 : d + 1] / root
    return np.pad(Y, ((0, 0), (0, d - Y.shape[1])))


def edge_lengths(Y, A):
    """Euclidean length of each entry of A."""
    i = np.repeat(np.arange(A.shape[0]), np.diff(A.indptr))
    return np.linalg.norm(Y[i] - Y[A.indices], axis=1)


def is_compact(Y, A, rng):
    """Whether edges are not much shorter than the picture: paths between any two nodes are short."""
    ends = rng.integers(len(Y), size=(2, 10_000))
    return bool(
        np.median(edge_lengths(Y, A)) > SHORT_PATHS * np.median(np.linalg.norm(Y[ends[0]] - Y[ends[1]], axis=1))
    )


def pivot_distances(A, n_pivots, rng, workers):
    """Distances (n, n_pivots) float32 and the pivots; some of them each farthest from those before, the others random.

    A node that a pivot does not reach counts as 1 + the greatest distance found.
    """
    pivots = [int(np.diff(A.indptr).argmax())]
    found = [hop_distances(A, pivots, workers)[0]]
    nearest = np.where(found[0] == UNREACHED, np.iinfo(np.int32).max, found[0])
    while len(found) < min(N_FARTHEST, n_pivots):
        pivots.append(int(nearest.argmax()))
        found.append(hop_distances(A, pivots[-1:], workers)[0])
        nearest = np.minimum(nearest, np.where(found[-1] == UNREACHED, np.iinfo(np.int32).max, found[-1]))
    free = np.ones(A.shape[0], bool)
    free[pivots] = False
    others = rng.choice(np.flatnonzero(free), min(n_pivots - len(found), int(free.sum())), replace=False)
    D = np.concatenate([np.array(found), hop_distances(A, others, workers)]).T.astype(np.float32)
    D[D == UNREACHED] = D.max() + 1
    return np.ascontiguousarray(D), np.array([*pivots, *others.tolist()])
