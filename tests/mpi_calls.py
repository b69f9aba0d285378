"""What the tests of MPI run on each rank: ``mpiexec -n 3 python mpi_calls.py MODE ...``; rank 0 speaks."""

import hashlib
import os
import sys

import networkx as nx
import numpy as np
from host_card import HostCard

import sggraph
from sggraph.core import rows
from sggraph.core.engine import blocks
from sggraph.core.forces import Forces
from sggraph.datasets import make_block_model, make_torus
from sggraph.method import devices


def digests(comm, n_jobs):
    """Digests of embeddings that between them take every way over several ranks."""
    mesh, model = make_torus(30, 40).adjacency, make_block_model(1500, 30).adjacency
    parts = nx.disjoint_union_all([nx.grid_2d_graph(25, 30), nx.grid_2d_graph(20, 20), nx.path_graph(7)])
    calls = [(mesh, {"d": d}) for d in (1, 2, 3)]
    calls += [(model, {"alpha": 12, "early_exag": 10}), (mesh, {"h": 0.5}), (parts, {})]
    found = []
    for graph, options in calls:
        given = graph if comm is None or comm.rank == 0 else None
        Y = sggraph.embed_graph(given, comm=comm, n_jobs=n_jobs, max_iter=30, random_state=0, **options)
        found.append(hashlib.sha256(Y.tobytes()).hexdigest()[:12])
    return " ".join(found)


def of_rows(comm, n_jobs):
    """Digests of embeddings of graphs of which each rank has some rows."""
    parts = nx.disjoint_union_all([nx.grid_2d_graph(25, 30), nx.grid_2d_graph(20, 20), nx.path_graph(7)])
    mesh, model, parts = make_torus(30, 40).adjacency, make_block_model(1500, 30).adjacency, sggraph.as_graph(parts)
    tree = sggraph.as_graph(nx.barabasi_albert_graph(900, 1, seed=0)).adjacency
    calls = [(mesh, {}), (model, {}), (parts.adjacency, {"init": {3: (0, 1), 800: (2, 2)}})]
    calls += [(tree, {"drop_leaf": True, "fixed": {3: (0, 1), 11: (7, 2)}})]
    found = []
    for A, options in calls:
        graph = A
        if comm is not None:
            cuts = [A.shape[0] * r**2 // comm.size**2 for r in range(comm.size + 1)]
            first, stop = cuts[comm.rank : comm.rank + 2]
            graph = sggraph.RowBlock(A[first:stop], first)
        Y = sggraph.embed_graph(graph, comm=comm, n_jobs=n_jobs, max_iter=30, random_state=0, **options)
        if comm is not None:
            assert len(Y) == stop - first
            Y = np.concatenate(comm.allgather(Y))
        found.append(hashlib.sha256(Y.tobytes()).hexdigest()[:12])
    return " ".join(found)


def on_cards(comm, n_jobs):
    """Digests of embeddings on cards that are none (host_card.py), one a rank."""
    devices.Card, devices.n_cards = lambda number, d, most=None: HostCard(d, number, most), lambda: 8
    devices.check_card = devices.check_forces = lambda card: None
    mesh, found = make_torus(12, 16).adjacency, []
    for options in ({"d": 1}, {"max_iter": 55}, {"d": 3, "max_iter": 10}):
        options = {"max_iter": 20, "random_state": 0, "exact": False, "device": "cuda", "n_jobs": n_jobs} | options
        Y = sggraph.embed_graph(mesh if comm is None or comm.rank == 0 else None, comm=comm, **options)
        found.append(hashlib.sha256(Y.tobytes()).hexdigest()[:12])
    return " ".join(found)


def long_run(comm, checkpoint, n_iter=3000, callback=None):
    """A run that waits to be killed or interrupted, and says how far it is."""

    def tell(iteration, *_):
        print("iteration", iteration, flush=True)
        if callback is not None:
            callback(iteration)

    graph = make_torus(20, 30).adjacency
    options = {"checkpoint": checkpoint, "checkpoint_every": 7, "max_iter": n_iter, "early_exag": 30, "n_jobs": 1}
    return sggraph.embed_graph(graph, comm=comm, random_state=0, callback=tell, callback_every=1, **options)


CALLS = {"digests": digests, "rows": of_rows, "cards": on_cards}


def raise_at(iteration, error):
    def callback(now):
        if now == iteration:
            raise error

    return callback


def main(mode, *arguments):
    from mpi4py import MPI

    blocks.BLOCK, blocks.MIN_BLOCK, rows.EDGES = 50, 10, 200  # so that small graphs have blocks for all ranks
    comm = MPI.COMM_WORLD
    if mode in CALLS:
        found = comm.gather(CALLS[mode](comm, int(arguments[0])))
        print(*set(found or []), sep="\n", end="", flush=True)
    elif mode == "killed":
        checkpoint, target, n_iter = arguments
        pids = comm.gather(os.getpid())
        if comm.rank == 0:
            print(*pids, flush=True)
        Y = long_run(comm, checkpoint, int(n_iter))
        if comm.rank == 0:
            np.save(target, Y)
    elif mode == "fails":  # on one rank alone, in the midst of what is shared
        if comm.rank == int(arguments[0]):
            Forces._attract = lambda *_: raise_at(0, MemoryError("no room"))(0)
        long_run(comm, None)
    elif mode == "raises":
        long_run(comm, None, callback=raise_at(20, RuntimeError("the callback fails")))


if __name__ == "__main__":
    main(*sys.argv[1:])
