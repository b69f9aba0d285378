"""The pictures of a sequence beside each other: `plot_sequence`.

One scale and one room for all of them (snapshots.py, look.py), newcomers and trails (changes.py), in a grid (grid.py).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Auto, Float, Int, Labels
from ..method.sequence import Snapshot
from ..runtime.checks import check_whole
from .changes import draw_rings, draw_trail
from .frame import hold
from .grid import GAP, Grid, proportions_of, settle_title
from .look import Look
from .palette import grey
from .snapshots import Series, on_plane

__all__ = ["plot_sequence"]
PANELS, PANEL = 12, 3.2  # at most: as many of these inches as a page or a screen shows
NOTE = 0.7  # share of the text colour in the grey of the note on times that are left out


def plot_sequence(
    snapshots: Sequence[Snapshot],
    labels: Labels | None = None,
    *,
    trails: Int | Iterable[Hashable] | None = None,
    max_panels: Int = PANELS,
    legend: bool | Auto = "auto",
    ncols: Int | None = None,
    panel_size: Float = PANEL,
    random_state: Int = 0,
    **options: Any,
) -> NDArray[np.object_]:
    """Draw the pictures of a sequence side by side: one scale, one room, one colour for a class in all of them.

    A node has a ring in the first panel that shows it, but for those of the first panel of all.

    Parameters
    ----------
    snapshots : list of Snapshot
        What `embed_sequence` returned.
    labels : dict, array_like or "louvain", optional
        Classes or values by node, or in the order of first appearance in the sequence, as in `plot_embedding`.
        "louvain": communities of the edges of all times together.
    trails : int or list of nodes, optional
        Nodes whose way is drawn, with their names: from where they were at first to where they are, fading into the
        past. A number: of so many that moved farthest.
    max_panels : int, default 12
        Of more snapshots so many are shown, evenly spaced, the first and the last among them; a note tells of it.
        Trails go through all of them.
    legend : {"auto", True, False}
        Right of the panels, as in `plot_embedding`.
    ncols : int, optional
        Panels in a row; by default up to three, then nearly as many as rows.
    panel_size : float, default 3.2
        Longer side of a panel in inches.
    random_state : int, default 0
        Seed of the order of the points, of a sample of the edges and of the communities.
    **options
        Passed on to `plot_embedding`, such as `palette`, `node_names` or `node_size`, which count all nodes as `labels`
        does.

    Returns
    -------
    axes : ndarray of matplotlib.axes.Axes, shape (number of panels,)
        In the order of time, in a new figure: ``axes[0].figure.savefig("sequence.png")``.

    Raises
    ------
    ValueError
        If `snapshots` is not what `embed_sequence` returned, or `labels` or `trails` do not fit its nodes.

    See Also
    --------
    animate_embedding : the same as a film.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> G = nx.les_miserables_graph()
    >>> before = G.subgraph(set(G) - {"Valjean", "Javert"})
    >>> snapshots = sg.embed_sequence({"without them": before, "all": G})
    >>> axes = sg.plot_sequence(snapshots, "louvain", trails=["Marius"])
    >>> [ax.get_title() for ax in axes]
    ['without them', 'all']
    """
    from matplotlib import pyplot as plt

    check_whole("max_panels", max_panels, 2, accepted="a number of panels")
    if ncols is not None:
        check_whole("ncols", ncols, 1, accepted="None, or a number of panels")
    series = Series(snapshots)
    look = Look(series, labels, trails, options | {"random_state": random_state})
    kept = spread(len(series), max_panels)
    grid = Grid(len(kept), ncols, panel_size * proportions_of([series.places[series.is_there]]), 0)
    return draw_panels(plt.figure(layout="none"), grid, look, kept, legend)


def spread(n, most):
    """Numbers of at most so many of n times, evenly spaced, the first and the last among them."""
    return np.linspace(0, n - 1, min(most, n)).round().astype(int)


def draw_panels(figure, grid, look, kept, legend):
    """Draw the snapshots `kept` of the Series of a Look in a figure; returns their axes."""
    series, ways = look.series, look.ways()
    figure.set_size_inches(grid.size)
    view = series.view(grid.sides, ways)
    ground = figure.add_axes(grid.in_figure(grid.panel(0)))
    look.settle(ground, view, 72 * grid.sides, images=True)
    is_new = [series.is_there[t] & ~series.is_there[before] for before, t in pairwise(kept)]
    if legend:
        look.explain(figure, grid, legend, np.any(is_new), len(kept) > 1)
    ground.remove()
    axes = np.empty(len(kept), object)
    for p, t in enumerate(kept):
        projection = "3d" if series.d == 3 else None
        axes[p] = ax = figure.add_axes(grid.in_figure(grid.panel(p)), projection=projection)
        hold(ax, view)
        picture = look.still(t)
        look.draw(picture, ax, series.titles[t])
        settle_title(ax)
        areas = look.areas(picture, ax)
        for row, way in zip(look.followed, ways[:, : t + 1], strict=True):
            if series.is_there[t, row]:
                draw_trail(ax, way, areas[picture.rows == row][0])
        new = is_new[p - 1][picture.rows] if p else np.zeros(len(picture.rows), bool)
        if new.any():
            draw_rings(ax, on_plane(picture.Y)[new], areas[new])
    if len(kept) < len(series):
        style = {"va": "center", "fontsize": "small", "color": grey(ax, NOTE)}
        figure.text(GAP / grid.size[0], GAP / 2 / grid.size[1], f"{len(kept)} of {len(series)} times", **style)
    return axes
