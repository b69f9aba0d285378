"""Path lengths searched on a card beside those of the processor, and what they are for."""

import networkx as nx
import numpy as np
import pytest

from sggraph.core.cuda import paths
from sggraph.core.cuda.paths import Pattern, hops_from, paths_to
from sggraph.core.cuda.source import SIZE
from sggraph.core.cuda.stress import CardStress, seen_by
from sggraph.core.engine.blocks import ALONE
from sggraph.core.search.hops import hop_distances
from sggraph.core.shape.path_stress import PathStress
from sggraph.core.shape.stress import relax
from sggraph.method import lengths
from sggraph.method.start import SHORT, distances_to, pivot_mds

pytestmark = pytest.mark.jit


def hubs():
    G = nx.random_regular_graph(3, 1500, seed=0)
    G.add_edges_from((0, i) for i in range(1, 2 * SIZE.CHUNK) if i < 1400)
    G.add_edges_from((7, i) for i in range(8, 1200))
    return G


GRAPHS = {
    "karate": nx.karate_club_graph,
    "hubs": hubs,
    "grid": lambda: nx.grid_2d_graph(30, 40),
    "long": lambda: nx.path_graph(300),
    "parts": lambda: nx.gnm_random_graph(600, 500, seed=1),
    "one edge": lambda: nx.path_graph(2),
    "star": lambda: nx.star_graph(SIZE.CHUNK),  # the longest row that is no hub
}


@pytest.fixture(params=GRAPHS)
def links(request):
    return nx.to_scipy_sparse_array(GRAPHS[request.param](), dtype=float, format="csr")


def searched(card, links, k, seed=0):
    """CardPaths and the pivots."""
    n = links.shape[0]
    pivots = np.random.default_rng(seed).choice(n, min(k, n), replace=False)
    with card.at_work():
        return paths_to(card, Pattern.of(card, links), pivots, SHORT), pivots


@pytest.mark.parametrize("k", [1, 64, 200])
def test_lengths_are_those_of_the_processor(links, make_card, k):
    found, pivots = searched(make_card(2), links, k)
    right = distances_to(links, pivots, ALONE)
    assert found.shape == right.shape
    assert found.size == right.size
    np.testing.assert_array_equal(found.every(1), right)
    np.testing.assert_array_equal(found.every(7), right[::7])
    np.testing.assert_array_equal(found.at(pivots), right[pivots])
    np.testing.assert_array_equal(found.columns(3).every(2), right[::2, :3])
    assert found.mean() == right.mean()
    assert found.columns(3).mean() == right[:, :3].mean()


def test_hops_of_one_node(links, make_card):
    card = make_card(2)
    for source in (0, links.shape[0] - 1):
        with card.at_work():
            found = hops_from(card, Pattern.of(card, links), source)
        np.testing.assert_array_equal(found, hop_distances(links, [source], ALONE, symmetric=True)[0])


def test_a_path_that_is_too_long_is_left(make_card, monkeypatch):
    """To the processor: see tests/method/test_devices.py."""
    card, links = make_card(2), nx.to_scipy_sparse_array(nx.path_graph(60), format="csr")
    with card.at_work():
        pattern = Pattern.of(card, links)
        assert paths_to(card, pattern, [0], 59) is None
        assert paths_to(card, pattern, [0], 60).every(1).max() == 59
        monkeypatch.setattr(paths, "LONGEST", 59)
        assert hops_from(card, pattern, 0) is None
        monkeypatch.setattr(paths, "LONGEST", 60)
        assert hops_from(card, pattern, 0).max() == 59


@pytest.mark.parametrize("levels", [1, 4, 1000])
def test_how_often_the_host_looks_changes_nothing(make_card, monkeypatch, levels):
    monkeypatch.setattr(paths, "LEVELS", levels)
    links = nx.to_scipy_sparse_array(nx.grid_2d_graph(20, 9), format="csr")
    found, pivots = searched(make_card(2), links, 70)
    np.testing.assert_array_equal(found.every(1), distances_to(links, pivots, ALONE))


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("offset", [0.0, 1.5])
def test_a_start_is_relaxed_as_by_the_processor(links, make_card, d, offset):
    found, pivots = searched(make_card(d), links, 150)
    D, Y = distances_to(links, pivots, ALONE), np.random.default_rng(0).standard_normal((links.shape[0], d))
    ours, theirs = found.relaxed(Y, 10, offset), relax(Y, D, pivots, 10, ALONE, offset=offset)
    assert ours.dtype == theirs.dtype
    is_off = np.abs(ours - theirs).max(axis=1) > 1e-4 * np.abs(theirs).max()
    assert is_off.mean() < (0.01 if d == 1 else 1e-9)  # on a line points that meet by rounding go to either side
    alone = found.columns(1)
    assert alone.relaxed(Y, 10) is Y


def test_pivot_mds_is_that_of_the_processor(links, make_card):
    found, pivots = searched(make_card(2), links, 150)
    D = distances_to(links, pivots, ALONE)
    k = min(100, len(pivots))
    ours = pivot_mds(found.columns(k), pivots[:k], 2, ALONE)
    theirs = pivot_mds(lengths.columns(D, k), pivots[:k], 2, ALONE)
    signs = np.sign((ours * theirs).sum(axis=0))  # of a path both ends are as far out
    assert np.linalg.norm(ours * signs - theirs) <= 1e-4 * np.linalg.norm(theirs)


@pytest.mark.parametrize("k", [40, 150, 10**6])
def test_stress_takes_lengths_where_they_lie(links, make_card, k):
    card = make_card(2)
    found, pivots = searched(card, links, k)
    right = PathStress(distances_to(links, pivots, ALONE), pivots, ALONE)
    stress = lengths.stress_of(found, pivots, ALONE)
    assert seen_by(stress, card) is stress
    copied = seen_by(right, card)
    assert isinstance(copied, CardStress)
    for name in ("n_groups", "one", "least_looks"):
        assert getattr(stress, name) == getattr(copied, name)
    assert stress.squares == pytest.approx(copied.squares, rel=1e-4)
    inverses = np.empty(right.kept.inverses.shape, np.uint16)
    with card.at_work():
        card.to_host(stress.inverses, inverses)
    off = np.abs(inverses.astype(int) - right.kept.inverses.astype(int))
    assert off.max(initial=0) <= 1  # of 65,535: powers are rounded
    assert stress.nbytes == copied.nbytes
