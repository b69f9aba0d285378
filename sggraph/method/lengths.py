"""What the method asks of a graph and of its path lengths: matrices and arrays of this process, on a graphics card, or
shared by ranks.
"""

import numpy as np
from scipy.sparse import csr_array, issparse

from ..core import beside
from ..core.cuda.paths import CardPaths
from ..core.engine.blocks import node_bounds
from ..core.search.hops import hop_distances
from ..core.shape.path_stress import PathStress
from ..core.shape.stress import relax
from ..core.shared.paths import SharedPaths
from ..core.symmetry import symmetric_pattern
from ..core.twins import closeness
from ..runtime.threads import one_blas_thread
from .ranks import Own, collective


def pattern(A, workers):
    """A itself where its pattern is symmetric, otherwise one of ones for its entries in either direction."""
    if issparse(A):
        return symmetric_pattern(A, workers)
    A.at_work(workers)
    return A.symmetric_pattern()


def taken(A, rows):
    """The matrix of some of the nodes, given ascending."""
    return csr_array(A[rows][:, rows]) if issparse(A) else A.taken(rows)


def leaves(links):
    """The nodes with a single neighbour, and these neighbours."""
    if not issparse(links):
        return links.leaves()
    nodes = np.flatnonzero(np.diff(links.indptr) == 1)
    return nodes, links.indices[links.indptr[nodes]]


def median_edge(links, Y, kept):
    """Median length of the edges between nodes that are `kept`, in the picture Y (n, d); 1 if there are none."""
    if not issparse(links):
        return links.median_edge(Y, kept)
    edges = beside.edges_between(links, 0, Y, kept)
    return np.median(edges) if len(edges) else 1.0


def both_ways(A):
    """A + A'."""
    return A + A.T if issparse(A) else A.both_ways()


def next_to(A, known, Y):
    """Nodes that are not `known` but have neighbours that are, and the means of these, weighted, of the rows of Y."""
    return beside.next_to(A, 0, known, Y) if issparse(A) else A.next_to(known, Y)


def sizes(links):
    """Entries of each row (n,)."""
    return np.diff(links.indptr) if issparse(links) else links.sizes()


def ends(links, most):
    """Both ends of the entries, or of about so many spread over them."""
    step = max(links.nnz // most, 1)
    if not issparse(links):
        return links.some_entries(step)
    entries = np.arange(0, links.nnz, step)
    return np.searchsorted(links.indptr, entries, side="right") - 1, links.indices[entries]


def product(links, block):
    """The pattern times a block (n, k)."""
    if not issparse(links):
        return links.product(block)
    return csr_array((np.ones(links.nnz), links.indices, links.indptr), shape=links.shape) @ block


def closest(links, least, workers):
    """See core/twins.py."""
    return closeness(links, least, workers) if issparse(links) else links.closeness(least)


def hops_from(links, source, workers):
    """Numbers of edges (n,) from one node to all others."""
    if not issparse(links):
        hops = links.hops(source)
        return hops_from(links.links(), source, workers) if hops is None else hops
    return hop_distances(links, [source], workers, symmetric=True)[0]


def every(D, step):
    """Each `step`-th row of path lengths."""
    return D[::step] if isinstance(D, np.ndarray) else D.every(step)


def columns(D, k):
    """Those to the first k pivots."""
    return D[:, :k] if isinstance(D, np.ndarray) else D.columns(k)


def at(D, nodes):
    """Those of some nodes."""
    return D[nodes] if isinstance(D, np.ndarray) else D.at(nodes)


def projected(D, column_mean, axes, workers):
    """Squares of path lengths, less `column_mean` and what then is the mean of a row, along the axes, (n, d) float64:
    block by block of nodes, since the bits of a product of matrices depend on how many rows these have.
    """
    if isinstance(D, CardPaths):
        return D.projected(column_mean, axes)
    if not isinstance(D, np.ndarray):
        return collective(workers.comm, _projected, D, column_mean, axes)
    Y, project = np.empty((len(D), axes.shape[1])), _projection(column_mean, axes)

    def write(b, start, stop):
        Y[start:stop] = project(D[start:stop])

    workers.run(write, node_bounds(len(D)))
    return Y


def _projected(D, column_mean, axes):
    with one_blas_thread():
        return D.projected(_projection(column_mean, axes), axes.shape[1])


def _projection(column_mean, axes):
    return lambda rows: centered(np.square(rows, dtype=np.float32), column_mean) @ axes


def centered(squares, column_mean):
    """The squares (rows, k) float32 centred in both directions, in place."""
    squares -= column_mean
    squares -= squares.mean(axis=1, keepdims=True)
    return squares


def relaxed(Y, D, pivots, n_sweeps, workers, offset=0.0):
    """See core/shape/stress.py."""
    if isinstance(D, np.ndarray):
        return relax(Y, D, pivots, n_sweeps, workers, offset=offset)
    if isinstance(D, CardPaths):
        return D.relaxed(Y, n_sweeps, offset)
    return collective(workers.comm, SharedPaths.relaxed, D, Own(Y), Y.shape[1], n_sweeps, offset)


def stress_of(D, pivots, workers):
    """The PathStress, or CardStress; lengths of two bytes are overwritten."""
    return PathStress(D, pivots, workers) if isinstance(D, np.ndarray) else D.stress()
