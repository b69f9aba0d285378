"""Several pictures in one figure: the grid of panels, and the legend or colour bar that serves them all."""

import numpy as np

from .embedding import plot_embedding
from .frame import filled, fit
from .legend import add_key, title_bar
from .sizes import Widths
from .space import as_seen

GAP, HEAD, FOOT = 0.2, 0.4, 0.2  # inches between panels, above each for its title, beneath each for its scores


class Grid:
    """Where the k panels are; all in inches, boxes as (left, bottom, width, height)."""

    def __init__(self, k, ncols, sides, foot):
        self.ncols = min(ncols or columns(k), k)
        self.nrows = -(-k // self.ncols)
        self.sides, self.foot = sides, foot
        self.step = sides + np.array([GAP, HEAD + foot])
        self.size = self.step * (self.ncols, self.nrows) + (GAP, GAP)

    def panel(self, p):
        """The box of a panel."""
        row, column = divmod(p, self.ncols)
        return np.array([*(GAP, GAP + self.foot) + self.step * (column, self.nrows - 1 - row), *self.sides])

    def last_column(self):
        """The box of all panels in the last column."""
        left, height = GAP + self.step[0] * (self.ncols - 1), self.step[1] * self.nrows - HEAD - self.foot
        return np.array([left, GAP + self.foot, self.sides[0], height])

    def in_figure(self, box):
        """The box in shares of the figure, as matplotlib wants it."""
        return box / np.tile(self.size, 2)


def columns(k):
    """Up to three in a row, then whichever of two widths leaves fewer gaps: 4 are 2 x 2, 8 are 4 x 2."""
    c = int(np.ceil(np.sqrt(k)))
    return k if k <= 3 else min((c, c + 1), key=lambda c: -k % c)


def proportions_of(arrays):
    """Width and height of a panel, the longer one 1: mean proportions of the embeddings, not flatter than 1 to 2."""
    if arrays[0].shape[1] == 1:
        return np.array([1.0, 0.5])
    sides = np.array([np.maximum(np.ptp(as_seen(Y), axis=0), 1e-6 * (np.ptp(Y) or 1.0)) for Y in arrays])
    ratio = np.exp(np.log(sides[:, 1] / sides[:, 0]).mean())
    return np.maximum([min(1 / ratio, 1), min(ratio, 1)], 0.5)


def draw_guide(figure, grid, nodes, legend, options, n, more=None, called=""):
    """The legend or colour bar, beside axes as high as the grid that show nothing; widens figure and grid for it.

    It is that of a plot with the same labels, so that its colours are those of the points; and `more` by its name. A
    colour bar tells what these are `called`.
    """
    box = grid.last_column()
    guide = figure.add_axes(grid.in_figure(box))
    guide.set_axes_locator(lambda ax, renderer: ax.get_position(original=True))  # for the legend the figure is widened
    Y = by_node(np.linspace((0, 0), box[2:], n), nodes, graph=None)
    widths = options["edge_width"] if isinstance(options["edge_width"], Widths) else None
    plot_embedding(Y, ax=guide, legend=legend, **options | {"edge_width": widths})
    for bar in guide.child_axes:
        title_bar(bar, called)
    guide.set_aspect("auto")
    guide.set_axis_off()
    if more:
        add_key(guide, list(more.values()), list(more))
    for artist in (*guide.collections, *guide.images, *guide.texts):
        artist.set_visible(False)
    grid.size[0] = max(grid.size[0], guide.get_tightbbox().x1 / figure.dpi + GAP)
    figure.set_size_inches(grid.size)
    guide.set_position(grid.in_figure(box))


def fill(ax, sides):
    """Extend the limits so that the axes keep all of their box: the titles of all panels stand in a row."""
    low, high = filled(*np.transpose([ax.get_xlim(), ax.get_ylim()]), sides)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))


def settle_title(ax):
    """Take the title for a name, in which "$" begins no formula; smaller where it is wider than the panel."""
    ax.title.set_parse_math(False)
    fit(ax.title, ax)


def by_node(Y, nodes, graph):
    """Y, with the names of its rows where `graph` does not hold them."""
    return Y if nodes is None or graph is not None else dict(zip(nodes, Y, strict=True))
