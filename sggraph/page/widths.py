"""The widths of a page's edges: those that `plot_embedding` gives them in a figure of its own, in CSS pixels.

The page holds the values, too, to two or three digits, so that it can tell them: a code for each edge, in the order of
the values, and what each code stands for.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from ..graph.adjacency import Graph
from ..inputs.seeds import as_generator
from ..plot.edges import VARIED, usual_crowding, usual_width
from ..plot.frame import room_of
from ..plot.look import read_widths_of
from ..plot.sizes import Widths, examples, in_words, read_widths

DIGITS = {
    True: 3,
    False: 2,
}  # of whole values, so that counts up to 999 are as they were; and of others: a byte an edge
PIXELS = 96 / 72  # in a point, by CSS


class Wide(NamedTuple):
    """Widths of the edges, or one in points; their values at each time, matrices (n, n), and their `usual` width."""

    widths: Widths | float
    matrices: list[csr_array]
    usual: float = 1.0

    def of(self, row, col):
        """Values (T, m) of edges between these rows; None where all are as wide."""
        if not self.matrices:
            return None
        return np.array([np.asarray(matrix[row, col], float).ravel() for matrix in self.matrices])


def read_wide(edge_width, given, saved, arcs, series):
    """The Wide of a SavedEmbedding and its Graph, or of a Series; `given` is what the Graph was made of."""
    if edge_width is None:
        return None
    if series is not None:
        widths, matrices = read_widths_of(edge_width, series)
        pairs = zip(series.places, series.rows_and_graphs, strict=True)
        pictures = [(Y[rows], graph) for Y, (rows, graph) in pairs]
    else:
        widths, matrices = read_widths(edge_width, given, None if arcs is None else arcs.nodes), []
        pictures = [_placed(saved, arcs)]
    if not isinstance(widths, Widths):
        return Wide(widths, [])
    dense, _ = usual_crowding(pictures, room_of(np.vstack([Y for Y, _ in pictures])), as_generator(0))
    return Wide(widths, matrices or [widths.values], usual_width(dense))


def _placed(saved, arcs: Graph):
    """Places of the nodes that have one, and the Graph of these."""
    Y = np.asarray(saved.coordinates, np.float64)
    rows = np.flatnonzero(~np.isnan(Y).any(axis=1))
    return Y[rows], arcs._replace(adjacency=arcs.adjacency[rows][:, rows])


def width_facts(wide, values, column):
    """Facts of the widths of edges with these values (T, m); one column for all times if they do not change."""
    if values is None:
        return {"all": wide.widths * PIXELS}
    there = values if len(values) == 1 else values[values > 0]  # at each time
    widths = wide.widths.fitted(VARIED * wide.usual, there)
    told = _rounded(values)
    known = ~np.isnan(told)
    levels, codes = np.unique(told[known], return_inverse=True)
    numbers = np.zeros(told.shape, np.uint32)  # 0: missing
    numbers[known] = codes + 1
    pixels = widths.of(np.concatenate([[np.nan], levels])) * PIXELS
    shown = examples(values[values > 0])  # in the legend
    columns = numbers[:1] if (numbers == numbers[:1]).all() else numbers
    return {
        "name": str(wide.widths.title),
        "levels": [None, *levels.tolist()],
        "pixels": pixels.round(3).tolist(),
        "examples": [[in_words(value), pixels] for value, pixels in zip(shown, widths.of(shown) * PIXELS, strict=True)],
        "data": [column(f"widths{t}", codes) for t, codes in enumerate(columns)],
    }


def _rounded(values):
    """Numbers >= 0 to so many digits, the float nearest to what is written with these."""
    digits = DIGITS[bool(np.all(np.isnan(values) | (values % 1 == 0)))]
    with np.errstate(divide="ignore", over="ignore"):
        places = digits - 1 - np.floor(np.log10(values))
        unit = 10.0 ** np.abs(np.nan_to_num(places, posinf=0.0).clip(-300, 300))
        return np.where(places < 0, np.rint(values / unit) * unit, np.rint(values * unit) / unit)
