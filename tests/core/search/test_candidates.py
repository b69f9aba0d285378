"""core/search/candidates.py: heaps of blocks hold what sorting whole rows of distances gives."""

import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.search import candidates as module
from sggraph.core.search.candidates import candidates_among, candidates_for


@pytest.fixture(params=[(1, 3, 1), (7, 2, 3), (16, 2, 16), (37, 3, 20), (512, 16, 128)])
def sizes(request, monkeypatch):
    for name, size in zip(["BLOCK", "TABLES", "ROWS"], request.param, strict=True):
        monkeypatch.setattr(module, name, size)


def points(n, f, seed=0):
    return np.random.default_rng(seed).normal(size=(n, f)).astype(np.float32)


def assert_nearest(heaps, table, k):
    order = np.argsort(table, axis=1)[:, :k]
    np.testing.assert_array_equal(np.sort(heaps.index, axis=1), np.sort(order, axis=1))
    np.testing.assert_allclose(heaps.best, np.take_along_axis(table, heaps.index, axis=1), rtol=1e-5)
    assert (heaps.best.argmax(axis=1) == 0).all()


def squares(A, B):
    return np.square(A[:, None].astype(float) - B).sum(axis=2)


@pytest.mark.parametrize("m", [1, 4, 9])
@pytest.mark.usefixtures("sizes")
def test_among_each_other(m):
    X = points(130, 9)
    table = squares(X, X)
    np.fill_diagonal(table, np.inf)
    with Workers(1) as workers:
        assert_nearest(candidates_among(X, m, 6, workers, None), table, 6)


@pytest.mark.parametrize("m", [1, 4, 9])
@pytest.mark.usefixtures("sizes")
def test_for_queries(m):
    X, queries = points(130, 9), points(75, 9, seed=1)
    with Workers(1) as workers:
        assert_nearest(candidates_for(queries, X, m, 6, workers, None), squares(queries, X), 6)


@pytest.mark.parametrize(("n", "f"), [(40, 0), (40, 1), (40, 2), (2, 3)])
def test_blocks_hold_all_points_near_ones_together(n, f, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 5)
    X = points(n, f)
    order = module._together(X)
    assert sorted(order) == list(range(n))
    if n > 5 and f:
        assert X[order[: n // 2], 0].max() < X[order[n // 2 :], 0].min()
