"""Draw very many points as one image: the mean colour of the points in each pixel, more opaque where they are more.

A histogram, so a million points cost a tenth of a second, the file is as large as the picture and not as the data, and where
points lie upon each other the picture shows how many. Opacity grows with the logarithm of the number.
"""

import numpy as np

PIXEL = 0.5  # points of text, the side of a pixel
FAINTEST = 0.35  # opacity of a single point


def draw_density(ax, Y, low, high, box, paint, alpha=None):
    """Draw Y on axes that reach from corner `low` to `high` and are `box` large, in points of text."""
    shape = np.maximum(np.ceil(box / PIXEL).astype(int), 1)
    inside = ((low <= Y) & (high > Y)).all(axis=1)
    column, row = ((Y[inside] - low) / (high - low) * shape).astype(int).T
    pixel, size = row * shape[0] + column, shape.prod()
    number, known = np.bincount(pixel, minlength=size), paint.known[inside]

    def sums(weights):
        return np.bincount(pixel[known], weights[inside][known], minlength=size)

    shown = np.bincount(pixel[known], minlength=size)
    mean = np.maximum(shown, 1)
    if paint.scale is None:  # squares: nearly linear light, in which mixed colours keep their brightness
        colors = np.sqrt(np.column_stack([sums(channel**2) / mean for channel in paint.points.T]))
    else:
        colors = paint.scale.to_rgba(sums(paint.points) / mean)[:, :3]
    rgba = np.column_stack([np.where(shown[:, None] > 0, colors, paint.missing), _opacity(number, alpha)])
    ax.imshow(
        (rgba * 255).round().astype(np.uint8).reshape(*shape[::-1], 4),
        extent=np.column_stack([low, high]).ravel(),
        origin="lower",
        aspect=ax.get_aspect(),
        zorder=3,
    )
    return paint.scale


def _opacity(number, alpha):
    """From that of a single point to `alpha`, which pixels have that are among the fullest hundredth."""
    alpha = 1.0 if alpha is None else alpha
    full = max(np.quantile(number[number > 0], 0.99) if number.any() else 0, 4)
    share = np.clip(np.log(np.maximum(number, 1)) / np.log(full), 0, 1)
    return np.where(number > 0, alpha * (FAINTEST + (1 - FAINTEST) * share), 0)
