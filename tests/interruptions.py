"""Ctrl-C at random moments of whatever takes its time, again and again: `python tests/interruptions.py --times 100`.

Each call ends at once, with no thread left at work and none that waits for ever, the threads of other libraries are as
they were, and the next call is right to the bit.
"""

import argparse
import faulthandler
import random
import signal
import statistics
import threading
import time

import networkx as nx
import numpy as np
from threadpoolctl import threadpool_info

import sggraph as sg

SOON = 0.3  # of a call, from an interrupt to the end, for half of them; .15 measured, .55 if all ran to their ends


def calls():
    graph = sg.datasets.make_block_model(6000, 20).adjacency
    parts = nx.disjoint_union_all([*[nx.path_graph(9)] * 300, nx.grid_2d_graph(20, 20)])
    few, many = (np.random.default_rng(0).normal(size=shape) for shape in [(20_000, 4), (6000, 30)])
    Y = np.random.default_rng(0).normal(size=(6000, 2))
    return {
        "embed_graph": lambda: sg.embed_graph(graph, random_state=0),
        "components": lambda: sg.embed_graph(parts, random_state=0),
        "estimate": lambda: sg.estimate_cost(graph).n_iter,
        "k-d tree": lambda: sg.point_cloud_to_graph(few, 15).data,
        "blocks": lambda: sg.point_cloud_to_graph(many, 15).data,
        "quality_card": lambda: list(sg.quality_card(graph, Y, random_state=0).as_dict().values()),
    }


def threads_of_others():
    return [library["num_threads"] for library in threadpool_info()]


def main(n_times, seed=0):
    faulthandler.enable()
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))  # the timer's signal
    rng, latest, n_interrupts = random.Random(seed), 0.0, 0
    for name, call in calls().items():
        call()  # compiles
        begin, right = time.perf_counter(), call()
        seconds, n_threads, others = time.perf_counter() - begin, threading.active_count(), threads_of_others()
        shares = []
        for _ in range(n_times):
            at, begin = rng.uniform(1e-4, 0.9 * seconds), time.perf_counter()
            try:
                signal.setitimer(signal.ITIMER_REAL, at)
                call()
            except KeyboardInterrupt:
                late = time.perf_counter() - begin - at
                shares.append(late / seconds)
                latest = max(latest, late)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert threading.active_count() <= n_threads, name
            assert threads_of_others() == others, name
        assert shares, name
        assert statistics.median(shares) < SOON, name
        n_interrupts += len(shares)
        np.testing.assert_array_equal(call(), right, err_msg=name)
    assert n_interrupts > n_times
    print(f"{n_interrupts} interrupts, the call over {latest:.2f} s later at most, same bits after them")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=100, help="a call")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    main(arguments.times, arguments.seed)
