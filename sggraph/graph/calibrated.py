"""Whether a matrix is the neighbour graph of a point cloud, as `point_cloud_to_graph` makes it."""

import numpy as np

ROUNDING = 1e-5  # of the sum of a row, which may have gone through float32


def calibrated_direction(A):
    """The direction in which a CSR matrix holds probabilities of the neighbours of points, see `Graph`: "out" for rows,
    "in" for columns, "" for neither.

    By what the matrix holds, not by where it comes from: the same when it was written to a file and read again. Only
    what has arcs is asked: graphs without direction are the user's.
    """
    n = A.shape[0]
    with np.errstate(over="ignore"):
        if A.nnz == 0 or A.data.max() > 1 + ROUNDING or A.data.sum() > n * (1 + ROUNDING):  # as of most graphs
            return ""
        if are_probabilities(np.diff(A.indptr), A.sum(axis=1), A.max(axis=1).toarray()):
            return "out"
        columns = np.bincount(A.indices, minlength=n)
        return "in" if are_probabilities(columns, A.sum(axis=0), A.max(axis=0).toarray()) else ""


def are_probabilities(sizes, sums, greatest):
    """Whether all rows hold equally many weights and sum to 1, or, where the weights of a row differ, most of them do:
    samples that share something with few others have fewer neighbours, or none.
    """
    if (np.abs(sums[sizes > 0] - 1) > ROUNDING).any():
        return False
    most = sizes == sizes.max()
    if most.all():
        return True
    return bool(2 * most.sum() >= len(sizes) and (greatest.ravel()[most] * sizes.max() > 1 + ROUNDING).any())
