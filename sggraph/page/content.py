"""What a page holds: facts, and columns of numbers about nodes, edges, colours and times."""

import json
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from ..core.engine.blocks import Workers
from ..core.ordering import morton_order
from ..graph.adjacency import Graph
from ..plot.description import describe_embedding
from ..plot.palette import EIGHT, class_colors
from ..plot.points import check_palette
from ..plot.sizes import Sizes
from ..plot.snapshots import Series
from .columns import packed, planes, steps
from .edges import Times, edge_facts
from .times import sequence_facts
from .widths import Wide

FINE_ABOVE, BITS = 200_000, (16, 24)  # nodes, and bits of a place: 65,536 steps are less than a pixel of most screens
RAMP = 16  # colours of a scale of values


class Drawn(NamedTuple):
    """What there is beside places and labels: a Graph, Sizes of the nodes, Times of the edges, a Series and its places
    (T, n, d), how Wide edges are, each or None.
    """

    arcs: Graph | None
    sizes: Sizes | None = None
    times: Times | None = None
    sequence: tuple[Series, NDArray[Any]] | None = None
    wide: Wide | None = None


class Content(NamedTuple):
    """What goes into the template: facts about the columns, and these by their names; and the rows in their order."""

    facts: dict
    columns: dict
    title: str
    description: str
    rows: np.ndarray


def content_of(saved, drawn, called, found, palette, title):
    """The Content of a page."""
    Y = np.asarray(saved.coordinates, np.float64)
    kept = np.flatnonzero(~np.isnan(Y).any(axis=1))
    Y = Y[kept]
    with Workers(1) as workers:
        order = morton_order(np.ascontiguousarray(Y, np.float32), workers)
    rows = kept[order]
    frames = Y[order][None] if drawn.sequence is None else drawn.sequence[1][:, rows]  # (times, n, d)
    low, bits = frames.min(axis=(0, 1)), BITS[len(rows) > FINE_ABOVE]
    unit = max(float((frames.max(axis=(0, 1)) - low).max()), np.finfo(float).tiny) / (2**bits - 1)
    frames = np.rint((frames - low) / unit).astype(np.int64)
    places, extent = frames[0], frames.max(axis=(0, 1))
    text = {}

    def column(name, numbers):
        text[name], width = planes(numbers)
        return {"id": name, "count": len(numbers), "width": width}

    facts = {"n": len(rows), "d": Y.shape[1], "low": low.tolist(), "unit": unit, "extent": extent.tolist()}
    facts["places"] = [column(f"place{k}", steps(places[:, k])) for k in range(Y.shape[1])]
    facts["edges"], ends = None, None
    if drawn.arcs is not None:
        facts["edges"], ends = edge_facts(drawn.arcs.adjacency, rows, drawn.times, drawn.wide, column)
    facts["sequence"] = None
    if drawn.sequence is not None:
        facts["sequence"] = sequence_facts(drawn.sequence[0], np.diff(frames, axis=0), rows, ends, column)
    facts["columns"] = [
        _colours(
            name, values[rows], classes, palette if c == 0 and saved.labels is not None else None, column, f"column{c}"
        )
        for c, (name, (values, classes)) in enumerate(found.items())
    ]
    facts["size"] = None
    if drawn.sizes is not None:
        areas = np.asarray(drawn.sizes.values[rows], np.float32).view(np.uint32)
        facts["size"] = {"name": drawn.sizes.title, "data": column("areas", areas)}
    facts["named"] = called is not None
    facts["names"] = called is not None
    facts["rows"] = None if called is not None else column("rows", rows)
    if called is not None:
        text["names"] = packed(json.dumps([called[i] for i in rows]).encode())
    facts["plain"] = [int(255 * c) for c in mpl.colors.to_rgb(EIGHT[0])]
    title = title or "Embedding"
    sentence = describe_embedding(saved.coordinates, saved.labels, graph=drawn.arcs)
    return Content(facts, text, title, sentence, rows)


def _colours(name, values, classes, palette, column, key):
    """Facts of a column of classes or values, with its colours."""
    check_palette(palette, classes)
    if classes is None:
        known = values[~np.isnan(values)]
        ends = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
        ramp = 255 * mpl.colormaps["viridis"](np.linspace(0, 1, RAMP))[:, :3]
        numbers = np.asarray(values, np.float32).view(np.uint32)
        facts = {"kind": "values", "min": ends[0], "max": ends[1], "ramp": ramp.round(1).tolist()}
        return facts | {"name": str(name), "data": column(key, numbers)}
    light, dark = ((255 * class_colors(values, classes, palette, is_dark)).round().astype(int) for is_dark in (0, 1))
    facts = {"kind": "classes", "names": [str(c) for c in classes], "light": light.tolist(), "dark": dark.tolist()}
    return facts | {"name": str(name), "data": column(key, values + 1)}
