"""Warnings that point at the caller's line, however deep in the package the reason is found."""

import sys
import warnings

PASSED = {__name__.split(".")[0], "sklearn"}  # the methods of an estimator are called through wrappers and pipelines


def warn(message: str, category: type[Warning]) -> None:
    """Issue a warning from the first frame outside this package and scikit-learn."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] in PASSED:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
