"""`Ranks`: several processes as one Comm (core/engine/comm.py), by mpi4py; nothing else knows of it.

Who waits for others naps, which calls of MPI that block do not: a rank may wait for minutes while the first reads a
file, and of more ranks than cores those that wait would keep the others from what they wait for. Once all are there and
bytes flow, nobody naps: they go by small pieces, each moved on by a look of both sides (4 MB exchanged by two ranks on
two busy cores: 2 ms instead of 500). What rank 0 tells the others to do goes by a communicator of its own, so that it
comes through while arrays are under way.
"""

import os
import pickle
import sys
from itertools import pairwise
from time import perf_counter as clock
from time import sleep

import numpy as np

from ..core.engine.comm import SERIAL
from .checks import refused

SOON, SLOWEST = 0.02, 1e-3  # seconds: until who waits naps; of a nap, which takes a twentieth of the wait
HEAD = 1024  # bytes of the first message: what is short needs no second one
PATIENCE = 3.0  # seconds, until those who do not come are taken for lost
ACCEPTED = "an intracommunicator of mpi4py, such as MPI.COMM_WORLD, or None for this process alone"


class Ranks:
    """The processes of a communicator of mpi4py, until `free`."""

    def __init__(self, comm):
        self.rank, self.size = comm.Get_rank(), comm.Get_size()
        self._arrays, self._orders = comm.Dup(), comm.Dup()
        self.neighbors, self.seat = _place(comm)

    def add(self, array, cuts):
        """Add up the rows of this rank in place."""
        mine = array[cuts[self.rank] : cuts[self.rank + 1]]
        total, sizes = np.empty_like(mine), np.diff(cuts) * int(np.prod(array.shape[1:]))
        _gather_round(self._arrays)
        _is_sent(self._arrays.Ireduce_scatter(array, total, sizes.tolist()))
        mine[...] = total

    def gather(self, array, cuts):
        """Fill the rows of other ranks."""
        begins = np.asarray(cuts, np.int64) * (array.itemsize * int(np.prod(array.shape[1:])))
        _gather_round(self._arrays)
        _is_sent(self._arrays.Iallgatherv(_mpi().IN_PLACE, [array, np.diff(begins), begins[:-1], _mpi().BYTE]))

    def exchange(self, parts):
        """Give each rank its part, and get those for this one."""
        lengths = np.empty(self.size, np.int64)
        _is_done(self._arrays.Ialltoall(np.array([len(part) for part in parts]), lengths))
        return self._sending(parts, lengths)()

    def send(self, parts, lengths):
        """Begin to; what came, once it is asked for."""
        receive = self._sending(parts, lengths)

        def received():
            _gather_round(self._arrays)
            return receive()

        return received

    def _sending(self, parts, lengths):
        there, sizes = np.concatenate(parts), np.array([part.nbytes for part in parts])
        here, ends = np.empty((sum(lengths), *there.shape[1:]), there.dtype), [0, *np.cumsum(lengths)]
        row = there.itemsize * int(np.prod(there.shape[1:]))
        given = [there, sizes, np.cumsum(sizes) - sizes, _mpi().BYTE]
        found = [here, row * np.diff(ends), row * np.array(ends[:-1]), _mpi().BYTE]
        request = self._arrays.Ialltoallv(given, found)  # it holds the memory that is under way

        def receive():
            _is_sent(request)
            return [here[first:stop] for first, stop in pairwise(ends)]

        return receive

    def told(self, value=None, patience=np.inf):
        """What rank 0 says: pickled, arrays as they are."""
        head, text, arrays = np.zeros(HEAD, np.uint8), b"", []
        if self.rank == 0:
            text = pickle.dumps(value, 5, buffer_callback=arrays.append)
            arrays = [array.raw() for array in arrays]
            text = pickle.dumps((text, [array.nbytes for array in arrays]), 5)
            head[:8].view(np.int64)[0] = len(text)
            short = text[: HEAD - 8]
            head[8 : 8 + len(short)] = np.frombuffer(short, np.uint8)
        if not self._is_passed_on(head, patience):
            return None
        length = int(head[:8].view(np.int64)[0])
        if length > HEAD - 8:
            text = bytearray(text or length)
            self._is_passed_on(text)
        text, sizes = pickle.loads(text or head[8 : 8 + length].tobytes())
        if self.rank > 0:
            arrays = [bytearray(size) for size in sizes]
        for array in arrays:
            _gather_round(self._orders)
            _is_sent(self._orders.Ibcast([array, _mpi().BYTE]))
        return value if self.rank == 0 else pickle.loads(text, buffers=arrays)

    def _is_passed_on(self, buffer, patience=np.inf):
        return _is_done(self._orders.Ibcast([buffer, _mpi().BYTE]), patience)

    def meet(self, error=None):
        """Wait until all ranks are here, or end them."""
        if not _is_done(self._orders.Ibarrier(), PATIENCE):
            self.end(error)

    def end(self, error):
        """End the processes of all ranks, this one among them; here is no way back to the caller."""
        sys.stderr.write(f"sggraph: rank {self.rank} of {self.size} ends the run: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
        self._arrays.Abort(1)

    def free(self):
        """Give back what was taken."""
        self._arrays.Free()
        self._orders.Free()


def as_ranks(comm):
    """Ranks of a communicator of mpi4py; Serial for None and for one process; a Comm of ours as it is."""
    if comm is None:
        return SERIAL
    MPI = sys.modules.get("mpi4py.MPI")
    if MPI is None or not isinstance(comm, MPI.Intracomm) or comm == MPI.COMM_NULL:
        raise refused("comm", comm, ACCEPTED)
    return SERIAL if comm.Get_size() == 1 else Ranks(comm)


def world():
    """The communicator of all processes that were started together, which are several."""
    try:
        comm = _mpi().COMM_WORLD
    except ImportError as error:
        raise ImportError(f'several processes need mpi4py ({error}): install "sggraph[mpi]"') from None
    if comm.Get_size() == 1:
        raise OSError("several processes were started, but mpi4py finds one: use the mpiexec of its MPI")
    return comm


def _mpi():
    from mpi4py import MPI

    return MPI


def _place(comm):
    """How many of the processes on this machine may run on the cores of this one, itself among them, and its number
    among those on this machine.
    """
    if not hasattr(os, "sched_getaffinity"):
        cores = None
    else:
        cores = sorted(os.sched_getaffinity(0))
    here = comm.Split_type(_mpi().COMM_TYPE_SHARED)
    found, seat = here.allgather(cores).count(cores), here.Get_rank()
    here.Free()
    return found, seat


def _gather_round(comm):
    """Wait until all ranks are here."""
    _is_done(comm.Ibarrier())


def _is_sent(request):
    """Wait for what flows."""
    while not request.Test():
        _make_way()


def _is_done(request, patience=np.inf):
    """Whether a request was completed within so many seconds; who waits for long naps."""
    begin = clock()
    while not request.Test():
        waited = clock() - begin
        if waited > patience:
            return False
        if waited > SOON:
            sleep(min(waited / 20, SLOWEST))
        else:
            _make_way()
    return True


def _make_way():
    """Let another process run that waits for this core, if there is one."""
    if hasattr(os, "sched_yield"):
        os.sched_yield()
    else:
        sleep(0)
