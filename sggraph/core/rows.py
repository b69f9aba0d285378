"""P for the attractive term: all its entries, row by row, and the blocks of rows that threads work on.

Each entry is stored in both its rows. Storing it once, and writing the force to both ends, reads half as many bytes but
takes two to three times as long: the processor waits for the forces that it has just written.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from . import tiny
from .engine.blocks import even_bounds, node_bounds, power_of_two, weighted_bounds
from .engine.counting import begin_at, n_counters, totals
from .engine.jit import kernel
from .engine.memory import untouched
from .engine.prefetch import AHEAD
from .engine.shares import in_rounds
from .engine.talk import added_up
from .ordering import inverse, taken

EDGES, MOST_BLOCKS = 30_000, 256  # edges in a block, and blocks
MAX_EDGES = 10 * EDGES  # in a block, whatever their number: see MAX_BLOCK of blocks.py


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
    return power_of_two(max(min(n_edges // EDGES, MOST_BLOCKS), n_edges // MAX_EDGES))


def full_rows(upper, workers):
    """Rows of the symmetric matrix whose upper triangle (CSR, without the diagonal) is given."""
    rows = _tiny_rows(upper) if tiny.is_tiny(upper) else _filled_rows(upper, workers)
    if rows is None:
        raise ValueError("upper has entries on or below the diagonal: give scipy.sparse.triu(P, 1)")
    return rows


def _tiny_rows(upper):
    """The same of a tiny matrix; None if it is no upper triangle."""
    if (upper.indices <= np.repeat(np.arange(upper.shape[0]), np.diff(upper.indptr))).any():
        return None
    P = tiny.whole(upper)
    rows = _in_blocks(_starts(np.diff(P.indptr)), *_room(P.nnz))
    rows.indices[: P.nnz], rows.data[:] = P.indices, P.data
    return rows


def _filled_rows(upper, workers):
    """The same by kernels."""
    n, m = upper.shape[0], upper.nnz
    sizes, above = np.diff(upper.indptr), (upper.indptr, upper.indices, upper.data)
    bounds = weighted_bounds(upper.indptr, n_counters(m, n, workers))
    counts, is_upper = np.empty((len(bounds) - 1, n), _starts_type(2 * m)), np.empty(len(bounds) - 1, bool)
    workers.run(_count_columns, bounds, above[:2], counts, is_upper)
    if not is_upper.all():
        return None
    indptr = _starts(totals(counts, workers) + sizes)
    begin_at(indptr[:-1], counts, workers)
    rows = _in_blocks(indptr, *_room(2 * m))
    workers.run(_fill_rows, bounds, above, counts, rows.arrays)
    return rows


def _room(n_entries):
    """Arrays for the columns and values of so many entries."""
    indices = np.empty(n_entries + AHEAD, np.uint32)
    indices[n_entries:] = 0
    return indices, np.empty(n_entries, np.float32)


def renumbered(rows, order, workers):
    """The same matrix with the row ``order[r]`` as row r; entries keep their order within a row."""
    indptr = _starts(taken(np.diff(rows.indptr), order, workers))
    new = _in_blocks(indptr, *_room(len(rows.data)))
    rank = inverse(order, workers).view(np.uint32)
    workers.run(_copy_rows, new.bounds, rows.arrays, order, rank, new.arrays)
    return new


def _starts(sizes):
    """Where rows of the given sizes begin, and the last ends."""
    indptr = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=indptr[1:])
    return indptr.astype(_starts_type(indptr[-1]))


def _starts_type(n_entries):
    return np.uint32 if n_entries < 2**32 else np.uint64


def _in_blocks(indptr, indices, data):
    """Rows of arrays in CSR."""
    return Rows(_blocks(indptr), indptr, indices, data)


def _blocks(indptr):
    """Bounds of blocks of about the same work."""
    weight = indptr + np.arange(len(indptr), dtype=np.uint64)  # a row costs as much as an entry
    return weighted_bounds(weight, n_blocks(int(indptr[-1]) // 2))


def no_rows(n):
    """Rows of n nodes, of which none is here."""
    return own_rows(csr_array((0, n), dtype=np.float32), n)


def own_rows(matrix, first):
    """Rows of all nodes of which a rank has some, those of a matrix (own, n) in CSR, from row `first` on."""
    rows = _empty_rows(matrix.shape[1], first, first + matrix.shape[0], matrix.nnz)
    rows.indptr[first : first + matrix.shape[0] + 1] = matrix.indptr
    rows.indices[: matrix.nnz], rows.data[:] = matrix.indices, matrix.data
    return _own_blocks(rows, first, first + matrix.shape[0])


def _empty_rows(n, first, stop, n_entries):
    """Room for so many entries of the rows first..stop of n; what says where the others begin is never written."""
    indptr = untouched((n + 1,), _starts_type(n_entries))
    return Rows([first, stop], indptr, *_room(n_entries))


def _own_blocks(rows, first, stop):
    """The Rows first..stop in blocks."""
    bounds = _blocks(rows.indptr[first : stop + 1])
    return rows._replace(bounds=[first + bound for bound in bounds])


def entropy_of(p):
    """Sum of p log p."""
    some = p[p > 0].astype(np.float64)
    return (some * np.log(some)).sum()


def block_sizes(rows, source, owners):
    """Entries in each block of nodes of the matrix with row ``source[r]`` as row r, of which ranks have theirs by
    `owners`.
    """
    sizes = []
    for begin, end in pairwise(node_bounds(len(source))):
        some = source[begin:end]
        own = some[(some >= owners.first) & (some < owners.stop)]
        sizes.append(int(_sizes(rows, own).sum()))
    return added_up(owners.comm, np.array(sizes))


def passed(rows, source, rank, owners, shares, n_entries):
    """The Rows of the matrix with row ``source[r]`` as row r, whose inverse is `rank`: so many entries of those that
    this rank has by `shares`, from those who had them by `owners`.
    """
    begin, end, workers = shares.first, shares.stop, shares.workers
    new, rank = _empty_rows(len(source), begin, end, n_entries), rank.view(np.uint32)

    def sizes(some):
        return _sizes(rows, some)

    def entries(some):
        part = _in_blocks(_starts(sizes(some)), *_room(int(sizes(some).sum())))
        workers.run(_copy_rows, part.bounds, rows.arrays, some, rank, part.arrays)
        return np.column_stack([part.indices[: len(part.data)], part.data.view(np.uint32)])

    for offset, passage in in_rounds(owners, source, shares.ranges):
        size, here = np.empty(len(passage.rows), new.indptr.dtype), begin + offset
        for places, part in passage.parts(sizes):
            size[places] = part
        new.indptr[here + 1 : here + 1 + len(size)] = new.indptr[here] + np.cumsum(size, dtype=size.dtype)
        for places, part in passage.parts(entries):
            starts, bounds = _starts(size[places]), even_bounds(len(places), MOST_BLOCKS)
            workers.run(_place_rows, bounds, starts, part, here + places, new.arrays)
    return _own_blocks(new, begin, end)


def _sizes(rows, some):
    """Entries of some rows, by their numbers."""
    return rows.indptr[some + 1] - rows.indptr[some]


@kernel
def _count_columns(b, first, stop, pattern, counts, is_upper):
    """How many entries of the rows first..stop each column has, and whether all lie above the diagonal."""
    indptr, indices = pattern
    mine = counts[b]
    mine[:] = 0
    all_above = True
    for i in range(first, stop):
        for e in range(indptr[i], indptr[i + 1]):
            mine[indices[e]] += 1
            all_above &= indices[e] > i
    is_upper[b] = all_above


@kernel
def _fill_rows(b, first, stop, upper, places, rows):
    """Write the entries of the rows first..stop to both their rows: those below the diagonal where `places` say, those
    above at the end.
    """
    starts, columns, weights = upper
    indptr, indices, data = rows
    mine = places[b]
    for i in range(first, stop):
        here = np.int64(indptr[i + 1]) - (starts[i + 1] - starts[i])
        for e in range(starts[i], starts[i + 1]):
            j = columns[e]
            indices[here], data[here] = j, weights[e]
            indices[mine[j]], data[mine[j]] = i, weights[e]
            here += 1
            mine[j] += 1


@kernel
def _place_rows(b, first, stop, starts, entries, places, new):
    """Write rows first..stop of `entries` (m, 2), of columns and the bits of values, to their places."""
    new_indptr, new_indices, new_data = new
    values = entries.view(np.float32)
    for q in range(first, stop):
        to = new_indptr[places[q]]
        for e in range(starts[q], starts[q + 1]):
            new_indices[to], new_data[to] = entries[e, 0], values[e, 1]
            to += 1


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
