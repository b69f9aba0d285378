"""What the caller gave, checked."""

from numbers import Integral, Real
from os import PathLike

import numpy as np

from .core.descent import Phase
from .schedule import Schedule

AUTO_LAMBDA = 10.0
COMPONENTS = ("auto", "pack", "together", "largest")
FACTORS = 1e-6, 1e30  # what float32 can multiply coordinates and forces by
GREATEST = 1e300  # what float64 can
MOST_ITER = 10**7  # days on a graph of a thousand nodes; a typo beyond that
MOST_JOBS = 4096


def check_options(d, lambda_, local_weights, components, n_jobs, options):
    """Raise a ValueError that names the first argument out of range; `options` are those of the loop."""
    if not (_is_whole(d) and d in (1, 2, 3)):
        raise ValueError(f"d={_shown(d)}: the embedding can have 1, 2 or 3 dimensions")
    check_lambda(lambda_)
    _check_number("balance", options["balance"], 0, 1, "a number from 0 (shape) to 1 (neighbourhoods)")
    if not (is_auto(local_weights) or _is_flag(local_weights)):
        raise ValueError(f"local_weights={_shown(local_weights)}: give True, False or 'auto'")
    if not (isinstance(components, str) and components in COMPONENTS):
        raise ValueError(f"components={_shown(components)}: give one of {', '.join(map(repr, COMPONENTS))}")
    if options["schedule"] is not None:
        check_schedule(options["schedule"])
    check_n_jobs(n_jobs)
    for name in ("max_iter", "early_exag"):
        if not is_auto(options[name]):
            _check_whole(name, options[name], 0, MOST_ITER, "'auto' or a number of iterations")
    for name in ("alpha", "exaggeration", "eta"):
        if not is_auto(options[name]):
            _check_number(name, options[name], *FACTORS, "'auto' or a number above 0")
    if options["h"] is not None:
        _check_number("h", options["h"], *FACTORS, "None (automatic) or a cell side above 0")
    if not (options["exact"] is None or _is_flag(options["exact"])):
        raise ValueError(f"exact={_shown(options['exact'])}: give True, False or None (automatic)")
    if options["callback"] is not None and not callable(options["callback"]):
        raise ValueError(
            f"callback={_shown(options['callback'])}: give a function of iteration, Y, KL and gradient norm"
        )
    _check_whole("callback_every", options["callback_every"], 1, np.inf, "a number of iterations")


def check_keeping(checkpoint, checkpoint_every, on_interrupt):
    """Raise a ValueError that names the first argument out of range."""
    if checkpoint is not None and (not isinstance(checkpoint, (str, PathLike)) or not str(checkpoint)):
        raise ValueError(f"checkpoint={_shown(checkpoint)}: give the name of a file, or None for no checkpoint")
    _check_whole("checkpoint_every", checkpoint_every, 1, np.inf, "a number of iterations")
    if not (isinstance(on_interrupt, str) and on_interrupt in ("raise", "return")):
        raise ValueError(f"on_interrupt={_shown(on_interrupt)}: give 'raise' or 'return'")


def check_flags(**flags):
    """Raise a ValueError that names the first argument that is neither True nor False."""
    for name, value in flags.items():
        if not _is_flag(value):
            raise ValueError(f"{name}={_shown(value)}: give True or False")


def check_schedule(schedule):
    """Raise a ValueError unless `schedule` is a Schedule of numbers that a run can follow."""
    if not isinstance(schedule, Schedule):
        raise ValueError(f"schedule={_shown(schedule)}: give a sggraph.Schedule, or None for an automatic one")
    phases = schedule.phases
    if not isinstance(phases, (tuple, list)) or not all(isinstance(phase, Phase) for phase in phases):
        raise ValueError(f"schedule has the phases {_shown(phases)}: give a tuple of sggraph.Phase")
    if schedule.length is not None:
        _check_number("schedule.length", schedule.length, *FACTORS, "the length of an edge, above 0, or None")
    for k, phase in enumerate(phases):
        name = f"schedule.phases[{k}]"
        _check_whole(f"{name}.n_iter", phase.n_iter, 0, MOST_ITER, "a number of iterations")
        _check_number(f"{name}.exaggeration", phase.exaggeration, *FACTORS, "a number above 0")
        _check_number(f"{name}.eta", phase.eta, *FACTORS, "a number above 0")
        _check_number(f"{name}.momentum", phase.momentum, 0, 1, "a share of the last step")
        for limit, accepted in (("max_step", "a length"), ("max_gain", "a factor")):
            _check_number(f"{name}.{limit}", getattr(phase, limit), FACTORS[0], np.inf, f"{accepted} or infinity")
        for weight in ("stress", "evenness"):
            _check_number(f"{name}.{weight}", getattr(phase, weight), 0, FACTORS[1], "a weight of at least 0")
        _check_number(f"{name}.grow", phase.grow, 0, 1, "a power")


def check_lambda(lambda_):
    """Raise a ValueError unless `lambda_` is "auto", None or a number of at least 1."""
    if lambda_ is not None and not is_auto(lambda_):
        _check_number("lambda_", lambda_, 1, GREATEST, "'auto', None or a number of at least 1, such as 10")


def check_n_jobs(n_jobs):
    """Raise a ValueError unless `n_jobs` is a number of threads, -1 or None."""
    if n_jobs is not None and not (_is_whole(n_jobs) and (n_jobs == -1 or 1 <= n_jobs <= MOST_JOBS)):
        accepted = f"a number of threads, or -1 or None for all cores (at most {MOST_JOBS})"
        raise ValueError(f"n_jobs={_shown(n_jobs)}: give {accepted}")


def as_lambda(lambda_):
    """The number that "auto" stands for."""
    return AUTO_LAMBDA if isinstance(lambda_, str) else lambda_


def as_generator(random_state):
    """A NumPy Generator of any kind of seed; a RandomState, as scikit-learn has it, is drawn from."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**31)
    try:
        if _is_flag(random_state):
            raise TypeError("a flag is no seed")
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        accepted = "give an integer of at least 0, a numpy.random.Generator or None"
        raise ValueError(f"random_state={_shown(random_state)}: {accepted}") from error


def is_auto(value):
    """Whether it is the word "auto"."""
    return isinstance(value, str) and value == "auto"


def _check_number(name, value, least, most, accepted):
    try:
        fits = isinstance(value, Real) and not _is_flag(value) and least <= float(value) <= most
    except OverflowError:
        fits = False
    if not fits:
        bounds = "" if most in (1, GREATEST) else f", from {least:g} to {most:g}"
        raise ValueError(f"{name}={_shown(value)}: give {accepted}{bounds}")


def _check_whole(name, value, least, most, accepted):
    if not (_is_whole(value) and least <= value <= most):
        bounds = f" of at least {least}" if most == np.inf else f" of at least {least} and at most {most}"
        raise ValueError(f"{name}={_shown(value)}: give {accepted}{bounds}")


def _is_whole(value):
    return isinstance(value, Integral) and not _is_flag(value)


def _is_flag(value):
    return isinstance(value, (bool, np.bool_))


def _shown(value):
    """What the caller gave, cut to a line."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python refuses to print integers of more than 4,300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:80]}..."
