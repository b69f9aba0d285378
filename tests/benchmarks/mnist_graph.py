"""The graph that the core is measured on: MNIST, HOG features, 30 nearest neighbours, Gaussian weights.

Needs the four idx files of MNIST, scikit-image and pynndescent; the result is kept in one npz file.
"""

import gzip

import numpy as np
from scipy.sparse import csr_array

PERPLEXITY = 10
N_NEIGHBORS = 30


def load_graph(folder, cache):
    """Row-stochastic probabilities (CSR, n x n), digits (n,), a sample of 5,000 points and their features."""
    if not cache.exists():
        images, digits = read_idx(folder)
        features = hog_features(images)
        indices, distances = neighbors(features)
        p = gaussian_weights(distances)
        sample = np.random.RandomState(42).choice(len(digits), 5000, replace=False)
        arrays = {"indices": indices.astype(np.int32), "p": p, "digits": digits}
        np.savez(cache, sample=sample, features=features[sample], **arrays)
    z = np.load(cache)
    n, k = z["p"].shape
    p = csr_array((z["p"].ravel(), z["indices"].ravel(), np.arange(n + 1) * k), shape=(n, n))
    p.sort_indices()
    return p, z["digits"], z["sample"], z["features"]


def read_idx(folder):
    """All 70,000 images and their digits."""

    def read(name):
        with gzip.open(folder / name) as file:
            content = file.read()
        shape = np.frombuffer(content, ">i4", content[3], 4)
        return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(shape)

    images = [read(f"{part}-images-idx3-ubyte.gz") for part in ("train", "t10k")]
    digits = [read(f"{part}-labels-idx1-ubyte.gz") for part in ("train", "t10k")]
    return np.concatenate(images), np.concatenate(digits)


def hog_features(images):
    """324 numbers an image."""
    from joblib import Parallel, delayed
    from skimage.feature import hog

    def part(some):
        return [hog(image, orientations=9, pixels_per_cell=(7, 7), cells_per_block=(2, 2)) for image in some]

    parts = Parallel(n_jobs=-1)(delayed(part)(some) for some in np.array_split(images, 40))
    return np.concatenate(parts).astype(np.float32)


def neighbors(features):
    """Indices and distances (n, 30) of the nearest neighbours, without the point itself."""
    from pynndescent import NNDescent

    indices, distances = NNDescent(features, n_neighbors=N_NEIGHBORS + 1, random_state=0).neighbor_graph
    n = len(indices)
    self_last = np.argsort(indices == np.arange(n)[:, None], axis=1, kind="stable")[:, :N_NEIGHBORS]
    return np.take_along_axis(indices, self_last, 1), np.take_along_axis(distances, self_last, 1).astype(float)


def gaussian_weights(distances):
    """Rows of exp(-beta d^2) over their sum, with the beta that gives the perplexity, by bisection."""
    d2 = distances**2 - (distances**2).min(axis=1, keepdims=True)
    low, high = np.zeros(len(d2)), np.full(len(d2), np.inf)
    beta = 1 / np.maximum(d2.mean(axis=1), 1e-12)
    for _ in range(60):
        w = np.exp(-beta[:, None] * d2)
        p = w / w.sum(axis=1, keepdims=True)
        too_wide = -(p * np.log(np.maximum(p, 1e-300))).sum(axis=1) > np.log(PERPLEXITY)
        low, high = np.where(too_wide, beta, low), np.where(too_wide, high, beta)
        beta = np.where(np.isinf(high), 2 * beta, (low + high) / 2)
    return p
