"""Breadth-first distances in a graph of which each rank holds some rows: all sources at once, level by level.

One bit of a word stands for a source, as in search/hops.py. A rank sends the bits of its nodes to their neighbours;
what goes to a neighbour of another rank is put together there, and goes out when the level is over, each bit once.
"""

from itertools import pairwise

import numpy as np

from ..engine.jit import kernel, part
from ..engine.talk import everyones
from ..search.hops import UNREACHED, WORD, _write


def write_hops(shares, rows, sources, out):
    """Write the numbers of edges from the `sources` to own nodes (own, k), -1 where no path leads, to `out`, of any
    signed type; returns how many the longest path has.
    """
    out[:] = UNREACHED
    groups = [Search(shares, rows, sources[g : g + WORD], out[:, g : g + WORD]) for g in range(0, len(sources), WORD)]
    level = 0
    while groups:
        level += 1
        parts = [np.concatenate(part) for part in zip(*(group.sent(g) for g, group in enumerate(groups)), strict=True)]
        got = shares.comm.exchange(parts)
        found = sum(group.received(g, got, level) for g, group in enumerate(groups))
        if everyones(shares.comm, found).sum() == 0:
            return level - 1
    return 0


class Search:
    """Of at most 64 sources: which bits have come to own nodes, and gone to others (n,), and the front, a queue of own
    nodes and their bits.
    """

    def __init__(self, shares, rows, sources, out):
        self.shares, self.rows, self.out = shares, rows, out
        self.first, n = shares.first, shares.cuts[-1]
        self.seen, self.coming = np.zeros((2, n), np.uint64)
        self.front = np.zeros(shares.stop - shares.first, np.uint64)
        self.following = np.empty(n, np.int64)
        own = np.flatnonzero((sources >= shares.first) & (sources < shares.stop))
        nodes = sources[own]
        np.bitwise_or.at(self.front, nodes - self.first, np.uint64(1) << own.astype(np.uint64))
        self.queue = np.unique(nodes)
        self.seen[self.queue] = self.front[self.queue - self.first]
        out[nodes - self.first, own] = 0
        self.found = 0

    def sent(self, number):
        """What goes to each rank: nodes and bits of a group of this number (m, 3)."""
        rows, bits = (self.rows.indptr, self.rows.indices), (self.seen, self.front, self.coming)
        size = _send_out(*rows, self.first, self.queue, bits, self.following)
        reached = self.following[:size]
        is_own = (reached >= self.first) & (reached < self.shares.stop)
        away = np.sort(reached[~is_own])
        self.found = int(is_own.sum())
        self.following[: self.found] = reached[is_own]
        message = np.empty((len(away), 3), np.uint64)
        message[:, 0], message[:, 1], message[:, 2] = number, away, self.coming[away]
        self.seen[away] |= self.coming[away]
        self.coming[away] = 0
        return [message[begin:end] for begin, end in pairwise(np.searchsorted(away, self.shares.cuts))]

    def received(self, number, parts, level):
        """Take what has come to own nodes; how many are reached at this level."""
        bits = self.seen, self.front, self.coming
        for part_of_all in parts:
            self.found = _receive(part_of_all, number, bits, self.following, self.found)
        self.queue = self.following[: self.found].copy()
        _settle(self.queue, self.first, bits, level, self.out)
        return self.found


@kernel
def _send_out(indptr, indices, first, queue, bits, following):
    """Send the bits of the nodes in the queue to their neighbours, and list these; returns how many there are."""
    seen, front, coming = bits
    none, found = np.uint64(0), 0
    for q in range(len(queue)):
        i = queue[q] - first
        arriving = front[i]
        front[i] = none
        for e in range(indptr[i], indptr[i + 1]):
            found = _arrive(indices[e], arriving, seen, coming, following, found)
    return found


@kernel
def _receive(message, number, bits, following, found):
    """The same for bits that other ranks sent to a group of this number."""
    seen, _, coming = bits
    for m in range(len(message)):
        if message[m, 0] == number:
            found = _arrive(np.int64(message[m, 1]), message[m, 2], seen, coming, following, found)
    return found


@part
def _arrive(j, arriving, seen, coming, following, found):
    fresh = arriving & ~seen[j]
    if fresh != np.uint64(0):
        if coming[j] == np.uint64(0):
            following[found] = j
            found += 1
        coming[j] |= fresh
    return found


@kernel
def _settle(queue, first, bits, level, out):
    """What has come to the nodes in the queue is the next front."""
    seen, front, coming = bits
    for q in range(len(queue)):
        j = queue[q]
        fresh = coming[j]
        coming[j] = np.uint64(0)
        seen[j] |= fresh
        front[j - first] = fresh
        _write(fresh, j - first, level, out)
