"""A large matrix that needs no cleaning: looked at and copied on all threads; the copy is all the memory it takes."""

import numpy as np
from scipy import sparse

LARGE = 2**20  # entries: from here on a matrix is looked at first, whether it is clean
BLOCK = 2**17  # entries that a thread takes


def copied_if_clean(matrix, weight, n_jobs):
    """A CSR matrix as clean CSR array, and whether its weights differ; None of one that needs cleaning."""
    from ..core.engine.blocks import Workers  # with Numba, which takes .3 s to import
    from ..core.symmetry import is_clean

    n, m = matrix.shape
    if n != m or matrix.data.dtype.kind not in "biuf":
        return None
    index = index_type(matrix)
    with Workers(n_jobs) as workers:
        data = _copy(matrix.data[: matrix.nnz], np.float64, workers)
        indices, indptr = _copy(matrix.indices[: matrix.nnz], index, workers), matrix.indptr.astype(index)
        if not is_clean(indptr, indices, data, workers):
            return None
        if weight is None:
            data = np.ones_like(data)
        elif matrix.nnz == n * (n - 1):
            return None  # may be distances
        adjacency = sparse.csr_array((data, indices, indptr), shape=(n, n))
        adjacency.has_canonical_format = True
        return adjacency, _differ(data, workers)


def index_type(csr):
    """int32 where it serves all rows, columns and entries."""
    return np.int32 if max(csr.nnz, *csr.shape) <= np.iinfo(np.int32).max else np.int64


def _copy(array, dtype, workers):
    new = np.empty(len(array), dtype)

    def copy(b, start, stop):
        new[start:stop] = array[start:stop]

    workers.run(copy, _bounds(array))
    return new


def _differ(data, workers):
    found = []
    workers.run(lambda b, start, stop: found.append(bool((data[start:stop] != data[0]).any())), _bounds(data))
    return any(found)


def _bounds(array):
    return [*range(0, len(array), BLOCK), len(array)]
