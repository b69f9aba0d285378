"""Write embeddings to files, and read them back.

The suffix says the format. It does not read graphs (graph_files.py), nor draw pictures (embedding.py).
"""

from __future__ import annotations

from importlib import import_module

from ..core.types import Coordinates, FilePath, Fitted, Items, Labels
from ..graph.adjacency import GraphLike
from ..runtime.checks import refused
from ..runtime.warn import warn
from .network_files import (
    plain_attributes,
    read_cyjs_positions,
    read_gexf_positions,
    read_graphml_positions,
    write_cyjs,
    write_gexf,
    write_graphml,
)
from .safe import as_path, naming, read_bytes, replacing
from .saved import SavedEmbedding, as_saved, read_saved_npz, write_npz
from .tables import read_csv, read_parquet, read_tsv, write_csv, write_parquet, write_tsv


def _write_page(path, saved, graph):
    """A page is drawn, by a layer above this one, which is asked for by its name."""
    import_module("sggraph.page.explorer").write_page(path, saved, graph)


def _read_page(content):
    raise ValueError("it is a page to look at: read the file of coordinates beside it")


FORMATS = {
    ".npz": (write_npz, read_saved_npz),
    ".csv": (write_csv, read_csv),
    ".tsv": (write_tsv, read_tsv),
    ".parquet": (write_parquet, read_parquet),
    ".gexf": (write_gexf, read_gexf_positions),
    ".graphml": (write_graphml, read_graphml_positions),
    ".cyjs": (write_cyjs, read_cyjs_positions),
    ".html": (_write_page, _read_page),
}
NETWORKS = (write_gexf, write_graphml, write_cyjs)  # which keep attributes of nodes


def write_embedding(
    path: FilePath,
    Y: Coordinates | SavedEmbedding | Fitted,
    nodes: Items | None = None,
    labels: Labels | None = None,
    graph: GraphLike | None = None,
) -> None:
    """Write coordinates for a spreadsheet, pandas, Gephi, Cytoscape or sggraph itself.

    The file is written beside its final place and then moved there, so a half-written one is never seen.

    Parameters
    ----------
    path : str or os.PathLike
        Where to; an existing file is replaced. The suffix decides:

        - .csv, .tsv: a table node, x[, y[, z]][, label], numbers with 9 digits, which is all of float32. Names that
          a spreadsheet would run as a formula get an apostrophe in front;
        - .parquet: the same table, by pandas (``pip install "sggraph[parquet]"``);
        - .gexf, .graphml: nodes with positions, labels (as the attribute "class") and edges, as Gephi reads them;
        - .cyjs: the same for Cytoscape;
        - .html: a page to look into the embedding with any browser, see `explore`;
        - .npz: with its provenance. Of a fitted estimator it keeps the version of sggraph, all parameters, the seed, a
          hash of the graph, the iterations and the KL divergence. Node names (numbers, strings, bytes, None, or tuples
          of them) come back with their types, and the same embedding gives the same bytes.

        In .gexf, .graphml and .cyjs node names become text, and positions are enlarged by a power of two that sets
        neighbours about 20 units apart, as those programs want it.
    Y : array-like, dict or SGtSNEpi
        (n, d) with d = 1, 2 or 3, or (n,); or node -> position, as `sgtsne_layout` makes; or a fitted estimator,
        which knows nodes and graph itself; or what `load_embedding` returned.
    nodes : sequence, optional
        n node names; if not given those of `Y` or `graph`, or 0, 1, 2, ...
    labels : sequence, dict, pandas.Series or "louvain", optional
        n labels, None or NaN where one is missing; a dict or Series by node, as in `plot_embedding`; or "louvain",
        which finds the communities of the graph.
    graph : graph, optional
        Anything that `as_graph` takes, for the edges; arcs of a directed one are written as they are. A fitted
        estimator only knows the edges that it embedded. Attributes of its nodes (of NetworkX and igraph, columns of
        `obs` of an AnnData) that are text or numbers go into .gexf, .graphml and .cyjs, too.

    Raises
    ------
    ValueError
        The suffix is unknown; the shape of `Y`, or the length of `nodes`, `labels` or `graph`, is wrong; names that
        the format cannot keep.
    TypeError
        `path` is not the name of a file.
    FileNotFoundError
        The folder does not exist.
    ImportError
        .parquet without pandas or an engine.

    See Also
    --------
    load_embedding : reads all of these.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sggraph import write_embedding
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "coords.csv")
    ...     write_embedding(path, [[0.5, 1], [2, 3]], nodes=["ann", "bob"])
    ...     print(path.read_text())
    node,x,y
    ann,0.5,1
    bob,2,3
    <BLANKLINE>

    What a fitted estimator knows of its run goes into an .npz file:

    >>> import networkx as nx
    >>> import sggraph as sg
    >>> estimator = sg.SGtSNEpi(random_state=7, max_iter=50).fit(nx.path_graph(5))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sg.write_embedding(Path(folder, "path.npz"), estimator)
    ...     saved = sg.load_embedding(Path(folder, "path.npz"))
    >>> saved.nodes
    [0, 1, 2, 3, 4]
    >>> saved.provenance["seed"], saved.provenance["parameters"]["max_iter"], saved.provenance["n_iter"]
    (7, 50, 50)
    """
    write, _ = format_of(path)
    saved, arcs = as_saved(Y, nodes, labels, graph)
    more = {"attributes": plain_attributes(graph, saved.nodes)} if write in NETWORKS and graph is not None else {}
    with replacing(path) as partial:
        write(partial, saved) if write is write_npz else write(partial, saved, arcs, **more)


def save_embedding(
    path: FilePath,
    Y: Coordinates | SavedEmbedding | Fitted,
    nodes: Items | None = None,
    labels: Labels | None = None,
    graph: GraphLike | None = None,
) -> None:
    """The old name of `write_embedding`, until version 0.2; .npz files alone.

    Parameters
    ----------
    path, Y, nodes, labels, graph
        As in `write_embedding`.

    Returns
    -------
    None

    Examples
    --------
    >>> import tempfile, warnings
    >>> from pathlib import Path
    >>> import sggraph as sg
    >>> with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
    ...     sg.save_embedding(Path(folder, "two.npz"), [[0, 1], [2, 3]])
    ...     len(sg.load_embedding(Path(folder, "two.npz")).nodes)
    2
    """
    warn("save_embedding is called write_embedding, which takes .npz as well", DeprecationWarning)
    if as_path(path).suffix.lower() != ".npz":
        raise refused("path", str(path), "a name that ends with .npz, or call write_embedding for other formats")
    write_embedding(path, Y, nodes, labels, graph)


def load_embedding(path: FilePath) -> SavedEmbedding:
    """Read an embedding from a file that `write_embedding`, Gephi or Cytoscape wrote.

    Parameters
    ----------
    path : str or os.PathLike
        .npz, .csv, .tsv, .parquet, .gexf, .graphml or .cyjs. Nothing in it is unpickled or evaluated. All nodes of a
        .gexf, .graphml or .cyjs file must have positions; `read_graph` reads its edges, nodes in the same order. A
        spreadsheet may have put semicolons and decimal commas into a .csv file.

    Returns
    -------
    SavedEmbedding
        With ``coordinates`` (n, d), ``nodes``, ``labels`` or None, ``provenance`` (of .npz; otherwise empty), and
        ``positions``, the dict node -> position that ``nx.draw`` takes.

    Raises
    ------
    ValueError
        An unknown suffix, or contents that are broken or not an embedding; names the file.
    TypeError
        `path` is not the name of a file.
    FileNotFoundError
        There is no such file.
    ImportError
        .parquet without pandas or an engine.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sggraph import load_embedding, write_embedding
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "coords.tsv")
    ...     write_embedding(path, {"ann": (0, 1), "bob": (2, 3)}, labels=["x", "y"])
    ...     saved = load_embedding(path)
    >>> saved.coordinates, saved.nodes, saved.labels
    (array([[0., 1.],
           [2., 3.]]), ['ann', 'bob'], ['x', 'y'])
    """
    _, read = format_of(path)
    content = read_bytes(path)
    with naming(path, "an embedding", "Write it again with sggraph.write_embedding"):
        return read(content)


def format_of(path):
    """The functions that write and read the format that the suffix of `path` names, or a ValueError."""
    suffix = as_path(path).suffix.lower()
    if suffix not in FORMATS:
        raise refused("path", str(path), f"a name that ends with {', '.join(FORMATS)}")
    return FORMATS[suffix]
