"""The one Numba decorator of the kernels: compiled once, cached on disk, free of the GIL.

The fast-math flags let sums be reordered (SIMD) but never assume that NaN or infinity cannot occur, so a diverging
run is still seen. No kernel uses Numba's own threads: they would compile two to three times slower, and its
threading layers abort or kill forked children (see blocks.py for what runs the kernels in parallel).
"""

from contextlib import suppress

import numba

FASTMATH = {"reassoc", "contract", "arcp", "nsz"}


def kernel(function):
    """Compile `function`; without a writable cache folder it compiles anew in each process."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": FASTMATH}
    try:
        compiled = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # Numba found no place for its cache
        return numba.njit(**options)(function)
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
