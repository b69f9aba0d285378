"""Build sympy_imports.npz, which module of SymPy imports which, from the source of SymPy.

    python make_sympy_imports.py sympy

The argument is the folder sympy of the unpacked PyPI package sympy 1.14.0; import_graph.py says how it is read. Classes
are the subpackages; modules right in sympy/ are the class "sympy".
"""

from graph_file import as_arrays, script
from import_graph import import_arcs, module_names, packages, subpackages


def build(source, python_2=False):
    modules = module_names(source)
    names = list(modules)
    number = {name: i for i, name in enumerate(names)}
    row, col = zip(*sorted((number[a], number[b]) for a, b in import_arcs(modules, python_2)), strict=True)
    return as_arrays(row, col, names, subpackages(names, packages(modules)), directed=True)


if __name__ == "__main__":
    script(build, __doc__, __file__, "folder sympy of the PyPI package sympy")
