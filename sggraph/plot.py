"""Draw an embedding: arrays in, matplotlib Axes out.

Sizes and opacities come from the ink a picture can take: the points together cover at most a seventh of the axes.
Nothing here shows a figure or changes rcParams. Colours, edges and legend have files of their own.
"""

import warnings
from collections.abc import Mapping

import numpy as np

from .classes import as_classes
from .coordinates import as_coordinates
from .graph import GraphWarning, as_graph
from .palette import EIGHT, MISSING, class_colors, grey, is_dark, values_colormap
from .plot_edges import crowding, draw_edges, edge_lines
from .plot_legend import draw_colorbar, draw_legend, make_room

__all__ = ["plot_embedding"]

HEAD = 0.4  # inches above the axes, for a title


def plot_embedding(
    Y,
    labels=None,
    *,
    graph=None,
    ax=None,
    palette=None,
    point_size=None,
    point_alpha=None,
    edge_alpha=None,
    edge_color=None,
    max_edges=200_000,
    legend="auto",
    title=None,
    rasterized=None,
    random_state=0,
):
    """Draw the points of an embedding, coloured by class or value, with the edges of its graph behind them.

    Parameters
    ----------
    Y : array_like of shape (n, d), or dict
        Coordinates, d = 1 (a strip, its edges as arcs), 2 or 3 (on 3-D axes); or a dict from node to position, as
        NetworkX uses, whose order, or that of `graph` if given, becomes the order of the rows. Rows of NaN are not
        drawn (nodes that ``components="largest"`` left out).
    labels : array_like of shape (n,), or dict, optional
        Integers, strings, bools and categoricals are classes; floats are values and get a colour bar (floats that are
        whole numbers beside missing ones are integer classes, which is how pandas stores them). A dict is read by
        node, or by row number if nodes have no names; so is a pandas Series whose index holds the names of the nodes.
        None, NaN, NA and absent nodes are missing: grey, and beneath the others.
    graph : graph, optional
        Anything `as_graph` accepts; its edges are drawn, without direction or weight.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it a new figure is made, 7 inches on its longer side, and widened for the legend.
    palette : sequence of colours, dict from class to colour, Colormap or its name, optional
        Colours in the order of the sorted classes. The default is safe for colour-blind readers up to 8 classes.
    point_size : float, optional
        Area of a point in square points, as in `Axes.scatter`; by default from n and the size of the axes.
    point_alpha, edge_alpha : float, optional
        Opacities; by default from the numbers of points and edges, the lengths of the edges and the size of the axes.
    edge_color : colour, optional
        By default a grey between the ground and the text colour of the current style.
    max_edges : int, default 200_000
        Of more edges than this a random sample is drawn.
    legend : {"auto", True, False}
        Right of the axes. "auto" lists up to 20 classes; of more, the 15 largest and how many are not listed. True
        lists all, in several columns if need be.
    title : str, optional
        Title of the axes.
    rasterized : bool, optional
        Store points and edges as pixels in PDF and SVG files; by default if there are more than 10,000.
    random_state : int, default 0
        Seed of the order in which points are drawn, so that no class covers another, and of the sample of edges.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Save with ``ax.figure.savefig("picture.png", dpi=150, bbox_inches="tight")``.

    Raises
    ------
    ValueError
        If sizes do not agree, coordinates are not finite, d is not 1, 2 or 3, or a class has no colour in `palette`.

    Examples
    --------
    >>> import sggraph as sg
    >>> counties = sg.datasets.load_us_counties()
    >>> states = [counties.label_names[c] for c in counties.labels]
    >>> ax = sg.plot_embedding(counties.positions, states, graph=counties.graph)
    >>> [text.get_text() for text in ax.get_legend().get_texts()][-2:]
    ['Michigan', '+34 more']
    """
    if legend not in ("auto", True, False):
        raise ValueError(
            f'legend must be "auto", True or False, got {legend!r}: move it with ax.get_legend() afterwards'
        )
    rng = np.random.default_rng(random_state)
    graph = None if graph is None else _quiet_graph(graph)
    Y, nodes = _as_positions(Y, graph)
    values, names = (None, None) if labels is None else as_classes(labels, nodes, len(Y))
    A = None if graph is None else graph.adjacency
    placed = ~np.isnan(Y[:, 0])
    if not placed.all():
        Y, values = Y[placed], None if values is None else values[placed]
        A = None if A is None else A[placed][:, placed]
    lines = None if A is None else edge_lines(Y, A, max_edges, rng)
    if Y.shape[1] == 1:
        Y = np.pad(Y, ((0, 0), (0, 1)))

    low, high = _limits(Y, lines)
    made_figure = ax is None
    ax = _new_axes(high - low) if made_figure else ax
    _frame(ax, low, high, title)
    box, unit = _axes_in_points(ax, high - low)
    if rasterized is None:
        rasterized = len(Y) + (0 if lines is None else len(lines)) > 10_000
    if lines is not None:
        draw_edges(ax, lines, edge_color, edge_alpha, crowding(lines, low, high, unit), rasterized)
    style = _point_style(len(Y), box, point_size, point_alpha, ax) | {"rasterized": rasterized}
    guide = None
    if labels is None:
        ax.scatter(*Y.T, color=[EIGHT[0]], zorder=3, **style)
    elif names is None:
        drawn = _draw_points(ax, Y, ~np.isnan(values), rng, style, values, values_colormap(palette))
        guide = draw_colorbar(ax, drawn) if legend else None
    else:
        colors = class_colors(values, names, palette, is_dark(ax))
        colors_of_points = np.vstack([colors, grey(ax, MISSING)])[values]  # -1, the missing, is the last
        _draw_points(ax, Y, values >= 0, rng, style, colors_of_points)
        guide = draw_legend(ax, values, names, colors, style["alpha"], box[1], legend) if legend else None
    if made_figure and guide is not None:
        make_room(ax.figure, guide)
    return ax


def _quiet_graph(graph):
    """Edges to draw: without weights, and without telling again of the self-loops, which show nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)
        return as_graph(graph, weight=None)


def _as_positions(Y, graph):
    """Coordinates as a float array of shape (n, d), and the names of its rows (None where they have none)."""
    if isinstance(Y, Mapping):
        nodes = list(Y if graph is None else graph.nodes)
    else:
        nodes = None if graph is None or graph.nodes == list(range(len(graph.nodes))) else graph.nodes
    Y = as_coordinates(Y, graph, may_lack=True)
    if Y.shape[1] > 3:
        raise ValueError(f"Y must have shape (n, d) with d = 1, 2 or 3, got {Y.shape}: choose columns of it")
    return Y, nodes


def _new_axes(sides):
    """Axes in a figure of their proportions, 7 inches on the longer side, at least 2 on the other.

    No layout engine: it measures the legend before the equal aspect has moved the axes, and cuts it off.
    """
    from matplotlib import pyplot as plt

    flat = sides if len(sides) == 2 else np.ones(2)
    width, height = np.maximum(7 * flat / flat.max(), 2)
    figure = plt.figure(figsize=(width, height + HEAD), layout="none")
    return figure.add_axes((0, 0, 1, height / (height + HEAD)), projection=None if len(sides) == 2 else "3d")


def _limits(Y, lines):
    """Corners of the picture: all that is drawn and a margin, never flatter than 1 to 4."""
    shown = Y if lines is None else np.concatenate([Y, lines.reshape(-1, Y.shape[1])])
    low, high = shown.min(axis=0), shown.max(axis=0)
    span = (high - low).max() or 1.0
    half = np.maximum(high - low, span / 4) / 2 + 0.03 * span
    return (low + high) / 2 - half, (low + high) / 2 + half


def _frame(ax, low, high, title):
    """Limits, equal aspect, title; no ticks, no frame."""
    solid = len(low) == 3
    if solid != (ax.name == "3d"):
        needed = '"3d"' if solid else '"rectilinear"'
        raise ValueError(f"ax has projection {ax.name!r}, Y needs {needed}: plt.subplot(projection={needed}) makes one")
    for side, *limits in zip("xyz", low, high, strict=False):
        ax.set(**{f"{side}lim": limits, f"{side}ticks": []})
    ax.set_aspect("equal")
    if title is not None:
        ax.set_title(title)
    if solid:
        ax.set_axis_off()
        ax.computed_zorder = False
    else:
        ax.spines[:].set_visible(False)


def _axes_in_points(ax, sides):
    """Width and height of the axes in points, and points per unit of Y."""
    if ax.name != "3d":
        ax.apply_aspect()
    extent = ax.get_window_extent()
    box = np.array([extent.width, extent.height]) * 72 / ax.figure.dpi
    return box, box.min() / sides.max() if len(sides) == 3 else box[0] / sides[0]


def _point_style(n, box, size, alpha, ax):
    """Points that cover a seventh of the axes, less where they are few; then the colour of the ground outlines them."""
    room = box.prod() / n
    size = np.clip(min(0.15 * room, 1.3 * np.sqrt(room)), 0.3, 120) if size is None else size
    return {
        "s": size,
        "alpha": np.clip(1 - 0.2 * np.log10(n / 2000), 0.4, 1.0) if alpha is None else alpha,
        "linewidths": 0.7 if size > 20 else 0,
        "edgecolors": [ax.get_facecolor()],
    }


def _draw_points(ax, Y, known, rng, style, colors, cmap=None):
    """The missing in grey, above them the others in random order, so that none hides behind its row number."""
    if not known.all():
        ax.scatter(*Y[~known].T, color=[grey(ax, MISSING)], zorder=2, **style)
    rows = rng.permutation(np.flatnonzero(known))
    return ax.scatter(*Y[rows].T, zorder=3, c=colors[rows], cmap=cmap, **style)
