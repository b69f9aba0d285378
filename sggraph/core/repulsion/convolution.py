"""Free-space convolution of charges on a regular grid with the smooth part of K = 1/(1+r^2), by one FFT each way.

The grid is padded so that periodic images stay out of reach: to twice its size, or, where that is cheaper, the kernel
is split once more at a radius R_mid of a few cells (near_field.py has the formula). What lies below R_mid needs a pad
of R_mid only; the rest is smooth enough for a grid of twice the cell side. Cubic B-splines of side 2h are sums of those
of side h with the weights (1, 4, 6, 4, 1)/8, so charges go to the coarse grid and the potential comes back exactly. In
3-D that halves the time; a plain grid (R = 0) keeps the one padded grid and its order of convergence.

Lines and planes that hold only padding are never transformed, and all transforms but the first and the last are done
in place.
"""

from math import prod

import numpy as np
import scipy.fft

from ..engine.jit import kernel

THREADS_ABOVE = 1 << 17  # padded cells: below this a second thread of the FFT costs more than it gives
MID_CELLS = 4.0  # R_mid in cells of the coarse grid: the second split adds 2e-4 to the relative error
RING = 2  # cells beyond a radius where the kernel ends, in which the spectrum over the spline's still rings
LEAST = 24  # cells along each axis for a second grid, which pays from 44 on in 3-D: where it need not be looked for
COARSE_GAIN = 0.55  # of the work: measured, two grids take half the time in 3-D and none less in 2-D


class Convolution:
    """Convolution on a grid of `shape` cells of side `h`; the kernel is K's part from R on and below R_out."""

    def __init__(self, shape, h, R, R_out=np.inf, n_jobs=1):
        self.shape = shape
        self._coarse = None
        if R > 0 and R_out == np.inf and has_coarse(shape):
            R_out = MID_CELLS * 2 * h
            self._coarse = Convolution(coarse_shape(shape), 2 * h, R_out, n_jobs=n_jobs)
        self.period = periods(shape, R_out / h)
        self._spectrum = spectrum(self.period, h, R, R_out, n_jobs)
        self._waves = np.empty(self._spectrum.shape, np.complex64)
        self._workers = n_jobs if self._waves.size > THREADS_ABOVE // 2 else 1

    @property
    def nbytes(self):
        """Bytes that are kept."""
        return self._spectrum.nbytes + self._waves.nbytes + (0 if self._coarse is None else self._coarse.nbytes)

    def __call__(self, Q):
        """Potential (shape[0], ..., at least shape[-1]) of the charges Q (shape); what a line has more is void."""
        V = self._transform(Q)
        if self._coarse is not None:
            far = self._coarse(to_coarse(Q))[..., : self._coarse.shape[-1]]
            V[..., : self.shape[-1]] += to_fine(np.ascontiguousarray(far), self.shape)
        return V

    def _transform(self, Q):
        d = len(self.shape)
        part = tuple(slice(0, m) for m in self.shape[:-1])
        waves = self._waves
        waves[part] = scipy.fft.rfft(Q, n=self.period[-1], workers=self._workers)
        for axis in range(d - 2, -1, -1):
            waves[(*part[:axis], slice(self.shape[axis], None))] = 0
            self._in_place(scipy.fft.fft, waves[part[:axis]], axis)
        waves *= self._spectrum
        for axis in range(d - 1):
            self._in_place(scipy.fft.ifft, waves[part[:axis]], axis)
        return scipy.fft.irfft(waves[part], n=self.period[-1], workers=self._workers)

    def _in_place(self, transform, waves, axis):
        result = transform(waves, axis=axis, overwrite_x=True, workers=self._workers)
        if not np.may_share_memory(result, waves):
            waves[...] = result


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


def to_coarse(Q):
    """Charges on the coarse grid: exactly what spreading the points there would give."""
    for axis, m in enumerate(coarse_shape(Q.shape)):
        coarse = np.zeros((*Q.shape[:axis], m, *Q.shape[axis + 1 :]), np.float32)
        _halve(_along(Q, axis), _along(coarse, axis))
        Q = coarse
    return Q


def to_fine(V, shape):
    """Coefficients of the potential on the fine grid: the same spline as that of V on the coarse one."""
    for axis in range(len(shape) - 1, -1, -1):
        fine = np.empty((*V.shape[:axis], shape[axis], *V.shape[axis + 1 :]), np.float32)
        _double(_along(V, axis), _along(fine, axis))
        V = fine
    return V


def _along(grid, axis):
    """The grid as a stack of matrices, `axis` being their rows."""
    return grid.reshape(int(np.prod(grid.shape[:axis])), grid.shape[axis], -1)


@kernel
def _halve(Q, coarse):
    """Add the five fine nodes around each coarse one, weights (1, 4, 6, 4, 1)/8."""
    for a in range(len(Q)):
        for m in range(coarse.shape[1]):
            for k in range(5):
                i = 2 * m - 4 + k
                if 0 <= i < Q.shape[1]:
                    weight = np.float32((1, 4, 6, 4, 1)[k] / 8)
                    for b in range(Q.shape[2]):
                        coarse[a, m, b] += weight * Q[a, i, b]


@kernel
def _double(V, fine):
    """Transpose of `_halve`."""
    eighth, six_eighths, half = np.float32(1 / 8), np.float32(6 / 8), np.float32(1 / 2)
    for a in range(len(V)):
        for i in range(fine.shape[1]):
            m = i // 2
            for b in range(V.shape[2]):
                if i % 2 == 0:
                    fine[a, i, b] = eighth * (V[a, m, b] + V[a, m + 2, b]) + six_eighths * V[a, m + 1, b]
                else:
                    fine[a, i, b] = half * (V[a, m + 1, b] + V[a, m + 2, b])


def spectrum(period, h, R, R_out=np.inf, n_jobs=1):
    """Real spectrum (float32) of the smooth kernel over the squared spline's, laid out for rfftn on the `period`.

    The kernel is even, so its transform is a cosine transform of one orthant.
    """
    u, splines = 0.0, 1.0
    for k, m in enumerate(period):
        along = [1] * len(period)
        along[k] = m // 2 + 1
        u = u + ((np.arange(m // 2 + 1) * h) ** 2).reshape(along)
        spline = (2 + np.cos(2 * np.pi * np.arange(m // 2 + 1) / m)) / 3  # transform of the samples 1/6, 4/6, 1/6
        splines = splines * spline.reshape(along) ** 2
    smooth = 1.0 - _near_share(u, R)
    if R_out < np.inf:
        smooth -= 1.0 - _near_share(u, R_out)
    smooth /= 1 + u
    orthant = (scipy.fft.dctn(smooth, type=1, overwrite_x=True, workers=n_jobs) / splines).astype(np.float32)
    for k, m in enumerate(period[:-1]):
        orthant = np.concatenate([orthant, np.flip(orthant.take(range(1, m // 2), axis=k), axis=k)], axis=k)
    return orthant


def _near_share(u, R):
    """Share t^3 of the kernel that belongs to the pairs closer than R (near_field.py)."""
    return (np.maximum(R * R - u, 0) / (1 + R * R)) ** 3
