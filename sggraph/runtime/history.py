"""`History`, a callback that remembers a run: what `plot_convergence` and `animate_embedding` draw."""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Float, Int, Recorded

__all__ = ["History"]


class History:
    """Callback for `embed_graph` and `SGtSNEpi` that records the KL divergence, the gradient and the coordinates.

    How often is for `callback_every` to say: 10 makes smooth curves, 2 to 5 smooth animations. A second run replaces
    the first.

    Parameters
    ----------
    max_snapshots : int or None, default 100
        Coordinates kept at most, 4 n d bytes each: whenever there are more, every second one is dropped. The first
        and the last are always among them. 0 keeps none, None all.

    Attributes
    ----------
    iterations : list of int
        When the numbers were recorded.
    kl_divergence, gradient_norm : list of float
        The numbers: the divergence without exaggeration, one step behind its iteration, and the norm of the gradient.
    snapshots : dict
        Iteration -> coordinates, ndarray of shape (n, d), float32; with the coordinates at the start. Without the
        leaves, where ``drop_leaf=True`` leaves them out; of components that are packed, the largest alone.
    schedule : Schedule or None
        The schedule of the run.
    first : int
        Iteration at which the record begins: 0, or where a run went on.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> history = sg.History()
    >>> G = nx.grid_graph([5, 5])
    >>> Y = sg.embed_graph(G, random_state=0, callback=history, callback_every=20)
    >>> history
    <History: 20 records, iterations 20 to 400, 21 snapshots>
    >>> len(history.kl_divergence)
    20
    >>> list(history.snapshots)[:3]
    [0, 20, 40]
    """

    max_snapshots: Int | None
    schedule: Any  # a Schedule or None; its layer is above this one
    first: int
    iterations: list[int]
    kl_divergence: list[float]
    gradient_norm: list[float]

    def __init__(self, max_snapshots: Int | None = 100) -> None:
        fits = isinstance(max_snapshots, Integral) and not isinstance(max_snapshots, bool) and max_snapshots >= 0
        if max_snapshots is not None and (not fits or max_snapshots == 1):
            raise ValueError(
                f"max_snapshots={max_snapshots!r}: give a whole number of at least 2, 0 for none, or None for all"
            )
        self.max_snapshots = max_snapshots
        self.begin()

    def begin(self, schedule: Any = None, iteration: int = 0, Y: NDArray[Any] | None = None) -> None:
        """Forget what was recorded; a run with this Schedule goes on from coordinates Y at `iteration`."""
        self.schedule, self.first = schedule, iteration
        self.iterations, self.kl_divergence, self.gradient_norm = [], [], []
        self._kept, self._offered, self._stride = [], 0, 1
        if Y is not None:
            self._keep(iteration, Y)

    def is_of(self, schedule: Any, iteration: int) -> bool:
        """Whether it holds a run by this Schedule up to about this iteration, which a resumed one can add to."""
        return self.schedule == schedule and bool(self.iterations) and self.iterations[-1] <= iteration

    def __call__(self, iteration: Int, Y: NDArray[Any], kl_divergence: Float, gradient_norm: Float) -> None:
        """Record; the signature of a callback."""
        self.iterations.append(int(iteration))
        self.kl_divergence.append(float(kl_divergence))
        self.gradient_norm.append(float(gradient_norm))
        self._keep(int(iteration), Y)

    @property
    def snapshots(self) -> dict[int, NDArray[np.float32]]:
        """Iteration -> coordinates."""
        return {iteration: Y for _, iteration, Y in self._kept}

    def _keep(self, iteration, Y):
        """Every stride-th of the coordinates offered, and the latest."""
        if self.max_snapshots == 0:
            return
        if self._kept and self._kept[-1][0] % self._stride:
            self._kept.pop()
        self._kept.append((self._offered, iteration, np.array(Y, np.float32)))
        self._offered += 1
        if self.max_snapshots is not None and len(self._kept) > self.max_snapshots:
            self._stride *= 2
            self._kept = [k for k in self._kept if k[0] % self._stride == 0 or k is self._kept[-1]]

    def __repr__(self) -> str:
        if not self.iterations:
            return f"History(max_snapshots={self.max_snapshots})"
        first, last = self.iterations[0], self.iterations[-1]
        records = f"{len(self.iterations)} records, iterations {first} to {last}"
        return f"<History: {records}, {len(self._kept)} snapshots>"


def as_history(source: History | Recorded) -> History:
    """The History that `source` is, or that an estimator has as its callback; an error unless it recorded a run."""
    history = source if isinstance(source, History) else getattr(source, "callback", None)
    remedy = "SGtSNEpi(callback=History(), callback_every=10).fit(G) makes one"
    if not isinstance(history, History):
        raise TypeError(
            f"expected a History, or an estimator with one as callback, got {type(source).__name__}: {remedy}"
        )
    if not history.iterations:
        raise ValueError(f"the History is empty, its run is still to come: {remedy}")
    return history
