"""The scripts that read SymPy, on small packages: what an import stands for, and how releases are joined."""

import ast
import importlib
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "datasets"
pytestmark = pytest.mark.skipif(not (FOLDER / "import_graph.py").is_file(), reason="not a source checkout")


@pytest.fixture
def script(monkeypatch):
    """Import a script of the folder datasets by its name."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


def package(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


FILES = {
    "sympy/__init__.py": "from core import Add\n",
    "sympy/core/__init__.py": "from add import Add\n",
    "sympy/core/add.py": "from __future__ import division\nimport random, sympy.core.numbers as n\nfrom . import power",
    "sympy/core/numbers.py": "def f():\n    from ..abc import (x,  # not import y\n        z)\n",
    "sympy/core/random.py": "",
    "sympy/core/power.py": "from sympy.core import add, missing\n",
    "sympy/core/tests/test_add.py": "import sympy.abc\n",
    "sympy/abc.py": "import os\n",
}


def arcs_of(script, source, python_2):
    graph = script("import_graph")
    return graph.import_arcs(graph.module_names(source), python_2)


def test_arcs_lead_from_the_importing_module_to_the_imported_one(script, tmp_path):
    arcs = arcs_of(script, package(tmp_path, FILES) / "sympy", python_2=False)
    assert arcs == {
        ("sympy.core.add", "sympy.core.numbers"),
        ("sympy.core.add", "sympy.core.power"),
        ("sympy.core.numbers", "sympy.abc"),
        ("sympy.core.power", "sympy.core.add"),
        ("sympy.core.power", "sympy.core"),
    }


def test_python_2_looks_beside_the_importing_module_first(script, tmp_path):
    source = package(tmp_path, FILES) / "sympy"
    assert arcs_of(script, source, python_2=True) - arcs_of(script, source, python_2=False) == {
        ("sympy", "sympy.core"),
        ("sympy.core", "sympy.core.add"),
        ("sympy.core.add", "sympy.core.random"),
    }


PYTHON_2_SOURCE = r'''
"""import a1 from a docstring
import a2
"""
from b1 import c1, \
    c2
import b2, b3 as c3; import b4
text = "it's \" # no comment"; from b5 import (c4,  # import a3
    c5,)
def f((x, y)):
    try: from . import b6
    except ImportError, e: from ..b7 import *
    print "import a4", 'from a5 import a6', """
import a7
"""
    imported = x.imports  # import a8
    exec "import a9"
'''


def test_imports_are_cut_out_of_source_of_python_2(script, tmp_path):
    with pytest.raises(SyntaxError):
        ast.parse(PYTHON_2_SOURCE)
    (tmp_path / "old.py").write_text(PYTHON_2_SOURCE, encoding="utf-8")
    found = {ast.unparse(node) for node in script("import_graph").import_statements(tmp_path / "old.py")}
    assert found == {
        "from b1 import c1, c2",
        "import b2, b3 as c3",
        "import b4",
        "from b5 import c4, c5",
        "from . import b6",
        "from ..b7 import *",
    }


def test_cut_imports_are_those_that_ast_finds_in_this_library(script):
    files = [path for part in ("sggraph", "tests", "datasets") for path in FOLDER.with_name(part).rglob("*.py")]
    assert len(files) > 100
    for path in files:
        text = path.read_text(encoding="utf-8")
        cut = ast.parse("\n".join(script("import_graph").cut_imports(text)))
        assert sorted(imports_in(cut)) == sorted(imports_in(ast.parse(text))), path


def imports_in(tree):
    return (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def test_releases_are_joined_by_the_names_of_modules(script, tmp_path):
    package(tmp_path / "sympy-1", FILES)
    files = {**FILES, "sympy/abc/__init__.py": FILES["sympy/abc.py"], "sympy/core/add.py": "from . import power, new"}
    del files["sympy/abc.py"]
    files |= {"sympy/core/new.py": "from sympy import abc", "sympy/alone.py": ""}
    package(tmp_path / "sympy-2", files)
    releases = {"1 (2000)": "sympy-1", "2 (2001)": "sympy-2"}
    arrays = script("make_sympy_releases").build(tmp_path, releases, "2 (2001)")
    lines = {key: bytes(arrays[key]).decode().split("\n") for key in ("names", "label_names", "times")}
    assert lines["times"] == list(releases)
    names = ["sympy", *(f"sympy.{name}" for name in ("abc", "core"))]
    names += [f"sympy.core.{name}" for name in ("add", "new", "numbers", "power", "random")]
    assert lines["names"] == names
    assert [lines["label_names"][c] for c in arrays["labels"]] == ["sympy", "abc"] + ["core"] * 6
    pairs = script("make_sympy_releases").named_arcs(arrays)
    present = np.unpackbits(arrays["present"], axis=1, count=len(pairs)).astype(bool)
    in_1, in_2 = ({pair for pair, held in zip(pairs, row, strict=True) if held} for row in present)
    assert in_1 == arcs_of(script, tmp_path / "sympy-1/sympy", python_2=True)
    assert in_2 == arcs_of(script, tmp_path / "sympy-2/sympy", python_2=False)
    assert arrays["weights"].tolist() == present.sum(axis=0).tolist()
