"""core/descent.py: the gradient, the step, the loop and what it promises on threads, numbers and errors."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import naive
import networkx as nx
import numpy as np
import pytest
from descents import Descent, advance, descend
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from sggraph.core import forces, rows
from sggraph.core.affinity import joint_probabilities
from sggraph.core.descent import EmbeddingDivergedError, Phase
from sggraph.core.engine.blocks import Workers
from sggraph.core.forces import LEAST_FALL, STEP_OF_SIZE, Forces, moved
from sggraph.core.shape.path_stress import TAIL, PathStress


def graph(n, seed=0, degree=6):
    """Upper triangle of P of a random graph."""
    G = nx.gnm_random_graph(n, degree * n // 2, seed=seed)
    A = nx.to_scipy_sparse_array(G, format="csr", dtype=float)
    A.sort_indices()
    with Workers(1) as workers:
        return joint_probabilities(A, 5.0, workers).upper


def full(upper):
    """P, dense."""
    return (upper + upper.T).toarray().astype(float)


def start(n, d, std=1.0, seed=0):
    return np.random.default_rng(seed).normal(0, std, (n, d)).astype(np.float32)


def run(upper, Y0, schedule, n_jobs=1, **options):
    with Workers(n_jobs) as workers:
        return descend(upper, Y0, schedule, workers, **options)


SCHEDULE = [Phase(20, 4.0, 30.0, 0.5), Phase(30, 1.0, 60.0, 0.8)]


def path_lengths(upper, pivots):
    """(n, k) float32; nodes that no path leads to are one step farther than all others."""
    D = shortest_path(upper > 0, directed=False, unweighted=True, indices=pivots).T
    return np.where(np.isinf(D), D[np.isfinite(D)].max() + 1, D).astype(np.float32)


def stressed(upper, Y0, workers, n_pivots=200, **options):
    """A Descent with the paths to some nodes."""
    pivots = np.random.default_rng(3).permutation(len(Y0))[:n_pivots]
    paths = PathStress(path_lengths(upper, pivots), pivots, workers)
    return Descent(upper, Y0, workers, paths=paths, **options)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_no_coordinate_moves_farther_than_it_may(d):
    """A hundred points on a spot fling each other away."""
    upper, Y0 = graph(600), np.full((600, d), 50.0, np.float32)
    Y0[100:] = start(500, d, std=50.0)
    Y0[:100] += start(100, d, std=0.5)
    moved = {}
    for max_step in (np.inf, 10.0):
        with Workers(1) as workers:
            state = Descent(upper, Y0, workers)
            before = state.Y.copy()
            state.advance(Phase(1, 1.0, 6e4, 0.8, max_step))
            moved[max_step] = np.abs(state.Y - before + state.Y.mean(axis=0)).max()
    assert moved[np.inf] > 15
    assert 9.5 < moved[10.0] < 10.5


@pytest.mark.parametrize("d", [1, 2, 3])
def test_forces_are_the_gradient_of_the_divergence(d):
    """check_grad: central differences of the twin's KL against 4 (F_attr - F_rep / Z) of the kernels."""
    upper, Y = graph(17), start(17, d)
    P = full(upper)
    with Workers(1) as workers:
        state = Descent(upper, Y, workers, exact=True)
        Y = state.Y.astype(float)
        state.advance(Phase(1, 1.0, 0.0, 0.0))
        on = state.forces
        shifts = on._repel(state.motion)
    gradient = 4 * (on._attr - (on._rep - shifts[0]) / on._Z)
    numeric = np.empty_like(Y)
    for at in np.ndindex(Y.shape):
        step = np.zeros_like(Y)
        step[at] = 1e-5
        numeric[at] = (naive.kl_divergence(Y + step, P) - naive.kl_divergence(Y - step, P)) / 2e-5
    np.testing.assert_allclose(gradient, numeric, atol=2e-6)


@pytest.mark.parametrize(("n", "exaggeration"), [(2, 12.0), *product([3, 17, 600, 3_000], [1.0, 12.0])])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_steps_equal_twin(d, n, exaggeration):
    """Three steps, each from the kernels' own state; n = 3,000 has several blocks of rows and of nodes."""
    upper = graph(n, degree=min(6, n - 1))
    P = full(upper) if n <= 600 else None
    phase = Phase(1, exaggeration, n / 4, 0.8)
    with Workers(2) as workers:
        state = Descent(upper, start(n, d), workers, exact=True)
        for _ in range(3):
            before = [array.astype(float) for array in (state.Y, state.velocity, state.gain)]
            norm = state.advance(phase)
            F_rep, Z = naive.repulsion(before[0]) if n <= 600 else (state.forces._rep.astype(float), state.forces._Z)
            F_attr = naive.attractive(before[0], P) if n <= 600 else pull(before[0], upper)
            gradient = exaggeration * F_attr - F_rep / Z
            Y, velocity, gain = naive.step(*before, gradient, n / 4, 0.8)
            assert norm == pytest.approx(np.linalg.norm(gradient), rel=1e-3)
            clear = np.abs(gradient * before[1]) > 1e-7 * np.abs(gradient * before[1]).max()
            np.testing.assert_allclose(state.gain[clear], gain[clear], rtol=1e-5)
            flipped = ~np.isclose(state.gain, gain, rtol=1e-5)
            assert flipped.mean() < 0.01
            scale = np.abs(velocity).max()
            np.testing.assert_allclose(state.velocity[~flipped], velocity[~flipped], atol=1e-4 * scale)
            np.testing.assert_allclose(state.Y[~flipped], (Y - before[0].mean(axis=0))[~flipped], atol=2e-4 * scale)


@pytest.mark.parametrize(("stress", "evenness"), [(3.0, 0.0), (0.0, 0.5), (2.0, 0.3)])
@pytest.mark.parametrize("n", [2, 3, 17, 60])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_stress_and_evenness_add_their_pulls_to_the_gradient(d, n, stress, evenness):
    """Every node a pivot, the first step; the exaggeration is of the divergence alone."""
    upper = graph(n, degree=min(6, n - 1))
    P, D = full(upper), naive.drawn_in(path_lengths(upper, np.arange(n)), TAIL)
    with Workers(1) as workers:
        pivots = np.arange(n)
        paths = PathStress(path_lengths(upper, pivots), pivots, workers)
        state = Descent(upper, start(n, d, 5.0), workers, exact=True, paths=paths)
        Y = state.Y.astype(float)
        norm = state.advance(Phase(1, 2.5, 1e-3, 0.0, stress=stress, evenness=evenness))
        assert n == 2 or not np.array_equal(state.Y, Y)
    a = naive.path_scale(Y, Y, D)
    F, Z = naive.repulsion(Y)
    gradient = 2.5 * naive.attractive(Y, P) - F / Z
    gradient += stress / n * naive.path_pull(Y, Y, D, a) + evenness / a * naive.even_pull(Y, P, a)
    assert norm == pytest.approx(np.linalg.norm(gradient), rel=1e-3)
    np.testing.assert_allclose(state.velocity, -1.2e-3 * gradient, atol=1e-6 * np.abs(gradient).max())
    assert state.scale == pytest.approx(a, rel=1e-3)


def test_stress_falls_where_it_is_asked_for():
    """With it, as a share of without, seeds 0 to 9: .31 .24 .27 .19 .41 .21 .27 .28 .28 .33."""
    upper, _ = lattice(16, 2)
    D = naive.drawn_in(path_lengths(upper, np.arange(256)), TAIL)
    found = []
    for stress in (0.0, 10.0):
        with Workers(1) as workers:
            state = stressed(upper, start(256, 2), workers)
            advance(state, [Phase(150, 1.0, 256.0, 0.8, 10.0, 10.0, stress=stress)])
        Y = state.embedding()
        found.append(naive.path_stress(Y, Y, D, naive.path_scale(Y, Y, D)))
    assert found[1] < 0.6 * found[0]


@pytest.mark.parametrize("extent", [1e-30, 1e-4, 1e-2])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_a_tiny_start_comes_to_no_worse_a_picture(d, extent):
    """It has room before the first step with stress, which goes as far as in any picture."""
    upper = graph(300)
    found, widest = [], []
    for size in (1.0, extent):
        with Workers(1) as workers:
            state = stressed(upper, size * compact(300, d), workers)
            phase = Phase(100, 4.0, 75.0, 0.8, max_gain=10.0, stress=10.0, evenness=0.1)
            seen = []
            advance(state, [phase], tick=lambda *_: seen.append(np.abs(state.Y).max()))  # noqa: B023
            found.append(state.kl_divergence(fresh=True))
            widest.append(max(seen))
    assert found[1] < 1.25 * found[0]
    assert widest[1] < 3 * widest[0]


def test_without_paths_a_phase_has_no_stress():
    upper, Y0 = graph(100), start(100, 2)
    plain, asked = (run(upper, Y0, [Phase(9, 1.0, 60.0, 0.8, stress=stress, evenness=stress)]) for stress in (0.0, 2.0))
    np.testing.assert_array_equal(plain.Y, asked.Y)


@pytest.mark.parametrize("exaggeration", [1.0, 4.0])
def test_paths_that_nobody_asks_for_change_no_bit(exaggeration):
    upper, Y0, phase = graph(600), start(600, 2), Phase(9, exaggeration, 60.0, 0.8)
    with Workers(1) as workers:
        state = stressed(upper, Y0, workers)
        advance(state, [phase])
    np.testing.assert_array_equal(state.embedding(), run(upper, Y0, [phase]).Y)


def test_gains_grow_to_their_bound_and_no_farther():
    upper, Y0, greatest = graph(300), start(300, 2), []
    for max_gain in (np.inf, 1.5):
        with Workers(1) as workers:
            state = Descent(upper, Y0, workers)
            for _ in range(30):
                state.advance(Phase(1, 1.0, 10.0, 0.8, max_gain=max_gain))
                assert state.gain.max() <= max_gain
        greatest.append(state.gain.max())
    assert greatest == pytest.approx([7, 1.5], rel=0.1)


def test_a_gain_at_its_bound_is_the_one_that_the_step_takes():
    one, inf = np.float32(1), np.float32(np.inf)
    assert moved(-one, one, np.float32(9.9), one, np.float32(0), inf, np.float32(10)) == (10, 10)
    velocity, gain = moved(one, one, np.float32(10), one, np.float32(0), inf, np.float32(10))
    assert (velocity, gain) == pytest.approx((-8, 8))


# Growth

ROOM = 0.1  # units for a node, in each dimension


def compact(n, d, room=ROOM, seed=0):
    Y = start(n, d, 1.0, seed)
    return Y * np.float32(room * n ** (1 / d) / np.sqrt((Y**2).sum(axis=1).mean()))


def radius(Y):
    return np.sqrt((np.asarray(Y, float) ** 2).sum(axis=1).mean())


def neighborly(upper, Y0, n_iter=40):
    """Coordinates as small as Y0, but with nodes near their neighbours."""
    Y = run(upper, Y0, [Phase(n_iter, 4.0, len(Y0) / 4, 0.8, 1.0, 10.0)]).Y
    return Y * np.float32(radius(Y0) / radius(Y))


def lattice(side, d):
    """Upper triangle of P of a lattice, and a picture of it that is small."""
    G = nx.grid_graph([side] * d)
    A = nx.to_scipy_sparse_array(G, format="csr", dtype=float)
    A.sort_indices()
    with Workers(1) as workers:
        upper = joint_probabilities(A, 4.0, workers).upper
    places = np.array([np.atleast_1d(node) for node in G], np.float32)
    Y = places - places.mean(axis=0) + start(len(places), d, 0.1)
    return upper, Y * np.float32(ROOM * len(Y) ** (1 / d) / radius(Y))


GROWN = {
    "random": lambda d: (graph(300), neighborly(graph(300), compact(300, d))),
    "lattice": lambda d: lattice([200, 16, 8][d - 1], d),
}


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(("name", "d"), [("random", 2), ("random", 3), ("lattice", 1), ("lattice", 2), ("lattice", 3)])
def test_a_picture_grows_to_the_size_of_least_divergence(name, d, exact):
    upper, Y0 = GROWN[name](d)
    with Workers(1) as workers:
        state = Descent(upper, Y0, workers, exact=exact)
        before, kl_before = state.embedding(), state.kl_divergence(fresh=True)
        state.grow()
        after = state.embedding()
        factor = radius(after) / radius(before)
        assert factor > 1.1
        np.testing.assert_allclose(after, factor * before, atol=1e-4 * np.abs(after).max())
        np.testing.assert_allclose(after.mean(axis=0), 0, atol=1e-5 * radius(after))
        kl = {}
        for times in (1.0, 0.8, STEP_OF_SIZE):
            state.motion.Y = after * np.float32(times)
            kl[times] = state.kl_divergence(fresh=True)
        assert kl[1.0] < kl_before
        assert kl[1.0] < kl[0.8]
        assert kl[STEP_OF_SIZE] > kl[1.0] - LEAST_FALL


def test_a_share_of_the_growth_is_a_power_of_it():
    upper, Y0 = lattice(16, 2)
    sizes = []
    for share in (0.0, 0.5, 1.0):
        with Workers(1) as workers:
            state = Descent(upper, Y0, workers)
            state.grow(share)
            sizes.append(radius(state.Y) / radius(Y0))
    assert sizes[0] == pytest.approx(1, rel=1e-4)
    assert sizes[1] == pytest.approx(sizes[2] ** 0.5, rel=1e-4)
    assert sizes[2] > 1.1


@pytest.mark.parametrize("d", [1, 2, 3])
def test_growth_has_the_same_bits_for_any_number_of_threads(d):
    upper, Y0 = lattice([2000, 45, 13][d - 1], d)
    results = set()
    for n_jobs in (1, 2, 3):
        with Workers(n_jobs) as workers:
            state = Descent(upper, Y0, workers)
            state.grow()
            results.add(state.Y.tobytes())
    assert len(results) == 1


def test_what_has_room_or_no_size_stays():
    upper = graph(300)
    large = compact(300, 2, 10)
    for Y0 in (large, np.zeros((300, 2), np.float32)):
        with Workers(1) as workers:
            state = Descent(upper, Y0 + np.float32(3), workers)
            expected = state.Y.copy()
            state.grow()
            np.testing.assert_allclose(state.Y, expected, atol=1e-4)
            assert np.isfinite(state.kl_divergence())
    for n in (1, 2, 3):
        upper = csr_array(np.triu(np.full((n, n), 1 / max(1, n * (n - 1)), np.float32), 1))
        result = run(upper, start(n, 2), [Phase(5, 4.0, 1.0, 0.5), Phase(5, 1.0, 1.0, 0.8, grow=1.0)])
        assert np.isfinite(result.Y).all()


def test_what_moves_grows_along():
    """Velocities and the scale of the paths; the plans of the repulsion are made anew, with the same settings."""
    upper = graph(600)
    with Workers(1) as workers:
        state = stressed(upper, compact(600, 2), workers, h=0.7, exact=False)
        advance(state, [Phase(20, 4.0, 150.0, 0.8, 1.0, 10.0, stress=3.0)])
        before, velocity, scale, repulsion = state.Y.copy(), state.velocity.copy(), state.scale, state.forces.repulsion
        pull, gain = state.pull.copy(), state.gain.copy()
        state.grow()
        factor = radius(state.Y) / radius(before - before.mean(axis=0))
        assert factor > 1.1
        np.testing.assert_allclose(state.velocity, factor * velocity, rtol=1e-5)
        assert state.scale == pytest.approx(factor * scale, rel=1e-5)
        np.testing.assert_array_equal(state.pull, pull)
        np.testing.assert_array_equal(state.gain, gain)
        assert state.forces.repulsion is repulsion
        assert not repulsion.plans
        assert np.isfinite(state.advance(Phase(1, 1.0, 600.0, 0.8, stress=3.0)))


def counted(monkeypatch):
    """Iterations at which a Descent grows."""
    at, grow = [], Forces.grow
    monkeypatch.setattr(Forces, "grow", lambda self, motion, *a: at.append(motion.iteration) or grow(self, motion, *a))
    return at


GROWING = [Phase(20, 4.0, 100.0, 0.8, 1.0, 10.0), Phase(0, 4.0, 9.0, 0.8, grow=1.0)]
GROWING += [Phase(30, 1.0, 300.0, 0.8, 10.0, 10.0, grow=1.0), Phase(10, 1.0, 300.0, 0.8)]


def test_a_picture_grows_once_before_the_phase(monkeypatch):
    at = counted(monkeypatch)
    upper, Y0 = graph(300), compact(300, 2)
    run(upper, Y0, GROWING)
    assert at == [20]
    run(upper, Y0, GROWING[2:])
    assert at == [20, 0]
    run(upper, Y0, GROWING[:2])
    assert at == [20, 0]


@pytest.mark.parametrize("stop", [19, 20, 21, 35, 50, 60])
def test_a_run_left_anywhere_grows_once_and_goes_on_to_the_same_bits(monkeypatch, stop):
    """As Ctrl-C leaves it, between iterations; the other goes on from a copy of the Motion."""
    at = counted(monkeypatch)
    upper, Y0 = graph(300), compact(300, 2)
    schedule = [phase._replace(stress=2.0, evenness=0.1) for phase in GROWING]

    def leave(iteration, phase):
        if iteration == stop:
            raise KeyboardInterrupt

    with Workers(1) as workers:
        whole = stressed(upper, Y0, workers)
        advance(whole, schedule)
        assert at == [20]
        left = stressed(upper, Y0, workers)
        with pytest.raises(KeyboardInterrupt):
            advance(left, schedule, tick=leave)
        other = stressed(upper, Y0, workers)
        other.motion = left.motion.copy()
        for state in (other, left):
            advance(state, schedule)
            np.testing.assert_array_equal(state.embedding(), whole.embedding())
            assert state.scale == whole.scale
    assert at == [20] * (2 if stop > 20 else 3)


@pytest.mark.filterwarnings("ignore:(the embedding|doubts):RuntimeWarning")
def test_a_run_that_goes_back_to_before_its_growth_grows_again(monkeypatch):
    """It diverges in the phase after it, which is begun anew at a lower rate."""
    at = counted(monkeypatch)
    upper, Y0 = graph(300), compact(300, 2)
    gather, settle = Phase(50, 4.0, 75.0, 0.8, 1.0, 10.0), Phase(60, 1.0, 300.0, 0.8, 10.0, 10.0, grow=1.0)
    usual = run(upper, Y0, [gather, settle])
    mended = run(upper, Y0, [gather, settle._replace(eta=1e30, max_step=np.inf)])
    assert at == [50, 50, 50]
    assert mended.kl_divergence == pytest.approx(usual.kl_divergence, rel=0.05)


def pull(Y, upper):
    """The attractive forces from a list of edges."""
    i, j = upper.tocoo().row, upper.tocoo().col
    D = Y[i] - Y[j]
    f = (upper.data / (1 + (D**2).sum(axis=1)))[:, None] * D
    F = np.zeros_like(Y)
    np.add.at(F, i, f)
    np.subtract.at(F, j, f)
    return F


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("exact", [True, False])
def test_divergence_falls_and_equals_the_twin(d, exact):
    n = 300
    upper, Y0 = graph(n), start(n, d, 0.01)
    P, seen = full(upper), []

    def callback(iteration, Y, kl, norm):
        seen.append(kl)
        assert kl == pytest.approx(naive.kl_divergence(Y, P), rel=0.02)
        assert norm > 0

    result = run(upper, Y0, [Phase(300, 1.0, n, 0.5)], exact=exact, callback=callback, callback_every=50)
    assert len(seen) == 6
    assert result.n_iter == 300
    assert np.all(np.diff(seen) < 0.01)
    assert result.kl_divergence < min(0.9 * naive.kl_divergence(Y0, P), seen[0])
    assert result.kl_divergence == pytest.approx(naive.kl_divergence(result.Y, P), rel=1e-5 if exact else 1e-3)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("exact", [None, False])
def test_a_handful_of_nodes(d, n, exact):
    upper = csr_array(np.triu(np.full((n, n), 1 / max(1, n * (n - 1)), np.float32), 1))
    result = run(upper, start(n, d), SCHEDULE, exact=exact)
    assert result.Y.shape == (n, d)
    assert np.isfinite(result.Y).all()
    assert n < 2 or abs(result.kl_divergence) < 0.5


def test_a_graph_without_edges_only_spreads():
    result = run(csr_array((50, 50), dtype=np.float32), start(50, 2), SCHEDULE)
    assert np.isfinite(result.Y).all()
    assert result.Y.std() > 1


def test_coincident_starts_stay_finite():
    result = run(graph(40), np.zeros((40, 2), np.float32), SCHEDULE)
    assert np.array_equal(result.Y, np.zeros((40, 2)))


def test_the_origin_of_the_start_does_not_matter():
    upper, Y0 = graph(200), start(200, 2)
    near, far = run(upper, Y0, SCHEDULE[:1]), run(upper, Y0 + np.float32(1024), SCHEDULE[:1])
    assert abs(far.Y.mean()) < 1e-3
    assert near.kl_divergence == pytest.approx(far.kl_divergence, rel=0.01)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_inputs_are_unchanged(dtype, order):
    upper, Y0 = graph(100), np.array(start(100, 2), dtype, order=order)
    before = [array.copy() for array in (Y0, upper.indptr, upper.indices, upper.data)]
    run(upper, Y0, SCHEDULE)
    for array, copy in zip((Y0, upper.indptr, upper.indices, upper.data), before, strict=True):
        assert np.array_equal(array, copy)
        assert array.dtype == copy.dtype


CASES = {
    "direct": (900, {}),
    "grid": (3_000, {}),
    "fixed grid": (3_000, {"h": 0.5}),
    "sparse": (2_500, {"exact": False}),
    "stress": (2_000, {}),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d, name):
    n, options = CASES[name]
    upper, Y0 = graph(n), start(n, d, 30.0 if name == "sparse" else 0.1)
    schedule = [Phase(10, 4.0, n / 4, 0.5), Phase(10, 1.0, n, 0.8)]
    if name != "stress":
        results = [run(upper, Y0, schedule, n_jobs, **options) for n_jobs in [1, 2, 3, 4, 7]]
        assert len({(r.Y.tobytes(), r.kl_divergence) for r in results}) == 1
        return
    results = set()
    for n_jobs in [1, 2, 3, 7]:
        with Workers(n_jobs) as workers:
            state = stressed(upper, Y0, workers)
            advance(state, [phase._replace(stress=3.0, evenness=0.1, grow=1.0) for phase in schedule])
            results.add((state.embedding().tobytes(), state.scale))
    assert len(results) == 1


def test_two_runs_at_a_time_do_as_one():
    upper, Y0 = graph(2_500), start(2_500, 2)
    alone = run(upper, Y0, SCHEDULE, 2)
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda _: run(upper, Y0, SCHEDULE, 2), range(4)))
    for result in together:
        assert np.array_equal(result.Y, alone.Y)
        assert result.kl_divergence == alone.kl_divergence


@pytest.mark.parametrize("stress", [0.0, 3.0])
def test_renumbering_on_the_way_is_not_seen(monkeypatch, stress):
    upper, Y0, schedule = graph(2_000), start(2_000, 2), [SCHEDULE[0]._replace(stress=stress, evenness=stress / 30)]

    def run_it():
        with Workers(1) as workers:
            state = stressed(upper, Y0, workers)
            advance(state, schedule)
        return state

    plain = run_it()
    for module in (forces, rows):
        monkeypatch.setattr(module, "n_blocks", lambda n_edges: 3)
    monkeypatch.setattr(forces, "REORDER_AT", (0, 3, 11))
    turns = []
    monkeypatch.setattr(forces, "renumbered", lambda *args: turns.append(args) or rows.renumbered(*args))
    renumbered = run_it()
    assert len(turns) == 3
    assert (renumbered.order != np.arange(2_000)).any()
    moved_by = np.linalg.norm(plain.embedding() - renumbered.embedding(), axis=1)
    assert np.median(moved_by) < 0.01 * plain.Y.std()
    assert plain.kl_divergence(fresh=True) == pytest.approx(renumbered.kl_divergence(fresh=True), rel=1e-3)


def test_a_renumbered_descent_goes_on_from_its_motion(monkeypatch):
    """Lengths of paths stay in the order of the graph, all that moves is in that of the picture."""
    for module in (forces, rows):
        monkeypatch.setattr(module, "n_blocks", lambda n_edges: 3)
    monkeypatch.setattr(forces, "REORDER_AT", (0, 3, 11))
    upper, Y0, phase = graph(2_000), start(2_000, 2), Phase(1, 2.0, 300.0, 0.8, stress=3.0, evenness=0.1)
    with Workers(1) as workers:
        whole = stressed(upper, Y0, workers)
        states, snapshots = [whole], []
        for step in range(16):
            if step in (2, 3, 4, 9, 12):
                snapshots.append(pickle.loads(pickle.dumps(whole.motion)))
            whole.advance(phase)
        for snapshot in snapshots:
            state = stressed(upper, start(2_000, 2, seed=1), workers)
            state.motion = snapshot
            while state.iteration < 16:
                state.advance(phase)
            states.append(state)
    assert len({(state.embedding().tobytes(), state.scale) for state in states}) == 1


@pytest.mark.filterwarnings("ignore:(the embedding|doubts):RuntimeWarning")
@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n", [50, 1_500])
@pytest.mark.parametrize("exaggeration", [1e20, 1e30, 1e38])
def test_divergence_of_the_run_is_an_error_that_tells_where(n, d, exaggeration):
    with pytest.raises(EmbeddingDivergedError) as error, np.errstate(all="ignore"):
        run(graph(n), start(n, d), [Phase(50, exaggeration, 10.0, 0.8)])
    assert f"iteration 1 (eta=10, exaggeration {exaggeration:g}; 0.00032 times this eta)" in str(error.value)


@pytest.mark.filterwarnings("ignore:(the embedding|doubts):RuntimeWarning")
@pytest.mark.parametrize("eta", [1e5, 1e20, 1e38])
def test_steps_much_too_fast_start_again_at_the_usual_rate(eta):
    """KL divergence 1.9 with eta = n, from the same start to the same bits."""
    upper, Y0 = graph(500), start(500, 2)
    mended, usual = (run(upper, Y0, [Phase(150, 1.0, rate, 0.8)]) for rate in (eta, 500.0))
    assert mended.kl_divergence == pytest.approx(usual.kl_divergence, rel=0.01)


@pytest.mark.filterwarnings("ignore:(the embedding|doubts):RuntimeWarning")
@pytest.mark.parametrize("eta", [1e4, 1e6, 1e9])
def test_a_phase_much_too_fast_does_not_slow_the_others(eta):
    upper, Y0 = graph(500), start(500, 2)
    mended, usual = (run(upper, Y0, [Phase(50, 2.0, rate, 0.8), Phase(100, 1.0, 500.0, 0.8)]) for rate in (eta, 500.0))
    assert mended.kl_divergence == pytest.approx(usual.kl_divergence, rel=0.02)


@pytest.mark.filterwarnings("ignore:(the embedding|doubts):RuntimeWarning")
def test_ticks_go_on_while_a_run_is_mended():
    """They check for Ctrl-C and write checkpoints."""
    ticks = []
    run(graph(50), start(50, 2), [Phase(60, 1.0, 1e9, 0.8)], tick=lambda *at: ticks.append(at[0]))
    assert len(ticks) > 60
    assert ticks[-60:] == list(range(1, 61))


@pytest.mark.parametrize("stop", [True, np.True_])
def test_a_callback_stops_the_run_with_a_bool_of_any_kind(stop):
    assert run(graph(50), start(50, 2), SCHEDULE, callback=lambda *_: stop, callback_every=7).n_iter == 7


def test_steps_that_may_be_too_fast_are_told():
    with pytest.warns(RuntimeWarning, match="doubts: eta 600, 50 nodes"):
        run(graph(50), start(50, 2), [Phase(5, 1.0, 600.0, 0.8)])


def test_callback_stops_the_run_by_returning_true():
    calls, ticks = [], []

    def callback(iteration, Y, kl, norm):
        calls.append((iteration, Y.copy(), kl))
        Y[:] = np.nan  # a copy: no harm
        return len(calls) == 3

    upper, Y0 = graph(50), start(50, 2)
    result = run(upper, Y0, SCHEDULE, callback=callback, callback_every=7, tick=lambda *at: ticks.append(at))
    assert [call[0] for call in calls] == [7, 14, 21]
    assert result.n_iter == 21
    assert np.array_equal(result.Y, calls[-1][1])
    assert result.kl_divergence == pytest.approx(calls[-1][2], rel=0.05)
    assert ticks == [(i, SCHEDULE[i > 20]) for i in range(1, 22)]


def test_callback_comes_after_the_last_iteration_too():
    calls = []
    run(graph(50), start(50, 2), SCHEDULE, callback=lambda *args: calls.append(args[0]), callback_every=20)
    assert calls == [20, 40, 50]


# All kernels in pure Python: direct sums, a grid, near pairs with dense cells, one, two and three dimensions.
TINY_RUNS = """
import sys
import numpy as np
from scipy.sparse import csr_array
from sggraph.core.affinity import joint_probabilities
from sggraph.core.engine.blocks import Workers
from descents import Descent, advance, descend
from sggraph.core.descent import Phase
from sggraph.core.search.hops import hop_distances
from sggraph.core.shape.path_stress import PathStress
from sggraph.core.repulsion.repulsive import Repulsion

rng = np.random.default_rng(0)
pattern = np.triu(rng.random((17, 17)) < 0.3, 1)
A = csr_array((pattern + pattern.T).astype(float))
results = []
with Workers(1) as workers:
    upper, _ = joint_probabilities(A, 4.0, workers, links=A)
    results += [upper.toarray(), hop_distances(A, [0, 5], workers)]
    for d in (1, 2, 3):
        Y0 = rng.normal(size=(17, d)).astype(np.float32)
        for options in ({}, {"exact": False}):
            result = descend(upper, Y0, [Phase(5, 2.0, 5.0, 0.5)], workers, **options)
            results += [result.Y, result.kl_divergence]
        state = Descent(upper, Y0, workers)
        state.reorder(workers)
        state.advance(Phase(1, 1.0, 5.0, 0.5))
        results += [state.embedding()]
        hops = hop_distances(A, range(17), workers).T.astype(np.float32)
        state = Descent(upper, Y0, workers, paths=PathStress(np.maximum(hops, 0), range(17), workers))
        phase = Phase(4, 2.0, 5.0, 0.5, stress=2.0, evenness=0.1)
        advance(state, [phase, phase._replace(exaggeration=1.0, grow=1.0)])
        state.reorder(workers)
        state.advance(phase)
        results += [state.embedding(), state.scale]
    for Y in (rng.uniform(0, 200, (60, 2)), np.concatenate([rng.normal(0, 1, (200, 2)), rng.uniform(-90, 90, (9, 2))])):
        Y = Y.astype(np.float32)
        F = np.empty_like(Y)
        Z, _ = Repulsion(*Y.shape, workers, exact=False)(Y, F)
        results += [F, Z]
    for d in (1, 2, 3):  # sides that are multiples of h, in a grid that leaves no cell to spare
        Y = 0.5 * rng.integers(0, 13, (40, d)).astype(np.float32)
        Y[0], Y[1] = 0, 6
        F = np.empty_like(Y)
        Z, _ = Repulsion(*Y.shape, workers, h=0.5)(Y, F)
        results += [F, Z]
np.savez(sys.argv[1], *results)
"""


def test_kernels_run_with_the_jit_off(tmp_path):
    """Indices out of bounds, which compiled kernels would not notice, are errors then."""
    results = []
    for name, disable in [("on", "0"), ("off", "1")]:
        file = tmp_path / f"{name}.npz"
        paths = os.pathsep.join(filter(None, sys.path))
        env = {**os.environ, "NUMBA_DISABLE_JIT": disable, "PYTHONPATH": paths}
        done = subprocess.run([sys.executable, "-c", TINY_RUNS, str(file)], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        with np.load(file) as arrays:
            results.append([arrays[key] for key in arrays.files])
    for on, off in zip(*results, strict=True):
        np.testing.assert_allclose(off, on, atol=1e-4, rtol=1e-4)
