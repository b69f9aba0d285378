"""Print what `estimate_cost` told of memory and CPU seconds over what the run then took, each graph in a process.

    python tests/benchmarks/estimates.py FOLDER/cnr_2000.npz "make_grid((300, 300))" [--d 2 3]

A graph is an .npz file of arrays row, col, n and directed, or a call of sggraph.datasets. Both ratios are held to .7 to
1.3; the machine must be quiet for the seconds. Linux only: the peak is read from /proc.
"""

import argparse
import ctypes
import gc
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array

import sggraph as sg
import sggraph.method.estimate


def load(name):
    """The graph that `name` means, as a matrix."""
    if name.startswith("make_"):
        return eval(f"sg.datasets.{name}").adjacency
    with np.load(name) as z:
        n = int(z["n"])
        A = coo_array((np.ones(len(z["row"])), (z["row"], z["col"])), shape=(n, n)).tocsr()
        return A if z["directed"] else (A + A.T).tocsr()


def status(key):
    """Bytes of this process by that name."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(key))


def measure(name, d):
    """Print one row."""
    G = load(name)
    sg.embed_graph(sg.datasets.make_block_model(1500, 6).adjacency, d, max_iter=2, exact=False)  # loads the kernels
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free counts when it is taken again
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, begin = status("VmRSS:"), time.process_time()
    sg.embed_graph(G, d, random_state=0)
    seconds, peak = time.process_time() - begin, status("VmHWM:") - before
    sggraph.method.estimate.clock = time.process_time  # of all threads together
    told = sg.estimate_cost(G, d, random_state=0)
    row = Path(name).stem, d, f"{peak / 1e6:.0f}", f"{told.memory / peak:.2f}", f"{seconds:.1f}"
    print("|", " | ".join(map(str, row)), f"| {told.seconds / seconds:.2f} |", flush=True)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graphs", nargs="+")
    parser.add_argument("--d", nargs="+", type=int, default=[2])
    parser.add_argument("--here", action="store_true", help="in this process, without the head of the table")
    arguments = parser.parse_args()
    if arguments.here:
        measure(arguments.graphs[0], arguments.d[0])
        return
    print("| graph | d | peak MB | told / peak | CPU s | told / CPU s |\n|---|---|---|---|---|---|", flush=True)
    for name in arguments.graphs:
        for d in arguments.d:
            subprocess.run([sys.executable, "-W", "ignore", __file__, name, "--d", str(d), "--here"], check=True)


if __name__ == "__main__":
    main()
