"""The joint distribution P of a graph of which each rank holds some rows: see affinity.py.

Rows are weighed and rescaled where they are; what is added to them of the other direction comes with the transpose.
"""

import numpy as np
from scipy.sparse import csr_array, diags_array

from ..affinity import TINY, rescale_rows
from ..engine.talk import everyones, is_any
from ..rows import entropy_of
from .matrix import SharedMatrix, transposed
from .neighbors import jaccard_weights


class SharedP(SharedMatrix):
    """P (float32, both triangles, sums to 1), and the number of nodes of few neighbours."""

    n_clamped = 0

    def entropy(self):
        """Sum of p log p."""
        return 2 * float(self._upper_sum(entropy_of))

    def _upper_sum(self, summed):
        """Sum of what ``summed`` gives for the entries above the diagonal in each block of nodes."""
        rows, own = self.rows, np.arange(self.shares.first, self.shares.stop, dtype=np.int32)
        is_upper = rows.indices > np.repeat(own, np.diff(rows.indptr))
        return self.block_sums(lambda first, stop: summed(rows.data[first:stop][is_upper[first:stop]])).sum()

    def handed_over(self):
        """Own rows (CSR), which are forgotten here."""
        rows, self.rows = self.rows, None
        return rows

    def taken(self, nodes):
        """That of some of the nodes, by themselves."""
        part = super().taken(nodes)
        P = SharedP(part.shares, part.rows, symmetric=True)
        total = P._upper_sum(lambda p: p.sum(dtype=np.float64))
        P.rows.data = (P.rows.data / (2 * total)).astype(np.float32)
        return P


def joint_probabilities(A, lambda_, *, links=None, given=False):
    """The SharedP of a SharedMatrix; arguments are those of `affinity.joint_probabilities`."""
    A = rows_filled(A)
    rows, weights = A.rows, A.rows.data
    if links is not None:
        weights, given = jaccard_weights(links), False
        if links.rows.nnz != rows.nnz:  # arcs one way
            ones = csr_array((np.ones(rows.nnz), rows.indices, rows.indptr), shape=rows.shape)
            jaccard = csr_array((weights, links.rows.indices, links.rows.indptr), shape=rows.shape)
            weights = jaccard.multiply(ones).tocsr().data
    p_cond, n_clamped = rescale_rows(rows.indptr, weights, lambda_, A.workers, given=given)
    del weights
    total = 2 * max(A.block_sums(lambda first, stop: p_cond[first:stop].sum()).sum(), TINY)
    p = csr_array((p_cond, rows.indices, rows.indptr), shape=rows.shape)
    other = transposed(A.shares, p)
    if A.symmetric:
        p_cond += other.data
        joint = csr_array((p_cond, rows.indices, rows.indptr), shape=rows.shape)
    else:
        joint = csr_array(p + other)
        joint.sort_indices()
    del other
    joint.data = (joint.data * (1 / total)).astype(np.float32)
    P = SharedP(A.shares, joint, symmetric=True)
    P.n_clamped = int(everyones(A.comm, n_clamped).sum())
    return P


def rows_filled(A):
    """A, and in its empty rows their columns: see `affinity.rows_filled`."""
    empty = A.sizes() == 0
    if not empty.any() or not is_any(A.comm, empty[A.rows.indices].any()):
        return A
    own = empty[A.shares.first : A.shares.stop]
    filled = csr_array(A.rows + diags_array(own.astype(float)) @ transposed(A.shares, A.rows))
    filled.sort_indices()
    return SharedMatrix(A.shares, filled)
