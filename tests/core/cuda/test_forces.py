"""CardForces beside Forces: one orchestration, on NumPy with twins of the kernels and with the kernels themselves."""

import numpy as np
import on_card
import pytest
from emulated_card import COMPILER, REASON, EmulatedCard
from host_card import HostCard
from kernel_checks import first_card
from ring import graph, start
from scipy.sparse import coo_array

from sggraph.core.cuda import checking
from sggraph.core.cuda.forces import CardForces
from sggraph.core.cuda.repulsion import CardRepulsion
from sggraph.core.cuda.share import CardShare
from sggraph.core.cuda.source import NOW
from sggraph.core.descent import Phase, descend
from sggraph.core.engine.blocks import ALONE
from sggraph.core.forces import Forces
from sggraph.core.motion import Motion
from sggraph.core.repulsion.planning import Plan
from sggraph.core.shape.path_stress import PathStress
from sggraph.core.tether import Tether

pytestmark = pytest.mark.jit
needs_compiler = pytest.mark.skipif(COMPILER is None, reason=REASON)
PHASE = Phase(40, 2.0, 100.0, 0.8, stress=1.0, evenness=0.2, max_step=5.0)
PLAIN = Phase(40, 2.0, 100.0, 0.8)


UPPER, LENGTHS, PIVOTS = graph()


def forces_on(card, d, *, is_stressed=True, **options):
    """Forces of a card, or of the processor where that is None."""
    paths = PathStress(LENGTHS.copy(), PIVOTS, ALONE) if is_stressed else None
    options = {"exact": False, "paths": paths} | options
    if card is None:
        return Forces(UPPER, d, ALONE, **options)
    return CardForces(UPPER, d, ALONE, card, **options)


def off(found, right, before):
    return np.linalg.norm(found - right) / np.linalg.norm(right - before)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("size", [1.0, 40.0])
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("phase", [PLAIN, PHASE])
def test_steps_are_those_of_the_processor(make_card, d, size, exact, phase):
    motions = [start(d, size), start(d, size)]
    ours, theirs = (forces_on(card, d, exact=exact) for card in (make_card(d), None))
    before = motions[0].Y.copy()
    for n_iter, accuracy in ((1, 1e-5 if exact else 0.02), (6, 1e-5 if exact else 0.04)):
        norms = [f.advance(m, phase, n_iter) for f, m in zip((ours, theirs), motions, strict=True)]
        assert off(motions[0].Y, motions[1].Y, before) < accuracy
        assert norms[0] == pytest.approx(norms[1], rel=accuracy)
    assert motions[0].iteration == 7
    if phase is PHASE:
        assert motions[0].scale == pytest.approx(motions[1].scale, rel=1e-5 if exact else 0.01)
        assert motions[0].turn == pytest.approx(motions[1].turn, rel=1e-5 if exact else 0.01)
    kl = [f.kl_divergence(m, fresh=True) for f, m in zip((ours, theirs), motions, strict=True)]
    assert kl[0] == pytest.approx(kl[1], abs=1e-5 if exact else 0.01)
    kl = [f.worst(m) for f, m in zip((ours, theirs), motions, strict=True)]
    assert kl[0] == pytest.approx(kl[1], abs=1e-5 if exact else 0.01)
    for f, m in zip((ours, theirs), motions, strict=True):
        f.complete(m)
    assert off(motions[0].velocity, motions[1].velocity, 0) < (1e-4 if exact else 0.1)
    assert off(motions[0].pull, motions[1].pull, 0 if phase is PHASE else 1) < (1e-4 if exact else 0.1)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_same_growth(make_card, d):
    motion = start(d, 0.3)
    forces_on(None, d).advance(motion, PHASE._replace(exaggeration=6.0), 40)
    motion.Y = motion.Y * np.float32(0.1)
    factors = [forces_on(card, d).growth(motion.copy()) for card in (make_card(d), None)]
    assert factors[0] > 1.2
    assert factors[0] == pytest.approx(factors[1], rel=0.03)
    forces, scale, Y = forces_on(make_card(d), d), motion.scale, motion.Y.copy()
    forces.grow(motion, 0.5)
    assert motion.scale == pytest.approx(scale * factors[0] ** 0.5)
    np.testing.assert_allclose(motion.Y, (Y - Y.mean(axis=0)) * (motion.scale / scale), atol=1e-4)
    assert np.isfinite(forces.advance(motion, PHASE, 2))


def many_runs(make_card, calls, **options):
    """A Motion after these numbers of iterations, of a picture that outgrows its grids and is reordered."""
    forces, motion = forces_on(make_card(2), 2, **options), start(2, 0.5)
    forces._is_large = True
    for n_iter in calls:
        forces.advance(motion, PHASE, n_iter)
    forces.complete(motion)
    return motion, forces


def assert_equal_motions(one, other):
    for name in ("Y", "velocity", "gain", "pull", "order", "turn", "scale", "iteration"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.plans == other.plans


@pytest.mark.skipif(on_card.REASON is not None, reason=str(on_card.REASON))
@pytest.mark.cuda
def test_an_iteration_is_recorded():
    forces, motion = forces_on(first_card(2), 2), start(2)
    forces.advance(motion, PHASE, 12)
    assert forces.card.trouble is None
    one, other = start(2), start(2)
    played, launched = forces_on(first_card(2), 2), forces_on(first_card(2), 2)
    launched.card.recorded = lambda work: work
    for forces, motion in ((played, one), (launched, other)):
        forces.advance(motion, PHASE, 40)
    np.testing.assert_array_equal(one.Y, other.Y)


def test_bits_do_not_depend_on_how_many_iterations_a_call_has(make_card):
    one, forces = many_runs(make_card, [60])
    assert not np.array_equal(one.order, np.arange(420))
    for calls in ([1] * 60, [7, 50, 3]):
        assert_equal_motions(many_runs(make_card, calls)[0], one)
    assert forces.repulsion._age < 50


def test_a_run_that_stops_goes_on_to_the_same_bits(make_card):
    whole, _ = many_runs(make_card, [30])
    part, forces = many_runs(make_card, [13])
    stopped = part.copy()
    forces.advance(part, PHASE, 5)
    for again in (forces, forces_on(make_card(2), 2)):  # the same forces, which are elsewhere by now, and new ones
        again._is_large, motion = True, stopped.copy()
        again.advance(motion, PHASE, 17)
        again.complete(motion)
        assert_equal_motions(motion, whole)


def test_the_processor_goes_on_where_a_card_stopped_and_the_other_way_round(make_card):
    card, processor = forces_on(make_card(2), 2, exact=True), forces_on(None, 2, exact=True)
    alone, both = start(2), start(2)
    processor.advance(alone, PHASE, 12)
    for forces in (card, processor, card):
        both = both.copy()
        forces.advance(both, PHASE, 4)
        forces.complete(both)
    assert off(both.Y, alone.Y, start(2).Y) < 1e-4
    card = forces_on(make_card(2), 2)
    both.plans = [(Plan(2.0, 5.0, (30, 30)), 3), (Plan(0.0, 5.0, ()), 3)]  # as a processor leaves them
    assert np.isfinite(card.advance(both, PHASE, 2))
    assert both.plans == [(Plan(2.0, 5.0, (30, 30)), 5)]


def test_rows_are_put_in_the_order_of_the_picture(make_card):
    motions = start(2), start(2)
    for card, motion in zip((make_card(2), None), motions, strict=True):
        forces = forces_on(card, 2)
        forces._is_large = True
        forces.advance(motion, PLAIN, 1)
    np.testing.assert_array_equal(motions[0].order, motions[1].order)
    assert not np.array_equal(motions[0].order, np.arange(420))


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_a_picture_that_is_no_number_ends_a_call(make_card, value):
    forces, motion = forces_on(make_card(2), 2, is_stressed=False), start(2)
    forces.advance(motion, PLAIN, 3)
    motion.Y = motion.Y.copy()
    motion.Y[17, 1] = value
    assert not np.isfinite(forces.advance(motion, PLAIN, 10))
    assert motion.iteration == 4


def test_a_run_that_diverges_goes_back(make_card):
    slips = []

    class Watching:
        stride = 10

        def after(self, iteration, phase):
            pass

        def is_due(self, iteration, last):
            return False

        def doubts(self, eta, n):
            pass

        def slipped(self, slip):
            slips.append(slip)

    forces, motion = forces_on(make_card(2), 2, is_stressed=False), start(2)
    descend(forces, motion, [PLAIN._replace(eta=1e9)], Watching())
    assert slips
    assert motion.iteration == 40
    assert motion.is_sound()


def test_what_is_held_stays(make_card):
    free = np.random.default_rng(0).integers(0, 2, (420, 2)).astype(np.float32)
    found = []
    for card in (make_card(2), None):
        motion = Motion.held(start(2).Y, free)
        forces = forces_on(card, 2)
        before = motion.Y.copy()
        forces.advance(motion, PHASE, 3)
        held = motion.mobile == 0
        np.testing.assert_array_equal(motion.Y[held], before[held])
        found.append(motion.Y)
    assert off(*found, before) < 0.02


def test_path_lengths_begin_and_end(make_card):
    found = []
    for card in (make_card(2), None):
        forces, motion = forces_on(card, 2, exact=True), start(2, 0.01)
        for phase in (PLAIN, PHASE, PLAIN, PHASE):
            forces.advance(motion, phase, 3)
        forces.complete(motion)
        found.append(motion)
    assert off(found[0].Y, found[1].Y, start(2, 0.01).Y) < 1e-3
    assert found[0].scale == pytest.approx(found[1].scale, rel=1e-4)


def test_tethers_are_refused(make_card):
    forces = forces_on(make_card(2), 2)
    forces.tethers = ()
    with pytest.raises(ValueError, match="leave device out"):
        forces.tethers = (Tether(np.zeros((1, 2), np.float32), np.zeros(420, np.int64), 1.0),)


def test_a_graph_without_edges_and_a_single_node(make_card):
    for n in (1, 2, 5):
        upper = coo_array((n, n), dtype=np.float32).tocsr()
        forces = CardForces(upper, 2, ALONE, make_card(2), exact=False)
        motion = start(2, 1.0, n)
        assert np.isfinite(forces.advance(motion, PLAIN._replace(eta=0.01), 3))
        assert forces.growth(motion) == 1.0
        assert np.isfinite(motion.Y).all()


def test_a_grid_of_the_callers_side(make_card):
    forces, motion = forces_on(make_card(2), 2, h=0.5, is_stressed=False), start(2)
    forces.advance(motion, PLAIN, 2)
    assert motion.plans[0][0].h == 0.5
    assert motion.plans[0][0].R == 0


def test_the_host_looks_no_more_often_than_it_has_to():
    class Counting(HostCard):
        looks = 0

        def to_host(self, array, out):
            self.looks += 1
            super().to_host(array, out)

    forces, motion = forces_on(Counting(2), 2), start(2, 30.0)
    forces.advance(motion, PHASE, 10)
    before = forces.card.looks
    forces.advance(motion, PHASE, 30)
    assert forces.card.looks - before == 2  # `now` and the coordinates


@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_card_that_is_right_is_not_refused(make_card, d):
    checking.check_forces(make_card(d))


@needs_compiler
@pytest.mark.parametrize(
    ("kernel", "argument", "name"),
    [
        ("jaccard", -1, "P of Jaccard indices"),
        ("take_weights", -1, "P of arcs"),
        ("rescale_rows", -1, "P of weights"),
        ("rescale_hubs", -1, "P of weights"),
        ("join", -1, "P of weights"),
        ("ask_back", -1, "path lengths of a graph"),
        ("ask_back_hubs", -1, "path lengths of a graph"),
        ("relax", -1, "sweep of a start"),
        ("attractive", -1, "attraction"),
        ("add_hubs", -1, "attraction"),
        ("gather", -6, "repulsion"),
        ("near_pairs", -1, "repulsion"),
        ("step", 0, "steps"),
    ],
)
def test_a_card_that_is_wrong_is_refused(kernel, argument, name):
    """Of one of the arrays that a kernel writes half is a tenth too large; of bits all are missing."""

    class Wrong(EmulatedCard):
        def launch(self, called, blocks, *arguments):
            super().launch(called, blocks, *arguments)
            if called == kernel:
                half = arguments[argument].reshape(-1)[::2]
                half[...] = 0 if half.dtype == np.uint64 else 1.1 * half

    with pytest.raises(RuntimeError, match=f"does not compute what a processor does.*{name}"):
        checking.check_forces(Wrong(2))


def test_a_picture_that_grows_a_hundredfold_has_a_dozen_grids():
    """Kernels are played from a record, and each grid has its own; with a processor's room there are 28 of them."""
    forces, motion = forces_on(HostCard(2), 2, is_stressed=False), start(2, 0.1)
    plans = set()
    for _ in range(60):
        forces.advance(motion, PLAIN._replace(eta=1e-6), 1)
        plans.add(motion.plans[0][0])
        motion.Y = motion.Y * np.float32(1.08)
    assert 8 <= len(plans) <= 14


def test_the_forces_of_a_sparse_picture_are_right():
    """A plain grid, which has fewer launches, is off by .147 of them."""
    number = np.arange(32 * 32)
    where = np.stack(np.divmod(number, 32), axis=1) + 0.2 * np.random.default_rng(0).random((1024, 2))
    Y = (2.4 * (where - where.mean(axis=0))).astype(np.float32)
    card = HostCard(2)
    repulsion = CardRepulsion(CardShare(card, 1024), np.zeros(NOW.NOW), exact=False)
    F = np.empty_like(Y)
    repulsion.potential(Y, F)
    right = checking.expected_forces(coo_array((1024, 1024)).tocsr(), Y)[1]
    assert off(F - F.mean(axis=0), right, 0) < 0.009
