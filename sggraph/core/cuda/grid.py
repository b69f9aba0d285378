"""The grid of one Plan on a card: charges, two FFTs and what they need, all allocated before the first iteration.

The grid is padded to twice its size along each axis. What holds only padding is not transformed along all axes but the
first: `Waves` are planes of the grid first, and lines across them then (convolution.py does the same). A line is padded
where it is stored, so a transform of a plane leaves nothing to copy.
"""

from math import prod

import numpy as np

from .share import blocks_for, blocks_of_sums

BYTES_PER_CELL = {1: 60, 2: 100, 3: 190}  # of the grid, not padded, while its spectrum is made: the most at a time


class CardGrid:
    """A grid of `shape` cells of side h, whose kernel is K's part from R on."""

    def __init__(self, card, shape, h, R):
        self.card, self.shape, self.h = card, shape, h
        xp, d = card.xp, len(shape)
        self.period = tuple(2 * m for m in shape)
        half = self.period[-1] // 2 + 1
        self._three = (*shape, 1, 1)[:3]
        planes = self.period[:1] if d == 1 else (shape[0], *self.period[1:])  # a line alone is transformed whole
        self._across = (*self.period[:-1], half)
        self._spectrum = self._made_spectrum(R)
        self.Q = xp.zeros(prod(shape), np.uint64)
        self._charges, self.V = xp.zeros(planes, np.float32), xp.empty(planes, np.float32)
        self._waves = xp.zeros((*self._across[:-1], 2 * half), np.float32)  # of planes beyond the grid: 0 for good
        self._products = self._waves if d == 1 else xp.empty_like(self._waves)
        self._to_waves, self._over, self._from_waves = self._transforms()

    def _made_spectrum(self, R):
        """The real spectrum of the kernel over that of the spline, squared; in float64 until it is done."""
        xp, card, period = self.card.xp, self.card, (*self.period, 1, 1)[:3]
        K, size = xp.empty(self.period, np.float64), prod(self._across)
        waves, spectrum = xp.empty(self._across, np.complex128), xp.empty(self._across, np.float32)
        card.launch("smooth_kernel", blocks_of_sums(K.size), *period, self.h, R, K)
        card.transform(self.period, self.period, 1, 1, self._across, 1, 1, "D2Z", 1).fft(K, waves, -1)
        card.launch("to_spectrum", blocks_of_sums(size), waves.view(np.float64), *period, spectrum)
        return spectrum

    def _transforms(self):
        """Of planes to waves, of lines across the planes, and back of planes: plans of cuFFT, in its layout."""
        transform, (m, *_), (p, *_) = self.card.transform, self.shape, self.period
        if len(self.shape) == 1:
            half = self._across
            forth, back = (self.period, 1, p, half, 1, half[0]), (half, 1, half[0], self.period, 1, p)
            return transform(self.period, *forth, "R2C", 1), None, transform(self.period, *back, "C2R", 1)
        real, half = self.period[1:], self._across[1:]
        inner = prod(half)
        forth, back = (real, 1, prod(real), half, 1, inner), (half, 1, inner, real, 1, prod(real))
        across = (p,), (p,), inner, 1, (p,), inner, 1
        return (
            transform(real, *forth, "R2C", m),
            transform(*across, "C2C", inner),
            transform(real, *back, "C2R", m),
        )

    def spread(self, Y, share, now):
        """Add one at each point to the charges."""
        own = share.of(Y)
        if len(own):
            self.card.launch("spread", blocks_for(len(own)), own, len(own), 1 / self.h, *self._three, now, self.Q)
        share.add_up(self.Q)

    def convolve(self, now):
        """Turn the charges into the potential V, and into none."""
        card, shape, period = self.card, self.shape, self.period
        lines = (1, 1) if len(shape) < 3 else (shape[1], period[1])
        blocks = blocks_of_sums(self.Q.size)
        card.launch("to_charges", blocks, self.Q, self.Q.size, shape[-1], period[-1], *lines, now, self._charges)
        waves, products = (each.view(np.complex64) for each in (self._waves, self._products))
        self._to_waves.fft(self._charges, waves, -1)
        if self._over is not None:
            self._over.fft(waves, products, -1)
        size = self._spectrum.size
        card.launch("multiply", blocks_of_sums(size), self._products, self._spectrum, size)
        if self._over is not None:
            self._over.fft(products, products, 1)
        self._from_waves.fft(products, self.V, 1)

    def gather(self, Y, near, F, share, now):
        """Fill F, of own rows, with the repulsion, that of `near` pairs with it, and `now` with potential and drift."""
        layout = 1 / self.h, *self._three, *(*self.period, 1, 1)[1:3]
        share.add("gather", 1, Y.shape[1] + 1, Y, share.n, *layout, self.V, -0.5 / self.h, near, F, now=now)

    @property
    def nbytes(self):
        """Bytes on the card, without the work areas of cuFFT."""
        arrays = self._spectrum, self.Q, self._charges, self.V, self._waves, self._products
        return sum(each.nbytes for each in arrays)
