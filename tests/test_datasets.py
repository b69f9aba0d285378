import hashlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from sggraph import datasets
from sggraph.datasets import load_karate_club, load_us_counties

FOLDER = Path(datasets._data_file("us_counties.npz")).parent


def edge_homophily(dataset):
    row, col = dataset.graph.nonzero()
    return np.mean(dataset.labels[row] == dataset.labels[col])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.npz")), ids=lambda path: path.name)
def test_checksums_stand_in_the_readme(path):
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    stated = re.search(rf"sha256 of `{path.name}` \| `(\w+)`", readme).group(1)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == stated


def test_licence_notices_are_shipped():
    notices = (FOLDER / "LICENSES.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.npz"):
        assert path.name in notices
    assert "Michael Bostock" in notices
    assert "this permission notice appear in all copies" in re.sub(r"\n> ", " ", notices)


@pytest.mark.parametrize(
    ("load", "n", "m", "classes"), [(load_us_counties, 3106, 8710, 49), (load_karate_club, 34, 78, 2)]
)
def test_graph_is_clean_and_labelled(load, n, m, classes):
    dataset = load()
    A = dataset.graph
    assert A.shape == (n, n)
    assert A.nnz == 2 * m
    assert A.format == "csr"
    assert A.dtype == np.float64
    assert A.indices.dtype == A.indptr.dtype == np.int32  # csgraph of SciPy 1.11 reads no other
    assert np.all(A.data == 1)
    assert A.diagonal().sum() == 0
    assert (A != A.T).nnz == 0
    assert connected_components(A)[0] == 1
    assert len(set(dataset.nodes)) == n == len(dataset.nodes)
    assert dataset.labels.shape == (n,)
    assert np.issubdtype(dataset.labels.dtype, np.integer)
    assert np.bincount(dataset.labels).all()
    assert len(dataset.label_names) == classes == dataset.labels.max() + 1
    assert "licence" in dataset.description
    assert repr(dataset) == f"<Dataset {dataset.name}: {n:,} nodes, {m:,} edges, {classes} classes>"


def test_counties_are_the_us():
    counties = load_us_counties()
    assert edge_homophily(counties) == pytest.approx(0.86, abs=0.005)
    assert np.bincount(counties.labels)[counties.label_names.index("Texas")] == 254
    states = [node.rsplit(", ", 1)[1] for node in counties.nodes]
    assert states == [counties.label_names[c] for c in counties.labels]
    assert {"Baltimore, Maryland", "Baltimore city, Maryland", "Doña Ana, New Mexico"} <= set(counties.nodes)


def test_reference_positions_are_a_map():
    counties = load_us_counties()
    where = dict(zip(counties.nodes, counties.positions, strict=True))
    seattle, miami, boston = (
        where[node] for node in ("King, Washington", "Miami-Dade, Florida", "Suffolk, Massachusetts")
    )
    assert seattle[0] < miami[0] < boston[0]
    assert miami[1] < boston[1] < seattle[1]
    row, col = counties.graph.nonzero()
    distance = np.linalg.norm(counties.positions[row] - counties.positions[col], axis=1)
    assert np.median(distance) < 0.6  # degrees of latitude: neighbours are near each other


def test_karate_split():
    karate = load_karate_club()
    label_of = dict(zip(karate.nodes, karate.labels, strict=True))
    assert karate.label_names[label_of[0]] == "Mr. Hi"
    assert karate.label_names[label_of[33]] == "Officer"


@pytest.mark.parametrize("load", [load_us_counties, load_karate_club])
def test_to_networkx_is_the_same_graph(load):
    nx = pytest.importorskip("networkx")
    dataset = load()
    G = dataset.to_networkx()
    assert list(G) == dataset.nodes
    assert (nx.to_scipy_sparse_array(G, format="csr") != dataset.graph).nnz == 0
    assert [label for _, label in G.nodes(data="label")] == [dataset.label_names[c] for c in dataset.labels]


def test_loads_are_independent():
    load_us_counties().labels[:] = 0
    assert load_us_counties().labels.any()


def test_missing_file_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "_FOLDERS", (tmp_path / "data", tmp_path / "datasets"))
    with pytest.raises(FileNotFoundError, match=r"us_counties\.npz.*reinstall sggraph"):
        load_us_counties()


def test_import_loads_no_heavy_package():
    code = (
        "import sys, sggraph.datasets as d; d.load_us_counties(); "
        "assert not {'networkx', 'matplotlib', 'sklearn', 'numba', 'pynndescent'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
