"""Distances that pass for a graph: large numbers for what is far apart, where weights are large for what is near.

Rows of a matrix are alike for nodes that are near each other. Their own entry is then a small distance or a large
weight: the correlation between the entries and how much the rows differ tells which. Entries lose the means of their
rows first, else samples in many dimensions (all about equally far) and nodes of unequal strength would decide.
Measured: .37 (150 samples of noise in 500 dimensions) to .94 for distances, -.48 to -.99 for kernels, correlations and
products of strengths, -.005 for random weights.
"""

import numpy as np
from scipy.spatial.distance import cdist

LOOKED_AT = 200  # rows: 20,000 pairs
LEAST_CORRELATION = 0.3
LEAST_DEVIATIONS = 4.0  # of what independent numbers would have by chance
FEWEST = 10  # nodes: weights of fewer, all joined to all, can be distances, too, as tests with random graphs found
FULL = 0.9  # of all pairs; where a distance is 0 the rows are alike
ROUNDING = 1e-6  # of the greatest distance: what a diagonal may hold, and equal rows may differ by

REMEDIES = (
    "for distances use point_cloud_to_graph(D, metric='precomputed') or SGtSNEpi(metric='precomputed'); weights of "
    "edges are large where nodes are near, such as 1 / (1 + D) (a Graph made by yourself is taken as it is)"
)
REFUSED = f"graph has weights that are distances by all appearances, large between unlike nodes: {REMEDIES}"


def are_distances(A):
    """Whether the CSR matrix A, which may hold each pair once, is full of what look like distances."""
    n = A.shape[0]
    symmetric = A.nnz > n * (n - 1) // 2
    if n < FEWEST or A.nnz * (1 if symmetric else 2) < FULL * n * (n - 1):
        return False
    rows = np.random.default_rng(0).permutation(n)[:LOOKED_AT]
    return are_rows_of_distances(A[rows][:, rows].toarray() / A.data.max())


def are_rows_of_distances(some):
    """Whether the rows and columns of some nodes, an array that may hold each pair once, are full of distances."""
    D = np.maximum(some, some.T)
    return zeros_are_equal(D) and likeness_to_distances(D) > 0


def zeros_are_equal(D):
    """Whether rows of the array D are alike where they say that their distance is 0."""
    slack = ROUNDING * D.max(initial=0.0)
    pairs = zip(*np.nonzero(D == 0), strict=True)
    return all(i == j or np.abs(D[i] - D[j]).max() <= slack for i, j in pairs)


def likeness_to_distances(D):
    """1 if the symmetric array D holds distances by all appearances, -1 if it holds weights, 0 if nothing tells."""
    n = len(D)
    means = D.sum(axis=1) / max(n - 1, 1)
    centred = D - means[:, None] - means
    np.fill_diagonal(centred, 0.0)
    apart = cdist(centred, centred, "cityblock") - 2 * np.abs(centred)  # less what both rows hold of this very pair
    pairs = np.triu_indices(n, 1)
    entries, apart = centred[pairs], apart[pairs]
    if min(np.ptp(entries), np.ptp(apart)) <= ROUNDING * np.abs(D).max():
        return 0
    r = np.corrcoef(entries, apart)[0, 1]
    deviations = np.arctanh(min(abs(r), 1 - ROUNDING)) * np.sqrt(max(len(entries) - 3, 0))  # Fisher's
    is_sure = abs(r) > LEAST_CORRELATION and deviations > LEAST_DEVIATIONS
    return int(np.sign(r)) if is_sure else 0


def are_neighbor_distances(A):
    """Whether the CSR matrix A holds the distances of each sample to its k nearest, as scikit-learn's graphs do.

    Distances are the same both ways, and those that go both ways are shorter than those that do not. Weights are
    heavier there.
    """
    sizes = np.diff(A.indptr)
    if A.nnz == 0 or (sizes != sizes[0]).any() or A.data.min() == A.data.max():
        return False
    back = A.T.tocsr()
    both = A.multiply(back > 0).tocsr()
    n_both = both.nnz
    if n_both in (0, A.nnz) or abs(both - both.T).max() > ROUNDING * A.data.max():
        return False
    means = A.sum(axis=1) / sizes[0]
    relative = A.data / np.repeat(means, sizes[0])  # rows of a thin region are all longer
    return alone_are_longer(relative.sum(), (both.sum(axis=1) / means).sum(), relative.std(), A.nnz, n_both)


def alone_are_longer(total, shared, deviation, n, n_both):
    """Whether numbers that go one way are larger, beyond chance, than the `n_both` that go both ways; `total` and
    `shared` are their sums, of all n and of these.
    """
    alone = n - n_both
    gap = (total - shared) / alone - shared / n_both
    return bool(gap > LEAST_DEVIATIONS * deviation * np.sqrt(1 / alone + 1 / n_both))
