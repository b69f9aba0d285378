"""Components of a graph of which each rank holds some rows: each joins what its own entries join, and trees are united.

A tree is passed on as the parent of each node; pairs of ranks put theirs together, then pairs of pairs.
"""

import numpy as np

from ..engine.jit import kernel
from ..search.connectivity import _root


def first_nodes(shares, rows):
    """The least node (n,) of each node's component, on all ranks; arcs join both ways."""
    comm, n = shares.comm, shares.cuts[-1]
    parent = np.arange(n, dtype=np.int32)
    _unite(rows.indptr, rows.indices, shares.first, parent)
    step, nothing = 1, parent[:0]
    while step < comm.size:
        parts = [nothing] * comm.size
        if comm.rank % (2 * step) == step:
            parts[comm.rank - step] = parent
        for other in comm.exchange(parts):
            if len(other):
                _unite(np.arange(n + 1), other, 0, parent)
        step *= 2
    comm.gather(parent, [0] + [n] * comm.size)
    return parent


@kernel
def _unite(indptr, indices, first, parent):
    """Join the ends of all entries, of rows from `first` on; each tree hangs on its least node."""
    for i in range(len(indptr) - 1):
        a = _root(parent, first + i)
        for e in range(indptr[i], indptr[i + 1]):
            b = _root(parent, indices[e])
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
                a = b
    for i in range(len(parent)):
        parent[i] = _root(parent, i)
