"""Several ranks with a card each give the bits of one card; NumPy and twins of the kernels stand in for cards."""

import fake_cupy
import networkx as nx
import numpy as np
import pytest
import rank_threads
from emulated_card import COMPILER, REASON, EmulatedCard
from host_card import HostCard

from sggraph import RowBlock
from sggraph.core import rows
from sggraph.core.cuda import card as cards
from sggraph.core.engine import blocks
from sggraph.datasets import make_block_model, make_torus
from sggraph.graph.adjacency import as_graph
from sggraph.method import devices
from sggraph.method.pipeline import embed
from sggraph.method.ranks import follow, lead
from sggraph.method.settings import Settings
from sggraph.method.sharing import graph_of_block

pytestmark = pytest.mark.jit
needs_compiler = pytest.mark.skipif(COMPILER is None, reason=REASON)


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


MESH, MODEL = make_torus(12, 16).adjacency, make_block_model(300, 12).adjacency
HUB = nx.compose(nx.star_graph(1300), nx.cycle_graph(1301))
PARTS = nx.disjoint_union_all([nx.grid_2d_graph(15, 20), nx.grid_2d_graph(14, 15), nx.path_graph(7)])
CASES = {
    "1-D": (MESH, {"d": 1}),
    "2-D": (MESH, {"max_iter": 60}),  # rows change hands on the way
    "3-D": (MESH, {"d": 3}),
    "as published": (MODEL, {"alpha": 12, "early_exag": 10}),
    "all pairs": (MODEL, {"exact": True}),
    "plain grid": (MESH, {"h": 0.5}),
    "components": (PARTS, {}),
    "hub": (HUB, {"max_iter": 5}),
    "some held": (MESH, {"fixed": {0: (0, 0), 150: (9, 9)}}),
}


def embedded(graph, options, size, **others):
    """The Embedding on each of so many ranks, or what it raised."""
    settings = Settings(**{"random_state": 0, "max_iter": 20, "n_jobs": 1, "exact": False, "device": "cuda"} | options)
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
    use(EmulatedCard)
    (alone,) = embedded(MESH, {"d": d, "max_iter": 8}, 1)
    assert_equal_bits(embedded(MESH, {"d": d, "max_iter": 8}, 3), alone)


def test_a_run_goes_on_with_another_number_of_cards_and_on_none(use):
    use(HostCard)
    settings = {"max_iter": 60}
    (whole,) = embedded(MESH, settings, 1)

    def stop(iteration, *_):
        return iteration == 30

    for size, following in ((1, 2), (3, 1)):
        first = embedded(MESH, settings | {"callback": stop, "callback_every": 30}, size, keep_state=True)[0]
        assert_equal_bits(embedded(MESH, settings, following, state=first.state), whole)
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


@pytest.fixture
def cupy(monkeypatch):
    """CuPy, as fake_cupy.py has it, with NCCL, for eight cards."""
    module = fake_cupy.CuPy()
    monkeypatch.setattr(cards, "_cupy", lambda device: module)
    monkeypatch.setattr(cards, "_nccl", lambda: fake_cupy.Nccl)
    monkeypatch.setattr(fake_cupy.Stream, "records", 0)
    monkeypatch.setattr(devices, "check_forces", lambda card: None)  # whose graph has one block, and no order here
    monkeypatch.setattr(devices, "_checked", set())
    cards._module.cache_clear()
    yield module
    cards._module.cache_clear()


@pytest.mark.parametrize("d", [1, 2, 3])
def test_cards_that_talk_by_nccl_have_the_same_bits_and_are_recorded(cupy, d):
    (alone,) = embedded(MESH, {"d": d, "max_iter": 12}, 1)
    records = fake_cupy.Stream.records
    assert_equal_bits(embedded(MESH, {"d": d, "max_iter": 12}, 3), alone)
    assert fake_cupy.Stream.records >= 4 * records > 0


@pytest.mark.parametrize("where", ["not there", "one card for two"])
def test_cards_that_have_no_nccl_talk_by_way_of_their_hosts(cupy, monkeypatch, where):
    (alone,) = embedded(MESH, {"max_iter": 10}, 1)
    if where == "not there":
        monkeypatch.setattr(fake_cupy.Nccl, "available", False)
    else:
        monkeypatch.setattr(fake_cupy.Runtime, "getDeviceCount", lambda: 1)
    monkeypatch.setattr(fake_cupy.Nccl.NcclCommunicator, "__init__", None)
    assert_equal_bits(embedded(MESH, {"max_iter": 10}, 2), alone)


@pytest.mark.parametrize(
    ("name", "value", "told"), [("is_wrong", True, "does not bring"), ("trouble", "an", "an: NCCL")]
)
def test_nccl_that_does_not_work_is_an_error(cupy, monkeypatch, name, value, told):
    monkeypatch.setattr(fake_cupy.Nccl, name, value)
    for error in embedded(MESH, {"max_iter": 10}, 2):
        assert isinstance(error, RuntimeError)
        assert told in str(error)
        assert "pip uninstall nvidia-nccl-cu12" in str(error)


def test_rows_that_each_rank_has(use):
    use(HostCard)
    (alone,) = embedded(MESH, {}, 1)
    settings = Settings(random_state=0, max_iter=20, n_jobs=1, exact=False, device="cuda")

    def of_rank(comm):
        cuts = 0, 20, 90, 192
        own = RowBlock(MESH[cuts[comm.rank] : cuts[comm.rank + 1]], cuts[comm.rank])

        def work(team):
            graph = graph_of_block(own, team, weight="weight", direction="auto", n_jobs=1)
            return embed(graph, settings, ranks=team).coordinates

        return follow(comm, own) if comm.rank else lead(comm, work, own)

    for found in rank_threads.each(3, of_rank):
        np.testing.assert_array_equal(found, alone.coordinates)
