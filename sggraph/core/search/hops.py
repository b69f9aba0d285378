"""Breadth-first distances (numbers of edges) from a few nodes to all others.

Many sources at once go in words of 64 bits, one bit a source (multi-source search; Then et al., VLDB 2014): where paths
are short, the fronts of all sources run together and each edge is looked at a few times instead of 64. Fronts that
hold much of the graph are met half-way (direction-optimising search; Beamer, Asanovic, Patterson, SC 2012).
"""

import numpy as np

from .. import tiny
from ..engine.blocks import ALONE, node_bounds
from ..engine.jit import kernel, part

UNREACHED = -1  # in the distances that are returned
WORD = 64  # bits of the largest integer
TURN = 0.2  # times the edges that are left: a front with more is met half-way
TURN_TOGETHER = (
    0.05  # times all edges: the same for a word, where threads do it together; with .2 a single thread takes
)
# 6 % less, with .8 14 % more
LONG = 100  # edges of a path: beyond that fronts hardly meet, and one search after the other takes half the time
FEW = 1000  # nodes: up to here one search after the other takes milliseconds, and no second kernel to compile
_DE_BRUIJN = 0x03F79D71B4CB0A89  # its 64 windows of six bits are all different
_PLACE = np.zeros(WORD, np.int64)


for _bit in range(WORD):
    _PLACE[((_DE_BRUIJN << _bit) % 2**64) >> 58] = _bit


def hop_distances(A, sources, workers, *, symmetric=False):
    """Distances (len(sources), n) int32 in the graph of the pattern A (CSR); -1 where no path leads."""
    sources = np.asarray(sources, np.int64)
    if tiny.has_few_nodes(A):
        return tiny.hop_distances(A, sources)
    n = A.shape[0]
    if len(sources) == 1 and n > FEW and workers.n_jobs > 1:  # one search by all threads, where paths are short
        out = np.empty((n, 1), np.int32)
        if _search_together(A, sources, np.arange(n, dtype=np.int32), out, symmetric, workers) <= LONG:
            return out.T.copy()
    distance = np.empty((len(sources), n), np.int32)
    workers.run(_search, list(range(len(sources) + 1)), A.indptr, A.indices, sources, symmetric, distance)
    return distance


def write_hops(A, sources, out, workers, *, targets=None, symmetric=False):
    """The same into the columns of `out` (len(targets), len(sources)), of any signed type; returns how many edges the
    longest path has, so that the caller can tell whether they fit.

    `targets`, all different, are all nodes if left out.
    """
    n, sources = A.shape[0], np.asarray(sources, np.int64)
    rows = np.full(n, -1, np.int32)
    rows[slice(None) if targets is None else targets] = np.arange(len(out))

    longest = []

    def one_by_one(_, start, stop):
        hops = np.empty((1, n), np.int32)
        for s in range(start, stop):
            _search(0, 0, 1, A.indptr, A.indices, sources[s : s + 1], symmetric, hops)
            out[:, s] = hops[0] if targets is None else hops[0, targets]
            longest.append(int(hops.max()))

    def together(_, start, stop, threads=ALONE):
        longest.append(_search_together(A, sources[start:stop], rows, out[:, start:stop], symmetric, threads))

    if out.size == 0:
        return 0
    if tiny.has_few_nodes(A):
        hops = tiny.hop_distances(A, sources)
        out[:] = hops.T if targets is None else hops.T[targets]
        return int(hops.max())
    n_groups = -(-len(sources) // WORD)
    groups = [len(sources) * g // n_groups for g in range(n_groups + 1)]
    if n > FEW:
        together(0, *groups[:2], workers)
        workers.run(together, groups[1:] if max(longest) <= LONG else [0])
    if n <= FEW or max(longest) > LONG:
        workers.run(one_by_one, range(len(sources) + 1))
    return max(longest)


def _search_together(A, sources, rows, out, symmetric, workers):
    """Write the distances from at most 64 sources, bit s of a word standing for source s, those of node i to row
    ``rows[i]`` of `out`, unless that is -1; returns the edges of the longest path, or gives up where it is `LONG`.

    Where the front is asked for, all nodes are looked at, by blocks; what is sent out are few, in a queue.
    """
    n, everyone = A.shape[0], np.uint64(2 ** len(sources) - 1)
    queue, following, size = np.empty(n, np.int32), np.empty(n, np.int32), len(np.unique(sources))
    queue[:size] = np.unique(sources)
    front, coming = np.zeros((2, n), np.uint64)
    np.bitwise_or.at(front, sources, np.uint64(1) << np.arange(len(sources), dtype=np.uint64))
    seen = front.copy()
    out[:] = UNREACHED
    own = rows[sources]
    out[own[own >= 0], np.flatnonzero(own >= 0)] = 0
    ahead = np.diff(A.indptr)[queue[:size]].sum()
    nodes, found = node_bounds(n), size
    for level in range(1, LONG + 2):
        if symmetric and ahead > TURN_TOGETHER * A.nnz:
            sums = np.zeros((len(nodes) - 1, 2), np.int64)
            bits = everyone, seen, front, coming
            workers.run(_ask_back, nodes, A.indptr, A.indices, bits, rows, level, out, sums)
            front, coming, size = coming, front, None
            found, ahead = sums.sum(axis=0)
        else:
            if size is None:
                coming[:] = 0
                queue[:found] = np.flatnonzero(front)
                size = found
            found = _send_out(A.indptr, A.indices, queue[:size], (seen, front, coming), following)
            ahead = _settle(A.indptr, following[:found], (seen, front, coming), rows, level, out)
            queue, following, size = following, queue, found
        if found == 0:
            return level - 1
    return LONG + 1


@kernel
def _search(b, start, stop, indptr, indices, sources, symmetric, distance):
    n = len(indptr) - 1
    queue = np.empty(n, np.int32)
    for s in range(start, stop):
        hops = distance[s]
        hops[:] = UNREACHED
        hops[sources[s]] = 0
        queue[0] = sources[s]
        head, tail, level = 0, 1, 0
        left = np.int64(indptr[n])  # edges from nodes whose front has not come yet
        while head < tail:
            # how many edges the front has, and those not yet in one: what each of the two ways would look at
            end, ahead = tail, 0
            for q in range(head, end):
                ahead += indptr[queue[q] + 1] - indptr[queue[q]]
            left -= ahead
            if symmetric and ahead > TURN * left:
                tail = _reach_back(indptr, indices, level, hops, queue, tail)
            else:
                tail = _reach_out(indptr, indices, level, hops, queue, head, end)
            head = end
            level += 1


@part
def _reach_out(indptr, indices, level, hops, queue, head, end):
    """Number the neighbours of the nodes ``queue[head:end]`` and queue them; returns where the queue ends."""
    tail = end
    for q in range(head, end):
        i = queue[q]
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            if hops[j] == UNREACHED:
                hops[j] = level + 1
                queue[tail] = j
                tail += 1
    return tail


@part
def _reach_back(indptr, indices, level, hops, queue, tail):
    """The same, asking each node that has no number whether one of its neighbours is at `level`."""
    for j in range(len(hops)):
        if hops[j] == UNREACHED:
            for e in range(indptr[j], indptr[j + 1]):
                if hops[indices[e]] == level:
                    hops[j] = level + 1
                    queue[tail] = j
                    tail += 1
                    break
    return tail


@kernel
def _send_out(indptr, indices, queue, bits, following):
    """Send the bits of the nodes in the queue to their neighbours, and list these; returns how many there are."""
    seen, front, coming = bits
    none, found = np.uint64(0), 0
    for q in range(len(queue)):
        i = queue[q]
        arriving = front[i]
        front[i] = none
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            fresh = arriving & ~seen[j]
            if fresh != none:
                if coming[j] == none:
                    following[found] = j
                    found += 1
                coming[j] |= fresh
    return found


@kernel
def _settle(indptr, following, bits, rows, level, out):
    """What has come to the nodes that follow is the next front; returns how many edges leave it."""
    seen, front, coming = bits
    ahead = 0
    for q in range(len(following)):
        j = following[q]
        fresh = coming[j]
        coming[j] = np.uint64(0)
        seen[j] |= fresh
        front[j] = fresh
        ahead += indptr[j + 1] - indptr[j]
        _write(fresh, rows[j], level, out)
    return ahead


@kernel
def _ask_back(b, start, stop, indptr, indices, bits, rows, level, out, sums):
    """Each node that not all bits have reached asks its neighbours, until it has them; ``sums[b]``: how many nodes the
    next front has, and how many edges leave them.
    """
    everyone, seen, front, coming = bits
    none, found, ahead = np.uint64(0), 0, 0
    for j in range(start, stop):
        before = seen[j]
        after = before
        if before != everyone:
            for e in range(indptr[j], indptr[j + 1]):
                after |= front[indices[e]]
                if after == everyone:
                    break
        fresh = after & ~before
        coming[j] = fresh
        if fresh != none:
            seen[j] = after
            found += 1
            ahead += indptr[j + 1] - indptr[j]
            _write(fresh, rows[j], level, out)
    sums[b, 0], sums[b, 1] = found, ahead


@part
def _write(fresh, row, level, out):
    """Each of the bits is a distance."""
    one, last, factor = np.uint64(1), np.uint64(58), np.uint64(_DE_BRUIJN)
    while fresh != np.uint64(0) and row >= 0:
        # the lowest bit alone times de Bruijn's number: the six highest bits tell which it was
        lowest = fresh & (~fresh + one)
        out[row, _PLACE[np.int64((lowest * factor) >> last)]] = level
        fresh ^= lowest
