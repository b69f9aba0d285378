"""Seeded samples without replacement, for scores that cannot look at everything."""

from numbers import Integral


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
