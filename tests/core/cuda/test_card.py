"""What a Card asks of CuPy, by one that is none (fake_cupy.py)."""

import fake_cupy
import networkx as nx
import numpy as np
import pytest
from host_card import HostCard
from scipy.sparse import coo_array, csr_array, triu

from sggraph.core.cuda import card as cards
from sggraph.core.cuda.affinity import joint_probabilities
from sggraph.core.cuda.card import Card, check_card
from sggraph.core.cuda.checking import check_forces
from sggraph.core.cuda.forces import CardForces
from sggraph.core.descent import Phase
from sggraph.core.engine.blocks import ALONE
from sggraph.core.motion import Motion
from sggraph.core.shape.path_stress import PathStress

pytestmark = pytest.mark.jit
PHASE = Phase(40, 2.0, 50.0, 0.8, stress=1.0, evenness=0.2, max_step=5.0)


@pytest.fixture(autouse=True)
def cupy(monkeypatch):
    module = fake_cupy.CuPy()
    monkeypatch.setattr(cards, "_cupy", lambda device: module)
    monkeypatch.setattr(fake_cupy.Stream, "records", 0)
    cards._module.cache_clear()
    yield module
    cards._module.cache_clear()


def run(card, d, calls, n=300, **options):
    """A Motion after so many iterations a call, and the forces."""
    i = np.arange(n)
    upper = coo_array(
        (np.full(2 * n - 8, 1 / (4 * n - 16)), (np.r_[i[:-1], i[:-7]], np.r_[i[1:], i[7:]])), shape=(n, n)
    )
    upper = upper.tocsr().astype(np.float32)
    lengths = np.abs(i[:, None] - i[None, ::3]).astype(np.int32)
    paths = PathStress(lengths, i[::3], ALONE)
    forces = CardForces(upper, d, ALONE, card, exact=False, paths=paths, **options)
    forces._is_large = True
    motion = Motion.at(np.random.default_rng(0).standard_normal((n, d)))
    for n_iter in calls:
        forces.advance(motion, PHASE, n_iter)
    forces.grow(motion)
    forces.advance(motion, PHASE, 3)
    forces.complete(motion)
    assert np.isfinite(forces.kl_divergence(motion, fresh=True))
    return motion, forces


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_card_does_what_its_kernels_do(d):
    ours, forces = run(Card(0, d), d, [20, 40])
    theirs, _ = run(HostCard(d), d, [20, 40])
    for name in ("Y", "velocity", "gain", "pull", "order", "scale", "turn"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)
    assert ours.plans == theirs.plans
    assert forces.card.trouble is None
    assert 3 <= fake_cupy.Stream.records <= 16
    assert forces.nbytes > 0


def test_a_card_makes_p_and_finds_paths():
    """In its own stream and pool, to the bits of the kernels."""
    links = nx.to_scipy_sparse_array(nx.random_geometric_graph(300, 0.1, seed=0), dtype=float, format="csr")
    arcs = csr_array(triu(links))
    for A in (links, arcs):
        found = []
        for card in (Card(0, 2), HostCard(2)):
            P = joint_probabilities(A, 5.0, card, links=links, is_local=True).upper
            part, pivots = P.taken(np.arange(299, -1, -1)), np.arange(0, 300, 3)
            paths = P.paths(pivots, 32_000)
            numbers = [P.upper(np.arange(300)).data, part.upper(np.arange(300)).data, P.hops(5), paths.mean()]
            numbers += [paths.every(7), paths.at(pivots), paths.columns(9).projected(np.ones(9), np.ones((9, 3)))]
            numbers += [*P.closeness(0.3), paths.relaxed(np.arange(600.0).reshape(300, 2), 3), P.links().indices]
            stress = paths.stress()
            assert CardForces(P, 2, ALONE, card, exact=False, paths=stress).nbytes > stress.nbytes
            found.append([*numbers, stress.squares, np.asarray(stress.inverses)])
        for one, other in zip(*found, strict=True):
            np.testing.assert_array_equal(one, other)


def test_what_cannot_be_recorded_is_launched(monkeypatch):
    monkeypatch.setattr(fake_cupy.Stream, "is_broken", True)
    ours, forces = run(Card(0, 2), 2, [20])
    np.testing.assert_array_equal(ours.Y, run(HostCard(2), 2, [20])[0].Y)
    assert forces.card.trouble == "RuntimeError: cudaErrorStreamCaptureInvalidated"


def test_what_is_held(monkeypatch):
    found = []
    for card in (Card(0, 2), HostCard(2)):
        forces = run(card, 2, [1])[1]
        motion = Motion.held(np.random.default_rng(0).standard_normal((300, 2)), np.arange(600).reshape(300, 2) % 2)
        forces.advance(motion, PHASE, 5)
        found.append(motion.Y)
    np.testing.assert_array_equal(*found)


def test_a_card_is_checked_and_has_a_name_and_memory():
    check_card("cuda")
    card = Card(0, 2, most=10**9)
    check_forces(card)
    assert card.name == "a card of NumPy"
    assert card._pool.limit == 10**9
    assert card.free_memory() == 10**9 - 10**6
    assert Card(0, 2).free_memory() == Card(0, 2, most=10**11).free_memory() == 8 * 10**9


def test_no_room_says_what_to_do():
    card = Card(0, 2)
    told = "device='cuda:0' has no more room, all of it: give a smaller graph"
    with pytest.raises(MemoryError, match=told), card.at_work():
        raise fake_cupy.OutOfMemoryError("all of it")
    with card.at_work(), card.at_work():
        assert card.xp.zeros(3, np.float32).sum() == 0
    assert fake_cupy.state.stream is None
