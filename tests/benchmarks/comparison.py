"""Draw layouts of bundled graphs by sggraph and its peers side by side, with their scores.

    python tests/benchmarks/comparison.py --peers PYTHON [--output tutorials] [us_counties lesmis ...]

`--peers`: the Python of an environment that holds openTSNE==1.0.4, umap-learn==0.5.12 and sgtsnepi==0.7. They get the
joint probabilities that sggraph makes of the graph and choose all else themselves; NetworkX gets the graph. Writes
OUTPUT/comparison_NAME.png.
"""

import argparse
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import matplotlib
import networkx as nx
import numpy as np

import sggraph as sg
from sggraph.core.affinity import joint_probabilities
from sggraph.core.engine.blocks import Workers

HERE = Path(__file__).parent
SEED = 0


def main():
    """Compare on every graph that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["us_counties"])
    parser.add_argument("--peers", required=True)
    parser.add_argument("--output", type=Path, default=HERE.parent.parent / "tutorials")
    args = parser.parse_args()
    matplotlib.use("Agg")
    for name in args.names:
        dataset = sg.datasets.load_dataset(name)
        layouts = {f"sggraph {sg.__version__}": sg.embed_graph(dataset.adjacency, random_state=SEED)}
        layouts |= layouts_of_peers(dataset.adjacency, args.peers) | {
            f"NetworkX {version('networkx')}, spring": nx.spring_layout(dataset.to_networkx(), seed=SEED)
        }
        if dataset.positions is not None:  # turn all as on the map
            layouts = {"map": dataset.positions} | layouts
        draw(dataset, layouts, args.output / f"comparison_{name}.png")


def layouts_of_peers(graph, python):
    """Coordinates by name of the peers that live in another environment."""
    graph = sg.as_graph(graph)
    with Workers(None) as workers:
        links = None if graph.weighted else graph.adjacency
        upper = joint_probabilities(graph.adjacency, 10, workers, links=links, given=graph.given).upper
    P = (upper + upper.T).tocsr()
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "input.npz"), Path(folder, "output.npz")
        np.savez(files[0], data=P.data, indices=P.indices, indptr=P.indptr)
        subprocess.run([python, HERE / "layouts_of_peers.py", *files], check=True)
        with np.load(files[1]) as layouts:
            return dict(layouts)


def draw(dataset, layouts, path):
    """One picture of all; prints the scores as a table."""
    graph = sg.as_graph(dataset.to_networkx())
    for name, Y in layouts.items():
        card = sg.quality_card(graph, Y, dataset.labels)
        scores = "neighbor_recall", "shortest_path_correlation", "knn_accuracy"
        print(f"| {name} |" + "|".join(f" {getattr(card, score):.2f} " for score in scores) + "|")
    options = {"scores": True, "legend": False, "panel_size": 3, "ncols": 3}
    axes = sg.plot_comparison(layouts, dataset.classes, graph=graph, **options)
    axes[0].figure.savefig(path, dpi=85)


if __name__ == "__main__":
    main()
