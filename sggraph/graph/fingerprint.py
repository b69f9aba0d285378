"""`graph_hash`: a fingerprint by which a graph is known again."""

from __future__ import annotations

import hashlib

from .adjacency import GraphLike, as_graph

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
    digest = hashlib.sha256(f"sggraph {A.shape[0]} {A.nnz} {bool(graph.directed)}".encode())
    for array, kind in ((A.indptr, "<i8"), (A.indices, "<i8"), (A.data, "<f8")):
        for start in range(0, len(array), CHUNK):
            digest.update(array[start : start + CHUNK].astype(kind).tobytes())
    return digest.hexdigest()
