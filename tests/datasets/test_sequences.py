"""The graph that changes: what holds from release to release, and what came and left."""

import re

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from sggraph.datasets import bundled, load_dataset, load_sympy_imports, load_sympy_releases

FIGURES = {  # nodes, arcs, classes that have nodes, newcomers, leavers
    "0.6.3 (2008)": (182, 726, 23, 182, 0),
    "0.6.6 (2009)": (202, 876, 24, 35, 15),
    "0.7.1 (2011)": (338, 1561, 25, 168, 32),
    "0.7.2 (2012)": (415, 2117, 30, 97, 20),
    "0.7.4 (2013)": (492, 2880, 34, 96, 19),
    "0.7.6 (2014)": (548, 3305, 35, 65, 9),
    "1.0 (2016)": (519, 3509, 35, 33, 62),
    "1.1 (2017)": (549, 3849, 37, 40, 10),
    "1.3 (2018)": (643, 4613, 40, 96, 2),
    "1.5 (2019)": (665, 4897, 40, 27, 5),
    "1.7 (2020)": (716, 5218, 41, 52, 1),
    "1.9 (2021)": (759, 5543, 40, 46, 3),
    "1.11 (2022)": (768, 6841, 40, 21, 12),
    "1.12 (2023)": (757, 6499, 40, 16, 27),
    "1.13 (2024)": (793, 6863, 40, 36, 0),
    "1.14 (2025)": (800, 6975, 40, 7, 0),
}


@pytest.fixture(scope="module")
def releases():
    return load_sympy_releases()


def classes_of(dataset):
    return set(dataset.classes.tolist())


def named_arcs(dataset):
    row, col = dataset.adjacency.nonzero()
    return {(dataset.nodes[i], dataset.nodes[j]) for i, j in zip(row, col, strict=True)}


def test_releases_have_the_figures_of_the_readme(releases):
    assert list(releases) == list(FIGURES)
    readme = (bundled._data_file("sympy_releases.npz").parent / "README.md").read_text(encoding="utf-8")
    before = set()
    for time, dataset in releases.items():
        n, m, classes, new, gone = FIGURES[time]
        nodes = set(dataset.nodes)
        assert (len(nodes), dataset.n_edges, len(classes_of(dataset))) == (n, m, classes)
        assert (len(nodes - before), len(before - nodes)) == (new, gone)
        coming = f"{new} | {gone}" if before else " | "
        assert re.search(rf"\| {re.escape(time)} \| {time[-5:-1]}-\d\d-\d\d \| {n} \| {m:,} \| {coming} \|", readme)
        before = nodes


def test_each_release_is_a_clean_graph_with_the_classes_of_all(releases):
    union = load_dataset("sympy_releases")
    class_of = dict(zip(union.nodes, union.labels.tolist(), strict=True))
    for time, dataset in releases.items():
        A, n = dataset.adjacency, len(dataset.nodes)
        assert dataset.name == f"sympy_releases, {time}"
        assert A.shape == (n, n)
        assert A.has_canonical_format
        assert A.indices.dtype == A.indptr.dtype == np.int32
        assert np.all(A.data == 1)
        assert A.diagonal().sum() == 0
        assert connected_components(A, directed=False)[0] == 1
        assert dataset.directed
        assert not dataset.weighted
        assert dataset.label_names == union.label_names
        assert dataset.labels.dtype == np.intp
        assert dataset.labels.tolist() == [class_of[node] for node in dataset.nodes]
        assert dataset.checksum == union.checksum


def test_the_union_counts_the_releases_of_an_arc(releases):
    union = load_dataset("sympy_releases")
    count = np.zeros(union.adjacency.shape)
    number = {node: i for i, node in enumerate(union.nodes)}
    for dataset in releases.values():
        at = [number[node] for node in dataset.nodes]
        assert at == sorted(at)
        count[np.ix_(at, at)] += dataset.adjacency.toarray()
    assert np.array_equal(count, union.adjacency.toarray())
    assert count.max() == len(releases)


def test_the_last_release_is_the_graph_of_sympy_imports(releases):
    last, alone = releases["1.14 (2025)"], load_sympy_imports()
    assert last.nodes == alone.nodes
    assert (last.adjacency != alone.adjacency).nnz == 0
    assert last.classes.tolist() == alone.classes.tolist()


def test_what_came_and_left_is_the_history_of_sympy(releases):
    when = {
        name: [time for time, dataset in releases.items() if name in classes_of(dataset)]
        for name in ("polynomials", "mpmath", "galgebra", "holonomic", "core")
    }
    assert when["polynomials"] == ["0.6.3 (2008)"]
    assert when["mpmath"][-1] == when["galgebra"][-1] == "0.7.6 (2014)"
    assert when["holonomic"][0] == "1.1 (2017)"
    assert when["core"] == list(releases)


def test_names_beside_the_importing_module_come_first_in_python_2(releases):
    """core/mul.py of 0.6.3 says "from basic import Basic"; core/random.py of 1.14 imports the random of Python."""
    assert ("sympy.core.mul", "sympy.core.basic") in named_arcs(releases["0.6.3 (2008)"])
    assert ("sympy.core.symbol", "sympy.core.random") not in named_arcs(releases["1.14 (2025)"])


def test_releases_are_independent(releases):
    first = load_sympy_releases()["0.6.3 (2008)"]
    first.labels[:] = 0
    first.label_names[0] = "changed"
    again = load_sympy_releases()
    assert again["0.6.3 (2008)"].labels.any()
    assert all(dataset.label_names[0] == "algebras" for dataset in again.values())
