"""Draw an embedding: arrays in, matplotlib Axes out.

Sizes and opacities come from the ink a picture can take: the points together cover at most a seventh of the axes, and
where edges run they darken the ground by about a third, whatever their numbers. Colours beyond the first eight are
placed farthest-first in OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab). Nothing here shows a figure or
changes rcParams.
"""

import warnings
from collections.abc import Mapping
from numbers import Integral, Real

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from scipy import sparse

from sggraph.graph import GraphWarning, as_graph

__all__ = ["plot_embedding"]

# Okabe & Ito (2008), with a darker yellow, which shows on white, and brown for black, which shows on a dark ground.
# The nearest two differ by .13 in OKLab, by .076 under simulated deuteranopia (green and pink).
_EIGHT = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#E3D32A", "#8F4B1E")
_MANY = 20  # with more classes than this the legend lists the largest
_LISTED = 15
_LONGEST_NAME = 32
_HEAD = 0.4  # inches above the axes, for a title
_MISSING = 0.35  # share of the text colour in the grey of points without label


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
        NetworkX uses, whose order, or that of `graph` if given, becomes the order of the rows.
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
    values, names = (None, None) if labels is None else _as_classes(labels, nodes, len(Y))
    lines = None if graph is None else _edge_lines(Y, graph.adjacency, max_edges, rng)
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
        _draw_edges(ax, lines, edge_color, edge_alpha, _crowding(lines, low, high, unit), rasterized)
    style = _point_style(len(Y), box, point_size, point_alpha, ax) | {"rasterized": rasterized}
    guide = None
    if labels is None:
        ax.scatter(*Y.T, color=[_EIGHT[0]], zorder=3, **style)
    elif names is None:
        guide = _draw_values(ax, Y, values, palette, style, rng, legend)
    else:
        colors = _class_colors(values, names, palette, _is_dark(ax))
        _draw_classes(ax, Y, values, colors, style, rng)
        guide = _draw_legend(ax, values, names, colors, style["alpha"], box[1], legend)
    if made_figure and guide is not None:
        _make_room(ax.figure, guide)
    return ax


def _quiet_graph(graph):
    """Edges to draw: without weights, and without telling again of the self-loops, which show nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)
        return as_graph(graph, weight=None)


def _as_positions(Y, graph):
    """Coordinates as a float array of shape (n, d), and the names of its rows (None where they have none)."""
    nodes = None if graph is None else list(graph.nodes)
    if isinstance(Y, Mapping):
        nodes = list(Y) if nodes is None else nodes
        absent = [node for node in nodes if node not in Y]
        if absent:
            raise ValueError(f"Y has no position for {len(absent)} nodes of graph, such as {absent[0]!r}: add them")
        Y = [Y[node] for node in nodes]
    elif nodes == list(range(len(nodes or ()))):
        nodes = None
    try:
        Y = np.asarray(Y, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Y must be an array of n rows of 1, 2 or 3 numbers each: {error}") from None
    if Y.ndim != 2 or not len(Y) or Y.shape[1] not in (1, 2, 3):
        raise ValueError(f"Y must have shape (n, d) with n > 0 and d = 1, 2 or 3, got {Y.shape}: choose columns of it")
    if not np.isfinite(Y).all():
        bad = np.flatnonzero(~np.isfinite(Y).all(axis=1))
        raise ValueError(
            f"Y has NaN or infinite coordinates in {len(bad)} rows, first in row {bad[0]}: drop these rows"
        )
    if graph is not None and graph.adjacency.shape[0] != len(Y):
        raise ValueError(
            f"graph has {graph.adjacency.shape[0]} nodes but Y has {len(Y)} rows: give the graph that was embedded"
        )
    return Y, nodes


def _as_classes(labels, nodes, n):
    """Class number of each row (-1 is missing) and the classes; or float values and None."""
    labels = _by_row(labels, nodes, n)
    categories = getattr(getattr(labels, "cat", labels), "categories", None)
    raw = np.asarray(labels) if hasattr(labels, "dtype") else np.fromiter(labels, dtype=object, count=n)
    missing = np.array([_is_missing(x) for x in raw]) if raw.dtype == object else raw != raw
    present = raw[~missing]
    if categories is None and _are_floats(present):
        if not (missing.any() and np.all(present == present.astype(float).round())):
            values = np.full(n, np.nan)
            values[~missing] = present
            return values, None
        present = present.astype(int)
    present = present.tolist()
    names = _in_order(set(present), categories)
    number = {name: c for c, name in enumerate(names)}
    codes = np.full(n, -1)
    codes[~missing] = [number[name] for name in present]
    return codes, names


def _in_order(names, categories):
    if categories is not None:
        return [name for name in categories if name in names]
    try:
        return sorted(names)
    except TypeError:  # of several types, or of one without an order
        return sorted(names, key=lambda name: (type(name).__name__, str(name)))


def _by_row(labels, nodes, n):
    """The labels, one per row of Y, in the order of the rows."""
    if isinstance(labels, Mapping):
        rows = range(n) if nodes is None else nodes
        if not any(node in labels for node in rows):
            raise ValueError(
                f"labels has none of the nodes as key, such as {rows[0]!r}: key it by node, or give a list"
            )
        return [labels.get(node) for node in rows]
    if hasattr(labels, "reindex") and nodes is not None and set(nodes) <= set(labels.index):
        labels = labels.reindex(nodes)
    if isinstance(labels, str) or np.ndim(labels) != 1 or len(labels) != n:
        came = repr(labels) if isinstance(labels, str) else f"shape {np.shape(labels)}"
        raise ValueError(f"labels must be one label for each of the {n} rows of Y, got {came}: select or ravel them")
    return labels


def _is_missing(label):
    return label is None or type(label).__name__ == "NAType" or label != label


def _are_floats(labels):
    if labels.dtype != object:
        return labels.dtype.kind == "f"
    return all(isinstance(x, Real) for x in labels) and not all(isinstance(x, Integral | np.bool_) for x in labels)


def _edge_lines(Y, A, max_edges, rng):
    """End points of every edge, or of a sample, shape (m, 2, d); in one dimension arcs, shape (m, 25, 2)."""
    row, col = sparse.triu(A + A.T, k=1).nonzero()
    if len(row) > max_edges:
        sample = rng.choice(len(row), max_edges, replace=False, shuffle=False)
        row, col = row[sample], col[sample]
    if Y.shape[1] > 1:
        return np.stack([Y[row], Y[col]], axis=1)
    middle, radius = (Y[row] + Y[col]) / 2, np.abs(Y[row] - Y[col]) / 2
    angle = np.linspace(0, np.pi, 25)
    return np.stack([middle + radius * np.cos(angle), radius * np.sin(angle)], axis=2)


def _new_axes(sides):
    """Axes in a figure of their proportions, 7 inches on the longer side, at least 2 on the other.

    No layout engine: it measures the legend before the equal aspect has moved the axes, and cuts it off.
    """
    from matplotlib import pyplot as plt

    flat = sides if len(sides) == 2 else np.ones(2)
    width, height = np.maximum(7 * flat / flat.max(), 2)
    figure = plt.figure(figsize=(width, height + _HEAD), layout="none")
    return figure.add_axes((0, 0, 1, height / (height + _HEAD)), projection=None if len(sides) == 2 else "3d")


def _make_room(figure, guide):
    """Widen the figure for the legend or colour bar, the axes staying as large as they are."""
    old = figure.get_figwidth()
    new = max(old, guide.get_tightbbox().x1 / figure.dpi + 0.1)
    for ax in figure.axes:
        x, y, width, height = ax.get_position(original=True).bounds
        ax.set_position((x * old / new, y, width * old / new, height))
    figure.set_figwidth(new)


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


def _draw_edges(ax, lines, color, alpha, crowding, rasterized):
    """All edges in one collection; where they crowd, thinner and paler."""
    width = np.clip(0.35 / crowding, 0.25, 0.8)
    if lines.shape[2] == 3:
        from mpl_toolkits.mplot3d.art3d import Line3DCollection as Collection
    else:
        Collection = LineCollection
    ax.add_collection(
        Collection(
            lines,
            colors=[_grey(ax, 0.45) if color is None else color],
            alpha=np.clip(0.35 / (crowding * width), 0.01, 0.7) if alpha is None else alpha,
            linewidths=width,
            zorder=1,
            rasterized=rasterized,
        ),
        autolim=False,
    )


def _crowding(lines, low, high, unit):
    """Length of edge per area, in points, that the average bit of edge has around it: on a grid of 16 by 16 cells."""
    start, end, way = lines[:, 0, :2], lines[:, -1, :2], np.linspace(0.1, 0.9, 5)[:, None, None]
    sites = (start + way * (end - start)).reshape(-1, 2)
    length = unit * np.tile(np.linalg.norm(end - start, axis=1) / 5, 5)
    cells, *_ = np.histogram2d(*sites.T, bins=16, range=np.column_stack([low, high])[:2], weights=length)
    area = unit**2 * np.prod((high - low)[:2] / 16)
    return max((cells**2).sum() / max(cells.sum() * area, 1e-9), 1e-9)


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


def _draw_classes(ax, Y, codes, colors, style, rng):
    _draw_points(ax, Y, codes >= 0, rng, style, lambda rows: {"c": colors[codes[rows]]})


def _draw_values(ax, Y, values, palette, style, rng, legend):
    """Points coloured by value; returns the axes of the colour bar, if any."""
    if not (palette is None or isinstance(palette, str | Colormap)):
        palette = LinearSegmentedColormap.from_list("palette", list(palette))
    cmap = palette or "viridis"
    points = _draw_points(ax, Y, ~np.isnan(values), rng, style, lambda rows: {"c": values[rows], "cmap": cmap})
    if legend is False:
        return None
    bar = ax.figure.colorbar(points, cax=ax.inset_axes([1.03, 0.1, 0.03, 0.8]))
    bar.solids.set_alpha(1)
    bar.outline.set_visible(False)
    return bar.ax


def _draw_points(ax, Y, known, rng, style, color_of):
    """The missing in grey, above them the others in random order, so that none hides behind its row number."""
    if not known.all():
        ax.scatter(*Y[~known].T, color=[_grey(ax, _MISSING)], zorder=2, **style)
    rows = rng.permutation(np.flatnonzero(known))
    return ax.scatter(*Y[rows].T, zorder=3, **style, **color_of(rows))


def _grey(ax, share):
    """Between the ground (share 0) and the text (share 1) of the current style."""
    return (1 - share) * np.array(to_rgb(ax.get_facecolor())) + share * np.array(to_rgb(mpl.rcParams["text.color"]))


def _is_dark(ax):
    return _oklab(np.array(to_rgb(ax.get_facecolor())))[0] < 0.5


def _draw_legend(ax, codes, names, colors, alpha, height, legend):
    """Legend right of the axes and no higher than they are; classes that are not listed are counted."""
    if legend is False:
        return None
    font = 0.9 * FontProperties(size=mpl.rcParams["legend.fontsize"]).get_size_in_points()
    rows = max(int((height - font) / (1.45 * font)), 2)
    missing = bool(np.any(codes < 0))
    listed = np.arange(len(names))
    if legend == "auto" and len(names) > min(_MANY, rows - missing):
        listed = _by_size(codes, len(names))[: min(_LISTED, rows - missing - 1)]
    entries = [(colors[c], _short(str(names[c]))) for c in listed]
    if missing:
        entries.append((_grey(ax, _MISSING), "no label"))
    if len(listed) < len(names):
        entries.append(("none", f"+{len(names) - len(listed)} more"))
    dot = {"linestyle": "", "marker": "o", "markersize": 0.7 * font, "markeredgewidth": 0}
    return ax.legend(
        handles=[Line2D([], [], color=color, alpha=alpha, label=name, **dot) for color, name in entries],
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        ncols=-(-len(entries) // rows),
        frameon=False,
        handletextpad=0.1,
        labelspacing=0.35,
        fontsize=font,
    )


def _short(name):
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half].rstrip()}…{name[-half + 1 :].lstrip()}"


def _by_size(codes, k):
    return np.argsort(-np.bincount(codes[codes >= 0], minlength=k), kind="stable")


def _class_colors(codes, names, palette, dark):
    """One colour per class, shape (k, 3); where the legend lists the largest, these get the most distinct ones."""
    k = len(names)
    if palette is None:
        colors = np.empty((k, 3))
        colors[_by_size(codes, k) if k > _MANY else np.arange(k)] = _distinct_colors(k, dark)
        return colors
    if isinstance(palette, Mapping):
        absent = [name for name in names if name not in palette]
        if absent:
            raise ValueError(f"palette has no colour for the class {absent[0]!r}: add it")
        palette = [palette[name] for name in names]
    elif isinstance(palette, str | Colormap):
        cmap = mpl.colormaps[palette] if isinstance(palette, str) else palette
        palette = cmap(np.arange(k) if k <= cmap.N <= _MANY else np.linspace(0, 1, k))
    if len(palette) < k:
        raise ValueError(f"palette has {len(palette)} colours for {k} classes: give at least {k}, or a colormap")
    return np.array([to_rgb(color) for color in palette[:k]])


def _distinct_colors(k, dark):
    """The eight, then each time the colour farthest in OKLab from all before; from 500 on they repeat.

    Candidates are neither so light or dark that they drown in the ground, nor grey (missing), nor neon.
    """
    axis = np.linspace(0, 1, 18)
    rgb = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    lab = _oklab(rgb)
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    darkest, lightest = (0.55, 0.92) if dark else (0.42, 0.82)
    usable = (lightness > darkest) & (lightness < lightest) & (chroma > 0.08) & (chroma < 0.23)
    rgb, lab = rgb[usable], lab[usable]
    chosen = [np.array(to_rgb(color)) for color in _EIGHT]
    distance = np.min([np.linalg.norm(lab - _oklab(color), axis=1) for color in chosen], axis=0)
    while len(chosen) < min(k, 500):
        chosen.append(rgb[distance.argmax()])
        distance = np.minimum(distance, np.linalg.norm(lab - _oklab(chosen[-1]), axis=1))
    return np.resize(chosen, (k, 3))


def _oklab(rgb):
    """Perceptual coordinates (lightness, green to red, blue to yellow) of sRGB colours."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ _TO_CONES)
    return cones @ _TO_LAB


_TO_CONES = np.array([[0.41222, 0.21190, 0.08830], [0.53633, 0.68070, 0.28172], [0.05145, 0.10740, 0.62998]])
_TO_LAB = np.array([[0.21045, 1.97800, 0.02590], [0.79362, -2.42859, 0.78277], [-0.00407, 0.45059, -0.80868]])
