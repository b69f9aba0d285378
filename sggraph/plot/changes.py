"""Marks of what changes from picture to picture: a ring around who is new, a trail behind who moves."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from .legend import font_size
from .palette import grey

RING = 1.55  # diameter of a ring, in those of its mark: the ground is seen between them
WIDTH, LEAST = 0.14, 0.3  # of a ring, in diameters of its mark, and in points at least
OLDEST, LATEST = (0.4, 0.2), (1.5, 0.9)  # width in points and opacity of a trail, at its ends
STATION = 9.0  # area of the dot at an earlier place, in square points
DARK = 0.85  # share of the text colour in the grey of rings and trails


def draw_rings(ax, Y, areas, alpha=1.0):
    """A ring around marks of these areas at Y."""
    colors = np.column_stack([np.tile(grey(ax, DARK), (len(Y), 1)), np.broadcast_to(alpha, len(Y))])
    widths = np.maximum(WIDTH * np.sqrt(areas), LEAST)
    ax.scatter(*Y.T, s=RING**2 * areas, facecolor="none", edgecolor=colors, linewidth=widths, zorder=3.5)


def draw_trail(ax, way):
    """Lines and dots along the places (k, d) of a node, fading into the past; NaN where it was not there.

    In one dimension half circles beneath the line.
    """
    widths, alphas = np.linspace(OLDEST, LATEST, len(way))[1:].T
    lines = _arcs(way[:, 0]) if way.shape[1] == 1 else np.stack([way[:-1], way[1:]], axis=1)
    there = ~np.isnan(lines).any(axis=(1, 2))
    if not there.any():
        return
    if way.shape[1] == 3:
        from mpl_toolkits.mplot3d.art3d import Line3DCollection as Collection
    else:
        Collection = LineCollection
    style = {"alpha": alphas[there], "color": [grey(ax, DARK)] * np.count_nonzero(there), "zorder": 2.5}
    ax.add_collection(Collection(lines[there], linewidths=widths[there], capstyle="round", **style), autolim=False)
    ax.scatter(*lines[there][:, 0].T, s=STATION, linewidth=0, **style)


def _arcs(way):
    middle, radius = (way[:-1] + way[1:])[:, None] / 2, (way[:-1] - way[1:])[:, None] / 2
    angle = np.linspace(0, np.pi, 25)
    return np.stack([middle + radius * np.cos(angle), -np.abs(radius) * np.sin(angle)], axis=2)


def ring_key(ax):
    """What stands for a ring in a legend."""
    size = 0.7 * font_size()  # of a dot in legends
    style = {"linestyle": "", "marker": "o", "markersize": RING * size, "markerfacecolor": "none"}
    return Line2D([], [], markeredgecolor=grey(ax, DARK), markeredgewidth=WIDTH * size, **style)


def trail_key(ax):
    """What stands for a trail in a legend."""
    return Line2D([], [], color=grey(ax, DARK), linewidth=LATEST[0], alpha=LATEST[1])
