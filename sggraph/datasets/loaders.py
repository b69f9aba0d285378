"""One function for each bundled graph, with its figures, its reference and an example."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ..core.types import Int
from ..runtime.checks import check_count
from .bundled import read_bundled, read_sequence
from .dataset import Dataset

__all__ = [
    "load_celegans",
    "load_karate_club",
    "load_kjv_names",
    "load_lesmis",
    "load_pegase9241",
    "load_setmm",
    "load_sympy_imports",
    "load_sympy_releases",
    "load_us_counties",
    "load_us_flights_2008",
    "load_wordnet",
]


def load_karate_club() -> Dataset:
    """Load Zachary's karate club, labelled by the club each member joined after the split.

    Returns
    -------
    Dataset
        34 nodes (the numbers 0 to 33), 78 edges, 2 classes. The edge weights of NetworkX's copy are left out.

    References
    ----------
    W. W. Zachary, "An information flow model for conflict and fission in small groups", Journal of Anthropological
    Research 33 (1977), 452-473.

    Examples
    --------
    >>> from sggraph.datasets import load_karate_club
    >>> load_karate_club().label_names
    ['Mr. Hi', 'Officer']
    """
    return read_bundled("karate_club")


def load_lesmis() -> Dataset:
    """Load the characters of Les Misérables, joined where they appear in the same chapter.

    Returns
    -------
    Dataset
        77 nodes such as "Valjean", 254 weighted edges (numbers of chapters), 11 classes. The classes are communities
        that an algorithm found in this graph, not a ground truth.

    References
    ----------
    D. E. Knuth, "The Stanford GraphBase: a platform for combinatorial computing", ACM Press, 1993.

    Examples
    --------
    >>> from sggraph.datasets import load_lesmis
    >>> lesmis = load_lesmis()
    >>> valjean, cosette = (lesmis.nodes.index(name) for name in ("Valjean", "Cosette"))
    >>> float(lesmis.adjacency[valjean, cosette])
    31.0
    """
    return read_bundled("lesmis")


def load_celegans() -> Dataset:
    """Load the chemical synapses between the neurons of the worm Caenorhabditis elegans.

    Returns
    -------
    Dataset
        279 nodes such as "AVAL", 2,194 directed arcs, from sender to receiver, weighted by the number of contacts;
        3 classes: sensory neuron, interneuron, motor neuron. The neurons of the pharynx are not part of it.

    References
    ----------
    L. R. Varshney, B. L. Chen, E. Paniagua, D. H. Hall, D. B. Chklovskii, "Structural properties of the
    Caenorhabditis elegans neuronal network", PLOS Computational Biology 7 (2011), e1001066.

    Examples
    --------
    >>> from sggraph.datasets import load_celegans
    >>> load_celegans()
    <Dataset celegans: 279 nodes, 2,194 directed weighted edges, 3 classes>
    """
    return read_bundled("celegans")


def load_us_flights_2008() -> Dataset:
    """Load the flights between the airports of the United States in 2008, labelled by region.

    Returns
    -------
    Dataset
        305 nodes such as "Denver (DEN)", 5,366 directed arcs weighted by the number of flights, 12 classes: the 9
        divisions of the Census Bureau, Alaska, Hawaii, and the territories. ``positions`` is the map.

    References
    ----------
    US Bureau of Transportation Statistics, on-time performance data of 2008.

    Examples
    --------
    >>> from sggraph.datasets import load_us_flights_2008
    >>> flights = load_us_flights_2008()
    >>> busiest = flights.adjacency.sum(axis=0).argmax()
    >>> flights.nodes[busiest]
    'Atlanta (ATL)'
    """
    return read_bundled("us_flights_2008")


def load_sympy_imports() -> Dataset:
    """Load the import graph of the computer algebra system SymPy, labelled by subpackage.

    Returns
    -------
    Dataset
        800 nodes such as "sympy.core.add", 6,975 arcs from the importing module to the imported one, 40 classes.

    References
    ----------
    A. Meurer et al., "SymPy: symbolic computing in Python", PeerJ Computer Science 3 (2017), e103.

    Examples
    --------
    >>> from sggraph.datasets import load_sympy_imports
    >>> imports = load_sympy_imports()
    >>> most_imported = imports.adjacency.sum(axis=0).argmax()
    >>> imports.nodes[most_imported]
    'sympy.core.sympify'
    """
    return read_bundled("sympy_imports")


def load_sympy_releases() -> dict[str, Dataset]:
    """Load the import graph of SymPy in 16 releases from 2008 to 2025: a graph that grows and changes.

    Of each year the last release with new features (2010 and 2015 have none). Subpackages come (holonomic, 2017), grow
    and leave (mpmath, 2016, to be a package of its own; polynomials, 2009, for polys).

    Returns
    -------
    dict
        From the release, such as "1.14 (2025)", to its `Dataset`, in order of time: 182 nodes and 726 arcs in 2008, 800
        nodes and 6,975 arcs in 2025, then the graph of `load_sympy_imports`. Each has the modules and arcs of its
        release, named alike in all; 1,015 modules and 10,387 arcs are in one of them. ``label_names``, 46 classes, are
        those of all releases: a class keeps its number, and has no nodes where its subpackage is not there. Pictures
        drawn one by one show a class in one colour if their ``palette`` is the same dict from classes to colours.

    References
    ----------
    A. Meurer et al., "SymPy: symbolic computing in Python", PeerJ Computer Science 3 (2017), e103.

    Examples
    --------
    >>> from sggraph.datasets import load_sympy_releases
    >>> releases = load_sympy_releases()
    >>> list(releases)[:3]
    ['0.6.3 (2008)', '0.6.6 (2009)', '0.7.1 (2011)']
    >>> releases["1.0 (2016)"]
    <Dataset sympy_releases, 1.0 (2016): 519 nodes, 3,509 directed edges, 46 classes>
    >>> gone = set(releases["0.7.6 (2014)"].nodes) - set(releases["1.0 (2016)"].nodes)
    >>> len(gone), sum("mpmath" in name for name in gone)
    (62, 50)
    """
    return read_sequence("sympy_releases")


def load_kjv_names() -> Dataset:
    """Load the names of the King James Bible, joined where they stand in the same verse.

    Returns
    -------
    Dataset
        1,803 people, peoples and places such as "Moses", 13,660 edges weighted by the number of verses, 8 classes:
        the group of books that names them most often. More than half of the names are of the class "History".

    References
    ----------
    The Holy Bible, King James Version, 1611.

    Examples
    --------
    >>> from sggraph.datasets import load_kjv_names
    >>> names = load_kjv_names()
    >>> moses, aaron = (names.nodes.index(name) for name in ("Moses", "Aaron"))
    >>> float(names.adjacency[moses, aaron])
    142.0
    """
    return read_bundled("kjv_names")


def load_us_counties() -> Dataset:
    """Load the shared-border graph of the US counties, labelled by state.

    Two counties are joined where they share a stretch of border. The largest component is kept: the 48 adjoining
    states and the District of Columbia, without the island counties Nantucket and San Juan.

    Returns
    -------
    Dataset
        3,106 nodes such as "Travis, Texas", 8,710 edges, 49 classes. ``positions`` is the map: degrees of latitude
        upwards, and as long ones to the right (longitude times the cosine of the mean latitude).

    References
    ----------
    US Census Bureau, cartographic boundary files, 2017 edition.

    Examples
    --------
    >>> from sggraph.datasets import load_us_counties
    >>> counties = load_us_counties()
    >>> counties
    <Dataset us_counties: 3,106 nodes, 8,710 edges, 49 classes>
    >>> i = counties.nodes.index("Travis, Texas")
    >>> [counties.nodes[j] for j in counties.adjacency[[i]].indices]
    ['Bastrop, Texas', 'Blanco, Texas', 'Burnet, Texas', 'Caldwell, Texas', 'Hays, Texas', 'Williamson, Texas']
    """
    return read_bundled("us_counties")


def load_pegase9241() -> Dataset:
    """Load a model of the European high-voltage grid, labelled by zone.

    Returns
    -------
    Dataset
        9,241 nodes (the numbers of the buses), 14,207 edges, 24 classes. The model has the size and complexity of the
        real grid, but its data are fictitious.

    References
    ----------
    C. Josz, S. Fliscounakis, J. Maeght, P. Panciatici, "AC power flow data in MATPOWER and QCQP format: iTesla, RTE
    snapshots, and PEGASE", arXiv:1603.01533, 2016.

    S. Fliscounakis, P. Panciatici, F. Capitanescu, L. Wehenkel, "Contingency ranking with respect to overloads in
    very large power systems taking into account uncertainty, preventive and corrective actions", IEEE Transactions
    on Power Systems 28 (2013), 4909-4917.

    Examples
    --------
    >>> from sggraph.datasets import load_pegase9241
    >>> load_pegase9241()
    <Dataset pegase9241: 9,241 nodes, 14,207 edges, 24 classes>
    """
    return read_bundled("pegase9241")


def load_setmm(max_uses: Int | None = None) -> Dataset:
    """Load which theorem of the Metamath library set.mm is used in whose proof, labelled by the parts of the book.

    Parameters
    ----------
    max_uses : int, optional
        Leave out the arcs to statements that more than this many proofs use, and keep the largest component of what
        is left. A few lemmas of logic stand in thousands of proofs and hide the subjects; 100 brings them out: half
        of the arcs then stay within a part of the book, of all arcs a quarter.

    Returns
    -------
    Dataset
        27,144 axioms, definitions and theorems such as "sqrt2irr", 482,308 arcs from a theorem to each statement that
        its proof refers to, 19 classes. With ``max_uses=100``: 26,688 nodes and 179,421 arcs.

    Raises
    ------
    ValueError
        If `max_uses` is less than 1.

    References
    ----------
    N. Megill, D. A. Wheeler, "Metamath: a computer language for mathematical proofs", Lulu Press, 2019.

    Examples
    --------
    >>> from sggraph.datasets import load_setmm
    >>> load_setmm(max_uses=100)
    <Dataset setmm: 26,688 nodes, 179,421 directed edges, 19 classes>
    """
    dataset = read_bundled("setmm")
    if max_uses is None:
        return dataset
    check_count("max_uses", max_uses)
    arcs = dataset.adjacency.tocoo()
    keep = np.bincount(arcs.col, minlength=arcs.shape[0])[arcs.col] <= max_uses
    graph = csr_array((arcs.data[keep], (arcs.row[keep], arcs.col[keep])), shape=arcs.shape)
    component = connected_components(graph, directed=False)[1]
    return _part(replace(dataset, adjacency=graph), component == np.bincount(component).argmax())


def load_wordnet(nouns_only: bool = False) -> Dataset:
    """Load the dictionary WordNet 3.0: synonym sets of English words and the relations between them.

    Parameters
    ----------
    nouns_only : bool, default False
        Keep the nouns alone; they are the first 82,115 nodes.

    Returns
    -------
    Dataset
        115,426 synonym sets, called after their first word and the part of speech ("dog.n", "green.a", "green.a.2"),
        182,922 edges (all relations alike: is a, part of, opposite of, ...), 45 classes, the files of the
        lexicographers such as "noun.animal". Nouns alone: 82,115 nodes, 115,310 edges, 26 classes.

    References
    ----------
    G. A. Miller, "WordNet: a lexical database for English", Communications of the ACM 38 (1995), 39-41.

    Examples
    --------
    >>> from sggraph.datasets import load_wordnet
    >>> nouns = load_wordnet(nouns_only=True)
    >>> nouns
    <Dataset wordnet: 82,115 nodes, 115,310 edges, 26 classes>
    >>> i = nouns.nodes.index("cat.n")
    >>> [nouns.nodes[j] for j in nouns.adjacency[[i]].indices]
    ['feline.n', 'domestic_cat.n', 'wildcat.n']
    """
    dataset = read_bundled("wordnet")
    if not nouns_only:
        return dataset
    noun = np.array([label.startswith("noun.") for label in dataset.label_names])
    return _part(dataset, noun[dataset.labels])


def _part(dataset, keep):
    """The nodes of a mask, and the classes that they have."""
    kept = np.flatnonzero(keep)
    used, labels = np.unique(dataset.labels[kept], return_inverse=True)
    graph = dataset.adjacency[kept][:, kept]
    indices, indptr = graph.indices.astype(np.int32), graph.indptr.astype(np.int32)
    return replace(
        dataset,
        adjacency=csr_array((graph.data, indices, indptr), shape=graph.shape),
        nodes=[dataset.nodes[i] for i in kept],
        labels=labels.astype(np.intp),
        label_names=[dataset.label_names[c] for c in used],
    )
