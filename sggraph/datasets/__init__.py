"""Graphs to try things on: real ones that come with the package, and generators of the classics of graph drawing.

Nothing is fetched from a network, except by `load_mnist`; sources and licences of the bundled graphs stand in
``datasets/README.md``. Here are the public names; their homes are the modules below.
"""

from .bundled import list_datasets, load_dataset
from .dataset import Dataset
from .idx import read_idx
from .images import ImageDataset, load_mnist
from .lattices import make_balanced_tree, make_grid, make_moebius_strip, make_torus
from .loaders import (
    load_celegans,
    load_karate_club,
    load_kjv_names,
    load_lesmis,
    load_pegase9241,
    load_setmm,
    load_sympy_imports,
    load_sympy_releases,
    load_us_counties,
    load_us_flights_2008,
    load_wordnet,
)
from .random_graphs import make_block_model, make_random_tree, make_rmat, make_small_world

__all__ = [
    "Dataset",
    "ImageDataset",
    "list_datasets",
    "load_celegans",
    "load_dataset",
    "load_karate_club",
    "load_kjv_names",
    "load_lesmis",
    "load_mnist",
    "load_pegase9241",
    "load_setmm",
    "load_sympy_imports",
    "load_sympy_releases",
    "load_us_counties",
    "load_us_flights_2008",
    "load_wordnet",
    "make_balanced_tree",
    "make_block_model",
    "make_grid",
    "make_moebius_strip",
    "make_random_tree",
    "make_rmat",
    "make_small_world",
    "make_torus",
    "read_idx",
]
