"""method/memory.py: the limit to memory, and bytes that grow with what needs them."""

import tracemalloc

import networkx as nx
import numpy as np
import pytest

import sggraph as sg
import sggraph.method.memory
from sggraph.core.engine.blocks import Workers
from sggraph.core.repulsion.planning import CELLS_ENOUGH, MAX_CELLS
from sggraph.core.shape.path_stress import PathStress
from sggraph.method.memory import PER_CELL, PER_DISTANCE, as_bytes, available_memory, grid_limit, memory_of
from sggraph.method.start import n_pivots, named_shape


@pytest.mark.parametrize(
    ("given", "number"), [(5, 5), (2.5e9, 2_500_000_000), ("4GB", 4 * 10**9), ("1.5 GiB", 3 * 2**29), (np.int64(7), 7)]
)
def test_bytes(given, number):
    assert as_bytes(given) == number


def test_more_of_anything_takes_more():
    base = memory_of(10_000, 1_000_000, 2, 10**6)
    for more in ((40_000, 1_000_000, 2, 10**6), (10_000, 2_000_000, 2, 10**6), (10_000, 1_000_000, 2, 10**8)):
        assert memory_of(*more) > base
    assert memory_of(10**6, 4 * 10**6, 3, 10**9) > memory_of(10**6, 4 * 10**6, 2, 10**9)


@pytest.mark.parametrize("n", [900, 8_000, 40_000])
def test_path_lengths_are_kept_through_the_loop(n, monkeypatch):
    """Two bytes each, from the start on, and told: few pivots make the difference, beside a large grid too."""
    A = sg.datasets.make_torus(n // 100, 100).adjacency
    with Workers(1) as workers:
        shape = named_shape("stress", A, 2, np.random.default_rng(0), workers)
        assert shape.D.nbytes == PER_DISTANCE * n * n_pivots(n)
        paths = PathStress(shape.D, shape.pivots, workers)
    assert paths.nbytes == PER_DISTANCE * n * n_pivots(n)
    assert np.shares_memory(paths._inverses, shape.D)
    told = memory_of(n, A.nnz, 2, 10**9)
    monkeypatch.setattr(sggraph.method.memory, "n_pivots", lambda n, published=False: 1)
    assert told - memory_of(n, A.nnz, 2, 10**9) == PER_DISTANCE * n * (n_pivots(n) - 1)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_what_a_run_allocates_is_told(d):
    """Arrays of NumPy at the peak, as a share of what is told: .65 to .68 on these graphs."""
    graphs = [sg.datasets.make_block_model(4_000, 20).adjacency, sg.datasets.make_grid((70, 70)).adjacency]
    for A in graphs:
        sg.embed_graph(A, d, max_iter=2, random_state=0)  # loads the kernels
        tracemalloc.start()
        sg.embed_graph(A, d, max_iter=4, random_state=0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        told = sg.estimate_cost(A, d, max_iter=4, random_state=0).memory
        assert 0.3 < peak / told < 1


def test_what_does_not_fit_is_refused_before_the_run():
    with pytest.raises(
        MemoryError, match=r"max_memory='1MB' is too little, 34 nodes .* need about \d+ MB: raise max_memory"
    ):
        sg.embed_graph(nx.karate_club_graph(), max_memory="1MB")
    Y = sg.embed_graph(nx.karate_club_graph(), max_memory="4GB", max_iter=5, random_state=0)
    np.testing.assert_array_equal(Y, sg.embed_graph(nx.karate_club_graph(), max_iter=5, random_state=0))


def test_a_grid_of_explicit_cells_is_refused_before_it_is_made():
    """A cell side is obeyed to the letter, so there is no way but the error; with room, it changes nothing."""
    G = nx.random_geometric_graph(1500, 0.06, seed=1)
    options = {"d": 3, "max_iter": 3, "random_state": 0}
    free = sg.embed_graph(G, h=20.0, **options)  # compiles
    tracemalloc.start()
    with pytest.raises(
        MemoryError, match=r"h=0\.1 needs .* max_memory='200MB' has room for \S+: give a larger h, or h=N"
    ):
        sg.embed_graph(G, h=0.1, max_memory="200MB", **options)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
    with pytest.raises(MemoryError, match=r"h=0\.1 needs .* max_memory='200MB'"):
        sg.estimate_cost(G, 3, h=0.1, max_memory="200MB")
    np.testing.assert_array_equal(free, sg.embed_graph(G, h=20.0, max_memory="200MB", **options))


def test_a_grid_of_explicit_cells_has_to_fit_in_what_is_free(monkeypatch):
    G = nx.random_geometric_graph(1500, 0.06, seed=1)
    monkeypatch.setattr(sggraph.method.memory, "available_memory", lambda: 200_000_000)
    with pytest.raises(MemoryError, match=r"h=0\.1 needs .* the memory that is free has room for \S+: give a larger h"):
        sg.embed_graph(G, 3, h=0.1, max_iter=3, random_state=0)


def test_a_run_that_goes_on_where_there_is_less_memory_is_refused(tmp_path):
    G, path = nx.random_geometric_graph(1500, 0.06, seed=1), tmp_path / "run.npz"
    options = {"d": 3, "h": 0.3, "random_state": 0, "checkpoint": path}
    sg.embed_graph(G, max_iter=3, max_memory="2GB", **options)
    with pytest.raises(MemoryError, match=r"h=0\.3 needs .* max_memory='20MB' has room for"):
        sg.embed_graph(G, max_iter=3, max_memory="20MB", **options)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_room_for_a_grid(d, monkeypatch):
    """What is free does not touch a grid that is chosen: the same bits today and tomorrow."""
    monkeypatch.setattr(sggraph.method.memory, "available_memory", lambda: 10**8)
    needed = memory_of(1000, 5000, d, PER_CELL[d] * CELLS_ENOUGH[d])
    assert grid_limit(needed, 1000, 5000, d, None).cells >= CELLS_ENOUGH[d]
    assert grid_limit(10**10, 1000, 5000, d, None).cells > grid_limit(10**9, 1000, 5000, d, 1.0).cells
    assert grid_limit(None, 1000, 5000, d, None).cells == MAX_CELLS
    limit = grid_limit(None, 1000, 5000, d, 1.0)
    taken, more = (memory_of(1000, 5000, d, PER_CELL[d] * cells) for cells in (limit.cells, limit.cells + 100))
    assert taken <= 10**8 < more
    assert grid_limit(1, 1000, 5000, d, 1.0).cells == 0
    monkeypatch.setattr(sggraph.method.memory, "available_memory", lambda: None)
    assert grid_limit(None, 1000, 5000, d, 1.0).cells == MAX_CELLS


MACHINE = {"proc/meminfo": "MemTotal: 9 kB\nMemAvailable:       4 kB\n"}
GROUP_2 = {
    "proc/self/cgroup": "0::/a/b\n",
    "sys/fs/cgroup/a/b/memory.max": "max\n",
    "sys/fs/cgroup/a/b/memory.current": "100\n",
    "sys/fs/cgroup/a/memory.max": "1000\n",
    "sys/fs/cgroup/a/memory.current": "300\n",
    "sys/fs/cgroup/a/memory.stat": "anon 7\ninactive_file 50\nslab 3\n",
}
GROUP_1 = {
    "proc/self/cgroup": "8:pids:/\n4:memory:/box\n0::/\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "2000\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "1500\n",
    "sys/fs/cgroup/memory/memory.stat": "cache 9\ntotal_inactive_file 100\n",
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (MACHINE, 4096),
        (MACHINE | GROUP_2, 750),
        (MACHINE | GROUP_1, 600),
        (GROUP_1, 600),
        (MACHINE | GROUP_2 | {"sys/fs/cgroup/a/memory.current": "2000"}, 0),
        (MACHINE | {"proc/self/cgroup": "0::/\n"}, 4096),
        ({"proc/meminfo": "MemAvailable: many\n"}, None),
        ({}, None),
    ],
)
def test_free_memory_of_machine_and_container(files, expected, tmp_path):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available_memory(tmp_path) == expected


def test_any_number_of_bytes_is_enough():
    sg.embed_graph(nx.karate_club_graph(), max_memory=10**30, max_iter=2)
