"""memory.py: the limit to memory, and bytes that grow with what needs them."""

import networkx as nx
import numpy as np
import pytest

import sggraph as sg
from sggraph.memory import as_bytes, memory_of


@pytest.mark.parametrize(
    ("given", "number"), [(5, 5), (2.5e9, 2_500_000_000), ("4GB", 4 * 10**9), ("1.5 GiB", 3 * 2**29), (np.int64(7), 7)]
)
def test_bytes(given, number):
    assert as_bytes(given) == number


def test_more_of_anything_takes_more():
    base = memory_of(10_000, 100_000, 2, 1000)
    for more in ((40_000, 100_000, 2, 1000), (10_000, 200_000, 2, 1000), (10_000, 100_000, 2, 10**6)):
        assert memory_of(*more) > base
    assert memory_of(10**6, 4 * 10**6, 3, 10**7) > memory_of(10**6, 4 * 10**6, 2, 10**7)


def test_what_does_not_fit_is_refused_before_the_run():
    with pytest.raises(MemoryError, match=r"max_memory='1MB': 34 nodes .* need about \d+ MB; raise max_memory"):
        sg.embed_graph(nx.karate_club_graph(), max_memory="1MB")
    Y = sg.embed_graph(nx.karate_club_graph(), max_memory="4GB", max_iter=5, random_state=0)
    np.testing.assert_array_equal(Y, sg.embed_graph(nx.karate_club_graph(), max_iter=5, random_state=0))
