"""The Numba decorators of the kernels: compiled once, cached on disk, free of the GIL, the same bits wherever they run.

`kernel` is for what Python calls, `part` for what kernels call: a part is always inlined. Two kernels with copies of
one function would share whichever copy was loaded first, and a process that compiles loads others than one that finds
its kernels in the cache.

Sums keep their order. With ``reorder=True`` they may be reordered for SIMD, ten times faster where the loop is long;
such a function may write to no array within a loop that sums. Of a loop that reads and writes, the compiler makes two
versions, takes the one in scalars where arrays may overlap, which it judges by their addresses, and the sums of the
two differ in the last bit. No flag assumes that NaN or infinity cannot occur, so a diverging run is still seen.

No kernel uses Numba's own threads: they would compile two to three times slower, and its threading layers abort or
kill forked children (see blocks.py for what runs the kernels in parallel).
"""

import os
import pickle
from contextlib import suppress
from functools import partial
from types import CodeType, ModuleType

import numba
from numba.extending import overload

OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}  # nobody calls from C: a sixth of the time
ORDERED = {"contract", "nsz"}
REORDERED = ORDERED | {"reassoc", "arcp"}
before_compiling = None  # what is called before a kernel is compiled that the cache does not have


def kernel(function=None, *, reorder=False, inline=False):
    """Compile `function`; without a writable cache folder it compiles anew in each process."""
    if function is None:
        return partial(kernel, reorder=reorder, inline=inline)
    options = OPTIONS | {"fastmath": REORDERED if reorder else ORDERED, "forceinline": inline}
    function.stamp = _stamp(function)
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # Numba found no place for its cache
        return numba.njit(**options)(function)
    if hasattr(compiled, "_cache"):
        compiled._cache._cache_file = KeyedFile(compiled._cache._cache_file, function)
        compiled._cache = ForgivingCache(compiled._cache)
    return compiled


part = partial(kernel, inline=True)


def stands_for(function, **options):
    """Numba's `overload`: what is decorated makes the compiled form of `function`."""
    function.stamp = _stamp(function)
    return overload(function, **options)


class KeyedFile:
    """Numba's file of one kernel, in which code says what it was compiled from, and for which types and processor.

    Numba numbers the codes of a kernel as they come. Two processes that compile it at once for different types may take
    one number, and whoever looked for the code of one, then or later, would run that of the other: types of one size,
    float32 and int32, say, give wrong results and no error. And of its sources Numba looks at the kernel's file alone,
    not at those of its parts, nor at what a constant from elsewhere is now.
    """

    def __init__(self, file, function):
        self._file, self._function = file, function

    def __getattr__(self, name):
        return getattr(self._file, name)

    def save(self, key, code):
        """Write the code, and beside it what it is."""
        self._file.save(key, ((key, made_of(self._function)), code))

    def load(self, key):
        """The code, or None, also where another has its number; what is compiled then takes the place of that."""
        found = self._file.load(key)
        return found[1] if found is not None and found[0] == (key, made_of(self._function)) else None


def made_of(function, found=None):
    """What a kernel and its parts name, by module and name: values, and of functions the stamp of their file."""
    found = {} if found is None else found
    for name in _names(function.__code__):
        value, place = function.__globals__.get(name), (function.__module__, name)
        if place in found or isinstance(value, ModuleType | None):
            continue
        named = getattr(value, "py_func", value)
        found[place] = named.stamp if hasattr(named, "stamp") else pickle.dumps(value)
        if hasattr(value, "py_func"):
            made_of(named, found)
    return found


def _names(code):
    """Of globals, or attributes, in a function and what is defined within."""
    within = (value for value in code.co_consts if isinstance(value, CodeType))
    return {*code.co_names}.union(*map(_names, within))


def _stamp(function):
    """Size and time of its file when the function is made, as it may be compiled when the file has changed; None within
    an archive, where nothing does.
    """
    with suppress(OSError):
        file = os.stat(function.__code__.co_filename)
        return file.st_size, file.st_mtime_ns
    return None


class ForgivingCache:
    """Numba's cache of one kernel: files that cannot be read or written (cut off by a full disk, say) cost a
    compilation, where Numba's own raises each time until somebody deletes them.
    """

    def __init__(self, cache):
        self._cache = cache

    def __getattr__(self, name):
        return getattr(self._cache, name)

    def load_overload(self, signature, context):
        """The compiled code, or None."""
        with suppress(Exception):
            compiled = self._cache.load_overload(signature, context)
            if compiled is not None:
                return compiled
        if before_compiling is not None:
            before_compiling()
        return None

    def save_overload(self, signature, compiled):
        """Write it, after a fresh start if the index is broken, or leave it."""
        try:
            self._cache.save_overload(signature, compiled)
        except Exception:
            with suppress(Exception):
                self._cache.flush()
                self._cache.save_overload(signature, compiled)
