"""What the tests of processes and threads run, in an interpreter of its own: ``python workload.py MODE [cloud]``.

Each mode embeds in the first thread, then elsewhere, and prints how often and the digests it saw: one, if all is well.
"""

import concurrent.futures
import hashlib
import multiprocessing
import os
import queue
import sys
import threading

import numpy as np
from scipy import sparse

import sggraph
from sggraph.datasets import make_torus
from sggraph.metrics import kl_divergence

MODES = {}
WHAT = "cloud" if "cloud" in sys.argv else "graph"  # children by spawn are told by their arguments


def mode(function):
    MODES[function.__name__] = function
    return function


def digest(Y):
    return hashlib.sha256(np.ascontiguousarray(Y).tobytes()).hexdigest()[:16]


def embedding(n_jobs=2):
    """A mesh of 1,600 nodes on a plain grid so fine that the FFT has threads, or the neighbours of 3,000 samples."""
    if WHAT == "cloud":
        X = np.random.default_rng(0).standard_normal((3000, 12)).astype(np.float32)
        return sggraph.point_cloud_to_graph(
            X, 10, perplexity=5, method="approximate", random_state=0, n_jobs=n_jobs
        ).data
    return sggraph.embed_graph(make_torus(40, 40).adjacency, h=0.6, max_iter=6, random_state=0, n_jobs=n_jobs)


def work(_=None):
    return digest(embedding())


@mode
def threads():
    found, workers = [], [threading.Thread(target=lambda: found.append(work())) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        return found + list(pool.map(work, range(4)))


@mode
def daemon_thread():
    """As a Dask worker does: a thread takes tasks from a queue while the first thread goes on."""
    tasks, results = queue.Queue(), queue.Queue()

    def serve():
        while tasks.get() is not None:
            results.put(work())

    threading.Thread(target=serve, daemon=True).start()
    for _ in range(2):
        tasks.put(1)
    here = work()
    return [here, results.get(), results.get()]


@mode
def fork():
    """By hand, then a pool, whose workers are daemons; each child embeds in a thread as well."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, f"{work()} {threads()[0]}".encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        found = pipe.read().split() or ["nothing from the child"]
    _, status = os.waitpid(child, 0)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return [*found, *pool.map(work, range(3)), *([] if status == 0 else [f"status {status}"])]


@mode
def spawn():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.map(work, range(2))
    return found


@mode
def executor():
    for method in {"fork", "forkserver"} & set(multiprocessing.get_all_start_methods()):
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            yield from pool.map(work, range(2))


@mode
def loky():
    import joblib

    return joblib.Parallel(n_jobs=2, backend="loky")(joblib.delayed(work)() for _ in range(2))


@mode
def joblib_threads():
    import joblib

    return joblib.Parallel(n_jobs=3, backend="threading")(joblib.delayed(work)() for _ in range(4))


def bits():
    """Digest of embeddings and neighbour graphs that between them take every path with threads in it."""
    n_jobs = int(os.environ["N_JOBS"])
    rng = np.random.default_rng(0)
    row, col = np.triu_indices(2600, 1)
    chosen = rng.integers(len(row), size=9000)
    mesh, weights = make_torus(40, 40).adjacency, rng.random(9000)
    tangle = sparse.csr_array((weights, (row[chosen], col[chosen])), shape=(2600, 2600))
    X = rng.standard_normal((5000, 20))
    everything = [sggraph.embed_graph(mesh, d, max_iter=20, random_state=0, n_jobs=n_jobs) for d in (1, 2, 3)]
    for options in ({"init": "spectral"}, {"drop_leaf": True}, {"components": "together"}, {"h": 0.5}):
        everything.append(sggraph.embed_graph(tangle, max_iter=10, random_state=0, n_jobs=n_jobs, **options))
    for metric, features in (("euclidean", 20), ("euclidean", 3), ("cosine", 20), ("manhattan", 3)):
        options = {"perplexity": 5, "metric": metric, "method": "exact", "n_jobs": n_jobs}
        graph = sggraph.point_cloud_to_graph(X[:, :features], 10, **options)
        everything += [graph.indices, graph.data]
    model = sggraph.SGtSNEpi(max_iter=20, random_state=0, n_jobs=n_jobs).fit(X[:2000])
    everything += [model.embedding_, model.transform(X[2000:2100]), [model.kl_divergence_]]
    everything.append([kl_divergence(mesh, everything[1], n_jobs=n_jobs)])
    return " ".join(digest(part) for part in everything)


if __name__ == "__main__":
    if sys.argv[1] == "bits":
        print(bits())
    else:
        found = [work(), *MODES[sys.argv[1]]()]
        print(len(found), *sorted(set(found)))
