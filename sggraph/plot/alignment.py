"""Turn, mirror, scale and shift an embedding onto another: what none of them means, so that the eye can compare.

The orthogonal R and the scale s with least |s (Y - mean) R - (target - mean)| (Schoenemann 1966, Psychometrika 31:1).
"""

from scipy.linalg import orthogonal_procrustes


def aligned(Y, target, *, scale=True):
    """Y (n, d) brought as near to `target` (n, d) as turning, mirroring, shifting and, if wanted, scaling can."""
    center = target.mean(axis=0)
    Y = Y - Y.mean(axis=0)
    turn, overlap = orthogonal_procrustes(Y, target - center)
    factor = overlap / (Y**2).sum() if scale and overlap > 0 else 1.0
    return factor * (Y @ turn) + center
