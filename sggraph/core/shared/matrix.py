"""`SharedMatrix`: a square sparse matrix, of which each rank holds the rows that it owns.

Ranks own whole blocks of nodes (blocks.py), so that sums over a block are those of a process that has all rows.
"""

import hashlib
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from ..beside import edges_between, next_to
from ..engine.blocks import even_bounds, node_bounds
from ..engine.comm import Shared
from ..engine.jit import kernel
from ..engine.shares import Shares
from ..engine.talk import everyones, is_any, joined, median, on_first
from .components import first_nodes
from .neighbors import closeness
from .paths import hops_from, paths_to

BLOCKS = 64  # of rows that are placed at once
ROW = 8  # entries that a row costs beside its own, where rows are dealt out: what each node has numbers for


class SharedMatrix(Shared):
    """Rows ``shares.first..shares.stop`` as a CSR array (own, n) of all columns, and whether the pattern is known to be
    `symmetric`.
    """

    def __init__(self, shares, rows, *, symmetric=False):
        self.shares, self.rows, self.symmetric = shares, rows, symmetric
        counts = everyones(shares.comm, rows.nnz)
        self.nnz, self.begin = int(counts.sum()), int(counts[: shares.comm.rank].sum())

    @property
    def workers(self):
        """The threads of this rank, and the ranks."""
        return self.shares.workers

    def at_work(self, workers):
        """Go on with these."""
        self.shares.workers = workers

    @property
    def comm(self):
        """The ranks."""
        return self.shares.comm

    @property
    def n(self):
        """Number of nodes."""
        return int(self.shares.cuts[-1])

    @property
    def shape(self):
        """That of the whole matrix."""
        return self.n, self.n

    def sizes(self):
        """Entries of each row (n,) of all ranks, on all."""
        found = np.empty(self.n, np.int32 if self.nnz < 2**31 else np.int64)
        found[self.shares.own] = np.diff(self.rows.indptr)
        self.shares.gather(found)
        return found

    def transposed(self):
        """The transpose."""
        return SharedMatrix(self.shares, transposed(self.shares, self.rows), symmetric=self.symmetric)

    def symmetric_pattern(self):
        """Itself where its pattern is symmetric, otherwise one of ones for its entries in either direction."""
        if self.symmetric:
            return self
        other = transposed(self.shares, self.rows)
        same = np.array_equal(self.rows.indptr, other.indptr) and np.array_equal(self.rows.indices, other.indices)
        if not is_any(self.comm, not same):
            self.symmetric = True
            return self
        links = csr_array(self.rows + other)
        links.sort_indices()
        return SharedMatrix(self.shares, links, symmetric=True)

    def leaves(self):
        """The nodes with a single entry, and its column, on rank 0."""
        own = np.flatnonzero(np.diff(self.rows.indptr) == 1)
        parts = own + self.shares.first, self.rows.indices[self.rows.indptr[own]]
        return tuple(on_first(self.comm, part) for part in parts)

    def median_edge(self, Y, kept):
        """Median length of the entries between nodes that are `kept`, in the picture Y (n, d), 1 if there are none."""
        return median(self.comm, edges_between(self.rows, self.shares.first, Y, kept), nothing=1.0)

    def both_ways(self):
        """The sum of the matrix and its transpose."""
        return SharedMatrix(self.shares, csr_array(self.rows + transposed(self.shares, self.rows)), symmetric=True)

    def next_to(self, known, Y):
        """See beside.py; on rank 0."""
        return tuple(on_first(self.comm, part) for part in next_to(self.rows, self.shares.first, known, Y))

    def first_nodes(self):
        """The least node (n,) of each node's component, on all ranks."""
        return first_nodes(self.shares, self.rows)

    def closeness(self, least):
        """See twins.py; on rank 0."""
        return closeness(self, least)

    def paths(self, pivots, short):
        """SharedPaths to the pivots, in two bytes where no path has `short` edges."""
        return paths_to(self, pivots, short)

    def hops(self, source):
        """Numbers of edges (n,) from a node to all, on rank 0."""
        return hops_from(self, source)

    def taken(self, nodes):
        """The matrix of some of the nodes, given ascending, dealt out anew."""
        shares, first = self.shares, self.shares.first
        own = nodes[(nodes >= first) & (nodes < shares.stop)]
        number = np.full(self.n, -1, np.int32)
        number[nodes] = np.arange(len(nodes), dtype=np.int32)
        some = self.rows[own - first]
        kept = number[some.indices] >= 0
        starts = np.concatenate([[0], np.cumsum(kept)])[some.indptr]
        entries = number[some.indices[kept]], some.data[kept]
        sizes = joined(self.comm, np.diff(starts).astype(np.int32))
        new = shares_of(shares.workers, sizes)
        begin = int(np.searchsorted(nodes, first))
        return SharedMatrix(new, dealt(new, begin, starts, *entries), symmetric=self.symmetric)

    def whole(self, nodes):
        """On rank 0 the matrix (CSR) of some of the nodes, given ascending, which are to be few; None on others."""
        first = self.shares.first
        own = nodes[(nodes >= first) & (nodes < self.shares.stop)]
        some = csr_array(self.rows[own - first][:, nodes])
        some.sort_indices()
        parts = [on_first(self.comm, part) for part in (np.diff(some.indptr), some.indices, some.data)]
        if self.comm.rank > 0:
            return None
        indptr = np.concatenate([[0], np.cumsum(parts[0])]).astype(some.indptr.dtype)
        return csr_array((parts[2], parts[1], indptr), shape=(len(nodes), len(nodes)))

    def product(self, block):
        """The pattern times a block (n, k) of numbers, on all ranks."""
        ones = csr_array((np.ones(self.rows.nnz), self.rows.indices, self.rows.indptr), shape=self.rows.shape)
        found = np.empty((self.n, block.shape[1]))
        found[self.shares.first : self.shares.stop] = ones @ block
        self.shares.gather(found)
        return found

    def some_entries(self, step):
        """Rows and columns of each `step`-th entry, in their order, on rank 0."""
        entries = np.arange(-self.begin % step, self.rows.nnz, step)
        i = np.searchsorted(self.rows.indptr, entries, side="right") - 1 + self.shares.first
        return on_first(self.comm, np.column_stack([i, self.rows.indices[entries]])).T

    def digest(self, begin, kinds, chunk):
        """SHA-256, on rank 0, of the bytes `begin` and then of where the rows of all ranks begin, of their columns and
        of their values as arrays of these kinds, `chunk` numbers at a time.
        """
        digest, comm = hashlib.sha256(begin), self.comm
        starts = self.rows.indptr[comm.rank > 0 :].astype(np.int64) + self.begin
        for array, kind in zip((starts, self.rows.indices, self.rows.data), kinds, strict=True):
            for rank, length in enumerate(everyones(comm, len(array)).tolist()):
                for first in range(0, length, chunk):
                    some = array[first : first + chunk] if comm.rank == rank else array[:0]
                    digest.update(on_first(comm, some.astype(kind)).tobytes())
        return digest.hexdigest()

    def block_sums(self, summed):
        """``summed(first, stop)`` over the entries first..stop of the rows of each block of nodes, on all ranks."""
        bounds = node_bounds(self.n)
        blocks, sums = self.shares.blocks(bounds), np.zeros(len(bounds) - 1)
        for b in blocks:
            rows = np.array(bounds[b : b + 2]) - self.shares.first
            sums[b] = summed(*self.rows.indptr[rows])
        self.comm.gather(sums, np.searchsorted(bounds[:-1], self.shares.cuts))
        return sums


def shares_of(workers, sizes):
    """Shares of rows of these sizes (n,), of about the same weight."""
    bounds = node_bounds(len(sizes))
    weight = np.append(0, np.cumsum(np.add.reduceat(sizes, bounds[:-1], dtype=np.int64)))
    return Shares.of(workers, len(sizes), weight + ROW * np.array(bounds))


def dealt(shares, begin, starts, columns, values):
    """The rows (own, n) that this rank owns by `shares`, of those that each rank has: rows from `begin` on, where
    ``starts`` says; those of all ranks are in order.
    """
    stop = begin + len(starts) - 1
    cuts = np.clip(shares.cuts, begin, stop) - begin
    parts = [(np.diff(starts)[a:b], slice(starts[a], starts[b])) for a, b in pairwise(cuts)]
    sizes = np.concatenate(shares.comm.exchange([size.astype(np.int32) for size, _ in parts]))
    columns = np.concatenate(shares.comm.exchange([columns[some] for _, some in parts]))
    values = np.concatenate(shares.comm.exchange([values[some] for _, some in parts]))
    return csr_of(sizes, columns, values, shares)


def csr_of(sizes, columns, values, shares):
    """Rows (own, n) of these sizes."""
    indptr = np.zeros(len(sizes) + 1, np.int32 if len(columns) < 2**31 else np.int64)
    np.cumsum(sizes, out=indptr[1:])
    return csr_array((values, columns.astype(indptr.dtype, copy=False), indptr), shape=(len(sizes), shares.cuts[-1]))


def transposed(shares, rows):
    """Own rows (own, n) of the transpose of the matrix of which each rank gives its own rows."""
    other, cuts = rows.tocsc(), shares.cuts
    spans = [slice(other.indptr[a], other.indptr[b]) for a, b in pairwise(cuts)]
    sizes, columns = np.diff(other.indptr).astype(np.int32), other.indices.astype(np.int32, copy=False)
    values = other.data
    del other  # what is under way takes as much
    columns += np.int32(shares.first)
    sizes = shares.comm.exchange([sizes[a:b] for a, b in pairwise(cuts)])
    columns = shares.comm.exchange([columns[span] for span in spans])
    values = shares.comm.exchange([values[span] for span in spans])
    room = [np.empty(sum(map(len, parts)), parts[0].dtype) for parts in (columns, values)]
    found = csr_of(sum(sizes), *room, shares)
    cursor = found.indptr[:-1].astype(np.int64)
    for part in zip(sizes, columns, values, strict=True):  # ranks in turn: columns ascend
        starts = np.concatenate([[0], np.cumsum(part[0])])
        bounds = even_bounds(len(cursor), BLOCKS)
        shares.workers.run(_place, bounds, starts, *part[1:], cursor, found.indices, found.data)
    return found


@kernel
def _place(b, first, stop, starts, columns, values, cursor, indices, data):
    """Write the rows first..stop of a part to where the rows have got to, and move that on."""
    for i in range(first, stop):
        to = cursor[i]
        for e in range(starts[i], starts[i + 1]):
            indices[to], data[to] = columns[e], values[e]
            to += 1
        cursor[i] = to
