"""Lattices and trees made by rule, whose right picture is known: the classics of graph drawing."""

from collections.abc import Sequence

import numpy as np

from ..core.types import Int
from ..runtime.checks import check_whole, refused
from .dataset import Dataset
from .generated import as_dataset, oldest_ancestor, sectors

__all__ = ["make_balanced_tree", "make_grid", "make_moebius_strip", "make_torus"]


def make_grid(shape: Int | Sequence[Int] = (40, 40)) -> Dataset:
    """Make a square or cubic lattice, labelled by its quarters or eighths.

    Parameters
    ----------
    shape : tuple of int, default (40, 40)
        Numbers of nodes along 1, 2 or 3 axes.

    Returns
    -------
    Dataset
        Nodes are joined to the next ones along each axis. Classes: each axis cut in half. ``positions`` (2-D and 3-D):
        the coordinates.

    Raises
    ------
    ValueError
        If `shape` is not 1, 2 or 3 whole numbers of at least 2.

    Examples
    --------
    >>> from sggraph.datasets import make_grid
    >>> make_grid((10, 10, 10))
    <Dataset grid: 1,000 nodes, 2,700 edges, 8 classes>
    """
    shape = tuple(np.atleast_1d(shape).tolist())
    if not 1 <= len(shape) <= 3:
        raise refused("shape", shape, "the sizes of 1, 2 or 3 axes")
    for size in shape:
        check_whole("shape", size, 2)
    place = np.indices(shape).reshape(len(shape), -1)
    row, col = _lattice_edges(shape)
    halves = (2 * place >= np.array(shape)[:, None]).astype(int)
    return as_dataset(
        "grid",
        f"Lattice of {' x '.join(map(str, shape))} nodes. Classes: each axis cut in half.",
        row,
        col,
        np.ravel_multi_index(tuple(halves), (2,) * len(shape)),
        "block",
        positions=place.T.astype(float) if len(shape) > 1 else None,
    )


def make_torus(major: Int = 90, minor: Int = 30) -> Dataset:
    """Make a square lattice on a torus, labelled by sectors along the large circle.

    Parameters
    ----------
    major, minor : int, default 90 and 30
        Numbers of nodes around the large and the small circle, at least 3.

    Returns
    -------
    Dataset
        Every node has 4 neighbours. Classes: 12 sectors (fewer if `major` is). ``positions``: the torus in 3-D.
        ``embed_graph(torus.adjacency, d=3, balance=0)`` finds it whole; at the default balance larger ones may tear.

    Raises
    ------
    ValueError
        If `major` or `minor` is not a whole number of at least 3.

    Examples
    --------
    >>> from sggraph.datasets import make_torus
    >>> make_torus(30, 10)
    <Dataset torus: 300 nodes, 600 edges, 12 classes>
    """
    check_whole("major", major, 3)
    check_whole("minor", minor, 3)
    row, col = _lattice_edges((major, minor), wrap=True)
    i, j = np.indices((major, minor)).reshape(2, -1)
    long, short = 2 * np.pi * i / major, 2 * np.pi * j / minor
    out = 1 + minor / major * np.cos(short)
    positions = np.column_stack([out * np.cos(long), out * np.sin(long), minor / major * np.sin(short)])
    return as_dataset(
        "torus",
        f"Square lattice of {major} x {minor} nodes on a torus. Classes: sectors along the large circle.",
        row,
        col,
        sectors(i, major),
        "sector",
        positions=positions,
    )


def make_moebius_strip(length: Int = 200, width: Int = 12) -> Dataset:
    """Make a square lattice on a Moebius strip, labelled by sectors along it.

    Parameters
    ----------
    length : int, default 200
        Number of nodes along the strip, at least 3.
    width : int, default 12
        Number of nodes across it, at least 1; the ends are joined upside down.

    Returns
    -------
    Dataset
        ``length * width`` nodes, ``length * (2 * width - 1)`` edges. Classes: 12 sectors (fewer if `length` is).
        ``positions``: the strip in 3-D.

    Raises
    ------
    ValueError
        If `length` or `width` is not a whole number, or too small.

    Examples
    --------
    >>> from sggraph.datasets import make_moebius_strip
    >>> make_moebius_strip(60, 5)
    <Dataset moebius_strip: 300 nodes, 540 edges, 12 classes>
    """
    check_whole("length", length, 3)
    check_whole("width", width, 1)
    row, col = _lattice_edges((length, width))
    end = np.arange(width)
    row, col = np.r_[row, (length - 1) * width + end], np.r_[col, width - 1 - end]
    i, j = np.indices((length, width)).reshape(2, -1)
    angle, across = 2 * np.pi * i / length, 2 * np.pi * (j - (width - 1) / 2) / length
    out = 1 + across * np.cos(angle / 2)
    positions = np.column_stack([out * np.cos(angle), out * np.sin(angle), across * np.sin(angle / 2)])
    return as_dataset(
        "moebius_strip",
        f"Square lattice of {length} x {width} nodes on a Moebius strip. Classes: sectors along the strip.",
        row,
        col,
        sectors(i, length),
        "sector",
        positions=positions,
    )


def make_balanced_tree(height: Int = 9, branching: Int = 2) -> Dataset:
    """Make a tree whose inner nodes all have the same number of children, labelled by its large branches.

    Parameters
    ----------
    height : int, default 9
        Number of edges from the root to a leaf, at least 1.
    branching : int, default 2
        Number of children of an inner node, at least 2.

    Returns
    -------
    Dataset
        ``(branching**(height + 1) - 1) / (branching - 1)`` nodes, the root first, then level by level. Classes: the
        trunk, and up to 8 branches that grow from it at the same level (all the children of the root if it has more).

    Raises
    ------
    ValueError
        If `height` or `branching` is not a whole number, or too small, or there would be more than 2^31 nodes.

    Examples
    --------
    >>> from sggraph.datasets import make_balanced_tree
    >>> make_balanced_tree(9)
    <Dataset balanced_tree: 1,023 nodes, 1,022 edges, 9 classes>
    """
    check_whole("height", height, 1)
    check_whole("branching", branching, 2)
    n = (branching ** (height + 1) - 1) // (branching - 1)
    if n > np.iinfo(np.int32).max:
        raise ValueError(f"height={height} and branching={branching} make {n:,} nodes: choose smaller ones")
    level = 1
    while branching ** (level + 1) <= 8 and level < height:
        level += 1
    first = (branching**level - 1) // (branching - 1)
    parent = (np.arange(1, n) - 1) // branching
    branches = np.maximum(oldest_ancestor(parent, first + branching**level) - first + 1, 0)
    return as_dataset(
        "balanced_tree",
        f"Tree of height {height} whose inner nodes have {branching} children. Classes: the branches that start at "
        f"level {level}, and the trunk above them.",
        parent,
        np.arange(1, n),
        branches,
        "branch",
        first="trunk",
    )


def _lattice_edges(shape, wrap=False):
    """Edges to the next node along each axis, around the end if `wrap`."""
    number = np.arange(np.prod(shape)).reshape(shape)
    edges = []
    for axis, size in enumerate(shape):
        take = np.arange(size if wrap else size - 1)
        here, there = number.take(take, axis=axis), number.take((take + 1) % size, axis=axis)
        edges.append((here.ravel(), there.ravel()))
    return np.concatenate(edges, axis=1)
