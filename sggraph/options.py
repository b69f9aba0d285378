"""What the caller gave, checked, and the schedule of the descent made from it."""

from numbers import Integral, Real

import numpy as np

from .core.descent import Phase

AUTO_ALPHA = 4.0
AUTO_EARLY_EXAG = 100
AUTO_MAX_ITER = 500
EARLY_MOMENTUM, MOMENTUM = 0.5, 0.8


def check_options(d, lambda_, local_weights, n_jobs, options):
    """Raise a ValueError that names the first argument out of range; `options` are those of the loop."""
    if not (_is_whole(d) and d in (1, 2, 3)):
        raise ValueError(f"d={d!r}: the embedding can have 1, 2 or 3 dimensions")
    if lambda_ is not None:
        _check_number("lambda_", lambda_, 1, "None or a number of at least 1, such as 10")
    if local_weights not in (True, False, "auto"):
        raise ValueError(f"local_weights={local_weights!r}: give True, False or 'auto'")
    check_n_jobs(n_jobs)
    for name in ("max_iter", "early_exag"):
        if options[name] != "auto" and not (_is_whole(options[name]) and options[name] >= 0):
            raise ValueError(f"{name}={options[name]!r}: give 'auto' or a number of iterations of at least 0")
    for name in ("alpha", "eta"):
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


def check_n_jobs(n_jobs):
    """Raise a ValueError unless `n_jobs` is a number of threads, -1 or None."""
    if n_jobs is not None and not (_is_whole(n_jobs) and (n_jobs == -1 or n_jobs >= 1)):
        raise ValueError(f"n_jobs={n_jobs!r}: give a number of threads, or -1 or None for all cores")


def make_schedule(n, options):
    """Two phases, exaggerated and plain; explicit numbers are obeyed to the letter.

    "auto": attraction times 4 for the first 100 of 500 iterations, from a start by pivot MDS. A stronger exaggeration
    (12 for 250, as published for random starts) tears the overall shape that the start brings. eta = n / exaggeration
    (Belkina et al., Nature Communications 10:5415, 2019).
    """
    max_iter = AUTO_MAX_ITER if options["max_iter"] == "auto" else int(options["max_iter"])
    early = options["early_exag"]
    early = min(AUTO_EARLY_EXAG, max_iter // 2) if early == "auto" else min(int(early), max_iter)
    alpha = AUTO_ALPHA if options["alpha"] == "auto" else float(options["alpha"])

    def phase(n_iter, exaggeration, momentum):
        eta = max(n / exaggeration, 1.0) if options["eta"] == "auto" else float(options["eta"])
        return Phase(n_iter, exaggeration, eta, momentum)

    return phase(early, alpha, EARLY_MOMENTUM), phase(max_iter - early, 1.0, MOMENTUM)


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
