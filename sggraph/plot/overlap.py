"""Move marks apart that overlap on the picture, as little as it takes: for small graphs, whose marks are large.

Pairs that overlap push each other away along the line between them until none does, a large mark less than a small
one, as its area says: the relaxation of position based dynamics (Mueller et al. 2007, J. Vis. Commun. Image R. 18:2).
"""

import numpy as np
from scipy.spatial import cKDTree

from ..runtime.checks import refused

MOST = 1000  # nodes; the marks of more are so small that names and edges hide them anyway
ROUNDS = 1000  # most pictures need less than 50, a thousand marks in one crowd all of them, half a second
GAP = 1.0  # points between two marks, so that the eye parts them
GOLDEN = np.pi * (3 - np.sqrt(5))  # an angle whose multiples keep apart: where marks coincide they go all ways
CLOSE = 0.05  # points of overlap that nobody sees


def check_overlap(overlap, Y):
    """Raise a ValueError where marks cannot be moved apart."""
    if overlap:
        return
    if Y.shape[1] != 2:
        raise refused("overlap", False, f"it for pictures in a plane only, not for {Y.shape[1]} columns")
    if len(Y) > MOST:
        raise refused("overlap", False, f"it for up to {MOST:,} nodes, not for {len(Y):,}")


def apart(at, diameters, box):
    """Places in points near `at`, shape (n, 2), at which marks of these diameters neither overlap nor leave the box."""
    radii = np.broadcast_to(diameters, len(at)) / 2
    at, inset = at.copy(), np.minimum(radii[:, None], box / 2)
    share = 1 / np.maximum(radii, 1e-3) ** 2
    for round_ in range(ROUNDS):
        i, j = cKDTree(at).query_pairs(2 * radii.max() + GAP, output_type="ndarray").T
        way = at[i] - at[j]
        length = np.hypot(*way.T)
        lack = radii[i] + radii[j] + GAP - length
        hits = lack > CLOSE
        if not hits.any():
            break
        i, j, way, length, lack = i[hits], j[hits], way[hits], length[hits], lack[hits]
        angle = GOLDEN * (i + j + round_)
        way = np.where(length[:, None] > 1e-6, way / np.maximum(length, 1e-6)[:, None], _directions(angle))
        moves = np.zeros_like(at)
        for rows, sign, own in ((i, 1, share[i]), (j, -1, share[j])):
            push = sign * way * (lack * own / (share[i] + share[j]))[:, None]
            np.add.at(moves, rows, push)
        at = np.clip(at + moves * _damping(len(at), i, j)[:, None], inset, box - inset)
    return at


def _damping(n, i, j):
    """A mark that many others push goes at most thrice the mean of their ways, or it would jump over its neighbours."""
    pushed = np.bincount(i, minlength=n) + np.bincount(j, minlength=n)
    return 1 / np.maximum(pushed / 3, 1)


def _directions(angle):
    return np.column_stack([np.cos(angle), np.sin(angle)])
