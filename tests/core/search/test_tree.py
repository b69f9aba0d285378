"""core/search/tree.py: the nearest of all points, each itself among them, and no thread that outlives an interrupt."""

import signal
import threading

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from sggraph.core.engine.blocks import Workers
from sggraph.core.search.tree import tree_neighbors


@pytest.mark.parametrize("k", [1, 2, 7])
@pytest.mark.parametrize("d", [1, 3])
def test_they_are_the_nearest(d, k):
    X = np.random.default_rng(0).normal(size=(1_500, d))
    with Workers(2) as workers:
        indices, distances = tree_neighbors(X, k, workers)
    all_distances = cdist(X, X)
    np.testing.assert_array_equal(indices, np.argsort(all_distances, axis=1)[:, :k])
    np.testing.assert_allclose(distances, np.sort(all_distances, axis=1)[:, :k], atol=1e-12)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer that interrupts")
def test_an_interrupt_leaves_no_thread_at_work():
    """Threads of cKDTree would go on and write to memory that was given back, which ends the interpreter."""
    X, before = np.random.default_rng(0).normal(size=(200_000, 3)), threading.active_count()
    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt), Workers(2) as workers:
            tree_neighbors(X, 20, workers)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    assert threading.active_count() == before
