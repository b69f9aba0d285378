"""features/point_cloud.py: samples become rows of probabilities, and what are no samples is refused by name."""

import naive
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sggraph import SGtSNEpi, point_cloud_to_graph

X = np.random.default_rng(0).normal(size=(60, 4))


def twin(X, k, perplexity, rescale):
    p = np.zeros((len(X), len(X)))
    for i, (index, distances) in enumerate(zip(*naive.nearest(X, k), strict=True)):
        if rescale == "perplexity":
            p[i, index] = naive.gaussian_row(distances, perplexity)
        else:
            p[i, index] = naive.plain_row(distances)
        if rescale == "lambda":
            p[i, index] = naive.rescale_row(p[i, index], perplexity)
    return p


@pytest.mark.filterwarnings("ignore:perplexity=.* makes all weights equal")
@pytest.mark.parametrize("f", [4, 30])
@pytest.mark.parametrize(("k", "perplexity"), [(1, 1), (5, 2), (12, 6.5), (12, 12), (12, 40), (59, 10)])
@pytest.mark.parametrize("rescale", ["perplexity", "lambda", None])
def test_graph_equals_twin(rescale, k, perplexity, f):
    X = np.random.default_rng(1).normal(size=(60, f))
    p = point_cloud_to_graph(X, k, perplexity=perplexity, rescale=rescale)
    assert isinstance(p, sparse.csr_array)
    assert p.shape == (60, 60)
    assert p.dtype == np.float64
    assert p.nnz == 60 * k
    assert p.indices.dtype == p.indptr.dtype == np.int32  # kernels compiled for others need not give the same bits
    assert p.has_sorted_indices
    assert not p.diagonal().any()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(p.toarray(), twin(X, k, perplexity, rescale), atol=3e-5)


def knn(X, k, itself):
    indices, distances = naive.nearest(X, k)
    if itself:
        indices = np.concatenate([np.arange(len(X))[:, None], indices], axis=1)
        distances = np.concatenate([np.zeros((len(X), 1)), distances], axis=1)
    return indices, distances


@pytest.mark.parametrize("rescale", ["perplexity", "lambda", None])
@pytest.mark.parametrize("itself", [True, False])
def test_precomputed_neighbours(itself, rescale):
    expected = point_cloud_to_graph(X, 7, perplexity=4, rescale=rescale).toarray()
    options = {"perplexity": 4, "rescale": rescale}
    p = point_cloud_to_graph(None, 7, precomputed_knn=knn(X, 7, itself), **options)
    np.testing.assert_allclose(p.toarray(), expected, atol=1e-9)
    indices, distances = knn(X, 12, itself)
    mixed = np.random.default_rng(0).permutation(indices.shape[1])
    given = indices[:, mixed].astype(np.int32), distances[:, mixed].astype(np.float32)
    before = given[0].copy(), given[1].copy()
    p = point_cloud_to_graph(None, 7, precomputed_knn=given, **options)
    np.testing.assert_allclose(p.toarray(), expected, atol=1e-5)
    assert all(np.array_equal(a, b) for a, b in zip(given, before, strict=True))


INPUTS = {
    "float32": (X.astype(np.float32), 1e-5),
    "list": (X.tolist(), 1e-12),
    "fortran": (np.asfortranarray(X), 1e-12),
    "sparse array": (sparse.csr_array(X), 1e-6),
    "sparse matrix": (sparse.coo_matrix(X), 1e-6),
    "table": (pd.DataFrame(X, columns=list("abcd")), 1e-12),
}


@pytest.mark.parametrize("name", INPUTS)
def test_any_kind_of_table(name):
    given, atol = INPUTS[name]
    expected = point_cloud_to_graph(X, 7, perplexity=4).toarray()
    np.testing.assert_allclose(point_cloud_to_graph(given, 7, perplexity=4).toarray(), expected, atol=atol)


def test_whole_numbers_and_booleans_count():
    whole = np.random.default_rng(0).integers(0, 50, (40, 3))
    ours = [point_cloud_to_graph(x, 5, perplexity=3).toarray() for x in (whole, whole.astype(float))]
    np.testing.assert_array_equal(*ours)
    assert point_cloud_to_graph(whole > 25, 5, perplexity=3).nnz == 200


@pytest.mark.jit
def test_input_is_unchanged_and_the_seed_decides():
    given = X.copy()
    given.setflags(write=False)
    graphs = [
        point_cloud_to_graph(given, 7, perplexity=4, method="approximate", random_state=seed, n_jobs=1)
        for seed in (3, 3, np.random.default_rng(3))
    ]
    assert all((graphs[0] != other).nnz == 0 for other in graphs[1:])


def test_same_bits_for_any_number_of_threads():
    many = np.random.default_rng(0).normal(size=(1_500, 20))
    for rescale in ("perplexity", "lambda", None):
        graphs = [point_cloud_to_graph(many, 10, perplexity=5, rescale=rescale, n_jobs=n) for n in [1, 2, 3]]
        assert len({(p.data.tobytes(), p.indices.tobytes()) for p in graphs}) == 1


def with_value(value):
    wrong = X.copy()
    wrong[3, 1] = value
    return wrong


SAMPLES = {
    "NaN": with_value(np.nan),
    "infinity": with_value(np.inf),
    "sparse NaN": sparse.csr_array(with_value(np.nan)),
    "text": [["a", "b"]] * 9,
    "text in a table": pd.DataFrame({"a": list("pqrstuvw"), "b": range(8)}),
    "one axis": np.ones(60),
    "three axes": np.ones((60, 2, 2)),
    "complex": X * 1j,
    "ragged": [[1, 2], [3]],
    "a dict": {"a": 1},
    "nothing": None,
    "no samples": [],
    "no features": np.ones((60, 0)),
    "as many samples as neighbours": X[:7],
    "one sample": X[:1],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_are_no_samples(name):
    with pytest.raises(ValueError, match=r"\bX\b"):
        point_cloud_to_graph(SAMPLES[name], 7, perplexity=3)


OPTIONS = [
    *[("n_neighbors", value) for value in (0, -3, 60, 61, 2.0, True, "7", None)],
    *[("perplexity", value) for value in (0.99, 0, -1, np.nan, np.inf, True, "auto", None)],
    *[("rescale", value) for value in ("gauss", 1, True, ["perplexity"], np.array([1, 2]))],
    *[("method", value) for value in ("fast", None, 3, np.array(["exact"]))],
    *[("metric", value) for value in ("euclid", None, np.linalg.norm, "precomputed", np.array(["euclidean"]))],
    *[("n_jobs", value) for value in (0, -2, 1.5, True)],
    ("random_state", "seed"),
]


@pytest.mark.parametrize(("name", "value"), OPTIONS)
def test_options_out_of_range(name, value):
    with pytest.raises(ValueError, match=name):
        point_cloud_to_graph(X, **{"n_neighbors": 7, "perplexity": 3, name: value})


I, D = knn(X, 7, itself=False)
TABLES = {
    "one array": I,
    "three arrays": (I, D, D),
    "a number": 3,
    "ragged": ([[1, 2], [0]], [[1, 2], [1]]),
    "one axis": (I[0], D[0]),
    "two shapes": (I, D[:, :6]),
    "two lengths": (I, D[:-1]),
    "index too large": (np.where(I > 58, 60, I), D),
    "index below 0": (np.where(I == 0, -1, I), D),
    "indices of floats": (I.astype(float), D),
    "negative distance": (I, -D),
    "NaN": (I, np.where(np.median(D) < D, np.nan, D)),
    "infinity": (I, np.where(np.median(D) < D, np.inf, D)),
    "text": (I, D.astype(str).astype(object) + "x"),
    "too few": (I[:, :6], D[:, :6]),
    "too few without itself": tuple(part[:, :7] for part in knn(X, 7, itself=True)),
    "twice the same": (np.concatenate([I[:, :1], I[:, :6]], axis=1), D),
}


@pytest.mark.parametrize("name", TABLES)
def test_bad_tables_of_neighbours(name):
    with pytest.raises(ValueError, match="precomputed_knn"):
        point_cloud_to_graph(None, 7, perplexity=3, precomputed_knn=TABLES[name])


def test_duplicates_share_the_weight():
    p = point_cloud_to_graph(np.repeat(X[:10], 6, axis=0), 5, perplexity=3).toarray()
    np.testing.assert_allclose(p, np.kron(np.eye(10), (np.ones((6, 6)) - np.eye(6)) / 5), atol=1e-12)


def test_a_table_with_text_or_dates_names_its_columns():
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)), columns=["width", "height"])
    texts = {"name": [f"n{i}" for i in range(20)], "day": pd.date_range("2024-01-01", periods=20)}
    for ask in (lambda X: point_cloud_to_graph(X, 3), SGtSNEpi(n_neighbors=3).fit):
        for name, column in texts.items():
            with pytest.raises(ValueError, match=rf"X has text or dates in columns \['{name}'\]: leave them out"):
                ask(table.assign(**{name: column}))
        with pytest.raises(ValueError, match="NaN"):
            ask(table.assign(gap=pd.array([1, None] * 10, dtype="Int64")))
    numbers = table.assign(text=table["width"].astype(object), flag=table["width"] > 0)
    assert point_cloud_to_graph(numbers, 3, perplexity=2).shape == (20, 20)


def test_weights_are_those_of_tsne():
    """What docs/coming-from.md says of perplexity: scikit-learn's own, to the tolerance of its search for beta."""
    from sklearn.manifold._t_sne import _joint_probabilities_nn
    from sklearn.neighbors import kneighbors_graph

    X = np.random.default_rng(0).normal(size=(400, 5))
    D = kneighbors_graph(X, 90, mode="distance")
    D.data **= 2
    p = point_cloud_to_graph(X, 90, perplexity=30)
    both = p + p.T
    assert abs(_joint_probabilities_nn(D, 30, 0) - both / both.sum()).sum() < 1e-3
