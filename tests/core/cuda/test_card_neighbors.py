"""core/cuda/neighbors.py: the kernel that keeps the nearest against its twin, and the search beside the processor's."""

import fake_cupy
import numpy as np
import on_card
import pytest
from emulated_card import COMPILER, REASON, EmulatedCard
from host_card import HostCard

from sggraph.core.cuda import card as cards
from sggraph.core.cuda import neighbors
from sggraph.core.cuda.card import Card
from sggraph.core.cuda.neighbors import DOUBLE, SINGLE, check_products, nearest_on, table_shape
from sggraph.core.cuda.source import LISTS, SIZE
from sggraph.core.engine.blocks import ALONE, Workers
from sggraph.core.search.nearest import centred, nearest

pytestmark = pytest.mark.jit
needs_compiler = pytest.mark.skipif(COMPILER is None, reason=REASON)
NONE = 0xFFFFFFFF
f32 = np.float32


def first_card(d):
    """That of this machine."""
    return Card(0, d)


CARDS = [HostCard, pytest.param(EmulatedCard, marks=needs_compiler)]
if on_card.REASON is None:
    CARDS.append(pytest.param(first_card, marks=pytest.mark.cuda, id="card"))


@pytest.fixture(params=CARDS)
def make_card(request):
    return request.param


PLACES = [pytest.param("processor", marks=needs_compiler)]
if on_card.REASON is None:
    PLACES.append(pytest.param("card", marks=pytest.mark.cuda))


def kernel_cards(place):
    """Two that should do the same: threads in either order, or the card twice."""
    if place == "card":
        return [on_card.CopyingCard(2)] * 2
    return [EmulatedCard(2, backwards) for backwards in (False, True)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", [SINGLE, DOUBLE], ids=["float", "double"])
@pytest.mark.parametrize("values", ["any", "ties", "falling", "rising"])
@pytest.mark.parametrize(
    ("widths", "kept"),
    [
        ((1,), 1),
        ((2, 40), 7),
        ((255, 256, 257), 37),
        ((5000,), 37),
        ((1024, 3000), LISTS.MOST_KEPT),
        ((2 * LISTS.ROOM,), LISTS.MOST_KEPT),
    ],
    ids=str,
)
def test_a_list_holds_the_least_of_a_row(place, kind, values, widths, kept):
    """And nothing beside it is written; columns come in blocks."""
    rng, n = np.random.default_rng(0), sum(widths)
    rows = 3
    table = rng.standard_normal((rows, n))
    if values == "ties":
        table = np.round(table)
    if values in ("falling", "rising"):  # each entry is among the least until then, or none is after the first
        table = np.sort(table)[:, :: 1 if values == "falling" else -1]
    table, halves = table.astype(kind.dtype), np.round(rng.random(n) + 1).astype(kind.dtype)
    own = np.array([0, n // 2, n + 5])
    guard = 64
    found = []
    for card in (HostCard(2), *kernel_cards(place)):
        best = np.full((rows, kept), np.inf, kind.dtype)
        held = np.full(rows * kept + 2 * guard, 12345, np.uint32)
        numbers = held[guard:-guard].reshape(rows, kept)
        numbers[...] = NONE
        first = 0
        for width in widths:
            block = np.ascontiguousarray(table[:, first : first + width]), halves[first : first + width].copy()
            card.launch(kind.kernel, rows, *block, own, first, width, kept, best, numbers)
            first += width
        assert (held[:guard] == 12345).all()
        assert (held[-guard:] == 12345).all()
        found.append((best, numbers.copy()))
    value = np.where(np.arange(n) == own[:, None], np.inf, halves - table)
    expected = np.argsort(value, axis=1, kind="stable")[:, :kept]
    there = min(kept, n - 1)  # the first row has no more
    np.testing.assert_array_equal(found[0][1][:, :there], expected[:, :there])
    for best, numbers in found[1:]:
        np.testing.assert_array_equal(best, found[0][0])
        np.testing.assert_array_equal(numbers, found[0][1])


def points(n, f, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=(n, f)).astype(dtype)


def assert_equals_the_processors(card, X, k, **options):
    """To the last bit."""
    ours, theirs = nearest_on(card, X, k, ALONE, **options), nearest(X, k, ALONE)
    assert ours[0].dtype == np.int32
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "f", "k"), [(2, 1, 1), (3, 2, 2), (17, 5, 4), (17, 5, 16), (400, 3, 31), (300, 40, 12)])
def test_neighbours_are_those_of_the_processor(make_card, n, f, k, dtype, monkeypatch):
    monkeypatch.setattr(neighbors, "ROWS", 150)
    monkeypatch.setattr(neighbors, "ENTRIES", 150 * 170)
    monkeypatch.setattr(neighbors, "LEAST", 1)
    assert_equals_the_processors(make_card(2), points(n, f, dtype=dtype), k)


@pytest.mark.parametrize("offset", [1e4, 1e9])
@pytest.mark.parametrize("scale", [1e-150, 1e-30, 1.0, 1e150])
def test_any_scale_and_offset(offset, scale):
    assert_equals_the_processors(HostCard(2), (points(200, 12) + offset) * scale, 9)


def counted(monkeypatch):
    """How many rows each kind of search is asked for."""
    asked, own, anew = {"float64": 0, "anew": 0}, neighbors._candidates, neighbors.searched_anew

    def candidates(card, points, rows, kept, shape, kind, tick=None):
        if kind is DOUBLE:
            asked["float64"] += len(rows)
        return own(card, points, rows, kept, shape, kind, tick)

    def differences(rows, *given):
        asked["anew"] += len(rows)
        return anew(rows, *given)

    monkeypatch.setattr(neighbors, "_candidates", candidates)
    monkeypatch.setattr(neighbors, "searched_anew", differences)
    return asked


@pytest.mark.parametrize(("gap", "in_double", "anew"), [(1e0, 0, 0), (1e4, 300, 0), (1e9, 300, 300)])
def test_what_rounding_leaves_in_doubt_is_searched_again(make_card, gap, in_double, anew, monkeypatch):
    """Clusters far apart: squares of the gap drown the distances within one, in float32, then in float64."""
    asked, X = counted(monkeypatch), points(300, 6)
    X[150:] += gap
    assert_equals_the_processors(make_card(2), X, 10)
    assert asked == {"float64": in_double, "anew": anew}


def test_without_room_for_float64_differences_are_taken(monkeypatch):
    asked, X = counted(monkeypatch), points(300, 6)
    X[150:] += 1e4
    monkeypatch.setattr(neighbors, "table_shape", lambda *given: table_shape(*given) if SINGLE in given else None)
    assert_equals_the_processors(HostCard(2), X, 10)
    assert asked == {"float64": 0, "anew": 300}


def test_what_a_search_has_done_with_is_given_back_before_another():
    """`max_memory` limits what the pool has, in use or not."""
    events = []

    class Pooled(HostCard):
        def release(self):
            events.append("release")

        def launch(self, kernel, blocks, *arguments):
            events.append(kernel)
            super().launch(kernel, blocks, *arguments)

    X = points(300, 6)
    X[150:] += 1e4
    nearest_on(Pooled(2), X, 10, ALONE)
    assert events == ["keep_nearest", "release", "keep_nearest", "release", "keep_nearest_double"]


def test_rounding_that_hides_a_neighbour_is_seen():
    """Products that are off, as far as float32 may be, put other points among the candidates."""
    f, X = 200, points(500, 200)
    X[:, 0] += 1e3 * (np.arange(500) % 2)

    class Rounding(HostCard):
        class xp:
            def __getattr__(self, name):
                return getattr(np, name)

            def dot(self, a, b, out):
                exact = a.astype(np.float64) @ b
                lengths = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=0)
                error = np.random.default_rng(1).choice([-1.0, 1.0], exact.shape) * lengths
                out[...] = exact + (0.9 * f * 2.0**-24 * error if out.shape[1] == 500 and out.dtype == f32 else 0)

        xp = xp()

    assert_equals_the_processors(Rounding(2), X, 20)
    candidates = neighbors._candidates(Rounding(2), X.astype(f32), np.arange(500), 26, (500, 500), SINGLE)
    right = nearest(X, 20, ALONE)[0]
    assert not all(set(some) <= set(all_of) for some, all_of in zip(right, candidates.index, strict=True))


def overestimated(X, points, kept=2):
    """How much nearer the farthest other of each of three points is than told, for each of |x|^2 + |y|^2."""
    found = neighbors._candidates(HostCard(2), points, np.arange(3), kept, (3, 3), SINGLE)
    assert found.rounding == SINGLE.rounding(X.shape[1])
    squares = (X**2).sum(axis=1)
    table = ((X[:, None] - X) ** 2).sum(axis=2)
    farthest = table.argmax(axis=1)
    return ((found.best[:, 0] - table.max(axis=1)) / (squares + squares[farthest])).max()


@pytest.mark.parametrize("f", [1, 2, 30, 784])
def test_what_is_left_out_is_no_nearer_than_told(f):
    """But for the rounding that is told: with one coordinate, up to 4.5 u, of which the product is one."""
    u, worst = SINGLE.u, 0.0
    for seed in range(200):
        moved = centred(X := points(3, f, seed), X, ALONE)
        worst = max(worst, overestimated((X - moved.center) / moved.scale, moved.points))
    assert worst <= SINGLE.rounding(f)
    assert f > 1 or worst > u
    tiny = points(3, f) * 1e-22  # whose products float32 does not hold
    assert overestimated(tiny, tiny.astype(f32)) <= 0


def test_duplicates_and_ties(make_card):
    lattice = np.stack(np.meshgrid(*[np.arange(6.0)] * 3), axis=-1).reshape(-1, 3)
    copies = np.repeat(points(12, 3), 10, axis=0)
    for X, k in ((lattice, 20), (copies, 9), (np.ones((40, 2)), 5)):
        (indices, distances), theirs = nearest_on(make_card(2), X, k, ALONE), nearest(X, k, ALONE)
        np.testing.assert_array_equal(distances, theirs[1])
        own = np.linalg.norm(X[indices] - X[:, None], axis=2)
        np.testing.assert_allclose(own, distances, rtol=1e-12)
        assert all(len(set(row) - {i}) == k for i, row in enumerate(indices.tolist()))


def test_the_same_bits_for_any_tables_and_threads(monkeypatch):
    X, found = points(700, 30), []
    for rows, entries, n_jobs in ((4096, 2**28, 1), (100, 100 * 90, 2), (64, 64 * 700, 1)):
        monkeypatch.setattr(neighbors, "ROWS", rows)
        monkeypatch.setattr(neighbors, "ENTRIES", entries)
        monkeypatch.setattr(neighbors, "LEAST", 64)
        with Workers(n_jobs) as workers:
            found.append(b"".join(part.tobytes() for part in nearest_on(HostCard(2), X, 15, workers)))
    assert len(set(found)) == 1


def test_ticks(monkeypatch):
    monkeypatch.setattr(neighbors, "ROWS", 40)
    ticks = []
    nearest_on(HostCard(2), points(100, 2), 3, ALONE, tick=lambda *tick: ticks.append(tick))
    assert ticks == [(40, 100), (80, 100), (100, 100)]


GB = 10**9


@pytest.mark.parametrize(
    ("n", "f", "room", "expected"),
    [
        (70_000, 784, 80 * GB, (4096, 65_536)),
        (1_000_000, 50, 80 * GB, (4096, 65_536)),
        (70_000, 784, 0.5 * GB, (4096, None)),
        (1_000_000, 50, 0.21 * GB, (None, None)),
        (70_000, 784, 0.2 * GB, None),
        (300, 5, GB, (300, 300)),
        (300, 5, 0.003 * GB, None),
    ],
)
def test_tables_fit(n, f, room, expected):
    shape = table_shape(n, n, f, 37, SINGLE, int(room))
    if expected is None:
        assert shape is None
        assert neighbors.least_memory(n, f, 37) > room
        return
    rows, columns = shape
    needed = 4 * n * (f + 1) + rows * (4 * f + 8 * 37 + 8) + 4 * rows * columns
    assert needed <= room
    assert rows * columns <= neighbors.ENTRIES
    assert columns >= min(n, neighbors.LEAST)
    assert rows == (expected[0] or rows)
    assert columns == (expected[1] or columns)


def test_little_memory_is_told_of():
    class Small(HostCard):
        def free_memory(self):
            return 60_000_000

    told = r"device='cuda:0' has 10 MB for the search for neighbours, 1,000 samples of 3,500 features need about 18 MB"
    with pytest.raises(MemoryError, match=told):
        nearest_on(Small(2), points(1_000, 3_500, dtype=f32), 30, ALONE)
    with pytest.raises(MemoryError, match="has 5 MB for the search"):
        nearest_on(HostCard(2, most=55_000_000), points(700, 500), 30, ALONE)
    assert_equals_the_processors(HostCard(2, most=55_000_000), points(700, 50), 30)


class Tensor(HostCard):
    """Multiplies with the digits of TF32."""

    class xp:
        def __getattr__(self, name):
            return getattr(np, name)

        def dot(self, a, b, out):
            a, b = (np.ldexp(np.rint(np.ldexp(m, 11)), e - 11).astype(f32) for m, e in map(np.frexp, (a, b)))
            np.dot(a, b, out=out)

    xp = xp()


class Forgetful(HostCard):
    """Loses the nearest but one of each row."""

    def launch(self, kernel, blocks, *arguments):
        super().launch(kernel, blocks, *arguments)
        numbers = arguments[-1]
        numbers[:, 1:-1] = numbers[:, 2:]


def test_a_card_that_multiplies_with_fewer_digits_is_refused(make_card):
    check_products(make_card(2))
    with pytest.raises(RuntimeError, match=r"with an error of .* float32 has at most 2e-06: unset CUPY_TF32"):
        nearest_on(Tensor(2), points(300, 12), 5, ALONE)
    with pytest.raises(RuntimeError, match="does not find the nearest of points"):
        nearest_on(Forgetful(2), points(300, 12), 5, ALONE)


def test_a_card_by_cupy_does_what_its_kernels_do(monkeypatch):
    module = fake_cupy.CuPy()
    monkeypatch.setattr(cards, "_cupy", lambda device: module)
    cards._module.cache_clear()
    X = points(300, 6)
    X[150:] += 1e4  # in float64, too
    card = Card(0, 2, 10**9)
    assert_equals_the_processors(card, X, 12)
    card.remedy = "give fewer samples"
    with pytest.raises(MemoryError, match="no more room, all of it: give fewer samples"), card.at_work():
        raise fake_cupy.OutOfMemoryError("all of it")
    cards._module.cache_clear()


def test_there_is_room_for_as_many_new_pairs_as_are_kept():
    assert LISTS.ROOM >= LISTS.MOST_KEPT + SIZE.BLOCK * LISTS.AT_ONCE
    assert LISTS.ROOM & (LISTS.ROOM - 1) == 0
    assert neighbors.most_neighbors(1025) == 1024
    assert neighbors.most_neighbors(1026) == 1018
