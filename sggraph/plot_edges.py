"""Draw the edges of a graph as lines that darken the ground by about a third where they run, whatever their number."""

import numpy as np
from matplotlib.collections import LineCollection
from scipy import sparse

from .palette import grey


def edge_lines(Y, A, max_edges, rng):
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


def draw_edges(ax, lines, color, alpha, crowding, rasterized):
    """All edges in one collection; where they crowd, thinner and paler."""
    width = np.clip(0.35 / crowding, 0.25, 0.8)
    if lines.shape[2] == 3:
        from mpl_toolkits.mplot3d.art3d import Line3DCollection as Collection
    else:
        Collection = LineCollection
    ax.add_collection(
        Collection(
            lines,
            colors=[grey(ax, 0.45) if color is None else color],
            alpha=np.clip(0.35 / (crowding * width), 0.01, 0.7) if alpha is None else alpha,
            linewidths=width,
            zorder=1,
            rasterized=rasterized,
        ),
        autolim=False,
    )


def crowding(lines, low, high, unit):
    """Length of edge per area, in points, that the average bit of edge has around it: on a grid of 16 by 16 cells."""
    start, end, way = lines[:, 0, :2], lines[:, -1, :2], np.linspace(0.1, 0.9, 5)[:, None, None]
    sites = (start + way * (end - start)).reshape(-1, 2)
    length = unit * np.tile(np.linalg.norm(end - start, axis=1) / 5, 5)
    cells, *_ = np.histogram2d(*sites.T, bins=16, range=np.column_stack([low, high])[:2], weights=length)
    area = unit**2 * np.prod((high - low)[:2] / 16)
    return max((cells**2).sum() / max(cells.sum() * area, 1e-9), 1e-9)
