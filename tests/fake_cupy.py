"""As much of CuPy as core/cuda/card.py uses, on NumPy and twins of the kernels, strict where a card is.

What is launched while a stream records is not done but noted, arrays are neither made nor copied then, and a record
does later what was noted, with the arrays of that time. Plans take the arguments of `cupy.cuda.cufft.PlanNd`.
"""

import ctypes
import itertools
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import cuda_twins
import numpy as np
from host_card import Transform

from sggraph.core.cuda import source


class State(threading.local):
    """What a thread, as a rank of its own, is at."""

    recording = stream = allocator = device = None


state = State()
FFTS = {0x2A: "R2C", 0x2C: "C2R", 0x29: "C2C", 0x6A: "D2Z"}


def not_while_recording(what):
    if state.recording is not None:
        raise RuntimeError(f"cudaErrorStreamCaptureUnsupported: {what}")


def on_the_card():
    assert state.device is not None, "no device was chosen"
    assert state.stream is not None, "no stream was chosen"


class Array(np.ndarray):
    """An array on the card."""

    @property
    def data(self):
        assert self.flags.c_contiguous
        return SimpleNamespace(ptr=self.ctypes.data)

    def get(self, stream=None, order="C", out=None, blocking=True):
        on_the_card()
        not_while_recording("a copy to the host")
        assert not isinstance(out, Array)
        assert (out.dtype, out.shape, out.flags.c_contiguous) == (self.dtype, self.shape, True)
        out[...] = self

    def set(self, arr, stream=None):
        on_the_card()
        not_while_recording("a copy from the host")
        assert not isinstance(arr, Array)
        assert (arr.dtype, arr.shape, arr.flags.c_contiguous) == (self.dtype, self.shape, True)
        self[...] = arr


def do(work):
    """Now, or when the record is played."""
    on_the_card()
    if state.recording is None:
        work()
    else:
        state.recording.append(work)


class RawModule:
    def __init__(self, *, code, options=(), backend="nvrtc"):
        self.d = int(code.split("\n", 1)[0].removeprefix("#define D "))

    def get_function(self, name):
        parameters, twin = source.signatures()[name], getattr(cuda_twins, name)

        def function(grid, block, args):
            assert block == (source.SIZE.BLOCK,)
            assert isinstance(grid[0], int)
            given = []
            for parameter, argument in zip(parameters, args, strict=True):
                if not parameter.is_array:
                    assert type(argument) is parameter.kind
                elif isinstance(argument, np.uint64):
                    assert argument == 0
                    argument = None
                else:
                    assert isinstance(argument, Array)
                given.append(argument)
            do(lambda: twin(*given, d=self.d, blocks=grid[0]))

        return function


class Nccl:
    """`cupy.cuda.nccl`, among threads."""

    available = True
    NCCL_UINT64, NCCL_UINT8, NCCL_SUM = 5, 1, 0
    rooms, numbers, is_wrong, trouble = {}, itertools.count(), False, None

    @classmethod
    def get_unique_id(cls):
        return b"%d" % next(cls.numbers)

    groupStart = groupEnd = staticmethod(lambda: None)

    class NcclCommunicator:
        def __init__(self, size, name, rank):
            on_the_card()
            if Nccl.trouble:
                raise RuntimeError(Nccl.trouble)
            empty = {"barrier": threading.Barrier(size), "slots": [None] * size}
            self.rank, self._room = rank, Nccl.rooms.setdefault((name, size), empty)

        def _all(self, at, size, kind):
            """What ranks have there, and their memory here."""
            here = np.frombuffer((ctypes.c_byte * size).from_address(at), kind)
            self._room["slots"][self.rank] = here.copy()
            self._room["barrier"].wait(60)
            found = list(self._room["slots"])
            self._room["barrier"].wait(60)
            return found, here

        def allReduce(self, source, target, count, kind, op, stream):
            assert (source, kind, op, stream) == (target, Nccl.NCCL_UINT64, Nccl.NCCL_SUM, state.stream.ptr)

            def work():
                found, here = self._all(source, 8 * count, np.uint64)
                here[...] = sum(found[1:], found[0]) + np.uint64(Nccl.is_wrong)

            do(work)

        def broadcast(self, source, target, count, kind, root, stream):
            assert (source, kind, stream) == (target, Nccl.NCCL_UINT8, state.stream.ptr)

            def work():
                found, here = self._all(source, count, np.uint8)
                here[...] = found[root]

            do(work)


class PlanNd:
    def __init__(
        self, shape, inembed, istride, idist, onembed, ostride, odist, fft_type, batch, order, last_axis, last_size
    ):
        on_the_card()
        not_while_recording("a plan")
        assert order == "C"
        assert last_axis == len(shape) - 1
        kind = FFTS[fft_type]
        assert last_size == (shape[-1] // 2 + 1 if kind in ("R2C", "D2Z") else shape[-1])
        self._plan = Transform(shape, inembed, istride, idist, onembed, ostride, odist, kind, batch)

    def fft(self, a, out, direction):
        assert isinstance(a, Array)
        assert isinstance(out, Array)
        do(lambda: self._plan.fft(a, out, direction))


class Graph:
    def __init__(self, works):
        self._works = works

    def upload(self, stream=None):
        pass

    def launch(self, stream=None):
        on_the_card()
        not_while_recording("a record in a record")
        for work in self._works:
            work()


class Stream:
    records = 0
    is_broken = False
    ptr = 77

    def __init__(self, *, non_blocking):
        assert non_blocking

    def __enter__(self):
        self._before, state.stream = state.stream, self

    def __exit__(self, *exception):
        state.stream = self._before

    def begin_capture(self, mode=None):
        state.recording = []

    def end_capture(self):
        works, state.recording = state.recording, None
        if Stream.is_broken:
            raise RuntimeError("cudaErrorStreamCaptureInvalidated")
        Stream.records += 1
        return Graph(works)


class Device:
    compute_capability = "90"

    def __init__(self, number):
        self.number = number

    def __enter__(self):
        self._before, state.device = state.device, self

    def __exit__(self, *exception):
        state.device = self._before


class MemoryPool:
    limit = 0

    def set_limit(self, *, size):
        assert state.device is not None
        self.limit = size

    def get_limit(self):
        assert state.device is not None
        return self.limit

    def used_bytes(self):
        return 10**6

    def malloc(self, size):
        pass

    def free_bytes(self):
        return 0

    def free_all_blocks(self):
        assert state.device is not None


class OutOfMemoryError(MemoryError):
    pass


@contextmanager
def using_allocator(allocator):
    before, state.allocator = state.allocator, allocator
    try:
        yield
    finally:
        state.allocator = before


class Runtime:
    CUDARuntimeError = RuntimeError

    driverGetVersion = staticmethod(lambda: 13000)
    runtimeGetVersion = staticmethod(lambda: 12090)
    getDeviceCount = staticmethod(lambda: 8)
    deviceGetPCIBusId = staticmethod(lambda number: f"0000:0{number}:00.0")
    memGetInfo = staticmethod(lambda: (8 * 10**9, 80 * 10**9))
    getDeviceProperties = staticmethod(lambda number: {"name": b"a card of NumPy"})


class Cuda:
    runtime = Runtime
    cufft = SimpleNamespace(PlanNd=PlanNd)
    memory = SimpleNamespace(OutOfMemoryError=OutOfMemoryError)
    Stream, Device, MemoryPool, using_allocator = Stream, Device, MemoryPool, staticmethod(using_allocator)


class CuPy:
    """The module."""

    cuda, RawModule = Cuda, RawModule

    def __getattr__(self, name):
        function = getattr(np, name)

        def on_card(*arguments, **options):
            on_the_card()
            not_while_recording(f"{name} makes an array")
            assert state.allocator is not None
            if name not in ("asarray",):
                assert not any(type(each) is np.ndarray for each in arguments), f"{name} of an array of the host"
            found = function(*arguments, **options)
            return found.copy().view(Array) if name == "asarray" else np.asarray(found).view(Array)

        return on_card
