"""Free-space convolution of charges on a regular grid with the smooth part of K = 1/(1+r^2), by one FFT each way.

The grid is padded so that periodic images stay out of reach: to twice its size, or, where that is cheaper, the kernel
is split once more at a radius R_mid of a few cells (near_field.py has the formula). What lies below R_mid needs a pad
of R_mid only; the rest is smooth enough for a grid of twice the cell side. Cubic B-splines of side 2h are sums of those
of side h with the weights (1, 4, 6, 4, 1)/8, so charges go to the coarse grid and the potential comes back exactly. In
3-D that halves the time; a plain grid (R = 0) keeps the one padded grid and its order of convergence.

Lines and planes that hold only padding are never transformed, nor stored. Along the first axis a block of columns goes
forth, is multiplied, and comes back while it is in the cache: a plane of 1,024 x 1,024 takes 16 ms instead of 22.
"""

from itertools import pairwise
from math import prod
from typing import NamedTuple

import numpy as np
import scipy.fft

from ..engine.jit import kernel

CELLS, MOST_BLOCKS = 1 << 14, 64  # of a block of lines, and blocks: each costs the 10 us of a call or two from Python
MID_CELLS = 4.0  # R_mid in cells of the coarse grid: the second split adds 2e-4 to the relative error
RING = 2  # cells beyond a radius where the kernel ends, in which the spectrum over the spline's still rings
LEAST = 24  # cells along each axis for a second grid, which pays from 44 on in 3-D: where it need not be looked for
COARSE_GAIN = 0.55  # of the work: measured, two grids take half the time in 3-D and none less in 2-D


class Convolution:
    """Convolution on a grid of `shape` cells of side `h`; the kernel is K's part from R on and below R_out."""

    def __init__(self, shape, h, R, R_out, workers):
        self.shape, self._workers, self._coarse = shape, workers, None
        if R > 0 and R_out == np.inf and has_coarse(shape):
            R_out = MID_CELLS * 2 * h
            self._coarse = Convolution(coarse_shape(shape), 2 * h, R_out, np.inf, workers)
        self.period = periods(shape, R_out / h)
        self._spectrum = spectrum(self.period, h, R, R_out, workers)
        self._waves = np.empty((shape[0], *self._spectrum.shape[1:]), np.complex64)
        self._planes, self._across = line_bounds(self._waves), line_bounds(self._waves.reshape(shape[0], -1).T)
        comm = workers.comm
        wide = self.period[-1] if comm.size == 1 or len(shape) == 1 else shape[-1]  # what is void need not be sent
        self._potential = np.empty((*shape[:-1], wide), np.float32)
        self._shared = [shared_out(bounds, comm) for bounds in (self._planes, self._across)]
        self.cuts = self._shared[0].cuts

    @property
    def needs_all(self):
        """Whether each rank has to know all charges: a second grid, and a line, are worked on by each."""
        return self._coarse is not None or len(self.shape) == 1

    @property
    def nbytes(self):
        """Bytes that are kept."""
        own = self._spectrum.nbytes + self._waves.nbytes + self._potential.nbytes
        return own + (0 if self._coarse is None else self._coarse.nbytes)

    def __call__(self, Q, boxes=None):
        """Potential (shape[0], ..., at least shape[-1]) of the charges Q (shape), until the next call; what a line has
        more is void. Of several ranks each has to know its planes of Q alone, unless it `needs_all`, and finds the
        potential in its own of the `boxes` (boxes.py), if given.
        """
        V = self._transform(Q)
        planes, comm = self._shared[0], self._workers.comm
        if self._coarse is not None:
            far = self._coarse(to_coarse(Q, self._workers))[..., : self._coarse.shape[-1]]
            fine = to_fine(np.ascontiguousarray(far), self.shape, self._workers)
            self._workers.run(_add_lines, self._planes, fine, V, blocks=planes.blocks)
        if comm.size > 1 and len(self.shape) > 1:
            if boxes is None:
                comm.gather(V, planes.cuts)
            else:
                boxes.hand_out(V)
        return V

    def _transform(self, Q):
        waves, V = self._waves, self._potential
        if len(self.shape) == 1:
            V[:] = scipy.fft.irfft(scipy.fft.rfft(Q, n=self.period[0]) * self._spectrum, n=self.period[0])
            return V
        columns, factors = waves.reshape(len(waves), -1), self._spectrum.reshape(self.period[0], -1)
        planes, across = self._shared
        self._workers.run(_to_waves, self._planes, Q, self.period, waves, blocks=planes.blocks)
        self._pass(columns, planes.cuts, across.cuts)
        self._workers.run(_multiplied, self._across, factors, columns, blocks=across.blocks)
        self._pass(columns.T, across.cuts, planes.cuts)
        self._workers.run(_from_waves, self._planes, waves, self.shape, self.period[-1], V, blocks=planes.blocks)
        return V

    def _pass(self, waves, rows, columns):
        """Give each rank its columns of the rows that are here, for those that are there."""
        comm = self._workers.comm
        if comm.size == 1:
            return
        rank, parts = comm.rank, []
        for first, stop in pairwise(columns):
            parts.append(waves[rows[rank] : rows[rank + 1], first:stop].ravel())
        parts[rank] = parts[rank][:0]  # which is here
        mine = slice(columns[rank], columns[rank + 1])
        for r, part in enumerate(comm.exchange(parts)):
            if r != rank:
                there = waves[rows[r] : rows[r + 1], mine]
                there[...] = part.reshape(there.shape)


class SharedOut(NamedTuple):
    """The numbers of the blocks of a rank, and the rows that bound those of each."""

    blocks: range
    cuts: list


def shared_out(bounds, comm):
    """Blocks for each of the ranks, as many."""
    ends = [(len(bounds) - 1) * r // comm.size for r in range(comm.size + 1)]
    return SharedOut(range(ends[comm.rank], ends[comm.rank + 1]), [bounds[end] for end in ends])


def line_bounds(grid):
    """Bounds of the blocks of planes (rows) that a grid is worked on by, whatever the number of threads."""
    n_blocks = min(max(grid.size // CELLS, 1), MOST_BLOCKS, len(grid))
    return [len(grid) * b // n_blocks for b in range(n_blocks + 1)]


def _to_waves(b, start, stop, Q, period, waves):
    """Transform along all axes but the first."""
    some = waves[start:stop]
    if Q.ndim == 2:
        some[:] = scipy.fft.rfft(Q[start:stop], n=period[-1])
        return
    some[:, : Q.shape[1]] = scipy.fft.rfft(Q[start:stop], n=period[-1])
    some[:, Q.shape[1] :] = 0
    _in_place(scipy.fft.fft, some, 1)


def _multiplied(b, start, stop, factors, columns):
    """Forth along the first axis, times the spectrum, and back, while the columns are in the cache."""
    waves = np.zeros((len(factors), stop - start), np.complex64)
    waves[: len(columns)] = columns[:, start:stop]
    _in_place(scipy.fft.fft, waves, 0)
    waves *= factors[:, start:stop]
    _in_place(scipy.fft.ifft, waves, 0)
    columns[:, start:stop] = waves[: len(columns)]


def _from_waves(b, start, stop, waves, shape, period, V):
    """Back along all axes but the first."""
    some = waves[start:stop]
    if V.ndim == 3:
        _in_place(scipy.fft.ifft, some, 1)
        some = some[:, : shape[1]]
    V[start:stop] = scipy.fft.irfft(some, n=period)[..., : V.shape[-1]]


def _in_place(transform, waves, axis):
    result = transform(waves, axis=axis, overwrite_x=True)
    if not np.may_share_memory(result, waves):
        waves[...] = result


def _add_lines(b, start, stop, fine, V):
    V[start:stop, ..., : fine.shape[-1]] += fine[start:stop]


def periods(shape, reach):
    """Padded length of each axis, even, for a kernel that ends after `reach` cells."""
    return tuple(2 * min(m, scipy.fft.next_fast_len(int(min(m, (m + reach + RING) / 2 + 1)))) for m in shape)


def work(shape, R, reach=np.inf):
    """Complex numbers that the transforms of a convolution on a grid of `shape` touch, one way.

    Two grids where they are clearly cheaper than one that is padded to twice its size; one call for each of them.
    """
    padded = periods(shape, reach)
    one = sum(prod(shape[:axis]) * prod(padded[axis:]) for axis in range(len(shape))) / 2
    if R > 0 and reach == np.inf and min(shape) >= LEAST:
        two = work(shape, R, 2 * MID_CELLS) + work(coarse_shape(shape), R)
        if two < COARSE_GAIN * one:
            return two
    return one


def has_coarse(shape):
    """Whether `work` counts on two grids."""
    return work(shape, 1) < work(shape, 0)


def coarse_shape(shape):
    """Nodes of the coarse grid, whose node m lies on node 2m - 2 of the fine one: a stencil more at each end."""
    return tuple(scipy.fft.next_fast_len(m // 2 + 3, real=True) for m in shape)


def to_coarse(Q, workers):
    """Charges on the coarse grid: exactly what spreading the points there would give."""
    for axis, m in enumerate(coarse_shape(Q.shape)):
        coarse = np.zeros((*Q.shape[:axis], m, *Q.shape[axis + 1 :]), np.float32)
        workers.run(_halve, _bounds_along(coarse, axis), _along(Q, axis), _along(coarse, axis))
        Q = coarse
    return Q


def to_fine(V, shape, workers):
    """Coefficients of the potential on the fine grid: the same spline as that of V on the coarse one."""
    for axis in range(len(shape) - 1, -1, -1):
        fine = np.empty((*V.shape[:axis], shape[axis], *V.shape[axis + 1 :]), np.float32)
        workers.run(_double, _bounds_along(fine, axis), _along(V, axis), _along(fine, axis))
        V = fine
    return V


def _along(grid, axis):
    """The grid as a stack of matrices, `axis` being their rows."""
    return grid.reshape(int(np.prod(grid.shape[:axis])), grid.shape[axis], -1)


def _bounds_along(grid, axis):
    return line_bounds(np.moveaxis(grid, axis, 0))


@kernel
def _halve(b, start, stop, Q, coarse):
    """Rows start..stop: add the five fine nodes around each coarse one, weights (1, 4, 6, 4, 1)/8."""
    for a in range(len(Q)):
        for m in range(start, stop):
            for k in range(5):
                i = 2 * m - 4 + k
                if 0 <= i < Q.shape[1]:
                    weight = np.float32((1, 4, 6, 4, 1)[k] / 8)
                    for c in range(Q.shape[2]):
                        coarse[a, m, c] += weight * Q[a, i, c]


@kernel
def _double(b, start, stop, V, fine):
    """Transpose of `_halve`."""
    eighth, six_eighths, half = np.float32(1 / 8), np.float32(6 / 8), np.float32(1 / 2)
    for a in range(len(V)):
        for i in range(start, stop):
            m = i // 2
            for c in range(V.shape[2]):
                if i % 2 == 0:
                    fine[a, i, c] = eighth * (V[a, m, c] + V[a, m + 2, c]) + six_eighths * V[a, m + 1, c]
                else:
                    fine[a, i, c] = half * (V[a, m + 1, c] + V[a, m + 2, c])


def spectrum(period, h, R, R_out, workers):
    """Real spectrum (float32) of the smooth kernel over the squared spline's, laid out for rfftn on the `period`.

    The kernel is even, so its transform is a cosine transform of one orthant.
    """
    d = len(period)
    squares, splines = [], []
    for k, m in enumerate(period):
        along = [1] * d
        along[k] = m // 2 + 1
        squares.append(((np.arange(m // 2 + 1) * h) ** 2).reshape(along))
        spline = (2 + np.cos(2 * np.pi * np.arange(m // 2 + 1) / m)) / 3  # transform of the samples 1/6, 4/6, 1/6
        splines.append((spline**2).reshape(along))
    orthant = np.empty([m // 2 + 1 for m in period])
    whole = np.empty((*period[:-1], period[-1] // 2 + 1), np.float32)

    def fill(b, start, stop):
        u = sum(squares[1:], squares[0][start:stop])
        smooth = 1.0 - _near_share(u, R)
        if R_out < np.inf:
            smooth -= 1.0 - _near_share(u, R_out)
        orthant[start:stop] = smooth / (1 + u)

    def transform(b, start, stop):
        axes = range(1, d) if d > 1 else (0,)
        orthant[start:stop] = scipy.fft.dctn(orthant[start:stop], type=1, axes=axes)

    def transform_across(b, start, stop):
        orthant[:, start:stop] = scipy.fft.dct(orthant[:, start:stop], type=1, axis=0)

    def mirror(b, start, stop):
        part = (orthant[start:stop] / prod(splines[1:], start=splines[0][start:stop])).astype(np.float32)
        for k in range(1, d - 1):
            part = np.concatenate([part, np.flip(part.take(range(1, period[k] // 2), axis=k), axis=k)], axis=k)
        whole[start:stop] = part
        if d > 1:
            first, last = max(start, 1), min(stop, period[0] // 2)
            whole[period[0] - last + 1 : period[0] - first + 1] = part[first - start : last - start][::-1]

    bounds = line_bounds(orthant) if d > 1 else [0, len(orthant)]
    workers.run(fill, bounds)
    workers.run(transform, bounds)
    if d > 1:
        workers.run(transform_across, line_bounds(np.moveaxis(orthant, 1, 0)))
    workers.run(mirror, bounds)
    return whole


def _near_share(u, R):
    """Share t^3 of the kernel that belongs to the pairs closer than R (near_field.py)."""
    return (np.maximum(R * R - u, 0) / (1 + R * R)) ** 3
