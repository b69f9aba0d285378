"""A line on the screen when kernels have to be compiled: a first call takes seconds, and nothing else tells why."""

import sys

from ..core.engine import jit

LINE = "sggraph: compiling, once for this machine: 3 to 8 seconds"
_told = []


def tell_of_compiling():
    """Have it said, once, before the first kernel that the cache does not have."""
    jit.before_compiling = _tell


def _tell():
    waits = "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())
    if waits and not _told:
        _told.append(LINE)
        sys.stderr.write(LINE + "\n")
