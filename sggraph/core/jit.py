"""The Numba decorators of the kernels: compiled once, cached on disk, free of the GIL.

`kernel` keeps the order of sums. `summing_kernel` lets them be reordered, for SIMD, and may therefore write to no array
within a loop that sums: for a loop that reads and writes, the compiler makes two versions and takes the one in scalars
where the arrays may overlap, which it judges by their addresses, and the sums of the two differ in the last bit. No
flag assumes that NaN or infinity cannot occur, so a diverging run is still seen. No kernel uses Numba's own threads:
they would compile two to three times slower, and its threading layers abort or kill forked children (see blocks.py for
what runs the kernels in parallel).
"""

from contextlib import suppress

import numba

OPTIONS = {"nogil": True, "error_model": "numpy"}
ORDERED = {"contract", "nsz"}
REORDERED = ORDERED | {"reassoc", "arcp"}


def kernel(function):
    """Compile `function`; without a writable cache folder it compiles anew in each process."""
    return _compiled(function, ORDERED)


def summing_kernel(function):
    """Compile `function`, whose loops that sum only read; ten times faster where those loops are long."""
    return _compiled(function, REORDERED)


def _compiled(function, fastmath):
    try:
        compiled = numba.njit(cache=True, fastmath=fastmath, **OPTIONS)(function)
    except RuntimeError:  # Numba found no place for its cache
        return numba.njit(fastmath=fastmath, **OPTIONS)(function)
    if hasattr(compiled, "_cache"):
        compiled._cache = ForgivingCache(compiled._cache)
    return compiled


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
            return self._cache.load_overload(signature, context)
        return None

    def save_overload(self, signature, compiled):
        """Write it, after a fresh start if the index is broken, or leave it."""
        try:
            self._cache.save_overload(signature, compiled)
        except Exception:
            with suppress(Exception):
                self._cache.flush()
                self._cache.save_overload(signature, compiled)
