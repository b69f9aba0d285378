"""Draw the points: as markers of a size that the picture can take, the few far away as triangles at its border."""

from collections.abc import Mapping
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, to_rgb

from ..runtime.checks import GREATEST, refused
from .palette import EIGHT, MISSING, class_colors, grey, ground, is_dark, values_colormap

LARGE, RIM = 20, 0.7  # area from which a mark has an outline of this width, in points
OUTWARDS = "><^v"  # markers of the right, left, upper and lower border


class Paint(NamedTuple):
    """Colours of the points: which are known, shape (n, 3) for classes or values of shape (n,) with their scale."""

    known: np.ndarray
    points: np.ndarray
    missing: np.ndarray
    classes: np.ndarray | None = None  # (k, 3)
    scale: ScalarMappable | None = None

    def of_rows(self, rows):
        """Colours of these rows, shape (m, 3)."""
        colors = self.points[rows] if self.scale is None else self.scale.to_rgba(self.points[rows])[:, :3]
        return np.where(self.known[rows, None], colors, self.missing)


def check_palette(palette, names):
    """Raise a ValueError unless the palette can colour these classes, or values where `names` is None."""
    accepted = "a sequence of two colours or more" if names is None else "a sequence or dict of colours"
    try:
        if isinstance(palette, str | Colormap):
            mpl.colormaps.get_cmap(palette)
        elif isinstance(palette, ScalarMappable):  # the scale of several pictures
            return
        elif palette is not None:
            colors = palette.values() if isinstance(palette, Mapping) else palette[: len(palette)]
            if names is None:
                values_colormap(palette)(0.5)
            else:
                list(map(to_rgb, colors))
    except (TypeError, ValueError, IndexError) as error:
        raise refused("palette", palette, f"{accepted}, a Colormap or its name ({error})") from None


def check_values(values):
    """Raise a ValueError for values that no scale of colours can hold."""
    largest = np.nanmax(np.abs(values), initial=0)
    if largest > GREATEST:
        raise ValueError(
            f"labels reach {largest:.1g}: give values up to {GREATEST:g}, and NaN for those that are missing"
        )


def make_paint(ax, n, values, names, palette, style):
    """One colour for all, that of each class, or values; takes the colour that `style` may hold out of it."""
    given = [style.pop(key) for key in ("c", "color", "facecolor") if key in style]
    if given and values is not None:
        raise ValueError("point_style has a colour, but labels colour the points: give palette instead")
    missing = grey(ax, MISSING)
    if values is None:
        return Paint(np.ones(n, bool), np.tile(to_rgb(given[0] if given else EIGHT[0]), (n, 1)), missing)
    if names is None:
        known = ~np.isnan(values)
        if isinstance(palette, ScalarMappable):
            return Paint(known, values, missing, scale=palette)
        ends = (values[known].min(), values[known].max()) if known.any() else (0, 1)
        return Paint(known, values, missing, scale=ScalarMappable(Normalize(*ends), values_colormap(palette)))
    classes = class_colors(values, names, palette, is_dark(ax))
    return Paint(values >= 0, np.vstack([classes, missing])[values], missing, classes)  # -1, the missing, is the last


def usual_size(n, box):
    """Area of each of n points that together cover a seventh of the axes, less where they are few."""
    room = box.prod() / n
    return float(np.clip(min(0.15 * room, 1.3 * np.sqrt(room)), 0.3, 120))


def usual_opacity(n):
    """Of n points."""
    return np.clip(1 - 0.2 * np.log10(n / 2000), 0.4, 1.0)


def default_style(ax, Y, sizes, rasterized):
    """Points of these areas, an array or a number; where they are large, the colour of the ground outlines them."""
    return {
        "s": sizes if Y.shape[1] == 2 else sizes_by_depth(ax, Y, sizes),
        "alpha": usual_opacity(len(Y)),
        "linewidth": rims(sizes) if np.max(sizes) > LARGE else 0,
        "edgecolor": tuple(ground(ax)),
        "zorder": 3,
        "rasterized": rasterized,
    }


def rims(sizes):
    """Widths of the outlines of marks: thinner around small ones, which they would hide."""
    return RIM * np.minimum(np.sqrt(np.divide(sizes, LARGE)), 1)


def sizes_by_depth(ax, Y, size):
    """Areas that shrink with the distance from the eye, as the 3-D axes are turned now; mplot3d fades the colours."""
    from mpl_toolkits.mplot3d import proj3d

    depth = np.asarray(proj3d.proj_transform(*Y.T, ax.get_proj())[2])
    return size * (1.3 - 0.8 * (depth - depth.min()) / max(np.ptp(depth), 1e-12)) ** 2


def draw_ground(ax, Y, style):
    """The ground beneath large points in space, through which edges would show, as mplot3d fades what is far away."""
    if Y.shape[1] == 3 and np.max(style["s"]) > LARGE:
        under = {"color": [ground(ax)], "depthshade": False, "zorder": style["zorder"] - 1.5, "linewidth": 0}
        ax.scatter(*Y.T, **style | under | {"alpha": 1, "edgecolor": "none"})


def draw_points(ax, Y, paint, rng, style):
    """The missing in grey, above them the others in random order, so that none hides behind its row number.

    Of different sizes the smaller ones are above the larger ones, or would not be seen.
    """
    missing, known = np.flatnonzero(~paint.known), rng.permutation(np.flatnonzero(paint.known))
    if np.ndim(style["s"]) and Y.shape[1] == 2:
        known = known[np.argsort(-np.asarray(style["s"])[known], kind="stable")]
    if len(missing):
        ax.scatter(
            *Y[missing].T,
            color=np.tile(paint.missing, (len(missing), 1)),
            **_of_rows(style, missing, zorder=style["zorder"] - 1),
        )
    if paint.scale is None:
        return ax.scatter(*Y[known].T, c=paint.points[known], **_of_rows(style, known))
    coloring = {"c": paint.points[known], "cmap": paint.scale.cmap, "norm": paint.scale.norm}
    return ax.scatter(*Y[known].T, **coloring, **_of_rows(style, known))


def _of_rows(style, rows, **changes):
    """The style of some of the points, of which each may have a size and an opacity of its own."""
    own = {key: np.asarray(style[key])[rows] for key in ("s", "alpha", "linewidth") if np.ndim(style[key])}
    return style | changes | own


def draw_border(ax, Y, low, high, colors):
    """Triangles at the border that point to what is outside of the picture."""
    beyond = np.stack([Y[:, 0] - high[0], low[0] - Y[:, 0], Y[:, 1] - high[1], low[1] - Y[:, 1]]).argmax(axis=0)
    inset = 0.012 * (high - low).max()
    at = np.clip(Y, low + inset, high - inset)
    for side, marker in enumerate(OUTWARDS):
        rows = beyond == side
        if rows.any():
            ax.scatter(
                *at[rows].T, c=colors[rows], marker=marker, s=30, linewidths=0.5, edgecolors=[ground(ax)], zorder=4
            )


def as_strip(Y, edges, rng):
    """One dimension on a line, as high as its highest arc; without edges spread sideways as far as points are dense."""
    y = Y[:, 0]
    if edges is not None:
        return np.column_stack([y, np.zeros(len(y))]), edges.longest(Y) / 2
    counts, ends = np.histogram(y, bins=200)
    bell = np.exp(-(np.linspace(-3, 3, 31) ** 2) / 2)
    density = np.interp(y, (ends[1:] + ends[:-1]) / 2, np.convolve(counts, bell, mode="same"))
    side = 0.1 * np.ptp(y) * density / density.max()
    return np.column_stack([y, side * rng.uniform(-1, 1, len(y))]), 0.0
