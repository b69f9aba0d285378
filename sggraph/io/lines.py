"""How a text table is laid out: what separates its cells, which lines are comments, whether it has a header.

Its first hundred lines say it. The separator is the one of tab, semicolon, comma, bar and blanks, in this order, that
splits them all into the same number of cells, of two or more, quotes respected.
"""

import csv
import re
from collections import Counter
from itertools import islice
from typing import NamedTuple

from ..graph.tables import HEAD, choose_columns, ends_by_name, look_at
from .texts import as_lines

SEPARATORS = ("\t", ";", ",", "|", None)  # None: any run of blanks
MARKS = "#%"  # begin comments
ATTACHED = re.compile(r"\s*[#%][^\s#%]")  # "#python" may be a name, "# in Python" is none
COMMA = re.compile(r"[-+]?\d+,\d+")  # a number with a decimal comma
EXCEL = re.compile(r"\ufeff?sep=.", re.IGNORECASE)  # a first line that says to Excel what separates the cells
DECIMAL = re.compile(r"\s[-+]?\d+,\d+\s*$")
# Cells without a value, which make no header of a line
MISSING = {"", "-", ".", "?", "na", "n/a", "#n/a", "<na>", "nan", "nil", "none", "null"}


class Layout(NamedTuple):
    """What the first lines of a text table say."""

    separator: str | None
    width: int
    names: list | None  # of the header, if there is one
    body: int  # the first line after header and comments
    looks: list  # of the columns
    left: int  # lines before the body that begin with # or %, yet split like edges


def table_lines(content):
    """Lines of a text table; empty the one that is for Excel alone, so that all have their numbers."""
    first, *others = as_lines(content)
    return ["" if EXCEL.fullmatch(first.strip()) else first, *others]


def as_number(text):
    """A number, also one with a decimal comma; a ValueError for other texts."""
    return float(text.replace(",", ".") if COMMA.fullmatch(text) else text)


def layout(lines, suffix, given):
    """The `Layout` of a table by its first lines; `given` are names of columns that the caller knows of."""
    plain = list(
        islice((k for k, line in enumerate(lines) if line.strip() and line.lstrip()[0] not in MARKS), HEAD + 1)
    )
    if not plain:
        raise ValueError("it holds comments only, no edges: name the columns in a header if names begin with # or %")
    separator, width = _separator([lines[k] for k in plain], suffix)
    body = (line for line in islice(lines, plain[0], None) if line.strip() and not is_comment(line, separator, width))
    rows = [cells(line, separator) for line in islice(body, HEAD + 1)]
    fits = [[_value(cell) for cell in row] for row in rows if len(row) == width]
    before = [k for k in range(plain[0]) if lines[k].strip()]
    names, body = _header_in_comment([lines[k] for k in before], separator, width), plain[0]
    if names is not None:
        before.pop()
    elif _is_header(rows[0], fits[len(rows[0]) == width :], given, width):
        names, body = [""] * (width - len(rows[0])) + rows[0], plain[0] + 1
        fits = fits[len(rows[0]) == width :]
    left = sum(ATTACHED.match(lines[k]) is not None and len(cells(lines[k], separator)) == width for k in before)
    looks = [look_at(column) for column in zip(*fits[:HEAD], strict=True)] or [look_at([])] * width
    return Layout(separator, width, names, body, looks, left)


def choice_of(found, how):
    """The columns that count in a table of the `Layout` `found`."""
    return choose_columns(found.names, found.looks, source=how.source, target=how.target, weight=how.weight)


def cells(line, separator):
    """The cells of a line; a dictionary at its end, as ``networkx.write_edgelist`` writes it, is one cell."""
    if "{" in line and line.rstrip().endswith("}"):
        return list(map(str.strip, line.split(separator, 2)))
    if '"' not in line:
        return list(map(str.strip, line.split(separator)))
    line = line.strip().replace("\t", " ") if separator is None else line
    try:
        row = next(csv.reader([line], delimiter=separator or " ", skipinitialspace=True, strict=True))
    except csv.Error:  # quotes that are letters of names
        row = line.split(separator)
    return list(map(str.strip, row))


def is_comment(line, separator, width):
    """Whether a line of the body says nothing: it begins with # or %, and does not split like its neighbours.

    Words split like edges where blanks separate cells, so there the mark of a name has no blank behind it.
    """
    if line.lstrip()[0] not in MARKS:
        return False
    return len(cells(line, separator)) != width or (separator is None and not ATTACHED.match(line))


def _separator(head, suffix):
    """The separator and the number of cells: of all lines, or else of as many as possible; the rest are told later."""
    best, most = (None, 0), 0
    for separator in SEPARATORS:
        counts = [_count(line, separator) for line in head]
        below = counts[1:] or counts
        width, same = Counter(below).most_common(1)[0]
        # the header of R's write.table lacks the column of row names
        fits = counts[0] == width or (
            counts[0] == width - 1 > 1 and ends_by_name(cells(head[0], separator)) is not None
        )
        if width > 1 and same == len(below) and fits:
            _check_decimals(head, separator)
            return separator, width
        if width > 1 and (suffix == ".tsv" and separator == "\t"):
            return separator, width
        if width > 1 and same > most:
            best, most = (separator, width), same
    if most == 0:
        return None, 0
    return best[0], _count(head[0], best[0]) if _count(head[0], best[0]) > 1 else best[1]


def _check_decimals(head, separator):
    if separator == "," and all(DECIMAL.search(line) and len(line.split()) == 3 for line in head):
        raise ValueError("its third numbers have a decimal comma: write them with a point")


def _count(line, separator):
    if "{" in line and line.rstrip().endswith("}"):  # dictionaries hold blanks and commas of their own
        line = line.split("{")[0].rstrip()
        line = line.removesuffix(separator) if separator else line
        n = len(cells(line, separator))
        return n + 1 if n > 1 else 1
    return len(cells(line, separator))


def _value(cell):
    """A number where it is one, None where it is missing."""
    if cell.lower() in MISSING:
        return None
    try:
        return as_number(cell)
    except ValueError:
        return cell


def _header_in_comment(lines, separator, width):
    """The names in the last comment before the edges, if they tell the ends: "# FromNodeId ToNodeId" of SNAP."""
    names = cells(lines[-1].lstrip(f" \t{MARKS}"), separator) if lines else []
    return names if len(names) == width and ends_by_name(names) is not None else None


def _is_header(first, below, given, width):
    """Whether the first row names the columns: by names of ends, or as words over numbers."""
    lower = {cell.lower() for cell in first}
    if any(isinstance(name, str) and name.lower() in lower for name in given):
        return True
    if any(isinstance(_value(cell), float) for cell in first):
        return False
    ends = ends_by_name(first)
    if ends is not None and (len(first) == width - 1 or max(len(first[k]) for k in ends) > 1):
        return True  # single letters may be nodes
    if len(first) != width:
        return False
    columns = list(zip(first, *below, strict=True)) if below else []
    if columns and not first[0] and all(first[1:]) and None not in columns[0][1:]:
        return True  # the column of row numbers has no name
    if width == 2 and any(cell in column for cell in first for column in below):
        return False  # two columns whose first words come again are edges: "a b", "b 7"
    return any(name.lower() not in MISSING and look_at(values).numeric for name, *values in columns)
