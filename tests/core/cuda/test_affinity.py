"""P made on a card beside that of the processor, on NumPy with twins of the kernels and with the kernels themselves."""

import networkx as nx
import numpy as np
import pytest
from host_card import HostCard
from scipy.sparse import csr_array, triu

from sggraph import as_graph
from sggraph.core import affinity
from sggraph.core.cuda import affinity as on_card
from sggraph.core.cuda.affinity import CardP, joint_probabilities, rows_and_entropy
from sggraph.core.cuda.forces import CardForces
from sggraph.core.cuda.source import SIZE
from sggraph.core.descent import Phase
from sggraph.core.engine.blocks import ALONE
from sggraph.core.forces import entropy_of_both
from sggraph.core.motion import Motion
from sggraph.core.rows import full_rows
from sggraph.core.symmetry import symmetric_pattern
from sggraph.core.twins import closeness

pytestmark = pytest.mark.jit


def weighted(G, seed=0, spread=2.0):
    rng = np.random.default_rng(seed)
    for *_, data in G.edges(data=True):
        data["weight"] = float(np.exp(spread * rng.standard_normal()))
    return G


def hubs():
    G = nx.barabasi_albert_graph(1400, 3, seed=0)
    G.add_edges_from((0, i) for i in range(1, 1300))
    G.add_edges_from((1, i) for i in range(2, 1200))
    return G


GRAPHS = {
    "karate": nx.karate_club_graph,
    "hubs": hubs,
    "parts": lambda: nx.gnm_random_graph(500, 450, seed=1),  # many components, isolated nodes
    "cliques": lambda: nx.ring_of_cliques(9, 12),
    "directed": lambda: nx.gnm_random_graph(400, 1500, seed=1, directed=True),  # sources and sinks, too
    "weighted": lambda: weighted(nx.gnm_random_graph(300, 2000, seed=2)),
    "weighted arcs": lambda: weighted(nx.gnm_random_graph(300, 900, seed=3, directed=True), spread=20.0),
    "no edges": lambda: nx.empty_graph(5),
    "one edge": lambda: nx.path_graph(2),
}


@pytest.fixture(params=GRAPHS)
def graph(request):
    G = GRAPHS[request.param]()
    return as_graph(G, weight="weight", direction="out" if G.is_directed() else "auto")


def both(graph, card, lam=10.0, is_local=False):
    """JointP of the processor and of a card."""
    A, links = graph.adjacency, symmetric_pattern(graph.adjacency)
    given = graph.given
    right = affinity.joint_probabilities(A, lam, ALONE, links=links if is_local else None, given=given)
    return right, joint_probabilities(A, lam, card, links=links, is_local=is_local, given=given)


def assert_close(found, right, card):
    """The kernels are off by rounding to float32, their twins by another way to gamma, too, and a compiler fuses."""
    assert found.shape == right.shape
    np.testing.assert_array_equal(found.indptr, right.indptr)
    np.testing.assert_array_equal(found.indices, right.indices)
    rtol = 4e-5 if isinstance(card, HostCard) and type(card) is HostCard else 1.2e-7
    np.testing.assert_allclose(found.data, right.data, rtol=rtol, atol=1e-30)


@pytest.mark.parametrize("is_local", [True, False])
@pytest.mark.parametrize("lam", [3.0, 10.0, None])
def test_p_is_that_of_the_processor(graph, make_card, lam, is_local):
    card = make_card(2)
    right, found = both(graph, card, lam, is_local)
    n = graph.adjacency.shape[0]
    assert found.n_clamped == right.n_clamped
    assert isinstance(found.upper, CardP)
    assert found.upper.shape == (n, n)
    assert found.upper.nnz == 2 * right.upper.nnz
    assert_close(found.upper.upper(np.arange(n)), right.upper, card)
    np.testing.assert_array_equal(found.upper.sizes(), np.diff(symmetric_pattern(graph.adjacency).indptr))


def test_who_is_alike_whom(graph, make_card):
    P = both(graph, make_card(2))[1].upper
    for found, right in zip(P.closeness(0.6), closeness(symmetric_pattern(graph.adjacency), 0.6, ALONE), strict=True):
        np.testing.assert_array_equal(found, right)


def test_rows_go_to_the_forces(graph, make_card):
    right, found = both(graph, make_card(2))
    with found.upper.card.at_work():
        rows, entropy = rows_and_entropy(found.upper, found.upper.card, ALONE)
        expected = full_rows(right.upper, ALONE)
        assert found.upper.data is None  # nothing is there twice
        for name in ("indptr", "indices", "data"):
            host = np.empty(getattr(rows, name).shape, getattr(rows, name).dtype)
            rows.card.to_host(getattr(rows, name), host)
            np.testing.assert_allclose(host, getattr(expected, name)[: len(host)], rtol=4e-5, atol=1e-30)
        assert entropy == pytest.approx(entropy_of_both(right.upper), rel=1e-6)
        copied, same = rows_and_entropy(right.upper, found.upper.card, ALONE)
    assert copied.nbytes == rows.nbytes
    assert same == entropy_of_both(right.upper)


@pytest.mark.parametrize("is_local", [True, False])
def test_parts_are_those_of_the_processor(make_card, is_local):
    """Components have a P of their own, and in some order those that the processor lays out."""
    card = make_card(2)
    right, found = both(as_graph(GRAPHS["parts"]()), card, 10.0, is_local)
    pieces = sorted(nx.connected_components(GRAPHS["parts"]()), key=len, reverse=True)
    largest = np.array(sorted(pieces[0]))
    block = csr_array(right.upper[largest][:, largest])
    part = found.upper.taken(largest)
    assert_close(part.upper(np.arange(len(largest))), csr_array(block / (2 * block.sum(dtype=float))), HostCard(2))
    assert entries_sum(card, part.data) == pytest.approx(1, rel=1e-6)
    others = np.array([node for piece in pieces[:0:-1] for node in sorted(piece)])
    whole = csr_array((right.upper + right.upper.T)[others][:, others])
    whole.sort_indices()
    assert_close(found.upper.upper(others), csr_array(triu(whole, 1, format="csr")), card)
    assert found.upper.upper(others[:0]).shape == (0, 0)


def test_the_same_bits_twice_and_for_any_order_of_threads(make_card):
    graphs = [as_graph(GRAPHS[name](), weight="weight") for name in ("hubs", "weighted")]
    for graph in graphs:
        n = graph.adjacency.shape[0]
        cards = [make_card(2), make_card(2)]
        if hasattr(cards[1], "backwards"):
            cards[1].backwards = True
        one, other = (both(graph, card)[1].upper for card in cards)
        np.testing.assert_array_equal(one.upper(np.arange(n)).data, other.upper(np.arange(n)).data)
        sums = [entries_sum(P.card, P.data, is_entropy=True) for P in (one, other)]
        assert sums[0] == sums[1]


def entries_sum(card, data, **options):
    with card.at_work():
        return on_card._entries_sum(card, data, **options)


@pytest.mark.parametrize("m", [0, 1, 1000, 16384, 16385, 100_000])
def test_sums_in_a_tree(make_card, m, monkeypatch):
    card, values = make_card(2), np.random.default_rng(0).standard_normal(m)
    for span in (2**14, 300):  # one level, and several
        monkeypatch.setattr(on_card, "SPAN", span)
        with card.at_work():
            there = card.xp.asarray(values)
            assert on_card._sum(card, "add_numbers", m, there) == pytest.approx(values.sum(), abs=1e-9)


def test_hubs_are_there():
    degrees = [degree for _, degree in hubs().degree()]
    assert sum(degree > SIZE.CHUNK for degree in degrees) == 2


def test_forces_take_p_where_it_lies(make_card):
    """The same steps as with a P that was brought there."""
    found = []
    for kind in (0, 1):
        card, graph = make_card(2), as_graph(GRAPHS["hubs"]())
        P = both(graph, card)[kind].upper
        motion = Motion.at(np.random.default_rng(0).standard_normal((1400, 2)))
        before = motion.Y.copy()
        CardForces(P, 2, ALONE, card, exact=False).advance(motion, Phase(10, 2.0, 20.0, 0.8), 5)
        found.append(motion.Y)
    assert np.linalg.norm(found[0] - found[1]) < 1e-3 * np.linalg.norm(found[0] - before)
