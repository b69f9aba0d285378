"""core/shape/path_stress.py: the pull of path lengths, its scale, and the mean of both over groups of pivots."""

from itertools import pairwise

import naive
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from sggraph.core.engine.blocks import Workers
from sggraph.core.shape.path_stress import GROUP, LEAST_LOOKS, LONG, LOOKS, STIFFEST, TAIL, PathStress
from sggraph.method.start import distances_to

SIZES = [1, 2, 3, 17, 200]


def path_lengths(n, seed=0):
    """All path lengths (n, n) of a random tree with a few edges more and a tail of a sixth of the nodes."""
    rng = np.random.default_rng(seed)
    A = np.zeros((n, n))
    for i in range(1, n):
        A[i, i - 1 if i > 5 * n // 6 else rng.integers(i)] = 1
    A[rng.integers(n, size=n // 4), rng.integers(n, size=n // 4)] = 1
    np.fill_diagonal(A, 0)
    return shortest_path(A, directed=False, unweighted=True)


def points(n, d, seed=0):
    return np.random.default_rng(seed).normal(0, 2, (n, d)).astype(np.float32)


def some_pivots(n, most=GROUP):
    return np.random.default_rng(1).permutation(n)[: min(n, most)]


def look(Y, D, pivots, *, scale=1.0, order=None, n_jobs=1):
    """The pull of all pivots, one group at most, and the scale that fits them; rows of Y in the `order` of nodes."""
    order = np.arange(len(Y)) if order is None else order
    pull, F = np.zeros_like(Y), np.zeros_like(Y)
    with Workers(n_jobs) as workers:
        paths = PathStress(D.astype(np.float32), pivots, workers)
        assert paths.n_groups == 1
        _, fitted = paths.add_pull(Y, order, np.argsort(order), 0.0, scale, len(Y), 0.0, pull, F)
        assert fitted == paths.fitted_scale(Y, order, np.argsort(order)) or fitted == scale
    np.testing.assert_array_equal(F, pull)
    return pull, fitted


def assert_close(pull, expected):
    """But for the two bytes of the inverse lengths."""
    np.testing.assert_allclose(pull, expected, atol=1e-3 * max(np.abs(expected).max(), 1e-6))


@pytest.mark.parametrize("scale", [0.3, 2.0, 50.0])
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_pull_and_scale_equal_the_twins(d, n, scale):
    Y, pivots = points(n, d), some_pivots(n)
    D = path_lengths(n)[:, pivots]
    drawn_in = naive.drawn_in(D, TAIL)
    pull, fitted = look(Y, D, pivots, scale=scale)
    assert_close(pull, naive.path_pull(Y, Y[pivots], drawn_in, scale))
    assert fitted == pytest.approx(naive.path_scale(Y, Y[pivots], drawn_in) if n > 1 else scale, rel=1e-3)


@pytest.mark.parametrize("n", [2, 3, 17, 60])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_pull_is_the_gradient_of_the_stress(d, n):
    """check_grad: every node a pivot, central differences of n a S / 4, where each pair counts from both its ends."""
    Y = points(n, d)
    D = naive.drawn_in(path_lengths(n), TAIL)
    scale = 1.3 * naive.path_scale(Y, Y, D)  # at the best one two nodes feel nothing
    pull, _ = look(Y, path_lengths(n), np.arange(n), scale=scale)
    numeric = np.empty(Y.shape)
    for at in np.ndindex(Y.shape):
        step = np.zeros(Y.shape)
        step[at] = 1e-6
        after, before = (naive.path_stress(Y + sign * step, Y + sign * step, D, scale) for sign in (1, -1))
        numeric[at] = n * scale / 4 * (after - before) / 2e-6
    assert_close(pull, numeric)
    np.testing.assert_allclose(pull.sum(axis=0), 0, atol=1e-5)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_scale_is_that_of_least_stress(d):
    Y, pivots = points(60, d), some_pivots(60, 20)
    D = path_lengths(60)[:, pivots]
    _, fitted = look(Y, D, pivots)
    D = naive.drawn_in(D, TAIL)
    least, *others = (naive.path_stress(Y, Y[pivots], D, fitted * factor) for factor in (1, 0.98, 1.02))
    assert least < min(others)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_coincident_points_pull_nobody(d):
    D, pivots = path_lengths(40), np.arange(40)
    pull, fitted = look(np.full((40, d), 3, np.float32), D, pivots, scale=7.0)
    assert not pull.any()
    assert fitted == 7
    Y = points(40, d)
    Y[5:25] = Y[5]
    pull, fitted = look(Y, D, pivots)
    assert_close(pull, naive.path_pull(Y, Y, naive.drawn_in(D, TAIL), 1.0))
    assert np.isfinite(fitted)


@pytest.mark.parametrize("extent", [1e-38, 1e-30, 1e-26, 1e-23, 1e-10, 1e10])
def test_pictures_of_any_size(extent):
    """A scale of zero could not be divided by."""
    D, pivots = path_lengths(40), np.arange(40)
    pull, fitted = look(np.float32(extent) * points(40, 2), D, pivots)
    assert np.isfinite(pull).all()
    assert 0 < fitted < np.inf
    if extent >= 1e-10:
        _, usual = look(points(40, 2), D, pivots)
        assert fitted == pytest.approx(extent * usual, rel=1e-4)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_rows_in_any_order_are_the_same_nodes(d):
    Y, pivots, order = points(200, d), some_pivots(200), np.random.default_rng(2).permutation(200)
    D = path_lengths(200)[:, pivots]
    pull, fitted = look(Y, D, pivots)
    moved, again = look(Y[order], D, pivots, order=order)
    np.testing.assert_array_equal(moved, pull[order])
    assert again == pytest.approx(fitted, rel=1e-6)


def test_lengths_of_any_type_give_the_same_bits_and_short_ones_are_overwritten():
    Y, pivots, found = points(200, 2), some_pivots(200), set()
    lengths = path_lengths(200)[:, pivots]
    for dtype in (np.int16, np.float32, np.int32, np.float64):
        D = lengths.astype(dtype)
        pull, here = np.zeros_like(Y), np.arange(200)
        with Workers(1) as workers:
            paths = PathStress(D, pivots, workers)
            _, scale = paths.add_pull(Y, here, here, 0.0, 1.0, 1.0, 0.0, pull, np.zeros_like(Y))
        found.add((pull.tobytes(), scale))
        assert np.array_equal(D, lengths) == (dtype != np.int16)
        assert paths.nbytes == 2 * D.size
    assert len(found) == 1


def lengths_as_kept(D):
    """Lengths of paths to one pivot, the first node, as pulls show them: -1 / d where a d is long beside e."""
    Y = np.zeros((len(D), 1), np.float32)
    Y[1:] = 1
    pull, _ = look(Y, D[:, None], np.array([0]), scale=1e9)
    assert pull[0] == 0
    return -1 / pull[1:, 0]


@pytest.mark.parametrize("longest", [100, 1000, 10_000, 100_000])
def test_long_paths_keep_their_relative_precision(longest):
    D = np.concatenate([[0], np.unique(np.rint(np.geomspace(1, longest, 999)))])
    drawn_in = naive.drawn_in(D, TAIL)[1:]
    kept = lengths_as_kept(D)
    far = naive.drawn_in(D, 0).max()
    exact = drawn_in >= far / LONG * 2
    assert exact.mean() > 0.4
    np.testing.assert_allclose(kept[exact], drawn_in[exact], rtol=0.02)
    assert (np.diff(kept) >= 0).all()  # short ones beside far longer ones may count as longer, in turn still
    assert far < kept[-1] < 0.9 * longest  # drawn in


def test_a_pivot_does_not_pull_itself():
    """Nor does it count in the scale: two nodes, one of them a pivot twice its path length away."""
    pull, fitted = look(np.array([[0.0], [2.0]], np.float32), np.array([[0], [1]]), np.array([0]), scale=4.0)
    np.testing.assert_allclose(pull, [[0], [-0.5]], rtol=1e-4)
    assert fitted == pytest.approx(2, rel=1e-4)


def test_nodes_that_no_path_leads_to_are_far():
    """They count as farther than all others."""
    A = csr_array((np.ones(8), ([0, 1, 1, 2, 3, 4, 4, 5], [1, 0, 2, 1, 4, 3, 5, 4])), shape=(7, 7))
    Y, pivots = points(7, 2), np.array([1, 4])
    with Workers(1) as workers:
        D = distances_to(A, pivots, workers)
    pull, fitted = look(Y, D, pivots)
    assert np.isfinite(pull).all()
    assert np.isfinite(fitted)
    assert pull[6].any()
    lengths = np.where(D > 0, D, 1)
    assert lengths[6].min() > lengths[:3, 0].max()
    assert_close(pull, naive.path_pull(Y, Y[pivots], naive.drawn_in(D, TAIL), 1.0))


def test_between_its_turns_the_mean_stays_and_is_added_with_its_weight():
    Y, here, pivots = points(200, 2), np.arange(200), some_pivots(200)
    F, pull = np.full_like(Y, 3), points(200, 2, seed=5)
    before = pull.copy()
    with Workers(1) as workers:
        paths = PathStress(path_lengths(200)[:, pivots], pivots, workers)
        turn = LEAST_LOOKS
        while turn < 1:
            turn, scale = paths.add_pull(Y, here, here, turn, 8.0, 50.0, 0.0, pull, F)
            assert scale == 8
        np.testing.assert_array_equal(pull, before)
        np.testing.assert_allclose(F, 3 + (1 / LEAST_LOOKS - 1) * 50 / 200 * before, rtol=1e-5, atol=1e-5)
        assert paths.add_pull(Y, here, here, turn, 8.0, 50.0, 0.0, pull, F)[1] != 8
    assert not np.array_equal(pull, before)


def test_where_every_node_is_a_pivot_all_count_in_each_step():
    """Small graphs can afford that."""
    Y, here = points(150, 2), np.arange(150)
    D = naive.drawn_in(path_lengths(150), TAIL)
    with Workers(1) as workers:
        paths = PathStress(path_lengths(150), here, workers)
        for step in range(1, 4):
            pull, moved = points(150, 2, seed=5), Y * np.float32(step)
            paths.add_pull(moved, here, here, float(step), 2.0, 1.0, 0.0, pull, np.zeros_like(Y))
            assert_close(pull, naive.path_pull(moved, moved, D, 2.0))


def test_what_is_stiff_is_looked_at_more_often_and_not_stiffer_than_steps_can_follow():
    """A step of the length n drives a node back by tau / n * mean (1 / d^2) / a."""
    Y, here, pivots = points(400, 2), np.arange(400), some_pivots(400, 5 * GROUP)
    D = path_lengths(400)[:, pivots]
    inverse = np.where(D > 0, 1 / np.maximum(naive.drawn_in(D, TAIL), 1), 0)
    with Workers(1) as workers:
        paths = PathStress(D, pivots, workers)
        for stiffness in (0.0, 0.1 / LOOKS, 2.3 / LOOKS, 0.9 * STIFFEST, 7 * STIFFEST):
            for scale, pace in ((0.1, 1.0), (30.0, 0.3)):
                weight = stiffness * scale / pace / (inverse**2).mean()
                assert paths.stiffness(weight, scale, pace) == pytest.approx(stiffness, rel=2e-3)
                pull, F = points(400, 2, seed=5), np.zeros_like(Y)
                turn, _ = paths.add_pull(Y, here, here, 1.5, scale, weight, pace, pull, F)
                assert turn - 1.5 == pytest.approx(np.clip(LOOKS * stiffness, LEAST_LOOKS, paths.n_groups), rel=2e-3)
                followed = weight * min(1.0, STIFFEST / max(stiffness, STIFFEST))
                np.testing.assert_allclose(F, followed / 400 * pull, rtol=1e-2)


def after_turns(n_turns, Y, D, pivots, n_jobs=1):
    """The mean pull and the scale after so many groups, and the scales on the way."""
    here, pull, F, scales = np.arange(len(Y)), np.zeros_like(Y), np.zeros_like(Y), []
    with Workers(n_jobs) as workers:
        paths = PathStress(D, pivots, workers)
        scales.append(paths.fitted_scale(Y, here, here))
        turn = 0.0
        while turn < n_turns:
            turn, scale = paths.add_pull(Y, here, here, turn, scales[-1], 1.0, 0.0, pull, F)
            if turn % 1 == LEAST_LOOKS:
                scales.append(scale)
    return pull, scales, paths.n_groups


def test_the_mean_of_the_groups_in_turn_is_that_of_all_pivots():
    """Of a picture that stays as it is: the latest groups count more, and no group is left out."""
    Y, pivots = points(250, 2), some_pivots(250, 3 * GROUP + 8)
    D = path_lengths(250)[:, pivots]
    drawn_in = naive.drawn_in(D, TAIL)
    all_of_them = naive.path_pull(Y, Y[pivots], drawn_in, naive.path_scale(Y, Y[pivots], drawn_in))
    n_groups = -(-len(pivots) // GROUP)

    def error(pull):
        return np.abs(pull - all_of_them).mean() / np.abs(all_of_them).mean()

    *_, found = after_turns(1, Y, D, pivots)
    assert found == n_groups == 4
    pulls = [after_turns(10 * n_groups + turn, Y, D, pivots)[0] for turn in range(n_groups)]
    assert error(np.mean(pulls, axis=0)) < 0.05
    one_group = naive.path_pull(Y, Y[pivots[:GROUP]], drawn_in[:, :GROUP], naive.path_scale(Y, Y[pivots], drawn_in))
    assert max(map(error, pulls)) < 0.5 * error(one_group)


def test_each_group_moves_the_mean_by_its_share():
    """Against the twin, with the scale that fitted the group before."""
    Y, pivots = points(200, 3), some_pivots(200, 3 * GROUP - 7)
    D = path_lengths(200)[:, pivots]
    drawn_in = naive.drawn_in(D, TAIL)
    bounds = np.arange(4) * len(pivots) // 3
    groups = [slice(*pair) for pair in pairwise(bounds)] * 2
    mean, scale = np.zeros(Y.shape), naive.path_scale(Y, Y[pivots[groups[0]]], drawn_in[:, groups[0]])
    for turn, group in enumerate(groups):
        mean += (naive.path_pull(Y, Y[pivots[group]], drawn_in[:, group], scale) - mean) / 3
        scale = naive.path_scale(Y, Y[pivots[group]], drawn_in[:, group])
        pull, scales, n_groups = after_turns(turn + 1, Y, D, pivots)
        assert n_groups == 3
        assert_close(pull, mean)
        assert scales[-1] == pytest.approx(scale, rel=1e-3)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_same_bits_for_any_number_of_threads(d):
    """Nodes enough for several blocks."""
    Y, pivots = points(3000, d), some_pivots(3000, GROUP + 30)
    D = np.random.default_rng(0).integers(1, 40, (3000, len(pivots))).astype(np.int16)
    results = set()
    for n_jobs in (1, 2, 3, 7):
        pull, scales, _ = after_turns(3, Y, D.copy(), pivots, n_jobs)
        results.add((pull.tobytes(), *scales))
    assert len(results) == 1
