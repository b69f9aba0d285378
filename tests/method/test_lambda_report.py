"""method/lambda_report.py: lambda_report counts what rescaling does, and its advice follows the numbers."""

import networkx as nx
import numpy as np
import pytest

from sggraph import GraphWarning, lambda_report, point_cloud_to_graph

KARATE = nx.karate_club_graph()


def test_numbers_of_a_small_graph():
    G = nx.star_graph(4)  # a hub of 4, four leaves
    G.add_node("alone")
    report = lambda_report(G, 2)
    assert (report.n_nodes, report.n_isolated, report.n_clamped) == (6, 1, 4)
    assert report.degree == (1, 1, 1, 1, 4)
    assert report.fill == pytest.approx((1 + 4 * 0.5) / 5)
    assert report.hub_share == pytest.approx(0.5)
    assert report.effective_neighbors == pytest.approx((1, 1, 1, 1, 4))


def test_a_larger_lambda_lets_more_neighbours_count():
    rng = np.random.default_rng(0)
    p = point_cloud_to_graph(rng.normal(size=(300, 5)), n_neighbors=30, perplexity=20)
    few, many = (lambda_report(p, lambda_, direction="out").effective_neighbors[2] for lambda_ in (4, 15))
    assert few + 1 < many <= 30


@pytest.mark.parametrize(
    ("graph", "options", "words"),
    [
        (KARATE, {"lambda_": 5, "weight": None}, "lambda 2 keeps them for half"),
        (KARATE, {"lambda_": 5}, "heavier edges pull more, up to three times"),
        (KARATE, {"lambda_": 5}, "a third of the neighbours count, fewer than lambda: 32 nodes (94%)"),
        (KARATE, {"lambda_": 5, "weight": None}, "clamped to equal weights: 27 nodes (79%)"),
        (nx.les_miserables_graph(), {}, "lambda 2 sharpens them for half"),
        (nx.star_graph(60), {}, "drop_leaf=True"),
        (nx.star_graph(60), {}, "Hubs hold 50%"),
        (nx.complete_graph(80), {}, "lambda 39 would let more"),
        (nx.empty_graph(3), {}, "3 nodes have no edge"),
        (nx.random_regular_graph(20, 50, seed=0), {}, "Nothing to change."),
    ],
)
def test_advice_follows_the_numbers(graph, options, words):
    report = lambda_report(graph, **options)
    assert words in " ".join(repr(report).split())
    assert "nodes (" in words or any(words in " ".join(sentence.split()) for sentence in report.advice)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_the_lambda_advised_leaves_too_few_to_less_than_half(weight):
    G = nx.les_miserables_graph()
    advised = int(lambda_report(G, weight=weight).advice[0].split(" lambda ")[-1].split()[0])
    few = [lambda_report(G, lambda_, weight=weight).n_clamped for lambda_ in (advised, advised + 1)]
    assert few[0] <= len(G) / 2 < few[1]


def test_weights_of_samples_are_not_the_users():
    p = point_cloud_to_graph(np.random.default_rng(0).normal(size=(50, 3)), 8, perplexity=4)
    told, users = (lambda_report(graph, direction="out") for graph in (p, p.power(2)))
    assert (told.given, users.given) == (False, True)
    assert "clamped to equal weights: 50 nodes" in repr(told)
    assert told.effective_neighbors[2] == pytest.approx(8)
    assert users.effective_neighbors[2] < 7.5


def test_it_reads_what_embed_graph_reads():
    arcs = nx.DiGraph([(0, 1), (0, 2), (3, 0)])
    assert lambda_report(arcs, direction="out").degree[-1] == 2
    assert lambda_report(arcs).degree[-1] == 3
    assert lambda_report(KARATE).lambda_ == 10
    loop = nx.Graph([(0, 0), (0, 1)])
    with pytest.warns(GraphWarning, match="1 self-loop"):
        lambda_report(loop)


@pytest.mark.parametrize("lambda_", [0.5, "many", True, float("nan"), None])
def test_bad_lambda(lambda_):
    with pytest.raises(ValueError, match="lambda_="):
        lambda_report(KARATE, lambda_)
