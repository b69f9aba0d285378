"""The frame of a picture: axes, limits, and the few points far away that must neither squeeze it nor get lost."""

from typing import NamedTuple

import numpy as np

from .space import MARGIN, as_seen, keep_in_view

HEAD = 0.4  # inches above the axes, for a title
FEW = 100  # fewer than one in so many points are few
INCHES = 7  # of the longer side of a new figure


class View(NamedTuple):
    """What a picture shows: the room between two corners, and in 3-D `points`, shape (n, 3), that stay in sight."""

    low: np.ndarray
    high: np.ndarray
    points: np.ndarray


def hold(ax, view):
    """Let every picture on these axes show this View, whatever its own points are."""
    ax.held = view


def view_for(ax, Y, height):
    """The View of points Y on axes (None: new ones), and which of the points are far away from it."""
    held = getattr(ax, "held", None)
    if held is None:
        far = far_away(Y)
        return View(*limits(Y[~far], height), Y), far
    return held, np.any((held.low > Y) | (held.high < Y), axis=1)


def new_axes(Y, low, high):
    """Axes for points Y between these corners, in a figure as they appear: 7 inches, at least 2 on the shorter side.

    No layout engine: it measures the legend before the equal aspect has moved the axes, and cuts it off.
    """
    from matplotlib import pyplot as plt

    sides = high - low if len(low) == 2 else apparent_sides(Y)
    width, height = INCHES * proportions(sides)
    figure = plt.figure(figsize=(width, height + HEAD), layout="none")
    return figure.add_axes((0, 0, 1, height / (height + HEAD)), projection="3d" if len(low) == 3 else None)


def room_of(Y):
    """What new axes for points Y (n, d) would show: both corners, and their size in points; of a line with all arcs."""
    if Y.shape[1] == 1:
        Y = np.array([[Y.min(), 0.0], [Y.max(), np.ptp(Y) / 2]])
    low, high = limits(Y, 0.0)
    return low, high, 72 * INCHES * proportions(high - low if len(low) == 2 else apparent_sides(Y))


def whole_axes(figure, Y):
    """Axes that cover the figure, which is made as flat as points Y appear in 3-D; in 2-D the aspect does that."""
    if Y.shape[1] == 3:
        figure.set_size_inches(figure.get_size_inches() * proportions(apparent_sides(Y)))
    return figure.add_axes((0, 0, 1, 1), projection="3d" if Y.shape[1] == 3 else None)


def apparent_sides(Y):
    """Width and height of points as they appear, rows of NaN left out."""
    seen = as_seen(Y)
    return np.nanmax(seen, axis=0) - np.nanmin(seen, axis=0)


def proportions(sides):
    """Width and height, the longer one 1, the other at least 2 in 7."""
    return np.maximum(sides / (sides.max() or 1.0), 2 / 7)


def far_away(Y):
    """Which points, less than 1 % of all, would more than double the width or height of the picture of the others."""
    far = np.zeros(len(Y), bool)
    if len(Y) <= FEW or Y.shape[1] != 2:
        return far
    low, high = np.quantile(Y, [0.5 / FEW, 1 - 0.5 / FEW], axis=0)
    room = (high - low).max() / 2
    out = np.any(np.maximum(low - Y, Y - high) > room, axis=1)
    few = 0 < np.count_nonzero(out) < len(Y) / FEW
    return out if few and np.ptp(Y, axis=0).max() > 2 * np.ptp(Y[~out], axis=0).max() else far


def limits(Y, height):
    """Corners of the picture: all points and a margin, never flatter than 1 to 4; in 2-D reaching up to the height."""
    low, high = Y.min(axis=0), Y.max(axis=0)
    if height:
        high[1] = max(high[1], height)
    span = (high - low).max() or 1.0
    half = np.maximum(high - low, span / 4) / 2 + MARGIN * span
    return (low + high) / 2 - half, (low + high) / 2 + half


def filled(low, high, sides):
    """The corners, moved apart so that what is between them has the proportions of these sides."""
    half = sides * ((high - low) / sides).max() / 2
    return (low + high) / 2 - half, (low + high) / 2 + half


def set_frame(ax, view, title):
    """Limits, equal aspect, title; no ticks, no frame."""
    low, high = view.low, view.high
    solid = len(low) == 3
    if solid != (ax.name == "3d"):
        needed = '"3d"' if solid else '"rectilinear"'
        raise ValueError(f"ax has projection {ax.name!r}, Y needs {needed}: give plt.subplot(projection={needed})")
    for side, *ends in zip("xyz", low, high, strict=False):
        ax.set(**{f"{side}lim": ends, f"{side}ticks": []})
    if title is not None:
        ax.set_title(title)
    if solid:
        ax.set_axis_off()
        ax.computed_zorder = False
        ax.set_box_aspect(high - low)
        keep_in_view(ax, view.points)
    else:
        ax.set_aspect("equal")
        ax.spines[:].set_visible(False)


def fit(text, ax):
    """Make the text smaller where it is wider than its axes."""
    width = text.get_window_extent().width
    text.set_fontsize(text.get_fontsize() * min(ax.bbox.width / max(width, 1), 1))


def axes_in_points(ax):
    """Width and height of the axes in points of text."""
    locator = ax.get_axes_locator()
    ax.apply_aspect(locator and locator(ax, None))
    extent = ax.get_window_extent()
    return np.array([extent.width, extent.height]) * 72 / ax.figure.dpi
