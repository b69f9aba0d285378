"""`CardShare`: the rows that a card owns, sums over the rows of all cards, and what these tell each other.

A card alone owns all rows and tells nobody. Several, one of each rank, have whole blocks of rows each (`Span` in
kernels.cu), so that sums have the same bits however many there are.
"""

import numpy as np

from ..engine.blocks import n_node_blocks
from ..engine.comm import SERIAL
from .source import SIZE
from .talk import talk_of

MOST_BLOCKS = 2048  # that a sum over all goes over: more than a card has room for at a time (132 x 8 on an H100)
MOST_SUMS = 9  # that one kernel makes: the corners and the mean in 3-D


def blocks_for(threads):
    """Blocks for so many threads."""
    return max(1, -(-int(threads) // SIZE.BLOCK))


def blocks_of_sums(threads):
    """Blocks of a sum over all that each card makes by itself, fixed by the number of its parts."""
    return min(blocks_for(threads), MOST_BLOCKS)


def power_of_two(number, most=32):
    """The least one from `number` on, from 1 to `most`."""
    return int(min(2 ** np.ceil(np.log2(max(number, 1))), most))


class CardShare:
    """Rows first..stop of n: all of them, until `follow` says which."""

    def __init__(self, card, n, comm=SERIAL):
        self.card, self.n, self.comm = card, n, comm
        self.first, self.stop, self._cuts = 0, n, None
        self._talk = None if comm.size == 1 else talk_of(card, comm)
        most = max(MOST_BLOCKS, n_node_blocks(n))
        self.room = card.xp.zeros(most * MOST_SUMS, np.float64), card.xp.zeros(1, np.uint32)

    @property
    def is_alone(self):
        """Whether this card owns all rows."""
        return self.comm.size == 1

    @property
    def is_recorded(self):
        """Whether an iteration can be recorded with what cards tell each other."""
        return self.is_alone or self._talk.is_recorded

    @property
    def size(self):
        """Number of own rows."""
        return self.stop - self.first

    def follow(self, shares):
        """Own the rows that the Shares of this rank say."""
        self.first, self.stop, self._cuts = shares.first, shares.stop, np.array(shares.cuts, np.int64)

    def of(self, array):
        """The own rows of an array of all."""
        return array[self.first : self.stop]

    def add(self, kernel, lanes, n_sums, *arguments, now):
        """Launch a kernel with `lanes` threads a row, which makes so many sums over the rows of all cards."""
        partial, counter = self.room
        n_blocks = max(n_node_blocks(self.n), power_of_two(self.n * lanes / SIZE.BLOCK, MOST_BLOCKS))
        if self.is_alone:
            self.card.launch(kernel, n_blocks, *arguments, partial, counter, 0, n_blocks, now)
            return
        cuts = -(-self._cuts * n_blocks // self.n)  # a cut is the row n b / n_blocks, rounded down, of a block b
        first, stop = cuts[self.comm.rank : self.comm.rank + 2]
        if first < stop:
            self.card.launch(kernel, stop - first, *arguments, partial, None, first, n_blocks, now)
        self._talk.complete(partial[: n_blocks * n_sums].reshape(n_blocks, n_sums), cuts)
        self.card.launch(kernel, 1, *arguments, partial, None, n_blocks, n_blocks, now)

    def complete(self, array):
        """Have the rows of all cards in an array of all."""
        if not self.is_alone:
            self._talk.complete(array, self._cuts)

    def add_up(self, charges):
        """Add up the charges, whole numbers, of all cards."""
        if not self.is_alone:
            self._talk.add_up(charges)
