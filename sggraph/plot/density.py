"""Draw very many points or edges as an image: the mean colour in each pixel, more opaque where there are more.

These are histograms: a million points cost a fraction of a second, the file is as large as the picture and not as the
data, and where things lie on top of each other the picture shows how many.
"""

import numpy as np

PIXEL = 0.5  # points of text, the side of a pixel
FAINTEST = 0.5  # opacity of a single point; that of others grows with the logarithm of their number
USUAL, DARKEST = 0.35, 0.65  # opacity of edges where they are as dense as around the average bit of edge, and at most
CHUNK, SAMPLES = 1_000_000, 12_000_000  # bits of edges at once, and in all; if there are more pixels, bits are longer


def draw_density(ax, Y, low, high, box, paint, alpha=None):
    """Draw points Y on axes that reach from corner `low` to `high` and are `box` large, in points of text."""
    shape = _shape(box)
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
    alpha = 1.0 if alpha is None else alpha
    full = max(np.quantile(number[number > 0], 0.99) if number.any() else 0, 4)  # but for the fullest hundredth
    share = np.clip(np.log(np.maximum(number, 1)) / np.log(full), 0, 1)
    opacity = np.where(number > 0, alpha * (FAINTEST + (1 - FAINTEST) * share), 0)
    _show(ax, np.where(shown[:, None] > 0, colors, paint.missing), opacity, shape, low, high, zorder=3)
    return paint.scale


def draw_edge_density(ax, lines, low, high, box, color, alpha=None, zorder=1):
    """Draw lines of shape (m, k, 2) in one colour or m, each as bits of a pixel; `alpha` is the opacity of one line."""
    shape = _shape(box)
    at = (lines - low) / (high - low) * shape
    start, way = at[:, :-1].reshape(-1, 2), np.diff(at, axis=1).reshape(-1, 2)
    length = np.linalg.norm(way, axis=1)
    bits = np.ceil(length / max(length.sum() / SAMPLES, 1)).astype(int)
    many = np.ndim(color) == 2 and len(color) > 1
    weights = np.column_stack(
        [length / np.maximum(bits, 1)] + ([np.repeat(color, at.shape[1] - 1, axis=0)] if many else [])
    )
    weights[:, 1:] *= weights[:, :1]
    sums = np.zeros((weights.shape[1], shape.prod()))
    for part in np.split(np.arange(len(bits)), np.searchsorted(np.cumsum(bits), np.arange(CHUNK, bits.sum(), CHUNK))):
        _add_bits(sums, start[part], way[part], bits[part], weights[part], shape)
    ink = sums[0]
    colors = (
        (sums[1:] / np.maximum(ink, 1e-9)).T if many else np.broadcast_to(np.reshape(color, (-1, 3))[0], (len(ink), 3))
    )
    usual = max(np.exp((ink * np.log(np.maximum(ink, 1e-9))).sum() / max(ink.sum(), 1e-9)), 1.0)
    thin = -np.log1p(-USUAL / DARKEST) / usual if alpha is None else -np.log1p(-min(alpha / DARKEST, 0.99))
    _show(ax, colors, DARKEST * -np.expm1(-thin * ink), shape, low, high, zorder)


def _add_bits(sums, start, way, bits, weights, shape):
    """Add the weights of lines to the pixels beneath their bits."""
    line = np.repeat(np.arange(len(bits)), bits)
    bit = np.arange(len(line)) - np.repeat(np.cumsum(bits) - bits, bits)
    column, row = np.floor(start[line] + ((bit + 0.5) / bits[line])[:, None] * way[line]).astype(int).T
    inside = (column >= 0) & (column < shape[0]) & (row >= 0) & (row < shape[1])
    pixel, line = row[inside] * shape[0] + column[inside], line[inside]
    for total, weight in zip(sums, weights.T, strict=True):
        total += np.bincount(pixel, weight[line], minlength=len(total))


def _shape(box):
    """Pixels in a row and in a column."""
    return np.maximum(np.ceil(box / PIXEL).astype(int), 1)


def _show(ax, colors, opacity, shape, low, high, zorder):
    pixels = (np.column_stack([colors, opacity]) * 255).round().astype(np.uint8).reshape(*shape[::-1], 4)
    extent = np.column_stack([low, high]).ravel()
    ax.imshow(pixels, extent=extent, origin="lower", aspect=ax.get_aspect(), zorder=zorder)
