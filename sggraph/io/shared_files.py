"""Files of graphs of which each of several ranks reads a part: Parquet by rows, .npz by entries, MatrixMarket by bytes.

What is read is what graph_files.py reads, and comes to the same graph. Edges are named by whole numbers, which become
rows in the order of their first appearance: each number has a rank that knows of it, and tells the others.
"""

import re
from io import BytesIO
from itertools import accumulate, pairwise
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import io

from ..core.engine.talk import agree, everyones, on_first
from ..graph.arcs import GraphWarning, Reading, as_weights
from ..graph.frames import MISSING
from ..graph.shared import Entries, wrong_of
from ..graph.tables import HEAD, choose_columns, ends_by_name, look_at
from ..runtime.warn import warn
from .graph_files import format_of_graph
from .matrix_files import check_nodes
from .safe import _header, as_path, checked_npz, naming
from .tables import files_of_parquet

CHUNK = 2**20  # bytes, or rows, that are read at a time
HASH = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits without a pattern
SPARSE = {"csr": 0, "csc": 1}  # which axis is compressed
EMPTY = re.compile(rb"^[ \t\r]*\n", re.MULTILINE)  # lines
REMEDY = "Correct it, or read it in one process"


def shared_reader(path, *, weight, source=None, target=None, bipartite=False, format=None):
    """What reads a part of the file on each rank (None: nothing does), and why not. Looks at the head of the file."""
    path = as_path(path)
    kind, how = format_of_graph(path, format), Reading(weight, source, target, bipartite)
    if bipartite:
        return None, "it has two kinds of nodes"
    if path.suffix.lower() == ".gz":
        return None, "it is compressed as a whole"
    if kind not in READERS or not path.exists():
        return None, f"a .{kind} file has no parts"
    with naming(path, f"a .{kind} graph", REMEDY):
        return READERS[kind](path, how)


class OfParquet(NamedTuple):
    """Rows of a Parquet file, or of all in a folder: positions of the columns that count, which are named."""

    path: Path
    columns: tuple
    note: str

    @classmethod
    def opened(cls, path, how):
        """It, and why not."""
        try:
            from pyarrow import parquet, types
        except ImportError:
            return None, "pyarrow, which reads it in parts, is not there"
        file = parquet.ParquetFile(files_of_parquet(path)[0])
        names, schema = list(file.schema_arrow.names), file.schema_arrow
        index = (schema.pandas_metadata or {}).get("index_columns", [])
        if any(isinstance(each, str) for each in index) or len(set(names)) < len(names):
            return None, "its rows have names, or several columns the same one"
        head = next(file.iter_batches(HEAD), None)
        looks = [look_at([] if head is None else head.column(k).to_pylist()) for k in range(len(names))]
        if how.source is None and how.target is None and not looks[0].numeric and ends_by_name(names) is None:
            return None, "it may be a matrix"
        choice = choose_columns(names, looks, source=how.source, target=how.target, weight=how.weight)
        columns = choice.source, choice.target, choice.weight
        kinds = [schema.field(k).type for k in columns if k is not None]
        if not all(types.is_integer(kind) and not types.is_uint64(kind) for kind in kinds[:2]):
            return None, "its nodes are not called by whole numbers: number them 0, 1, 2, ..."
        if not all(types.is_integer(kind) or types.is_floating(kind) for kind in kinds[2:]):
            return None, "its weights are not numbers"
        return cls(path, tuple(None if k is None else names[k] for k in columns), choice.note), None

    def entries(self, workers):
        """The Entries of this rank."""
        comm, error, found = workers.comm, None, None
        try:
            with naming(self.path, "a .parquet graph", REMEDY):
                begin, found = self._read(comm.rank, comm.size)
        except (ValueError, ImportError) as wrong:
            error = wrong
        agree(comm, error)
        row, col, weights = found
        agree(comm, wrong_of(comm, weights, lambda k: (row[k], col[k])))
        if self.note and comm.rank == 0:
            warn(f"graph: {self.note}", GraphWarning)
        row, col, names, n = numbered(comm, row, col, begin)
        agree(comm, ValueError("graph has no nodes: give a graph with at least one") if n == 0 else None)
        return Entries(row, col, weights, n, undirected=True, names=names)

    def _read(self, rank, size):
        """The first of the rows of a rank, and both ends and weights of these."""
        from pyarrow import parquet

        files = [parquet.ParquetFile(path) for path in files_of_parquet(self.path)]
        groups = [(file, g) for file in files for g in range(file.metadata.num_row_groups)]
        lengths = [file.metadata.row_group(g).num_rows for file, g in groups]
        total = sum(lengths)
        begin, end = total * rank // size, total * (rank + 1) // size
        row, col = np.empty((2, end - begin), np.int64)
        weights = np.ones(end - begin)
        for (file, g), first, length in zip(groups, accumulate(lengths, initial=0), lengths, strict=False):
            if first >= end or first + length <= begin:
                continue
            for batch in file.iter_batches(CHUNK, row_groups=[g], columns=[name for name in self.columns if name]):
                low, high = max(first, begin), min(first + len(batch), end)
                if low < high:
                    self._take(batch.slice(low - first, high - low), row, col, weights, low - begin)
                first += len(batch)
        return begin, (row, col, weights)

    def _take(self, batch, row, col, weights, at):
        """Write a batch of rows to the arrays."""
        place, columns = slice(at, at + len(batch)), dict(zip(batch.schema.names, batch.columns, strict=True))
        source, target, weight = self.columns
        if columns[source].null_count or columns[target].null_count:
            raise ValueError(MISSING.format([source, target]))
        row[place] = columns[source].to_numpy(zero_copy_only=False)
        col[place] = columns[target].to_numpy(zero_copy_only=False)
        if weight is not None:
            weights[place] = columns[weight].to_numpy(zero_copy_only=False)


def numbered(comm, row, col, begin):
    """Rows in place of names, which are whole numbers, and on rank 0 the names; and how many there are. Edges begin
    with number `begin` on this rank: rows follow the first appearance of names.
    """
    ends = np.empty(2 * len(row), np.int64)
    ends[::2], ends[1::2] = row, col
    distinct, first, places = np.unique(ends, return_index=True, return_inverse=True)
    del ends
    places = places.ravel().astype(np.int32)
    owner = ((distinct.view(np.uint64) * HASH) >> np.uint64(33)) % np.uint64(comm.size)
    order = np.argsort(owner, kind="stable")
    spans = [*pairwise(np.searchsorted(owner[order], range(comm.size + 1)))]
    told = np.column_stack([distinct, first + 2 * begin])[order]
    asked = comm.exchange([told[a:b] for a, b in spans])
    known = np.concatenate(asked)
    known = known[np.lexsort((known[:, 1], known[:, 0]))]
    known = known[np.r_[True, known[1:, 0] != known[:-1, 0]]] if len(known) else known
    counts = everyones(comm, len(known))
    names, numbers = _by_appearance(comm, known, counts)
    answers = comm.exchange([numbers[np.searchsorted(known[:, 0], part[:, 0])] for part in asked])
    number = np.empty(len(distinct), np.int32)
    number[order] = np.concatenate(answers)
    return number[places[::2]], number[places[1::2]], names, int(counts.sum())


def _by_appearance(comm, known, counts):
    """On rank 0 all names in the order of their first appearance; and for each name that this rank knows its number."""
    every = on_first(comm, known)
    order = np.argsort(every[:, 1])
    numbers = np.empty(len(every), np.int32)
    numbers[order] = np.arange(len(every), dtype=np.int32)
    cuts = [0, *accumulate(counts.tolist())] if comm.rank == 0 else [0] * (comm.size + 1)
    mine = comm.exchange([numbers[a:b] for a, b in pairwise(cuts)])[0]
    return every[order, 0].tolist() if comm.rank == 0 else None, np.array(mine)


class OfNpz(NamedTuple):
    """Entries of a sparse matrix of SciPy, compressed by rows or columns, or as coordinates."""

    path: Path
    kind: str
    n: int
    is_plain: bool

    @classmethod
    def opened(cls, path, how):
        """It, and why not."""
        with open(path, "rb") as file, checked_npz(file) as parts:
            if "shape" not in parts or "format" not in parts:
                return None, "it is no matrix"
            found = parts["format"].item()
            kind, shape = found.decode() if isinstance(found, bytes) else found, parts["shape"].tolist()
            if (kind not in SPARSE and kind != "coo") or len(shape) != 2 or shape[0] != shape[1]:
                return None, "it is not square, or neither csr, csc nor coo"
            check_nodes(int(max(shape)), prod(_header(parts, "data")[0]))
            return cls(path, kind, int(shape[0]), how.weight is None), None

    def entries(self, workers):
        """The Entries of this rank."""
        comm, error, found = workers.comm, None, None
        try:
            with naming(self.path, "a .npz graph", REMEDY), open(self.path, "rb") as file, checked_npz(file) as parts:
                found = self._read(parts, comm.rank, comm.size)
        except (ValueError, TypeError) as wrong:
            error = wrong
        agree(comm, error)
        return Entries(*found, self.n, alike=self.is_plain)

    def _read(self, parts, rank, size):
        total = prod(_header(parts, "data")[0])
        begin, end = total * rank // size, total * (rank + 1) // size
        weights = as_weights(stretch(parts, "data", begin, end))
        if self.kind == "coo":
            ends = [stretch(parts, name, begin, end) for name in ("row", "col")]
        else:
            indptr = parts["indptr"]
            if len(indptr) != self.n + 1 or indptr[0] != 0 or indptr[-1] != total or (np.diff(indptr) < 0).any():
                raise ValueError("its indptr does not fit its entries")
            sizes = np.diff(np.clip(indptr, begin, end))
            ends = [np.repeat(np.arange(self.n, dtype=np.int32), sizes), stretch(parts, "indices", begin, end)]
            ends = ends[:: -1 if SPARSE[self.kind] else 1]
        for each in ends:
            if len(each) and (each.dtype.kind not in "iu" or each.min() < 0 or each.max() >= self.n):
                raise ValueError(f"it has entries in rows or columns that are none of {self.n}")
        return [each.astype(np.int32, copy=False) for each in ends] + [weights]


def stretch(parts, name, begin, end):
    """Some of an array of an .npz file, read as far as that; to its end, where the checksum is looked at, if it is the
    last part.
    """
    shape, _, dtype, before = _header(parts, name)
    if len(shape) != 1 or dtype.hasobject:
        raise ValueError(f"its array {name!r} is no row of numbers")
    found = np.empty(end - begin, dtype)
    view, at = memoryview(found).cast("B") if len(found) else memoryview(b""), 0
    with parts.zip.open(f"{name}.npy") as member:
        skipped = before + begin * dtype.itemsize
        while skipped > 0 and (some := member.read(min(skipped, CHUNK))):
            skipped -= len(some)
        while at < len(view) and (some := member.read(min(len(view) - at, CHUNK))):
            view[at : at + len(some)] = some
            at += len(some)
        while end == shape[0] and member.read(CHUNK):
            pass
    return found


class OfMtx(NamedTuple):
    """Lines of a MatrixMarket file: what stands before them, where they begin, how many there are."""

    path: Path
    n: int
    n_entries: int
    field: str
    symmetry: str
    body: int
    is_plain: bool

    @classmethod
    def opened(cls, path, how):
        """It, and why not."""
        rows, columns, n_entries, layout, field, symmetry = io.mminfo(path)
        if layout != "coordinate" or field == "complex" or rows != columns:
            return None, "it is not square, or neither sparse nor of real numbers"
        check_nodes(rows, n_entries)
        with open(path, "rb") as file:
            while (line := file.readline()).startswith(b"%") or (line and not line.strip()):
                pass
            return cls(path, rows, n_entries, field, symmetry, file.tell(), how.weight is None), None

    def entries(self, workers):
        """The Entries of this rank."""
        comm, error, count = workers.comm, None, 0
        try:
            with naming(self.path, "a .mtx graph", REMEDY):
                row, col, weights = self._read(comm.rank, comm.size)
                count = len(row)
        except (ValueError, TypeError) as wrong:
            error = wrong
        agree(comm, error)
        total = int(everyones(comm, count).sum())
        if total != self.n_entries:
            claimed = f"it claims {self.n_entries} entries but has {total}, so it is truncated or damaged"
            raise ValueError(f"path={str(self.path)!r} cannot be read as a .mtx graph: {claimed}. {REMEDY}")
        if self.symmetry != "general":
            mirrored = row != col
            sign = -1 if self.symmetry == "skew-symmetric" else 1
            weights = np.concatenate([weights, sign * weights[mirrored]])
            row, col = np.concatenate([row, col[mirrored]]), np.concatenate([col, row[mirrored]])
        return Entries(row, col, weights, self.n, alike=self.is_plain)

    def _read(self, rank, size):
        """Rows, columns and weights of the lines that begin in the stretch of a rank."""
        length = self.path.stat().st_size - self.body
        begin, end = (self.body + length * r // size for r in (rank, rank + 1))
        with open(self.path, "rb") as file:
            content = _lines(file, begin, end, self.body)
        if b"\0" in content:
            raise ValueError("it holds zero bytes, so it is not text")
        count = content.count(b"\n") - len(EMPTY.findall(content))
        if count == 0:
            return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)
        head = f"%%MatrixMarket matrix coordinate {self.field} general\n{self.n} {self.n} {count}\n".encode()
        coo = io.mmread(BytesIO(head + content))
        return coo.row.astype(np.int32), coo.col.astype(np.int32), as_weights(coo.data)


def _lines(file, begin, end, body):
    """The lines of a file that begin from `begin` on, before `end`."""
    if begin > body:
        file.seek(begin - 1)
        file.readline()
    else:
        file.seek(begin)
    at = file.tell()
    if at >= end:
        return b""
    content = file.read(end - at)
    if not content.endswith(b"\n"):
        content += file.readline()
    return content if content.endswith(b"\n") else content + b"\n"


READERS = {"parquet": OfParquet.opened, "npz": OfNpz.opened, "mtx": OfMtx.opened}
