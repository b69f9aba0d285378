"""A sequence as a film: from one picture to the next who goes fades, then all move, then who comes appears.

In these stages nothing competes for the eye (Bach, Pietriga & Fekete 2014, IEEE TVCG 20:740). All frames show one room.
"""

import numpy as np
from matplotlib.patheffects import withStroke

from .changes import draw_rings, draw_trail
from .frame import hold
from .grid import Grid, proportions_of, settle_title
from .look import Picture
from .names import NODE_SIZES
from .palette import grey, ground
from .snapshots import on_plane
from .space import to_plane

MOVING, STANDING = 1.2, 0.6  # seconds from one picture to the next, and how long it stands
LONGEST = 30  # seconds: a film of many times is quicker
SMOOTH = 15  # frames per second
STAGES = {"go": (0.0, 0.3), "move": (0.2, 0.8), "come": (0.7, 1.0)}  # shares of the way, which overlap a little


class Film:
    """The frames of a Series, on axes of a figure of its own; each is drawn anew."""

    def __init__(self, figure, look, legend, prefix, side):
        self.figure, self.look, self.series, self.prefix, self.shown = figure, look, look.series, prefix, None
        series, self.names, look.names = look.series, look.names, {}  # which stay beside their nodes here
        grid = Grid(1, None, side * proportions_of([series.places[series.is_there]]), 0)
        figure.set_size_inches(grid.size)
        self.ax = figure.add_axes(grid.in_figure(grid.panel(0)), projection="3d" if series.d == 3 else None)
        view = series.view(grid.sides, look.ways())
        look.settle(self.ax, view, 72 * grid.sides, images=False)
        if legend:
            look.explain(figure, grid, legend, np.any(series.is_there[1:] & ~series.is_there[:-1]), True)
            self.ax.set_position(grid.in_figure(grid.panel(0)))
        hold(self.ax, view)

    def moments(self, fps):
        """All frames: the number of a picture, and the share of the way to the next one."""
        T = len(self.series)
        pace = min(LONGEST / ((T - 1) * MOVING + T * STANDING), 1)
        moving, standing = (max(round(seconds * pace * fps), 1) for seconds in (MOVING, STANDING))
        found = []
        for t in range(T):
            found += [(t, 0.0)] * standing
            found += [(t, k / (moving + 1)) for k in range(1, moving + 1)] * (t < T - 1)
        return found

    def update(self, moment):
        """Draw the frame of a moment."""
        if moment == self.shown:
            return
        self.shown = moment
        t, way = moment
        self.ax.clear()
        picture, fading, ringed = self.still(t) if way == 0 else self.between(t, way)
        title = self.prefix + self.series.titles[t + (way > 0.5)]
        self.look.draw(picture, self.ax, title, fading)
        settle_title(self.ax)
        self._draw_changes(t, picture, fading, ringed)

    def still(self, t):
        """The Picture of a time, how opaque nodes and edges are, and how their rings."""
        picture = self.look.still(t)
        is_new = ~self.series.is_there[t - 1, picture.rows] if t else np.zeros(len(picture.rows), bool)
        return picture, None, is_new.astype(float)

    def between(self, t, way):
        """The same at a share of the way to the next time."""
        series, look = self.series, self.look
        out, moved, come = (_eased(way, *STAGES[stage]) for stage in ("go", "move", "come"))
        rows = np.union1d(series.rows[t], series.rows[t + 1])
        was, is_now = series.is_there[t, rows], series.is_there[t + 1, rows]
        nodes = np.select([was & is_now, was], [1.0, 1 - out], come)
        graph, edges = self._edges_between(t, rows, 1 - out, come)
        sizes = widths = None
        if look.values is not None:
            sizes = _mixed(look.values[t, rows], look.values[t + 1, rows], was, is_now, moved)
        if look.matrices is not None:
            before, after = (look.matrices[k][rows][:, rows] for k in (t, t + 1))
            both = (before != 0).multiply(after != 0)
            widths = before + after - both.multiply(before) * moved - both.multiply(after) * (1 - moved)
        Y = _mixed(series.places[t, rows], series.places[t + 1, rows], was[:, None], is_now[:, None], moved)
        was_new = was & ~series.is_there[t - 1, rows] if t else np.zeros(len(rows), bool)
        rings = np.where(is_now & ~was, come, was_new * (1 - out))
        return Picture(rows, Y, graph, sizes, widths), (nodes, edges), rings

    def _edges_between(self, t, rows, going, coming):
        """The Graph of the edges of a time and the next, and how opaque these are."""
        graphs = [self.series.graphs[k] for k in (t, t + 1)]
        before, after = (self.series.on_union(graphs[k].adjacency, t + k)[rows][:, rows] for k in (0, 1))
        nodes = [self.series.nodes[r] for r in rows]
        union = graphs[0]._replace(adjacency=before + after, nodes=nodes, directed=any(g.directed for g in graphs))
        before, after = (((A + A.T) != 0).astype(float) for A in (before, after))
        both = before.multiply(after)
        return union, both + (before - both) * going + (after - both) * coming

    def _draw_changes(self, t, picture, fading, ringed):
        """Trails, rings, and names."""
        Y = on_plane(picture.Y)
        opaque = np.ones(len(Y)) if fading is None else fading[0]
        place = {row: i for i, row in enumerate(picture.rows.tolist())}
        areas = self.look.areas(picture, self.ax)
        before = self.series.places[: t + (fading is not None)]
        for row in self.look.followed:
            if row in place:
                i = place[row]
                draw_trail(self.ax, np.vstack([before[:, row], picture.Y[i]]), areas[i])
        rings = ringed > 0
        if rings.any():
            draw_rings(self.ax, Y[rings], areas[rings], ringed[rings])
        plane = to_plane(self.ax, Y)
        style = {"ha": "center", "va": "bottom", "textcoords": "offset points", "zorder": 6, "color": grey(self.ax, 1)}
        style |= {
            "fontsize": np.mean(NODE_SIZES),
            "path_effects": [withStroke(linewidth=2.2, foreground=ground(self.ax))],
        }
        for row, name in self.names.items():
            if row in place:
                i = place[row]
                at = {"xytext": (0, np.sqrt(areas[i]) / 2 + 2), "alpha": opaque[i]}
                self.ax.annotate(name, plane[i], parse_math=False, **style | at)


def _eased(way, begin, end):
    """From 0 at the begin of a stage to 1 at its end, slow at both."""
    x = np.clip((way - begin) / (end - begin), 0, 1)
    return x * x * (3 - 2 * x)


def _mixed(before, after, was, is_now, moved):
    """From what was before to what is after; what is known at one time alone stays."""
    before, after = np.where(was, before, after), np.where(is_now, after, before)
    return before + moved * (after - before)
