"""schedule.py: numbers that are given are obeyed, the others follow the dial."""

import numpy as np
import pytest

from sggraph import Phase, Schedule
from sggraph.schedule import (
    MAX_STEP,
    MAX_STEP_1D,
    compact_schedule,
    fill,
    forgiven,
    make_schedule,
    split,
    start_length,
    start_likeness,
    stretch,
)

AUTO = dict.fromkeys(["max_iter", "early_exag", "alpha", "exaggeration", "eta"], "auto") | {"balance": 0.5}


def schedule_of(n=700, filled=0.25, **given):
    return make_schedule(n, filled, AUTO | given)


def test_explicit_numbers_are_obeyed_to_the_letter():
    schedule = schedule_of(max_iter=1000, early_exag=250, alpha=12, eta=200)
    assert schedule == Schedule((Phase(250, 12.0, 200.0, 0.5), Phase(750, 1.0, 200.0, 0.8)), 1.0)
    assert [p.exaggeration for p in schedule_of(alpha=12, exaggeration=0.7).phases] == [12, 0.7]
    assert [p.exaggeration for p in schedule_of(exaggeration=0.7).phases] == pytest.approx([8**0.5, 1, 0.7])
    assert {p.eta for p in schedule_of(eta=5).phases} == {5}


@pytest.mark.parametrize(
    ("given", "iterations"),
    [
        ({}, (125, 125, 150)),
        ({"balance": 1}, (50, 50, 300)),
        ({"balance": 0.1}, (185, 165, 50)),
        ({"max_iter": 60}, (30, 8, 22)),
        ({"max_iter": 60, "early_exag": 50}, (50, 0, 10)),
        ({"max_iter": 60, "early_exag": 90}, (60, 0, 0)),
        ({"early_exag": 0}, (0, 250, 150)),
        ({"max_iter": 0}, (0, 0, 0)),
        ({"max_iter": 60, "alpha": 4}, (30, 30)),
        ({"max_iter": 60, "alpha": 4, "early_exag": 90}, (60, 0)),
    ],
)
def test_iterations_of_the_phases(given, iterations):
    schedule = schedule_of(**given)
    assert tuple(phase.n_iter for phase in schedule.phases) == iterations
    assert schedule.n_iter == sum(iterations)


def test_long_paths_get_more_iterations():
    assert [make_schedule(n, 0.5, AUTO, long_paths=True).n_iter for n in (50, 20_000, 10**6)] == [400, 600, 800]
    assert make_schedule(10**6, 0.5, AUTO).n_iter == 400
    assert make_schedule(10**6, 0.5, AUTO | {"max_iter": 90}, long_paths=True).n_iter == 90


def test_automatic_eta_is_n_over_exaggeration():
    assert [phase.eta for phase in schedule_of(n=1200, alpha=12).phases] == [100, 1200]
    assert [phase.eta for phase in schedule_of(n=3, alpha=12).phases] == [1, 3]
    assert [phase.eta for phase in schedule_of(n=1200).phases] == pytest.approx([1200 / 8**0.5, 1200, 1200])


def test_steps_are_limited_where_eta_is_automatic():
    assert {phase.max_step for phase in schedule_of().phases} == {MAX_STEP}
    assert {phase.max_step for phase in compact_schedule(700, schedule_of()).phases} == {MAX_STEP}
    assert {phase.max_step for phase in schedule_of(eta=200).phases} == {np.inf}
    assert {phase.max_step for phase in make_schedule(700, 1.0, AUTO, d=1).phases} == {MAX_STEP_1D}
    assert "steps up to 10" in str(schedule_of())
    assert "steps" not in str(schedule_of(eta=200))


@pytest.mark.parametrize(("balance", "final"), [(0, 1), (0.5, 0.5), (1, 0.25)])
def test_the_dial_sets_the_final_exaggeration(balance, final):
    assert schedule_of(n=10**7, balance=balance).phases[-1].exaggeration == pytest.approx(final, rel=1e-3)
    assert schedule_of(n=5, balance=balance).phases[-1].exaggeration == pytest.approx(1, abs=0.01)


def test_the_dial_sets_the_length_of_the_start():
    lengths = [start_length(balance) for balance in np.linspace(0, 1, 9)]
    assert lengths[0] == pytest.approx(120)
    assert lengths[4] == pytest.approx(6)
    assert lengths[8] == pytest.approx(1.5)
    assert (np.diff(lengths) < 0).all()
    longer = [start_length(balance, stretch=3) for balance in (0, 0.5, 1)]
    assert longer == pytest.approx([120, 18, 4.5])


def test_edges_of_sparse_graphs_begin_longer():
    n = 1000
    assert stretch(n, n - 1, 2, even_length=30) == pytest.approx(5)  # a tree: up to the length that gives room
    assert stretch(n, 3 * n, 2, even_length=30) == pytest.approx(np.sqrt(5))
    assert stretch(n, 3 * n, 3, even_length=30) == pytest.approx(5)
    assert stretch(n, 5 * n, 2, even_length=30) == 1
    assert stretch(n, n - 1, 2, even_length=3) == 1  # a path has room already
    assert stretch(n, n - 1, 1, even_length=1e9) == pytest.approx(120 / 6)  # never longer than at balance 0


def test_the_shape_takes_more_and_longer_exaggeration():
    early = [schedule_of(n=1200, balance=balance).phases[0] for balance in (0, 0.5, 1)]
    assert [phase.n_iter for phase in early] == [200, 125, 50]
    assert [phase.exaggeration for phase in early] == pytest.approx([4, 8**0.5, 2])
    assert schedule_of(max_iter=60).phases[0].n_iter == 30


def test_the_start_is_smoothed_more_toward_neighborhoods():
    assert [start_likeness(balance) for balance in (0, 0.25, 0.5, 1)] == pytest.approx([1, 0.9625, 0.85, 0.85])


def test_fill_is_the_mean_share_of_lambda():
    assert fill(np.array([0, 5, 10, 40]), 10) == pytest.approx(2.5 / 3)
    assert fill(np.array([0, 0]), 10) == 1
    assert fill(np.array([1, 2]), None) == 1


def test_the_compact_schedule_takes_as_long_and_ends_alike():
    for given in ({}, {"balance": 1}, {"exaggeration": 1}):
        schedule = schedule_of(**given)
        compact = compact_schedule(700, schedule)
        assert compact.n_iter == schedule.n_iter
        assert compact.phases[-1].exaggeration == schedule.phases[-1].exaggeration
        assert [phase.exaggeration for phase in compact.phases[:3]] == [12, 4, 1]
        assert compact.length == 1
    assert {phase.eta for phase in compact_schedule(700, schedule_of(eta=9), 9).phases} == {9}


def test_what_a_spread_out_start_is_forgiven():
    assert forgiven(0.5, 1.0) < forgiven(0.5, 0.4) < forgiven(0.0, 0.4)
    assert forgiven(1.0, 1.0) == forgiven(0.5, 1.0)


@pytest.mark.parametrize("n_iter", [0, 1, 50, 75, 300, 400, 999])
def test_split_loses_no_iteration(n_iter):
    phases = schedule_of().phases
    before, after = split(phases, n_iter)
    assert sum(p.n_iter for p in before) == min(n_iter, 400)
    assert [a.n_iter + b.n_iter for a, b in zip(before, after, strict=True)] == [p.n_iter for p in phases]
    assert [p._replace(n_iter=0) for p in after] == [p._replace(n_iter=0) for p in phases]


def test_nodes_that_are_alike_end_below_an_exaggeration_of_one():
    finals = [make_schedule(50, 1.0, AUTO, alike=alike).phases[-1].exaggeration for alike in (0, 0.2, 1)]
    assert finals == pytest.approx([1, 0.952, 0.76])
    assert make_schedule(10**7, 0.25, AUTO, alike=1.0).phases[-1].exaggeration == pytest.approx(0.5, rel=1e-3)
    given = make_schedule(50, 1.0, AUTO | {"exaggeration": 1}, alike=1.0), make_schedule(50, 1.0, AUTO | {"alpha": 4})
    assert [schedule.phases[-1].exaggeration for schedule in given] == [1, 1]
