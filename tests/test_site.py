"""The pages of the documentation: every example runs, every public name and every page has its place."""

import re
import warnings
from pathlib import Path

import matplotlib
import pytest

import sggraph

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
LINKING = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "tutorials/README.md"]
BLOCKS = {page: re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S) for page in PAGES}
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#[^)\s]*)?\)")


def hurried(embed):
    """`embed` with few iterations where many nodes and no schedule are given: examples are run, not looked at."""

    def embed_graph(graph, *args, **options):
        if len(sggraph.as_graph(graph).nodes) > 2000 and not {"max_iter", "checkpoint"} & set(options):
            options["max_iter"] = 10
        return embed(graph, *args, **options)

    return embed_graph


@pytest.mark.parametrize("page", [page for page in PAGES if BLOCKS[page]], ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page, tmp_path, monkeypatch):
    """In their order, as in one session."""
    if page.name == "coming-from.md":
        pytest.importorskip("igraph")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sggraph, "embed_graph", hurried(sggraph.embed_graph))
    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "More than 20 figures")
        for code in BLOCKS[page]:
            exec(compile(code, page.name, "exec"), names)
            pyplot.close("all")


@pytest.mark.parametrize("page", LINKING, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_card_in_the_page_is_that_of_the_code_above_it():
    novel = sggraph.datasets.load_lesmis()
    card = repr(sggraph.quality_card(novel, sggraph.embed_graph(novel, random_state=0)))
    shown = re.search(r"^```\n(Embedding of 77.*?)\n```$", (DOCS / "is-my-picture-right.md").read_text(), re.M | re.S)
    words = [re.sub(r"\d\.\d+", "", text) for text in (shown.group(1), card)]
    assert words[0] == words[1]
    values = [[float(x) for x in re.findall(r"\b\d\.\d{4}\b", text)] for text in (shown.group(1), card)]
    assert values[0] == pytest.approx(values[1], abs=0.05)  # other processors, other last digits


def test_every_public_name_is_in_the_api():
    sections = re.split(r"^\.\. currentmodule:: ", (DOCS / "api.rst").read_text(encoding="utf-8"), flags=re.M)[1:]
    listed = {}
    for section in sections:
        module = section.split("\n", 1)[0]
        listed.setdefault(module, []).extend(re.findall(r"^   (\w+)$", section, re.M))
    assert set(listed) == {"sggraph", "sggraph.metrics", "sggraph.datasets"}
    for module in ("metrics", "datasets"):
        assert sorted(listed[f"sggraph.{module}"]) == sorted(getattr(sggraph, module).__all__)
    elsewhere = {"metrics", "datasets", *sggraph.metrics.__all__}
    assert sorted(listed["sggraph"]) == sorted(set(sggraph.__all__) - elsewhere)


def test_every_page_is_in_a_table_of_contents():
    texts = [path.read_text(encoding="utf-8") for path in (*DOCS.glob("*.md"), *DOCS.glob("*.rst"))]
    trees = re.findall(r"^```\{toctree\}\n(.*?)^```$", "\n".join(texts), re.M | re.S)
    entries = {line for tree in trees for line in tree.split("\n") if line and not line.startswith(":")}
    pages = {path.stem for path in (*DOCS.glob("*.md"), *DOCS.glob("*.rst"))} - {"index"}
    notebooks = {f"../tutorials/{path.stem}" for path in (ROOT / "tutorials").glob("*.ipynb")}
    assert entries == pages | notebooks | {"../CHANGELOG"}
