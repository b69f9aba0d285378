"""Measure the core and print Markdown tables: speed beside the peers, accuracy, first call, memory, quality.

    python tests/benchmarks/run.py --mnist FOLDER [--peers PYTHON] [--graphs FOLDER] [--cache FILE] [--repeat 3]
                                   [--only loop lambda quality force spread first memory jaccard]

`--mnist`: folder with the four idx files. `--peers`: the Python of an environment that holds sgtsnepi==0.7,
pysgtsnepi==0.3.1 and openTSNE==1.0.4; without it only sggraph is timed. `--graphs`: folder with cnr_2000.npz.
Ratios hold within one run on one machine, which nothing else should use meanwhile.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from mnist_graph import load_graph
from scipy.sparse import coo_array, save_npz

from sggraph.core.affinity import jaccard_weights, joint_probabilities, rescale_rows
from sggraph.core.descent import Phase
from sggraph.core.engine.blocks import Workers
from sggraph.core.repulsion.repulsive import Repulsion

sys.path.append(str(Path(__file__).parents[1]))
from descents import Descent, descend  # noqa: F401

ALPHA, EARLY_EXAG, MAX_ITER, ETA, LAMBDA = 12, 250, 1000, 200, 10
PARTS = ("loop", "lambda", "quality", "force", "spread", "first", "memory", "jaccard")


def main():
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--graphs", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "sggraph_mnist_graph.npz")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    args = parser.parse_args()
    p = digits = sample = features = None
    if {"loop", "lambda", "quality", "force", "memory"} & set(args.only):
        p, digits, sample, features = load_graph(args.mnist, args.cache)
    parts = {
        "loop": lambda: time_loops(p, args),
        "lambda": lambda: time_lambda(p, args),
        "quality": lambda: score_quality(p, digits, sample, features),
        "force": lambda: measure_force_error(p),
        "spread": time_spread_out,
        "first": time_first_call,
        "memory": lambda: measure_memory(p),
        "jaccard": lambda: time_jaccard(args.graphs, args.repeat) if args.graphs else print("needs --graphs"),
    }
    for part in args.only:
        print(f"\n### {part}\n", flush=True)
        parts[part]()


def seed_schedule(eta=None):
    """The published settings: exaggeration 12 for 250 of 1000 iterations, eta 200 (or `eta` / exaggeration)."""
    early, late = (ETA, ETA) if eta is None else (eta / ALPHA, eta)
    return Phase(EARLY_EXAG, ALPHA, early, 0.5), Phase(MAX_ITER - EARLY_EXAG, 1, late, 0.8)


def start(n, d, seed=0):
    """Random ball."""
    return (1e-4 * np.random.default_rng(seed).standard_normal((n, d))).astype(np.float32)


def rescaled(p, workers):
    """p after lambda rescaling (CSR)."""
    data, _ = rescale_rows(p.indptr, p.data, LAMBDA, workers)
    return type(p)((data, p.indices, p.indptr), shape=p.shape)


def median_seconds(function, repeat):
    """Median wall time of `repeat` calls, and the last result."""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - begin)
    return median(times), result


def time_loops(p, args):
    """1000 iterations on the same P."""
    rows = []
    with Workers(2) as workers:
        p = rescaled(p, workers)
        upper = joint_probabilities(p, None, workers).upper
    for d in (2, 3):
        Y0 = start(p.shape[0], d)
        for threads in (1, 2):
            with Workers(threads) as workers:
                descend(upper, Y0, (Phase(2, ALPHA, ETA, 0.5),), workers)  # compile
                seconds, result = median_seconds(lambda: descend(upper, Y0, seed_schedule(), workers), args.repeat)  # noqa: B023
            rows.append((f"sggraph, {d}-D, {threads} thread{'s' * (threads > 1)}", seconds, result.kl_divergence))
        if d == 2:
            with Workers(2) as workers:
                schedule = seed_schedule(len(Y0))
                seconds, result = median_seconds(lambda: descend(upper, Y0, schedule, workers), args.repeat)  # noqa: B023
            rows.append((f"sggraph, {d}-D, 2 threads, eta=auto", seconds, result.kl_divergence))
        if args.peers:
            methods = [("sgtsnepi", 1, ETA)]
            if d == 2:
                methods += [("pysgtsnepi", 1, ETA), ("opentsne", 2, ETA), ("opentsne", 2, "auto")]
            for method, threads, eta in methods:
                seconds, version = run_peer(args.peers, method, p, Y0, threads, eta)
                rows.append((f"{method} {version}, {d}-D, eta={eta}", seconds, float("nan")))
        ours = {name: seconds for name, seconds, _ in rows}
        fast, slow = ours[f"sggraph, {d}-D, 2 threads"], ours[f"sggraph, {d}-D, 1 thread"]
        print(f"| {d}-D, 1000 iterations | seconds | x 2 threads of ours | x 1 thread | KL |\n|---|---|---|---|---|")
        for name, seconds, kl in rows:
            if f"{d}-D" in name:
                print(
                    f"| {name} | {seconds:.2f} | {seconds / fast:.2f} | {seconds / slow:.2f} | {kl:.3f} |", flush=True
                )
        print()


def run_peer(*args, **options):
    """Seconds of the peer's loop and its version."""
    told = told_by_peer(*args, **options)
    return told["seconds_loop"], told["version"]


def told_by_peer(python, method, p, Y0, threads, eta=ETA, max_iter=MAX_ITER):
    """What peer.py prints."""
    P = (p + p.T).tocsr()
    P = P / P.sum()
    settings = {"d": Y0.shape[1], "max_iter": max_iter, "early_exag": EARLY_EXAG, "alpha": ALPHA, "lambda_": LAMBDA}
    with tempfile.TemporaryDirectory() as folder:
        given, result = Path(folder) / "in.npz", Path(folder) / "out.npz"
        parts = {"data": P.data, "indices": P.indices, "indptr": P.indptr, "Y0": Y0.astype(float)}
        conditional = {"p_data": p.data, "p_indices": p.indices, "p_indptr": p.indptr}
        np.savez(given, **parts, **conditional, **settings, eta=eta, n_threads=threads)
        script = Path(__file__).with_name("peer.py")
        done = subprocess.run([python, script, method, given, result], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def time_lambda(p, args):
    """Lambda rescaling of 2.1 M entries."""
    for threads in (1, 2):
        with Workers(threads) as workers:
            rescale_rows(p.indptr[:10], p.data, LAMBDA, workers)
            seconds, _ = median_seconds(lambda: rescale_rows(p.indptr, p.data, LAMBDA, workers), args.repeat)
        print(f"sggraph, {threads} threads: {seconds:.3f} s for {p.nnz} entries")
    if args.peers:
        peer, version = run_peer(args.peers, "pysgtsnepi_lambda", p, start(p.shape[0], 2), 2)
        print(f"pysgtsnepi {version}: {peer:.1f} s, {peer / seconds:.0f} times as long")


def score_quality(p, digits, sample, features):
    """Accuracy of 10 nearest neighbours, silhouette and trustworthiness at the seed's settings, three seeds."""
    from sklearn.manifold import trustworthiness
    from sklearn.metrics import silhouette_score
    from sklearn.neighbors import KNeighborsClassifier

    print("| seed | accuracy, 10 neighbours | silhouette | trustworthiness |\n|---|---|---|---|")
    with Workers(2) as workers:
        upper = joint_probabilities(p, LAMBDA, workers).upper
        for seed in range(3):
            Y = descend(upper, start(p.shape[0], 2, seed), seed_schedule(), workers).Y
            accuracy = KNeighborsClassifier(10, n_jobs=2).fit(Y, digits).score(Y, digits)
            silhouette = silhouette_score(Y[sample], digits[sample])
            trust = trustworthiness(features, Y[sample], n_neighbors=10)
            print(f"| {seed} | {accuracy:.4f} | {silhouette:.4f} | {trust:.4f} |", flush=True)


def measure_force_error(p):
    """Relative error of the automatic repulsion against direct summation at a sample of 1000 points."""
    rng = np.random.default_rng(0)
    print("| points | d | error | plan |\n|---|---|---|---|")
    with Workers(2) as workers:
        upper = joint_probabilities(p, LAMBDA, workers).upper
        for d in (1, 2, 3):
            centers = rng.uniform(0, 1000, (400, d))
            far = rng.normal(0, 20, (50_000, d))
            far[:50] = rng.uniform(-1e6, 1e6, (50, d))
            cases = {
                "finished MNIST embedding": descend(upper, start(p.shape[0], d), seed_schedule(), workers).Y,
                "tiny ball, std 1e-4": rng.normal(0, 1e-4, (50_000, d)),
                "tiny ball, std 1e-2": rng.normal(0, 1e-2, (50_000, d)),
                "400 blobs, std 1, over 1000^d": centers[rng.integers(400, size=50_000)] + rng.normal(size=(50_000, d)),
                "uniform in 100^d": rng.uniform(0, 100, (50_000, d)),
                "std 20 and 50 outliers at 1e6": far,
            }
            for name, Y in cases.items():
                error, plan = force_error(np.ascontiguousarray(Y, np.float32), workers)
                print(f"| {name} | {d} | {100 * error:.2f} % | h = {plan.h:.3g}, R = {plan.R:.3g} |", flush=True)


def force_error(Y, workers, **options):
    """Norm of the difference over the norm of the force, and the Plan."""
    repulsion = Repulsion(*Y.shape, workers, **options)
    F = np.empty_like(Y)
    _, (drift, _) = repulsion(Y, F)
    sample = np.random.default_rng(1).choice(len(Y), 1000, replace=False)
    exact = np.empty((len(sample), Y.shape[1]))
    for s, i in enumerate(sample):
        difference = Y[i].astype(float) - Y
        exact[s] = (1 + (difference**2).sum(axis=1)) ** -2 @ difference
    return np.linalg.norm(F[sample] - drift - exact) / np.linalg.norm(exact), repulsion.plan


def time_spread_out():
    """50,000 points in 400 blobs over 1000 x 1000: automatic against a plain grid; then with outliers."""
    rng = np.random.default_rng(0)
    Y = rng.uniform(0, 1000, (400, 2))[rng.integers(400, size=50_000)] + rng.normal(size=(50_000, 2))
    outliers = Y.copy()
    outliers[:50] = rng.uniform(-1e6, 1e6, (50, 2))
    with Workers(1) as workers:
        for name, points, h in (
            ("automatic", Y, None),
            ("plain, h = .5", Y, 0.5),
            ("50 outliers at 1e6", outliers, None),
        ):
            points = np.ascontiguousarray(points, np.float32)
            repulsion, F = Repulsion(*points.shape, workers, h=h), np.empty_like(points)
            repulsion(points, F)
            seconds, _ = median_seconds(lambda: repulsion(points, F), 5)  # noqa: B023
            error, _ = force_error(points, workers, h=h)
            print(f"{name}: {1000 * seconds:.1f} ms, one thread, error {100 * error:.2f} %", flush=True)


FIRST_CALL = """
import time
begin = time.perf_counter()
import networkx as nx
import sggraph
sggraph.embed_graph(nx.karate_club_graph(), random_state=0)
print(time.perf_counter() - begin)
"""


def time_first_call():
    """Imports and the first embedding of a new process (34 nodes), the Numba cache empty and then full."""
    with tempfile.TemporaryDirectory() as folder:
        for state in ("empty", "warm", "warm"):
            done = subprocess.run(
                [sys.executable, "-c", FIRST_CALL],
                env={**os.environ, "NUMBA_CACHE_DIR": folder},
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"cache {state}: {float(done.stdout):.2f} s", flush=True)


LOOP_ALONE = """
import re, sys
from pathlib import Path
from scipy.sparse import load_npz
from run import Phase, Workers, descend, seed_schedule, start
upper, d = load_npz(sys.argv[1]), int(sys.argv[2])
def status(what):
    return int(re.search(what + r":\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
with Workers(2) as workers:
    descend(upper[:300, :300], start(300, d), (Phase(2, 1, 1, 0.5),), workers, exact=False)  # compile
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = status("VmRSS")
    descend(upper, start(upper.shape[0], d), seed_schedule(), workers)
print(status("VmHWM") - before)
"""


def measure_memory(p):
    """Peak of the loop above the memory of a process that holds P and the compiled kernels."""
    with Workers(2) as workers, tempfile.TemporaryDirectory() as folder:
        upper = joint_probabilities(p, LAMBDA, workers).upper
        save_npz(Path(folder) / "upper.npz", upper)
        for d in (2, 3):
            command = [sys.executable, "-c", LOOP_ALONE, Path(folder) / "upper.npz", str(d)]
            here = Path(__file__).parent
            done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True)
            print(f"{d}-D: {float(done.stdout):.0f} MB above P ({8 * upper.nnz / 1e6:.0f} MB)", flush=True)


def time_jaccard(folder, repeat):
    """Jaccard weights of the web graph cnr_2000 (hubs of 18,000 neighbours)."""
    z = np.load(folder / "cnr_2000.npz")
    n = int(z["n"])
    A = coo_array((np.ones(len(z["row"])), (z["row"], z["col"])), shape=(n, n)).tocsr()
    A = (A + A.T).tocsr()
    A.setdiag(0)
    A.eliminate_zeros()
    A.sort_indices()
    with Workers(2) as workers:
        jaccard_weights(A, A, workers)
        seconds, _ = median_seconds(lambda: jaccard_weights(A, A, workers), repeat)
    print(f"{seconds:.2f} s for {A.nnz} entries, greatest degree {np.diff(A.indptr).max()}")


if __name__ == "__main__":
    main()
