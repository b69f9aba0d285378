"""`Settings`: all that a caller can ask of an embedding, each parameter once, checked in one place.

A field is a name, a default and a check; those that only say how a run goes, and not what comes out of it, say so. What
they mean is told where users read it, in the docstring of `embed_graph`.
"""

from dataclasses import dataclass, field, fields
from os import PathLike

import numpy as np

from ..core.descent import Phase
from ..inputs.checks import (
    GREATEST,
    check_flag,
    check_n_jobs,
    check_number,
    check_whole,
    is_auto,
    is_flag,
    is_whole,
    shown,
)
from .schedule import Schedule

AUTO_LAMBDA = 10.0  # as in the publications
COMPONENTS = ("auto", "pack", "together", "largest")
FACTORS = 1e-6, 1e30  # what float32 can multiply coordinates and forces by
MOST_ITER = 10**7  # days on a graph of a thousand nodes; a typo beyond that


def check_d(name, d):
    """Raise a ValueError unless it is a dimension that the core can embed in."""
    if not (is_whole(d) and d in (1, 2, 3)):
        raise ValueError(f"{name}={shown(d)}: the embedding can have 1, 2 or 3 dimensions")


def check_lambda(name, lambda_):
    """Raise a ValueError unless it is "auto", None or a number of at least 1."""
    if lambda_ is not None and not is_auto(lambda_):
        check_number(name, lambda_, 1, GREATEST, "'auto', None or a number of at least 1, such as 10")


def check_components(name, components):
    """Raise a ValueError unless it names a way with several components."""
    if not (isinstance(components, str) and components in COMPONENTS):
        raise ValueError(f"{name}={shown(components)}: give one of {', '.join(map(repr, COMPONENTS))}")


def check_auto_or_flag(name, value):
    """Raise a ValueError unless it is "auto", True or False."""
    if not (is_auto(value) or is_flag(value)):
        raise ValueError(f"{name}={shown(value)}: give True, False or 'auto'")


def check_none_or_flag(name, value):
    """Raise a ValueError unless it is None, True or False."""
    if not (value is None or is_flag(value)):
        raise ValueError(f"{name}={shown(value)}: give True, False or None (automatic)")


def check_balance(name, balance):
    """Raise a ValueError unless it is a position of the dial."""
    check_number(name, balance, 0, 1, "a number from 0 (shape) to 1 (neighbourhoods)")


def check_iterations(name, n_iter):
    """Raise a ValueError unless it is "auto" or a number of iterations."""
    if not is_auto(n_iter):
        check_whole(name, n_iter, 0, MOST_ITER, "'auto' or a number of iterations")


def check_factor(name, factor):
    """Raise a ValueError unless it is "auto" or a number that float32 can multiply by."""
    if not is_auto(factor):
        check_number(name, factor, *FACTORS, "'auto' or a number above 0")


def check_side(name, h):
    """Raise a ValueError unless it is None or the side of a cell."""
    if h is not None:
        check_number(name, h, *FACTORS, "None (automatic) or a cell side above 0")


def check_callback(name, callback):
    """Raise a ValueError unless it is None or can be called."""
    if callback is not None and not callable(callback):
        raise ValueError(f"{name}={shown(callback)}: give a function of iteration, Y, KL and gradient norm")


def check_every(name, every):
    """Raise a ValueError unless it is a number of iterations between two events."""
    check_whole(name, every, 1, np.inf, "a number of iterations")


def check_checkpoint(name, checkpoint):
    """Raise a ValueError unless it is None or the name of a file."""
    if checkpoint is not None and (not isinstance(checkpoint, (str, PathLike)) or not str(checkpoint)):
        raise ValueError(f"{name}={shown(checkpoint)}: give the name of a file, or None for no checkpoint")


def check_on_interrupt(name, on_interrupt):
    """Raise a ValueError unless it says what Ctrl-C does."""
    if not (isinstance(on_interrupt, str) and on_interrupt in ("raise", "return")):
        raise ValueError(f"{name}={shown(on_interrupt)}: give 'raise' or 'return'")


def check_schedule(name, schedule):
    """Raise a ValueError unless it is None or a Schedule of numbers that a run can follow."""
    if schedule is None:
        return
    if not isinstance(schedule, Schedule):
        raise ValueError(f"{name}={shown(schedule)}: give a sggraph.Schedule, or None for an automatic one")
    phases = schedule.phases
    if not isinstance(phases, (tuple, list)) or not all(isinstance(phase, Phase) for phase in phases):
        raise ValueError(f"{name} has the phases {shown(phases)}: give a tuple of sggraph.Phase")
    if schedule.length is not None:
        check_number(f"{name}.length", schedule.length, *FACTORS, "the length of an edge, above 0, or None")
    for k, phase in enumerate(phases):
        _check_phase(f"{name}.phases[{k}]", phase)


def _check_phase(name, phase):
    check_whole(f"{name}.n_iter", phase.n_iter, 0, MOST_ITER, "a number of iterations")
    check_number(f"{name}.exaggeration", phase.exaggeration, *FACTORS, "a number above 0")
    check_number(f"{name}.eta", phase.eta, *FACTORS, "a number above 0")
    check_number(f"{name}.momentum", phase.momentum, 0, 1, "a share of the last step")
    check_number(f"{name}.max_step", phase.max_step, FACTORS[0], np.inf, "a length or infinity")
    check_number(f"{name}.max_gain", phase.max_gain, FACTORS[0], np.inf, "a factor or infinity")
    check_number(f"{name}.stress", phase.stress, 0, FACTORS[1], "a weight of at least 0")
    check_number(f"{name}.evenness", phase.evenness, 0, FACTORS[1], "a weight of at least 0")
    check_number(f"{name}.grow", phase.grow, 0, 1, "a power")


def asked(default, check=None, **metadata):
    """A field of `Settings`; `check(name, value)` raises what tells the caller how to ask."""
    return field(default=default, metadata={"check": check, **metadata})


@dataclass(frozen=True, kw_only=True, eq=False)
class Settings:
    """The parameters of `embed_graph` but for the graph and how it is read; checked, never changed.

    A run can go on from a state only if what ``decides`` is the same; what makes the schedule is compared there, see
    `state.check_followed`.
    """

    d: int = asked(2, check_d, decides=True)
    lambda_: float | str | None = asked("auto", check_lambda, decides=True)
    balance: float = asked(0.5, check_balance, decides=True)
    local_weights: bool | str = asked("auto", check_auto_or_flag, decides=True)
    init: object = asked("auto", decides=True)  # what fits depends on the graph: start.check_init
    components: str = asked("auto", check_components, decides=True)
    max_iter: int | str = asked("auto", check_iterations)
    early_exag: int | str = asked("auto", check_iterations)
    alpha: float | str = asked("auto", check_factor)
    exaggeration: float | str = asked("auto", check_factor)
    eta: float | str = asked("auto", check_factor)
    schedule: Schedule | None = asked(None, check_schedule)
    h: float | None = asked(None, check_side, decides=True)
    exact: bool | None = asked(None, check_none_or_flag, decides=True)
    drop_leaf: bool = asked(False, check_flag, decides=True)
    random_state: object = asked(None)  # checked where a generator is made of it: asking twice would draw twice
    n_jobs: int | None = asked(None, check_n_jobs)
    max_memory: float | str | None = asked(None)  # memory.as_bytes tells what it takes
    verbose: bool = asked(False, check_flag)
    callback: object = asked(None, check_callback)
    callback_every: int = asked(50, check_every)
    checkpoint: str | PathLike | None = asked(None, check_checkpoint)
    checkpoint_every: int = asked(50, check_every)
    on_interrupt: str = asked("raise", check_on_interrupt)

    def __post_init__(self):
        for each in fields(self):
            if each.metadata["check"] is not None:
                each.metadata["check"](each.name, getattr(self, each.name))
        object.__setattr__(self, "d", int(self.d))  # of any kind of integer
        if not isinstance(self.init, str):
            object.__setattr__(self, "init", np.asarray(self.init))

    @classmethod
    def of(cls, arguments):
        """The Settings among the arguments of a call, a dict by name; an array `Y0` is the start."""
        found = {each.name: arguments[each.name] for each in fields(cls) if each.name in arguments}
        if arguments.get("Y0") is not None:
            found["init"] = np.asarray(arguments["Y0"])
        return cls(**found)

    @property
    def decisive(self):
        """The parameters that have to be the same for a run to go on, a dict by name."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.metadata.get("decides")}

    @property
    def n_counted(self):
        """Number of neighbours that count: what `lambda_` stands for; None leaves weights as they are."""
        return as_lambda(self.lambda_)

    @property
    def is_published(self):
        """Whether the method is asked for as it was published: by an explicit alpha."""
        return not is_auto(self.alpha)

    @property
    def is_stressed(self):
        """Whether path lengths have a part in the run."""
        if self.schedule is not None:
            return self.schedule.is_stressed
        return not self.is_published

    @property
    def repulsion(self):
        """How the repulsion is summed: `h` and `exact`, a dict."""
        return {"h": self.h, "exact": self.exact}


def as_lambda(lambda_):
    """The number that "auto" stands for, any other as it is."""
    return AUTO_LAMBDA if isinstance(lambda_, str) else lambda_
