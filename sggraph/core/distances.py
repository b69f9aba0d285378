"""Breadth-first distances (numbers of edges) from a few nodes to all others.

Many sources at once go in words of 64 bits, one bit a source (multi-source search; Then et al., VLDB 2014): where paths
are short, the fronts of all sources run together and each edge is looked at a few times instead of 64.
"""

import numpy as np

from .jit import kernel, part

UNREACHED = -1
WORD = 64
TURN = 0.2  # times the edges that are left: a front with more is met half-way
_DE_BRUIJN = 0x03F79D71B4CB0A89  # its 64 windows of six bits are all different
_PLACE = np.zeros(WORD, np.int64)
for _bit in range(WORD):
    _PLACE[((_DE_BRUIJN << _bit) % 2**64) >> 58] = _bit


def hop_distances(A, sources, workers, *, symmetric=False):
    """Distances (len(sources), n) int32 in the graph of the pattern A (CSR); -1 where no path leads."""
    sources = np.asarray(sources, np.int64)
    distance = np.empty((len(sources), A.shape[0]), np.int32)
    workers.run(_search, list(range(len(sources) + 1)), A.indptr, A.indices, sources, symmetric, distance)
    return distance


def write_hops(A, sources, out, workers):
    """The same into the columns of `out` (n, len(sources)), of any signed type."""
    sources = np.asarray(sources, np.int64)
    n_groups = -(-len(sources) // WORD)
    bounds = [len(sources) * g // n_groups for g in range(n_groups + 1)] if n_groups else [0]
    workers.run(_search_together, bounds, A.indptr, A.indices, sources, out)


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
def _search_together(b, start, stop, indptr, indices, sources, out):
    """Distances from the sources start..stop, at most 64: bit s of a word stands for source start + s."""
    n = len(indptr) - 1
    none, one, last, factor = np.uint64(0), np.uint64(1), np.uint64(58), np.uint64(_DE_BRUIJN)
    seen, front, coming = np.zeros(n, np.uint64), np.zeros(n, np.uint64), np.zeros(n, np.uint64)
    queue, following = np.empty(n, np.int32), np.empty(n, np.int32)
    for i in range(n):
        out[i, start:stop] = UNREACHED
    size = 0
    for s in range(start, stop):
        i = sources[s]
        if front[i] == none:
            queue[size] = i
            size += 1
        front[i] |= one << np.uint64(s - start)
        seen[i] = front[i]
        out[i, s] = 0
    level = 0
    while size > 0:
        level += 1
        found = 0
        for q in range(size):
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
        for q in range(found):
            j = following[q]
            fresh = coming[j]
            coming[j] = none
            seen[j] |= fresh
            front[j] = fresh
            while fresh != none:
                lowest = fresh & (~fresh + one)
                out[j, start + _PLACE[np.int64((lowest * factor) >> last)]] = level
                fresh ^= lowest
        queue, following = following, queue
        size = found
