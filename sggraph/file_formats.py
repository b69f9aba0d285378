"""Read the bytes of a graph file into a matrix or a NetworkX graph, believing none of its claims.

Nothing is unpickled, XML with a document type is refused, compressed data must not swell without bound, and a header's
claim is checked before memory is reserved for it. NetworkX is imported by the readers that need it: it takes .07 s.
"""

import gzip
from contextlib import contextmanager
from io import BytesIO
from math import prod
from pathlib import Path
from struct import unpack
from xml.parsers import expat
from zipfile import ZIP_STORED
from zlib import crc32

import numpy as np
from numpy.lib import format as npy
from scipy import io, sparse

MAPPED = 2**24  # bytes of an array: from here on it is mapped instead of read
LENGTHS = 26  # where the local header of a zip member tells the lengths of its name and of the field behind
ZIP_MAGIC = b"PK\3\4", b"PK\5\6"  # the second begins an archive without members
LONGEST_REASON = 500  # characters: an error may quote a whole file


def as_path(path):
    """The Path of a name, or a TypeError."""
    try:
        return Path(path)
    except TypeError:
        came = f"{path!r:.100} of type {type(path).__name__}"
        raise TypeError(f"path is {came}; give the name of a file, a str or a pathlib.Path") from None


def read_bytes(path):
    """The bytes of the file `path`."""
    check_file(path)
    return Path(path).read_bytes()


def check_file(path):
    """Raise unless there is a regular file `path`."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"path is {str(path)!r}, and there is no such file")
    if not path.is_file():
        raise ValueError(f"path is {str(path)!r}, which is no regular file; give the name of a file")


@contextmanager
def naming(path, what, remedy):
    """Whatever goes wrong inside becomes a ValueError that names the file: parsers raise what they like."""
    try:
        yield
    except (MemoryError, ImportError, Warning):
        raise
    except Exception as error:
        reason = (str(error) or type(error).__name__).rstrip(".")
        reason = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}..."
        raise ValueError(f"path is {str(path)!r}, which cannot be read as {what}: {reason}. {remedy}") from error


def as_text(content):
    """Text of bytes in UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ValueError("it is UTF-16 text; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no UTF-8 text: byte {error.start + 1} is {content[error.start]:#x}") from None


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


def _check_nodes(n, entries):
    if n > 10 * entries + 1_000_000:
        raise ValueError(f"it claims {n} nodes but holds {entries} entries, so nearly all nodes would be isolated")


def read_mtx(content):
    """MatrixMarket."""
    if b"\0" in content:  # on which SciPy's reader crashes the interpreter, as on junk in a last line without an end
        raise ValueError("it holds zero bytes, so it is no text")
    content = content if content.endswith(b"\n") else content + b"\n"
    rows, columns, entries, layout, _, symmetry = io.mminfo(BytesIO(content))
    if rows != columns and symmetry != "general":  # SciPy's reader would write the mirrored entries beside its array
        raise ValueError(
            f"it claims to be {symmetry} with the shape ({rows}, {columns}); a {symmetry} matrix is square"
        )
    shortest = 4 if layout == "coordinate" else 2  # bytes of an entry: "1 1\n", "0\n"
    if entries * shortest > 2 * len(content) + shortest:  # twice: symmetric arrays store half
        raise ValueError(f"it claims {entries} entries but has {len(content)} bytes, so it is truncated")
    _check_nodes(max(rows, columns), entries)
    return io.mmread(BytesIO(content))


def read_npz(file):
    """What ``scipy.sparse.save_npz`` writes, from an open file; arrays that are not compressed stay there, mapped."""
    with checked_npz(file) as parts:
        if "shape" not in parts or "format" not in parts:
            raise ValueError(f"it holds {sorted(parts)}, which is not what scipy.sparse.save_npz writes")
        entries = prod(_header(parts, "data")[0]) if "data" in parts else 0
        _check_nodes(int(np.max(parts["shape"])), entries)
        if parts["format"].item() in ("csr", b"csr"):
            arrays = [_member(parts, file, name) for name in ("data", "indices", "indptr")]
            return sparse.csr_array(tuple(arrays), shape=tuple(parts["shape"].tolist()))
        file.seek(0)
        return sparse.load_npz(file)  # nobody has looked for indices out of range yet, but as_graph does


@contextmanager
def checked_npz(file):
    """The arrays of an .npz file that is open, none of which claims more than there is."""
    magic = file.read(len(npy.MAGIC_PREFIX))
    file.seek(0)
    if magic == npy.MAGIC_PREFIX:
        raise ValueError("it is a single array (.npy), not several (.npz)")
    if not magic.startswith(ZIP_MAGIC):  # NumPy would take it for a pickle, and say how to load one
        raise ValueError("it is no .npz file, which is a zip archive")
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


def read_graphml(content):
    """GraphML, by NetworkX."""
    from networkx import read_graphml

    return read_graphml(_plain_xml(content))


def read_gexf(content):
    """GEXF, by NetworkX."""
    from networkx import read_gexf

    return read_gexf(_plain_xml(content))


def _plain_xml(content):
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(content, True)
    return BytesIO(content)


def _refuse_doctype(*_):
    raise ValueError("it has a DOCTYPE, whose entities could expand without bound; delete the <!DOCTYPE ...> part")


def read_gml(content):
    """GML, by NetworkX."""
    from networkx import NetworkXError, read_gml

    try:
        return read_gml(BytesIO(content))
    except NetworkXError as error:
        if "label" not in str(error):
            raise
        return read_gml(BytesIO(content), label="id")  # many public GML files name nodes by id only
