"""Tiny graphs by SciPy and NumPy, which are there at once, where kernels would have to be compiled.

Two of the five seconds that a first call took in a fresh environment. On larger graphs each of these takes longer than
its kernel; which of the two it is depends on the graph alone.
"""

import numpy as np
from scipy.sparse import csr_array, triu
from scipy.sparse.csgraph import connected_components, shortest_path

TINY = 250_000  # sum of the squares of the degrees, own node counted in: all of this takes 10 ms then, by kernels 2
FEW = 250  # nodes: all path lengths take 12 ms, of 1,000 nodes a third of a second


def is_tiny(A):
    """Whether the graph of a pattern (CSR) is."""
    return ((np.diff(A.indptr) + 1.0) ** 2).sum() <= TINY


def has_few_nodes(A):
    """Whether a tiny graph has few enough for its path lengths, too."""
    return A.shape[0] <= FEW and is_tiny(A)


def first_nodes(A):
    """The least node (n,) int32 of each node's component."""
    number = connected_components(_pattern(A), directed=False)[1]
    return np.unique(number, return_index=True)[1][number].astype(np.int32)


def hop_distances(A, sources):
    """Numbers of edges (len(sources), n) int32 to all nodes, -1 where no path leads."""
    hops = shortest_path(_pattern(A), method="D", unweighted=True, indices=sources)
    return np.where(np.isinf(hops), -1, hops).astype(np.int32)


def is_symmetric(A):
    """Whether the pattern is, without a diagonal."""
    ones = _pattern(A)
    return not ones.diagonal().any() and (ones != ones.T).nnz == 0


def folded(A, p, total):
    """Upper triangle (CSR, float32) of (p + p') / total; p (entries) has the pattern of A."""
    p = csr_array((p, A.indices, A.indptr), shape=A.shape)
    upper = csr_array(triu(p + p.T, 1, format="csr"))
    upper.sort_indices()
    upper.data = (upper.data * (1 / total)).astype(np.float32)  # as kernels do
    return upper


def whole(upper):
    """The symmetric matrix (CSR) of an upper triangle, entries in the order of the columns."""
    matrix = csr_array(upper + upper.T)
    matrix.sort_indices()
    return matrix


def shared_neighbors(links):
    """How many neighbours the ends of each entry share, and how many they have together: whole numbers in float64."""
    ones = _pattern(links)
    shared = csr_array((ones @ ones + ones).multiply(ones))  # + ones: no entry is lost
    shared.sort_indices()
    degree = np.diff(links.indptr)
    return shared.data - 1, np.repeat(degree, degree) + degree[links.indices]


def closeness(links, least):
    """See twins.py."""
    n, rows = links.shape[0], np.flatnonzero(np.diff(links.indptr))
    numbers = np.random.default_rng(0).integers(2**64, size=n, dtype=np.uint64)
    closest, sums = np.zeros(n), np.zeros(n, np.uint64)
    if len(rows):
        shared, degrees = shared_neighbors(links)
        close = (shared + 2) / (degrees - shared)
        closest[rows] = np.maximum.reduceat(np.where(close >= least, close, 0.0), links.indptr[rows])
        sums[rows] = np.add.reduceat(numbers[links.indices], links.indptr[rows])
    return closest, sums


def _pattern(A):
    """Ones for the entries, with the type of index that csgraph of any version reads."""
    arrays = np.ones(A.nnz), A.indices.astype(np.int32), A.indptr.astype(np.int32)
    return csr_array(arrays, shape=A.shape)
