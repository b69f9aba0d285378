"""Data frames become ``Arcs``: tables of edges, and matrices whose rows and columns have names.

pandas, polars, pyarrow and whatever else narwhals takes, by the rules of tables.py. A frame without an index, or read
from a file, is a matrix where its first column holds the names of the others.
"""

import numpy as np

from ..runtime.checks import is_missing
from ..runtime.warn import warn
from .arcs import GraphWarning, arcs_of_labels, as_weights, kept_apart, no_number
from .matrices import arcs_of_dense
from .tables import HEAD, choose_columns, ends_by_name, is_bare, is_numeral, look_at

MISSING = "graph has missing values in its columns {}: drop those rows first"
COLUMNS = (
    "columns",
    "column_names",
    "__narwhals_dataframe__",
)  # asked of the type: lazy frames warn


def opened(frame):
    """A frame of narwhals, None of what is none."""
    if isinstance(frame, type) or not any(hasattr(type(frame), name) for name in COLUMNS):
        return None
    import narwhals

    try:
        table = narwhals.from_native(frame, pass_through=True)
        if table is frame and hasattr(frame, "__arrow_c_stream__"):  # a RecordBatch
            table = narwhals.from_arrow(frame, backend="pyarrow")
        table = table.collect() if isinstance(table, narwhals.LazyFrame) else table
    except narwhals.exceptions.DuplicateError as error:
        raise ValueError("graph has several columns of the same name: rename them") from error
    return table if isinstance(table, narwhals.DataFrame) else None


def with_index(frame):
    """A frame of pandas whose index holds an end of the edges with this index as columns, others as they are.

    A Series over pairs of nodes, as ``groupby(["source", "target"]).size()`` makes it, becomes such a frame.
    """
    index = getattr(frame, "index", None)
    if not hasattr(index, "names") or isinstance(frame, type):
        return frame
    if hasattr(frame, "to_frame") and len(index.names) == 2:
        return frame.reset_index(name="weight" if frame.name is None else frame.name)
    inside = [name for name in index.names if name is not None]
    named = inside and hasattr(frame, "iloc") and hasattr(frame, "columns")
    return frame.reset_index() if named and ends_by_name([*inside, *frame.columns]) is not None else frame


def arcs_of_frame(frame, table, how):
    """Arcs of the `frame` that narwhals opened as `table`."""
    names, index = list(table.columns), list(frame.index) if hasattr(frame, "iloc") else []
    columns = list(table.iter_columns())
    looks = [look_at(column.head(HEAD).to_list()) for column in columns]
    if how.source is None and how.target is None:
        if is_square(names, index):
            return arcs_of_matrix(names, _lists(columns), index, how)
        labelled = bool(index) and isinstance(index[0], str) and all(look.numeric for look in looks)
        if labelled and not how.bipartite:
            raise ValueError(
                f"graph is a table of numbers with the rows {index[0]!r}, ... and the columns {names[0]!r}, ...: give "
                "bipartite=True where these are two kinds of nodes, source= and target= where rows are edges, or for "
                "features point_cloud_to_graph(graph)"
            )
        if labelled or (how.bipartite and len(names) > 3 and index and is_bare(names)):
            return arcs_of_matrix(names, _lists(columns), index, how)
        if is_matrix(names, looks, columns[0] if columns else [], how):
            return arcs_of_matrix(names[1:], _lists(columns[1:]), columns[0].to_list(), how)
    choice = choose_columns(names, looks, source=how.source, target=how.target, weight=how.weight)
    if choice.note:
        warn(f"graph: {choice.note}", GraphWarning)
    weights = None if choice.weight is None else _numbers(columns[choice.weight].to_list())
    arcs = arcs_of_labels(*_lists([columns[choice.source], columns[choice.target]]), weights)
    if {*map(type, arcs.nodes)} - {int, str} and any(map(is_missing, arcs.nodes)):
        called = [names[choice.source], names[choice.target]]
        raise ValueError(MISSING.format(called))
    return kept_apart(arcs) if how.bipartite else arcs


def is_square(names, index):
    """Whether rows and columns have the same names, in any order; a ValueError where these may be places of edges."""
    if len(index) != len(names) or len(set(index)) != len(index) or set(index) != set(names):
        return False
    if len(names) in (2, 3) and index == list(range(len(index))):
        raise ValueError(
            f"graph is a table of {len(names)} x {len(names)} numbers without names, a matrix or edges: give its "
            "to_numpy() for a matrix, or call its columns source, target[, weight]"
        )
    return True


def is_matrix(names, looks, first, how):
    """Whether the first column names the rows of a matrix: as the others are called, or those of two kinds of nodes."""
    if how.source is not None or how.target is not None or len(names) < 2 or looks[0].numeric or is_bare(names):
        return False
    if not all(look.numeric for look in looks[1:]) or ends_by_name(names) is not None:
        return False
    same = len(first) == len(names) - 1 and sorted(map(str, first)) == sorted(map(str, names[1:]))
    return how.bipartite or same


def arcs_of_matrix(names, columns, index, how):
    """Arcs of a matrix whose columns are called `names`, and its rows `index`."""
    values = np.column_stack([as_weights(column) for column in columns])
    if how.bipartite:
        return arcs_of_dense(values, how, (index, names))
    place = {str(name): k for k, name in enumerate(names)}
    return arcs_of_dense(values[:, [place[str(name)] for name in index]], how, list(index))


def _numbers(values):
    """Texts as the numbers that they are, as in a file; other values as they stand."""
    if not all(isinstance(value, str) for value in values):
        return values
    odd = next((value for value in values if not is_numeral(value)), None)
    if odd is not None:
        raise no_number("graph", odd)
    return list(map(float, values))


def _lists(columns):
    return [column.to_list() for column in columns]
