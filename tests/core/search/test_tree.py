"""core/search/tree.py: the nearest of all points, each itself among them, and no thread that outlives an interrupt."""

import signal
import threading
import time

import numpy as np
import pytest
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from sggraph.core.engine.blocks import Workers, even_bounds
from sggraph.core.search import tree
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


@pytest.mark.jit
def test_an_interrupt_leaves_no_thread_at_work(monkeypatch):
    """Threads of cKDTree would go on and write to memory that was given back, which ends the interpreter."""
    begun, ended, helped, struck = [], [], threading.Event(), threading.Event()

    class Watched(cKDTree):
        def query(self, *args, workers=1, **options):
            assert workers == 1
            begun.append(1)
            try:
                if threading.current_thread() is threading.main_thread():
                    helped.wait()
                    struck.set()
                    signal.raise_signal(signal.SIGINT)
                helped.set()
                struck.wait()
                time.sleep(0.1)  # the other thread has left its block long before
                return super().query(*args, **options)
            finally:
                ended.append(1)

    monkeypatch.setattr(tree, "cKDTree", Watched)
    X = np.random.default_rng(0).normal(size=(20_000, 3))
    with Workers(2) as workers:
        with pytest.raises(KeyboardInterrupt):
            tree_neighbors(X, 20, workers)
        assert len(begun) == len(ended) < len(even_bounds(len(X), tree.BLOCKS)) - 1
