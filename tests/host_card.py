"""Cards that are none: NumPy arrays, and FFTs laid out as cuFFT's; the kernels are Python functions (cuda_twins.py)."""

from contextlib import nullcontext

import cuda_twins
import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import as_strided

from sggraph.core.cuda import source


class Transform:
    """A plan of cuFFT (its guide, "advanced data layout"): item (x, y) of batch b is at
    b dist + (x embed[1] + y) stride, of input and output.
    """

    def __init__(self, shape, inembed, istride, idist, onembed, ostride, odist, kind, batch):
        self.shape, self.kind, self.batch = tuple(shape), kind, batch
        self.input, self.output = (inembed, istride, idist), (onembed, ostride, odist)

    def _view(self, array, layout, shape):
        embed, stride, dist = layout
        strides = [stride]
        for size in reversed(embed[1:]):
            strides.insert(0, strides[0] * size)
        flat = array.reshape(-1)
        last = (self.batch - 1) * dist + sum((m - 1) * s for m, s in zip(shape, strides, strict=True))
        assert last < flat.size, "the layout reaches beyond the array"
        return as_strided(flat, (self.batch, *shape), [s * flat.itemsize for s in (dist, *strides)])

    def fft(self, a, out, direction):
        """Transform, without a factor either way."""
        half, axes = (*self.shape[:-1], self.shape[-1] // 2 + 1), tuple(range(1, len(self.shape) + 1))
        real, waves = self.shape, half
        if self.kind in ("R2C", "D2Z"):
            found = scipy.fft.rfftn(self._view(a, self.input, real), axes=axes)
        elif self.kind == "C2R":
            found = scipy.fft.irfftn(self._view(a, self.input, waves), s=real, axes=axes, norm="forward")
            a[...] = np.nan  # cuFFT makes no promise of its input
        elif direction < 0:
            found = scipy.fft.fftn(self._view(a, self.input, self.shape), axes=axes)
        else:
            found = scipy.fft.ifftn(self._view(a, self.input, self.shape), axes=axes, norm="forward")
        assert found.dtype == out.dtype
        self._view(out, self.output, found.shape[1:])[...] = found


class HostCard:
    """What core/cuda/card.py gives, by NumPy."""

    xp = np
    name, trouble = "a processor", None
    bus, nccl = "none", None

    def __init__(self, d, number=0, most=None):
        self.d, self.number, self.most, self.launches = d, number, most, []

    def at_work(self):
        return nullcontext()

    def launch(self, kernel, blocks, *arguments):
        """Call the twin; a kernel says no more than how many blocks of threads it has."""
        assert 0 < blocks < 2**31
        self.launches.append(kernel)
        getattr(cuda_twins, kernel)(*source.checked(kernel, arguments), d=self.d, blocks=blocks)

    def transform(self, *layout):
        return Transform(*layout)

    def recorded(self, work):
        """What plays `work` again."""
        return work

    def to_card(self, array, out):
        out[...] = array

    def to_host(self, array, out):
        out[...] = array

    def free_memory(self):
        return 2**62 if self.most is None else self.most

    def release(self):
        pass
