"""Many small components laid out at once, each on its own: a component is one turn of a compiled loop.

Each starts from full stress, sum_ij (|y_i - y_j| - d_ij)^2 / d_ij^2 over the distances d_ij of all its pairs, by
stochastic gradient descent with falling steps (Zheng, Pawar, Goodman: Graph drawing by stochastic gradient descent,
TVCG 2019; the pairs in a fixed order), and descends like a large one (descent.py, path_stress.py), repulsion and stress
summed over all pairs. Cost: sum of the squared sizes. Components are blocks of consecutive nodes, and no entry leads
from one to another.
"""

import numpy as np

from .descent import FAST, Phase
from .engine.blocks import weighted_bounds
from .engine.jit import kernel, part
from .engine.vector import column, minus, plus, plus_square, plus_times, put_column, square, times, zeros
from .forces import FARTHEST, LEAST_FALL, STEP_OF_SIZE, moved
from .motion import RUNAWAY
from .shape.path_stress import STIFFEST, drawn_in

BLOCKS = 64  # of components of about equal cost: any number some times that of the threads would do
STRESS_SWEEPS = 25  # they end 1.6 % above the minimum beside them; 12 sweeps 4.7 %, 50 1.1 %
N_ITER, EXAGGERATION, ETA, MOMENTUM, MAX_STEP, MAX_GAIN, STRESS, EVENNESS, GROW = range(len(Phase._fields))  # columns
LAST_STEP = 0.1  # of the stress, as a share of a full correction; .05 and .2 end as near the minimum, 1 10 % above


def descend_small(first, links, upper, Y, phases, length, workers, *, room=0.0, most_room=0.0):
    """Coordinates (n, d) float32 and KL divergence (c,) of the components ``first[c]..first[c + 1]``.

    `links` and `upper` (CSR) hold their edges from both ends and the upper triangle of P, whatever its sum; Y (n, d)
    is where they start, or only noise for a start by stress: with median edges of that length, if `length` is a number,
    or as large as gives each node `room` units in each dimension, if that is. With `most_room`, given places are made
    no larger than that.
    `phases` (c, p, 9) holds the fields of Phases, in the columns `N_ITER` to `GROW`. The KL divergence is NaN where it
    diverged.
    """
    Y = np.ascontiguousarray(Y.T, np.float32)
    kl = np.zeros(len(first) - 1)
    size = np.diff(first).astype(np.float64)
    cost = np.concatenate([[0.0], np.cumsum(size * (size + 50))])
    bounds = weighted_bounds(cost, BLOCKS) if len(size) > 1024 else list(range(len(size) + 1))
    start_size = 0.0 if length is None else float(length), float(room), float(most_room)
    dims = (0,) * len(Y)
    graph = first, (links.indptr, links.indices), (upper.indptr, upper.indices, upper.data)
    workers.run(_embed_components, bounds, dims, graph, phases, start_size, Y, kl)
    return Y.T.copy(), kl


@kernel
def _embed_components(b, start, stop, dims, graph, phases, start_size, Y, kl):
    first, links, upper = graph
    length, room, most_room = start_size
    from_stress = length + room > 0
    for c in range(start, stop):
        low, high = first[c], first[c + 1]
        y = Y[:, low:high].copy()
        D = np.zeros((0, 0), np.int32)
        if from_stress or phases[c, :, STRESS : EVENNESS + 1].max() > 0:
            D = _distances(low, high, links)
        if from_stress:
            _relax(D, y)
        if from_stress or most_room > 0:
            edge = _median_edge(low, high, upper, y)
            # edges no shorter than the kernel of the divergence is wide, see initial.compact_length
            factor = max(max(room, most_room) * (high - low) ** (1 / len(dims)) / _radius(y), 1.0 / edge)
            if length > 0:
                factor = length / edge
            if most_room > 0:
                factor = min(factor, 1.0)
            for k in range(len(dims)):
                for i in range(high - low):
                    y[k, i] *= np.float32(factor)
        must_gain = from_stress and high - low > 3 and phases[c, :, ETA].max() > FAST * (high - low)
        kl[c] = _descend(low, high, dims, upper, phases[c], must_gain, _inverses(D), y)
        for k in range(len(dims)):
            mean = y[k].mean()
            for i in range(high - low):
                Y[k, low + i] = y[k, i] - mean


@part
def _distances(low, high, links):
    """Numbers of edges (m, m) between all pairs of nodes of the component low..high."""
    indptr, indices = links
    m = high - low
    D = np.full((m, m), -1, np.int32)
    queue = np.empty(m, np.int64)
    for s in range(m):
        D[s, s] = 0
        queue[0] = s
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for e in range(indptr[low + i], indptr[low + i + 1]):
                j = indices[e] - low
                if D[s, j] < 0:
                    D[s, j] = D[s, i] + 1
                    queue[tail] = j
                    tail += 1
    return D


@part
def _relax(D, y):
    """Move y (d, m), noise of about unit size, to low stress."""
    d, m = y.shape
    widest = float(D.max())
    for k in range(d):
        for i in range(m):
            y[k, i] *= np.float32(widest / 2)
    for sweep in range(STRESS_SWEEPS):
        step = widest**2 * (LAST_STEP / widest**2) ** (sweep / (STRESS_SWEEPS - 1))
        for hop in range(1, m):
            gap = (hop * 7919) % m if m % 7919 else hop  # far and near partners in turn
            for i in range(m):
                j = i + gap
                if j >= m:
                    continue
                u = 0.0
                for k in range(d):
                    u += (y[k, i] - y[k, j]) ** 2
                r = np.sqrt(u)
                if r == 0.0:
                    continue
                share = min(step / (D[i, j] * D[i, j]), 1.0) * (r - D[i, j]) / (2 * r)
                for k in range(d):
                    move = np.float32(share * (y[k, i] - y[k, j]))
                    y[k, i] -= move
                    y[k, j] += move


@part
def _median_edge(low, high, upper, y):
    indptr, indices, _ = upper
    lengths = np.empty(indptr[high] - indptr[low])
    e0 = indptr[low]
    for i in range(low, high):
        for e in range(indptr[i], indptr[i + 1]):
            u = 0.0
            for k in range(len(y)):
                u += (y[k, i - low] - y[k, indices[e] - low]) ** 2
            lengths[e - e0] = np.sqrt(u)
    return max(np.median(lengths), 1e-30)


@part
def _radius(y):
    """Root mean square distance from the mean."""
    total = 0.0
    for k in range(len(y)):
        mean = y[k].mean()
        for i in range(y.shape[1]):
            total += (y[k, i] - mean) ** 2
    return max(np.sqrt(total / y.shape[1]), 1e-30)


@part
def _inverses(D):
    """1 / D (m, m), the tail drawn in, as path_stress.py does it; 0 on the diagonal."""
    m = len(D)
    inverse = np.zeros((m, m), np.float32)
    total = squares = 0.0
    for i in range(m):
        for j in range(m):
            total += D[i, j]
            squares += np.float64(D[i, j]) ** 2
    mean = total / max(m * (m - 1), 1)
    far = mean + np.sqrt(max(squares / max(m * (m - 1), 1) - mean * mean, 0.0))
    for i in range(m):
        for j in range(m):
            if D[i, j] > 0:
                inverse[i, j] = 1.0 / drawn_in(np.float64(D[i, j]), far)
    return inverse


@part
def _descend(low, high, dims, upper, phases, must_gain, inverse, y):
    """Move y (d, m) through the phases; returns the KL divergence, NaN if nodes ran away or, where it `must_gain`, all
    on one spot would be better. `inverse` (m, m) is that of the path lengths.
    """
    indptr, _, data = upper
    d, m = len(dims), high - low
    mass = 0.0
    for e in range(indptr[low], indptr[high]):
        mass += 2 * data[e]
    if mass == 0.0:
        return 0.0
    F_attr, F_rep = np.zeros((d, m), np.float32), np.zeros((d, m), np.float32)
    F_path, scale, softened = np.zeros((d, m), np.float32), -1.0, 0.0
    stiffness = (inverse**2).mean() if inverse.size else 1.0
    velocity, gain = np.zeros((d, m), np.float32), np.ones((d, m), np.float32)
    farthest = RUNAWAY[0] * (np.abs(y).max() + m) + RUNAWAY[1]
    for phase in range(len(phases)):
        now = phases[phase]
        eta, momentum = np.float32(now[ETA]), np.float32(now[MOMENTUM])
        max_step, max_gain = np.float32(now[MAX_STEP]), np.float32(now[MAX_GAIN])
        stress, evenness = now[STRESS], now[EVENNESS]
        is_stressed = stress + evenness > 0
        # the picture is enlarged to where the divergence is least, and with it all that has a length
        if now[GROW] > 0 and now[N_ITER] > 0:
            factor = _natural_size(low, high, dims, upper, mass, now[GROW], y, F_rep)
            scale *= factor
            for k in range(d):
                for i in range(m):
                    velocity[k, i] *= np.float32(factor)
        for _ in range(int(now[N_ITER])):
            # the forces
            phi = _repulsion(dims, y, F_rep)
            if is_stressed:
                if scale <= 0.0:
                    scale = _stress(dims, inverse, y, 1.0, F_path)
                length, even = np.float32(scale), np.float32(evenness / (now[EXAGGERATION] * scale))
                softened = min(stress, STIFFEST * scale * m / (eta * max(stiffness, 1e-30)))
                scale = _stress(dims, inverse, y, scale, F_path)
            else:
                length = even = np.float32(0.0)
            _attraction(low, high, dims, upper, y, even, length, F_attr)
            # a step along their sum, around the mean
            pull, push = np.float32(now[EXAGGERATION] / mass), np.float32(1 / max(phi, 1e-30))
            tug = np.float32(softened / m if is_stressed else 0.0)
            for k in range(d):
                drift = np.float32(y[k].mean())
                for i in range(m):
                    g = pull * F_attr[k, i] - push * F_rep[k, i]
                    if is_stressed:
                        g += tug * F_path[k, i]
                    v, rate = moved(g, velocity[k, i], gain[k, i], eta, momentum, max_step, max_gain)
                    velocity[k, i], gain[k, i] = v, rate
                    y[k, i] += velocity[k, i] - drift
        if not np.abs(y).max() <= farthest:
            return np.nan
    total, spot = _divergences(low, high, upper, mass, y, _repulsion(dims, y, F_rep))
    return total if total <= spot + 1e-3 or not must_gain else np.nan


@part
def _divergences(low, high, upper, mass, y, Z):
    """The KL divergence where the nodes are, and with all of them on one spot."""
    indptr, indices, data = upper
    m = high - low
    total, spot = np.log(Z), np.log(m * (m - 1.0))
    for i in range(low, high):
        for e in range(indptr[i], indptr[i + 1]):
            if data[e] > 0:
                u = 0.0
                for k in range(len(y)):
                    u += (y[k, i - low] - y[k, indices[e] - low]) ** 2
                p = data[e] / mass
                total += 2 * p * (np.log(p) + np.log1p(u))
                spot += 2 * p * np.log(p)
    return total, spot


@part
def _natural_size(low, high, dims, upper, mass, share, y, F_rep):
    """Enlarge y (d, m) as `Descent.grow` does, but for its last refinement; returns the factor."""
    indptr, indices, data = upper
    d, size, factor, lowest = len(dims), 1.0, 1.0, np.inf
    here = y.copy()
    while size < FARTHEST:
        for k in range(d):
            for i in range(high - low):
                y[k, i] = np.float32(size) * here[k, i]
        found = np.log(_repulsion(dims, y, F_rep))
        for i in range(low, high):
            for e in range(indptr[i], indptr[i + 1]):
                u = 0.0
                for k in range(d):
                    u += (y[k, i - low] - y[k, indices[e] - low]) ** 2
                found += 2 * data[e] / mass * np.log1p(u)
        if not found < lowest - LEAST_FALL:
            break
        factor, lowest, size = size, found, size * STEP_OF_SIZE
    factor **= share
    for k in range(d):
        for i in range(high - low):
            y[k, i] = np.float32(factor) * here[k, i]
    return factor


@part(reorder=True)
def _stress(dims, inverse, y, scale, F):
    """Fill F (d, m) with the pull of the stress of path lengths; returns the scale that fits best."""
    m = y.shape[1]
    zero, one, tiny = np.float32(0.0), np.float32(1.0), np.float32(1e-30)
    inv_scale, share = np.float32(1 / scale), np.float32(1 / m)
    squares = firsts = 0.0
    for i in range(m):
        a, f, s1, s2 = column(y, i, dims), zeros(dims), zero, zero
        for j in range(m):
            r = minus(a, column(y, j, dims))
            u = square(r)
            inv_e = one / np.sqrt(max(u, tiny))
            ratio = u * inv_e * inverse[i, j]
            s1 += ratio
            s2 += ratio * ratio
            f = plus_times(f, (ratio * inv_scale - one) * inverse[i, j] * inv_e, r)
        put_column(F, i, times(share, f))
        squares += np.float64(s2)
        firsts += np.float64(s1)
    return squares / firsts if squares > 0 else scale


@part
def _attraction(low, high, dims, upper, y, even, length, F):
    """Fill F (d, m) with the attraction, and that of `even` times the stress of edges, all of which want `length`."""
    indptr, indices, data = upper
    zero, one, tiny = np.float32(0.0), np.float32(1.0), np.float32(1e-30)
    F[:] = 0
    for i in range(high - low):
        for e in range(indptr[low + i], indptr[low + i + 1]):
            j = indices[e] - low
            r = minus(column(y, i, dims), column(y, j, dims))
            w = data[e] / plus_square(one, r)
            if even > 0:
                r2 = zero  # a sum of its own: as part of the one above it would change how that is rounded
                for k in range(len(y)):
                    r2 += (y[k, i] - y[k, j]) ** 2
                w += data[e] * even * (one - length / np.sqrt(max(r2, tiny)))
            pull = times(w, r)
            put_column(F, i, plus(column(F, i, dims), pull))
            put_column(F, j, minus(column(F, j, dims), pull))


@part(reorder=True)
def _repulsion(dims, y, F):
    """Fill F (d, m) with sum_j w^2 (y_i - y_j); returns the sum of w over i != j."""
    m = y.shape[1]
    zero, one = np.float32(0.0), np.float32(1.0)
    total = 0.0
    for i in range(m):
        a, f, phi = column(y, i, dims), zeros(dims), zero
        for j in range(m):
            r = minus(a, column(y, j, dims))
            w = one / plus_square(one, r)
            phi += w
            f = plus_times(f, w * w, r)
        put_column(F, i, f)
        total += phi - one
    return total
