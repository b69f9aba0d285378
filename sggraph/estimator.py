"""`SGtSNEpi`, the scikit-learn face of the method: a thin coat over `as_graph` and `embed`.

It embeds graphs. It does not turn feature vectors into graphs, and it has no `transform`: a new node has no place in a
picture that was made without it.
"""

import numpy as np
from sklearn.base import BaseEstimator

from .embed import embed
from .graph import as_graph


class SGtSNEpi(BaseEstimator):
    """Embed the nodes of a graph by SG-t-SNE-Pi, as a scikit-learn estimator.

    Parameters
    ----------
    d : {1, 2, 3}, default 2
        Dimension of the embedding.
    lambda_ : float or None, default 10
        Effective number of neighbours that the weights of each node are rescaled to; None leaves the weights as they
        are. Nodes with at most `lambda_` neighbours get equal weights.
    n_neighbors : int, default 30
        Without effect on graphs: kept for point clouds, which this release does not embed by itself.
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
    init : {"auto", "pmds", "random"} or array of shape (n, d), default "auto"
        Start: pivot MDS ("pmds", also "auto"), a random ball of standard deviation 1e-4, or given coordinates.
    Y0 : array of shape (n, d), optional
        Start, instead of `init`.
    weight : str or None, default "weight"
        Edge attribute of NetworkX and igraph graphs that holds the weight; None ignores weights.
    direction : {"symmetric", "out", "in"}, default "symmetric"
        What a directed graph means, see `as_graph`.
    local_weights : bool or "auto", default "auto"
        Weight each edge by the Jaccard index of its ends' neighbourhoods; "auto": where all edges weigh the same.
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

    Attributes
    ----------
    embedding_ : ndarray of shape (n, d), float32
        Coordinates, rows in the order of `nodes_`, centred at the origin.
    kl_divergence_ : float
        KL divergence of the joint probabilities of graph and embedding at the end, without exaggeration.
    n_iter_ : int
        Iterations done: `max_iter`, or fewer if `callback` stopped the run.
    n_clamped_ : int
        Nodes with at most `lambda_` neighbours, whose weights could not be rescaled and are equal instead.
    nodes_ : list
        Names of the nodes, ``list(G)`` for NetworkX graphs.
    graph_ : Graph
        The graph as it was read, see `as_graph`.

    See Also
    --------
    embed_graph : the same as a function.
    sgtsne_layout : the same as a dict of positions for NetworkX.

    Notes
    -----
    N. Pitsianis, A.-S. Iliopoulos, D. Floros, X. Sun: Spaceland embedding of sparse stochastic graphs, IEEE HPEC 2019;
    N. Pitsianis, D. Floros, A.-S. Iliopoulos, X. Sun: SG-t-SNE-Pi, JOSS 4(39):1577, 2019.

    Examples
    --------
    >>> import networkx as nx
    >>> from sggraph import SGtSNEpi
    >>> estimator = SGtSNEpi(d=3, random_state=0).fit(nx.karate_club_graph())
    >>> estimator.embedding_.shape
    (34, 3)
    >>> estimator.n_iter_, estimator.nodes_[:3]
    (500, [0, 1, 2])

    Feature vectors are embedded by way of their neighbour graph:

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neighbors import kneighbors_graph
    >>> A = kneighbors_graph(load_iris().data, n_neighbors=15)
    >>> SGtSNEpi(random_state=0).fit_transform(A).shape
    (150, 2)
    """

    def __init__(
        self,
        d=2,
        lambda_=10,
        n_neighbors=30,
        max_iter="auto",
        early_exag="auto",
        alpha="auto",
        eta="auto",
        *,
        h=None,
        init="auto",
        Y0=None,
        weight="weight",
        direction="symmetric",
        local_weights="auto",
        exact=None,
        drop_leaf=False,
        random_state=None,
        n_jobs=None,
        verbose=False,
        callback=None,
        callback_every=50,
    ):
        self.d = d
        self.lambda_ = lambda_
        self.n_neighbors = n_neighbors
        self.max_iter = max_iter
        self.early_exag = early_exag
        self.alpha = alpha
        self.eta = eta
        self.h = h
        self.init = init
        self.Y0 = Y0
        self.weight = weight
        self.direction = direction
        self.local_weights = local_weights
        self.exact = exact
        self.drop_leaf = drop_leaf
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.callback = callback
        self.callback_every = callback_every

    def fit(self, graph, y=None):
        """Embed a graph.

        Parameters
        ----------
        graph : graph
            Anything that `as_graph` takes: NetworkX or igraph graph, SciPy sparse or square NumPy matrix, edge arrays.
        y : None
            Ignored, here for scikit-learn.

        Returns
        -------
        self : SGtSNEpi
            With the attributes set.

        Raises
        ------
        ValueError, TypeError
            For input that is no graph (feature vectors among it) or an argument out of range.
        EmbeddingDivergedError
            If the descent runs into NaN or infinity.

        Examples
        --------
        >>> import networkx as nx
        >>> from sggraph import SGtSNEpi
        >>> SGtSNEpi(random_state=0).fit(nx.path_graph(["a", "b", "c"])).nodes_
        ['a', 'b', 'c']
        """
        check_is_graph(graph, self.n_neighbors)
        arguments = self.get_params(deep=False)
        for consumed in ("n_neighbors", "weight", "direction", "Y0"):
            del arguments[consumed]
        if self.Y0 is not None:
            arguments["init"] = self.Y0
        result = embed(as_graph(graph, weight=self.weight, direction=self.direction), **arguments)
        self.embedding_ = result.coordinates
        self.kl_divergence_ = result.kl_divergence
        self.n_iter_ = result.n_iter
        self.n_clamped_ = result.n_clamped
        self.nodes_ = result.graph.nodes
        self.graph_ = result.graph
        return self

    def fit_transform(self, graph, y=None):
        """Embed a graph and return the coordinates.

        Parameters
        ----------
        graph : graph
            As in `fit`.
        y : None
            Ignored, here for scikit-learn.

        Returns
        -------
        Y : ndarray of shape (n, d), float32
            `embedding_`.

        Examples
        --------
        >>> import networkx as nx
        >>> from sggraph import SGtSNEpi
        >>> SGtSNEpi(d=1, random_state=0).fit_transform(nx.path_graph(5)).shape
        (5, 1)
        """
        return self.fit(graph, y).embedding_

    def __sklearn_is_fitted__(self):
        return hasattr(self, "embedding_")  # scikit-learn's own rule would take the parameter lambda_ for a fitted one


def check_is_graph(graph, n_neighbors):
    """Raise a ValueError that tells what to do if `graph` is a table of feature vectors."""
    if hasattr(graph, "columns") and hasattr(graph, "dtypes"):
        features = _is_feature_table(graph)
    else:
        features = _is_oblong(graph)
    if features:
        raise ValueError(
            f"graph has shape {np.shape(graph)}, so it holds feature vectors; this release embeds graphs. Make a "
            f"neighbour graph first: sklearn.neighbors.kneighbors_graph(X, n_neighbors={n_neighbors}), then fit that"
        )


def _is_oblong(graph):
    if not (hasattr(graph, "shape") or isinstance(graph, list)):
        return False
    try:
        shape = np.shape(graph)
    except ValueError:  # a ragged list: as_graph says so
        return False
    return len(shape) == 2 and shape[0] != shape[1]


def _is_feature_table(frame):
    """Whether a data frame is neither an adjacency matrix nor, by its names or integer or text ends, an edge list."""
    names = list(frame.columns)
    if {"source", "target"} <= set(names) or (len(names) > 3 and names == list(frame.index)):
        return False
    return len(names) > 3 or any(getattr(kind, "kind", "") == "f" for kind in list(frame.dtypes)[:2])
