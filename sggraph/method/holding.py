"""Pictures of which some is held: nodes that are pinned, and coordinates that are data.

What is held never moves, and pulls and pushes all else as ever. It is in the caller's units, degrees or years; the
picture that the graph would have without it is turned, enlarged and moved to lie on it as well as it can, and goes on
from there, what is held in its place. Sizes are those of the picture inside: a length is divided by the scale of that
fit on the way in, and multiplied on the way out.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..core.descent import descend
from ..core.engine.blocks import Workers
from ..core.engine.comm import SERIAL
from ..core.motion import Motion, scattered
from ..runtime.checks import refused, shown
from . import lengths
from .problem import is_kept, leaves_beside, of_rows, prepared, ways
from .run import forces_on_all
from .start import Shape, has_place

ACCEPTED = "positions by node (a dict), an array (n, d) with NaN where a coordinate is free, or, of Y0, names or masks"


def pins_of(fixed, init, nodes, d):
    """Where coordinates are held, (n, d) float64, NaN where they are free.

    `fixed` : positions, a dict by node or an array; or what of `init` (positions) is held: a mask (n,), (n, d) or (d,)
    of bools, or names of nodes.
    """
    n = len(nodes)
    if isinstance(fixed, Mapping):
        check_names("fixed", fixed, nodes)
        return _as_pins([fixed.get(node, np.full(d, np.nan)) for node in nodes], n, d)
    is_listed = isinstance(fixed, (list, tuple, set, frozenset)) and _are_names(fixed, nodes)
    given = np.empty(0, object) if is_listed else np.asarray(fixed)
    if given.dtype.kind in "fiu" and given.shape == (n, d):
        return _as_pins(given, n, d)
    if isinstance(init, str):
        raise ValueError("fixed says which coordinates are held, but not where: give Y0, too, or fixed as positions")
    if given.dtype.kind == "b" and given.shape in ((n,), (n, d), (d,)):
        mask = np.broadcast_to(given[:, None] if given.shape == (n,) else given, (n, d))
    elif is_listed or (given.ndim == 1 and given.dtype.kind != "b"):
        check_names("fixed", fixed, nodes)
        chosen = set(fixed)
        mask = np.array([[node in chosen] * d for node in nodes])
    else:
        raise refused("fixed", fixed, ACCEPTED)
    return _as_pins(np.where(mask, np.asarray(init, np.float64), np.nan), n, d)


def _are_names(items, nodes):
    """Whether the first of the items is a node; True and False, which equal 1 and 0, are none."""
    first = next(iter(items), None)
    return not isinstance(first, (bool, np.bool_, list, np.ndarray)) and first in set(nodes)


def check_names(what, names, nodes):
    """Raise a ValueError that says what names a node that is none."""
    known = set(nodes)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{what} names {shown(unknown[0])}, which is no node: leave it out")


def _as_pins(rows, n, d):
    try:
        pins = np.array([np.asarray(row, np.float64) for row in rows])
    except (TypeError, ValueError):
        pins = np.empty(0)
    if pins.shape != (n, d) or np.isinf(pins).any():
        raise ValueError(f"fixed holds positions that are no rows of {d} finite numbers or NaN: give such")
    if np.isnan(pins).all():
        raise ValueError("fixed holds no coordinate: give some, or leave it out")
    return pins


def laid_on(Y, pins):
    """Y (n, d) turned and mirrored so that it lies on the pins as well as it can, and what it is to be enlarged by and
    moved by then: (Y, scale, shift).

    By the nodes that are held whole, if there are two; otherwise by the axes that are data of two nodes or more.
    """
    d, axes = Y.shape[1], np.arange(Y.shape[1])
    is_held = ~np.isnan(pins)
    if is_held.all(axis=1).sum() < 2:
        axes = np.flatnonzero(is_held.sum(axis=0) >= 2)
    rows = is_held[:, axes].all(axis=1) if len(axes) else np.zeros(len(Y), bool)
    if rows.sum() < 2:  # a place or a number alone says nothing of turn and size
        return Y, 1.0, np.where(is_held, pins - Y, 0.0).sum(axis=0) / np.maximum(is_held.sum(axis=0), 1)
    there = pins[rows][:, axes]
    middle, aim = Y[rows].mean(axis=0), there.mean(axis=0)
    left, _, right = np.linalg.svd((Y[rows] - middle).T @ (there - aim))
    turn = np.empty((d, d))
    turn[:, axes] = left[:, : len(axes)] @ right
    turn[:, np.setdiff1d(np.arange(d), axes)] = left[:, len(axes) :]
    turned = (Y - middle) @ turn
    spread, wanted = np.square(turned[rows][:, axes]).sum(), np.square(there - aim).sum()
    scale = float(np.sqrt(wanted / spread)) if spread > 0 and wanted > 0 else 1.0
    shift = np.zeros(d)
    shift[axes] = aim
    return turned, scale, shift


def held_layout(graph, settings, pins, Y, schedule, phases, ranks=SERIAL):
    """Coordinates (n, d) float32 in the units of the pins, and the KL divergence inside, from the free picture Y of the
    Graph and its Schedule, of which these phases are gone through once more; `ranks` help.
    """
    if settings.drop_leaf:
        return _held_without_leaves(graph, settings, pins, Y, schedule, phases, ranks)
    free = np.isnan(pins)
    turned, scale, shift = laid_on(Y.astype(np.float64), pins)
    start = np.where(free, turned, (pins - shift) / scale)
    settings = replace(settings, fixed=None, init=start, components="together", checkpoint=None, callback=None)
    with Workers(settings.n_jobs, ranks) as workers:
        problem = prepared(graph, settings, workers)
        links, P = problem.probabilities(workers)
        forces = forces_on_all(problem, links, P.upper, schedule, workers, Shape())
        motion = Motion.held(start, free)
        found = held_descent(forces, motion, phases)
        kl = forces.kl_divergence(motion, fresh=True)
    return np.where(free, scale * found + shift, pins).astype(np.float32), kl


def _held_without_leaves(graph, settings, pins, Y, schedule, phases, ranks):
    """The same of a graph whose leaves are not held; these are set beside their neighbours."""
    with Workers(settings.n_jobs, ranks) as workers:
        links = lengths.pattern(graph.adjacency, workers)
    kept = is_kept(links) | ~np.isnan(pins).all(axis=1)
    inner = np.flatnonzero(kept)
    run = pins[inner], Y[inner], schedule, phases, ranks
    Y, kl = held_layout(of_rows(graph, inner), replace(settings, drop_leaf=False), *run)
    return leaves_beside(Y, kept, links, ways(int((~kept).sum()), Y.shape[1], np.random.default_rng(0))), kl


def held_descent(forces, motion, phases):
    """Coordinates (n, d) float64 in the order of the nodes after these phases, in which the picture grows in none."""
    descend(forces, motion, [phase._replace(grow=0.0) for phase in phases])
    return scattered(motion.Y, motion.order).astype(np.float64)


def check_holds(settings):
    """Raise a ValueError where what is asked for does not go with something held."""
    if settings.components == "largest":
        raise ValueError("fixed and components='largest' exclude each other: give the largest component as the graph")
    if not isinstance(settings.init, (str, Mapping)) and not has_place(np.asarray(settings.init, float)).all():
        raise ValueError("fixed needs a place for each node in Y0: give all, or fixed as positions")
