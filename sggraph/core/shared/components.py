"""Components of a graph of which each rank holds some rows: each joins what its own entries join, and trees are united.

A tree is passed on as the parent of each node; pairs of ranks put theirs together, then pairs of pairs.
"""

import numpy as np

from ..search.connectivity import unite


def first_nodes(shares, rows):
    """The least node (n,) of each node's component, on all ranks; arcs join both ways."""
    comm, n = shares.comm, shares.cuts[-1]
    parent = np.arange(n, dtype=np.int32)
    every_row = np.ones(n, bool)
    unite(rows.indptr, rows.indices, shares.first, every_row, n, parent)
    step, nothing = 1, parent[:0]
    while step < comm.size:
        parts = [nothing] * comm.size
        if comm.rank % (2 * step) == step:
            parts[comm.rank - step] = parent
        for other in comm.exchange(parts):
            if len(other):
                unite(np.arange(n + 1), other, 0, every_row, 1, parent)
        step *= 2
    comm.gather(parent, [0] + [n] * comm.size)
    return parent
