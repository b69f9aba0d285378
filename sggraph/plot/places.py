"""Places for names on a picture: none over another or over the border, the important ones first.

Greedy: each name takes the cheapest free one of some hundred places around its anchor, on squares of growing size. A
place costs its distance, the points it would cover, and a leader line that crosses others. All lengths are in points of
text.
"""

import numpy as np

TURN = np.arange(16) * np.pi / 8
AROUND = np.column_stack([np.cos(TURN), np.sin(TURN)]) / np.abs([np.cos(TURN), np.sin(TURN)]).max(axis=0)[:, None]
# beside a point people read a name most easily on the right, then on the left, above, beneath; least at a slant
AVERSION = np.array([0, 2, 1, 3, 2, 4, 3, 2, 1, 2, 3, 4, 3, 3, 1, 2]) / 20
BETWEEN = 1.0  # kept free around a name
ON_THE_LINE = np.linspace(0, 1, 12)[1:-1, None]
CELL = 3.0
LARGE = 4.0  # points of this diameter should not vanish beneath the name of their class
BORDER = 2.0  # kept free inside the border


class Places:
    """The names placed so far in a box of the given width and height, and the ink of the points.

    Parameters
    ----------
    box : array of shape (2,)
        Width and height.
    points : array of shape (n, 2)
        What names should not cover, from the lower left corner of the box.
    size : float
        Diameter of a point.
    """

    def __init__(self, box, points, size):
        self.box = np.asarray(box, float)
        self.middles, self.sides = np.empty((0, 2)), np.empty((0, 2))
        self.leaders = np.empty((0, 2, 2))
        self._ink = _summed_ink(self.box, points, size)
        self._cover_cost = (3.0, 1.5 if size > LARGE else 0.3)  # for names beside and on their anchor

    def take(self, middle, sides):
        """Keep a rectangle free of names to come."""
        self.middles = np.vstack([self.middles, middle])
        self.sides = np.vstack([self.sides, np.asarray(sides, float) + 2 * BETWEEN])

    def place(self, anchor, sides, gap, reach, on_anchor):
        """Middle of a name of these sides for the anchor, and where its leader line ends on it; None, None: no room.

        A place is `gap` to `reach` away from the anchor; with `on_anchor` the anchor itself is the best place.
        """
        if np.any(sides > self.box - 2 * BORDER):
            return None, None
        middles, aversion = self._candidates(anchor, sides, gap, reach, on_anchor)
        ends = np.clip(anchor, middles - sides / 2, middles + sides / 2)
        away = np.linalg.norm(ends - anchor, axis=1)
        hits = np.abs(middles[:, None] - self.middles) < (sides + self.sides) / 2
        possible = ~hits.all(axis=2).any(axis=1)
        if not on_anchor:
            possible &= away > 0.9 * gap
        if not possible.any():
            return None, None
        middles, ends, away, aversion = (x[possible] for x in (middles, ends, away, aversion))
        cost = 3 * away / reach + aversion * (away < 2 * gap) + self._tangle(anchor, middles, ends, sides)
        cost += self._cover_cost[on_anchor] * self._covered(middles, sides)
        best = cost.argmin()
        self.take(middles[best], sides)
        self.leaders = np.vstack([self.leaders, [[anchor, ends[best]]]])
        return middles[best], ends[best]

    def _candidates(self, anchor, sides, gap, reach, on_anchor):
        """Middles inside the box: on the anchor if wanted, and on squares around it; and the aversion to each."""
        rings = gap * 1.4 ** np.arange(1 + max(np.log(reach / gap) / np.log(1.4), 0))
        offsets = (AROUND * (sides / 2 + rings[:, None, None])).reshape(-1, 2)
        aversion = np.tile(AVERSION, len(rings))
        if on_anchor:
            offsets, aversion = np.vstack([[0, 0], offsets]), np.append(0, aversion)
        return np.clip(anchor + offsets, sides / 2 + BORDER, self.box - sides / 2 - BORDER), aversion

    def _covered(self, middles, sides):
        """Share of each rectangle that points cover."""
        last = np.array(self._ink.shape) - 1
        (x0, y0), (x1, y1) = (
            np.clip(np.rint((middles + side * sides / 2) / CELL).astype(int), 0, last).T for side in (-1, 1)
        )
        area = np.maximum((x1 - x0) * (y1 - y0), 1)
        return (self._ink[x1, y1] - self._ink[x0, y1] - self._ink[x1, y0] + self._ink[x0, y0]) / area

    def _tangle(self, anchor, middles, ends, sides):
        """How often the leader line of each place crosses names and leader lines, or the name lies on such a line."""
        if not len(self.leaders):
            return np.zeros(len(middles))
        bits = anchor + ON_THE_LINE * (ends - anchor)[:, None]
        through = _inside(bits[:, :, None], self.middles, self.sides).any(axis=1).sum(axis=1)
        old = self.leaders[:, 0, None] + ON_THE_LINE * (self.leaders[:, 1] - self.leaders[:, 0])[:, None]
        over = _inside(old, middles[:, None, None], sides).any(axis=2).sum(axis=1)
        return through + over + _crossings(anchor, ends, *self.leaders.transpose(1, 0, 2))


def _summed_ink(box, points, size):
    """Cells covered by points, summed from the lower left corner, so that a rectangle is four look-ups."""
    shape = np.maximum(np.ceil(box / CELL).astype(int), 1)
    reach = np.arange(-int(size / 2 / CELL), int(size / 2 / CELL) + 1) * CELL
    covered = np.zeros(shape)
    for x, y in np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2):
        if np.hypot(x, y) <= size / 2:
            counts, *_ = np.histogram2d(
                *np.add(points, (x, y)).T, bins=shape, range=np.column_stack([[0, 0], shape * CELL])
            )
            covered += counts * min(size / CELL, 1) ** 2
    return np.pad(np.minimum(covered, 1).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _inside(points, middles, sides):
    return (np.abs(points - middles) < sides / 2).all(axis=-1)


def _crossings(start, ends, lows, highs):
    """With how many of the lines low to high each line from start to end has a point in common."""

    def turn(a, b, c):
        return np.sign(
            (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
        )

    ends = ends[:, None]
    parted = turn(start, ends, lows) * turn(start, ends, highs) < 0
    return (parted & (turn(lows, highs, start) * turn(lows, highs, ends) < 0)).sum(axis=1)
