"""Draw the edges of a graph as lines that darken the ground by about a third where they run, whatever their number.

Edges within a class have its colour, the others are grey and beneath; a few edges of a directed graph are arrows.
"""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba_array
from scipy import sparse

from .density import draw_edge_density
from .palette import grey

MAX_EDGES = {1: 100_000, 2: 1_000_000, 3: 100_000}  # by dimension
LINES = 30_000  # more edges than this are drawn as an image
INK = 0.35  # of the ground that edges cover where they run
FAINT = 0.012  # opacity times width in points: a line with less changes a pixel by less than 4 of 255 steps at 100 dpi,
# and renderers round that to none for some of red, green and blue, so that orange turns pink
ARROWED = 300
HEAD, OF_EDGE = 9, 6  # scale of arrow heads in points, whose length is .4 of it; the median edge is as long as so many
PLAIN, BETWEEN = 0.45, (0.3, 0.4)  # share of the text colour in the grey of edges; between classes on light, dark
VARIED = 2  # times the usual width is the mean of different ones, or 1 and 4 would look alike
BITS = 5  # of an edge, to tell where it runs
BEND = np.linspace(0, 1, 16)[:, None, None]


class Edges:
    """Rows of both ends of the edges to draw, and which ends bear an arrow head (None: no arrows).

    Of more than `max_edges`, those shorter than the eye can see go first, of the others a sample remains.
    """

    def __init__(self, Y, graph, max_edges, arrows, rng):
        A = graph.adjacency
        self.may_be_thinned = max_edges is None
        max_edges = MAX_EDGES[Y.shape[1]] if max_edges is None else max_edges
        self.row, self.col = sparse.triu(A + A.T, k=1).nonzero()
        if len(self.row) > max_edges:
            seen = np.flatnonzero(self._lengths(Y) > np.ptp(Y, axis=0).max() / 2000)
            keep = seen if len(seen) <= max_edges else rng.choice(seen, int(max_edges), replace=False, shuffle=False)
            self.row, self.col = self.row[keep], self.col[keep]
        flat, one_way = Y.shape[1] == 2, graph.directed and (A != A.T).nnz > 0
        if arrows is True and not (flat and one_way):
            wrong = "graph has no direction" if flat else f"Y has {Y.shape[1]} columns"
            raise ValueError(f"arrows=True needs a directed graph and 2 dimensions, but {wrong}: leave arrows out")
        wanted = arrows is True or (arrows == "auto" and one_way and flat and len(self.row) <= ARROWED)
        self.heads = (
            np.column_stack([_are_arcs(A, self.col, self.row), _are_arcs(A, self.row, self.col)]) if wanted else None
        )

    def __len__(self):
        return len(self.row)

    def _lengths(self, Y):
        return np.linalg.norm(Y[self.row] - Y[self.col], axis=1)

    def longest(self, Y):
        """Length of the longest edge."""
        return self._lengths(Y).max(initial=0.0)

    def of(self, values):
        """The values of the edges, shape (m,), that a matrix holds."""
        return np.asarray(values[self.row, self.col], float).ravel()

    def color(self, codes, colors, between):
        """Colour of each edge; puts those between classes first, where the others are drawn above them."""
        within = (codes[self.row] == codes[self.col]) & (codes[self.row] >= 0)
        order = np.argsort(within, kind="stable")
        self.row, self.col = self.row[order], self.col[order]
        self.heads = None if self.heads is None else self.heads[order]
        colors = np.vstack([colors, between])
        return np.where(within[order, None], colors[codes[self.row]], between)

    def lines(self, Y, arcs):
        """End points, shape (m, 2, d); or half circles above a line, shape (m, 25, 2)."""
        start, end = Y[self.row], Y[self.col]
        if not arcs:
            return np.stack([start, end], axis=1)
        middle, radius = (start + end)[:, :1] / 2, np.abs(start - end)[:, :1] / 2
        angle = np.linspace(0, np.pi, 25)
        return np.stack([middle + radius * np.cos(angle), radius * np.sin(angle)], axis=2)

    def bundled(self, Y, codes, medoids):
        """Lines of 16 points; those between classes bend towards the line that joins the medoids of both.

        Bezier curves of degree 3 whose controls divide that line in thirds: those of controls on the medoids loop.
        """
        start, end = Y[self.row], Y[self.col]
        medoids = np.vstack([medoids, medoids[:1]])  # a row for the missing, -1
        between = codes[self.row] != codes[self.col]
        between &= (codes[self.row] >= 0) & (codes[self.col] >= 0)
        here, there = medoids[codes[self.row]], medoids[codes[self.col]]
        first = np.where(between[:, None], (2 * here + there) / 3, start)
        last = np.where(between[:, None], (here + 2 * there) / 3, end)
        t, u = BEND, 1 - BEND
        return (u**3 * start + 3 * u**2 * t * first + 3 * u * t**2 * last + t**3 * end).transpose(1, 0, 2)


def degrees(A):
    """Number of neighbours of each node, whatever the direction."""
    return np.diff((A + A.T).tocsr().indptr)


def _are_arcs(A, row, col):
    """Whether A holds each of these arcs."""
    i, j = A.nonzero()
    return np.isin(row * len(A.indptr) + col, i * len(A.indptr) + j)


def draw_edges(ax, lines, colors, edges, view, point_style, style, widths=None):
    """All edges in one collection; where they crowd, thinner and paler. Arrows are patches, very many edges an image.

    `view` is what the axes show: lower and upper corner, and their size in points of text. Returns the `widths` that
    were fitted to this, if there are any, and the opacity.
    """
    style = {"color" if key in ("colors", "edgecolor") else key: value for key, value in style.items()}
    style = {"color": [grey(ax, PLAIN)] if colors is None else colors, "zorder": 1} | style
    plain = edges.heads is None and widths is None and style.keys() <= {"color", "alpha", "zorder"}
    many = plain and lines.shape[2] == 2 and len(lines) > LINES
    dense = np.inf if many else crowding(lines, *view)
    faint = plain and "alpha" not in style and are_faint(dense)
    if many or (faint and lines.shape[2] == 2):
        draw_edge_density(ax, lines, *view, **style | {"color": to_rgba_array(style["color"])[:, :3]})
        return None, 1.0
    if faint and edges.may_be_thinned:
        every = int(np.ceil(dense * FAINT / INK))
        colors = style["color"]
        style["color"] = colors[::every] if len(colors) == len(lines) else colors
        lines, dense = lines[::every], dense / every
    width = style.pop("linewidth", usual_width(dense))
    if widths is not None:
        values = edges.of(widths.values)
        widths = widths.fitted(VARIED * width, values)
        width = widths.of(values)
    style.setdefault("alpha", usual_alpha(dense, np.mean(width) if len(lines) else 1))
    if sparse.issparse(style["alpha"]):  # one for each edge
        style["alpha"] = edges.of(style["alpha"])
        style["color"] = np.broadcast_to(to_rgba_array(style["color"])[:, :3], (len(lines), 3))
    style.setdefault("rasterized", point_style["rasterized"])
    if edges.heads is not None:
        _draw_arrows(ax, lines, edges, point_style["s"], width, style, view)
        return widths, np.max(style["alpha"], initial=0)
    if lines.shape[2] == 3:
        from mpl_toolkits.mplot3d.art3d import Line3DCollection as Collection
    else:
        Collection = LineCollection
    ax.add_collection(Collection(lines, linewidths=width, **style), autolim=False)
    return widths, np.max(style["alpha"], initial=0)


def usual_width(dense):
    """Width of edges in points, where there is so much length of edge per area."""
    return np.clip(INK / dense, 0.25, 0.8)


def usual_alpha(dense, width):
    """Opacity of edges of this width in points."""
    return np.clip(INK / (dense * width), 0.01, 0.7)


def are_faint(dense):
    """Whether lines that crowd so much would be too faint to keep their colours."""
    return INK / dense < FAINT


def usual_crowding(pictures, view, rng):
    """The median `crowding` of several pictures, pairs of Y and Graph, in one view; and the most edges in one."""
    dense, counts = [], []
    for Y, graph in pictures:
        edges = Edges(Y, graph, None, False, rng)
        dense.append(crowding(edges.lines(Y, arcs=Y.shape[1] == 1), *view))
        counts.append(len(edges))
    return np.median(dense), max(counts)


def fitted_widths(widths, Y, graph, view, rng):
    """The Widths as they would be fitted to a picture of Y, for other pictures of the same graph."""
    placed = ~np.isnan(Y[:, 0])
    Y, graph = Y[placed], graph._replace(adjacency=graph.adjacency[placed][:, placed])
    edges = Edges(Y, graph, None, False, rng)
    usual = usual_width(crowding(edges.lines(Y, arcs=False), *view))
    return widths.fitted(VARIED * usual, edges.of(widths.values[placed][:, placed]))


def _draw_arrows(ax, lines, edges, sizes, width, style, view):
    """Arrows that end at the rims of the points; arcs of both directions are one arrow with two heads."""
    from matplotlib.patches import FancyArrowPatch

    kinds = {(False, True): "-|>", (True, False): "<|-", (True, True): "<|-|>"}
    m = len(lines)
    if np.ndim(sizes) == 0 or len(sizes) == 1:
        rims = np.broadcast_to(np.sqrt(np.ravel(sizes)[0]) / 2 + 0.5, (m, 2))
    else:
        rims = np.sqrt(np.asarray(sizes))[np.column_stack([edges.row, edges.col])] / 2 + 0.5
    colors = np.broadcast_to(to_rgba_array(style.pop("color"))[:, :3], (m, 3))
    alphas, style = np.broadcast_to(style["alpha"], m), {key: style[key] for key in style if key != "alpha"}
    widths = np.broadcast_to(width, m) if np.ndim(width) and len(width) == m else np.full(m, max(np.mean(width), 0.6))
    heads, scale = edges.heads.tolist(), _head_scale(lines, *view)
    for line, ends, color, rim, w, alpha in zip(lines, heads, colors, rims, widths, alphas, strict=True):
        kind = {"arrowstyle": kinds[tuple(ends)], "color": color, "shrinkA": rim[0], "shrinkB": rim[1], "linewidth": w}
        ax.add_patch(FancyArrowPatch(*line, mutation_scale=scale, alpha=alpha, **kind, **style))


def _head_scale(lines, low, high, box):
    """Heads become smaller where edges are short, as in a panel of a figure, so that they do not hide them."""
    lengths = np.linalg.norm((lines[:, 1] - lines[:, 0]) * (box / (high - low)), axis=1)
    return min(HEAD, np.median(lengths) / (0.4 * OF_EDGE)) if len(lines) else HEAD


def crowding(lines, low, high, box):
    """Length of edge per area, in points, that the average bit of edge has around it: on a grid of 16 by 16 cells."""
    unit = box.min() / (high - low).max() if len(low) == 3 else box[0] / (high - low)[0]
    if lines.shape[1] == 2:
        ways = np.linspace(0, 1, BITS + 1)[:, None]
        paths = lines[:, :1, :2] * (1 - ways) + lines[:, 1:, :2] * ways
    else:
        paths = lines[:, np.linspace(0, lines.shape[1] - 1, BITS + 1).astype(int), :2]
    sites = ((paths[:, 1:] + paths[:, :-1]) / 2).reshape(-1, 2)
    length = unit * np.linalg.norm(np.diff(paths, axis=1), axis=2).ravel()
    cells, *_ = np.histogram2d(*sites.T, bins=16, range=np.column_stack([low, high])[:2], weights=length)
    area = unit**2 * np.prod((high - low)[:2] / 16)
    return max((cells**2).sum() / max(cells.sum() * area, 1e-9), 1e-9)
