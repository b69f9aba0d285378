"""Build sympy_imports.npz, which module of SymPy imports which, from the source of SymPy.

    python make_sympy_imports.py sympy

The argument is the folder sympy of the unpacked PyPI package sympy 1.14.0. The modules are parsed, not run. An arc goes
from the importing module to the imported one, also where the import stands in a function. Tests, benchmarks and
generated parsers are left out. Classes are the subpackages; modules right in sympy/ are the class "sympy".
"""

import ast

from graph_file import as_arrays, script

LEFT_OUT = {"tests", "benchmarks", "_antlr"}


def module_names(source):
    """Module name -> path, such as "sympy.core.add"; a package has the name of its folder."""
    modules = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source.parent).with_suffix("").parts
        if not LEFT_OUT & set(parts):
            modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def imported(path, module):
    """Full names of all that a file imports: modules, or names in them."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def longest_known(name, modules):
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def build(source):
    modules = module_names(source)
    names = list(modules)
    number = {name: i for i, name in enumerate(names)}
    arcs = {
        (number[module], number[target])
        for module, path in modules.items()
        for name in imported(path, module)
        if (target := longest_known(name, modules))
    }
    row, col = zip(*sorted(arcs), strict=True)
    is_package = {name for name, path in modules.items() if path.name == "__init__.py"}
    labels = [".".join(name.split(".")[:2]) for name in names]
    labels = [label.removeprefix("sympy.") if label in is_package else "sympy" for label in labels]
    return as_arrays(row, col, names, labels, directed=True)


if __name__ == "__main__":
    script(build, __doc__, __file__, "folder sympy of the PyPI package sympy")
