"""Several ranks give the bits of one process, and what goes wrong on one of them ends all."""

import networkx as nx
import numpy as np
import pytest
import rank_threads
from scipy.spatial import cKDTree

from sggraph import estimate_cost, sgtsne_layout
from sggraph.core import rows
from sggraph.core.descent import EmbeddingDivergedError, Phase
from sggraph.core.engine import blocks
from sggraph.core.engine.blocks import Workers
from sggraph.core.engine.shares import Shares
from sggraph.core.forces import Forces
from sggraph.core.motion import ARRAYS
from sggraph.core.repulsion import convolution, planning, repulsive
from sggraph.core.repulsion.convolution import has_coarse
from sggraph.core.repulsion.planning import Plan, grid_shape, split_radius
from sggraph.datasets import make_block_model, make_torus
from sggraph.graph.adjacency import as_graph
from sggraph.method.pipeline import embed
from sggraph.method.schedule import Schedule
from sggraph.method.settings import Settings
from sggraph.runtime.interrupts import Interrupts

pytestmark = pytest.mark.jit  # ranks are threads: none can be left in their midst
SIZES = [(2, 1), (3, 2), (4, 1)]  # ranks, threads


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks so small that a graph of a thousand nodes has several for each rank."""
    monkeypatch.setattr(blocks, "BLOCK", 50)
    monkeypatch.setattr(blocks, "MIN_BLOCK", 10)
    monkeypatch.setattr(rows, "EDGES", 200)
    monkeypatch.setattr(convolution, "CELLS", 100)
    for module in (planning, repulsive):
        monkeypatch.setattr(module, "CROWDED", (30, 60, 90))


def clumps(d=2, n=900):
    """Crowds in a void, of which a plan has finer levels."""
    rng = np.random.default_rng(0)
    places = [rng.normal(size=(n, d)) * 10.0**k + 3000 * k for k in (-2, 0, 2)]
    return np.concatenate(places).astype(np.float32)


def nearest(Y):
    """Each point joined to three near it."""
    _, near = cKDTree(Y).query(Y, 4)
    i, j = np.repeat(np.arange(len(Y)), 4), near.ravel()
    return i[i != j], j[i != j]


MESH, MODEL, CLUMPS = make_torus(30, 40).adjacency, make_block_model(1500, 30).adjacency, clumps()
PARTS = nx.disjoint_union_all([nx.grid_2d_graph(25, 30), nx.grid_2d_graph(20, 20), nx.path_graph(7), nx.path_graph(1)])
STEPS = Schedule((Phase(10, 1.0, 100.0, 0.8), Phase(10, 2.0, 100.0, 0.8, stress=1.0)), 1.0)
CASES = {
    "1-D": (MESH, {"d": 1}),
    "2-D": (MESH, {"d": 2}),
    "3-D": (MESH, {"d": 3}),
    "as published": (MODEL, {"alpha": 12, "early_exag": 20}),
    "all pairs": (MODEL, {"exact": True}),
    "plain grid": (MESH, {"h": 0.5}),
    "components": (PARTS, {}),
    "leaves apart": (nx.barabasi_albert_graph(1500, 1, seed=0), {"drop_leaf": True}),
    "some held": (MESH, {"fixed": {0: (0, 0), 1100: (9, 9)}}),
    "clumps in a void": (nearest(CLUMPS), {"init": CLUMPS, "components": "together", "schedule": STEPS}),
}


def embedded(graph, options, size, n_jobs=1, **others):
    """The Embedding on each of so many ranks, or what it raised."""
    settings = Settings(**{"random_state": 0, "max_iter": 60, "n_jobs": n_jobs} | options)
    return rank_threads.run(size, lambda ranks: embed(as_graph(graph), settings, ranks=ranks, **others))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("size", "n_jobs"), SIZES)
def test_any_number_of_ranks_gives_the_same_bits(name, size, n_jobs):
    graph, options = CASES[name]
    (alone,) = embedded(graph, options, 1)
    for found in embedded(graph, options, size, n_jobs):
        np.testing.assert_array_equal(found.coordinates, alone.coordinates)
        assert found.kl_divergence == alone.kl_divergence


@pytest.mark.filterwarnings("ignore:the embedding")
def test_a_run_that_diverges_and_mends_has_the_same_bits():
    options = {"eta": 1e6, "max_iter": 120}
    with pytest.warns(RuntimeWarning, match="diverged at iteration"):
        (alone,) = embedded(MESH, options, 1)
    for found in embedded(MESH, options, 3):
        np.testing.assert_array_equal(found.coordinates, alone.coordinates)


def lattice(d, n, h):
    return np.stack(np.meshgrid(*[np.arange(n) * h] * d), -1).reshape(-1, d).astype(np.float32)


PICTURES = {
    "tiny": lattice(2, 30, 1e-3),
    "line": lattice(1, 1000, 1.0),
    "wide": lattice(2, 40, 2.0),
    "two grids": lattice(3, 14, 8.0),
    "clumps on a line": 100 * clumps(1),
    "clumps": clumps(2),
    "clumps in space": clumps(3, 2000),
    "a few": lattice(2, 2, 1.0),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize(("size", "n_jobs"), SIZES)
def test_the_repulsion_has_the_same_bits(name, size, n_jobs):
    Y = PICTURES[name]

    def repelled(comm, n_jobs):
        with Workers(n_jobs, comm) as workers:
            repulsion, F = repulsive.Repulsion(*Y.shape, workers, exact=False), np.empty_like(Y)
            if name == "two grids":
                repulsion.plans = [(Plan(2.4, split_radius(2.4, 3), grid_shape(np.ptp(Y, axis=0), 2.4)), 0)]
            Z, shifts = repulsion(Y, F)
            Shares.of(workers, len(Y)).gather(F)
            return Z, shifts, F, [plan for plan, _ in repulsion.plans]

    (alone,) = rank_threads.each(1, lambda comm: repelled(comm, 1))
    for found in rank_threads.each(size, lambda comm: repelled(comm, n_jobs)):
        assert found[0] == alone[0]
        np.testing.assert_array_equal(found[1], alone[1])
        np.testing.assert_array_equal(found[2], alone[2])
    assert (len(alone[3]) > 1) == ("clumps" in name)
    assert has_coarse(alone[3][0].shape) == (name == "two grids")


def test_shares_are_whole_blocks_of_about_the_same_weight():
    weight = np.concatenate([[0], np.cumsum(np.r_[np.full(500, 9), np.full(1500, 1)])])
    at_bounds = weight[blocks.node_bounds(2000)]
    for size in (1, 2, 3, 7, 100):
        found = rank_threads.each(size, lambda comm: Shares.of(Workers(1, comm), 2000, at_bounds))
        cuts = found[0].cuts
        assert all(share.cuts == cuts for share in found)
        assert (cuts[0], cuts[-1], len(cuts)) == (0, 2000, size + 1)
        assert set(cuts) <= set(blocks.node_bounds(2000))
        if size < 8:
            assert np.diff(weight[cuts]).max() < 6000 / size + 9 * 63


def stop_at(iteration):
    def callback(now, *_):
        if now == iteration:
            raise KeyboardInterrupt

    return {"callback": callback, "callback_every": 1}


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 2), (2, 1)])
def test_a_run_goes_on_with_another_number_of_ranks(before, after, tmp_path):
    (alone,) = embedded(MESH, {}, 1)
    options = {"checkpoint": tmp_path / "run.npz", "checkpoint_every": 7}
    for error in embedded(MESH, options | stop_at(40), before):
        assert isinstance(error, KeyboardInterrupt)
    for found in embedded(MESH, options, after):
        np.testing.assert_array_equal(found.coordinates, alone.coordinates)


def test_what_rank_0_saves_is_whole_in_the_midst(tmp_path):
    (alone,) = embedded(MESH, {}, 1)

    def stop(iteration, *_):
        if iteration == 40:
            raise RuntimeError("the power fails")

    options = {"checkpoint": tmp_path / "run.npz", "checkpoint_every": 7}
    errors = embedded(MESH, options | {"callback": stop, "callback_every": 1}, 3)
    assert [str(error) for error in errors] == ["the power fails"] * 3
    (found,) = embedded(MESH, options, 1)
    np.testing.assert_array_equal(found.coordinates, alone.coordinates)


@pytest.mark.parametrize("graph", [MESH, PARTS], ids=["one run", "several"])
def test_a_state_that_is_kept_is_that_of_one_process(graph):
    (alone,) = embedded(graph, {}, 1, keep_state=True)
    first, *_ = embedded(graph, {}, 3, keep_state=True)
    assert len(first.state.runs) == len(alone.state.runs)
    for mine, other in zip(first.state.runs, alone.state.runs, strict=True):
        for name in (*ARRAYS, "order"):
            np.testing.assert_array_equal(getattr(mine.motion, name), getattr(other.motion, name))


def test_a_second_component_that_is_interrupted_goes_on(monkeypatch):
    (alone,) = embedded(PARTS, {}, 1)
    n_checks = iter(range(1000))

    def check(self):
        if next(n_checks) == 80:  # of 60 iterations each
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Interrupts, "check", check)
        first, *_ = embedded(PARTS, {}, 3)
    assert [run.n_iter // 60 for run in first.state.runs] == [1, 0]
    assert first.state.runs[1].n_iter > 0
    (other,) = embedded(PARTS, {}, 1, keep_state=True)
    np.testing.assert_array_equal(first.state.runs[0].motion.velocity, other.state.runs[0].motion.velocity)
    (found,) = embedded(PARTS, {}, 1, state=first.state)
    np.testing.assert_array_equal(found.coordinates, alone.coordinates)


def test_nothing_is_written_for_nodes_of_other_ranks(monkeypatch):
    plain, looked_at = Forces._attract, []

    def attract(self, motion, *arguments):
        plain(self, motion, *arguments)
        shares, n = self._shares, len(motion.order)
        others = np.ones(n, bool)
        others[shares.own] = False
        for array in (motion.velocity, motion.gain, motion.pull, self._attr):
            assert not array[others].any()
        others = np.ones(n + 1, bool)
        others[shares.first : shares.stop + 1] = False
        assert not self.P.indptr[others].any()
        assert motion.order.dtype == np.int32
        looked_at.append(shares.comm.rank)

    monkeypatch.setattr(Forces, "_attract", attract)
    for found in embedded(MESH, {}, 3):
        assert found.n_iter == 60
    assert looked_at.count(0) == looked_at.count(2) == 60


@pytest.mark.filterwarnings("ignore:the embedding")
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (ValueError, {"init": np.zeros((3, 2))}),
        (MemoryError, {"h": 0.01, "max_memory": "8MB"}),  # in the midst of what is shared
        (EmbeddingDivergedError, {"schedule": Schedule((Phase(60, 1e30, 1e30, 0.8),), 1.0)}),
    ],
)
def test_all_ranks_raise_what_rank_0_raises(kind, options):
    errors = embedded(MESH, options, 3)
    assert [type(error) for error in errors] == [kind] * 3
    assert len({str(error) for error in errors}) == 1


def test_what_knows_no_ranks_says_so():
    with pytest.raises(TypeError, match="comm: call embed_graph"):
        sgtsne_layout(nx.path_graph(3), comm=None)
    with pytest.raises(TypeError, match="comm: leave it out"):
        estimate_cost(nx.path_graph(3), comm=None)


def test_ranks_that_have_the_same_cores_share_them():
    comm = rank_threads.RankThread(0, 4, None)
    comm.neighbors = 10**6
    assert Workers(None, comm).n_jobs == 1
    assert Workers(3, comm).n_jobs == 3


def test_a_callback_sees_the_picture_of_one_process():
    seen = {}

    def look(size):
        def callback(iteration, Y, kl_divergence, gradient_norm):
            seen.setdefault(size, []).append((iteration, Y.copy(), kl_divergence, gradient_norm))

        return {"callback": callback, "callback_every": 7}

    for size in (1, 3):
        embedded(MESH, look(size), size)
    assert [row[0] for row in seen[1]] == [*range(7, 60, 7), 60]
    for alone, found in zip(seen[1], seen[3], strict=True):
        np.testing.assert_array_equal(found[1], alone[1])
        assert found[2:] == alone[2:]
