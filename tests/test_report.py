"""report.py: lambda_report counts what rescaling does, and its advice follows the numbers."""

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
        (KARATE, {"lambda_": 5}, "lambda 2 keeps them for half"),
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
    assert any(words in " ".join(sentence.split()) for sentence in report.advice)


def test_the_lambda_advised_clamps_less_than_half():
    report = lambda_report(KARATE, 5)
    advised = int(report.advice[0].split("If weights matter, lambda ")[1].split()[0])
    assert lambda_report(KARATE, advised).n_clamped <= 17 < lambda_report(KARATE, advised + 1).n_clamped


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
