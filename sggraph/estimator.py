"""`SGtSNEpi`, the scikit-learn face of the method: samples or a graph in, coordinates, state and `transform` out."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .core.engine.blocks import Workers
from .core.types import (
    Auto,
    Callback,
    Components,
    Coordinates,
    Direction,
    Features,
    FilePath,
    Fixed,
    Float,
    Init,
    Int,
    OnInterrupt,
    Ranked,
    Search,
    Seed,
    Weight,
)
from .features.output import with_names
from .features.point_cloud import SAMPLES, most_neighbors, neighbor_graph, numbers_in
from .features.precomputed import is_graph, warn_of_graph
from .features.transform import place_distant, place_nodes, place_samples
from .graph.adjacency import Graph, GraphLike, as_graph
from .inputs.elsewhere import METHOD, told
from .inputs.lambdas import as_lambda
from .inputs.seeds import as_generator
from .method.checkpoint import EmbeddingState
from .method.pipeline import embed
from .method.ranks import together
from .method.schedule import Schedule
from .method.settings import Settings
from .method.updating import Updatable
from .page.explorable import Explorable
from .runtime.checks import check_flag
from .runtime.interrupts import EmbeddingInterrupted


class SGtSNEpi(Explorable, Updatable, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Embed samples or the nodes of a graph by SG-t-SNE-Pi, as a scikit-learn estimator.

    What `fit` takes for a graph: NetworkX and igraph graphs, a `Graph`, a tuple of edge arrays, a data frame with
    columns "source" and "target", a square sparse matrix; with ``metric="graph"`` anything that `as_graph` takes,
    square arrays included. Anything else is samples in rows, whose neighbour graph is made first
    (`point_cloud_to_graph`). A square array is taken for samples, and a warning says so if it looks like a graph.

    Parameters
    ----------
    d, lambda_ : int; float, "auto" or None
        Dimension of the embedding (2), and number of neighbours that count ("auto": 10), as in `embed_graph`.
    n_neighbors : int, default 30
        Neighbours of a sample; of n samples at most n - 1 are taken. Without effect on graphs.
    max_iter, early_exag, alpha, eta : number or "auto", default "auto"
        Iterations in all and in the early phase, exaggeration of the attraction in that phase, and learning rate, as in
        `embed_graph`. A number for `alpha` asks for the method as published.
    metric : str, default "euclidean"
        Distance of samples, see `point_cloud_to_graph`. "precomputed": X holds distances, as in scikit-learn, square
        or those of `KNeighborsTransformer`. "graph": X is a graph, and a matrix holds weights, large for near nodes.
    method : {"auto", "exact", "approximate"}, default "auto"
        Search for the neighbours of samples, see `point_cloud_to_graph`. The approximate one depends on `n_jobs`.
    perplexity : float, default 10
        Of the Gaussian weights of samples, a third of `n_neighbors` or less, see `point_cloud_to_graph`.
    warm_start : bool, default False
        Let `fit` go on from `state_`, if there is one, to the same bits as one run without a stop. The graph must be
        the same, and the parameters; those of the schedule may change what is still to come.
    balance, weight, direction, local_weights, init, Y0, components, exaggeration, schedule, h, exact, drop_leaf, fixed
        What the picture shows and how it is made, as in `embed_graph`.
    random_state, n_jobs, verbose, callback, callback_every, checkpoint, checkpoint_every, on_interrupt
        The seed, and how the run goes, as in `embed_graph`; after an interrupt `state_` is there.
    device, max_memory
        Where nodes move, and in how much memory, as in `embed_graph`. Neighbours of samples are searched there, too, if
        `point_cloud_to_graph` can, and X has more than 10 features; if not, on the processor.

    Attributes
    ----------
    embedding_ : ndarray of shape (n, d), float32
        Coordinates, rows in the order of `nodes_`, centred at the origin.
    kl_divergence_ : float
        KL divergence of the joint probabilities of graph and embedding at the end, without exaggeration. Where
        components are packed: its mean over the nodes that have an edge, each on its own, before scaling.
    n_iter_ : int
        Iterations done for the largest component: `max_iter`, or fewer if `callback` stopped the run.
    n_clamped_ : int
        Nodes with too few neighbours for `lambda_`: with at most that many, whose weights are equal, or, in a graph
        with weights, at most three times as many less 2, of which the first and a third of the others count.
    components_ : ndarray of shape (n,), int
        Number of the component of each node; 0 is the largest, then in descending order of size.
    schedule_ : Schedule
        What the largest component followed, from which start. ``print(schedule_)``.
    state_ : EmbeddingState
        Where the run stands, for ``fit(..., state=...)``; there after an interrupt, and with `warm_start`.
    nodes_ : list
        Names of the nodes, ``list(G)`` for NetworkX graphs; the numbers of the rows for samples.
    graph_ : Graph
        The graph as it was read, see `as_graph`, or the neighbour graph of the samples.
    fitted_params_ : dict
        The parameters at the time of the fit, as `write_embedding` notes them.
    n_features_in_ : int
        Features of a sample; absent after a fit to a graph.
    feature_names_in_ : ndarray of str
        Names of the features, if the samples came in a data frame with such columns.

    See Also
    --------
    embed_graph, sgtsne_layout : the same as functions, an array and a dict; with the publications of the method.

    Examples
    --------
    >>> import networkx as nx
    >>> from sggraph import SGtSNEpi
    >>> estimator = SGtSNEpi(d=3, random_state=0).fit(nx.karate_club_graph())
    >>> estimator.embedding_.shape
    (34, 3)
    >>> estimator.n_iter_, estimator.nodes_[:3]
    (400, [0, 1, 2])

    Samples, and a place for one that was not there:

    >>> from sklearn.datasets import load_iris
    >>> X = load_iris().data
    >>> estimator = SGtSNEpi(n_neighbors=15, random_state=0).fit(X[1:])
    >>> estimator.transform(X[:1]).shape
    (1, 2)
    """

    embedding_: NDArray[np.float32]
    kl_divergence_: float
    n_iter_: int
    n_clamped_: int
    components_: NDArray[np.int64]
    schedule_: Schedule
    nodes_: list[Any]
    graph_: Graph
    state_: EmbeddingState
    fitted_params_: dict[str, Any]
    n_features_in_: int

    @told(METHOD)
    def __init__(
        self,
        d: Int = 2,
        lambda_: Float | Auto | None = "auto",
        n_neighbors: Int = 30,
        max_iter: Int | Auto = "auto",
        early_exag: Int | Auto = "auto",
        alpha: Float | Auto = "auto",
        eta: Float | Auto = "auto",
        *,
        metric: str = "euclidean",
        method: Search = "auto",
        perplexity: Float = 10,
        warm_start: bool = False,
        balance: Float = 0.5,
        weight: Weight = "weight",
        direction: Direction = "auto",
        local_weights: bool | Auto = "auto",
        init: Init = "auto",
        Y0: Coordinates | None = None,
        components: Components = "auto",
        exaggeration: Float | Auto = "auto",
        schedule: Schedule | None = None,
        h: Float | None = None,
        exact: bool | None = None,
        drop_leaf: bool = False,
        fixed: Fixed | None = None,
        random_state: Seed = None,
        n_jobs: Int | None = None,
        verbose: bool = False,
        callback: Callback | None = None,
        callback_every: Int = 50,
        checkpoint: FilePath | None = None,
        checkpoint_every: Int = 50,
        on_interrupt: OnInterrupt = "raise",
        device: str = "cpu",
        max_memory: Float | str | None = None,
    ) -> None:
        self.d = d
        self.lambda_ = lambda_
        self.n_neighbors = n_neighbors
        self.max_iter = max_iter
        self.early_exag = early_exag
        self.alpha = alpha
        self.eta = eta
        self.metric = metric
        self.method = method
        self.perplexity = perplexity
        self.warm_start = warm_start
        self.balance = balance
        self.weight = weight
        self.direction = direction
        self.local_weights = local_weights
        self.init = init
        self.Y0 = Y0
        self.components = components
        self.exaggeration = exaggeration
        self.schedule = schedule
        self.h = h
        self.exact = exact
        self.drop_leaf, self.fixed = drop_leaf, fixed
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.callback, self.callback_every = callback, callback_every
        self.checkpoint, self.checkpoint_every = checkpoint, checkpoint_every
        self.on_interrupt, self.device, self.max_memory = on_interrupt, device, max_memory

    def fit(
        self, X: GraphLike | Features, y: object = None, *, state: EmbeddingState | None = None, comm: Ranked = None
    ) -> Self:
        """Embed samples or a graph.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (n, f), or graph
            Samples in rows, or what counts as a graph, see above.
        y : None
            Ignored, here for scikit-learn.
        state : EmbeddingState, optional
            Where an earlier run of the same graph stood, to go on from there: `state_` of an estimator.
        comm : mpi4py.MPI.Intracomm, optional
            Processes that share the iterations, see `embed_graph`. Rank 0 has X, and `nodes_` and `graph_` afterwards.

        Returns
        -------
        self : SGtSNEpi
            With the attributes set.

        Raises
        ------
        ValueError, TypeError
            For input that is neither samples nor a graph, an argument out of range, or a state of another graph.
        EmbeddingDivergedError, EmbeddingInterrupted
            If the descent runs into NaN or infinity; after Ctrl-C, and `state_` holds where it stands.

        Examples
        --------
        >>> import networkx as nx
        >>> from sggraph import SGtSNEpi
        >>> SGtSNEpi(random_state=0).fit(nx.path_graph(["a", "b", "c"])).nodes_
        ['a', 'b', 'c']
        """
        before = self.__dict__.copy()
        try:
            return self._fit(X, state, comm)
        except EmbeddingInterrupted as interrupt:
            self.state_ = interrupt.state
            raise
        except BaseException:  # what was fitted before is still there
            self.__dict__ = before
            raise

    def _fit(self, X, state, comm):
        check_flag("warm_start", self.warm_start)
        state = getattr(self, "state_", None) if state is None and self.warm_start else state
        for stale in ("embedding_", "_samples", "n_features_in_", "feature_names_in_", "state_"):
            self.__dict__.pop(stale, None)
        found = []

        def work(ranks):
            settings, rng = Settings.of(self.get_params(deep=False)), as_generator(self.random_state)
            if is_graph(X, self.metric):
                graph = as_graph(X, weight=self.weight, direction=self.direction, n_jobs=self.n_jobs)
            else:
                graph = self._graph_of_samples(X, rng)
            found.append(embed(graph, settings, rng=rng, state=state, keep_state=self.warm_start, ranks=ranks))
            return found[0]._replace(graph=None, state=None)

        result = together(comm, work)
        if found:  # on rank 0
            result = found[0]
            self.graph_, self.nodes_ = result.graph, result.graph.nodes
        if result.state is not None:
            self.state_ = result.state
        self.fitted_params_, self.embedding_ = self.get_params(deep=False), result.coordinates
        self.kl_divergence_, self.n_iter_, self.n_clamped_ = result.kl_divergence, result.n_iter, result.n_clamped
        self.components_, self.schedule_, self._n_features_out = result.components, result.schedule, self.d
        return self

    def fit_transform(
        self, X: GraphLike | Features, y: object = None, *, state: EmbeddingState | None = None, comm: Ranked = None
    ) -> NDArray[np.float32]:
        """Embed samples or a graph and return the coordinates.

        Parameters
        ----------
        X, y, state, comm
            As in `fit`.

        Returns
        -------
        Y : ndarray of shape (n, d), float32
            `embedding_`. After ``set_output(transform="pandas")`` a DataFrame, whose index are the nodes of a graph.

        Examples
        --------
        >>> import networkx as nx
        >>> from sggraph import SGtSNEpi
        >>> SGtSNEpi(d=1, random_state=0).fit_transform(nx.path_graph(5)).shape
        (5, 1)
        """
        return with_names(self.fit(X, y, state=state, comm=comm))

    def transform(self, X: Features) -> NDArray[np.float32]:
        """Places for new samples, or new nodes, in the fitted embedding, which stays as it is.

        Each starts at the weighted mean of its neighbours and descends alone, feeling the forces of all that was
        fitted: the result depends neither on a seed nor on what else is in X. A sample that equals a fitted one gets
        the place of that one, so ``fit(X).transform(X)`` is `embedding_` where no two samples are equal.

        Parameters
        ----------
        X : array, sparse matrix or data frame of shape (m, f)
            After a fit to samples: new samples. After a fit to a graph of n nodes: shape (m, n), row i holding the
            weights of the edges of new node i to the fitted nodes, in the order of `nodes_`; to distances: those to
            the n fitted samples.

        Returns
        -------
        Y : ndarray of shape (m, d), float32
            Coordinates of the rows of X.

        Raises
        ------
        ValueError
            If X does not fit what was fitted, holds NaN, or a new node has no edge.
        sklearn.exceptions.NotFittedError
            Before `fit`.

        Examples
        --------
        >>> import networkx as nx
        >>> from sggraph import SGtSNEpi
        >>> estimator = SGtSNEpi(random_state=0).fit(nx.path_graph(5))
        >>> estimator.transform([[1, 0, 0, 0, 0]]).shape  # a sixth node, joined to the first
        (1, 2)
        """
        check_is_fitted(self)
        placed = ~np.isnan(self.embedding_[:, 0])  # all, but for components="largest"
        with Workers(self.n_jobs) as workers:
            if not hasattr(self, "_samples"):
                lam, given = as_lambda(self.lambda_), self.graph_.given
                return place_nodes(X, self.embedding_, placed, lam, workers, given=given)
            X = validate_data(self, numbers_in(X), **SAMPLES, reset=False)
            options = {"n_neighbors": self._n_neighbors, "perplexity": self.perplexity, "workers": workers}
            if self.metric == "precomputed":
                return place_distant(X, self.embedding_, placed, **options)
            return place_samples(X, self._samples[placed], self.embedding_[placed], metric=self.metric, **options)

    def _graph_of_samples(self, X, rng):
        X = validate_data(self, numbers_in(X), **SAMPLES, ensure_min_samples=2)
        k = self.n_neighbors
        if self.metric != "precomputed":  # which has as many as are stored
            warn_of_graph(X)
            k = most_neighbors(k, X.shape[0] - 1, f"{X.shape[0]} samples")
        names = "perplexity", "metric", "method", "n_jobs", "verbose", "device", "max_memory"
        graph = neighbor_graph(X, k, rng=rng, **{name: getattr(self, name) for name in names})
        self._samples, self._n_neighbors = sparse.csr_array(X) if sparse.issparse(X) else X, k
        return graph

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any] | tuple[dict[str, Any], dict[str, Any]]:
        """In a notebook: the picture once there is one, before that the parameters as scikit-learn shows them.

        The picture comes with metadata, in which "alt" is its description for those who cannot see it.
        """
        if not hasattr(self, "embedding_"):
            return super()._repr_mimebundle_(**kwargs)
        from .plot.description import describe_embedding
        from .plot.embedding import embedding_png

        graph = None if hasattr(self, "_samples") else self.graph_
        data = {"text/plain": repr(self), "image/png": embedding_png(self.embedding_, graph)}
        return data, {"image/png": {"alt": describe_embedding(self.embedding_, graph=graph)}}

    @property
    def _repr_html_(self) -> str:
        if hasattr(self, "embedding_"):
            raise AttributeError("notebooks would prefer it to the picture")
        return super()._repr_html_

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "embedding_")  # scikit-learn's own rule would take the parameter lambda_ for a fitted one

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.pairwise = self.metric == "precomputed"
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
