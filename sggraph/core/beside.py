"""What nodes that stand beside their neighbours need of a graph: how long edges are, who is next to a known place.

Matrices are CSR arrays of the rows from `first` on, all of them or those of one rank.
"""

import numpy as np

ROWS = 65_536  # that are looked at together: entries take forty times their bytes


def edges_between(rows, first, Y, kept):
    """Lengths (float32) in the picture Y (n, d) of all entries between nodes that are `kept`."""
    found = [np.empty(0, np.float32)]
    for begin in range(0, rows.shape[0], ROWS):
        starts = rows.indptr[begin : begin + ROWS + 1]
        i = np.repeat(np.arange(first + begin, first + begin + len(starts) - 1), np.diff(starts))
        j = rows.indices[starts[0] : starts[-1]]
        inner = kept[i] & kept[j]
        found.append(np.linalg.norm(Y[i[inner]] - Y[j[inner]], axis=1))
    return np.concatenate(found)


def next_to(rows, first, known, Y):
    """Nodes that are not `known` but have neighbours that are, and the means of these, weighted, of the rows of Y."""
    weight = rows @ known.astype(np.float64)
    new = np.flatnonzero(~known[first : first + len(weight)] & (weight > 0))
    return first + new, (rows[new] @ Y) / weight[new, None]
