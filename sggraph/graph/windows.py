"""`graph_windows`: edges that have a time, cut into one graph for each span of it."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

import numpy as np

from ..core.types import Direction, Float, Weight
from ..runtime.checks import is_missing, refused, shown
from ..runtime.warn import warn
from .adjacency import Graph, GraphLike, as_graph
from .arcs import GraphWarning
from .attributes import edge_attributes, edges_of, one_of
from .frames import opened

Span: TypeAlias = Float | timedelta | np.timedelta64 | str

FORMS = "a table of edges, or a NetworkX or igraph graph whose edges have it as an attribute"
SPAN = "a span of time above 0: a number, where times are numbers, a timedelta or text as '7d', where they are dates"
TEXT = re.compile(r"(\d+(?:\.\d+)?)\s*(w|d|h|min|s)")
UNITS = {"w": "weeks", "d": "days", "h": "hours", "min": "minutes", "s": "seconds"}
MOST = 10_000  # graphs: a window of seconds in years is a mistake


def graph_windows(
    edges: GraphLike,
    time: Hashable,
    *,
    window: Span | Literal["all"] | None = None,
    step: Span | None = None,
    weight: Weight = "weight",
    direction: Direction = "auto",
    source: Hashable = None,
    target: Hashable = None,
) -> dict[Any, Graph]:
    """Cut edges that have a time into one graph for each window of time.

    Parameters
    ----------
    edges : graph-like
        A table of edges (pandas, polars, pyarrow), or a NetworkX or igraph graph, with parallel edges or without.
    time : hashable
        Name of the column, or of the attribute of the edges, that holds the time: numbers, such as years or seconds,
        dates, or texts of dates (ISO 8601). Edges without one are left out, and told.
    window : number, timedelta, text, "all" or None, default None
        How long a window is, its end not included; the first begins with the first edge. Of dates also text: "2w",
        "7d", "12h", "30min", "10s". None: each time that occurs has a graph of its own. "all": everything up to a
        time, for edges that stay once they are there, such as citations; the times are those that occur, or with `step`
        the ends of steps.
    step : number, timedelta or text, optional
        From the begin of a window to that of the next: less than `window` for windows that overlap, which make smooth
        sequences. None: as long as the window.
    weight, direction, source, target : optional
        As in `as_graph`.

    Returns
    -------
    dict
        Graph by the begin of its window ("all": by its end), in order. Nodes are those that have an edge in it.

    Raises
    ------
    ValueError
        No such times; times that are neither numbers nor dates; a window or step of another kind than the times, not
        above 0, or so short that there would be more than 10,000 windows.

    Warns
    -----
    GraphWarning
        Once each, with their number, where edges have no time, and where windows hold no edge: those are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import sggraph as sg
    >>> letters = pd.DataFrame({"from": list("aabc"), "to": list("bccd"), "year": [1901, 1901, 1902, 1904]})
    >>> [(year, G.nodes) for year, G in sg.graph_windows(letters, "year").items()]
    [(1901, ['a', 'b', 'c']), (1902, ['b', 'c']), (1904, ['c', 'd'])]
    >>> [(year, len(G.nodes)) for year, G in sg.graph_windows(letters, "year", window=2).items()]
    [(1901, 3), (1903, 2)]
    """
    values, chosen = _timed(edges, time)
    times, given, known = as_times(values, time)
    if not known.all():
        n_left_out, n = np.count_nonzero(~known), len(known)
        warn(f"graph has edges without a time {time!r}, {n_left_out:,} of {n:,}: they are left out", GraphWarning)
    how = {"weight": weight, "direction": direction, "source": source, "target": target}
    found, n_empty = {}, 0
    for key, low, high in _windows(times[known], given, window, step):
        rows = np.flatnonzero(known & (times >= low) & (times < high))
        if len(rows) == 0:
            n_empty += 1
            continue
        found[key] = as_graph(chosen(rows), **how)
    if n_empty:
        warn(f"graph has no edge in {n_empty:,} of {n_empty + len(found):,} windows: they are left out", GraphWarning)
    return found


def _timed(edges, time):
    """The time of each edge, and a function of some of their rows that is a graph of these edges."""
    table = opened(edges)
    if table is not None:
        if time not in table.columns:
            raise refused("time", time, f"a column of the table, {one_of(list(table.columns))}")
        values, others = table[time].to_list(), table.drop(time)
        return values, lambda rows: others[rows.tolist()].to_native()
    names = edge_attributes(edges)
    if names is None:
        raise ValueError(f"edges is a {type(edges).__name__}, of which no times are known: give {FORMS}")
    if time not in names:
        raise refused("time", time, f"an attribute of the edges, {one_of(names)}")
    keys = edges_of(edges)
    if hasattr(edges, "get_edgelist"):
        return edges.es[time], lambda rows: edges.subgraph_edges(rows.tolist())
    values = [held.get(time) for *_, held in edges.edges(data=True)]
    return values, lambda rows: edges.edge_subgraph([keys[r] for r in rows])


def as_times(values, name):
    """Times as numbers (dates: microseconds), those that the caller gave, and which are known."""
    known = np.array([not is_missing(value) for value in values], bool)
    some = [value for value, is_known in zip(values, known, strict=True) if is_known]
    if not some:
        raise ValueError(f"no edge has a time {name!r}: give the column or attribute that holds it")
    times = np.full(len(values), np.nan)
    if all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in some):
        times[known] = some
    else:
        times[known] = _as_dates(some, name).astype(np.int64)
    if np.isinf(times).any():
        raise ValueError(f"time {name!r} holds infinity: give finite times, or leave these edges out")
    return times, dict(zip(times[known].tolist(), some, strict=True)), known


def _as_dates(values, name):
    """Dates as datetime64 in microseconds."""
    try:
        return np.array([np.datetime64(_in_utc(value), "us") for value in values])
    except (TypeError, ValueError):
        odd = shown(next(value for value in values if not _is_date(value)))
        raise ValueError(f"time {name!r} holds {odd}: give numbers, dates, or texts such as '2024-05-31'") from None


def _in_utc(value):
    """A moment that names its zone in UTC, which it then leaves out; all else as it is."""
    is_zoned = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(UTC).replace(tzinfo=None) if is_zoned else value


def _is_date(value):
    try:
        np.datetime64(_in_utc(value), "us")
    except (TypeError, ValueError):
        return False
    return True


def _windows(times, given, window, step):
    """(key, begin, end) of each window, the end not included."""
    is_dated = not isinstance(next(iter(given.values())), (int, float, np.number))
    first, last = times.min(), times.max()
    after = np.nextafter(last, np.inf)
    if window is None and step is None:
        return [(given[time], time, np.nextafter(time, np.inf)) for time in np.unique(times).tolist()]
    if isinstance(window, str) and window == "all":
        if step is None:
            return [(given[time], first, np.nextafter(time, np.inf)) for time in np.unique(times).tolist()]
        pace = _as_span("step", step, is_dated)
        ends = first + pace * np.arange(1, _count((after - first) / pace) + 1)
        return [(_key(end, is_dated, given), first, end) for end in ends.tolist()]
    pace = None if step is None else _as_span("step", step, is_dated)
    length = pace if window is None else _as_span("window", window, is_dated)
    pace = length if pace is None else pace
    begins = first + pace * np.arange(_count((after - first) / pace))
    return [(_key(begin, is_dated, given), begin, begin + length) for begin in begins.tolist()]


def duration(text):
    """The timedelta that a text such as "7d" or "12h" means, None if it is no such text."""
    found = TEXT.fullmatch(text)
    return timedelta(**{UNITS[found[2]]: float(found[1])}) if found else None


def _count(n):
    if n > MOST:
        raise ValueError(f"window and step make {n:,.0f} windows: give longer ones, {MOST:,} graphs at most")
    return max(int(np.ceil(n)), 1)


def _as_span(name, span, is_dated):
    """A span of time as a number, of dates in microseconds."""
    if isinstance(span, str):
        span = duration(span) or span
    if is_dated and isinstance(span, (timedelta, np.timedelta64)):
        number = float(np.timedelta64(span, "us").astype(np.int64))
    elif not is_dated and isinstance(span, (int, float, np.number)) and not isinstance(span, bool):
        number = float(span)
    else:
        raise refused(name, span, SPAN)
    if not 0 < number < np.inf:
        raise refused(name, span, SPAN)
    return number


def _key(time, is_dated, given):
    """A time as the caller gave it, or in that form."""
    if time in given:
        return given[time]
    if is_dated:
        return np.datetime64(int(time), "us").item()
    whole = all(isinstance(value, (int, np.integer)) for value in given.values())
    return int(time) if whole and time == int(time) else time
