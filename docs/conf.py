"""The documentation site.

    sphinx-build -W -c docs . build/site

The sources are the files that the repository shows, README apart: docs/, the notebooks and CHANGELOG.md, so that one
link serves in both. Notebooks keep the outputs that are stored in them; nothing is executed and nothing fetched.
"""

from pathlib import Path

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

html_theme = "pydata_sphinx_theme"
html_title = f"sggraph {release}"
html_extra_path = ["_root"]  # index.html, which leads to the first page
html_show_sourcelink = False
html_theme_options = {"secondary_sidebar_items": ["page-toc"], "header_links_before_dropdown": 5}


def is_left_out(app, what, name, member, skip, options):
    """Whether autodoc leaves a member out: fields of named tuples, which the docstring of their class lists, and what
    scikit-learn gives to every estimator.
    """
    return True if type(member).__name__ == "_tuplegetter" or name == "set_fit_request" else None


def setup(app):
    """Connect what is above."""
    app.connect("autodoc-skip-member", is_left_out)
