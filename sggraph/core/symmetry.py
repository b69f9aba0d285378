"""A matrix and its transpose: whether they are equal, and their sum.

Entries meet their partners across the diagonal in one walk along the rows. Rows come in order, so the partner of (i, j)
is the first entry of row j that no row before i has asked for (`after`); a block of rows begins where the columns of
its first row do. That needs a number for each row and block, and no sort.
"""

import numpy as np
from scipy.sparse import csr_array

from . import tiny
from .engine.blocks import ALONE, weighted_bounds
from .engine.counting import n_counters
from .engine.jit import kernel

BLOCKS = 256  # of rows that are read once, at most
_A, _B, _C = (np.uint64(q) for q in (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F))  # odd, no pattern


def symmetric_pattern(A, workers=ALONE):
    """A itself where its pattern is symmetric, otherwise a matrix of ones for its entries in either direction."""
    if tiny.is_symmetric(A) if tiny.is_tiny(A) else is_symmetric(A.indptr, A.indices, workers):
        return A
    links = csr_array(A + A.T)
    links.sort_indices()
    return links


def is_symmetric(indptr, indices, workers, data=None):
    """Whether a pattern (CSR) is, without a diagonal; with `data` (float64) also the values, to the last bit.

    Each entry has a number of 64 bits, the same for (i, j) above and (j, i) below the diagonal. Where their sums are
    equal the entries are; that another matrix has equal sums by chance is as likely as 2^-64.
    """
    bounds = weighted_bounds(indptr, BLOCKS)
    sums = np.zeros((len(bounds) - 1, 2), np.uint64)
    values = np.empty(0, np.uint64) if data is None else data.view(np.uint64)
    workers.run(_sum_up, bounds, indptr, indices, values, sums)
    above, below = sums.sum(axis=0)
    return bool(above == below)


def is_clean(indptr, indices, data, workers=ALONE):
    """Whether a square CSR matrix is symmetric to the last bit, its rows sorted, without duplicates or a diagonal, its
    values finite and positive; nothing is believed of its arrays but the bounds of `indptr`.
    """
    bounds = weighted_bounds(indptr, BLOCKS)
    is_sound = np.zeros(len(bounds) - 1, bool)
    workers.run(_check, bounds, indptr, indices, data, is_sound)
    return bool(is_sound.all()) and is_symmetric(indptr, indices, workers, data)


def folded(A, p, total, workers):
    """Upper triangle (CSR, float32) of (p + p') / total; p (entries) has the pattern of A."""
    found = None if tiny.is_tiny(A) else _halves(A.indptr, A.indices, workers)
    if found is not None:
        bounds, after, starts = found
        half, data = np.empty(A.nnz // 2, np.int32), np.empty(A.nnz // 2, np.float32)
        is_met = np.zeros(len(bounds) - 1, bool)
        workers.run(_fold, bounds, A.indptr, A.indices, after, p, 1 / total, (starts, half, data), is_met)
        if is_met.all():
            return csr_array((data, half, starts), shape=A.shape)
    return tiny.folded(A, p, total)


def _halves(indptr, indices, workers):
    """Bounds of blocks of rows, where in each row the columns of their first rows begin (blocks, n), and where the rows
    of the upper triangle do (n + 1); None if that is not half of the entries.
    """
    n, nnz = len(indptr) - 1, int(indptr[-1])
    bounds = weighted_bounds(indptr, n_counters(nnz // 2, n, workers))
    after, starts = np.empty((len(bounds) - 1, n), indptr.dtype), np.zeros(n + 1, indptr.dtype)
    firsts = np.array(bounds[:-1])
    workers.run(_split, weighted_bounds(indptr, BLOCKS), indptr, indices, firsts, after, starts)
    starts.cumsum(out=starts)
    return None if 2 * starts[-1] != nnz else (bounds, after, starts)


@kernel
def _split(b, start, stop, indptr, indices, firsts, after, starts):
    """Of the rows start..stop: where columns from each of the `firsts` on begin, and how many lie above the diagonal,
    ``starts[i + 1]``.
    """
    for i in range(start, stop):
        e, end, above = indptr[i], indptr[i + 1], 0
        for k in range(len(firsts)):
            while e < end and indices[e] < firsts[k]:
                above += indices[e] > i
                e += 1
            after[k, i] = e
        for q in range(e, end):
            above += indices[q] > i
        starts[i + 1] = above


@kernel
def _sum_up(b, start, stop, indptr, indices, values, sums):
    """``sums[b]``: the numbers of the entries above the diagonal, and of the others."""
    above = below = np.uint64(0)
    for i in range(start, stop):
        for e in range(indptr[i], indptr[i + 1]):
            j = np.int64(indices[e])
            number = np.uint64(min(i, j)) * _A + np.uint64(max(i, j)) * _B
            if len(values) > 0:
                number += values[e] * _C
            number = (number ^ (number >> np.uint64(29))) * _B
            number = (number ^ (number >> np.uint64(32))) * _C
            number ^= number >> np.uint64(30)
            if j > i:
                above += number
            else:
                below += number
    sums[b, 0], sums[b, 1] = above, below


@kernel
def _fold(b, start, stop, indptr, indices, after, p, scale, half, is_met):
    """Write scale * (p_ij + p_ji) for j > i; of no use unless all are met."""
    starts, columns, data = half
    mine = after[b]
    for i in range(start, stop):
        m = starts[i]
        for e in range(mine[i], indptr[i + 1]):
            j = indices[e]
            if j <= i or mine[j] >= indptr[j + 1] or indices[mine[j]] != i:
                return
            columns[m], data[m] = j, scale * (p[e] + p[mine[j]])
            mine[j] += 1
            m += 1
    is_met[b] = True


@kernel
def _check(b, start, stop, indptr, indices, data, is_sound):
    """Whether rows are sorted, without duplicates, their columns inside, and their values finite and positive."""
    n = len(indptr) - 1
    for i in range(start, stop):
        before = -1
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            if j <= before or j >= n or not 0.0 < data[e] < np.inf:
                return
            before = j
    is_sound[b] = True
