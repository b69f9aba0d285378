"""Ctrl-C works in every test, and with the JIT off slow tests are left.

A shell starts what ends in & with interrupts ignored, which Python inherits; here they raise as in a terminal.

With the JIT off the kernels are hundreds of times slower: a test that is not done in time is skipped then. What it has
run so far counts as covered; that it passes is shown with the JIT on. Tests marked `jit` are skipped as
well, those of compiled code and of pynndescent, which needs it. Kernels run in the thread that calls them: pure Python
gains nothing from threads, and a test cannot be left while threads of its own are at work.
"""

import signal
import threading

import numba
import numpy as np
import pytest

from sggraph.core.engine import blocks
from sggraph.method import estimate as estimation

PATIENCE = 2  # seconds, for the fixtures and for the test


def limited(item):
    """Skip what takes longer."""
    reason, late = f"takes more than {PATIENCE} seconds with the JIT off", []

    def stop(*_):
        others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
        if any(not thread.daemon for thread in others):  # tqdm has a daemon that never ends
            signal.alarm(1)
        else:
            late.append(True)
            pytest.skip(reason)

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        return (yield)
    except Exception:
        if late:  # hypothesis takes the skip for an error of its own where it draws
            pytest.skip(reason)
        raise
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def pytest_collection_modifyitems(items):
    """Skip the tests of what is compiled."""
    if numba.config.DISABLE_JIT:
        for item in items:
            if item.get_closest_marker("jit"):
                item.add_marker(pytest.mark.skip(reason="nothing is compiled with the JIT off"))


if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if numba.config.DISABLE_JIT and hasattr(signal, "SIGALRM"):
    np.seterr(over="ignore")  # integers of hashes wrap, of which compiled code does not warn
    blocks.Workers.n_helpers = lambda self, n_blocks: 0
    estimation._compile = lambda *of: None  # a run of seconds here
    pytest_runtest_setup = pytest.hookimpl(wrapper=True)(limited)
    pytest_runtest_call = pytest.hookimpl(wrapper=True)(limited)
