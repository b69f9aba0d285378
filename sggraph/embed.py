"""`embed_graph` and `sgtsne_layout`: the whole method on one screen.

Graph -> adjacency -> joint probabilities P and starting coordinates -> gradient descent -> coordinates.
"""

from typing import NamedTuple

import numpy as np

from .core.affinity import joint_probabilities, symmetric_pattern
from .core.blocks import Workers
from .core.descent import descend
from .graph import Graph, as_graph
from .initial import check_init, initial_coordinates
from .leaves import is_kept, with_leaves, without_leaves
from .options import as_generator, check_options, make_schedule
from .progress import progress

START_LENGTH = 12.0  # over alpha: length of the median edge at the start; a strong exaggeration wants a compact one
TRIFLE = 1e-5  # of the extent: parts coincident nodes, invisible in a picture


class Embedding(NamedTuple):
    """What a run returns: coordinates (n, d), the Graph, KL divergence, iterations done, nodes clamped by lambda."""

    coordinates: np.ndarray
    graph: Graph
    kl_divergence: float
    n_iter: int
    n_clamped: int


def embed_graph(
    graph,
    d=2,
    *,
    lambda_=10,
    weight="weight",
    direction="symmetric",
    local_weights="auto",
    init="auto",
    Y0=None,
    max_iter="auto",
    early_exag="auto",
    alpha="auto",
    eta="auto",
    h=None,
    exact=None,
    drop_leaf=False,
    random_state=None,
    n_jobs=None,
    verbose=False,
    callback=None,
    callback_every=50,
):
    """Coordinates of the nodes of a graph by SG-t-SNE-Pi: neighbours stay neighbours.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes: NetworkX or igraph graph, SciPy sparse or square NumPy matrix, edge arrays.
    d : {1, 2, 3}, default 2
        Dimension of the embedding.
    lambda_ : float or None, default 10
        Effective number of neighbours that the weights of each node are rescaled to; None leaves the weights as they
        are. Nodes with at most `lambda_` neighbours get equal weights.
    weight : str or None, default "weight"
        Edge attribute of NetworkX and igraph graphs that holds the weight; None ignores weights.
    direction : {"symmetric", "out", "in"}, default "symmetric"
        What a directed graph means, see `as_graph`.
    local_weights : bool or "auto", default "auto"
        Weight each edge by the Jaccard index of its ends' neighbourhoods; "auto": where all edges weigh the same.
    init : {"auto", "pmds", "random"} or array of shape (n, d), default "auto"
        Start: pivot MDS ("pmds", also "auto"), a random ball of standard deviation 1e-4, or given coordinates.
    Y0 : array of shape (n, d), optional
        Start, instead of `init`.
    max_iter : int or "auto", default "auto"
        Iterations in all ("auto": 500).
    early_exag : int or "auto", default "auto"
        Iterations with exaggerated attraction ("auto": 100, at most half of `max_iter`).
    alpha : float or "auto", default "auto"
        Exaggeration of the attraction in the early phase ("auto": 4).
    eta : float or "auto", default "auto"
        Learning rate; "auto" is n / exaggeration in each phase (Belkina et al. 2019).
    h : float, optional
        Side of the cells of a plain grid for the repulsion, in units of the embedding. Left out, grid and near field
        are chosen by cost at a force error below 1 %.
    exact : bool, optional
        Sum the repulsion over all pairs of nodes. Left out, this is done for up to 1,000 nodes.
    drop_leaf : bool, default False
        Leave nodes with a single neighbour out of the descent and set them beside that neighbour afterwards.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None
        Seed; the same int gives the same bits for any `n_jobs`.
    n_jobs : int, optional
        Threads; left out or -1: all cores.
    verbose : bool, default False
        Show a progress bar.
    callback : callable, optional
        ``callback(iteration, Y, kl_divergence, gradient_norm)`` every `callback_every` iterations and after the last
        one, with Y (n, d) a copy; returning True stops the run.
    callback_every : int, default 50
        See `callback`.

    Returns
    -------
    Y : ndarray of shape (n, d), float32
        Coordinates, rows in the order of the nodes (``list(G)`` for NetworkX graphs), centred at the origin.

    Raises
    ------
    ValueError, TypeError
        For input that is no graph or an argument out of range.
    EmbeddingDivergedError
        If the descent runs into NaN or infinity.

    See Also
    --------
    sgtsne_layout : the same as a dict of positions for NetworkX.
    SGtSNEpi : the same as a scikit-learn estimator.

    Notes
    -----
    N. Pitsianis, A.-S. Iliopoulos, D. Floros, X. Sun: Spaceland embedding of sparse stochastic graphs, IEEE HPEC 2019;
    N. Pitsianis, D. Floros, A.-S. Iliopoulos, X. Sun: SG-t-SNE-Pi, JOSS 4(39):1577, 2019.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> Y = sg.embed_graph(nx.karate_club_graph(), random_state=0)
    >>> Y.shape
    (34, 2)
    """
    return embed(
        as_graph(graph, weight=weight, direction=direction),
        d,
        lambda_=lambda_,
        local_weights=local_weights,
        init=init if Y0 is None else Y0,
        max_iter=max_iter,
        early_exag=early_exag,
        alpha=alpha,
        eta=eta,
        h=h,
        exact=exact,
        drop_leaf=drop_leaf,
        random_state=random_state,
        n_jobs=n_jobs,
        verbose=verbose,
        callback=callback,
        callback_every=callback_every,
    ).coordinates


def sgtsne_layout(G, d=2, *, scale=1.0, center=None, weight="weight", seed=None, **options):
    """Positions of the nodes of a NetworkX graph, for ``nx.draw(G, pos)``.

    Parameters
    ----------
    G : networkx.Graph
        Or anything that `embed_graph` takes.
    d : {1, 2, 3}, default 2
        Dimension.
    scale : float or None, default 1.0
        The positions fill a box from -scale to scale around `center`; None leaves the embedding's own units.
    center : array of shape (d,), optional
        Centre of the positions, the origin if left out.
    weight : str or None, default "weight"
        Edge attribute that holds the weight.
    seed : int, numpy.random.Generator, numpy.random.RandomState or None
        Random seed, `random_state` of `embed_graph`.
    **options
        Passed on to `embed_graph`.

    Returns
    -------
    pos : dict
        Node -> position, an array of length d, in the order of the nodes.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> pos = sg.sgtsne_layout(nx.path_graph(4), seed=0)
    >>> list(pos)
    [0, 1, 2, 3]
    """
    direction = options.pop("direction", "symmetric")
    graph = as_graph(G, weight=weight, direction=direction)
    Y = embed_graph(graph, d, random_state=seed, **options).astype(np.float64)
    if scale is not None:
        Y -= (Y.max(axis=0) + Y.min(axis=0)) / 2
        Y *= scale / (np.abs(Y).max() or 1.0)
    if center is not None:
        Y += np.asarray(center, np.float64)
    return dict(zip(graph.nodes, Y, strict=True))


def embed(graph, d, *, lambda_, local_weights, init, drop_leaf, random_state, n_jobs, verbose, **options):
    """The Embedding of a Graph; arguments as in `embed_graph`."""
    A = graph.adjacency
    check_options(d, lambda_, local_weights, n_jobs, options)
    check_init(init, A.shape[0], d)
    schedule = make_schedule(A.shape[0], options)
    rng = as_generator(random_state)
    if drop_leaf:
        neighbors = symmetric_pattern(A)
        kept = is_kept(neighbors)
        A = without_leaves(A, kept)
        init = init if isinstance(init, str) else np.asarray(init)[kept]
    loop = {key: options[key] for key in ("h", "exact", "callback", "callback_every")}
    with Workers(n_jobs) as workers, progress(schedule, verbose) as tick:
        links = symmetric_pattern(A)
        local = not graph.weighted if local_weights == "auto" else local_weights
        P = joint_probabilities(A, lambda_, workers, links=links if local else None)
        Y0 = initial_coordinates(init, links, d, START_LENGTH / schedule[0].exaggeration, rng, workers)
        result = descend(P.upper, Y0, schedule, workers, tick=tick, **loop)
    Y = with_leaves(result.Y, kept, neighbors, rng) if drop_leaf else result.Y
    return Embedding(part_coincident(Y, rng), graph, result.kl_divergence, result.n_iter, P.n_clamped)


def part_coincident(Y, rng):
    """Y, nodes on the very same spot moved a trifle apart: a tight pair far from the origin meets in float32."""
    while True:
        order = np.lexsort(Y.T)
        same = order[1:][(Y[order[1:]] == Y[order[:-1]]).all(axis=1)]
        if len(same) == 0:
            return Y
        Y[same] += (TRIFLE * max(np.abs(Y).max(), 1.0) * rng.standard_normal((len(same), Y.shape[1]))).astype(
            np.float32
        )
