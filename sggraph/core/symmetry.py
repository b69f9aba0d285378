"""Whether a matrix is clean as it is: one pass, .15 s for 2 x 10^7 entries, where cleaning takes ten times that."""

import numpy as np

from .jit import kernel


def is_clean(indptr, indices, data):
    """Whether a square CSR matrix is symmetric to the last bit, its rows sorted, without duplicates or a diagonal, its
    values finite and positive; nothing is believed of its arrays but the bounds of `indptr`.
    """
    return _is_clean(indptr, indices, data, indptr[:-1].copy())


@kernel
def _is_clean(indptr, indices, data, after):
    """Rows come in order: the partner of (i, j) is the first entry of row j that no row has asked for (`after`)."""
    n = len(after)
    for i in range(n):
        for e in range(after[i], indptr[i + 1]):
            j = indices[e]
            if j <= i or j >= n or (e > indptr[i] and j <= indices[e - 1]) or not 0.0 < data[e] < np.inf:
                return False
            if after[j] >= indptr[j + 1] or indices[after[j]] != i or data[after[j]] != data[e]:
                return False
            after[j] += 1
    return True
