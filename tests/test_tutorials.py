"""Every tutorial runs, on few points and without a network, and the saved one holds what it shows."""

from pathlib import Path

import pytest

import sggraph

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("skimage")

FOLDER = Path(__file__).parent.parent / "tutorials"
TUTORIALS = sorted(FOLDER.glob("*.ipynb"))
NOWHERE = "http://127.0.0.1:9"  # refuses at once, so that nothing waits for a network


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """A kernel sees this package, 1500 points and no network, and writes below `tmp_path` only."""
    monkeypatch.setenv("SGGRAPH_TUTORIAL_SIZE", "1500")
    monkeypatch.delenv("SGGRAPH_MNIST", raising=False)
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", NOWHERE)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("SCIKIT_LEARN_DATA", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("PYTHONPATH", str(Path(sggraph.__file__).parent.parent))
    monkeypatch.setenv("PYTHONWARNINGS", "ignore:A network error")


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_tutorial_runs(path, tmp_path, offline):
    notebook = nbformat.read(path, as_version=4)
    here = {"metadata": {"path": str(tmp_path)}}
    client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=here)
    client.execute()  # raises the error of a cell
    assert any("image/png" in output.get("data", ()) for cell in code_cells(notebook) for output in cell.outputs)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_saved_tutorial_holds_its_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in code_cells(notebook)] == list(range(1, len(code_cells(notebook)) + 1))
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"display_data", "execute_result"}  # no error, no warning
    assert any("image/png" in output.data for output in outputs)
    assert path.stat().st_size < 1_500_000


def test_every_tutorial_is_listed():
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert TUTORIALS
    assert all(f"]({path.name})" in listed for path in TUTORIALS)
