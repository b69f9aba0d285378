"""embed_graph on a graphics card. Kernels and forces have their tests in tests/core/cuda, which run there as well.

All is skipped where there is no card.
"""

import gc

import networkx as nx
import numpy as np
import on_card
import pytest

import sggraph
from sggraph import SGtSNEpi, embed_graph
from sggraph.core.cuda.affinity import CardP, _joined, _rescale
from sggraph.core.cuda.card import Card
from sggraph.core.cuda.paths import Pattern, paths_to
from sggraph.core.cuda.rows import CardRows
from sggraph.core.cuda.source import NOW, SIZE

pytestmark = [pytest.mark.cuda, pytest.mark.skipif(on_card.REASON is not None, reason=str(on_card.REASON))]
KARATE = nx.karate_club_graph()


def lattice(side):
    return sggraph.datasets.make_grid((side, side)).adjacency


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_picture_is_as_good_as_the_processors(d):
    counties = sggraph.datasets.load_us_counties().adjacency
    ours, theirs = (SGtSNEpi(d=d, device=device, random_state=0).fit(counties) for device in ("cuda", "cpu"))
    assert ours.kl_divergence_ == pytest.approx(theirs.kl_divergence_, abs=0.03)
    scores = [sggraph.neighbor_recall(counties, each.embedding_) for each in (ours, theirs)]
    assert scores[0] == pytest.approx(scores[1], abs=0.03)


@pytest.mark.parametrize(
    "options",
    [
        {"d": 3, "balance": 0.0},
        {"balance": 1.0},
        {"alpha": 12.0, "max_iter": 300},
        {"h": 0.5},
        {"exact": True},
        {"exact": False},
        {"init": "random"},
        {"drop_leaf": True},
        {"components": "together"},
        {"components": "largest"},
        {"fixed": {0: (0.0, 0.0), 5: (3.0, 1.0)}},
        {"max_memory": "4GB"},
    ],
    ids=str,
)
def test_options(options):
    G = nx.disjoint_union(nx.random_geometric_graph(1300, 0.06, seed=1), nx.path_graph(5))
    Y = embed_graph(G, device="cuda", random_state=0, **options)
    np.testing.assert_array_equal(Y, embed_graph(G, device="cuda", random_state=0, **options))
    assert np.isfinite(Y).all() or options.get("components") == "largest"


@pytest.mark.parametrize("d", [2, 3])
def test_the_same_bits_twice(d):
    G = lattice(250)  # is reordered, and has near pairs
    one, other = (embed_graph(G, d, device="cuda", random_state=0, max_iter=120) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def stop(iteration, Y, kl, norm):
    if iteration == 60:
        raise KeyboardInterrupt


@pytest.mark.parametrize("second", ["cuda", "cpu"])
def test_a_checkpoint_goes_on(second, tmp_path):
    G, given = lattice(60), {"random_state": 0, "max_iter": 120}
    file = tmp_path / "run.npz"
    with pytest.raises(sggraph.EmbeddingInterrupted):
        embed_graph(G, device="cuda", checkpoint=file, callback=stop, callback_every=20, **given)
    Y = embed_graph(G, device=second, checkpoint=file, **given)
    whole = embed_graph(G, device="cuda", **given)
    if second == "cuda":
        np.testing.assert_array_equal(Y, whole)
    else:
        recall = [sggraph.neighbor_recall(G, each) for each in (Y, whole)]
        assert recall[0] == pytest.approx(recall[1], abs=0.03)


def test_memory_is_given_back():
    import cupy

    def free():
        gc.collect()
        return cupy.cuda.runtime.memGetInfo()[0]

    embed_graph(lattice(100), device="cuda", max_iter=20, random_state=0)  # what stays: the context, cuFFT
    X = np.random.default_rng(0).standard_normal((20_000, 300))
    sggraph.point_cloud_to_graph(X, device="cuda")  # cuBLAS
    before = free()
    for _ in range(3):
        embed_graph(lattice(400), device="cuda", max_iter=20, random_state=0)
        sggraph.point_cloud_to_graph(X, device="cuda")
    assert before - free() < 100e6


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_neighbours_of_samples_are_those_of_the_processor(metric):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((9_000, 60)) + 4 * rng.integers(0, 3, (9_000, 1))
    X[::3] = np.round(X[::3])
    ours, theirs = (sggraph.point_cloud_to_graph(X, metric=metric, device=device) for device in ("cuda", "cpu"))
    assert (ours != theirs).nnz == 0
    fitted = SGtSNEpi(metric=metric, device="cuda", max_iter=5, random_state=0).fit(X)
    assert (fitted.graph_.adjacency != theirs).nnz == 0


def test_little_memory_is_told_of():
    X = np.random.default_rng(0).standard_normal((9_000, 600))
    with pytest.raises(MemoryError, match="give fewer features"):
        SGtSNEpi(device="cuda", max_memory="9MB").fit(X)
    with pytest.raises(MemoryError, match="leave device out"):
        embed_graph(lattice(400), device="cuda", max_memory="90MB", random_state=0)


def test_more_entries_than_32_bits_can_number():
    card = Card(0, 2)
    n, each = 2**20, 2**11 + 5  # rows are cut into chunks, and the last begins beyond 2^31 entries
    m = n * each
    if card.free_memory() < 20 * m:
        pytest.skip(f"no {20 * m / 1e9:.0f} GB of memory are free on the card")
    with card.at_work():
        xp, rows = card.xp, CardRows.__new__(CardRows)
        rows.card, rows.n = card, n
        rows.indices, rows.data = xp.empty(m, np.uint32), xp.full(m, 1e-6, np.float32)
        step = 2**16
        for first in range(0, n, step):
            i = xp.arange(first, first + step)[:, None]
            rows.indices[first * each : (first + step) * each] = ((i + 7 * xp.arange(each)) % n).ravel()
        rows._begin_at(xp.arange(n + 1) * each)
        assert each > SIZE.CHUNK
        assert m > 2**31
        Y = xp.random.default_rng(0).standard_normal((n, 2)).astype(np.float32)
        F, now = xp.empty((n, 2), np.float32), xp.zeros(NOW.NOW)
        rows.attract(Y, 0, now, F)
        Y, F = xp.asnumpy(Y).astype(np.float64), xp.asnumpy(F)
    for i in (0, 12_345, n - 1):
        r = Y[i] - Y[(i + 7 * np.arange(each)) % n]
        expected = (1e-6 / (1 + (r**2).sum(axis=1)))[:, None] * r
        np.testing.assert_allclose(F[i], expected.sum(axis=0), rtol=1e-4, atol=1e-8)


def test_a_graph_of_more_entries_than_32_bits_can_number():
    """A ring, each node joined to the next and the last so many, in weights by their distance."""
    card = Card(0, 2)
    n, half = 2**20, 2**10 + 3
    m = 2 * half * n
    if card.free_memory() < 20 * m:
        pytest.skip(f"no {20 * m / 1e9:.0f} GB of memory are free on the card")
    check_ring(card, n, half, step=2**15)


def check_ring(card, n, half, step):
    m, ways = 2 * half * n, np.concatenate([np.arange(-half, 0), np.arange(1, half + 1)])
    with card.at_work():
        xp = card.xp
        indices, p = xp.empty(m, np.uint32), xp.empty(m, np.float64)
        for first in range(0, n, step):
            i = xp.arange(first, min(first + step, n))[:, None]
            j = xp.sort((i + xp.asarray(ways)) % n, axis=1)
            some = slice(2 * half * first, 2 * half * (first + len(i)))
            away = (j - i) % n
            indices[some], p[some] = j.ravel(), (1 + xp.minimum(away, n - away) % 7).ravel()
        starts = 2 * half * np.arange(n + 1)
        pattern = Pattern(starts, xp.asarray(starts), indices)
        _rescale(card, pattern, 0.0, 1.0, p)
        P = CardP(card, pattern, _joined(card, pattern, pattern, p))
        del p
        source = n - 3
        lengths = paths_to(card, pattern, [source], 32_000).every(1)[:, 0]
        rows = [(i, P.data[starts[i] : starts[i + 1]], indices[starts[i] : starts[i + 1]]) for i in (0, n // 2, n - 1)]
        assert P.handed_over()[1] < 0
        assert m > 2**31 or n < 2**20
        total = (1 + np.abs(ways) % 7).sum()
        for i, data, columns in rows:
            found, j = np.empty(2 * half, np.float32), np.empty(2 * half, np.uint32)
            card.to_host(data, found)
            card.to_host(columns, j)
            away = (j.astype(np.int64) - i) % n
            np.testing.assert_allclose(found, (1 + np.minimum(away, n - away) % 7) / (n * total), rtol=1e-6)
    away = (np.arange(n) - source) % n
    np.testing.assert_array_equal(lengths, -(-np.minimum(away, n - away) // half))
