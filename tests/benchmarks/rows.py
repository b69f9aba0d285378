"""Peak memory of ranks that each have some rows of a graph, beside that of one process that has all.

    python tests/benchmarks/rows.py [--cases block lattice] [--nodes 1000000] [--ranks 1 2 4] [--max-iter 60]
    python tests/benchmarks/rows.py --file parquet

The rows come from arrays on disk, of which each rank maps its part; with `--file` the command `sggraph embed` reads a
.parquet or .npz file. The target: no rank needs more than its share of what one
process needs and a fifth, Python itself (`BASE`) left out.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array, save_npz, triu

import sggraph as sg
from sggraph.cli import main as main_of_cli
from sggraph.commands.files import largest_component
from sggraph.runtime.launched import is_one_of_several

BASE = 0.2  # GB: Python, NumPy, SciPy, Numba


def main():
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", default=["block", "lattice"])
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--max-iter", type=int, default=60)
    parser.add_argument("--file", choices=["parquet", "npz"])
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.folder is not None:
        one_run(args.folder, args.max_iter, args.file)
        return
    for name in args.cases:
        with tempfile.TemporaryDirectory() as folder:
            write = [sys.executable, "-c", f"import rows; rows.write({name!r}, {args.nodes}, {folder!r})"]
            subprocess.run(write, check=True, cwd=Path(__file__).parent)
            alone = None
            for size in args.ranks:
                found = measured(folder, size, args.max_iter, args.file)
                alone = alone or found
                told(name, size, found, alone)


def write(name, n, folder):
    """Write the arrays of a case."""
    from pyarrow import parquet, table

    side = round(n**0.5)
    A = sg.datasets.make_grid((side, side)) if name == "lattice" else sg.datasets.make_block_model(n, max(n // 200, 1))
    A = largest_component(sg.as_graph(A.adjacency)).adjacency
    for part in ("indptr", "indices", "data"):
        np.save(Path(folder, f"{part}.npy"), getattr(A, part))
    save_npz(Path(folder, "edges.npz"), A, compressed=False)
    edges = triu(A, format="coo")
    parquet.write_table(table({"source": edges.row, "target": edges.col}), Path(folder, "edges.parquet"))


def measured(folder, size, max_iter, kind):
    """What the ranks print: seconds, peaks, a digest of the picture."""
    command = [sys.executable, __file__, "--folder", folder, "--max-iter", str(max_iter)]
    command += [] if kind is None else ["--file", kind]
    if size > 1:
        command = [str(Path(sys.executable).parent / "mpiexec"), "-n", str(size), *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def told(name, size, found, alone):
    """Print figures beside the target."""
    peaks, whole = found["peaks"], alone["peaks"][0]
    most = 1.2 * (whole - BASE) / size
    target = "" if size == 1 else f", target {most:.2f} + {BASE} GB"
    same = "" if found["digest"] == alone["digest"] else ", OTHER BITS"
    shown = " ".join(f"{peak:.2f}" for peak in peaks)
    print(f"{name:8} {size} ranks: peaks {shown} GB{target}, {found['seconds']:.0f} s{same}", flush=True)


def one_run(folder, max_iter, kind):
    """Be a rank, and print the figures of all as JSON on the first."""
    comm = None
    if is_one_of_several():
        from mpi4py import MPI

        comm = MPI.COMM_WORLD
    begin = time.perf_counter()
    digest = of_rows(folder, max_iter, comm) if kind is None else of_file(folder, max_iter, kind)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    peaks = [peak] if comm is None else comm.gather(peak)
    if comm is None or comm.rank == 0:
        print(json.dumps({"peaks": peaks, "seconds": seconds, "digest": digest(comm)}))


def of_file(folder, max_iter, kind):
    """Embed the graph in a file by the command."""
    options = ["--max-iter", str(max_iter), "--n-jobs", "1", "--quiet"]
    status = main_of_cli(["embed", str(folder / f"edges.{kind}"), "-o", str(folder / "coords.npz"), *options])
    if status:
        raise SystemExit(status)
    return lambda comm: hashlib.sha256((folder / "coords.npz").read_bytes()).hexdigest()


def of_rows(folder, max_iter, comm):
    """Embed the graph in arrays on disk."""
    arrays = (np.load(folder / f"{part}.npy", mmap_mode="r") for part in ("data", "indices", "indptr"))
    data, indices, indptr = arrays
    n = len(indptr) - 1
    rank, size = (0, 1) if comm is None else (comm.rank, comm.size)
    first, stop = n * rank // size, n * (rank + 1) // size
    some = slice(int(indptr[first]), int(indptr[stop]))
    rows = csr_array((data[some], indices[some], indptr[first : stop + 1] - indptr[first]), shape=(stop - first, n))
    graph = rows if comm is None else sg.RowBlock(rows, first)
    Y = sg.embed_graph(graph, comm=comm, max_iter=max_iter, random_state=0, n_jobs=1)
    parts = [Y] if comm is None else comm.gather(Y)
    return lambda comm: hashlib.sha256(np.concatenate(parts).tobytes()).hexdigest()


if __name__ == "__main__":
    main()
