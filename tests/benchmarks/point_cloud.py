"""Feature vectors to embedding, end to end, beside the peers: MNIST's HOG features (70,000 x 324); Markdown tables.

    python tests/benchmarks/point_cloud.py --mnist FOLDER [--peers PYTHON] [--seeds 5] [--only stages peers quality]

Each end-to-end time is that of a new process, imports and compilation included, its caches warm. `--peers`: the Python
of an environment with pysgtsnepi==0.3.1, openTSNE==1.0.4 and umap-learn==0.5.12. Nothing else should use the machine.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from mnist_graph import hog_features, read_idx

import sggraph as sg
from sggraph.core.engine.blocks import Workers
from sggraph.core.perplexity import gaussian_weights
from sggraph.core.search.nearest import nearest

SEED_SETTINGS = "d=2, lambda_=10, n_neighbors=30, max_iter=1000, early_exag=250, alpha=12, eta=200, random_state=0"
CODE = {  # name: (whose environment, statements from F to Y)
    "sggraph, published settings": ("ours", f"import sggraph; Y = sggraph.SGtSNEpi({SEED_SETTINGS}).fit_transform(F)"),
    "sggraph, defaults": ("ours", "import sggraph; Y = sggraph.SGtSNEpi(random_state=0).fit_transform(F)"),
    "pysgtsnepi": ("peers", f"import pysgtsnepi; Y = pysgtsnepi.SGtSNEpi({SEED_SETTINGS}).fit_transform(F)"),
    "openTSNE": ("peers", "import openTSNE; Y = openTSNE.TSNE(n_jobs=2, random_state=0).fit(F)"),
    "umap-learn": ("peers", "import umap; Y = umap.UMAP(n_jobs=2).fit_transform(F)"),
}
RUN = """
import sys, time
import numpy as np
F = np.load(sys.argv[1])
begin = time.perf_counter()
{}
print(time.perf_counter() - begin)
np.save(sys.argv[2], np.asarray(Y, np.float32))
"""


def main():
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=("stages", "peers", "quality"))
    args = parser.parse_args()
    images, digits = read_idx(args.mnist)
    F = hog_features(images)
    if "stages" in args.only:
        time_stages(F)
    if "peers" in args.only:
        compare(F, digits, args)
    if "quality" in args.only:
        score_seeds(F, digits, args.seeds)


def time_stages(F):
    """Where the time goes, kernels compiled."""
    with Workers(2) as workers:
        nearest(F[:500], 5, workers)
        begin = time.perf_counter()
        indices, distances = nearest(F, 30, workers)
        print(f"exact neighbours: {time.perf_counter() - begin:.1f} s")
        gaussian_weights(distances[:500], 10, workers)
        begin = time.perf_counter()
        gaussian_weights(distances, 10, workers)
        print(f"perplexity calibration of {distances.shape}: {time.perf_counter() - begin:.3f} s")
    from pynndescent import NNDescent

    for state in ("cold", "warm"):
        begin = time.perf_counter()
        found, _ = NNDescent(F, n_neighbors=31, random_state=0).neighbor_graph
        print(f"pynndescent, {state}: {time.perf_counter() - begin:.1f} s")
    rows = np.random.default_rng(0).choice(len(F), 2000, replace=False)
    recall = np.mean([np.isin(indices[i], found[i]).mean() for i in rows])
    print(f"recall of true neighbours by pynndescent: {recall:.4f}\n")


def compare(F, digits, args):
    """Seconds from F to Y and scores, for ours and the peers."""
    print("| | seconds | accuracy | silhouette | trustworthiness |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        given, result = Path(folder) / "F.npy", Path(folder) / "Y.npy"
        np.save(given, F)
        for name, (environment, code) in CODE.items():
            if environment == "peers" and not args.peers:
                continue
            python = sys.executable if environment == "ours" else args.peers
            seconds = []
            for _ in range(args.repeat if environment == "ours" else 1):
                command = [python, "-c", RUN.format(code), given, result]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                seconds.append(float(done.stdout.strip().splitlines()[-1]))
            print(f"| {name} | {np.median(seconds):.1f} | {scores(F, np.load(result), digits)} |", flush=True)
    print()


def score_seeds(F, digits, n_seeds):
    """Scores over seeds at the published settings and at the defaults."""
    p = sg.point_cloud_to_graph(F)
    print("| settings | seed | accuracy | silhouette | trustworthiness |\n|---|---|---|---|---|")
    published = {"max_iter": 1000, "early_exag": 250, "alpha": 12, "eta": 200}
    for name, options in (("published", published), ("defaults", {})):
        for seed in range(n_seeds):
            Y = sg.embed_graph(p, direction="out", random_state=seed, **options)
            print(f"| {name} | {seed} | {scores(F, Y, digits)} |", flush=True)


def scores(F, Y, digits):
    """Accuracy of 10 nearest neighbours (training points), silhouette and trustworthiness of 5,000 points."""
    from sklearn.manifold import trustworthiness
    from sklearn.metrics import silhouette_score
    from sklearn.neighbors import KNeighborsClassifier

    sample = np.random.RandomState(42).choice(len(digits), 5000, replace=False)
    accuracy = KNeighborsClassifier(10, n_jobs=2).fit(Y, digits).score(Y, digits)
    silhouette = silhouette_score(Y[sample], digits[sample])
    return f"{accuracy:.4f} | {silhouette:.3f} | {trustworthiness(F[sample], Y[sample], n_neighbors=10):.4f}"


if __name__ == "__main__":
    main()
