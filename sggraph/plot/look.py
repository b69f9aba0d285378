"""How the pictures of a sequence are drawn, alike in all: one colour for a class, one room, one size of marks.

Each is a `plot_embedding` of its own. What follows from a picture elsewhere is one for all here: the size of marks from
the fullest, the opacity of edges from the middle one: by the fullest, the first edges of a growing graph were not seen.
"""

from typing import NamedTuple

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import Normalize
from scipy import sparse

from ..graph.adjacency import Graph
from ..inputs.labels import as_classes, by_row, read_labels
from ..inputs.seeds import as_generator
from .changes import ring_key, trail_key
from .content import name_of
from .edges import LINES, VARIED, are_faint, degrees, usual_alpha, usual_crowding, usual_width
from .embedding import MANY_POINTS, as_style, plot_embedding
from .grid import draw_guide
from .names import wanted_names
from .palette import class_colors, is_dark, values_colormap
from .points import check_palette, check_values, sizes_by_depth, usual_opacity, usual_size
from .sizes import Sizes, Widths, read_sizes, read_widths


class Picture(NamedTuple):
    """What there is at a time: numbers of nodes among all, places, Graph, and values of sizes and widths, if any."""

    rows: np.ndarray
    Y: np.ndarray
    graph: Graph
    sizes: np.ndarray | None = None
    widths: sparse.csr_array | None = None


class Look:
    """Options of `plot_embedding` for all pictures of a Series; `labels` by row of all nodes, `names` by number, and
    the numbers of the nodes whose trails are drawn, who are `followed`.
    """

    def __init__(self, series, labels, trails, options):
        self.series, self.options, self.followed = series, dict(options), series.chosen(trails)
        self.called, (self.labels, self.classes) = name_of(labels), _read_labels(labels, series, self.options)
        n = len(series.nodes)
        counts = [np.bincount(rows, degrees(graph.adjacency), n) for rows, graph in series.rows_and_graphs]
        rows, written = wanted_names(self.options.pop("node_names", None), series.nodes, np.sum(counts, axis=0), n)
        self.names = dict(zip(rows, written, strict=True)) | {r: str(series.nodes[r]) for r in self.followed}
        self.sizes, self.values = _read_sizes(self.options.pop("node_size", None), series)
        self.widths, self.matrices = read_widths_of(self.options.pop("edge_width", None), series)
        self.options["point_style"] = as_style("point_style", self.options.get("point_style"), PathCollection)
        self.options["edge_style"] = as_style("edge_style", self.options.get("edge_style"), LineCollection)

    def settle(self, ax, view, box, *, images):
        """Fit all to axes of this ground and size; very many points or edges become `images`, where these may be."""
        self._settle_colors(is_dark(ax))
        self._settle_points(box, images)
        self._settle_edges((view.low, view.high, box), images)

    def _settle_colors(self, dark):
        palette = self.options.get("palette")
        if self.classes is not None:
            colors = class_colors(self.labels, self.classes, palette, dark)
            self.options["palette"] = dict(zip(self.classes, map(tuple, colors.tolist()), strict=True))
        elif self.labels is not None:
            known = self.labels[~np.isnan(self.labels)]
            ends = (known.min(), known.max()) if len(known) else (0, 1)
            self.options["palette"] = ScalarMappable(Normalize(*ends), values_colormap(palette))

    def _settle_points(self, box, images):
        most, style = max(map(len, self.series.rows)), self.options["point_style"]
        if isinstance(self.sizes, Sizes):
            self.sizes = self.sizes.fitted(usual_size(most, box), box)
        elif images and most > MANY_POINTS:
            return
        elif self.sizes is None and "s" not in style:
            self.sizes = usual_size(most, box)
        style.setdefault("alpha", usual_opacity(most))

    def _settle_edges(self, view, images):
        series, style = self.series, self.options["edge_style"]
        pictures = [(Y[rows], graph) for Y, (rows, graph) in zip(series.places, series.rows_and_graphs, strict=True)]
        dense, most = usual_crowding(pictures, view, as_generator(0))
        if images and self.widths is None and (most > LINES or are_faint(dense)):
            return
        width = usual_width(dense)
        if isinstance(self.widths, Widths):
            self.widths = self.widths.fitted(VARIED * width, self.widths.values.data)
            width = np.mean(self.widths.of(self.widths.values.data))
        elif self.widths is None:
            width = style.setdefault("linewidth", width)
        style.setdefault("alpha", usual_alpha(dense, np.mean(width)))

    def still(self, t):
        """The Picture of a Snapshot."""
        rows, graph = self.series.rows[t], self.series.graphs[t]
        sizes = None if self.values is None else self.values[t, rows]
        widths = None if self.matrices is None else self.matrices[t][rows][:, rows]
        return Picture(rows, self.series.places[t, rows], graph, sizes, widths)

    def draw(self, picture, ax, title, fading=None):
        """Draw a Picture; `fading`: how much of their opacity nodes have (n,), and edges, a matrix (n, n)."""
        options = self.options | {"labels": self.labels_of(picture.rows)}
        options["node_size"] = self.sizes
        if picture.sizes is not None:
            options["node_size"] = self.sizes._replace(values=picture.sizes)
        options["edge_width"] = self.widths
        if picture.widths is not None:
            options["edge_width"] = self.widths._replace(values=picture.widths)
        written = {i: self.names[row] for i, row in enumerate(picture.rows.tolist()) if row in self.names}
        options["node_names"] = {picture.graph.nodes[i]: name for i, name in written.items()}
        if fading is not None:
            nodes, edges = fading
            options["point_style"] = options["point_style"] | {"alpha": nodes * options["point_style"]["alpha"]}
            options["edge_style"] = options["edge_style"] | {"alpha": edges * options["edge_style"]["alpha"]}
        plot_embedding(picture.Y, graph=picture.graph, ax=ax, legend=False, title=title, **options)

    def labels_of(self, rows):
        """Labels of nodes, by their numbers: classes by name, or values; None where there are no labels."""
        if self.classes is None:
            return None if self.labels is None else self.labels[rows]
        return [None if c < 0 else self.classes[c] for c in self.labels[rows].tolist()]

    def areas(self, picture, ax):
        """Areas (n,) of the marks of a Picture that was drawn on these axes, in square points."""
        if isinstance(self.sizes, Sizes):
            areas = self.sizes.of(picture.sizes)
        else:
            areas = self.options["point_style"].get("s", 1.0) if self.sizes is None else self.sizes
        areas = np.broadcast_to(areas, len(picture.Y))
        return sizes_by_depth(ax, picture.Y, areas) if picture.Y.shape[1] == 3 else areas

    def ways(self):
        """Places of those who are followed, (nodes, T, d)."""
        return self.series.places[:, self.followed].transpose(1, 0, 2)

    def explain(self, figure, grid, legend, has_new, has_trails):
        """Draw the legend of all pictures beside them: that of a picture with all nodes of all of them, and rings."""
        more = {"new": ring_key(figure.axes[0])} if has_new else {}
        if has_trails and self.followed:
            more["way so far"] = trail_key(figure.axes[0])
        marked = self.labels is not None or isinstance(self.sizes, Sizes) or isinstance(self.widths, Widths)
        if more or marked:
            rows = np.concatenate(self.series.rows)
            marks = {"node_size": self.sizes, "edge_width": self.widths, "labels": self.labels_of(rows)}
            draw_guide(figure, grid, None, legend, self.options | marks, len(rows), more, self.called)


def _read_labels(labels, series, options):
    """Class numbers or values of all nodes, and the names of the classes; None, None without labels."""
    if labels is None:
        return None, None
    if isinstance(labels, str):
        labels = read_labels(labels, series.union, options["random_state"])
    codes, classes = as_classes(by_row(labels, series.nodes, len(series.nodes)), None, len(series.nodes))
    check_palette(options.get("palette"), classes)
    if classes is None:
        check_values(codes)
    return codes, classes


def _read_sizes(node_size, series):
    """Sizes of all nodes of all pictures, or an area or None; and the values of the nodes at each time, (T, N)."""
    shape = series.is_there.shape
    if isinstance(node_size, str) and node_size == "degree":
        title, values = "degree", np.zeros(shape)
        for t, (rows, graph) in enumerate(series.rows_and_graphs):
            values[t, rows] = degrees(graph.adjacency)
    else:
        sizes = read_sizes(node_size, None, series.nodes, None, shape[1])
        if not isinstance(sizes, Sizes):
            return sizes, None
        title, values = sizes.title, np.broadcast_to(sizes.values, shape)
    return Sizes(title, values[series.is_there]), values


def read_widths_of(edge_width, series):
    """Widths of the edges of all pictures, or a width or None; and for each time a matrix of the values, (N, N)."""
    if isinstance(edge_width, str):
        read = [read_widths(edge_width, snapshot.graph, snapshot.nodes) for snapshot in series.snapshots]
        matrices = [series.on_union(widths.values, t) for t, widths in enumerate(read)]
    else:
        widths = read_widths(edge_width, series.union, series.nodes)
        if not isinstance(widths, Widths):
            return widths, None
        read, matrices = [widths], [widths.values] * len(series)
    values = sparse.csr_array(sparse.block_diag([widths.values for widths in read]))
    return Widths(read[0].title, values), matrices
