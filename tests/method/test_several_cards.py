"""Several ranks with a card each give the bits of one card; NumPy and twins of the kernels stand in for cards."""

import threading

import networkx as nx
import numpy as np
import pytest
import rank_threads
from emulated_card import COMPILER, REASON, EmulatedCard
from host_card import HostCard

from sggraph.core import rows
from sggraph.core.engine import blocks
from sggraph.datasets import make_block_model, make_torus
from sggraph.graph.adjacency import as_graph
from sggraph.method import devices
from sggraph.method.pipeline import embed
from sggraph.method.settings import Settings

pytestmark = pytest.mark.jit
needs_compiler = pytest.mark.skipif(COMPILER is None, reason=REASON)
TURN = threading.Lock()  # the emulation has one card


class OneByOne(EmulatedCard):
    def launch(self, kernel, n_blocks, *arguments):
        with TURN:
            super().launch(kernel, n_blocks, *arguments)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks so small that a graph of a few hundred nodes has several for each rank."""
    monkeypatch.setattr(blocks, "BLOCK", 50)
    monkeypatch.setattr(blocks, "MIN_BLOCK", 10)
    monkeypatch.setattr(rows, "EDGES", 200)


@pytest.fixture
def use(monkeypatch):
    """Has cards of a class used; a list of those that were opened."""
    opened = []

    def use(kind, n_cards=8):
        def make(number, d, most=None):
            opened.append(kind(d))
            opened[-1].number = number
            return opened[-1]

        monkeypatch.setattr(devices, "Card", make)
        monkeypatch.setattr(devices, "n_cards", lambda: n_cards)
        monkeypatch.setattr(devices, "check_card", lambda device: None)
        monkeypatch.setattr(devices, "check_forces", lambda card: None)
        monkeypatch.setattr(devices, "_checked", set())
        return opened

    return use


MESH, MODEL = make_torus(20, 25).adjacency, make_block_model(700, 12).adjacency
HUB = nx.compose(nx.star_graph(1300), nx.cycle_graph(1301))
PARTS = nx.disjoint_union_all([nx.grid_2d_graph(20, 20), nx.grid_2d_graph(15, 20), nx.path_graph(7)])
CASES = {
    "1-D": (MESH, {"d": 1}),
    "2-D": (MESH, {"d": 2}),
    "3-D": (MESH, {"d": 3}),
    "as published": (MODEL, {"alpha": 12, "early_exag": 20}),
    "all pairs": (MODEL, {"exact": True}),
    "plain grid": (MESH, {"h": 0.5}),
    "components": (PARTS, {}),
    "hub": (HUB, {"max_iter": 20}),
    "some held": (MESH, {"fixed": {0: (0, 0), 400: (9, 9)}}),
}


def embedded(graph, options, size, **others):
    """The Embedding on each of so many ranks, or what it raised."""
    settings = Settings(**{"random_state": 0, "max_iter": 60, "n_jobs": 1, "exact": False, "device": "cuda"} | options)
    return rank_threads.run(size, lambda ranks: embed(as_graph(graph), settings, ranks=ranks, **others))


def assert_equal_bits(found, alone):
    for one in found:
        if isinstance(one, BaseException):
            raise one
        np.testing.assert_array_equal(one.coordinates, alone.coordinates)
        assert one.kl_divergence == alone.kl_divergence


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [2, 3])
def test_any_number_of_cards_gives_the_same_bits(use, name, size):
    use(HostCard)
    graph, options = CASES[name]
    (alone,) = embedded(graph, options, 1)
    assert_equal_bits(embedded(graph, options, size), alone)


@needs_compiler
@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_kernels_give_the_same_bits(use, d):
    use(OneByOne)
    (alone,) = embedded(MESH, {"d": d, "max_iter": 25}, 1)
    assert_equal_bits(embedded(MESH, {"d": d, "max_iter": 25}, 3), alone)


def test_a_run_goes_on_with_another_number_of_cards_and_on_none(use):
    use(HostCard)
    settings = {"max_iter": 60}
    (whole,) = embedded(MESH, settings, 1)

    def stop(iteration, *_):
        return iteration == 30

    for size in (1, 3):
        first = embedded(MESH, settings | {"callback": stop, "callback_every": 30}, size, keep_state=True)[0]
        for following in (1, 2):
            found = embedded(MESH, settings, following, state=first.state)
            assert_equal_bits(found, whole)
        (on_processor,) = embedded(MESH, settings | {"device": "cpu"}, 1, state=first.state)
        assert abs(on_processor.kl_divergence - whole.kl_divergence) < 0.05


def test_each_rank_has_a_card_of_its_own(use):
    opened = use(HostCard, n_cards=2)
    embedded(MESH, {"max_iter": 2}, 4)
    assert sorted(card.number for card in opened[:4]) == [0, 0, 1, 1]
    opened.clear()
    embedded(MESH, {"max_iter": 2, "device": "cuda:1"}, 2)
    assert {card.number for card in opened} == {1}


def test_what_is_wrong_with_one_card_is_told_by_all(use, monkeypatch):
    use(HostCard)

    def check(card):
        if card.number == 1:
            raise RuntimeError("this card does not compute")

    monkeypatch.setattr(devices, "check_forces", check)
    for error in embedded(MESH, {}, 3):
        assert isinstance(error, RuntimeError)
        assert "does not compute" in str(error)
    use(HostCard)
    monkeypatch.setattr(HostCard, "free_memory", lambda card: 10**6 if card.number == 2 else 2**60)
    for error in embedded(MESH, {}, 3):
        assert isinstance(error, MemoryError)
        assert "has 1 MB for this run" in str(error)
