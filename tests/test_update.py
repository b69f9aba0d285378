"""update_layout and SGtSNEpi.update: the picture that people know, for a graph that has changed."""

import networkx as nx
import numpy as np
import pytest
from scipy.spatial.distance import pdist

import sggraph as sg
from sggraph.metrics import shortest_path_correlation


def grown(G, keep):
    """A picture of part of the nodes, and the whole graph."""
    old = G.subgraph(keep).copy()
    return dict(zip(old, sg.embed_graph(old, random_state=0), strict=True))


def test_an_update_keeps_the_picture():
    mesh = nx.grid_2d_graph(20, 24)
    before = grown(mesh, [node for node in mesh if node[1] < 20])
    found = sg.update_layout(mesh, before)
    extent = np.ptp(np.array(list(before.values())), axis=0).max()
    assert np.isnan(found.moved).sum() == 80
    assert repr(found) == "<UpdatedLayout: 480 nodes in 2-D, 80 of them new>"
    assert np.nanmedian(found.moved) < 0.05 * extent
    assert sg.neighbor_recall(mesh, found.coordinates) > 0.85
    pinned = sg.update_layout(mesh, before, stability=1)
    assert all(np.array_equal(pinned.positions[node], before[node]) for node in before)
    free = sg.update_layout(mesh, before, stability=0)
    assert np.nanmedian(free.moved) > np.nanmedian(found.moved)


def test_a_picture_in_any_unit_comes_back_in_its_own():
    G = nx.random_geometric_graph(150, 0.15, seed=1)
    G = G.subgraph(max(nx.connected_components(G), key=len)).copy()
    before = grown(G, list(G))
    small = {node: place / 1000 for node, place in before.items()}
    one, other = sg.update_layout(G, before), sg.update_layout(G, small)
    assert np.ptp(other.coordinates) < np.ptp(one.coordinates) / 300
    assert np.nanmedian(other.moved) < 0.1 * np.ptp(other.coordinates)


def test_what_an_earlier_picture_may_be(tmp_path):
    G = nx.karate_club_graph()
    est = sg.SGtSNEpi(random_state=0, max_iter=60).fit(G)
    sg.write_embedding(tmp_path / "y.npz", est)
    G.add_edge(0, "new")
    results = [
        sg.update_layout(G, previous).coordinates
        for previous in (est, sg.load_embedding(tmp_path / "y.npz"), dict(zip(range(34), est.embedding_, strict=True)))
    ]
    assert all(np.array_equal(results[0], Y) for Y in results)
    for wrong in ({}, {"nobody": (0, 0)}, {0: (0, np.inf)}, {0: "a"}, 3):
        with pytest.raises(ValueError, match="previous"):
            sg.update_layout(G, wrong)
    with pytest.raises(ValueError, match="stability=2"):
        sg.update_layout(G, est, stability=2)
    with pytest.raises(ValueError, match="components="):
        sg.update_layout(G, est, components="pack")
    with pytest.raises(TypeError, match="no parameter 'stabilty'"):
        sg.update_layout(G, est, stabilty=1)
    for picture in (est, sg.load_embedding(tmp_path / "y.npz"), {0: (0, 0)}):
        with pytest.raises(TypeError, match="G is a picture"):
            sg.update_layout(picture, G)


def test_pieces_that_are_joined_move_as_wholes_to_the_largest():
    """Of a long strip the far end was laid out apart, beside the middle and the wrong way round."""
    strip = nx.grid_2d_graph(6, 40)
    left = strip.subgraph([node for node in strip if node[1] < 24])
    right = strip.subgraph([node for node in strip if node[1] > 25])
    before = grown(left, list(left))
    extent = np.ptp(np.array(list(before.values())), axis=0).max()
    there = {node: place[::-1] + np.array([0, 3 * extent]) for node, place in grown(right, list(right)).items()}
    found = sg.update_layout(strip, before | there)
    moved = dict(zip(found.nodes, found.moved, strict=True))
    assert np.median([moved[node] for node in left]) < 0.05 * extent
    assert np.median([moved[node] for node in right]) > extent
    assert shortest_path_correlation(strip, found.coordinates) > 0.95
    shape = pdist(np.array([found.positions[node] for node in right]))
    assert np.corrcoef(shape, pdist(np.array([there[node] for node in right])))[0, 1] > 0.95


def test_a_picture_of_pieces_that_says_nothing_is_told():
    G = nx.disjoint_union_all([nx.cycle_graph(9), nx.cycle_graph(8), nx.cycle_graph(7)])
    before = sg.sgtsne_layout(G, seed=0)
    sg.update_layout(G, before)  # which warns of nothing
    G.add_edges_from([(0, "new"), ("new", 12), ("new", 20)])
    with pytest.warns(sg.GraphWarning, match="previous shows 3 pieces"):
        sg.update_layout(G, before)


def test_a_picture_that_has_not_changed_stays_as_large_as_it_was():
    """Left to themselves, pictures grow for as long as a run goes on: four nodes to four times their size."""
    for G in (nx.path_graph(4), nx.les_miserables_graph()):
        before = sg.sgtsne_layout(G, seed=0)
        found = sg.update_layout(G, before, stability=0)
        places = np.array(list(before.values()))
        assert np.median(found.moved) < 0.1 * np.ptp(places)
        assert np.std(found.coordinates) == pytest.approx(np.std(places), rel=0.05)


def test_what_nothing_joins_stays_where_it_was():
    G = nx.disjoint_union_all([nx.grid_2d_graph(8, 8), nx.cycle_graph(12), nx.empty_graph(3)])
    before = sg.sgtsne_layout(G, seed=0)
    later = G.copy()
    later.add_edges_from([(0, "n1"), ("n1", "n2"), ("a", "b"), ("b", "c"), ("c", "a")])
    later.add_node("alone")
    found = sg.update_layout(later, before)
    extent = np.ptp(np.array(list(before.values())), axis=0).max()
    moved = dict(zip(found.nodes, found.moved, strict=True))
    assert max(moved[node] for node in range(64, 76)) < 0.1 * extent  # the ring
    assert [moved[node] for node in range(76, 79)] == [0, 0, 0]
    right = max(place[0] for node, place in found.positions.items() if node not in ("a", "b", "c", "alone"))
    assert all(found.positions[node][0] > right for node in ("a", "b", "c", "alone"))


def test_nodes_take_the_share_of_a_step_that_they_are_given():
    mesh = nx.grid_2d_graph(12, 14)
    before = grown(mesh, [node for node in mesh if node[1] < 11])
    free = sg.update_layout(mesh, before, stability=0)
    still = {node: 0.0 for node in before if node[0] < 4}
    some = sg.update_layout(mesh, before, stability=0, mobility=still)
    assert all(np.array_equal(some.positions[node], before[node]) for node in still)
    assert np.nanmedian(some.moved) > 0
    slow = sg.update_layout(mesh, before, stability=0, mobility=0.1)
    assert np.nanmedian(slow.moved) < np.nanmedian(free.moved)
    for wrong in (2, {(0, 0): -1}, [1, 2], "half", {"nobody": 1}, np.nan):
        with pytest.raises(ValueError, match="mobility"):
            sg.update_layout(mesh, before, mobility=wrong)


@pytest.mark.parametrize("d", [1, 3])
def test_in_one_and_three_dimensions(d):
    G = nx.cycle_graph(30)
    before = dict(zip(G, sg.embed_graph(G, d=d, random_state=0), strict=True))
    G.add_edges_from([(0, 30), (30, 31)])
    found = sg.update_layout(G, before)
    assert found.coordinates.shape == (32, d)
    assert np.isfinite(found.coordinates).all()
    assert np.nanmedian(found.moved) < 0.1 * np.ptp(found.coordinates)


def test_leaves_stay_beside_their_neighbours():
    tree = nx.balanced_tree(3, 4)
    before = sg.sgtsne_layout(tree, seed=0, drop_leaf=True)
    later = tree.copy()
    later.add_edges_from([(0, "leaf"), (5, "a"), ("a", "b"), ("b", "c")])
    found = sg.update_layout(later, before, drop_leaf=True)
    Y = found.positions
    for leaf in range(81, 120):
        (inner,) = later[leaf]
        np.testing.assert_allclose(Y[leaf] - Y[inner], before[leaf] - before[inner], atol=1e-4)
    edges = [np.linalg.norm(Y[a] - Y[b]) for a, b in later.edges if later.degree(b) > 1 and later.degree(a) > 1]
    assert 0.3 < np.linalg.norm(Y["leaf"] - Y[0]) / np.median(edges) < 0.75
    still = sg.update_layout(later, before, drop_leaf=True, stability=1)
    assert all(np.array_equal(still.positions[node], np.float32(before[node])) for node in tree)
    with pytest.raises(ValueError, match="leaves alone"):
        sg.update_layout(later, {120: (0, 0)}, drop_leaf=True)


def test_nodes_that_are_gone_leave():
    G = nx.les_miserables_graph()
    before = sg.sgtsne_layout(G, seed=0)
    G.remove_node("Valjean")
    found = sg.update_layout(G, before)
    assert len(found.nodes) == 76
    assert "Valjean" not in found.positions
    assert not np.isnan(found.moved).any()


def test_the_same_call_gives_the_same_bits_on_any_number_of_threads():
    mesh = nx.grid_2d_graph(30, 40)
    before = grown(mesh, [node for node in mesh if node[1] < 33])
    one, two = (sg.update_layout(mesh, before, n_jobs=n_jobs).coordinates for n_jobs in (1, 3))
    assert np.array_equal(one, two)


def test_the_estimator_goes_on():
    G = nx.karate_club_graph()
    est = sg.SGtSNEpi(balance=0.7, random_state=0, weight=None).fit(G)
    before = dict(zip(est.nodes_, est.embedding_, strict=True))
    G.add_edges_from([(0, "new"), (1, "new"), ("new", "newer")])
    assert est.update(G, stability=1) is est
    assert est.nodes_[-2:] == ["new", "newer"]
    assert est.embedding_.shape == (36, 2)
    assert est.moved_[:34].tolist() == [0] * 34
    assert np.isnan(est.moved_[34:]).all()
    assert est.graph_.adjacency.shape == (36, 36)
    assert not hasattr(est, "kl_divergence_")
    expected = sg.update_layout(G, before, stability=1, balance=0.7, weight=None, random_state=0)
    assert np.array_equal(est.embedding_, expected.coordinates)
    samples = sg.SGtSNEpi(n_neighbors=5, max_iter=10).fit(np.random.default_rng(0).normal(size=(20, 3)))
    with pytest.raises(ValueError, match="transform"):
        samples.update(G)
    with pytest.raises(ValueError, match="not fitted"):
        sg.SGtSNEpi().update(G)
