"""What a graphics card does: whether it is right, and how fast, in one table.

    python tests/benchmarks/gpu.py --all [--minutes 9.5]
    python tests/benchmarks/gpu.py blocks lattice

`--all` does each step in a process of its own, with a limit, so that one which fails or hangs takes no other along, and
ends within the minutes; the most important come first, and the table last. It needs CuPy, NumPy, SciPy, Numba and
pytest, and this repository on the path. `--trial` does all with the kernels compiled for the processor, on graphs of a
thousandth of the size: whether this script works can be seen anywhere.

Milliseconds an iteration are those of a hundred in one call, grids planned anew on the way. Kernels are timed one by
one with events, which adds some 2 us to each.
"""

import argparse
import importlib
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import rank_threads  # noqa: E402

import sggraph as sg  # noqa: E402
from sggraph.core.affinity import joint_probabilities  # noqa: E402
from sggraph.core.cuda import affinity as on_card  # noqa: E402
from sggraph.core.cuda import checking, neighbors  # noqa: E402
from sggraph.core.cuda.card import Card, check_card  # noqa: E402
from sggraph.core.cuda.forces import CardForces  # noqa: E402
from sggraph.core.descent import Phase, descend  # noqa: E402
from sggraph.core.engine import blocks as blocks_of_rows  # noqa: E402
from sggraph.core.engine.blocks import Workers  # noqa: E402
from sggraph.core.forces import Forces  # noqa: E402
from sggraph.core.motion import Motion  # noqa: E402
from sggraph.core.search.nearest import nearest  # noqa: E402
from sggraph.core.shape.stress import relax  # noqa: E402
from sggraph.method import devices  # noqa: E402
from sggraph.method.pipeline import embed  # noqa: E402
from sggraph.method.settings import Settings  # noqa: E402
from sggraph.method.start import distances_to, n_pivots, pivot_mds  # noqa: E402

TRIAL = "SGGRAPH_TRIAL" in os.environ
SMALLER = 1000 if TRIAL else 1
PARTS = "graph_kernels", "affinity", "paths"
TESTS = ["-q", "--no-header", "-p", "no:cacheprovider", "-m", "cuda", "--tb=short", "--maxfail=12", "-rf"]


def main():
    """Run the steps that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", choices=[*STEPS, []])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--minutes", type=float, default=9.5)
    parser.add_argument("--trial", action="store_true")
    arguments = parser.parse_args()
    if arguments.trial:
        os.environ["SGGRAPH_TRIAL"] = "1"
    if arguments.all or arguments.trial:
        all_steps(arguments.minutes, arguments.steps or list(STEPS))
        return
    for step in arguments.steps:
        STEPS[step][0]()


def all_steps(minutes, steps):
    """Each step by itself; then the table of what they found."""
    end, told, ends = time.monotonic() + 60 * minutes, [], []
    for step in steps:
        left, begin = end - time.monotonic(), time.monotonic()
        if left < 15:
            ends.append(f"{step:<12} not begun, no time was left")
            continue
        command = [sys.executable, "-u", __file__, step]
        print(f"== {step}", flush=True)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
        timer = _end_after(process, min(left, STEPS[step][1]))
        lines = []
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip())
        code = process.wait()
        timer.cancel()
        told += [line for line in lines if line.startswith("| ")]
        state = "done" if code == 0 else "stopped: out of time" if code < 0 else f"FAILED with code {code}"
        if code and lines:
            state += f": {next((line for line in reversed(lines) if line.strip()), '')[:150]}"
        ends.append(f"{step:<12} {time.monotonic() - begin:6.1f} s  {state}")
    print("\n==== what the steps found ====", *told, "", *ends, sep="\n", flush=True)


def _end_after(process, seconds):
    from threading import Timer

    timer = Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def tell(*columns):
    """A line of the table."""
    print("|", " | ".join(str(column) for column in columns), flush=True)


def new_card(d):
    """The first card, or what stands in for one."""
    if TRIAL:
        from emulated_card import EmulatedCard

        return EmulatedCard(d)
    return Card(0, d)


class Timed:
    """A card whose kernels are timed one by one."""

    def __init__(self, card):
        self._card, self.spans = card, []

    def __getattr__(self, name):
        return getattr(self._card, name)

    def _timed(self, name, work):
        if TRIAL:
            begin = time.perf_counter()
            work()
            self.spans.append((name, None, 1e3 * (time.perf_counter() - begin)))
            return
        event = self.xp.cuda.Event
        begin, end = event(), event()
        begin.record(self._stream)
        work()
        end.record(self._stream)
        self.spans.append((name, begin, end))

    def launch(self, kernel, *arguments):
        self._timed(kernel, lambda: self._card.launch(kernel, *arguments))

    def transform(self, *layout):
        plan, timed, kind = self._card.transform(*layout), self._timed, layout[7]

        class Plan:
            def fft(self, a, out, direction):
                timed(f"FFT {kind} {'forth' if direction < 0 else 'back'}", lambda: plan.fft(a, out, direction))

        return Plan()

    def recorded(self, work):
        return work

    def microseconds(self):
        """Of each kernel, in the order of their calls."""
        found = {}
        for name, begin, end in self.spans:
            span = end if begin is None else self.xp.cuda.get_elapsed_time(begin, end)
            found[name] = found.get(name, 0.0) + 1e3 * span
        return found


def machine():
    """What it is."""
    if TRIAL:
        tell("machine", "a trial on a processor")
        return
    check_card("cuda")
    import cupy

    card, runtime = Card(0, 2), cupy.cuda.runtime
    free, total = runtime.memGetInfo()
    versions = f"CuPy {cupy.__version__}, runtime {runtime.runtimeGetVersion()}, driver {runtime.driverGetVersion()}"
    tell("machine", card.name, f"{total / 2**30:.0f} GiB, {free / 2**30:.0f} free", versions, f"NumPy {np.__version__}")
    tell("machine", f"{os.cpu_count()} cores", f"Python {sys.version.split()[0]}")
    with card.at_work():
        one, other = cupy.zeros(2**28, np.float32), cupy.zeros(2**28, np.float32)
        one[...] = other
        card._stream.synchronize()
        begin = time.perf_counter()
        for _ in range(20):
            one[...] = other
        card._stream.synchronize()
        tell(
            "machine", f"copies {20 * 2 * one.nbytes / (time.perf_counter() - begin) / 1e12:.2f} TB/s, read and written"
        )


def forces():
    """The figures of the check that precedes the first use."""
    for d in (1, 2, 3):
        begin = time.perf_counter()
        card = new_card(d)
        found = checking.differences(card)
        told = ", ".join(f"{off.what} {off.by:.1e} ({off.of})" for off in found)
        wrong = [off for off in found if not off.by <= checking.LIMITS[off.what]]
        tell("forces", f"{d}-D", "WRONG" if wrong else "right", told, f"{time.perf_counter() - begin:.1f} s")
        tell("forces", f"{d}-D", f"iterations are {'recorded' if card.trouble is None else card.trouble}")


def normalised(row, column, n, weights=None):
    """Upper triangle of P of these edges."""
    low, high = np.minimum(row, column), np.maximum(row, column)
    kept = low < high
    weights = np.ones(len(low), np.float32) if weights is None else weights
    upper = csr_array(coo_array((weights[kept], (low[kept], high[kept])), shape=(n, n)))
    upper.data = (upper.data / (2 * upper.data.sum(dtype=np.float64))).astype(np.float32)
    return upper


def neighbour_graph():
    """70,000 points in ten clusters in 5-D, 30 neighbours each: the size of MNIST, which has 1.63 million edges."""
    n, rng = max(70_000 // SMALLER, 500), np.random.default_rng(0)
    X = rng.standard_normal((n, 5)) + 6 * rng.standard_normal((10, 5))[rng.integers(0, 10, n)]
    near = cKDTree(X).query(X, 31, workers=-1)[1][:, 1:]
    return normalised(np.repeat(np.arange(n), 30), near.ravel(), n)


def block_model(n, degree=10):
    """Communities of 1,000 nodes, n * degree edges, a fifth of which lead elsewhere; hardly any twice."""
    rng = np.random.default_rng(0)
    row = np.repeat(np.arange(n, dtype=np.int32), degree)
    size = min(1000, n // 2)
    column = row // size * size + rng.integers(0, size, len(row), dtype=np.int32)
    away = rng.random(len(row), dtype=np.float32) < 0.2
    column[away] = rng.integers(0, n, int(away.sum()), dtype=np.int32)
    return normalised(row, np.minimum(column, n - 1), n)


def rmat(scale, n_edges):
    """R-MAT: hubs, and communities within communities."""
    rng, row, column = np.random.default_rng(0), np.zeros(n_edges, np.int64), np.zeros(n_edges, np.int64)
    for _ in range(scale):
        draw = rng.random(n_edges, dtype=np.float32)
        row = 2 * row + (draw >= 0.76)
        column = 2 * column + (((draw >= 0.57) & (draw < 0.76)) | (draw >= 0.95))
    names = rng.permutation(2**scale)
    return normalised(names[row], names[column], 2**scale)


def settled(forces, n, d, seed=0, n_iter=20 if TRIAL else 150):
    """A Motion after phases as published, shortened."""
    motion = Motion.at(1e-2 * np.random.default_rng(seed).standard_normal((n, d)))
    descend(forces, motion, [Phase(n_iter, 12.0, n / 12, 0.8), Phase(n_iter, 1.0, n, 0.8, 5.0)])
    return motion


def each_iteration(forces, motion, phase, n_iter=100):
    """Milliseconds."""
    forces.advance(motion, phase, n_iter // 2)
    begin = time.perf_counter()
    forces.advance(motion, phase, n_iter)
    return 1e3 * (time.perf_counter() - begin) / n_iter


def kernels_of(name, upper, motion, d):
    """Microseconds of each kernel in an iteration; their sum."""
    with Workers() as workers:
        timed = Timed(new_card(d))
        forces = CardForces(upper, d, workers, timed, exact=False)
        motion = motion.copy()
        forces.advance(motion, Phase(1, 1.0, 1.0, 0.8), 3)
        timed.spans.clear()
        forces.advance(motion, Phase(1, 1.0, 1.0, 0.8), 5)
        found = timed.microseconds()
    tell(name, f"{d}-D", "us", ", ".join(f"{kernel} {each / 5:.0f}" for kernel, each in found.items()))
    return sum(found.values()) / 5


def beside_the_processor(name, upper, motion, d):
    """Milliseconds of an iteration on the processor, and how far its forces are from the card's."""
    with Workers() as workers:
        ours, theirs = CardForces(upper, d, workers, new_card(d), exact=False), Forces(upper, d, workers, exact=False)
        phase, here = Phase(1, 1.0, 1.0, 0.8), motion.copy()
        here.plans = []
        F_attr, F_rep, _ = ours.forces(here, phase)
        copied = here.copy()
        theirs._follow(copied)
        theirs._attract(copied, phase, ())
        theirs._repel(copied)
        off = [np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in ((F_attr, theirs._attr), (F_rep, theirs._rep))]
        theirs.advance(copied, phase, 2)
        begin = time.perf_counter()
        theirs.advance(copied, phase, 5)
        span = 1e3 * (time.perf_counter() - begin) / 5
    tell(
        name,
        f"{d}-D",
        f"{span:.1f} ms on {workers.n_jobs} threads",
        f"off by {off[0]:.1e} attraction, {off[1]:.1e} repulsion",
    )


def measured(name, upper, d, goal, motion=None, is_compared=True):
    """All of one graph."""
    n, phase = upper.shape[0], Phase(100, 1.0, upper.shape[0] / 10, 0.8, 5.0)
    with Workers() as workers:
        begin = time.perf_counter()
        forces = CardForces(upper, d, workers, new_card(d), exact=False)
        made = time.perf_counter() - begin
        begin = time.perf_counter()
        motion = settled(forces, n, d) if motion is None else motion
        span = each_iteration(forces, motion, phase)
        h, R, shape = motion.plans[0][0]
        size = f"{n:,} nodes, {upper.nnz:,} edges"
        plan = f"h={h:.2g}, R={R:.2g}, {'x'.join(map(str, shape))} cells, {forces.nbytes / 1e9:.2f} GB"
        tell(
            name,
            f"{d}-D",
            f"{span:.3f} ms an iteration (wanted: {goal})",
            size,
            plan,
            f"{made:.1f} s to bring it there",
        )
        if forces.card.trouble:
            tell(name, f"{d}-D", forces.card.trouble)
        forces.complete(motion)
        del forces
    busy = kernels_of(name, upper, motion, d) / 1e3
    tell(name, f"{d}-D", f"{busy:.3f} ms of kernels, {100 * min(busy / span, 1):.0f} % of the iteration (wanted: 80 %)")
    if is_compared:
        beside_the_processor(name, upper, motion, d)


def neighbours():
    """MNIST's size, the loop at the published settings, twice; then an iteration."""
    upper = neighbour_graph()
    n, bits = upper.shape[0], []
    n_iter = 250 if not TRIAL else 10
    phases = [Phase(n_iter, 12.0, 200.0, 0.8), Phase(3 * n_iter, 1.0, 200.0, 0.8)]
    with Workers() as workers:
        for run in ("first", "second", "third"):
            card, records = new_card(2), []
            record = card.recorded
            card.recorded = lambda work, record=record, records=records: (records.append(1), record(work))[1]
            forces = CardForces(upper, 2, workers, card, exact=False)
            motion = Motion.at(1e-4 * np.random.default_rng(0).standard_normal((n, 2)))
            begin = time.perf_counter()
            descend(forces, motion, phases)
            span, kl = time.perf_counter() - begin, forces.kl_divergence(motion, fresh=True)
            bits.append(motion.embedding().tobytes())
            told = f"{span:.3f} s for {4 * n_iter} iterations (wanted: .15)", f"{len(records)} records", f"KL {kl:.4f}"
            tell("neighbours", run, *told, f"{n:,} nodes, {upper.nnz:,} edges")
        tell("neighbours", "the same bits" if len(set(bits)) == 1 else "OTHER BITS")
    measured("neighbours", upper, 2, "about .1")


def blocks():
    """A million nodes, ten million edges, in 2-D and 3-D."""
    upper = block_model(10**6 // SMALLER)
    measured("blocks", upper, 2, ".5")
    measured("blocks", upper, 3, "2")


def lattice_graph():
    """A thousand by a thousand nodes, and where they are."""
    side = 1000 if not TRIAL else 32
    number = np.arange(side * side).reshape(side, side)
    row = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    column = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    where = np.stack(np.divmod(number.ravel(), side), axis=1) + 0.2 * np.random.default_rng(0).random((side * side, 2))
    return normalised(row, column, side * side), where


def lattice():
    """Spread out: near pairs."""
    upper, where = lattice_graph()
    measured("lattice", upper, 2, "2", Motion.at(0.8 * where))


def hub_graph():
    """R-MAT of four million nodes and 35 million edges."""
    scale, n_edges = (22, 35_000_000) if not TRIAL else (10, 8000)
    return rmat(scale, n_edges)


def hubs():
    """Rows of any length."""
    measured("hubs", hub_graph(), 2, "4", is_compared=False)


def timed(card, work):
    """Seconds of the second of two calls, and what it returns."""
    for _ in range(2):
        begin = time.perf_counter()
        found = work()
        if not TRIAL:
            card._stream.synchronize()
    return time.perf_counter() - begin, found


def prepared():
    """P, path lengths and a relaxed start of large graphs, beside the processor's."""
    graphs = {
        "block model": lambda: block_model(10**6 // SMALLER),
        "lattice": lambda: lattice_graph()[0],
        "R-MAT": hub_graph,
    }
    for name, make in graphs.items():
        upper = make()
        A = csr_array((upper + upper.T).astype(np.float64))
        A.data[:], n = 1, A.shape[0]
        tell("prepared", name, f"{n:,} nodes, {A.nnz // 2:,} edges")
        with Workers() as workers:
            _prepared(name, A, workers)


def _prepared(name, A, workers):
    n, card = A.shape[0], new_card(2)
    span, P = timed(card, lambda: on_card.joint_probabilities(A, 10.0, card, links=A, is_local=True).upper)
    begin = time.perf_counter()
    right = joint_probabilities(A, 10.0, workers, links=A).upper
    theirs, found = time.perf_counter() - begin, P.upper(np.arange(n))
    off = np.abs(found.data / np.maximum(right.data, 1e-30) - 1).max()
    tell(
        "prepared", name, f"P: {span:.3f} s, the graph brought there with it, processor {theirs:.2f}; off by {off:.1e}"
    )
    pivots = np.random.default_rng(0).choice(n, n_pivots(n), replace=False)
    span, paths = timed(card, lambda: P.paths(pivots, 32_000))
    begin = time.perf_counter()
    D = distances_to(A, pivots, workers)
    theirs, is_same = time.perf_counter() - begin, np.array_equal(paths.every(1), D)
    told = f"{len(pivots)} searches: {span:.3f} s, {int(D.max())} levels, processor {theirs:.2f}"
    tell("prepared", name, told, "equal" if is_same else "OTHER LENGTHS")
    Y = np.random.default_rng(0).standard_normal((n, 2))
    span, ours = timed(card, lambda: paths.relaxed(Y, 10))
    begin = time.perf_counter()
    right = relax(Y, D, pivots, 10, workers)
    theirs = time.perf_counter() - begin
    off = np.linalg.norm(ours - right) / np.linalg.norm(right)
    tell("prepared", name, f"10 sweeps: {span:.3f} s, processor {theirs:.2f}; off by {off:.1e}")
    begin = time.perf_counter()
    pivot_mds(paths.columns(100), pivots[:100], 2, workers)
    tell("prepared", name, f"pivot MDS: {time.perf_counter() - begin:.3f} s")
    watched = Timed(card)
    P = on_card.joint_probabilities(A, 10.0, watched, links=A, is_local=True).upper
    P.paths(pivots, 32_000).relaxed(Y, 10)
    tell("prepared", name, "us", ", ".join(f"{kernel} {us:.0f}" for kernel, us in watched.microseconds().items()))


def many():
    """Ten million nodes, a hundred million edges."""
    measured("many", block_model(10**7 // SMALLER), 2, "runs", is_compared=False)


def samples(n, f):
    """Features (n, f) from a seed: ten classes of 12 latent variables each, and noise, with pixels that are 0."""
    rng, classes = np.random.default_rng(0), np.arange(n) % 10
    shifts, mixing = 2 * rng.standard_normal((10, 12)), rng.standard_normal((12, f)).astype(np.float32)
    X = (rng.standard_normal((n, 12)) + shifts[classes]).astype(np.float32) @ mixing
    X += rng.standard_normal((n, f), dtype=np.float32)
    return np.maximum(X, 0)


def features():
    """Neighbours of samples: MNIST's size, MNIST itself if SGGRAPH_MNIST names its folder, and a million."""
    found = {"generated": samples(max(70_000 // SMALLER, 600), 784 if not TRIAL else 40)}
    if "SGGRAPH_MNIST" in os.environ and not TRIAL:
        found["MNIST"] = sg.datasets.load_mnist().images.reshape(70_000, -1).astype(np.float32)
    for name, X in found.items():
        searched(name, X, is_compared=True)
    searched("a million", samples(max(10**6 // SMALLER, 500), 50 if not TRIAL else 12), is_compared=False)


def searched(name, X, is_compared, k=30):
    """Seconds of a search, the card's and the processor's part of them; whether what was found is right."""
    (n, f), spans, own = X.shape, [], neighbors._candidates

    def candidates(*given):
        begin = time.perf_counter()
        result = own(*given)
        spans.append((given[5].kernel, len(given[2]), time.perf_counter() - begin))
        return result

    neighbors._candidates = candidates
    with Workers() as workers:
        nearest(X[:500], 5, workers)
        for run in ("first", "second"):
            spans.clear()
            begin = time.perf_counter()
            indices, distances = neighbors.nearest_on(new_card(2), X, k, workers)
            span = time.perf_counter() - begin
            told = ", ".join(f"{kernel} {rows:,} rows {seconds:.3f} s" for kernel, rows, seconds in spans)
            flops = 2 * float(n) ** 2 * f / spans[0][2] / 1e12
            tell("features", name, run, f"{span:.3f} s (wanted: 1)", f"{n:,} x {f}", told, f"{flops:.1f} TFlop/s")
        neighbors._candidates = own
        timed = Timed(new_card(2))
        neighbors.nearest_on(timed, X, k, workers)
        tell("features", name, "us", ", ".join(f"{kernel} {us:.0f}" for kernel, us in timed.microseconds().items()))
        tell("features", name, f"recall {sampled_recall(X, distances):.4f} of a sample")
        if is_compared:
            begin = time.perf_counter()
            theirs = nearest(X, k, workers)
            span = time.perf_counter() - begin
            same = all(np.array_equal(a, b) for a, b in zip(theirs, (indices, distances), strict=True))
            tell("features", name, f"{span:.1f} s on {workers.n_jobs} threads", "the same" if same else "OTHERS")


def sampled_recall(X, distances, size=200):
    """The share of the true neighbours of some samples, by distances in float64, that are no farther than the last."""
    rng, k, X = np.random.default_rng(1), distances.shape[1], X.astype(np.float64)
    rows, X = rng.choice(len(X), size, replace=False), X - X.mean(axis=0)
    squares = np.einsum("ij,ij->i", X, X)
    table = squares[rows, None] + squares - 2 * X[rows] @ X.T
    table[np.arange(size), rows] = np.inf
    true = np.sqrt(np.maximum(np.partition(table, k - 1, axis=1)[:, :k], 0))
    return np.mean(np.sort(distances[rows], axis=1) <= np.sort(true, axis=1) * (1 + 1e-6))


def scores():
    """Bundled graphs on both devices: KL divergence, recall, seconds of the second call."""
    graphs = {
        name: getattr(sg.datasets, f"load_{name}")().adjacency for name in ("us_counties", "celegans", "pegase9241")
    }
    if TRIAL:
        graphs = {"karate_club": sg.datasets.load_karate_club().adjacency}
        stand_in()
    for name, A in graphs.items():
        for device in ("cuda", "cpu"):
            sg.SGtSNEpi(random_state=1, device=device, max_iter=20).fit(A)
            begin = time.perf_counter()
            found = [sg.SGtSNEpi(random_state=seed, device=device).fit(A) for seed in range(3)]
            span = (time.perf_counter() - begin) / 3
            kl = ", ".join(f"{each.kl_divergence_:.3f}" for each in found)
            recall = ", ".join(f"{sg.neighbor_recall(A, each.embedding_):.3f}" for each in found)
            tell("scores", name, device, f"KL {kl}", f"recall {recall}", f"{span:.2f} s a call")


def stand_in():
    """Have `embed_graph` take what stands in for a card."""
    devices.check_card, devices.Card = (lambda device: None), lambda number, d, most: new_card(d)
    devices.n_cards, devices._checked = (lambda: 1), {(0, 2)}


def shared():
    """Ranks, threads of this process, that share one card by way of the host: the same bits, however many."""
    upper = block_model(max(10**5 // SMALLER, 400))
    settings = Settings(device="cuda", max_iter=100, random_state=0, n_jobs=2, exact=False)
    graph = sg.as_graph(csr_array(upper + upper.T))
    if TRIAL:
        stand_in()
        settings = replace(settings, max_iter=10)
    blocks_of_rows.BLOCK, blocks_of_rows.MIN_BLOCK = 10, 10  # so that the smallest graph has some for each
    first = None
    for size in (2, 3, 4):
        begin = time.perf_counter()
        found = rank_threads.run(size, lambda ranks: embed(graph, settings, ranks=ranks))
        span = time.perf_counter() - begin
        wrong = [each for each in found if isinstance(each, BaseException)]
        if wrong:
            raise wrong[0]
        first = found[0].coordinates if first is None else first
        same = all(np.array_equal(each.coordinates, first) for each in found)
        tell("shared", f"{size} ranks", "the same bits" if same else "OTHER BITS", f"{span:.1f} s a call")


STAGES = {
    "embed.as_graph": "cleaning",
    "method.problem.component_numbers": "components",
    "method.lengths.pattern": "pattern",
    "method.problem.card_probabilities": "P",
    "method.problem.joint_probabilities": "P",
    "method.start.graph_distances": "paths",
    "method.start.pivot_mds": "MDS",
    "method.lengths.relaxed": "relaxation",
    "method.run.traits_of": "traits",
    "method.run.stress_of": "lengths",
    "method.run.forces_of": "forces made",
    "method.run.descended": "loop",
    "method.pipeline.widened": "end",
}


@contextmanager
def stages():
    """Seconds of the stages of a call; what is in another one counts there, too."""
    found, before = {}, []
    for path, stage in STAGES.items():
        module, name = f"sggraph.{path}".rsplit(".", 1)
        owner = importlib.import_module(module)
        whole = getattr(owner, name)
        before.append((owner, name, whole))

        def timed(*arguments, function=whole, stage=stage, **options):
            begin = time.perf_counter()
            result = function(*arguments, **options)
            found[stage] = found.get(stage, 0.0) + time.perf_counter() - begin
            return result

        setattr(owner, name, timed)
    try:
        yield found
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def whole():
    """Whole calls, from CSR, and their stages: what is left on the processor."""
    upper = block_model(10**6 // SMALLER)
    A = csr_array(upper + upper.T)
    A.data[:] = 1
    if TRIAL:
        stand_in()
    options = {"max_iter": 5} if TRIAL else {}
    for device in ("cuda", "cuda", "cpu"):
        with stages() as found:
            begin = time.perf_counter()
            sg.embed_graph(A, random_state=0, device=device, **options)
            span = time.perf_counter() - begin
        size = f"{A.shape[0]:,} nodes, {A.nnz // 2:,} edges (wanted: 3)"
        tell("whole", device, f"{span:.1f} s", size, ", ".join(f"{name} {each:.2f}" for name, each in found.items()))


def pytest_step(name, *paths):
    """Tests on the card."""

    def step():
        command = [sys.executable, "-m", "pytest", *TESTS, *paths]
        if TRIAL:
            command[command.index("-m", 3) + 1] = "not slow"
            command += ["-k", "step or ticks or levels"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        lines = done.stdout.strip().splitlines()
        print("\n".join(lines[-60:]))
        tell(name, lines[-1] if lines else done.stderr[-300:])
        for line in lines:
            if line.startswith("FAILED"):
                tell(name, line[:200])

    return step


STEPS = {  # what, and seconds at most
    "machine": (machine, 40),
    "forces": (forces, 100),
    "neighbours": (neighbours, 110),
    "blocks": (blocks, 130),
    "prepared": (prepared, 120),
    "tests": (pytest_step("tests", "tests/core/cuda/test_kernels.py"), 120),
    "graphs": (pytest_step("graphs", *(f"tests/core/cuda/test_{part}.py" for part in PARTS)), 120),
    "orchestra": (pytest_step("orchestra", "tests/core/cuda/test_forces.py"), 120),
    "lists": (pytest_step("lists", "tests/core/cuda/test_card_neighbors.py"), 60),
    "embedding": (pytest_step("embedding", "tests/cuda"), 150),
    "lattice": (lattice, 60),
    "hubs": (hubs, 100),
    "shared": (shared, 60),
    "features": (features, 110),
    "scores": (scores, 60),
    "many": (many, 120),
    "whole": (whole, 150),
}

if __name__ == "__main__":
    main()
