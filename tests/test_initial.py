"""initial.py: every start has the shape, the scale and the bits that it promises."""

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from scipy.spatial import procrustes

from sggraph.core.affinity import symmetric_pattern
from sggraph.core.blocks import Workers
from sggraph.datasets import load_dataset, load_us_counties
from sggraph.embed import embed_graph
from sggraph.initial import (
    OFFSET,
    ROOMY,
    check_init,
    even_length,
    is_compact,
    path_offset,
    pivot_distances,
    pivot_mds,
    shape_of,
    smoothed,
    stretched,
    unshaped,
)
from sggraph.metrics import neighbor_recall, shortest_path_correlation


@pytest.fixture
def workers():
    with Workers(2) as pool:
        yield pool


def pattern(G):
    return sparse.csr_array(nx.to_scipy_sparse_array(G, weight=None, dtype=np.float64))


def edge_lengths(Y, A):
    i, j = A.nonzero()
    return np.linalg.norm(Y[i].astype(float) - Y[j], axis=1)


def start(init, A, d, length, rng, workers):
    if init == "random" or A.nnz == 0:
        return unshaped(init, A, d, rng)
    Y = shape_of(init, A, d, rng, workers)
    return stretched(smoothed(Y, A, 0.9, workers) if init == "auto" else Y, length, rng)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 3, 17])
@pytest.mark.parametrize("init", ["auto", "stress", "pmds", "spectral", "random"])
def test_starts_are_finite_distinct_float32(init, n, d, workers):
    for G in (nx.path_graph(n), nx.empty_graph(n), nx.complete_graph(n), nx.star_graph(n - 1)):
        Y = start(init, pattern(G), d, 3.0, rng(), workers)
        assert Y.shape == (n, d)
        assert Y.dtype == np.float32
        assert np.isfinite(Y).all()
        assert len(np.unique(Y, axis=0)) == n


def test_random_is_a_ball_of_the_published_size():
    Y = unshaped("random", pattern(nx.cycle_graph(5000)), 2, rng())
    assert Y.std() == pytest.approx(1e-4, rel=0.05)


@pytest.mark.parametrize("length", [0.5, 3.0, 40.0])
def test_the_median_edge_has_the_wanted_length(length, workers):
    A = load_us_counties().graph
    Y = start("auto", A, 2, length, rng(), workers)
    assert np.median(edge_lengths(Y, A)) == pytest.approx(length, rel=0.02)


@pytest.mark.parametrize("init", ["stress", "pmds", "spectral"])
def test_a_path_comes_out_in_order(init, workers):
    Y = shape_of(init, pattern(nx.path_graph(30)), 1, rng(), workers)
    assert len(set(np.sign(np.diff(Y[:, 0])))) == 1
    if init != "spectral":  # a cosine: its ends are crowded
        np.testing.assert_allclose(np.abs(np.diff(Y[:, 0])), 1.0, atol=0.08)


@pytest.mark.parametrize("init", ["stress", "pmds", "spectral"])
def test_a_grid_comes_out_as_a_grid(init, workers):
    G = nx.convert_node_labels_to_integers(nx.grid_2d_graph(7, 7))
    Y = shape_of(init, pattern(G), 2, rng(), workers)
    hops = np.array(nx.floyd_warshall_numpy(G))
    upper = np.triu_indices(len(Y), 1)
    assert np.corrcoef(hops[upper], np.linalg.norm(Y[:, None] - Y[None], axis=2)[upper])[0, 1] > 0.9


@pytest.mark.parametrize("init", ["stress", "pmds", "spectral"])
def test_the_map_comes_back(init, workers):
    counties = load_us_counties()
    Y = shape_of(init, counties.graph, 2, rng(), workers)
    i, j = rng().integers(0, len(Y), (2, 4000))
    lengths = [np.linalg.norm(X[i] - X[j], axis=1) for X in (Y, counties.positions)]
    assert np.corrcoef(*lengths)[0, 1] > (0.7 if init == "spectral" else 0.85)


def test_stress_follows_path_lengths_better_than_pivot_mds(workers):
    G = nx.powerlaw_cluster_graph(600, 2, 0.5, seed=0)
    hops = np.array(nx.floyd_warshall_numpy(G))
    upper = np.triu_indices(600, 1)
    fit = {}
    for init in ("pmds", "stress"):
        Y = shape_of(init, pattern(G), 2, rng(), workers)
        fit[init] = np.corrcoef(hops[upper], np.linalg.norm(Y[:, None] - Y[None], axis=2)[upper])[0, 1]
    assert fit["stress"] > fit["pmds"] + 0.05, fit


def test_paths_less_their_offset_correlate_better(workers, monkeypatch):
    G, scores = nx.barabasi_albert_graph(800, 3, seed=0), []
    for offset in (0, 1, 1.5):
        monkeypatch.setitem(OFFSET, 2, offset)
        scores.append(shortest_path_correlation(G, shape_of("stress", pattern(G), 2, rng(), workers)))
    assert scores[0] + 0.05 < scores[1] < scores[2]


@pytest.mark.parametrize(("d", "variation"), [(1, 1 / np.sqrt(2)), (2, 0.469), (3, 0.366)])
def test_the_offset_is_nought_for_distances_of_a_ball(d, variation):
    cube = rng().uniform(-1, 1, (60_000, d))
    ball = cube[np.linalg.norm(cube, axis=1) < 1][:1000]
    D = np.linalg.norm(ball[:, None] - ball[None, :50], axis=2).astype(np.float32)
    assert D[D > 0].std() / D[D > 0].mean() == pytest.approx(variation, rel=0.05)
    assert path_offset(D, d) < 0.03
    assert path_offset(D + 5, d) == pytest.approx(5, abs=0.1)
    assert path_offset(np.zeros((3, 1), np.float32), d) == 0


def test_the_even_length_gives_each_node_a_unit_of_room():
    grid = np.stack(np.meshgrid(*[np.arange(30.0)] * 2), axis=-1).reshape(-1, 2)
    assert even_length(grid) == pytest.approx(np.sqrt(6), rel=0.01)  # a square's radius of gyration is side / sqrt(6)
    assert even_length(np.zeros((3, 2))) == 1


def test_smoothing_gathers_communities_and_keeps_the_picture(workers):
    A = pattern(nx.random_partition_graph([40] * 6, 0.3, 0.003, seed=0))
    before = shape_of("auto", A, 2, rng(), workers)
    after = smoothed(before, A, 0.85, workers)
    group = np.repeat(np.arange(6), 40)

    def spread(Y):  # of the groups, as a share of all
        return np.mean([Y[group == g].std(axis=0) for g in range(6)]) / Y.std(axis=0).mean()

    assert spread(after) < 0.7 * spread(before)
    assert np.median(edge_lengths(after, A)) == pytest.approx(1)
    assert procrustes(before, after)[2] < 1 - 0.85**2
    np.testing.assert_allclose(smoothed(before, A, 1.0, workers), before - before.mean(axis=0), rtol=1e-4, atol=1e-4)


def test_smoothed_cliques_do_not_blow_up_the_rest(workers):
    A = pattern(nx.barbell_graph(60, 3))
    before = shape_of("auto", A, 2, rng(), workers)
    after = smoothed(before, A, 0.85, workers)
    assert even_length(before) > even_length(after) == pytest.approx(ROOMY)
    assert np.median(edge_lengths(after, A)) < 0.2
    line = pattern(nx.path_graph(500))  # takes more room than that anyway
    before = shape_of("auto", line, 2, rng(), workers)
    assert even_length(smoothed(before, line, 0.85, workers)) == pytest.approx(even_length(before), rel=0.02)


def test_smoothing_leaves_nothing_far_outside(workers):
    """SymPy's modules: some hang on one import; 6.5 times the root mean square out where that is not seen to."""
    A = symmetric_pattern(load_dataset("sympy_imports").graph)
    before = shape_of("auto", A, 2, rng(), workers)
    after = smoothed(before, A, 0.85, workers)

    def farthest(Y):
        radius = np.linalg.norm(Y - Y.mean(axis=0), axis=1)
        return radius.max() / np.sqrt((radius**2).mean())

    assert farthest(after) < 1.25 * farthest(before)


def test_axes_from_a_sample_of_the_nodes_are_near_those_from_all(workers, monkeypatch):
    D, pivots = pivot_distances(load_us_counties().graph, 50, rng(), workers)
    whole = pivot_mds(D, pivots, 2)
    monkeypatch.setattr("sggraph.initial.ROWS", 400)
    assert procrustes(whole, pivot_mds(D, pivots, 2))[2] < 1e-3


def test_pivot_mds_is_in_the_unit_of_the_distances(workers):
    A = load_us_counties().graph
    D, pivots = pivot_distances(A, 50, rng(), workers)
    Y = pivot_mds(D, pivots, 2)
    assert np.linalg.norm(Y[:, None] - Y[pivots][None], axis=2).mean() == pytest.approx(D.mean(), rel=0.1)


def test_short_paths(workers):
    def compact(A):
        return is_compact(shape_of("stress", A, 2, rng(), workers), A, rng())

    assert not compact(load_us_counties().graph)
    assert not compact(pattern(nx.path_graph(300)))
    assert compact(pattern(nx.gnm_random_graph(600, 3000, seed=0)))


def test_pivot_distances_are_hops_and_more_where_no_path_leads(workers):
    G = nx.disjoint_union(nx.path_graph(5), nx.cycle_graph(4))
    D, pivots = pivot_distances(pattern(G), len(G), rng(), workers)
    assert sorted(pivots) == list(G)
    farthest = max(d for row in dict(nx.all_pairs_shortest_path_length(G)).values() for d in row.values())
    for column, pivot in zip(D.T, pivots, strict=True):
        hops = nx.single_source_shortest_path_length(G, pivot)
        np.testing.assert_array_equal(column, [hops.get(node, farthest + 1) for node in G])


def test_first_half_of_the_pivots_is_spread_over_all_components(workers):
    G = nx.disjoint_union_all([nx.complete_graph(9), nx.cycle_graph(7), nx.path_graph(3), nx.empty_graph(1)])
    D, _ = pivot_distances(pattern(G), 8, rng(), workers)
    assert (D[:, :4].min(axis=1) < D.max()).all()


def test_threads_change_no_bit_and_seeds_do():
    A = load_us_counties().graph
    starts = []
    for n_jobs, seed in ((1, 0), (4, 0), (1, 1)):
        with Workers(n_jobs) as workers:
            starts.append(start("auto", A, 3, 2.0, rng(seed), workers))
    np.testing.assert_array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0], starts[2])


def test_a_given_start_is_copied():
    Y0 = rng().normal(size=(4, 2)).astype(np.float32)
    Y = unshaped(Y0, pattern(nx.path_graph(4)), 2, rng())
    np.testing.assert_array_equal(Y, Y0)
    assert not np.shares_memory(Y, Y0)


@pytest.mark.parametrize("init", ["auto", "stress", "pmds", "spectral", "random", np.zeros((4, 2)), [[0, 1]] * 4])
def test_what_is_a_start(init):
    check_init(init, 4, 2)


@pytest.mark.parametrize(
    ("init", "message"),
    [
        ("umap", "init='umap' is unknown"),
        (None, r"shape \(\)"),
        (np.zeros(4), r"shape \(4,\); .* need \(4, 2\)"),
        (np.zeros((2, 4)), r"shape \(2, 4\)"),
        (np.full((4, 2), np.inf), "finite numbers"),
        (np.zeros((4, 2), complex), "finite numbers"),
    ],
    ids=str,
)
def test_what_is_no_start(init, message):
    with pytest.raises(ValueError, match=message):
        check_init(init, 4, 2)


def test_distances_take_two_bytes_where_paths_are_short(workers):
    short, long = (pivot_distances(pattern(nx.path_graph(n)), 30, rng(), workers)[0] for n in (9_000, 40_000))
    apart = pivot_distances(pattern(nx.disjoint_union(nx.path_graph(40), nx.path_graph(30))), 30, rng(), workers)[0]
    assert [D.dtype for D in (short, long, apart)] == [np.int16, np.float32, np.float32]
    assert (short.max(), long.max()) == (8_999, 39_999)


def test_a_spectral_start_of_components_is_no_blow_up(workers):
    """Eigenvectors are constant on components: edges of 1e-17 were scaled to 1, and the rest with them."""
    G = nx.path_graph(2)
    G.add_node(2)
    for seed in range(5):
        assert np.abs(shape_of("spectral", pattern(G), 1, rng(seed), workers)).max() < 1e8


@pytest.mark.parametrize("init", [np.zeros((34, 2)), np.full((34, 2), 3.0)])
def test_a_start_on_one_spot_unfolds(init):
    """No force parts nodes that lie on each other; recall .68 from the automatic start."""
    G = nx.karate_club_graph()
    Y = embed_graph(G, init=init, random_state=0)
    assert neighbor_recall(G, Y) > 0.55
    assert np.array_equal(init, np.full((34, 2), init[0, 0]))
