"""Slow, obvious twins of the kernels in neighbors.cu (see cuda_twins.py)."""

import numpy as np


def keep_nearest(table, halves, own, first, width, kept, best, numbers, *, d, blocks):
    table, best, numbers = table.reshape(-1, width)[:blocks], best.reshape(-1, kept), numbers.reshape(-1, kept)
    column = first + np.arange(width)
    for r, row in enumerate(table):
        others = column != own[r]
        value = np.concatenate([best[r], (halves[:width] - row)[others]])
        number = np.concatenate([numbers[r], column[others].astype(np.uint32)])
        least = np.lexsort((number, value))[:kept]
        best[r], numbers[r] = value[least], number[least]


keep_nearest_double = keep_nearest
