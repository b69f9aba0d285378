"""point_cloud_to_graph(device="cuda") and SGtSNEpi's search for neighbours there: NumPy stands in for a card."""

import warnings

import numpy as np
import pytest
from host_card import HostCard
from scipy import sparse

from sggraph import GraphWarning, SGtSNEpi, point_cloud_to_graph
from sggraph.features import card_search as module
from sggraph.features.neighbors import BLOCKED, METRICS, exact_cost
from sggraph.method import devices

pytestmark = pytest.mark.jit
RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 14)) + 3 * RNG.integers(0, 3, (150, 1))
GIVEN = {"n_neighbors": 8, "perplexity": 4}


@pytest.fixture
def card(monkeypatch):
    """Cards that are none; a list of those that were opened for a search."""
    opened = []

    def make(number, d, most=None):
        opened.append(HostCard(d, number, most))
        return opened[-1]

    monkeypatch.setattr(module, "check_card", lambda device: None)
    monkeypatch.setattr(module, "Card", make)
    monkeypatch.setattr(devices, "check_card", lambda device: None)
    monkeypatch.setattr(devices, "check_forces", lambda card: None)
    monkeypatch.setattr(devices, "Card", lambda number, d, most=None: HostCard(d, number, most))
    monkeypatch.setattr(devices, "_checked", set())
    return opened


def searched(card):
    """Whether the last card was searched on, after its products were looked at."""
    return card and card[-1].launches.count("keep_nearest") >= 2


def copies():
    return np.repeat(np.random.default_rng(1).normal(size=(20, 12)), 12, axis=0)


def counts():
    return np.random.default_rng(2).poisson(0.6, (200, 12)).astype(float)


def zeros():
    rng = np.random.default_rng(3)
    some = np.abs(rng.normal(size=(100, 30))) * (rng.random((100, 30)) < 0.1)
    some[::9] = 0
    return some


@pytest.mark.parametrize("metric", BLOCKED)
@pytest.mark.parametrize(
    "samples",
    [lambda: X, lambda: X.astype(np.float32), lambda: X[:, :3], lambda: X[:9], copies, counts, zeros],
    ids=["float64", "float32", "few features", "all others", "copies", "counts", "zeros"],
)
def test_the_graph_is_that_of_the_processor(card, metric, samples):
    """To the last bit, ties included, but for few features, which a tree searches on the processor."""
    S = samples()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GraphWarning)
        ours, theirs = (point_cloud_to_graph(S, **GIVEN, metric=metric, device=device) for device in ("cuda", "cpu"))
    assert searched(card)
    np.testing.assert_array_equal(ours.indptr, theirs.indptr)
    np.testing.assert_array_equal(ours.indices, theirs.indices)
    np.testing.assert_allclose(ours.data, theirs.data, rtol=1e-9 if S.shape[1] < 10 else 0)


@pytest.mark.parametrize("rescale", ["lambda", None])
def test_weights_are_made_as_ever(card, rescale):
    ours, theirs = (point_cloud_to_graph(X, **GIVEN, rescale=rescale, device=device) for device in ("cuda:2", "cpu"))
    np.testing.assert_array_equal(ours.toarray(), theirs.toarray())
    assert card[-1].number == 2
    assert card[-1].remedy == "give fewer samples or features, or leave device out"  # where memory runs out


@pytest.mark.parametrize("metric", sorted(set(METRICS) - set(BLOCKED)))
def test_other_metrics_are_refused(card, metric):
    with pytest.raises(ValueError, match=rf"device='cuda' .*metric='{metric}' .*give 'euclidean', .*leave device out"):
        point_cloud_to_graph(np.abs(X), **GIVEN, metric=metric, device="cuda")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"X": sparse.csr_array(X)}, r"X is sparse: give X.toarray\(\)"),
        ({"method": "approximate"}, "give method='exact'"),
        ({"X": np.abs(X @ X.T), "metric": "precomputed"}, "nothing to search for with metric='precomputed'"),
        ({"precomputed_knn": (np.zeros((2, 1)), np.zeros((2, 1)))}, "nothing to search for with precomputed_knn"),
        ({"X": np.zeros((2000, 11)), "n_neighbors": 1500}, "n_neighbors=1500: give at most 1017"),
    ],
    ids=["sparse", "approximate", "precomputed", "given", "many"],
)
def test_what_a_card_does_not_do_is_refused(card, given, told):
    with pytest.raises(ValueError, match=rf"device='cuda' .*{told}.*leave device out"):
        point_cloud_to_graph(**({"X": X, **GIVEN, "device": "cuda"} | given))
    assert not card


def test_auto_is_exact_until_that_takes_too_long(card, monkeypatch):
    assert exact_cost(10**7, 40) == module.CARD_COST  # as its docstring says
    point_cloud_to_graph(X, **GIVEN, device="cuda")
    assert searched(card)
    monkeypatch.setattr(module, "CARD_COST", 150**2 * (14 + 60) - 1)
    opened = len(card)
    point_cloud_to_graph(X, **GIVEN, device="cuda")
    assert len(card) == opened
    point_cloud_to_graph(X, **GIVEN, device="cuda", method="exact")
    assert len(card) == opened + 1


def fitted(S, **options):
    return SGtSNEpi(**({"n_neighbors": 8, "perplexity": 4, "max_iter": 5, "random_state": 0} | options)).fit(S)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_estimator_searches_there_too(card, d):
    ours, theirs = (fitted(X, d=d, device=device) for device in ("cuda", "cpu"))
    assert searched(card)
    assert (ours.graph_.adjacency != theirs.graph_.adjacency).nnz == 0
    assert card[-1].most is None
    fitted(X, device="cuda:1", max_memory="500MB")
    assert (card[-1].number, card[-1].most) == (1, 500_000_000)


@pytest.mark.parametrize(
    ("samples", "options"),
    [
        (X, {"metric": "manhattan"}),
        (X, {"metric": "manhattan", "method": "exact"}),
        (sparse.csr_array(np.maximum(X, 0)), {}),
        (X[:, :3], {}),
        (np.abs(X[:, None] - X).sum(axis=2), {"metric": "precomputed"}),
    ],
    ids=["metric", "exact", "sparse", "few features", "distances"],
)
def test_what_the_estimator_leaves_to_the_processor(card, samples, options):
    ours, theirs = (fitted(samples, device=device, **options) for device in ("cuda", "cpu"))
    assert not card
    assert (ours.graph_.adjacency != theirs.graph_.adjacency).nnz == 0


def test_a_card_without_room_is_told_of(card, monkeypatch):
    monkeypatch.setattr(HostCard, "free_memory", lambda self: 52_000_000)
    told = r"device='cuda:0' has 2 MB for the search for neighbours, 150 samples of 14 features need about 4 MB: give"
    with pytest.raises(MemoryError, match=told):
        point_cloud_to_graph(X, **GIVEN, device="cuda")


def test_without_a_card_there_is_an_error(monkeypatch):
    def none(device):
        raise OSError(f"device={device!r}: no card is found")

    monkeypatch.setattr(module, "check_card", none)
    with pytest.raises(OSError, match="no card is found"):
        point_cloud_to_graph(X, **GIVEN, device="cuda")


def test_progress_is_shown(card, capsys):
    fitted(X, device="cuda", verbose=True)
    assert "neighbours: 100%" in capsys.readouterr().err
