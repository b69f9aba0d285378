"""P for the attractive term: all its entries, row by row, and the blocks of rows that threads work on.

Each entry is stored in both its rows. Storing it once, and writing the force to both ends, reads half as many bytes but
takes two to three times as long: the processor waits for the forces that it has just written.
"""

from typing import NamedTuple

import numpy as np

from .engine.blocks import weighted_bounds
from .engine.jit import kernel
from .engine.prefetch import AHEAD

EDGES, MOST_BLOCKS = 50_000, 256  # edges in a block, and blocks


class Rows(NamedTuple):
    """Symmetric matrix in CSR, and blocks of rows ``bounds[b]..bounds[b + 1]`` of about the same work.

    Indices are unsigned, which spares the kernels the test for negative ones (a quarter faster); behind the last stand
    `AHEAD` zeros, which spares them the test for the end where they ask for neighbours ahead (a tenth).
    """

    bounds: list
    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray

    @property
    def arrays(self):
        """What the kernels take."""
        return self[1:]


def n_blocks(n_edges):
    """Blocks of rows that so many edges deserve, whatever the number of threads."""
    return max(1, min(n_edges // EDGES, MOST_BLOCKS))


def full_rows(upper):
    """Rows of the symmetric matrix whose upper triangle (CSR, without the diagonal) is given."""
    n = upper.shape[0]
    indptr = _starts(np.bincount(upper.indices, minlength=n) + np.diff(upper.indptr))
    indices, data = np.zeros(int(indptr[-1]) + AHEAD, np.uint32), np.empty(indptr[-1], np.float32)
    if not _fill_rows(upper.indptr, upper.indices, upper.data, indptr[:-1].astype(np.int64), indices, data):
        raise ValueError("upper has entries on or below the diagonal: give scipy.sparse.triu(P, 1)")
    return _in_blocks(indptr, indices, data)


def renumbered(rows, order, workers):
    """The same matrix with the row ``order[r]`` as row r; entries keep their order within a row."""
    indptr = _starts(np.diff(rows.indptr)[order])
    rank = np.empty(len(order), np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    new = _in_blocks(indptr, np.zeros_like(rows.indices), np.empty_like(rows.data))
    workers.run(_copy_rows, new.bounds, rows.arrays, order, rank, new.arrays)
    return new


def _starts(sizes):
    """Where rows of the given sizes begin, and the last ends."""
    indptr = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=indptr[1:])
    return indptr.astype(np.uint32 if indptr[-1] < 2**32 else np.uint64)


def _in_blocks(indptr, indices, data):
    """Rows of arrays in CSR."""
    weight = indptr + np.arange(len(indptr), dtype=np.uint64)  # a row costs as much as an entry
    return Rows(weighted_bounds(weight, n_blocks(len(data) // 2)), indptr, indices, data)


@kernel
def _fill_rows(starts, columns, weights, ends, indices, data):
    """Write each entry to both its rows, in the order of the columns; `ends` is how far each row is filled.

    Returns whether all entries lie above the diagonal; of any other, one of its two places stays unwritten.
    """
    is_upper = True
    for i in range(len(ends)):
        here = ends[i]
        for e in range(starts[i], starts[i + 1]):
            j = columns[e]
            is_upper &= j > i
            indices[here], data[here] = j, weights[e]
            indices[ends[j]], data[ends[j]] = i, weights[e]
            here += 1
            ends[j] += 1
    return is_upper


@kernel
def _copy_rows(b, first, stop, rows, order, rank, new):
    """Write the rows first..stop of `new`."""
    indptr, indices, data = rows
    new_indptr, new_indices, new_data = new
    for r in range(first, stop):
        to = new_indptr[r]
        for e in range(indptr[order[r]], indptr[order[r] + 1]):
            new_indices[to], new_data[to] = rank[indices[e]], data[e]
            to += 1
