"""Run Python in a process of its own, with a time limit and with what the test wants of its environment."""

import os
import subprocess
import sys
from pathlib import Path

import sggraph

ROOT = Path(sggraph.__file__).parents[1]
TESTS = Path(__file__).parent
HANGS = 1200  # seconds: far more than any of these takes on a busy machine that compiles, less than for ever
THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_THREADING_LAYER")


def run(*arguments, root=ROOT, **environment):
    """What ``python *arguments`` printed; fails with its errors if it was killed or hangs."""
    inherited = {name: value for name, value in os.environ.items() if name not in THREADS}
    inherited["PYTHONPATH"] = os.pathsep.join([str(root), str(TESTS)])
    environment = {name: value for name, value in (inherited | environment).items() if value is not None}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=environment,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=HANGS,
    )
    assert done.returncode == 0, f"status {done.returncode}\n{done.stderr[-3000:]}"
    return done.stdout
