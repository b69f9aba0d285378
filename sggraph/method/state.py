"""`EmbeddingState`: where a run stands, from which it goes on to the same bits, and its .npz file.

The start is made once and kept until it is used, so nothing that was computed before the state has to be computed
again but P and path lengths, which the graph and the parameters give. What has no part in the bits is left out:
threads, callbacks.
"""

import json
from dataclasses import dataclass, fields, replace
from io import BytesIO

import numpy as np

from .. import __version__
from ..core.descent import Phase
from ..io.provenance import LIBRARIES, to_plain, version_of
from ..io.safe import checked_npz, naming, read_bytes, replacing
from .schedule import Schedule
from .settings import as_lambda

LAYOUT = 2  # of the .npz file
REMEDY = "give the same again, or begin anew: without `state`, with warm_start=False, or with another checkpoint file"


@dataclass
class Run:
    """One large component: its start, and the Descent from there, moving or as a snapshot."""

    Y0: np.ndarray | None  # None once a Descent has taken it
    schedule: Schedule
    traits: dict  # of the start, on which automatic schedules depend
    descent: object = None  # a Descent, a dict of its snapshot, or None before it has begun

    @property
    def n_iter(self):
        """Iterations done."""
        if self.descent is None:
            return 0
        return self.descent["iteration"] if isinstance(self.descent, dict) else self.descent.iteration

    @property
    def n_left(self):
        """Iterations to come."""
        return max(self.schedule.n_iter - self.n_iter, 0)

    def settled(self):
        """A copy whose Descent is a snapshot."""
        if self.descent is None or isinstance(self.descent, dict):
            return replace(self)
        return replace(self, descent=self.descent.snapshot())


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
        One for each component that has a descent of its own.
    """

    origin: dict
    random: dict
    runs: list

    def __repr__(self):
        n, d = self.origin["n_nodes"], self.origin["parameters"]["d"]
        first = self.runs[0]
        parts = len(self.runs)
        over = sum(run.n_left == 0 for run in self.runs)
        of = f", {over} of {parts} large components over" if parts > 1 else ""
        return f"<EmbeddingState: {n:,} nodes in {d}-D, iteration {first.n_iter} of {first.schedule.n_iter}{of}>"

    @property
    def n_iter(self):
        """Iterations done for the largest component."""
        return self.runs[0].n_iter


def origin_of(graph_hash, n_nodes, parameters, random_state):
    """What has to be the same for a run to go on to the same bits, as plain JSON values."""
    seed = to_plain(random_state)
    found = {name: to_plain(value) for name, value in parameters.items()}
    return {
        "graph": graph_hash,
        "n_nodes": n_nodes,
        "parameters": found | {"lambda_": to_plain(as_lambda(parameters["lambda_"]))},
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
            f"begin so; check max_iter, early_exag, alpha, exaggeration, eta, balance and schedule: {REMEDY}"
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
    plain = _packed({each.name: getattr(state, each.name) for each in fields(state)}, arrays)
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
        runs = [Run(**run) for run in found["runs"]]
        for run in runs:
            phases, *others = run.schedule
            run.schedule = Schedule(tuple(Phase(*phase) for phase in phases), *others)
        return EmbeddingState(found["origin"], found["random"], runs)


def _packed(value, arrays):
    """The value as JSON; arrays go to the end of the one of their kind in `arrays`."""
    if isinstance(value, np.ndarray):
        mine = arrays.setdefault(value.dtype.name, [])
        begin = sum(map(len, mine))
        mine.append(value.ravel())
        return {"": value.dtype.name, "begin": begin, "shape": list(value.shape)}
    if isinstance(value, Run):
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
