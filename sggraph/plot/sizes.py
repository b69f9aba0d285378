"""Sizes of marks and widths of edges that stand for numbers, in proportion to them, and round examples of these.

All marks together cover what they cover without sizes, so that pictures keep their ink; the largest is bounded.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator
from scipy import sparse

from ..graph.adjacency import Graph
from ..graph.attributes import edge_attributes, edge_values, edges_of, node_attribute, node_attributes, one_of
from ..inputs.labels import by_row
from ..runtime.checks import ABOVE_0, GREATEST, is_missing, is_number, refused, shown

LARGEST_SHARE = 0.005  # of the axes, the area of a mark: 36 points across in 7 inches, three lines of text
SMALLEST_SHARE = 0.04  # of the largest mark: a fifth of its diameter, and still to be seen
WIDEST, NARROWEST = 6.0, 0.2  # points: as a letter is wide; what a screen still shows
EXAMPLES = 4  # in a legend, at most: beyond that the eye compares no more
WIDE_RANGE = 30  # from the least to the greatest value: then examples are 1, 10, 100 and not 250, 500, 750


class Sizes(NamedTuple):
    """What sizes stand for: the title of the legend and a value >= 0 for each node, NaN where it is missing.

    `unit` is the area of a value of 1, in square points; None where it has yet to follow from the picture.
    """

    title: str
    values: np.ndarray
    unit: float | None = None

    def fitted(self, usual, box):
        """The Sizes whose mean area is `usual`, as far as the largest fits into a box of this width and height."""
        if self.unit is not None:
            return self
        greatest = np.nanmax(self.values, initial=0)
        mean = np.nanmean(self.values) if greatest > 0 else 1.0
        largest = min(usual * greatest / mean, max(LARGEST_SHARE * box.prod(), usual))
        return self._replace(unit=largest / greatest if greatest > 0 else usual)

    def of(self, values):
        """Areas of marks for values, in square points; never too small to be seen. Missing ones have the smallest."""
        known = self.values[~np.isnan(self.values)]
        least, greatest = (known.min(), known.max()) if len(known) else (0.0, 0.0)
        return self.unit * np.maximum(np.nan_to_num(values, nan=least), SMALLEST_SHARE * (greatest or 1.0))


class Widths(NamedTuple):
    """What widths stand for: the title of the legend and a symmetric sparse matrix of values >= 0.

    `unit` is the width of a value of 1, in points; None where it has yet to follow from the picture.
    """

    title: str
    values: sparse.csr_array
    unit: float | None = None

    def fitted(self, usual, values):
        """The Widths whose mean over these values is `usual`, as far as the widest is not too wide."""
        if self.unit is not None:
            return self
        greatest = np.nanmax(values, initial=0)
        if greatest == 0:
            return self._replace(unit=usual)
        return self._replace(unit=min(usual * greatest / np.nanmean(values), WIDEST) / greatest)

    def of(self, values):
        """Widths of lines for values, in points; never too narrow to be seen."""
        return np.maximum(self.unit * np.nan_to_num(values), NARROWEST)


def read_sizes(node_size, graph, names, degree, n):
    """Sizes; or an area in square points, or None. `names` and `degree` of the n rows are None where there are none."""
    if node_size is None or isinstance(node_size, Sizes):
        return node_size
    accepted = f"an area in square points, 'degree', an attribute of the nodes, or a number for each of the {n} rows"
    if is_number(node_size, ABOVE_0, GREATEST):
        return float(node_size)
    title, values = "size", node_size
    if isinstance(node_size, str):
        title, values = node_size, None if graph is None else node_attribute(graph, node_size)
        if values is None and node_size == "degree":
            if degree is None:
                raise ValueError("node_size='degree' counts the edges of the graph: give graph, too")
            values = degree
        if values is None:
            held = [] if graph is None else node_attributes(graph)
            raise refused("node_size", node_size, accepted + (f" (attributes: {one_of(held)})" if held else ""))
    elif np.ndim(node_size) == 0 and not isinstance(node_size, Mapping):
        raise refused("node_size", node_size, accepted)
    elif isinstance(getattr(node_size, "name", None), str):
        title = node_size.name  # of a pandas Series
    return Sizes(title, _as_numbers("node_size", by_row(values, names, n, "node_size")))


def read_widths(edge_width, graph, nodes):
    """Widths; or a width in points, or None. `nodes` are the names of the rows, None without a graph."""
    if edge_width is None or isinstance(edge_width, Widths):
        return edge_width
    if nodes is None:
        raise refused("edge_width", edge_width, "graph, too, whose edges have a width")
    if is_number(edge_width, ABOVE_0, GREATEST):
        return float(edge_width)
    accepted = "a width in points, 'weight' or another attribute of the edges, or a dict from (node, node) to a number"
    if isinstance(edge_width, str):
        held = edge_attributes(graph)
        if held is not None and edge_width not in held:
            there = f"the edges have {one_of(held)}" if held else "the edges have no attributes"
            raise refused("edge_width", edge_width, f"{accepted} ({there})")
        if isinstance(graph, Graph) and edge_width != "weight":
            raise refused("edge_width", edge_width, f"graph, too, whose edges have it, or {accepted}")
        title, values = edge_width, edge_values(graph, edge_width)
    elif sparse.issparse(edge_width) and edge_width.shape == (len(nodes), len(nodes)):
        title, values = "width", sparse.csr_array(edge_width).astype(float)
        values = values.maximum(values.T)
    elif isinstance(edge_width, Mapping):
        title, values = "width", _by_edge(list(edge_width.items()), nodes)
    else:
        title, values = "width", _by_edge(_in_order(edge_width, graph, accepted), nodes)
    values.data = _as_numbers("edge_width", values.data)
    return Widths(title, values)


def _in_order(widths, graph, accepted):
    """Pairs of an edge and its width, for a list in the order of the edges as NetworkX and igraph have one."""
    edges = edges_of(graph)
    if edges is None or np.ndim(widths) != 1 or len(widths) != len(edges):
        raise refused("edge_width", widths, accepted)
    return list(zip(edges, widths, strict=True))


def _by_edge(widths, nodes):
    """Symmetric matrix of pairs of an edge and a number; the sum for parallel edges and both directions."""
    row = {node: i for i, node in enumerate(nodes)}
    unknown = next((edge for edge, _ in widths if not _is_edge(edge, row)), None)
    if unknown is not None:
        raise ValueError(f"edge_width has the key {shown(unknown)}: give pairs (node, node) of the graph")
    ends = np.array([(row[edge[0]], row[edge[1]]) for edge, _ in widths], int).reshape(-1, 2).T
    values = _as_numbers("edge_width", [width for _, width in widths])
    matrix = sparse.coo_array((values, (ends.min(axis=0), ends.max(axis=0))), shape=(len(nodes),) * 2).tocsr()
    return matrix + matrix.T


def _is_edge(edge, row):
    return isinstance(edge, tuple) and len(edge) in (2, 3) and edge[0] in row and edge[1] in row


def _as_numbers(word, values):
    """The values as floats of at least 0, NaN for the missing."""
    try:
        numbers = np.array([np.nan if is_missing(value) else float(value) for value in values])
    except (TypeError, ValueError):
        wrong = next(value for value in values if not _is_numeric(value))
        raise ValueError(f"{word} has {shown(wrong)}: give numbers, and None where they are missing") from None
    if np.isnan(numbers).all() and len(numbers):
        raise ValueError(f"{word} has no numbers: give at least one that is not missing")
    if np.nanmin(numbers, initial=0) < 0 or np.nanmax(numbers, initial=0) > GREATEST:
        raise ValueError(f"{word} has negative or infinite numbers: give what an area can show, such as their size")
    return numbers


def _is_numeric(value):
    try:
        return is_missing(value) or float(value) is not None
    except (TypeError, ValueError):
        return False


def examples(values):
    """Up to four values that a legend shows, ascending, round ones if the data take more; none of a single value."""
    values = np.unique(values[~np.isnan(values)])
    if len(values) < 2:
        return values[:0]
    if len(values) <= EXAMPLES:
        return values
    least, greatest = values[values > 0].min(), values[-1]
    whole = bool(np.all(values % 1 == 0))
    if greatest / least > WIDE_RANGE:
        return _in_decades(max(least, SMALLEST_SHARE * greatest), greatest)
    ticks = MaxNLocator(EXAMPLES, steps=[1, 2, 2.5, 5, 10], integer=whole).tick_values(least, greatest)
    ticks = ticks[(ticks >= least * (1 - 1e-9)) & (ticks <= greatest * (1 + 1e-9)) & (ticks > 0)]
    return ticks[-EXAMPLES:] if len(ticks) > 1 else values[[0, -1]]


def _in_decades(least, greatest):
    """Of 1, 2 and 5 times powers of ten about four from the least to the greatest, evenly spaced in their logarithm."""
    powers = 10.0 ** np.arange(np.floor(np.log10(least)), np.ceil(np.log10(greatest)) + 1)
    round_ones = np.outer(powers, [1, 2, 5]).ravel()
    round_ones = round_ones[(round_ones >= least * (1 - 1e-9)) & (round_ones <= greatest * (1 + 1e-9))]
    step = max(-(-len(round_ones) // EXAMPLES), 1)
    return round_ones[::-1][::step][:EXAMPLES][::-1]


def in_words(value):
    """A number as a legend or a sentence writes it: 1,000 and 0.25, three digits of what is no whole number."""
    is_whole = value == round(value) or abs(value) >= 100
    return f"{value:,.0f}" if is_whole and abs(value) < 1e9 else f"{value:.3g}"
