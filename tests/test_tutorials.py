"""Every tutorial runs, on few points and without a network, and the saved one holds what it shows."""

import importlib.util
import re
from functools import partial
from io import BytesIO
from pathlib import Path

import isolated
import numpy as np
import pytest
from PIL import Image

import sggraph

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
jupyter_client = pytest.importorskip("jupyter_client")
pytest.importorskip("ipykernel")
pytest.importorskip("skimage")

FOLDER = Path(__file__).parent.parent / "tutorials"
TUTORIALS = sorted(FOLDER.glob("*.ipynb"))
NOWHERE = "http://127.0.0.1:9"  # refuses at once, so that nothing waits for a network


def script(name):
    """The module of a script among the tutorials."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


METADATA, in_256_colors = script("execute").METADATA, script("execute").in_256_colors


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """It sees this package, few points and no network; one for all tutorials, as it starts slower than most run."""
    folder = tmp_path_factory.mktemp("kernel")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SGGRAPH_TUTORIAL_SIZE", "150")
        patch.delenv("SGGRAPH_MNIST", raising=False)
        for scheme in ("http", "https"):
            patch.setenv(f"{scheme}_proxy", NOWHERE)
        for name in ("no_proxy", "NO_PROXY"):
            patch.delenv(name, raising=False)
        for name in ("SCIKIT_LEARN_DATA", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(name, str(folder / name.lower()))
        patch.setenv("PYTHONPATH", str(Path(sggraph.__file__).parent.parent))
        patch.setenv("PYTHONWARNINGS", "ignore:A network error")
        manager = jupyter_client.KernelManager(kernel_name="python3")
        manager.start_kernel(cwd=folder)
        yield manager
        manager.shutdown_kernel(now=True)


AS_NEW = """
%reset -f
%cd -q {}
import matplotlib
matplotlib.rcdefaults()
del matplotlib
"""


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_tutorial_runs(path, tmp_path, kernel):
    """With none of the names of another, in a folder of its own."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(AS_NEW.format(tmp_path)))
    patience = {"timeout": isolated.HANGS, "startup_timeout": isolated.HANGS}
    nbclient.NotebookClient(notebook, kernel, **patience).execute()  # raises the error of a cell
    assert any("image/png" in output.get("data", ()) for cell in code_cells(notebook) for output in cell.outputs)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_saved_tutorial_holds_its_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in code_cells(notebook)] == list(range(1, len(code_cells(notebook)) + 1))
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    streams = {output.name for output in outputs if output.output_type == "stream"}
    assert {output.output_type for output in outputs} <= {"display_data", "execute_result", "stream"}  # no error
    assert streams <= {"stdout"}  # no warning
    assert any("image/png" in output.get("data", ()) for output in outputs)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_saved_tutorial_tells_nothing_of_the_machine(path):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata == METADATA
    assert not any(cell.metadata for cell in notebook.cells)
    for output in (output for cell in code_cells(notebook) for output in cell.outputs):
        texts = [output.get("text", ""), *(str(v) for kind, v in output.get("data", {}).items() if "image" not in kind)]
        assert not re.search(r"/(home|root|tmp|work|usr|opt|Users)/|[A-Z]:\\\\", "\n".join(texts))


def test_tutorials_are_small():
    assert max(path.stat().st_size for path in TUTORIALS) < 1_500_000
    assert sum(path.stat().st_size for path in TUTORIALS) < 6_000_000


def test_pictures_keep_their_colours_in_a_palette():
    noise = np.random.default_rng(0).integers(0, 40, (200, 200, 3), np.uint8)  # very many colours, none like these two
    noise[:2], noise[2:4, :4] = (0, 114, 178), (230, 159, 0)
    png = BytesIO()
    Image.fromarray(noise).save(png, format="png")
    picture = Image.open(BytesIO(in_256_colors(png.getvalue())))
    assert picture.mode == "P"
    assert np.abs(np.asarray(picture.convert("RGB"), int) - noise).max() < 32


def test_every_tutorial_is_listed():
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert TUTORIALS
    assert all(f"]({path.name})" in listed for path in TUTORIALS)


def test_the_gallery_is_made_by_the_lines_in_the_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(sggraph, "embed_graph", partial(sggraph.embed_graph, max_iter=10))
    monkeypatch.syspath_prepend(FOLDER)
    made = script("gallery").main(folder=tmp_path)
    pages = [FOLDER.parent / "README.md", *sorted((FOLDER.parent / "docs").glob("*.md"))]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    shown = {name for text in texts for name in re.findall(r"\]\((?:\.\./)?tutorials/(\w+\.png)\)", text)}
    assert {path.name for path in made} == {name for name in shown if not name.startswith("comparison_")}
    assert len(made) == 14
    for path in made:
        assert np.asarray(Image.open(path).convert("L")).std() > 5
    pictures = [FOLDER / name for name in shown]
    assert {path.name for path in FOLDER.glob("*.png")} == shown
    assert sum(path.stat().st_size for path in pictures) < 2_000_000


def test_the_readme_installs_with_two_commands():
    lines = (FOLDER.parent / "README.md").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("pip install ") for line in lines) == 2
