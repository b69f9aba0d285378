"""Matrices and arrays of edges become ``Arcs``: sparse, dense, two kinds of nodes, (row, col[, weight]), edge_index."""

import numpy as np
from scipy import sparse

from .arcs import Arcs, as_weights, two_sided


def arcs_of_sparse(graph, how, nodes=None):
    """Arcs of a sparse matrix; `nodes` are the names of its rows, of rows and columns where these are two kinds."""
    if not how.bipartite:
        _check_square(graph)
    check_indices(graph)
    if graph.format == "csr":
        arrays = graph.indices.copy(), graph.indptr.copy()  # sorted in place below
    else:
        coo = graph.copy().tocoo(copy=False)  # a conversion alone would leave cached flags on the caller's object
        arrays, graph = ((coo.row, coo.col),), coo
    csr = sparse.csr_array((as_weights(graph.data), *arrays), shape=graph.shape)
    csr.sum_duplicates()  # they are one entry of the matrix: before the signs are judged
    coo = csr.tocoo(copy=False)
    weights = coo.data if how.weight is not None else np.where(np.isfinite(coo.data), coo.data != 0, coo.data)
    n, m = graph.shape
    if how.bipartite:
        return two_sided(coo.row, coo.col, weights, *(nodes or (range(n), range(n, n + m))))
    return Arcs(coo.row, coo.col, weights, nodes or list(range(n)), False)


def arcs_of_dense(graph, how, nodes=None):
    """Arcs of a square array or nested list, of any array of two kinds of nodes, or of an edge_index (2, m)."""
    try:
        dense = np.asarray(np.ma.filled(graph, 0) if isinstance(graph, np.ma.MaskedArray) else graph)
    except ValueError as error:
        raise ValueError("graph is a nested list with rows of unequal length: give a square one") from error
    if dense.ndim == 2 and dense.shape[1] in (2, 3) and dense.dtype.kind == "U" and (dense != "").all():
        raise ValueError("graph is a table of names, of edges it seems: give them as tuples, list(map(tuple, graph))")
    if dense.ndim == 2 and len(dense) == 2 < dense.shape[1] and dense.dtype.kind in "iu" and not how.bipartite:
        return arcs_of_index(dense, None, None)
    if dense.ndim != 2 or not how.bipartite:
        _check_square(dense)
    row, col = np.nonzero(dense)
    values = as_weights(dense[row, col])
    return arcs_of_sparse(sparse.coo_array((values, (row, col)), shape=dense.shape), how, nodes)


def arcs_of_index(index, weights, n):
    """Arcs of an edge_index of shape (2, m), as those of PyTorch Geometric; `n` nodes, or as many as it names."""
    if index.ndim != 2 or len(index) != 2:
        raise ValueError(f"edge_index has shape {index.shape}: give integers of shape (2, m)")
    arcs = arcs_of_tuple((index[0], index[1], weights), None if weights is None else "weight", n)
    return arcs._replace(undirected=False)


def arcs_of_tuple(edges, weight, n=None):
    """Arcs of (row, col) or (row, col, weight), between `n` nodes or as many as they name."""
    if len(edges) not in (2, 3):
        raise ValueError(f"graph is a tuple of {len(edges)} items: give (row, col) or (row, col, weight)")
    if isinstance(edges[0], dict):
        raise ValueError("graph is a tuple of a dictionary and labels, as OGB gives it: its graph is item [0]")
    row, col = _as_ids(edges[0], "row"), _as_ids(edges[1], "col")
    plain = len(edges) == 2 or edges[2] is None or weight is None
    weights = np.ones(len(row)) if plain else as_weights(edges[2])
    if not len(row) == len(col) == len(weights):
        lengths = f"row {len(row)}, col {len(col)}, weight {len(weights)}"
        raise ValueError(f"the edge arrays in graph differ in length, {lengths}: give one entry for each edge")
    named = 1 + int(max(row.max(initial=-1), col.max(initial=-1)))
    if n is not None and int(n) >= named:
        return Arcs(row, col, weights, list(range(int(n))), True)
    n = named
    if n > 10 * len(row) + 1000:
        raise ValueError(
            f"the edge arrays in graph hold {len(row)} edges but ids up to {n - 1}, so nearly all nodes would be "
            "isolated: number the nodes 0, 1, 2, ... first, by np.unique(np.stack([row, col]), return_inverse=True)"
        )
    return Arcs(row, col, weights, list(range(n)), True)


def _as_ids(values, name):
    ids = np.asarray(values)
    if ids.ndim != 1 or (ids.dtype.kind not in "iu" and ids.size):
        raise ValueError(
            f"{name} in the edge arrays of graph has dtype {ids.dtype} and shape {ids.shape}: give 1-D integer arrays "
            "(row, col[, weight]), or for a matrix a NumPy array instead of a tuple"
        )
    if ids.size and (ids.min() < 0 or ids.max() > np.iinfo(np.int64).max):
        held = f"ids from {ids.min()} to {ids.max()}"
        raise ValueError(f"{name} in the edge arrays of graph holds {held}: number the nodes 0, 1, 2, ...")
    return ids.astype(np.int64)


def _check_square(matrix):
    if matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]:
        return
    raise ValueError(
        f"graph is an array of shape {tuple(matrix.shape)}: give a square matrix, or bipartite=True where rows and "
        "columns are two kinds of nodes; edges go in as a tuple (edges[:, 0], edges[:, 1]), feature vectors as their "
        "neighbour graph (point_cloud_to_graph)"
    )


def check_indices(matrix):
    """Raise where the arrays of a compressed matrix contradict each other: SciPy would read and write beside them."""
    if not hasattr(matrix, "indptr"):
        return
    try:
        if (matrix.indptr[1:] < matrix.indptr[:-1]).any():  # check_format overlooks it where the last one is negative
            raise ValueError("its indptr decreases somewhere")
        type(matrix)((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape).check_format(full_check=True)
    except ValueError as error:
        raise ValueError(f"graph is a damaged {matrix.format} matrix, {error}: build it anew from its edges") from error
