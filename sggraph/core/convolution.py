"""Free-space convolution of charges on a regular grid with the smooth part of K = 1/(1+r^2), by one FFT each way.

The grid is padded to twice its size so that periodic images stay out of reach. Lines and planes that hold only padding
are never transformed, which saves a quarter of the work in 2-D and two fifths in 3-D, and all transforms but the
first and the last are done in place.
"""

import numpy as np
import scipy.fft

THREADS_ABOVE = 1 << 17  # padded cells: below this a second thread of the FFT costs more than it gives


class Convolution:
    """Convolution on a grid of `shape` cells of side `h`; the kernel is K's part from R on and below R_out."""

    def __init__(self, shape, h, R, R_out=np.inf, n_jobs=1):
        self.shape = shape
        self.line = 2 * shape[-1]
        self._spectrum = spectrum(shape, h, R, R_out)
        self._waves = np.empty(self._spectrum.shape, np.complex64)
        self._workers = n_jobs if self._waves.size > THREADS_ABOVE // 2 else 1

    def __call__(self, Q):
        """Potential (shape[0], ..., 2 shape[-1]) of the charges Q (shape); the second half of each line is void."""
        d = len(self.shape)
        part = tuple(slice(0, m) for m in self.shape[:-1])
        waves = self._waves
        waves[part] = scipy.fft.rfft(Q, n=self.line, workers=self._workers)
        for axis in range(d - 2, -1, -1):
            waves[(*part[:axis], slice(self.shape[axis], None))] = 0
            self._in_place(scipy.fft.fft, waves[part[:axis]], axis)
        waves *= self._spectrum
        for axis in range(d - 1):
            self._in_place(scipy.fft.ifft, waves[part[:axis]], axis)
        return scipy.fft.irfft(waves[part], n=self.line, workers=self._workers)

    def _in_place(self, transform, waves, axis):
        result = transform(waves, axis=axis, overwrite_x=True, workers=self._workers)
        if not np.may_share_memory(result, waves):
            waves[...] = result


def spectrum(shape, h, R, R_out=np.inf):
    """Real spectrum (float32) of the smooth kernel over the squared spline's, laid out for rfftn on twice the shape.

    The kernel is even, so its transform is a cosine transform of one orthant.
    """
    d = len(shape)
    u, splines = 0.0, 1.0
    for k, m in enumerate(shape):
        along = [1] * d
        along[k] = m + 1
        u = u + ((np.arange(m + 1) * h) ** 2).reshape(along)
        spline = (2 + np.cos(np.pi * np.arange(m + 1) / m)) / 3  # transform of the samples 1/6, 4/6, 1/6
        splines = splines * spline.reshape(along) ** 2
    smooth = 1.0 - _near_share(u, R)
    if R_out < np.inf:
        smooth -= 1.0 - _near_share(u, R_out)
    smooth /= 1 + u
    orthant = (scipy.fft.dctn(smooth, type=1) / splines).astype(np.float32)
    for k, m in enumerate(shape[:-1]):
        orthant = np.concatenate([orthant, np.flip(orthant.take(range(1, m), axis=k), axis=k)], axis=k)
    return orthant


def _near_share(u, R):
    """Share t^3 of the kernel that belongs to the pairs closer than R (near_field.py)."""
    return (np.maximum(R * R - u, 0) / (1 + R * R)) ** 3
