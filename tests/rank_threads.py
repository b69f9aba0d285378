"""Ranks that are threads of this process: what MPI does, by a barrier and lists, for bits to be compared anywhere."""

import pickle
import queue
import threading

import numpy as np

from sggraph.core.engine.comm import SERIAL
from sggraph.method.ranks import follow, lead

LOST = 60  # seconds in which nobody came


class RankThread:
    """One of `size` threads that talk through what they share; `sent` counts the bytes of each kind that it sent."""

    neighbors = 1

    def __init__(self, rank, size, shared):
        self.rank, self.size, self._shared = rank, size, shared
        self.seat = rank
        self.sent = {"add": 0, "gather": 0, "exchange": 0}

    def _all(self, mine):
        """What each rank has; they go on together."""
        slots, barrier = self._shared["slots"], self._shared["barrier"]
        slots[self.rank] = mine
        barrier.wait(LOST)
        found = list(slots)
        barrier.wait(LOST)
        return found

    def add(self, array, cuts):
        order = np.random.default_rng(self.rank).permutation(self.size)  # any will do
        mine, found = slice(cuts[self.rank], cuts[self.rank + 1]), self._all(array.copy())
        array[...] = np.nan if array.dtype.kind == "f" else -1
        array[mine] = sum(found[r][mine] for r in order)
        self.sent["add"] += array.nbytes - array[mine].nbytes

    def gather(self, array, cuts):
        mine = array[cuts[self.rank] : cuts[self.rank + 1]].copy()
        array[...] = np.concatenate(self._all(mine))
        self.sent["gather"] += mine.nbytes

    def exchange(self, parts):
        self.sent["exchange"] += sum(part.nbytes for r, part in enumerate(parts) if r != self.rank)
        return [found[self.rank] for found in self._all([part.copy() for part in parts])]

    def send(self, parts, lengths):
        found = self.exchange(parts)
        assert [len(part) for part in found] == list(lengths)
        return lambda: found

    def told(self, value=None, patience=LOST):
        if self.rank == 0:
            for orders in self._shared["orders"][1:]:
                orders.put(pickle.dumps(value))
            return value
        try:
            return pickle.loads(self._shared["orders"][self.rank].get(timeout=min(patience, LOST)))
        except queue.Empty:
            return None

    def meet(self, error=None):
        self._shared["barrier"].wait(LOST)

    def end(self, error):
        self._shared["barrier"].abort()
        raise error


def run(size, work):
    """What ``work(ranks)``, done by rank 0 with the help of the others, returned or raised on each of so many ranks."""
    return each(size, lambda ranks: follow(ranks) if ranks.rank else lead(ranks, work))


def each(size, work):
    """What ``work(comm)`` returned, or raised, on each of so many ranks, all of which do it."""
    shared = {"slots": [None] * size, "barrier": threading.Barrier(size)}
    shared["orders"] = [queue.SimpleQueue() for _ in range(size)]
    found = [None] * size

    def be(rank):
        try:
            found[rank] = work(RankThread(rank, size, shared) if size > 1 else SERIAL)
        except BaseException as error:
            found[rank] = error

    threads = [threading.Thread(target=be, args=(rank,), daemon=True) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10 * LOST)
    return found
