"""Write names on the picture: classes at their medoids, nodes beside their points, thin lines where they had to move.

Where they go is the business of places.py; here is what is written, how large, and at which points. A name that
finds no room is left out, the least important first, and counted.
"""

import textwrap
from collections.abc import Hashable, Mapping
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text

from ..inputs.labels import by_row
from ..runtime.checks import is_whole, refused, shown
from ..runtime.warn import warn
from .frame import axes_in_points
from .legend import shortened
from .palette import grey, ground
from .places import Places
from .space import to_plane

SAMPLE = 500  # points of a class that its medoid is chosen from
INK = 0.15  # share of the axes that names may cover
CLASS_SIZES, NODE_SIZES, NOTE_SIZE, HALO = (6.5, 14.0), (6.0, 10.0), 8.0, 2.2  # points, where "font.size" is 10
MOST = 50  # names of classes
STROKE = 0.6  # points of a leader line beside letters of 10: beside those of 5 it was thicker than they and than edges
SURE_OF_ROOM = 12  # so many class names always find room
FINE = 600  # dots per inch of a file: on screen letters are rounded to whole pixels, some names 7 % shorter
SHIFT = 0.5  # points of text that axes and points may move before the names are arranged anew
LEADER = 6.0  # a name farther from its point than this gets a line


def medoids(Y, codes, k, rng):
    """Row of a point in the densest part of each class: the one nearest to most of a sample, in the sense of Cauchy."""
    rows = np.zeros(k, dtype=int)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(k + 1))
    for c in range(k):
        members = order[bounds[c] : bounds[c + 1]]
        if len(members) > SAMPLE:
            members = rng.choice(members, SAMPLE, replace=False)
        squares = ((Y[members, None] - Y[members]) ** 2).sum(axis=2)
        width = np.median(squares) / 16 or 1.0
        rows[c] = members[(1 / (1 + squares / width)).sum(axis=1).argmax()]
    return rows


def wanted_names(node_names, nodes, degree, n):
    """Rows to name, the most important first, and their names; degree is None without a graph."""
    if node_names is None or node_names is False:
        return [], []
    by_degree = np.arange(n) if degree is None else np.argsort(-degree, kind="stable")
    if node_names is True or is_whole(node_names):
        k = n if node_names is True else int(node_names)
        if k < 0:
            raise refused("node_names", node_names, _accepted(n))
        if node_names is not True and degree is None:
            raise ValueError(f"node_names={k} names the {k} nodes of highest degree: give graph, too, or the names")
        names = range(n) if nodes is None else nodes
    else:
        k, names = n, _name_of_each(node_names, nodes, n)
    rows = [i for i in by_degree[:k].tolist() if names[i] is not None and names[i] == names[i] and str(names[i])]
    return rows, [shortened(str(names[i])) for i in rows]


def _accepted(n):
    return f"True, a number of nodes, some of the nodes, one name for each of the {n} rows, or a dict of names by node"


def _name_of_each(node_names, nodes, n):
    """A name for each row, None where it has none: of a dict by node, of some nodes themselves, or of one a row."""
    if isinstance(node_names, str) or not (hasattr(node_names, "__len__") and hasattr(node_names, "__iter__")):
        raise refused("node_names", node_names, _accepted(n))
    rows, given, by_node = range(n) if nodes is None else nodes, list(node_names), isinstance(node_names, Mapping)
    known = set(rows)
    unknown = [name for name in given if not (isinstance(name, Hashable) and name in known)]
    if unknown and (by_node or len(given) != n):
        raise ValueError(f"node_names has {shown(unknown[0])}, which is not a node: give {_accepted(n)}")
    if by_node:
        return [node_names.get(node) for node in rows]
    if len(given) != n:
        chosen = set(given)
        return [node if node in chosen else None for node in rows]
    if not unknown and set(given) == known and given != list(rows):
        raise ValueError("node_names lists the nodes in another order than the rows: give True, or a dict by node")
    return by_row(node_names, nodes, n, "node_names") if hasattr(node_names, "iloc") else given


class Names:
    """Writes names on an axes whose points are Y, each name where none is yet.

    Those that found room are arranged anew whenever the axes are drawn in another size, with other limits, or turned.
    """

    def __init__(self, ax, Y, box, point_size, text_style):
        self.ax, self.Y, self.box, self.style = ax, Y, box, text_style
        self.unit = mpl.rcParams["font.size"] / 10
        self.text_color = np.array(to_rgb(mpl.rcParams["text.color"]))
        self.radius = np.sqrt(np.mean(point_size)) / 2
        self.places = Places(box, self._in_points(Y), 2 * self.radius)
        self.written, self.note = [], None

    def follow(self, watch):
        """Arrange the names anew if the axes have changed; stop for good if somebody has removed one."""
        if any(name.text.axes is None for name in self.written):
            watch.remove()
            return
        box, anchors = axes_in_points(self.ax), self._anchors()
        if np.allclose(box, self.box, atol=SHIFT) and np.allclose(anchors, self.anchors, atol=SHIFT):
            return
        self.box, self.anchors = box, anchors
        self.places = Places(box, self._in_points(self.Y), 2 * self.radius)
        if self.note is not None:
            self._take_note()
        for name, anchor in zip(self.written, anchors, strict=True):
            name.text.set_visible(True)  # or it has no size
            shown = bool(np.all((anchor >= 0) & (anchor <= box))) and self._place(name, anchor)
            name.text.set_visible(shown)
            name.leader.set_visible(shown and name.leader.get_visible())

    def watch(self):
        """Follow the axes from now on."""
        self.anchors = self._anchors()
        self.ax.figure.add_artist(_Watch(self))

    def write_classes(self, Y, counts, names, colors, remark):
        """Names of classes at the points Y, sized by the numbers of members; those without room join the remark."""
        names = [_in_lines(str(name)) for name in names]
        order = np.argsort(-counts, kind="stable")[:MOST]
        smallest = self.unit * CLASS_SIZES[0]
        order = order[np.cumsum(_areas([names[c] for c in order])) * smallest**2 < INK * self.box.prod()]
        colors = 0.5 * colors + 0.5 * self.text_color
        longest = ", ".join(filter(None, [remark, f"+{len(names)} more"]))
        note = self.write_remark(longest if len(names) > SURE_OF_ROOM else remark)
        share = np.sqrt(counts / max(counts.max(initial=1), 1))
        left = len(names) - len(order)
        left += self._write(Y[order], [names[c] for c in order], share[order], CLASS_SIZES, colors[order], "bold")
        if left and note is None:
            note = self.write_remark(longest)
        if note is not None:
            note.set_text(", ".join(filter(None, [remark, f"+{left} more" if left else ""])))

    def write_remark(self, text):
        """Write a remark in the lower right corner, small and grey, and let no name cover it."""
        if not text:
            return None
        place = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right", "va": "bottom", "zorder": 6}
        note = self.ax.annotate(text, (1, 0), (-3, 3), **place, color=grey(self.ax, 0.7))
        note.set_fontsize(self.unit * NOTE_SIZE)
        note.set_path_effects(self._halo())
        self.note = note
        self._take_note()
        return note

    def _take_note(self):
        sides = self._sides(self.note)
        self.places.take((self.box[0] - 3 - sides[0] / 2, 3 + sides[1] / 2), sides)

    def write_nodes(self, Y, names, degree, sizes=None):
        """Names of nodes beside the points Y, sized by degree; `sizes` are the areas of the points, if they differ."""
        share = np.ones(len(Y)) if degree is None else np.sqrt(degree / max(degree.max(initial=1), 1))
        colors, radii = np.tile(self.text_color, (len(Y), 1)), None if sizes is None else np.sqrt(sizes) / 2
        left = self._write(Y, names, share, NODE_SIZES, colors, None, radii)
        if left:
            warn(
                f"{left} of {len(names)} node names found no room: name fewer, enlarge the axes, or give "
                "text_style={'fontsize': ...}",
                UserWarning,
            )

    def _write(self, Y, names, share, sizes, colors, weight, radii=None):
        """Write names at Y, the first ones first; on the points themselves if `weight` says that they name classes."""
        plane, anchors = to_plane(self.ax, Y), self._in_points(Y)
        fonts = self._font_sizes(names, share, sizes)
        radii = np.broadcast_to(self.radius if radii is None else radii, len(names))
        left = 0
        for at, xyz, anchor, name, font, color, radius in zip(
            plane, Y, anchors, names, fonts, colors, radii, strict=True
        ):
            text = self._annotation(
                name, at, xyz,
                **{"fontsize": font, "color": color, "fontweight": weight, "path_effects": self._halo(), **self.style},
            )  # fmt: skip
            written = _Written(text, self._leader(at, xyz, text, radius), xyz, weight is not None, radius)
            if self._place(written, anchor):
                self.written.append(written)
            else:
                text.remove()
                written.leader.remove()
                left += 1
        return left

    def _place(self, name, anchor):
        """Put the name where there is room, with a leader if that is far from its anchor; whether there is room."""
        sides, gap = self._sides(name.text), name.radius + 1.5
        middle, end = self.places.place(anchor, sides, gap, max(0.25 * self.box.max(), gap), name.is_class)
        if middle is None:
            return False
        name.text.set_position(middle - anchor)
        name.leader.set_position(end - anchor)
        far = name.radius + (4 * LEADER if name.is_class else LEADER)
        name.leader.set_visible(bool(np.linalg.norm(end - anchor) > far))
        return True

    def _font_sizes(self, names, share, sizes):
        """From small to large by share, all smaller where the names would cover too much."""
        smallest, largest = self.unit * np.array(sizes)
        fonts = smallest + (largest - smallest) * share
        shrink = np.sqrt(INK * self.box.prod() / max((_areas(names) * fonts**2).sum(), 1e-9))
        return np.maximum(fonts * min(shrink, 1), smallest)

    def _annotation(self, text, at, xyz, **style):
        kind = {
            "xytext": (0, 0),
            "textcoords": "offset points",
            "horizontalalignment": "center",
            "verticalalignment": "center",
            "zorder": 6,
        }
        made = _Annotation(text, at, **{**kind, **style}, parse_math=False, annotation_clip=False)
        made.xyz = xyz
        return self.ax.add_artist(made)

    def _leader(self, at, xyz, text, radius):
        """A thin line from the point to the edge of its name, beneath all names."""
        line = {"arrowstyle": "-", "linewidth": self.unit * STROKE, "color": text.get_color(), "alpha": 0.6}
        line |= {"shrinkA": 0, "shrinkB": radius}
        return self._annotation("", at, xyz, zorder=5, arrowprops=line)

    def _anchors(self):
        """Where the points of the names are now, shape (k, 2), in points of text."""
        points = np.array([name.xyz for name in self.written])
        return self._in_points(points) if len(points) else np.empty((0, 2))

    def _halo(self):
        return [withStroke(linewidth=self.unit * HALO, foreground=ground(self.ax))]

    def _sides(self, text):
        twin = Text(text=text.get_text(), parse_math=False)  # it remembers the renderer that measures it
        twin.update_from(text)
        twin.set_figure(self.ax.figure)
        stored = twin.get_window_extent(RendererAgg(1, 1, FINE)).size / FINE
        return 72 * np.maximum(text.get_window_extent().size / self.ax.figure.dpi, stored)

    def _in_points(self, Y):
        """Where Y is on the axes, in points of text from their lower left corner."""
        pixels = self.ax.transData.transform(to_plane(self.ax, Y)) - self.ax.get_window_extent().p0
        return pixels * 72 / self.ax.figure.dpi


def _areas(names):
    """Of each name, in squared font sizes."""
    lines = [name.split("\n") for name in names]
    return 0.7 * np.array([max(map(len, parts)) * len(parts) for parts in lines], float)


def _in_lines(name):
    """A long name in up to three lines or so."""
    lines = textwrap.wrap(shortened(name, 60), 20, break_long_words=False)
    return "\n".join(shortened(line) for line in lines)


class _Written(NamedTuple):
    """A name on the picture, its leader line, visible or not, and the coordinates and radius of its point."""

    text: Annotation
    leader: Annotation
    xyz: np.ndarray
    is_class: bool
    radius: float


class _Watch(Artist):
    """Lets the names follow the axes, before the figure draws these."""

    def __init__(self, names):
        super().__init__()
        self.names = names
        self.set(zorder=-np.inf, in_layout=False)

    def draw(self, renderer):
        self.names.follow(self)


class _Annotation(Annotation):
    """Stays at its point `xyz` when 3-D axes are turned."""

    def draw(self, renderer):
        if len(self.xyz) == 3:
            self.xy = to_plane(self.axes, self.xyz[None])[0]
        super().draw(renderer)
