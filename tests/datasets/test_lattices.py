import numpy as np
import pytest
from generated_graphs import check_is_simple
from scipy.sparse.csgraph import connected_components, dijkstra

from sggraph.datasets import make_balanced_tree, make_grid, make_moebius_strip, make_torus


def degrees(dataset):
    return np.bincount(np.diff(dataset.adjacency.indptr)).tolist()


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (make_grid((3, 4)), [0, 0, 4, 6, 2]),
        (make_grid((2, 2, 2)), [0, 0, 0, 8]),
        (make_grid((3, 3, 3)), [0, 0, 0, 8, 12, 6, 1]),
        (make_grid((7,)), [0, 2, 5]),
        (make_grid(7), [0, 2, 5]),
        (make_torus(7, 4), [0, 0, 0, 0, 28]),
        (make_torus(3, 3), [0, 0, 0, 0, 9]),
        (make_moebius_strip(6, 3), [0, 0, 0, 12, 6]),
        (make_moebius_strip(5, 1), [0, 0, 5]),
        (make_moebius_strip(4, 2), [0, 0, 0, 8]),
        (make_balanced_tree(3), [0, 8, 1, 6]),
        (make_balanced_tree(2, 3), [0, 9, 0, 1, 3]),
        (make_balanced_tree(1, 9), [0, 9] + 7 * [0] + [1]),
    ],
    ids=lambda value: repr(value) if not isinstance(value, list) else "",
)
def test_degrees(dataset, expected):
    check_is_simple(dataset)
    assert degrees(dataset) == expected
    assert connected_components(dataset.adjacency)[0] == 1


def test_grid_distances_are_those_of_a_city():
    grid = make_grid((5, 6))
    expected = np.abs(grid.positions[:, None] - grid.positions).sum(axis=2)
    np.testing.assert_array_equal(dijkstra(grid.adjacency, unweighted=True), expected)


def test_edges_are_short_at_the_reference_positions():
    """Of the torus and of the strip, whose ends meet upside down."""
    for dataset in (make_torus(40, 10), make_moebius_strip(60, 5)):
        row, col = dataset.adjacency.nonzero()
        length = np.linalg.norm(dataset.positions[row] - dataset.positions[col], axis=1)
        assert length.max() < 0.25
        assert np.ptp(dataset.positions, axis=0).max() > 1.9


def test_the_moebius_strip_has_one_edge():
    """Its outline is one ring of twice the length; that of a band would be two."""
    strip = make_moebius_strip(10, 4)
    outline = np.flatnonzero(np.diff(strip.adjacency.indptr) == 3)
    ring = strip.adjacency[outline][:, outline]
    assert len(outline) == 20
    assert set(np.diff(ring.indptr)) == {2}
    assert connected_components(ring)[0] == 1


def test_classes_follow_the_structure():
    torus = make_torus(24, 5)
    assert torus.labels.reshape(24, 5)[:, 0].tolist() == np.repeat(np.arange(12), 2).tolist()
    assert torus.label_names == sorted(torus.label_names)
    assert len(make_torus(5, 4).label_names) == 5
    assert make_grid((4, 4)).labels.reshape(4, 4).tolist() == 2 * [[0, 0, 1, 1]] + 2 * [[2, 2, 3, 3]]
    assert len(make_grid((3, 3, 3)).label_names) == 8


@pytest.mark.parametrize(
    ("tree", "trunk", "branches", "size"),
    [
        (make_balanced_tree(5), 7, 8, 7),
        (make_balanced_tree(2), 3, 4, 1),
        (make_balanced_tree(1), 1, 2, 1),
        (make_balanced_tree(3, 3), 1, 3, 13),
        (make_balanced_tree(2, 10), 1, 10, 11),
    ],
)
def test_branches_hold_together(tree, trunk, branches, size):
    assert tree.label_names[:2] == ["trunk", "branch 01" if branches == 10 else "branch 1"]
    assert np.bincount(tree.labels).tolist() == [trunk] + branches * [size]
    row, col = tree.adjacency.nonzero()
    between = tree.labels[row] != tree.labels[col]
    assert between.sum() == 2 * branches
    assert (np.minimum(tree.labels[row], tree.labels[col])[between] == 0).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_grid((2, 2, 2, 2)), r"shape=\(2, 2, 2, 2\)"),
        (lambda: make_grid((5, 1)), "shape=1"),
        (lambda: make_grid((5.5, 3)), r"shape=5\.5"),
        (lambda: make_torus(2, 5), "major=2"),
        (lambda: make_torus(5, 2), "minor=2"),
        (lambda: make_moebius_strip(2), "length=2"),
        (lambda: make_moebius_strip(5, 0), "width=0"),
        (lambda: make_balanced_tree(0), "height=0"),
        (lambda: make_balanced_tree(2, 1), "branching=1"),
        (lambda: make_balanced_tree(True), "height=True"),
        (lambda: make_balanced_tree(40), "height=40"),
    ],
)
def test_errors_name_the_argument(make, message):
    with pytest.raises(ValueError, match=message):
        make()
