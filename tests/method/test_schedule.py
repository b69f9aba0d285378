"""method/schedule.py: numbers that are given are obeyed, the others follow the dial."""

import numpy as np
import pytest

from sggraph import Phase, Schedule
from sggraph.method.schedule import (
    AUTO_MAX_ITER,
    EVENNESS,
    GATHER,
    GATHER_ITER,
    MAX_GAIN,
    MAX_STEP,
    MAX_STEP_1D,
    PUBLISHED_EARLY,
    SEED_LENGTH,
    SETTLED_LENGTH,
    STRESS,
    schedule_for,
    stress_weights,
)
from sggraph.method.settings import Settings
from sggraph.method.traits import Traits, fill

AUTO = {}


def make_schedule(n, filled, given, *, d=2, start="", **traits):
    return schedule_for(Settings(d=d, **given), Traits(n, d, filled, start, **traits))


def schedule_of(n=700, filled=0.25, **given):
    return make_schedule(n, filled, given)


def test_the_published_schedule_is_what_it_was():
    schedule = schedule_of(max_iter=1000, early_exag=250, alpha=12, eta=200)
    assert schedule == Schedule((Phase(250, 12.0, 200.0, 0.5), Phase(750, 1.0, 200.0, 0.8)), 1.0)
    assert [p.exaggeration for p in schedule_of(alpha=12, exaggeration=0.7).phases] == [12, 0.7]
    assert schedule_of(alpha=4).length == SEED_LENGTH / 4
    assert [p.n_iter for p in schedule_of(alpha=4, max_iter=900).phases] == [PUBLISHED_EARLY, 900 - PUBLISHED_EARLY]


@pytest.mark.parametrize("balance", [0, 0.5, 1])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_published_schedule_has_no_stress_and_does_not_grow(d, balance):
    given = AUTO | {"alpha": 12, "balance": balance}
    for phase in make_schedule(700, 0.25, given, d=d, alike=0.3, long_paths=True, variation=2.0).phases:
        assert (phase.stress, phase.evenness, phase.grow, phase.max_gain) == (0, 0, 0, np.inf)
    assert [phase.momentum for phase in make_schedule(700, 0.25, given).phases] == [0.5, 0.8]


def test_explicit_numbers_are_obeyed_to_the_letter():
    gather, settle = schedule_of(exaggeration=0.7, early_exag=30, max_iter=90, eta=5).phases
    assert (gather.n_iter, gather.exaggeration, gather.eta) == (30, GATHER, 5)
    assert (settle.n_iter, settle.exaggeration, settle.eta) == (60, 0.7, 5)
    plain, given = schedule_of(), schedule_of(eta=5, exaggeration=0.7)
    for one, other in zip(plain.phases, given.phases, strict=True):
        assert one._replace(exaggeration=0, eta=0, max_step=0) == other._replace(exaggeration=0, eta=0, max_step=0)


@pytest.mark.parametrize(
    ("given", "iterations"),
    [
        ({}, (GATHER_ITER, AUTO_MAX_ITER - GATHER_ITER)),
        ({"balance": 1}, (GATHER_ITER, AUTO_MAX_ITER - GATHER_ITER)),
        ({"max_iter": 60}, (30, 30)),
        ({"max_iter": 61}, (30, 31)),
        ({"max_iter": 60, "early_exag": 50}, (50, 10)),
        ({"max_iter": 60, "early_exag": 90}, (60, 0)),
        ({"early_exag": 0}, (0, AUTO_MAX_ITER)),
        ({"max_iter": 0}, (0, 0)),
        ({"max_iter": 1}, (0, 1)),
        ({"alpha": 4}, (AUTO_MAX_ITER // 2, AUTO_MAX_ITER // 2)),
        ({"max_iter": 60, "alpha": 4}, (30, 30)),
        ({"max_iter": 60, "alpha": 4, "early_exag": 90}, (60, 0)),
    ],
)
def test_iterations_of_the_phases(given, iterations):
    schedule = schedule_of(**given)
    assert tuple(phase.n_iter for phase in schedule.phases) == iterations
    assert schedule.n_iter == sum(iterations)


@pytest.mark.parametrize(("filled", "gathering"), [(0.25, GATHER_ITER), (0.875, 175), (1.0, PUBLISHED_EARLY)])
def test_what_the_divergence_settles_gathers_longer_and_from_a_smaller_start(filled, gathering):
    schedule = schedule_of(filled=filled)
    assert [phase.n_iter for phase in schedule.phases] == [gathering, AUTO_MAX_ITER - GATHER_ITER]
    assert schedule.length == (SETTLED_LENGTH if filled == 1 else None)
    early = min(gathering, 200)  # half of what was asked for
    assert [phase.n_iter for phase in schedule_of(filled=filled, max_iter=400).phases] == [early, 400 - early]
    assert schedule_of(filled=filled, early_exag=30).phases[0].n_iter == 30


@pytest.mark.parametrize("alpha", ["auto", 12])
def test_long_paths_get_more_iterations(alpha):
    given = AUTO | {"alpha": alpha}
    assert [make_schedule(n, 0.5, given, long_paths=True).n_iter for n in (50, 20_000, 10**6)] == [400, 600, 800]
    assert make_schedule(10**6, 0.5, given).n_iter == 400
    assert make_schedule(10**6, 0.5, given | {"max_iter": 90}, long_paths=True).n_iter == 90


def test_automatic_eta_is_n_over_exaggeration():
    assert [phase.eta for phase in schedule_of(n=1200, alpha=12).phases] == [100, 1200]
    assert [phase.eta for phase in schedule_of(n=3, alpha=12).phases] == [1, 3]
    assert [phase.eta for phase in schedule_of(n=1200).phases] == [1200 / GATHER, 1200]


def test_steps_are_limited_where_eta_is_automatic():
    assert {phase.max_step for phase in schedule_of().phases} == {MAX_STEP}
    assert {phase.max_step for phase in schedule_of(eta=200).phases} == {np.inf}
    assert {phase.max_step for phase in make_schedule(700, 1.0, AUTO, d=1).phases} == {MAX_STEP_1D}


def test_gains_are_limited_unless_alpha_is_given():
    assert {phase.max_gain for phase in schedule_of().phases} == {MAX_GAIN}
    assert {phase.max_gain for phase in schedule_of(eta=200).phases} == {MAX_GAIN}
    assert {phase.max_gain for phase in schedule_of(alpha=4).phases} == {np.inf}


def test_a_schedule_as_text_tells_what_is_not_as_usual():
    text = str(schedule_of(n=10**4))
    assert text.startswith(f"start: compact\n {GATHER_ITER} iterations, exaggeration {GATHER:g}, eta ")
    assert f"momentum 0.8, steps up to {MAX_STEP:g}, gains up to {MAX_GAIN:g}, stress " in text
    assert ", evenness " in text
    assert [line.endswith("enlarged first") for line in text.splitlines()] == [False, False, True]
    assert str(schedule_of(alpha=12, eta=9, max_iter=20)) == (
        "start: median edge 1\n"
        "  10 iterations, exaggeration 12, eta 9, momentum 0.5\n"
        "  10 iterations, exaggeration 1, eta 9, momentum 0.8"
    )
    assert str(Phase(5, 1.0, 9.0, 0.8, evenness=0.25)) == (
        "5 iterations, exaggeration 1, eta 9, momentum 0.8, evenness 0.25"
    )
    starts = {start: str(Schedule((), None, start)) for start in ("", "stress", "random", "given")}
    assert starts["stress"] == "start: stress, compact"
    assert starts[""] == "start: compact"
    assert (starts["random"], starts["given"]) == ("start: random", "start: given")


def test_the_dial_is_the_weight_of_the_stress():
    dial = np.linspace(0, 1, 9)
    stress, evenness = np.transpose([stress_weights(balance) for balance in dial])
    assert stress[[0, 4, 8]] == pytest.approx(STRESS)
    assert (np.diff(stress) < 0).all()
    assert np.diff(np.log(stress))[[0, 1, 2]] == pytest.approx(np.log(STRESS[1] / STRESS[0]) / 4)
    assert evenness[:5] == pytest.approx(EVENNESS)
    assert evenness[4:] / EVENNESS == pytest.approx(stress[4:] / STRESS[1])
    of_schedules = [schedule_of(balance=balance).phases for balance in dial]
    assert (np.diff([settle.stress for _, settle in of_schedules]) < 0).all()
    assert len({gather for gather, _ in of_schedules}) == 1
    assert len({settle.exaggeration for _, settle in of_schedules}) == 1


def test_path_lengths_that_vary_more_weigh_more():
    stress = [make_schedule(700, 0.25, AUTO, variation=variation).phases[1].stress for variation in (0, 0.5, 1)]
    assert stress[0] == 0
    assert stress[2] == pytest.approx(2 * stress[1])


def test_the_picture_grows_before_the_last_phase_where_neighborhoods_leave_it_open():
    assert [phase.grow > 0 for phase in schedule_of().phases] == [False, True]
    open_ones = [make_schedule(700, filled, AUTO).phases[1] for filled in (0.1, 0.5, 0.9, 1.0)]
    assert (np.diff([phase.grow for phase in open_ones]) <= 0).all()
    assert (np.diff([phase.stress for phase in open_ones]) <= 0).all()
    assert all(0 <= phase.grow <= 1 for phase in open_ones)
    assert schedule_of().length is None


def test_on_a_line_edges_need_not_be_of_one_length():
    for d in (1, 2, 3):
        phases = make_schedule(700, 0.25, AUTO, d=d).phases
        assert [phase.evenness > 0 for phase in phases] == [d > 1] * 2
        assert all(phase.stress > 0 for phase in phases)


@pytest.mark.parametrize("filled", [0.25, 0.6, 1])
def test_the_final_exaggeration_is_the_natural_one(filled):
    """Nearer to 1 for small graphs."""
    found = [schedule_of(n=n, filled=filled).phases[-1].exaggeration for n in (5, 2000, 10**7)]
    assert found[0] == pytest.approx(1, abs=0.01)
    assert filled <= found[1] <= 1
    assert found[2] == pytest.approx(filled, rel=1e-3)


def test_fill_is_the_mean_share_of_lambda():
    assert fill(np.array([0, 5, 10, 40]), 10) == pytest.approx(2.5 / 3)
    assert fill(np.array([0, 0]), 10) == 1
    assert fill(np.array([1, 2]), None) == 1


@pytest.mark.parametrize("n_iter", [0, 1, 50, GATHER_ITER, GATHER_ITER + 1, 300, 400, 999])
def test_the_first_iterations_of_a_schedule(n_iter):
    schedule = schedule_of()
    first = schedule.begun(n_iter)
    assert first.n_iter == min(n_iter, 400)
    assert first.phases[0].n_iter == min(n_iter, GATHER_ITER)
    assert [p._replace(n_iter=0) for p in first.phases] == [p._replace(n_iter=0) for p in schedule.phases]


def test_nodes_that_are_alike_end_below_an_exaggeration_of_one():
    finals = [make_schedule(50, 1.0, AUTO, alike=alike).phases[-1].exaggeration for alike in (0, 0.2, 1)]
    assert finals == pytest.approx([1, 0.952, 0.76])
    assert make_schedule(10**7, 0.25, AUTO, alike=1.0).phases[-1].exaggeration == pytest.approx(0.25, rel=1e-3)
    given = make_schedule(50, 1.0, AUTO | {"exaggeration": 1}, alike=1.0), make_schedule(50, 1.0, AUTO | {"alpha": 4})
    assert [schedule.phases[-1].exaggeration for schedule in given] == [1, 1]
