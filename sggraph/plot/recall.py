"""How recall spreads over the nodes: `plot_recall`, the histogram of the SG-t-SNE paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..core.types import Coordinates, Int, Seed
from ..graph.adjacency import GraphLike, as_graph
from ..inputs.coordinates import as_embeddings, is_by_name
from ..inputs.seeds import as_generator
from ..metrics.neighborhoods import neighbor_hits
from ..runtime.checks import check_whole
from .fonts import letters_for
from .legend import write_last
from .palette import EIGHT, distinct_colors, grey, is_dark

__all__ = ["plot_recall"]


def plot_recall(
    graph: GraphLike,
    Y: Coordinates | Mapping[Any, Coordinates],
    *,
    ax: Axes | None = None,
    bins: Int = 20,
    n_samples: Int | None = 5000,
    random_state: Seed = 0,
) -> Axes:
    """Draw the histogram of neighbour recall over the nodes, its mean marked.

    The recall of a node of degree k is the share of its neighbours in the graph among its k nearest nodes in the
    embedding; nodes without edges have none. See `neighbor_recall` for the mean alone.

    Parameters
    ----------
    graph : graph
        Anything that `as_graph` takes.
    Y : array of shape (n, d), dict of positions by node, or dict of such embeddings by name
        Coordinates, rows in the order of the nodes. Several embeddings are drawn as outlines over each other.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if left out.
    bins : int, default 20
        Number of bars between 0 and 1.
    n_samples : int or None, default 5000
        Nodes that are looked at, the same in all embeddings; None for all.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ValueError
        If an embedding does not fit the graph, the graph has no edges, or `bins` or `n_samples` is out of range.

    See Also
    --------
    plot_comparison : the pictures side by side.

    Notes
    -----
    N. Pitsianis, A.-S. Iliopoulos, D. Floros, X. Sun: Spaceland embedding of sparse stochastic graphs, IEEE HPEC 2019.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> G = nx.karate_club_graph()
    >>> layouts = {"SG-t-SNE": sg.sgtsne_layout(G, seed=0), "circle": nx.circular_layout(G)}
    >>> ax = sg.plot_recall(G, layouts)
    >>> [text.get_text().split(",")[0] for text in ax.get_legend().get_texts()]
    ['SG-t-SNE', 'circle']
    """
    check_whole("bins", bins, 1, accepted="a number of bars, such as 20,")
    graph = as_graph(graph)
    seed = int(as_generator(random_state).integers(2**32))
    embeddings = as_embeddings(Y, graph, same_d=False)[0] if is_by_name(Y) else {None: Y}
    recalls = {}
    for name, y in embeddings.items():
        hits, degree, _ = neighbor_hits(graph, y, n_samples, seed)
        if not len(hits):
            raise ValueError("graph has no edges: there are no neighbours to recall")
        recalls[name] = hits / degree
    if ax is None:
        from matplotlib import pyplot as plt

        _, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
    _draw(ax, recalls, bins)
    return ax


def _draw(ax, recalls, bins):
    colors = EIGHT if len(recalls) <= len(EIGHT) else distinct_colors(len(recalls), is_dark(ax))
    several = len(recalls) > 1
    handles, labels = ax.get_legend_handles_labels()  # of what the caller has drawn
    texts = []
    for (name, recall), color in zip(recalls.items(), colors, strict=False):
        mean, label = recall.mean(), f"mean {recall.mean():.2f}"
        shares = np.full(len(recall), 100 / len(recall))
        style = {"histtype": "step", "linewidth": 1.5} if several else {"rwidth": 0.9}
        # 3/5 in floats lies a little below the edge .6: the bar that begins there is its own
        ax.hist(recall + 1e-9, bins, range=(0, 1 + 1e-9), weights=shares, color=color, **style)
        dashed = ax.axvline(mean, color=color if several else grey(ax, 1), linestyle="--", linewidth=1)
        handle = ax.plot([], [], color=color)[0] if several else dashed
        handles.append(handle)
        texts.append(label if name is None else f"{name}, {label}")
        handle.set_label(texts[-1])
    ax.set(xlim=(0, 1), xlabel="neighbour recall of a node", ylabel="nodes, %")
    ax.spines[["top", "right"]].set_visible(False)
    letters = letters_for(texts)
    legend = ax.legend(handles, [*labels, *["-"] * len(texts)], frameon=False)
    for text in legend.get_texts():
        letters.style(text)
    write_last(legend, list(map(letters.of, texts)))
