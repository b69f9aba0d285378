"""Breadth-first distances (numbers of edges) from a few nodes to all others.

Many sources at once go in words of 64 bits, one bit a source (multi-source search; Then et al., VLDB 2014): where paths
are short, the fronts of all sources run together and each edge is looked at a few times instead of 64. Fronts that
hold much of the graph are met half-way (direction-optimising search; Beamer, Asanovic, Patterson, SC 2012).
"""

import numpy as np

from ..engine.jit import kernel, part

UNREACHED = -1  # in the distances that are returned
WORD = 64  # bits of the largest integer
TURN = 0.2  # times the edges that are left (of all, for a word): a front with more is met half-way; with .05 64
# searches take 6 % longer, with .8 20 %
LONG = 100  # edges of a path: beyond that fronts hardly meet, and one search after the other takes half the time
FEW = 1000  # nodes: up to here one search after the other takes milliseconds, and no second kernel to compile
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


def write_hops(A, sources, out, workers, *, targets=None, symmetric=False):
    """The same into the columns of `out` (len(targets), len(sources)), of any signed type.

    `targets`, all different, are all nodes if left out.
    """
    n, sources = A.shape[0], np.asarray(sources, np.int64)
    rows = np.full(n, -1, np.int32)
    rows[slice(None) if targets is None else targets] = np.arange(len(out))

    def search(_, start, stop):
        hops = np.empty((1, n), np.int32)
        for s in range(start, stop):
            _search(0, 0, 1, A.indptr, A.indices, sources[s : s + 1], symmetric, hops)
            out[:, s] = hops[0] if targets is None else hops[0, targets]

    if out.size:
        search(0, 0, 1)
        if out[:, 0].max() > LONG or n <= FEW:
            workers.run(search, range(1, len(sources) + 1))
        else:
            n_groups = -(-len(sources) // WORD)
            bounds = [len(sources) * g // n_groups for g in range(n_groups + 1)]
            workers.run(_search_together, bounds, A.indptr, A.indices, sources, symmetric, rows, out)


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
def _search_together(b, start, stop, indptr, indices, sources, symmetric, rows, out):
    """Distances from the sources start..stop, at most 64: bit s of a word stands for source start + s.

    Those of node i go to row ``rows[i]`` of `out`, unless that is -1.
    """
    n = len(indptr) - 1
    none, one, last, factor = np.uint64(0), np.uint64(1), np.uint64(58), np.uint64(_DE_BRUIJN)
    seen, front, coming = np.zeros(n, np.uint64), np.zeros(n, np.uint64), np.zeros(n, np.uint64)
    queue, following = np.empty(n, np.int32), np.empty(n, np.int32)
    # a bit for each source, on its node; several sources may share one
    out[:, start:stop] = UNREACHED
    size, everyone = 0, none
    for s in range(start, stop):
        i, bit = sources[s], one << np.uint64(s - start)
        if front[i] == none:
            queue[size] = i
            size += 1
        front[i] |= bit
        seen[i] = front[i]
        everyone |= bit
        if rows[i] >= 0:
            out[rows[i], s] = 0
    level = 0
    while size > 0:
        # one level on, from the front to its neighbours or from all that wait back to the front
        level += 1
        ahead = np.int64(0)
        for q in range(size):
            ahead += indptr[queue[q] + 1] - indptr[queue[q]]
        if symmetric and ahead > TURN * indptr[n]:
            found = _ask_back(indptr, indices, everyone, seen, front, coming, following)
            for q in range(size):
                front[queue[q]] = none
        else:
            found = _send_out(indptr, indices, queue, size, seen, front, coming, following)
        # what has come is the next front, and each of its bits a distance
        for q in range(found):
            j = following[q]
            fresh = coming[j]
            coming[j] = none
            seen[j] |= fresh
            front[j] = fresh
            while fresh != none and rows[j] >= 0:
                # the lowest bit alone times de Bruijn's number: the six highest bits tell which it was
                lowest = fresh & (~fresh + one)
                out[rows[j], start + _PLACE[np.int64((lowest * factor) >> last)]] = level
                fresh ^= lowest
        queue, following = following, queue
        size = found


@part
def _send_out(indptr, indices, queue, size, seen, front, coming, following):
    """Send the bits of the nodes ``queue[:size]`` to their neighbours, and list these; returns how many there are."""
    none, found = np.uint64(0), 0
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
    return found


@part
def _ask_back(indptr, indices, everyone, seen, front, coming, following):
    """The same: each node that not all bits have reached asks its neighbours until it has them."""
    found = 0
    for j in range(len(seen)):
        before = seen[j]
        after = before
        if before != everyone:
            for e in range(indptr[j], indptr[j + 1]):
                after |= front[indices[e]]
                if after == everyone:
                    break
        if after != before:
            coming[j] = after & ~before
            following[found] = j
            found += 1
    return found
