"""`Card`: a graphics card by CuPy, in the half dozen calls that the forces make of it; nothing else knows of CuPy.

What it allocates comes from a memory pool of its own, which goes with it, and all it does is in a stream of its own, so
that an iteration can be recorded, once, as a graph of kernels, and be played with the cost of one launch.
"""

import re
from contextlib import contextmanager
from functools import cache

import numpy as np

from . import source

OLDEST = 7, 0  # compute capability: threads of a warp shuffle and add 64-bit integers as the kernels ask for
KINDS = {"R2C": 0x2A, "C2R": 0x2C, "C2C": 0x29, "D2Z": 0x6A}  # cufftType
INSTALL = "pip install 'sggraph[cuda]'"
SMALLER = "give a smaller graph (drop_leaf=True, components='largest'), or leave device out"


class Card:
    """The card with this number, for pictures in d dimensions, with at most `most` bytes of its memory."""

    def __init__(self, number, d, most=None):
        self._cupy = self.xp = cupy = _cupy(f"cuda:{number}")
        self.number, self.d, self.trouble, self.remedy = number, d, None, SMALLER
        self._device, self._pool = cupy.cuda.Device(number), cupy.cuda.MemoryPool()
        with self._device:
            if most is not None:
                self._pool.set_limit(size=int(most))
            self._stream = cupy.cuda.Stream(non_blocking=True)
        self._module = _module(number, d)
        self._kernels, self._is_at_work = {}, False

    @property
    def name(self):
        """Of the model."""
        return self._cupy.cuda.runtime.getDeviceProperties(self.number)["name"].decode()

    @property
    def bus(self):
        """Where it is in this machine."""
        return self._cupy.cuda.runtime.deviceGetPCIBusId(self.number)

    @property
    def nccl(self):
        """NCCL, by which cards talk to each other, or None."""
        nccl = _nccl()
        return nccl if nccl.available else None

    @property
    def stream(self):
        """The pointer of its stream, for NCCL."""
        return self._stream.ptr

    @contextmanager
    def at_work(self):
        """Context in which arrays are made on the card; a MemoryError says what to do where it has no more room."""
        cupy = self._cupy
        if self._is_at_work:
            yield
            return
        self._is_at_work = True
        try:
            with self._device, cupy.cuda.using_allocator(self._pool.malloc), self._stream:
                yield
        except cupy.cuda.memory.OutOfMemoryError as error:
            raise MemoryError(f"device='cuda:{self.number}' has no more room, {error}: {self.remedy}") from None
        finally:
            self._is_at_work = False

    def launch(self, kernel, blocks, *arguments):
        """Run a kernel in so many blocks."""
        if kernel not in self._kernels:
            self._kernels[kernel] = self._module.get_function(kernel)
        taken = [np.uint64(0) if each is None else each for each in source.checked(kernel, arguments)]
        self._kernels[kernel]((int(blocks),), (source.SIZE.BLOCK,), tuple(taken))

    def transform(self, shape, inembed, istride, idist, onembed, ostride, odist, kind, batch):
        """A plan of cuFFT: ``fft(a, out, direction)``, without a factor either way."""
        last = onembed if kind in ("R2C", "D2Z") else shape
        layout = shape, inembed, istride, idist, onembed, ostride, odist, KINDS[kind], batch
        return self._cupy.cuda.cufft.PlanNd(*layout, "C", len(shape) - 1, last[-1])

    def recorded(self, work):
        """A function that does again what `work` does, which has been done once; `trouble` says where it is no record,
        but `work` itself: to the same bits, at the cost of a launch for each kernel.
        """
        try:
            self._stream.begin_capture()
            try:
                work()
            finally:
                graph = self._stream.end_capture()
            graph.upload(self._stream)
        except (RuntimeError, ValueError) as error:  # of a driver, or of CuPy
            self.trouble = f"{type(error).__name__}: {error}"
            return work
        return lambda: graph.launch(self._stream)

    def to_host(self, array, out):
        """Copy an array to one of NumPy, when all before is done."""
        array.get(out=out)

    def to_card(self, array, out):
        """Copy an array of NumPy."""
        out.set(np.ascontiguousarray(array))

    def free_memory(self):
        """Bytes that are free on the card, of those that may be used."""
        with self._device:
            free = self._cupy.cuda.runtime.memGetInfo()[0] + self._pool.free_bytes()
            limit = self._pool.get_limit() or np.inf  # 0: there is none
            return min(free, limit - self._pool.used_bytes())

    def release(self):
        """Give back the memory that no array has."""
        with self._device:
            self._pool.free_all_blocks()


def number_of(device):
    """The number of the card that ``"cuda"`` or ``"cuda:1"`` names."""
    return int(re.fullmatch(r"cuda(?::(\d+))?", device)[1] or 0)


def n_cards():
    """How many there are."""
    return _cupy("cuda").cuda.runtime.getDeviceCount()


def check_card(device):
    """Raise an error that names the remedy, unless the card is there and can run the kernels."""
    cupy, number = _cupy(device), number_of(device)
    runtime = cupy.cuda.runtime
    driver, needed = runtime.driverGetVersion(), runtime.runtimeGetVersion()
    if driver == 0:
        raise OSError(f"device={device!r}: no driver of NVIDIA is here: install one, or leave device out")
    if driver // 1000 < needed // 1000:
        raise OSError(
            f"device={device!r}: the driver is of CUDA {_version(driver)}, CuPy of {_version(needed)}: install a newer "
            f"driver, or pip install cupy-cuda{driver // 1000}x"
        )
    try:
        count = runtime.getDeviceCount()
    except runtime.CUDARuntimeError as error:
        raise OSError(f"device={device!r}: no card is found ({error}): see nvidia-smi, or leave device out") from None
    if number >= count:
        raise OSError(f"device={device!r}, but there are {count} cards, of which the first is 'cuda:0': give one")
    ability = cupy.cuda.Device(number).compute_capability
    if (int(ability[:-1]), int(ability[-1])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise OSError(
            f"device={device!r} has compute capability {ability[:-1]}.{ability[-1]}, but {oldest} is needed (Volta, "
            "2017, or newer): leave device out"
        )


def _version(number):
    return f"{number // 1000}.{number % 1000 // 10}"


def _cupy(device):
    """CuPy, or an ImportError that says how to get it."""
    try:
        import cupy
        from cupy.cuda import cublas, cufft  # noqa: F401  # loads these libraries
    except ImportError as error:
        raise ImportError(f"device={device!r} needs CuPy, which cannot be loaded ({error}): {INSTALL}") from None
    return cupy


def _nccl():
    """That of CuPy, which warns where there is none, and says how to get it."""
    from cupy.cuda import nccl

    return nccl


@cache
def _module(number, d):
    """The kernels in d dimensions, compiled for the card with this number; CuPy keeps them on disk."""
    cupy = _cupy(f"cuda:{number}")
    with cupy.cuda.Device(number):
        return cupy.RawModule(code=source.text_for(d), options=("--std=c++17",), backend="nvrtc")
