"""`History`, a callback that remembers a run: what `plot_convergence` and `animate_embedding` draw."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Float, Int, Recorded
from .checks import is_whole, refused, shown

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
        Iteration -> coordinates of the nodes `watched`, ndarray of shape (m, d), float32; with those at the start.
    schedule : Schedule or None
        The schedule of the run.
    first : int
        Iteration at which the record begins: 0, or where a run went on.
    watched : ndarray of bool, shape (n,), or None
        Of each node of the graph, whether it is among the snapshots; None if all are. ``drop_leaf=True`` leaves leaves
        out, and of components that are packed the largest alone is shown.

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
    watched: NDArray[np.bool_] | None = None

    def __init__(self, max_snapshots: Int | None = 100) -> None:
        if max_snapshots is not None and not (is_whole(max_snapshots) and (max_snapshots == 0 or max_snapshots >= 2)):
            raise refused("max_snapshots", max_snapshots, "a whole number of at least 2, 0 for none, or None for all")
        self.max_snapshots = max_snapshots
        self._forget(None, 0)

    def begin(self, schedule: Any, iteration: int, Y: NDArray[Any], watched: NDArray[np.bool_]) -> None:
        """A run by this Schedule begins, or goes on, from coordinates Y at `iteration`.

        `watched` says for each node of the graph whether Y has a row for it. What was recorded is forgotten, unless it
        is of the same run up to about there.
        """
        self.watched = None if watched.all() else watched
        if self.schedule == schedule and self._records and self._records[-1][0] <= iteration:
            return
        self._forget(schedule, iteration)
        self._keep(iteration, Y)

    def _forget(self, schedule: Any, iteration: int) -> None:
        self.schedule, self.first = schedule, iteration
        self._records: list[tuple[int, float, float]] = []
        self._kept: list[tuple[int, int, NDArray[np.float32]]] = []
        self._offered, self._stride = 0, 1

    def __call__(self, iteration: Int, Y: NDArray[Any], kl_divergence: Float, gradient_norm: Float) -> None:
        """Record; the signature of a callback."""
        self._records.append((int(iteration), float(kl_divergence), float(gradient_norm)))  # at once: Ctrl-C may come
        self._keep(int(iteration), Y)

    @property
    def iterations(self) -> list[int]:
        """When the numbers were recorded."""
        return [iteration for iteration, _, _ in self._records]

    @property
    def kl_divergence(self) -> list[float]:
        """The divergence at these iterations."""
        return [kl for _, kl, _ in self._records]

    @property
    def gradient_norm(self) -> list[float]:
        """The norm of the gradient at these iterations."""
        return [norm for _, _, norm in self._records]

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
        if not self._records:
            return f"History(max_snapshots={self.max_snapshots})"
        first, last = self._records[0][0], self._records[-1][0]
        records = f"{len(self._records)} records, iterations {first} to {last}"
        return f"<History: {records}, {len(self._kept)} snapshots>"


def as_history(source: History | Recorded) -> History:
    """The History that `source` is, or that an estimator has as its callback; an error unless it recorded a run."""
    history = source if isinstance(source, History) else getattr(source, "callback", None)
    made = "SGtSNEpi(callback=History(), callback_every=10).fit(G)"
    if not isinstance(history, History):
        raise TypeError(
            f"history={shown(source)}: give a History, or an estimator with one as callback, such as {made}"
        )
    if not history.iterations:
        raise ValueError(f"the History is empty, its run is still to come: give it to a run, such as {made}")
    return history
