"""Breadth-first distances (numbers of edges) from a few nodes to all others."""

import numpy as np

from .jit import kernel

UNREACHED = -1


def hop_distances(A, sources, workers):
    """Distances (len(sources), n) int32 in the graph of the pattern A (CSR); -1 where no path leads."""
    sources = np.asarray(sources, np.int64)
    distance = np.empty((len(sources), A.shape[0]), np.int32)
    workers.run(_search, list(range(len(sources) + 1)), A.indptr, A.indices, sources, distance)
    return distance


@kernel
def _search(b, start, stop, indptr, indices, sources, distance):
    n = len(indptr) - 1
    queue = np.empty(n, np.int32)
    for s in range(start, stop):
        hops = distance[s]
        hops[:] = UNREACHED
        hops[sources[s]] = 0
        queue[0] = sources[s]
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for e in range(indptr[i], indptr[i + 1]):
                j = indices[e]
                if hops[j] == UNREACHED:
                    hops[j] = hops[i] + 1
                    queue[tail] = j
                    tail += 1
