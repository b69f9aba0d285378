"""Read the bytes of a file of a matrix, MatrixMarket or SciPy's .npz, believing none of its claims.

Nothing is unpickled, compressed data must not swell without bound, and a header's claim is checked before memory is
reserved for it.
"""

from io import BytesIO
from math import prod
from struct import unpack
from zipfile import ZIP_STORED
from zlib import crc32

import numpy as np
from scipy import io, sparse

from .safe import _header, checked_npz

MAPPED = 2**24  # bytes of an array: from here on it is mapped instead of read
LENGTHS = 26  # where the local header of a zip member gives the lengths of its name and of the field behind


def check_nodes(n, entries):
    """Raise where so many nodes are claimed that nearly all would be isolated."""
    if n > 10 * entries + 1_000_000:
        raise ValueError(f"it claims {n} nodes but holds {entries} entries, so nearly all nodes would be isolated")


def read_mtx(content):
    """MatrixMarket."""
    if b"\0" in content:  # on which SciPy's reader crashes the interpreter, as on junk in a last line without an end
        raise ValueError("it holds zero bytes, so it is not text")
    content = content if content.endswith(b"\n") else content + b"\n"
    rows, columns, entries, layout, _, symmetry = io.mminfo(BytesIO(content))
    if rows != columns and symmetry != "general":  # SciPy's reader would write the mirrored entries beside its array
        raise ValueError(
            f"it claims to be {symmetry} with the shape ({rows}, {columns}), but a {symmetry} matrix is square"
        )
    shortest = 4 if layout == "coordinate" else 2  # bytes of an entry: "1 1\n", "0\n"
    if entries * shortest > 2 * len(content) + shortest:  # twice: symmetric arrays store half
        raise ValueError(f"it claims {entries} entries but has {len(content)} bytes, so it is truncated")
    check_nodes(max(rows, columns), entries)
    return io.mmread(BytesIO(content))


def read_npz(file):
    """What ``scipy.sparse.save_npz`` writes, from an open file; arrays that are not compressed stay there, mapped."""
    with checked_npz(file) as parts:
        if "shape" not in parts or "format" not in parts:
            raise ValueError(f"it holds {sorted(parts)}, and not what scipy.sparse.save_npz writes")
        entries = prod(_header(parts, "data")[0]) if "data" in parts else 0
        check_nodes(int(np.max(parts["shape"])), entries)
        if parts["format"].item() in ("csr", b"csr"):
            arrays = [_member(parts, file, name) for name in ("data", "indices", "indptr")]
            return sparse.csr_array(tuple(arrays), shape=tuple(parts["shape"].tolist()))
        file.seek(0)
        return sparse.load_npz(file)  # nobody has looked for indices out of range yet, but as_graph does


def _member(parts, file, name):
    """An array of an .npz file; where it is large and not compressed, the bytes on disk, read-only."""
    part = parts.zip.getinfo(f"{name}.npy")
    shape, fortran, dtype, before = _header(parts, part)
    plain = part.compress_type == ZIP_STORED and not fortran and not dtype.hasobject
    if part.file_size < MAPPED or not plain or isinstance(file, BytesIO):
        return parts[name]
    file.seek(part.header_offset + LENGTHS)
    begin = part.header_offset + LENGTHS + 4 + sum(unpack("<HH", file.read(4)))
    if crc32(np.memmap(file, np.uint8, "r", begin, part.file_size)) != part.CRC:
        raise ValueError(f"its array {part.filename!r} is damaged: the checksum does not fit")
    return np.asarray(np.memmap(file, dtype, "r", begin + before, shape))
