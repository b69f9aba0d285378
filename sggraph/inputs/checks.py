"""Numbers, flags, seeds and counts that the caller gave: checked, or refused by name."""

from numbers import Integral, Real
from typing import Any

import numpy as np

GREATEST = 1e300  # what float64 can
MOST_JOBS = 4096


def check_flag(name, value):
    """Raise a ValueError unless `value` is True or False."""
    if not is_flag(value):
        raise ValueError(f"{name}={shown(value)}: give True or False")


def check_n_jobs(name, n_jobs):
    """Raise a ValueError unless `n_jobs` is a number of threads, -1 or None."""
    if n_jobs is not None and not (is_whole(n_jobs) and (n_jobs == -1 or 1 <= n_jobs <= MOST_JOBS)):
        accepted = f"a number of threads, or -1 or None for all cores (at most {MOST_JOBS})"
        raise ValueError(f"{name}={shown(n_jobs)}: give {accepted}")


def as_generator(random_state: Any) -> np.random.Generator:
    """A NumPy Generator of any kind of seed; a RandomState, as scikit-learn has it, is drawn from."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31)
    try:
        if is_flag(random_state):
            raise TypeError("a flag is no seed")
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        accepted = "give an integer of at least 0, a numpy.random.Generator or None"
        raise ValueError(f"random_state={shown(random_state)}: {accepted}") from error


def is_auto(value):
    """Whether it is the word "auto"."""
    return isinstance(value, str) and value == "auto"


def check_number(name, value, least, most, accepted):
    """Raise a ValueError unless `value` is a number from `least` to `most`; `accepted` says what it is."""
    try:
        fits = isinstance(value, Real) and not is_flag(value) and least <= float(value) <= most
    except OverflowError:
        fits = False
    if not fits:
        bounds = "" if most in (1, GREATEST) else f", from {least:g} to {most:g}"
        raise ValueError(f"{name}={shown(value)}: give {accepted}{bounds}")


def check_whole(name, value, least, most, accepted):
    """Raise a ValueError unless `value` is a whole number from `least` to `most`; `accepted` says of what."""
    if not (is_whole(value) and least <= value <= most):
        bounds = f" of at least {least}" if most == np.inf else f" of at least {least} and at most {most}"
        raise ValueError(f"{name}={shown(value)}: give {accepted}{bounds}")


def is_whole(value):
    """Whether it is a whole number, which a flag is not."""
    return isinstance(value, Integral) and not is_flag(value)


def is_flag(value):
    """Whether it is True or False, of Python or NumPy."""
    return isinstance(value, (bool, np.bool_))


def shown(value):
    """What the caller gave, cut to a line."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python refuses to print integers of more than 4,300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:80]}..."


def check_count(name, value, *, all_allowed=True):
    """Raise a ValueError unless `value` is a whole number of at least 1, or None for all."""
    is_count = isinstance(value, Integral) and not isinstance(value, bool) and value >= 1
    if not is_count and not (value is None and all_allowed):
        accepted = "a whole number of at least 1" + (", or None for all" if all_allowed else "")
        raise ValueError(f"{name}={value!r}: give {accepted}")


def sample(items, size, rng):
    """`size` of the items (an array) in random order; all of them as they stand where they are no more, or for None."""
    if size is None or size >= len(items):
        return items
    return rng.choice(items, size, replace=False)
