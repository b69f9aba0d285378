"""Marks of what changes from picture to picture: a ring around who is new, a trail behind who moves."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from .frame import axes_in_points
from .legend import font_size
from .palette import grey

RING = 1.55  # diameter of a ring, in those of its mark: the ground is seen between them
WIDTH, LEAST = 0.14, 0.3  # of a ring, in diameters of its mark, and in points at least
OLDEST, LATEST = (0.4, 0.2), (1.5, 0.9)  # width in points and opacity of a trail, at its ends
STATION = 9.0  # area of the dot at an earlier place, in square points
HALO = 1.6  # points: how much wider the ground is beneath a trail
DARK = 0.85  # share of the text colour in the grey of rings and trails


def draw_rings(ax, Y, areas, alpha=1.0):
    """A ring around marks of these areas at Y."""
    colors = np.column_stack([np.tile(grey(ax, DARK), (len(Y), 1)), np.broadcast_to(alpha, len(Y))])
    widths = np.maximum(WIDTH * np.sqrt(areas), LEAST)
    style = {"facecolor": "none", "edgecolor": colors, "linewidth": widths, "zorder": 3.5}
    ax.scatter(*Y.T, s=RING**2 * areas, clip_on=False, **style)  # it may be wider than the margin


def draw_trail(ax, way, area):
    """Lines and dots along the places (k, d) of a node, fading into the past; NaN where it was not there.

    They end at the rim of its mark, of this area. In one dimension half circles beneath the line.
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
    lines, widths, style = lines[there], widths[there], {"zorder": 2.5}
    alphas, stations = alphas[there], np.ones(np.count_nonzero(there), bool)
    if way.shape[1] == 2:
        away = (np.sqrt(area) / 2 + HALO) * np.ptp(ax.get_xlim()) / axes_in_points(ax)[0]
        style, stations = {"zorder": 3.6}, np.linalg.norm(lines[:, 0] - way[-1], axis=1) > away
        if there[-1]:
            lines[-1, 1] = _nearer(*lines[-1], away)
    for share, wider in ((0, HALO), (DARK, 0)):  # apart from what is beneath by the colour of the ground
        color = grey(ax, share)
        drawn = Collection(lines, linewidths=widths + wider, capstyle="round", color=[color] * len(lines), alpha=alphas)
        drawn.set(**style)
        ax.add_collection(drawn, autolim=False)
        if not stations.any():
            continue
        dots = {"s": (np.sqrt(STATION) + wider) ** 2, "linewidth": 0, "alpha": alphas[stations]} | style
        ax.scatter(*lines[stations, 0].T, color=[color] * np.count_nonzero(stations), **dots)


def _nearer(start, end, away):
    """The end of a line, moved so far towards its start."""
    length = np.linalg.norm(end - start)
    return end - min(away / max(length, 1e-12), 1) * (end - start)


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
