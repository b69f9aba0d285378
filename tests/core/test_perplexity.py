"""core/perplexity.py: Gaussian weights have the entropy that was asked for, at any scale."""

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sggraph.core.engine.blocks import Workers
from sggraph.core.perplexity import gaussian_weights, plain_weights


def table(n, k, seed=0, spread=1.0):
    return np.sort(np.exp(spread * np.random.default_rng(seed).normal(size=(n, k))), axis=1)


def gaussian(distances, perplexity, n_jobs=1):
    with Workers(n_jobs) as workers:
        return gaussian_weights(distances, perplexity, workers)


@pytest.mark.parametrize("spread", [1e-3, 0.1, 1, 2])
@pytest.mark.parametrize(("k", "perplexity"), [(2, 1.5), (3, 2), (17, 1.1), (17, 10), (17, 16.9), (90, 30)])
def test_gaussian_weights_equal_twin(k, perplexity, spread):
    distances = table(40, k, spread=spread)
    weights = gaussian(distances, perplexity)
    expected = [naive.gaussian_row(row, perplexity) for row in distances]
    np.testing.assert_allclose(weights, expected, atol=5e-5)
    np.testing.assert_allclose([naive.entropy(row) for row in weights], np.log(perplexity), atol=1e-5)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0, 1e6), min_size=2, max_size=40),
    st.floats(1, 50),
)
def test_properties_of_any_row(distances, perplexity):
    distances = np.sort(distances)[None]
    for weights in (gaussian(distances, perplexity), plain_weights(distances)):
        assert (weights > 0).all()
        assert weights.sum() == pytest.approx(1, rel=1e-12)
        assert (np.diff(weights) <= 0).all()
    ties = max((distances == distances[0, 0]).sum(), 1)
    assert naive.entropy(gaussian(distances, perplexity)[0]) >= np.log(min(perplexity, ties)) - 1e-5


@pytest.mark.parametrize("perplexity", [5, 5.0, 7, 1e9])
def test_perplexity_of_k_or_more_gives_equal_weights(perplexity):
    np.testing.assert_allclose(gaussian(table(20, 5), perplexity), 0.2, rtol=1e-14)


@pytest.mark.parametrize("value", [0.0, 1e-3, 7.0])
def test_equal_distances_give_equal_weights(value):
    np.testing.assert_allclose(gaussian(np.full((3, 6), value), 2), 1 / 6, rtol=1e-14)
    np.testing.assert_allclose(plain_weights(np.full((3, 6), value)), 1 / 6, rtol=1e-14)


def test_more_duplicates_than_the_perplexity_share_the_weight():
    distances = np.sort(np.concatenate([np.zeros((4, 8)), table(4, 6)], axis=1), axis=1)
    weights = gaussian(distances, 5)
    np.testing.assert_allclose(weights[:, :8], 1 / 8, rtol=1e-5)
    assert (weights[:, 8:] > 0).all()
    assert (weights[:, 8:] < 1e-6).all()


def test_fewer_duplicates_than_the_perplexity_leave_some():
    distances = np.sort(np.concatenate([np.zeros((4, 3)), table(4, 12)], axis=1), axis=1)
    weights = gaussian(distances, 5)
    np.testing.assert_allclose([naive.entropy(row) for row in weights], np.log(5), atol=1e-5)


@pytest.mark.parametrize("scale", [1e-170, 1e-150, 1e-20, 1e20, 1e150, 1e170])
def test_scale_does_not_matter(scale):
    distances = table(20, 15)
    for weigh in (lambda x: gaussian(x, 6), plain_weights):
        np.testing.assert_allclose(weigh(distances * scale), weigh(distances), rtol=1e-9)


def test_far_points_keep_a_weight_above_zero():
    distances = np.array([[1.0, 1.1, 1e3, 1e100]])
    for weights in (gaussian(distances, 1.5), plain_weights(distances)):
        assert (weights > 0).all()
        assert np.isfinite(np.log(weights)).all()


def test_plain_weights_equal_twin():
    distances = table(30, 12)
    np.testing.assert_allclose(plain_weights(distances), [naive.plain_row(row) for row in distances], rtol=1e-12)


def test_same_bits_for_any_number_of_threads_and_input_unchanged():
    distances = table(3_000, 20)
    before = distances.copy()
    assert len({gaussian(distances, 8, n_jobs).tobytes() for n_jobs in [1, 2, 3]}) == 1
    plain_weights(distances)
    assert np.array_equal(distances, before)
