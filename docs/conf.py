"""The documentation site.

    sphinx-build -W -c docs . build/site

The sources are the files that the repository shows, README apart: docs/, the notebooks and CHANGELOG.md, so that one
link serves in both. Notebooks keep the outputs that are stored in them; nothing is executed and nothing fetched. So the
gallery is a page with code and pictures, which tutorials/gallery.py makes and tests run: sphinx-gallery would run it at
every build, and the repository would show neither.
"""

from pathlib import Path

from docutils import nodes
from docutils.utils.math import latex2mathml

import sggraph

project = "sggraph"
author = "The sggraph developers"
version = release = sggraph.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_nb"]
include_patterns = ["docs/*.md", "docs/*.rst", "docs/generated/*.rst", "tutorials/*.ipynb", "CHANGELOG.md"]
root_doc = "docs/index"
templates_path = [str(Path(__file__).parent / "_templates")]
language = "en_GB"
default_role = "obj"  # `name` in docstrings: a link where it is a public name

autodoc_typehints = "none"  # the docstrings tell types
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # the template lists them
numpydoc_attributes_as_param_list = True

nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
highlight_language = "none"  # of what names no language: shells and printed output

html_math_renderer = "mathml"  # which browsers draw themselves: a page fetches nothing
html_theme = "pydata_sphinx_theme"
html_title = f"sggraph {release}"
html_extra_path = ["_root"]  # index.html, which leads to the first page
html_sidebars = {"docs/*": [], "CHANGELOG": []}  # the others are many of a kind: public names, tutorials
html_show_sourcelink = False
html_theme_options = {"secondary_sidebar_items": ["page-toc"], "header_links_before_dropdown": 4}
html_theme_options["navbar_persistent"] = ["search-button"]  # an icon: the field took a second row


def is_left_out(app, what, name, member, skip, options):
    """Whether autodoc leaves a member out: fields of named tuples, which the docstring of their class lists, and what
    scikit-learn and matplotlib give to their subclasses.
    """
    is_foreign = not (getattr(member, "__module__", "sggraph") or "").startswith("sggraph")
    return True if is_foreign or type(member).__name__ == "_tuplegetter" or name == "set_fit_request" else None


def write_formula(translator, node):
    """Write the LaTeX of a formula, in a line or on lines of its own, as MathML."""
    block = isinstance(node, nodes.math_block)
    formula = latex2mathml.tex2mathml(node.astext(), as_block=block)
    translator.body.append(f"<p>{formula}</p>" if block else formula)
    raise nodes.SkipNode


def public_name(app, env, node, contnode):
    """A link to the public name that a docstring means, whichever module it is listed in; None if there is none."""
    name, python = node["reftarget"].split(".")[-1], env.domains["py"]
    for known in (f"{module}.{name}" for module in ("sggraph", "sggraph.metrics", "sggraph.datasets")):
        if node.get("refdomain") == "py" and known in python.objects:
            return python.resolve_xref(env, node["refdoc"], app.builder, "obj", known, node, contnode)
    return None


def write_page(app, exception):
    """Write the page to explore that a page of the site holds in a frame."""
    if exception is None:
        counties = sggraph.datasets.load_us_counties()
        sggraph.explore(counties, title="US counties").save(Path(app.outdir, "docs", "us_counties.html"))


def setup(app):
    """Connect what is above."""
    app.connect("build-finished", write_page)
    app.connect("autodoc-skip-member", is_left_out)
    app.connect("missing-reference", public_name)
    app.add_html_math_renderer("mathml", (write_formula, None), (write_formula, None))
