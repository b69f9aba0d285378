import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sggraph.plot.alignment import aligned


def turns(d):
    """A turn and, in all dimensions, a mirror image."""
    turn = {1: np.eye(1), 2: Rotation.from_euler("z", 1.0).as_matrix()[:2, :2], 3: Rotation.from_rotvec([1, 2, 3])}[d]
    turn = turn.as_matrix() if d == 3 else turn
    return [turn, turn @ np.diag([-1.0, *[1.0] * (d - 1)])]


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("mirrored", [0, 1])
def test_it_undoes_turn_mirror_scale_and_shift(d, mirrored):
    target = np.random.default_rng(0).normal(size=(17, d)) + 5
    Y = 0.3 * target @ turns(d)[mirrored] - 40
    before = Y.copy()
    np.testing.assert_allclose(aligned(Y, target), target)
    np.testing.assert_array_equal(Y, before)


def test_without_scale_the_distances_stay():
    rng = np.random.default_rng(1)
    target, Y = rng.normal(size=(2, 9, 2))
    moved = aligned(3 * Y, target, scale=False)
    np.testing.assert_allclose(
        np.linalg.norm(moved[1:] - moved[:-1], axis=1), 3 * np.linalg.norm(np.diff(Y.T).T, axis=1)
    )


def test_no_turn_comes_nearer():
    rng = np.random.default_rng(2)
    target, Y = rng.normal(size=(2, 12, 2))
    best = ((aligned(Y, target) - target) ** 2).sum()
    scale = np.linalg.norm(aligned(Y, target)[0] - target.mean(axis=0)) / np.linalg.norm(Y[0] - Y.mean(axis=0))
    for angle in np.linspace(0, 2 * np.pi, 50):
        for mirror in (1, -1):
            turn = Rotation.from_euler("z", angle).as_matrix()[:2, :2] @ np.diag([1, mirror])
            other = scale * (Y - Y.mean(axis=0)) @ turn + target.mean(axis=0)
            assert ((other - target) ** 2).sum() >= best - 1e-9


@pytest.mark.parametrize("n", [1, 2, 3])
def test_points_on_one_spot_stay_finite(n):
    target = np.random.default_rng(3).normal(size=(n, 2))
    assert np.isfinite(aligned(np.ones((n, 2)), target)).all()
    assert np.ptp(aligned(target, np.ones((n, 2))), axis=0) == pytest.approx(np.ptp(target, axis=0), abs=5)
