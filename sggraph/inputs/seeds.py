"""Seeds of any kind become a NumPy Generator, which draws samples."""

from typing import Any

import numpy as np

from ..runtime.checks import is_flag, refused, shown


def as_generator(random_state: Any, name: str = "random_state") -> np.random.Generator:
    """A NumPy Generator of any kind of seed; a RandomState, as scikit-learn has it, is drawn from."""
    given = random_state
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31)
    accepted = "an integer of at least 0, a numpy.random.Generator or None"
    if is_flag(random_state):
        raise refused(name, given, accepted)
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise refused(name, given, accepted) from error


def one_seed(random_state: Any, rng: Any, name: str = "random_state") -> Any:
    """The seed of a call that has two names for it, `rng` as of SPEC 7 and `name`, of which at most one is given."""
    if random_state is not None and rng is not None:
        raise refused("rng", rng, f"it or {name}={shown(random_state)}, not both: they are the same")
    if rng is None:
        return random_state
    if not isinstance(rng, np.random.RandomState):  # of which a generator would draw
        as_generator(rng, "rng")
    return rng


def sample(items, size, rng):
    """`size` of the items (an array) in random order; all of them as they stand where they are no more, or for None."""
    if size is None or size >= len(items):
        return items
    return rng.choice(items, size, replace=False)
