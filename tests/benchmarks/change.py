"""Graphs that change: pins, and growth beside an embedding from scratch.

    python tests/benchmarks/change.py [--graphs FOLDER] [--names cora netscience ...] [--stability 0 0.5 0.9]

Pins: 10 % of the US counties at their true places, three seeds; the median distance of the others from theirs over the
width of the map, and the same for the free picture, fitted. Growth: 80 % of the nodes are embedded, then all are added;
recall, path correlation, the median way of old nodes over the extent of the picture, and CPU seconds, beside those of
an embedding of the whole from scratch. `--graphs`: folder of npz files (row, col, n).
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

import sggraph as sg
from sggraph.metrics import shortest_path_correlation

NAMES = ("cora", "netscience", "power_grid", "lastfm_asia", "ego_facebook", "3elt", "wiki_vote", "yeast_ppi")
NAMES += ("airfoil1", "minnesota_road")


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=Path)
    parser.add_argument("--names", nargs="+", default=NAMES)
    parser.add_argument("--order", choices=["random", "bfs"], default="random", help="which nodes are old")
    parser.add_argument("--stability", nargs="+", type=float, default=[0.5])
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    pins()
    if args.graphs:
        growth(args)


def pins():
    """Counties at their true places."""
    counties = sg.datasets.load_us_counties()
    true = np.asarray(counties.positions, float)
    for seed in range(3):
        held = np.random.default_rng(seed).choice(len(true), len(true) // 10, replace=False)
        fixed = np.full_like(true, np.nan)
        fixed[held] = true[held]
        Y = sg.embed_graph(counties, fixed=fixed, random_state=seed)
        others = np.setdiff1d(np.arange(len(true)), held)
        error = np.median(np.linalg.norm(Y[others] - true[others], axis=1)) / np.ptp(true[:, 0])
        same = np.array_equal(Y[held], true[held].astype(np.float32))
        print(f"counties, seed {seed}: median error {error:.2%} of the width; pins to the bit: {same}")


def growth(args):
    """80 % of the nodes, then all."""
    print("| graph | stability | recall (scratch) | correlation (scratch) | moved | CPU s (scratch) |")
    print("|---|---|---|---|---|---|")
    for name in args.names:
        with np.load(args.graphs / f"{name}.npz") as z:
            ends, n = (z["row"], z["col"]), int(z["n"])
        A = sg.as_graph(csr_array((np.ones(len(ends[0])), ends), shape=(n, n)), weight=None).adjacency
        if args.order == "bfs":
            old = np.sort(breadth_first_order(A, 0, directed=False)[0][: int(0.8 * n)])
        else:
            old = np.sort(np.random.default_rng(0).permutation(n)[: int(0.8 * n)])
        before = dict(zip(old.tolist(), sg.embed_graph(A[old][:, old], random_state=0), strict=True))
        begin = time.process_time()
        scratch = sg.embed_graph(A, random_state=0)
        spent = time.process_time() - begin
        extent = np.ptp(np.array(list(before.values())), axis=0).max()
        for stability in args.stability:
            begin = time.process_time()
            found = sg.update_layout(A, before, stability=stability)
            seconds = time.process_time() - begin
            scores = [(f(A, found.coordinates), f(A, scratch)) for f in (sg.neighbor_recall, shortest_path_correlation)]
            texts = " | ".join(f"{one:.3f} ({other:.3f})" for one, other in scores)
            moved = np.nanmedian(found.moved) / extent
            print(f"| {name} | {stability} | {texts} | {moved:.3f} | {seconds:.2f} ({spent:.2f}) |", flush=True)


if __name__ == "__main__":
    main()
