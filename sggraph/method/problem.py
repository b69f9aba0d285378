"""`Problem`: a graph and what is asked of it, as the runs take them.

What is laid out may be some of the nodes alone, the largest component or all but the leaves; a `Narrowing` then makes
the picture of all of theirs.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, issparse

from ..core.affinity import JointP, joint_probabilities
from ..core.repulsion.planning import Limit
from ..core.shared import affinity
from ..graph.adjacency import Graph
from ..runtime.progress import stage
from . import lengths
from .components import Parts, as_parts, component_numbers
from .devices import card_probabilities
from .memory import check_memory, grid_limit
from .ranks import collective
from .settings import CPU, Settings
from .start import beside_neighbors, by_rows, check_init

LEAF_DISTANCE = 0.5  # of the median edge of the picture: leaves stand nearer to their node than its other neighbours


class Narrowing(NamedTuple):
    """The nodes that stay, as rows of the graph before (None: all), and ``widen(Y, rng)``: coordinates of its nodes."""

    rows: np.ndarray | None
    widen: Callable

    def narrowed(self, A):
        """The adjacency of the nodes that stay."""
        return A if self.rows is None or len(self.rows) == A.shape[0] else lengths.taken(A, self.rows)

    def of(self, rows):
        """Which rows some of them are in the graph before."""
        return rows if self.rows is None else self.rows[rows]


EVERYTHING = Narrowing(None, lambda Y, rng: Y)  # leaves none out


class Problem(NamedTuple):
    """A Graph narrowed to the nodes that are laid out, and how the picture of all is made of theirs.

    A : adjacency of those nodes; `settings` : the caller's, `init` being theirs alone.
    outer, inner : the Narrowings from the Graph to A: to its largest component, and to all but leaves.
    component : the number of the component of each node of the Graph, the largest being 0.
    parts : what is laid out by itself; several only if the picture is packed of them.
    kinds : whether it is "packed", or several components are laid out "together": what `memory_of` has to know.
    limit : to the cells of the grid.
    """

    graph: Graph
    settings: Settings
    A: csr_array
    outer: Narrowing
    inner: Narrowing
    component: np.ndarray
    parts: Parts
    kinds: dict
    limit: Limit

    def mask_of(self, rows):
        """Of each node of the Graph, whether it is among these rows of A."""
        mask = np.zeros(self.graph.adjacency.shape[0], bool)
        mask[self.outer.of(self.inner.of(rows))] = True
        return mask

    @property
    def is_packed(self):
        """Whether the picture is packed of several parts."""
        return self.kinds["packed"]

    def probabilities(self, workers):
        """The symmetric pattern of A and the joint probabilities P; on a card, if one rank has one, a CardP."""
        settings = self.settings
        links = lengths.pattern(self.A, workers)
        is_local = settings.local_weights
        if is_local == "auto":
            is_local = not self.graph.weighted
        with stage("probabilities", settings.verbose):
            options = {"links": links if is_local else None, "given": self.graph.given}
            if settings.device != CPU and workers.comm.size == 1:
                given = {"is_local": is_local, "given": self.graph.given}
                return links, card_probabilities(self.A, links, settings, **given)
            if issparse(self.A):
                return links, joint_probabilities(self.A, settings.n_counted, workers, **options)
            P = collective(workers.comm, affinity.joint_probabilities, self.A, settings.n_counted, **options)
        return links, JointP(P, P.n_clamped)


def prepared(graph, settings, workers):
    """The Problem of a Graph; a MemoryError if it is too large for what the caller allows."""
    A, d = graph.adjacency, settings.d
    n, nnz = A.shape[0], A.nnz
    if not issparse(A):
        A.at_work(workers)
        nnz = -(-nnz // workers.comm.size)  # what a rank has, which `max_memory` is about then
    component = component_numbers(A, workers)
    is_several, is_given = component.max() > 0, not isinstance(settings.init, str)
    is_alone = is_several and settings.components == "largest"
    is_packed = is_several and (settings.components == "pack" or (settings.components == "auto" and not is_given))
    kinds = {"packed": is_packed, "together": is_several and not is_packed and not is_alone}
    check_memory(settings.max_memory, n, nnz, d, published=settings.is_published, **kinds)
    init = by_rows(settings.init, graph.nodes, d)
    check_init(init, n, d)
    outer = largest(component) if is_alone else EVERYTHING
    A = outer.narrowed(A)
    inner = leafless(A, workers) if settings.drop_leaf else EVERYTHING
    A = inner.narrowed(A)
    if is_given:
        init = beside_neighbors(np.asarray(init, np.float64), graph.adjacency, np.random.default_rng(0))
        settings = replace(settings, init=init[outer.of(inner.of(slice(None)))])
    parts = as_parts(component_numbers(A, workers) if is_packed else np.zeros(A.shape[0], np.int64))
    limit = grid_limit(settings.max_memory, n, nnz, d, settings.h, packed=is_packed)
    return Problem(graph, settings, A, outer, inner, component, parts, kinds, limit)


def largest(component):
    """The Narrowing to component 0; the others have no place in the picture."""
    rows = np.flatnonzero(component == 0)
    return Narrowing(rows, lambda Y, rng: with_nan(Y, rows, len(component)))


def leafless(A, workers):
    """The Narrowing to all nodes but leaves, each of which then stands beside its neighbour."""
    links = lengths.pattern(A, workers)
    kept = is_kept(links)
    return Narrowing(np.flatnonzero(kept), lambda Y, rng: with_leaves(Y, kept, links, rng))


def with_nan(Y, rows, n):
    """Coordinates of n nodes, NaN for those that are not among `rows`."""
    all_Y = np.full((n, Y.shape[1]), np.nan, np.float32)
    all_Y[rows] = Y
    return all_Y


def of_rows(graph, some):
    """The Graph of some of the nodes."""
    return graph._replace(adjacency=lengths.taken(graph.adjacency, some), nodes=[graph.nodes[i] for i in some])


def is_kept(links):
    """Mask of the nodes of a symmetric pattern that stay: all but those whose only neighbour has more than one."""
    degree, (leaves, neighbor) = lengths.sizes(links), lengths.leaves(links)
    kept = np.ones(len(degree), bool)
    kept[leaves] = degree[neighbor] <= 1
    return kept


def with_leaves(Y, kept, links, rng):
    """Centred coordinates of all nodes: each leaf in a random direction from its neighbour, half a median edge away."""
    all_Y = leaves_beside(Y, kept, links, ways(int((~kept).sum()), Y.shape[1], rng))
    return all_Y - all_Y.mean(axis=0)


def ways(n, d, rng):
    """Ways (n, d) of about one unit in random directions."""
    direction = rng.standard_normal((n, d))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return direction * rng.uniform(0.8, 1.2, (n, 1))


def leaves_beside(Y, kept, links, steps):
    """Coordinates of all nodes of a symmetric pattern, of which Y are those that are `kept`: leaf by leaf those of its
    neighbour and a step, in units of half a median edge.
    """
    all_Y = np.zeros((len(kept), Y.shape[1]), np.float32)
    all_Y[kept] = Y
    length = LEAF_DISTANCE * lengths.median_edge(links, all_Y, kept)
    leaves, neighbor = lengths.leaves(links)
    is_out = ~kept[leaves]
    all_Y[leaves[is_out]] = all_Y[neighbor[is_out]] + length * steps
    return all_Y
