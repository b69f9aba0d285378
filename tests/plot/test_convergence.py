import matplotlib
import networkx as nx
import numpy as np
import pytest
from matplotlib.colors import to_hex

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg

PHASES = (sg.Phase(40, 2.0, 25.0, 0.8), sg.Phase(0, 9.0, 25.0, 0.8), sg.Phase(60, 1.0, 25.0, 0.8))


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def run(**options):
    estimator = sg.SGtSNEpi(random_state=0, callback=sg.History(), callback_every=10, **options)
    return estimator.fit(nx.grid_graph([5, 5]))


def test_curves():
    estimator = run()
    axes = sg.plot_convergence(estimator)
    for ax, values in zip(axes, (estimator.callback.kl_divergence, estimator.callback.gradient_norm), strict=True):
        np.testing.assert_array_equal(ax.lines[0].get_xydata().T, [estimator.callback.iterations, values])
    assert [ax.get_yscale() for ax in axes] == ["linear", "log"]
    assert len(sg.plot_convergence(estimator.callback)) == 2


def test_phases():
    axes = sg.plot_convergence(run(schedule=sg.Schedule(PHASES, 5.0)))
    for ax in axes:
        assert [line.get_xdata()[0] for line in ax.lines[1:]] == [40]
        assert ax.get_xlim() == (0, 100)
        assert not ax.patches
    assert {(t.get_text(), t.xy[0]) for t in axes[0].texts} == {("×2", 20), ("×1", 70), ("exaggeration", 0)}


def test_iterations_before_the_record_are_shaded():
    """A run that went on from where another one was."""
    estimator = sg.SGtSNEpi(random_state=0, early_exag=30, max_iter=200, warm_start=True).fit(nx.grid_graph([5, 5]))
    history = sg.History()
    estimator.set_params(max_iter=400, callback=history, callback_every=10).fit(nx.grid_graph([5, 5]))
    axes = sg.plot_convergence(history)
    for ax in axes:
        (patch,) = ax.patches
        assert patch.get_extents().transformed(ax.transData.inverted()).intervalx == pytest.approx([0, 200])
    assert [t.get_text() for t in axes[1].texts] == ["not\nrecorded"]


def test_a_history_of_other_making():
    history = sg.History()
    history(1, np.eye(2), 3.0, 0.0)
    axes = sg.plot_convergence(history)
    assert axes[1].get_yscale() == "linear"
    assert not axes[0].texts


def test_given_axes_and_settings():
    before = dict(plt.rcParams)
    estimator = run()
    _, mine = plt.subplots(1, 2)
    assert list(sg.plot_convergence(estimator, axes=mine)) == list(mine)
    with pytest.raises(ValueError, match="give two Axes"):
        sg.plot_convergence(estimator, axes=mine[0])
    assert dict(plt.rcParams) == before
    with plt.style.context("dark_background"):
        assert to_hex(sg.plot_convergence(estimator)[0].texts[0].get_color()) > "#a0a0a0"


def test_errors():
    with pytest.raises(ValueError, match="History is empty"):
        sg.plot_convergence(sg.SGtSNEpi(callback=sg.History()))
    with pytest.raises(TypeError, match="give a History"):
        sg.plot_convergence(sg.SGtSNEpi())
