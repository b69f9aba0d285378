"""Time `plot_embedding` and savefig, print a Markdown table: 100,000 points with 300,000 edges, and a million of both.

    python tests/benchmarks/drawing.py [--keep FOLDER] [--sizes 100000x300000 1000000x1000000]

Points are 40 Gaussian blobs of different width; nine edges of ten join points of the same blob or one beside it.
`--keep`: folder for the pictures.
"""

import argparse
import tempfile
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib import pyplot as plt
from scipy.sparse import coo_array

import sggraph as sg

BLOBS = 40


def main():
    """Draw each size as PNG and PDF, with and without classes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--sizes", nargs="+", default=["100000x300000", "1000000x1000000"])
    args = parser.parse_args()
    folder = args.keep or Path(tempfile.mkdtemp())
    sg.plot_embedding(np.eye(2)).figure.savefig(folder / "first.png")  # fonts and imports
    print("| points | edges | file | plot_embedding, s | savefig, s | MB |\n|---|---|---|---|---|---|")
    for size in args.sizes:
        n, m = map(int, size.split("x"))
        Y, labels, graph = blobs(n, m)
        for suffix in ("png", "pdf"):
            start = time.perf_counter()
            ax = sg.plot_embedding(Y, labels, graph=graph)
            drawn = time.perf_counter()
            path = folder / f"{size}.{suffix}"
            ax.figure.savefig(path, dpi=150)
            seconds = f"{drawn - start:.2f} | {time.perf_counter() - drawn:.2f}"
            plt.close(ax.figure)
            print(f"| {n:,} | {m:,} | {suffix} | {seconds} | {path.stat().st_size / 1e6:.2f} |")


def blobs(n, m, seed=0):
    """Points, their blobs, and edges as a sparse array."""
    rng = np.random.default_rng(seed)
    labels = np.sort(rng.integers(BLOBS, size=n))
    Y = rng.normal(size=(BLOBS, 2))[labels] * 40 + rng.normal(size=(n, 2)) * rng.uniform(2, 9, BLOBS)[labels, None]
    row = rng.integers(n, size=m)
    near = np.clip(row + rng.integers(-n // BLOBS // 3, n // BLOBS // 3, size=m), 0, n - 1)
    col = np.where(rng.random(m) < 0.9, near, rng.integers(n, size=m))
    keep = row != col
    return Y, labels, coo_array((np.ones(keep.sum()), (row[keep], col[keep])), shape=(n, n))


if __name__ == "__main__":
    main()
