"""Explain the colours of a picture beside it, by a legend of the classes or a colour bar of the values."""

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from ..inputs.labels import by_size
from .frame import axes_in_points
from .palette import MANY, MISSING, grey

LISTED = 15
PAD = 0.05  # inches right of a legend
LEAST = 0.2  # of its place is what axes keep beside a long legend
LONGEST_NAME = 32


def draw_legend(ax, codes, names, colors, alpha, height, legend):
    """Legend right of the axes and no higher than they are; classes that are not listed are counted."""
    font = 0.9 * FontProperties(size=mpl.rcParams["legend.fontsize"]).get_size_in_points()
    rows = max(int((height - font) / (1.45 * font)), 2)
    missing = bool(np.any(codes < 0))
    listed = np.arange(len(names))
    if legend == "auto" and len(names) > min(MANY, rows - missing):
        listed = by_size(codes, len(names))[: min(LISTED, rows - missing - 1)]
    entries = list(zip(colors[listed], all_shortened([str(names[c]) for c in listed]), strict=True))
    if missing:
        entries.append((grey(ax, MISSING), "no label"))
    if len(listed) < len(names):
        entries.append(("none", f"+{len(names) - len(listed)} more"))
    dot = {"linestyle": "", "marker": "o", "markersize": 0.7 * font, "markeredgewidth": 0}
    legend = ax.legend(
        [Line2D([], [], color=color, alpha=alpha, **dot) for color, _ in entries],
        ["-"] * len(entries),
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        ncols=-(-len(entries) // rows),
        frameon=False,
        handletextpad=0.1,
        labelspacing=0.35,
        fontsize=font,
    )
    write_last(legend, [name for _, name in entries])
    return legend


def write_last(legend, names):
    """Write names into the last entries of the legend, as they are: "$" begins no formula.

    Names that begin with "_" come in no other way: matplotlib leaves artists of such labels out (up to 3.9 all).
    """
    for text, name in zip(legend.get_texts()[-len(names) :], names, strict=True):
        text.set(text=name, parse_math=False)


def draw_colorbar(ax, points):
    """Colour bar right of the axes; returns its own axes."""
    bar = ax.figure.colorbar(points, cax=ax.inset_axes([1.03, 0.1, 0.03, 0.8]))
    bar.solids.set_alpha(1)
    bar.outline.set_visible(False)
    return bar.ax


def shortened(name, longest=LONGEST_NAME):
    """The name, its middle left out if it is too long."""
    half = longest // 2
    return name if len(name) <= longest else f"{name[:half].rstrip()}…{name[-half + 1 :].lstrip()}"


def all_shortened(names):
    """The names, as short as leaves them different."""
    longest = LONGEST_NAME
    while len({shortened(name, longest) for name in names}) < len(set(names)):
        longest += 8
    return [shortened(name, longest) for name in names]


def make_room(figure, guide):
    """Widen the figure for the legend or colour bar, the axes staying as large as they are."""
    old = figure.get_figwidth()
    new = max(old, guide.get_tightbbox().x1 / figure.dpi + 0.1)
    for ax in figure.axes:
        x, y, width, height = ax.get_position(original=True).bounds
        ax.set_position((x * old / new, y, width * old / new, height))
    figure.set_figwidth(new)


class Narrowed:
    """A locator of axes: their place, but for some inches on the right, however figure and place change."""

    def __init__(self, inches, spec):
        self.inches, self.spec = inches, spec

    def __call__(self, ax, renderer):
        """The place of the axes in the figure."""
        place = ax.get_position(original=True)
        share = self.inches * ax.figure.dpi / ax.figure.bbox.width
        return Bbox.from_bounds(place.x0, place.y0, max(place.width - share, LEAST * place.width), place.height)

    def get_subplotspec(self):
        """Where in a grid the axes are, for which ``tight_layout`` asks the locator."""
        return self.spec


def leave_room(ax, draw):
    """Narrow axes of the caller so that their legend is seen whole: inside their place where others share the figure.

    ``draw(height)`` makes the legend or colour bar for axes of that height, to be measured. Axes that cover their
    figure stay as they are, to be saved with ``bbox_inches="tight"``, and so do those that have a locator already.
    """
    if isinstance(ax.get_axes_locator(), Narrowed):  # of an earlier picture
        ax.set_axes_locator(None)
    if ax.get_axes_locator() is not None:
        return
    for _ in range(2):  # narrower axes may be lower, and the legend then have more columns
        guide = draw(axes_in_points(ax)[1])
        end, beside = guide.get_tightbbox().x1, ax.get_window_extent().x1
        guide.remove()
        if end <= _limit(ax):
            return
        ax.set_axes_locator(Narrowed((end - beside) / ax.figure.dpi + PAD, ax.get_subplotspec()))


def _limit(ax):
    """How far right a legend may reach, in pixels."""
    place, spec = ax.get_position(original=True), ax.get_subplotspec()
    if len(ax.figure.axes) > 1 or (spec is not None and spec.get_gridspec().get_geometry() != (1, 1)):
        return place.transformed(ax.figure.transSubfigure).x1
    return np.inf if place.width >= 1 else ax.figure.bbox.x1
