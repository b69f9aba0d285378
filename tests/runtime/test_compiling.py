"""runtime/compiling.py: one line for who waits, none for a pipe."""

import io
import sys

import networkx as nx
import pytest

from sggraph import embed_graph
from sggraph.core.engine import jit
from sggraph.runtime import compiling

pytestmark = pytest.mark.jit


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Compiles a kernel that no cache has."""

    def compile_one(name):
        path = tmp_path / f"{name}.py"
        path.write_text("def add_one(x):\n    return x + 1\n")
        scope = {}
        exec(compile(path.read_text(), str(path), "exec"), scope)
        assert jit.kernel(scope["add_one"])(1) == 2

    monkeypatch.setattr(compiling, "_told", [])
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    embed_graph(nx.path_graph(3), max_iter=1)
    return compile_one


@pytest.mark.parametrize(("screen", "lines"), [(Screen, [compiling.LINE]), (io.StringIO, [])])
def test_it_is_told_once_and_to_a_terminal_alone(screen, lines, kernel, monkeypatch):
    monkeypatch.setattr(sys, "stderr", screen())
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    kernel("first")
    kernel("second")
    assert sys.stderr.getvalue().splitlines() == lines
