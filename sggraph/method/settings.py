"""What the caller gave, checked."""

from os import PathLike

import numpy as np

from ..core.descent import Phase
from ..inputs.checks import GREATEST, check_n_jobs, check_number, check_whole, is_auto, is_flag, is_whole, shown
from .schedule import Schedule

AUTO_LAMBDA = 10.0
COMPONENTS = ("auto", "pack", "together", "largest")
FACTORS = 1e-6, 1e30  # what float32 can multiply coordinates and forces by
MOST_ITER = 10**7  # days on a graph of a thousand nodes; a typo beyond that


def check_options(d, lambda_, local_weights, components, n_jobs, options):
    """Raise a ValueError that names the first argument out of range; `options` are those of the loop."""
    if not (is_whole(d) and d in (1, 2, 3)):
        raise ValueError(f"d={shown(d)}: the embedding can have 1, 2 or 3 dimensions")
    check_lambda(lambda_)
    check_number("balance", options["balance"], 0, 1, "a number from 0 (shape) to 1 (neighbourhoods)")
    if not (is_auto(local_weights) or is_flag(local_weights)):
        raise ValueError(f"local_weights={shown(local_weights)}: give True, False or 'auto'")
    if not (isinstance(components, str) and components in COMPONENTS):
        raise ValueError(f"components={shown(components)}: give one of {', '.join(map(repr, COMPONENTS))}")
    if options["schedule"] is not None:
        check_schedule(options["schedule"])
    check_n_jobs(n_jobs)
    for name in ("max_iter", "early_exag"):
        if not is_auto(options[name]):
            check_whole(name, options[name], 0, MOST_ITER, "'auto' or a number of iterations")
    for name in ("alpha", "exaggeration", "eta"):
        if not is_auto(options[name]):
            check_number(name, options[name], *FACTORS, "'auto' or a number above 0")
    if options["h"] is not None:
        check_number("h", options["h"], *FACTORS, "None (automatic) or a cell side above 0")
    if not (options["exact"] is None or is_flag(options["exact"])):
        raise ValueError(f"exact={shown(options['exact'])}: give True, False or None (automatic)")
    if options["callback"] is not None and not callable(options["callback"]):
        raise ValueError(
            f"callback={shown(options['callback'])}: give a function of iteration, Y, KL and gradient norm"
        )
    check_whole("callback_every", options["callback_every"], 1, np.inf, "a number of iterations")


def check_keeping(checkpoint, checkpoint_every, on_interrupt):
    """Raise a ValueError that names the first argument out of range."""
    if checkpoint is not None and (not isinstance(checkpoint, (str, PathLike)) or not str(checkpoint)):
        raise ValueError(f"checkpoint={shown(checkpoint)}: give the name of a file, or None for no checkpoint")
    check_whole("checkpoint_every", checkpoint_every, 1, np.inf, "a number of iterations")
    if not (isinstance(on_interrupt, str) and on_interrupt in ("raise", "return")):
        raise ValueError(f"on_interrupt={shown(on_interrupt)}: give 'raise' or 'return'")


def check_schedule(schedule):
    """Raise a ValueError unless `schedule` is a Schedule of numbers that a run can follow."""
    if not isinstance(schedule, Schedule):
        raise ValueError(f"schedule={shown(schedule)}: give a sggraph.Schedule, or None for an automatic one")
    phases = schedule.phases
    if not isinstance(phases, (tuple, list)) or not all(isinstance(phase, Phase) for phase in phases):
        raise ValueError(f"schedule has the phases {shown(phases)}: give a tuple of sggraph.Phase")
    if schedule.length is not None:
        check_number("schedule.length", schedule.length, *FACTORS, "the length of an edge, above 0, or None")
    for k, phase in enumerate(phases):
        name = f"schedule.phases[{k}]"
        check_whole(f"{name}.n_iter", phase.n_iter, 0, MOST_ITER, "a number of iterations")
        check_number(f"{name}.exaggeration", phase.exaggeration, *FACTORS, "a number above 0")
        check_number(f"{name}.eta", phase.eta, *FACTORS, "a number above 0")
        check_number(f"{name}.momentum", phase.momentum, 0, 1, "a share of the last step")
        for limit, accepted in (("max_step", "a length"), ("max_gain", "a factor")):
            check_number(f"{name}.{limit}", getattr(phase, limit), FACTORS[0], np.inf, f"{accepted} or infinity")
        for weight in ("stress", "evenness"):
            check_number(f"{name}.{weight}", getattr(phase, weight), 0, FACTORS[1], "a weight of at least 0")
        check_number(f"{name}.grow", phase.grow, 0, 1, "a power")


def check_lambda(lambda_):
    """Raise a ValueError unless `lambda_` is "auto", None or a number of at least 1."""
    if lambda_ is not None and not is_auto(lambda_):
        check_number("lambda_", lambda_, 1, GREATEST, "'auto', None or a number of at least 1, such as 10")


def as_lambda(lambda_):
    """The number that "auto" stands for."""
    return AUTO_LAMBDA if isinstance(lambda_, str) else lambda_
