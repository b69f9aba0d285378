"""The one Numba decorator of the kernels: compiled once, cached on disk, free of the GIL.

The fast-math flags let sums be reordered (SIMD) but never assume that NaN or infinity cannot occur, so a diverging
run is still seen. No kernel uses Numba's own threads: they would compile two to three times slower, and its
threading layers abort or kill forked children (see blocks.py for what runs the kernels in parallel).
"""

import numba

FASTMATH = {"reassoc", "contract", "arcp", "nsz"}


def kernel(function):
    """Compile `function`; without a writable cache folder it compiles anew in each process."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": FASTMATH}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # Numba found no place for its cache
        return numba.njit(**options)(function)
