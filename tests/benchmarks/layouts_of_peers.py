"""Embed one graph with the peers, each on the graph itself, and save the coordinates.

    PEERS_PYTHON layouts_of_peers.py INPUT.npz OUTPUT.npz

Run by the Python of an environment that holds the peers (openTSNE, umap-learn, sgtsnepi); it needs no sggraph.
`comparison.py` calls it and draws.

INPUT: data, indices, indptr of P (symmetric CSR, sums to 1), the joint probabilities that sggraph makes of the graph.
OUTPUT: an array (n, 2) by the name of each peer, with the version in it.
"""

import contextlib
import sys
from importlib.metadata import version

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

SEED = 0


def opentsne(P):
    """The defaults of openTSNE, whose start is spectral, on the probabilities given."""
    from openTSNE import TSNE
    from openTSNE.affinity import PrecomputedAffinities
    from openTSNE.initialization import spectral

    affinities = PrecomputedAffinities(P, normalize=False)
    return np.asarray(TSNE(random_state=SEED).fit(affinities=affinities, initialization=spectral(P, random_state=SEED)))


def umap(P):
    """The layout of umap-learn, the graph standing in for its fuzzy set: the heaviest edge of a node has weight 1."""
    from umap.umap_ import find_ab_params, simplicial_set_embedding

    largest = P.max(axis=1).toarray().ravel()
    M = csr_matrix(P / np.maximum(largest, 1e-300)[:, None])
    fuzzy = (M + M.T - M.multiply(M.T)).tocoo()
    a, b = find_ab_params(1.0, 0.1)
    rng = np.random.RandomState(SEED)
    epochs = {"n_epochs": None, "init": "spectral", "random_state": rng}
    measure = {"metric": "euclidean", "metric_kwds": {}, "densmap": False, "densmap_kwds": {}, "output_dens": False}
    return simplicial_set_embedding(np.zeros((len(largest), 1)), fuzzy, 2, 1.0, a, b, 1.0, 5, **epochs, **measure)[0]


def sgtsnepi(P):
    """The C++ original with its own defaults: the same weights, a random start, 1000 iterations."""
    from sgtsnepi import sgtsnepi as embed

    start = 1e-4 * np.random.default_rng(SEED).standard_normal((2, P.shape[0]))
    return np.asarray(embed(csc_matrix(P), y0=start)).T


PEERS = {"openTSNE": opentsne, "umap-learn": umap, "sgtsnepi": sgtsnepi}


def main(input_file, output_file):
    """Embed the graph in `input_file` with every peer."""
    with np.load(input_file) as file:
        P = csr_matrix((file["data"].astype(np.float64), file["indices"], file["indptr"]))
    with contextlib.redirect_stdout(sys.stderr):
        layouts = {f"{name} {version(name)}": embed(P) for name, embed in PEERS.items()}
    np.savez(output_file, **layouts)


if __name__ == "__main__":
    main(*sys.argv[1:])
