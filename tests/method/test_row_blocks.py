"""A graph of which each rank has some rows has the picture that it has as a whole, to the same bits."""

import networkx as nx
import numpy as np
import pytest
import rank_threads
from scipy.sparse import csr_array, eye_array

import sggraph as sg
from sggraph.core import rows
from sggraph.core.engine import blocks
from sggraph.core.shared import neighbors
from sggraph.core.shared.matrix import SharedMatrix
from sggraph.core.shared.paths import SharedPaths
from sggraph.datasets import make_block_model, make_torus
from sggraph.graph import shared
from sggraph.graph.arcs import GraphWarning
from sggraph.graph.fingerprint import graph_hash
from sggraph.method.pipeline import embed
from sggraph.method.ranks import follow, lead
from sggraph.method.settings import Settings
from sggraph.method.sharing import graph_of_block
from sggraph.method.start import n_pivots

pytestmark = pytest.mark.jit  # ranks are threads: none can be left in their midst
SIZES = [(1, 2), (2, 1), (3, 2), (4, 1)]  # ranks, threads


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks so small that a graph of a thousand nodes has several for each rank, and rounds so small that it has
    several of these.
    """
    monkeypatch.setattr(blocks, "BLOCK", 50)
    monkeypatch.setattr(blocks, "MIN_BLOCK", 10)
    monkeypatch.setattr(rows, "EDGES", 200)
    monkeypatch.setattr(neighbors, "ROUND", 2000)
    monkeypatch.setattr(shared, "ROUND", 700)


def of_graph(G, shuffled=False):
    A = csr_array(nx.to_scipy_sparse_array(G, weight=None, dtype=float))
    if shuffled:
        order = np.random.default_rng(0).permutation(A.shape[0])
        A = csr_array(A[order][:, order])
    return A


def partly(A, share):
    """A start in which a share of the nodes has places."""
    rng = np.random.default_rng(0)
    return np.where(rng.random((A.shape[0], 1)) < share, rng.random((A.shape[0], 2)), np.nan)


RNG = np.random.default_rng(1)
MESH, MODEL = make_torus(30, 40).adjacency, make_block_model(1500, 30).adjacency
SEVERAL = nx.grid_2d_graph(25, 30), nx.path_graph(1), nx.grid_2d_graph(20, 20), nx.path_graph(7), nx.star_graph(5)
PARTS = of_graph(nx.disjoint_union_all(SEVERAL), shuffled=True)
ARCS = of_graph(nx.gnp_random_graph(800, 0.01, seed=0, directed=True))
TREE = of_graph(nx.barabasi_albert_graph(900, 1, seed=0))
TWIGS = of_graph(nx.barabasi_albert_graph(600, 1, seed=0).to_directed())
TWIGS.data[RNG.random(TWIGS.nnz) < 0.3] = 0  # arcs one way
TWIGS.eliminate_zeros()
HEAVY = ARCS.copy()
HEAVY.data = RNG.random(ARCS.nnz) + 0.1
CASES = {
    "2-D": (MESH, {}),
    "1-D, random": (MODEL, {"d": 1, "init": "random"}),
    "3-D, pivot MDS": (MESH, {"d": 3, "init": "pmds"}),
    "spectral": (MESH, {"init": "spectral"}),
    "as published": (MODEL, {"alpha": 12, "early_exag": 10}),
    "given": (PARTS, {"init": RNG.random((PARTS.shape[0], 2))}),
    "components": (PARTS, {}),
    "together": (PARTS, {"components": "together"}),
    "largest": (PARTS, {"components": "largest"}),
    "arcs": (ARCS, {}),
    "arcs out": (ARCS, {"direction": "out"}),
    "weights in": (HEAVY, {"direction": "in"}),
    "weights": (HEAVY, {}),
    "local weights": (HEAVY, {"local_weights": True, "direction": "out"}),
    "plain weights": (HEAVY, {"lambda_": None}),
    "samples": (sg.point_cloud_to_graph(RNG.random((600, 4)), 8), {}),
    "points": (csr_array((4, 4)), {}),
    "leaves apart": (TREE, {"drop_leaf": True}),
    "leaves of parts": (PARTS, {"drop_leaf": True, "d": 3}),
    "leaves of the largest": (PARTS, {"drop_leaf": True, "components": "largest"}),
    "leaves of arcs": (TWIGS, {"drop_leaf": True, "direction": "out"}),
    "some places": (HEAVY, {"init": partly(HEAVY, 0.1), "direction": "in"}),
    "one place": (PARTS, {"init": {3: (0.0, 1.0)}}),
    "places and leaves": (TREE, {"init": partly(TREE, 0.3), "drop_leaf": True}),
    "some held": (PARTS, {"fixed": {0: (0, 0), 700: (9, 9)}}),
    "a coordinate held": (TWIGS, {"fixed": np.column_stack([np.arange(600.0), np.full(600, np.nan)])}),
    "held, leaves apart": (TREE, {"fixed": {3: (0, 1), 11: (7, 2)}, "drop_leaf": True}),
    "held, leaves of arcs apart": (TWIGS, {"fixed": {3: (0, 1)}, "drop_leaf": True, "direction": "out"}),
}


def block_of(A, comm):
    """The RowBlock of a rank: some have many rows, some hardly any."""
    n, size = A.shape[0], comm.size
    cuts = [0, *sorted(np.random.default_rng(size).integers(0, n, size - 1).tolist()), n]
    first, stop = cuts[comm.rank], cuts[comm.rank + 1]
    return sg.RowBlock(csr_array(A)[first:stop], first)


def by_ranks(block, work, size):
    """What ``work(team, own block)`` of rank 0 gives all ranks, or raises."""

    def be(comm):
        own = block(comm)
        if comm.size == 1:
            return work(comm, own)
        return follow(comm, own) if comm.rank else lead(comm, lambda team: work(team, own), own)

    return rank_threads.each(size, be)


def laid_out(A, size, n_jobs=1, direction="auto", **options):
    def work(team, own):
        settings = Settings.of({"random_state": 0, "max_iter": 30, "n_jobs": n_jobs} | options)
        graph = graph_of_block(own, team, weight="weight", direction=direction, n_jobs=n_jobs)
        return described(embed(graph, settings, ranks=team))

    return by_ranks(lambda comm: block_of(A, comm), work, size)


def described(result):
    """What must be the same."""
    graph = result.graph
    said = graph.directed, graph.weighted, graph.calibrated, graph_hash(graph), graph.adjacency.nnz
    return result.coordinates, result.components, (result.kl_divergence, result.n_iter, result.n_clamped, *said)


@pytest.mark.parametrize("name", CASES)
def test_rows_of_ranks_give_the_bits_of_the_whole(name):
    A, options = CASES[name]
    direction = options.get("direction", "auto")
    settings = Settings.of({"random_state": 0, "max_iter": 30} | options)
    alone = described(embed(sg.as_graph(A, direction=direction), settings))
    for size, n_jobs in SIZES:
        for found in laid_out(A, size, n_jobs, **options):
            for mine, expected in zip(found, alone, strict=True):
                np.testing.assert_array_equal(mine, expected)


@pytest.mark.parametrize("size", [2, 4])
def test_each_rank_has_its_share_alone(size, monkeypatch):
    """Of the entries of the adjacency, of P, of the path lengths, and of what it is sent at once."""
    kept, received = {}, []
    for kind, rows_of in ((SharedMatrix, lambda made: made.rows.nnz), (SharedPaths, lambda made: made.own.size)):
        plain = kind.__init__

        def init(self, shares, *arguments, plain=plain, rows_of=rows_of, **options):
            plain(self, shares, *arguments, **options)
            kept.setdefault(type(self).__name__, set()).add(rows_of(self))

        monkeypatch.setattr(kind, "__init__", init)
    exchange = rank_threads.RankThread.exchange

    def seen(self, parts):
        found = exchange(self, parts)
        received.append(sum(part.nbytes for part in found))
        return found

    monkeypatch.setattr(rank_threads.RankThread, "exchange", seen)
    graph = make_block_model(6000, 120).adjacency
    laid_out(graph, size, max_iter=0)
    whole = {"SharedGraph": graph.nnz, "SharedP": graph.nnz, "SharedPaths": graph.shape[0] * n_pivots(graph.shape[0])}
    assert set(whole) <= set(kept)
    for name, number in whole.items():
        assert max(kept[name]) < 1.2 * number / size, name
    assert max(received) < 1.2 * max(8 * graph.nnz, 2 * whole["SharedPaths"]) / size


def test_one_process_may_have_all_rows():
    Y = sg.embed_graph(sg.RowBlock(MESH), max_iter=30, random_state=0)
    np.testing.assert_array_equal(Y, sg.embed_graph(MESH, max_iter=30, random_state=0))


@pytest.mark.parametrize("size", [1, 3])
def test_loops_and_duplicates_are_told_once(size):
    A = csr_array(MESH + 2.0 * eye_array(MESH.shape[0]))
    with pytest.warns(GraphWarning, match="dropped 1200 self-loops") as told:
        found = laid_out(A, size)
    assert len(told) == 1
    assert found[0][-1][3:] == described(embed(sg.as_graph(MESH), Settings(random_state=0, max_iter=2)))[-1][3:]


def stop_at(iteration):
    def callback(now, *_):
        if now == iteration:
            raise RuntimeError("the power fails")

    return {"callback": callback, "callback_every": 1}


def test_a_checkpoint_goes_on_whether_the_graph_is_whole_or_not(tmp_path):
    options = {"checkpoint": tmp_path / "run.npz", "checkpoint_every": 7, "random_state": 0, "max_iter": 40}
    alone = sg.embed_graph(MESH, max_iter=40, random_state=0)
    for error in laid_out(MESH, 3, **options, **stop_at(20)):
        assert str(error) == "the power fails"
    with pytest.raises(RuntimeError, match="the power"):
        sg.embed_graph(MESH, **options, **stop_at(30))
    for found in laid_out(MESH, 2, **options):
        np.testing.assert_array_equal(found[0], alone)


def wrong_weight(comm):
    A = csr_array(MODEL.copy())
    A.data[-5] = -1
    return block_of(A, comm)


def gap(comm):
    block = block_of(MESH, comm)
    return sg.RowBlock(block.rows, block.first + comm.rank)


WRONG = {
    "a weight": (wrong_weight, {}, r"1 weights that are negative.*\(the first: -1, from node"),
    "a gap": (gap, {}, r"of rank 1 begins at row \d+ where \d+ is next: give each rank"),
    "too few": (lambda comm: sg.RowBlock(MESH[:10], 10 * comm.rank), {}, "30 rows and 1200 columns: give each row"),
    "other columns": (
        lambda comm: sg.RowBlock(csr_array((1, 3 + comm.rank)), comm.rank),
        {},
        "3 columns on rank 0 and 4",
    ),
    "no nodes": (lambda comm: sg.RowBlock(csr_array((0, 0))), {}, "graph has no nodes"),
    "not all": (lambda comm: None if comm.rank == 1 else block_of(MESH, comm), {}, "a NoneType on others"),
    "dense": (lambda comm: sg.RowBlock(np.eye(3)), {}, "of type ndarray: give a sparse array"),
    "a name": (lambda comm: sg.RowBlock(MESH, "a"), {}, "first='a': give the number"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_on_all_ranks(name):
    block, options, text = WRONG[name]

    def work(team, own):
        graph = graph_of_block(own, team, weight="weight", direction="auto", n_jobs=1)
        return embed(graph, Settings.of({"max_iter": 2} | options), ranks=team)

    errors = by_ranks(block, work, 3)
    assert {type(error) for error in errors} <= {ValueError, TypeError}
    for error in errors:
        with pytest.raises((ValueError, TypeError), match=text):
            raise error


@pytest.mark.parametrize("take", [sg.as_graph, sg.SGtSNEpi().fit, sg.sgtsne_layout, sg.estimate_cost])
def test_what_takes_whole_graphs_alone_says_so(take):
    with pytest.raises(TypeError, match="graph is a RowBlock, some rows of a graph: give it to embed_graph"):
        take(sg.RowBlock(MESH))


def distances(n, nearest=None):
    """Distances of samples, of all or to the nearest."""
    from scipy.spatial.distance import cdist

    X = np.random.default_rng(0).random((n, 3))
    D = cdist(X, X)
    if nearest:
        D[np.arange(n)[:, None], np.argsort(D, axis=1)[:, nearest + 1 :]] = 0
    return csr_array(D)


@pytest.mark.parametrize("A", [distances(150), distances(300, 8)], ids=["all", "nearest"])
def test_distances_are_refused(A):
    with pytest.raises(ValueError, match="distances by all appearances"):
        sg.as_graph(A)
    for error in laid_out(A, 3):
        with pytest.raises(ValueError, match="distances by all appearances"):
            raise error
