"""The page in a browser: what hand and keyboard do. Skipped where there is no Chromium, or no Playwright."""

import struct
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
from page_probes import asked_by_moving, chosen, counted, eventually, pixels, place

import sggraph as sg

HOSTILE = ["</script><script>document.title='gone'</script>", "<img src=x onerror=alert(1)>", "\u202eleft", "👩‍🚀" * 50]


def counties():
    found = sg.datasets.load_us_counties()
    return sg.explore(found, title="US counties", values={"east": found.positions[:, 0]})


def test_it_draws_and_asks_for_nothing(opened):
    page = opened(counties())
    count, _, ground = pixels(page)
    assert count > 20_000
    assert ground == 255
    assert page.evaluate("sggraph.calls") <= 4
    assert "3,106 nodes and 8,710 edges" in page.get_attribute("#over", "aria-label")


@pytest.mark.parametrize("address", ["", "#node=20", "#node=20&to=3000"])
def test_moving_writes_no_buffer(opened, address):
    page = opened(counties(), address=address)
    asked = asked_by_moving(page)
    assert asked["writes"] == asked["bytes"] == 0
    assert page.evaluate("sggraph.view.zoom") > 1.2
    page.click("#legend button:has-text('Texas')")  # which a filter may
    page.wait_for_timeout(50)
    assert page.evaluate("asked.bytes") >= 3106


def test_names_of_classes_move_with_the_picture(opened):
    page = opened(counties())
    where = "sggraph.toScreen(...sggraph.names.find(one => one.text === 'Texas').place)"
    before, node = page.evaluate(where), place(page, "Harris, Texas")
    page.mouse.move(900, 650)
    page.mouse.down()
    page.mouse.move(950, 680)
    moved = page.evaluate(where)
    page.mouse.up()
    assert np.subtract(moved, before) == pytest.approx([50, 30])
    assert np.subtract(place(page, "Harris, Texas"), node) == pytest.approx([50, 30])


def boxes(page):
    """Left, top, right and bottom of the names that are written."""
    return page.evaluate(
        """sggraph.names.map(({ text, place, dx, dy, size, bold }) => {
        const [x, y] = sggraph.toScreen(...place), pen = document.createElement("canvas").getContext("2d");
        pen.font = `${bold ? "600 " : ""}${size}px system-ui, sans-serif`;
        return [x + dx, y + dy, x + dx + pen.measureText(text).width, y + dy + size];
    })"""
    )


@pytest.mark.parametrize("address", ["", "#node=20&to=3000", "#node=20&hops=2", "#view=0,0,4"])
def test_no_name_lies_on_another(opened, address):
    """But for those of the two ends of a path, which are always there."""
    page = opened(counties(), address=address)
    written = boxes(page)
    assert len(written) > 8
    for k, (left, top, right, bottom) in enumerate(written):
        for a, b, c, e in written[:k]:
            assert right <= a or c <= left or bottom <= b or e <= top


def test_hovering_tells_who_it_is(opened):
    page = opened(counties())
    page.mouse.move(*place(page, "Harris, Texas"))
    page.wait_for_selector("#tip:not([hidden])")
    assert "Harris, Texas" in page.text_content("#tip")
    assert "neighbours" in page.text_content("#tip")


def test_a_click_shows_the_neighbours_and_a_second_step(opened):
    page = opened(counties())
    before = pixels(page)[0]
    at = place(page, "Kern, California")
    page.mouse.click(*at)
    assert chosen(page) == ["Kern, California"]
    assert "Los Angeles, California" in page.text_content("#chosen")
    assert "Kern, California" in page.text_content("#said")
    near = page.evaluate("sggraph.selected().length")
    page.keyboard.down("Shift")
    page.mouse.click(*at)
    page.keyboard.up("Shift")
    assert page.evaluate("sggraph.selected().length") > near
    page.click("#chosen button:has-text('Los Angeles')")
    assert chosen(page) == ["Los Angeles, California"]
    page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert chosen(page) == []
    assert before > 0


def test_search_flies_to_the_node(opened):
    page = opened(counties())
    page.keyboard.press("/")
    page.keyboard.type("cook, ill")
    assert page.locator("#found button").first.text_content() == "Cook, Illinois"
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert chosen(page) == ["Cook, Illinois"]
    x, y = place(page, "Cook, Illinois")
    assert abs(x - 500) < 5
    assert abs(y - 350) < 5
    assert "node=" in page.evaluate("location.hash")
    page.fill("#search", "atlantis")
    assert page.locator("#found:visible").text_content() == page.text_content("#said") == "Nothing found"
    page.fill("#search", "")
    assert page.locator("#found").is_hidden()


@pytest.mark.parametrize("asked", ["jose m", "José M", "JOSE\u0301 mu\u0308ll"])
def test_search_needs_no_accents(opened, asked):
    page = opened(sg.explore({"José Müller": (0, 0), "Joseph": (1, 0), "हिन्दी": (2, 1)}))
    page.fill("#search", asked)
    assert page.locator("#found button").all_text_contents() == ["José Müller"]
    page.fill("#search", "हन")  # signs of other scripts are letters
    assert page.text_content("#found") == "Nothing found"


def test_the_address_keeps_the_view(opened):
    page = opened(counties(), address="#view=0.1,0.2,5&node=7&column=1")
    assert page.evaluate("[sggraph.view.x, sggraph.view.y, sggraph.view.zoom]") == [0.1, 0.2, 5]
    assert page.evaluate("sggraph.state.chosen") == [7]
    assert page.input_value("#column") == "1"


def test_the_legend_filters(opened):
    page = opened(counties())
    before = pixels(page)[0]
    page.click("#legend button:has-text('Texas')")
    page.wait_for_timeout(100)
    assert page.evaluate("sggraph.shown.filter(s => s === 2).length") == 254
    assert pixels(page)[0] < before
    page.click("#legend button:has-text('Texas')", modifiers=["Shift"])
    assert page.evaluate("sggraph.shown.filter(s => s !== 2).length") == 254


def test_nodes_without_a_label_stand_in_the_legend(opened):
    labels = [None if i % 4 == 0 else f"class {i % 7}" for i in range(160)]
    without = sum(label is None for label in labels)
    page = opened(sg.explore(np.random.default_rng(0).normal(size=(160, 2)), labels))
    entry = page.locator("#legend button:has-text('no label')")
    assert entry.locator("small").inner_text() == str(without) == "40"
    grey = entry.locator(".dot").evaluate("dot => getComputedStyle(dot).backgroundColor")
    assert grey == "rgb(178, 178, 178)"  # as on a light ground the nodes are
    assert page.locator("#legend button").last.inner_text().startswith("no label")
    entry.click()
    assert page.evaluate("sggraph.shown.filter(s => s === 2).length") == without
    eventually(page, "location.hash", "#off=-1")
    entry.click(modifiers=["Shift"])  # alone
    assert page.evaluate("sggraph.shown.filter(s => s !== 2).length") == without
    assert page.evaluate("document.activeElement.innerText").startswith("no label")
    page.click("#dark")
    assert entry.locator(".dot").evaluate("dot => getComputedStyle(dot).backgroundColor") == "rgb(96, 98, 100)"
    page = opened(sg.explore(np.random.default_rng(0).normal(size=(3, 2)), ["a", "b", "a"]))
    assert page.locator("#legend button:has-text('no label')").count() == 0


def test_a_long_legend_lists_nodes_without_a_label_at_once(opened):
    labels = [None if i < 9 else f"class {i // 2}" for i in range(160)]
    page = opened(sg.explore(np.random.default_rng(0).normal(size=(160, 2)), labels))
    assert page.locator("#legend button").count() == 62
    page.click("#legend button:has-text('more')")
    assert page.locator("#legend button:has-text('no label')").count() == 1
    assert page.evaluate("document.activeElement.innerText").startswith("class")


def test_values_have_a_range(opened):
    page = opened(counties())
    page.select_option("#column", "1")
    page.locator("#legend input").first.fill("500")
    page.wait_for_timeout(100)
    hidden = page.evaluate("sggraph.shown.filter(s => s === 2).length")
    assert 500 < hidden < 2000


def test_values_run_as_through_time(opened):
    page = opened(counties())
    page.select_option("#column", "1")
    page.click(".play")
    page.wait_for_timeout(500)
    hidden = []
    while not hidden or (hidden[-1] and len(hidden) < 60):
        page.wait_for_timeout(300)
        hidden.append(page.evaluate("sggraph.shown.filter(s => s === 2).length"))
    assert hidden[0] > 1500
    assert hidden == sorted(hidden, reverse=True)
    assert hidden[-1] == 0


def test_marks_are_as_large_as_an_attribute_says(opened):
    G = nx.path_graph(4)
    nx.set_node_attributes(G, {0: 1, 1: 4, 2: None, 3: 16}, "people")
    page = opened(sg.explore([[0, 0], [1, 0], [2, 1], [3, 1]], graph=G, node_size="people"))
    svg = ElementTree.fromstring(page.evaluate("sggraph.drawing()"))
    radii = sorted(float(part.get("r")) for part in svg.iter() if part.tag.endswith("circle"))
    assert np.array(radii[1:]) / radii[1] == pytest.approx([1, 2, 4], rel=0.05)
    page.mouse.move(*place(page, "3"))
    page.wait_for_selector("#tip:not([hidden])")
    assert "people: 16" in page.text_content("#tip")
    assert page.get_attribute("#size", "title") == "Size by people"
    page.click("#size")
    page.wait_for_timeout(50)
    svg = ElementTree.fromstring(page.evaluate("sggraph.drawing()"))
    assert len({part.get("r") for part in svg.iter() if part.tag.endswith("circle")}) == 1


def grown():
    """A path whose edges come one after the other, and a node apart."""
    G = nx.path_graph(11)
    nx.set_edge_attributes(G, {edge: 2000 + edge[0] for edge in G.edges}, "year")
    G.add_edge(4, 8, year=None)
    G.add_node("apart")
    return sg.explore([[i, i % 3] for i in range(12)], graph=G, edge_time="year")


def test_edges_come_in_time(opened):
    page = opened(grown())
    assert page.text_content("#time h2") == "Edges by year"
    assert page.evaluate("sggraph.drawn") == 11
    before = pixels(page)[0]
    page.locator("#time input").last.focus()
    for _ in range(4):
        page.keyboard.press("PageDown")  # a tenth of the way each
    year = page.locator("#time output").last.text_content()
    assert 2004 < float(year) < 2006
    assert page.locator("#time input").last.get_attribute("aria-valuetext") == year
    eventually(page, "sggraph.drawn", int(float(year)) - 2000 + 2)  # with the one of no time
    assert pixels(page)[0] < before
    faded = page.evaluate("Array.from(sggraph.shown).flatMap((s, i) => s === 1 ? [sggraph.nameOf(i)] : [])")
    first = int(float(year)) - 2000 + 2  # whose first edge is yet to come
    assert sorted(faded, key=int) == [str(i) for i in range(first, 11) if i != 8]
    page.mouse.click(*place(page, "8"))
    assert page.locator("#chosen .node").all_text_contents() == ["4"]
    assert "1 neighbour" in page.text_content("#chosen")
    page.keyboard.press("Escape")
    page.click("#time .play")
    assert page.text_content("#time .play") == "Stop"
    page.wait_for_timeout(5000)
    eventually(page, "document.querySelector('#time .play').textContent", "Play")
    eventually(page, "sggraph.drawn", 11)
    assert page.evaluate("sggraph.shown.filter(s => s === 1).length") == 0


def test_dates_are_written_as_dates(opened):
    G = nx.path_graph(3)
    days = [np.datetime64("2020-02-29"), np.datetime64("2024-03-01")]
    page = opened(sg.explore([[0, 0], [1, 2], [2, 1]], graph=G, edge_time=days))
    assert page.locator("#time output").all_text_contents() == ["2020-02-29", "2024-03-01"]


def test_arcs_have_heads_where_few_are_in_view(opened):
    G = nx.DiGraph([(0, 1), (2, 1), (2, 3), (3, 2)])
    Y = [[0, 0], [2, 1], [1, 2], [3, 3]]
    page = opened(sg.explore(Y, graph=G))
    assert sorted(page.evaluate("sggraph.heads.map(arc => arc.map(sggraph.nameOf).join())")) == [
        "0,1",
        "2,1",
        "2,3",
        "3,2",
    ]
    page = opened(sg.explore(Y, graph=G.to_undirected()))
    assert page.evaluate("sggraph.heads") == []
    page = opened(
        sg.explore(np.random.default_rng(0).normal(size=(900, 2)), graph=nx.gnp_random_graph(900, 0.01, directed=True))
    )
    assert page.evaluate("sggraph.heads") == []


def test_neighbours_and_paths_tell_which_way_arcs_go(opened):
    G = nx.DiGraph([("a", "b"), ("c", "b"), ("b", "d"), ("d", "b")])
    Y = [[0, 0], [2, 1], [1, 2], [3, 3]]
    page = opened(sg.explore(Y, graph=G))
    page.mouse.click(*place(page, "b"))
    told = ["3 neighbours", "1 out, 3 in"]
    assert page.locator("#chosen p").all_text_contents() == told
    assert sorted(page.locator("#chosen .node").all_text_contents()) == ["← a", "← c", "↔ d"]
    page.mouse.click(*place(page, "a"))
    assert page.locator("#chosen .node").all_text_contents() == ["→ b"]
    page.click("#path")
    page.mouse.click(*place(page, "c"))
    assert page.locator("#chosen .node").all_text_contents() == ["a", "→ b", "← c"]
    page = opened(sg.explore(Y, graph=G.to_undirected()))
    page.mouse.click(*place(page, "b"))
    assert page.locator("#chosen p").all_text_contents() == told[:1]
    assert sorted(page.locator("#chosen .node").all_text_contents()) == ["a", "c", "d"]


def test_of_many_neighbours_the_hubs_have_names(opened):
    """There is room for 78 names; in the order of the rows they filled one side of the screen."""
    G = nx.star_graph(600)
    hubs = range(591, 601)
    G.add_edges_from(combinations(hubs, 2))
    Y = np.random.default_rng(0).random((601, 2))
    Y[0], Y[591:] = 0.5, [[k, 1.1] for k in np.linspace(0.1, 0.6, 10)]
    page = opened(sg.explore(Y, graph=nx.relabel_nodes(G, str)))
    page.mouse.click(*place(page, "0"))
    assert chosen(page) == ["0"]
    assert set(map(str, hubs)) <= set(page.evaluate("sggraph.names.map(one => one.text)"))


def test_near_and_still_all_edges_are_there(opened):
    """Of more edges than a frame can take a sample far out and in motion, all that are in view from near."""
    G = nx.grid_2d_graph(60, 60)
    page = opened(sg.explore(np.array(G.nodes), graph=G))
    page.evaluate("sggraph.affordable.still = sggraph.affordable.moving = 500; sggraph.atRest(); sggraph.draw()")
    eventually(page, "sggraph.drawn", 500)
    counted(page)
    for _ in range(8):
        page.keyboard.press("+")
    for _ in range(10):  # a busy machine may be late, and the picture at rest again
        page.evaluate("asked.writes = 0")
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(50)
        moving, drawn = pixels(page)[0], page.evaluate("[sggraph.drawn, asked.writes]")
        if drawn == [500, 0]:
            break
    assert drawn == [500, 0]
    eventually(page, "sggraph.drawn < 500", True)
    seen = page.evaluate(
        "Array.from({ length: sggraph.facts.n }, (_, i) => sggraph.onScreen(i)).filter("
        "([x, y]) => x > 0 && y > 0 && x < 1000 && y < 700).length"
    )
    assert seen < page.evaluate("sggraph.drawn") < 500  # a lattice has about two edges for each node
    assert pixels(page)[0] > moving


def test_a_path_between_two(opened):
    page = opened(counties())
    page.mouse.click(*place(page, "Kern, California"))
    page.click("#path")
    page.mouse.click(*place(page, "Elko, Nevada"))
    page.wait_for_selector("#chosen h2:has-text('steps')")
    steps = page.evaluate("sggraph.state.path.map(sggraph.nameOf)")
    G = sg.datasets.load_us_counties().to_networkx()
    assert len(steps) - 1 == nx.shortest_path_length(G, "Kern, California", "Elko, Nevada")
    assert all(G.has_edge(a, b) for a, b in pairwise(steps))


def test_where_there_is_no_path_it_says_so(opened):
    G = nx.Graph([("a", "b"), ("c", "d")])
    page = opened(sg.explore([[0, 0], [2, 0], [0, 1], [1, 1]], graph=G))
    page.mouse.click(*place(page, "a"))
    page.click("#path")
    assert "Choose the other end" in page.locator("#hint:visible").text_content()
    page.mouse.click(*place(page, "d"))
    assert page.locator("#hint:visible").text_content() == page.text_content("#said") == "No path from a to d"
    assert chosen(page) == ["a"]


def test_the_lasso_takes_what_it_encloses_and_saves_a_table(opened):
    page = opened(counties())
    page.click("#lasso")
    x, y = place(page, "Harris, Texas")
    page.mouse.move(x - 40, y - 40)
    page.mouse.down()
    for dx, dy in ((40, -40), (40, 40), (-40, 40)):
        page.mouse.move(x + dx, y + dy, steps=3)
    page.mouse.up()
    names = chosen(page)
    assert "Harris, Texas" in names
    assert 5 < len(names) < 500
    with page.expect_download() as download:
        page.click("#table")
    table = Path(download.value.path()).read_text("utf-8").splitlines()
    assert table[0] == "node,x,y,class,east"
    assert len(table) == len(names) + 1


@pytest.mark.parametrize("times", [1, 2, 4])
def test_pictures_are_saved(opened, times):
    page = opened(counties())
    with page.expect_download() as download:
        page.select_option("#save", str(times))
    content = Path(download.value.path()).read_bytes()
    assert content[:4] == b"\x89PNG"
    assert struct.unpack(">II", content[16:24]) == (1000 * times, 700 * times)
    assert page.input_value("#save") == ""


def test_drawings_are_saved(opened):
    page = opened(counties())
    with page.expect_download() as download:
        page.select_option("#save", "svg")
    assert Path(download.value.path()).read_bytes()[:4] == b"<svg"


def test_two_fingers_zoom_and_a_finger_moves(opened):
    page = opened(counties(), viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    hand = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(places)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = place(page, "Harris, Texas")
    touch("touchStart", (180, 300))
    touch("touchMove", (200, 340))
    touch("touchEnd")
    assert np.subtract(place(page, "Harris, Texas"), before) == pytest.approx([20, 40])
    touch("touchStart", (150, 300), (250, 300))
    touch("touchMove", (140, 300), (260, 300))
    touch("touchMove", (100, 300), (300, 300))
    touch("touchEnd")
    assert page.evaluate("sggraph.view.zoom") == pytest.approx(2, rel=0.2)
    assert chosen(page) == []


def test_fine_screens_other_sizes_and_the_whole_screen(opened):
    page = opened(counties(), device_scale_factor=2)
    size = "[document.getElementById('picture').width, document.getElementById('picture').height]"
    assert page.evaluate(size) == [2000, 1400]
    page.set_viewport_size({"width": 800, "height": 600})
    eventually(page, size, [1600, 1200])
    xs = page.evaluate("Array.from({ length: sggraph.facts.n }, (_, i) => sggraph.onScreen(i)[0])")
    assert 0 < min(xs) < max(xs) < 800  # all of it, still
    for whole in (True, False):
        page.click("#full")
        eventually(page, "document.fullscreenElement !== null", whole)


def test_on_a_line_edges_are_arcs(opened):
    G = nx.path_graph(5)
    G.add_edge(0, 4)
    page = opened(sg.explore([0.0, 1, 2, 3, 4], graph=G))
    (left, y), (right, _) = place(page, "0"), place(page, "4")
    ink = """([x, y]) => document.getElementById('over').getContext('2d').getImageData(x - 2, y, 4, 200).data
        .filter((v, k) => k % 4 === 3 && v > 0).length"""
    above = [(left + right) / 2, y - 0.42 * 700 - 2]
    ink = f"({ink})({above}) > 0"
    eventually(page, ink, True)  # the long one
    page.click("#edges")
    eventually(page, ink, False)
    page.click("#edges")
    svg = ElementTree.fromstring(page.evaluate("sggraph.drawing()"))
    assert ["A" in part.get("d") for part in svg.iter() if part.tag.endswith("path")] == [True] * 5


def test_the_svg_is_of_what_is_in_view(opened):
    """Classes that are shown, arrow heads, names as text; well-formed whatever they are."""
    G = nx.relabel_nodes(nx.DiGraph([(0, 1), (1, 2), (3, 1)]), dict(enumerate(HOSTILE)))
    page = opened(sg.explore([[0, 0], [2, 1], [1, 2], [3, 3]], ["a", "a", "b", "b"], graph=G))
    count = {"circle": 4, "path": 3, "polygon": 3}
    names = {"\u202eleft", HOSTILE[1]}
    for _ in range(2):
        svg = ElementTree.fromstring(page.evaluate("sggraph.drawing()"))
        parts = [part.tag.split("}")[1] for part in svg.iter()]
        assert {name: parts.count(name) for name in count} == count
        assert names <= {part.text for part in svg.iter() if part.tag.endswith("text")}
        page.click("#legend button:has-text('b')")
        page.wait_for_timeout(50)
        count, names = {"circle": 2, "path": 1, "polygon": 1}, {HOSTILE[1]}


def test_the_keyboard_alone_reaches_a_node(opened):
    page = opened(counties())
    page.keyboard.press("/")
    page.keyboard.type("harris, tex")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert chosen(page) == ["Harris, Texas"]
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("sggraph.view.zoom") > 1
    page.keyboard.press("0")
    page.wait_for_timeout(100)
    assert page.evaluate("sggraph.view.zoom") == 1


def test_the_keyboard_alone_finds_a_path_two_steps_and_many(opened):
    page = opened(counties())

    def find(text):
        page.keyboard.press("/")
        page.keyboard.press("Control+a")
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    def press(button):
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == button:
                page.keyboard.press("Enter")
                return
        raise AssertionError(button)

    find("kern, cal")
    assert page.evaluate("document.activeElement.textContent") == "Kern, California"  # the heading of who was chosen
    near = page.evaluate("sggraph.selected().length")
    press("Two steps")
    assert page.evaluate("sggraph.selected().length") > near
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.keyboard.press("Enter")
    assert page.evaluate("sggraph.selected().length") == near
    page.evaluate("document.querySelector('#chosen h2').focus()")
    press("Path to …")
    find("elko, nev")
    assert page.text_content("#chosen h2").endswith("steps")
    assert page.evaluate("sggraph.state.path.map(sggraph.nameOf)")[-1] == "Elko, Nevada"
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("orange,")
    press("Choose all of them")
    assert len(chosen(page)) == 8
    assert all(name.startswith("Orange, ") for name in chosen(page))


def test_the_address_keeps_everything(opened):
    page = opened(grown())
    for key, value in (
        ("off", "new Set([1])"),
        ("hops", "2"),
        ("chosen", "[3]"),
        ("names", "false"),
        ("sized", "false"),
    ):
        page.evaluate(f"sggraph.state.{key} = {value}")
    page.locator("#time input").first.focus()
    page.keyboard.press("PageUp")
    page.wait_for_timeout(500)
    asked = "(({ off, hops, chosen, names, sized, time, edges }) => "
    asked += "[...off, hops, ...chosen, names, sized, time.from, time.to === Infinity, edges])(sggraph.state)"
    kept, address = page.evaluate(asked), page.evaluate("location.hash")
    assert kept[:5] == [1, 2, 3, False, False]
    assert kept[5] > 2000
    page = opened(grown(), address=address)
    assert page.evaluate(asked) == kept
    assert page.get_attribute("#write", "aria-pressed") == "false"
    page.click("#reset")
    eventually(page, "sggraph.drawn", 11)
    assert page.evaluate("sggraph.shown.every(s => s === 0)")
    assert page.evaluate("sggraph.state.chosen.length") == 0
    page.click("#write")
    page.click("#size")
    eventually(page, "location.hash", "")
    page = opened(counties(), address="#node=20&to=3000")
    assert page.evaluate("[sggraph.state.path[0], sggraph.state.path.at(-1)]") == [20, 3000]
    page = opened(counties(), address="#node=x&to=-1&off=a&values=b,c&view=,,&column=99&sized=7&time=1")
    assert page.evaluate("sggraph.shown.every(s => s === 0)")


def test_a_long_legend_opens(opened):
    labels = [f"class {i // 2}" for i in range(160)]
    page = opened(sg.explore(np.random.default_rng(0).normal(size=(160, 2)), labels))
    assert page.locator("#legend button").count() == 61
    page.click("#legend button:has-text('and 20 more')")
    assert page.locator("#legend button").count() == 80


def test_dark_by_the_system_and_by_the_switch(opened):
    page = opened(counties(), color_scheme="dark")
    assert pixels(page)[2] < 40
    page.click("#dark")
    page.wait_for_timeout(100)
    assert pixels(page)[2] == 255


def test_three_dimensions_turn(opened):
    G = nx.random_geometric_graph(300, 0.2, seed=0)
    page = opened(sg.explore(np.random.default_rng(0).normal(size=(300, 3)), graph=G))
    page.mouse.move(500, 300)
    page.mouse.down()
    page.mouse.move(600, 340, steps=4)
    page.mouse.up()
    turn = np.reshape(page.evaluate("sggraph.view.turn"), (3, 3))
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    assert not np.allclose(turn, np.eye(3))


def test_hostile_names_do_nothing(opened):
    G = nx.relabel_nodes(nx.path_graph(len(HOSTILE)), dict(enumerate(HOSTILE)))
    page = opened(sg.explore([[0, 0], [2, 1], [1, 2], [3, 3]], HOSTILE, graph=G, title=HOSTILE[0]))
    page.mouse.click(*place(page, HOSTILE[1]))
    assert chosen(page) == [HOSTILE[1]]
    assert page.text_content("#chosen h2") == HOSTILE[1]
    assert page.title() == HOSTILE[0]
    assert page.locator("img").count() == 0


def test_a_frame_of_a_notebook(browser, tmp_path):
    frame = sg.explore(sg.datasets.load_us_counties())._repr_mimebundle_()["text/html"]
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(f"<!doctype html>{frame}")
    inner = page.frames[1]
    inner.wait_for_selector("html[data-ready=true]")
    inner.click("#legend button:has-text('Texas')")
    assert inner.evaluate("sggraph.shown.filter(s => s === 2).length") == 254
    page.close()
    assert not errors


def test_without_webgl_there_is_a_picture_and_a_reason(browser, tmp_path):
    counties().save(tmp_path / "map.html")
    page = browser.new_page()
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext ="
        "function (kind, ...more) { return kind === 'webgl2' ? null : get.call(this, kind, ...more); }"
    )
    page.goto(f"file://{tmp_path / 'map.html'}")
    page.wait_for_selector("html[data-ready=true]")
    assert "no WebGL 2" in page.text_content("#why")
    drawn = page.evaluate(
        "document.getElementById('over').getContext('2d').getImageData(0, 0, 800, 600).data.filter(v => v < 250).length"
    )
    assert drawn > 3000
    page.close()


def test_a_phone(opened):
    page = opened(counties(), viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    page.touchscreen.tap(*place(page, "Harris, Texas"))
    page.wait_for_timeout(100)
    assert len(chosen(page)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.fill("#search", "a")
    found = page.locator("#found").bounding_box()  # its right end was beyond the screen
    assert found["x"] >= 0
    assert found["x"] + found["width"] <= 390
    page.locator("#found button").nth(2).tap()
    assert page.locator("#found").is_hidden()


def test_on_a_phone_the_legend_covers_nothing(opened):
    page = opened(counties(), viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    edge = page.evaluate(
        "[document.getElementById('bar'), document.getElementById('legend')].map(e => e.getBoundingClientRect())"
    )
    ys = page.evaluate("Array.from({ length: sggraph.facts.n }, (_, i) => sggraph.onScreen(i)[1])")
    assert edge[0]["bottom"] < min(ys)
    assert max(ys) < edge[1]["top"]


@pytest.mark.slow
def test_a_hundred_thousand_nodes(opened):
    rng = np.random.default_rng(0)
    Y, ends = rng.normal(size=(100_000, 2)), rng.integers(100_000, size=(2, 300_000))
    page = opened(sg.explore(Y, rng.integers(9, size=100_000), graph=tuple(ends[:, ends[0] != ends[1]])))
    assert pixels(page)[0] > 50_000
