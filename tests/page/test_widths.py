"""Widths of a page's edges: what it holds, and what a browser draws of it."""

import io
import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import networkx as nx
import numpy as np
import pytest
from changing_graphs import snapshot
from matplotlib.collections import LineCollection
from page_probes import asked_by_moving, eventually, facts_of, numbers_of, pixels, place
from scipy.sparse import csr_array

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import sggraph as sg
from sggraph.page import edges
from sggraph.page.columns import from_edge_columns
from sggraph.page.widths import PIXELS
from sggraph.plot.sizes import NARROWEST


def edges_of(page):
    """Names of the two ends of the edges, as the page has them."""
    facts = facts_of(page)["edges"]
    row, col = from_edge_columns(*(numbers_of(page, facts[name]) for name in ("sizes", "gaps")))
    called = [page.embedding.nodes[i] for i in page.rows]
    return [frozenset((called[a], called[b])) for a, b in zip(row, col, strict=True)]


def held(page, of="levels", t=0):
    """{names of the two ends: value} of the edges; or their widths in pixels."""
    width = facts_of(page)["edges"]["width"]
    codes = numbers_of(page, width["data"][t])
    return {ends: width[of][code] for ends, code in zip(edges_of(page), codes, strict=True)}


def drawn_by_plot(Y, graph, edge_width):
    """The widths of `plot_embedding` in pixels, ascending."""
    ax = sg.plot_embedding(Y, graph=graph, edge_width=edge_width)
    (lines,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    plt.close("all")
    return PIXELS * np.sort(lines.get_linewidth())


NOVEL = nx.les_miserables_graph()
BETWEEN = nx.edge_betweenness_centrality(NOVEL)
FORMS = {
    "weight": "weight",
    "dict": BETWEEN,
    "list": [1 + i for i in range(NOVEL.number_of_edges())],
    "matrix": nx.to_scipy_sparse_array(NOVEL),
}


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("form", FORMS)
def test_edges_are_as_wide_as_in_a_picture(form, d):
    Y = np.random.default_rng(0).normal(size=(77, d))
    page = sg.explore(Y, graph=NOVEL, edge_width=FORMS[form])
    found = np.sort(list(held(page, "pixels").values()))
    usual = drawn_by_plot(Y, NOVEL, FORMS[form])
    # what is not whole has two digits; in 1-D a picture has the room of its longest arc, the page that of any
    np.testing.assert_allclose(found, usual, rtol=0.05 if form == "dict" else 0.02 if d == 1 else 0.003)


def test_a_number_is_a_width_in_points():
    page = sg.explore(np.random.default_rng(0).normal(size=(77, 2)), graph=NOVEL, edge_width=3)
    assert facts_of(page)["edges"]["width"] == {"all": 4}  # in pixels of CSS: 96 an inch, points are 72


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([0, 1, 999, 12_345, 1e200, None], [0, 1, 999, 12_300, 1e200, None]),
        ([0, 1.25, 999, 12_345, 0.012345, None], [0, 1.2, 1000, 12_000, 0.012, None]),
    ],
)
def test_the_page_holds_the_values_to_some_digits(values, wanted):
    G = nx.path_graph(7)
    page = sg.explore(np.random.default_rng(0).normal(size=(7, 2)), graph=G, edge_width=values)
    assert held(page) == {frozenset(edge): v for edge, v in zip(G.edges, wanted, strict=True)}
    assert facts_of(page)["edges"]["width"]["name"] == "width"
    assert len(json.dumps(facts_of(page)["edges"]["width"]["levels"])) < 80  # no 12299.999999999998


def test_both_directions_count_together_and_nodes_without_a_place_are_left_out():
    D = nx.DiGraph([("a", "b", {"n": 2}), ("b", "a", {"n": 3}), ("c", "b", {"n": 4}), ("c", "d", {"n": 90})])
    page = sg.explore([[0, 0], [1, 0], [1, 1], [np.nan, np.nan]], graph=D, edge_width="n")
    assert held(page) == {frozenset("ab"): 5, frozenset("bc"): 4}


def test_an_estimator_knows_its_weights():
    fitted = sg.SGtSNEpi(random_state=0, max_iter=5).fit(NOVEL)
    page = fitted.explore(edge_width="weight")
    assert held(page) == {frozenset((a, b)): w for a, b, w in NOVEL.edges(data="weight")}
    assert facts_of(fitted.explore())["edges"]["width"] is None


def test_of_too_many_edges_the_heaviest_stay(monkeypatch):
    monkeypatch.setattr(edges, "MOST_EDGES", 10)
    with pytest.warns(RuntimeWarning, match="graph has 254 edges: the page keeps the 10 of the greatest edge_width"):
        page = sg.explore(np.random.default_rng(0).normal(size=(77, 2)), graph=NOVEL, edge_width="weight")
    weights = sorted((w for *_, w in NOVEL.edges(data="weight")), reverse=True)
    assert sorted(held(page).values(), reverse=True) == weights[:10]


@pytest.mark.parametrize(("spread", "bytes_each"), [("counts", 0.8), ("numbers", 1.7)])
def test_a_width_takes_a_byte_or_two(spread, bytes_each):
    """Measured at 10^6 edges: counts with a heavy tail .5, whole numbers below 1,000 1.7, others 1.4."""
    rng, n, m = np.random.default_rng(0), 10_000, 40_000
    weights = np.ceil(rng.pareto(1.2, m)) if spread == "counts" else 10 ** rng.uniform(0, 3, m)
    row, col = rng.integers(n, size=(2, m))
    A = csr_array((weights, (row, (row + 1 + col % (n - 1)) % n)), shape=(n, n))
    A = A + A.T
    Y = rng.normal(size=(n, 2))
    pages = [sg.explore(Y, graph=A, edge_width=width) for width in (None, A)]
    more = len(pages[1].html) - len(pages[0].html)
    assert more < bytes_each * len(edges_of(pages[0]))


def sequence():
    """Two times of a graph: an edge whose weight grows, one that goes, one that comes."""
    places = {"a": (0, 0), "b": (4, 0), "c": (4, 3)}
    first = nx.Graph([("a", "b", {"weight": 1}), ("b", "c", {"weight": 2})])
    second = nx.Graph([("a", "b", {"weight": 8}), ("a", "c", {"weight": 4})])
    return [snapshot(0, first, places), snapshot(1, second, places)]


def test_a_sequence_has_widths_at_each_time():
    page = sg.explore(sequence(), edge_width="weight")
    ab, bc, ac = frozenset("ab"), frozenset("bc"), frozenset("ac")
    assert held(page, t=0) == {ab: 1, bc: 2, ac: 0}
    assert held(page, t=1) == {ab: 8, bc: 0, ac: 4}
    of_all = sg.explore(sequence(), edge_width={("a", "b"): 3, ("b", "c"): 1, ("a", "c"): 1})
    assert len(facts_of(of_all)["edges"]["width"]["data"]) == 1
    assert facts_of(sg.explore(sequence(), edge_width=2))["edges"]["width"]["all"] == pytest.approx(2 * PIXELS)


# ---------------------------------------------------------------- in a browser

WEIGHTS = [1, 8, 16, 0]


def parallel(**options):
    """Four level edges beneath each other, of very different weights."""
    G = nx.Graph()
    for k, weight in enumerate(WEIGHTS):
        G.add_edge(f"l{k}", f"r{k}", size=weight, year=2000 + k)
    Y = {f"{side}{k}": (10 * (side == "r"), 2 * k) for k in range(4) for side in "lr"}
    return sg.explore(Y, [f"class {k}" for k in range(4) for _ in "lr"], graph=G, **{"edge_width": "size"} | options)


def across(page, k, ratio=1):
    """How much the pixels of the card that lie right across the middle of an edge differ from the ground."""
    (left, y), (right, _) = place(page, f"l{k}"), place(page, f"r{k}")
    read = page.evaluate(
        """([x, y, ratio]) => {
        const gl = document.getElementById("picture").getContext("webgl2"), high = 60 * ratio;
        const read = new Uint8Array(4 * high), bottom = Math.round(gl.drawingBufferHeight - y * ratio - high / 2);
        gl.readPixels(Math.round(x * ratio), bottom, 1, high, gl.RGBA, gl.UNSIGNED_BYTE, read);
        return [...read];
    }""",
        [(left + right) / 2, y, ratio],
    )
    return np.abs(np.subtract(read, read[:4] * (60 * ratio))).reshape(-1, 4).sum(axis=1)


def thickness(page, k, ratio=1):
    """How many pixels across an edge are not of the ground."""
    return np.count_nonzero(across(page, k, ratio))


@pytest.mark.parametrize("ratio", [1, 2])
def test_edges_are_drawn_as_wide_as_they_are(opened, ratio):
    explorer = parallel()
    pixels_wide = held(explorer, "pixels")
    page = opened(explorer, device_scale_factor=ratio)
    for k in range(4):
        wide = max(ratio * pixels_wide[frozenset((f"l{k}", f"r{k}"))], 1)
        assert wide - 0.5 <= thickness(page, k, ratio) <= wide + 2  # its two borders are soft
    assert pixels_wide[frozenset(("l2", "r2"))] > 4


def test_what_is_narrower_than_a_pixel_is_paler_and_there(opened):
    G = nx.Graph([("l0", "r0", {"size": 1}), ("l1", "r1", {"size": 0})])
    page = opened(sg.explore({"l0": (0, 0), "r0": (9, 0), "l1": (0, 4), "r1": (9, 4)}, graph=G, edge_width="size"))
    share = across(page, 1).sum() / across(page, 0).max()
    assert share == pytest.approx(np.sqrt(NARROWEST * PIXELS), rel=0.1)
    svg = ElementTree.fromstring(page.evaluate("sggraph.drawing()"))
    seen = [float(part.get("stroke-opacity")) for part in svg.iter() if part.tag.endswith("path")]
    assert seen[0] / seen[1] == pytest.approx(share, rel=0.1)


def test_all_of_one_width(opened):
    page = opened(parallel(edge_width=6))
    assert all(8 <= thickness(page, k) <= 9 for k in range(4))


def test_edges_grow_with_the_marks(opened):
    page = opened(parallel())
    before = thickness(page, 2)
    page.evaluate("sggraph.view.zoom = 4; sggraph.draw()")
    page.wait_for_timeout(200)
    assert thickness(page, 2) == pytest.approx(2 * before, abs=2)


@pytest.mark.parametrize("address", ["", "#node=0"])
def test_moving_writes_nothing_and_takes_few_calls(opened, address):
    counties = sg.datasets.load_us_counties()
    page = opened(sg.explore(counties, edge_width="weight"), address=address)
    assert page.evaluate("sggraph.drawn") == 8710
    asked = asked_by_moving(page)
    assert asked["writes"] == 0
    page.click("#legend button:has-text('Texas')")
    page.wait_for_timeout(50)
    assert 0 < page.evaluate("asked.bytes") < 16 * 8710  # of a filter the nodes, not the edges


def test_of_more_than_can_be_drawn_the_widest_stay(opened):
    page = opened(parallel())
    page.evaluate("sggraph.affordable.still = sggraph.affordable.moving = 2; sggraph.atRest(); sggraph.draw()")
    eventually(page, "sggraph.drawn", 2)
    assert [thickness(page, k) > 0 for k in range(4)] == [False, True, True, False]


@pytest.mark.parametrize(("edge_width", "least"), [(None, 100_000), (2, 20_000)])
def test_a_slow_card_draws_fewer_quads_than_lines(browser, tmp_path, edge_width, least):
    sg.explore(np.random.default_rng(0).normal(size=(77, 2)), graph=NOVEL, edge_width=edge_width).save(
        tmp_path / "p.html"
    )
    page = browser.new_page()
    page.add_init_script("let time = 0; performance.now = () => time += 1e6")  # a frame takes for ever
    page.goto(f"file://{tmp_path / 'p.html'}")
    page.wait_for_selector("html[data-ready=true]")
    assert page.evaluate("sggraph.affordable") == {"moving": 5000, "still": least}
    page.close()


def test_from_near_all_that_are_in_view_are_there(opened):
    page = opened(parallel())
    page.evaluate("sggraph.affordable.still = sggraph.affordable.moving = 2; sggraph.view.zoom = 3")
    page.mouse.move(500, 350)
    page.mouse.down()
    page.mouse.move(500, 350 + 350 - place(page, "l0")[1])  # the thinnest into the middle
    page.mouse.up()
    eventually(page, "sggraph.drawn", 1)
    assert [k for k in range(4) if 0 < place(page, f"l{k}")[1] < 700] == [0]
    assert thickness(page, 0) > 0


def test_classes_and_times_hide_edges(opened):
    page = opened(parallel(edge_time="year"))
    page.click("#legend button:has-text('class 2')")
    eventually(page, "sggraph.shown.filter(s => s === 2).length", 2)
    page.wait_for_timeout(100)
    assert [thickness(page, k) > 0 for k in range(4)] == [True, True, False, True]
    page.locator("#time input").last.fill("500")
    eventually(page, "sggraph.drawn", 2)
    assert [thickness(page, k) > 0 for k in range(4)] == [True, True, False, False]
    page.click("#edges")
    page.wait_for_timeout(100)
    assert [thickness(page, k) > 0 for k in range(4)] == [False] * 4


def novel_page():
    Y = np.random.default_rng(0).normal(size=(77, 2))
    return sg.explore(Y, graph=NOVEL, edge_width="weight")


def test_the_numbers_are_told_to_who_asks(opened):
    page = opened(novel_page())
    page.mouse.click(*place(page, "Valjean"))
    listed = page.locator("#chosen .node").all_text_contents()
    assert listed[:3] == ["Cosette 31", "Marius 19", "Javert 17"]
    assert len(listed) == 36
    page.mouse.move(*place(page, "Cosette"))
    page.wait_for_selector("#tip:not([hidden])")
    assert "weight to Valjean: 31" in page.text_content("#tip")
    tip, panel = (page.locator(name).bounding_box() for name in ("#tip", "#details"))
    assert tip["x"] + tip["width"] <= panel["x"]
    page.mouse.move(*place(page, "Child1"))
    eventually(page, "document.querySelector('#tip strong').textContent", "Child1")
    assert "weight" not in page.text_content("#tip")
    page.click("#path")
    page.mouse.click(*place(page, "Child1"))
    steps = page.evaluate("sggraph.state.path.map(sggraph.nameOf)")
    told = [f"{b} {NOVEL.edges[a, b]['weight']}" for a, b in pairwise(steps)]
    assert page.locator("#chosen .node").all_text_contents() == [steps[0], *told]
    assert page.get_attribute("#edges", "title") == "As wide as weight says"


def test_a_legend_has_round_values(opened):
    page = opened(novel_page())
    heights = "[...document.querySelectorAll('#widths span')].map(line => line.getBoundingClientRect().height)"
    assert page.locator("#widths h2").text_content() == "weight"
    assert page.locator("#widths small").all_text_contents() == ["2", "5", "10", "20"]  # as plot_embedding has it
    at_first = page.evaluate(heights)
    assert at_first[3] / at_first[2] == pytest.approx(2, rel=0.05)
    page.evaluate("sggraph.view.zoom = 4; sggraph.atRest()")
    assert page.evaluate(heights)[3] == pytest.approx(2 * at_first[3], rel=0.05)
    for explorer in (sg.explore(np.eye(2), graph=nx.path_graph(2), edge_width=2), sg.explore(np.eye(2))):
        assert not opened(explorer).locator("#widths").is_visible()


def test_the_chosen_edges_are_as_wide_and_others_fade(opened):
    G = nx.Graph([("l0", "r0", {"weight": 9}), ("l1", "r1", {"weight": 9}), ("l0", "r1", {"weight": 1})])
    page = opened(sg.explore({"l0": (0, 0), "r0": (9, 0), "l1": (0, 4), "r1": (9, 4)}, graph=G, edge_width="weight"))
    page.evaluate("sggraph.choose(sggraph.find('l0')[0])")
    page.wait_for_timeout(100)
    assert thickness(page, 0) >= 3
    faint = """([x, y]) => {
        const gl = document.getElementById("picture").getContext("webgl2"), read = new Uint8Array(4);
        gl.readPixels(Math.round(x), gl.drawingBufferHeight - Math.round(y), 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, read);
        return read[0];
    }"""
    middles = [np.mean([place(page, f"l{k}"), place(page, f"r{k}")], axis=0).tolist() for k in range(2)]
    dark, pale = (page.evaluate(faint, at) for at in middles)
    assert dark < 120
    assert 235 < pale < 255  # an end of it fades


def strokes(page):
    svg = ElementTree.fromstring(page.evaluate("sggraph.drawing()"))
    return [float(part.get("stroke-width")) for part in svg.iter() if part.tag.endswith("path")]


@pytest.mark.parametrize("d", [1, 2])
def test_drawings_have_the_widths(opened, d):
    G = nx.path_graph(5)
    Y = np.column_stack([np.arange(5.0), [0, 1, 0, 1, 0]])[:, :d]
    explorer = sg.explore(Y, graph=G, edge_width=[1, 2, 4, 8])
    page = opened(explorer)
    assert strokes(page) == sorted(strokes(page))  # the widest on top
    wanted = sorted(max(wide, 1) for wide in held(explorer, "pixels").values())
    np.testing.assert_allclose(strokes(page), wanted, atol=0.006)


@pytest.mark.parametrize("times", [1, 4])
def test_pictures_have_the_widths(opened, times):
    image = pytest.importorskip("PIL.Image")
    page = opened(parallel(edge_width=3))
    (left, y), (right, _) = place(page, "l2"), place(page, "r2")
    with page.expect_download() as download:
        page.select_option("#save", str(times))
    saved = np.asarray(image.open(io.BytesIO(Path(download.value.path()).read_bytes())).convert("L"))
    x, y = times * (left + right) / 2, times * y
    across = saved[int(y) - 20 * times : int(y) + 20 * times, int(x)]
    assert 4 * times <= np.count_nonzero(across < 255) <= 4 * times + 1


def test_dark_and_after_the_card_was_lost(opened):
    page = opened(parallel(), color_scheme="dark")
    before = [thickness(page, k) for k in range(4)]
    assert min(before) >= 1
    page.evaluate(
        """() => {
        const card = document.getElementById("picture").getContext("webgl2").getExtension("WEBGL_lose_context");
        card.loseContext();
        setTimeout(() => card.restoreContext(), 50);
    }"""
    )
    page.wait_for_timeout(500)
    assert [thickness(page, k) for k in range(4)] == before


def test_a_sequence_changes_its_widths(opened):
    page = opened(sg.explore(sequence(), edge_width="weight"), reduced_motion="no-preference")
    late = strokes(page)
    assert len(late) == 2
    page.locator("#station").fill("0")
    eventually(page, "sggraph.passage === null", True)
    page.wait_for_timeout(100)
    early = strokes(page)
    assert max(late) / max(early) == pytest.approx(4, rel=0.05)
    page.mouse.click(*place(page, "a"))
    assert page.locator("#chosen .node").all_text_contents() == ["b 1"]
    assert pixels(page)[0] > 100


def test_in_space(opened):
    Y = np.random.default_rng(0).normal(size=(77, 3))
    page = opened(sg.explore(Y, graph=NOVEL, edge_width="weight"))
    without = opened(sg.explore(Y, graph=NOVEL))
    assert pixels(page)[0] > 1.05 * pixels(without)[0]
