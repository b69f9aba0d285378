"""Load the graphs that come with the package; their sources and licences stand in ``datasets/README.md``.

They are read from the installed package (or the source checkout), nothing is fetched from a network. The public name of
`load_mnist` is here, too; its home is `images`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from .idx import read_idx
from .images import ImageDataset, load_mnist

__all__ = ["Dataset", "ImageDataset", "load_karate_club", "load_mnist", "load_us_counties", "read_idx"]

_PACKAGE = Path(__file__).parent
_FOLDERS = (_PACKAGE / "data", _PACKAGE.parent / "datasets")  # in the wheel; in a source checkout


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A graph with named nodes and a class for each of them.

    Attributes
    ----------
    name : str
        Short name, such as "us_counties".
    graph : scipy.sparse.csr_array, shape (n, n)
        Symmetric adjacency, float64, 1 for every edge.
    nodes : list
        Node names, all different; ``nodes[i]`` is row i.
    labels : ndarray of int, shape (n,)
        Class of each node, a position in ``label_names``.
    label_names : list of str
        Names of the classes.
    description : str
        What the graph is, where it comes from, its licence.
    positions : ndarray of float, shape (n, 2), or None
        A reference picture, where the data have one.

    Examples
    --------
    >>> from sggraph.datasets import load_karate_club
    >>> load_karate_club()
    <Dataset karate_club: 34 nodes, 78 edges, 2 classes>
    """

    name: str
    graph: csr_array
    nodes: list
    labels: np.ndarray
    label_names: list
    description: str
    positions: np.ndarray | None = None

    def __repr__(self):
        n, m = self.graph.shape[0], self.graph.nnz // 2
        return f"<Dataset {self.name}: {n:,} nodes, {m:,} edges, {len(self.label_names)} classes>"

    def to_networkx(self):
        """Return the same graph for NetworkX, nodes in the same order.

        Returns
        -------
        networkx.Graph
            Its nodes carry their names and the attribute "label", the name of their class.

        Examples
        --------
        >>> from sggraph.datasets import load_us_counties
        >>> G = load_us_counties().to_networkx()
        >>> G.nodes["Travis, Texas"]
        {'label': 'Texas'}
        """
        import networkx as nx

        G = nx.Graph(name=self.name)
        G.add_nodes_from(
            (node, {"label": self.label_names[c]}) for node, c in zip(self.nodes, self.labels, strict=True)
        )
        row, col = self.graph.nonzero()
        G.add_edges_from((self.nodes[i], self.nodes[j]) for i, j in zip(row, col, strict=True) if i < j)
        return G


def load_us_counties():
    """Load the shared-border graph of the US counties, labelled by state.

    Two counties are joined where they share a stretch of border. The largest component is kept: the 48 adjoining
    states and the District of Columbia, without the island counties Nantucket and San Juan.

    Returns
    -------
    Dataset
        3,106 nodes such as "Travis, Texas", 8,710 edges, 49 classes. ``positions`` is the map: degrees of latitude
        upwards, and as long ones to the right (longitude times the cosine of the mean latitude).

    Raises
    ------
    FileNotFoundError
        If the data file is not where the installation should have put it.

    Examples
    --------
    >>> from sggraph.datasets import load_us_counties
    >>> counties = load_us_counties()
    >>> counties
    <Dataset us_counties: 3,106 nodes, 8,710 edges, 49 classes>
    >>> i = counties.nodes.index("Travis, Texas")
    >>> [counties.nodes[j] for j in counties.graph.indices[counties.graph.indptr[i] : counties.graph.indptr[i + 1]]]
    ['Bastrop, Texas', 'Blanco, Texas', 'Burnet, Texas', 'Caldwell, Texas', 'Hays, Texas', 'Williamson, Texas']
    """
    with np.load(_data_file("us_counties.npz")) as arrays:
        n = len(arrays["labels"])
        ones = np.ones(len(arrays["indices"]))
        longitude, latitude = arrays["pos"].astype(float).T
        return Dataset(
            name="us_counties",
            graph=csr_array((ones, arrays["indices"], arrays["indptr"]), shape=(n, n)),
            nodes=arrays["names"].tolist(),
            labels=arrays["labels"].astype(np.intp),
            label_names=arrays["label_names"].tolist(),
            description="Counties of the 48 adjoining United States and DC, joined where they share a border; labels "
            "are states. From the npm package us-atlas 3.0.1 (ISC licence, Michael Bostock), made from the 2017 "
            "cartographic boundary files of the US Census Bureau (public domain).",
            positions=np.column_stack([longitude * np.cos(np.deg2rad(latitude.mean())), latitude]),
        )


def load_karate_club():
    """Load Zachary's karate club, labelled by the club each member joined after the split.

    Returns
    -------
    Dataset
        34 nodes (the numbers 0 to 33), 78 edges, 2 classes. The edge weights of NetworkX's copy are left out.

    References
    ----------
    W. Zachary, "An information flow model for conflict and fission in small groups", Journal of Anthropological
    Research 33 (1977), 452-473.

    Examples
    --------
    >>> from sggraph.datasets import load_karate_club
    >>> load_karate_club().label_names
    ['Mr. Hi', 'Officer']
    """
    import networkx as nx

    G = nx.karate_club_graph()
    A = nx.to_scipy_sparse_array(G, weight=None, dtype=float, format="csr")
    label_names, labels = np.unique([club for _, club in G.nodes(data="club")], return_inverse=True)
    return Dataset(
        name="karate_club",
        graph=csr_array((A.data, A.indices.astype(np.int32), A.indptr.astype(np.int32)), shape=A.shape),
        nodes=list(G),
        labels=labels.astype(np.intp),
        label_names=label_names.tolist(),
        description="Members of a university karate club, joined where they met outside it (Zachary 1977); labels "
        "are the clubs they went to when it split. From NetworkX (BSD 3-clause licence).",
    )


def _data_file(name):
    for folder in _FOLDERS:
        if (folder / name).is_file():
            return folder / name
    looked_in = " or ".join(str(folder) for folder in _FOLDERS)
    raise FileNotFoundError(
        f"the bundled data file {name!r} is not in {looked_in}: "
        "reinstall sggraph from its wheel, or from a complete checkout of its repository"
    )
