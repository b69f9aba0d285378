"""Columns of numbers as text that a page can hold: in byte planes, compressed, in base64.

A plane has the lowest bytes of all numbers, the next the second lowest; gzip finds little in numbers, and much in
planes of differences. A node takes about two bytes for its place, an edge a little more than one.
"""

import gzip
from base64 import b64decode, b64encode

import numpy as np

LEVEL = 6  # of gzip; 9: 1.2 % less of a cloud of 10^6 nodes, WordNet and npm_deps, in 6 to 11 times the time


def packed(content):
    """Bytes as text; the same for the same bytes."""
    return b64encode(gzip.compress(content, LEVEL, mtime=0)).decode()


def planes(numbers):
    """Text of unsigned numbers below 2^32, and of how many bytes each was left."""
    numbers = np.ascontiguousarray(numbers, "<u4")
    width = max(1, -(-int(numbers.max(initial=0)).bit_length() // 8))
    return packed(numbers.view(np.uint8).reshape(-1, 4)[:, :width].T.tobytes()), width


def from_planes(text, count, width):
    """The numbers again, as viewer.js reads them."""
    wide = np.zeros((count, 4), np.uint8)
    wide[:, :width] = np.frombuffer(gzip.decompress(b64decode(text)), np.uint8).reshape(width, count).T
    return wide.view("<u4").ravel()


def zigzag(steps):
    """Whole numbers without a sign: 0, -1, 1, -2 ... become 0, 1, 2, 3 ..."""
    steps = np.asarray(steps, np.int64)
    return ((steps << 1) ^ (steps >> 63)).astype(np.uint32)


def unzigzag(numbers):
    """The reverse of `zigzag`."""
    numbers = np.asarray(numbers, np.int64)
    return (numbers >> 1) ^ -(numbers & 1)


def steps(places):
    """Differences of neighbouring rows, zigzag."""
    return zigzag(np.diff(places, prepend=0))


def edge_columns(row, col, n):
    """Edges (m,) with row < col, all different, as how many begin at each node and the gaps between their ends."""
    order = np.lexsort((col, row))
    row, col = row[order].astype(np.int64), col[order].astype(np.int64)
    before = np.concatenate([[0], col[:-1]])
    is_first = np.concatenate([[True], row[1:] != row[:-1]])[: len(row)]
    gaps = col - np.where(is_first, row, before[: len(row)])
    return np.bincount(row, minlength=n), gaps, order


def from_edge_columns(sizes, gaps):
    """Ends (m,) and (m,) of the edges, as viewer.js finds them."""
    sizes = sizes.astype(np.int64)
    row = np.repeat(np.arange(len(sizes)), sizes)
    total = np.cumsum(gaps.astype(np.int64))
    first = np.concatenate([[0], np.cumsum(sizes)])[:-1][row]
    return row, row + total - np.concatenate([[0], total])[first]
