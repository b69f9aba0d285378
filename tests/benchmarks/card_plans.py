"""What the repulsion would cost on a graphics card, by its plans: counted on the processor's pictures, not measured.

    python tests/benchmarks/card_plans.py [--nodes 1000000] [-d 2 3] [--cases block lattice rmat]

The kernels that count are compiled for the processor, so no card is needed. A line names the grid that the card would
choose, and the nanoseconds that its cost model (core/cuda/repulsion.py) has for the transforms and for the pairs.
"""

import argparse
import sys
from math import prod
from pathlib import Path

import numpy as np

import sggraph as sg
from sggraph.core.cuda.repulsion import NS_PER_CELL, NS_PER_PAIR, CardRepulsion
from sggraph.core.cuda.share import CardShare
from sggraph.core.cuda.source import NOW
from sggraph.datasets import make_block_model, make_grid, make_rmat

sys.path.insert(0, str(Path(__file__).parents[1]))

from emulated_card import EmulatedCard

CASES = {
    "block": lambda n: make_block_model(n, max(n // 1000, 2)),
    "lattice": lambda n: make_grid((round(n**0.5),) * 2),
    "rmat": lambda n: make_rmat(int(np.log2(n))),
}


def main():
    """Embed the graphs, and look at their pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("-d", type=int, nargs="+", default=[2, 3])
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    args = parser.parse_args()
    for name in args.cases:
        graph = CASES[name](args.nodes)
        for d in args.d:
            Y = sg.embed_graph(graph, d, random_state=0)
            told(f"{name}, {d}-D", Y[np.isfinite(Y[:, 0])])


def told(name, Y):
    """Print the plan for a picture, and its cost."""
    card, now, numbers = EmulatedCard(Y.shape[1]), np.zeros(NOW.NOW), np.zeros(NOW.NOW)
    share = CardShare(card, len(Y))
    repulsion = CardRepulsion(share, now)
    repulsion.prepare(Y)
    (plan, _), *_ = repulsion.plans
    transforms, pairs = NS_PER_CELL * prod(plan.shape) * 2 ** len(plan.shape), 0.0
    if plan.R > 0:
        repulsion.measure(Y)
        repulsion._cells.count(Y, now)
        pairs = NS_PER_PAIR * repulsion._cells.cost(share, now, numbers).pairs
    grid = " x ".join(map(str, plan.shape))
    costs = f"transforms {transforms / 1e6:.3f} ms, pairs {pairs / 1e6:.3f} ms"
    print(f"{name}: {len(Y):,} nodes, h {plan.h:.2f}, R {plan.R:.1f}, grid {grid}; {costs}", flush=True)


if __name__ == "__main__":
    main()
