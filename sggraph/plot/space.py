"""3-D axes that fill their place and show the points as large as fits, however they are turned.

Those of matplotlib are square and leave room for ticks: wide margins for clouds that are neither.
"""

import numpy as np
from mpl_toolkits.mplot3d import Axes3D, proj3d

ELEVATION, AZIMUTH = np.deg2rad([30, -60])  # from where mplot3d looks at first
MARGIN = 0.03


class SpaceAxes(Axes3D):
    """3-D axes that keep points in view: `inside`, shape (n, 3), is where these are between the limits of each axis."""

    inside = np.zeros((1, 3))

    def apply_aspect(self, position=None):
        """Take the whole place; as wide and high as the points appear, and extended to its proportions."""
        arranged = self.get_in_layout()
        self.set_position(self.get_position(original=True) if position is None else position, which="active")
        self.set_in_layout(arranged)  # a layout engine ignores axes whose position was set
        low, high = limits_of(self)
        at = to_plane(self, low + self.inside * (high - low))
        middle, half = (at.min(axis=0) + at.max(axis=0)) / 2, np.ptp(at, axis=0) / 2
        sides = np.array([self.bbox.width, self.bbox.height])
        half = sides * ((half + 2 * MARGIN * (half.max() or 1.0)) / sides).max()
        self.viewLim.intervalx, self.viewLim.intervaly = np.column_stack([middle - half, middle + half])


def keep_in_view(ax, Y):
    """Make 3-D axes fit their view to points that have the place of Y between the limits of now.

    They become `SpaceAxes`, as art3d of matplotlib makes other things of what it is given; their limits still zoom.
    """
    if type(ax) is Axes3D:
        ax.__class__ = SpaceAxes
    low, high = limits_of(ax)
    ax.inside = (Y - low) / (high - low)


def limits_of(ax):
    """Lower and upper corner of what 3-D axes show."""
    return np.transpose([ax.get_xlim(), ax.get_ylim(), ax.get_zlim()])


def to_plane(ax, Y):
    """Points in the plane of the axes: as they are, or projected as the 3-D axes are turned now."""
    return Y if Y.shape[1] == 2 else np.column_stack(proj3d.proj_transform(*Y.T, ax.get_proj())[:2])


def as_seen(Y):
    """Points in the plane: as they are, or as 3-D axes show them at first, but for the perspective."""
    if Y.shape[1] != 3:
        return Y
    right = [-np.sin(AZIMUTH), np.cos(AZIMUTH), 0]
    up = [-np.cos(AZIMUTH) * np.sin(ELEVATION), -np.sin(AZIMUTH) * np.sin(ELEVATION), np.cos(ELEVATION)]
    return Y @ np.column_stack([right, up])
