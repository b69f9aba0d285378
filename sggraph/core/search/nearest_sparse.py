"""Exact nearest neighbours in Euclidean space of sparse samples, one row of products at a time.

|x - y|^2 = |x|^2 + |y|^2 - 2 x.y, and x.y is summed over the samples that share a word: the columns of x, each read
once. Nothing larger than a row of products and the k best is kept. As for dense samples (nearest.py), some candidates
more than k have their distances taken anew, difference by difference: equal samples are at distance zero.
"""

import numpy as np
from scipy import sparse

from ..engine.blocks import even_bounds
from ..engine.jit import kernel, part

SPARE = 6  # candidates beyond k, for near ties that rounding swaps
ROWS = 256  # that a thread takes at a time


def nearest_sparse(X, k, workers, *, queries=None, tick=None):
    """Indices (m, k) int32 and distances (m, k), ascending, of the k rows of X (CSR) nearest to each row of `queries`,
    or to each of its own, itself left out. ``tick(done, total)`` follows.
    """
    X = _sorted(X)
    targets = X if queries is None else _sorted(queries)
    n, m = X.shape[0], targets.shape[0]
    by_column = sparse.csc_array(X)
    columns = by_column.indptr, by_column.indices, by_column.data
    squares = np.asarray(X.multiply(X).sum(axis=1)).ravel()
    kept = min(k + SPARE, n - (queries is None))
    index, nearest, distances = np.empty((m, kept), np.int32), np.empty((m, k), np.int32), np.empty((m, k))
    found = index, nearest, distances
    step = ROWS * workers.n_jobs * 8
    for start in range(0, m, step):
        stop = min(start + step, m)
        bounds = start + np.asarray(even_bounds(stop - start, 8 * workers.n_jobs))
        workers.run(_search, bounds, arrays(targets), columns, squares, queries is None, index)
        workers.run(_refine_sparse, bounds, arrays(X), arrays(targets), found)
        if tick is not None:
            tick(stop, m)
    return nearest, distances


def products(X):
    """Multiplications that `nearest_sparse` needs for the rows of X among each other."""
    return float(np.square(np.bincount(X.indices, minlength=X.shape[1]), dtype=np.float64).sum())


def distances_from(X, i, others):
    """Euclidean distances of row i of X (CSR, sorted) to some others, difference by difference."""
    return _distances_from(arrays(X), i, others)


def arrays(X):
    """The arrays of a CSR matrix, as kernels take them."""
    return X.indptr, X.indices, X.data


def _sorted(X):
    X = sparse.csr_array(X, dtype=np.float64)
    if not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()
    return X


@kernel
def _search(b, start, stop, targets, columns, squares, skip_self, index):
    """Fill rows of `index` with the nearest by |y|^2 - 2 x.y; |x|^2 is the same in the whole row."""
    indptr, words, data = targets
    starts, holders, values = columns
    n, kept = len(squares), index.shape[1]
    shared, best = np.zeros(n), np.empty(kept)
    for i in range(start, stop):
        for e in range(indptr[i], indptr[i + 1]):
            word, weight = words[e], data[e]
            for h in range(starts[word], starts[word + 1]):
                shared[holders[h]] += weight * values[h]
        best[:] = np.inf
        for j in range(n):
            value = squares[j] - 2.0 * shared[j]
            shared[j] = 0.0
            if value < best[kept - 1] and not (skip_self and j == i):
                at = kept - 1
                while at > 0 and best[at - 1] > value:  # most are turned away: a heap would be no faster
                    best[at], index[i, at] = best[at - 1], index[i, at - 1]
                    at -= 1
                best[at], index[i, at] = value, j


@kernel
def _refine_sparse(b, start, stop, X, targets, found):
    """The k nearest of the candidates by exact distances, ascending; ties by index."""
    index, nearest, distances = found
    kept, k = index.shape[1], nearest.shape[1]
    exact = np.empty(kept)
    for i in range(start, stop):
        offered = np.sort(index[i])
        for c in range(kept):
            exact[c] = _square_between(targets, i, X, offered[c])
        order = np.argsort(exact, kind="mergesort")
        for c in range(k):
            nearest[i, c] = offered[order[c]]
            distances[i, c] = np.sqrt(exact[order[c]])


@kernel
def _distances_from(X, i, others):
    apart = np.empty(len(others))
    for c in range(len(others)):
        apart[c] = np.sqrt(_square_between(X, i, X, others[c]))
    return apart


@part
def _square_between(A, i, B, j):
    """Squared distance of two rows, whose entries are in the order of their columns."""
    a_starts, a_words, a_data = A
    b_starts, b_words, b_data = B
    a, a_end, b, b_end = a_starts[i], a_starts[i + 1], b_starts[j], b_starts[j + 1]
    total = 0.0
    while a < a_end or b < b_end:
        step = 0.0
        a_word = a_words[a] if a < a_end else np.iinfo(np.int64).max
        b_word = b_words[b] if b < b_end else np.iinfo(np.int64).max
        if a_word <= b_word:
            step += a_data[a]
            a += 1
        if b_word <= a_word:
            step -= b_data[b]
            b += 1
        total += step * step
    return total
