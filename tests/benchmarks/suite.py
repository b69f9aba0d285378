"""One table for all sizes: seconds by phase, milliseconds an iteration by term, peak memory, scores; peers beside it.

    python tests/benchmarks/suite.py [--graphs FOLDER] [--sizes 10000 100000 1000000] [--d 2 3] [--cases grid ...]
                                     [--max-iter N] [--n-jobs 2] [--peers PYTHON] [--out FILE.json] [--cores 16 64]

Generated graphs: "grid" (lattice), "block" (block model, communities of 200, 20 neighbours), "rmat" (hubs), each of
about the sizes given. `--graphs`: folder of npz files (row, col, n), whose names are further cases. `--peers`: see
run.py; sgtsnepi (one thread is all it has) then makes 20 iterations on the same P from our embedding, and so does
sggraph. Every case runs in a process of its own. Times by phase and of the peer are CPU seconds of all threads, so that
other work on the machine hardly shows; "wall" is what passed. "x stream": CPU time of a term over what the machine
needs to read its compulsory bytes once (phases.py), one thread. The third table has the arithmetic of the terms:
million flops an iteration, counted in the code, and what share of the measured peak (multiply-adds in float32 on one
thread) they run at. `--cores`: instead, how long the whole call and its phases would take on so many cores if blocks of
work were all that can be shared out (phases.py).
"""

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from phases import LOOP, START, compulsory_bytes, measured
from run import ALPHA, ETA, Descent, rescaled, told_by_peer
from scipy.sparse import csr_array

import sggraph as sg
from sggraph.core.affinity import jaccard_weights, joint_probabilities
from sggraph.core.descent import Phase
from sggraph.core.engine.blocks import Workers
from sggraph.core.engine.jit import kernel
from sggraph.metrics import neighbor_recall, shortest_path_correlation

GENERATED = ("grid", "block", "rmat")
REAL = ("luxembourg_osm", "road_usa_bay", "cnr_2000", "npm_deps", "wing", "email_enron")
PEER_ITERATIONS = 20
STEPS = 16


def main():
    """Run the cases, each alone, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--d", nargs="+", type=int, default=[2, 3])
    parser.add_argument("--cases", nargs="+")
    parser.add_argument("--max-iter", type=int)
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--cores", nargs="+", type=int, default=())
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        print(json.dumps(measure(*json.loads(args.alone), args)))
        return
    names = args.cases or [*GENERATED, *(REAL if args.graphs else ())]
    cases = [(name, size) for name in names for size in (args.sizes if name in GENERATED else [0])]
    rows = []
    for name, size in cases:
        for d in args.d:
            command = [sys.executable, __file__, *sys.argv[1:], "--alone", json.dumps([name, size, d])]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            if done.returncode:
                print(f"{name} {size} in {d}-D failed", file=sys.stderr)
                continue
            rows.append(json.loads(done.stdout.splitlines()[-1]))
            if args.out:
                args.out.write_text(json.dumps(rows, indent=1))
    (print_chains if args.cores else print_tables)(rows)


def graph_of(name, size, folder):
    """Adjacency of a case."""
    if name == "grid":
        side = round(size**0.5)
        return sg.datasets.make_grid((side, side)).adjacency
    if name == "block":
        return sg.datasets.make_block_model(size, max(size // 200, 1), degree_inside=16, degree_outside=4).adjacency
    if name == "rmat":
        return sg.datasets.make_rmat(round(np.log2(size))).adjacency
    with np.load(folder / f"{name}.npz") as z:
        n, ends = int(z["n"]), (z["row"], z["col"])
    A = csr_array((np.ones(len(ends[0]), np.float32), ends), shape=(n, n))
    A = csr_array(A + A.T)
    A.setdiag(0)
    A.eliminate_zeros()
    A.data[:] = 1
    return A


def measure(name, size, d, args):
    """One row of the tables."""
    warnings.simplefilter("ignore")
    A = graph_of(name, size, args.graphs)
    options = {} if args.max_iter is None else {"max_iter": args.max_iter}
    small = sg.datasets.make_block_model(3000, 15).adjacency
    sg.embed_graph(small, d, max_iter=4, n_jobs=args.n_jobs)  # compile
    if args.cores:
        with measured(args.cores) as (seconds, facts):
            sg.embed_graph(A, d, random_state=0, n_jobs=max(args.cores), **options)
        row = {"name": name, "n": A.shape[0], "edges": A.nnz // 2, "d": d, "iterations": facts["iterations"]}
        return row | {"seconds": seconds, "left": [facts["left"][c] for c in args.cores], "cores": args.cores}
    before = peak_memory()
    begin, cpu = time.perf_counter(), time.process_time()
    with measured() as (seconds, facts):
        Y = sg.embed_graph(A, d, random_state=0, n_jobs=args.n_jobs, **options)
    row = {"name": name, "n": A.shape[0], "edges": A.nnz // 2, "d": d, "iterations": facts["iterations"]}
    row |= {"wall": time.perf_counter() - begin, "cpu": time.process_time() - cpu}
    row |= {"peak MB": peak_memory(), "MB before": before}
    rate = stream()
    row["stream GB/s"] = rate / 1e9
    row["seconds"] = {phase: round(spent, 4) for phase, spent in seconds.items()}
    row["ms"] = {term: 1000 * seconds[term] / facts["iterations"] for term in LOOP}
    row["x stream"] = {
        term: row["ms"][term] / (1000 * size / rate) for term, size in compulsory_bytes(len(Y), d, facts).items()
    }
    peak, row["flops"] = peak_flops(), facts["flops"]
    row["peak Gflop/s"] = peak / 1e9
    row["of peak"] = {term: 1000 * count / max(row["ms"][term], 1e-9) / peak for term, count in row["flops"].items()}
    row["bytes"], row["plan"] = compulsory_bytes(len(Y), d, facts), str(facts["plan"])
    row["recall"] = neighbor_recall(A, Y)
    row["correlation"] = shortest_path_correlation(A, Y)
    if args.peers and len(Y) > 1000:
        row["beside"] = beside_peer(A, Y, args)
    return row


def beside_peer(A, Y, args):
    """CPU milliseconds an iteration on the P of A from Y, on one thread: sgtsnepi and sggraph."""
    A = sg.as_graph(A).adjacency
    with Workers(2) as workers:
        p = rescaled(csr_array((jaccard_weights(A, A, workers), A.indices, A.indptr), shape=A.shape), workers)
        upper = joint_probabilities(p, None, workers).upper
    try:
        seconds = told_by_peer(args.peers, "sgtsnepi", p, Y, 1, max_iter=PEER_ITERATIONS)["cpu_loop"]
    except subprocess.CalledProcessError as error:
        print(f"sgtsnepi failed: {error.stderr[-300:]}", file=sys.stderr)
        seconds = float("nan")
    return [1000 * seconds / PEER_ITERATIONS, 1000 * own_seconds(upper, Y) / PEER_ITERATIONS]


def own_seconds(upper, Y):
    """CPU seconds of the iterations that the peer makes, with its settings; the first plan is among them."""
    phase = Phase(PEER_ITERATIONS, ALPHA, ETA, 0.5)
    with Workers(1) as workers:
        descent = Descent(upper, Y, workers)
        begin = time.process_time()
        for _ in range(PEER_ITERATIONS):
            descent.advance(phase)
        return time.process_time() - begin


def stream():
    """Bytes a second that one thread reads and writes in a plain copy."""
    source = np.ones(2**25, np.float32)
    target = np.empty_like(source)
    return 2 * source.nbytes / least_seconds(lambda: np.copyto(target, source))


def peak_flops():
    """Additions and multiplications a second of one thread: twice those of a product of matrices by OpenBLAS, which
    leaves half of the AVX-512 registers alone.
    """
    x, rounds = np.ones(2048, np.float32), 10_000
    return 2 * STEPS * len(x) * rounds / least_seconds(lambda: multiply_and_add(x, np.float32(0.5), rounds))


@kernel
def multiply_and_add(x, a, rounds):
    """Nothing but multiply-adds, out of the nearest cache."""
    for _ in range(rounds):
        for q in range(len(x)):
            v = x[q]
            for _ in range(STEPS):
                v = v * a + a
            x[q] = v


def least_seconds(call):
    """CPU time of a call, the best of five after a first one."""
    times = []
    for _ in range(6):
        begin = time.thread_time()
        call()
        times.append(time.thread_time() - begin)
    return min(times[1:])


def peak_memory():
    """Peak of the process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_tables(rows):
    """Whole calls, iterations, arithmetic, and how time grows."""
    columns = ["d", "n", "edges", "wall s", "CPU s", *START, "loop", "peak MB", "recall", "correlation"]
    table(["graph", *columns], [[*_head(row), *_whole(row)] for row in rows])
    columns = [*LOOP, "all", "attractive x stream", "step x stream", "sgtsnepi", "on the same P"]
    table(["graph", "d", "n", "edges", *columns], [[*_head(row), *_iteration(row)] for row in rows])
    terms = list(rows[0]["flops"]) if rows else []
    columns = ["peak Gflop/s", "stream GB/s", *(f"{term}, Mflop (of peak)" for term in terms)]
    table(["graph", "d", "n", "edges", *columns], [[*_head(row), *_arithmetic(row)] for row in rows])
    for first in rows:
        for last in rows:
            if first["name"] == last["name"] and first["d"] == last["d"] and last["n"] > 5 * first["n"]:
                power = np.log(last["cpu"] / first["cpu"]) / np.log(last["n"] / first["n"])
                print(f"{first['name']}, {first['d']}-D, {first['n']:,} to {last['n']:,} nodes: exponent {power:.2f}")


def print_chains(rows):
    """Seconds of a single thread, and what the longest chains of work leave of them on more cores, phase by phase."""
    for row in rows:
        cores, left, seconds = row["cores"], row["left"], row["seconds"]
        whole = [sum(phases.values()) for phases in left]
        total = sum(seconds.values())
        print(f"\n{' '.join(map(str, _head(row)))}, {row['iterations']} iterations: {total:.1f} s")
        lines = [["all", f"{total:.2f}", *(f"{s:.2f} ({total / s:.1f} times)" for s in whole)]]
        for phase in sorted(seconds, key=seconds.get, reverse=True):
            lines.append([phase, f"{seconds[phase]:.2f}", *(f"{phases[phase]:.3f}" for phases in left)])
        table(["phase", "1 core, s", *(f"{c} cores" for c in cores)], lines)


def _head(row):
    return [row["name"], row["d"], f"{row['n']:,}", f"{row['edges']:,}"]


def _whole(row):
    start = [row["seconds"].get(phase, 0.0) for phase in START]
    loop = sum(row["seconds"].get(term, 0.0) for term in LOOP)
    numbers = [f"{x:.1f}" for x in (row["wall"], row["cpu"], *start, loop)]
    return [*numbers, f"{row['peak MB']:.0f}", f"{row['recall']:.3f}", f"{row['correlation']:.3f}"]


def _iteration(row):
    beside = [f"{ms:.0f}" for ms in row.get("beside", ())] or ["-"] * 2
    times = [row["ms"][term] for term in LOOP]
    ratios = [f"{row['x stream'][term]:.1f}" for term in ("attractive", "step")]
    return [*(f"{x:.1f}" for x in (*times, sum(times))), *ratios, *beside]


def _arithmetic(row):
    counts = [f"{count / 1e6:.0f} ({row['of peak'][term]:.1%})" for term, count in row["flops"].items()]
    return [f"{row['peak Gflop/s']:.0f}", f"{row['stream GB/s']:.0f}", *counts]


def table(head, rows):
    """Print Markdown."""
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")


if __name__ == "__main__":
    main()
