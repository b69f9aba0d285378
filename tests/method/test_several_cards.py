"""Ranks with a card each give the same bits, however many; NumPy and twins of the kernels stand in for cards.

Of one rank a card makes P and the start as well, with other last bits: what moves nodes is compared with that of one.
"""

import fake_cupy
import networkx as nx
import numpy as np
import pytest
import rank_threads
import ring
from emulated_card import COMPILER, REASON, EmulatedCard
from host_card import HostCard

from sggraph import RowBlock
from sggraph.core import rows
from sggraph.core.cuda import card as cards
from sggraph.core.cuda.forces import CardForces
from sggraph.core.cuda.shared import SharedCardForces
from sggraph.core.descent import Phase
from sggraph.core.engine import blocks
from sggraph.core.engine.blocks import Workers
from sggraph.core.shape.path_stress import PathStress
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
            opened.append(kind(d, number=number, most=most))
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
def test_any_number_of_cards_gives_the_same_bits(use, name):
    use(HostCard)
    graph, options = CASES[name]
    two = embedded(graph, options, 2)
    assert_equal_bits([*two, *embedded(graph, options, 3)], two[0])
    (one,) = embedded(graph, options, 1)
    assert abs(one.kl_divergence - two[0].kl_divergence) < 0.05


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("exact", [False, True])
def test_forces_of_cards_are_those_of_one(d, exact):
    """Rows change hands, grids are made anew, the picture is enlarged, and looked at."""
    upper, lengths, pivots = ring.graph()
    phase = Phase(60, 2.0, 100.0, 0.8, stress=1.0, evenness=0.2, max_step=5.0)

    def of_rank(comm):
        with Workers(1, comm) as workers:
            is_first, motion = comm.rank == 0, ring.start(d)
            paths = PathStress(lengths.copy(), pivots, workers) if is_first else None
            make = CardForces if comm.size == 1 else SharedCardForces
            forces = make(upper if is_first else None, d, workers, HostCard(d), exact=exact, paths=paths)
            forces._is_large = True
            if comm.size > 1:
                motion = forces.received(motion if is_first else motion.bare())
            norms = [forces.advance(motion, phase, n_iter) for n_iter in (1, 54)]
            forces.grow(motion)
            norms.append(forces.advance(motion, phase, 5))
            (forces.complete if comm.size == 1 else forces.bring)(motion)
            numbers = norms, motion.scale, motion.turn, forces.kl_divergence(motion, fresh=True), forces.worst(motion)
            return numbers, motion.order, [getattr(motion, name) for name in ("Y", "velocity", "gain", "pull")]

    (one,) = rank_threads.each(1, of_rank)
    for size in (2, 3) if d == 2 else (3,):
        first, *others = rank_threads.each(size, of_rank)
        np.testing.assert_equal(first, one)
        for other in others:
            np.testing.assert_equal(other[:2], one[:2])
            np.testing.assert_array_equal(other[2][0], one[2][0])


@needs_compiler
@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_kernels_give_the_same_bits(use, d):
    use(EmulatedCard)
    two = embedded(MESH, {"d": d, "max_iter": 8}, 2)
    assert_equal_bits([*two, *embedded(MESH, {"d": d, "max_iter": 8}, 3)], two[0])


def test_a_run_goes_on_with_another_number_of_cards_and_on_none(use):
    use(HostCard)
    settings = {"max_iter": 60}
    whole = embedded(MESH, settings, 2)[0]

    def stop(iteration, *_):
        return iteration == 30

    for size, following in ((2, 3), (3, 2)):
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


def through_hosts(d, **options):
    """The Embedding by two cards of NumPy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(devices, "check_card", lambda device: None)
        patch.setattr(devices, "Card", lambda number, d, most=None: HostCard(d, number, most))
        return embedded(MESH, {"d": d, "max_iter": 12} | options, 2)[0]


@pytest.mark.parametrize("d", [1, 2, 3])
def test_cards_that_talk_by_nccl_have_the_same_bits_and_are_recorded(cupy, d):
    assert_equal_bits(embedded(MESH, {"d": d, "max_iter": 12}, 3), through_hosts(d))
    assert fake_cupy.Stream.records >= 3


@pytest.mark.parametrize("where", ["not there", "one card for two"])
def test_cards_that_have_no_nccl_talk_by_way_of_their_hosts(cupy, monkeypatch, where):
    if where == "not there":
        monkeypatch.setattr(fake_cupy.Nccl, "available", False)
    else:
        monkeypatch.setattr(fake_cupy.Runtime, "getDeviceCount", lambda: 1)
    monkeypatch.setattr(fake_cupy.Nccl.NcclCommunicator, "__init__", None)
    assert_equal_bits(embedded(MESH, {"max_iter": 10}, 2), through_hosts(2, max_iter=10))


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
    whole = embedded(MESH, {}, 2)[0]
    settings = Settings(random_state=0, max_iter=20, n_jobs=1, exact=False, device="cuda")

    def of_rank(comm):
        cuts = 0, 20, 90, 192
        own = RowBlock(MESH[cuts[comm.rank] : cuts[comm.rank + 1]], cuts[comm.rank])

        def work(team):
            graph = graph_of_block(own, team, weight="weight", direction="auto", n_jobs=1)
            return embed(graph, settings, ranks=team).coordinates

        return follow(comm, own) if comm.rank else lead(comm, work, own)

    for found in rank_threads.each(3, of_rank):
        np.testing.assert_array_equal(found, whole.coordinates)
