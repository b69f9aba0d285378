"""Files read without trust, and written whole or not at all."""

import glob
import gzip
import hashlib
import os
import re
import uuid
from contextlib import contextmanager
from io import BytesIO
from math import prod
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from ..runtime.checks import shown

ZIP_MAGIC = b"PK\3\4", b"PK\5\6"  # the second begins an archive without members
REMEDIED = re.compile(r": (give|correct)\b")  # a reason by the grammar of our own errors
LONGEST_REASON = 500  # characters: an error may quote a whole file


def as_path(path):
    """The Path of a name, or a TypeError."""
    try:
        return Path(path)
    except TypeError:
        raise TypeError(f"path={shown(path)}: give the name of a file, a str or a pathlib.Path") from None


def read_bytes(path):
    """The bytes of the file `path`."""
    check_file(path)
    return Path(path).read_bytes()


def check_file(path):
    """Raise unless there is a regular file `path`."""
    path = Path(path)
    check_there(path)
    if not path.is_file():
        raise ValueError(f"path={str(path)!r} is not a regular file: give the name of a file")


def check_there(path):
    """Raise unless there is a file or a folder `path`."""
    if not Path(path).exists():
        raise FileNotFoundError(f"path={str(path)!r}: there is no such file")


@contextmanager
def naming(path, what, remedy):
    """Whatever goes wrong inside becomes a ValueError that names the file: parsers raise what they like.

    The remedy follows unless the reason holds one.
    """
    try:
        yield
    except (MemoryError, ImportError, Warning):
        raise
    except Exception as error:
        reason = (str(error) or type(error).__name__).rstrip(".")
        reason = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}..."
        remedy = "" if REMEDIED.search(reason) else f". {remedy}"
        raise ValueError(f"path={str(path)!r} cannot be read as {what}: {reason}{remedy}") from error


def unzip(content):
    """Undo gzip, no further than `_most_bytes`."""
    most, plain = _most_bytes(len(content)), bytearray()
    with gzip.open(BytesIO(content)) as file:
        while len(plain) <= most and (chunk := file.read(2**20)):
            plain += chunk
    _check_swelling(len(plain), len(content))
    return plain


def _most_bytes(size):
    return max(2**28, 100 * size)  # graphs swell some ten times, bombs a thousand


def _check_swelling(swollen, size):
    if swollen > _most_bytes(size):
        raise ValueError(f"its {size} bytes swell to more than {_most_bytes(size)}, too many for a graph")


@contextmanager
def checked_npz(file):
    """The arrays of an .npz file that is open, none of which claims more than there is."""
    magic = file.read(len(npy.MAGIC_PREFIX))
    file.seek(0)
    if magic == npy.MAGIC_PREFIX:
        raise ValueError("it is a single array (.npy), not several (.npz)")
    if not magic.startswith(ZIP_MAGIC):  # NumPy would take it for a pickle, and say how to load one
        raise ValueError("it is not a .npz file, which is a zip archive")
    with np.load(file, allow_pickle=False) as parts:
        _check_swelling(sum(part.file_size for part in parts.zip.infolist()), file.seek(0, 2))
        for part in parts.zip.infolist():
            _check_array(parts, part)
        yield parts


def _check_array(parts, part):
    """Raise unless the member of an .npz file is as long as its header says, before memory is reserved for it."""
    shape, _, dtype, _ = _header(parts, part)
    claimed = prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or (claimed > part.file_size and not dtype.hasobject):
        raise ValueError(f"its array {part.filename!r} claims {claimed} bytes but has {part.file_size}")


def _header(parts, part):
    """Shape, whether in Fortran's order, dtype, and length of the header of a member of an .npz file."""
    with parts.zip.open(f"{part}.npy" if isinstance(part, str) else part) as member:
        major, _ = npy.read_magic(member)
        shape, fortran, dtype = (npy.read_array_header_1_0 if major == 1 else npy.read_array_header_2_0)(member)
        return tuple(map(int, shape)), fortran, dtype, member.tell()


@contextmanager
def replacing(path):
    """A path to write to, which takes the place of `path` if no exception comes; links are followed, not replaced.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sggraph.io.safe import replacing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder, "a.txt")) as partial:
    ...         _ = partial.write_text("whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    path = Path(os.path.realpath(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path={str(path)!r}: the folder {str(path.parent)!r} does not exist, create it first")
    if path.exists() and not path.is_file():
        raise ValueError(f"path={str(path)!r} is not a regular file: give the name of a file")
    partial = path.with_name(_partial(path, uuid.uuid4().hex))
    try:
        yield partial
        with open(partial, "r+b") as file:
            os.fsync(file.fileno())  # the name must not reach the disk before the content does
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def try_to_write(path):
    """Raise an OSError unless `path` can be written."""
    path = Path(os.path.realpath(path))
    partial = path.with_name(_partial(path, uuid.uuid4().hex))
    partial.touch(exist_ok=False)
    partial.unlink(missing_ok=True)  # another process may have taken it for a leftover


def remove_leftovers(path):
    """Remove what a process left that was killed while it wrote `path`."""
    path = Path(os.path.realpath(path))
    for partial in path.parent.glob(_partial(path, "[0-9a-f]" * 32, glob.escape)):
        partial.unlink(missing_ok=True)


def _partial(path, number, quoted=str):
    """Name of a partial file; one of a long name's own, as file systems have a limit."""
    name = path.name if len(os.fsencode(path.name)) < 200 else hashlib.sha256(os.fsencode(path.name)).hexdigest()
    return f".{quoted(name)}.{number}.part"
