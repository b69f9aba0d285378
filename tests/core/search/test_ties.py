"""core/search/ties.py: what a search in float32 missed comes in where ties are settled (the rest: features)."""

import numpy as np

from sggraph.core.search.ties import settled


def test_points_that_a_search_missed_by_rounding_are_taken():
    """Six points are nearer than the two that tie at the end of those found, by 1e-8: more than are sought."""
    values = np.append(0.0, 1 + np.array([0, 1, 2, 3, 4, 5, 60, 60]) * 1e-8)
    found = np.array([[1, 3, 7, 8]]), values[[[1, 3, 7, 8]]]

    def balls(rows, radii):
        for radius in radii:
            near = np.flatnonzero(values <= radius)
            yield near, values[near]

    indices, distances = settled(found, 3, lambda rows: (np.array([0]), np.zeros(1, int)), balls)
    assert indices.tolist() == [[1, 2, 3]]
    np.testing.assert_array_equal(distances, values[[[1, 2, 3]]])
