"""descent.py: the gradient, the step, the loop and what it promises on threads, numbers and errors."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import naive
import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from sggraph.core import descent, rows
from sggraph.core.affinity import joint_probabilities
from sggraph.core.blocks import Workers
from sggraph.core.descent import Descent, EmbeddingDivergedError, Phase, descend


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
        _, shifts = state.repulsion(state.Y, state.F_rep)
    gradient = 4 * (state.F_attr - (state.F_rep - shifts[0]) / state.Z)
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
            F_rep, Z = naive.repulsion(before[0]) if n <= 600 else (state.F_rep.astype(float), state.Z)
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
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d, name):
    n, options = CASES[name]
    upper, Y0 = graph(n), start(n, d, 30.0 if name == "sparse" else 0.1)
    schedule = [Phase(10, 4.0, n / 4, 0.5), Phase(10, 1.0, n, 0.8)]
    results = [run(upper, Y0, schedule, n_jobs, **options) for n_jobs in [1, 2, 3, 4, 7]]
    assert len({(r.Y.tobytes(), r.kl_divergence) for r in results}) == 1


def test_two_runs_at_a_time_do_as_one():
    upper, Y0 = graph(2_500), start(2_500, 2)
    alone = run(upper, Y0, SCHEDULE, 2)
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda _: run(upper, Y0, SCHEDULE, 2), range(4)))
    for result in together:
        assert np.array_equal(result.Y, alone.Y)
        assert result.kl_divergence == alone.kl_divergence


def test_renumbering_on_the_way_is_not_seen(monkeypatch):
    upper, Y0 = graph(2_000), start(2_000, 2)
    plain = run(upper, Y0, SCHEDULE[:1])
    for module in (descent, rows):
        monkeypatch.setattr(module, "n_blocks", lambda n_edges: 3)
    monkeypatch.setattr(descent, "REORDER_AT", (3, 11))
    turns = []
    monkeypatch.setattr(descent, "renumbered", lambda *args: turns.append(args) or rows.renumbered(*args))
    renumbered = run(upper, Y0, SCHEDULE[:1])
    assert len(turns) == 3
    assert np.median(np.linalg.norm(plain.Y - renumbered.Y, axis=1)) < 0.01 * plain.Y.std()
    assert plain.kl_divergence == pytest.approx(renumbered.kl_divergence, rel=1e-3)


@pytest.mark.filterwarnings("ignore:the embedding diverged:RuntimeWarning")
@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n", [50, 1_500])
@pytest.mark.parametrize("exaggeration", [1e20, 1e30, 1e38])
def test_divergence_of_the_run_is_an_error_that_tells_where(n, d, exaggeration):
    with pytest.raises(EmbeddingDivergedError) as error, np.errstate(all="ignore"):
        run(graph(n), start(n, d), [Phase(50, exaggeration, 10.0, 0.8)])
    assert f"iteration 1 (eta=10, exaggeration {exaggeration:g}; 0.00032 times this eta)" in str(error.value)
    assert "smaller eta" in str(error.value)


@pytest.mark.filterwarnings("ignore:the embedding:RuntimeWarning")
@pytest.mark.parametrize("eta", [1e5, 1e20, 1e38])
def test_steps_much_too_fast_start_again_at_the_usual_rate(eta):
    """KL divergence 1.9 with eta = n, from the same start to the same bits."""
    upper, Y0 = graph(500), start(500, 2)
    mended, usual = (run(upper, Y0, [Phase(150, 1.0, rate, 0.8)]) for rate in (eta, 500.0))
    assert mended.kl_divergence == pytest.approx(usual.kl_divergence, rel=0.01)


@pytest.mark.filterwarnings("ignore:the embedding:RuntimeWarning")
@pytest.mark.parametrize("eta", [1e4, 1e6, 1e9])
def test_a_phase_much_too_fast_does_not_slow_the_others(eta):
    upper, Y0 = graph(500), start(500, 2)
    mended, usual = (run(upper, Y0, [Phase(50, 2.0, rate, 0.8), Phase(100, 1.0, 500.0, 0.8)]) for rate in (eta, 500.0))
    assert mended.kl_divergence == pytest.approx(usual.kl_divergence, rel=0.02)


@pytest.mark.filterwarnings("ignore:the embedding:RuntimeWarning")
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
    with pytest.warns(RuntimeWarning, match="may not settle: eta=600 is more than 10 times the number of nodes, 50"):
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
from sggraph.core.blocks import Workers
from sggraph.core.descent import Descent, Phase, descend
from sggraph.core.distances import hop_distances
from sggraph.core.repulsive import Repulsion

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
        state.reorder()
        state.advance(Phase(1, 1.0, 5.0, 0.5))
        results += [state.embedding()]
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
        env = {**os.environ, "NUMBA_DISABLE_JIT": disable}
        done = subprocess.run([sys.executable, "-c", TINY_RUNS, str(file)], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        with np.load(file) as arrays:
            results.append([arrays[key] for key in arrays.files])
    for on, off in zip(*results, strict=True):
        np.testing.assert_allclose(off, on, atol=1e-4, rtol=1e-4)
