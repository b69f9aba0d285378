"""Each kernel of kernels.cu, run on the processor (emulated_card.py), against its twin, in 1-D, 2-D and 3-D.

Threads and blocks are taken in two orders, forwards and backwards, to the same bits; arrays lie between guards, which
have to be whole afterwards, and which spoil what is summed where they are read. Where there is a graphics card, all is
done there as well, twice.
"""

import inspect
from itertools import pairwise
from types import SimpleNamespace

import cuda_twins
import numpy as np
import pytest
from emulated_card import COMPILER, REASON, EmulatedCard, library
from kernel_checks import BLOCK, cards, check, outcome, threads

from sggraph.core.cuda import source
from sggraph.core.cuda.source import HALT, NOW, SIZE

DIMENSIONS = 1, 2, 3
f32 = np.float32

pytestmark = [pytest.mark.jit, pytest.mark.usefixtures("place")]


def sums(blocks, k):
    """Room for the sums of blocks, the counter of those that have ended, and which blocks there are."""
    return np.full(blocks * k, np.nan), np.zeros(1, np.uint32), 0, blocks


def picture(kind, d, seed=0):
    """Points (n, d), rows of a symmetric pattern with weights, and `now`, as kernels take them."""
    rng = np.random.default_rng(seed)
    n = {"one": 1, "two": 2, "seventeen": 17}.get(kind, 1100)
    Y = 4 * rng.standard_normal((n, d)).astype(f32)
    if kind == "coincident":
        Y[:] = 1.5
    if kind == "far":
        Y += f32(1000)
    if kind == "clumps":
        Y[: n // 2] = Y[: n // 2] * f32(0.01) + 3
    degrees = rng.integers(0, 12, n)  # some isolated
    if kind == "hub":
        degrees[[5, n - 1]] = 2 * SIZE.CHUNK + 77, SIZE.CHUNK + 1
    if kind == "empty":
        degrees[:] = 0
    indptr = np.concatenate([[0], np.cumsum(degrees)]).astype(np.int64)
    indices = rng.integers(0, n, indptr[-1]).astype(np.uint32)
    data = rng.random(indptr[-1]).astype(f32) + f32(0.01)
    now = np.zeros(NOW.NOW)
    now[NOW.LOW : NOW.LOW + d], now[NOW.HIGH : NOW.HIGH + d] = Y.min(axis=0), Y.max(axis=0)
    now[NOW.MEAN : NOW.MEAN + d] = Y.mean(axis=0)
    now[NOW.EXAGGERATION], now[NOW.ETA], now[NOW.MOMENTUM] = 2.5, n / 2, 0.8
    now[NOW.MAX_STEP], now[NOW.MAX_GAIN] = 5.0, 4.0
    now[NOW.STRESS], now[NOW.EVENNESS], now[NOW.SCALE], now[NOW.TURN] = 1.5, 0.3, 1.25, 2.25
    order = rng.permutation(n)
    rank = np.argsort(order)
    return SimpleNamespace(n=n, d=d, Y=Y, indptr=indptr, indices=indices, data=data, now=now, order=order, rank=rank)


KINDS = "one", "two", "seventeen", "many", "coincident", "hub", "empty", "far", "clumps"


@pytest.fixture(params=[(kind, d) for d in DIMENSIONS for kind in KINDS], ids=lambda p: f"{p[0]}-{p[1]}D")
def seen(request):
    return picture(*request.param)


def test_twins_take_what_kernels_take():
    for name, parameters in source.signatures().items():
        twin = list(inspect.signature(getattr(cuda_twins, name)).parameters)
        assert twin == [p.name for p in parameters] + ["d", "blocks"]
    assert len(source.signatures()) == source.text().count("__global__")


def test_arguments_of_another_type_are_refused():
    Y, counter = np.zeros((4, 2), f32), np.zeros(1, np.uint32)
    now, partial = np.zeros(NOW.NOW), np.zeros(8)
    with pytest.raises(TypeError, match="cross_entropy takes 10"):
        source.checked("cross_entropy", [Y])
    rows = np.zeros(5, np.int64), np.zeros(0, np.int32), np.zeros(0, f32)
    with pytest.raises(TypeError, match="indices is int32, not contiguous uint32"):
        source.checked("cross_entropy", [Y, *rows, 4, partial, counter, 0, 1, now])
    with pytest.raises(TypeError, match="Y is float32, not contiguous float32"):
        source.checked("cross_entropy", [Y[:, ::-1], *rows, 4, partial, counter, 0, 1, now])


@pytest.mark.parametrize(("lanes", "is_even"), [(1, 0), (4, 1), (32, 0)])
def test_attraction(seen, lanes, is_even):
    F = np.full((seen.n, seen.d), 7, f32)
    rows = seen.indptr, seen.indices, seen.data, seen.n
    check(seen.d, "attractive", threads(seen.n * lanes), seen.Y, 0, *rows, lanes, SIZE.CHUNK, is_even, seen.now, F)


def test_attraction_of_some_rows():
    seen = picture("hub", 2)
    first, n = 300, 500
    indptr = seen.indptr[first : first + n + 1] - seen.indptr[first]
    own = slice(seen.indptr[first], seen.indptr[first + n])
    entries, F = (seen.indices[own], seen.data[own]), np.full((n, 2), 7, f32)
    some = check(2, "attractive", threads(4 * n), seen.Y, first, indptr, *entries, n, 4, SIZE.CHUNK, 0, seen.now, F)
    rows, F = (seen.indptr, seen.indices, seen.data, seen.n), np.full((seen.n, 2), 7, f32)
    every = check(2, "attractive", threads(4 * seen.n), seen.Y, 0, *rows, 4, SIZE.CHUNK, 0, seen.now, F)
    np.testing.assert_array_equal(some["F"], every["F"][first : first + n])


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("is_even", [0, 1])
def test_attraction_of_hubs(d, is_even):
    seen = picture("hub", d)
    chunks, hubs, first = [], [], [0]
    for i in range(seen.n):
        begin, end = seen.indptr[i : i + 2]
        if end - begin > SIZE.CHUNK:
            hubs.append(i)
            chunks += [(i, e, min(e + SIZE.CHUNK, end)) for e in range(begin, end, SIZE.CHUNK)]
            first.append(len(chunks))
    assert (len(hubs), len(chunks)) == (2, 5)
    parts, F = np.full((len(chunks), d), np.nan, f32), np.full((seen.n, d), 7, f32)
    rows = np.array(chunks, np.int64), seen.indices, seen.data
    found = check(d, "attractive_hubs", len(chunks), seen.Y, 0, *rows, is_even, seen.now, parts)
    check(d, "add_hubs", 1, np.array(hubs), np.array(first), len(hubs), found["parts"], seen.now, F)


def test_cross_entropy(seen):
    blocks = min(threads(seen.n), 3)
    rows = seen.indptr, seen.indices, seen.data, seen.n
    check(seen.d, "cross_entropy", blocks, seen.Y, *rows, *sums(blocks, 1), seen.now)


@pytest.mark.parametrize(("looks", "n_groups"), [(60.0, 5), (0.01, 5), (1e9, 3)])
def test_looks_at_pivots_are_planned(looks, n_groups):
    now = picture("many", 2).now
    check(2, "plan_looks", 1, 1100, n_groups, 0.25, 0.02, looks, 1.0, now, accuracy=1e-12)


@pytest.mark.parametrize(
    ("n_pivots", "n_groups", "lanes", "number"), [(64, 1, 4, 0), (130, 3, 1, 0), (300, 1, 4, 0), (130, 3, 4, 1)]
)
def test_pull_of_path_lengths(seen, n_pivots, n_groups, lanes, number):
    rng = np.random.default_rng(1)
    seen.now[NOW.DUE], seen.now[NOW.STOP] = 3, 4  # one is due
    inverses = rng.integers(0, 65_536, (seen.n, n_pivots)).astype(np.uint16)
    pivots = rng.integers(0, seen.n, n_pivots)
    pull, blocks = rng.standard_normal((seen.n, seen.d)).astype(f32), min(threads(seen.n * lanes), 3)
    lengths = pivots, inverses, n_pivots, n_groups, number, 65_535.0, 1 / n_groups, lanes
    state = seen.Y, seen.order, seen.n
    found = check(seen.d, "move_pull", blocks, *state, *lengths, pull, *sums(blocks, 2), seen.now, accuracy=1e-4)
    assert (number == 1) == np.array_equal(found["pull"], pull)


def grid_of(seen, h):
    """Cells along each axis, three numbers, with a stencil and more to spare; and the origin in `now`."""
    low, high = (seen.now[at : at + seen.d] for at in (NOW.LOW, NOW.HIGH))
    shape = np.ceil((high - low) / h).astype(int) + SIZE.ORDER + 3
    seen.now[NOW.ORIGIN : NOW.ORIGIN + seen.d] = ((low + high) / 2 - (shape - 1) * h / 2).astype(f32)
    return [*shape.tolist(), 1, 1][:3]


@pytest.mark.parametrize("h", [0.4, 3.0])
def test_spread_and_gather(seen, h):
    d, shape = seen.d, grid_of(seen, h)
    Q = np.zeros(shape[:d], np.uint64)
    found = check(d, "spread", threads(seen.n), seen.Y, seen.n, 1 / h, *shape, seen.now, Q, rounded={"Q"})
    off = abs(int(found["Q"].sum()) / 2**23 - seen.n) / seen.n
    assert off < 4**d * 2**-24
    blocks = min(threads(seen.n), 3)
    period = [m + 5 for m in shape]
    rng = np.random.default_rng(0)
    V = rng.standard_normal([shape[0], *period[1:d]]).astype(f32)
    F, layout = np.zeros((seen.n, d), f32), (1 / h, *shape, period[1], period[2])
    for near in (None, rng.standard_normal((seen.n, d + 1)).astype(f32)):
        given = seen.Y, seen.n, *layout, V, -0.5 / h, near, F, *sums(blocks, d + 1), seen.now
        check(d, "gather", blocks, *given, accuracy=1e-5)


def test_points_beyond_the_grid_stay_out_of_the_rest_of_the_memory(seen):
    shape = grid_of(seen, 0.4)
    seen.Y[0] = -1e6
    seen.Y[-1] = 1e6
    Q = np.zeros(shape[: seen.d], np.uint64)
    for backwards in (False, True):
        outcome(EmulatedCard(seen.d, backwards), "spread", threads(seen.n), [seen.Y, seen.n, 2.5, *shape, seen.now, Q])


@pytest.mark.parametrize("d", DIMENSIONS)
def test_charges_are_padded(d):
    shape, period = (5, 6, 7)[:d], (10, 13, 14)[:d]
    Q = np.random.default_rng(0).integers(0, 2**40, shape).astype(np.uint64)
    planes = (1, 1) if d < 3 else (shape[1], period[1])
    charges = np.zeros((shape[0], *period[1:]), f32) if d > 1 else np.zeros(period, f32)
    now = np.zeros(NOW.NOW)
    found = check(d, "to_charges", 2, Q, Q.size, shape[-1], period[-1], *planes, now, charges)
    assert not found["Q"].any()
    inner = found["charges"][tuple(slice(m) for m in shape)]
    np.testing.assert_allclose(inner, Q / 2**23, rtol=1e-7)
    assert np.count_nonzero(found["charges"]) == Q.size


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("R", [0.0, 2.5])
def test_spectrum(d, R):
    period, h = (12, 10, 8)[:d], 0.7
    padded = [*period, 1, 1][:3]
    K = np.zeros(period)
    found = check(d, "smooth_kernel", 2, *padded, h, R, K, accuracy=1e-12)
    waves = np.fft.rfftn(found["K"]).view(np.float64)
    spectrum = np.zeros((*period[:-1], period[-1] // 2 + 1), f32)
    found = check(d, "to_spectrum", 2, waves, *padded, spectrum, accuracy=1e-6)
    waves = np.random.default_rng(0).standard_normal(2 * spectrum.size).astype(f32)
    check(d, "multiply", 2, waves, found["spectrum"], spectrum.size)


@pytest.mark.parametrize("is_large", [False, True])
def test_bounding_box(seen, is_large):
    h, shape, blocks = 0.4, grid_of(seen, 0.4), min(threads(seen.n), 3)
    if is_large:
        shape[0] = SIZE.ORDER - 1
    found = check(
        seen.d, "bounding_box", blocks, seen.Y, seen.n, h, *shape, 1e12, *sums(blocks, 3 * seen.d)[:2], seen.now
    )
    assert found["now"][NOW.HALTED] == (HALT.OUTGROWN if is_large else 0)
    assert found["counter"] == 0


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -2e12])
def test_a_box_that_is_no_number_halts(d, value):
    seen = picture("many", d)
    seen.Y[700, d - 1] = value
    card, now = cards(d)[0], seen.now
    card.launch("bounding_box", 3, seen.Y, seen.n, 0.4, 10, 10, 10, 1e12, *sums(3, 3 * d)[:2], now)
    assert now[NOW.HALTED] == HALT.DIVERGED
    assert not np.isfinite(now[NOW.NORM])
    assert now[NOW.DONE] == 1


def sorted_into_cells(seen, R):
    """Arrays of the points sorted into cells, each step of which equals its twin."""
    d, n = seen.d, seen.n
    side = R / (2 if d == 3 else 1)
    extent = seen.now[NOW.HIGH : NOW.HIGH + d] - seen.now[NOW.LOW : NOW.LOW + d]
    shape = [*(np.floor(extent / side).astype(int) + 1).tolist(), 1, 1][:3]
    n_cells = int(np.prod(shape))
    tiles = -(-n_cells // SIZE.TILE)
    cell, counts, zero = np.zeros(n, np.uint32), np.zeros(n_cells, np.uint32), np.zeros(1, np.uint32)
    found = check(d, "count_cells", threads(n), seen.Y, n, 1 / side, *shape, seen.now, cell, counts)
    cell, counts = found["cell"], found["counts"]
    found = check(d, "sum_tiles", tiles, counts, n_cells, np.zeros(tiles, np.uint32), zero, seen.now, scratch=())
    start, following = np.zeros(n_cells + 1, np.uint32), np.zeros(n_cells, np.uint32)
    found = check(d, "cell_starts", tiles, counts, n_cells, found["tiles"], seen.now, start, following, scratch=())
    start, following, members = found["start"], found["next"], np.zeros(n, np.uint32)
    assert not found["counts"].any()
    found = check(d, "place", threads(n), cell, n, seen.now, following, members, unordered={"members"})
    order, X = np.zeros(n, np.uint32), np.zeros((n, d), f32)
    found = check(d, "settle", threads(n), seen.Y, cell, n, start, found["members"], seen.now, order, X)
    return shape, n_cells, cell, start, found["order"], found["X"]


@pytest.mark.parametrize("lanes", [1, 8])
@pytest.mark.parametrize("R", [1.7, 4.1])
def test_near_pairs(seen, lanes, R):
    d, n = seen.d, seen.n
    shape, n_cells, cell, start, order, X = sorted_into_cells(seen, R)
    points, split = (X, order, cell, n, start, *shape), (f32(R * R), f32(1 / (1 + R * R)))
    every = np.full((n, d + 1), np.nan, f32)
    every = check(d, "near_pairs", threads(n * lanes), *points, *split, lanes, 0, n, seen.now, every, accuracy=3e-5)
    first, stop = n // 3, n // 2 + 1
    some = np.full((stop - first, d + 1), np.nan, f32)
    some = check(
        d, "near_pairs", threads(n * lanes), *points, *split, lanes, first, stop, seen.now, some, accuracy=3e-5
    )
    np.testing.assert_array_equal(some["near"], every["near"][first:stop])
    blocks = min(threads(n_cells), 3)
    check(d, "near_work", blocks, start, n_cells, *shape, *sums(blocks, 2)[:2], seen.now, accuracy=1e-15)


def test_many_cells_are_counted():
    seen = picture("far", 2)
    *_, start, order, X = sorted_into_cells(seen, 0.05)
    assert len(start) > BLOCK * SIZE.TILE / 8
    np.testing.assert_array_equal(X, seen.Y[order])


@pytest.mark.parametrize("lanes", [1, 32])
def test_all_pairs(seen, lanes):
    F, blocks = np.zeros((seen.n, seen.d), f32), min(threads(seen.n * lanes), 3)
    all_sums = sums(blocks, 1)
    found = check(seen.d, "add_all_pairs", blocks, seen.Y, seen.n, lanes, F, *all_sums, seen.now, accuracy=3e-5)
    assert found["now"][NOW.DRIFT] == 0


@pytest.mark.parametrize(("is_stressed", "is_held"), [(0, 0), (1, 0), (1, 1)])
def test_step(seen, is_stressed, is_held):
    rng, n, d = np.random.default_rng(0), seen.n, seen.d
    velocity, gain, pull, F_attr, F_rep = rng.standard_normal((5, n, d)).astype(f32)
    gain, mobile = np.abs(gain) + f32(0.01), rng.integers(0, 2, (n, d)).astype(f32)
    seen.now[NOW.PHI], seen.now[NOW.PULL] = n + 3.5, 0.01
    seen.now[NOW.DRIFT : NOW.DRIFT + d] = 0.1
    blocks = min(threads(n * d), 3)
    moving = seen.Y, velocity, gain, pull, F_attr, F_rep, mobile if is_held else None, n, is_stressed, is_held, 1e12
    found = check(d, "step", blocks, *moving, *sums(blocks, 1), seen.now, accuracy=3e-5)
    assert found["now"][NOW.DONE] == 1
    assert found["now"][NOW.HALTED] == 0
    if is_held:
        np.testing.assert_array_equal(found["Y"][mobile == 0], seen.Y[mobile == 0])


@pytest.mark.parametrize("name", ["Y", "F_attr", "F_rep", "velocity"])
@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_a_step_that_is_no_number_halts(name, value):
    seen, (n, d) = picture("many", 2), (1100, 2)
    arrays = {each: np.ones((n, d), f32) for each in ("velocity", "gain", "pull", "F_attr", "F_rep")}
    arrays = {"Y": seen.Y} | arrays
    arrays[name][n - 1, 1] = value
    seen.now[NOW.PHI], seen.now[NOW.MAX_STEP] = n + 3.5, np.inf
    cards(d)[0].launch("step", 3, *arrays.values(), None, n, 0, 0, 1e12, *sums(3, 1), seen.now)
    assert seen.now[NOW.HALTED] == HALT.DIVERGED


def test_nothing_moves_once_halted(seen):
    """No kernel of an iteration writes anything then, but for the FFTs and the spectrum between them."""
    d, n, card = seen.d, seen.n, cards(seen.d)[0]
    shape = grid_of(seen, 0.4)
    seen.now[NOW.HALTED], seen.now[NOW.DUE], seen.now[NOW.STOP] = HALT.OUTGROWN, 0, 1
    whole = iter(np.random.default_rng(0).integers(1, 200, 10**5).astype(np.uint8))

    def array(kind, *size):
        return np.full(size, next(whole), kind)

    arrays = [array(f32, n, d) for _ in range(6)]
    rows = seen.indptr, seen.indices, seen.data, n
    numbers = [array(np.uint32, 5 * n + 5000) for _ in range(6)]
    work, counter = np.full(3 * n + 300, 0.5), np.zeros(1, np.uint32)
    sums = work, counter, 0, 1
    Q, V = array(np.uint64, *shape), array(f32, *shape)
    chunk, hubs = np.array([[0, 0, 0]]), np.zeros(1, np.int64)
    inverses = array(np.uint16, n, 3)
    calls = {
        "attractive": (seen.Y, 0, *rows, 1, 9, 1, seen.now, arrays[0]),
        "attractive_hubs": (seen.Y, 0, chunk, seen.indices, seen.data, 0, seen.now, arrays[1]),
        "add_hubs": (hubs, np.array([0, 1]), 1, arrays[1], seen.now, arrays[0]),
        "plan_looks": (n, 1, 0.25, 1.0, 60.0, 1.0, seen.now),
        "move_pull": (
            *(seen.Y, seen.order, n, hubs, inverses, 3, 1, 0, 1.0, 1.0, 1, arrays[2], *sums),
            seen.now,
        ),
        "bounding_box": (seen.Y, n, 0.4, *shape, 1e12, work, counter, seen.now),
        "spread": (seen.Y, n, 2.5, *shape, seen.now, Q),
        "to_charges": (Q, Q.size, Q.size, Q.size, 1, 1, seen.now, V),
        "gather": (seen.Y, n, 2.5, *shape, *shape[1:], V, 1.0, None, arrays[3], *sums, seen.now),
        "count_cells": (seen.Y, n, 2.5, *shape, seen.now, numbers[0], numbers[1]),
        "sum_tiles": (numbers[1], 5, numbers[2], counter, seen.now),
        "cell_starts": (numbers[1], 5, numbers[2], seen.now, numbers[3], numbers[4]),
        "place": (numbers[0], n, seen.now, numbers[4], numbers[5]),
        "settle": (seen.Y, numbers[0], n, numbers[3], numbers[5], seen.now, numbers[2], arrays[0]),
        "near_pairs": (
            *(arrays[4], numbers[0], numbers[0], n, numbers[3], *shape, 1.0, 1.0, 1, 0, n // 2, seen.now),
            arrays[3],
        ),
        "add_all_pairs": (seen.Y, n, 1, arrays[3], *sums, seen.now),
        "step": (*arrays, None, n, 0, 0, 1e12, *sums, seen.now),
    }
    before = [each.copy() for each in (seen.Y, *arrays, *numbers, work, counter, Q, V, seen.now)]
    for kernel, arguments in calls.items():
        card.launch(kernel, 1, *arguments)
        for old, new in zip(before, (seen.Y, *arrays, *numbers, work, counter, Q, V, seen.now), strict=True):
            np.testing.assert_array_equal(new, old, err_msg=kernel)


N_BLOCKS = 8  # of sums that several cards share


def of_cards(d, kernel, cuts, own, every):
    """What a kernel finds that cards launch for blocks ``cuts[r]..cuts[r + 1]`` each: the own rows of all, one card's
    after the other's, and `now`. ``own(first, stop)`` are its arguments for these rows of the picture `every`.
    """
    n, now = every.n, every.now
    partial, found = np.full(N_BLOCKS * (d + 1), np.nan), []
    for first, stop in pairwise(cuts):
        arguments, made = own(n * first // N_BLOCKS, n * stop // N_BLOCKS)
        if first < stop:
            cards(d)[0].launch(kernel, stop - first, *arguments, partial, None, first, N_BLOCKS, now)
        found.append(made)
    cards(d)[0].launch(kernel, 1, *own(n, n)[0], partial, None, N_BLOCKS, N_BLOCKS, now)
    return [np.concatenate(parts) for parts in zip(*found, strict=True)], now


@pytest.mark.parametrize("cuts", [(0, 8), (0, 3, 8), (0, 1, 1, 5, 8), (0, 0, 8)])
@pytest.mark.parametrize("kernel", ["cross_entropy", "move_pull", "gather", "add_all_pairs", "step"])
@pytest.mark.parametrize("d", DIMENSIONS)
def test_several_cards_come_to_the_same_bits(d, kernel, cuts):
    every, rng = picture("hub", d), np.random.default_rng(1)
    n, shape = every.n, grid_of(every, 1.0)
    every.now[NOW.DUE], every.now[NOW.STOP], every.now[NOW.PHI] = 3, 4, n + 3.5
    arrays = rng.standard_normal((7, n, d)).astype(f32)
    V, near = rng.standard_normal(shape[:d]).astype(f32), rng.standard_normal((n, d + 1)).astype(f32)
    lengths, pivots = rng.integers(0, 65_536, (n, 70)).astype(np.uint16), rng.integers(0, n, 70)

    def own(first, stop):
        """What belongs to these rows, of `arrays` and what else there is; and what is written to it."""
        some = slice(first, stop)
        Y, (velocity, gain, pull, attr, rep, F, _) = every.Y, (each[some].copy() for each in arrays)
        indptr = every.indptr[first : stop + 1] - every.indptr[first]
        entries = slice(every.indptr[first], every.indptr[stop])
        P = indptr, np.ascontiguousarray(every.indices[entries]), np.ascontiguousarray(every.data[entries])
        return {
            "cross_entropy": lambda: ((Y, *P, n), ()),
            "move_pull": lambda: (
                (Y, None, n, pivots, lengths[some].copy(), 70, 2, 0, 65_535.0, 0.5, 4, pull),
                (pull,),
            ),
            "gather": lambda: ((Y, n, 1.0, *shape, *shape[1:], V, -0.5, near[some].copy(), F), (F,)),
            "add_all_pairs": lambda: ((Y, n, 4, F), (F,)),
            "step": lambda: ((Y, velocity, gain, pull, attr, rep, None, n, 1, 0, 1e12), (velocity, gain)),
        }[kernel]()

    counter, before, alone = np.zeros(1, np.uint32), every.now.copy(), every.Y.copy()
    arguments, made = own(0, n)
    room = np.full(N_BLOCKS * (d + 1), np.nan), counter, 0, N_BLOCKS
    cards(d)[0].launch(kernel, N_BLOCKS, *arguments, *room, every.now)
    now, every.now, every.Y, alone = every.now, before, alone, every.Y
    assert not np.array_equal(now, before)
    found, now_of_cards = of_cards(d, kernel, cuts, own, every)
    np.testing.assert_array_equal(now_of_cards, now)
    np.testing.assert_array_equal(every.Y, alone)
    for of_all, one in zip(found, made, strict=True):
        np.testing.assert_array_equal(of_all, one)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_places_on_the_z_curve(d):
    seen = picture("seventeen", d)
    check(d, "interleave", 1, seen.Y, seen.n, 2.0**9 / 40, 9, 5, seen.now, np.zeros(seen.n, np.uint64))


def test_rows_are_renumbered():
    seen = picture("hub", 2)
    sizes = np.diff(seen.indptr)[seen.order]
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    rows = seen.indptr, seen.indices, seen.data, seen.n, seen.order, seen.rank, indptr
    check(2, "copy_rows", threads(32 * seen.n), *rows, np.zeros_like(seen.indices), np.zeros_like(seen.data))


# ---- that the emulation finds mistakes, which a card would not tell of ----


def with_mistake(monkeypatch, d, old, new):
    """A card whose source has `new` where `old` is right."""
    text = source.text()
    assert text.count(old) == 1
    monkeypatch.setattr(source, "text", lambda: text.replace(old, new))
    card = EmulatedCard(d)
    card.library = library.__wrapped__(d)
    return card


needs_compiler = pytest.mark.skipif(COMPILER is None, reason=REASON)


@needs_compiler
@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("if (!is_last || threadIdx.x == 40) return false;", "have left, others shuffle"),
        ("if (!is_last) return false; if (threadIdx.x == 40) __syncthreads();", "threads wait"),
    ],
)
def test_threads_that_wait_in_vain_are_found(new, told, monkeypatch):
    card = with_mistake(monkeypatch, 2, "if (!is_last) return false;", new)
    seen = picture("many", 2)
    arrays = [np.ones((seen.n, 2), f32) for _ in range(5)]
    with pytest.raises(RuntimeError, match=told):
        card.launch("step", 3, seen.Y, *arrays, None, seen.n, 0, 0, 1e12, *sums(3, 1), seen.now)


@needs_compiler
def test_a_race_is_found(monkeypatch):
    old = "atomicAdd(&patch[node], charge);"
    seen = picture("many", 2)
    shape = grid_of(seen, 0.4)
    found = []
    for backwards in (False, True):
        card = with_mistake(monkeypatch, 2, old, "patch[node] = charge;")
        monkeypatch.undo()
        card.backwards, Q = backwards, np.zeros(shape[:2], np.uint64)
        card.launch("spread", threads(seen.n), seen.Y, seen.n, 2.5, *shape, seen.now, Q)
        found.append(Q)
    assert (found[0] != found[1]).any()
