"""Numbers, counts, flags and choices that the caller gave: refused by name unless they are what is accepted.

Each check takes the name of an argument and its value; what it raises reads `name=value: give what is accepted`.
"""

import re
import sys
from numbers import Integral, Real

import numpy as np

GREATEST = 1e300  # what float64 can
ABOVE_0 = float(np.nextafter(0, 1))
MOST_JOBS = 4096
CPU, CUDA = "cpu", "cuda"
UNITS = {"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2**10, "mib": 2**20, "gib": 2**30}
LINE = 80  # characters of a value that an error shows


def refused(name, value, accepted):
    """The ValueError for an argument that is not what is `accepted`."""
    return ValueError(f"{name}={shown(value)}: give {accepted}")


def check_flag(name, value, *also):
    """Raise a ValueError unless `value` is True or False, or one of `also`."""
    if not (is_flag(value) or is_among(value, also)):
        raise refused(name, value, listed((True, False, *also)))


def check_choice(name, value, *choices):
    """Raise a ValueError unless `value` is one of `choices`: words, True, False, None."""
    if not is_among(value, choices):
        raise refused(name, value, listed(choices))


def check_number(name, value, least, most, accepted):
    """Raise a ValueError unless `value` is a number from `least` to `most`; `accepted` says what it is."""
    if not is_number(value, least, most):
        bounds = "" if most in (1, GREATEST) else f", from {least:g} to {most:g}"
        raise refused(name, value, f"{accepted}{bounds}")


def check_whole(name, value, least, most=np.inf, accepted="a whole number"):
    """Raise a ValueError unless `value` is a whole number from `least` to `most`; `accepted` says of what."""
    if not (is_whole(value) and least <= value <= most):
        bounds = f" of at least {least}" if most == np.inf else f" from {least} to {most}"
        raise refused(name, value, f"{accepted}{bounds}")


def check_count(name, value):
    """Raise a ValueError unless `value` is a whole number of at least 1, or None for all."""
    if value is not None and not (is_whole(value) and value >= 1):
        raise refused(name, value, "a whole number of at least 1, or None for all")


def check_n_jobs(name, n_jobs):
    """Raise a ValueError unless `n_jobs` is a number of threads, -1 or None."""
    if n_jobs is not None and not (is_whole(n_jobs) and (n_jobs == -1 or 1 <= n_jobs <= MOST_JOBS)):
        raise refused(name, n_jobs, f"a number of threads, or -1 or None for all cores (at most {MOST_JOBS})")


def check_device(name, device):
    """Raise a ValueError unless it is the name of a processor or a graphics card."""
    if not isinstance(device, str) or not (device == CPU or re.fullmatch(r"cuda(:[0-9]{1,3})?", device)):
        raise refused(name, device, "'cpu', 'cuda' for the first graphics card, or 'cuda:1' for another")


def as_bytes(max_memory):
    """The number of bytes that `max_memory` means, a number or text such as "4GB"."""
    number = max_memory
    if isinstance(max_memory, str):
        found = re.fullmatch(r"\s*(\d+\.?\d*)\s*([a-z]*)\s*", max_memory.lower())
        number = float(found[1]) * UNITS[found[2]] if found and found[2] in UNITS else None
    if not is_number(number, ABOVE_0, GREATEST):
        raise refused("max_memory", max_memory, "a number of bytes above 0 or text such as '4GB'")
    return int(min(number, sys.maxsize))


def is_auto(value):
    """Whether it is the word "auto"."""
    return is_among(value, ("auto",))


def is_among(value, choices):
    """Whether it is one of `choices`: words, True, False, None."""
    return any(value is choice or (isinstance(value, str) and value == choice) for choice in choices)


def is_number(value, least, most):
    """Whether it is a real number from `least` to `most`, which a flag is not."""
    try:
        return isinstance(value, Real) and not is_flag(value) and least <= float(value) <= most
    except OverflowError:
        return False


def is_whole(value):
    """Whether it is a whole number, which a flag is not."""
    return isinstance(value, Integral) and not is_flag(value)


def is_flag(value):
    """Whether it is True or False, of Python or NumPy."""
    return isinstance(value, (bool, np.bool_))


def is_missing(value):
    """Whether it stands for nothing: None, NaN, and the NA and NaT of pandas and NumPy."""
    if value is None or type(value).__name__ == "NAType":
        return True
    differs = value != value  # of itself only what is no number and no time
    return is_flag(differs) and bool(differs)


def listed(choices):
    """The choices as text: "'out', 'in' or None"."""
    *others, last = map(repr, choices)
    return f"{', '.join(others)} or {last}" if others else last


def shown(value):
    """What the caller gave, cut to a line."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python refuses to print integers of more than 4,300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= LINE else f"{text[:LINE]}..."
