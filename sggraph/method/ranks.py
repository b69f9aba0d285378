"""Several processes work on one embedding: rank 0 leads, and the others do what it says.

Rank 0 goes the way of a process alone: arguments, files, starts, checkpoints, callbacks, Ctrl-C. What all ranks have a
part of, rows of a graph or of path lengths (core/shared), Forces and a Motion (core/forces.py), rank 0 knows as a
`Led`: whatever it asks of one, the others are told to ask of theirs. So the run has the same bits for any number of
ranks.

What goes wrong on rank 0 is told to the others, who raise it, too. What goes wrong on one rank in the middle of what is
shared leaves others waiting, and ends them all (`Comm.end`): an MPI program has no other way.
"""

import pickle
from contextlib import ExitStack
from itertools import count
from typing import Any, NamedTuple

from ..core.engine.blocks import Workers
from ..core.engine.comm import Comm, Shared
from ..runtime.interrupts import EmbeddingInterrupted, Interrupts
from ..runtime.mpi import PATIENCE, as_ranks


class Do(NamedTuple):
    """A function is to be called, whose result is kept if it `keeps` one, and what has these numbers be forgotten."""

    function: Any
    arguments: tuple
    options: dict
    keeps: bool
    forgotten: list


class Done(NamedTuple):
    """The work is over, and this is what came out."""

    result: Any


class Number(NamedTuple):
    """In place of an argument of which each rank has its own."""

    number: int


class Threads(NamedTuple):
    """In place of Workers: so many threads of each rank."""

    n_jobs: int | None


class Own(NamedTuple):
    """An argument that rank 0 alone has; the others get `told`."""

    value: Any
    told: Any = None


class Team(Comm):
    """The ranks of `comm`, and what all of them have a part of, by number: 0 is what each was `given`."""

    def __init__(self, comm, given=None):
        self.rank, self.size, self.neighbors, self.seat = comm.rank, comm.size, comm.neighbors, comm.seat
        self.add, self.gather, self.exchange, self.send = comm.add, comm.gather, comm.exchange, comm.send
        self.told, self.meet, self.end = comm.told, comm.meet, comm.end
        self._held, self._numbers, self._forgotten = {0: given}, count(1), []
        self._threads, self._workers = ExitStack(), {}

    @property
    def given(self):
        """What each rank was given."""
        return Led(self, 0, self._held[0])

    def do(self, function, *arguments, keeps=False, **options):
        """What ``function(*arguments, **options)`` returns here, called by all ranks; a Led of what all have a part of,
        and of anything that it `keeps`.
        """
        forgotten, self._forgotten = self._forgotten, []
        sent = [_sent(value) for value in arguments], {name: _sent(value) for name, value in options.items()}
        self.told(Do(function, *sent, keeps, forgotten))
        result = function(*map(_own, arguments), **{name: _own(value) for name, value in options.items()})
        if keeps or isinstance(result, Shared):
            return Led(self, next(self._numbers), result)
        return result

    def follow(self, order):
        """Do what rank 0 does."""
        for number in order.forgotten:
            del self._held[number]
        options = {name: self._received(value) for name, value in order.options.items()}
        result = order.function(*map(self._received, order.arguments), **options)
        if order.keeps or isinstance(result, Shared):
            self._held[next(self._numbers)] = result

    def forget(self, number):
        """Rank 0 has no use for it any more; the others hear of it with the next order."""
        self._forgotten.append(number)

    def close(self):
        """End the threads."""
        self._threads.close()

    def _received(self, value):
        if isinstance(value, Number):
            return self._held[value.number]
        if not isinstance(value, Threads):
            return value
        if value not in self._workers:
            self._workers[value] = self._threads.enter_context(Workers(value.n_jobs, self))
        return self._workers[value]


class Led:
    """What rank 0 has of something that all ranks have a part of: its methods are called by all of them."""

    def __init__(self, team, number, own):
        self._team, self._number, self._own = team, number, own

    def __getattr__(self, name):
        value = getattr(self._own, name)
        if not callable(value):
            return value
        method = getattr(type(self._own), name)
        return lambda *arguments, **options: self._team.do(method, self, *arguments, **options)

    def __del__(self):
        self._team.forget(self._number)


def _sent(value):
    """What the others get of an argument."""
    if isinstance(value, Led):
        return Number(value._number)
    if isinstance(value, Workers):
        return Threads(value.asked)
    return value.told if isinstance(value, Own) else value


def _own(value):
    """What rank 0 has."""
    if isinstance(value, Led):
        return value._own
    return value.value if isinstance(value, Own) else value


def collective(comm, function, *arguments, **options):
    """``function(*arguments, **options)``, called by all ranks where there are several."""
    if isinstance(comm, Team):
        return comm.do(function, *arguments, **options)
    return function(*map(_own, arguments), **options)


def together(comm, work, given=None):
    """``work(ranks)``, done by rank 0 of `comm` with the help of the others; all return what it returns.

    `comm` is a communicator of mpi4py, None, or the Comm of a work that is under way. What each rank was `given` may be
    a part of a whole.
    """
    if isinstance(comm, Comm):
        return work(comm)
    ranks = as_ranks(comm)
    if ranks.size == 1:
        return work(ranks)
    try:
        return lead(ranks, work, given) if ranks.rank == 0 else follow(ranks, given)
    finally:
        ranks.free()


def lead(ranks, work, given=None):
    """What `work` returns; the others are told, or what it raises."""
    team = Team(ranks, given)
    try:
        result = work(team)
    except BaseException as error:
        ranks.told(_portable(error))
        ranks.meet(error)
        raise
    ranks.told(Done(result))
    ranks.meet()
    return result


def follow(ranks, given=None):
    """Do what rank 0 says, until it has a result, or raises. Ctrl-C is for rank 0 to hear."""
    team = Team(ranks, given)
    with Interrupts() as interrupts:
        try:
            while isinstance(order := ranks.told(), Do):
                try:
                    team.follow(order)
                except Exception as error:  # rank 0 has the same one, or waits in vain
                    order = ranks.told(patience=PATIENCE)
                    if not isinstance(order, BaseException):
                        ranks.end(error)
                    break
        finally:
            team.close()
        ranks.meet(order)
        interrupts.forget()
    if isinstance(order, BaseException):
        raise order
    return order.result


def _portable(error):
    """The exception for other ranks: without the state of the run, which is rank 0's."""
    if isinstance(error, EmbeddingInterrupted):
        return EmbeddingInterrupted(str(error), None)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"rank 0 ended with {type(error).__name__}: {error}")
    return error


def shared_forces(make, P, *arguments, workers, paths, **options):
    """Forces of this process, as `make` makes them of P and the rest, or of all ranks; P and paths are whole or Led."""
    team = workers.comm
    if team.size == 1:
        return make(P, *arguments, workers=workers, paths=paths, **options)
    if not isinstance(P, Led):
        P, paths = Own(P), Own(paths)
    return LedForces(team, team.do(make, P, *arguments, keeps=True, workers=workers, paths=paths, **options))


def whole(forces, motion):
    """Have all of a Motion here: who does not share it has, or brings it with the coordinates."""
    if isinstance(forces, LedForces):
        forces.bring(motion)
    else:
        forces.complete(motion)


class LedForces:
    """Forces of rank 0, a Led of Forces (forces.py) or of those on cards, in whose work all ranks take part."""

    def __init__(self, team, forces):
        self._team, self._forces, self.stride = team, forces, forces.stride
        self._motion = self._last = self._Y = None

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
        """Have the coordinates of all nodes here."""
        self._all("complete", motion)

    def bring(self, motion):
        """Have all of the Motion here."""
        self._all("bring", motion)

    def _all(self, method, motion, *arguments, **options):
        if motion is not self._last or motion.Y is not self._Y:  # else the loop went back, or it is another one
            self._motion = self._forces.received(Own(motion, motion.bare()), keeps=True)
        result = getattr(self._forces, method)(self._motion, *arguments, **options)
        self._last, self._Y = motion, motion.Y
        return result
