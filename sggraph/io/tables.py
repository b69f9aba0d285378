"""Embeddings as tables: .csv, .tsv and .parquet, with the columns node, x[, y[, z]][, label].

A spreadsheet takes a cell that begins with = + - @ for a formula and runs it, so in .csv and .tsv such names get an
apostrophe in front; it is taken off again on reading.
"""

import csv
import io
import re

import numpy as np

from ..runtime.checks import is_missing, shown
from .saved import SavedEmbedding
from .texts import as_text

FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE)
FORMS = {int: (str,), float: (repr, "{:.9g}".format, "{:.17g}".format)}  # of numbers; the last prints 2.0 as 2
DECIMAL = re.compile(r"-?((0|[1-9]\d*)(\.\d+)?|\.\d+)")  # 0.50, not 007
SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character, which UTF-8 cannot hold
AXES = "xyz"
PARQUET_REMEDY = 'needs pandas and an engine for it: pip install "sggraph[parquet]"'


def write_csv(path, saved, graph, delimiter=","):
    """Text with a row for each node."""
    write_text_columns(path, _columns_of(saved), delimiter)


def write_text_columns(path, columns, delimiter):
    """Text of columns by name; numbers of those that are AXES with 9 digits, which are all of float32."""
    texts = {}
    for name, items in columns.items():
        if name in AXES:
            texts[name] = [f"{value:.9g}" for value in items]
        else:
            texts[name] = ["" if item is None and name == "label" else escaped(item) for item in items]
            _check_texts(texts[name], f"{name}s", csv.field_size_limit())
    # before Python 3.13 the csv module leaves a lone carriage return unquoted, which no reader survives
    awkward = any("\r" in text for name in texts if name not in AXES for text in texts[name])
    with open(path, "x", encoding="utf-8", newline="") as file:
        quoting = csv.QUOTE_ALL if awkward else csv.QUOTE_MINIMAL
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=quoting)
        writer.writerow(texts)
        writer.writerows(zip(*texts.values(), strict=True))


def _columns_of(saved):
    """Columns by name of a SavedEmbedding."""
    Y = saved.coordinates
    columns = {"node": saved.nodes} | {AXES[k]: Y[:, k].tolist() for k in range(Y.shape[1])}
    return columns if saved.labels is None else columns | {"label": saved.labels}


def write_tsv(path, saved, graph):
    """The same, parted by tabs."""
    write_csv(path, saved, graph, delimiter="\t")


def write_parquet(path, saved, graph):
    """Parquet, by pandas; names of more than one type become text."""
    columns = _columns_of(saved) | {AXES[k]: column for k, column in enumerate(saved.coordinates.T)}
    write_parquet_columns(path, columns)


def write_parquet_columns(path, columns):
    """The same of columns by name."""
    frame = _pandas().DataFrame()
    for name, items in columns.items():
        frame[name] = items if name in AXES else _as_column(items, f"{name}s")
    _to_parquet(frame, path)


def check_parquet():
    """Raise an ImportError unless Parquet can be written."""
    _to_parquet(_pandas().DataFrame({"node": [0]}), io.BytesIO())


def read_csv(content, delimiter=","):
    """The SavedEmbedding in the bytes of a table, parted by semicolons if its first line is, as spreadsheets write it
    where a comma is the decimal sign.
    """
    text = as_text(content)
    first = text.partition("\n")[0]
    if ";" in first and delimiter not in first:
        delimiter = ";"
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = [name.strip().lower() for name in next(rows, [])]
    axes = [header.index(name) for name in AXES if name in header]
    if "node" not in header or not axes:
        raise ValueError(f"its first line is {delimiter.join(header)!r:.200} where it needs node, x[, y[, z]][, label]")
    table = []
    for row in rows:
        if len(row) != len(header):
            if row:
                raise ValueError(f"line {rows.line_num} has {len(row)} columns where it needs {len(header)}")
            continue
        table.append(row)
        try:
            for k in axes:
                row[k] = float(row[k].replace(",", ".") if delimiter == ";" else row[k])
        except ValueError:
            raise ValueError(
                f"line {rows.line_num} has the coordinate {shown(row[k])}, which is not a number"
            ) from None
    columns = list(zip(*table, strict=True)) or [()] * len(header)
    Y = np.array([columns[k] for k in axes], float).T
    labels = with_gaps(map(unescaped, columns[header.index("label")])) if "label" in header else None
    return SavedEmbedding(Y, as_numbers(map(unescaped, columns[header.index("node")])), labels)


def read_tsv(content):
    """The same, parted by tabs."""
    return read_csv(content, "\t")


def frame_of_parquet(content):
    """The frame of pandas in the bytes of a Parquet file."""
    try:
        return _pandas().read_parquet(io.BytesIO(content))
    except ImportError as error:
        raise ImportError(f".parquet {PARQUET_REMEDY}") from error


def files_of_parquet(path):
    """The Parquet files that a path names: itself, or those in a folder, by their names."""
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*.parquet") if file.is_file())
    if not found:
        raise ValueError("the folder has no .parquet files")
    return found


def frame_of_folder(path):
    """The frame of pandas of all Parquet files in a folder, one below the other."""
    frames = [frame_of_parquet(file.read_bytes()) for file in files_of_parquet(path)]
    return _pandas().concat(frames, ignore_index=True)


def read_parquet(content):
    """The SavedEmbedding in the bytes of a Parquet file."""
    frame = frame_of_parquet(content)
    axes = [name for name in AXES if name in frame]
    if "node" not in frame or not axes:
        raise ValueError(f"its columns are {list(frame)} where it needs node, x[, y[, z]][, label]")
    nodes, labels = (
        [None if is_missing(item) else item for item in frame[name].tolist()] if name in frame else None
        for name in ("node", "label")
    )
    return SavedEmbedding(frame[axes].to_numpy(), nodes, labels)


def escaped(item):
    """A name as text that no spreadsheet runs; numbers stay as they are."""
    text = str(item)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def unescaped(text):
    """Undo `escaped`."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def with_gaps(texts):
    """Labels, None where there is none: as `as_numbers`, and numbers, too, if all are decimals that stay different."""
    texts = list(texts)
    present = as_numbers(filter(None, texts))
    if all(isinstance(label, str) and DECIMAL.fullmatch(label) for label in present):
        numbers = list(map(float, present))
        present = numbers if len(set(numbers)) == len(set(present)) else present
    labels = iter(present)
    return [next(labels) if text else None for text in texts]


def as_numbers(texts):
    """Integers, or else numbers, if all texts are what they print and none become equal; else the texts.

    "007", "1.10", "1_0" and "1e5" are names, and so are "nan" and "inf" where there is nothing else.
    """
    texts = list(texts)
    for kind, forms in FORMS.items():
        try:
            numbers = list(map(kind, texts))
        except ValueError:
            continue
        printed = all(text in [form(number) for form in forms] for text, number in zip(texts, numbers, strict=True))
        alike = len(set(map(str, numbers))) < len(set(texts))
        if printed and not alike and any(abs(number) < np.inf for number in numbers):
            return numbers
    return texts


def _pandas():
    try:
        import pandas
    except ImportError as error:
        raise ImportError(f".parquet {PARQUET_REMEDY}") from error
    return pandas


def _to_parquet(frame, file):
    try:
        frame.to_parquet(file, index=False)
    except ImportError as error:
        raise ImportError(f".parquet {PARQUET_REMEDY}") from error


def _as_column(items, name):
    """Items of one type as a column of it, others as text; None stays None."""
    items = [item.item() if isinstance(item, np.generic) and item.dtype.kind in "biuf" else item for item in items]
    present = [item for item in items if item is not None]
    kinds = set(map(type, present))
    if kinds == {int}:
        for dtype in ("Int64", "UInt64"):  # which have gaps
            if np.iinfo(dtype.lower()).min <= min(present) and max(present) <= np.iinfo(dtype.lower()).max:
                return items if len(present) == len(items) else _pandas().array(items, dtype=dtype)
    elif len(kinds) == 1 and kinds <= {float, bool}:
        return items
    texts = [None if item is None else str(item) for item in items]
    _check_texts(filter(None, texts), name)
    return texts


def _check_texts(texts, name, longest=np.inf):
    """Raise a ValueError unless a table can hold the texts."""
    for text in texts:
        if SURROGATE.search(text):
            raise ValueError(f"{name} holds {shown(text)}, which UTF-8 cannot keep: rename it")
        if len(text) > longest:
            raise ValueError(
                f"{name} holds {text!r:.30}... of {len(text)} characters, more than the {longest} that the csv module "
                "reads: shorten it, or write another format"
            )
