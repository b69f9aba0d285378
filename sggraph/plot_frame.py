"""The frame of a picture: axes, limits, and the few points far away that must neither squeeze it nor get lost."""

import numpy as np

HEAD = 0.4  # inches above the axes, for a title
FEW = 100  # fewer than one in so many points are few
MARGIN = 0.03


def new_axes(sides):
    """Axes in a figure of their proportions, 7 inches on the longer side, at least 2 on the other.

    No layout engine: it measures the legend before the equal aspect has moved the axes, and cuts it off.
    """
    from matplotlib import pyplot as plt

    flat = sides if len(sides) == 2 else np.ones(2)
    width, height = np.maximum(7 * flat / flat.max(), 2)
    figure = plt.figure(figsize=(width, height + HEAD), layout="none")
    return figure.add_axes((0, 0, 1, height / (height + HEAD)), projection=None if len(sides) == 2 else "3d")


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


def set_frame(ax, low, high, title):
    """Limits, equal aspect, title; no ticks, no frame."""
    solid = len(low) == 3
    if solid != (ax.name == "3d"):
        needed = '"3d"' if solid else '"rectilinear"'
        raise ValueError(f"ax has projection {ax.name!r}, Y needs {needed}: plt.subplot(projection={needed}) makes one")
    for side, *ends in zip("xyz", low, high, strict=False):
        ax.set(**{f"{side}lim": ends, f"{side}ticks": []})
    if title is not None:
        ax.set_title(title)
    if solid:
        ax.set_axis_off()
        ax.computed_zorder = False
        _zoom(ax, low, high)
    else:
        ax.set_aspect("equal")
        ax.spines[:].set_visible(False)


def _zoom(ax, low, high):
    """As large as fits however the axes are turned; mplot3d itself leaves room for ticks, which are not drawn."""
    turn, rise = np.meshgrid(np.linspace(0, 2 * np.pi, 24), np.linspace(-np.pi / 2, np.pi / 2, 12))
    ball = np.stack([np.cos(turn) * np.cos(rise), np.sin(turn) * np.cos(rise), np.sin(rise)], axis=-1).reshape(-1, 3)
    ball = (low + high) / 2 + np.linalg.norm(high - low) / 2 * 0.85 * ball  # few clouds fill the corners of their box
    zoom = 1.0
    for _ in range(3):  # perspective: nearly linear
        ax.set_box_aspect(high - low, zoom=zoom)
        at = ax.transAxes.inverted().transform(ax.transData.transform(to_plane(ax, ball)))
        zoom *= 0.5 / np.abs(at - 0.5).max()
    ax.set_box_aspect(high - low, zoom=zoom)


def axes_in_points(ax):
    """Width and height of the axes in points of text."""
    if ax.name != "3d":
        ax.apply_aspect()
    extent = ax.get_window_extent()
    return np.array([extent.width, extent.height]) * 72 / ax.figure.dpi


def to_plane(ax, Y):
    """Data coordinates in the plane of the axes: as they are, or projected as the 3-D axes are turned now."""
    if Y.shape[1] == 2:
        return Y
    from mpl_toolkits.mplot3d import proj3d

    return np.column_stack(proj3d.proj_transform(*Y.T, ax.get_proj())[:2])
