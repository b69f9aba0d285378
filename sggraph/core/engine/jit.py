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

from contextlib import suppress
from functools import partial

import numba

OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}  # nobody calls from C: a sixth of the time
ORDERED = {"contract", "nsz"}
REORDERED = ORDERED | {"reassoc", "arcp"}
before_compiling = None  # what is called before a kernel is compiled that the cache does not have


def kernel(function=None, *, reorder=False, inline=False):
    """Compile `function`; without a writable cache folder it compiles anew in each process."""
    if function is None:
        return partial(kernel, reorder=reorder, inline=inline)
    options = OPTIONS | {"fastmath": REORDERED if reorder else ORDERED, "forceinline": inline}
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # Numba found no place for its cache
        return numba.njit(**options)(function)
    if hasattr(compiled, "_cache"):
        compiled._cache._cache_file = KeyedFile(compiled._cache._cache_file)
        compiled._cache = ForgivingCache(compiled._cache)
    return compiled


part = partial(kernel, inline=True)


class KeyedFile:
    """Numba's file of one kernel, in which code says for which types and processor it was compiled.

    Numba numbers the codes of a kernel as they come. Two processes that compile it at once for different types may take
    one number, and whoever looked for the code of one, then or later, would run that of the other: types of one size,
    float32 and int32, say, give wrong results and no error.
    """

    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        return getattr(self._file, name)

    def save(self, key, code):
        """Write the code, and its key beside it."""
        self._file.save(key, (key, code))

    def load(self, key):
        """The code, or None, also where its number went to another's; what is compiled then takes it back."""
        found = self._file.load(key)
        return found[1] if found is not None and found[0] == key else None


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
