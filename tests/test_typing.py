"""Types: every public signature has them, and a type checker passes right calls and refuses wrong ones."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sggraph

# still without types
LATER = {"embed_graph", "sgtsne_layout", "SGtSNEpi", "estimate", "Estimate", "lambda_report", "LambdaReport"}
LATER |= {"Schedule", "Phase", "EmbeddingState"}


def public():
    found = {name: getattr(sggraph, name) for name in sggraph.__all__}
    for module in ("datasets", "metrics"):
        names = getattr(sggraph, module).__all__
        found |= {f"{module}.{name}": getattr(getattr(sggraph, module), name) for name in names}
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
    parameters = [p for name, p in signature.parameters.items() if name != "self"]
    names = [p.name for p in parameters if p.annotation is p.empty]
    return [*names, *(["return"] if signature.return_annotation is signature.empty else [])]


@pytest.mark.parametrize("name", [name for name in PUBLIC if name not in LATER])
def test_public_signatures_have_types(name):
    assert {f.__qualname__: lacking(f) for f in functions_of(PUBLIC[name]) if lacking(f)} == {}


def test_names_that_have_types_by_now_are_no_exceptions():
    """So that the exceptions come to an end."""
    assert {name for name in LATER if any(map(lacking, functions_of(PUBLIC[name])))} == LATER


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
