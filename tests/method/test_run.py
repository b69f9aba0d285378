"""method/run.py: the start of a run; one that is stopped anywhere goes on to the same bits."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import isolated
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import sggraph as sg
import sggraph.method.run
from sggraph.core.descent import Phase
from sggraph.core.forces import REORDER_AT, Forces
from sggraph.core.motion import Motion
from sggraph.core.rows import n_blocks
from sggraph.io.safe import remove_leftovers
from sggraph.method.checkpoint import read_state, write_state
from sggraph.method.schedule import GATHER_ITER, Schedule
from sggraph.runtime.interrupts import Interrupts

KARATE = nx.karate_club_graph()
SEVERAL = nx.disjoint_union_all(
    [nx.gnm_random_graph(230, 800, seed=1), nx.grid_2d_graph(15, 15), nx.path_graph(7), nx.empty_graph(5)]
)


def stopped(monkeypatch, at, *arguments, **options):
    """The state of a run that Ctrl-C ends after so many iterations, those of all components counted."""
    count = iter(range(1, 10**6))

    class Struck(Interrupts):
        def check(self):
            if next(count) == at:
                os.kill(os.getpid(), signal.SIGINT)

        def _handle(self, *arguments):
            self._before(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(sggraph.method.run, "Interrupts", Struck)
        with pytest.raises(sg.EmbeddingInterrupted) as caught:
            sg.embed_graph(*arguments, random_state=0, **options)
    return caught.value.state


def check_resumption(monkeypatch, stops, graph, d, **options):
    """Stop and go on, the state having been in a file or a pickle between."""
    whole = sg.embed_graph(graph, d, random_state=0, **options)
    for k, at in enumerate(stops):
        state = stopped(monkeypatch, at, graph, d, **options)
        if k % 2:
            state = pickle.loads(pickle.dumps(state))
        else:
            write_state("state.npz", state)
            state = read_state("state.npz")
        for _ in range(1 + (k == 0)):  # a state serves more than once
            np.testing.assert_array_equal(sg.embed_graph(graph, d, state=state, **options), whole, f"stopped at {at}")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_karate_goes_on_to_the_same_bits(monkeypatch, d):
    """The picture is enlarged after `GATHER_ITER` iterations: before, at and after that."""
    check_resumption(monkeypatch, [1, 4, 5, 50, *range(GATHER_ITER - 1, GATHER_ITER + 3), 250, 399, 400], KARATE, d)


@pytest.mark.parametrize("init", ["pmds", "spectral", "random", "given"])
def test_every_start_goes_on_to_the_same_bits(monkeypatch, init):
    if init == "given":
        init = np.random.default_rng(0).normal(size=(34, 2))
    check_resumption(monkeypatch, [20, 31, 59], KARATE, 2, init=init, max_iter=60)


@pytest.mark.parametrize("d", [1, 2])
def test_counties_go_on_to_the_same_bits(monkeypatch, d):
    check_resumption(monkeypatch, [30, 120], sg.datasets.load_us_counties().adjacency, d, max_iter=160)


def test_components_go_on_to_the_same_bits(monkeypatch):
    check_resumption(monkeypatch, [30, 150, 220, 320], SEVERAL, 2, max_iter=220)
    check_resumption(monkeypatch, [30], SEVERAL, 3, max_iter=40, drop_leaf=True)
    check_resumption(monkeypatch, [30], SEVERAL, 2, max_iter=40, components="largest")
    check_resumption(monkeypatch, [30], SEVERAL, 2, max_iter=40, components="together", h=1.0)


def test_runs_that_diverge_go_on_to_the_same_bits(monkeypatch):
    """Steps much too fast: what the run goes back to, and its lower pace, are part of the state."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        check_resumption(monkeypatch, [10, 60, 99], KARATE, 2, eta=1e5, max_iter=120, exact=False)


def large_graph():
    """As many edges as renumber the nodes on the way."""
    edges = np.random.default_rng(0).integers(2500, size=(105_000, 2))
    edges = edges[edges[:, 0] != edges[:, 1]]
    graph = sparse.csr_array((np.ones(len(edges)), edges.T), shape=(2500, 2500))
    return ((graph + graph.T) > 0).astype(float)


def test_large_graphs_go_on_to_the_same_bits(monkeypatch):
    """They are renumbered after 50 and 150 iterations, and path lengths stay in the order of the graph."""
    graph, turns, reorder = large_graph(), [], Motion.reorder
    assert n_blocks(graph.nnz // 2) > 1
    monkeypatch.setattr(Motion, "reorder", lambda self, workers: turns.append(self.iteration) or reorder(self, workers))
    sg.embed_graph(graph, max_iter=160, random_state=0)
    assert turns == [0, 50, 150] == list(REORDER_AT[:3])
    check_resumption(monkeypatch, [50, 51, 80, 152], graph, 2, max_iter=160)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d):
    """Below and above the size at which nodes are renumbered, before and after the picture is enlarged."""
    for graph, n_iter in ((sg.datasets.make_grid((40, 30)).adjacency, 60), (large_graph(), 56)):
        results = [sg.embed_graph(graph, d, max_iter=n_iter, random_state=0, n_jobs=n_jobs) for n_jobs in (1, 2, 3)]
        for result in results[1:]:
            np.testing.assert_array_equal(result, results[0])


def test_a_run_without_iterations_goes_on_to_the_same_bits():
    """The weight of the stress comes with the iterations."""
    for init in ("auto", "random"):
        whole = sg.embed_graph(KARATE, max_iter=40, random_state=0, init=init)
        estimator = sg.SGtSNEpi(max_iter=0, warm_start=True, random_state=0, init=init).fit(KARATE)
        np.testing.assert_array_equal(estimator.set_params(max_iter=40).fit(KARATE).embedding_, whole)


def test_a_schedule_that_goes_on_with_stress_has_it():
    """Also where the start had no use for path lengths."""
    plain, more = Phase(30, 1.0, 20.0, 0.8), Phase(30, 1.0, 20.0, 0.8, stress=5.0, evenness=0.1)
    short, long = Schedule((plain,), 2.0), Schedule((plain, more), 2.0)
    for init in ("auto", "pmds", "random"):
        options = {"random_state": 0, "init": init}
        whole = sg.embed_graph(KARATE, schedule=long, **options)
        estimator = sg.SGtSNEpi(schedule=short, warm_start=True, **options).fit(KARATE)
        estimator.set_params(schedule=long).fit(KARATE)
        np.testing.assert_array_equal(estimator.embedding_, whole)


def test_a_schedule_with_stress_from_a_published_start_goes_on_to_the_same_bits(monkeypatch):
    """The start takes other pivots than the stress."""
    graph = nx.connected_watts_strogatz_graph(300, 6, 0.1, seed=0)
    schedule = Schedule((Phase(40, 1.0, 300.0, 0.8, 1.0, stress=5.0, evenness=0.1),), 2.0)
    check_resumption(monkeypatch, [20, 40], graph, 2, schedule=schedule, alpha=12)


def test_the_seed_may_be_left_out_or_be_a_generator(monkeypatch):
    def stop(iteration, Y, kl_divergence, gradient_norm):
        raise KeyboardInterrupt

    def state(**options):
        with pytest.raises(sg.EmbeddingInterrupted) as caught:
            sg.embed_graph(SEVERAL, callback=stop, max_iter=60, **options)
        write_state("state.npz", caught.value.state)
        return read_state("state.npz")

    for make in (lambda: np.random.Generator(np.random.MT19937(5)), lambda: [1, 2], lambda: 7):
        whole = sg.embed_graph(SEVERAL, max_iter=60, random_state=make())
        np.testing.assert_array_equal(sg.embed_graph(SEVERAL, max_iter=60, state=state(random_state=make())), whole)
    with pytest.raises(ValueError, match=r"random_state=7, but this run has 8: give the same again, or begin anew"):
        sg.embed_graph(SEVERAL, max_iter=60, random_state=8, state=state(random_state=7))


def test_a_real_signal_is_heard_between_iterations():
    """From another thread, as a terminal would send it."""
    started = threading.Event()

    def tell(*_):
        started.set()

    def kill():
        started.wait(60)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=kill)
    thread.start()
    options = {"max_iter": 100_000, "random_state": 0, "callback_every": 1}
    with pytest.raises(KeyboardInterrupt) as caught:
        sg.embed_graph(KARATE, callback=tell, **options)
    thread.join()
    state = caught.value.state
    assert 1 <= state.n_iter < 100_000
    assert repr(state) == f"<EmbeddingState: 34 nodes in 2-D, iteration {state.n_iter} of 100000>"


def stop_at(last):
    def callback(iteration, Y, kl_divergence, gradient_norm):
        if iteration >= last:
            raise KeyboardInterrupt

    return callback


def test_on_interrupt_return_gives_what_there_is():
    options = {"random_state": 0}
    found = {}

    def keep(iteration, Y, kl_divergence, gradient_norm):
        found["Y"] = Y
        stop_at(100)(iteration, Y, kl_divergence, gradient_norm)

    with pytest.warns(RuntimeWarning, match="coordinates so far: .*iteration 100 of 400"):
        Y = sg.embed_graph(KARATE, on_interrupt="return", callback=keep, **options)
    np.testing.assert_allclose(Y, found["Y"], atol=1e-6)
    with pytest.warns(RuntimeWarning, match="iteration 50 of 400, 0 of 2 large components over"):
        Y = sg.embed_graph(SEVERAL, on_interrupt="return", callback=stop_at(50), **options)
    assert np.isfinite(Y).all()


# The estimator


def test_the_estimator_keeps_the_state_and_nothing_half_done():
    whole = sg.SGtSNEpi(random_state=0).fit(KARATE)
    assert not hasattr(whole, "state_")
    estimator = sg.SGtSNEpi(random_state=0).fit(KARATE).set_params(callback=stop_at(100))
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(KARATE)
    assert not hasattr(estimator, "embedding_")
    assert estimator.state_.n_iter == 100
    again = sg.SGtSNEpi(random_state=0).fit(KARATE, state=estimator.state_)
    np.testing.assert_array_equal(again.embedding_, whole.embedding_)
    assert again.kl_divergence_ == whole.kl_divergence_
    estimator.set_params(callback=None, warm_start=True).fit(KARATE)
    np.testing.assert_array_equal(estimator.embedding_, whole.embedding_)
    assert estimator.state_.n_iter == 400
    np.testing.assert_array_equal(estimator.fit(KARATE).embedding_, whole.embedding_)
    estimator.set_params(warm_start=False, callback=stop_at(50), on_interrupt="return")
    with pytest.warns(RuntimeWarning, match="interrupted"):
        estimator.fit(KARATE)
    assert (estimator.n_iter_, estimator.state_.n_iter) == (50, 50)


@pytest.mark.parametrize("given", [{"alpha": 4}, {"alpha": "auto"}, {"alpha": "auto", "balance": 0.1}])
def test_warm_start_goes_on_with_more_iterations(monkeypatch, given):
    """And grows no more once it has; in the first run it has not, where that ends with the early phase."""
    at, grow = [], Forces.grow
    monkeypatch.setattr(Forces, "grow", lambda self, motion, *a: at.append(motion.iteration) or grow(self, motion, *a))
    options = {"early_exag": 30, "eta": 20, "random_state": 0} | given
    whole = sg.SGtSNEpi(max_iter=200, **options).fit(SEVERAL)
    once = at.copy()
    assert set(once) == ({30} if given["alpha"] == "auto" else set())
    for first in (30, 80):
        at.clear()
        estimator = sg.SGtSNEpi(max_iter=first, warm_start=True, **options).fit(SEVERAL)
        assert estimator.n_iter_ == first
        estimator.set_params(max_iter=200).fit(SEVERAL)
        np.testing.assert_array_equal(estimator.embedding_, whole.embedding_)
        assert (estimator.n_iter_, estimator.kl_divergence_) == (200, whole.kl_divergence_)
        assert at == once
    with pytest.raises(ValueError, match="iteration 200 of another schedule"):
        estimator.set_params(early_exag=40).fit(SEVERAL)


def test_a_callback_that_stops_the_run_only_pauses_it():
    whole = sg.SGtSNEpi(random_state=0).fit(KARATE)
    estimator = sg.SGtSNEpi(random_state=0, warm_start=True, callback=lambda i, *_: i >= 150).fit(KARATE)
    assert estimator.n_iter_ == 150
    estimator.set_params(callback=None).fit(KARATE)
    np.testing.assert_array_equal(estimator.embedding_, whole.embedding_)


def test_samples_go_on_too():
    X = np.random.default_rng(0).normal(size=(60, 4))
    whole = sg.SGtSNEpi(n_neighbors=10, random_state=0).fit(X)
    estimator = sg.SGtSNEpi(n_neighbors=10, random_state=0, callback=stop_at(200), warm_start=True)
    with pytest.raises(sg.EmbeddingInterrupted):
        estimator.fit(X)
    np.testing.assert_array_equal(estimator.set_params(callback=None).fit_transform(X), whole.embedding_)


def test_the_schedule_tells_what_the_start_was():
    for init, start in (("auto", "stress"), ("stress", "stress"), ("pmds", "pmds"), ("random", "random")):
        assert sg.SGtSNEpi(random_state=0, init=init, max_iter=3).fit(KARATE).schedule_.start == start
    given = sg.SGtSNEpi(Y0=np.random.default_rng(0).normal(size=(34, 2)), max_iter=3).fit(KARATE)
    assert given.schedule_.start == "given"
    estimator = sg.SGtSNEpi(random_state=0).fit(KARATE)
    assert str(estimator.schedule_).startswith(f"start: stress, compact\n {GATHER_ITER} iterations, exaggeration ")
    assert estimator.schedule_.n_iter == estimator.n_iter_
    estimator = sg.SGtSNEpi(random_state=0, alpha=12, max_iter=3).fit(KARATE)
    assert str(estimator.schedule_).startswith("start: stress, median edge 1\n")


def test_path_lengths_are_looked_for_only_where_the_schedule_has_stress(monkeypatch):
    """Nor are they kept, beside the start that pivots gave."""
    asked = []
    init = sggraph.method.run.PathStress.__init__
    monkeypatch.setattr(sggraph.method.run.PathStress, "__init__", lambda self, *a: asked.append(1) or init(self, *a))
    for n_times, given in (
        (1, {}),
        (1, {"init": "random"}),
        (1, {"balance": 0}),
        (0, {"alpha": 12}),
        (0, {"alpha": 12, "init": "random"}),
        (0, {"schedule": Schedule((Phase(3, 1.0, 20.0, 0.8),), 2.0)}),
        (1, {"schedule": Schedule((Phase(3, 1.0, 20.0, 0.8, evenness=0.1),), 2.0)}),
    ):
        asked.clear()
        sg.embed_graph(KARATE, random_state=0, **({"max_iter": 3} | given))
        assert len(asked) == n_times, given


def test_a_history_is_carried_on():
    whole, history = sg.History(), sg.History()
    sg.embed_graph(KARATE, random_state=0, callback=whole)

    class Stop(sg.History):
        def __call__(self, iteration, *arguments):
            super().__call__(iteration, *arguments)
            if iteration == 200 and len(self.iterations) == 4:
                raise KeyboardInterrupt

    history = Stop()
    with pytest.raises(sg.EmbeddingInterrupted) as caught:
        sg.embed_graph(KARATE, random_state=0, callback=history)
    sg.embed_graph(KARATE, state=caught.value.state, callback=history)
    assert history.iterations == whole.iterations
    assert history.kl_divergence == whole.kl_divergence


# Checkpoints


def test_a_checkpoint_goes_on_and_stays(monkeypatch):
    whole = sg.embed_graph(KARATE, random_state=0)
    with pytest.raises(sg.EmbeddingInterrupted):
        sg.embed_graph(KARATE, random_state=0, checkpoint="run.npz", callback=stop_at(200))
    assert read_state("run.npz").n_iter == 200
    counted = []
    np.testing.assert_array_equal(
        sg.embed_graph(KARATE, random_state=0, checkpoint="run.npz", callback=lambda i, *_: counted.append(i)), whole
    )
    assert counted == [250, 300, 350, 400]
    np.testing.assert_array_equal(
        sg.embed_graph(KARATE, random_state=0, checkpoint="run.npz", callback=lambda i, *_: counted.append(i)), whole
    )
    assert counted == [250, 300, 350, 400]
    assert os.listdir() == ["run.npz"]


def test_checkpoints_are_written_as_often_as_asked(monkeypatch):
    written = []
    monkeypatch.setattr("sggraph.method.checkpoint.write_state", lambda path, state: written.append(state.n_iter))
    sg.embed_graph(KARATE, random_state=0, max_iter=100, checkpoint="run.npz", checkpoint_every=30)
    assert written == [30, 60, 90, 100]


@pytest.mark.parametrize(
    ("graph", "options", "message"),
    [
        (nx.path_graph(34), {}, r"checkpoint='run.npz' belongs to another graph \(34 nodes, this one 34; graph_hash"),
        (KARATE, {"lambda_": 5}, r"lambda_=10.0, but this run has 5: give the same again, or begin anew"),
        (KARATE, {"d": 3}, r"d=2, but this run has 3"),
        (KARATE, {"random_state": 1}, r"random_state=0, but this run has 1"),
        (KARATE, {"init": np.zeros((34, 2))}, r"init='auto', but this run has \{'array'"),
        (KARATE, {"drop_leaf": True}, r"drop_leaf=False, but this run has True"),
        (KARATE, {"max_iter": 50}, r"at iteration 60 of another schedule .*check max_iter"),
        (KARATE, {"eta": 3.0}, r"at iteration 60 of another schedule"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(graph, options, message):
    sg.embed_graph(KARATE, random_state=0, checkpoint="run.npz", max_iter=60)
    with pytest.raises(ValueError, match=message):
        sg.embed_graph(graph, **({"random_state": 0, "checkpoint": "run.npz", "max_iter": 60} | options))


def test_a_checkpoint_of_another_version_is_refused(monkeypatch):
    sg.embed_graph(KARATE, random_state=0, checkpoint="run.npz", max_iter=60)
    monkeypatch.setattr("sggraph.method.checkpoint.__version__", "99.0")
    with pytest.raises(ValueError, match=r"version of sggraph='0\.\d+\.\d+', but this run has '99.0'"):
        sg.embed_graph(KARATE, random_state=0, checkpoint="run.npz", max_iter=60)


def test_checkpoints_in_odd_places():
    with pytest.raises(FileNotFoundError, match=r"checkpoint='nowhere/run.npz': the folder 'nowhere' does not exist"):
        sg.embed_graph(KARATE, checkpoint="nowhere/run.npz")
    Path("folder").mkdir()
    with pytest.raises(ValueError, match="checkpoint='folder' is not a regular file"):
        sg.embed_graph(KARATE, checkpoint="folder", max_iter=3)
    np.savez("mine.npz", data=np.ones(3))
    Path("junk.npz").write_bytes(Path("mine.npz").read_bytes()[:-9])
    for name, reason in (("mine.npz", "which is no checkpoint"), ("junk.npz", "not a zip file")):
        before = Path(name).read_bytes()
        with pytest.raises(ValueError, match=f"'{name}' cannot be read as the checkpoint .*{reason}"):
            sg.embed_graph(KARATE, checkpoint=name, max_iter=3)
        assert Path(name).read_bytes() == before


def test_leftovers_of_killed_processes_are_removed():
    leftover, others = Path(f".run.npz.{'0a' * 16}.part"), Path(".run.npz.mine.part")
    leftover.write_bytes(b"half")
    others.write_bytes(b"not ours")
    sg.embed_graph(KARATE, checkpoint="run.npz", max_iter=3)
    assert not leftover.exists()
    assert others.exists()


def test_another_process_that_begins_takes_nothing_away(monkeypatch):
    """It removes what it takes for leftovers while this one is about to move its file to its place."""
    sweeps = iter([True, True, False, True, False])  # before the run, and at two of its writes
    swept = []

    def sweep(path):
        if next(sweeps, False):
            swept.append(path)
            remove_leftovers("run.npz")

    touch, fsync = Path.touch, os.fsync
    monkeypatch.setattr(Path, "touch", lambda path, **options: (touch(path, **options), sweep(path))[0])
    monkeypatch.setattr(os, "fsync", lambda number: (fsync(number), sweep("run.npz"))[0])
    with warnings.catch_warnings(action="error"):
        sg.embed_graph(KARATE, random_state=0, max_iter=100, checkpoint="run.npz")
    assert len(swept) == 3
    assert read_state("run.npz").n_iter == 100


@pytest.mark.slow
def test_a_few_kills_lose_at_most_an_interval(tmp_path):
    command = [
        sys.executable,
        isolated.TESTS / "kills.py",
        "--kills=4",
        "--iterations=1500",
        f"--folder={tmp_path}",
    ]
    paths = os.pathsep.join([str(Path(sg.__file__).parents[1]), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=isolated.HANGS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kills, at most" in done.stdout


def test_a_start_of_any_type_is_part_of_what_has_to_match():
    Y0 = np.random.default_rng(0).normal(size=(34, 2))
    for as_ in (np.asarray, pd.DataFrame, np.ndarray.tolist):
        sg.embed_graph(KARATE, init=as_(Y0), max_iter=3, checkpoint=f"{as_.__name__}.npz")
        with pytest.raises(ValueError, match="was made with init"):
            sg.embed_graph(KARATE, init=as_(Y0[::-1].copy()), max_iter=3, checkpoint=f"{as_.__name__}.npz")


def test_a_checkpoint_keeps_its_seed():
    options = {"max_iter": 20, "checkpoint": "run.npz"}
    first = sg.embed_graph(KARATE, random_state=0, **options)
    for seed in (None, 0):
        np.testing.assert_array_equal(sg.embed_graph(KARATE, random_state=seed, **options), first)
    with pytest.raises(ValueError, match="made with random_state=0, but this run has 1"):
        sg.embed_graph(KARATE, random_state=1, **options)


def test_a_state_does_not_write_over_a_file_of_something_else():
    fitted = sg.SGtSNEpi(random_state=0, max_iter=9, warm_start=True).fit(KARATE)
    sg.write_embedding("mine.npz", fitted.embedding_)
    sg.embed_graph(nx.path_graph(9), max_iter=9, checkpoint="other.npz")
    for name, message in (("mine.npz", "no checkpoint"), ("other.npz", "another graph")):
        before = Path(name).read_bytes()
        with pytest.raises(ValueError, match=f"{name}.*{message}"):
            sg.embed_graph(KARATE, random_state=0, max_iter=9, state=fitted.state_, checkpoint=name)
        assert Path(name).read_bytes() == before
    sg.embed_graph(KARATE, random_state=0, max_iter=9, state=fitted.state_, checkpoint="new.npz")
    sg.embed_graph(KARATE, random_state=0, max_iter=9, state=fitted.state_, checkpoint="new.npz")


def test_a_checkpoint_that_cannot_be_written(monkeypatch):
    """Told before the run; a disk that is full later costs the checkpoint, not the run."""
    whole = sg.embed_graph(KARATE, random_state=0, max_iter=60)

    def fail(*_, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "touch", fail)
        with pytest.raises(ValueError, match=r"checkpoint='run.npz' cannot be written: .*No space left"):
            sg.embed_graph(KARATE, checkpoint="run.npz", max_iter=3)
    monkeypatch.setattr(sggraph.method.checkpoint, "write_state", fail)
    with pytest.warns(RuntimeWarning, match=r"checkpoint='run.npz' cannot be written, the run goes on without"):
        Y = sg.embed_graph(KARATE, random_state=0, max_iter=60, checkpoint="run.npz")
    np.testing.assert_array_equal(Y, whole)
