"""Nodes of (nearly) the same neighbourhood, their own node counted in: members of a clique, leaves of a star.

Most neighbours are not alike, and words of 64 bits tell: each neighbour of a node sets one bit of its word, so a bit
that one word has and another has not is a neighbour that they do not share.
"""

import numpy as np

from . import tiny
from .engine.blocks import weighted_bounds
from .engine.jit import kernel, part
from .ordering import repeated

BLOCKS = 256  # of rows of about equal weight, at most; each marks neighbours in n bytes of its own


def closeness(links, least, workers):
    """Jaccard index of each node's neighbourhood and the closest of its neighbours', with their own nodes, or 0 below
    `least`; and a mask of the nodes that have the same neighbours as another.
    """
    if tiny.is_tiny(links):
        closest, sums = tiny.closeness(links, least)
        return closest, repeated(sums)
    n = links.shape[0]
    numbers = numbers_of(n)
    closest, words, sums = np.zeros(n), np.zeros(n, np.uint64), np.zeros(n, np.uint64)
    bounds = weighted_bounds(links.indptr, BLOCKS)
    workers.run(_describe, bounds, links.indptr, links.indices, numbers, words, sums)
    workers.run(_look_around, bounds, links.indptr, links.indices, words, least, closest)
    return closest, repeated(sums)


def numbers_of(n):
    """A random number for each node, of 64 bits."""
    return np.random.default_rng(0).integers(2**64, size=n, dtype=np.uint64)


@kernel
def _describe(b, start, stop, indptr, indices, numbers, words, sums):
    """A word for the neighbourhood of each node, and the sum of its numbers, the same for the same neighbours."""
    for i in range(start, stop):
        for e in range(indptr[i], indptr[i + 1]):
            number = numbers[indices[e]]
            words[i] |= np.uint64(1) << (number >> np.uint64(58))
            sums[i] += number


@kernel
def _look_around(b, start, stop, indptr, indices, words, least, closest):
    """The neighbours of j are only looked at where degrees and words allow that j is close to i: hubs are harmless."""
    mark = np.zeros(len(closest), np.uint8)
    for i in range(start, stop):
        size, is_marked = indptr[i + 1] - indptr[i], False
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            other = indptr[j + 1] - indptr[j]
            most = min(size - _n_bits(words[i] & ~words[j]), other - _n_bits(words[j] & ~words[i]))
            if most + 2 < least * (size + other - most):
                continue
            if not is_marked:
                is_marked = True
                for q in range(indptr[i], indptr[i + 1]):
                    mark[indices[q]] = 1
            common = np.uint32(0)
            for q in range(indptr[j], indptr[j + 1]):
                common += np.uint32(mark[np.uint32(indices[q])])
            shared = np.int64(common)
            if shared + 2 >= least * (size + other - shared):
                closest[i] = max(closest[i], (shared + 2) / (size + other - shared))
        if is_marked:
            for e in range(indptr[i], indptr[i + 1]):
                mark[indices[e]] = 0


@part
def _n_bits(word):
    """How many bits are set: sums of two, of four, of eight bits side by side, and all of them by a product."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
