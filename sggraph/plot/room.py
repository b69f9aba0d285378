"""Make room beside axes for what explains them: in a figure of our own, or inside the place that the caller gave."""

import numpy as np
from matplotlib.transforms import Bbox

from ..runtime.warn import warn
from .frame import axes_in_points

PAD = 0.05  # inches right of a legend
LEAST = 0.2  # of its place is what axes keep beside a long legend


def make_room(figure, guides):
    """Widen the figure for legends and colour bar, the axes staying as large as they are."""
    old = figure.get_figwidth()
    new = max(old, end_of(guides) / figure.dpi + 0.1)
    for ax in figure.axes:
        x, y, width, height = ax.get_position(original=True).bounds
        ax.set_position((x * old / new, y, width * old / new, height))
    figure.set_figwidth(new)


def end_of(guides):
    """How far right legends and colour bars reach, in pixels."""
    return max((guide.get_tightbbox().x1 for guide in guides), default=-np.inf)


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
    """Narrow axes of the caller so that their legends are seen whole: inside their place where others share the figure.

    ``draw(box)`` makes the legends for axes of that width and height, to be measured. Axes that cover their
    figure stay as they are, to be saved with ``bbox_inches="tight"``, and so do those that have a locator already.
    """
    if isinstance(ax.get_axes_locator(), Narrowed):  # of an earlier picture
        ax.set_axes_locator(None)
    if ax.get_axes_locator() is not None:
        return
    for _ in range(2):  # narrower axes may be lower, and the legend then have more columns
        guides = draw(axes_in_points(ax))
        end, beside = end_of(guides), ax.get_window_extent().x1
        tall = max((guide.get_tightbbox().height for guide in guides), default=0)
        for guide in guides:
            guide.remove()
        if end <= _limit(ax):
            return
        if tall > ax.get_window_extent().height:
            ax.set_anchor("N")  # or a legend that is higher than the axes had half of the place alone
        ax.set_axes_locator(Narrowed((end - beside) / ax.figure.dpi + PAD, ax.get_subplotspec()))


def warn_if_cut(ax, guides):
    """Warn of a legend that is cut off, or covers other axes, although these axes were made narrow for it."""
    beyond = end_of(guides) - _limit(ax)
    if beyond > 1 and isinstance(ax.get_axes_locator(), Narrowed):
        warn(
            f"the legend is {beyond / ax.figure.dpi:.1f} inches wider than its place: enlarge the figure, lower plt."
            "rcParams['font.size'], save with bbox_inches='tight', or give label_on_map=True or legend='auto'",
            UserWarning,
        )


def _limit(ax):
    """How far right a legend may reach, in pixels."""
    place, spec = ax.get_position(original=True), ax.get_subplotspec()
    if len(ax.figure.axes) > 1 or (spec is not None and spec.get_gridspec().get_geometry() != (1, 1)):
        return place.transformed(ax.figure.transSubfigure).x1
    return np.inf if place.width >= 1 else ax.figure.bbox.x1
