"""`Traits`: all that a schedule depends on and that has to be measured on the graph, once.

Among them the share of the nodes of (nearly) equal neighbourhoods, which the plain objective piles up. In a clique all
p_ij are equal, and so are all q_ij once its nodes lie on one spot: the KL divergence is then least. The same holds for
nodes that share all their neighbours: repulsion and attraction of two of them cancel. An exaggeration a little below 1
(schedule.py) parts them.
"""

from typing import NamedTuple

import numpy as np

from .lengths import closest, sizes
from .start import is_compact, path_variation

DIFFERENT, SAME = 0.6, 0.8  # Jaccard index of the neighbourhoods, each with its own node: cliques have 1, football .5
USUAL = 0.6  # variation of the path lengths of social graphs
LEAST_DEGREE = 2  # leaves of one neighbour surround it


class Traits(NamedTuple):
    """What the schedule of a component depends on.

    n, d : nodes, and dimensions of the picture.
    filled : mean of min(degree, lambda) / lambda.
    start : what the run begins from: "stress", "pmds", "spectral", "random" or "given".
    alike : share of the nodes whose neighbourhood equals another's.
    long_paths : whether it is a mesh or a road map, in which a move takes many iterations to cross the picture.
    variation : of path lengths, in terms of that of distances in d dimensions.
    """

    n: int
    d: int
    filled: float
    start: str = "stress"
    alike: float = 0.0
    long_paths: bool = False
    variation: float = USUAL


def traits_of(links, shape, settings, rng, workers, searched=None):
    """The Traits of a component with this symmetric pattern, of whose start `shape` is the Shape; `searched` is where
    its neighbourhoods are compared, the pattern itself if left out.
    """
    start = settings.init if isinstance(settings.init, str) else "given"
    return Traits(
        n=links.shape[0],
        d=settings.d,
        filled=fill(sizes(links), settings.n_counted),
        start="stress" if start == "auto" else start,
        alike=alike_share(links if searched is None else searched, workers),
        long_paths=shape.Y is not None and not is_compact(shape.Y, links, rng),
        variation=USUAL if shape.D is None else path_variation(shape.D, settings.d),
    )


def fill(degree, lambda_):
    """Mean of min(degree, lambda) / lambda over the nodes that have an edge."""
    degree = degree[degree > 0]
    if lambda_ is None or len(degree) == 0:
        return 1.0
    return float(np.minimum(degree / lambda_, 1.0).mean())


def alike_share(links, workers):
    """Share of the nodes, from 0 to 1, whose neighbourhood in the symmetric pattern is nearly that of another node."""
    degree = sizes(links)
    if links.nnz == 0:
        return 0.0
    nearest, is_twin = closest(links, DIFFERENT, workers)
    alike = np.clip((nearest - DIFFERENT) / (SAME - DIFFERENT), 0, 1)
    alike[is_twin] = 1
    alike[degree < LEAST_DEGREE] = 0
    return float(alike.sum() / np.count_nonzero(degree))
