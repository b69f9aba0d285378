"""Memory from the system and back to it: arrays of which a part is written, and what has become free.

Neither happens by itself. NumPy gives memory that was used before, of which zeros are written, or pages of 2 MB; and of
arrays of less than 32 MB glibc keeps what is freed, wherever something behind it is in use.
"""

import ctypes
import mmap
from math import prod

import numpy as np


def untouched(shape, dtype=np.float32):
    """Zeros, of which pages that nobody writes to take no memory."""
    options = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANON} if hasattr(mmap, "MAP_PRIVATE") else {}
    size = prod(shape)
    room = mmap.mmap(-1, max(size * np.dtype(dtype).itemsize, 1), **options)
    return np.frombuffer(room, dtype, count=size).reshape(shape)


def forget(array, first, stop):
    """Let the system have the rows first..stop of an `untouched` array, as far as they are whole pages."""
    room, row = array, array.strides[0]
    while isinstance(room, np.ndarray):
        room = room.base
    room = getattr(room, "obj", room)  # NumPy may have a view of it
    begin, end = -(-first * row // mmap.PAGESIZE) * mmap.PAGESIZE, stop * row // mmap.PAGESIZE * mmap.PAGESIZE
    if begin < end and hasattr(room, "madvise"):
        room.madvise(mmap.MADV_DONTNEED, begin, end - begin)


def give_back():
    """Give the system what is free, where the library of C is one that can."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # macOS, musl; Windows, which has no library of no name
        return
