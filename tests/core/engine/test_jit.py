"""core/engine/jit.py: compiled code is kept where that is possible, and anything wrong with it costs time only."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import isolated
import networkx as nx
import numba
import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import sggraph
from sggraph.core.affinity import _rescale_rows
from sggraph.core.engine import jit
from sggraph.core.repulsion.grid import bounding_boxes
from sggraph.core.search import hops

pytestmark = pytest.mark.jit

SLOW = pytest.mark.slow
SMALL = """
import numpy as np
from sggraph.core.repulsion.grid import bounding_boxes
boxes = np.empty((1, 3, 2))
bounding_boxes(0, 0, 3, np.ones((3, 2), np.float32), boxes)
print(boxes[0, 2].sum(), sum(bounding_boxes.stats.cache_hits.values()))
"""
WHOLE = "import sggraph; print(sggraph.embed_graph([[0, 1], [1, 0]], max_iter=2, exact=False).shape)"


def small(**environment):
    """The result, and whether it came from the cache."""
    total, hits = isolated.run("-c", SMALL, **environment).split()
    assert total == "6.0"
    return hits == "1"


def files(folder, ending):
    return [path for path in Path(folder).rglob("*") if path.name.endswith(ending)]


@pytest.fixture
def copied(tmp_path):
    """The package in a folder of its own, without compiled code."""
    root = tmp_path / "copy"
    shutil.copytree(isolated.ROOT / "sggraph", root / "sggraph", ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.mark.parametrize("junk", [None, pytest.param(b"", marks=SLOW), pytest.param(b"junk junk", marks=SLOW)])
def test_broken_files_are_compiled_anew_and_mended(junk, tmp_path):
    assert not small(NUMBA_CACHE_DIR=str(tmp_path))
    assert small(NUMBA_CACHE_DIR=str(tmp_path))
    for path in [*files(tmp_path, ".nbi"), *files(tmp_path, ".nbc")]:
        path.write_bytes(path.read_bytes()[:100] if junk is None else junk)
    assert not small(NUMBA_CACHE_DIR=str(tmp_path))
    assert small(NUMBA_CACHE_DIR=str(tmp_path))


def block_cache(root):
    """Put files where folders for compiled code would be: root, too, cannot write there."""
    for folder in {source.parent for source in (root / "sggraph").rglob("*.py")}:
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        (folder / "__pycache__").write_text("")


@pytest.mark.parametrize(
    "script", ["print(0)\n" + SMALL, pytest.param("print(0)\n" + WHOLE, marks=SLOW)], ids=["small", "whole"]
)
def test_no_folder_can_be_written(script, copied, tmp_path):
    block_cache(copied)
    nowhere = {"HOME": os.devnull, "XDG_CACHE_HOME": os.devnull, "IPYTHONDIR": os.devnull, "NUMBA_CACHE_DIR": None}
    if sys.platform == "win32":
        nowhere |= {"LOCALAPPDATA": os.devnull}
    printed = isolated.run("-B", "-c", script, root=copied, **nowhere)
    assert printed.split("\n")[1] in ("6.0 0", "(2, 2)")
    assert not files(copied, ".nbi")


def test_code_of_an_older_version_is_not_used(copied):
    environment = {"root": copied, "NUMBA_CACHE_DIR": None}
    assert not small(**environment)
    assert small(**environment)
    source = copied / "sggraph" / "core" / "repulsion" / "grid.py"
    source.write_text(source.read_text() + "# newer\n")
    assert not small(**environment)
    assert small(**environment)


def test_a_cache_that_cannot_be_saved(tmp_path):
    """The folder goes after the import, as in a container that is cleaned up."""
    script = SMALL.replace("print(", "import shutil; shutil.rmtree({!r}); open({!r}, 'w').close()\nprint(", 1)
    folder = str(tmp_path / "cache")
    printed = isolated.run("-c", script.format(folder, folder), NUMBA_CACHE_DIR=folder)
    assert printed.split() == ["6.0", "0"]


@SLOW
def test_two_processes_fill_one_cache_at_once(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(isolated.ROOT), "NUMBA_CACHE_DIR": str(tmp_path)}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", WHOLE], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [process.communicate(timeout=isolated.HANGS)[0].strip() for process in both] == ["(2, 2)"] * 2
    assert [process.returncode for process in both] == [0, 0]
    assert small(NUMBA_CACHE_DIR=str(tmp_path))


def test_code_that_two_processes_gave_one_number_is_not_mixed_up(tmp_path, monkeypatch):
    """Both numbered theirs before either was listed, and the code of one went where the other looks for its own."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    def hits():
        kernel = jit.kernel(bounding_boxes.py_func)
        for kind in (np.float32, np.int32):
            boxes = np.empty((1, 3, 2))
            kernel(0, 0, 3, np.ones((3, 2), kind), boxes)
            assert boxes[0, 2].sum() == 6
        return sum(kernel.stats.cache_hits.values())

    assert hits() == 0
    first, second = sorted(files(tmp_path, ".nbc"))
    second.write_bytes(first.read_bytes())
    assert [hits(), hits()] == [1, 2]


def test_code_goes_with_its_parts_and_with_values_from_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path)
    head = "from sggraph.core.engine.jit import kernel, part\n"
    kernel = (
        "from a_part import times\nfrom a_value import MORE\n\n@kernel\ndef whole(x):\n    return times(x) + MORE\n"
    )

    def write(factor, more):
        part = f"@part\ndef times(x):\n    return {factor} * x\n"
        for name, text in {"a_value": f"MORE = {more}\n", "a_part": head + part, "a_kernel": head + kernel}.items():
            file = tmp_path / f"{name}.py"
            if not file.exists() or file.read_text() != text:
                file.write_text(text)
            monkeypatch.delitem(sys.modules, name, raising=False)

    def result_and_hits(factor, more, while_running=None):
        write(factor, more)
        whole = importlib.import_module("a_kernel").whole
        if while_running is not None:
            write(*while_running)
        return whole(10), sum(whole.stats.cache_hits.values())

    assert result_and_hits(2, 0) == (20, 0)
    assert result_and_hits(2, 0) == (20, 1)
    assert result_and_hits(3, 0) == (30, 0)
    assert result_and_hits(3, 7) == (37, 0)
    assert result_and_hits(3, 7) == (37, 1)
    assert result_and_hits(3, 8, while_running=(5, 8)) == (38, 0)
    assert result_and_hits(5, 8) == (58, 0)
    assert result_and_hits(3, 7, while_running=(5, 8)) == (37, 0)


def test_how_numpy_prints_makes_no_other_code():
    """Of a kernel that names an array."""
    found = jit.made_of(hops._write.py_func)
    with np.printoptions(linewidth=40):
        assert jit.made_of(hops._write.py_func) == found


def test_bits_do_not_depend_on_where_arrays_lie():
    """A loop that reads and sums and writes runs in SIMD, or not, as its arrays lie: its sums must keep their order."""
    n, k = 300, 10
    starts = np.arange(n + 1) * k
    given, memory = np.random.default_rng(0).random(n * k), np.empty(2 * n * k + 100)
    results = set()
    for gap in (0, 1, 4, 16, 100):
        low, high = memory[: n * k], memory[n * k + gap : 2 * n * k + gap]
        for weights, p in ((low, high), (high, low)):
            weights[:] = given
            _rescale_rows(0, 0, n, starts, weights, 5.0, 1.0, p)
            results.add(p.tobytes())
    assert len(results) == 1


def summing_kernels():
    modules = [module for name, module in sys.modules.items() if name.startswith("sggraph.core.")]
    values = {value for module in modules for value in vars(module).values() if isinstance(value, Dispatcher)}
    return [value for value in values if "reassoc" in value.targetoptions["fastmath"]]


def test_loops_of_reordered_sums_run_in_simd_wherever_their_arrays_lie():
    X = np.random.default_rng(0).normal(size=(60, 3))
    for d in (2, 3):
        sggraph.SGtSNEpi(d, n_neighbors=5, max_iter=2, random_state=0).fit(X).transform(X[:2])
        sggraph.embed_graph(nx.path_graph(700), d, max_iter=2, random_state=0)
        sggraph.embed_graph(nx.path_graph(9), d, max_iter=2, random_state=0)
    found = summing_kernels()
    assert {function.__name__ for function in found} >= {"_push", "_repulsion", "_sweep", "_square", "_repulsion_at"}
    for function in found:
        for signature in function.signatures:
            again = numba.njit(fastmath=jit.REORDERED, **jit.OPTIONS)(function.py_func)
            again.compile(signature)
            code = again.inspect_llvm(again.signatures[0])
            assert "vec.phi" in code, f"{function.__name__}: no sum in SIMD"
            checks = [word for word in ("memcheck", "diff.check", "conflict.rdx") if word in code]
            assert not checks, f"{function.__name__} asks where arrays lie: {checks}"


SMALL_3D = """
import networkx as nx, sggraph
parts = [nx.path_graph(3), nx.path_graph(40), nx.star_graph(20), nx.random_labeled_tree(50, seed=1)]
G = nx.disjoint_union_all(parts)
print(sggraph.embed_graph(G, 3, random_state=0, max_iter=100).tobytes().hex())
"""


def test_a_process_that_compiles_finds_the_bits_of_one_that_loads(tmp_path):
    compiled, loaded = (isolated.run("-c", SMALL_3D, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2))
    assert compiled == loaded
