"""Names in scripts that a font lacks: another font, or one warning."""

import warnings
from io import BytesIO

import matplotlib
import networkx as nx
import numpy as np
import pytest
from matplotlib.legend import Legend

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg
from sggraph.plot import fonts
from sggraph.plot.embedding import plot_embedding
from sggraph.plot.fonts import letters_for

NOWHERE = ["\U0010f234\U0010f235", "a\U0010f236", "\U0010f237\u200bb"]  # for private use: no font has these
Y = np.random.default_rng(0).normal(size=(9, 2))


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def warned(draw):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure = draw()
        for kind in ("png", "svg"):
            figure.savefig(BytesIO(), format=kind, bbox_inches="tight")
    return [warning for warning in caught if "cmr10 font should" not in str(warning.message)]


def test_one_warning_names_scripts_and_remedy():
    options = {"graph": nx.path_graph(9), "node_names": NOWHERE * 3, "label_on_map": True, "legend": True}
    options |= {"node_size": "degree", "title": NOWHERE[0]}
    (warning,) = warned(lambda: plot_embedding(Y, NOWHERE * 3, **options).figure)
    assert "no font here has 4 of the letters in names (OTHERS), such as those of " in str(warning.message)
    assert "install a font that has them" in str(warning.message)
    assert warning.filename == __file__
    with pytest.warns(UserWarning, match="no font here"):
        ax = plot_embedding(Y, NOWHERE * 3, **options)
    assert ax.get_title() == "□□"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a□", "□□", "□\u200bb"]


@pytest.mark.filterwarnings("ignore:cmr10 font should")
def test_a_font_that_is_installed_helps():
    with plt.rc_context({"font.family": "cmr10"}):
        draw = lambda: plot_embedding(Y, ["русский", "Ελλάδα", "x"] * 3, title="Δ", node_size=range(9)).figure  # noqa: E731
        assert not warned(draw)
        ax = draw().axes[0]
        legends = [child for child in ax.get_children() if isinstance(child, Legend)]
        assert ax.get_legend().get_texts()[0].get_text() == "x"
        assert len(legends) == 2
        for text in [ax.title, *(text for legend in legends for text in legend.get_texts())]:
            assert text.get_fontfamily()[0] == "cmr10"
            assert len(text.get_fontfamily()) > 1


def test_names_that_the_font_has_are_left_as_they_are():
    assert letters_for(["Zürich", "Ελλάδα", "plain", "two\nlines"]) == fonts.Letters()
    assert letters_for([]).families is None
    ax = plot_embedding(Y, ["Zürich", "Ελλάδα", "ŁÓDŹ"] * 3)
    assert ax.get_legend().get_texts()[0].get_fontfamily() == plt.rcParams["font.family"]


def test_titles_that_are_formulas_are_none_of_our_business():
    ax = plot_embedding(Y, title="$\\alpha$ русский")
    assert ax.get_title() == "$\\alpha$ русский"


def test_scores_and_panels():
    club = sg.datasets.load_karate_club()
    places = np.random.default_rng(0).normal(size=(34, 2))
    (warning,) = warned(lambda: sg.plot_recall(club, {NOWHERE[0]: places}).figure)
    assert "no font here" in str(warning.message)
    found = warned(lambda: sg.plot_comparison({NOWHERE[0]: places, "other": places}, club.labels)[0].figure)
    assert [str(warning.message)[:12] for warning in found] == ["no font here"]
