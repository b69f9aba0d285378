"""Several processes by MPI: the same bits, one speaks, and what befalls one of them ends all within seconds."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import mpi_calls
import networkx as nx
import numpy as np
import pytest
from isolated import HANGS, ROOT, TESTS
from scipy.sparse import save_npz

from sggraph import as_graph
from sggraph.cli import main
from sggraph.core import rows
from sggraph.core.engine import blocks
from sggraph.method.checkpoint import read_state

pytestmark = pytest.mark.jit  # ranks are processes: none can be left in their midst
pytest.importorskip("mpi4py", reason='several ranks need mpi4py: pip install "sggraph[mpi]"')
MPIEXEC = shutil.which("mpiexec", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
SOON = 15  # seconds in which all ranks end after one has; 1 to 4 measured, on a busy machine
CALLS = TESTS / "mpi_calls.py"


def start(size, *command):
    inherited = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(TESTS)])}
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([MPIEXEC, "-n", str(size), sys.executable, *map(str, command)], env=inherited, **piped)


def run(size, *command):
    """What the ranks printed, their errors and the status."""
    process = start(size, *command)
    said, errors = process.communicate(timeout=HANGS)
    return said, errors, process.returncode


@pytest.fixture(scope="module", autouse=True)
def two_processes():
    if MPIEXEC is None:
        pytest.skip('no mpiexec: pip install "sggraph[mpi]"')
    said, errors, _ = run(2, "-c", "from mpi4py import MPI; print(MPI.COMM_WORLD.size)")
    if sorted(said.split()) not in (["2", "2"], ["22"]):  # lines of both may be mixed
        pytest.skip(f"mpiexec starts no ranks that find each other: they said {said!r:.200}, {errors[-200:]}")


@pytest.fixture
def small_blocks(monkeypatch):
    for module, name in ((blocks, "BLOCK"), (blocks, "MIN_BLOCK"), (rows, "EDGES")):
        monkeypatch.setattr(module, name, {"BLOCK": 50, "MIN_BLOCK": 10, "EDGES": 200}[name])


@pytest.mark.parametrize(("size", "n_jobs"), [(2, 1), (3, 2), pytest.param(4, 1, marks=pytest.mark.slow)])
def test_the_bits_of_one_process(size, n_jobs, small_blocks):
    said, errors, _ = run(size, CALLS, "digests", n_jobs)
    assert said == mpi_calls.digests(None, 1), errors


@pytest.mark.parametrize(("size", "n_jobs"), [(2, 2), pytest.param(4, 1, marks=pytest.mark.slow)])
def test_ranks_that_have_some_rows_each(size, n_jobs, small_blocks):
    said, errors, _ = run(size, CALLS, "rows", n_jobs)
    assert said == mpi_calls.of_rows(None, 1), errors


def test_ranks_with_a_card_each():
    said, errors, _ = run(2, CALLS, "cards", 1)
    assert len(said.split()) == 3, errors
    assert said == run(3, CALLS, "cards", 1)[0]


def test_the_shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    i, j = as_graph(nx.grid_2d_graph(70, 80)).adjacency.nonzero()
    lines = ["source,target", *(f"{a},{b}" for a, b in zip(i.tolist(), j.tolist(), strict=True) if a < b)]
    Path("edges.csv").write_text("\n".join(lines))
    options = ["--max-iter", "20", "--n-jobs", "1"]
    assert main(["embed", "edges.csv", "-o", "alone.csv", "--quiet", *options]) == 0
    said, errors, status = run(2, "-m", "sggraph", "embed", "edges.csv", "-o", "two.csv", *options)
    assert status == 0, errors
    assert said.count("neighbour recall") == 1
    assert errors.count("the first process reads all of it, since a .csv file has no parts") == 1
    assert Path("two.csv").read_bytes() == Path("alone.csv").read_bytes()
    for wrong in (["embed", "no.csv"], ["embd"]):
        said, errors, status = run(2, "-m", "sggraph", *wrong)
        assert status == 2
        assert errors.count("sggraph: ") == 1, errors
        assert not said


@pytest.mark.parametrize("options", [[], ["--components", "largest", "--direction", "out"]])
def test_the_shell_reads_a_file_in_parts(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    A = as_graph(nx.disjoint_union(nx.grid_2d_graph(60, 70), nx.grid_2d_graph(20, 20))).adjacency
    save_npz("edges.npz", A[::-1][:, ::-1])
    options = [*options, "--max-iter", "20", "--n-jobs", "1", "--checkpoint", "run.npz"]
    assert main(["embed", "edges.npz", "-o", "alone.npz", *options]) == 0
    Path("run.npz").unlink()
    said, errors, status = run(3, "-m", "sggraph", "embed", "edges.npz", "-o", "three.npz", *options)
    assert status == 0, errors
    assert "no process has the whole graph" in said
    assert "reads all of it" not in errors
    assert Path("three.npz").read_bytes() == Path("alone.npz").read_bytes()


@pytest.mark.slow
def test_what_rank_0_raises_all_raise():
    _, errors, status = run(3, CALLS, "raises")
    assert status != 0
    assert errors.count("RuntimeError: the callback fails") == 3


@pytest.mark.parametrize("rank", [pytest.param(0, marks=pytest.mark.slow), 1])
def test_what_one_rank_alone_raises_ends_all_with_one_message(rank):
    begin = time.perf_counter()
    _, errors, status = run(2, CALLS, "fails", rank)
    assert status != 0
    assert errors.count("sggraph: ") == 1
    assert f"sggraph: rank {rank} of 2 ends the run: MemoryError: no room" in errors
    assert time.perf_counter() - begin < 60


def ranks_of(process, size):
    """Process ids of the ranks, once rank 0 has done an iteration."""
    pids, iteration = process.stdout.readline(), process.stdout.readline()
    assert iteration, process.stderr.read()[-2000:]
    assert len(pids.split()) == size
    return [int(pid) for pid in pids.split()]


def ended(process):
    begin = time.perf_counter()
    said, errors = process.communicate(timeout=HANGS)
    assert time.perf_counter() - begin < SOON, errors
    return said, errors


@pytest.mark.parametrize("n_kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_rank_is_killed_and_another_number_goes_on(n_kills, tmp_path, small_blocks):
    checkpoint, target = tmp_path / "run.npz", tmp_path / "Y.npy"
    rng, kills = random.Random(n_kills), 0
    while kills < n_kills:
        size = rng.choice([2, 3])
        process = start(size, CALLS, "killed", checkpoint, target, 10**6)
        pids = ranks_of(process, size)
        time.sleep(rng.uniform(0, 0.3))
        os.kill(pids[rng.randrange(size)], signal.SIGKILL)
        ended(process)
        assert process.returncode != 0
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        kills += 1
        done = read_state(checkpoint).n_iter if checkpoint.exists() else 0  # raises if it is broken
    n_iter = done + 50
    _, errors, status = run(2, CALLS, "killed", checkpoint, target, n_iter)
    assert status == 0, errors
    np.testing.assert_array_equal(np.load(target), mpi_calls.long_run(None, None, n_iter))


def test_ctrl_c_ends_all_and_the_run_goes_on(tmp_path, small_blocks):
    checkpoint, target = tmp_path / "run.npz", tmp_path / "Y.npy"
    process = start(3, CALLS, "killed", checkpoint, target, 10**6)
    ranks_of(process, 3)
    process.send_signal(signal.SIGINT)
    _, errors = ended(process)
    assert errors.count("EmbeddingInterrupted: interrupted") == 3, errors
    n_iter = read_state(checkpoint).n_iter + 50
    run(2, CALLS, "killed", checkpoint, target, n_iter)
    np.testing.assert_array_equal(np.load(target), mpi_calls.long_run(None, None, n_iter))
