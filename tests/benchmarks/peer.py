"""Time one peer's optimisation loop, and nothing else, on a joint matrix P that we hand to it.

    PEERS_PYTHON peer.py {sgtsnepi,pysgtsnepi,opentsne,pysgtsnepi_lambda} INPUT.npz OUTPUT.npz

Run by the Python of an environment that holds the peers; it needs numpy, scipy and the peer, not sggraph.

INPUT: data, indices, indptr (P: symmetric CSR, sums to 1), Y0 (n, d), the scalars d, max_iter, early_exag, alpha, eta,
lambda_, n_threads, and p_data, p_indices, p_indptr (row-stochastic conditional CSR; sgtsnepi can do without).
OUTPUT: Y (n, d) and seconds_loop; for pysgtsnepi_lambda the rescaled p_data, p_indices, p_indptr and seconds_loop.
The last line of standard output is one JSON object, everything else that a peer prints goes to standard error.
seconds_total is the whole call of the peer (its own preparation of P included), seconds_loop its iterations,
n_threads what is really used; of sgtsnepi also cpu_loop, CPU seconds, and P_error, how far its P is from the given one.
"""

import contextlib
import json
import sys
import time
from importlib.metadata import version

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix


def sgtsnepi(z):
    """C++ original, one thread: the wheel has no parallel runtime linked in and no argument for threads."""
    from sgtsnepi import sgtsnepi as embed

    M, P_error = stochastic_half(z)

    def run(max_iter):
        return timed(
            embed,
            M,
            y0=z["Y0"].T,
            d=int(z["d"]),
            max_iter=max_iter,
            early_exag=int(z["early_exag"]),
            alpha=int(z["alpha"]),  # the binding takes whole numbers only
            eta=float(z["eta"]),
            lambda_par=1,  # 1 skips the rescaling; the symmetrisation cannot be skipped
        )

    begin = time.process_time()
    _, setup = run(0)
    between = time.process_time()
    Y, total = run(int(z["max_iter"]))
    cpu = time.process_time() - between - (between - begin)
    return {"Y": Y.T}, total - setup, total, {"n_threads": 1, "P_error": P_error, "cpu_loop": cpu}


def stochastic_half(z, rounds=100):
    """Column-stochastic M with M + M' proportional to P, and the relative deviation (1-norm) from that.

    sgtsnepi normalises the columns of what it gets and adds the transpose. Given p' it comes to P exactly. Where the
    p of INPUT is not the one that P was made of, split every pair of P by iterative proportional fitting.
    """
    P = csr_matrix((z["data"], z["indices"], z["indptr"]), dtype=np.float64)
    n = P.shape[0]
    if "p_data" in z:
        M = csc_matrix((z["p_data"], z["p_indices"], z["p_indptr"]), shape=P.shape, dtype=np.float64)
        P_error = abs((M + M.T) / M.sum() / 2 - P).sum()
        if P_error < 1e-5:
            return M, P_error
    pair = 2 * n * P.data
    mirror = csr_matrix((np.arange(P.nnz), P.indices, P.indptr), shape=P.shape).tocsc().data
    half = pair / 2
    for _ in range(rounds):
        half /= np.bincount(P.indices, half, n)[P.indices]
        both = half + half[mirror]
        M, half = half, half * pair / both
    return csr_matrix((M, P.indices, P.indptr), shape=P.shape), abs(both - pair).sum() / pair.sum()


def pysgtsnepi(z):
    """Python port: its loop takes P as it is. One thread (no parallel kernel, FFT without workers)."""
    from pysgtsnepi.embedding import sgtsne_embedding

    def run(P, Y0, max_iter):
        exaggeration = {"early_exag": int(z["early_exag"]), "alpha": float(z["alpha"])}
        return timed(
            sgtsne_embedding, P, int(z["d"]), max_iter, eta=float(z["eta"]), h=1.0, Y0=Y0, **exaggeration
        )  # h = 1 is what its public functions pass on

    P = csc_matrix((z["data"].astype(np.float64), z["indices"], z["indptr"]))
    run(csc_matrix(P[:200, :200]), z["Y0"][:200], 2)  # compile
    Y, seconds = run(P, z["Y0"], int(z["max_iter"]))
    return {"Y": Y}, seconds, seconds, {"n_threads": 1}


def opentsne(z):
    """FIt-SNE in 1-D or 2-D, momentum .5 and .8 as in the others; eta may be its own default "auto" (n / exaggeration).

    n_jobs reaches the attractive term only: FFT, interpolation and the update run on one thread.
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PrecomputedAffinities

    P = csr_matrix((z["data"].astype(np.float64), z["indices"], z["indptr"]))
    n_early = min(int(z["early_exag"]), int(z["max_iter"]))
    n_threads = int(z["n_threads"])
    Y = TSNEEmbedding(
        z["Y0"],
        PrecomputedAffinities(P, normalize=False),
        negative_gradient_method="fft",
        learning_rate=z["eta"].item(),
        n_jobs=n_threads,
    )

    def run():
        Y.optimize(n_early, inplace=True, exaggeration=float(z["alpha"]), momentum=0.5)
        Y.optimize(int(z["max_iter"]) - n_early, inplace=True, exaggeration=1, momentum=0.8)

    _, seconds = timed(run)
    return {"Y": np.asarray(Y)}, seconds, seconds, {"n_threads": n_threads}


def pysgtsnepi_lambda(z):
    """The port's lambda rescaling alone: pure Python, one thread. It works on columns, so it gets p'."""
    from pysgtsnepi.utils.graph_rescaling import lambda_rescaling

    p = csc_matrix((z["p_data"].astype(np.float64), z["p_indices"], z["p_indptr"]))
    p, seconds = timed(lambda_rescaling, p, float(z["lambda_"]))
    return {f"p_{k}": getattr(p, k) for k in ("data", "indices", "indptr")}, seconds, seconds, {"n_threads": 1}


def timed(function, *args, **kwargs):
    """Result of the call and its seconds."""
    start = time.perf_counter()
    result = function(*args, **kwargs)
    return result, time.perf_counter() - start


METHODS = {  # name: (function, distribution)
    "sgtsnepi": (sgtsnepi, "sgtsnepi"),
    "pysgtsnepi": (pysgtsnepi, "pysgtsnepi"),
    "opentsne": (opentsne, "openTSNE"),
    "pysgtsnepi_lambda": (pysgtsnepi_lambda, "pysgtsnepi"),
}


def main(method, input_file, output_file):
    """Run one method on one file, write the result and print the JSON line."""
    function, distribution = METHODS[method]
    with np.load(input_file) as file:
        z = dict(file)
    with contextlib.redirect_stdout(sys.stderr):
        arrays, loop, total, facts = function(z)
    np.savez(output_file, seconds_loop=loop, **arrays)
    seconds = {"seconds_loop": loop, "seconds_total": total}
    print(json.dumps({"method": method, **seconds, "version": version(distribution), **facts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
