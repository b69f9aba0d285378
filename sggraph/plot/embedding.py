"""Draw an embedding: arrays in, matplotlib Axes out.

Sizes and opacities come from the ink a picture can take: the points together cover at most a seventh of the axes.
Nothing here shows a figure or changes rcParams. Frame, points, edges, names, legend, colours have files of their own.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cbook import normalize_kwargs
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.text import Text

from ..core.types import Auto, Coordinates, Fitted, Float, Int, Items, Labels, Numbers, Seed, SparseMatrix
from ..datasets.dataset import Dataset
from ..graph.adjacency import GraphLike
from ..graph.types import AnnData
from ..inputs.elsewhere import PICTURE, told
from ..inputs.seeds import as_generator
from ..io.saved import SavedEmbedding
from ..method.sequence import Snapshot
from ..runtime.checks import check_choice, check_flag, is_number, refused
from .content import name_of, opened, read_content
from .density import draw_density
from .edges import BETWEEN, Edges, draw_edges
from .fonts import letters_for
from .frame import axes_in_points, fit, new_axes, set_frame, view_for, whole_axes
from .legend import Explained, draw_guides
from .names import Names, medoids
from .overlap import apart, check_overlap
from .palette import grey, is_dark
from .points import (
    as_strip,
    check_palette,
    check_values,
    default_style,
    draw_border,
    draw_ground,
    draw_points,
    make_paint,
    usual_size,
)
from .room import leave_room, make_room, warn_if_cut
from .sizes import Sizes, Widths

__all__ = ["plot_embedding"]
MANY_POINTS = 200_000
RASTERIZED = 10_000
MOST_EDGES = 20_000  # of more, the picture in passing shows the points alone
SIDE = 5  # inches


@told(PICTURE)
def plot_embedding(
    Y: Coordinates | Fitted | SavedEmbedding | Snapshot | Dataset | AnnData,
    labels: Labels | None = None,
    *,
    graph: GraphLike | None = None,
    ax: Axes | None = None,
    palette: Items | Mapping[Any, Any] | Colormap | str | None = None,
    label_on_map: bool = False,
    node_names: bool | Int | Items | Mapping[Any, Any] | None = None,
    node_size: Float | str | Numbers | Mapping[Any, Any] | None = None,
    edge_width: Float | str | Numbers | SparseMatrix | Mapping[Any, Any] | None = None,
    overlap: bool = True,
    arrows: bool | Auto = "auto",
    density: bool | Auto = "auto",
    point_style: Mapping[str, Any] | None = None,
    edge_style: Mapping[str, Any] | None = None,
    text_style: Mapping[str, Any] | None = None,
    legend: bool | Auto = "auto",
    title: str | None = None,
    random_state: Seed = 0,
) -> Axes:
    """Draw the points of an embedding, coloured by class or value, with the edges of its graph behind them.

    Parameters
    ----------
    Y : array_like of shape (n, d), dict, SGtSNEpi, SavedEmbedding, Snapshot, AnnData or Dataset
        Coordinates, d = 1 (a strip: with a graph its edges as arcs, without one the points spread to show how dense
        they are), 2 or 3 (on 3-D axes); or a dict from node to position, as NetworkX uses, whose order, or that of
        `graph` if given, becomes the order of the rows. Rows of NaN are not drawn (nodes that
        ``components="largest"`` left out). A fitted estimator and a `Snapshot` bring their graph, a `Dataset` its
        positions, labels and graph, what `load_embedding` returned its names and labels; of an AnnData
        ``obsm["X_sgtsne"]`` is drawn, which `sgtsne` writes, and with ``graph=adata`` its edges.
    labels : array_like of shape (n,), dict, "louvain" or str, optional
        Integers, strings, bools and categoricals are classes; floats are values and get a colour bar, titled by the
        word or the name of the Series that was given (floats that are whole numbers beside missing ones are integer
        classes, which is how pandas stores them). A dict is read by node, or by row number if nodes have no names; so
        is a pandas Series whose index holds the names of the nodes (samples and rows of matrices have none: such a
        Series is read row by row).
        None, NaN, NA and absent nodes are missing: grey, and beneath the others. "louvain" finds the communities of
        `graph` with NetworkX, "community 1" the largest (1 s for 28,000 edges, 7 s for 170,000). Any other
        word, and "louvain" where nodes have an attribute of that name, is an attribute of the nodes of `graph`: of
        NetworkX and igraph, "label" of a `Dataset`, a column of `obs` of an AnnData, or one of its genes.
    graph : graph, optional
        Anything `as_graph` accepts; its edges are drawn, those within a class in its colour.
    ax : matplotlib.axes.Axes, optional
        Where to draw; they become narrower where the legend would be cut off, or cover other axes. Without `ax` a new
        figure is made, 7 inches on its longer side, and widened for the legend. 3-D axes then fill their place, and
        keep the points in view, as large as fits, however they are turned.
    palette : sequence of colours, dict from class to colour, Colormap or its name, optional
        Colours in the order of the sorted classes. The default is safe for colour-blind readers up to 8 classes.
    label_on_map : bool, default False
        Write the names of the classes on the picture, each where its class is densest, larger for larger classes; the
        legend is then left out unless ``legend=True``. A note in a corner counts the classes whose names found no
        room, or are not among the 50 largest.
    node_names : True, int, sequence or dict, optional
        Names beside points: of all nodes, of the k nodes of highest degree, of the nodes that a list holds, or these
        names, one for each row or by node (None: none for this node). A warning says how many found no room.
    node_size : float, "degree", str, array_like of shape (n,) or dict, optional
        An area for all marks in square points, as NetworkX has it; or what their areas are in proportion to: the
        degree, an attribute of the nodes (as for `labels`), or numbers of at least 0, read as `labels` are. Together
        they cover as much as marks of one size do; a legend shows up to four round values. Missing: the least.
    edge_width : float, "weight", str, dict, sequence of length m or sparse matrix, optional
        A width for all edges in points; or what their widths are in proportion to: their weight or another attribute,
        a dict from (node, node) to a number, such as `networkx.edge_betweenness_centrality` returns, a list in the
        order of the edges of a NetworkX or igraph graph, or a matrix of shape (n, n). A legend shows round values; arcs
        of both directions count together. Edges are then lines, however many.
    overlap : bool, default True
        False moves marks that overlap apart, as little as it takes, in 2-D and for up to 1,000 nodes. They are apart in
        axes of this size or larger ones.
    arrows : {"auto", True, False}
        Whether edges of a directed graph have arrow heads; "auto" if there are up to 300 edges. In 2-D only.
    density : {"auto", True, False}
        Draw the points as an image whose opacity shows how many lie in each pixel; "auto" for more than 200,000
        points in 2-D unless `point_style` gives their size.
    point_style : dict, optional
        Keywords of `Axes.scatter`, such as ``{"s": 4, "alpha": 0.5, "rasterized": True}``. By default size and opacity
        come from n and the size of the axes, and more than 10,000 points and edges are stored as pixels in PDF and SVG.
    edge_style : dict, optional
        Keywords of `LineCollection`, such as ``{"color": "grey", "alpha": 0.1}``, and two more. "max_edges" (1,000,000;
        100,000 in 1-D and 3-D): of more edges a random sample is drawn. "bundle" (False): edges between two classes
        bend towards each other. More than 30,000 edges, or lines too faint to keep their
        colours, become an image (in 3-D: some are left out), unless e.g. a "linewidth" is given.
    text_style : dict, optional
        Keywords of `Text` for the names on the picture, such as ``{"fontsize": 8, "color": "black"}``.
    legend : {"auto", True, False}
        Right of the axes: classes, or a colour bar of values, and beneath them sizes and widths. "auto" lists up to 20
        classes; of more, the 15 largest and how many are not listed. True lists all, in several columns if need be; a
        warning says so where they are wider than the place of `ax`.
    title : str, optional
        Title of the axes.
    random_state : int, default 0
        Seed of the order in which points are drawn, so that no class covers another, of the sample of edges, and of
        the communities.

    Returns
    -------
    matplotlib.axes.Axes
        The axes. Save with ``ax.figure.savefig("picture.png", dpi=150, bbox_inches="tight")``.

    Raises
    ------
    ValueError
        If sizes do not agree, coordinates are not finite or so large or small that their squares are not, d is not 1,
        2 or 3, a class has no colour in `palette`, or an option is not one of those above, or needs a graph or classes
        that are not given.

    Notes
    -----
    Where fewer than 1 % of the points lie so far away that the others would have less than half the width or height
    of the picture, the picture shows the others, a triangle on its border points to each of the few, and a note in the
    corner counts them. ``ax.autoscale()`` shows them all.

    Names keep out of each other's way in figures of another size, too, in other limits, and where 3-D axes are turned;
    those that find no room are hidden for the time being. Their sizes are those for the axes at the time of the call,
    and follow ``plt.rcParams["font.size"]``: 5 instead of 10 suits a figure of 89 mm, a column of a paper.

    Examples
    --------
    >>> import sggraph as sg
    >>> counties = sg.datasets.load_us_counties()
    >>> states = [counties.label_names[c] for c in counties.labels]
    >>> ax = sg.plot_embedding(counties.positions, states, graph=counties)
    >>> [text.get_text() for text in ax.get_legend().get_texts()][-2:]
    ['Michigan', '+34 more']
    >>> ax = sg.plot_embedding(counties.positions, states, graph=counties, label_on_map=True)
    >>> "Texas" in [text.get_text() for text in ax.texts]
    True
    >>> novel = sg.datasets.load_lesmis()
    >>> Y = sg.embed_graph(novel, random_state=0)
    >>> ax = sg.plot_embedding(Y, graph=novel, node_size="degree", edge_width="weight")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['2', '5', '10', '20']
    """
    for name, choice in (("legend", legend), ("arrows", arrows), ("density", density)):
        check_choice(name, choice, True, False, "auto")
    check_flag("overlap", overlap)
    if not (ax is None or isinstance(ax, Axes)):
        raise refused("ax", ax, "matplotlib Axes, such as plt.subplots()[1]")
    rng = as_generator(random_state)
    called, (Y, labels, graph) = name_of(labels), opened(Y, labels, graph, random_state)
    look = _look(point_style, edge_style, text_style, node_size, edge_width)
    content = read_content(Y, labels, graph, node_names, node_size, edge_width)._replace(called=called)
    Y, values, names, graph = content[:4]
    if values is not None:
        check_palette(palette, names)
        check_values(values)
    _check_asked(content, look, label_on_map, arrows, density, overlap)
    edges = None if graph is None else Edges(Y, graph, look.max_edges, False if look.bundle else arrows, rng)
    Y, height = (Y, 0.0) if Y.shape[1] > 1 else as_strip(Y, edges, rng)

    view, far = view_for(ax, Y, height)
    low, high = view.low, view.high
    made_figure = ax is None
    ax = new_axes(Y, low, high) if made_figure else ax
    set_frame(ax, view, title)
    paint = make_paint(ax, len(Y), values, names, palette, look.points)
    content, letters = _written_in(content, look.text, label_on_map, title, ax)
    guides = _explained(content, paint, label_on_map, legend, letters)
    if guides.needed and not made_figure:
        leave_room(ax, lambda box: draw_guides(ax, guides.fitted(len(Y), box), box[1]))
    box = axes_in_points(ax)
    sizes, areas = _areas(content.sizes, len(Y), box)
    style = default_style(ax, Y, areas, len(Y) + (0 if edges is None else len(edges)) > RASTERIZED) | look.points
    if not overlap:
        Y = _moved_apart(Y, ~far, style["s"], low, high, box)
    bundle = look.bundle and bool(names)
    middles = Y[medoids(Y, values, len(names), rng)] if label_on_map or bundle else None
    if edges is not None:
        colors = None if names is None else edges.color(values, paint.classes, grey(ax, BETWEEN[int(is_dark(ax))]))
        lines = edges.bundled(Y, values, middles) if bundle else edges.lines(Y, arcs=height > 0)
        drawn = draw_edges(ax, lines, colors, edges, (low, high, box), style, look.edges, content.varying_widths)
        guides = guides._replace(widths=drawn[0], edge_alpha=drawn[1])
        draw_ground(ax, Y, style)
    density = _is_many(Y, look.points, sizes) if density == "auto" else density
    if density:
        drawn = draw_density(ax, Y, low, high, box, paint, look.points.get("alpha"))
    else:
        drawn = draw_points(ax, Y, paint, rng, style)
    if far.any():
        draw_border(ax, Y[far], low, high, paint.of_rows(far))
    alpha = look.points.get("alpha", 1.0) if density else np.max(style["alpha"])  # where points are densest
    made = draw_guides(ax, guides._replace(scale=drawn, alpha=alpha, sizes=sizes), box[1]) if guides.needed else []
    if made_figure:
        fit(ax.title, ax)
        make_room(ax.figure, made)
    else:
        warn_if_cut(ax, made)
    if label_on_map or content.written or far.any():
        families = {} if letters.families is None else {"fontfamily": letters.families}
        pen = Names(ax, Y[~far], box, style["s"], look.text | families)
        of_named = areas[content.named] if sizes is not None else None
        _write(pen, Y, content, middles if label_on_map else None, paint.classes, far.sum(), of_named)
    return ax


class Look(NamedTuple):
    """Keywords of the artists that draw points, edges and text; most edges, and whether they are bundled."""

    points: dict[str, Any]
    edges: dict[str, Any]
    text: dict[str, Any]
    max_edges: float | None
    bundle: bool


def _look(point_style, edge_style, text_style, node_size, edge_width):
    points, text = as_style("point_style", point_style, PathCollection), as_style("text_style", text_style, Text)
    edges = {"max_edges": None, "bundle": False} | as_style("edge_style", edge_style, LineCollection)
    max_edges, bundle = edges.pop("max_edges"), edges.pop("bundle")
    _check_max_edges(max_edges)
    if node_size is not None and "s" in points:
        raise ValueError("point_style has a size, and so has node_size: give one of the two")
    if edge_width is not None and "linewidth" in edges:
        raise ValueError("edge_style has a linewidth, and edge_width is given, too: give one of the two")
    if is_number(edge_width, 0, np.inf):
        edges["linewidth"] = edge_width
    return Look(points, edges, text, max_edges, bundle)


def _written_in(content, text_style, label_on_map, title, ax):
    """The Content with names that can be shown, as the title is from now on, and the Letters for them."""
    is_formula = title is None or "$" in title
    texts = [*(() if is_formula else (title,)), *map(str, content.names or ()), *content.written, content.called]
    texts += [what.title for what in (content.sizes, content.widths) if isinstance(what, Sizes | Widths)]
    family = text_style.get("fontfamily", text_style.get("family"))
    letters = letters_for(texts, family, ("normal", "bold") if label_on_map else ("normal",))
    if letters.families is None:
        return content, letters
    if not is_formula:
        ax.set_title(letters.of(title))
        letters.style(ax.title)
    return content.written_in(letters), letters


def _explained(content, paint, label_on_map, legend, letters):
    """What legends tell: of classes not where their names stand on the map, unless ``legend=True``."""
    told = content.values is not None and (content.names is None or legend is True or not label_on_map)
    values, names = (content.values, content.names) if told else (None, None)
    sizes = content.sizes if isinstance(content.sizes, Sizes) else None
    marks = (sizes, content.varying_widths)
    return Explained(values, names, paint, paint.scale, *marks, legend, letters=letters, called=content.called)


def _areas(sizes, n, box):
    """The Sizes, fitted to the picture, or None; and the areas of n marks in square points, or that of all."""
    if isinstance(sizes, Sizes):
        fitted = sizes.fitted(usual_size(n, box), box)
        return fitted, fitted.of(fitted.values)
    return None, usual_size(n, box) if sizes is None else sizes


def _is_many(Y, point_style, sizes):
    return len(Y) > MANY_POINTS and Y.shape[1] == 2 and "s" not in point_style and sizes is None


def _moved_apart(Y, rows, areas, low, high, box):
    """Places in the plane at which marks do not overlap; those of other rows stay."""
    unit = box / (high - low)
    areas = np.broadcast_to(areas, len(Y))[rows]
    moved = Y.copy()
    moved[rows] = low + apart((Y[rows] - low) * unit, np.sqrt(areas), box) / unit
    return moved


def _check_asked(content, look, label_on_map, arrows, density, overlap):
    """Raise a ValueError where options exclude each other, or what is drawn."""
    if label_on_map and content.names is None:
        raise ValueError("label_on_map=True needs classes: give them as labels, or graph and labels='louvain'")
    if look.bundle and arrows is True:
        raise ValueError('arrows=True and edge_style={"bundle": True} exclude each other: arrows are straight')
    if density is True and content.Y.shape[1] == 3:
        raise ValueError("density=True draws points in a plane, but Y has 3 columns: choose two of them")
    if density is True and content.sizes is not None:
        raise ValueError("density=True draws points as pixels, which have no node_size: leave one of the two out")
    check_overlap(overlap, content.Y)


def _write(pen, Y, content, middles, colors, n_far, areas):
    """Write the names of classes at their `middles`, if these are given, and of nodes, and how many are farther out."""
    remark = f"{n_far} points farther out" if n_far else ""
    values, names, degree, named = content.values, content.names, content.degree, content.named
    if middles is None:
        pen.write_remark(remark)
    else:
        pen.write_classes(middles, np.bincount(values[values >= 0], minlength=len(names)), names, colors, remark)
    pen.write_nodes(Y[named], content.written, None if degree is None else degree[named], areas)
    pen.watch()


def as_style(name, style, artist):
    """Keywords of an artist under their long names."""
    if not (style is None or isinstance(style, Mapping)):
        raise refused(name, style, 'a dict of keywords, such as {"alpha": 0.5}')
    return normalize_kwargs(style, artist)


def _check_max_edges(number):
    fits = is_number(number, 0, np.inf) and (number == np.inf or number % 1 == 0)
    if number is not None and not fits:
        raise refused('edge_style["max_edges"]', number, "a number of edges of at least 0, or None")


def embedding_png(Y, graph=None):
    """PNG of the embedding in base64, as notebooks store it; with the edges of the Graph if they are few."""
    if graph is not None and graph.adjacency.nnz > 2 * MOST_EDGES:
        graph = None
    figure = Figure(figsize=(SIDE, SIDE))
    ax = whole_axes(figure, Y)
    plot_embedding(Y, graph=graph, ax=ax)
    png = BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight", dpi=80)
    return b64encode(png.getvalue()).decode()
