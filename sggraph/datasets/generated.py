"""What the generators of graphs share: classes along a ring or down a tree, and the data set they return."""

import numpy as np
from scipy.sparse import csr_array

from .dataset import Dataset

SECTORS = 12


def sectors(i, length):
    """Twelfths of a ring; a sector for each place if it is shorter."""
    return i * min(SECTORS, length) // length


def oldest_ancestor(parent, count):
    """For each node the ancestor (or itself) among the first `count`, by doubling the steps towards the root.

    `parent` lacks the root: it belongs to nodes 1, 2, ..., and is smaller than its child.
    """
    up = np.r_[0, parent]
    up[:count] = np.arange(min(count, len(up)))
    while (up >= count).any():
        up = up[up]
    return up


def as_dataset(name, description, row, col, labels, word, *, positions=None, nodes=None, first=None):
    """Symmetric graph of edges given once.

    Classes are called "sector 01", "sector 02", ... after `word`, so that they sort; or `first`, "branch 1", ... where
    class 0 is not a branch.
    """
    n = len(labels)
    ends = np.concatenate([row, col]).astype(np.int32), np.concatenate([col, row]).astype(np.int32)
    graph = csr_array((np.ones(len(ends[0])), ends), shape=(n, n))
    graph.sort_indices()
    used, labels = np.unique(labels, return_inverse=True)
    numbers = (used + (first is None)).tolist()
    width = len(str(numbers[-1]))
    return Dataset(
        name=name,
        adjacency=graph,
        nodes=list(range(n)) if nodes is None else nodes,
        labels=labels.astype(np.intp),
        label_names=[first if k == 0 else f"{word} {k:0{width}}" for k in numbers],
        description=description,
        positions=positions,
    )
