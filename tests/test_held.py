"""embed_graph(fixed=) and update_layout: what is held stays, and the rest is as good as it can be."""

import networkx as nx
import numpy as np
import pytest

import sggraph as sg
from sggraph.method.holding import laid_on, pins_of

NOVEL = nx.les_miserables_graph()
NAMES = list(NOVEL)


def quick(graph=NOVEL, **options):
    return sg.embed_graph(graph, random_state=0, max_iter=60, **options)


def test_pinned_nodes_keep_every_bit():
    places = {name: (100.1 + i, -7.3 * i) for i, name in enumerate(NAMES[:8])}
    Y = quick(fixed=places)
    assert np.array_equal(Y[:8], np.array(list(places.values()), np.float32))
    assert np.isfinite(Y).all()


@pytest.mark.parametrize("d", [1, 2, 3])
def test_one_coordinate_may_be_data(d):
    year = np.full((len(NAMES), d), np.nan)
    year[:, 0] = 1800 + np.arange(len(NAMES)) % 30
    Y = quick(d=d, fixed=year)
    assert np.array_equal(Y[:, 0], year[:, 0].astype(np.float32))
    assert np.isfinite(Y).all()


def test_the_same_bits_for_any_number_of_threads():
    mesh = sg.datasets.make_grid((50, 50)).adjacency
    fixed = {0: (0, 0), 49: (49, 0), 2450: (0, 49), 2499: (49, 49)}
    pictures = [quick(mesh, fixed=fixed, n_jobs=n_jobs) for n_jobs in (1, 2, 3)]
    assert len({Y.tobytes() for Y in pictures}) == 1
    assert sg.neighbor_recall(mesh, pictures[0]) > 0.9


def test_counties_find_their_places_around_a_tenth_of_them():
    """Median distance to the true place over the width of the map: three seeds .023 to .026; the free picture, fitted,
    .042 to .046.
    """
    counties = sg.datasets.load_us_counties()
    true = np.asarray(counties.positions, float)
    held = np.random.default_rng(0).choice(len(true), len(true) // 10, replace=False)
    fixed = np.full_like(true, np.nan)
    fixed[held] = true[held]
    Y = sg.embed_graph(counties, fixed=fixed, random_state=0)
    assert np.array_equal(Y[held], true[held].astype(np.float32))
    others = np.setdiff1d(np.arange(len(true)), held)
    error = np.median(np.linalg.norm(Y[others] - true[others], axis=1)) / np.ptp(true[:, 0])
    assert error < 0.035


def test_what_fixed_may_be():
    Y0 = np.random.default_rng(0).normal(size=(5, 2))
    nodes = list("abcde")
    everything = pins_of(np.ones(5, bool), Y0, nodes, 2)
    assert np.array_equal(everything, Y0)
    assert np.isnan(pins_of([False, True], Y0, nodes, 2)[:, 0]).all()
    some = pins_of(["b", "d"], Y0, nodes, 2)
    assert (~np.isnan(some[:, 0])).tolist() == [False, True, False, True, False]
    assert np.array_equal(pins_of({"b", "d"}, Y0, nodes, 2), some, equal_nan=True)
    assert np.isnan(pins_of({"b": (1, np.nan)}, "auto", nodes, 2)).sum() == 9
    corners = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]  # tuples may be names
    assert np.array_equal(pins_of([(0, 1), (1, 1)], Y0, corners, 2), some, equal_nan=True)
    assert np.array_equal(pins_of(Y0.tolist(), "auto", nodes, 2), Y0)
    mask = np.zeros((5, 2), bool)
    mask[3, 1] = True
    assert pins_of(mask, Y0, nodes, 2)[3, 1] == Y0[3, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fixed": {"nobody": (0, 0)}}, "fixed names 'nobody'"),
        ({"fixed": {"Valjean": (0, 0, 0)}}, "no rows of 2 finite numbers"),
        ({"fixed": {"Valjean": (0, np.inf)}}, "no rows of 2 finite numbers"),
        ({"fixed": {}}, "fixed holds no coordinate"),
        ({"fixed": ["Valjean"]}, "give Y0, too"),
        ({"fixed": ["nobody"], "Y0": np.zeros((77, 2)) + np.arange(77)[:, None]}, "fixed names 'nobody'"),
        ({"fixed": np.zeros((3, 3), bool), "Y0": np.zeros((77, 2)) + np.arange(77)[:, None]}, "fixed="),
        ({"fixed": {"Valjean": (0, 0)}, "components": "largest"}, "fixed and components='largest' exclude"),
    ],
)
def test_what_is_not_understood_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        quick(**options)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n_held", [2, 5, 40])
def test_a_picture_is_laid_on_what_it_equals_but_for_turn_size_and_place(d, n_held):
    rng = np.random.default_rng(0)
    Y = rng.normal(size=(40, d))
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    true = 3.5 * Y @ turn + 10
    pins = np.full_like(true, np.nan)
    pins[:n_held] = true[:n_held]
    turned, scale, shift = laid_on(Y, pins)
    assert scale == pytest.approx(3.5)
    if n_held > d:
        np.testing.assert_allclose(scale * turned + shift, true, rtol=1e-9)


def test_disconnected_graphs_and_nodes_without_edges():
    G = nx.disjoint_union_all([nx.cycle_graph(20), nx.path_graph(5), nx.empty_graph(2)])
    Y = quick(G, fixed={0: (0, 0), 10: (10, 0), 21: (30, 5)})
    assert Y[21].tolist() == [30, 5]
    assert np.isfinite(Y).all()


def test_leaves_that_are_not_held_stand_beside_their_neighbours():
    tree = nx.balanced_tree(3, 4)
    pins = {0: (0, 0), 1: (30, 0), 2: (-15, 26), 3: (-15, -26), 120: (99, 99)}
    places = sg.embed_graph(tree, fixed=pins, drop_leaf=True, random_state=0)
    assert places[list(pins)].tolist() == [list(place) for place in pins.values()]
    lengths = [np.linalg.norm(places[a] - places[b]) for a, b in tree.edges if b < 40]
    leaves = [np.linalg.norm(places[node] - places[next(iter(tree[node]))]) for node in range(40, 120)]
    assert np.max(leaves) < 0.75 * np.median(lengths)


def test_the_estimator_takes_it():
    est = sg.SGtSNEpi(fixed={0: (1, 2), 33: (5, 6)}, random_state=0, max_iter=60).fit(nx.karate_club_graph())
    assert est.embedding_[[0, 33]].tolist() == [[1, 2], [5, 6]]


def test_a_run_that_was_interrupted_goes_on_and_holds(tmp_path):
    pins = {"Valjean": (0, 0), "Javert": (3, 0)}
    options = {"fixed": pins, "random_state": 0, "max_iter": 100}
    whole = sg.embed_graph(NOVEL, **options)

    def interrupt(iteration, *what):
        if iteration == 50:
            raise KeyboardInterrupt

    saved = options | {"checkpoint": tmp_path / "y.npz"}
    with pytest.raises(sg.EmbeddingInterrupted) as held:
        sg.embed_graph(NOVEL, callback=interrupt, **saved)
    assert np.array_equal(sg.embed_graph(NOVEL, **saved), whole)
    assert np.array_equal(sg.embed_graph(NOVEL, state=held.value.state, **options), whole)
    with pytest.warns(RuntimeWarning, match="these are the coordinates so far"):
        some = sg.embed_graph(NOVEL, callback=interrupt, on_interrupt="return", **options)
    rows = [NAMES.index(name) for name in pins]
    assert some[rows].tolist() == [[0, 0], [3, 0]]
    assert not np.array_equal(some, whole)
