"""Relax coordinates towards distances to a few pivots: y_i <- mean over pivots p of y_p + d_ip (y_i - y_p)/|y_i - y_p|.

It is the majorisation step for the stress sum_ip (|y_i - y_p| - d_ip)^2, taken for all nodes at once (Gansner, Koren,
North: Graph drawing by stress majorization, GD 2004; sparse stress: Ortmann, Klimenta, Brandes, GD 2016). Without
weights 1/d or 1/d^2, which favour short paths: those are what the descent sees to. Correlation with path lengths after
20 sweeps: cora .80 / .78 / .76 for weights 1, 1/d, 1/d^2, wiki_vote .58 / .56 / .53, ego_facebook .90 / .88 / .84.
"""

import numpy as np

from ..engine.blocks import even_bounds
from ..engine.jit import kernel
from ..engine.vector import column, minus, over, plus, plus_times, point, put, square, zeros

BLOCKS = 64  # nodes all need the same time: any number some times that of the threads would do
LEAST = np.float32(0.05)  # share of a distance that an offset leaves: neighbours are to be near, not on one spot


def relax(Y, distances, pivots, n_sweeps, workers, *, offset=0.0, held=None):
    """Y (n, d) float64 after some sweeps; distances (n, k) to the nodes `pivots` (k,), less `offset` each. Nodes of the
    mask `held` stay.
    """
    k = len(pivots)
    if k < 2:
        return Y
    bounds = even_bounds(len(Y), BLOCKS)
    here, moved = np.array(Y, np.float32, order="C"), np.empty(Y.shape, np.float32)
    dims = (0,) * Y.shape[1]
    for _ in range(n_sweeps):
        places = here[pivots]
        workers.run(_sweep, bounds, here, distances, np.float32(offset), places.T.copy(), dims, moved)
        moved[pivots] += (moved[pivots] - places) / np.float32(k - 1)  # a pivot has no part in its own mean
        if held is not None:
            moved[held] = here[held]
        here, moved = moved, here
    return here.astype(np.float64)


@kernel(reorder=True)
def _sweep(b, start, stop, Y, distances, offset, places, dims, moved):
    """Move the nodes start..stop to their means; one SIMD loop over the pivots a node: .5 ns a pair, in scalars 9."""
    k = places.shape[1]
    one, tiny, least, n_pivots = np.float32(1.0), np.float32(1e-30), LEAST, np.float32(k)
    for i in range(start, stop):
        y, t = point(Y, i, dims), zeros(dims)
        for p in range(k):
            r = minus(y, column(places, p, dims))
            path = np.float32(distances[i, p])
            stretch = max(path - offset, least * path) / np.sqrt(max(square(r), tiny)) - one
            t = plus_times(t, stretch, r)
        put(moved, i, plus(y, over(n_pivots, t)))
