"""Points as tuples of length d, so that a kernel reads as its formula in one, two and three dimensions alike.

Each function has a form written out for d = 1, 2, 3, which compiled code takes by the length of the last argument: a
kernel made of them runs as fast as one with a branch for each dimension, and to the same bits. In Python, and under
NUMBA_DISABLE_JIT, the functions do the same for any d.

Numba puts the forms into the kernel before LLVM sees it. As functions that LLVM inlines, they gave the pairs of points
in 2-D another order of their sums, and took 5 % longer.

`dims` is any tuple of length d.
"""

import numpy as np

from .jit import stands_for


def compiled_as(*forms):
    """Have compiled code take one of the forms, those for d = 1, 2, 3, in the place of the function."""

    def registered(function):
        stands_for(function, inline="always", strict=False)(lambda *kinds: forms[len(kinds[-1]) - 1])
        return function

    return registered


@compiled_as(
    lambda dims: (np.float32(0.0),),
    lambda dims: (np.float32(0.0), np.float32(0.0)),
    lambda dims: (np.float32(0.0), np.float32(0.0), np.float32(0.0)),
)
def zeros(dims):
    """The origin, in float32."""
    return tuple(np.float32(0.0) for _ in dims)


@compiled_as(
    lambda Y, i, dims: (Y[i, 0],),
    lambda Y, i, dims: (Y[i, 0], Y[i, 1]),
    lambda Y, i, dims: (Y[i, 0], Y[i, 1], Y[i, 2]),
)
def point(Y, i, dims):
    """Row i of Y (n, d)."""
    return tuple(Y[i, k] for k in range(len(dims)))


@compiled_as(
    lambda Y, i, dims: (Y[0, i],),
    lambda Y, i, dims: (Y[0, i], Y[1, i]),
    lambda Y, i, dims: (Y[0, i], Y[1, i], Y[2, i]),
)
def column(Y, i, dims):
    """Column i of Y (d, n)."""
    return tuple(Y[k, i] for k in range(len(dims)))


@compiled_as(
    lambda q, r: (q[0] + r[0],),
    lambda q, r: (q[0] + r[0], q[1] + r[1]),
    lambda q, r: (q[0] + r[0], q[1] + r[1], q[2] + r[2]),
)
def plus(q, r):
    """The sum q + r."""
    return tuple(a + b for a, b in zip(q, r, strict=True))


@compiled_as(
    lambda q, r: (q[0] - r[0],),
    lambda q, r: (q[0] - r[0], q[1] - r[1]),
    lambda q, r: (q[0] - r[0], q[1] - r[1], q[2] - r[2]),
)
def minus(q, r):
    """The difference q - r."""
    return tuple(a - b for a, b in zip(q, r, strict=True))


@compiled_as(
    lambda w, r: (w * r[0],),
    lambda w, r: (w * r[0], w * r[1]),
    lambda w, r: (w * r[0], w * r[1], w * r[2]),
)
def times(w, r):
    """The multiple w r by a number w."""
    return tuple(w * b for b in r)


@compiled_as(
    lambda w, r: (r[0] / w,),
    lambda w, r: (r[0] / w, r[1] / w),
    lambda w, r: (r[0] / w, r[1] / w, r[2] / w),
)
def over(w, r):
    """The part r / w by a number w."""
    return tuple(b / w for b in r)


@compiled_as(
    lambda q, w, r: (q[0] + w * r[0],),
    lambda q, w, r: (q[0] + w * r[0], q[1] + w * r[1]),
    lambda q, w, r: (q[0] + w * r[0], q[1] + w * r[1], q[2] + w * r[2]),
)
def plus_times(q, w, r):
    """The sum q + w r with a number w."""
    return tuple(a + w * b for a, b in zip(q, r, strict=True))


@compiled_as(
    lambda r: r[0] * r[0],
    lambda r: r[0] * r[0] + r[1] * r[1],
    lambda r: r[0] * r[0] + r[1] * r[1] + r[2] * r[2],
)
def square(r):
    """|r|^2."""
    return plus_square(r[0] * r[0], r[1:])


@compiled_as(
    lambda u, r: u + r[0] * r[0],
    lambda u, r: u + r[0] * r[0] + r[1] * r[1],
    lambda u, r: u + r[0] * r[0] + r[1] * r[1] + r[2] * r[2],
)
def plus_square(u, r):
    """The sum u + |r|^2 in this order; 1 + |r|^2, summed otherwise, has other bits."""
    for a in r:
        u += a * a
    return u


def _put_1(Y, i, r):
    Y[i, 0] = r[0]


def _put_2(Y, i, r):
    Y[i, 0], Y[i, 1] = r


def _put_3(Y, i, r):
    Y[i, 0], Y[i, 1], Y[i, 2] = r


@compiled_as(_put_1, _put_2, _put_3)
def put(Y, i, r):
    """Write r to row i of Y (n, d)."""
    for k in range(len(r)):
        Y[i, k] = r[k]


def _put_column_1(Y, i, r):
    Y[0, i] = r[0]


def _put_column_2(Y, i, r):
    Y[0, i], Y[1, i] = r


def _put_column_3(Y, i, r):
    Y[0, i], Y[1, i], Y[2, i] = r


@compiled_as(_put_column_1, _put_column_2, _put_column_3)
def put_column(Y, i, r):
    """Write r to column i of Y (d, n)."""
    for k in range(len(r)):
        Y[k, i] = r[k]
