"""Read idx files, the format that MNIST and its kin come in: a single file, or the four of a folder.

An idx file is two bytes of zero, a byte for the type, a byte for the number of dimensions, the dimensions as unsigned
32-bit integers, then the entries, all big-endian (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten
digits"). Nothing is unpickled, and no memory is reserved on the word of a header. Nothing is written.
"""

import gzip
import zlib
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import FilePath

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
PARTS = ("train", "t10k")  # in this order: 60,000 and 10,000 digits of MNIST
KINDS = ("images-idx3-ubyte", "labels-idx1-ubyte")
CHUNK = 2**20  # bytes


def read_idx(path: FilePath) -> NDArray[Any]:
    """Read an idx file, gzipped or not, into an array.

    Whether the file is gzipped is seen from its content, not from its name.

    Parameters
    ----------
    path : str or path
        File to read.

    Returns
    -------
    array : ndarray
        Of uint8, int8, int16, int32, float32 or float64 in the byte order of this machine, in the file's shape.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not an idx file, or holds fewer or more entries than its header says.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sggraph.datasets import read_idx
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "two-by-three.idx")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6)))
    ...     read_idx(path)
    array([[0, 1, 2],
           [3, 4, 5]], dtype=uint8)
    """
    with _opened(path) as file:
        dtype, shape = _read_header(file, path)
        size = prod(shape) * dtype.itemsize
        content = bytearray()
        while len(content) <= size and (chunk := file.read(CHUNK)):
            content += chunk
    if len(content) != size:
        held = "more" if len(content) > size else f"only {len(content):,}"
        raise ValueError(
            f"{path} is damaged: its header, shape {shape}, asks for {size:,} bytes and it holds {held}: fetch it anew"
        )
    return np.frombuffer(content, dtype).astype(dtype.newbyteorder("=")).reshape(shape)


def read_idx_folder(folder):
    """Images (n, height, width) and labels (n,) of the four files of an MNIST-like folder, training part first."""
    paths = _four_files(Path(folder))
    pairs = [_read_part(*paths[i : i + 2]) for i in (0, 2)]
    images, labels = zip(*pairs, strict=True)
    if images[0].shape[1:] != images[1].shape[1:]:
        raise ValueError(
            f"the images of {paths[0]} and {paths[2]} differ in size, {images[0].shape[1:]} and "
            f"{images[1].shape[1:]}: give a folder whose files belong together"
        )
    return np.concatenate(images), np.concatenate(labels)


def _four_files(folder):
    names = [f"{part}-{kind}" for part in PARTS for kind in KINDS]
    found = {name: path for name in names for path in (folder / f"{name}.gz", folder / name) if path.is_file()}
    lacking = [name for name in names if name not in found]
    if lacking:
        what = "lacks " + ", ".join(lacking) if folder.is_dir() else "is not a folder"
        raise FileNotFoundError(
            f"{folder} {what}: give a folder that holds {', '.join(names)}, each with or without .gz at its end"
        )
    return [found[name] for name in names]


def _read_part(images_path, labels_path):
    images, labels = read_idx(images_path), read_idx(labels_path)
    for path, array, ndim in ((images_path, images, 3), (labels_path, labels, 1)):
        if array.ndim != ndim or array.dtype != np.uint8:
            raise ValueError(
                f"{path} holds {array.dtype} in {array.ndim} dimensions, not uint8 in {ndim}: give the right file"
            )
    if len(images) != len(labels):
        raise ValueError(
            f"{images_path} holds {len(images):,} images but {labels_path} {len(labels):,} labels: "
            "give files that belong together"
        )
    return images, labels


@contextmanager
def _opened(path):
    with open(path, "rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            yield gzip.GzipFile(fileobj=raw) if zipped else raw
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{path} is damaged: its gzip data do not unpack ({error}): fetch it anew") from error


def _read_header(file, path):
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in DTYPES:
        raise ValueError(
            f"{path} is not an idx file: it starts with the bytes [{magic.hex(' ')}], "
            f"not with 00 00, one of {bytes(DTYPES).hex(' ')} for the type, and the number of dimensions"
        )
    ndim = magic[3]
    sizes = file.read(4 * ndim)
    if len(sizes) < 4 * ndim:
        raise ValueError(f"{path} is damaged: it ends within its header of {ndim} dimensions: fetch it anew")
    return np.dtype(DTYPES[magic[2]]), tuple(np.frombuffer(sizes, ">u4").tolist())
