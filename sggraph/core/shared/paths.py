"""`SharedPaths`: lengths of paths from all nodes to a few pivots, of which each rank holds those of its own nodes."""

from itertools import pairwise

import numpy as np

from ..engine.blocks import even_bounds, node_bounds
from ..engine.comm import Shared
from ..engine.talk import everyones, is_any, joined, on_first
from ..search.hops import UNREACHED
from ..shape import stress
from ..shape.path_stress import PathStress, every
from .hops import write_hops


class SharedPaths(Shared):
    """Lengths `own` (own nodes, k) to the nodes `pivots` (k,)."""

    def __init__(self, shares, own, pivots):
        self.shares, self.own, self.pivots = shares, own, pivots

    @property
    def shape(self):
        """That of all lengths."""
        return int(self.shares.cuts[-1]), self.own.shape[1]

    @property
    def size(self):
        """Number of lengths."""
        return self.shape[0] * self.shape[1]

    def mean(self):
        """The mean of all: lengths are whole numbers, so their sum has the same bits in any order."""
        return float(everyones(self.shares.comm, self.own.sum(dtype=np.float64), np.float64).sum() / self.size)

    def every(self, step):
        """Each `step`-th row, on all ranks."""
        return every(self.own, step, self.shares)

    def columns(self, k):
        """Those to the first k pivots."""
        return SharedPaths(self.shares, self.own[:, :k], self.pivots[:k])

    def at(self, nodes):
        """The rows of some nodes, on rank 0."""
        own = np.flatnonzero((nodes >= self.shares.first) & (nodes < self.shares.stop))
        places = on_first(self.shares.comm, own)
        rows = on_first(self.shares.comm, self.own[nodes[own] - self.shares.first])
        found = np.empty_like(rows)
        found[places] = rows
        return found

    def projected(self, projection, d):
        """``projection(rows)`` of the rows of each block of nodes, (n, d) on rank 0."""
        bounds, shares = node_bounds(self.shape[0]), self.shares
        Y = np.empty((len(self.own), d))

        def project(b, start, stop):
            Y[start - shares.first : stop - shares.first] = projection(
                self.own[start - shares.first : stop - shares.first]
            )

        shares.workers.run(project, bounds, blocks=shares.blocks(bounds))
        return on_first(shares.comm, Y)

    def relaxed(self, Y, d, n_sweeps, offset=0.0):
        """Y (n, d) of rank 0 after some sweeps, there: see shape/stress.py."""
        k, shares = len(self.pivots), self.shares
        if k < 2:
            return Y
        here = dealt_out(shares, np.empty((0, d), np.float32) if Y is None else Y.astype(np.float32))
        moved, dims = np.empty_like(here), (0,) * d
        bounds = even_bounds(len(here), stress.BLOCKS)
        mine = np.flatnonzero((self.pivots >= shares.first) & (self.pivots < shares.stop))
        order, rows = joined(shares.comm, mine), self.pivots[mine] - shares.first
        for _ in range(n_sweeps):
            places = np.empty((k, len(dims)), np.float32)
            places[order] = joined(shares.comm, here[rows])
            sweep = here, self.own, np.float32(offset), places.T.copy(), dims, moved
            shares.workers.run(stress._sweep, bounds, *sweep)
            moved[rows] += (moved[rows] - places[mine]) / np.float32(k - 1)
            here, moved = moved, here
        return on_first(shares.comm, here).astype(np.float64)

    def stress(self):
        """The PathStress of these; lengths of two bytes are overwritten."""
        return PathStress(self.own, self.pivots, self.shares.workers, self.shares)


def dealt_out(shares, array):
    """The own rows of an array of rank 0; of the others it has none."""
    return np.array(shares.comm.exchange([array[begin:end] for begin, end in pairwise(shares.cuts)])[0])


def paths_to(links, pivots, short):
    """SharedPaths to the pivots, of two bytes, float32 where a path has `short` edges or more. A node that a pivot does
    not reach counts as 1 + the greatest length.
    """
    pivots = np.asarray(pivots, np.int64)
    for dtype in (np.int16, np.float32):
        own = np.empty((links.rows.shape[0], len(pivots)), dtype)
        longest = write_hops(links.shares, links.rows, pivots, own)
        if longest < short:
            break
    if is_any(links.comm, own.min(initial=0) == UNREACHED):
        own[own == UNREACHED] = longest + 1
    return SharedPaths(links.shares, own, pivots)


def hops_from(links, source):
    """Numbers of edges (n,) from one node to all, on rank 0, -1 where no path leads."""
    own = np.empty((links.rows.shape[0], 1), np.int32)
    write_hops(links.shares, links.rows, np.array([source]), own)
    return on_first(links.comm, own)[:, 0]
