"""Node orders for cache locality: neighbours in the picture become neighbours in memory.

Measured on MNIST (70,000 points): forces from neighbours 15 % and grid access 25 % faster than in input order.
"""

import numpy as np

from .engine.blocks import node_bounds
from .engine.columns import greatest, least
from .engine.jit import kernel
from .engine.talk import joined

BITS = 16  # per axis: of 200,000 points in 2-D 4 % share a code of 12 bits, hardly any of 16
KEY = 64  # bits of what is sorted: a code, and behind it the row, so that a sort of plain numbers is stable and fast


def morton_order(Y, workers, shares=None):
    """Permutation (int32) that lists the points Y (n, d) along the Z-curve through their bounding cube.

    Of several ranks each has its own rows, by its Shares.
    """
    n, d = Y.shape
    row_bits = (n - 1).bit_length()
    keys = morton_code(Y, min(BITS, (KEY - row_bits) // d), workers, shares, row_bits)
    keys.sort()  # a million in 5 ms, where np.argsort takes 80
    keys &= np.uint64((1 << row_bits) - 1)
    return keys.astype(np.int32)


def morton_code(Y, bits, workers, shares=None, row_bits=0):
    """Place of each point on the Z-curve, `bits` bits of each coordinate interleaved (d * bits at most 64), and behind
    it the row, if there are bits for it.
    """
    ends = [least(Y), greatest(Y)]
    if shares is not None:
        own = Y[shares.first : shares.stop]
        ends = joined(shares.comm, np.array([[least(own), greatest(own)]])[: len(own)])
        ends = [ends[:, 0].min(axis=0), ends[:, 1].max(axis=0)]
    low = ends[0].astype(np.float64)
    extent = max(float((ends[1] - low).max()), 1e-30)
    code, bounds = np.empty(len(Y), np.uint64), node_bounds(len(Y))
    curve = low, 2.0**bits / extent, bits, row_bits
    if shares is None:
        workers.run(_interleave, bounds, Y, curve, code)
    else:
        shares.run(_interleave, bounds, Y, curve, code)
        shares.gather(code)
    return code


def taken(array, order, workers):
    """``array[order]`` of rows or numbers."""
    rows = array if array.ndim == 2 else array[:, None]
    new = np.empty((len(order), rows.shape[1]), array.dtype)
    workers.run(_take, node_bounds(len(order)), rows, order, new)
    return new if array.ndim == 2 else new[:, 0]


def inverse(order, workers):
    """Where each row went that `order` took (int32)."""
    rank = np.empty(len(order), np.int32)
    workers.run(_invert, node_bounds(len(order)), order, rank)
    return rank


def repeated(keys):
    """Mask of the keys (n,) that occur more than once."""
    ranked = np.sort(keys)
    several = ranked[1:][ranked[1:] == ranked[:-1]]
    return np.isin(keys, np.unique(several)) if len(several) else np.zeros(len(keys), bool)


@kernel
def _interleave(b, start, stop, Y, curve, code):
    low, per_unit, bits, row_bits = curve
    d = Y.shape[1]
    last = 2.0**bits - 1
    for i in range(start, stop):
        total = np.uint64(0)
        for k in range(d):
            cell = np.uint64(min((Y[i, k] - low[k]) * per_unit, last))
            for bit in range(bits):
                total |= ((cell >> np.uint64(bit)) & np.uint64(1)) << np.uint64(d * bit + d - 1 - k)
        code[i] = total if row_bits == 0 else (total << np.uint64(row_bits)) | np.uint64(i)


@kernel
def _take(b, start, stop, rows, order, new):
    for r in range(start, stop):
        for k in range(rows.shape[1]):
            new[r, k] = rows[order[r], k]


@kernel
def _invert(b, start, stop, order, rank):
    for r in range(start, stop):
        rank[order[r]] = r
