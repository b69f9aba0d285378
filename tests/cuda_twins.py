"""Slow, obvious twins of the kernels in core/cuda: the same names and arguments, on NumPy arrays.

Sums are in float64 and in no particular order, so a kernel equals its twin up to rounding; what is whole numbers is
equal. `d` is the dimension and `blocks` the number of blocks of threads, which mean nothing to most of them.
"""

from itertools import pairwise, product

import numpy as np
from neighbor_twins import keep_nearest, keep_nearest_double  # noqa: F401
from scipy.special import xlog1py, xlogy

from sggraph.core.cuda.source import HALT, NOW, SIZE

f32 = np.float32


def _axes(d, *numbers):
    return numbers[:d]


def _entries(indptr, n):
    """The row of each entry of the rows up to n."""
    return np.repeat(np.arange(n), np.diff(indptr[: n + 1]))


def _own(n, first_block, n_blocks, blocks):
    """The rows of the blocks of a launch: none where what all have is added up."""
    if first_block == n_blocks:
        return slice(n, n)
    return slice(int(n * first_block // n_blocks), int(n * (first_block + blocks) // n_blocks))


def _added(values, n, partial, counter, first_block, n_blocks, blocks):
    """Sums of the values (m, k) of own rows, or none while other cards have theirs."""
    partial = partial[: n_blocks * values.shape[1]].reshape(n_blocks, -1)
    if first_block == n_blocks:
        assert blocks == 1
        return partial.sum(axis=0)
    assert counter is None or (first_block, blocks) == (0, n_blocks)
    cuts = [int(n * b // n_blocks) for b in range(first_block, first_block + blocks + 1)]
    for b, (begin, end) in enumerate(pairwise(cuts)):
        partial[first_block + b] = values[begin - cuts[0] : end - cuts[0]].sum(axis=0)
    return None if counter is None else partial.sum(axis=0)


def _forces(Y, i, indices, data, is_even, now):
    r = Y[i].astype(np.float64) - Y[indices]
    u = (r**2).sum(axis=1)
    w = data / (1 + u)
    if is_even:
        even = now[NOW.EVENNESS] / (now[NOW.EXAGGERATION] * now[NOW.SCALE])
        w = w + data * even * (1 - now[NOW.SCALE] / np.sqrt(np.maximum(u, 1e-30)))
    return w[:, None] * r


def attractive(Y, base, indptr, indices, data, n, lanes, hub, is_even, now, F, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n * lanes
    if now[NOW.HALTED]:
        return
    Y, F, i = Y.reshape(-1, d), F.reshape(-1, d), _entries(indptr, n)
    m = len(i)
    total = np.zeros((n, d))
    np.add.at(total, i, _forces(Y, base + i, indices[:m], data[:m], is_even, now))
    short = np.diff(indptr[: n + 1]) <= hub
    F[:n][short] = total[short]


def attractive_hubs(Y, base, chunks, indices, data, is_even, now, parts, *, d, blocks):
    if now[NOW.HALTED]:
        return
    assert blocks == len(chunks)
    for b, (row, begin, end) in enumerate(chunks):
        i = np.full(end - begin, base + row)
        parts.reshape(-1, d)[b] = _forces(Y, i, indices[begin:end], data[begin:end], is_even, now).sum(axis=0)


def add_hubs(hubs, first, m, parts, now, F, *, d, blocks):
    assert blocks * SIZE.BLOCK >= m * d
    if not now[NOW.HALTED]:
        for h in range(m):
            F[hubs[h]] = parts[first[h] : first[h + 1]].sum(axis=0)


def cross_entropy(Y, indptr, indices, data, n, partial, counter, first_block, n_blocks, now, *, d, blocks):
    own = _own(n, first_block, n_blocks, blocks)
    m = own.stop - own.start
    row = _entries(indptr, m)
    i, indices, data = row + own.start, indices[: len(row)], data[: len(row)]
    u = ((Y[i].astype(np.float64) - Y[indices]) ** 2).sum(axis=1)
    values = np.zeros((m, 1))
    np.add.at(values[:, 0], row, np.where(indices > i, xlog1py(data, u), 0))
    total = _added(values, n, partial, counter, first_block, n_blocks, blocks)
    if total is not None:
        now[NOW.CROSS] = total[0]


def plan_looks(n, n_groups, least_looks, squares, looks, stiffest, now, *, d, blocks):
    if now[NOW.HALTED]:
        return
    weight, pace = now[NOW.STRESS] / now[NOW.EXAGGERATION], now[NOW.EXAGGERATION] * now[NOW.ETA] / n
    stiffness = pace * weight * squares / now[NOW.SCALE]
    following = now[NOW.TURN] + min(max(looks * stiffness, least_looks), n_groups)
    now[NOW.DUE], now[NOW.STOP], now[NOW.TURN] = np.ceil(now[NOW.TURN]), np.ceil(following), following
    now[NOW.PULL] = weight * min(1.0, stiffest / max(stiffness, stiffest)) / n


def move_pull(
    Y, order, n, pivots, inverses, n_pivots, n_groups, number, one, share, lanes, pull,
    partial, counter, first_block, n_blocks, now, *, d, blocks,
):  # fmt: skip
    due = int(now[NOW.DUE]) + number
    if now[NOW.HALTED] or due >= now[NOW.STOP]:
        return
    group = due % n_groups
    first, stop = n_pivots * group // n_groups, n_pivots * (group + 1) // n_groups
    own = _own(n, first_block, n_blocks, blocks)
    here = slice(0, own.stop - own.start)
    away = Y[own, None].astype(np.float64) - Y[pivots[first:stop]]
    u = (away**2).sum(axis=2)
    e = np.sqrt(np.maximum(u, 1e-30))
    rows = here if order is None else order[own]
    inverse = inverses.reshape(-1, n_pivots)[rows, first:stop].astype(np.float64)
    ratio = u / e * inverse
    w = (ratio / (now[NOW.SCALE] * one) - 1) * inverse / e
    pull[here] += share / (one * (stop - first)) * (w[:, :, None] * away).sum(axis=1) - share * pull[here]
    values = np.stack([(ratio**2).sum(axis=1), ratio.sum(axis=1)], axis=1)
    total = _added(values, n, partial, counter, first_block, n_blocks, blocks)
    if total is not None and total[0] > 0:
        now[NOW.SCALE] = total[0] / total[1] / one


def bounding_box(Y, n, h, shape0, shape1, shape2, farthest, partial, counter, now, *, d, blocks):
    if now[NOW.HALTED]:
        return
    shape, Y = np.array(_axes(d, shape0, shape1, shape2)), Y[:n].astype(np.float64)
    low, high = Y.min(axis=0), Y.max(axis=0)
    now[NOW.LOW : NOW.LOW + d], now[NOW.HIGH : NOW.HIGH + d] = low, high
    now[NOW.MEAN : NOW.MEAN + d] = Y.mean(axis=0)
    now[NOW.ORIGIN : NOW.ORIGIN + d] = ((low + high) / 2 - (shape - 1) * h / 2).astype(f32)
    if h > 0 and ((high - low) / h + SIZE.ORDER > shape).any():
        now[NOW.HALTED] = HALT.OUTGROWN
    if not (np.abs(Y) < farthest).all():
        now[NOW.HALTED], now[NOW.NORM] = HALT.DIVERGED, np.inf
        now[NOW.DONE] += 1


def _spline(f):
    g = 1 - f
    return np.stack([g**3 / 6, (4 + f * f * (3 * f - 6)) / 6, (4 + g * g * (3 * g - 6)) / 6, f**3 / 6])


def _slope(f):
    g = 1 - f
    return np.stack([-g * g / 2, f * (1.5 * f - 2), g * (2 - 1.5 * g), f * f / 2])


def _stencil(Y, now, inv_h, shape):
    """First nodes (n, d) and fractions (d, n) of cells."""
    d = len(shape)
    x = (Y - now[NOW.ORIGIN : NOW.ORIGIN + d].astype(f32)) * f32(inv_h)
    cell = np.clip(x.astype(np.int64), 1, np.array(shape) - 3)
    return cell - 1, (x - cell.astype(f32)).T


def spread(Y, n, inv_h, shape0, shape1, shape2, now, Q, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n
    if now[NOW.HALTED]:
        return
    shape = _axes(d, shape0, shape1, shape2)
    first, f = _stencil(Y[:n], now, inv_h, shape)
    w, Q = _spline(f.astype(f32)), Q.reshape(shape)
    for a in product(range(4), repeat=d):
        weight = np.prod([w[a[k], k] for k in range(d)], axis=0)
        charge = np.rint(weight * 2**23).astype(np.uint64)
        np.add.at(Q, tuple((first + a).T), charge)


def to_charges(Q, size, m, period, m_planes, period_planes, now, charges, *, d, blocks):
    if not now[NOW.HALTED]:
        lines = Q[:size].reshape(-1, m_planes, m) * 2.0**-23
        charges.reshape(len(lines), period_planes, period)[:, :m_planes, :m] = lines
        Q[:size] = 0


def multiply(waves, spectrum, size, *, d, blocks):
    waves.reshape(-1, 2)[:size] *= spectrum.reshape(-1, 1)[:size]


def smooth_kernel(period0, period1, period2, h, R, K, *, d, blocks):
    axes = [np.minimum(np.arange(m), m - np.arange(m)) * h for m in _axes(d, period0, period1, period2)]
    u = sum(np.meshgrid(*[axis**2 for axis in axes], indexing="ij"))
    t = np.maximum(R * R - u, 0) / (1 + R * R)
    K[...] = ((1 - t**3) / (1 + u)).reshape(K.shape)


def to_spectrum(waves, period0, period1, period2, spectrum, *, d, blocks):
    period = _axes(d, period0, period1, period2)
    sizes = [*period[:-1], period[-1] // 2 + 1]
    axes = [((2 + np.cos(2 * np.pi * np.arange(size) / m)) / 3) ** 2 for m, size in zip(period, sizes, strict=True)]
    spline = np.prod(np.meshgrid(*axes, indexing="ij"), axis=0)
    spectrum[...] = (waves.reshape(-1, 2)[:, 0] / spline.ravel() / np.prod(period)).reshape(spectrum.shape)


def gather(
    Y, n, inv_h, shape0, shape1, shape2, period1, period2, V, scale, near, F,
    partial, counter, first_block, n_blocks, now, *, d, blocks,
):  # fmt: skip
    if now[NOW.HALTED]:
        return
    shape, own = _axes(d, shape0, shape1, shape2), _own(n, first_block, n_blocks, blocks)
    m = own.stop - own.start
    first, f = _stencil(Y[own], now, inv_h, shape)
    w, slope = _spline(f.astype(np.float64)), _slope(f.astype(np.float64))
    V = V.reshape(-1, *_axes(d, 0, period1, period2)[1:]) if d > 1 else V.ravel()
    value, force = np.zeros(m), np.zeros((m, d))
    for a in product(range(4), repeat=d):
        v = V[tuple((first + a).T)].astype(np.float64)
        value += v * np.prod([w[a[k], k] for k in range(d)], axis=0)
        for t in range(d):
            force[:, t] += v * np.prod([(slope if k == t else w)[a[k], k] for k in range(d)], axis=0)
    F[:m] = scale * force
    if near is not None:
        value, F[:m] = value + near[:m, d], F[:m] + near[:m, :d]
    values = np.column_stack([value, scale * force])
    total = _added(values, n, partial, counter, first_block, n_blocks, blocks)
    if total is not None:
        now[NOW.PHI], now[NOW.DRIFT : NOW.DRIFT + d] = total[0], total[1:] / n


def count_cells(Y, n, inv_side, shape0, shape1, shape2, now, cell, counts, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n
    if now[NOW.HALTED]:
        return
    shape = np.array(_axes(d, shape0, shape1, shape2))
    along = ((Y[:n] - now[NOW.LOW : NOW.LOW + d].astype(f32)) * f32(inv_side)).astype(np.int64)
    cell[:n] = np.ravel_multi_index(tuple(np.clip(along, 0, shape - 1).T), tuple(shape))
    np.add.at(counts, cell[:n], 1)


def sum_tiles(counts, n_cells, tiles, counter, now, *, d, blocks):
    if not now[NOW.HALTED]:
        sums = np.add.reduceat(counts[:n_cells].astype(np.int64), np.arange(0, n_cells, SIZE.TILE))
        assert blocks == len(sums)
        tiles[:blocks] = np.cumsum(sums) - sums


def cell_starts(counts, n_cells, tiles, now, start, next, *, d, blocks):
    assert blocks == -(-n_cells // SIZE.TILE)
    if not now[NOW.HALTED]:
        start[0], start[1 : n_cells + 1] = 0, np.cumsum(counts[:n_cells])
        next[:n_cells], counts[:n_cells] = start[:n_cells], 0


def place(cell, n, now, next, members, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n
    if not now[NOW.HALTED]:
        for i in range(n - 1, -1, -1):  # in any order
            members[next[cell[i]]] = i
            next[cell[i]] += 1


def settle(Y, cell, n, start, members, now, order, X, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n
    if not now[NOW.HALTED]:
        assert (np.sort(members[:n]) == np.arange(n)).all()
        order[:n] = np.argsort(cell[:n], kind="stable")
        X[:n] = Y[order[:n]]


def _reach(d):
    return 2 if d == 3 else 1


def _near(shape, d):
    """For each cell, the cells in reach of it."""
    places = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1)
    for a in product(range(-_reach(d), _reach(d) + 1), repeat=d):
        there = places + a
        inside = ((there >= 0) & (there < shape)).all(axis=1)
        yield np.flatnonzero(inside), np.ravel_multi_index(tuple(there[inside].T), shape)


def _push(Y, X, r2, c, in_reach=True):
    """Potential (n,) and forces (n, d) on the points Y of those points X that are in reach (a mask)."""
    r = Y[:, None].astype(np.float64) - X
    u = (r**2).sum(axis=2)
    K = in_reach / (1 + u)
    t = np.maximum(r2 - u, 0) * c if np.isfinite(r2) else np.ones_like(u)
    g = K * t**2 * (3 * c + t * K) if np.isfinite(r2) else K * K
    return (K * t**3).sum(axis=1), (g[:, :, None] * r).sum(axis=1)


def near_pairs(
    X, order, cell, n, start, shape0, shape1, shape2, r2, c, lanes, first, stop, now, near, *, d, blocks
):  # fmt: skip
    assert blocks * SIZE.BLOCK >= n * lanes
    if now[NOW.HALTED]:
        return
    own, begins = cell[order[:n]], start.astype(np.int64)
    assert (own == np.repeat(np.arange(len(begins) - 1), np.diff(begins))).all()
    for some in np.array_split(np.arange(n), -(-n // 500)):
        place, places = (np.stack(np.unravel_index(c, _axes(d, shape0, shape1, shape2))).T for c in (own[some], own))
        in_reach = (np.abs(place[:, None] - places) <= _reach(d)).all(axis=2)
        phi, force = _push(X[some], X[:n], float(r2), float(c), in_reach)
        i = order[some].astype(np.int64)
        is_own = (i >= first) & (i < stop)
        near[i[is_own] - first] = np.column_stack([force, phi])[is_own]


def add_all_pairs(Y, n, lanes, F, partial, counter, first_block, n_blocks, now, *, d, blocks):
    if now[NOW.HALTED]:
        return
    own = _own(n, first_block, n_blocks, blocks)
    phi, F[: own.stop - own.start] = _push(Y[own], Y[:n], np.inf, 0.0)
    total = _added(phi[:, None], n, partial, counter, first_block, n_blocks, blocks)
    if total is not None:
        now[NOW.PHI], now[NOW.DRIFT : NOW.DRIFT + d] = total[0], 0


def near_work(start, n_cells, shape0, shape1, shape2, partial, counter, now, *, d, blocks):
    sizes = np.diff(start[: n_cells + 1].astype(np.int64))
    near = _near(_axes(d, shape0, shape1, shape2), d)
    now[NOW.PAIRS] = sum((sizes[here] * sizes[there]).sum() for here, there in near)
    now[NOW.VISITS] = (sizes > 0).sum()


def step(
    Y, velocity, gain, pull, F_attr, F_rep, mobile, n, is_stressed, is_held, farthest,
    partial, counter, first_block, n_blocks, now, *, d, blocks,
):  # fmt: skip
    if now[NOW.HALTED]:
        return
    own = _own(n, first_block, n_blocks, blocks)
    here = slice(0, own.stop - own.start)
    Y, velocity, gain, pull, F_attr, F_rep = Y[own], velocity[here], gain[here], pull[here], F_attr[here], F_rep[here]
    inv_Z = 1 / max(now[NOW.PHI] - n, np.finfo(f32).tiny)
    drift, centre = (now[at : at + d] for at in (NOW.DRIFT, NOW.MEAN))
    attr = F_attr + f32(now[NOW.PULL]) * pull if is_stressed else F_attr
    g = (now[NOW.EXAGGERATION] * attr - (F_rep - drift) * inv_Z).astype(f32)
    with np.errstate(invalid="ignore", over="ignore"):
        shrunk, grown = np.maximum(gain * f32(0.8), f32(0.01)), np.minimum(gain + f32(0.2), f32(now[NOW.MAX_GAIN]))
        gain[...] = np.where(g * velocity > 0, shrunk, grown)
        step = f32(now[NOW.MOMENTUM]) * velocity - f32(now[NOW.ETA]) * gain * g
        velocity[...] = np.clip(step, -now[NOW.MAX_STEP], now[NOW.MAX_STEP])
        if is_held:
            velocity *= mobile[here]
        Y += velocity - (0 if is_held else centre.astype(f32))
        squares = np.where(np.abs(Y) < farthest, g.astype(np.float64) ** 2, np.inf).sum(axis=1)
    total = _added(squares[:, None], n, partial, counter, first_block, n_blocks, blocks)
    if total is None:
        return
    now[NOW.NORM] = total[0]
    now[NOW.DONE] += 1
    if not np.isfinite(now[NOW.NORM]):
        now[NOW.HALTED] = HALT.DIVERGED


def interleave(Y, n, per_unit, bits, row_bits, now, code, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n
    low = now[NOW.LOW : NOW.LOW + d]
    cells = np.minimum((Y[:n] - low) * per_unit, 2.0**bits - 1).astype(np.uint64)
    for i in range(n):
        total = 0
        for k in range(d):
            for bit in range(bits):
                total |= (int(cells[i, k]) >> bit & 1) << (d * bit + d - 1 - k)
        code[i] = total << int(row_bits) | i


def copy_rows(indptr, indices, data, n, order, rank, new_indptr, new_indices, new_data, *, d, blocks):
    assert blocks * SIZE.BLOCK >= 32 * n
    for r in range(n):
        old, new = (slice(p[at], p[at + 1]) for p, at in ((indptr, order[r]), (new_indptr, r)))
        new_indices[new], new_data[new] = rank[indices[old]], data[old]


# ---- affinity.cu ----


def _rows(indptr, indices, n):
    """A set of neighbours for each node."""
    return [set(indices[indptr[i] : indptr[i + 1]].tolist()) for i in range(n)]


def _values(indptr, indices, values, n):
    """Values by row and column."""
    i = _entries(indptr, n)
    return dict(zip(zip(i.tolist(), indices[: len(i)].tolist(), strict=True), values.tolist(), strict=False))


def jaccard(indptr, indices, n, eps, weights, *, d, blocks):
    assert blocks * SIZE.BLOCK >= 32 * indptr[n]
    rows = _rows(indptr, indices, n)
    for e, (i, j) in enumerate(zip(_entries(indptr, n), indices, strict=False)):
        weights[e] = max(len(rows[i] & rows[j]) / len(rows[i] | rows[j]), eps)


def take_weights(indptr, indices, weights, n, own_indptr, own_indices, own_weights, *, d, blocks):
    assert blocks * SIZE.BLOCK >= own_indptr[n]
    found = _values(indptr, indices, weights, n)
    for e, pair in enumerate(_values(own_indptr, own_indices, own_weights, n)):
        own_weights[e] = found[pair]


def _rescaled(w, lam, share):
    """A row of weights rescaled, gamma by bisection."""
    p = w / w.max()
    p /= p.sum()
    own = min(lam, 1 + share * (len(w) - 1))
    if lam == 0:
        return p
    log_p, low, high = np.log(np.maximum(p, np.finfo(float).tiny)), 0.0, 1.0
    for _ in range(60 if len(w) > own else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if np.exp(middle * log_p).sum() > own else (low, middle)
    q = np.exp(low * log_p)
    return q / q.sum()


def rescale_rows(indptr, n, hub, lam, share, tolerance, most, p, *, d, blocks):
    assert blocks * SIZE.BLOCK >= 32 * n
    for i in range(n):
        if 0 < indptr[i + 1] - indptr[i] <= hub:
            p[indptr[i] : indptr[i + 1]] = _rescaled(p[indptr[i] : indptr[i + 1]], lam, share)


def rescale_hubs(hubs, indptr, lam, share, tolerance, most, p, *, d, blocks):
    assert blocks == len(hubs)
    for i in hubs:
        p[indptr[i] : indptr[i + 1]] = _rescaled(p[indptr[i] : indptr[i + 1]], lam, share)


def join(indptr, indices, n, own_indptr, own_indices, p, scale, data, *, d, blocks):
    assert blocks * SIZE.BLOCK >= indptr[n]
    found = _values(own_indptr, own_indices, p, n)
    for e, (i, j) in enumerate(_values(indptr, indices, data, n)):
        data[e] = scale * (found.get((i, j), 0) + found.get((j, i), 0))


def add_numbers(numbers, m, each, sums, *, d, blocks):
    assert blocks == max(-(-m // each), 1)
    for b in range(blocks):
        sums[b] = numbers[b * each : min((b + 1) * each, m)].sum()


def add_entries(data, m, is_entropy, each, sums, *, d, blocks):
    p = data[:m].astype(np.float64)
    add_numbers(xlogy(p, p) if is_entropy else p, m, each, sums, d=d, blocks=blocks)


def describe(indptr, indices, n, numbers, words, sums, *, d, blocks):
    assert blocks * SIZE.BLOCK >= indptr[n]
    i = _entries(indptr, n)
    found = numbers[indices[: len(i)]]
    np.bitwise_or.at(words, i, np.uint64(1) << (found >> np.uint64(58)))
    np.add.at(sums, i, found)


def look_around(indptr, indices, n, words, least, closest, *, d, blocks):
    assert blocks * SIZE.BLOCK >= 32 * indptr[n]
    rows = _rows(indptr, indices, n)
    for i, j in zip(_entries(indptr, n), indices, strict=False):
        one, other = rows[i] | {i}, rows[j] | {j}
        close = np.float64(len(one & other) / len(one | other))
        if close >= least:
            closest[i] = max(closest[i], close.view(np.uint64))


# ---- paths.cu ----


def _bits(words, k):
    """Of each node and source whether its bit is set."""
    return (words[:, :, None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)).reshape(len(words), -1)[:, :k] > 0


def begin_search(sources, k, words, seen, front, lengths, *, d, blocks):
    assert blocks * SIZE.BLOCK >= k
    for s in range(k):
        for array in (seen, front):
            array[sources[s] * words + s // 64] |= np.uint64(1) << np.uint64(s % 64)
        lengths[sources[s], s] = 0


def ask_back(indptr, indices, n, words, k, lanes, hub, seen, front, last, level, coming, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n * words * lanes
    if last[0] + 1 < level:
        return
    before, ahead, found = (array[: n * words].reshape(n, words) for array in (seen, front, coming))
    everyone = np.array([2 ** min(k - 64 * w, 64) - 1 for w in range(words)], np.uint64)
    i, is_short = _entries(indptr, n), np.diff(indptr[: n + 1]) <= hub
    came = before.copy()
    np.bitwise_or.at(came, i, ahead[indices[: len(i)]])
    found[is_short] = np.where(before == everyone, before, came)[is_short]


def ask_back_hubs(chunks, indices, words, front, last, level, coming, *, d, blocks):
    assert blocks == len(chunks)
    if last[0] + 1 >= level:
        for row, begin, end in chunks:
            came = np.bitwise_or.reduce(front.reshape(-1, words)[indices[begin:end]], axis=0)
            coming.reshape(-1, words)[row] |= came


def settle_front(n, words, k, seen, front, coming, last, level, lengths, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n * words
    if last[0] + 1 < level:
        return
    m = n * words
    front[:m] = coming[:m] & ~seen[:m]
    coming[:m], seen[:m] = 0, seen[:m] | front[:m]
    fresh = _bits(front[:m].reshape(n, words), k)
    lengths[:n][fresh] = level
    if fresh.any():
        last[0] = level


def project(lengths, n, stride, k, means, axes, width, Y, *, d, blocks):
    assert blocks * SIZE.BLOCK >= 32 * n
    squares = lengths.reshape(-1, stride)[:n, :k].astype(np.float64) ** 2 - means
    Y[:n] = (squares - squares.mean(axis=1, keepdims=True)) @ axes.reshape(k, width).astype(np.float64)


def relax(Y, n, places, lengths, k, offset, least, lanes, moved, *, d, blocks):
    assert blocks * SIZE.BLOCK >= n * lanes
    r = Y[:n, None].astype(np.float64) - places
    path = lengths.reshape(-1, k)[:n].astype(np.float64)
    e = np.sqrt(np.maximum((r**2).sum(axis=2), 1e-30))
    moved[:n] = Y[:n] + ((np.maximum(path - offset, least * path) / e - 1)[:, :, None] * r).mean(axis=1)


def invert(lengths, m, far, power, one, finest, *, d, blocks):
    assert blocks * SIZE.BLOCK >= m
    flat = lengths.reshape(-1)[:m]
    length = flat.astype(np.float64)
    with np.errstate(divide="ignore"):
        drawn = np.where(length > far, far * (length / far) ** power, length)
        flat[...] = np.where(length > 0, np.minimum(np.rint(one / drawn), finest), 0)
