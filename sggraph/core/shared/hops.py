"""Breadth-first distances in a graph of which each rank holds some rows: all sources at once, level by level.

One bit of a word stands for a source, as in search/hops.py. A rank sends the bits of its nodes to their neighbours;
what goes to a neighbour of another rank is put together there, and goes out when the level is over, each bit once. On
long paths, where fronts hardly meet, each source then goes on with a list of its own: nodes of one front are near each
other in memory, and a lattice of 1000 x 1000 takes 3 s instead of 10.
"""

from itertools import pairwise

import numpy as np

from ..engine.jit import kernel, part
from ..engine.prefetch import prefetch
from ..engine.talk import everyones
from ..search.hops import LONG, UNREACHED, WORD, _write


def write_hops(shares, rows, sources, out):
    """Write the numbers of edges from the `sources` to own nodes (own, k), -1 where no path leads, to `out`, of any
    signed type; returns how many the longest path has.
    """
    out[:] = UNREACHED
    if len(sources) == 0:
        return 0
    groups = [Group(shares, rows, sources[g : g + WORD], out[:, g : g + WORD]) for g in range(0, len(sources), WORD)]
    last = 0
    for level in range(1, LONG + 1):
        sent = [group.sent(g) for g, group in enumerate(groups)]
        found = sum(group.found for group in groups) + sum(len(part) for parts in sent for part in parts)
        head = np.array([[len(groups), found, 0]], np.uint64)
        got = shares.comm.exchange([np.concatenate([head, *parts]) for parts in zip(*sent, strict=True)])
        if not any(message[0, 1] for message in got):
            return longest(shares, last)
        if sum(group.received(g, got, level) for g, group in enumerate(groups)):
            last = level
    gone = np.array([group.state[:, 0] for group in groups])
    del groups
    return go_on(shares, rows, gone, out, LONG, last)


def longest(shares, level):
    """The last level of all ranks at which a node was reached."""
    return int(everyones(shares.comm, level).max())


class Group:
    """At most 64 sources: of each node (n,) which bits have come to it, or gone if it is another rank's, and which are
    on their way; and the front, a queue of own nodes and their bits.
    """

    def __init__(self, shares, rows, sources, out):
        self.shares, self.rows, self.out = shares, rows, out
        self.first, n = shares.first, shares.cuts[-1]
        self.state, self.front = shares.room((n, 2), np.uint64), np.zeros(shares.stop - shares.first, np.uint64)
        self.following = shares.room((n,), np.int32)
        own = np.flatnonzero((sources >= shares.first) & (sources < shares.stop))
        nodes = sources[own]
        np.bitwise_or.at(self.front, nodes - self.first, np.uint64(1) << own.astype(np.uint64))
        self.queue = np.unique(nodes).astype(np.int32)
        self.state[self.queue, 0] = self.front[self.queue - self.first]
        out[nodes - self.first, own] = 0
        self.found = 0

    def sent(self, number):
        """What goes to each rank: nodes and bits of a group of this number (m, 3)."""
        rows = self.rows.indptr, self.rows.indices
        size = _send_out(*rows, self.first, self.queue, self.front, self.state, self.following)
        reached = self.following[:size]
        is_own = (reached >= self.first) & (reached < self.shares.stop)
        away = np.sort(reached[~is_own])
        self.found = int(is_own.sum())
        self.following[: self.found] = reached[is_own]
        message = np.empty((len(away), 3), np.uint64)
        message[:, 0], message[:, 1], message[:, 2] = number, away, self.state[away, 1]
        self.state[away, 0] |= self.state[away, 1]
        self.state[away, 1] = 0
        return [message[begin:end] for begin, end in pairwise(np.searchsorted(away, self.shares.cuts))]

    def received(self, number, parts, level):
        """Take what has come to own nodes; how many are reached at this level."""
        for message in parts:
            self.found = _receive(message, number, self.state, self.following, self.found)
        self.queue = self.following[: self.found].copy()
        _settle(self.queue, self.first, self.state, self.front, level, self.out)
        return self.found


def go_on(shares, rows, gone, out, level, last):
    """The same from a level on, source by source; ``gone`` (groups, n) holds the bits that went to other ranks, and
    `last` is the level at which own nodes were reached last.
    """
    hops = np.ascontiguousarray(out.T)
    front = np.argwhere(hops == level).astype(np.int32, order="C")  # sources and own rows
    sizes, own = np.diff(rows.indptr), (rows.indptr, rows.indices, shares.first)
    while True:
        level += 1
        following, away = np.empty((2, int(sizes[front[:, 1]].sum()), 2), np.int32)
        n_here, n_away = _reach(*own, front, level, hops, gone, following, away)
        away = away[:n_away]
        owner = np.searchsorted(shares.cuts[1:], away[:, 1], side="right")
        order = np.argsort(owner, kind="stable")
        spans = pairwise(np.searchsorted(owner[order], range(shares.comm.size + 1)))
        head = np.array([[0, n_here + n_away]], np.int32)
        got = shares.comm.exchange([np.concatenate([head, away[order[begin:end]]]) for begin, end in spans])
        if not any(message[0, 1] for message in got):
            break
        got = np.concatenate([message[1:] for message in got])
        front = np.concatenate([following[:n_here], got[: _arrived(got, shares.first, level, hops)]])
        if len(front):
            last = level
    out[:] = hops.T
    return longest(shares, last)


@kernel
def _send_out(indptr, indices, first, queue, front, state, following):
    """Send the bits of the nodes in the queue to their neighbours, and list these; returns how many there are."""
    none, found, flat = np.uint64(0), 0, state.ravel()
    for q in range(len(queue)):
        i = queue[q] - first
        ahead = queue[min(q + 1, len(queue) - 1)] - first
        for e in range(indptr[ahead], indptr[ahead + 1]):
            prefetch(flat, 2 * np.int64(indices[e]))
        arriving = front[i]
        front[i] = none
        for e in range(indptr[i], indptr[i + 1]):
            found = _arrive(indices[e], arriving, state, following, found)
    return found


@kernel
def _receive(message, number, state, following, found):
    """The same for bits that other ranks sent to a group of this number."""
    for m in range(len(message)):
        if message[m, 0] == number:
            found = _arrive(np.int64(message[m, 1]), message[m, 2], state, following, found)
    return found


@part
def _arrive(j, arriving, state, following, found):
    fresh = arriving & ~state[j, 0]
    if fresh != np.uint64(0):
        if state[j, 1] == np.uint64(0):
            following[found] = j
            found += 1
        state[j, 1] |= fresh
    return found


@kernel
def _settle(queue, first, state, front, level, out):
    """What has come to the nodes in the queue is the next front."""
    for q in range(len(queue)):
        j = queue[q]
        fresh = state[j, 1]
        state[j, 1] = np.uint64(0)
        state[j, 0] |= fresh
        front[j - first] = fresh
        _write(fresh, j - first, level, out)


@kernel
def _reach(indptr, indices, first, front, level, hops, gone, following, away):
    """Number the neighbours of the pairs of source and row in the front; what is listed are those of the next one, and
    those of other ranks; how many these are.
    """
    one, n_own, here, n_away = np.uint64(1), hops.shape[1], 0, 0
    for q in range(len(front)):
        s, i = front[q, 0], front[q, 1]
        bit = one << np.uint64(s % 64)
        for e in range(indptr[i], indptr[i + 1]):
            j = np.int64(indices[e]) - first
            if 0 <= j < n_own:
                if hops[s, j] == UNREACHED:
                    hops[s, j] = level
                    following[here, 0], following[here, 1] = s, j
                    here += 1
            elif (gone[s // 64, j + first] & bit) == np.uint64(0):
                gone[s // 64, j + first] |= bit
                away[n_away, 0], away[n_away, 1] = s, j + first
                n_away += 1
    return here, n_away


@kernel
def _arrived(message, first, level, hops):
    """Number the nodes of a message that have none, which move to its begin; how many there are."""
    here = 0
    for m in range(len(message)):
        s, j = message[m, 0], message[m, 1] - first
        if hops[s, j] == UNREACHED:
            hops[s, j] = level
            message[here, 0], message[here, 1] = s, j
            here += 1
    return here
