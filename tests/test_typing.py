"""Types: every public signature has them, and a type checker passes right calls and refuses wrong ones."""

import dataclasses
import inspect
import os
import subprocess
import sys
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import matplotlib
import matplotlib.pyplot
import numpy as np
import pytest

import sggraph
from sggraph import datasets, metrics

matplotlib.use("Agg")


def public():
    found = {name: getattr(sggraph, name) for name in sggraph.__all__}
    found |= {f"datasets.{name}": getattr(datasets, name) for name in datasets.__all__}
    found |= {f"metrics.{name}": getattr(metrics, name) for name in metrics.__all__}
    return {name: value for name, value in found.items() if callable(value)}


PUBLIC = public()


def functions_of(value):
    """A function; of a class those of its methods and properties that are written in its body."""
    if not inspect.isclass(value):
        yield value
        return
    for name, member in vars(value).items():
        function = member.fget if isinstance(member, property) else inspect.unwrap(getattr(member, "__func__", member))
        is_ours = inspect.isfunction(function) and function.__code__.co_filename == inspect.getfile(value)
        if is_ours and (not name.startswith("_") or name.startswith("__")):
            yield function


def lacking(function):
    """Names of the parameters without a type, and "return"."""
    signature = inspect.signature(function)
    parameters = [p for name, p in signature.parameters.items() if name not in ("self", "cls")]
    names = [p.name for p in parameters if p.annotation is p.empty]
    return [*names, *(["return"] if signature.return_annotation is signature.empty else [])]


@pytest.mark.parametrize("name", PUBLIC)
def test_public_signatures_have_types(name):
    assert {f.__qualname__: lacking(f) for f in functions_of(PUBLIC[name]) if lacking(f)} == {}


@pytest.mark.parametrize("name", PUBLIC)
def test_signatures_are_short_to_read(name):
    """In ``help(sg.embed_graph)`` types stand by their names; spelled out they were 3,400 characters."""
    for function in functions_of(PUBLIC[name]):
        assert " | sggraph." not in str(inspect.signature(function)), function.__qualname__


def fits(value, hint):
    """Whether a value is of a type, and so are its items or fields."""
    origin, parts = get_origin(hint) or hint, get_args(hint)
    if hint is Any:
        return True
    if origin is UnionType:
        return any(fits(value, part) for part in parts)
    if not isinstance(value, origin):
        return False
    if origin is np.ndarray:
        (kind,) = get_args(parts[1])
        return kind is Any or issubclass(value.dtype.type, kind)
    if origin in (list, dict):
        rows = ([item] for item in value) if origin is list else value.items()
        return all(fits(item, part) for row in rows for item, part in zip(row, parts, strict=True))
    if dataclasses.is_dataclass(value) or hasattr(value, "_fields"):
        return all(fits(getattr(value, name), part) for name, part in get_type_hints(origin).items())
    return True


CLUB = datasets.load_karate_club()
X = np.random.default_rng(0).normal(size=(34, 3))
Y = X[:, :2]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (sggraph.as_graph, [CLUB]),
        (sggraph.graph_hash, [CLUB]),
        (sggraph.point_cloud_to_graph, [X, 5]),
        (sggraph.embed_graph, [CLUB]),
        (sggraph.sgtsne_layout, [CLUB]),
        (sggraph.estimate_cost, [CLUB]),
        (sggraph.lambda_report, [CLUB]),
        (sggraph.SGtSNEpi().fit_transform, [X]),
        (sggraph.SGtSNEpi().fit(X).transform, [X]),
        (sggraph.quality_card, [CLUB, Y, CLUB.labels]),
        (sggraph.quality_card, [datasets.load_lesmis(), np.zeros((77, 2))]),
        (sggraph.plot_embedding, [X]),
        (sggraph.plot_comparison, [{"one": Y}]),
        (sggraph.plot_recall, [CLUB, Y]),
        (sggraph.describe_embedding, [Y]),
        (datasets.list_datasets, []),
        (datasets.load_us_flights_2008, []),
        (datasets.make_grid, [(3, 4)]),
        (datasets.make_balanced_tree, [3]),
        (datasets.make_torus, [np.int64(5), 4]),
        (datasets.make_moebius_strip, [9, 3]),
        (datasets.make_random_tree, [20]),
        (datasets.make_block_model, [40, 2]),
        (datasets.make_small_world, [20]),
        (datasets.make_rmat, [4]),
        (metrics.kl_divergence, [CLUB, Y]),
        (metrics.knn_accuracy, [Y, CLUB.labels]),
        (metrics.neighbor_recall, [CLUB, Y]),
        (metrics.neighborhood_preservation, [CLUB, Y]),
        (metrics.normalized_stress, [CLUB, Y]),
        (metrics.shortest_path_correlation, [CLUB, Y]),
        (metrics.trustworthiness, [X, Y]),
        (metrics.weighted_recall, [CLUB, Y]),
    ],
)
@pytest.mark.filterwarnings("ignore:.*is called:DeprecationWarning")
def test_what_is_returned_is_what_the_types_say(function, arguments):
    result = function(*arguments)
    hint = get_type_hints(function)["return"]
    assert fits(result, hint), f"{result!r} is no {hint}"
    matplotlib.pyplot.close("all")
    for name, member in vars(type(result)).items():
        if isinstance(member, property) and type(result).__module__.startswith("sggraph"):
            assert fits(getattr(result, name), get_type_hints(member.fget)["return"]), name


def test_what_is_read_is_what_the_types_say(tmp_path):
    sggraph.write_embedding(tmp_path / "saved.npz", np.zeros((2, 2)), labels=["a", None])
    found = sggraph.load_embedding(tmp_path / "saved.npz")
    assert fits(found, sggraph.SavedEmbedding)
    assert fits(found.positions, get_type_hints(sggraph.SavedEmbedding.positions.fget)["return"])


def test_a_history_holds_what_its_types_say():
    history = sggraph.History()
    sggraph.embed_graph(CLUB, max_iter=20, callback=history, callback_every=5)
    hints = get_type_hints(sggraph.History)
    assert all(fits(getattr(history, name), hint) for name, hint in hints.items())
    assert fits(history.snapshots, get_type_hints(sggraph.History.snapshots.fget)["return"])


def test_a_type_checker_passes_right_calls_and_refuses_wrong_ones(tmp_path):
    """Wrong lines say what is wrong with them, and one that mypy does not refuse is an unused comment, an error."""
    folder = Path(sggraph.__file__).parents[1]
    source = {} if folder.name.endswith("-packages") else {"MYPYPATH": str(folder)}  # installed packages mypy finds
    options = ["--strict", "--follow-imports=silent", "--config-file=", f"--cache-dir={tmp_path}"]
    command = [sys.executable, "-m", "mypy", *options, str(Path(__file__).with_name("typed_calls.py"))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **source})
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_says_that_it_has_types():
    assert (Path(sggraph.__file__).parent / "py.typed").is_file()
