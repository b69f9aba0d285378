"""Warnings that point at the caller's line, however deep in the package the reason is found."""

import sys
import warnings
from contextlib import contextmanager
from contextvars import ContextVar

PASSED = {__name__.split(".")[0], "sklearn"}  # the methods of an estimator are called through wrappers and pipelines

_untold: ContextVar[tuple[type[Warning], ...]] = ContextVar("untold", default=())


@contextmanager
def untold(category):
    """Context without warnings of a category, in this thread alone: `warnings.catch_warnings` changes the filters of
    the whole process, and of two threads that leave it one would put back what the other had set, for ever.
    """
    before = _untold.set((*_untold.get(), category))
    try:
        yield
    finally:
        _untold.reset(before)


def warn(message: str, category: type[Warning]) -> None:
    """Issue a warning from the first frame outside this package and scikit-learn, unless it is `untold`."""
    if issubclass(category, _untold.get()):
        return
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] in PASSED:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
