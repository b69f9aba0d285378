"""runtime/warn.py: warnings point at the line of the caller."""

import networkx as nx
import numpy as np
import pytest

import sggraph as sg

KARATE = nx.karate_club_graph()
SAMPLES = np.random.default_rng(0).normal(size=(12, 3))


def loops():
    G = nx.path_graph(4)
    G.add_edge(0, 0)
    return G


CALLS = {
    "a self-loop": (lambda: sg.as_graph(loops()), "self-loop"),
    "a self-loop on the way": (lambda: sg.embed_graph(loops(), max_iter=1), "self-loop"),
    "a layout": (lambda: sg.sgtsne_layout(loops(), max_iter=1), "self-loop"),
    "few samples": (lambda: sg.SGtSNEpi(n_neighbors=30, max_iter=1).fit(SAMPLES), "12 samples: 11 are taken"),
    "fit_transform": (lambda: sg.SGtSNEpi(n_neighbors=30, max_iter=1).fit_transform(SAMPLES), "11 are taken"),
    "a learning rate": (lambda: sg.embed_graph(KARATE, eta=1e4, max_iter=1, random_state=0), "may not settle"),
    "small components": (
        lambda: sg.embed_graph(nx.disjoint_union_all([nx.path_graph(9)] * 3), eta=1e9, random_state=0),
        "diverged",
    ),
    "a score": (lambda: sg.neighbor_recall(loops(), np.eye(4, 2)), "self-loop"),
}


@pytest.mark.filterwarnings("always")
@pytest.mark.parametrize("name", CALLS)
def test_a_warning_points_at_the_line_of_the_caller(name):
    call, message = CALLS[name]
    with pytest.warns(Warning, match=message) as caught:
        call()
    assert {warning.filename for warning in caught} == {__file__}
