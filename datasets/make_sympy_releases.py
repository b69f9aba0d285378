"""Build sympy_releases.npz, which module of SymPy imports which from 2008 to 2025, from the source of its releases.

    python make_sympy_releases.py SDISTS

The argument is a folder with the unpacked source distributions sympy-0.6.3 to sympy-1.14.0, of each year the last
release with new features. Each becomes a graph as make_sympy_imports.py makes it; the file holds their union, where the
weight of an arc is the number of releases that have it. Two arrays come on top: `times`, what the releases are called,
and `present`, a bit for every arc in each of them. A module is in a release if one of its arcs is.
"""

import numpy as np
from graph_file import as_arrays, as_lines, script
from import_graph import module_names, packages, subpackages
from make_sympy_imports import build as build_release

RELEASES = {
    "0.6.3 (2008)": "sympy-0.6.3",
    "0.6.6 (2009)": "sympy-0.6.6",
    "0.7.1 (2011)": "sympy-0.7.1",
    "0.7.2 (2012)": "sympy-0.7.2",
    "0.7.4 (2013)": "sympy-0.7.4",
    "0.7.6 (2014)": "sympy-0.7.6",
    "1.0 (2016)": "sympy-1.0",
    "1.1 (2017)": "sympy-1.1",
    "1.3 (2018)": "sympy-1.3",
    "1.5 (2019)": "sympy-1.5",
    "1.7 (2020)": "sympy-1.7",
    "1.9 (2021)": "sympy-1.9",
    "1.11 (2022)": "sympy-1.11",
    "1.12 (2023)": "sympy-1.12",
    "1.13 (2024)": "sympy-1.13.0",
    "1.14 (2025)": "sympy-1.14.0",
}
PYTHON_3_ALONE = "1.7 (2020)"  # from here on; SymPy 1.6 was the first that Python 2 cannot run


def build(source, releases=RELEASES, python_3_alone=PYTHON_3_ALONE):
    folders = [source / sdist / "sympy" for sdist in releases.values()]
    python_2 = np.arange(len(releases)) < list(releases).index(python_3_alone)
    held = [dict.fromkeys(named_arcs(build_release(*release))) for release in zip(folders, python_2, strict=True)]
    names = sorted({name for arcs in held for arc in arcs for name in arc}, key=lambda name: name.split("."))
    number = {name: i for i, name in enumerate(names)}
    row, col = np.array([(number[a], number[b]) for arcs in held for a, b in arcs]).T
    labels = subpackages(names, {name for folder in folders for name in packages(module_names(folder))})
    union = as_arrays(row, col, names, labels, weights=np.ones(len(row), dtype=np.int64), directed=True)
    present = [[arc in arcs for arc in named_arcs(union)] for arcs in held]
    return {**union, "times": as_lines(list(releases)), "present": np.packbits(present, axis=1)}


def named_arcs(arrays):
    """The arcs of a file, in its order, as pairs of names."""
    names = bytes(arrays["names"]).decode().split("\n")
    row = np.repeat(np.arange(len(names)), np.diff(arrays["indptr"]))
    return [(names[i], names[j]) for i, j in zip(row, arrays["indices"], strict=True)]


if __name__ == "__main__":
    script(build, __doc__, __file__, "folder of the unpacked source distributions")
