"""How many neighbours the ends of edges share, where the row of one end may be another rank's.

Rows of other ranks are fetched in rounds of a bounded size, each once a round, and forgotten.
"""

from itertools import pairwise

import numpy as np

from ..engine.blocks import even_bounds, weighted_bounds
from ..engine.jit import kernel
from ..engine.talk import by_owner, everyones, on_first
from ..ordering import repeated
from ..twins import BLOCKS, _describe, _n_bits

ROUND, PAIRS = 2**21, 2**18  # entries that are fetched at a time, about (8 MB), and pairs that are looked at


def own_pairs(links, entries, degree):
    """Of some own entries (i, j), ascending, of a symmetric SharedMatrix those whose row j is here, in turn: entries,
    how many neighbours of j are neighbours of i, how many stand before i, and j.
    """
    shares, rows = links.shares, links.rows
    near = entries[_is_own(shares, rows.indices[entries])]
    for begin in range(0, len(near), PAIRS):
        some = near[begin : begin + PAIRS]
        yield _counted(links, some, (rows.indptr, rows.indices), rows.indices[some] - shares.first)


def fetched_pairs(links, entries, degree):
    """The same of the others, in as many rounds as any rank needs; `degree` (n,) is that of all nodes."""
    shares, rows = links.shares, links.rows
    away = entries[~_is_own(shares, rows.indices[entries])]
    cost = np.cumsum(degree[rows.indices[away]], dtype=np.int64)
    cuts = np.searchsorted(cost, range(ROUND, int(cost[-1]) if len(cost) else 0, ROUND))
    cuts = [0, *np.unique(cuts).tolist(), len(away)]
    for k in range(int(everyones(shares.comm, len(cuts)).max()) - 1):
        some = away[slice(*cuts[k : k + 2])] if k + 1 < len(cuts) else away[:0]
        wanted, place = np.unique(rows.indices[some], return_inverse=True)
        yield _counted(links, some, fetched(links, wanted, degree), place.ravel())


def _is_own(shares, nodes):
    return (nodes >= shares.first) & (nodes < shares.stop)


def fetched(links, nodes, degree):
    """Rows (starts, columns) of nodes, ascending, of other ranks."""
    shares, rows = links.shares, links.rows
    asked = shares.comm.exchange(by_owner(nodes.astype(np.int64), shares.cuts))
    given = [rows[some - shares.first].indices for some in asked]
    columns = np.concatenate(shares.comm.exchange(given))
    return np.concatenate([[0], np.cumsum(degree[nodes], dtype=np.int64)]), columns


def _counted(links, entries, others, place):
    rows, n = links.rows, links.n
    i = np.searchsorted(rows.indptr, entries, side="right") - 1
    common, before = np.empty((2, len(entries)), np.int32)
    bounds = even_bounds(len(entries), 4 * links.workers.n_jobs)
    mine, pairs = (rows.indptr, rows.indices), (i, place.astype(np.int64))
    links.workers.run(_count, bounds, n, links.shares.first, mine, pairs, others, common, before)
    return entries, common, before, rows.indices[entries]


@kernel
def _count(b, start, stop, n, first, mine, pairs, others, common, before):
    """Of the pairs start..stop: N(i) is marked in an array of n flags, and the row of j read."""
    indptr, indices = mine
    own, place = pairs
    starts, columns = others
    mark = np.zeros(n, np.uint8)
    marked = -1
    for p in range(start, stop):
        i = own[p]
        if i != marked:
            if marked >= 0:
                for e in range(indptr[marked], indptr[marked + 1]):
                    mark[indices[e]] = 0
            for e in range(indptr[i], indptr[i + 1]):
                mark[indices[e]] = 1
            marked = i
        both = ahead = np.uint32(0)
        node = np.uint32(first + i)
        for q in range(starts[place[p]], starts[place[p] + 1]):
            l = np.uint32(columns[q])
            both += np.uint32(mark[l])
            ahead += np.uint32(l < node)
        common[p], before[p] = both, ahead


def jaccard_weights(links):
    """Jaccard index of the neighbourhoods of the ends of each own entry, none below 1/(2n): see affinity.py.

    The end with fewer neighbours is read, by the rank of the other, which tells the weight to the rank of the first.
    """
    shares, rows, degree = links.shares, links.rows, links.sizes()
    eps, weights, is_read = 1 / (2 * links.n), np.empty(rows.nnz), np.empty(rows.nnz, bool)
    bounds = weighted_bounds(rows.indptr, BLOCKS)
    links.workers.run(_choose, bounds, shares.first, rows.indptr, rows.indices, degree, is_read)
    entries = np.flatnonzero(is_read)
    del is_read

    def weighed(pairs):
        entries, common, before, j = pairs
        own = np.searchsorted(rows.indptr, entries, side="right") - 1 + shares.first
        shared = common.astype(np.int64)
        weights[entries] = np.maximum(shared / (degree[own].astype(np.int64) + degree[j] - shared), eps)
        return np.column_stack([j, before]), weights[entries]

    def tell(places, found):
        weights[rows.indptr[places[:, 0] - shares.first] + places[:, 1]] = found

    for pairs in own_pairs(links, entries, degree):
        tell(*weighed(pairs))
    for pairs in fetched_pairs(links, entries, degree):
        places, found = weighed(pairs)
        order = np.argsort(places[:, 0], kind="stable")
        spans = [slice(*span) for span in pairwise(np.searchsorted(places[order, 0], shares.cuts))]
        parts = [shares.comm.exchange([part[order][span] for span in spans]) for part in (places, found)]
        for part in zip(*parts, strict=True):
            tell(*part)
    return weights


def closeness(links, least):
    """See twins.py; on rank 0."""
    shares, rows, workers = links.shares, links.rows, links.workers
    numbers = np.random.default_rng(0).integers(2**64, size=links.n, dtype=np.uint64)
    own = slice(shares.first, shares.stop)
    words, sums, closest = np.zeros(links.n, np.uint64), np.zeros(rows.shape[0], np.uint64), np.zeros(rows.shape[0])
    bounds = weighted_bounds(rows.indptr, BLOCKS)
    workers.run(_describe, bounds, rows.indptr, rows.indices, numbers, words[own], sums)
    del numbers
    shares.gather(words)
    is_near = np.zeros(rows.nnz, bool)
    degree = links.sizes()
    workers.run(_look, bounds, shares.first, rows.indptr, rows.indices, degree, words, least, is_near)
    entries = np.flatnonzero(is_near)

    for pairs in (own_pairs, fetched_pairs):
        for some, common, _, j in pairs(links, entries, degree):
            i = np.searchsorted(rows.indptr, some, side="right") - 1
            shared = common.astype(np.int64)
            both = degree[i + shares.first].astype(np.int64) + degree[j] - shared
            close = np.where(shared + 2 >= least * both, (shared + 2) / both, 0.0)
            np.maximum.at(closest, i, close)
    return on_first(shares.comm, closest), repeated(on_first(shares.comm, sums))


@kernel
def _choose(b, start, stop, first, indptr, indices, degree, is_read):
    """Of the entries of the rows start..stop, whether the other end has fewer neighbours (ties: comes before)."""
    for i in range(start, stop):
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            is_read[e] = degree[j] < degree[first + i] or (degree[j] == degree[first + i] and j < first + i)


@kernel
def _look(b, start, stop, first, indptr, indices, degree, words, least, is_near):
    """Of the entries of the rows start..stop, whether degrees and words allow that their ends are close."""
    for i in range(start, stop):
        size = indptr[i + 1] - indptr[i]
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            other, mine = degree[j], words[first + i]
            most = min(size - _n_bits(mine & ~words[j]), other - _n_bits(words[j] & ~mine))
            is_near[e] = most + 2 >= least * (size + other - most)
