import hashlib
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sggraph import datasets
from sggraph.datasets import (
    bundled,
    list_datasets,
    load_celegans,
    load_dataset,
    load_karate_club,
    load_kjv_names,
    load_lesmis,
    load_pegase9241,
    load_setmm,
    load_sympy_imports,
    load_us_counties,
    load_us_flights_2008,
    load_wordnet,
)
from sggraph.datasets.bundled import BUNDLED

FOLDER = Path(bundled._data_file("us_counties.npz")).parent
FILES = sorted(FOLDER.glob("*.npz"))
FIGURES = {  # as the docstrings say: nodes, edges, classes, share of edges within a class
    "karate_club": (34, 78, 2, 0.859),
    "lesmis": (77, 254, 11, 0.744),
    "celegans": (279, 2194, 3, 0.468),
    "us_flights_2008": (305, 5366, 12, 0.257),
    "sympy_imports": (800, 6975, 40, 0.345),
    "sympy_releases": (1015, 10387, 46, 0.324),
    "kjv_names": (1803, 13660, 8, 0.718),
    "us_counties": (3106, 8710, 49, 0.861),
    "pegase9241": (9241, 14207, 24, 0.972),
    "setmm": (27144, 482308, 19, 0.249),
    "wordnet": (115426, 182922, 45, 0.708),
}


def edge_homophily(dataset):
    row, col = dataset.adjacency.nonzero()
    return np.mean(dataset.labels[row] == dataset.labels[col])


def test_every_graph_is_bundled_listed_and_has_its_loader():
    assert [path.stem for path in FILES] == sorted(BUNDLED) == sorted(FIGURES)
    assert {f"load_{name}" for name in BUNDLED} <= set(datasets.__all__)
    assert [facts.nodes for facts in list_datasets()] == sorted(facts.nodes for facts in BUNDLED.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_checksums_are_those_stated(path):
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"sha256 of `{path.name}` \| `(\w+)`", readme).group(1) == checksum
    assert load_dataset(path.stem).checksum == checksum


def test_the_files_are_small_and_hold_no_pickles():
    assert sum(path.stat().st_size for path in FILES) < 12e6
    for path in FILES:
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[key].dtype.kind in "biuf" for key in arrays)


def test_readme_states_the_table_of_list_datasets():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for facts in list_datasets():
        row = f"| {facts.nodes:,} | {facts.edges:,} | {facts.classes} | {facts.summary}"
        assert row in readme
        assert facts.citation in readme
        assert facts.source in readme


@pytest.mark.parametrize(
    "notice",
    [
        "Copyright (c) 2004-2025, NetworkX Developers",
        "Copyright (c) 2015-2025 Andrei Kashcha",
        "Copyright (c) 2026 OpenWorm",
        "Copyright (c) 2006-2023 SymPy Development Team",
        "provided for unrestricted use provided that this legend is included",
        "Copyright 2013-2019 Michael Bostock",
        "and this permission notice appear in all copies",
        "Licensed under the Creative Commons Attribution 4.0 International license",
        "according to the CC0 Public Domain Dedication",
        "WordNet 3.0 Copyright 2006 by Princeton University.",
        "Redistributions in binary form must reproduce",
        "U.S. Bureau of Transportation Statistics",
    ],
)
def test_licence_notices_are_shipped(notice):
    text = re.sub(r"\n>? *", " ", (FOLDER / "LICENSES.md").read_text(encoding="utf-8"))
    assert notice in text


def test_every_file_has_its_licence_block():
    notices = (FOLDER / "LICENSES.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (\w+)\.npz$", notices, re.MULTILINE)) == set(BUNDLED)


def test_one_rule_puts_every_data_file_into_the_wheel():
    checkout = Path(__file__).parents[2]
    if not (checkout / "pyproject.toml").is_file() or not (checkout / "datasets").is_dir():
        pytest.skip("not a source checkout")
    settings = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    wheel = settings["targets"]["wheel"]
    assert wheel["sources"] == {"datasets": "sggraph/data"}
    files = {path.name for path in (checkout / "datasets").iterdir() if path.is_file()}
    shipped = {name for name in files if any(fnmatch(f"datasets/{name}", rule) for rule in wheel["include"])}
    assert shipped == {name for name in files if not name.endswith(".py")}


@pytest.mark.parametrize("name", BUNDLED)
def test_graph_is_clean_and_labelled(name):
    dataset, facts = load_dataset(name), BUNDLED[name]
    n, m, classes, homophily = FIGURES[name]
    A = dataset.adjacency
    assert (facts.nodes, facts.edges, facts.classes) == (n, m, classes)
    assert A.shape == (n, n)
    assert dataset.n_edges == m == (A.nnz if dataset.directed else A.nnz / 2)
    assert A.format == "csr"
    assert A.dtype == np.float64
    assert A.indices.dtype == A.indptr.dtype == np.int32  # csgraph of SciPy 1.11 reads no other
    assert A.has_canonical_format
    assert A.diagonal().sum() == 0
    assert ((A != A.T).nnz == 0) == (not dataset.directed)
    assert (dataset.directed, dataset.weighted) == (facts.directed, facts.weighted)
    if dataset.weighted:
        assert np.all((A.data >= 1) & (A.data % 1 == 0))
    else:
        assert np.all(A.data == 1)
    assert connected_components(A, directed=False)[0] == 1
    assert len(set(dataset.nodes)) == n == len(dataset.nodes)
    assert all(isinstance(node, int) or node.strip() == node != "" for node in dataset.nodes)
    assert dataset.labels.shape == dataset.classes.shape == (n,)
    assert np.issubdtype(dataset.labels.dtype, np.integer)
    assert np.bincount(dataset.labels).all()
    assert len(set(dataset.label_names)) == classes == dataset.labels.max() + 1
    assert dataset.classes[n // 2] == dataset.label_names[dataset.labels[n // 2]]
    assert edge_homophily(dataset) == pytest.approx(homophily, abs=0.001)
    if dataset.positions is not None:
        assert dataset.positions.shape == (n, 2)
        assert np.isfinite(dataset.positions).all()
    assert min(map(len, (dataset.description, dataset.source, dataset.citation, dataset.licence))) > 10


@pytest.mark.parametrize("name", BUNDLED)
def test_loader_and_docstring_say_the_same(name):
    load = getattr(datasets, f"load_{name}")
    n, m, classes, _ = FIGURES[name]
    assert isinstance(load(), dict) or repr(load()) == repr(load_dataset(name))
    for figure in (f"{n:,}", f"{m:,}", f"{classes}"):
        assert re.search(rf"\b{figure}\b", load.__doc__), figure


def test_repr_tells_the_kind():
    assert repr(load_karate_club()) == "<Dataset karate_club: 34 nodes, 78 edges, 2 classes>"
    assert repr(load_sympy_imports()) == "<Dataset sympy_imports: 800 nodes, 6,975 directed edges, 40 classes>"
    assert repr(load_celegans()) == "<Dataset celegans: 279 nodes, 2,194 directed weighted edges, 3 classes>"


def test_counties_are_the_us():
    counties = load_us_counties()
    assert np.bincount(counties.labels)[counties.label_names.index("Texas")] == 254
    states = [node.rsplit(", ", 1)[1] for node in counties.nodes]
    assert states == counties.classes.tolist()
    assert {"Baltimore, Maryland", "Baltimore city, Maryland", "Doña Ana, New Mexico"} <= set(counties.nodes)


@pytest.mark.parametrize(
    ("load", "west_to_east", "south_to_north"),
    [
        (
            load_us_counties,
            ["King, Washington", "Miami-Dade, Florida", "Suffolk, Massachusetts"],
            ["Miami-Dade, Florida", "Suffolk, Massachusetts", "King, Washington"],
        ),
        (
            load_us_flights_2008,
            ["Honolulu (HNL)", "Seattle (SEA)", "Denver (DEN)", "Boston (BOS)"],
            ["Honolulu (HNL)", "Atlanta (ATL)", "Seattle (SEA)", "Anchorage (ANC)"],
        ),
    ],
)
def test_reference_positions_are_a_map(load, west_to_east, south_to_north):
    dataset = load()
    where = dict(zip(dataset.nodes, dataset.positions.tolist(), strict=True))
    longitudes, latitudes = [where[node][0] for node in west_to_east], [where[node][1] for node in south_to_north]
    assert longitudes == sorted(longitudes)
    assert latitudes == sorted(latitudes)


def test_neighbouring_counties_are_near_on_the_map():
    counties = load_us_counties()
    row, col = counties.adjacency.nonzero()
    distance = np.linalg.norm(counties.positions[row] - counties.positions[col], axis=1)
    assert np.median(distance) < 0.6  # degrees of latitude


def test_karate_split():
    karate = load_karate_club()
    assert karate.nodes == list(range(34))
    assert karate.classes[0] == "Mr. Hi"
    assert karate.classes[33] == "Officer"


def test_bundled_social_graphs_are_those_of_networkx():
    nx = pytest.importorskip("networkx")
    for dataset, G in ((load_karate_club(), nx.karate_club_graph()), (load_lesmis(), nx.les_miserables_graph())):
        assert dataset.nodes == list(G)
        weight = "weight" if dataset.weighted else None
        assert (nx.to_scipy_sparse_array(G, weight=weight, format="csr") != dataset.adjacency).nnz == 0


def test_arcs_point_the_way_the_docstring_says():
    """Sensory neurons send, motor neurons receive; everybody imports sympy.core; every proof uses the first lemmas."""
    celegans = load_celegans()
    sent, received = celegans.adjacency.sum(axis=1), celegans.adjacency.sum(axis=0)
    ratio = {
        name: sent[celegans.classes == name].sum() / received[celegans.classes == name].sum()
        for name in ("sensory neuron", "motor neuron")
    }
    assert ratio["sensory neuron"] > 1.5 > 0.7 > ratio["motor neuron"]
    imports = load_sympy_imports()
    add, sympify = (imports.nodes.index(f"sympy.core.{name}") for name in ("add", "numbers"))
    assert imports.adjacency[add, sympify] == 1
    setmm = load_setmm()
    assert setmm.adjacency[setmm.nodes.index("syl")].nnz == 2
    assert setmm.adjacency.sum(axis=0)[setmm.nodes.index("syl")] > 5000


def test_names_of_the_bible_are_names():
    names = load_kjv_names()
    assert {"Moses", "Jerusalem", "Philistines", "Mary", "Paul"} <= set(names.nodes)
    assert not {"The", "And", "Selah", "Behold"} & set(names.nodes)
    group = dict(zip(names.nodes, names.classes.tolist(), strict=True))
    assert (group["Moses"], group["David"], group["Peter"]) == ("Law", "History", "Gospels and Acts")


def test_grid_has_no_parallel_lines():
    degree = np.diff(load_pegase9241().adjacency.indptr)
    assert degree.min() == 1
    assert degree.mean() == pytest.approx(3.07, abs=0.01)


def test_setmm_without_its_most_used_lemmas():
    everything, subjects = load_setmm(), load_setmm(max_uses=100)
    assert (len(subjects.nodes), subjects.adjacency.nnz) == (26688, 179421)
    assert connected_components(subjects.adjacency, directed=False)[0] == 1
    assert subjects.adjacency.sum(axis=0).max() <= 100
    assert edge_homophily(subjects) > 0.5 > 0.26 > edge_homophily(everything)
    assert everything.label_names == subjects.label_names
    part = dict(zip(everything.nodes, everything.classes.tolist(), strict=True))
    assert [part[node] for node in subjects.nodes] == subjects.classes.tolist()
    with pytest.raises(ValueError, match="max_uses=0"):
        load_setmm(max_uses=0)


def test_the_nouns_of_wordnet():
    words, nouns = load_wordnet(), load_wordnet(nouns_only=True)
    n = len(nouns.nodes)
    assert (n, nouns.n_edges, len(nouns.label_names)) == (82115, 115310, 26)
    assert nouns.nodes == words.nodes[:n]
    assert nouns.classes.tolist() == words.classes[:n].tolist()
    assert all(name.startswith("noun.") for name in nouns.label_names)
    assert connected_components(nouns.adjacency)[0] == 1


@pytest.mark.parametrize("load", [load_us_counties, load_karate_club, load_lesmis, load_celegans, load_us_flights_2008])
def test_to_networkx_is_the_same_graph(load):
    nx = pytest.importorskip("networkx")
    dataset = load()
    G = dataset.to_networkx()
    assert G.is_directed() == dataset.directed
    assert G.name == dataset.name
    assert list(G) == dataset.nodes
    assert (nx.to_scipy_sparse_array(G, format="csr") != dataset.adjacency).nnz == 0
    assert nx.is_weighted(G) == dataset.weighted
    assert [label for _, label in G.nodes(data="label")] == dataset.classes.tolist()


def test_loads_are_independent():
    load_us_counties().labels[:] = 0
    assert load_us_counties().labels.any()


def test_unknown_name_says_which_there_are():
    with pytest.raises(ValueError, match=r"name='wordnett': .*did you mean 'wordnet'\?.*karate_club, lesmis"):
        load_dataset("wordnett")
    with pytest.raises(ValueError, match="name=7"):
        load_dataset(7)


def test_missing_file_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(bundled, "_FOLDERS", (tmp_path / "data", tmp_path / "datasets"))
    with pytest.raises(FileNotFoundError, match=r"us_counties\.npz.*reinstall sggraph"):
        load_us_counties()


def test_dataset_without_edges():
    empty = datasets.Dataset("empty", csr_array((2, 2)), ["a", "b"], np.array([0, 0]), ["all"], "Two nodes.")
    assert repr(empty) == "<Dataset empty: 2 nodes, 0 edges, 1 classes>"


def test_import_loads_no_heavy_package():
    code = (
        "import sys, sggraph.datasets as d; d.load_us_counties(); d.list_datasets(); d.make_torus(); "
        "d.make_block_model(); "
        "assert not {'networkx', 'matplotlib', 'sklearn', 'numba', 'pynndescent'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
