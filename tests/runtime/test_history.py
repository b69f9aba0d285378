import pickle

import networkx as nx
import numpy as np
import pytest
from sklearn.base import clone

import sggraph as sg
from sggraph.runtime.history import as_history

GRID = nx.grid_graph([5, 5])


def recorded(every=20, max_snapshots=100, **options):
    history = sg.History(max_snapshots)
    Y = sg.embed_graph(GRID, random_state=0, callback=history, callback_every=every, **options)
    return history, Y


def test_it_records_what_the_callback_is_told():
    told = []
    Y = sg.embed_graph(GRID, random_state=0, callback=lambda *all_: told.append(all_), callback_every=20)
    history, same = recorded()
    np.testing.assert_array_equal(Y, same)
    assert history.iterations == [t[0] for t in told] == list(range(20, 401, 20))
    assert history.kl_divergence == [t[2] for t in told]
    assert history.gradient_norm == [t[3] for t in told]
    assert list(history.snapshots) == [0, *history.iterations]
    for iteration, y, *_ in told:
        np.testing.assert_array_equal(history.snapshots[iteration], y)
        assert history.snapshots[iteration].dtype == np.float32


def test_start_and_schedule():
    history, _ = recorded(schedule=sg.Schedule((sg.Phase(30, 2.0, 25.0, 0.8), sg.Phase(70, 1.0, 25.0, 0.8)), 3.0))
    assert history.schedule.n_iter == 100
    assert history.first == 0
    u, v = zip(*(map(list(GRID).index, edge) for edge in GRID.edges), strict=True)
    start = history.snapshots[0]
    assert np.median(np.linalg.norm(start[list(u)] - start[list(v)], axis=1)) == pytest.approx(3, rel=0.01)


def test_it_begins_where_a_run_goes_on():
    """One that has not seen the iterations before."""
    estimator = sg.SGtSNEpi(random_state=0, early_exag=30, max_iter=200, warm_start=True).fit(GRID)
    history = sg.History()
    estimator.set_params(max_iter=260, callback=history, callback_every=10).fit(GRID)
    assert history.first == next(iter(history.snapshots)) == 200
    assert history.iterations == list(range(210, 261, 10))


@pytest.mark.parametrize("limit", [2, 3, 5, 7])
def test_thinned_snapshots_are_evenly_spaced_and_end_with_the_last(limit):
    history, Y = recorded(every=5, max_snapshots=limit)
    kept = list(history.snapshots)
    assert limit / 2 <= len(kept) <= limit
    assert kept[0] == 0
    assert kept[-1] == 400
    assert len(set(np.diff(kept[:-1]))) <= 1
    assert len(history.iterations) == 80
    np.testing.assert_array_equal(history.snapshots[400], Y)


def test_none_or_all():
    assert not recorded(max_snapshots=0)[0].snapshots
    assert len(recorded(every=2, max_snapshots=None)[0].snapshots) == 201


def test_a_second_run_replaces_the_first():
    history, _ = recorded()
    sg.embed_graph(nx.path_graph(4), random_state=0, max_iter=7, callback=history)
    assert history.iterations == [7]
    assert {Y.shape for Y in history.snapshots.values()} == {(4, 2)}


def test_snapshots_do_not_change_afterwards():
    history, Y = recorded()
    Y += 1
    assert not np.array_equal(history.snapshots[400], Y)
    Y = np.zeros((3, 2), np.float32)
    history(500, Y, 1.0, 1.0)
    Y += 1
    assert not history.snapshots[500].any()


def test_estimators_with_one_can_be_cloned_and_pickled():
    estimator = sg.SGtSNEpi(random_state=0, callback=sg.History(), callback_every=50).fit(GRID)
    assert as_history(estimator) is estimator.callback
    assert as_history(pickle.loads(pickle.dumps(estimator))).kl_divergence == estimator.callback.kl_divergence
    other = clone(estimator).fit(nx.path_graph(3))
    assert other.callback is not estimator.callback
    assert estimator.callback.snapshots[400].shape == (25, 2)


def test_repr():
    assert repr(sg.History()) == "History(max_snapshots=100)"
    assert repr(recorded()[0]) == "<History: 20 records, iterations 20 to 400, 21 snapshots>"


@pytest.mark.parametrize("value", [1, -1, 2.5, True, "all"])
def test_errors(value):
    with pytest.raises(ValueError, match="max_snapshots="):
        sg.History(value)


def test_no_history():
    with pytest.raises(ValueError, match="History is empty"):
        as_history(sg.History())
    for source in (sg.SGtSNEpi(), [1, 2], None):
        with pytest.raises(TypeError, match=r"give a History.*callback=History"):
            as_history(source)
