"""The clean adjacency that ranks make of the rows, or edges, that each has of a graph.

What is done to a graph is what adjacency.py does to one that is given as a whole, to the same bits: entries go to the
rank that owns their row, those of the other direction come with the transpose, and what all of them decide, whether
weights differ, say, is asked of all ranks.
"""

from itertools import chain, pairwise
from typing import Any

import numpy as np
from scipy import sparse

from ..core.engine.comm import Shared
from ..core.engine.talk import added_up, agree, everyones, is_any, joined
from ..core.shared.matrix import SharedMatrix, csr_of, shares_of, transposed
from ..runtime.warn import warn
from .adjacency import CANNOT_SUM, Graph, canonical, is_close, summed, told_of_loops, wrong_weights
from .arcs import GraphWarning, as_weights
from .calibrated import ROUNDING as OF_SUMS
from .calibrated import are_probabilities
from .distances import FEWEST, FULL, LOOKED_AT, REFUSED, alone_are_longer, are_rows_of_distances
from .distances import ROUNDING as OF_DISTANCES
from .matrices import check_indices
from .row_block import RowBlock

ROUND = 2**19  # entries that are sent at a time


class SharedGraph(SharedMatrix):
    """A clean adjacency, and what a `Graph` says of it."""

    def __init__(self, shares: Any, rows: Any, *, directed: bool, weighted: bool, calibrated: bool, symmetric: bool):
        super().__init__(shares, rows, symmetric=symmetric)
        self.directed, self.weighted, self.calibrated = directed, weighted, calibrated


class Entries(Shared):
    """Entries of a matrix, or edges, that a rank has: from which row to which column, how heavy, of n rows in all.

    Edges count from both ends (`undirected`), and have `names` on rank 0, those of the rows; entries of a matrix are
    summed first, and those that are not zero are `alike` where weights are to be ignored.
    """

    def __init__(self, row, col, weights, n, *, undirected=False, alike=False, names=None):
        self.row, self.col, self.weights, self.n = row, col, weights, n
        self.undirected, self.alike, self.names = undirected, alike, names


def graph_of_ranks(adjacency, names=None):
    """The Graph of a SharedGraph, or of what stands for one on rank 0; nodes are called by their rows without names."""
    nodes = range(adjacency.shape[0]) if names is None else names
    said = adjacency.directed, adjacency.weighted, adjacency.calibrated
    return Graph(adjacency, nodes, *said, named=names is not None)


def entries_of_block(block, workers, weight):
    """The Entries of what each rank gave as its RowBlock."""
    error, size = None, (0, 0)
    try:
        coo = _entries(block)
        size = coo.shape
    except (ValueError, TypeError) as wrong:
        error = wrong
    agree(workers.comm, error)
    agree(workers.comm, _misplaced(workers.comm, block.first, *size))
    row = coo.row.astype(np.int32) + np.int32(block.first)
    return Entries(row, coo.col.astype(np.int32), coo.data, size[1], alike=weight is None)


def _entries(block):
    """The entries of a RowBlock, duplicates summed."""
    if not isinstance(block, RowBlock):
        came = type(block).__name__
        raise TypeError(f"graph is a RowBlock on some ranks and a {came} on others: give a RowBlock on all")
    rows = block.rows
    if not sparse.issparse(rows) or rows.ndim != 2:
        raise TypeError(f"rows of a RowBlock are of type {type(rows).__name__}: give a sparse array of SciPy")
    if not isinstance(block.first, (int, np.integer)) or isinstance(block.first, bool):
        raise TypeError(f"first={block.first!r}: give the number of the first row of the RowBlock")
    check_indices(rows)
    csr = sparse.csr_array(rows.copy())
    csr = sparse.csr_array((as_weights(csr.data), csr.indices, csr.indptr), shape=csr.shape)
    csr.sum_duplicates()
    return csr.tocoo(copy=False)


def _misplaced(comm, first, m, n):
    """What is wrong with where the blocks of the ranks are."""
    begins, lengths, columns = (everyones(comm, number).tolist() for number in (int(first), m, n))
    expected = 0
    for rank, (begin, length, width) in enumerate(zip(begins, lengths, columns, strict=True)):
        if width != columns[0]:
            return ValueError(f"RowBlocks have {columns[0]} columns on rank 0 and {width} on rank {rank}: give all n")
        if begin != expected:
            return ValueError(
                f"the RowBlock of rank {rank} begins at row {begin} where {expected} is next: give each rank the rows "
                "that follow those of the rank before"
            )
        expected += length
    if expected != columns[0]:
        return ValueError(f"RowBlocks have {expected} rows and {columns[0]} columns: give each row to one rank")
    if expected == 0:
        return ValueError("graph has no nodes: give a graph with at least one")
    return None if expected < 2**31 else ValueError(f"graph has {expected} nodes: give fewer than 2^31")


def cleaned(entries, workers, direction):
    """The SharedGraph of the Entries of all ranks."""
    comm, n = workers.comm, entries.n
    arrays = [entries.row, entries.col, entries.weights]
    entries.row = entries.col = entries.weights = None  # as large as the graph
    if entries.undirected:
        row, col, weights = _without_loops(comm, *arrays)
        arrays = [np.minimum(row, col), np.maximum(row, col), weights]
        del row, col, weights
    shares = _shares(workers, *arrays[:2], n)
    arrays = routed(shares, arrays)
    arrays[0] -= np.int32(shares.first)
    shape = int(shares.stop - shares.first), n
    if entries.undirected:
        once = summed(*arrays, shape)
    else:  # entries of a matrix that are there twice are one, before anything is said of them
        once = canonical(sparse.coo_array((arrays.pop(), arrays), shape=shape, dtype=np.float64))
        arrays.clear()
        once = _of_edges(shares, once, entries.alike)
    del arrays
    return _directed(shares, once, entries.undirected, direction)


def _shares(workers, row, col, n):
    """Shares of n rows, of about as many ends of entries."""
    counts = np.bincount(row, minlength=n)
    counts += np.bincount(col, minlength=n)
    return shares_of(workers, added_up(workers.comm, counts))


def routed(shares, arrays):
    """The entries that belong to this rank, those of each rank in their order; arrays are row, column and weight."""
    comm = shares.comm
    if comm.size == 1:
        return arrays
    found = [[[] for _ in range(comm.size)] for _ in arrays]
    for k in range(int(everyones(comm, -(-len(arrays[0]) // ROUND)).max())):
        some = slice(k * ROUND, (k + 1) * ROUND)
        owner = np.searchsorted(shares.cuts[1:], arrays[0][some], side="right")
        order = np.argsort(owner, kind="stable")
        places = np.searchsorted(owner[order], range(comm.size + 1))
        for array, kept in zip(arrays, found, strict=True):
            ordered = array[some][order]
            parts = comm.exchange([ordered[begin:end] for begin, end in pairwise(places)])
            for mine, part in zip(kept, parts, strict=True):
                mine.append(part)
    kinds = [array.dtype for array in arrays]
    arrays.clear()
    return [np.concatenate([np.empty(0, kind), *chain(*found.pop(0))]) for kind in kinds]


def wrong_of(comm, weights, ends):
    """The error of weights that are none, told by the rank that has the first; ``ends(k)`` are those of an arc."""
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    counts = everyones(comm, np.count_nonzero(wrong))
    if counts.sum() == 0 or comm.rank != int(np.flatnonzero(counts)[0]):
        return None
    k = int(np.argmax(wrong))
    return wrong_weights(int(counts.sum()), weights[k], *map(int, ends(k)))


def _without_loops(comm, row, col, weights):
    """The edges between two nodes that count; how many loops there were is told."""
    is_edge, is_loop = weights != 0, row == col
    _tell_of_loops(comm, is_loop & is_edge)
    keep = is_edge & ~is_loop
    return (row, col, weights) if keep.all() else (row[keep], col[keep], weights[keep])


def _of_edges(shares, once, alike):
    """The same of a matrix, whose weights are looked at."""
    if alike:
        once.data = np.where(np.isfinite(once.data), once.data != 0, once.data).astype(np.float64)

    def ends(k):
        return shares.first + np.searchsorted(once.indptr, k, side="right") - 1, once.indices[k]

    agree(shares.comm, wrong_of(shares.comm, once.data, ends))
    row = np.repeat(np.arange(shares.first, shares.stop, dtype=np.int32), np.diff(once.indptr))
    is_edge, is_loop = once.data != 0, row == once.indices
    del row
    _tell_of_loops(shares.comm, is_loop & is_edge)
    keep = is_edge & ~is_loop
    if keep.all():
        return once
    starts = np.concatenate([[0], np.cumsum(keep)])[once.indptr]
    return csr_of(np.diff(starts), once.indices[keep], once.data[keep], shares)


def _tell_of_loops(comm, is_loop):
    loops = int(everyones(comm, np.count_nonzero(is_loop)).sum())
    if loops and comm.rank == 0:
        warn(told_of_loops(loops), GraphWarning)


def _directed(shares, once, undirected, direction):
    """The SharedGraph of arcs that are there once: see `adjacency.clean_edges`."""
    comm = shares.comm
    mirror = transposed(shares, once)
    low, high = (greatest(comm, sign * once.data) for sign in (-1, 1))
    weighted = high > -np.inf and -low != high
    calibrated = "" if undirected else _calibrated(shares, once, mirror)
    if weighted and not calibrated and (_are_distances(shares, once, mirror) or _are_nearest(shares, once, mirror)):
        raise ValueError(REFUSED)
    if direction == "auto":
        direction = calibrated or "symmetric"
    directed = not undirected and is_any(comm, not is_close(once, mirror))
    symmetric = True
    if undirected or (directed and direction == "symmetric"):
        rows = canonical(once + mirror)
    elif directed:
        rows, symmetric = once if direction == "out" else mirror, False
    else:
        exact = not is_any(comm, not np.array_equal(once.data, mirror.data))
        rows = once if exact else canonical((once + mirror) / 2)
    if is_any(comm, not np.isfinite(rows.data).all()):
        raise ValueError(CANNOT_SUM)
    said = {"directed": directed, "weighted": weighted, "calibrated": directed and bool(calibrated)}
    return SharedGraph(shares, rows, symmetric=symmetric, **said)


def greatest(comm, values):
    """The greatest of all ranks' values; -infinity of none."""
    return float(everyones(comm, values.max(initial=-np.inf), np.float64).max())


def _total(comm, value):
    return float(everyones(comm, value, np.float64).sum())


def _calibrated(shares, once, mirror):
    """See `calibrated.calibrated_direction`."""
    comm, n = shares.comm, int(shares.cuts[-1])
    most = greatest(comm, once.data)
    with np.errstate(over="ignore"):
        if not 0 <= most <= 1 + OF_SUMS or _total(comm, once.data.sum()) > n * (1 + OF_SUMS):
            return ""
        for name, rows in (("out", once), ("in", mirror)):
            told = np.diff(rows.indptr).astype(float), rows.sum(axis=1), rows.max(axis=1).toarray().ravel()
            sizes, sums, maxima = joined(comm, np.column_stack(told)).T
            if are_probabilities(sizes.astype(np.int64), sums, maxima):
                return name
    return ""


def _are_distances(shares, once, mirror):
    """See `distances.are_distances`."""
    comm, n = shares.comm, int(shares.cuts[-1])
    nnz = int(everyones(comm, once.nnz).sum())
    symmetric = nnz > n * (n - 1) // 2
    if n < FEWEST or nnz * (1 if symmetric else 2) < FULL * n * (n - 1):
        return False
    nodes = np.random.default_rng(0).permutation(n)[:LOOKED_AT]
    own = np.flatnonzero((nodes >= shares.first) & (nodes < shares.stop))
    found = np.empty((len(nodes), len(nodes)))
    found[joined(comm, own)] = joined(comm, once[nodes[own] - shares.first][:, nodes].toarray())
    return are_rows_of_distances(found / greatest(comm, once.data))


def _are_nearest(shares, once, mirror):
    """See `distances.are_neighbor_distances`."""
    comm = shares.comm
    sizes = joined(comm, np.diff(once.indptr))
    if not sizes.any() or (sizes != sizes[0]).any():
        return False
    both, back = (A.multiply(B > 0).tocsr() for A, B in ((once, mirror), (mirror, once)))
    n_both, nnz = (int(everyones(comm, A.nnz).sum()) for A in (both, once))
    gap = np.abs((both - back).data)
    if n_both in (0, nnz) or greatest(comm, gap) > OF_DISTANCES * greatest(comm, once.data):
        return False
    means = once.sum(axis=1) / sizes[0]
    relative = once.data / np.repeat(means, sizes[0])
    sums = relative.sum(), (both.sum(axis=1) / means).sum(), np.square(relative).sum()
    total, shared, squares = (_total(comm, value) for value in sums)
    deviation = np.sqrt(max(squares / nnz - (total / nnz) ** 2, 0.0))
    return alone_are_longer(total, shared, deviation, nnz, n_both)
