"""page/widget.py and widget.js: what is chosen in the page is chosen in Python, and the other way round."""

import html
import sys
from base64 import b64encode
from functools import partial
from importlib.resources import files

import networkx as nx
import numpy as np
import pytest
from page_probes import chosen, place

import sggraph as sg
from sggraph.page import widget

HOSTILE = [
    None,
    "choose",
    ["choose", [1]],
    {"rows": [1]},
    {"sggraph": "chosen", "rows": [1]},
    *({"sggraph": "choose", "rows": rows} for rows in (None, "1", {"0": 1, "length": 1}, [-1], [1.5], ["1"], [[1]])),
    *({"sggraph": "choose", "rows": rows} for rows in ([1, None], [3106], [2**40], [1, 2, 3106], [1] * 3107)),
]
STATE = "sggraph.state.chosen"
SPARSE = "{ sggraph: 'choose', rows: Object.assign(new Array(3), { 1: 2 }) }"
MODEL = """async source => {
    const module = await import("data:text/javascript;base64," + source), changed = new Set();
    window.sent = [];
    window.model = {
        state: { _page: window.text, _chosen: [900] },
        get(name) { return this.state[name]; },
        set(name, value) { this.state[name] = value; changed.forEach(f => f()); },
        save_changes() { sent.push(this.state._chosen); },
        on(event, f) { if (event === "change:_chosen") changed.add(f); },
        off(event, f) { changed.delete(f); },
    };
    for (const id of ["one", "other"])
        window["leave_" + id] = module.default.render({ model, el: document.getElementById(id) });
    window.listening = () => changed.size;
}"""


@pytest.fixture
def counties():
    return sg.explore(sg.datasets.load_us_counties())


# ---------------------------------------------------------------- Python


@pytest.fixture
def view():
    pytest.importorskip("anywidget")
    Y = {"dot": (9, 9), "ann": (0, 0), "nobody": (np.nan, np.nan), ("cid", 3): (5, 5), 7: (2, 1)}
    page = sg.explore(Y, graph=nx.relabel_nodes(nx.path_graph(5), dict(enumerate(Y))))
    assert page.rows.tolist() != sorted(page.rows)  # places in the page are not rows
    return page.widget()


def test_names_that_are_set_are_places_in_the_page(view):
    assert view.selected == view._chosen == []
    seen = []
    view.observe(lambda change: seen.append(change["new"]), "selected")
    for names in (
        ["ann", "dot"],
        ("dot", "ann", "ann"),
        {"ann", "dot"},
        np.array(["dot", "ann"]),
        iter(["ann", "dot"]),
    ):
        view.selected = names
        assert view.selected == ["dot", "ann"]  # in the order of rows
        assert sorted(view.nodes.rows[view._chosen]) == [0, 1]
    assert seen == [["dot", "ann"]]
    view.selected = [np.int64(7), ("cid", 3)]
    assert view.selected == [("cid", 3), 7]
    assert "4 nodes, 2 selected" in repr(view)
    view.selected = []
    assert view._chosen == []


def test_places_that_come_are_names(view):
    rows = view.nodes.rows.tolist()
    view.set_state({"_chosen": [rows.index(4), rows.index(0)]})
    assert view.selected == ["dot", 7]
    view.set_state({"_chosen": [-1, 4, 1.5, "0", None, True, rows.index(3)]})
    assert view.selected == [("cid", 3)]
    assert view._chosen == [rows.index(3)]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("ann", "selected='ann': give a list of names of nodes"),
        (None, "selected=None: give a list"),
        (3, "selected=3: give a list"),
        ({"ann": 1}, "selected={'ann': 1}: give a list"),
        (["ann", "zed"], "selected holds 'zed', which no node of the page is called: give names of embedding.nodes"),
        (["nobody"], "selected holds 'nobody', which no node"),
        ([["ann"]], r"selected holds \['ann'\], which no node"),
    ],
)
def test_who_is_unknown_is_refused_and_nothing_changes(view, names, message):
    view.selected = ["ann"]
    with pytest.raises(ValueError, match=message):
        view.selected = names
    with pytest.raises(ValueError, match=message), view.hold_trait_notifications():
        view.selected = names
    assert view.selected == ["ann"]
    assert len(view._chosen) == 1


def test_all_who_have_a_name_are_chosen_by_it():
    pytest.importorskip("anywidget")
    saved = sg.SavedEmbedding(np.array([[0.0, 0], [3, 3], [1, 1]]), ["a", "b", "a"])
    view = sg.explore(saved).widget()
    view.selected = ["a"]
    assert view.selected == ["a", "a"]
    assert sorted(view.nodes.rows[view._chosen]) == [0, 2]


def test_the_estimator_makes_one_too():
    pytest.importorskip("anywidget")
    view = sg.SGtSNEpi(random_state=0, max_iter=5).fit(nx.path_graph(["x", "y", "z"])).explore().widget()
    view.selected = ["z"]
    assert view.selected == ["z"]
    assert set(view.get_state(["_page", "_chosen"])) == {"_page", "_chosen"}
    assert "selected" not in view.get_state()  # names stay here


@pytest.mark.parametrize("missing", ["anywidget", "traitlets"])
def test_without_anywidget_there_is_a_remedy(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(widget, "_kind_of_widget", widget._kind_of_widget.__wrapped__)
    with pytest.raises(ImportError, match=r'pip install "sggraph\[widget\]"'):
        sg.explore([[0, 1], [2, 3]]).widget()


# ---------------------------------------------------------------- the browser


@pytest.fixture
def hosted(browser):
    """Opens a page in the frame of a parent that keeps what it is told, and sees to it that it raises nothing."""
    errors, pages = [], []

    def open_host(explorer, head=""):
        page = browser.new_page(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.set_content(
            f"<!doctype html>{head}<body style='margin: 0'><script>window.heard = [];"
            "addEventListener('message', ({ data }) => heard.push(data))</script>"
            f"<iframe srcdoc='{html.escape(explorer.html)}' sandbox='allow-scripts allow-downloads'"
            "style='width: 1000px; height: 700px; border: 0'></iframe>"
        )
        page.wait_for_function("heard.length")
        assert page.evaluate("heard") == [{"sggraph": "ready"}]
        page.wait_for_timeout(150)
        return page, page.frames[1]

    yield open_host
    for page in pages:
        page.close()
    assert not errors


def eventually(page, ask, wanted):
    """Messages take their time; a page's policy forbids Playwright to wait for a function in it."""
    for _ in range(200):
        if ask() == wanted:
            break
        page.wait_for_timeout(50)
    assert ask() == wanted


def told(page, explorer):
    """Names of the nodes in the last message, sorted."""
    message = page.evaluate("heard.at(-1)")
    assert set(message) <= {"sggraph", "rows"}
    assert message["sggraph"] in ("ready", "chosen")
    rows = message.get("rows", [])
    assert rows == sorted(rows)
    return sorted(explorer.embedding.nodes[explorer.rows[i]] for i in rows)


def send(page, message):
    page.evaluate("message => document.querySelector('iframe').contentWindow.postMessage(message, '*')", message)
    page.wait_for_timeout(100)


def test_a_parent_is_told_who_was_chosen(hosted, counties):
    page, frame = hosted(counties)
    page.mouse.click(*place(frame, "Kern, California"))
    eventually(page, lambda: told(page, counties), ["Kern, California"])
    frame.click("#path")
    page.mouse.click(*place(frame, "Elko, Nevada"))
    path = frame.evaluate("sggraph.state.path.map(sggraph.nameOf)")
    assert len(path) > 2
    eventually(page, lambda: told(page, counties), sorted(path))
    frame.click("#lasso")
    x, y = place(frame, "Harris, Texas")
    page.mouse.move(x - 40, y - 40)
    page.mouse.down()
    for dx, dy in ((40, -40), (40, 40), (-40, 40)):
        page.mouse.move(x + dx, y + dy, steps=3)
    page.mouse.up()
    names = sorted(chosen(frame))
    assert "Harris, Texas" in names
    eventually(page, lambda: told(page, counties), names)
    count = page.evaluate("heard.length")
    frame.click("#dark")
    frame.click("#legend button:has-text('Texas')")
    page.keyboard.press("Escape")
    eventually(page, lambda: told(page, counties), [])
    assert page.evaluate("heard.length") == count + 1  # who is hidden changes nobody's choice


def test_a_parent_chooses(hosted, counties):
    page, frame = hosted(counties)
    names = [counties.embedding.nodes[counties.rows[i]] for i in (5, 700, 3105)]
    send(page, {"sggraph": "choose", "rows": [3105, 5, 700, 5]})
    eventually(page, lambda: chosen(frame), names)
    assert frame.text_content("#chosen h2") == "3 nodes"
    assert frame.evaluate("sggraph.shown.filter(s => s === 3).length") == 3
    send(page, {"sggraph": "choose", "rows": [5]})
    eventually(page, lambda: chosen(frame), names[:1])
    assert frame.text_content("#chosen h2") == names[0]
    assert frame.evaluate("sggraph.selected().length") > 1  # with its neighbours, as after a click
    send(page, {"sggraph": "choose", "rows": []})
    eventually(page, lambda: chosen(frame), [])
    assert page.evaluate("heard.length") == 1  # the parent knows what it has said


def test_hostile_messages_do_nothing(hosted, counties):
    page, frame = hosted(counties)
    send(page, {"sggraph": "choose", "rows": [7]})
    before = [counties.embedding.nodes[counties.rows[7]]]
    eventually(page, lambda: chosen(frame), before)
    for message in HOSTILE:
        send(page, message)
        assert chosen(frame) == before, message
    page.evaluate(f"document.querySelector('iframe').contentWindow.postMessage({SPARSE}, '*')")
    page.evaluate(
        """() => {
        const other = document.body.appendChild(document.createElement("iframe"));
        other.srcdoc = "<script>parent.frames[0].postMessage({ sggraph: 'choose', rows: [1] }, '*')</" + "script>";
    }"""
    )
    frame.evaluate("window.postMessage({ sggraph: 'choose', rows: [1] }, '*')")
    page.wait_for_timeout(300)
    assert chosen(frame) == before
    assert page.evaluate("heard.length") == 1


def test_the_policy_of_the_page_is_as_strict_in_a_frame(hosted, counties):
    _, frame = hosted(counties)
    policy = frame.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert frame.evaluate("origin") == "null"


CDN = "https://*.vscode-cdn.net"
VSCODE = (  # of the outputs of its notebooks
    f"default-src 'none'; script-src {CDN} 'unsafe-inline' 'unsafe-eval'; style-src {CDN} 'unsafe-inline'; "
    f"img-src {CDN} https: http: data:; connect-src https:; child-src https: data:;"
)


def test_it_runs_under_the_policy_of_another_notebook(hosted, counties):
    """A document that is written into a frame has the policy of its parent beside its own."""
    page, frame = hosted(counties, f'<meta http-equiv="Content-Security-Policy" content="{VSCODE}">')
    page.mouse.click(*place(frame, "Kern, California"))
    eventually(page, lambda: told(page, counties), ["Kern, California"])
    send(page, {"sggraph": "choose", "rows": [5]})
    eventually(page, lambda: frame.evaluate(STATE), [5])
    with page.expect_download() as download:
        frame.click("#table")
    assert download.value.suggested_filename == "nodes.csv"


def test_a_file_speaks_with_nobody(browser, counties, tmp_path):
    """Neither alone nor in a frame of somebody who has not made it."""
    counties.save(tmp_path / "map.html")
    page = browser.new_page()
    page.goto(f"file://{tmp_path / 'map.html'}")
    page.wait_for_selector("html[data-ready=true]")
    page.evaluate("window.heard = []; addEventListener('message', ({ data }) => heard.push(data))")
    page.evaluate("window.postMessage({ sggraph: 'choose', rows: [1] }, '*')")
    page.evaluate("sggraph.choose(3)")
    page.wait_for_timeout(200)
    assert page.evaluate("[heard.length, sggraph.state.chosen]") == [1, [3]]
    (tmp_path / "host.html").write_text(
        "<script>window.heard = []; addEventListener('message', ({ data }) => heard.push(data))</script>"
        "<iframe src='map.html' sandbox='allow-scripts'></iframe>"
    )
    page.goto(f"file://{tmp_path / 'host.html'}")
    frame = page.frames[1]
    frame.wait_for_selector("html[data-ready=true]")
    send(page, {"sggraph": "choose", "rows": [1]})
    assert frame.evaluate("sggraph.state.chosen") == []
    frame.evaluate("sggraph.choose(3)")
    page.wait_for_timeout(200)
    assert page.evaluate("heard") == []
    page.close()


def test_the_script_of_the_widget(browser, counties):
    """Two views of one model, which a test plays."""
    page = browser.new_page(viewport={"width": 1000, "height": 1400}, reduced_motion="reduce")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content("<!doctype html><body style='margin: 0'><div id='one'></div><div id='other'></div>")
    page.evaluate("text => { window.text = text; }", counties.html)
    source = files("sggraph.page").joinpath("widget.js").read_bytes()
    page.evaluate(MODEL, b64encode(source).decode())
    assert page.locator("iframe").first.get_attribute("sandbox") == "allow-scripts allow-downloads"
    one, other = page.frames[1:]
    for frame in (one, other):
        frame.wait_for_selector("html[data-ready=true]")
        eventually(page, partial(frame.evaluate, STATE), [900])  # what was chosen before it was shown
    assert page.evaluate("sent") == []
    page.wait_for_timeout(150)
    page.mouse.click(*place(one, "Kern, California"))
    eventually(page, partial(page.evaluate, "sent.length"), 1)  # else both go in one message
    one.click("#path")
    page.mouse.click(*place(one, "Elko, Nevada"))
    path = one.evaluate("sggraph.state.path")
    assert len(path) > 2
    eventually(page, partial(other.evaluate, STATE), sorted(path))
    eventually(page, partial(page.evaluate, "sent.length"), 2)
    assert one.evaluate("sggraph.state.path") == path  # the view that was clicked keeps it
    page.evaluate("model.set('_chosen', [1, 2])")  # from Python
    for frame in (one, other):
        eventually(page, partial(frame.evaluate, STATE), [1, 2])
    page.evaluate("window.postMessage({ sggraph: 'chosen', rows: [9] }, '*')")  # from somebody else
    page.wait_for_timeout(100)
    assert len(page.evaluate("sent")) == 2
    page.evaluate("leave_one(); leave_other()")
    assert page.evaluate("listening()") == 0
    page.close()
    assert not errors
