"""Build celegans.npz, the chemical synapses of the worm C. elegans (Varshney et al. 2011), from the package cect.

    python make_celegans.py cect

The argument is the folder cect of the unpacked PyPI package cect 0.3.5. An arc goes from the neuron that sends to the
one that receives; its weight is the number of contacts. The body wall muscles, one node in the source, are left out.
"""

import ast
import json

import numpy as np
from graph_file import as_arrays, script

CLASSES = {
    "sensory neuron": "SENSORY_NEURONS_COOK",
    "interneuron": "INTERNEURONS_COOK",
    "motor neuron": "MOTORNEURONS_COOK",
}


def lists_of_cells(path):
    """The lists of names in Cells.py, read without importing it: literals, and sums of lists that came before."""
    lists = {}
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = as_list(statement.value, lists)
            if value is not None:
                lists[statement.targets[0].id] = value
    return lists


def as_list(node, lists):
    if isinstance(node, ast.Name):
        return lists.get(node.id)
    if isinstance(node, ast.List) and all(isinstance(item, ast.Constant) for item in node.elts):
        return [item.value for item in node.elts]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = as_list(node.left, lists), as_list(node.right, lists)
        return None if left is None or right is None else left + right
    return None


def build(source):
    data = json.loads((source / "cache" / "VarshneyDataReader.json").read_text(encoding="utf-8"))
    lists = lists_of_cells(source / "Cells.py")
    class_of = {cell: name for name, list_name in CLASSES.items() for cell in lists[list_name]}
    kept = [i for i, cell in enumerate(data["nodes"]) if cell != "BWM"]
    kept.sort(key=lambda i: data["nodes"][i])
    contacts = np.array(data["connections"]["Generic_CS"])[np.ix_(kept, kept)].astype(int)
    names = [data["nodes"][i] for i in kept]
    row, col = contacts.nonzero()
    return as_arrays(
        row,
        col,
        names,
        [class_of[name] for name in names],
        label_names=list(CLASSES),
        weights=contacts[row, col],
        directed=True,
    )


if __name__ == "__main__":
    script(build, __doc__, __file__, "folder cect of the PyPI package cect")
