import numpy as np
import pytest

from sggraph.plot.places import BORDER, Places


def rectangles(places, anchors, sides, **options):
    """Middles of the names that found room, and their sides."""
    found = [places.place(a, s, **options)[0] for a, s in zip(anchors, sides, strict=True)]
    kept = [k for k, middle in enumerate(found) if middle is not None]
    return np.array([found[k] for k in kept]), sides[kept], kept


def overlaps(middles, sides):
    near = (np.abs(middles[:, None] - middles) < (sides[:, None] + sides) / 2).all(axis=2)
    return near[np.triu_indices(len(near), 1)].sum()


@pytest.mark.parametrize("on_anchor", [False, True])
@pytest.mark.parametrize("n", [1, 2, 17, 150])
def test_no_overlap_and_nothing_beyond_the_border(n, on_anchor):
    rng = np.random.default_rng(n)
    box = np.array([500.0, 300.0])
    anchors, sides = rng.uniform(0, 1, (n, 2)) * box, np.column_stack([rng.uniform(10, 90, n), np.full(n, 10.0)])
    places = Places(box, anchors, 5)
    middles, sides, kept = rectangles(places, anchors, sides, gap=4, reach=120, on_anchor=on_anchor)
    assert len(kept) > 0.9 * n  # 150 of 150 on ten seeds
    assert overlaps(middles, sides) == 0
    assert (middles - sides / 2 >= BORDER - 1e-9).all()
    assert (middles + sides / 2 <= box - BORDER + 1e-9).all()


def test_a_name_on_its_anchor_or_right_of_it():
    for on_anchor, expected in ((True, [100, 100]), (False, [100 + 4 + 15, 100])):
        middle, _ = Places((200, 200), np.array([[100.0, 100.0]]), 2).place(
            np.array([100.0, 100.0]), np.array([30.0, 10.0]), gap=4, reach=50, on_anchor=on_anchor
        )
        np.testing.assert_allclose(middle, expected)


def test_a_name_keeps_off_its_own_point_in_the_corner():
    anchor, sides = np.array([199.0, 1.0]), np.array([40.0, 10.0])
    middle, _ = Places((200, 200), anchor[None], 2).place(anchor, sides, gap=4, reach=50, on_anchor=False)
    assert np.linalg.norm(np.maximum(np.abs(middle - anchor) - sides / 2, 0)) > 3.5


def test_a_name_keeps_off_the_points():
    anchor, sides = np.array([100.0, 100.0]), np.array([40.0, 12.0])
    right = np.random.default_rng(0).uniform((104, 90), (150, 110), (400, 2))
    middle, _ = Places((200, 200), np.vstack([anchor, right]), 4).place(anchor, sides, gap=4, reach=50, on_anchor=False)
    assert middle[0] < 100


def test_no_room():
    places = Places((60, 20), np.zeros((1, 2)), 1)
    anchor = np.array([30.0, 10.0])
    assert places.place(anchor, np.array([61.0, 5.0]), 2, 20, True) == (None, None)
    assert places.place(anchor, np.array([50.0, 12.0]), 2, 20, True)[0] is not None
    assert places.place(anchor, np.array([50.0, 12.0]), 2, 20, True) == (None, None)


def test_leader_lines_do_not_cross():
    anchor, sides = np.array([90.0, 140.0]), np.array([20.0, 10.0])
    free, crossed = (Places((300, 300), np.zeros((1, 2)), 1) for _ in range(2))
    crossed.leaders = np.array([[[95.0, 100.0], [95.0, 180.0]]])
    assert free.place(anchor, sides, 8, 60, False)[0][0] > 95
    assert crossed.place(anchor, sides, 8, 60, False)[0][0] < 95
