"""Which nodes a path joins: the components of a pattern, directed or not, by union-find.

Each tree hangs on its least node, and paths are halved as they are walked. The first entries of all rows join most of
what belongs together; all threads then look for rows with entries that still lead to another tree, and those are walked
in full (as Afforest does: Sutton, Ben-Nun, Barak, IPDPS 2018).
"""

import numpy as np

from .. import tiny
from ..engine.blocks import ALONE, weighted_bounds
from ..engine.jit import kernel, part

FIRST = 2  # entries of a row that are walked before
BLOCKS = 256  # of rows that are looked at, at most


def first_nodes(A, workers=ALONE):
    """The least node (n,) of each node's component in the pattern of A (CSR); arcs join both ways."""
    n = A.shape[0]
    if tiny.is_tiny(A):
        return tiny.first_nodes(A)
    parent, is_left = np.arange(n, dtype=np.int32), np.ones(n, bool)
    unite(A.indptr, A.indices, 0, is_left, FIRST, parent)
    workers.run(_look, weighted_bounds(A.indptr, BLOCKS), A.indptr, A.indices, parent, is_left)
    if is_left.any():
        unite(A.indptr, A.indices, 0, is_left, n, parent)
    return parent


@kernel
def _look(b, start, stop, indptr, indices, parent, is_left):
    """Of each row, whether an entry leads to another tree."""
    for i in range(start, stop):
        is_left[i] = False
        for e in range(indptr[i], indptr[i + 1]):
            if parent[indices[e]] != parent[i]:
                is_left[i] = True
                break


@kernel
def unite(indptr, indices, first, is_left, most, parent):
    """Join the ends of at most so many entries of the rows, from the node `first` on, that are left."""
    for i in range(len(indptr) - 1):
        if not is_left[i]:
            continue
        a = _root(parent, first + i)
        for e in range(indptr[i], min(indptr[i + 1], indptr[i] + most)):
            b = _root(parent, indices[e])
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
                a = b
    for i in range(len(parent)):
        parent[i] = _root(parent, i)


@part
def _root(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
