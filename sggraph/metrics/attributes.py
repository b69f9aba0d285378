"""How well an embedding shows what is known of its nodes besides their edges: class labels, feature vectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import issparse

from ..core.types import Classes, Coordinates, Features, Int, Seed
from ..inputs.coordinates import as_coordinates
from ..inputs.labels import as_classes
from ..inputs.seeds import as_generator, sample
from ..runtime.checks import check_count, check_whole

FOLDS = 5


def knn_accuracy(
    Y: Coordinates,
    labels: Classes,
    *,
    n_neighbors: Int = 10,
    n_samples: Int | None = 50_000,
    random_state: Seed = 0,
) -> float:
    """Share of nodes whose class is the most frequent one among their nearest nodes in the embedding.

    Cross-validated: the nodes are split at random in five parts, and those of each part are classified by the
    `n_neighbors` nearest of the other four. 1 is perfect; the share of the largest class is what a guess achieves.

    Parameters
    ----------
    Y : array of shape (n, d), or dict of positions by node
        Coordinates.
    labels : sequence of length n, or dict of labels by node
        Class of each row of Y: any hashable. None, NaN, NA and absent nodes are unknown and are left out. (-1 is a
        class like any other: give None where it stands for unknown.)
    n_neighbors : int, default 10
        Neighbours that vote.
    n_samples : int or None, default 50000
        Nodes that are looked at, all others left out; None for all.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample and of the split.

    Returns
    -------
    accuracy : float
        Between 0 and 1; NaN where fewer than two labels are known.

    Raises
    ------
    ValueError
        If labels do not fit Y or are continuous values, Y holds NaN, or too few nodes are labelled for `n_neighbors`.

    See Also
    --------
    trustworthiness : for feature vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from sggraph.metrics import knn_accuracy
    >>> Y = np.concatenate([np.zeros((10, 2)), np.ones((10, 2))])
    >>> knn_accuracy(Y, ["left"] * 10 + ["right"] * 10, n_neighbors=3)
    1.0
    """
    check_whole("n_neighbors", n_neighbors, 1)
    check_count("n_samples", n_samples)
    nodes = list(Y) if isinstance(Y, Mapping) else None
    Y = as_coordinates(Y)
    codes, names = as_classes(labels, nodes, len(Y))
    if names is None:
        raise ValueError("labels are continuous values: give classes, such as the quartile of each")
    rng = as_generator(random_state)
    known = rng.permutation(sample(np.flatnonzero(codes >= 0), n_samples, rng))
    if len(known) < 2:
        return float("nan")
    parts = np.array_split(known, min(FOLDS, len(known)))
    if n_neighbors > len(known) - len(parts[0]):
        raise ValueError(
            f"n_neighbors={n_neighbors!r} is too many, {len(known)} rows have a label and four fifths of them vote: "
            "give a smaller n_neighbors or more labels"
        )
    hits = 0
    for part in parts:
        others = np.setdiff1d(known, part, assume_unique=True)
        hits += int((_vote(Y[others], codes[others], Y[part], n_neighbors) == codes[part]).sum())
    return hits / len(known)


def _vote(Y, codes, of, k):
    """The most frequent code (ties: the least) among the k points of Y nearest to each point of `of`."""
    from scipy.spatial import cKDTree
    from scipy.stats import mode

    near = cKDTree(Y).query(of, range(1, k + 1))[1]
    return mode(codes[near], axis=1).mode


def trustworthiness(
    X: Features,
    Y: Coordinates,
    *,
    n_neighbors: Int = 10,
    n_samples: Int | None = 5000,
    random_state: Seed = 0,
) -> float:
    """Whether the nearest nodes in the embedding are near in feature space, too.

    Every node among the `n_neighbors` nearest in Y that is not among those in X costs as much as it ranks too far in
    X. 1 is perfect, about 0.5 is chance. All ranks are those within a random sample of the rows (Venna & Kaski 2001;
    scikit-learn's function on the sample). A smaller sample looks at wider neighbourhoods, so compare like with like.

    Parameters
    ----------
    X : array or sparse matrix of shape (n, m)
        Feature vectors.
    Y : array of shape (n, d), or dict of positions by node
        Coordinates; a dict has its positions in the order of the rows of X.
    n_neighbors : int, default 10
        Size of the neighbourhoods, less than half of the rows.
    n_samples : int or None, default 5000
        Rows that are looked at, all others left out; None for all. Time and memory grow with its square: 5000 take
        about 5 s and 1 GB.
    random_state : int, numpy.random.Generator or None, default 0
        Seed of the sample.

    Returns
    -------
    trustworthiness : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If X and Y do not fit each other or hold NaN, or there are too few rows for `n_neighbors`.

    See Also
    --------
    knn_accuracy : for class labels.

    Examples
    --------
    >>> import numpy as np
    >>> from sggraph.metrics import trustworthiness
    >>> X = np.random.default_rng(0).normal(size=(100, 2))
    >>> trustworthiness(X, 3 * X)
    1.0
    """
    from sklearn.manifold import trustworthiness as of_all

    check_whole("n_neighbors", n_neighbors, 1)
    check_count("n_samples", n_samples)
    Y, X = as_coordinates(Y), _as_features(X)
    if X.shape[0] != len(Y):
        raise ValueError(
            f"X has {X.shape[0]} rows but Y has {len(Y)}: give the features of the embedded nodes, in order"
        )
    rows = sample(np.arange(len(Y)), n_samples, as_generator(random_state))
    if n_neighbors >= len(rows) / 2:
        raise ValueError(
            f"n_neighbors={n_neighbors!r} is too many for {len(rows)} rows: give fewer than half of the rows, or raise "
            "n_samples"
        )
    return float(of_all(X[rows], Y[rows], n_neighbors=n_neighbors))


def _as_features(X):
    """X as a finite matrix of numbers, sparse (CSR) or not."""
    if issparse(X):
        X = X.tocsr()
    else:
        try:
            X = np.asarray(X, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"X does not hold numbers ({error}): give a matrix of shape (n, m)") from None
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X has shape {X.shape}: give (n, m) with n > 0 and m > 0")
    if not np.isfinite(X.data if issparse(X) else X).all():
        raise ValueError("X has NaN or infinite entries: drop or impute them")
    return X
