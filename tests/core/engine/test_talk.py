"""What ranks tell each other: the median of the numbers of all."""

import numpy as np
import pytest
import rank_threads

from sggraph.core.engine.talk import median

RNG = np.random.default_rng(0)
NUMBERS = {
    "odd": RNG.exponential(size=1001),
    "even": RNG.exponential(size=1000) * 10.0 ** RNG.integers(-30, 30, 1000),
    "ties": RNG.integers(0, 4, 400),
    "two halves": [1.0, 1.0 + 2**-20],
    "one": [0.0],
    "infinite": [1.0, np.inf, np.inf],
}


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("name", NUMBERS)
def test_the_median_of_all_ranks(name, size):
    values = np.array(NUMBERS[name], np.float32)
    cuts = [0, *sorted(RNG.integers(0, len(values) + 1, size - 1)), len(values)]

    def found(comm):
        return median(comm, values[cuts[comm.rank] : cuts[comm.rank + 1]], nothing=None)

    for mine in rank_threads.each(size, found):
        assert mine.dtype == np.float32
        assert mine == np.median(values)


def test_of_nothing():
    assert rank_threads.each(2, lambda comm: median(comm, np.empty(0, np.float32), nothing=7)) == [7, 7]
