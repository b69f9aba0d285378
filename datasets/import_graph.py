"""Which module of a Python package imports which, from its source; the scripts about SymPy share this.

The modules are parsed, not run. An arc goes from the importing module to the imported one, also where the import stands
in a function. Tests, benchmarks and generated parsers are left out.

Source of Python 2 is read, too. Where the parser of Python 3 refuses a file, its import statements are cut out and
parsed alone. In Python 2 a name stands for a module beside the importing one before it stands for any other.
"""

import ast
import re
import tokenize

LEFT_OUT = {"tests", "benchmarks", "_antlr"}
COMMENT_OR_STRING = re.compile(
    r"""\#[^\n]* | (?P<three>\"{3}|'{3}) (?:\\.|[^\\])*? (?P=three) | (?P<one>["']) (?:\\.|[^\\\n])*? (?P=one)""",
    re.VERBOSE | re.DOTALL,
)
IMPORT = re.compile(
    r"(?:^|[:;]) [ \t]* ((?:from\b [ \t.\w]+ \bimport\b [ \t]* (?:\([^)]*\) | [^\n;]+)) | import\b [^\n;]+)",
    re.VERBOSE | re.MULTILINE,
)


def module_names(source):
    """Module name -> path, such as "sympy.core.add"; a package has the name of its folder."""
    modules = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source.parent).with_suffix("").parts
        if not LEFT_OUT & set(parts):
            modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def packages(modules):
    """Names of those modules that are packages."""
    return {name for name, path in modules.items() if path.name == "__init__.py"}


def subpackages(names, packages):
    """The class of each module: the subpackage that it lies in, or the package itself for modules right in it."""
    heads = [name.split(".")[:2] for name in names]
    return [head[-1] if ".".join(head) in packages else head[0] for head in heads]


def import_arcs(modules, python_2=False):
    """All pairs (importing module, imported one) among the modules that `module_names` found."""
    return {
        (module, target)
        for module, path in modules.items()
        for name in imported(path, module, modules if python_2 else ())
        if (target := longest_known(name, modules))
    }


def imported(path, module, beside=()):
    """Full names of all that a file imports: modules, or names in them; those `beside` it come first."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in import_statements(path):
        if isinstance(node, ast.Import):
            level, names = 0, [alias.name for alias in node.names]
        else:
            stem = f"{node.module}." if node.module else ""
            level, names = node.level, [stem + alias.name for alias in node.names]
        for name in names:
            up = level or ".".join([*package, name.split(".")[0]]) in beside
            yield ".".join([*package[: len(package) - up + 1], name]) if up else name


def longest_known(name, modules):
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def import_statements(path):
    """The nodes ast.Import and ast.ImportFrom of a file."""
    with tokenize.open(path) as file:
        text = file.read()
    try:
        tree = ast.parse(text)
    except SyntaxError:
        tree = ast.parse("\n".join(cut_imports(text)))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def cut_imports(text):
    """The import statements of a text that `ast` does not read, each a text of its own."""
    code = COMMENT_OR_STRING.sub("", text).replace("\\\n", " ")
    return [match[1].replace("\n", " ") for match in IMPORT.finditer(code)]
