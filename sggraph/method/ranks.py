"""Several processes work on one embedding: rank 0 leads, and the others do what it says.

Rank 0 has the graph, and goes the way of a process alone: arguments, files, probabilities, starts, checkpoints,
callbacks, Ctrl-C. What moves nodes is shared: whatever rank 0 asks of its Forces (core/forces.py) the others are told
to do as well, with Forces and a Motion of their own, each on the rows that it owns (core/engine/shares.py). So the run
has the same bits for any number of ranks.

What goes wrong on rank 0 is told to the others, who raise it, too. What goes wrong on one rank in the middle of what is
shared leaves others waiting, and ends them all (`Comm.end`): an MPI program has no other way.
"""

import pickle
from dataclasses import replace
from typing import Any, NamedTuple

from ..core.engine.blocks import Workers
from ..core.engine.comm import Comm
from ..core.forces import Forces
from ..runtime.interrupts import EmbeddingInterrupted, Interrupts
from ..runtime.mpi import PATIENCE, as_ranks


class Begin(NamedTuple):
    """Forces in d dimensions are to be made, with these options and so many threads."""

    d: int
    options: dict
    n_jobs: int | None


class Do(NamedTuple):
    """A method of the Forces is to be called; the Motion comes along if it is not the one that the last call left."""

    method: str
    motion: Any
    arguments: tuple
    options: dict


class Done(NamedTuple):
    """The work is over, and this is what came out."""

    result: Any


def together(comm, work):
    """``work(ranks)``, done by rank 0 of `comm` with the help of the others; all return what it returns.

    `comm` is a communicator of mpi4py, None, or the Comm of a work that is under way.
    """
    if isinstance(comm, Comm):
        return work(comm)
    ranks = as_ranks(comm)
    if ranks.size == 1:
        return work(ranks)
    try:
        return lead(ranks, work) if ranks.rank == 0 else follow(ranks)
    finally:
        ranks.free()


def lead(ranks, work):
    """What `work` returns; the others are told, or what it raises."""
    try:
        result = work(ranks)
    except BaseException as error:
        ranks.told(_portable(error))
        ranks.meet(error)
        raise
    ranks.told(Done(result))
    ranks.meet()
    return result


def follow(ranks):
    """Do what rank 0 says, until it has a result, or raises. Ctrl-C is for rank 0 to hear."""
    with Interrupts() as interrupts:
        order = ranks.told()
        while isinstance(order, Begin):
            with Workers(order.n_jobs, ranks) as workers:
                order = _follow_forces(ranks, Forces(None, order.d, workers, **order.options))
        ranks.meet(order)
        interrupts.forget()
    if isinstance(order, BaseException):
        raise order
    return order.result


def _follow_forces(ranks, forces):
    """Call methods of the Forces as told; the first order of another kind."""
    motion = None
    while isinstance(order := ranks.told(), Do):
        motion = order.motion or motion
        try:
            getattr(forces, order.method)(motion, *order.arguments, **order.options)
        except Exception as error:  # rank 0 has the same one, or waits in vain
            order = ranks.told(patience=PATIENCE)
            if not isinstance(order, BaseException):
                ranks.end(error)
            break
    return order


def _portable(error):
    """The exception for other ranks: without the state of the run, which is rank 0's."""
    if isinstance(error, EmbeddingInterrupted):
        return EmbeddingInterrupted(str(error), None)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"rank 0 ended with {type(error).__name__}: {error}")
    return error


def shared_forces(upper, d, workers, n_jobs, *, paths, **options):
    """Forces on the nodes, of this process, or of all ranks together."""
    if workers.comm.size == 1:
        return Forces(upper, d, workers, paths=paths, **options)
    workers.comm.told(Begin(d, options, n_jobs))
    return Led(Forces(upper, d, workers, paths=paths, **options))


class Led:
    """Forces of rank 0 (forces.py), in whose work all ranks take part."""

    stride = 1

    def __init__(self, forces):
        self._forces, self._motion, self._Y = forces, None, None

    def advance(self, motion, phase, n_iter=1):
        """Move on."""
        return self._all("advance", motion, phase, n_iter)

    def grow(self, motion, share=1.0):
        """Enlarge the picture."""
        self._all("grow", motion, share)

    def kl_divergence(self, motion, *, fresh=False):
        """Look."""
        return self._all("kl_divergence", motion, fresh=fresh)

    def worst(self, motion):
        """The divergence that fast steps have to undercut."""
        return self._all("worst", motion)

    def complete(self, motion):
        """Have all of the Motion here."""
        self._all("complete", motion)

    def _all(self, method, motion, *arguments, **options):
        is_known = motion is self._motion and motion.Y is self._Y  # else the loop went back, or it is another one
        sent = None if is_known else replace(motion, foothold=None)
        self._forces.workers.comm.told(Do(method, sent, arguments, options))
        result = getattr(self._forces, method)(motion, *arguments, **options)
        self._motion, self._Y = motion, motion.Y
        return result
