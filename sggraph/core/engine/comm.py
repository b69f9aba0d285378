"""`Comm`: what the processes of one run say to each other, in half a dozen calls; `Serial` is a process alone.

Every rank makes the same calls in the same order. What runs on MPI is in runtime/mpi.py; nothing else knows of it.
"""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class Comm(Protocol):
    """Processes 0 to `size` - 1, of which this one is `rank`; `neighbors` of them have its cores, itself among them. It
    is the one with the number `seat` on its machine.
    """

    rank: int
    size: int
    neighbors: int
    seat: int

    def add(self, array: np.ndarray, cuts: Any) -> None:
        """Add up rows ``cuts[r]..cuts[r + 1]`` of the arrays (float64) of all ranks in place, on rank r alone; in any
        order, so sums have to be exact.
        """

    def gather(self, array: np.ndarray, cuts: Any) -> None:
        """Fill the array on all ranks: its rows ``cuts[r]..cuts[r + 1]`` are those of rank r."""

    def exchange(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        """Give ``parts[r]`` to rank r; what each rank has for this one. All have one shape but for their first axis."""

    def send(self, parts: list[np.ndarray], lengths: list[int]) -> Callable[[], list[np.ndarray]]:
        """The same, begun: a function to call for what came, of these lengths."""

    def told(self, value: Any = None, patience: float = np.inf) -> Any:
        """What rank 0 says, which gives the value; None if that does not come within some seconds."""

    def meet(self, error: Any = None) -> None:
        """Wait until all ranks are here, which is to be soon: else end them all, and tell the error."""

    def end(self, error: Any) -> None:
        """End all ranks, and tell the error."""


class Shared:
    """What each rank has a part of; all ranks make it together, and call its methods together."""


class Serial:
    """One process, which has all there is and waits for nobody."""

    rank, size, neighbors, seat = 0, 1, 1, 0

    def add(self, array, cuts):
        """Nothing is missing."""

    def gather(self, array, cuts):
        """Nothing is missing."""

    def exchange(self, parts):
        """What it gives to itself."""
        return parts

    def send(self, parts, lengths):
        """The same."""
        return lambda: parts

    def told(self, value=None, patience=np.inf):
        """What it says."""
        return value

    def meet(self, error=None):
        """It is here."""

    def end(self, error):
        """It raises the error itself."""


SERIAL = Serial()
