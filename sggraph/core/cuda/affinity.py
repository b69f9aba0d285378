"""`CardP`: the joint distribution P (core/affinity.py) made on a graphics card, where it stays for the forces.

The graph is brought there once: its pattern, and weights if they count. Jaccard indices, the rescaling of rows and the
sum with the transpose are done there, all in float64, so that P is the processor's up to the rounding of sums. The
processor hears of no entry, but for those of components that it lays out itself.
"""

import numpy as np
from scipy.sparse import csr_array, triu

from ..affinity import MAX_ITER, SHARE, TINY, TOLERANCE, JointP, n_short, rows_filled
from ..forces import entropy_of_both
from ..ordering import repeated
from ..rows import full_rows
from ..twins import numbers_of
from .paths import Pattern, hops_from, paths_to
from .rows import CardRows
from .share import blocks_for
from .source import SIZE

SPAN = 2**14  # numbers that a block adds up: fixed, and with it the order of a sum, whatever the card


class CardP:
    """P (both triangles, float32, sums to 1) on a card: a Pattern, and a value for each of its entries."""

    def __init__(self, card, pattern, data):
        self.card, self.pattern, self.data = card, pattern, data
        self.shape, self.nnz = (pattern.n, pattern.n), len(data)

    def handed_over(self):
        """The CardRows and the sum of p log p; nothing stays here."""
        rows = CardRows.of(self.card, self.pattern.indptr, self.pattern.indices, self.data)
        self.forget()
        return rows, _entries_sum(self.card, rows.data, is_entropy=True)

    def forget(self):
        """Let go of the entries, whoever still has this: what was taken of them is enough."""
        self.pattern = self.data = None

    def taken(self, nodes):
        """That of a component, or of several, given by their nodes, by themselves."""
        with self.card.at_work():
            part = self._part(nodes)
            total = _entries_sum(self.card, part.data)
            part.data *= np.float32(1 / max(total, TINY))
        return part

    def upper(self, nodes):
        """Upper triangle (CSR) of the rows and columns of such nodes, on the processor."""
        with self.card.at_work():
            part = self._part(nodes)
            data = np.empty(part.nnz, np.float32)
            self.card.to_host(part.data, data)
            matrix = part.pattern.with_values(data, self.card)
        return csr_array(triu(matrix, 1, format="csr"))

    def sizes(self):
        """Entries of each row (n,)."""
        return np.diff(self.pattern.starts)

    def hops(self, source):
        """Numbers of edges (n,) from one node to all others, -1 where no path leads; None if a path is too long."""
        with self.card.at_work():
            return hops_from(self.card, self.pattern, source)

    def paths(self, pivots, short):
        """CardPaths to the pivots; None if a path has `short` edges or more."""
        with self.card.at_work():
            return paths_to(self.card, self.pattern, pivots, short)

    def closeness(self, least):
        """See core/twins.py, whose numbers these are."""
        card, xp, n = self.card, self.card.xp, self.pattern.n
        entries = self.pattern.indptr, self.pattern.indices, n
        with card.at_work():
            words, sums, closest = (xp.zeros(n, np.uint64) for _ in range(3))
            card.launch("describe", blocks_for(self.nnz), *entries, xp.asarray(numbers_of(n)), words, sums)
            card.launch("look_around", blocks_for(32 * self.nnz), *entries, words, least, closest)
            found = np.empty((2, n), np.uint64)
            card.to_host(sums, found[0])
            card.to_host(closest, found[1])
        return found[1].view(np.float64), repeated(found[0])

    def links(self):
        """The pattern (CSR), on the processor."""
        with self.card.at_work():
            return self.pattern.with_values(np.ones(self.nnz), self.card)

    def _part(self, nodes):
        """Rows and columns of some nodes, which have no neighbours but each other."""
        card, xp, pattern = self.card, self.card.xp, self.pattern
        order = xp.asarray(np.asarray(nodes, np.int64))
        rank = xp.zeros(pattern.n, np.int64)
        rank[order] = xp.arange(len(nodes))
        starts = np.zeros(len(nodes) + 1, np.int64)
        np.cumsum(self.sizes()[nodes], out=starts[1:])
        indptr, indices = xp.asarray(starts), xp.empty(int(starts[-1]), np.uint32)
        data = xp.empty(int(starts[-1]), np.float32)
        old = pattern.indptr, pattern.indices, self.data, len(nodes), order, rank
        card.launch("copy_rows", blocks_for(32 * len(nodes)), *old, indptr, indices, data)
        return CardP(card, Pattern(starts, indptr, indices), data)


def joint_probabilities(A, lambda_, card, *, links, is_local, given=False):
    """JointP of the adjacency A, of CardP; arguments are those of `affinity.joint_probabilities`, but that `links`, the
    symmetric pattern of A, is there in any case, and Jaccard indices replace the weights if `is_local`.
    """
    A = rows_filled(A)
    with card.at_work():
        pattern = Pattern.of(card, links)
        own = pattern if A is links else Pattern.of(card, A)
        if is_local:
            p, given = _jaccard_weights(card, pattern, own), False
        else:
            p = card.xp.empty(A.nnz, np.float64)
            card.to_card(A.data, p)
        lam, share = 0.0 if lambda_ is None else float(lambda_), SHARE if given else 1.0
        _rescale(card, own, lam, share, p)
        data = _joined(card, pattern, own, p)
    return JointP(CardP(card, pattern, data), n_short(np.diff(A.indptr), lam, share))


def rows_and_entropy(P, card, workers):
    """CardRows of P, a CardP or the upper triangle (CSR) of one that is not on the card yet, and the sum of p log p."""
    if isinstance(P, CardP):
        return P.handed_over()
    return CardRows(card, *full_rows(P, workers).arrays), entropy_of_both(P)


def _jaccard_weights(card, pattern, own):
    """The weights of the entries of `own`, some of a symmetric pattern."""
    weights = card.xp.empty(len(pattern.indices), np.float64)
    entries = pattern.indptr, pattern.indices
    card.launch("jaccard", blocks_for(32 * len(weights)), *entries, pattern.n, 1 / (2 * pattern.n), weights)
    if own is pattern:
        return weights
    found = card.xp.empty(len(own.indices), np.float64)
    card.launch("take_weights", blocks_for(len(found)), *entries, weights, pattern.n, own.indptr, own.indices, found)
    return found


def _rescale(card, own, lam, share, p):
    """Rows of p become stochastic, and rescaled."""
    how = lam, share, TOLERANCE, MAX_ITER, p
    card.launch("rescale_rows", blocks_for(32 * own.n), own.indptr, own.n, SIZE.CHUNK, *how)
    hubs = np.flatnonzero(np.diff(own.starts) > SIZE.CHUNK)
    if len(hubs):
        card.launch("rescale_hubs", len(hubs), card.xp.asarray(hubs), own.indptr, *how)


def _joined(card, pattern, own, p):
    """The entries of P, which sum to 1, from the rows p."""
    total, data = _sum(card, "add_numbers", len(p), p), card.xp.empty(len(pattern.indices), np.float32)
    entries = pattern.indptr, pattern.indices, pattern.n, own.indptr, own.indices
    card.launch("join", blocks_for(len(data)), *entries, p, 1 / (2 * max(total, TINY)), data)
    return data


def _entries_sum(card, data, *, is_entropy=False):
    """Sum of p, or of p log p."""
    return _sum(card, "add_entries", len(data), data, is_entropy)


def _sum(card, kernel, m, numbers, *flags):
    """The sum of what a kernel makes of m numbers: of spans, then of these, in a tree that m alone decides."""
    while True:
        blocks = max(-(-m // SPAN), 1)
        sums = card.xp.empty(blocks, np.float64)
        card.launch(kernel, blocks, numbers, m, *flags, SPAN, sums)
        if blocks == 1:
            found = np.empty(1)
            card.to_host(sums, found)
            return float(found[0])
        kernel, m, numbers, flags = "add_numbers", blocks, sums, ()
