"""What changes hands: rows of ranks that have others now, one array or a few columns after the other."""

import numpy as np
import pytest
import rank_threads

from sggraph.core.engine.blocks import Workers
from sggraph.core.engine.shares import Shares, bring_rows, hand_on

N = 30_000


@pytest.mark.parametrize("k", [1, 5, 40])
@pytest.mark.parametrize("size", [2, 3])
def test_rows_change_hands(size, k):
    rng = np.random.default_rng(0)
    source, whole = rng.permutation(N).astype(np.int32), rng.integers(1, 2**16, (N, k), np.uint16)
    before, after = ([0, *sorted(rng.integers(0, N, size - 1).tolist()), N] for _ in range(2))

    def be(comm):
        workers = Workers(1, comm)
        owners, shares = Shares(workers, before), Shares(workers, after)
        array, other = owners.room((N, k), np.uint16), owners.room((N, k), np.uint16)
        array[owners.own] = whole[owners.own]
        bring_rows(owners, source, shares, array.__getitem__, other)
        hand_on(owners, source, shares, array)
        return shares, array, other

    for shares, array, other in rank_threads.each(size, be):
        for found in (array, other):
            np.testing.assert_array_equal(found[shares.own], whole[source][shares.own])
        others = np.ones(N, bool)
        others[shares.own] = False
        assert not other[others].any()
        pages = others.copy()
        pages[max(shares.first - 5000, 0) : shares.stop + 5000] = False  # a page may be shared
        assert not array[pages].any()
