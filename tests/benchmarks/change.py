"""Graphs that change: pins, growth beside an embedding from scratch, sequences beside separate runs.

    python tests/benchmarks/change.py [--graphs FOLDER] [--names cora netscience ...] [--stability 0 0.5 0.9] [--umap]

Pins: 10 % of the US counties at their true places, three seeds; the median distance of the others from theirs over the
width of the map, and the same for the free picture, fitted. Growth: 80 % of the nodes are embedded, then all are added;
recall, path correlation, the median way of old nodes over the extent of the picture, and CPU seconds, beside those of
an embedding of the whole from scratch. Sequences: five versions of a graph, 5 % of its edges replaced each time by ones
that close triangles; mean scores, the median way of a node from one picture to the next over the radius of the picture,
and CPU seconds, beside separate runs, whose pictures are turned and enlarged onto each other; with `--umap` also beside
the AlignedUMAP of umap-learn, each version given as its symmetric adjacency's rows. `--graphs`: folder of npz files
(row, col, n).
"""

import argparse
import time
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

import sggraph as sg
from sggraph.metrics import shortest_path_correlation
from sggraph.plot.alignment import aligned

NAMES = ("cora", "netscience", "power_grid", "lastfm_asia", "ego_facebook", "3elt", "wiki_vote", "yeast_ppi")
NAMES += ("airfoil1", "minnesota_road")


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=Path)
    parser.add_argument("--names", nargs="+", default=NAMES)
    parser.add_argument("--order", choices=["random", "bfs"], default="random", help="which nodes are old")
    parser.add_argument("--stability", nargs="+", type=float, default=[0.5])
    parser.add_argument("--parts", nargs="+", default=["pins", "growth", "sequences"])
    parser.add_argument("--umap", action="store_true")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    if "pins" in args.parts:
        pins()
    if args.graphs and "growth" in args.parts:
        growth(args)
    if args.graphs and "sequences" in args.parts:
        sequences(args)


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


def read(folder, name):
    """The adjacency of the largest component of a graph in a folder, without weights."""
    with np.load(folder / f"{name}.npz") as z:
        ends, n = (z["row"], z["col"]), int(z["n"])
    A = sg.as_graph(csr_array((np.ones(len(ends[0])), ends), shape=(n, n)), weight=None).adjacency
    numbers = connected_components(A)[1]
    rows = np.flatnonzero(numbers == np.bincount(numbers).argmax())
    return A[rows][:, rows]


def growth(args):
    """80 % of the nodes, then all."""
    print("| graph | stability | recall (scratch) | correlation (scratch) | moved | CPU s (scratch) |")
    print("|---|---|---|---|---|---|")
    for name in args.names:
        A = read(args.graphs, name)
        n = A.shape[0]
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


def versions(A, n_versions, share, rng):
    """Versions of a graph, a share of whose edges is replaced each time by edges that close triangles."""
    n = A.shape[0]
    edges = {(i, j) for i, j in zip(*(ends.tolist() for ends in A.nonzero()), strict=True) if i < j}
    found = [A]
    for _ in range(n_versions - 1):
        near = [[] for _ in range(n)]
        for i, j in edges:
            near[i].append(j)
            near[j].append(i)
        listed, left = sorted(edges), int(share * len(edges))
        edges -= {listed[k] for k in rng.choice(len(listed), left, replace=False)}
        while left:
            i = int(rng.integers(n))
            far = near[i] and near[near[i][rng.integers(len(near[i]))]]
            j = far[rng.integers(len(far))] if far else i
            if i != j and (min(i, j), max(i, j)) not in edges:
                edges.add((min(i, j), max(i, j)))
                left -= 1
        ends = np.array(sorted(edges)).T
        found.append(sg.as_graph(csr_array((np.ones(len(edges)), tuple(ends)), shape=(n, n)), weight=None).adjacency)
    return found


def sequences(args):
    """Five versions together, and each alone."""
    print("| graph | method | recall | correlation | way | CPU s |")
    print("|---|---|---|---|---|---|")
    for name in args.names:
        graphs = versions(read(args.graphs, name), 5, 0.05, np.random.default_rng(1))
        alone = {"components": "together", "random_state": 0}
        methods = {"separate, turned": lambda graphs=graphs, how=alone: [sg.embed_graph(A, **how) for A in graphs]}
        for stability in args.stability:
            methods[f"stability {stability:g}"] = lambda graphs=graphs, stability=stability: [
                snapshot.coordinates for snapshot in sg.embed_sequence(graphs, stability=stability)
            ]
        if args.umap:
            methods["AlignedUMAP"] = lambda graphs=graphs: aligned_umap(graphs)
        for method, embedded in methods.items():
            begin = time.process_time()
            Ys = embedded()
            spent = time.process_time() - begin
            placed = np.isfinite(np.concatenate(Ys, axis=1)).all(axis=1)  # AlignedUMAP drops nodes without edges
            Ys = [Y[placed] for Y in Ys]
            pairs = list(zip([A[placed][:, placed] for A in graphs], Ys, strict=True))
            found = [(sg.neighbor_recall(A, Y), shortest_path_correlation(A, Y)) for A, Y in pairs]
            recall, correlation = np.mean(found, axis=0)
            way = np.mean([way_of(one, other, method.endswith("turned")) for one, other in pairwise(Ys)])
            print(f"| {name} | {method} | {recall:.3f} | {correlation:.3f} | {way:.3f} | {spent:.1f} |", flush=True)


def way_of(one, other, is_turned):
    """Median way of a node from one picture to the next over the radius."""
    X = np.asarray(one, float) - np.mean(one, axis=0)
    Y = aligned(np.asarray(other, float), X) if is_turned else other - np.mean(one, axis=0)
    return np.median(np.linalg.norm(X - Y, axis=1)) / np.sqrt((X**2).sum(axis=1).mean())


def aligned_umap(graphs):
    """The AlignedUMAP of the rows of the adjacencies, each node related to itself."""
    import umap

    same = {i: i for i in range(graphs[0].shape[0])}
    rows = [np.asarray((A + eye_array(A.shape[0])).todense(), np.float32) for A in graphs]
    mapper = umap.AlignedUMAP(metric="jaccard", random_state=0)
    return [np.asarray(Y) for Y in mapper.fit(rows, relations=[same] * (len(rows) - 1)).embeddings_]


if __name__ == "__main__":
    main()
