"""core/jit.py: compiled code is kept where that is possible, and anything wrong with it costs time only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import isolated
import numba
import pytest

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")

SLOW = pytest.mark.slow
SMALL = """
import numpy as np
from sggraph.core.grid import bounding_box
print(bounding_box(np.ones((3, 2), np.float32)).sum(), sum(bounding_box.stats.cache_hits.values()))
"""
WHOLE = "import sggraph; print(sggraph.embed_graph([[0, 1], [1, 0]], max_iter=2).shape)"


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
    for folder in (root / "sggraph", root / "sggraph" / "core"):
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
    printed = isolated.run("-B", "-c", script, root=copied, timeout=600, **nowhere)
    assert printed.split("\n")[1] in ("6.0 0", "(2, 2)")
    assert not files(copied, ".nbi")


def test_code_of_an_older_version_is_not_used(copied):
    environment = {"root": copied, "NUMBA_CACHE_DIR": None}
    assert not small(**environment)
    assert small(**environment)
    source = copied / "sggraph" / "core" / "grid.py"
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
    assert [process.communicate(timeout=600)[0].strip() for process in both] == ["(2, 2)"] * 2
    assert [process.returncode for process in both] == [0, 0]
    assert small(NUMBA_CACHE_DIR=str(tmp_path))
