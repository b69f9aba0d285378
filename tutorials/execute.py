"""Execute tutorials and store them with what they show.

    python tutorials/execute.py [first_steps ...]

All of them without arguments. What depends on the machine is left out, and pictures are stored in 256 colours, a third
of their size; nothing else is changed. Files that a tutorial writes go to a temporary folder.
"""

import base64
import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import nbclient
import nbformat
from PIL import Image

FOLDER = Path(__file__).resolve().parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def main(names):
    """Execute the tutorials of these names, or all."""
    os.environ["PYTHONPATH"] = str(FOLDER.parent)
    for path in [FOLDER / f"{name}.ipynb" for name in names] or sorted(FOLDER.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as folder:
            here = {"metadata": {"path": folder}}
            nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=here).execute()
        notebook.metadata = METADATA
        for c, cell in enumerate(notebook.cells):
            cell.id, cell.metadata = f"cell-{c:02d}", {}
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    png = in_256_colors(base64.b64decode(output.data["image/png"]))
                    output.data["image/png"] = base64.b64encode(png).decode()
        nbformat.write(notebook, path)


def in_256_colors(png):
    """The same picture with a palette of 256 colours, the rare ones of a legend among them; bytes of PNG files."""
    small = BytesIO()
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture = picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    picture.save(small, format="png", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
