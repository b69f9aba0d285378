"""A run as a film: `animate_embedding`; that of a sequence is film.py's.

Every frame is a `plot_embedding` of its own on the same axes. Frames are turned onto their successors, the last one
stays as it is; the window follows the limits that each frame has of its own, smoothly, its proportions being the same
throughout.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..core.types import Auto, Coordinates, FilePath, Float, Int, Items, Labels, Recorded
from ..graph.adjacency import GraphLike, quiet_graph
from ..inputs.coordinates import as_embeddings
from ..inputs.labels import by_row, read_labels
from ..inputs.seeds import as_generator
from ..method.problem import with_nan
from ..method.sequence import Snapshot
from ..runtime.checks import ABOVE_0, GREATEST, check_number, refused, shown
from ..runtime.history import History, as_history
from .alignment import aligned
from .content import with_marks
from .embedding import SIDE, plot_embedding
from .film import SMOOTH as SMOOTH_FPS
from .film import Film
from .frame import axes_in_points
from .look import Look
from .snapshots import Series, are_snapshots

__all__ = ["EmbeddingAnimation", "animate_embedding"]
SECONDS, SLOWEST, FASTEST = 6, 4, 25  # length of a film, within these frames per second
HOLD = 1.5  # seconds that the last frame stands still
SMOOTH = 0.04  # of the frames: how slowly the window follows


class EmbeddingAnimation(FuncAnimation):
    """A `matplotlib.animation.FuncAnimation` that plays in a notebook. Made by `animate_embedding`.

    Examples
    --------
    >>> import sggraph as sg
    >>> film = sg.animate_embedding([[[0, 0], [1, 1]], [[0, 1], [1, 0]]])
    >>> len(film.to_jshtml()) > 0  # what a notebook shows
    True
    """

    def _repr_html_(self) -> str:
        from matplotlib import pyplot as plt

        html = self.to_jshtml()
        plt.close(self._fig)  # or a notebook shows it again, standing still
        return html


def animate_embedding(
    snapshots: History | Recorded | Mapping[Any, Coordinates] | Items | Sequence[Snapshot],
    labels: Labels | None = None,
    *,
    graph: GraphLike | None = None,
    path: FilePath | None = None,
    fps: Float | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    legend: bool | Auto = "auto",
    trails: Int | Iterable[Hashable] | None = None,
    dpi: Float = 100,
    **options: Any,
) -> EmbeddingAnimation:
    """Animate an embedding as it takes shape, or a graph as it changes, and save the film as GIF or MP4.

    Parameters
    ----------
    snapshots : History, SGtSNEpi, dict, sequence, or list of Snapshot
        A `History` that was the callback of a run, or the estimator that has one; or a dict from iteration to
        coordinates, or a sequence of them, each an array of shape (n, d) or a dict of positions by node.

        Or the list that `embed_sequence` returned: from one time to the next nodes and edges that go fade, then all
        move, then those that come appear, newcomers in a ring. All frames show one room, and the title tells the time.
    labels : array_like of shape (n,), or dict, optional
        Classes or values of the nodes, as in `plot_embedding`, of a sequence as in `plot_sequence`; colours are the
        same in all frames.
    graph : graph, optional
        Anything that `as_graph` takes; its edges are drawn. Of a run that left nodes out of what it showed to its
        callback (all but the largest component, leaves) give the whole graph and all labels, or labels alone: a
        `History` knows which nodes it holds, and the others are not drawn. The snapshots of a sequence have theirs.
    path : str or Path, optional
        Where to save: ".gif" needs nothing, ".mp4" needs ffmpeg.
    fps : float, optional
        Frames per second; by default the film lasts about six seconds, and its last frame stays a little longer. Of a
        sequence 15, two seconds for each time, and half a minute at most.
    ax : matplotlib.axes.Axes, optional
        Where to draw; cleared for every frame. A new figure if left out, as it has to be for a sequence.
    title : str, optional
        Stands before the iteration, or the time, over each frame.
    legend : {"auto", True, False}
        As in `plot_embedding`.
    trails : int or list of nodes, optional
        Of a sequence: nodes whose way is drawn, as in `plot_sequence`.
    dpi : float, default 100
        Resolution of the file.
    **options
        Passed on to `plot_embedding`, such as `palette`.

    Returns
    -------
    animation : EmbeddingAnimation
        A `matplotlib.animation.FuncAnimation`. It plays in a notebook and, kept in a variable, in a window that
        ``plt.show()`` opens; ``animation.save`` saves it.

    Raises
    ------
    ValueError, TypeError
        If there are fewer than two snapshots, they do not fit each other, the graph or the labels, `fps` is not above
        0, or `path` has another ending or no folder.
    RuntimeError
        If an MP4 is wanted and ffmpeg is missing.

    Notes
    -----
    A frame takes as long as a `plot_embedding`. Of large graphs, draw the points alone.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> G, history = nx.grid_graph([6, 6]), sg.History()
    >>> Y = sg.embed_graph(G, init="random", random_state=0, callback=history, callback_every=40)
    >>> film = sg.animate_embedding(history, graph=G)
    >>> film.save("grid.gif")  # doctest: +SKIP
    >>> len(film.to_jshtml()) > 0  # what a notebook shows
    True

    A graph from which a node is taken:

    >>> snapshots = sg.embed_sequence({"before": G, "after": G.subgraph(set(G) - {(2, 2)})})
    >>> film = sg.animate_embedding(snapshots, fps=4)
    >>> len(film.to_jshtml()) > 0
    True
    """
    writer = writer_for(path)
    if fps is not None:
        check_number("fps", fps, ABOVE_0, GREATEST, "a number of frames per second above 0, or None")
    prefix = "" if title is None else f"{title}, "
    if are_snapshots(snapshots):
        for name, value in (("graph", graph), ("ax", ax)):
            if value is not None:
                raise ValueError(f"{name} is given, but the snapshots of a sequence have theirs: leave it out")
        from matplotlib import pyplot as plt

        look = Look(Series(snapshots), labels, trails, {"random_state": 0} | options)
        return film_of(plt.figure(layout="none"), look, fps, prefix, legend, path, dpi)
    if trails is not None:
        raise ValueError("trails are those of a sequence: give what embed_sequence returned, or leave them out")
    labels, given = read_labels(labels, graph, options.get("random_state", 0)), graph
    graph = None if graph is None else quiet_graph(graph)
    captions, frames, nodes = _as_frames(snapshots, graph)
    if labels is not None:
        labels = by_row(labels, nodes if graph is None else graph.names, len(frames[0]))
    fps = float(np.clip(len(frames) / SECONDS, SLOWEST, FASTEST)) if fps is None else fps

    def draw(f, ax):
        Y = frames[f] if nodes is None or graph is not None else dict(zip(nodes, frames[f], strict=True))
        return plot_embedding(Y, labels, graph=graph, ax=ax, legend=legend, title=prefix + captions[f], **options)

    box = np.full(2, 72.0 * SIDE) if ax is None else axes_in_points(ax)
    options = with_marks(options, given, graph, nodes, frames, box, as_generator(options.get("random_state", 0)))
    ax = draw(-1, ax)
    sizes = [points.get_sizes() for points in _points(ax)]
    windows = _windows(_limits(frames, graph))
    low, high = windows.transpose(2, 0, 1)[:, :, None]
    inside = None
    if ax.name == "3d":
        inside = np.concatenate((frames - low) / (high - low))
        inside = inside[~np.isnan(inside[:, 0])]
    shown = None

    def update(f):
        nonlocal shown
        if f != shown:
            ax.clear()
            draw(f, ax)
            for points, size in zip(_points(ax), sizes, strict=False):
                points.set_sizes(size)  # those that fit this frame alone would flicker
            ax.set(**{f"{side}lim": limits for side, limits in zip("xyz", windows[f], strict=False)})
            if inside is not None:  # one view of all frames, or each would be enlarged to its own points
                ax.inside = inside
        shown = f

    order = [*range(len(frames)), *[len(frames) - 1] * round(HOLD * fps)]
    return _filmed(ax.figure, update, order, fps, path, writer, dpi)


def film_of(figure, look, fps, prefix, legend, path, dpi):
    """The film of the Series of a Look, in a figure; saved if there is a path."""
    fps, frames = SMOOTH_FPS if fps is None else fps, Film(figure, look, legend, prefix, SIDE)
    return _filmed(figure, frames.update, frames.moments(fps), fps, path, writer_for(path), dpi)


def _filmed(figure, update, order, fps, path, writer, dpi):
    """The film whose frames `update` draws, in this order; saved if there is a path."""
    film = EmbeddingAnimation(
        figure, update, order, init_func=lambda: None, interval=1000 / fps, cache_frame_data=False
    )
    if path is not None:
        film.save(path, writer=writer(fps=fps), dpi=dpi)
    return film


def writer_for(path):
    """The writer for the ending of `path`, or an error that says what to do, before anything is drawn."""
    if path is None:
        return None
    path = Path(path)
    if path.suffix.lower() not in (".gif", ".mp4"):
        raise refused("path", str(path), "a name that ends with .gif or .mp4")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"path={str(path)!r}: the folder {str(path.parent)!r} does not exist, create it first")
    if path.suffix.lower() == ".gif":
        return PillowWriter
    if not FFMpegWriter.isAvailable():
        raise RuntimeError("ffmpeg, which makes .mp4 files, is missing: install it, or give a path that ends with .gif")
    return FFMpegWriter


def _as_frames(snapshots, graph):
    """Captions, coordinates turned onto their successors, with NaN for nodes nobody watched, and names of the rows."""
    watched = None
    if isinstance(snapshots, History) or hasattr(snapshots, "callback"):
        history = as_history(snapshots)
        snapshots, watched = history.snapshots, history.watched
        if graph is not None and watched is not None and len(graph.nodes) != len(watched):
            watched = None  # a graph of the nodes that are shown, and no others
    if isinstance(snapshots, Mapping):
        named = {f"iteration {iteration}": Y for iteration, Y in snapshots.items()}
    elif isinstance(snapshots, np.ndarray | list | tuple):
        named = {f"snapshot {s}": Y for s, Y in enumerate(snapshots, 1)}
    else:
        raise TypeError(
            f"snapshots={shown(snapshots)}: give a History, an estimator with one as callback, a dict from iteration "
            "to coordinates or a list of coordinates"
        )
    if len(named) < 2:
        raise ValueError(
            f"snapshots has {len(named)} where it needs 2: record more of them, History(max_snapshots=100) and "
            "callback_every=5"
        )
    arrays, nodes = as_embeddings(named, graph if watched is None else None)
    frames = list(arrays.values())
    for f in range(len(frames) - 2, -1, -1):
        frames[f] = aligned(frames[f], frames[f + 1], scale=False)
    if watched is not None:
        frames = [with_nan(Y, np.flatnonzero(watched), len(watched)) for Y in frames]
    return list(arrays), frames, nodes


def _points(ax):
    return [collection for collection in ax.collections if isinstance(collection, PathCollection)]


def _limits(frames, graph):
    """Limits (frames, sides, 2) that each frame would have of its own, read from bare pictures nobody sees."""
    d = frames[0].shape[1]
    found = []
    for Y in frames:
        ax = Figure().add_subplot(projection="3d" if d == 3 else None)
        plot_embedding(Y, graph=graph if d == 1 else None, ax=ax, legend=False)  # the arcs of a strip need room
        found.append([getattr(ax, f"get_{side}lim")() for side in ("xyz" if d == 3 else "xy")])
    return np.array(found)


def _windows(limits):
    """Limits (frames, sides, 2) in the proportions of the last ones that move smoothly and leave nothing out."""
    width = max(SMOOTH * len(limits), 0.5)
    middle, half = limits.mean(axis=2), np.ptp(limits, axis=2) / 2
    smooth = gaussian_filter1d(middle, width, axis=0, mode="nearest")
    reach = ((half + np.abs(middle - smooth)) / half[-1]).max(axis=1)
    reach = maximum_filter1d(reach, 2 * int(2 * width) + 1, mode="nearest")
    reach = np.exp(gaussian_filter1d(np.log(reach), width, mode="nearest", truncate=2))
    return smooth[:, :, None] + reach[:, None, None] * np.stack([-half[-1], half[-1]], axis=1)
