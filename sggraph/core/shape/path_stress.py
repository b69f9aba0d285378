"""Stress of path lengths, whose gradient a descent follows together with that of the KL divergence.

S(Y) = mean over nodes i and pivots p of (1 - e_ip / (a d_ip))^2: d_ip is the length of the shortest path between them,
e_ip their distance in the picture, a the scale that fits best, sum (e/d)^2 / sum (e/d). It is renewed in each step and
taken as constant in it, so S never fights the size that the divergence wants. The gradient of tau a S / 2 at node i is

    tau / n * mean_p (e_ip / (a d_ip) - 1) / d_ip * (y_i - y_p) / e_ip;

the factor a gives tau the meaning of a force: a node that is off by its whole path length is pulled with tau / d, where
all its neighbours together can pull with 1/2. The pivots are drawn at random, so their mean stands for all nodes
(sparse stress: Ortmann, Klimenta, Brandes, GD 2016).

Steps look at a group of pivots in turn and move a mean of the pull (n, d) by its share, as stochastic average gradients
do (Schmidt, Le Roux, Bach, Math. Program. 162, 2017): a group in every fourth step where the stress is weak beside the
learning rate, more where it is strong. That gives the pictures that all pivots in each step give, in a tenth of the
time; without the mean the pull trembles, gains shrink, and nodes stay on each other (lastfm_asia: .31 instead of .19).

Few paths far longer than all others would set the scale of the picture and leave the rest of it empty. Lengths beyond
mean + deviation therefore grow as their power `TAIL` (without: pgp_giant fills .49 of its picture instead of .65,
ego_facebook .28 instead of .36, lastfm_asia .56 instead of .68; powers .5 and .7 are between).
"""

from math import ceil
from typing import NamedTuple

import numpy as np

from ..engine.blocks import fine_bounds
from ..engine.comm import Shared
from ..engine.jit import kernel, part
from ..engine.prefetch import prefetch
from ..engine.shares import Shares, bring_rows, hand_on
from ..engine.talk import joined
from ..engine.vector import column, minus, plus, plus_times, point, put, square, times, zeros

GROUP = 64  # pivots that are looked at together, at most
LOOKS, LEAST_LOOKS = 60.0, 0.25  # groups a step, times the stiffness, and at least: a late pull swings what is stiff
FINEST, LONG = 65_535, 1000  # inverse lengths are kept in two bytes, that of an edge as this, where no path is `LONG`
TAIL = 0.3
STIFFEST = 1.0  # of the way back in a step: what is stiffer swings ever farther
AHEAD = 12  # rows that are asked for before: nodes follow the picture, distances the graph
AT_ONCE = 100_000  # distances that are looked at for their mean


class Group(NamedTuple):
    """Pivots looked at together: the inverse lengths of all, a row after the other, how many a row has, and where this
    group begins in it; places (d, k) of its pivots, and a tuple of length d.
    """

    inverses: np.ndarray
    n_pivots: int
    first: int
    places: np.ndarray
    dims: tuple


class Kept(NamedTuple):
    """What a PathStress keeps, for whoever looks at it elsewhere: inverse lengths (n, k) in two bytes, what stands for
    1 in them, the pivots (k,), looks a step at least, and the mean of 1 / d^2.
    """

    inverses: np.ndarray
    one: float
    pivots: np.ndarray
    least_looks: float
    squares: float


class PathStress(Shared):
    """Lengths of paths to pivots, in the order of the graph's nodes.

    `distances` (n, k), of any type, are those to the nodes `pivots` (k,); integers of two bytes are overwritten. Where
    ranks hold some rows each, they are those of this one by `shares`.
    """

    def __init__(self, distances, pivots, workers, shares=None):
        self._workers, self.pivots = workers, np.asarray(pivots, np.int64)
        n, k = len(distances) if shares is None else shares.cuts[-1], len(self.pivots)
        n_groups, self._least_looks = groups_of(n, k)
        self._bounds = [k * g // n_groups for g in range(n_groups + 1)]
        step = sampling_step(n, k)
        self._inverses, self._one = _inverses(distances, every(distances, step, shares), workers)
        some = every(self._inverses, step, shares)
        self._first = 0 if shares is None else shares.first
        self._places = self.rows = None  # of several ranks: where rows are, and those of the pivots
        self._own = slice(None)
        self._squares = mean_square(some / self._one)

    def __getstate__(self):
        """What other ranks get: threads they have, and lengths are passed on to them."""
        return self.__dict__ | {"_workers": None, "_inverses": self._inverses[:0]}

    def pass_on(self, source, rank, owners, shares):
        """Of several ranks: hold the lengths of the rows by `shares`, of which row ``source[r]`` by `owners` is row r;
        `rank` is the inverse.

        They have a place for every row then, and are in the order of the picture, as `owners` had them, but for the
        first time: node i is row i.
        """
        if self.rows is None:
            given, self._inverses = self._inverses, shares.room((len(source), len(self.pivots)), np.uint16)
            bring_rows(owners, source, shares, lambda rows: given[rows - self._first], self._inverses)
        else:
            hand_on(owners, source, shares, self._inverses)
        self._own, self._places = shares.own, shares.room((len(source),), np.int32)
        self._places[shares.own] = np.arange(shares.first, shares.stop)
        self.rows = rank[self.pivots if self.rows is None else self.rows]

    @property
    def kept(self):
        """The lengths, of own rows, and what goes with them."""
        return Kept(self._inverses[self._own], self._one, self.pivots, self._least_looks, self._squares)

    @property
    def n_groups(self):
        """Number of groups of pivots, looked at in turn."""
        return len(self._bounds) - 1

    @property
    def nbytes(self):
        """Bytes of the lengths."""
        return self._inverses.nbytes

    def stiffness(self, weight, scale, pace):
        """What part of the way back a step takes a node that is off, by the whole stress and a learning rate of `pace`
        times n: pace * weight / a, times the mean of 1 / d^2.
        """
        return pace * weight * self._squares / scale

    def fitted_scale(self, Y, order, rank, shares=None):
        """The scale a, by the first group of pivots."""
        shares = shares or Shares.of(self._workers, len(Y))
        return self._look(Y, order, rank, 0, 1.0, 0.0, shares.room(Y.shape), shares)

    def add_pull(self, Y, order, rank, turn, scale, weight, pace, pull, F, shares=None):
        """Move the mean `pull` (n, d) by the groups that are due, add `weight` / n times it to F (n, d), and return the
        turn and the scale for the next step. Of several ranks each does so for its own rows, by its Shares.

        Row r of Y, `pull` and F belongs to node ``order[r]``, node i to row ``rank[i]``; several ranks know both from
        what was passed on. The weight is lowered where it would be stiffer than `STIFFEST`.
        """
        shares = shares or Shares.of(self._workers, len(Y))
        stiffness = self.stiffness(weight, scale, pace)
        following = turn + min(max(LOOKS * stiffness, self._least_looks), self.n_groups)
        for due in range(ceil(turn), ceil(following)):
            scale = self._look(Y, order, rank, due, scale, 1 / self.n_groups, pull, shares)
        weight *= min(1.0, STIFFEST / max(stiffness, STIFFEST))
        shares.each(_add, fine_bounds(len(Y)), pull, np.float32(weight / len(Y)), F)
        return following, scale

    def _look(self, Y, order, rank, turn, scale, share, pull, shares):
        due = turn % self.n_groups
        first, stop = self._bounds[due], self._bounds[due + 1]
        rows = rank[self.pivots[first:stop]] if self.rows is None else self.rows[first:stop]
        places = Y[rows].T.copy()
        bounds = fine_bounds(len(Y))
        sums = np.zeros((len(bounds) - 1, 2))
        factors = 1 / (scale * self._one), share / (self._one * (stop - first)), share
        factors = tuple(np.float32(x) for x in factors)
        group = Group(self._inverses.ravel(), self._inverses.shape[1], first, places, (0,) * Y.shape[1])
        where = order if self._places is None else self._places
        shares.run(_move_pull, bounds, Y, where, group, factors, pull, sums, sums=sums)
        squares, firsts = sums.sum(axis=0)
        fitted = squares / firsts / self._one if squares > 0 else scale  # squares of the smallest distances vanish
        return float(fitted) if np.isfinite(fitted) else scale


def groups_of(n, k):
    """How many groups k pivots of n nodes make, and how many a step looks at, at least."""
    if k == n:  # small graphs can afford all pairs in each step
        return 1, 1.0
    return -(-k // GROUP), LEAST_LOOKS


def sampling_step(n, k):
    """Of n rows of k lengths each so many-th is looked at for their mean."""
    return max(n * k // AT_ONCE, 1)


def mean_square(inverses):
    """Mean of 1 / d^2 of some inverse lengths."""
    return max(float((inverses**2).mean()), 1 / LONG**2)


def every(rows, step, shares):
    """Each `step`-th row; of own ones by `shares`, those of all ranks, on all."""
    return rows[::step] if shares is None else joined(shares.comm, rows[-shares.first % step :: step])


def _inverses(distances, some, workers):
    """1 / distances (n, k) as integers of two bytes, the tail drawn in as `some` have it; and what stands for 1."""
    far, one = range_of(some)
    kept = distances.view(np.uint16) if distances.dtype == np.int16 else np.empty(distances.shape, np.uint16)
    workers.run(_invert, fine_bounds(len(distances)), distances, far, one, kept)
    return kept, one


def range_of(some):
    """By some of the lengths: from where on they are drawn in, and what stands for 1 / 1."""
    some = some[some > 0].astype(np.float64)
    far = float(some.mean() + some.std()) if len(some) else 1.0
    return far, FINEST * max(far / LONG, 1.0)


@kernel
def _invert(b, start, stop, distances, far, one, inverses):
    """Write ``one / distances``, rounded; 0, no force, for that of a pivot to itself."""
    for i in range(start, stop):
        for p in range(distances.shape[1]):
            length = np.float64(distances[i, p])
            if length > 0.0:
                inverses[i, p] = min(np.rint(one / drawn_in(max(length, 1.0), far)), FINEST)
            else:
                inverses[i, p] = 0


@part
def drawn_in(length, far):
    """The length of a path; beyond `far` it grows as the power TAIL."""
    return length if length <= far else far * (length / far) ** TAIL


@kernel(reorder=True)
def _move_pull(b, start, stop, Y, order, group, factors, pull, sums):
    """Move the mean pull of the nodes in the rows start..stop; ``sums[b]`` = sums of (e/d)^2 and e/d over their pairs.

    `group` is a Group; `factors`: 1 over the scale, what a pull counts in the mean, and what the mean loses.
    """
    flat, n_pivots, first, places, dims = group
    k = places.shape[1]
    zero, one, tiny = np.float32(0.0), np.float32(1.0), np.float32(1e-30)
    inv_scale, part, share = factors
    squares = firsts = 0.0
    for r in range(start, stop):
        prefetch(flat, order[min(r + AHEAD, stop - 1)] * n_pivots + first)
        begin = order[r] * n_pivots + first
        y, t, s2, s1 = point(Y, r, dims), zeros(dims), zero, zero
        for p in range(k):
            away = minus(y, column(places, p, dims))
            u = square(away)
            inv_e = one / np.sqrt(max(u, tiny))
            inv_path = np.float32(flat[begin + p])
            ratio = u * inv_e * inv_path
            s1 += ratio
            s2 += ratio * ratio
            t = plus_times(t, (ratio * inv_scale - one) * inv_path * inv_e, away)
        mean = point(pull, r, dims)
        put(pull, r, plus(mean, minus(times(part, t), times(share, mean))))
        squares += np.float64(s2)
        firsts += np.float64(s1)
    sums[b, 0], sums[b, 1] = squares, firsts


@kernel
def _add(b, start, stop, pull, weight, F):
    """F += weight * pull in the rows start..stop."""
    for r in range(start, stop):
        for k in range(pull.shape[1]):
            F[r, k] += weight * pull[r, k]
