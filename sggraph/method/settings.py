"""`Settings`: all that a caller can ask of an embedding, each parameter once, checked in one place.

A field is a name, a default and a check; those that only say how a run goes, and not what comes out of it, say so. What
they mean is told where users read it, in the docstring of `embed_graph`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from os import PathLike

import numpy as np

from ..core.descent import Phase
from ..inputs.lambdas import as_lambda, check_lambda
from ..runtime.checks import (
    CPU,
    check_choice,
    check_device,
    check_flag,
    check_n_jobs,
    check_number,
    check_whole,
    is_among,
    is_auto,
    refused,
    shown,
)
from .schedule import Schedule

FACTORS = 1e-6, 1e30  # what float32 can multiply coordinates and forces by
MOST_ITER = 10**7  # days on a graph of a thousand nodes; a typo beyond that
ITERATIONS = check_whole, 0, MOST_ITER, "'auto' or a number of iterations"
FACTOR = check_number, *FACTORS, "'auto' or a number above 0"
SIDE = check_number, *FACTORS, "None (automatic) or a cell side above 0"
EVERY = check_whole, 1, np.inf, "a number of iterations"


def check_callback(name, callback):
    """Raise a ValueError unless it can be called."""
    if not callable(callback):
        raise refused(name, callback, "a function of iteration, Y, KL and gradient norm")


def check_checkpoint(name, checkpoint):
    """Raise a ValueError unless it is the name of a file."""
    if not isinstance(checkpoint, (str, PathLike)) or not str(checkpoint):
        raise refused(name, checkpoint, "the name of a file, or None for no checkpoint")


def check_schedule(name, schedule):
    """Raise a ValueError unless it is a Schedule of numbers that a run can follow."""
    if not isinstance(schedule, Schedule):
        raise refused(name, schedule, "a sggraph.Schedule, or None for an automatic one")
    phases = schedule.phases
    if not isinstance(phases, (tuple, list)) or not all(isinstance(phase, Phase) for phase in phases):
        raise refused(f"{name}.phases", phases, "a tuple of sggraph.Phase")
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


def asked(default, check=None, *terms, also=(), **metadata):
    """A field of `Settings`: one of `also`, or what passes `check(name, value, *terms)`, which says how to ask."""
    return field(default=default, metadata={"check": check, "terms": terms, "also": also, **metadata})


@dataclass(frozen=True, kw_only=True, eq=False)
class Settings:
    """The parameters of `embed_graph` except the graph and how it is read; checked, never changed.

    A run can go on from a state only if what ``decides`` is the same; what makes the schedule is compared there, see
    `state.check_followed`.
    """

    d: int = asked(2, check_whole, 1, 3, "a number of dimensions", decides=True)
    lambda_: float | str | None = asked("auto", check_lambda, decides=True)
    balance: float = asked(0.5, check_number, 0, 1, "a number from 0 (shape) to 1 (neighbourhoods)", decides=True)
    local_weights: bool | str = asked("auto", check_flag, "auto", decides=True)
    init: object = asked("auto", decides=True)  # what fits depends on the graph: start.check_init
    components: str = asked("auto", check_choice, "auto", "pack", "together", "largest", decides=True)
    max_iter: int | str = asked("auto", *ITERATIONS, also=("auto",))
    early_exag: int | str = asked("auto", *ITERATIONS, also=("auto",))
    alpha: float | str = asked("auto", *FACTOR, also=("auto",))
    exaggeration: float | str = asked("auto", *FACTOR, also=("auto",))
    eta: float | str = asked("auto", *FACTOR, also=("auto",))
    schedule: Schedule | None = asked(None, check_schedule, also=(None,))
    h: float | None = asked(None, *SIDE, also=(None,), decides=True)
    exact: bool | None = asked(None, check_flag, None, decides=True)
    drop_leaf: bool = asked(False, check_flag, decides=True)
    fixed: object = asked(None, decides=True)  # what fits depends on the graph: holding.pins_of
    random_state: object = asked(None)  # checked where a generator is made of it: asking twice would draw twice
    n_jobs: int | None = asked(None, check_n_jobs)
    device: str = asked(CPU, check_device)
    max_memory: float | str | None = asked(None)  # what it takes is said by memory.as_bytes
    verbose: bool = asked(False, check_flag)
    callback: object = asked(None, check_callback, also=(None,))
    callback_every: int = asked(50, *EVERY)
    checkpoint: str | PathLike | None = asked(None, check_checkpoint, also=(None,))
    checkpoint_every: int = asked(50, *EVERY)
    on_interrupt: str = asked("raise", check_choice, "raise", "return")

    def __post_init__(self):
        for each in fields(self):
            check, value = each.metadata["check"], getattr(self, each.name)
            if check is not None and not is_among(value, each.metadata["also"]):
                check(each.name, value, *each.metadata["terms"])
        object.__setattr__(self, "d", int(self.d))  # of any kind of integer
        if not isinstance(self.init, (str, Mapping)):
            object.__setattr__(self, "init", np.asarray(self.init))

    @classmethod
    def of(cls, arguments):
        """The Settings among the arguments of a call, a dict by name; `Y0`, array or dict, is the start."""
        found = {each.name: arguments[each.name] for each in fields(cls) if each.name in arguments}
        if arguments.get("Y0") is not None:
            found["init"] = arguments["Y0"] if isinstance(arguments["Y0"], Mapping) else np.asarray(arguments["Y0"])
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


def settings_of(function, options, without, **given):
    """The Settings of the options of a function that is named, which has no say in those `without`, and of what is
    `given` besides.
    """
    wrong = sorted(set(without) & set(options))
    if wrong:
        raise refused(wrong[0], options[wrong[0]], "no such option here: leave it out")
    unknown = sorted(set(options) - {each.name for each in fields(Settings)})
    if unknown:
        raise TypeError(f"{function} has no parameter {shown(unknown[0])}: see embed_graph")
    return Settings.of(options | given)
