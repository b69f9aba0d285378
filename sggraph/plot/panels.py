"""Embeddings of one graph side by side: `plot_comparison`.

Every panel is a `plot_embedding` of its own, in a grid with one legend (grid.py).
"""

from __future__ import annotations

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
from .content import name_of, with_marks
from .embedding import plot_embedding
from .frame import fit
from .grid import FOOT, Grid, by_node, draw_guide, fill, proportions_of, settle_title
from .sizes import Sizes, Widths

__all__ = ["plot_comparison"]


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
    called, labels, given = name_of(labels), read_labels(labels, graph, random_state), graph
    graph = None if graph is None else quiet_graph(graph)
    arrays, nodes = as_embeddings(embeddings, graph)
    first = next(iter(arrays.values()))
    if labels is not None:
        labels = by_row(labels, nodes if graph is None else graph.names, len(first))
    if align:
        arrays = {name: aligned(Y, first) for name, Y in arrays.items()}
    options |= {"labels": labels, "random_state": random_state}
    grid = Grid(len(arrays), ncols, panel_size * proportions_of(list(arrays.values())), FOOT if scores else 0)
    options = with_marks(options, given, graph, nodes, [*arrays.values()], 72 * grid.sides, as_generator(random_state))
    figure = plt.figure(figsize=grid.size, layout="none")
    if legend and (labels is not None or any(isinstance(mark, Sizes | Widths) for mark in options.values())):
        draw_guide(figure, grid, nodes, legend, options, len(first), called=called)
    axes = np.empty(len(arrays), object)
    for p, (name, Y) in enumerate(arrays.items()):
        solid = Y.shape[1] == 3
        axes[p] = ax = figure.add_axes(grid.in_figure(grid.panel(p)), projection="3d" if solid else None)
        plot_embedding(by_node(Y, nodes, graph), graph=graph, ax=ax, legend=False, title=name, **options)
        if not solid:
            fill(ax, grid.sides)
        settle_title(ax)
        if scores:
            recall = neighbor_recall(graph, Y, random_state=random_state)
            correlation = shortest_path_correlation(graph, Y, random_state=random_state)
            fit(_write_beneath(ax, f"recall {recall:.2f}, path correlation {correlation:.2f}"), ax)
    return axes


def _write_beneath(ax, text):
    size = 0.8 * ax.title.get_fontsize()
    down = {"xytext": (0, -4), "textcoords": "offset points"}
    return ax.annotate(text, (0.5, 0), xycoords="axes fraction", ha="center", va="top", fontsize=size, **down)
