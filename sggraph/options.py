"""What the caller gave, checked."""

from numbers import Integral, Real

import numpy as np

from .schedule import Schedule

AUTO_LAMBDA = 10.0
COMPONENTS = ("auto", "pack", "together", "largest")


def check_options(d, lambda_, local_weights, components, n_jobs, options):
    """Raise a ValueError that names the first argument out of range; `options` are those of the loop."""
    if not (_is_whole(d) and d in (1, 2, 3)):
        raise ValueError(f"d={d!r}: the embedding can have 1, 2 or 3 dimensions")
    check_lambda(lambda_)
    balance = options["balance"]
    _check_number("balance", balance, 0, "a number from 0 (shape) to 1 (neighbourhoods)")
    if balance > 1:
        raise ValueError(f"balance={balance!r}: give a number from 0 (shape) to 1 (neighbourhoods)")
    if local_weights not in (True, False, "auto"):
        raise ValueError(f"local_weights={local_weights!r}: give True, False or 'auto'")
    if components not in COMPONENTS:
        raise ValueError(f"components={components!r}: give one of {', '.join(map(repr, COMPONENTS))}")
    if options["schedule"] is not None and not isinstance(options["schedule"], Schedule):
        raise ValueError(f"schedule={options['schedule']!r}: give a sggraph.Schedule, or None for an automatic one")
    check_n_jobs(n_jobs)
    for name in ("max_iter", "early_exag"):
        if options[name] != "auto" and not (_is_whole(options[name]) and options[name] >= 0):
            raise ValueError(f"{name}={options[name]!r}: give 'auto' or a number of iterations of at least 0")
    for name in ("alpha", "exaggeration", "eta"):
        if options[name] != "auto":
            _check_number(name, options[name], 0, "'auto' or a number above 0", exclusive=True)
    if options["h"] is not None:
        _check_number("h", options["h"], 0, "None (automatic) or a cell side above 0", exclusive=True)
    if options["exact"] not in (True, False, None):
        raise ValueError(f"exact={options['exact']!r}: give True, False or None (automatic)")
    if options["callback"] is not None and not callable(options["callback"]):
        raise ValueError(f"callback={options['callback']!r}: give a function of iteration, Y, KL and gradient norm")
    if not (_is_whole(options["callback_every"]) and options["callback_every"] >= 1):
        raise ValueError(f"callback_every={options['callback_every']!r}: give a number of iterations of at least 1")


def check_lambda(lambda_):
    """Raise a ValueError unless `lambda_` is "auto", None or a number of at least 1."""
    if lambda_ is not None and not (isinstance(lambda_, str) and lambda_ == "auto"):
        _check_number("lambda_", lambda_, 1, "'auto', None or a number of at least 1, such as 10")


def check_n_jobs(n_jobs):
    """Raise a ValueError unless `n_jobs` is a number of threads, -1 or None."""
    if n_jobs is not None and not (_is_whole(n_jobs) and (n_jobs == -1 or n_jobs >= 1)):
        raise ValueError(f"n_jobs={n_jobs!r}: give a number of threads, or -1 or None for all cores")


def as_lambda(lambda_):
    """The number that "auto" stands for."""
    return AUTO_LAMBDA if isinstance(lambda_, str) else lambda_


def as_generator(random_state):
    """A NumPy Generator of any kind of seed; a RandomState, as scikit-learn has it, is drawn from."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31)
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        accepted = "give an integer of at least 0, a numpy.random.Generator or None"
        raise ValueError(f"random_state={random_state!r}: {accepted}") from error


def _check_number(name, value, least, accepted, *, exclusive=False):
    fits = isinstance(value, Real) and not isinstance(value, bool) and np.isfinite(value)
    if not (fits and (value > least if exclusive else value >= least)):
        raise ValueError(f"{name}={value!r}: give {accepted}")


def _is_whole(value):
    return isinstance(value, Integral) and not isinstance(value, bool)
