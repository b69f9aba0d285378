"""The types of what callers give, for the signatures of public functions: numbers, seeds, labels, coordinates.

What describes a graph is `GraphLike`, in adjacency.py. An alias holds what its readers accept; ``ArrayLike`` of NumPy
holds texts and single numbers, too, and beside it a misspelt word, say of `Init`, would pass a type checker.
"""

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray


class Items(Protocol):
    """A list, tuple, array or column of a table: what has a length and an order, but is no text, unlike a Sequence."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __getitem__(self, index: int, /) -> Any: ...
    def __contains__(self, item: object, /) -> bool: ...


class SupportsArray(Protocol):
    """What NumPy reads as an array."""

    def __array__(self) -> NDArray[Any]: ...


class SparseMatrix(Protocol):
    """A sparse array or matrix of SciPy, which has no types of its own."""

    @property
    def shape(self) -> Any: ...
    @property
    def nnz(self) -> Any: ...
    def tocsr(self) -> Any: ...
    def tocoo(self) -> Any: ...


class Fitted(Protocol):
    """A fitted estimator, such as an `SGtSNEpi`."""

    @property
    def embedding_(self) -> Any: ...
    def get_params(self) -> Any: ...


class Recorded(Protocol):
    """An estimator with a `History` as its callback."""

    @property
    def callback(self) -> Any: ...


class Intracomm(Protocol):
    """Processes of mpi4py."""

    def Get_rank(self) -> int: ...
    def Get_size(self) -> int: ...
    def Allgatherv(self, sendbuf: Any, recvbuf: Any) -> Any: ...


Auto: TypeAlias = Literal["auto"]
Int: TypeAlias = int | np.integer[Any]
Float: TypeAlias = float | np.floating[Any] | np.integer[Any]
Seed: TypeAlias = Int | np.random.Generator | np.random.RandomState | None
FilePath: TypeAlias = str | os.PathLike[str]

Numbers: TypeAlias = Items | SupportsArray  # an array, or what becomes one
Features: TypeAlias = Numbers | SparseMatrix
Coordinates: TypeAlias = Numbers | Mapping[Any, Numbers]  # positions by node
Classes: TypeAlias = Items | Mapping[Any, Any]
Labels: TypeAlias = Classes | str  # "louvain", or an attribute of the nodes

Weight: TypeAlias = Hashable | None
Direction: TypeAlias = Literal["auto", "symmetric", "out", "in"]
Format: TypeAlias = Literal[
    "mtx", "npz", "graphml", "gexf", "gml", "dot", "json", "csv", "tsv", "txt", "edgelist", "parquet", "konect",
    "edges", "snap", "pajek", "metis", "dimacs", "adjlist", "sif", "ncol", "lgl",
]  # fmt: skip
Init: TypeAlias = Literal["auto", "stress", "pmds", "spectral", "random"] | Coordinates
Fixed: TypeAlias = Mapping[Any, Any] | Numbers | Iterable[Hashable]
Components: TypeAlias = Literal["auto", "pack", "together", "largest"]
Search: TypeAlias = Literal["auto", "exact", "approximate"]  # for the neighbours of samples
Ranked: TypeAlias = Intracomm | None  # processes that work together
OnInterrupt: TypeAlias = Literal["raise", "return"]
Callback: TypeAlias = Callable[[int, NDArray[np.float32], float, float], object]  # True stops the run
