"""Embeddings of one graph side by side: `plot_comparison`.

Every panel is a `plot_embedding` of its own; here are the grid, the alignment and the legend that serves all panels.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Auto, Coordinates, Float, Int, Labels
from ..graph.adjacency import GraphLike, quiet_graph
from ..inputs.coordinates import as_embeddings
from ..inputs.labels import by_row, read_labels
from ..inputs.seeds import as_generator
from ..metrics.distances import shortest_path_correlation
from ..metrics.neighborhoods import neighbor_recall
from ..runtime.checks import check_whole
from .alignment import aligned
from .content import with_marks
from .embedding import plot_embedding
from .frame import fit
from .sizes import Sizes, Widths
from .space import as_seen

__all__ = ["plot_comparison"]
GAP, HEAD, FOOT = 0.2, 0.4, 0.2  # inches between panels, above each for its title, beneath each for its scores


def plot_comparison(
    embeddings: Mapping[Any, Coordinates],
    labels: Labels | None = None,
    *,
    graph: GraphLike | None = None,
    scores: bool = False,
    align: bool = True,
    legend: bool | Auto = "auto",
    ncols: Int | None = None,
    panel_size: Float = 3.2,
    random_state: Int = 0,
    **options: Any,
) -> NDArray[np.object_]:
    """Draw several embeddings of the same nodes side by side, turned alike, with one legend for all.

    Parameters
    ----------
    embeddings : dict
        Title -> embedding, each an array of shape (n, d) or a dict from node to position, as `sgtsne_layout` and the
        layouts of NetworkX return; all with the same d = 1, 2 or 3. Rows are in the order of `graph`; without it, in
        that of the first dict of positions. Titles are written as they are, also with "$" in them.
    labels : array_like of shape (n,), or dict, optional
        Classes or values of the nodes, as in `plot_embedding`.
    graph : graph, optional
        Anything that `as_graph` takes; its edges are drawn in every panel.
    scores : bool, default False
        Write neighbour recall and shortest-path correlation (`sggraph.metrics`) under each panel; needs `graph`.
    align : bool, default True
        Turn, mirror, scale and shift each embedding onto the first (Procrustes); none of this changes what it says.
    legend : {"auto", True, False}
        Right of the panels, as in `plot_embedding`.
    ncols : int, optional
        Panels in a row; by default up to three, then nearly as many as rows.
    panel_size : float, default 3.2
        Longer side of a panel in inches.
    random_state : int, default 0
        Seed of the order of the points, of a sample of the edges and of the scores.
    **options
        Passed on to `plot_embedding`, such as `palette`.

    Returns
    -------
    axes : ndarray of matplotlib.axes.Axes, shape (number of embeddings,)
        One for each embedding, in their order, in a new figure: ``axes[0].figure.savefig("comparison.png")``.

    Raises
    ------
    ValueError
        If there is no embedding, or they have different shapes, do not fit the graph or the labels, or `scores` are
        wanted without a graph.

    See Also
    --------
    quality_card : all scores of one embedding.
    plot_recall : the distribution behind the mean recall.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> club = sg.datasets.load_karate_club()
    >>> layouts = {"SG-t-SNE": sg.embed_graph(club, random_state=0)}
    >>> layouts["Kamada-Kawai"] = nx.kamada_kawai_layout(club.to_networkx())
    >>> axes = sg.plot_comparison(layouts, club.labels, graph=club, scores=True)
    >>> [ax.get_title() for ax in axes]
    ['SG-t-SNE', 'Kamada-Kawai']
    """
    from matplotlib import pyplot as plt

    if scores and graph is None:
        raise ValueError("scores=True compares the embeddings with their graph: give it, graph=G")
    if ncols is not None:
        check_whole("ncols", ncols, 1, accepted="None, or a number of panels")
    labels, given = read_labels(labels, graph, random_state), graph
    graph = None if graph is None else quiet_graph(graph)
    arrays, nodes = as_embeddings(embeddings, graph)
    first = next(iter(arrays.values()))
    if labels is not None:
        labels = by_row(labels, nodes if graph is None else graph.names, len(first))
    if align:
        arrays = {name: aligned(Y, first) for name, Y in arrays.items()}
    options |= {"labels": labels, "random_state": random_state}
    grid = _Grid(len(arrays), ncols, panel_size * _proportions(list(arrays.values())), FOOT if scores else 0)
    options = with_marks(options, given, graph, nodes, [*arrays.values()], 72 * grid.sides, as_generator(random_state))
    figure = plt.figure(figsize=grid.size, layout="none")
    if legend and (labels is not None or any(isinstance(mark, Sizes | Widths) for mark in options.values())):
        _draw_guide(figure, grid, nodes, legend, options, len(first))
    axes = np.empty(len(arrays), object)
    for p, (name, Y) in enumerate(arrays.items()):
        solid = Y.shape[1] == 3
        axes[p] = ax = figure.add_axes(grid.in_figure(grid.panel(p)), projection="3d" if solid else None)
        plot_embedding(_by_node(Y, nodes, graph), graph=graph, ax=ax, legend=False, title=name, **options)
        if not solid:
            _fill(ax, grid.sides)
        ax.title.set_parse_math(False)  # a name, in which "$" begins no formula
        fit(ax.title, ax)
        if scores:
            recall = neighbor_recall(graph, Y, random_state=random_state)
            correlation = shortest_path_correlation(graph, Y, random_state=random_state)
            fit(_write_beneath(ax, f"recall {recall:.2f}, path correlation {correlation:.2f}"), ax)
    return axes


class _Grid:
    """Where the k panels are; all in inches, boxes as (left, bottom, width, height)."""

    def __init__(self, k, ncols, sides, foot):
        self.ncols = min(ncols or _columns(k), k)
        self.nrows = -(-k // self.ncols)
        self.sides, self.foot = sides, foot
        self.step = sides + np.array([GAP, HEAD + foot])
        self.size = self.step * (self.ncols, self.nrows) + (GAP, GAP)

    def panel(self, p):
        row, column = divmod(p, self.ncols)
        return np.array([*(GAP, GAP + self.foot) + self.step * (column, self.nrows - 1 - row), *self.sides])

    def last_column(self):
        left, height = GAP + self.step[0] * (self.ncols - 1), self.step[1] * self.nrows - HEAD - self.foot
        return np.array([left, GAP + self.foot, self.sides[0], height])

    def in_figure(self, box):
        return box / np.tile(self.size, 2)


def _columns(k):
    """Up to three in a row, then whichever of two widths leaves fewer gaps: 4 are 2 x 2, 8 are 4 x 2."""
    c = int(np.ceil(np.sqrt(k)))
    return k if k <= 3 else min((c, c + 1), key=lambda c: -k % c)


def _proportions(arrays):
    """Width and height of a panel, the longer one 1: mean proportions of the embeddings, not flatter than 1 to 2."""
    if arrays[0].shape[1] == 1:
        return np.array([1.0, 0.5])
    sides = np.array([np.maximum(np.ptp(as_seen(Y), axis=0), 1e-6 * (np.ptp(Y) or 1.0)) for Y in arrays])
    ratio = np.exp(np.log(sides[:, 1] / sides[:, 0]).mean())
    return np.maximum([min(1 / ratio, 1), min(ratio, 1)], 0.5)


def _draw_guide(figure, grid, nodes, legend, options, n):
    """The legend or colour bar, beside axes as high as the grid that show nothing; widens figure and grid for it.

    It is that of a plot with the same labels, so that its colours are those of the points.
    """
    box = grid.last_column()
    guide = figure.add_axes(grid.in_figure(box))
    guide.set_axes_locator(lambda ax, renderer: ax.get_position(original=True))  # for the legend the figure is widened
    Y = _by_node(np.linspace((0, 0), box[2:], n), nodes, graph=None)
    widths = options["edge_width"] if isinstance(options["edge_width"], Widths) else None
    plot_embedding(Y, ax=guide, legend=legend, **options | {"edge_width": widths})
    guide.set_aspect("auto")
    guide.set_axis_off()
    for artist in (*guide.collections, *guide.images, *guide.texts):
        artist.set_visible(False)
    grid.size[0] = max(grid.size[0], guide.get_tightbbox().x1 / figure.dpi + GAP)
    figure.set_size_inches(grid.size)
    guide.set_position(grid.in_figure(box))


def _fill(ax, sides):
    """Extend the limits so that the axes keep all of their box: the titles of all panels stand in a row."""
    limits = np.array([ax.get_xlim(), ax.get_ylim()])
    half = sides * (np.ptp(limits, axis=1) / sides).max() / 2
    low, high = limits.mean(axis=1) - half, limits.mean(axis=1) + half
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))


def _by_node(Y, nodes, graph):
    """Y, with the names of its rows where `graph` does not hold them."""
    return Y if nodes is None or graph is not None else dict(zip(nodes, Y, strict=True))


def _write_beneath(ax, text):
    size = 0.8 * ax.title.get_fontsize()
    down = {"xytext": (0, -4), "textcoords": "offset points"}
    return ax.annotate(text, (0.5, 0), xycoords="axes fraction", ha="center", va="top", fontsize=size, **down)
