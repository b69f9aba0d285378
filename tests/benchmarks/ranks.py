"""Several ranks: what they cost beside threads, what they send, and what that would come to on a cluster.

    python tests/benchmarks/ranks.py overhead [--cases block lattice] [--nodes 1000000] [--times 3]
    python tests/benchmarks/ranks.py bytes [--graphs FOLDER] [--nodes 300000]

`overhead`: 2 ranks of one thread beside one process of two threads, in turn: milliseconds an iteration that passed, the
least of each run and the median of the runs; CPU an iteration of all processes, without what a rank waits for others or
copies for them; peak memory of each process.

`bytes`: what a rank sends in an iteration, of a settled picture, for 2 to 64 parts: the nodes that edges of others lead
to (ghosts), points to those who sum up the near pairs of their cells, and in reach of these (near), the boxes of the
grid that its own points touch, and sums of blocks. Counted on parts without processes and, for 2 and 4 ranks that are
threads here, in a run. "replicated" is what it would be if all had all coordinates and the whole grid. Then the model
of time: nodes of 16 cores, 200 GB/s of memory and 12.5 GB/s of network.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from math import log2, prod
from pathlib import Path

import numpy as np

import sggraph as sg
from sggraph.commands.files import largest_component
from sggraph.core.affinity import joint_probabilities
from sggraph.core.descent import Phase
from sggraph.core.engine.blocks import ALONE, Workers, n_node_blocks, node_bounds, weighted_bounds
from sggraph.core.engine.shares import Shares
from sggraph.core.forces import ROW, Forces
from sggraph.core.motion import Motion
from sggraph.core.ordering import inverse
from sggraph.core.repulsion.cells import REACH, cells_within
from sggraph.core.repulsion.convolution import line_bounds, work
from sggraph.core.symmetry import symmetric_pattern

sys.path.append(str(Path(__file__).parents[1]))
PARTS = 2, 4, 8, 16, 64
REAL = ("cnr_2000",)
STEP = Phase(100, 1.0, 1e5, 0.8, 1.0, 10.0)
EVERY = 5  # iterations between two looks at the clock
CORES, MEMORY, NETWORK, MESSAGE = 16, 200e9, 12.5e9, 5e-6  # of a node; seconds a message takes at least
NS_NODE, NS_ENTRY, NS_CELL = 37.0, 1.35, 0.27  # one core: spread, gather, step; attraction; FFT, a log2 of the cells
BYTES_NODE, BYTES_ENTRY = 130, 16  # that memory moves: rows of arrays, an entry of P and the coordinates it asks for
COLLECTIVES = 10  # an iteration


def main():
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["overhead", "bytes", "one"])
    parser.add_argument("--cases", nargs="+")
    parser.add_argument("--nodes", type=int)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--graphs", type=Path)
    parser.add_argument("--n-jobs", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.what == "one":
        one_run(args.cases[0], args.nodes, args.n_jobs)
    elif args.what == "overhead":
        overhead(args.cases or ["block", "lattice"], args.nodes or 1_000_000, args.times)
    else:
        sent(args.cases or ["lattice", "block", "rmat", *(REAL if args.graphs else ())], args)


def graph_of(name, n, folder=None):
    """Adjacency of a case, its largest component alone."""
    if name == "lattice":
        return sg.datasets.make_grid((round(n**0.5),) * 2).adjacency
    if name in ("block", "dense"):
        inside = {"block": 10.0, "dense": 18.0}[name]  # and two that lead elsewhere: 6 and 10 edges a node
        return sg.datasets.make_block_model(n, max(n // 200, 1), degree_inside=inside).adjacency
    if name == "rmat":
        A = sg.datasets.make_rmat(round(log2(n))).adjacency
    else:
        with np.load(folder / f"{name}.npz") as parts:
            A = sg.as_graph((parts["row"], parts["col"])).adjacency
    return largest_component(sg.as_graph(A)).adjacency


class Timed:
    """A Comm that keeps the CPU spent in it, and what was spent elsewhere when each iteration began."""

    def __init__(self, comm):
        self.comm, self.rank, self.size, self.neighbors = comm, comm.rank, comm.size, comm.neighbors
        self.seat = comm.seat
        self.cpu, self.begun = 0.0, []

    def told(self, *args, **options):
        """What rank 0 says."""
        begin = time.process_time()
        order = self.comm.told(*args, **options)
        self.cpu += time.process_time() - begin
        if getattr(getattr(order, "function", None), "__name__", "") == "advance":
            self.begun.append(time.process_time() - self.cpu)
        return order

    def __getattr__(self, name):
        method = getattr(self.comm, name)

        def timed(*args, **options):
            begin = time.process_time()
            try:
                return method(*args, **options)
            finally:
                self.cpu += time.process_time() - begin

        return timed


def one_run(name, n, n_jobs, n_iter=60):
    """Be a rank of a run, and print its figures as JSON."""
    from mpi4py import MPI

    from sggraph.method import ranks

    world, times, cpu, plain, comms = MPI.COMM_WORLD, [], [], ranks.as_ranks, []

    def as_ranks(comm):
        comms.append(Timed(plain(comm)))
        return comms[0]

    def look(*_):
        times.append(time.perf_counter())
        cpu.append(time.process_time())

    if world.size > 1:
        ranks.as_ranks = as_ranks
    graph = sg.as_graph(graph_of(name, n)) if world.rank == 0 else None
    options = {"max_iter": n_iter, "random_state": 0, "callback": look, "callback_every": EVERY, "n_jobs": n_jobs}
    sg.embed_graph(graph, comm=world if world.size > 1 else None, **options)
    if comms:
        begun = comms[0].begun
        mine = (begun[-1] - begun[EVERY]) / (len(begun) - 1 - EVERY)
    else:
        mine = (cpu[-1] - cpu[0]) / (n_iter - EVERY)
    found = world.gather((mine, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6))
    if world.rank == 0:
        steps = np.diff(times) / EVERY * 1e3
        mine, peaks = zip(*found, strict=True)
        print(json.dumps({"ms": float(steps.min()), "cpu": 1e3 * sum(mine), "peaks": peaks}))


def overhead(names, n, times):
    """Print one process of two threads beside two of one."""
    mpiexec = Path(sys.executable).parent / "mpiexec"
    for name in names:
        found = {1: [], 2: []}
        for _ in range(times):
            for size in found:
                command = [mpiexec, "-n", size, sys.executable, __file__, "one", "--cases", name, "--nodes", n]
                command = [*map(str, command), "--n-jobs", str(3 - size)]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                found[size].append(json.loads(done.stdout.splitlines()[-1]))
        for size, runs in found.items():
            ms, cpu = (statistics.median(run[key] for run in runs) for key in ("ms", "cpu"))
            peaks = ", ".join(f"{peak:.2f}" for peak in runs[0]["peaks"])
            print(f"{name:8} {size} x {3 - size} threads: {ms:6.1f} ms, {cpu:6.1f} ms of CPU, peaks {peaks} GB")
        ratios = [two["ms"] / one["ms"] for one, two in zip(found[1], found[2], strict=True)]
        cpu = [two["cpu"] / one["cpu"] for one, two in zip(found[1], found[2], strict=True)]
        told = [" ".join(f"{ratio:.2f}" for ratio in each) for each in (ratios, cpu)]
        print(f"{name:8} ratio of time {told[0]}; of CPU {told[1]}", flush=True)


class Of:
    """Workers of the first of so many ranks that are no processes: enough for Shares."""

    rank = 0

    def __init__(self, size):
        self.comm, self.size = self, size


def settled(graph):
    """Upper triangle of P, the Motion of a settled picture in its order, its Forces."""
    A = sg.as_graph(graph).adjacency
    Y = sg.embed_graph(A, random_state=0, max_iter=300)
    links = symmetric_pattern(A, ALONE)
    upper = joint_probabilities(A, 10.0, ALONE, links=links).upper
    motion, forces = Motion.at(Y), Forces(upper, 2, ALONE)
    motion.reorder(ALONE)
    forces.advance(motion, STEP)
    return upper, links, motion, forces


def sent(names, args):
    """Print what ranks send, and the model."""
    known = {}
    head = ["graph", "parts", "replicated: KB", "sent: KB", "in a run", "ghosts a part", "the most", "near", "grid: KB"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for name in names:
        upper, links, motion, forces = settled(graph_of(name, args.nodes or 300_000, args.graphs))
        for size in PARTS:
            found = counted(size, links, motion, forces)
            run = run_of(size, upper, motion) if size <= 4 else None
            known[name, size] = found
            cells = [name, size, kb(found["replicated"]), kb(found["sent"]), "" if run is None else kb(run)]
            cells += [f"{found[key]:,.0f}" for key in ("ghosts", "most", "near")] + [kb(found["grid"])]
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)
        plan = forces.repulsion.plan
        print(f"<!-- {name}: {len(motion.Y):,} nodes, {upper.nnz:,} edges, plan {plan} -->")
    for name in ("block", "dense"):
        if (name, 2) in known:
            print(f"\n{name}: {known[name, 2]['entries'] / 2:.1f} edges a node")
            scale({size: known[name, size] for size in PARTS})


def kb(n_bytes):
    """Bytes in thousands."""
    return f"{n_bytes / 1e3:,.0f}"


def counted(size, links, motion, forces):
    """Bytes that a rank sends in an iteration, on average, of both versions."""
    (n, d), plan = motion.Y.shape, forces.repulsion.plan
    rank = inverse(motion.order, ALONE)
    sizes = np.diff(links.indptr)[motion.order]
    work_of = np.concatenate([[0], np.cumsum(sizes + ROW)])
    cuts = Shares.of(Of(size), n, work_of[node_bounds(n)]).cuts
    row, col = np.repeat(np.arange(n), np.diff(links.indptr)), links.indices
    row, col = rank[row], rank[col]
    owner = np.searchsorted(cuts[1:], np.arange(n), side="right")
    far = owner[row] != owner[col]
    pairs = np.unique(owner[row[far]].astype(np.int64) * n + col[far])
    ghosts = np.bincount(pairs // n, minlength=size)
    cells, waves = prod(plan.shape), prod(plan.shape[:-1]) * (plan.shape[-1] + 1)
    most = (size - 1) / size
    blocks = len(node_bounds(n)) - 1
    sums = 8 * blocks * (3 * d + d + 1 + 1) * most
    waved = 16 * waves / size * most if plan.h else 0.0  # transposed twice
    replicated = 4 * d * n * most + sums + 12 * cells * most + waved
    grid = waved + (12 * of_boxes(motion.Y, plan, cuts) if plan.h else 0.0)  # charges there, potential back
    told, back, counts = near(motion.Y, plan, cuts) if plan.R else (0.0, 0.0, 0.0)
    replicated += 8 * d * back
    sent = 4 * d * (ghosts.mean() + back) + 4 * (1 + 2 * d) * told + 8 * counts * most + grid + sums
    return {
        "replicated": replicated,
        "sent": sent,
        "ghosts": ghosts.mean(),
        "most": int(ghosts.max()),
        "near": told,
        "grid": grid,
        "per node": (ghosts.mean() + (2 + 1 / d) * told + back) * size / n,
        "cells": cells / n,
        "counts": counts / n,
        "touched": work(plan.shape, plan.R) / n,
        "box": of_boxes(motion.Y, plan, cuts) * size / n if plan.h else 0.0,
        "entries": links.nnz / n,
    }


def near(Y, plan, cuts):
    """Points that a rank tells to others, forces that it sends back, on average, and cells."""
    low, size, n = Y.min(axis=0), len(cuts) - 1, len(Y)
    inv_side, shape = cells_within((Y.max(axis=0) - low).astype(float), plan.R)
    place = np.minimum(((Y - low) * inv_side).astype(int), np.array(shape) - 1)
    cell = np.ravel_multi_index(place.T, shape)
    start = np.concatenate([[0], np.bincount(cell, minlength=prod(shape)).cumsum()])
    bounds = weighted_bounds(start, n_node_blocks(n))
    steps = REACH[len(shape) - 1] * sum(prod(shape[axis + 1 :]) for axis in range(len(shape)))
    told = back = 0
    for r in range(size):
        first, stop = (bounds[(len(bounds) - 1) * end // size] for end in (r, r + 1))
        is_mine = (first <= cell) & (cell < stop)
        is_told = (first - steps <= cell) & (cell < stop + steps) if first < stop else is_mine.copy()
        for is_of in (is_mine, is_told):
            is_of[cuts[r] : cuts[r + 1]] = False
        told, back = told + np.count_nonzero(is_told), back + np.count_nonzero(is_mine)
    return told / size, back / size, prod(shape)


def of_boxes(Y, plan, cuts):
    """Nodes of the grid in the box of a rank that others transform, on average."""
    low, high, size = Y.min(axis=0), Y.max(axis=0), len(cuts) - 1
    origin = (low + high) / 2 - (np.array(plan.shape) - 1) * plan.h / 2
    planes = line_bounds(np.empty((plan.shape[0], prod(plan.shape[1:-1]) * (plan.shape[-1] + 1))))
    total = 0
    for r in range(size):
        some = Y[cuts[r] : cuts[r + 1]]
        if len(some):
            first, last = (((end - origin) / plan.h).astype(int) for end in (some.min(axis=0), some.max(axis=0)))
            mine = (planes[(len(planes) - 1) * end // size] for end in (r, r + 1))
            begin, end = (min(max(x, first[0] - 1), last[0] + 3) for x in mine)
            total += (last[0] - first[0] + 4 - (end - begin)) * prod((last - first)[1:] + 4)
    return total / size


def run_of(size, upper, motion, n_iter=20):
    """Bytes that a rank sent in an iteration of a run, on average; what is gathered goes to all others."""
    import rank_threads

    comms, sent = [], []

    def total():
        gathered, added, exchanged = (sum(comm.sent[kind] for comm in comms) for kind in ("gather", "add", "exchange"))
        return gathered * (size - 1) + added + exchanged

    def work(comm):
        comms.append(comm)
        mine = motion.copy()
        with Workers(1, comm) as workers:
            forces = Forces(upper if comm.rank == 0 else None, 2, workers)
            forces.advance(mine, STEP)
            comm.gather(np.zeros(size), range(size + 1))
            if comm.rank == 0:
                sent.append(total())
            comm.gather(np.zeros(size), range(size + 1))
            forces.advance(mine, STEP, n_iter)

    for found in rank_threads.each(size, work):
        if found is not None:
            raise found
    return (total() - sent[0]) / size / n_iter


def scale(known):
    """Print the model of weak and strong scaling."""
    print("| nodes | 1 | " + " | ".join(map(str, PARTS)) + " |\n|---|" + "---|" * (len(PARTS) + 1))
    for label, nodes in (("10^6 a rank", 1e6), ("10^7 in all", None), ("10^8 in all", None)):
        for version in ("replicated", "sent"):
            row = []
            for size in (1, *PARTS):
                n = nodes * size if nodes else float(label[:4].replace("^", "e").replace("10e", "1e"))
                row.append(f"{model(n, size, known[max(size, 2)], version) * 1e3:,.0f}")
            print(f"| {label}, {version} | " + " | ".join(row) + " |")


def model(n, size, found, version):
    """Seconds an iteration of n nodes in 2-D on so many nodes of a cluster."""
    share, d = n / size, 2
    compute = 1e-9 * share * (NS_NODE + NS_ENTRY * found["entries"]) / CORES
    moved = share * (BYTES_NODE + BYTES_ENTRY * found["entries"]) / MEMORY
    touched = found["touched"] * n
    fft = 2e-9 * NS_CELL / 2 * touched * log2(touched) / CORES
    cells, most = found["cells"] * n, (size - 1) / size
    latency = COLLECTIVES * MESSAGE * log2(size) if size > 1 else 0.0
    if version == "replicated":
        n_bytes = (4 * d * n + 12 * cells + 16 * cells / size) * most
    else:
        n_bytes = 4 * d * found["per node"] * share + 12 * found["box"] * share
        n_bytes += (16 * cells / size + 8 * found["counts"] * n) * most
    return max(compute, moved) + fft / size + n_bytes * (size > 1) / NETWORK + latency


if __name__ == "__main__":
    main()
