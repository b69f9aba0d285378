"""Run a kernel over fixed blocks of points on a few threads.

The blocks depend on the data alone, never on the number of threads, and each block writes to memory of its own: the
same input gives the same bits for any `n_jobs`. Plain Python threads around GIL-free kernels survive forks and
concurrent callers, which Numba's threading layers do not.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

MIN_BLOCK = 512  # points: below this a thread costs more than it gives


class Workers:
    """A pool of `n_jobs` threads (None or -1: all cores this process may use) for one run."""

    def __init__(self, n_jobs=None):
        if n_jobs is None or n_jobs < 0:
            n_jobs = available_cores()
        self.n_jobs = max(1, int(n_jobs))
        self._pool = ThreadPoolExecutor(self.n_jobs - 1) if self.n_jobs > 1 else None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._pool is not None:
            self._pool.shutdown()

    def run(self, kernel, bounds, *args):
        """Call ``kernel(block, start, stop, *args)`` for each block, a thread taking the next one that is left.

        No block begins after an exception in the thread that calls, such as KeyboardInterrupt, and none is at work when
        it is passed on.
        """
        blocks = iter(range(len(bounds) - 1))

        def work():
            for block in blocks:
                kernel(block, bounds[block], bounds[block + 1], *args)

        n_helpers = min(self.n_jobs, len(bounds) - 1) - 1
        helpers = [self._pool.submit(work) for _ in range(n_helpers)]
        try:
            work()
        finally:
            for _ in blocks:  # taken from the helpers
                pass
            for helper in helpers:
                helper.result()


def available_cores():
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def even_bounds(n, n_blocks):
    """Bounds of at most `n_blocks` blocks of about equal size, none much smaller than `MIN_BLOCK`."""
    n_blocks = max(1, min(n_blocks, n // MIN_BLOCK))
    return [n * b // n_blocks for b in range(n_blocks + 1)]


def weighted_bounds(cumulative, n_blocks):
    """Bounds of at most `n_blocks` blocks of about equal weight; `cumulative` has n + 1 entries and starts at 0."""
    n = len(cumulative) - 1
    n_blocks = len(even_bounds(n, n_blocks)) - 1
    targets = cumulative[-1] * np.arange(1, n_blocks) / n_blocks
    return [0, *np.searchsorted(cumulative, targets).tolist(), n]
