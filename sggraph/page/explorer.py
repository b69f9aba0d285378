"""`explore`: an embedding as one HTML file that answers, and shows itself in a notebook."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..core.types import Coordinates, FilePath, Fitted, Float, Items, Labels, Numbers, SparseMatrix
from ..datasets.dataset import Dataset
from ..graph.adjacency import Graph, GraphLike
from ..graph.types import AnnData
from ..inputs.labels import as_classes, by_row, read_labels
from ..io.safe import as_path, replacing
from ..io.saved import SavedEmbedding, as_saved
from ..method.sequence import Snapshot
from ..plot.content import name_of, unfolded
from ..plot.embedding import embedding_png
from ..plot.sizes import Sizes, read_sizes
from ..plot.snapshots import are_snapshots
from ..runtime.checks import refused
from .content import Drawn, content_of
from .edges import read_times
from .template import filled
from .times import of_sequence
from .widget import widget_of
from .widths import read_wide

MOST_NODES = 2_000_000  # a browser tab holds 100 bytes for each, and looks at all of them for the nearest to a pointer
IN_CELL = 5_000_000  # bytes of a page that a notebook keeps in itself


@dataclass(frozen=True, eq=False, repr=False)
class Explorer:
    """A page made by `explore`; in a notebook it shows itself.

    Attributes
    ----------
    html : str
        The whole page.
    embedding : SavedEmbedding
        What it shows.
    rows : ndarray
        Rows of `embedding` in the order in which the page holds them, without those that have no place.
    graph : Graph or None
        Whose edges it shows.

    Examples
    --------
    >>> import sggraph as sg
    >>> page = sg.explore([[0, 1], [2, 3]], ["a", "b"])
    >>> page.html.startswith("<!doctype html>")
    True
    """

    html: str
    embedding: SavedEmbedding
    rows: NDArray[Any]
    graph: Graph | None = None

    def __repr__(self) -> str:
        return f"<Explorer of {len(self.embedding.coordinates):,} nodes, {len(self.html) / 1e6:.1f} MB>"

    def save(self, path: FilePath) -> None:
        """Write the page to a file that needs no other.

        Parameters
        ----------
        path : str or os.PathLike
            Where to, such as "map.html"; an existing file is replaced.

        Returns
        -------
        None

        Raises
        ------
        ValueError
            The name does not end with .html.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> import sggraph as sg
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sg.explore([[0, 1], [2, 3]]).save(Path(folder, "map.html"))
        ...     Path(folder, "map.html").exists()
        True
        """
        if as_path(path).suffix.lower() not in (".html", ".htm"):
            raise refused("path", str(path), "a name that ends with .html")
        with replacing(path) as partial:
            Path(partial).write_text(self.html, encoding="utf-8")

    widget = widget_of

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The page in a frame that may run scripts and nothing else, and a picture for who shows no HTML."""
        picture = embedding_png(self.embedding.coordinates, self.graph)
        bundle = {"text/plain": repr(self), "image/png": picture}
        if len(self.html) > IN_CELL:
            path = Path("sggraph_map.html")
            self.save(path)
            bundle["text/html"] = f'<a href="{path}" target="_blank">{path}</a> ({len(self.html) / 1e6:.0f} MB)'
        else:
            bundle["text/html"] = (
                f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts allow-downloads" '
                'style="width: 100%; height: 640px; border: 0"></iframe>'
            )
        return bundle


def explore(
    Y: Coordinates | Fitted | SavedEmbedding | Snapshot | Dataset | AnnData | Sequence[Snapshot],
    labels: Labels | None = None,
    *,
    graph: GraphLike | None = None,
    node_names: bool | Items | Mapping[Any, Any] = True,
    values: Mapping[str, Labels] | None = None,
    node_size: str | Numbers | Mapping[Any, Any] = "degree",
    edge_width: Float | str | Numbers | SparseMatrix | Mapping[Any, Any] | None = None,
    edge_time: str | Items | SparseMatrix | Mapping[Any, Any] | None = None,
    palette: Items | Mapping[Any, Any] | str | None = None,
    title: str | None = None,
) -> Explorer:
    """One HTML page to look into an embedding: move, hover, search, choose, filter; offline, for up to 2 x 10^6 nodes.

    The page asks the network for nothing, and holds no library. Drag to move, scroll or pinch to zoom, click for a
    node's neighbours, shift-click for two steps; draw around nodes with the lasso, and copy them or save a table; find
    a node by name (/), the path between two, a class in the legend. All of it works by keyboard: arrows, +, -, 0, /,
    Tab, Esc. The view is in the page's address, and saves as PNG and SVG.

    Parameters
    ----------
    Y : array_like of shape (n, d), dict, SGtSNEpi, SavedEmbedding, AnnData, Dataset, Snapshot or list of them
        Coordinates in 1-D, 2-D or 3-D (dragging turns the picture then), a dict from node to position, a fitted
        estimator, what `load_embedding` returned; of an AnnData ``obsm["X_sgtsne"]``, which `sgtsne` writes; of a
        `Dataset` its positions and labels. Rows of NaN are left out. Of what `embed_sequence` returned the page has a
        slider for its times, and plays: who goes fades, all move, who comes appears.
    labels : array_like of shape (n,), dict, "louvain" or str, optional
        Classes or values that colour the nodes, as in `plot_embedding`.
    graph : graph, optional
        Anything `as_graph` accepts: edges, neighbours, paths. A fitted estimator knows its own.
    node_names : bool, sequence of length n or dict, default True
        What the nodes are called: as in the graph, or these names. False leaves names out; nodes are numbers then.
    values : dict from name to labels, optional
        Further columns to colour by, each as `labels` would be given.
    node_size : str, array_like of shape (n,) or dict, default "degree"
        What the area of a mark stands for: an attribute of the nodes, or numbers >= 0 by row or by node; "degree" is
        the number of neighbours, damped. The page has a button that makes all alike.
    edge_width : float, "weight", str, dict, sequence of length m or sparse matrix, optional
        A width for all edges in points, or what their widths are in proportion to, read as by `plot_embedding`, and as
        wide as there. They grow with the marks where one looks closer; the widest are on top, and stay where not all
        edges can be drawn. The page tells the numbers of a chosen node's edges, whole ones to three digits, others to
        two. Of a sequence "weight" is that of each time.
    edge_time : str, dict, sequence of length m or sparse matrix, optional
        When each edge came, numbers or dates: the name of an attribute of the edges (or of a column of a table), a dict
        from (node, node) to a time, a time for each edge in the order of a NetworkX or igraph graph, or a matrix. The
        page has a slider then that shows the edges of a span of time, and plays. Of several times of an edge the least
        counts; an edge without one is always there.
    palette : sequence of colours, dict from class to colour or Colormap name, optional
        Colours of the classes of `labels`, as in `plot_embedding`.
    title : str, optional
        Heading of the page.

    Returns
    -------
    Explorer
        With ``save("map.html")``; shows itself in a notebook, where its ``widget()`` tells Python what is chosen.

    Raises
    ------
    ValueError
        More than 2 x 10^6 nodes, or sizes that do not agree.

    Warns
    -----
    RuntimeWarning
        Of more than 5 x 10^6 edges a random sample is kept, or those of the greatest `edge_width`.

    See Also
    --------
    write_embedding : with a name that ends with .html writes the same page.

    Examples
    --------
    >>> import sggraph as sg
    >>> counties = sg.datasets.load_us_counties()
    >>> page = sg.explore(counties, title="US counties")
    >>> page
    <Explorer of 3,106 nodes, 0.1 MB>
    """
    if not (title is None or isinstance(title, str)):
        raise refused("title", title, "text")
    if not (values is None or isinstance(values, Mapping)):
        raise refused("values", values, "a dict from the name of a column to its labels")
    sequence = None
    if are_snapshots(Y):
        Y, graph, sequence = of_sequence(Y, graph, edge_time)
    called, (Y, labels, graph) = name_of(labels), unfolded(Y, labels, graph)
    saved, arcs = as_saved(Y, None, labels, graph)
    given = arcs if graph is None else graph
    sizes = _sizes(node_size, given, _names(saved, arcs), len(saved.coordinates))
    times = read_times(edge_time, given, None if arcs is None else arcs.nodes)
    wide = read_wide(edge_width, given, saved, arcs, None if sequence is None else sequence[0])
    options = {"node_names": node_names, "called": called, "values": values, "palette": palette, "title": title}
    return page_of(saved, arcs, drawn=Drawn(arcs, sizes, times, sequence, wide), **options)


def page_of(saved, arcs, *, node_names=True, called="", values=None, drawn=None, palette=None, title=None):
    """The Explorer of a SavedEmbedding, whose labels are `called` so, its Graph, and what else is Drawn."""
    n = len(saved.coordinates)
    if n > MOST_NODES:
        raise ValueError(f"Y has {n:,} rows: give at most {MOST_NODES:,}, a sample or one component, for a page")
    values = dict(values or {})
    columns = ({} if saved.labels is None else {"" if called in values else called: saved.labels}) | values
    names = _names(saved, arcs)
    found = {name: as_classes(by_row(read_labels(one, arcs), names, n), None, n) for name, one in columns.items()}
    content = content_of(saved, drawn or Drawn(arcs), _called(node_names, saved.nodes, n), found, palette, title)
    return Explorer(filled(content), saved, content.rows, arcs)


def write_page(path, saved, graph):
    """What `write_embedding` calls for .html."""
    page = page_of(saved, graph).html
    Path(path).write_text(page, encoding="utf-8")


def _names(saved, arcs):
    """What labels may be keyed by; None where nodes are only counted."""
    is_counted = arcs is None and saved.nodes == list(range(len(saved.nodes)))
    return None if is_counted else saved.nodes


def _sizes(node_size, graph, names, n):
    """Sizes of the nodes; None for the number of their neighbours, which the page knows."""
    if isinstance(node_size, str) and node_size == "degree":
        return None
    sizes = read_sizes(node_size, graph, names, None, n)
    if not isinstance(sizes, Sizes):
        raise refused("node_size", node_size, "'degree', an attribute of the nodes, or a number for each of them")
    return sizes


def _called(node_names, nodes, n):
    """Text of the names, or None where nodes are only counted."""
    if node_names is False or (node_names is True and nodes == list(range(n))):
        return None
    if node_names is not True:
        if isinstance(node_names, Mapping):
            node_names = [node_names.get(node, node) for node in nodes]
        if isinstance(node_names, str) or not hasattr(node_names, "__len__") or len(node_names) != n:
            accepted = f"True, False, one name for each of the {n} rows of Y, or a dict by node"
            raise refused("node_names", node_names, accepted)
        nodes = by_row(node_names, nodes, n, "node_names") if hasattr(node_names, "iloc") else node_names
    return [str(node) for node in nodes]
