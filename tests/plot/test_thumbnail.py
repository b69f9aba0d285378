"""The picture of a fitted estimator in a notebook."""

import subprocess
import sys
from base64 import b64decode
from io import BytesIO

import matplotlib
import networkx as nx
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg
from sggraph import SGtSNEpi, as_graph
from sggraph.plot import embedding as thumbnail
from sggraph.plot.embedding import embedding_png


def pixels(png):
    return plt.imread(BytesIO(b64decode(png)))


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_fitted_estimator_shows_its_embedding(d):
    estimator = SGtSNEpi(d=d, random_state=0, max_iter=10).fit(nx.karate_club_graph())
    bundle, metadata = estimator._repr_mimebundle_(include=None, exclude=None)
    assert metadata == {"image/png": {"alt": sg.describe_embedding(estimator.embedding_, graph=estimator.graph_)}}
    assert metadata["image/png"]["alt"].startswith("34 nodes and 78 edges ")
    assert bundle["text/plain"] == repr(estimator)
    assert set(bundle) == {"text/plain", "image/png"}
    assert pixels(bundle["image/png"]).std() > 0.05
    assert not plt.get_fignums()


def test_ipython_shows_nothing_that_would_be_preferred():
    formatters = pytest.importorskip("IPython.core.formatters")
    estimator = SGtSNEpi(max_iter=2)
    assert set(formatters.DisplayFormatter().format(estimator)[0]) == {"text/plain", "text/html"}
    estimator.fit(nx.path_graph(4))
    assert set(formatters.DisplayFormatter().format(estimator)[0]) == {"text/plain", "image/png"}
    _, metadata = formatters.DisplayFormatter().format(estimator)
    assert metadata["image/png"]["alt"].startswith("4 nodes and 3 edges in a plane")
    assert "SGtSNEpi" in make_pipeline(StandardScaler(), estimator)._repr_html_()


def test_before_fit_it_shows_its_parameters():
    bundle = SGtSNEpi()._repr_mimebundle_()
    assert "image/png" not in bundle
    assert "SGtSNEpi" in bundle["text/html"]


def test_edges_of_small_graphs_but_not_of_samples(monkeypatch):
    drawn = []
    monkeypatch.setattr(thumbnail, "embedding_png", lambda Y, graph: drawn.append(graph))
    graph = as_graph(nx.path_graph(4))
    SGtSNEpi(max_iter=2).fit(graph)._repr_mimebundle_()
    SGtSNEpi(max_iter=2).fit(load_iris().data)._repr_mimebundle_()
    assert drawn == [graph, None]


def test_edges_only_if_they_are_few(monkeypatch):
    Y, graph = np.random.default_rng(0).normal(size=(30, 2)), as_graph(nx.complete_graph(30))
    assert embedding_png(Y, graph) != embedding_png(Y)
    monkeypatch.setattr(thumbnail, "MOST_EDGES", 434)
    assert embedding_png(Y, graph) == embedding_png(Y)


def test_matplotlib_stays_unloaded_until_it_is_shown_and_pyplot_even_then():
    script = """
import sys, sggraph
estimator = sggraph.SGtSNEpi(max_iter=2).fit(([0, 1], [1, 2]))
assert "matplotlib" not in sys.modules
estimator._repr_mimebundle_()
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
