"""How a run converged: `plot_convergence`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.types import Items, Recorded
from ..runtime.history import History, as_history
from .palette import EIGHT, grey

__all__ = ["plot_convergence"]
NARROW = 0.04  # of the iterations: a phase that has no room for its exaggeration


def plot_convergence(history: History | Recorded, *, axes: Items | None = None) -> NDArray[np.object_]:
    """Draw the KL divergence and the norm of the gradient over the iterations, and the phases of the schedule.

    The divergence is that of the plain objective, even while the attraction is exaggerated: it need not fall in such a
    phase, which has another aim.

    Parameters
    ----------
    history : History or SGtSNEpi
        A `History` that was the callback of a run, or a fitted estimator that has one as its callback.
    axes : pair of matplotlib.axes.Axes, optional
        Where to draw; by default a new figure with the two above each other.

    Returns
    -------
    axes : ndarray of matplotlib.axes.Axes, shape (2,)
        Those of the divergence and of the gradient.

    Raises
    ------
    TypeError, ValueError
        If there is no History, it is empty, or `axes` are not two.

    Examples
    --------
    >>> import networkx as nx
    >>> import sggraph as sg
    >>> estimator = sg.SGtSNEpi(random_state=0, callback=sg.History(), callback_every=10)
    >>> axes = sg.plot_convergence(estimator.fit(nx.karate_club_graph()))
    >>> axes[0].get_ylabel()
    'KL divergence'
    """
    history = as_history(history)
    if axes is None:
        from matplotlib import pyplot as plt

        _, axes = plt.subplots(2, sharex=True, figsize=(6, 4.2), layout="constrained")
    axes = np.array(axes, object)
    if axes.shape != (2,):
        raise ValueError(f"axes has shape {axes.shape}: give two Axes, for divergence and gradient")
    curves = (history.kl_divergence, EIGHT[0], "KL divergence"), (history.gradient_norm, EIGHT[3], "gradient norm")
    marker = "." if len(history.iterations) < 30 else None
    for ax, (values, color, name) in zip(axes, curves, strict=True):
        ax.plot(history.iterations, values, color=color, marker=marker)
        ax.set_ylabel(name)
        ax.spines[["top", "right"]].set_visible(False)
    if min(history.gradient_norm) > 0:
        axes[1].set_yscale("log")
    axes[1].set_xlabel("iteration")
    if history.schedule is not None:
        _mark_phases(axes, history)
    return axes


def _mark_phases(axes, history):
    """A line where a phase ends, its exaggeration above; what came before the record, shaded."""
    phases = [phase for phase in history.schedule.phases if phase.n_iter]
    ends = np.cumsum([phase.n_iter for phase in phases])
    for ax in axes:
        ax.set_xlim(0, ends[-1])
        for end in ends[:-1][ends[:-1] > history.first]:
            ax.axvline(end, color=grey(ax, 0.4), linewidth=0.8, linestyle=":")
        if history.first:
            ax.axvspan(0, history.first, color=grey(ax, 0.12), linewidth=0)
    top = axes[0]
    style = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "fontsize": "small"}
    style |= {"color": grey(top, 0.7), "annotation_clip": False}
    for start, end, phase in zip([0, *ends], ends, phases, strict=False):
        if end - start > NARROW * ends[-1]:
            top.annotate(f"×{phase.exaggeration:.2g}", ((start + end) / 2, 1), (0, 3), ha="center", **style)
    top.annotate("exaggeration", (0, 1), (-4, 3), ha="right", **style)
    if history.first:
        axes[1].annotate("not\nrecorded", (history.first / 2, 0.5), (0, 0), ha="center", va="center", **style)
