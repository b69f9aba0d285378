"""inputs/elsewhere.py: names of arguments in other programs."""

import inspect
import pickle

import networkx as nx
import numpy as np
import pytest

import sggraph as sg
from sggraph.inputs.elsewhere import METHOD, PICTURE

G, Y = nx.path_graph(5), np.zeros((5, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sg.embed_graph(G, n_components=2), "embed_graph has no argument n_components: give d$"),
        (lambda: sg.embed_graph(G, perplexity=30), "embed_graph has no argument perplexity: it is for samples, which"),
        (lambda: sg.embed_graph(G, max_iters=9), r"embed_graph has no argument max_iters: did you mean max_iter\?"),
        (lambda: sg.embed_graph(G, foo=9), r"no argument foo: help\(sggraph.embed_graph\) lists them"),
        (lambda: sg.sgtsne_layout(G, iterations=50), "no argument iterations: give max_iter$"),
        (lambda: sg.SGtSNEpi(learning_rate=200), "SGtSNEpi has no argument learning_rate: give eta$"),
        (lambda: sg.SGtSNEpi(rng=0), "SGtSNEpi has no argument rng: give random_state$"),
        (lambda: sg.plot_embedding(Y, s=3), "plot_embedding has no argument s: give node_size$"),
        (lambda: sg.plot_embedding(Y, figsize=(3, 3)), r"give ax=plt.subplots\(figsize="),
        (
            lambda: sg.embed_graph(G, source="who"),
            r"no argument source: give as_graph\(edges, source=..., target=..., bipartite=...\) in place of",
        ),
        (lambda: sg.SGtSNEpi(target="whom"), "SGtSNEpi has no argument target: give as_graph"),
        (lambda: sg.plot_embedding(Y, bipartite=True), "no argument bipartite: give as_graph"),
        (lambda: sg.embed_graph(), "missing 1 required positional argument: 'graph'"),
    ],
)
def test_who_gives_a_name_of_elsewhere_is_told_ours(call, message):
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize(("words", "function"), [(METHOD, sg.embed_graph), (PICTURE, sg.plot_embedding)])
def test_the_lists_name_what_is_there_and_nothing_that_is_ours(words, function):
    ours = inspect.signature(function).parameters
    assert [here for here in words if here.isidentifier() and here not in ours] == []
    names = " ".join(words.values()).split()
    assert len(set(names)) == len(names)
    assert set(names) & set(ours) <= {"rng"}  # of embed_graph; the estimator has none


def test_signatures_and_pickles_are_those_of_the_functions():
    assert list(inspect.signature(sg.embed_graph).parameters)[:3] == ["graph", "d", "lambda_"]
    assert list(inspect.signature(sg.SGtSNEpi).parameters)[:2] == ["d", "lambda_"]
    assert pickle.loads(pickle.dumps(sg.embed_graph)) is sg.embed_graph
