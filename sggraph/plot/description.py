"""A picture of an embedding in one sentence, for those who cannot see it: `describe_embedding`."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from ..core.types import Coordinates, Fitted, Int, Labels, Seed
from ..datasets.dataset import Dataset
from ..graph.adjacency import GraphLike
from ..graph.types import AnnData
from ..inputs.labels import by_size
from ..io.saved import SavedEmbedding
from ..method.sequence import Snapshot
from ..runtime.checks import check_whole
from .content import opened, read_content
from .legend import all_shortened, shortened
from .sizes import in_words

__all__ = ["describe_embedding"]
WHERE = {1: "on a line", 2: "in a plane", 3: "in space"}
# from the right, against the clock, in eighths of a turn: beside something, and on the picture
BESIDE = ("to the right of", "to the upper right of", "above", "to the upper left of", "to the left of")
BESIDE += ("to the lower left of", "below", "to the lower right of")
AT = ("on the right", "at the upper right", "at the top", "at the upper left", "on the left", "at the lower left")
AT += ("at the bottom", "at the lower right")
MIDDLE = 0.2  # of half the picture: nearer to its middle than this is in the middle
AMID = 0.5  # of the widths of two classes: if their centres are nearer than this, one lies amid the other
TREND = 0.25  # of the variance of values is what a slope has to explain before they are said to grow


def describe_embedding(
    Y: Coordinates | Fitted | SavedEmbedding | Snapshot | Dataset | AnnData,
    labels: Labels | None = None,
    *,
    graph: GraphLike | None = None,
    max_classes: Int = 3,
    random_state: Seed = 0,
) -> str:
    """Describe an embedding in one sentence: how much there is, and which classes lie beside each other.

    It is the alternative text of a picture that `plot_embedding` draws of the same arguments; a fitted `SGtSNEpi`
    gives it to a notebook along with its picture.

    Parameters
    ----------
    Y : array_like of shape (n, d), dict, SGtSNEpi, SavedEmbedding, Snapshot, AnnData or Dataset
        Coordinates, d = 1, 2 or 3, a dict from node to position, or what holds them, as in `plot_embedding`. Rows of
        NaN are counted as nodes without a place.
    labels : array_like of shape (n,), dict, "louvain" or str, optional
        Classes or values of the nodes, as in `plot_embedding`. Of the largest classes the text says which other class
        has its centre (the median of each coordinate) nearest, and in which direction, in 1-D and 2-D, upwards being
        above; of values their range and, where that explains a quarter of their variance, where to they grow.
    graph : graph, optional
        Anything that `as_graph` takes; its edges are counted, and its best connected node is named.
    max_classes : int, default 3
        How many of the classes are described, the largest first.
    random_state : int, default 0
        Seed of the communities, for ``labels="louvain"``.

    Returns
    -------
    str
        The sentence. Names are shortened to 32 characters; line breaks and characters that do not print are left out.

    Raises
    ------
    ValueError
        If sizes do not agree, coordinates are not finite, d is not 1, 2 or 3, or `max_classes` is no whole number.

    See Also
    --------
    plot_embedding : the picture.

    Examples
    --------
    >>> import sggraph as sg
    >>> sg.describe_embedding([[0, 0], [1, 0], [5, 0], [6, 0]], ["a", "a", "b", "b"], graph=[(0, 1), (1, 2), (2, 3)])
    '4 nodes and 3 edges in a plane, in 2 classes: “a” (2 nodes) lies to the left of “b” (2 nodes).'
    """
    check_whole("max_classes", max_classes, 0, accepted="a number of classes")
    Y, labels, graph = opened(Y, labels, graph, random_state)
    content = read_content(Y, labels, graph, None)
    things = "points" if content.graph is None else "nodes"
    head, parts = f"{_counted(len(content.Y), things)}{_edges(content.graph)} {WHERE[content.Y.shape[1]]}", []
    if content.values is not None:
        tell = _of_values if content.names is None else _of_classes
        told, *parts = tell(content, things, max_classes)
        head = f"{head}, {told}"
    if content.graph is not None and content.graph.named and content.degree.max(initial=0) > 0:
        parts.append(_best_connected(content))
    if content.unplaced:
        parts.append(f"{_counted(content.unplaced, f'more {things}')} without a place")
    return f"{'; '.join([head, *parts])}."


def _counted(number, things):
    return f"{number:,} {things if number != 1 else things.removesuffix('s')}"


def _edges(graph):
    if graph is None:
        return ""
    A = graph.adjacency
    number = A.nnz // 2 if not graph.directed else ((A + A.T).nnz + 1) // 2  # there are no self-loops
    return f" and {_counted(number, 'edges')}"


def _of_values(content, things, _):
    """The range of the values, and where they grow."""
    known = ~np.isnan(content.values)
    if not known.any():
        return ["none of which has a value"]
    values = content.values[known]
    least, greatest = values.min(), values.max()
    if least == greatest:
        text = f"all of value {in_words(least)}"
    else:
        text = f"with values from {in_words(least)} to {in_words(greatest)}{_growth(content.Y[known], values)}"
    return [text, *_missing(np.count_nonzero(~known), things)]


def _growth(Y, values):
    """Where values grow, by the plane that fits them best; in space there is no direction to tell."""
    if Y.shape[1] > 2 or len(Y) <= Y.shape[1] + 1:
        return ""
    Y, values = Y - Y.mean(axis=0), (values - values.mean()) / max(np.ptp(values), 1e-300)
    slope, *_ = np.linalg.lstsq(Y / (np.abs(Y).max() or 1.0), values, rcond=None)
    explained = ((Y / (np.abs(Y).max() or 1.0)) @ slope).var() / max(values.var(), 1e-300)
    return f" that grow {_to(slope)}" if explained > TREND else ""


def _to(way):
    return {"above": "upwards", "below": "downwards"}.get(found := _direction(way, BESIDE), found.removesuffix(" of"))


def _of_classes(content, things, max_classes):
    """How many classes there are, and beside which others the largest lie."""
    codes, k = content.values, len(content.names)
    missing = _missing(np.count_nonzero(codes < 0), things)
    if k == 0:
        return ["none of which has a label"]
    names = [f"“{name}”" for name in all_shortened([_printable(name) for name in content.names])]
    counts = np.bincount(codes[codes >= 0], minlength=k)
    told, sizes = set(), {}

    def called(c):
        """The name of a class, the first time with the number of its members."""
        size = "" if c in sizes else f" ({_counted(counts[c], things)})"
        sizes[c] = counts[c]
        return names[c] + size

    if k == 1:
        return [f"all of the class {names[0]}" if not missing else f"in the class {called(0)}", *missing]
    centres, widths = _centres(content.Y, codes, k)
    _, nearest = cKDTree(centres).query(centres, k=2)
    clauses = []
    for c in by_size(codes, k)[:max_classes]:
        other = next(j for j in nearest[c] if j != c)
        if (other, c) not in told:
            way = _relation(centres[c] - centres[other], widths[c] + widths[other])
            clauses.append(f"{called(c)} lies {way} {called(other)}")
        told.add((c, other))
    head = f"in {k:,} classes"
    return [f"{head}: {', '.join(clauses)}" if clauses else head, *missing]


def _centres(Y, codes, k):
    """The median of each coordinate of each class, and the median distance of its members from there."""
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(k + 1))
    members = [Y[order[start:end]] for start, end in pairwise(bounds)]
    centres = np.array([np.median(places, axis=0) for places in members])
    gaps = [np.linalg.norm(places - at, axis=1) for places, at in zip(members, centres, strict=True)]
    return centres, np.array([np.median(gap) for gap in gaps])


def _relation(way, width):
    """How something lies to something else, if this is the way from the latter to the former."""
    away = np.linalg.norm(way)
    if away == 0 or away < AMID * width:
        return "amid"
    return "beside" if len(way) == 3 else _direction(way, BESIDE)


def _direction(way, words):
    x, y = way[0], way[1] if len(way) > 1 else 0.0
    return words[round(np.arctan2(y, x) / (np.pi / 4)) % 8]


def _best_connected(content):
    """The node that has most neighbours, and where it is."""
    i = int(content.degree.argmax())
    text = f"the best connected is “{shortened(_printable(content.nodes[i]))}” ({content.degree[i]:,} neighbours)"
    text = text if content.degree[i] > 1 else text.replace("neighbours", "neighbour")
    if content.Y.shape[1] == 3 or len(content.Y) < 3:
        return text
    low, high = content.Y.min(axis=0), content.Y.max(axis=0)
    way = content.Y[i] - (low + high) / 2
    is_central = np.linalg.norm(way) <= MIDDLE * (high - low).max() / 2
    return f"{text}, {'in the middle' if is_central else _direction(way, AT)}"


def _missing(number, things):
    return [f"{_counted(number, things)} {'have' if number > 1 else 'has'} no label"] if number else []


def _printable(name):
    """The name in one line, without what does not print."""
    text = "".join(letter for letter in " ".join(str(name).split()) if letter.isprintable())
    return text or "no name"
