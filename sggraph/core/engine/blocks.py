"""Run a kernel over fixed blocks of points on a few threads.

The blocks depend on the data alone, never on the number of threads, and each block writes to memory of its own: the
same input gives the same bits for any `n_jobs`. Plain Python threads around GIL-free kernels survive forks and
concurrent callers, which Numba's threading layers do not.
"""

import os
from _thread import start_new_thread
from itertools import pairwise
from queue import SimpleQueue

import numpy as np

from .comm import SERIAL

BLOCK, MOST_BLOCKS = 2048, 256  # nodes in a block, and blocks: each costs microseconds, and every core is to have some
MIN_BLOCK = 512  # points: below this a thread costs more than it gives
MAX_BLOCK = 2**15  # nodes in a block, whatever their number: of 10^8 on 64 machines each has 32 for its cores, not 4


class Workers:
    """A pool of `n_jobs` threads (None or -1: all cores this process may use) for one run.

    `comm` are the processes that share what is shared (shares.py); `run` is for this one alone.

    A KeyboardInterrupt may come anywhere. Locks that are written in Python, as those of Thread and ThreadPoolExecutor,
    can stay locked then for ever; what is used here, queues and starts of threads, is whole or not at all.
    """

    def __init__(self, n_jobs=None, comm=SERIAL):
        self.asked = n_jobs
        if n_jobs is None or n_jobs < 0:
            n_jobs = available_cores() // comm.neighbors
        self.n_jobs, self.comm = max(1, int(n_jobs)), comm
        self._tasks, self._ended, self._n_helpers = SimpleQueue(), SimpleQueue(), 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._tasks.put(None)
        for _ in range(self._n_helpers):
            self._ended.get()

    def run(self, kernel, bounds, *args, blocks=None):
        """Call ``kernel(block, start, stop, *args)`` for each block, a thread taking the next one that is left, or for
        the `blocks` of a range alone.

        No block begins after an exception in the thread that calls, such as KeyboardInterrupt; those at work are waited
        for here, or at the latest where the pool ends.
        """
        numbers = range(len(bounds) - 1) if blocks is None else blocks
        blocks, errors, n_tasks = iter(numbers), SimpleQueue(), 0

        def work():
            for block in blocks:
                kernel(block, bounds[block], bounds[block + 1], *args)

        def help_out():
            error = None
            try:
                work()
            except BaseException as raised:
                error = raised
            errors.put(error)

        try:
            for _ in range(self.n_helpers(len(numbers))):
                self._tasks.put(help_out)
                n_tasks += 1
            work()
        finally:
            for _ in blocks:  # taken from the helpers
                pass
            found = [errors.get() for _ in range(n_tasks)]
        for error in found:
            if error is not None:
                raise error

    def n_helpers(self, n_blocks):
        """How many threads help with so many blocks; those that are missing are started."""
        n = min(self.n_jobs, n_blocks) - 1
        while self._n_helpers < n:
            start_new_thread(_help, (self._tasks, self._ended))
            self._n_helpers += 1
        return n


ALONE = Workers(1)  # for who was given none: no thread is started


def _help(tasks, ended):
    """Do one task after the other until one is None, which is left for the other threads."""
    while (task := tasks.get()) is not None:
        task()
        del task  # and with it the arrays
    tasks.put(None)
    ended.put(None)


def available_cores():
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def node_bounds(n):
    """Bounds of the blocks that n nodes are summed by: as many as n says, whatever the number of threads."""
    return even_bounds(n, n_node_blocks(n))


def fine_bounds(n):
    """Bounds that cut these blocks further, for what takes long for each node."""
    return even_bounds(n, power_of_two(max(min(n // MIN_BLOCK, MOST_BLOCKS), n // MAX_BLOCK)))


def n_node_blocks(n):
    """Number of blocks of n nodes."""
    return power_of_two(max(min(n // BLOCK, MOST_BLOCKS), n // MAX_BLOCK))


def power_of_two(n):
    """The greatest one up to n, at least 1: such numbers of cores have the same number of blocks each."""
    return 1 << max(int(n).bit_length() - 1, 0)


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


def sum_by_blocks(indptr, summed):
    """Sum of ``summed(first, stop)`` over the entries of the rows of each block of nodes: what ranks that own some of
    the blocks come to as well.
    """
    at = indptr[node_bounds(len(indptr) - 1)]
    return np.array([summed(first, stop) for first, stop in pairwise(at)]).sum()
