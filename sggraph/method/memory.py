"""Bytes that an embedding needs at its peak, beside the graph and the process, and the limit to them."""

from contextlib import suppress
from pathlib import Path

from ..core.repulsion.planning import CELLS_ENOUGH, Limit
from ..runtime.checks import as_bytes
from .start import N_MDS, ROWS, n_pivots

FIXED = 6_000_000
FIRST = 46, 40  # bytes for each entry and node while the adjacency is cleaned
KEPT = 16, 73  # for each entry, adjacency and P; for each node, names and numbers
SORTED = 30  # for each entry, copies in the order of the components, where there are several
WIDER = 5  # bytes more a distance, for a while, where components share a run
PER_DISTANCE, PER_SQUARE = 2, 18  # to pivots; of those of ROWS nodes, squared and centred
START_PER_NODE = 35, 25  # and for each dimension, while the start is relaxed
STRESS_PER_NODE = 16, 8  # the mean pull, order and rank; for each dimension
LOOP_PER_ENTRY = 16  # rows, and as much again while they are renumbered
LOOP_PER_NODE = 52, 33  # order, cells, bounds; for each dimension coordinates, velocity, gain, forces, copies
PER_CELL = {1: 84, 2: 80, 3: 105}  # at worst: each block of points spread over the whole grid, padded in each dimension
PACKING_PER_NODE = 120  # names and coordinates in several orders
PACKING = {1: (200, 5_000_000), 2: (5_000, 60_000_000), 3: (60_000, 165_000_000)}  # for each node; at most
CONTROL_GROUPS = {  # by the kinds that they hold, of version 2 and 1: limit, use, and files kept that make room
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


def memory_of(n, nnz, d, grid=0, *, packed=False, together=False, published=False):
    """Estimated bytes at the peak for n nodes and `nnz` entries, with grids of so many bytes together. `packed` says
    whether there are several components, each with a run of its own, `together` whether they share one, `published`
    whether the start is that of the published schedule.
    """
    k = n_pivots(n, published=published)
    first = FIRST[0] * nnz + FIRST[1] * n
    squared = k if published else min(k, N_MDS)
    relaxed = max(PER_SQUARE * squared * min(n, ROWS), (START_PER_NODE[0] + START_PER_NODE[1] * d) * n)
    start = _kept(n, nnz, packed) + (PER_DISTANCE + together * WIDER) * k * n + relaxed
    per_node, most = PACKING[d]
    packing = KEPT[0] * nnz + PACKING_PER_NODE * n + min(per_node * n, most) if packed else 0
    return int(FIXED + max(first, start, _of_loop(n, nnz, d, packed) + grid, packing))


def _kept(n, nnz, packed):
    """Bytes of the graph and P."""
    return (KEPT[0] + packed * SORTED) * nnz + KEPT[1] * n


def _of_loop(n, nnz, d, packed):
    """Bytes of the loop, without the grid."""
    stress = PER_DISTANCE * n_pivots(n) + STRESS_PER_NODE[0] + STRESS_PER_NODE[1] * d
    return _kept(n, nnz, packed) + LOOP_PER_ENTRY * nnz + n * (LOOP_PER_NODE[0] + LOOP_PER_NODE[1] * d + stress)


def grid_limit(max_memory, n, nnz, d, h, *, packed=False):
    """The Limit to the cells of the grid: what `max_memory` leaves for it, or, where the caller wants cells of side
    `h`, what the machine has. A grid that is chosen is not to depend on how much is free today.
    """
    if max_memory is not None:
        most, reason = as_bytes(max_memory), f"max_memory={max_memory!r} has room for"
    else:
        most, reason = available_memory() if h is not None else None, "the memory that is free has room for"
    if most is None:
        return Limit()
    return Limit(max(most - FIXED - _of_loop(n, nnz, d, packed), 0) // PER_CELL[d], reason)


def available_memory(root="/"):
    """Bytes that this process can still get, by what Linux says about the machine and its control groups (containers);
    None where it says nothing. `root` is where files are looked for.
    """
    found = []
    with suppress(OSError, ValueError, StopIteration):
        lines = Path(root, "proc/meminfo").read_text().splitlines()
        found.append(1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1]))
    with suppress(OSError):
        for line in Path(root, "proc/self/cgroup").read_text().splitlines():
            _, kinds, group = line.split(":", 2)
            if kinds in CONTROL_GROUPS:
                found += _left_in(Path(root, "sys/fs/cgroup", kinds), group.strip("/"), *CONTROL_GROUPS[kinds])
    return max(min(found), 0) if found else None


def _left_in(folder, group, limit, used, cache):
    """Bytes that are left in a control group and in those that it is part of, each that has a limit."""
    found = []
    for place in (Path(group), *Path(group).parents):
        with suppress(OSError, ValueError, StopIteration):  # "max" is not a number: no limit
            most, taken = (int((folder / place / name).read_text()) for name in (limit, used))
            lines = (folder / place / "memory.stat").read_text().splitlines()
            given_back = int(next(line for line in lines if line.startswith(cache + " ")).split()[1])
            found.append(most - taken + given_back)
    return found


def check_memory(max_memory, n, nnz, d, **kinds):
    """Raise a MemoryError, before anything is allocated, if an embedding needs more than `max_memory` (None: any)."""
    if max_memory is None:
        return
    most, needed = as_bytes(max_memory), memory_of(n, nnz, d, PER_CELL[d] * CELLS_ENOUGH[d], **kinds)
    if needed > most:
        raise MemoryError(
            f"max_memory={max_memory!r} is too little, {n:,} nodes with {nnz:,} entries in {d}-D need about "
            f"{needed / 1e6:,.0f} MB: raise max_memory, or embed fewer nodes (drop_leaf=True, components='largest')"
        )
