"""What holds for every generated graph."""

import numpy as np


def check_is_simple(dataset):
    A = dataset.adjacency
    n = A.shape[0]
    assert A.indices.dtype == A.indptr.dtype == np.int32
    assert A.dtype == np.float64
    assert A.has_sorted_indices
    assert np.all(A.data == 1)
    assert (A != A.T).nnz == 0
    assert A.diagonal().sum() == 0
    assert len(set(dataset.nodes)) == n == len(dataset.labels)
    assert np.bincount(dataset.labels).all()
    assert len(set(dataset.label_names)) == len(dataset.label_names) == dataset.labels.max() + 1
    assert dataset.positions is None or dataset.positions.shape[0] == n
    assert dataset.description
