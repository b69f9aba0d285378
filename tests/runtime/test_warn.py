"""runtime/warn.py: warnings point at the line of the caller."""

import warnings
from threading import Event, Thread, current_thread

import networkx as nx
import numpy as np
import pytest

import sggraph as sg
from sggraph.graph import adjacency
from sggraph.inputs import labels

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


@pytest.mark.parametrize(
    ("module", "call"), [(adjacency, adjacency.quiet_graph), (labels, labels.louvain_names)], ids=["quiet", "louvain"]
)
def test_threads_that_are_told_nothing_leave_the_others_their_warnings(module, call, monkeypatch):
    """The first thread comes out while the second is within: filters of the process would stay those of the first."""
    first_in, second_in, first_out = Event(), Event(), Event()

    def slow_graph(graph, **options):
        found = as_graph(graph, **options)
        if current_thread().name == "first":
            first_in.set()
            assert second_in.wait(60)
        else:
            second_in.set()
            assert first_out.wait(60)
        return found

    def first():
        call(loops())
        first_out.set()

    before, as_graph = list(warnings.filters), module.as_graph
    monkeypatch.setattr(module, "as_graph", slow_graph)
    threads = [Thread(target=first, name="first"), Thread(target=lambda: call(loops()))]
    threads[0].start()
    assert first_in.wait(60)
    threads[1].start()
    for thread in threads:
        thread.join(60)
    assert warnings.filters == before
    with pytest.warns(adjacency.GraphWarning, match="self-loop"):
        as_graph(loops())


@pytest.mark.filterwarnings("error::sggraph.graph.adjacency.GraphWarning")
def test_what_is_told_once_is_not_told_again():
    adjacency.quiet_graph(loops())
    labels.louvain_names(loops())
