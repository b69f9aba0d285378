"""Embedding from threads, forked, spawned and pooled processes: nothing aborts, nothing waits for ever, no bit changes.

Each case runs in an interpreter of its own (workload.py) with a time limit.
"""

import os
import signal
import sys
from types import SimpleNamespace

import isolated
import numpy as np
import pytest
from threadpoolctl import threadpool_info

import sggraph
from sggraph.core.engine import blocks
from sggraph.features import neighbors
from sggraph.runtime import threads as limits

QUICK = {"threads": 9, "spawn": 3, "loky": 3, "fork": 6}  # and how many embeddings there are
MORE = {"daemon_thread": 4, "executor": 5 if hasattr(os, "fork") else 1, "joblib_threads": 5}
POSIX = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
LAYERS = ["workqueue", "omp", "tbb"]


def digests(mode, *what, **environment):
    """Those that differ; an embedding that is missing went wrong without a word."""
    n, *found = isolated.run(isolated.TESTS / "workload.py", mode, *what, **environment).split()
    assert int(n) == (QUICK | MORE)[mode]
    return found


@pytest.mark.parametrize(
    "mode",
    [
        *(pytest.param(mode, marks=POSIX if mode == "fork" else ()) for mode in QUICK),
        *(pytest.param(mode, marks=pytest.mark.slow) for mode in MORE),
    ],
)
def test_embeddings_from_anywhere(mode):
    assert len(digests(mode)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("mode", ["threads", pytest.param("fork", marks=POSIX), "spawn", "loky"])
def test_approximate_neighbors_from_anywhere(mode, layer):
    """pynndescent on each threading layer of Numba; a child that GNU OpenMP would end gets exact neighbours."""
    environment = {"NUMBA_THREADING_LAYER": layer, "NUMBA_NUM_THREADS": "2"}
    if layer == "tbb" and not has_tbb():
        pytest.skip("TBB is not installed")
    assert len(digests(mode, "cloud", **environment)) <= (2 if mode == "fork" else 1)


def has_tbb():
    return isolated.run("-c", TBB).strip() == "True"


TBB = """
try:
    import numba.np.ufunc.tbbpool
    print(True)
except ImportError:
    print(False)
"""


# The thread counts of others


def blas_threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_blas_runs_on_one_thread_and_gets_its_own_back():
    before = blas_threads()
    with limits.one_blas_thread():
        with limits.one_blas_thread():
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {1}
    assert blas_threads() == before


def test_callers_in_any_order_put_back_what_was():
    """The first to come is the first to go: a limit of each one's own would leave one thread for good."""
    before = blas_threads()
    first, second = limits.one_blas_thread(), limits.one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert set(blas_threads()) == {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before


@pytest.mark.parametrize("where", ["pivot_mds", "distances_to"])
def test_an_exception_in_the_start_leaves_no_limit(where, monkeypatch):
    def fail(*args, **options):
        raise MemoryError

    before, threads = blas_threads(), limits.threading.active_count()
    monkeypatch.setattr(f"sggraph.method.start.{where}", fail)
    with pytest.raises(MemoryError):
        sggraph.embed_graph(np.ones((40, 40)) - np.eye(40), n_jobs=3)
    assert blas_threads() == before
    assert limits.threading.active_count() == threads


def test_numba_gets_its_threads_back_after_an_exception(monkeypatch):
    import numba

    asked = []

    def fail(*args, n_jobs, **options):
        asked.append(n_jobs)
        numba.set_num_threads(1)
        raise MemoryError

    before = numba.get_num_threads()
    monkeypatch.setitem(sys.modules, "pynndescent", SimpleNamespace(NNDescent=fail))  # which compiles as it is imported
    with pytest.raises(MemoryError):
        sggraph.point_cloud_to_graph(np.random.default_rng(0).random((50, 3)), 5, method="approximate", n_jobs=1)
    assert numba.get_num_threads() == before
    assert asked == [1]


def test_an_interrupt_of_an_approximate_search_is_one(monkeypatch):
    """Numba makes a SystemError of what is raised within, which no `except KeyboardInterrupt` hears."""
    whole = []

    def search(*args, **options):
        signal.raise_signal(signal.SIGINT)
        whole.append(True)
        found = np.tile(np.arange(6), (50, 1))
        return SimpleNamespace(neighbor_graph=(found, found.astype(np.float32)))

    monkeypatch.setitem(sys.modules, "pynndescent", SimpleNamespace(NNDescent=search))
    with pytest.raises(KeyboardInterrupt):
        sggraph.point_cloud_to_graph(np.random.default_rng(0).random((50, 3)), 5, method="approximate")
    assert whole


def test_no_search_that_would_be_killed(monkeypatch):
    monkeypatch.setattr(neighbors, "is_numba_usable", lambda: False)
    X = np.random.default_rng(0).random((200, 3))
    with pytest.warns(RuntimeWarning, match="forked .* start processes by 'spawn'"):
        found = sggraph.point_cloud_to_graph(X, 5, method="approximate")
    assert (found != sggraph.point_cloud_to_graph(X, 5, method="exact")).nnz == 0


def test_which_processes_numba_would_kill(monkeypatch):
    import numba

    for layer, forked, usable in [("omp", True, False), ("omp", False, True), ("workqueue", True, True)]:
        monkeypatch.setattr(numba, "threading_layer", lambda layer=layer: layer)
        monkeypatch.setattr(limits, "is_forked", lambda forked=forked: forked)
        assert limits.is_numba_usable() is usable


def test_openmp_keeps_to_n_jobs_and_to_one_in_a_forked_child(monkeypatch):
    import sklearn.metrics  # noqa: F401  loads OpenMP

    def threads():
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "openmp"}

    before = threads()
    for forked, allowed in ((False, {2}), (True, {1})):
        monkeypatch.setattr(limits, "is_forked", lambda forked=forked: forked)
        with limits.openmp_threads(2):
            assert threads() == allowed
    assert threads() == before


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_no_more_threads_than_n_jobs(n_jobs, monkeypatch):
    """All of them are of one pool; the thread that calls works as well."""
    seen, started = [], []
    start, run = blocks.start_new_thread, blocks.Workers.run
    monkeypatch.setattr(blocks, "start_new_thread", lambda *what: (started.append(1), start(*what))[1])

    def watched(self, kernel, bounds, *args, blocks=None):
        seen.append(self.n_jobs)
        run(self, kernel, bounds, *args, blocks=blocks)

    monkeypatch.setattr(blocks.Workers, "run", watched)
    mesh = sggraph.datasets.make_torus(40, 40).adjacency
    schedule = sggraph.Schedule((sggraph.Phase(2, 1.0, 100.0, 0.8, stress=1.0),), length=10.0)
    sggraph.embed_graph(mesh, h=0.6, schedule=schedule, random_state=0, n_jobs=n_jobs)
    assert set(seen) <= {1, n_jobs}
    assert len(started) == n_jobs - 1


# Nothing of ours warns

CLEAN = """
import matplotlib; matplotlib.use("agg")
import networkx as nx, numpy as np, sggraph as sg
G = nx.karate_club_graph()
Y = sg.embed_graph(G, max_iter=20, random_state=0)
sg.plot_embedding(Y, graph=G, labels="louvain").figure.savefig({png!r})
sg.embed_graph(nx.disjoint_union(G, nx.star_graph(5)), max_iter=20)
sg.embed_graph(sg.datasets.make_torus(40, 40).adjacency, max_iter=5)
X = np.random.default_rng(0).random((300, 5))
estimator = sg.SGtSNEpi(max_iter=20, random_state=0).fit(X)
estimator.transform(X[:3])
sg.quality_card(G, Y)
print("done")
"""


@pytest.mark.jit
def test_a_clean_run_gives_no_warning(tmp_path):
    assert isolated.run("-W", "error", "-c", CLEAN.format(png=str(tmp_path / "a.png"))) == "done\n"


def test_the_library_is_the_one_under_test():
    where = isolated.run("-c", "import sggraph; print(sggraph.__file__)").strip()
    assert where == sggraph.__file__
