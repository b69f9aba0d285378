"""Explain a picture beside it: legends of classes, sizes and widths in one style, or a colour bar of the values.

They stand beneath each other right of the axes, and in a further column where the axes are too low for all.
"""

from functools import partial
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from ..inputs.labels import by_size
from .fonts import Letters
from .palette import MANY, MISSING, grey
from .points import usual_size
from .sizes import Sizes, Widths, examples, in_words

LISTED = 15
LONGEST_NAME = 32
FEWEST_ROWS = 4  # of classes above the legends of sizes and widths; these stand in the next column where fewer fit
DOT = 0.7  # of the size of letters: marks of classes, and the least that the largest mark of a legend of sizes has
SOLID = 0.6  # least opacity of a line that shows a width: those on the picture are many, and fainter
BAR = (1.03, 0.1, 0.03, 0.8)  # left, bottom, width and height of a colour bar, in shares of the axes
BAR_LEAST = 0.4  # of the height of the axes is what a colour bar keeps above other legends


class Explained(NamedTuple):
    """What there is to explain: class numbers or values (None: neither) of points in `paint`, values by a `scale`, at
    most as opaque as `alpha`, and what they are `called`; sizes and widths, fitted to the picture, and the opacity of
    edges. `legend` is what the caller wants.
    """

    values: np.ndarray | None
    names: list | None
    paint: Any
    scale: Any
    sizes: Sizes | None
    widths: Widths | None
    legend: bool | str
    alpha: float = 1.0
    edge_alpha: float = 0.7  # what edges have at most
    letters: Letters = Letters()
    called: str = ""

    @property
    def needed(self):
        """Whether there is anything to explain, and the caller wants it."""
        numbers = [] if self.sizes is None else [self.sizes.values]
        numbers += [] if self.widths is None else [self.widths.values.data]
        return bool(self.legend) and (self.values is not None or any(len(examples(values)) for values in numbers))

    def fitted(self, n, box):
        """The same for n marks on axes of this size, to see how wide the legends are: line widths do not matter."""
        sizes = None if self.sizes is None else self.sizes.fitted(usual_size(n, box), box)
        return self._replace(sizes=sizes, widths=self.widths and self.widths._replace(unit=1.0))


def draw_guides(ax, what, height):
    """Draw all that is `Explained` beside axes of this height, in points; returns the legends and the colour bar."""
    is_first = what.names is None  # ax.get_legend() is that of the classes, or the first of the others
    keys = [_sizes_key(ax, what, is_first)]
    keys = [key for key in (*keys, _widths_key(ax, what, is_first and keys == [None])) if key is not None]
    height = _down_to_place(ax, height)
    if what.values is None:
        return _stacked(ax, [], [], keys, height)
    if what.names is None:
        return _beside_bar(ax, what, keys, height)
    font = font_size()
    heights = [key.get_window_extent().height * 72 / ax.figure.dpi for key in keys]
    left = height - sum(heights)
    rows = max(int(((left if left > 1.45 * font * FEWEST_ROWS else height) - font) / (1.45 * font)), 2)
    classes = _classes_legend(ax, what, rows)
    return _stacked(ax, [classes], heights, keys, height)


def _down_to_place(ax, height):
    """How far legends may reach down from the upper end of axes of this height: to the end of their place.

    Axes of equal aspect are lower than their place, and the lower they are made by legends in many columns, the more.
    """
    place = ax.get_position(original=True).transformed(ax.figure.transSubfigure)
    return max(height, (ax.get_window_extent().y1 - place.y0) * 72 / ax.figure.dpi)


def _stacked(ax, above, heights, keys, height):
    """Place the keys beneath what is `above` them, and in the next column where axes of this height end."""
    heights = heights or [key.get_window_extent().height * 72 / ax.figure.dpi for key in keys]
    x, y, wide = 0.0, 0.0, 0.0
    for legend in above:
        extent = legend.get_window_extent()
        y, wide = extent.height * 72 / ax.figure.dpi, extent.width * 72 / ax.figure.dpi
    for key, tall in zip(keys, heights, strict=True):
        if y > 0 and y + tall > height:
            x, y, wide = x + wide, 0.0, 0.0
        key.set_bbox_to_anchor((1.01, 1.0), ax.transAxes + ScaledTranslation(x / 72, -y / 72, _inches(ax)))
        y, wide = y + tall, max(wide, key.get_window_extent().width * 72 / ax.figure.dpi)
    return [*above, *keys]


def add_key(ax, handles, texts):
    """One more legend beneath those that axes which show nothing have beside them, or right of them."""
    what = Explained(None, None, None, None, None, None, True)
    key = _legend(ax, what, ax.get_legend() is None, handles, texts)
    others = [artist for artist in ax.get_children() if isinstance(artist, Legend) and artist is not key]
    others += [bar.axes for bar in ax.child_axes]
    tall = key.get_window_extent().height
    boxes = [other.get_tightbbox() for other in others]
    if not boxes:
        return
    right = max(box.x1 for box in boxes)
    lowest = min(box.y0 for box in boxes)
    x, y = (ax.bbox.x1, lowest)
    if lowest - tall < ax.bbox.y0:
        x, y = right, ax.bbox.y1
    shift = ScaledTranslation((x - ax.bbox.x1) / ax.figure.dpi, (y - ax.bbox.y1) / ax.figure.dpi, _inches(ax))
    key.set_bbox_to_anchor((1.01, 1.0), ax.transAxes + shift)


def _beside_bar(ax, what, keys, height):
    """A colour bar with the keys beneath it, from the lower edge of the axes up; beside it where that is too short."""
    tall = [key.get_window_extent().height * 72 / ax.figure.dpi for key in keys]
    place, share = list(BAR), sum(tall) / height
    beneath = bool(keys) and share < 1 - BAR_LEAST
    if beneath:
        place[1], place[3] = share + 0.03, 0.94 - share
    bar = _colorbar(ax, what, place)
    x, y = (0.0, 0.0) if beneath else ((bar.get_tightbbox().x1 - ax.bbox.x1) * 72 / ax.figure.dpi, 0.0)
    for key, high in zip(reversed(keys), reversed(tall), strict=True):
        key.set_loc("lower left")
        key.set_bbox_to_anchor((1.01, 0.0), ax.transAxes + ScaledTranslation(x / 72, y / 72, _inches(ax)))
        y += high
    return [bar, *keys]


def _inches(ax):
    return ax.figure.dpi_scale_trans


def font_size():
    """Size of the letters of legends, in points."""
    return 0.9 * FontProperties(size=mpl.rcParams["legend.fontsize"]).get_size_in_points()


def _sizes_key(ax, what, is_first):
    """The legend of sizes, None where all are alike. Its rows are as high as its marks.

    Where many nodes make them specks, it shows them so many times as wide, and says so.
    """
    shown = None if what.sizes is None else examples(what.sizes.values)
    if shown is None or not len(shown):
        return None
    one_color = what.paint.classes is None and what.paint.scale is None
    color = what.paint.points[0] if one_color else grey(ax, 0.5)
    wide, font = np.sqrt(what.sizes.of(shown)), font_size()
    larger = max(int(np.ceil(DOT * font / wide[-1])), 1)
    wide, note = larger * wide, "" if larger == 1 else f"\nshown {larger} times as wide"
    handles = [
        Line2D([], [], linestyle="", marker="o", markersize=d, color=color, alpha=what.alpha, markeredgewidth=0)
        for d in wide
    ]
    spacing = max(0.35, (wide[1:] + wide[:-1]).max() / 2 / font - 0.9)
    pad = max(0.4, wide[-1] / 2 / font - 0.4)  # the largest mark, in the last row, is higher than this
    style = {"labelspacing": spacing, "borderpad": pad, "handlelength": max(2.0, wide[-1] / font + 0.4)}
    return _legend(ax, what, is_first, handles, list(map(in_words, shown)), title=what.sizes.title, note=note, **style)


def _widths_key(ax, what, is_first):
    """The legend of widths, None where all are alike."""
    shown = None if what.widths is None else examples(what.widths.values.data)
    if shown is None or not len(shown):
        return None
    style = {"color": grey(ax, 0.6), "alpha": max(what.edge_alpha, SOLID), "solid_capstyle": "butt"}
    handles = [Line2D([], [], linewidth=width, **style) for width in what.widths.of(shown)]
    style = {"title": what.widths.title, "labelspacing": 0.35}
    return _legend(ax, what, is_first, handles, list(map(in_words, shown)), **style)


def _classes_legend(ax, what, rows):
    """The legend of classes in columns of so many rows; classes that are not listed are counted."""
    codes, names, font = what.values, what.names, font_size()
    missing = bool(np.any(codes < 0))
    listed = np.arange(len(names))
    if what.legend == "auto" and len(names) > min(MANY, rows - missing):
        listed = by_size(codes, len(names))[: min(LISTED, rows - missing - 1)]
    shown = all_shortened([str(names[c]) for c in listed])
    entries = list(zip(what.paint.classes[listed], shown, strict=True))
    if missing:
        entries.append((grey(ax, MISSING), "no label"))
    if len(listed) < len(names):
        entries.append(("none", f"+{len(names) - len(listed)} more"))
    dot = {"linestyle": "", "marker": "o", "markersize": DOT * font, "markeredgewidth": 0, "alpha": what.alpha}
    handles = [Line2D([], [], color=color, **dot) for color, _ in entries]
    style = {"ncols": -(-len(entries) // rows), "handletextpad": 0.1, "labelspacing": 0.35}
    return _legend(ax, what, True, handles, [name for _, name in entries], **style)


def _legend(ax, what, is_first, handles, texts, title=None, note="", **style):
    """A legend in the style of all, at the upper right corner; the first one is what ``ax.get_legend()`` returns."""
    style = {"handletextpad": 0.3} | style
    make = ax.legend if is_first else partial(Legend, ax)
    made = make(
        handles,
        ["-"] * len(handles),
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        frameon=False,
        fontsize=font_size(),
        **style,
    )
    for text in [*made.get_texts(), made.get_title()]:
        what.letters.style(text)
    write_last(made, texts)
    if title is not None:
        made.set_title(shortened(str(title)) + note, {"size": font_size()})
        made.get_title().set_parse_math(False)
        made.set_alignment("left")
    if not is_first:
        ax.add_artist(made)
        made.set_clip_on(False)  # beyond the axes, where layouts and tight boxes would not count it
    return made


def write_last(legend, names):
    """Write names into the last entries of the legend, as they are: "$" begins no formula.

    Names that begin with "_" come in no other way: matplotlib leaves artists of such labels out (up to 3.9 all).
    """
    for text, name in zip(legend.get_texts()[-len(names) :], names, strict=True):
        text.set(text=name, parse_math=False)


def title_bar(ax, called):
    """Tell beside a colour bar what its values are called; the Text."""
    label = ax.yaxis.label
    label.set(text=shortened(called), parse_math=False, size=font_size())
    return label


def _colorbar(ax, what, place):
    """Colour bar at this place right of the axes; returns its own axes."""
    bar = ax.figure.colorbar(what.scale, cax=ax.inset_axes(place))
    what.letters.style(title_bar(bar.ax, what.called))
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
