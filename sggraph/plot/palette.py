"""Colours that tell classes apart, on a light ground or a dark one, and to colour-blind readers up to eight classes.

Beyond the first eight they are placed farthest-first in OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab).
"""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_rgb, to_rgba

from ..inputs.labels import by_size
from ..runtime.checks import shown

# Okabe & Ito (2008), with a darker yellow, which shows on white, and brown for black, which shows on a dark ground.
# The nearest two differ by .13 in OKLab, by .076 under simulated deuteranopia (green and pink).
EIGHT = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#E3D32A", "#8F4B1E")
MANY = 20  # with more classes than this the legend lists the largest
MISSING = 0.35  # share of the text colour in the grey of points without label
_TO_CONES = np.array([[0.41222, 0.21190, 0.08830], [0.53633, 0.68070, 0.28172], [0.05145, 0.10740, 0.62998]])
_TO_LAB = np.array([[0.21045, 1.97800, 0.02590], [0.79362, -2.42859, 0.78277], [-0.00407, 0.45059, -0.80868]])


def class_colors(codes, names, palette, dark):
    """One colour per class, shape (k, 3); where the legend lists the largest, these get the most distinct ones."""
    k = len(names)
    if palette is None:
        colors = np.empty((k, 3))
        colors[by_size(codes, k) if k > MANY else np.arange(k)] = distinct_colors(k, dark)
        return colors
    if isinstance(palette, Mapping):
        absent = [name for name in names if name not in palette]
        if absent:
            raise ValueError(f"palette has no colour for the class {shown(absent[0])}: add it")
        palette = [palette[name] for name in names]
    elif isinstance(palette, str | Colormap):
        cmap = mpl.colormaps[palette] if isinstance(palette, str) else palette
        palette = cmap(np.arange(k) if k <= cmap.N <= MANY else _seen_on_ground(cmap, k, dark))
    if len(palette) < k:
        raise ValueError(f"palette has {len(palette)} colours for {k} classes: give at least {k}, or a colormap")
    return np.array([to_rgb(color) for color in palette[:k]]).reshape(k, 3)


def _seen_on_ground(cmap, k, dark):
    """Places of k colours in the colormap, even over those that do not drown in the ground.

    Classes in white on white, the first of "Greys", would not be there.
    """
    places = np.linspace(0, 1, 256)
    ground, least = ((0, 0, 0), 0.35) if dark else ((1, 0, 0), 0.15)
    seen = places[np.linalg.norm(oklab(cmap(places)[:, :3]) - ground, axis=1) > least]
    seen = seen if len(seen) else places
    return np.interp(np.linspace(0, 1, k), np.linspace(0, 1, len(seen)), seen)


def values_colormap(palette):
    """A colormap for values, viridis unless `palette` gives one or the colours to interpolate."""
    if palette is None or isinstance(palette, str | Colormap):
        return palette or "viridis"
    return LinearSegmentedColormap.from_list("palette", list(palette))


def distinct_colors(k, dark):
    """The eight, then each time the colour farthest in OKLab from all before; from 500 on they repeat.

    Candidates are neither so light or dark that they drown in the ground, nor grey (missing), nor neon.
    """
    axis = np.linspace(0, 1, 18)
    rgb = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    lab = oklab(rgb)
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    darkest, lightest = (0.55, 0.92) if dark else (0.42, 0.82)
    usable = (lightness > darkest) & (lightness < lightest) & (chroma > 0.08) & (chroma < 0.23)
    rgb, lab = rgb[usable], lab[usable]
    chosen = [np.array(to_rgb(color)) for color in EIGHT]
    distance = np.min([np.linalg.norm(lab - oklab(color), axis=1) for color in chosen], axis=0)
    while len(chosen) < min(k, 500):
        chosen.append(rgb[distance.argmax()])
        distance = np.minimum(distance, np.linalg.norm(lab - oklab(chosen[-1]), axis=1))
    return np.resize(chosen, (k, 3))


def oklab(rgb):
    """Perceptual coordinates (lightness, green to red, blue to yellow) of sRGB colours."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ _TO_CONES)
    return cones @ _TO_LAB


def ground(ax):
    """Colour behind the picture: that of the axes, or of the figure where the axes are transparent, or white."""
    patches = [ax.patch] + ([ax.figure.patch] if ax.figure is not None else [])
    return next((np.array(to_rgb(p.get_facecolor())) for p in patches if to_rgba(p.get_facecolor())[3] > 0), np.ones(3))


def grey(ax, share):
    """Between the ground (share 0) and the text (share 1) of the current style."""
    return (1 - share) * ground(ax) + share * np.array(to_rgb(mpl.rcParams["text.color"]))


def is_dark(ax):
    """Whether the ground of the axes is darker than the middle."""
    return oklab(ground(ax))[0] < 0.5
