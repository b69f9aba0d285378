"""Make the pictures of the README from the code that stands above them there.

    python tutorials/gallery.py [FOLDER]

Every Python block of README.md that is followed by a picture is run, one after the other as in one session, and its
`ax` saved under the name of the picture, in the folder of this script or in FOLDER, in 256 colours.
"""

import re
import sys
from io import BytesIO
from pathlib import Path

import matplotlib
from execute import in_256_colors

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
BLOCK = re.compile(r"^```python\n((?:(?!```).*\n)*)```\n\n!\[[^\]]+\]\(tutorials/(\w+\.png)\)", re.MULTILINE)


def main(folder=HERE):
    """Make all pictures; returns their paths."""
    matplotlib.use("Agg")
    paths, names = [], {}
    for code, name in BLOCK.findall(README.read_text(encoding="utf-8")):
        exec(code, names)
        png = BytesIO()
        names["ax"].figure.savefig(png, dpi=100, bbox_inches="tight", pad_inches=0.05)
        paths.append(Path(folder, name))
        paths[-1].write_bytes(in_256_colors(png.getvalue()))
        matplotlib.pyplot.close("all")
    return paths


if __name__ == "__main__":
    main(*sys.argv[1:])
