import numpy as np
import pytest
from generated_graphs import check_is_simple
from scipy.sparse.csgraph import connected_components

from sggraph.datasets import make_block_model, make_random_tree, make_rmat, make_small_world

ALL = [make_block_model, make_random_tree, make_rmat, make_small_world]


@pytest.mark.parametrize("make", ALL)
def test_same_seed_same_graph(make):
    first, again, other = make(random_state=3), make(random_state=np.random.default_rng(3)), make(random_state=4)
    check_is_simple(first)
    np.testing.assert_array_equal(first.adjacency.indices, again.adjacency.indices)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert first.nodes == again.nodes
    assert not np.array_equal(first.adjacency.indices, other.adjacency.indices)


def test_blocks_have_the_degrees_asked_for():
    blocks = make_block_model(20_000, n_blocks=7, degree_inside=9.0, degree_outside=1.5)
    row, col = blocks.adjacency.nonzero()
    inside = np.mean(blocks.labels[row] == blocks.labels[col]) * blocks.adjacency.nnz / 20_000
    outside = blocks.adjacency.nnz / 20_000 - inside
    assert inside == pytest.approx(9, abs=0.15)  # standard deviation .03
    assert outside == pytest.approx(1.5, abs=0.08)  # .012
    assert np.ptp(np.bincount(blocks.labels)) <= 1


def test_blocks_join_every_pair_alike():
    """All pairs of a small model appear, each as often as the others of its kind."""
    n, runs = 12, 600
    count = sum(
        make_block_model(n, n_blocks=3, degree_inside=1.5, degree_outside=2.0, random_state=seed).adjacency.toarray()
        for seed in range(runs)
    )
    same = np.arange(n)[:, None] // 4 == np.arange(n) // 4
    off = ~np.eye(n, dtype=bool)
    for kind, share in ((same & off, 0.5), (~same, 0.25)):  # 3 and 8 possible neighbours
        sigma = np.sqrt(runs * share * (1 - share))
        assert np.abs(count[kind] - runs * share).max() < 4.5 * sigma


def test_blocks_at_their_limits():
    full = make_block_model(6, n_blocks=2, degree_inside=2, degree_outside=3)
    assert full.adjacency.nnz == 30
    assert make_block_model(6, n_blocks=2, degree_inside=0, degree_outside=0).adjacency.nnz == 0
    apart = make_block_model(9, n_blocks=2, degree_inside=(5 * 4 + 4 * 3) / 9, degree_outside=0)
    assert connected_components(apart.adjacency)[1].tolist() == apart.labels.tolist()
    assert len(make_block_model(50, n_blocks=1, degree_outside=0).label_names) == 1


def test_ring_without_rewiring_is_the_lattice():
    ring = make_small_world(30, n_neighbors=4, rewiring=0)
    steps = np.abs(np.subtract(*ring.adjacency.nonzero()))
    assert set(np.minimum(steps, 30 - steps)) == {1, 2}
    assert set(np.diff(ring.adjacency.indptr)) == {4}


@pytest.mark.parametrize("rewiring", [0.1, 0.5, 1.0])
def test_small_world_moves_the_share_of_edges_asked_for(rewiring):
    n, k = 5000, 8
    world = make_small_world(n, n_neighbors=k, rewiring=rewiring)
    assert world.n_edges == n * k / 2
    assert np.diff(world.adjacency.indptr).min() >= k / 2  # one end of each edge stays
    row, col = world.adjacency.nonzero()
    steps = np.abs(row - col)
    moved = np.mean(np.minimum(steps, n - steps) > k / 2)
    assert moved == pytest.approx(rewiring, abs=0.02)


def test_small_world_at_its_smallest():
    for seed in range(20):
        check_is_simple(make_small_world(5, n_neighbors=2, rewiring=1, random_state=seed))


def test_random_tree_is_a_tree_of_low_height():
    tree = make_random_tree(3000)
    assert tree.n_edges == 2999
    assert connected_components(tree.adjacency)[0] == 1
    row, col = tree.adjacency.nonzero()
    between = tree.labels[row] != tree.labels[col]
    assert between.sum() == 2 * 7  # each of the 8 oldest but the first hangs on another one
    assert np.maximum(row, col)[between].max() == 7
    check_is_simple(make_random_tree(2))


def test_rmat_has_hubs_and_one_component():
    graph = make_rmat(scale=12, edge_factor=6)
    degree = np.diff(graph.adjacency.indptr)
    assert connected_components(graph.adjacency)[0] == 1
    assert degree.max() > 20 * degree.mean()
    assert graph.nodes == sorted(graph.nodes)
    assert [graph.label_names[c] for c in graph.labels] == [f"block {node // 512 + 1}" for node in graph.nodes]


def test_rmat_with_equal_quarters_has_no_hubs():
    degree = np.diff(make_rmat(scale=12, probabilities=(0.25, 0.25, 0.25, 0.25)).adjacency.indptr)
    assert degree.max() < 4 * degree.mean()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_random_tree(1), "n=1"),
        (lambda: make_block_model(1), "n=1"),
        (lambda: make_block_model(100, n_blocks=0), "n_blocks=0"),
        (lambda: make_block_model(100, n_blocks=51), "n_blocks=51"),
        (lambda: make_block_model(100, n_blocks=10, degree_inside=9.5), "degree_inside=9.5: give 0 to 9"),
        (lambda: make_block_model(100, n_blocks=5, degree_outside=-1), "degree_outside=-1"),
        (lambda: make_block_model(100, degree_inside=float("nan")), "degree_inside=nan"),
        (lambda: make_block_model(100, n_blocks=1), "degree_outside=2.0: give 0 to 0"),
        (lambda: make_small_world(4), "n=4"),
        (lambda: make_small_world(100, n_neighbors=3), "n_neighbors=3"),
        (lambda: make_small_world(10, n_neighbors=6), r"n_neighbors=6.*at most \(n - 1\) // 2 = 4"),
        (lambda: make_small_world(rewiring=1.5), r"rewiring=1\.5"),
        (lambda: make_rmat(scale=2), "scale=2"),
        (lambda: make_rmat(scale=31), "scale=31"),
        (lambda: make_rmat(edge_factor=0), "edge_factor=0"),
        (lambda: make_rmat(probabilities=(0.5, 0.5, 0.5, 0.5)), "probabilities="),
    ],
)
def test_errors_name_the_argument(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("n", "n_neighbors"), [(300, 148), (200, 98), (5, 2)])
def test_a_dense_ring_is_rewired_to_the_end(n, n_neighbors):
    """It began anew for ever: after ten rounds some of so many edges still meet."""
    graph = make_small_world(n, n_neighbors, 1.0).adjacency
    assert graph.nnz == n * n_neighbors
