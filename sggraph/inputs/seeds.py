"""Seeds of any kind become a NumPy Generator, which draws samples."""

from typing import Any

import numpy as np

from ..runtime.checks import is_flag, refused


def as_generator(random_state: Any) -> np.random.Generator:
    """A NumPy Generator of any kind of seed; a RandomState, as scikit-learn has it, is drawn from."""
    given = random_state
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31)
    accepted = "an integer of at least 0, a numpy.random.Generator or None"
    if is_flag(random_state):
        raise refused("random_state", given, accepted)
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise refused("random_state", given, accepted) from error


def sample(items, size, rng):
    """`size` of the items (an array) in random order; all of them as they stand where they are no more, or for None."""
    if size is None or size >= len(items):
        return items
    return rng.choice(items, size, replace=False)
