"""Graphs made by chance: blocks, small worlds, hubs, growing trees.

All is vectorised, in time and memory proportional to the edges; the same seed makes the same graph.
"""

from __future__ import annotations

from itertools import count

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..core.types import Float, Int, Numbers
from ..runtime.checks import check_number, check_whole, refused
from .dataset import Dataset
from .generated import as_dataset, oldest_ancestor, sectors

__all__ = ["make_block_model", "make_random_tree", "make_rmat", "make_small_world"]

MOST_SCALE = 30  # a billion nodes


def make_random_tree(n: Int = 1000, random_state: Int | np.random.Generator | None = 0) -> Dataset:
    """Make a tree that grows by chance: every new node attaches itself to an earlier one, all equally likely.

    Parameters
    ----------
    n : int, default 1000
        Number of nodes, at least 2.
    random_state : int or numpy.random.Generator, default 0
        Seed, or a generator to draw from.

    Returns
    -------
    Dataset
        ``n - 1`` edges; old nodes have more children. Classes: which of the 8 oldest nodes a node descends from most
        closely.

    Raises
    ------
    ValueError
        If `n` is not a whole number of at least 2.

    Examples
    --------
    >>> from sggraph.datasets import make_random_tree
    >>> make_random_tree(500)
    <Dataset random_tree: 500 nodes, 499 edges, 8 classes>
    """
    check_whole("n", n, 2)
    parent = np.random.default_rng(random_state).integers(0, np.arange(1, n))
    return as_dataset(
        "random_tree",
        "Tree of which each new node joins one of the earlier ones at random. Classes: the nearest ancestor among the "
        "8 oldest nodes.",
        parent,
        np.arange(1, n),
        oldest_ancestor(parent, 8),
        "branch",
    )


def make_block_model(
    n: Int = 1000,
    n_blocks: Int = 8,
    degree_inside: Float = 10.0,
    degree_outside: Float = 2.0,
    random_state: Int | np.random.Generator | None = 0,
) -> Dataset:
    """Make a stochastic block model with blocks of equal size (a planted partition), labelled by block.

    Parameters
    ----------
    n : int, default 1000
        Number of nodes.
    n_blocks : int, default 8
        Number of blocks, at most half of `n`.
    degree_inside, degree_outside : float, default 10 and 2
        Mean number of neighbours in a node's own block and in all others together.
    random_state : int or numpy.random.Generator, default 0
        Seed, or a generator to draw from.

    Returns
    -------
    Dataset
        Every pair within a block is joined with the same probability, and every other pair with another one. Nodes
        without edges are possible where the degrees are small.

    Raises
    ------
    ValueError
        If a number is out of range, or the degrees are larger than the blocks allow.

    References
    ----------
    P. W. Holland, K. B. Laskey, S. Leinhardt, "Stochastic blockmodels: first steps", Social Networks 5 (1983), 109-137.

    Examples
    --------
    >>> from sggraph.datasets import make_block_model
    >>> blocks = make_block_model(2000, n_blocks=10, degree_inside=15)
    >>> len(blocks.nodes), len(blocks.label_names), round(2 * blocks.n_edges / 2000)
    (2000, 10, 17)
    """
    check_whole("n", n, 2)
    check_whole("n_blocks", n_blocks, 1, n // 2, "a number of blocks of two nodes or more")
    rng = np.random.default_rng(random_state)
    start = -(-np.arange(n_blocks + 1) * n // n_blocks)
    size = np.diff(start)
    block = np.repeat(np.arange(n_blocks), size)
    pairs_inside = int((size * (size - 1) // 2).sum())
    pairs_outside = n * (n - 1) // 2 - pairs_inside

    def inside(draws):
        i = rng.integers(0, n, draws)
        return i, rng.integers(start[block[i]], start[block[i] + 1])

    def outside(draws):
        i, j = rng.integers(0, n, (2, draws))
        differ = block[i] != block[j]
        return i[differ], j[differ]

    edges = [
        _distinct_pairs(draw, _number_of_edges(name, degree, n, pairs, rng), n)
        for name, degree, pairs, draw in (
            ("degree_inside", degree_inside, pairs_inside, inside),
            ("degree_outside", degree_outside, pairs_outside, outside),
        )
    ]
    row, col = np.concatenate(edges, axis=1)
    return as_dataset(
        "block_model",
        f"Stochastic block model: {degree_inside:g} neighbours in the own block and {degree_outside:g} in others on "
        "average. Classes: blocks.",
        row,
        col,
        block,
        "block",
    )


def make_small_world(
    n: Int = 1000, n_neighbors: Int = 6, rewiring: Float = 0.005, random_state: Int | np.random.Generator | None = 0
) -> Dataset:
    """Make a Watts-Strogatz graph, a ring with a few shortcuts, labelled by sectors of the ring.

    Parameters
    ----------
    n : int, default 1000
        Number of nodes.
    n_neighbors : int, default 6
        Even number of neighbours on the ring, at most ``(n - 1) // 2``.
    rewiring : float, default 0.005
        Probability that an edge lets go of one end and takes a node drawn at random; 0 leaves the ring as it is.
    random_state : int or numpy.random.Generator, default 0
        Seed, or a generator to draw from.

    Returns
    -------
    Dataset
        ``n * n_neighbors / 2`` edges. Classes: 12 sectors of the ring (fewer if `n` is). ``positions``: the circle.

    Raises
    ------
    ValueError
        If a number is out of range, or `n_neighbors` is odd.

    References
    ----------
    D. J. Watts, S. H. Strogatz, "Collective dynamics of small-world networks", Nature 393 (1998), 440-442.

    Examples
    --------
    >>> from sggraph.datasets import make_small_world
    >>> make_small_world(600, n_neighbors=4)
    <Dataset small_world: 600 nodes, 1,200 edges, 12 classes>
    """
    check_whole("n", n, 5)
    check_whole("n_neighbors", n_neighbors, 2)
    if n_neighbors % 2 or n_neighbors > (n - 1) // 2:
        raise refused("n_neighbors", n_neighbors, f"an even number of at most (n - 1) // 2 = {(n - 1) // 2}")
    check_number("rewiring", rewiring, 0, 1, "a probability from 0 to 1")
    rng = np.random.default_rng(random_state)
    half = n_neighbors // 2
    row = np.repeat(np.arange(n), half)
    col = (row + np.tile(np.arange(1, half + 1), n)) % n
    moved = rng.random(len(row)) < rewiring
    order = np.argsort(moved, kind="stable")
    row, col, moved = row[order], col[order], np.flatnonzero(moved[order])
    wrong, least = moved, len(row)
    for attempt in count(1):
        col[wrong] = rng.integers(0, n, len(wrong))
        repeated = np.ones(len(row), dtype=bool)
        repeated[np.unique(_keys(row, col, n), return_index=True)[1]] = False
        wrong = np.flatnonzero(repeated | (row == col))
        if not len(wrong):
            break
        if attempt % 10 == 0:
            least, before = len(wrong), least
            wrong = wrong if least < before else moved  # the others may have left a node no place to go
    angle = 2 * np.pi * np.arange(n) / n
    return as_dataset(
        "small_world",
        f"Watts-Strogatz graph: a ring of {n_neighbors} neighbours each, {rewiring:g} of its edges rewired. Classes: "
        "sectors of the ring.",
        row,
        col,
        sectors(np.arange(n), n),
        "sector",
        positions=np.column_stack([np.cos(angle), np.sin(angle)]),
    )


def make_rmat(
    scale: Int = 13,
    edge_factor: Int = 8,
    probabilities: Numbers = (0.57, 0.19, 0.19, 0.05),
    random_state: Int | np.random.Generator | None = 0,
) -> Dataset:
    """Make an R-MAT graph: hubs, and communities within communities, as in social and web graphs.

    Parameters
    ----------
    scale : int, default 13
        The edges are drawn among ``2**scale`` nodes, at most 30.
    edge_factor : int, default 8
        Edges drawn per node; repeated ones, and edges from a node to itself, are dropped.
    probabilities : tuple of 4 float, default (0.57, 0.19, 0.19, 0.05)
        Shares of the quarters of the adjacency matrix, row by row, at every level of the recursion; they sum to 1.
    random_state : int or numpy.random.Generator, default 0
        Seed, or a generator to draw from.

    Returns
    -------
    Dataset
        The largest component; nodes keep their numbers. Classes: the first three choices of the recursion, 8 of them.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    D. Chakrabarti, Y. Zhan, C. Faloutsos, "R-MAT: a recursive model for graph mining", SIAM International Conference
    on Data Mining 2004, 442-446.

    Examples
    --------
    >>> from sggraph.datasets import make_rmat
    >>> graph = make_rmat(scale=10).adjacency
    >>> degree = graph.sum(axis=0)
    >>> bool(degree.max() > 10 * degree.mean())
    True
    """
    check_whole("scale", scale, 3, MOST_SCALE)
    check_whole("edge_factor", edge_factor, 1)
    share = np.asarray(probabilities, dtype=float)
    if share.shape != (4,) or not (share >= 0).all() or not np.isclose(share.sum(), 1):
        raise refused("probabilities", probabilities, "4 numbers from 0 that sum to 1")
    rng = np.random.default_rng(random_state)
    n = 2**scale
    row, col = np.zeros((2, edge_factor * n), dtype=np.int64)
    for _ in range(scale):
        quarter = np.searchsorted(share.cumsum()[:3], rng.random(len(row)), side="right")
        row, col = 2 * row + quarter // 2, 2 * col + quarter % 2
    row, col = np.divmod(_distinct(_keys(row, col, n)[row != col]), n)
    component = connected_components(coo_array((np.ones(len(row)), (row, col)), shape=(n, n)), directed=False)[1]
    kept = np.flatnonzero(component == np.bincount(component).argmax())
    number = np.full(n, -1)
    number[kept] = np.arange(len(kept))
    inside = number[row] >= 0
    return as_dataset(
        "rmat",
        f"Largest component of an R-MAT graph of scale {scale}. Classes: the first three choices of the recursion.",
        number[row[inside]],
        number[col[inside]],
        kept >> (scale - 3),
        "block",
        nodes=kept.tolist(),
    )


def _number_of_edges(name, degree, n, pairs, rng):
    """How many of the pairs are edges, if each node has so many neighbours on average."""
    if not 0 <= degree * n <= 2 * pairs:
        raise refused(name, degree, f"0 to {2 * pairs / n:g}, which is what these nodes and blocks allow")
    return rng.binomial(pairs, degree * n / (2 * pairs)) if pairs else 0


def _distinct_pairs(draw, size, n):
    """Draw until there are so many different pairs of different nodes."""
    keys = np.empty(0, dtype=np.int64)
    while len(keys) < size:
        i, j = draw(size - len(keys))
        fresh = _keys(i, j, n)[i != j]
        keys = _distinct(np.concatenate([keys, fresh]))
    return np.divmod(keys, n)


def _keys(row, col, n):
    """One number for each undirected pair."""
    return np.minimum(row, col).astype(np.int64) * n + np.maximum(row, col)


def _distinct(keys):
    """The different keys, sorted: np.unique of NumPy 2.4 hashes and took 13 s for five million where this takes 0.6."""
    keys = np.sort(keys)
    return keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
