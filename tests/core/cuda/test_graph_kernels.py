"""Each kernel of affinity.cu and paths.cu against its twin, as in test_kernels.py."""

from types import SimpleNamespace

import numpy as np
import pytest
from kernel_checks import cards, check, threads
from scipy.sparse import coo_array, csr_array

from sggraph.core.affinity import MAX_ITER, TOLERANCE, rescale_rows
from sggraph.core.cuda.paths import NEVER, Pattern
from sggraph.core.cuda.rows import chunks_of
from sggraph.core.cuda.source import SIZE
from sggraph.core.engine.blocks import ALONE
from sggraph.core.ordering import repeated
from sggraph.core.twins import closeness

pytestmark = [pytest.mark.jit, pytest.mark.usefixtures("place")]
f32 = np.float32
KINDS = "one", "two", "empty", "sparse", "dense", "hubs", "paths"


def graph(kind, seed=0):
    """A symmetric pattern and some of its entries, arcs, that hold either direction of each; both with weights."""
    rng = np.random.default_rng(seed)
    n = {"one": 1, "two": 2, "dense": 70, "hubs": 1500}.get(kind, 600)
    i, j = np.triu_indices(n, 1)
    keep = rng.random(len(i)) < {"two": 1.0, "empty": 0.0, "sparse": 0.003, "dense": 0.5, "hubs": 0.002}.get(kind, 0)
    if kind == "hubs":
        keep |= (i == 3) & (j < 1490) | (i == 700) | (j == 700) & (i > 100)
    if kind == "paths":  # of 300 edges, and isolated nodes
        keep |= (j == i + 1) & (j <= 300)
    i, j = i[keep], j[keep]
    both = np.concatenate([i, j]), np.concatenate([j, i])
    links = csr_array(coo_array((rng.pareto(1.0, 2 * len(i)) + 1e-9, both), shape=(n, n)))
    links.sort_indices()
    some = rng.random(len(both[0])) < 0.6
    some[: len(i)] |= ~some[len(i) :]
    arcs = csr_array(coo_array((rng.pareto(1.0, int(some.sum())) + 1e-9, [end[some] for end in both]), shape=(n, n)))
    arcs.sort_indices()
    return links, arcs


def arrays(matrix):
    """As kernels take them."""
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.uint32)


@pytest.fixture(params=KINDS)
def seen(request):
    links, arcs = graph(request.param)
    return SimpleNamespace(links=links, arcs=arcs, n=links.shape[0], kind=request.param)


def test_the_graphs_have_what_matters():
    links, arcs = graph("hubs")
    assert (np.diff(links.indptr) > SIZE.CHUNK).sum() == 2
    assert (np.diff(links.indptr) == 0).any() == (np.diff(graph("sparse")[0].indptr) > 0).all()
    assert (np.diff(arcs.indptr) == 0).any()
    assert arcs.nnz < links.nnz == (arcs + arcs.T).nnz


def test_jaccard_indices(seen):
    weights = np.full(seen.links.nnz, np.nan)
    eps = 1 / (2 * seen.n)
    check(2, "jaccard", threads(32 * seen.links.nnz), *arrays(seen.links), seen.n, eps, weights, accuracy=0)


@pytest.mark.parametrize("least", [0.1, 0.6, 1.0])
def test_who_is_alike_whom(seen, least):
    numbers = np.random.default_rng(0).integers(2**64, size=seen.n, dtype=np.uint64)
    words, sums, closest = np.zeros((3, seen.n), np.uint64)
    found = check(2, "describe", threads(seen.links.nnz), *arrays(seen.links), seen.n, numbers, words, sums)
    given = *arrays(seen.links), seen.n, found["words"], least, closest
    closest = check(2, "look_around", threads(32 * seen.links.nnz), *given)["closest"]
    right, is_twin = closeness(seen.links, least, ALONE)
    np.testing.assert_array_equal(closest.view(np.float64), right)
    np.testing.assert_array_equal(repeated(found["sums"]), is_twin)


def test_weights_of_some_entries(seen):
    found = np.full(seen.arcs.nnz, np.nan)
    given = *arrays(seen.links), seen.links.data, seen.n, *arrays(seen.arcs), found
    found = check(2, "take_weights", threads(seen.arcs.nnz), *given, accuracy=0)["own_weights"]
    np.testing.assert_array_equal(found, seen.links[seen.arcs.nonzero()] if seen.arcs.nnz else [])


@pytest.mark.parametrize("lam", [0.0, 3.0, 30.0])
@pytest.mark.parametrize("share", [1 / 3, 1.0])
@pytest.mark.parametrize("spread", [1.0, 25.0])  # of the exponents of weights; the wider leaves one of each row
def test_rows_are_rescaled(seen, lam, share, spread):
    indptr, _ = arrays(seen.links)
    weights = seen.links.data**spread
    numbers = lam, share, TOLERANCE, MAX_ITER
    found = check(
        2, "rescale_rows", threads(32 * seen.n), indptr, seen.n, SIZE.CHUNK, *numbers, weights.copy(), accuracy=3e-6
    )["p"]
    hubs = np.flatnonzero(np.diff(indptr) > SIZE.CHUNK)
    if len(hubs):
        found = check(2, "rescale_hubs", len(hubs), hubs, indptr, *numbers, found, accuracy=3e-6)["p"]
    assert (len(hubs) > 0) == (seen.kind == "hubs")
    right, _ = rescale_rows(indptr, weights, lam or None, ALONE, given=share < 1)
    np.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("place_of_greatest", [0, 40, 255, 1500])
def test_weights_of_any_size(place_of_greatest):
    """Nothing overflows, whichever thread has the greatest."""
    for m in (60, SIZE.CHUNK, 3000):
        w, indptr = np.full(m, 1e-300), np.array([0, m])
        w[min(place_of_greatest, m - 1)] = 1e300
        numbers = 3.0, 1.0, TOLERANCE, MAX_ITER
        if m <= SIZE.CHUNK:
            found = check(2, "rescale_rows", 1, indptr, 1, SIZE.CHUNK, *numbers, w.copy(), accuracy=3e-6)["p"]
        else:
            found = check(2, "rescale_hubs", 1, np.zeros(1, np.int64), indptr, *numbers, w.copy(), accuracy=3e-6)["p"]
        np.testing.assert_allclose(found, rescale_rows(indptr, w, 3.0, ALONE)[0], rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("is_directed", [False, True])
def test_p_is_joined_to_its_transpose(seen, is_directed):
    own = seen.arcs if is_directed else seen.links
    data, scale = np.full(seen.links.nnz, np.nan, f32), 0.37
    given = *arrays(seen.links), seen.n, *arrays(own), own.data, scale, data
    found = check(2, "join", threads(seen.links.nnz), *given, accuracy=0)["data"]
    right = scale * (own + own.T)[seen.links.nonzero()] if seen.links.nnz else []
    np.testing.assert_allclose(found, right, rtol=1e-7)


@pytest.mark.parametrize(("m", "each"), [(0, 300), (1, 300), (299, 300), (1000, 300), (5000, 1024)])
def test_sums_of_entries(m, each):
    blocks, p = max(-(-m // each), 1), np.random.default_rng(m).random(m)
    check(2, "add_numbers", blocks, p, m, each, np.full(blocks, np.nan), accuracy=1e-14)
    p = p.astype(f32)
    p[m // 2 :: 7] = 0
    for is_entropy in (0, 1):
        check(2, "add_entries", blocks, p, m, is_entropy, each, np.full(blocks, np.nan), accuracy=1e-14)


def test_a_warp_has_an_entry_of_any_row():
    """Rows are found by a search, where empty ones stand before, between and behind the others, too."""
    links, _ = graph("sparse")
    n = links.shape[0]
    empty = np.repeat(np.arange(3 * n).reshape(n, 3)[:, 1], np.diff(links.indptr))
    wide = csr_array(coo_array((links.data, (empty, 3 * links.indices + 1)), shape=(3 * n, 3 * n)))
    check(2, "jaccard", threads(32 * wide.nnz), *arrays(wide), 3 * n, 0.01, np.full(wide.nnz, np.nan), accuracy=0)


def searching(pattern, k, seed=0):
    """Sources (k,), some of them the same, and arrays of a search before it begins."""
    n, words = pattern.n, -(-k // 64)
    sources = np.random.default_rng(seed).integers(0, n, k)
    bits = (np.zeros(n * words, np.uint64) for _ in range(3))
    return sources, words, *bits, np.full((n, k), NEVER, np.uint16), np.zeros(1, np.uint32)


@pytest.mark.parametrize(("k", "lanes"), [(1, 1), (64, 4), (130, 32)])
def test_levels_of_a_search(seen, k, lanes):
    """Three of them, and one after the end, which changes nothing."""
    pattern = Pattern.of(cards(2)[0], seen.links) if seen.links.nnz else None
    if pattern is None:
        return
    n, (indptr, indices) = seen.n, arrays(seen.links)
    sources, words, visited, front, coming, lengths, last = searching(pattern, k)
    found = check(2, "begin_search", threads(k), sources, k, words, visited, front, lengths)
    visited, front, lengths = found["seen"], found["front"], found["lengths"]
    chunks = chunks_of(indptr, np)[2]
    for level in (1, 2, 3):
        entries = indptr, indices, n, words, k, lanes, SIZE.CHUNK, visited, front, last, level, coming
        coming = check(2, "ask_back", threads(n * words * lanes), *entries)["coming"]
        if len(chunks):
            entries = chunks, indices, words, front, last, level, coming
            coming = check(2, "ask_back_hubs", len(chunks), *entries)["coming"]
        bits = visited, front, coming, last
        found = check(2, "settle_front", threads(n * words), n, words, k, *bits, level, lengths)
        visited, front, coming, last, lengths = (found[name] for name in ("seen", "front", "coming", "last", "lengths"))
    level = int(last[0]) + 2
    entries = indptr, indices, n, words, k, lanes, SIZE.CHUNK, visited, front, last, level, coming + 1
    assert (check(2, "ask_back", threads(n * words * lanes), *entries)["coming"] == 1).all()
    if len(chunks):
        entries = chunks, indices, words, front, last, level, coming + 1
        assert (check(2, "ask_back_hubs", len(chunks), *entries)["coming"] == 1).all()
    bits = visited, front, coming + 1, last
    found = check(2, "settle_front", threads(n * words), n, words, k, *bits, level, lengths)
    np.testing.assert_array_equal(found["lengths"], lengths)


def test_chunks_are_those_of_the_longer_rows():
    starts = np.cumsum([0, SIZE.CHUNK, 2 * SIZE.CHUNK + 1, 0, SIZE.CHUNK + 1, 5]).astype(np.int64)
    whole = SIZE.CHUNK
    assert [tuple(chunk) for chunk in (chunks_of(starts, np)[2] - [0, whole, whole]).tolist()] == [
        (1, 0, whole),
        (1, whole, 2 * whole),
        (1, 2 * whole, 2 * whole + 1),
        (3, 2 * whole + 1, 3 * whole + 1),
        (3, 3 * whole + 1, 3 * whole + 2),
    ]
    assert chunks_of(starts[:2], np)[2].shape == (0, 3)


@pytest.mark.parametrize("n", [1, 17, 700])
@pytest.mark.parametrize(("k", "stride", "width"), [(1, 1, 1), (40, 40, 2), (100, 130, 5)])
def test_squares_are_projected(n, k, stride, width):
    rng = np.random.default_rng(0)
    lengths = rng.integers(0, 300, (n, stride)).astype(np.uint16)
    means, axes = rng.random(k).astype(f32), rng.standard_normal((k, width)).astype(f32)
    Y = np.full((n, width), np.nan)
    check(2, "project", threads(32 * n), lengths, n, stride, k, means, axes, width, Y, accuracy=1e-12)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 17, 1100])
@pytest.mark.parametrize(("k", "lanes", "offset"), [(2, 1, 0.0), (40, 4, 0.0), (300, 4, 2.5)])
def test_points_are_relaxed(d, n, k, lanes, offset):
    rng = np.random.default_rng(0)
    Y, lengths = rng.standard_normal((n, d)).astype(f32), rng.integers(0, 30, (n, k)).astype(np.uint16)
    places = np.concatenate([Y[: k // 2], rng.standard_normal((k, d)).astype(f32)])[:k]  # some on the points
    given = Y, n, places, lengths, k, offset, 0.05, lanes, np.full((n, d), np.nan, f32)
    check(d, "relax", threads(n * lanes), *given, accuracy=3e-6)


@pytest.mark.parametrize("far", [1.5, 20.0, 1e6])
def test_lengths_are_inverted(far):
    lengths = np.arange(3000, dtype=np.uint16).reshape(1000, 3)
    check(2, "invert", threads(3000), lengths, 2997, far, 0.3, 65_535.0, 65_535.0)
