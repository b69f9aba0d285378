"""The house rules that a program can check: what imports what, what is documented, what prints."""

import ast
import doctest
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sggraph
from sggraph.method.settings import Settings

PACKAGE = Path(sggraph.__file__).parent
SOURCES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
HEAVY = {"numba", "matplotlib", "pynndescent", "sklearn", "networkx", "scipy", "numpy", "tqdm"}


def imported(tree):
    """Top-level names of all modules that a syntax tree imports, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")[0]
            yield "sggraph" if node.level else module


def parsed(name):
    return ast.parse(SOURCES[name].read_text(encoding="utf-8"))


def public():
    """Every documented callable: the names of the top level, the loaders, the methods of the estimator."""
    found = {name: getattr(sggraph, name) for name in sggraph.__all__}
    found |= {f"datasets.{name}": getattr(sggraph.datasets, name) for name in sggraph.datasets.__all__}
    methods = ("fit", "fit_transform", "transform", "explore")
    found |= {f"SGtSNEpi.{name}": getattr(sggraph.SGtSNEpi, name) for name in methods}
    found["Explorer.widget"] = sggraph.Explorer.widget
    return {name: value for name, value in found.items() if callable(value)}


PUBLIC = public()
# What the library makes and callers read: its fields are its Attributes. Those without an example of their own are
# shown by the function that makes them.
RESULTS = {"datasets.Dataset": "datasets.load_dataset", "datasets.ImageDataset": "datasets.load_mnist"}
RESULTS |= {"Graph": "as_graph", "QualityCard": "quality_card", "SavedEmbedding": "load_embedding"}
RESULTS |= {"Explorer": "explore", "UpdatedLayout": "update_layout", "Snapshot": "embed_sequence"}
RESULTS |= {"EmbeddingState": "embed_graph", "LambdaReport": "lambda_report", "EmbeddingAnimation": "animate_embedding"}
ERRORS = [name for name, value in PUBLIC.items() if inspect.isclass(value) and issubclass(value, BaseException)]
DOCUMENTED = [name for name in PUBLIC if name not in ERRORS]


# A module imports from its own layer and from those before it, in the core as well.
LAYERS = ["core", "runtime", "datasets", "graph", "inputs", "io", "features", "metrics", "method", "plot", "page"]
LAYERS += ["embed", "cells", "estimator", "commands", "cli", "__main__"]
CORE_LAYERS = ["engine", "search", "repulsion", "shape", "cuda", "shared"]


def modules_of(name):
    """Names of the modules of the package that the file `name` imports, relative to the package."""
    folder = name.split("/")[:-1]
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = folder[: len(folder) - node.level + 1]
            module = [*base, *(node.module.split(".") if node.module else [])]
            for alias in node.names:
                path = "/".join([*module, alias.name])
                yield path if f"{path}.py" in SOURCES or f"{path}/__init__.py" in SOURCES else "/".join(module)


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "__init__.py"])
def test_layers_know_only_those_below(name):
    own, *inner = name.removesuffix(".py").split("/")
    for module in filter(None, modules_of(name)):
        other, *deeper = module.split("/")
        assert LAYERS.index(other) <= LAYERS.index(own), f"{name} imports {module}"
        if own == other == "core" and len(inner) == 2:
            if inner[0] == "engine":
                assert deeper[0] == "engine", f"{name} imports {module}"
            elif deeper[0] in CORE_LAYERS:
                assert CORE_LAYERS.index(deeper[0]) <= CORE_LAYERS.index(inner[0]), f"{name} imports {module}"


USERS_OF_FEATURES = {"features/neighbors.py", "features/output.py", "features/point_cloud.py"}


def loaded_by(statement):
    script = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_top_level_loads_nothing_heavy():
    assert not loaded_by("import sggraph; dir(sggraph); sggraph.__version__") & HEAVY


def test_graphs_need_no_sklearn_and_only_plots_need_matplotlib():
    loaded = loaded_by("import sggraph; sggraph.embed_graph([[0, 1], [1, 0]], max_iter=2)")
    assert "numba" in loaded
    assert not loaded & {"matplotlib", "pynndescent", "sklearn", "networkx"}


def test_public_names():
    assert set(sggraph.__all__) <= set(dir(sggraph))
    for name in sggraph.__all__:
        assert getattr(sggraph, name) is not None
    with pytest.raises(AttributeError, match="embed_grpah"):
        sggraph.embed_grpah  # noqa: B018


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("core/")])
def test_the_core_knows_numbers_only(name):
    assert not set(imported(parsed(name))) & {"networkx", "matplotlib", "pynndescent", "sklearn", "pandas", "tqdm"}


@pytest.mark.parametrize(
    ("package", "users"),
    [
        ("sklearn", {"estimator.py", "datasets/images.py", "metrics/attributes.py", *USERS_OF_FEATURES}),
        ("pynndescent", {"features/neighbors.py"}),
        ("threadpoolctl", {"runtime/threads.py"}),
        ("tqdm", {"runtime/progress.py"}),
        ("mpi4py", {"runtime/mpi.py"}),
        ("cupy", {"core/cuda/card.py"}),
        ("anywidget", {"page/widget.py"}),
        ("traitlets", {"page/widget.py"}),
    ],
)
def test_other_packages_stay_in_their_modules(package, users):
    assert {name for name in SOURCES if package in set(imported(parsed(name)))} == users


def test_the_searches_load_what_they_need():
    search = "sggraph.point_cloud_to_graph(np.random.rand(30, {}), 5, perplexity=3); "
    loaded = loaded_by("import numpy as np, sggraph; " + search.format(2) + search.format(20))
    assert "sklearn" in loaded
    assert not loaded & {"pynndescent", "matplotlib", "networkx"}


@pytest.mark.parametrize("name", SOURCES)
def test_every_module_says_what_it_is_for_and_only_the_command_prints(name):
    tree = parsed(name)
    assert ast.get_docstring(tree)
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert name == "cli.py" or "print" not in calls


@pytest.mark.parametrize("name", SOURCES)
def test_no_module_changes_global_state(name):
    """No global generator, no environment, no settings of Numba (threads.py puts them back) or matplotlib."""
    text = SOURCES[name].read_text(encoding="utf-8")
    for forbidden in (
        "np.random.seed",
        "os.environ",
        "numba.config",
        "set_num_threads",
        'rcParams["',
        "matplotlib.use(",
    ):
        written = (
            re.search(rf"{re.escape(forbidden)}[^\n]*=(?!=)", text) if forbidden.endswith('"') else forbidden in text
        )
        assert not written or (forbidden, name) == ("set_num_threads", "runtime/threads.py"), forbidden


def documented(value, title):
    """Names in a section of a numpydoc docstring, in order."""
    doc = inspect.cleandoc(value.__doc__)
    section = re.search(rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-{{3,}}\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    names = re.findall(r"^(\S.*?)(?: :.*)?$", section.group(1), re.MULTILINE) if section else []
    return [name.strip().lstrip("*") for line in names for name in line.split(",")]


@pytest.mark.parametrize("name", [name for name in DOCUMENTED if name not in RESULTS])
def test_the_docstring_lists_the_parameters_of_the_signature(name):
    value = PUBLIC[name]
    signature = [p for p in inspect.signature(value).parameters if p != "self"]
    assert documented(value, "Parameters") == signature


@pytest.mark.parametrize("name", RESULTS)
def test_the_docstring_of_a_result_lists_its_fields(name):
    value = PUBLIC[name]
    fields = getattr(value, "__annotations__", {})
    assert sorted(documented(value, "Attributes")) == sorted(fields)


def n_examples(name):
    value = PUBLIC[name]
    tests = doctest.DocTestFinder(recurse=False).find(value, name, module=importlib.import_module(value.__module__))
    return sum(len(test.examples) for test in tests)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_public_name_has_an_example_that_runs(name):
    assert n_examples(name) or n_examples(RESULTS.get(name, name))


@pytest.mark.parametrize("name", ERRORS)
def test_errors_say_what_they_mean(name):
    assert PUBLIC[name].__doc__ != Exception.__doc__
    assert len(PUBLIC[name].__doc__) > 20


def test_sections_of_docstrings_are_complete():
    for name in DOCUMENTED:
        doc = inspect.cleandoc(PUBLIC[name].__doc__)
        if not inspect.isclass(PUBLIC[name]) and name != "write_embedding":
            assert "\nReturns\n-------\n" in doc, name
        assert n_examples(name) == 0 or "\nExamples\n--------\n" in doc, name


def test_old_names_work_and_name_the_new_ones(tmp_path):
    with pytest.warns(DeprecationWarning, match="estimate_cost") as caught:
        assert sggraph.estimate([[0, 1], [1, 0]]).n_nodes == 2
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="write_embedding"):
        sggraph.save_embedding(tmp_path / "two.npz", [[0, 1], [2, 3]])
    with pytest.raises(ValueError, match="npz"), pytest.warns(DeprecationWarning, match="write_embedding"):
        sggraph.save_embedding(tmp_path / "two.csv", [[0, 1], [2, 3]])
    club = sggraph.datasets.load_karate_club()
    with pytest.warns(DeprecationWarning, match="Dataset.adjacency"):
        assert club.graph is club.adjacency


def test_no_file_grows_too_long_nor_the_top_too_wide():
    """A table of facts, as that of the bundled graphs, counts as data."""
    long = {name for name, path in SOURCES.items() if len(path.read_text(encoding="utf-8").splitlines()) > 400}
    assert not long
    assert len([name for name in SOURCES if "/" not in name]) <= 6


@pytest.mark.parametrize("name", SOURCES)
def test_no_body_of_a_function_is_longer_than_sixty_lines(name):
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            assert length <= 60, node.name


REMEDIES = "add|build|call|choose|convert|correct|create|delete|divide|drop|fetch|get|give|install|keep|leave|number"
REMEDIES += "|project|raise|remove|rename|save|scale|see|shorten|update|use|write"
FOREIGN = (
    "must be|must have|must hold|, got |; (?:" + REMEDIES + r")\b|\bis no (?:file|name|number|text|regular|whole)\b"
)


def text_of(node):
    """The text of a string in a syntax tree, {} for what is put in; None of other expressions."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(value) or "{}" for value in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def messages(name):
    """What the file `name` raises: line and text of each exception that is made of a string."""
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            texts = [text_of(argument) for argument in node.exc.args[:1]]
            if texts and texts[0] is not None and getattr(node.exc.func, "id", "") != "refused":
                yield node.lineno, texts[0]


def is_in_our_grammar(text):
    """Whether a remedy, if there is one, comes after a colon: "name=value: give ...", "name has ...: drop ..."."""
    remedy = re.search(rf"[,;.:] (?:{REMEDIES})\b", text)
    return not re.search(FOREIGN, text) and (remedy is None or ":" in text[: remedy.start() + 1])


@pytest.mark.parametrize("name", SOURCES)
def test_errors_have_one_grammar(name):
    for line, text in messages(name):
        assert is_in_our_grammar(text), f"{name}:{line}: {text}"


def test_the_grammar_of_errors():
    assert is_in_our_grammar("{}={}: give {}")
    assert is_in_our_grammar("Y has {} rows, but graph has {} nodes: give the graph of Y, or drop rows")
    assert not is_in_our_grammar("Y must be an array of n rows")
    assert not is_in_our_grammar("axes are two Axes, got {}")
    assert not is_in_our_grammar("graph has no nodes; give a graph with at least one")
    assert not is_in_our_grammar("graph has no nodes, give a graph with at least one")
    assert sum(len(list(messages(name))) for name in SOURCES) > 100


def test_settings_hold_each_parameter_once():
    fields = inspect.signature(Settings).parameters
    asked = {name: p for name, p in inspect.signature(sggraph.embed_graph).parameters.items()}
    read = {"graph", "weight", "direction", "Y0", "rng", "state", "comm"}  # how it is read, other names, what and who
    assert set(fields) == set(asked) - read
    assert {name: p.default for name, p in fields.items()} == {name: asked[name].default for name in fields}


BENCHMARKS = sorted((Path(__file__).parent / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.name)
def test_what_benchmarks_import_is_there(path):
    """Nobody runs them all after each change."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sggraph":
            module = importlib.import_module(node.module)
            missing = [alias.name for alias in node.names if not hasattr(module, alias.name)]
            for name in missing:
                importlib.import_module(f"{node.module}.{name}")
