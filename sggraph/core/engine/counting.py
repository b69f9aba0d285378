"""Counting sorts on all threads: each counts what goes from its own items to each bin, and then knows where they go.

Items keep their order in a bin, so the result is the same for any number of threads.
"""

import numpy as np

from .blocks import even_bounds


def n_counters(n_items, n_bins, workers):
    """Blocks of items that are counted apart: one for each thread, but at most two counts for an item."""
    return max(1, min(workers.n_jobs, 2 * n_items // max(n_bins, 1)))


def totals(counts, workers):
    """How many items each bin gets; `counts` (blocks, bins) are those of the blocks."""
    total = np.empty(counts.shape[1], counts.dtype)
    bounds = even_bounds(len(total), len(counts))
    workers.run(lambda b, first, stop: counts[:, first:stop].sum(axis=0, out=total[first:stop]), bounds)
    return total


def begin_at(starts, counts, workers):
    """Turn `counts` into where the items of a block begin in each bin; those of the first begin at `starts` (bins)."""

    def begin(b, first, stop):
        here = starts[first:stop].astype(counts.dtype)
        for mine in counts[:, first:stop]:
            number = mine.copy()
            mine[:] = here
            here += number

    workers.run(begin, even_bounds(len(starts), len(counts)))
