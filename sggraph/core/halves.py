"""P for the attractive term: its rows in blocks, entries within a block once, entries between blocks in both rows.

Where the nodes follow the picture (ordering.py), few entries lead from block to block: stored for each edge are 1.33
entries in 16 blocks of the web graph cnr_2000 and 1.48 in 64, 1.01 in 64 blocks of a lattice. On one thread the term
takes as long as with one array of forces for each of 8 blocks, the sums of those arrays are saved, and their memory.
"""

from typing import NamedTuple

import numpy as np

from .blocks import weighted_bounds
from .jit import kernel

BLOCKS = ((50_000, 8), (150_000, 64))  # entries of the upper triangle a block, for up to so many blocks


class Halves(NamedTuple):
    """Symmetric matrix in blocks of rows ``bounds[b]..bounds[b + 1]``.

    The entries ``indptr[i]..middle[i]`` of row i lead to nodes j > i of its block and stand for (j, i), too; those up
    to ``indptr[i + 1]`` lead to other blocks. Indices are unsigned, which spares the kernels the test for negative ones
    (a quarter faster); rows are not sorted.
    """

    bounds: list
    indptr: np.ndarray
    middle: np.ndarray
    indices: np.ndarray
    data: np.ndarray

    @property
    def arrays(self):
        """What the kernels take."""
        return self[1:]


def n_blocks(upper):
    """Blocks of rows that the upper triangle deserves, whatever the number of threads."""
    return max(1, *(min(upper.nnz // entries, most) for entries, most in BLOCKS))


def as_halves(upper, order):
    """Halves of the matrix whose upper triangle (CSR) is given; its row r is the row ``order[r]`` of the matrix."""
    n = upper.shape[0]
    rank = np.empty(n, np.uint32)
    rank[order] = np.arange(n, dtype=np.uint32)
    source = upper.indptr, upper.indices, rank
    weight = np.zeros(n + 1, np.int64)
    _count_entries(*source, weight)
    bounds = weighted_bounds(np.cumsum(weight), n_blocks(upper))
    block = np.repeat(np.arange(len(bounds) - 1, dtype=np.uint8), np.diff(bounds))
    inside, outside = np.zeros(n, np.int64), np.zeros(n, np.int64)
    _count_halves(*source, block, inside, outside)
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(inside + outside, out=indptr[1:])
    indptr = indptr.astype(np.uint32 if indptr[-1] < 2**32 else np.uint64)
    middle = (indptr[:-1] + inside).astype(indptr.dtype)
    indices, data = np.empty(indptr[-1], np.uint32), np.empty(indptr[-1], np.float32)
    ends = indptr[:-1].astype(np.int64), middle.astype(np.int64)
    _fill_halves(*source, upper.data, order, block, *ends, indices, data)
    return Halves(bounds, indptr, middle, indices, data)


@kernel
def _count_entries(indptr, indices, rank, weight):
    """``weight[r + 1]`` = entries of row r, both triangles, and one for the row."""
    weight[1:] += 1
    for i in range(len(indptr) - 1):
        weight[rank[i] + 1] += indptr[i + 1] - indptr[i]
        for e in range(indptr[i], indptr[i + 1]):
            weight[rank[indices[e]] + 1] += 1


@kernel
def _count_halves(indptr, indices, rank, block, inside, outside):
    for i in range(len(indptr) - 1):
        r = rank[i]
        for e in range(indptr[i], indptr[i + 1]):
            s = rank[indices[e]]
            if block[r] == block[s]:
                inside[min(r, s)] += 1
            else:
                outside[r] += 1
                outside[s] += 1


@kernel
def _fill_halves(indptr, indices, rank, weights, order, block, inside, outside, to, data):
    """Write the entries from where `inside` and `outside` say that the two parts of each row begin."""
    for r in range(len(order)):
        i = order[r]
        for e in range(indptr[i], indptr[i + 1]):
            s = np.int64(rank[indices[e]])
            if block[r] == block[s]:
                first = min(r, s)
                to[inside[first]] = max(r, s)
                data[inside[first]] = weights[e]
                inside[first] += 1
            else:
                to[outside[r]], to[outside[s]] = s, r
                data[outside[r]] = data[outside[s]] = weights[e]
                outside[r] += 1
                outside[s] += 1
