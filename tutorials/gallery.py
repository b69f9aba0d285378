"""Make the pictures of the README and of the documentation from the code that stands above them there.

    python tutorials/gallery.py [--out FOLDER] [README.md docs/balance.md ...]

Every Python block that is followed by a picture is run, one after the other as in one session for each page, and its
figure saved under the name of the picture, in the folder of this script or in FOLDER, in 256 colours. All pages without
arguments.
"""

import argparse
import re
from io import BytesIO
from pathlib import Path

import matplotlib
from execute import in_256_colors

import sggraph

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BLOCK = re.compile(r"^```python\n((?:(?!```).*\n)*)```\n\n!\[[^\]]+\]\((?:\.\./)?tutorials/(\w+\.png)\)", re.MULTILINE)


def main(pages=(), folder=HERE):
    """Make all pictures of the pages, each once; returns their paths."""
    matplotlib.use("Agg")
    paths = {}
    for page in [ROOT / page for page in pages] or [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]:
        names = {"sg": sggraph}
        for code, name in BLOCK.findall(page.read_text(encoding="utf-8")):
            if name in paths:
                continue
            exec(code, names)
            png = BytesIO()
            matplotlib.pyplot.gcf().savefig(png, dpi=100, bbox_inches="tight", pad_inches=0.05)
            paths[name] = Path(folder, name)
            paths[name].write_bytes(in_256_colors(png.getvalue()))
            matplotlib.pyplot.close("all")
    return list(paths.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--out", type=Path, default=HERE)
    args = parser.parse_args()
    main(args.pages, args.out)
