"""What the first call costs in a fresh environment, and which kernels that goes to: CPU seconds.

    python tests/benchmarks/first_call.py [--graph karate | counties] [--rows 20]

Everything is compiled into a cache of its own, as on a machine that has never run sggraph; then the same once more, in
a new process, from that cache.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

CALLS = {
    "karate": "sg.embed_graph(nx.karate_club_graph(), random_state=0)",
    "counties": "sg.embed_graph(sg.datasets.load_us_counties(), random_state=0)",
}


def main():
    """Measure in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graph", choices=CALLS, default="karate")
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        measure(args.graph, args.rows)
        return
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(2):
            subprocess.run(
                [sys.executable, *sys.argv, "--alone"], env=os.environ | {"NUMBA_CACHE_DIR": cache}, check=True
            )


def measure(graph, rows):
    """Print the seconds of this process, and the compilations that took most, each without those inside it."""
    begin = time.process_time()
    import networkx as nx
    from numba.core import event

    import sggraph as sg

    own, stack = defaultdict(float), []

    class Compiling(event.Listener):
        def on_start(self, started):
            stack.append([time.process_time(), 0.0])

        def on_end(self, ended):
            start, inner = stack.pop()
            spent = time.process_time() - start
            own[ended.data["dispatcher"].py_func.__qualname__] += spent - inner
            if stack:
                stack[-1][1] += spent

    event.register("numba:compile", Compiling())
    imported = time.process_time()
    exec(CALLS[graph], {"nx": nx, "sg": sg})
    print(f"{graph}: {time.process_time() - begin:.2f} s, of which {imported - begin:.2f} s imports", end=", ")
    print(f"{sum(own.values()):.2f} s for {len(own)} functions")
    for name in sorted(own, key=own.get, reverse=True)[:rows]:
        print(f"    {own[name]:.2f} {name}")


if __name__ == "__main__":
    main()
