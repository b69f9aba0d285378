"""core/engine/prefetch.py: the hint reaches the processor, and changes nothing else."""

import re

import numba
import numpy as np
import pytest

from sggraph.core.engine.jit import kernel
from sggraph.core.engine.prefetch import prefetch


@kernel
def _sum(Y, indices):
    total = 0.0
    for e in range(len(indices)):
        prefetch(Y, indices[e])
        total += Y[indices[e], 0]
    return total


@pytest.mark.parametrize("index", [np.int32, np.int64, np.uint32])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_sums_are_the_same(d, index):
    Y = np.arange(30 * d, dtype=np.float32).reshape(30, d)
    indices = np.array([29, 0, 17], index)
    assert _sum(Y, indices) == Y[indices, 0].sum()
    assert _sum(Y[::2], indices // 2) == Y[::2][indices // 2, 0].sum()


@pytest.mark.jit
def test_the_hint_is_in_the_machine_code():
    compiled = numba.njit(_sum.py_func)  # what comes from the cache shows no code
    compiled(np.zeros((3, 2), np.float32), np.zeros(3, np.int64))
    codes = compiled.inspect_asm().values()  # the name of this file stands in them, too
    assert all(re.search(r"^\s+(prefetch\w*|prfm|pld)\s", code, re.MULTILINE) for code in codes)
