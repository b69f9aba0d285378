"""core/repulsion/all_pairs.py: forces and potential of all pairs, whatever the blocks."""

import naive
import numpy as np
import pytest

from sggraph.core.engine.blocks import Workers
from sggraph.core.repulsion.all_pairs import CHUNK, add_all_pairs


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("n", [1, 2, 3, 17, 600, CHUNK, CHUNK + 1, 2 * CHUNK + 3])
def test_equals_the_twin(n, d):
    Y = np.random.default_rng(n).normal(0, 5, (n, d)).astype(np.float32) + np.float32(100)
    Y[n // 2] = Y[0]
    F, phi = np.full_like(Y, np.nan), np.zeros(2)
    with Workers(2) as workers:
        workers.run(add_all_pairs, [0, n // 2, n], Y, Y.T.copy(), (0,) * d, F, phi)
    forces, Z = naive.repulsion(Y.astype(float))
    np.testing.assert_allclose(F, forces, atol=2e-5 * max(np.abs(forces).max(), 1e-3))
    assert phi.sum() - n == pytest.approx(Z, rel=1e-5, abs=1e-6 * n)
