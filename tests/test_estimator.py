"""estimator.py: what scikit-learn and its users expect of an estimator, on samples and on graphs."""

import inspect
import pickle
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist, pdist, squareform
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KNeighborsClassifier, KNeighborsTransformer, kneighbors_graph
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted

from sggraph import GraphWarning, SGtSNEpi, embed_graph, point_cloud_to_graph
from sggraph.core.affinity import joint_probabilities
from sggraph.core.engine.blocks import Workers
from sggraph.graph.adjacency import as_graph
from sggraph.metrics import kl_divergence

KARATE = nx.karate_club_graph()
A = nx.to_scipy_sparse_array(KARATE, dtype=float)
IRIS = load_iris().data


FEATURES_ONLY = ("n_neighbors", "metric", "method", "perplexity")


def test_the_call_of_the_seed_system():
    estimator = SGtSNEpi(
        d=2, lambda_=10, n_neighbors=30, max_iter=1000, early_exag=250, alpha=12, eta=200, random_state=0
    )
    Y = estimator.fit_transform(A)
    assert Y.shape == (34, 2)
    assert np.isfinite(Y).all()
    assert estimator.n_iter_ == 1000
    positional = SGtSNEpi(2, 10, 30, 1000, 250, 12, 200, random_state=0)
    assert positional.get_params() == estimator.get_params()


def test_fit_sets_the_attributes():
    G = nx.relabel_nodes(KARATE, lambda node: f"member {node}")
    estimator = SGtSNEpi(d=3, lambda_=5, max_iter=60, random_state=0)
    assert estimator.fit(G) is estimator
    assert estimator.embedding_.shape == (34, 3)
    assert estimator.embedding_.dtype == np.float32
    assert type(estimator.kl_divergence_) is float
    assert 0 < estimator.kl_divergence_ < 5
    assert estimator.n_iter_ == 60
    assert estimator.n_clamped_ == sum(degree <= 3 * 5 - 2 for _, degree in KARATE.degree)
    assert estimator.nodes_ == list(G)
    assert estimator.graph_.adjacency.shape == (34, 34)
    assert not hasattr(estimator, "n_features_in_")


OPTIONS = {
    "d": 1,
    "lambda_": 4,
    "max_iter": 30,
    "early_exag": 5,
    "alpha": 3,
    "eta": 20,
    "h": 0.5,
    "init": "random",
    "Y0": np.random.default_rng(5).normal(size=(34, 2)),
    "components": "together",
    "weight": None,
    "direction": "out",
    "local_weights": True,
    "exact": False,
    "drop_leaf": True,
    "random_state": 7,
}


@pytest.mark.parametrize("name", OPTIONS)
def test_it_passes_every_option_on(name):
    G = nx.DiGraph([*KARATE.edges(data=True), (0, 33, {"weight": 9})])
    if name == "components":
        G.add_edge("a", "b", weight=1)
    base = {"max_iter": 20, "random_state": 0, "exact": True, "local_weights": False}
    given = {**base, name: OPTIONS[name]}
    if name == "h":
        given["exact"] = False
    Y = SGtSNEpi(**given).fit_transform(G)
    np.testing.assert_array_equal(Y, embed_graph(G, **given))
    assert not np.array_equal(Y, embed_graph(G, **base))


def test_its_defaults_are_those_of_embed_graph():
    own, its, graph = (inspect.signature(f).parameters for f in (SGtSNEpi, embed_graph, point_cloud_to_graph))
    assert {name: p.default for name, p in own.items() if name not in (*FEATURES_ONLY, "warm_start")} == {
        name: p.default for name, p in its.items() if name not in ("graph", "rng", "state", "comm")
    }
    assert {name: own[name].default for name in FEATURES_ONLY} == {name: graph[name].default for name in FEATURES_ONLY}


def test_parameters_survive_clone_pickle_and_set_params():
    callback = print
    estimator = SGtSNEpi(lambda_=4, Y0=np.zeros((34, 2)), random_state=1, callback=callback)
    assert SGtSNEpi(**estimator.get_params()).get_params() == estimator.get_params()
    copy = clone(estimator)
    assert copy.lambda_ == 4
    assert copy.callback is callback
    np.testing.assert_array_equal(copy.Y0, estimator.Y0)
    assert estimator.set_params(lambda_=7, eta=3).lambda_ == 7
    assert repr(SGtSNEpi(lambda_=4, random_state=1)) == "SGtSNEpi(lambda_=4, random_state=1)"
    with pytest.raises(ValueError, match="temperature"):
        estimator.set_params(temperature=3)


def test_a_fitted_one_can_be_pickled():
    fitted = SGtSNEpi(max_iter=20, random_state=0).fit(KARATE)
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.embedding_, fitted.embedding_)
    assert copy.nodes_ == fitted.nodes_
    assert (copy.graph_.adjacency != fitted.graph_.adjacency).nnz == 0


def test_fitted_or_not_in_spite_of_the_underscore_of_lambda():
    estimator = SGtSNEpi(max_iter=10)
    with pytest.raises(NotFittedError):
        check_is_fitted(estimator)
    check_is_fitted(estimator.fit(KARATE))
    with pytest.raises(NotFittedError):
        check_is_fitted(clone(estimator))


def test_fitting_changes_neither_parameters_nor_input():
    given = A.copy()
    estimator = SGtSNEpi(max_iter=10, random_state=0)
    before = estimator.get_params()
    first = estimator.fit_transform(given)
    assert estimator.get_params() == before
    assert (given != A).nnz == 0
    np.testing.assert_array_equal(estimator.fit_transform(given), first)


def test_a_neighbour_graph_is_a_graph():
    iris = load_iris()
    Y = SGtSNEpi(random_state=0).fit_transform(kneighbors_graph(iris.data, n_neighbors=12))
    within, apart = squareform(pdist(Y[:50])) + 1e9 * np.eye(50), cdist(Y[:50], Y[50:])
    assert apart.min() > 1.5 * within.min(axis=1).max()  # setosa stands apart


@pytest.mark.filterwarnings("ignore::sggraph.GraphWarning")
def test_last_in_a_pipeline():
    pipeline = make_pipeline(
        KNeighborsTransformer(mode="connectivity", n_neighbors=10), SGtSNEpi(max_iter=20, random_state=0)
    )
    assert pipeline.fit_transform(load_iris().data).shape == (150, 2)


NESTED = [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
GRAPHS = {
    "named": (pd.DataFrame({"source": ["a", "b"], "target": ["b", "c"], "weight": [0.5, 1.5]}), "euclidean"),
    "named among others": (pd.DataFrame({"target": [1, 2], "source": [0, 1], "when": [3, 4]}), "euclidean"),
    "edge arrays": (([0, 1], [1, 2]), "euclidean"),
    "sparse": (sparse.csr_array(NESTED), "euclidean"),
    "three columns": (pd.DataFrame({"from": [0, 1], "to": [1, 2], "weight": [0.5, 1.5]}), "graph"),
    "adjacency": (
        pd.DataFrame(np.ones((4, 4)) - np.eye(4), index=list("abcd"), columns=list("abcd")),
        "graph",
    ),
    "array": (np.array(NESTED), "graph"),
    "nested list": (NESTED, "graph"),
}


@pytest.mark.filterwarnings("ignore:graph. no weight among its columns 'when'")
@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_are_embedded_as_graphs(name):
    graph, metric = GRAPHS[name]
    estimator = SGtSNEpi(max_iter=10, random_state=0, metric=metric)
    np.testing.assert_array_equal(estimator.fit_transform(graph), embed_graph(graph, max_iter=10, random_state=0))
    assert not hasattr(estimator, "n_features_in_")


@pytest.mark.parametrize("graph", [np.ones(3), [[0, 1], [1]], "path", None])
def test_what_is_neither_raises_what_as_graph_raises(graph):
    with pytest.raises((ValueError, TypeError), match="graph is"):
        SGtSNEpi(metric="graph").fit(graph)
    with pytest.raises((ValueError, TypeError)):
        SGtSNEpi().fit(graph)


SAMPLES = {
    "array": IRIS,
    "list": IRIS.tolist(),
    "sparse": sparse.csr_array(IRIS),
    "table": pd.DataFrame(IRIS, columns=["sepal l", "sepal w", "petal l", "petal w"]),
    "two columns": pd.DataFrame(IRIS[:, :2], columns=["length", "width"]),
    "from, to, weight": pd.DataFrame(IRIS[:, :3], columns=["from", "to", "weight"]),
    "float32": IRIS.astype(np.float32),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_embedded_by_their_neighbour_graph(name):
    X = SAMPLES[name]
    estimator = SGtSNEpi(n_neighbors=12, perplexity=5, max_iter=20, random_state=0)
    Y = estimator.fit_transform(X)
    p = point_cloud_to_graph(X, 12, perplexity=5)
    for graph, direction in ((p, "auto"), (p, "out"), (p.T, "auto"), (as_graph(p), "auto")):
        np.testing.assert_array_equal(Y, embed_graph(graph, direction=direction, max_iter=20, random_state=0))
    assert not np.array_equal(Y, embed_graph(p, direction="symmetric", max_iter=20, random_state=0))
    assert estimator.nodes_ == list(range(150))
    assert (estimator.graph_.adjacency != p).nnz == 0
    assert estimator.n_features_in_ == np.shape(X)[1]
    assert hasattr(estimator, "feature_names_in_") == isinstance(X, pd.DataFrame)


@pytest.mark.parametrize("direction", ["symmetric", "out", "in"])
def test_weights_of_neighbour_graphs_are_not_the_users(direction):
    """lambda rescales them as published, though 12 neighbours are few for a lambda of 10; other weights count more."""
    graph = as_graph(point_cloud_to_graph(IRIS, 12, perplexity=5), direction=direction)
    with Workers(1) as workers:
        P = joint_probabilities(graph.adjacency, 10, workers)
    estimator = SGtSNEpi(max_iter=0, components="together", random_state=0)
    fits = [clone(estimator).fit(graph._replace(calibrated=known)) for known in (True, False)]
    kl = kl_divergence(graph, fits[0].embedding_)
    assert kl == pytest.approx(fits[0].kl_divergence_, rel=1e-4)
    assert fits[0].n_clamped_ == P.n_clamped < fits[1].n_clamped_
    assert kl != pytest.approx(fits[1].kl_divergence_, rel=1e-3)


def test_equal_weights_of_samples_are_those_of_an_unweighted_graph():
    with pytest.warns(GraphWarning, match="perplexity=20 of 20 neighbours .* equal: give n_neighbors=60"):
        Y = SGtSNEpi(n_neighbors=20, perplexity=20, max_iter=20, random_state=0).fit_transform(IRIS)
    with pytest.warns(GraphWarning, match="perplexity=20 of 20 neighbours"):
        p = point_cloud_to_graph(IRIS, 20, perplexity=20)
    np.testing.assert_array_equal(Y, embed_graph(p, direction="out", max_iter=20, random_state=0))


@pytest.mark.parametrize(
    ("name", "value"), [("n_neighbors", 5), ("perplexity", 3), ("metric", "cosine"), ("metric", "manhattan")]
)
def test_options_of_samples_count(name, value):
    options = {"max_iter": 5, "random_state": 0}
    assert not np.array_equal(
        SGtSNEpi(**options).fit_transform(IRIS), SGtSNEpi(**options, **{name: value}).fit_transform(IRIS)
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_neighbors", 0), ("perplexity", 0.5), ("metric", "euclid"), ("method", "fast"), ("n_jobs", 0), ("d", 4)],
)
def test_options_out_of_range(name, value):
    with pytest.raises(ValueError, match=name):
        SGtSNEpi(max_iter=5).set_params(**{name: value}).fit(IRIS)


def test_a_square_array_that_looks_like_a_graph_warns():
    with pytest.warns(GraphWarning, match=r'looks like a graph.*metric="graph".*"precomputed" distances'):
        SGtSNEpi(max_iter=5, n_neighbors=3).fit(A.toarray())
    square = np.random.default_rng(0).normal(size=(20, 20))
    SGtSNEpi(max_iter=5, n_neighbors=3).fit(square)  # a warning would be an error


@pytest.mark.parametrize("n", [2, 3, 10])
def test_too_many_neighbours_warn_and_fewer_are_taken(n):
    estimator = SGtSNEpi(max_iter=10, random_state=0, n_neighbors=10)
    with pytest.warns(GraphWarning, match=f"n_neighbors=10 of {n} samples: {n - 1} are taken"):
        estimator.fit(IRIS[::15][:n])
    assert np.isfinite(estimator.embedding_).all()
    assert (np.diff(estimator.graph_.adjacency.indptr) == n - 1).all()
    assert np.isfinite(estimator.transform(IRIS[1:4])).all()


def test_tables_in_and_out():
    table = SAMPLES["table"].set_index(np.arange(150) + 1000)
    estimator = SGtSNEpi(d=3, max_iter=10, random_state=0).set_output(transform="pandas")
    Y = estimator.fit_transform(table)
    names = ["sgtsnepi0", "sgtsnepi1", "sgtsnepi2"]
    assert list(Y.columns) == list(estimator.get_feature_names_out()) == names
    assert list(Y.index) == list(table.index)
    assert list(estimator.feature_names_in_) == list(table.columns)
    assert list(estimator.transform(table[:4]).columns) == names
    with pytest.raises(ValueError, match="feature names"):
        estimator.transform(table[table.columns[::-1]])
    assert list(estimator.fit_transform(KARATE).columns) == names


EDGES = pd.DataFrame({"source": ["b", "a"], "target": ["a", "c"]}, index=[7, 8])
GRIDS = {
    "networkx": (nx.Graph([("b", "a"), ("a", "c")]), ["b", "a", "c"]),
    "edges": (EDGES, ["b", "a", "c"]),  # two of them, for three nodes
    "polars": (pl.DataFrame(EDGES.to_dict("list")), ["b", "a", "c"]),
    "tuples": (nx.Graph([((0, 0), (0, 1)), ((0, 1), (0, 1, 2))]), [(0, 0), (0, 1), (0, 1, 2)]),
    "a sparse matrix": (sparse.csr_array(np.ones((3, 3)) - np.eye(3)), [0, 1, 2]),
    "no names": (EDGES.replace({"a": 0, "b": 5, "c": 3}), [5, 0, 3]),
}


@pytest.mark.parametrize(("graph", "nodes"), GRIDS.values(), ids=GRIDS)
def test_the_nodes_of_a_graph_are_the_index(graph, nodes):
    estimator = SGtSNEpi(max_iter=5, random_state=0).set_output(transform="pandas")
    Y = estimator.fit_transform(graph)
    assert list(Y.index) == estimator.nodes_ == nodes
    assert list(Y.columns) == ["sgtsnepi0", "sgtsnepi1"]
    np.testing.assert_array_equal(Y, estimator.embedding_)
    assert isinstance(estimator.set_output(transform="default").fit_transform(graph), np.ndarray)
    with config_context(transform_output="pandas"):
        assert list(SGtSNEpi(max_iter=5).fit_transform(graph).index) == nodes
    table = estimator.set_output(transform="polars").fit_transform(graph)  # which has no index
    assert table.columns == ["sgtsnepi0", "sgtsnepi1"]
    assert table.shape == (3, 2)


def test_samples_survive_clone_pickle_and_pipelines():
    pipeline = make_pipeline(StandardScaler(), SGtSNEpi(max_iter=20, n_neighbors=10, random_state=0))
    Y = pipeline.fit_transform(IRIS)
    copy = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(copy.transform(IRIS[50:60] + 0.1), pipeline.transform(IRIS[50:60] + 0.1))
    np.testing.assert_array_equal(clone(pipeline).fit_transform(IRIS), Y)
    assert list(pipeline.get_feature_names_out()) == ["sgtsnepi0", "sgtsnepi1"]


EXPECTED_FAILED_CHECKS = {}  # check: reason. None at scikit-learn 1.9: samples pass all of them


@pytest.mark.filterwarnings("ignore:n_neighbors=30 of:sggraph.GraphWarning")
def test_the_checks_of_sklearn():
    results = check_estimator(
        SGtSNEpi(max_iter=30, n_jobs=1), expected_failed_checks=EXPECTED_FAILED_CHECKS, on_fail=None, on_skip=None
    )
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    assert not failed
    assert len(results) > 40


def test_before_fit_nothing_is_placed():
    with pytest.raises(NotFittedError):
        SGtSNEpi().transform(IRIS)


def test_held_out_digits_find_their_class():
    X, label = load_digits(return_X_y=True)
    train, test = slice(0, 1_400), slice(1_400, None)
    estimator = SGtSNEpi(max_iter=250, random_state=0).fit(X[train])

    def accuracy(known, asked):
        return KNeighborsClassifier(10).fit(known, label[train]).score(asked, label[test])

    assert accuracy(estimator.embedding_, estimator.transform(X[test])) > accuracy(X[train], X[test]) - 0.03
    np.testing.assert_array_equal(estimator.transform(X[train]), estimator.embedding_)


@pytest.mark.parametrize("as_", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "cosine", "manhattan", "correlation"])
def test_fitted_samples_keep_their_places(metric, as_):
    X = as_(np.random.default_rng(0).uniform(0.1, 1, (80, 7)))
    estimator = SGtSNEpi(metric=metric, max_iter=20, n_neighbors=8, random_state=0).fit(X)
    np.testing.assert_array_equal(estimator.transform(X), estimator.embedding_)


def test_a_multiple_of_a_sample_is_not_that_sample():
    X = np.repeat(np.random.default_rng(0).uniform(0.1, 1, (40, 3)), 2, axis=0)
    X[1::2] *= 2  # at cosine distance zero
    estimator = SGtSNEpi(metric="cosine", max_iter=20, n_neighbors=8, random_state=0).fit(X)
    np.testing.assert_array_equal(estimator.transform(X), estimator.embedding_)


def test_places_depend_on_no_other_new_sample_and_on_no_thread():
    estimator = SGtSNEpi(max_iter=20, random_state=0).fit(IRIS[::2])
    before = estimator.embedding_.copy()
    Y = estimator.transform(IRIS[1::2])
    assert Y.dtype == np.float32
    np.testing.assert_array_equal(np.concatenate([estimator.transform(x[None]) for x in IRIS[1::2]]), Y)
    np.testing.assert_array_equal(estimator.set_params(n_jobs=3).transform(IRIS[1::2]), Y)
    np.testing.assert_array_equal(estimator.embedding_, before)


@pytest.mark.parametrize("X", [IRIS[:, :3], IRIS[0], np.full((2, 4), np.nan), [["a"] * 4], np.empty((0, 4))])
def test_samples_that_do_not_fit_are_refused(X):
    estimator = SGtSNEpi(max_iter=5).fit(IRIS)
    with pytest.raises(ValueError, match=r"X|array|float"):
        estimator.transform(X)


def test_new_nodes_of_a_graph():
    estimator = SGtSNEpi(random_state=0).fit(KARATE)
    B = A.toarray()[[0, 5, 33]]
    Y = estimator.transform(B)
    assert Y.shape == (3, 2)
    for given in (sparse.csr_array(B), sparse.coo_matrix(B), B.tolist(), pd.DataFrame(B), 7 * B):
        np.testing.assert_allclose(estimator.transform(given), Y, atol=1e-4)
    np.testing.assert_array_equal(estimator.transform(B[1]), Y[1:2])
    spread = np.linalg.norm(estimator.embedding_, axis=1).max()
    assert np.linalg.norm(Y - estimator.embedding_[[0, 5, 33]], axis=1).max() < spread / 2


def test_new_nodes_come_to_lie_where_their_heavier_edges_lead():
    estimator = SGtSNEpi(random_state=0).fit(KARATE)
    B = np.zeros((3, 34))
    B[:, [0, 33]] = [[50, 1], [1, 1], [1, 50]]
    to_first, to_last = (np.linalg.norm(estimator.transform(B) - estimator.embedding_[i], axis=1) for i in (0, 33))
    assert (np.diff(to_first) > 0).all()
    assert (np.diff(to_last) < 0).all()


@pytest.mark.parametrize(
    ("B", "match"),
    [
        (np.ones((2, 33)), "34 fitted nodes"),
        (np.ones((2, 2, 34)), "34"),
        (-np.ones((1, 34)), "negative"),
        (np.full((1, 34), np.nan), "NaN"),
        (np.eye(34)[:2] * [[1], [0]], "1 new nodes without an edge"),
        ([["a"] * 34], "X"),
        (KARATE, "X"),
    ],
)
def test_new_nodes_that_do_not_fit_are_refused(B, match):
    estimator = SGtSNEpi(max_iter=5).fit(KARATE)
    with pytest.raises(ValueError, match=match):
        estimator.transform(B)


def test_a_graph_after_samples_forgets_the_samples():
    estimator = SGtSNEpi(max_iter=10, random_state=0).fit(SAMPLES["table"]).fit(KARATE)
    assert not hasattr(estimator, "n_features_in_")
    assert not hasattr(estimator, "feature_names_in_")
    assert estimator.transform(A).shape == (34, 2)
    with pytest.raises(ValueError, match="34 fitted nodes"):
        estimator.transform(IRIS)
    assert estimator.fit(IRIS).transform(IRIS).shape == (150, 2)


@pytest.mark.parametrize("features", [4, 20])
def test_progress_of_all_stages(features, capsys):
    X = np.random.default_rng(0).normal(size=(60, features))
    SGtSNEpi(max_iter=10, n_neighbors=5, verbose=True).fit(X)
    out, err = capsys.readouterr()
    assert out == ""
    stages = [err.index(f"{stage}: ") for stage in ("neighbours", "weights", "embedding")]
    assert stages == sorted(stages)
    assert all(f"{stage}: 100%" in err for stage in ("neighbours", "weights", "embedding"))


def test_without_verbose_nothing_is_shown(capsys):
    SGtSNEpi(max_iter=10, n_neighbors=5).fit(IRIS).transform(IRIS + 1)
    assert capsys.readouterr() == ("", "")


def test_a_fit_that_fails_leaves_what_was_fitted():
    G = nx.karate_club_graph()
    estimator = SGtSNEpi(random_state=0, max_iter=20, warm_start=True).fit(G)
    before = dict(vars(estimator))
    with pytest.raises(ValueError, match="another graph"):
        estimator.fit(nx.path_graph(10))
    with pytest.raises(ValueError, match="could not convert"):
        estimator.fit([["a", "b"]])
    assert vars(estimator) == before
    with pytest.raises(ValueError, match="balance"):
        estimator.set_params(balance=7).fit(G)
    assert estimator.state_ is before["state_"]
    assert estimator.embedding_ is before["embedding_"]


@pytest.mark.parametrize("X", ["graph.csv", Path("graph.csv"), None, {0: [1]}])
def test_what_is_neither_samples_nor_graph(X):
    with pytest.raises(TypeError, match=r"graph is of type .*give a NetworkX"):
        SGtSNEpi().fit(X)


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan", "correlation"])
@pytest.mark.parametrize("fitted_as", [np.asarray, sparse.csr_array, sparse.csr_matrix])
@pytest.mark.parametrize("asked_as", [np.asarray, sparse.csr_array, sparse.csr_matrix, sparse.csc_matrix])
def test_samples_of_one_kind_are_placed_among_another(metric, fitted_as, asked_as):
    X = np.random.default_rng(0).uniform(0.1, 1, (60, 7))
    estimator = SGtSNEpi(metric=metric, max_iter=5, n_neighbors=8, random_state=0).fit(fitted_as(X))
    np.testing.assert_array_equal(estimator.transform(asked_as(X)), estimator.embedding_)
