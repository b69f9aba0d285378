"""The thread counts of other libraries while we use them: set for a moment, and put back even after Ctrl-C.

BLAS runs on one thread inside `one_blas_thread`: sums of long vectors differ in their last bits between one thread and
two, and our own blocks (core/engine/blocks.py) keep the cores busy. The setting belongs to the whole process, so
callers in several Python threads share one: the first lowers it, the last puts it back.
OpenMP's count belongs to the calling thread. Numba's threads serve pynndescent alone: of its threading layers,
"workqueue" aborts when two Python threads enter at once and "omp" kills a forked child of a process that has used it,
so callers take turns (`numba_turn`) and `is_numba_usable` tells a child like that.
"""

import functools
import os
import threading
from contextlib import contextmanager

from .interrupts import Interrupts

_PROCESS = os.getpid()
_blas, _turns = threading.Lock(), threading.RLock()
_users, _limited = 0, None  # of BLAS on one thread


@contextmanager
def one_blas_thread():
    """Keep BLAS on one thread.

    Examples
    --------
    >>> import numpy as np
    >>> from sggraph.runtime.threads import one_blas_thread
    >>> with one_blas_thread():
    ...     float(np.ones((2, 3)) @ np.ones(3) @ np.ones(2))
    6.0
    """
    global _users, _limited
    is_counted = False
    try:
        with Interrupts(), _blas:
            if _users == 0:
                _limited = _controller().limit(limits=1, user_api="blas")
            _users += 1
            is_counted = True
        yield
    finally:
        with Interrupts(), _blas:
            _users -= is_counted
            if is_counted and _users == 0:
                _limited.restore_original_limits()


@functools.cache
def _controller():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()  # looking for the libraries takes 3 ms, setting their threads 0.02 ms


@contextmanager
def openmp_threads(n_jobs):
    """Let OpenMP use `n_jobs` threads in this thread; one in a forked child, where GNU's would wait forever."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1 if is_forked() else n_jobs, user_api="openmp"):
        yield


@contextmanager
def numba_turn():
    """Have Numba's threads to oneself, their number put back afterwards; yields how many may be asked for."""
    from numba import get_num_threads, set_num_threads

    with _turns:
        before = get_num_threads()
        try:
            yield before
        finally:
            set_num_threads(before)


def is_forked():
    """Whether this process was forked from one in which the library had been loaded."""
    return os.getpid() != _PROCESS


def is_numba_usable():
    """Whether Numba's threads can be used: not in a forked child of a process that started them on GNU OpenMP."""
    from numba import threading_layer

    try:
        return not (is_forked() and threading_layer() == "omp")
    except ValueError:  # not started yet
        return True


def _forget():
    """In a forked child: other threads of the parent do not exist here, and give nothing back."""
    global _blas, _turns, _users
    _blas, _turns = threading.Lock(), threading.RLock()
    if _users:
        _limited.restore_original_limits()
        _users = 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
