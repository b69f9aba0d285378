"""Kernels are tested on small inputs, which would be left to SciPy."""

import pytest


@pytest.fixture(autouse=True)
def no_tiny_graphs(monkeypatch):
    """Every graph is large enough for the kernels."""
    monkeypatch.setattr("sggraph.core.tiny.TINY", -1)
