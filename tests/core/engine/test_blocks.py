"""core/engine/blocks.py: fixed blocks that cover everything once, whatever the number of threads."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sggraph.core.engine.blocks import (
    MIN_BLOCK,
    Workers,
    available_cores,
    even_bounds,
    fine_bounds,
    n_node_blocks,
    node_bounds,
    weighted_bounds,
)
from sggraph.core.rows import n_blocks


@given(st.integers(1, 10**7), st.integers(1, 40))
def test_even_bounds_cover_all_in_blocks_of_about_one_size(n, n_blocks):
    bounds = even_bounds(n, n_blocks)
    sizes = np.diff(bounds)
    assert bounds[0] == 0
    assert bounds[-1] == n
    assert 1 <= len(sizes) <= n_blocks
    assert sizes.max() - sizes.min() <= 1
    assert len(sizes) == 1 or sizes.min() >= MIN_BLOCK


@given(st.integers(1, 10**8))
def test_fine_bounds_cut_blocks_of_nodes_further(n):
    assert set(node_bounds(n)) <= set(fine_bounds(n))


def test_blocks_are_enough_for_all_cores_of_a_cluster():
    assert n_node_blocks(10**8) >= 64 * 16
    assert n_blocks(10**9) >= 64 * 16
    assert n_node_blocks(10**6) == n_blocks(10**7) == 256


@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from([1, 100, 5_000]))
def test_weighted_bounds_cover_all_and_no_block_outweighs_its_share_by_more_than_one_item(n_blocks, seed, n):
    weights = np.random.default_rng(seed).integers(0, 9, n)
    cumulative = np.concatenate([[0], np.cumsum(weights)])
    bounds = weighted_bounds(cumulative, n_blocks)
    assert bounds[0] == 0
    assert bounds[-1] == n
    assert len(bounds) == len(even_bounds(n, n_blocks))
    assert (np.diff(bounds) >= 0).all()
    assert np.diff(cumulative[bounds]).max() <= cumulative[-1] / (len(bounds) - 1) + 8


@pytest.mark.parametrize("weights", [np.zeros(3_000, int), np.eye(1, 3_000, 1_500, int)[0] * 2**30])
@pytest.mark.parametrize("dtype", [np.int32, np.uint32, np.int64, np.uint64])
def test_weighted_bounds_of_nothing_and_of_one_hub(weights, dtype):
    bounds = weighted_bounds(np.concatenate([[0], np.cumsum(weights)]).astype(dtype), 16)
    assert bounds[0] == 0
    assert bounds[-1] == 3_000
    assert all(isinstance(bound, int) for bound in bounds)
    assert sorted(bounds) == bounds


@pytest.mark.parametrize("n_jobs", [1, 2, 3, 7, None, -1])
def test_each_block_runs_once_with_its_bounds(n_jobs):
    seen, lock = [], threading.Lock()

    def kernel(block, start, stop, extra):
        with lock:
            seen.append((block, start, stop, extra))

    with Workers(n_jobs) as workers:
        assert workers.n_jobs == (n_jobs if n_jobs and n_jobs > 0 else available_cores())
        workers.run(kernel, [0, 3, 3, 10, 11], "x")
    assert sorted(seen) == [(0, 0, 3, "x"), (1, 3, 3, "x"), (2, 3, 10, "x"), (3, 10, 11, "x")]


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_an_error_in_any_block_reaches_the_caller(n_jobs):
    def kernel(block, start, stop):
        if block == 5:
            raise ZeroDivisionError

    with Workers(n_jobs) as workers, pytest.raises(ZeroDivisionError):
        workers.run(kernel, list(range(9)))


def test_an_interrupt_ends_the_blocks():
    """None begins after it, and none is at work when it is passed on."""
    begun, ended = [], []

    def kernel(block, start, stop):
        begun.append(block)
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt
        time.sleep(0.02)
        ended.append(block)

    with Workers(3) as workers, pytest.raises(KeyboardInterrupt):
        workers.run(kernel, range(101))
    assert len(begun) < 20
    assert len(ended) == len(begun) - 1
