"""estimator.py: what scikit-learn and its users expect of an estimator, on graphs."""

import inspect
import pickle

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KNeighborsTransformer, kneighbors_graph
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from sggraph import SGtSNEpi, embed_graph

KARATE = nx.karate_club_graph()
A = nx.to_scipy_sparse_array(KARATE, dtype=float)


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
    assert estimator.n_clamped_ == sum(degree <= 5 for _, degree in KARATE.degree)
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
    base = {"max_iter": 20, "random_state": 0, "exact": True, "local_weights": False}
    given = {**base, name: OPTIONS[name]}
    if name == "h":
        given["exact"] = False
    Y = SGtSNEpi(**given).fit_transform(G)
    np.testing.assert_array_equal(Y, embed_graph(G, **given))
    assert not np.array_equal(Y, embed_graph(G, **base))


def test_its_defaults_are_those_of_embed_graph():
    own, its = (inspect.signature(f).parameters for f in (SGtSNEpi, embed_graph))
    assert {name: p.default for name, p in own.items() if name != "n_neighbors"} == {
        name: p.default for name, p in its.items() if name != "graph"
    }


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
    with pytest.raises(ValueError, match="perplexity"):
        estimator.set_params(perplexity=3)


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


FEATURES = {
    "array": load_iris().data,
    "list": load_iris().data.tolist(),
    "sparse": sparse.csr_array(load_iris().data),
    "table": pd.DataFrame(load_iris().data),
    "table of two": pd.DataFrame(load_iris().data[:, :2], columns=["length", "width"]),
    "wide": np.ones((5, 20)),
}


@pytest.mark.parametrize("name", FEATURES)
def test_feature_vectors_are_refused_with_a_remedy(name):
    match = r"feature vectors; this release embeds graphs.*kneighbors_graph\(X, n_neighbors=12\)"
    with pytest.raises(ValueError, match=match):
        SGtSNEpi(n_neighbors=12).fit(FEATURES[name])


def test_the_remedy_works():
    iris = load_iris()
    Y = SGtSNEpi(random_state=0).fit_transform(kneighbors_graph(iris.data, n_neighbors=12))
    inside = np.linalg.norm(Y[:50] - Y[:50].mean(axis=0), axis=1).max()
    assert inside < np.linalg.norm(Y[50:] - Y[:50].mean(axis=0), axis=1).min()  # setosa stands apart


@pytest.mark.filterwarnings("ignore::sggraph.GraphWarning")
def test_last_in_a_pipeline():
    pipeline = make_pipeline(
        KNeighborsTransformer(mode="connectivity", n_neighbors=10), SGtSNEpi(max_iter=20, random_state=0)
    )
    assert pipeline.fit_transform(load_iris().data).shape == (150, 2)


@pytest.mark.parametrize(
    "graph",
    [
        pd.DataFrame({"source": ["a", "b"], "target": ["b", "c"], "weight": [0.5, 1.5]}),
        pd.DataFrame({"from": [0, 1], "to": [1, 2], "weight": [0.5, 1.5]}),
        pd.DataFrame({"target": [1.0, 2.0], "source": [0.0, 1.0], "when": [3, 4], "where": [5, 6]}),
        pd.DataFrame(np.ones((4, 4)) - np.eye(4), index=list("abcd"), columns=list("abcd")),
        ([0, 1], [1, 2]),
        [[0, 1], [1, 0]],
    ],
    ids=["named", "three columns", "named among others", "adjacency", "edge arrays", "nested list"],
)
def test_tables_and_arrays_that_are_graphs_are_embedded(graph):
    assert np.isfinite(SGtSNEpi(max_iter=10).fit_transform(graph)).all()


@pytest.mark.parametrize("graph", [np.ones(3), [[0, 1], [1]], "path", None])
def test_what_is_neither_raises_what_as_graph_raises(graph):
    with pytest.raises((ValueError, TypeError), match="graph is"):
        SGtSNEpi().fit(graph)
