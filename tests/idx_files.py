"""Files in the format of MNIST, written out by the book."""

import gzip
import struct

import numpy as np

from sggraph.datasets.idx import DTYPES

CODES = {np.dtype(dtype).newbyteorder("="): code for code, dtype in DTYPES.items()}


def as_idx(array):
    """The bytes of an idx file, written out by the book."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, CODES[array.dtype], array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_folder(folder, n=(6, 4), size=(5, 3), zipped=False, seed=0):
    """Four idx files as MNIST has them; the images and labels that they hold, in order."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (sum(n), *size), dtype=np.uint8)
    labels = rng.integers(0, 7, sum(n)).astype(np.uint8)
    folder.mkdir(exist_ok=True)
    for part, rows in zip(("train", "t10k"), (slice(n[0]), slice(n[0], None)), strict=True):
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            content = as_idx(array[rows])
            name = f"{part}-{kind}-ubyte" + (".gz" if zipped else "")
            (folder / name).write_bytes(gzip.compress(content) if zipped else content)
    return images, labels
