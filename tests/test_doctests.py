"""The examples in all docstrings run, of the source tree and of an installed package alike."""

import doctest
import importlib
import pkgutil
import warnings

import matplotlib
import pytest

import sggraph

MODULES = ["sggraph", *(module.name for module in pkgutil.walk_packages(sggraph.__path__, "sggraph."))]
OPTIONAL = {"sggraph.page.widget": "anywidget"}  # what the examples of a module need, and sggraph does not


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, tmp_path, monkeypatch):
    if name in OPTIONAL:
        pytest.importorskip(OPTIONAL[name])
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    from matplotlib import pyplot

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = doctest.testmod(importlib.import_module(name))
    pyplot.close("all")
    assert result.failed == 0
    assert not list(tmp_path.iterdir())


def test_all_modules_are_found():
    assert {"sggraph.embed", "sggraph.core.descent", "sggraph.cli", "sggraph.graph.adjacency"} <= set(MODULES)
