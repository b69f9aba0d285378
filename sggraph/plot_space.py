"""3-D axes that fill their place and show the points as large as fits, however they are turned.

Those of matplotlib are square and leave room for ticks: wide margins for clouds that are neither.
"""

import numpy as np
from mpl_toolkits.mplot3d import Axes3D, proj3d

ELEVATION, AZIMUTH = np.deg2rad([30, -60])  # from where mplot3d looks at first
MARGIN = 0.03


class SpaceAxes(Axes3D):
    """3-D axes that keep some points in view; mouse, limits and box aspect zoom as ever."""

    inside = None

    def keep_in_view(self, Y):
        """Fit the view to where the points Y, shape (n, 3), are inside the limits of now."""
        low, high = self._limits()
        self.inside = (Y - low) / (high - low)

    def apply_aspect(self, position=None):
        """Take the whole place; as wide and high as the points appear, and extended to its proportions."""
        self.set_position(self.get_position(original=True) if position is None else position, which="active")
        if self.inside is None:
            return
        low, high = self._limits()
        at = to_plane(self, low + self.inside * (high - low))
        middle, half = (at.min(axis=0) + at.max(axis=0)) / 2, np.ptp(at, axis=0) / 2
        sides = np.array([self.bbox.width, self.bbox.height])
        half = sides * ((half + 2 * MARGIN * (half.max() or 1.0)) / sides).max()
        self.viewLim.intervalx, self.viewLim.intervaly = np.column_stack([middle - half, middle + half])

    def _limits(self):
        return np.transpose([self.get_xlim(), self.get_ylim(), self.get_zlim()])


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
