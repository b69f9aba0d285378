"""Bytes that an embedding needs at its peak, beside the graph and the process, and the limit to them."""

import re

import numpy as np

from .initial import n_pivots

FIXED = 26_000_000  # threads, compiled kernels, tables of FFT
PER_ENTRY = 64, 14, 20  # of the adjacency: while P is made and neighbourhoods are compared, at the start, in the loop
PER_NODE = 68, 16  # at the start, and for each dimension; distances take two bytes
LOOP_PER_NODE = 60, 44  # order, cells and bounds; and for each dimension coordinates, velocity, gain, forces, copies
PER_CELL = {1: 60, 2: 80, 3: 140}  # charges of four blocks, waves, spectrum, potential; padded in each dimension
UNITS = {"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def memory_of(n, nnz, d, cells=0):
    """Estimated bytes at the peak for n nodes and `nnz` entries, with a grid of so many cells."""
    first, start, loop = (entry * nnz for entry in PER_ENTRY)
    start += n * (2 * n_pivots(n) + PER_NODE[0] + PER_NODE[1] * d)
    loop += n * (LOOP_PER_NODE[0] + LOOP_PER_NODE[1] * d) + PER_CELL[d] * cells
    return int(FIXED + max(first, start, loop))


def as_bytes(max_memory):
    """The number of bytes that `max_memory` means, a number or text such as "4GB"."""
    number = max_memory
    if isinstance(max_memory, str):
        found = re.fullmatch(r"\s*(\d+\.?\d*)\s*([a-z]*)\s*", max_memory.lower())
        number = float(found[1]) * UNITS[found[2]] if found and found[2] in UNITS else None
    is_number = isinstance(number, (int, float, np.integer, np.floating)) and not isinstance(number, (bool, np.bool_))
    if not (is_number and 0 < number < np.inf):
        raise ValueError(f"max_memory={max_memory!r:.80}: give a number of bytes above 0 or text such as '4GB'")
    return int(number)


def check_memory(max_memory, n, nnz, d):
    """Raise a MemoryError, before anything is allocated, if an embedding needs more than `max_memory` (None: any)."""
    if max_memory is None:
        return
    most, needed = as_bytes(max_memory), memory_of(n, nnz, d)
    if needed > most:
        raise MemoryError(
            f"max_memory={max_memory!r}: {n:,} nodes with {nnz:,} entries in {d}-D need about {needed / 1e6:,.0f} MB; "
            "raise max_memory, or embed fewer nodes (drop_leaf=True, components='largest')"
        )
