"""`graph_hash`: a fingerprint by which a graph is known again."""

from __future__ import annotations

import hashlib

from scipy.sparse import issparse

from .adjacency import GraphLike, as_graph

KINDS = "<i8", "<i8", "<f8"  # of where rows begin, columns, values
CHUNK = 2**20  # entries that are hashed at a time


def graph_hash(graph: GraphLike) -> str:
    """Fingerprint of a graph: equal for equal adjacencies, whatever they came in and whatever the nodes are called.

    Parameters
    ----------
    graph : Graph, or anything that `as_graph` takes
        The order of its nodes counts, the order of its edges does not.

    Returns
    -------
    str
        64 hexadecimal digits: SHA-256 of the canonical CSR matrix (int64 indices, float64 weights) and of whether
        the graph was directed. The same on every machine.

    Examples
    --------
    >>> from sggraph import graph_hash
    >>> graph_hash(([0, 1], [1, 2])) == graph_hash(([2, 1], [1, 0]))
    True
    >>> graph_hash([[0, 1], [1, 0]])[:12]
    'c44be5bc761a'
    """
    graph = as_graph(graph)
    A = graph.adjacency
    head = f"sggraph {A.shape[0]} {A.nnz} {bool(graph.directed)}".encode()
    if not issparse(A):  # ranks share it
        return A.digest(head, KINDS, CHUNK)
    digest = hashlib.sha256(head)
    for array, kind in zip((A.indptr, A.indices, A.data), KINDS, strict=True):
        for start in range(0, len(array), CHUNK):
            digest.update(array[start : start + CHUNK].astype(kind).tobytes())
    return digest.hexdigest()
