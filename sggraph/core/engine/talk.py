"""What the ranks tell each other of what each has: numbers, rows, and whether something is wrong on one of them."""

import pickle
from itertools import pairwise

import numpy as np

HALF = 16  # bits


def everyones(comm, value, dtype=np.int64):
    """The numbers of all ranks (size,)."""
    found = np.zeros(comm.size, dtype)
    found[comm.rank] = value
    comm.gather(found, range(comm.size + 1))
    return found


def is_any(comm, value):
    """Whether it is so on any rank."""
    return bool(everyones(comm, bool(value)).any())


def cuts_of(comm, length):
    """Where the rows of each rank begin, and the last end, one after the other, of which this rank has so many."""
    return np.concatenate([[0], np.cumsum(everyones(comm, length))])


def joined(comm, part, cuts=None):
    """The rows of all ranks, one rank's after the other's, on all of them; `cuts` if they are known."""
    cuts = cuts_of(comm, len(part)) if cuts is None else cuts
    found = np.empty((int(cuts[-1]), *part.shape[1:]), part.dtype)
    found[cuts[comm.rank] : cuts[comm.rank + 1]] = part
    comm.gather(found, cuts)
    return found


def added_up(comm, counts):
    """Whole numbers (m,), added up over all ranks, in place."""
    if comm.size > 1:
        cuts = [len(counts) * r // comm.size for r in range(comm.size + 1)]
        comm.add(counts, cuts)
        comm.gather(counts, cuts)
    return counts


def median(comm, values, *, nothing):
    """The median of the values (float32, none negative) of all ranks, on all; of no values it is `nothing`.

    Such numbers have the order of their bits, which are looked for in two halves.
    """
    bits, n = values.view(np.uint32), int(everyones(comm, len(values)).sum())

    def ranked(place):
        """The value that so many are before."""
        some, found = bits, 0
        for shift in (HALF, 0):
            half = (some >> shift) & ((1 << HALF) - 1)
            below = np.cumsum(added_up(comm, np.bincount(half, minlength=1 << HALF)))
            digit = int(np.searchsorted(below, place, side="right"))
            place -= int(below[digit - 1]) if digit else 0
            some, found = some[half == digit], (found << HALF) | digit
        return found

    if n == 0:
        return nothing
    return np.median(np.array([ranked((n - 1) // 2), ranked(n // 2)], np.uint32).view(np.float32))


def on_first(comm, part):
    """The same on rank 0; nothing on the others."""
    return np.concatenate(comm.exchange([part if r == 0 else part[:0] for r in range(comm.size)]))


def by_owner(array, cuts):
    """The parts of an array of rows, ascending, that belong to each rank."""
    places = np.searchsorted(array, cuts)
    return [array[begin:end] for begin, end in pairwise(places)]


def agree(comm, error=None):
    """Go on where nothing is wrong on any rank; else raise, on all, what is wrong on the first of them."""
    text = b"" if error is None else pickle.dumps(error)
    found = joined(comm, np.frombuffer(text, np.uint8))
    if len(found):
        raise pickle.loads(found.tobytes())
