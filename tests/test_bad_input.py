"""Any argument of a wrong type, NaN, negative, huge: one error that names it, in bounded time and memory.

Files that nobody should trust are in test_files.py and fuzz/.
"""

import inspect
import re
import sys
import warnings

import isolated
import networkx as nx
import numpy as np
import pytest

from sggraph import Phase, Schedule, SGtSNEpi, embed_graph, point_cloud_to_graph
from sggraph.core.descent import EmbeddingDivergedError

KARATE = nx.karate_club_graph()
NO_NUMBER = ["two", "", b"2", [], [1], {}, (1, 2), object(), 1j, np.array([1, 2]), np.array(3), np.datetime64("2020")]
FLAGS = [True, False, np.True_]
ODD = [*NO_NUMBER, *FLAGS, np.nan, np.inf, -np.inf, -1.5, 10**400]
NEVER = {  # what each argument must refuse
    "d": [*ODD, None, "auto", 0, -1, 4, 2.0, 10**9],
    "lambda_": [*ODD, 0, -1, 0.5, "Auto"],
    "balance": [*ODD, None, "auto", -1, 2, 1e300],
    "weight": [*FLAGS, [], {}, np.array([1, 2]), len],
    "direction": [*ODD, None, "both", 0],
    "local_weights": [*NO_NUMBER, None, 0, 1, np.nan],
    "init": ["umap", "", None, np.nan, [], [1], object(), np.zeros((34, 3)), np.full((34, 2), np.nan), 10**400],
    "Y0": ["random", np.nan, [], [[1, 2]], np.zeros((34, 3)), np.full((34, 2), np.inf), np.full((34, 2), 1e300)],
    "components": [*ODD, None, "all", 0],
    "max_iter": [*ODD, None, -1, 2.5, 10**12, 10**30],
    "early_exag": [*ODD, None, -1, 2.5, 10**12],
    "alpha": [*ODD, None, 0, -1, 1e300, 1e-30, 5e-324],
    "exaggeration": [*ODD, None, 0, -1, 1e300, 1e-30],
    "eta": [*ODD, None, 0, -1, 1e300, 1e-30],
    "schedule": [
        *ODD,
        "auto",
        0,
        Schedule("abc", 1.0),
        Schedule((1, 2), 1.0),
        Schedule((Phase(5, 1.0, 1.0, 0.8),), np.nan),
        *(
            Schedule((Phase(*phase),), 1.0)
            for phase in [(1.5, 1, 1, 0.8), (10**12, 1, 1, 0.8), (5, np.nan, 1, 0.8), (5, 1, -1, 0.8), (5, 1, 1, 2)]
        ),
        *(Schedule((Phase(5, 1.0, 1.0, 0.8, max_step),), 1.0) for max_step in [None, "a", 0, -1, np.nan]),
    ],
    "h": [*ODD, "auto", 0, -1, 1e300, 1e-30, 5e-324, 1e-6],
    "exact": [*NO_NUMBER, 0, 1, np.nan, "auto"],
    "drop_leaf": [*NO_NUMBER, None, 0, 1, np.nan],
    "fixed": ["two", 1j, object(), 0, np.nan, {}, {"nobody": (0, 0)}, np.zeros((34, 3)), np.full((34, 2), np.nan)],
    "random_state": ["seed", -1, 1.5, np.nan, True, np.False_, object(), 1j, {"a": 1}, -(10**30)],
    "rng": ["seed", -1, 1.5, np.nan, True, object(), 1j, {"a": 1}],
    "n_jobs": [*ODD, 0, -2, 1.5, 10**12],
    "verbose": [*NO_NUMBER, None, 2, np.nan],
    "callback": [*ODD, 3],
    "callback_every": [*ODD[:-1], None, 0, -1, 2.5],
    "state": [*ODD, "run.npz", 0],
    "checkpoint": [*NO_NUMBER[2:], *FLAGS, np.nan, 0, 1.5, ""],
    "checkpoint_every": [*ODD[:-1], None, 0, -1, 2.5],
    "on_interrupt": [*ODD, None, "stop", 0],
    "device": [*ODD, None, 0, "gpu", "cuda:", "cuda:x", "cuda:-1", "CUDA", "cuda:1000000", " cuda"],
    "max_memory": ["two", "", "4 parsecs", b"2", [], {}, 1j, *FLAGS, np.nan, np.inf, -1.5, 0, -1],
    "comm": [*ODD, 2, "world"],
}
TABLE = [(name, value) for name, values in NEVER.items() for value in values]


def name_of(value):
    """The same in each process: no address."""
    if isinstance(value, int) and value > 10**300:
        return "10**400"
    return re.sub(" at 0x[0-9a-fA-F]+", "", f"{value!r}")[:30]


@pytest.mark.parametrize(("name", "value"), TABLE, ids=[f"{name}={name_of(value)}" for name, value in TABLE])
def test_what_an_argument_must_refuse(name, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((ValueError, TypeError)) as caught:
            embed_graph(KARATE, **({"max_iter": 3} | {name: value}))
    assert name in str(caught.value)
    assert len(str(caught.value)) < 400


PHASE = Phase(2, 1.0, 20.0, 0.8)
NO_LIMIT = [*NO_NUMBER, *FLAGS, None, "auto", 0, -1, np.nan, -np.inf, 10**400]
PHASE_NEVER = {  # what each field of a Phase must refuse
    "n_iter": [*ODD, None, "auto", -1],
    "exaggeration": [*ODD, None, "auto", 0, 1e300],
    "eta": [*ODD, None, "auto", 0, 1e300],
    "momentum": [*ODD, None, "auto", -0.1, 1.1],
    "max_step": NO_LIMIT,
    "max_gain": NO_LIMIT,
    "stress": [*ODD, None, "auto", -1e-9, 1e300],
    "evenness": [*ODD, None, "auto", -1e-9, 1e300],
    "grow": [*ODD, None, "auto", -0.1, 1.1],
}
PHASE_TABLE = [(name, value) for name, values in PHASE_NEVER.items() for value in values]


@pytest.mark.parametrize(
    ("name", "value"), PHASE_TABLE, ids=[f"{name}={name_of(value)}" for name, value in PHASE_TABLE]
)
def test_what_a_phase_must_refuse(name, value):
    """The message tells which phase, and which of its numbers."""
    schedule = Schedule((PHASE, PHASE._replace(**{name: value})), 1.0)
    with pytest.raises(ValueError, match=rf"schedule\.phases\[1\]\.{name}=") as caught:
        embed_graph(KARATE, schedule=schedule)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("length", [*ODD, "auto", 0, -1, 1e300])
def test_what_the_length_of_a_schedule_must_refuse(length):
    with pytest.raises(ValueError, match=r"schedule\.length="):
        embed_graph(KARATE, schedule=Schedule((PHASE,), length))


def test_what_a_phase_may_be():
    """Nothing of it brings NaN or a warning."""
    extremes = [
        {"stress": 0, "evenness": 0, "grow": 0},
        {"stress": np.float32(2), "evenness": np.int8(1), "grow": 1, "max_step": np.inf, "max_gain": np.inf},
        {"stress": 5e-324, "evenness": 1e-30, "grow": 0.5, "max_step": 1e-6, "max_gain": 1e-6},
        {"stress": 100.0, "evenness": 10.0, "max_step": 1.0},
    ]
    graphs = KARATE, nx.disjoint_union_all([KARATE, nx.cycle_graph(8), nx.path_graph(2)])
    for graph in graphs:
        for extreme in extremes:
            for length in (None, 1, 1e3):
                schedule = Schedule((PHASE, PHASE._replace(**extreme), PHASE._replace(n_iter=0)), length)
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    Y = embed_graph(graph, schedule=schedule, random_state=0)
                assert np.isfinite(Y).all()


def test_the_tables_are_complete():
    assert tuple(PHASE_NEVER) == Phase._fields

    assert list(NEVER) == [name for name in inspect.signature(embed_graph).parameters if name != "graph"]


EXTREME = {
    "d": [np.int8(1), np.uint64(3)],
    "lambda_": [None, 1, 1e300, 10**30, np.float32(2), np.int8(3)],
    "balance": [0, 1, 5e-324, np.float64(0.5)],
    "max_iter": [0, np.int8(3)],
    "early_exag": [0, 10**7, np.int8(1)],
    "alpha": [1e-6, 1e12, np.float32(2)],
    "exaggeration": [1e-6, 1e30],
    "eta": [1e-6, 1e30],
    "h": [1e30, np.float32(1)],
    "n_jobs": [-1, 4096],
    "callback_every": [10**400],
    "random_state": [10**30, np.int8(3), [1, 2]],
    "local_weights": [np.True_],
    "exact": [np.False_],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in EXTREME.items() for value in values])
def test_what_an_argument_may_be(name, value):
    """A picture without NaN, or the error that says which number made it diverge; no warning but of such a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("default", message="the embedding (diverged at iteration|may not settle)")
        try:
            Y = embed_graph(KARATE, **({"max_iter": 3, "random_state": 0} | {name: value}))
        except EmbeddingDivergedError:
            return
    assert Y.shape[0] == 34
    assert np.isfinite(Y).all()


X = np.random.default_rng(0).standard_normal((40, 3))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("n_neighbors", value) for value in [*ODD, None, 0, -1, 2.5, 10**12]),
        *(("perplexity", value) for value in [*ODD, None, 0, -1, 0.5]),
        *(("metric", value) for value in [*ODD, None, "euclid"]),
        *(("method", value) for value in [*ODD, None, "fast"]),
        *(("rescale", value) for value in [*ODD, "gamma"]),
        *(("n_jobs", value) for value in [*ODD, 0, 10**12]),
        *(("device", value) for value in NEVER["device"]),
        *(("random_state", value) for value in ["seed", -1, True]),
        *(("precomputed_knn", value) for value in [1, "ab", (1,), (X, X), np.nan]),
    ],
    ids=name_of,
)
def test_point_clouds(name, value):
    with pytest.raises(ValueError, match=name):
        point_cloud_to_graph(X, **({"n_neighbors": 5, "perplexity": 3} | {name: value}))


@pytest.mark.parametrize("name", ["lambda_", "max_iter", "n_neighbors", "perplexity", "h", "d"])
@pytest.mark.parametrize("value", [-1, "x", np.nan, True, 10**400], ids=name_of)
def test_the_estimator_names_it_too(name, value):
    if name == "n_neighbors" and not isinstance(value, bool) and value == 10**400:
        return  # as many as there are, with a warning
    with pytest.raises(ValueError, match=name):
        SGtSNEpi(**{name: value}).fit(X)


LIMITED = """
import resource, sys
import networkx as nx
from sggraph import embed_graph
G = nx.karate_club_graph()
embed_graph(G, max_iter=1)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
for name, value in {"d": 10**9, "h": 1e-30, "h ": 1e-6, "max_iter": 10**12, "n_jobs": 10**9, "lambda_": 1e300}.items():
    try:
        embed_graph(G, **{"max_iter": 3, name.strip(): value})
    except ValueError as error:
        assert name.strip() in str(error), error
    else:
        assert name == "lambda_", f"{name}={value} was taken"
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc and resource limits")
def test_huge_numbers_reserve_no_memory():
    """A quarter of a GiB is to spare."""
    isolated.run("-c", LIMITED)
