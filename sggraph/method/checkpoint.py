"""Where a run stands, from which it goes on to the same bits: `EmbeddingState`, its .npz file, and who writes it.

A state holds all that an iteration changes (core/motion.py), the schedule and what this follows from. What has no part
in the bits is left out: threads, callbacks; and what the graph and the parameters give again: P and path lengths.
A `Checkpoint` watches over a run: where it goes on from, what is saved in between, and what an interrupt leaves.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..core.descent import Phase
from ..core.motion import Foothold, Motion
from ..core.repulsion.planning import Plan
from ..graph.fingerprint import graph_hash
from ..io.provenance import LIBRARIES, to_plain, version_of
from ..io.safe import checked_npz, naming, read_bytes, remove_leftovers, replacing, try_to_write
from ..runtime.interrupts import EmbeddingInterrupted
from ..runtime.warn import warn
from .schedule import Schedule
from .traits import Traits

LAYOUT = 3  # of the .npz file
REMEDY = "give the same again, or begin anew: without `state`, with warm_start=False, or with another checkpoint file"


@dataclass
class Run:
    """One large component: its Schedule, the Traits that this follows from, and where its nodes are by now."""

    schedule: Schedule
    traits: Traits
    motion: Motion

    @property
    def n_iter(self):
        """Iterations done."""
        return self.motion.iteration

    @property
    def n_left(self):
        """Iterations to come."""
        return max(self.schedule.n_iter - self.n_iter, 0)

    def copy(self):
        """Another one that goes on by itself."""
        return replace(self, motion=self.motion.copy())


@dataclass(repr=False)
class EmbeddingState:
    """Where a run stands; `embed_graph` and `SGtSNEpi.fit` go on from it to the same bits as an uninterrupted run.

    Attributes
    ----------
    origin : dict
        What has to be the same again: graph hash, parameters, seed, versions.
    random : dict
        State of the random generator after the starts were made.
    runs : list
        A `Run` for each component that has a descent of its own.
    """

    origin: dict[str, Any]
    random: Mapping[str, Any]
    runs: list[Run]

    def __repr__(self) -> str:
        n, d = self.origin["n_nodes"], self.origin["parameters"]["d"]
        first = self.runs[0]
        parts = len(self.runs)
        over = sum(run.n_left == 0 for run in self.runs)
        of = f", {over} of {parts} large components over" if parts > 1 else ""
        return f"<EmbeddingState: {n:,} nodes in {d}-D, iteration {first.n_iter} of {first.schedule.n_iter}{of}>"

    @property
    def n_iter(self) -> int:
        """Iterations done for the largest component."""
        return self.runs[0].n_iter


class Checkpoint:
    """Holds the EmbeddingState of a run: `state`, or that of the file that the Settings name, or None before a new one
    begins. It `is_kept` in the end by the caller or a file.
    """

    def __init__(self, graph, settings, state=None, *, is_kept=False):
        self.graph, self.settings = graph, settings
        self.path = None if settings.checkpoint is None else Path(settings.checkpoint)
        self.is_kept = is_kept or self.path is not None
        self.is_stopped, self._count = False, 0
        held = [] if state is None else [(state, "state")]
        if self.path is not None:
            self._check_folder()
            if self.path.exists():  # beside a `state`, lest a file of something else be written over
                held.append((read_state(self.path), f"checkpoint={str(self.path)!r}"))
        expected = origin_of(graph, settings) if held else None
        for found, what in held:
            check_origin(found, expected, what)
        self.state, self.what = held[0] if held else (None, "state")

    def _check_folder(self):
        folder = self.path.parent
        if not folder.is_dir():
            raise FileNotFoundError(f"checkpoint={str(self.path)!r}: the folder {str(folder)!r} does not exist")
        if self.path.exists() and not self.path.is_file():
            raise ValueError(f"checkpoint={str(self.path)!r} is not a regular file: give the name of a file")
        remove_leftovers(self.path)
        try:
            try_to_write(self.path)
        except OSError as error:
            raise ValueError(f"checkpoint={str(self.path)!r} cannot be written: {error}") from error

    def begin(self, runs, rng):
        """A new state of these runs, or the one that goes on, of the seed that it began with; its generator."""
        origin = {}
        if self.state is not None:
            origin, rng = self.state.origin, generator_of(self.state.random)
        self.state = EmbeddingState(origin, rng.bit_generator.state, runs)
        return rng

    def snapshot(self):
        """The state as it is now, for later: its runs are those that go on, unless they are copied."""
        self.state.origin = self.state.origin or origin_of(self.graph, self.settings)
        return EmbeddingState(self.state.origin, self.state.random, list(self.state.runs))

    @property
    def left(self):
        """Iterations until it is time to save."""
        if self.path is None:
            return np.inf
        return self.settings.checkpoint_every - self._count % self.settings.checkpoint_every

    def is_due(self, n_iter):
        """So many iterations are over: whether it is time to save."""
        is_due = n_iter >= self.left
        self._count += n_iter
        return is_due

    def save(self):
        """Write the checkpoint, if there is to be one; a disk that is full by now does not end the run."""
        if self.path is None:
            return
        try:
            try:
                write_state(self.path, self.snapshot())
            except FileNotFoundError:  # a process that began with the same file took this half for a leftover
                write_state(self.path, self.snapshot())
        except OSError as error:
            warn(f"checkpoint={str(self.path)!r} cannot be written, the run goes on without: {error}", RuntimeWarning)

    def stop(self, interrupt):
        """Raise an EmbeddingInterrupted, or warn that the run ends here."""
        if self.is_stopped:
            raise interrupt
        self.is_stopped = True
        self.save()
        state = self.snapshot()
        if self.settings.on_interrupt == "raise":
            raise EmbeddingInterrupted(f"interrupted; `state` goes on from {state!r}", state) from interrupt
        warn(f"interrupted, these are the coordinates so far: {state!r}", RuntimeWarning)


def origin_of(graph, settings):
    """What has to be the same for a run to go on to the same bits, as plain JSON values."""
    seed = to_plain(settings.random_state)
    parameters = settings.decisive | {"lambda_": settings.n_counted}
    return {
        "graph": graph_hash(graph),
        "n_nodes": graph.adjacency.shape[0],
        "parameters": {name: to_plain(value) for name, value in parameters.items()},
        "seed": seed if isinstance(seed, (int, list)) else None,  # anything else was consumed, and cannot be told
        "versions": {"sggraph": __version__} | {name: version_of(name) for name in LIBRARIES},
    }


def check_origin(state, origin, what):
    """Raise a ValueError that names the first thing in which the run of `state` and this one differ."""
    if not isinstance(state, EmbeddingState):
        given = "give the `state_` of an interrupted estimator or the `state` of an EmbeddingInterrupted"
        raise ValueError(f"{what} is a {type(state).__name__}, not an EmbeddingState: {given}")
    before = state.origin
    if before["graph"] != origin["graph"]:
        raise ValueError(
            f"{what} belongs to another graph ({before['n_nodes']:,} nodes, this one {origin['n_nodes']:,}; "
            f"graph_hash {before['graph'][:12]}, this one {origin['graph'][:12]}): {REMEDY}"
        )
    then, now = ({**each["parameters"], "random_state": each["seed"]} for each in (before, origin))
    if now["random_state"] is None:
        then["random_state"] = None
    for old, new, kind in ((then, now, ""), (before["versions"], origin["versions"], "version of ")):
        name = next((name for name in old | new if old.get(name) != new.get(name)), None)
        if name is not None:
            differ = f"{kind}{name}={old.get(name)!r:.80}, but this run has {new.get(name)!r:.80}"
            raise ValueError(f"{what} was made with {differ}: {REMEDY}")


def check_followed(run, schedule, what):
    """Raise a ValueError unless what the Run did is what `schedule` would have done."""
    old, done = run.schedule, run.n_iter
    if old.length != schedule.length or _steps(old, done) != _steps(schedule, done):
        old, new = (" ".join(str(each).split()) for each in (old, schedule))
        raise ValueError(
            f"{what} stands at iteration {done} of another schedule ({old}), and the one of this run ({new}) does not "
            f"begin so: check max_iter, early_exag, alpha, exaggeration, eta, balance and schedule: {REMEDY}"
        )


def _steps(schedule, n_iter):
    return [tuple(phase[1:]) for phase in schedule.phases for _ in range(phase.n_iter)][:n_iter]


def generator_of(random):
    """The NumPy Generator that was in this state."""
    bits = getattr(np.random, random["bit_generator"])()
    bits.state = random
    return np.random.Generator(bits)


def write_state(path, state):
    """Write the .npz file of an EmbeddingState, whole or not at all."""
    arrays = {}
    plain = _packed(state, arrays)
    parts = {f"of_{kind}": np.concatenate(found) for kind, found in arrays.items()}
    text = np.frombuffer(json.dumps(plain).encode(), np.uint8)
    with replacing(path) as partial, open(partial, "xb") as file:
        np.savez(file, sggraph_state=np.array(LAYOUT), state=text, **parts)


def read_state(path):
    """The EmbeddingState in a file that `write_state` wrote."""
    with naming(path, "the checkpoint of an embedding", "Delete it, or give another file"):
        with checked_npz(BytesIO(read_bytes(path))) as parts:
            if "sggraph_state" not in parts:
                raise ValueError(f"it holds {sorted(parts)}, which is no checkpoint")
            if parts["sggraph_state"] != LAYOUT:
                raise ValueError("it was written by another version of sggraph")
            arrays = {name.removeprefix("of_"): parts[name] for name in parts if name.startswith("of_")}
            plain = json.loads(parts["state"].tobytes())
        found = _unpacked(plain, arrays)
        return EmbeddingState(found["origin"], found["random"], [_as_run(run) for run in found["runs"]])


def _as_run(found):
    """The Run of plain values."""
    phases, *others = found["schedule"]
    schedule = Schedule(tuple(Phase(*phase) for phase in phases), *others)
    motion = found["motion"]
    motion["plans"] = [(Plan(h, R, tuple(shape)), age) for (h, R, shape), age in motion["plans"]]
    if motion["foothold"] is not None:
        motion["foothold"] = Foothold(**motion["foothold"])
    return Run(schedule, Traits(*found["traits"]), Motion(**motion))


def _packed(value, arrays):
    """The value as JSON; arrays go to the end of the one of their kind in `arrays`."""
    if isinstance(value, np.ndarray):
        mine = arrays.setdefault(value.dtype.name, [])
        begin = sum(map(len, mine))
        mine.append(value.ravel())
        return {"": value.dtype.name, "begin": begin, "shape": list(value.shape)}
    if is_dataclass(value):
        value = {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, dict):
        return {key: _packed(item, arrays) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_packed(item, arrays) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _unpacked(value, arrays):
    if isinstance(value, dict):
        if "" in value:
            end = value["begin"] + int(np.prod(value["shape"], dtype=np.int64))
            return arrays[value[""]][value["begin"] : end].reshape(value["shape"])
        return {key: _unpacked(item, arrays) for key, item in value.items()}
    return [_unpacked(item, arrays) for item in value] if isinstance(value, list) else value
