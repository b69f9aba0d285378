"""The page of a sequence: what it holds, and its slider in a browser."""

import json
import re

import networkx as nx
import numpy as np
import pytest
from changing_graphs import CHANGE, ONE, snapshot

import sggraph as sg
from sggraph.page.columns import from_planes, unzigzag


def many(n_times):
    """A path whose nodes come one after the other and move to the right."""
    return [
        snapshot(t, nx.path_graph(t + 2), {node: (node + t, node % 2) for node in range(t + 2)}) for t in range(n_times)
    ]


def facts_of(page):
    return json.loads(re.search(r'id="facts">(.*?)</script>', page.html).group(1))


def column(page, facts):
    text = re.search(f'id="{facts["id"]}">([^<]*)</script>', page.html).group(1)
    return from_planes(text, facts["count"], facts["width"])


@pytest.mark.parametrize("n_times", [2, 40])
def test_a_page_holds_the_places_and_who_is_there_at_each_time(n_times):
    snapshots = many(n_times)
    page = sg.explore(snapshots)
    facts = facts_of(page)
    sequence, nodes = facts["sequence"], [page.embedding.nodes[row] for row in page.rows]
    assert sequence["titles"] == [str(t) for t in range(n_times)]
    places = np.column_stack([np.cumsum(unzigzag(column(page, one))) for one in facts["places"]])
    there = [column(page, word) for word in sequence["nodes"]]
    for t, each in enumerate(snapshots):
        if t:
            places = places + np.column_stack([unzigzag(column(page, one)) for one in sequence["moves"][t - 1]])
        is_there = (there[t // 32] >> np.uint32(t % 32)) & 1
        assert {node for node, flag in zip(nodes, is_there, strict=True) if flag} == set(each.nodes)
        for i, node in enumerate(nodes):
            if node in each.nodes:
                found = np.array(facts["low"]) + facts["unit"] * places[i]
                np.testing.assert_allclose(found, each.positions[node], atol=facts["unit"])
    on = [column(page, word) for word in sequence["edges"]]
    counts = [int(((on[t // 32] >> np.uint32(t % 32)) & 1).sum()) for t in range(n_times)]
    assert counts == [each.graph.adjacency.nnz // 2 for each in snapshots]


def test_what_the_page_of_a_sequence_says_of_itself():
    page = sg.explore(CHANGE, {"a": "x", "b": "y", "c": "y", "gone": "x", "new": "x"})
    assert set(page.embedding.nodes) == {"a", "b", "c", "gone", "new"}
    assert [set(column["names"]) for column in facts_of(page)["columns"]] == [{"x", "y"}]
    for name, value in (("graph", ONE), ("edge_time", "year")):
        with pytest.raises(ValueError, match=f"{name} is given, but the snapshots of a sequence have theirs"):
            sg.explore(CHANGE, **{name: value})


@pytest.fixture
def opened(browser, tmp_path):
    """Opens the page of a sequence, and sees to it that it raises nothing."""
    errors, contexts = [], []

    def open_page(snapshots, address="", **options):
        path = tmp_path / "map.html"
        sg.explore(snapshots).save(path)
        context = browser.new_context(**{"viewport": {"width": 900, "height": 600}, "offline": True} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"file://{path}{address}")
        page.wait_for_selector("html[data-ready=true]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


def seen(page):
    """Names of the nodes that are not hidden."""
    return set(
        page.evaluate("[...sggraph.shown].map((s, i) => s === 2 ? null : sggraph.nameOf(i)).filter(name => name)")
    )


def slide(page, to):
    page.evaluate(
        """to => {
        const input = document.getElementById("station");
        input.value = to;
        input.dispatchEvent(new Event("input"));
    }""",
        to,
    )


def until(page, condition):
    """Wait for it; the page forbids to evaluate strings in itself, as wait_for_function does."""
    for _ in range(500):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    pytest.fail(condition)


CALM = {"reduced_motion": "reduce"}


def test_the_slider_leads_from_time_to_time(opened):
    page = opened(CHANGE, **CALM)
    assert page.inner_text("#time output") == "after"
    assert seen(page) == {"a", "b", "c", "new"}
    assert page.evaluate("sggraph.drawn") == 3
    slide(page, 0)
    page.wait_for_timeout(100)
    assert page.inner_text("#time output") == "before"
    assert seen(page) == {"a", "b", "c", "gone"}
    page.evaluate("sggraph.choose(sggraph.find('c')[0])")
    assert [row.split("\n")[0] for row in page.locator("#chosen button.node").all_inner_texts()] == ["a"]
    slide(page, 1)
    assert page.locator("#chosen button.node").all_inner_texts() == ["b"]


def test_places_are_those_of_the_time(opened):
    page = opened(CHANGE, **CALM)
    where = """name => sggraph.onScreen(sggraph.find(name)[0])"""
    after = {name: page.evaluate(where, name) for name in "abc"}
    slide(page, 0)
    before = {name: page.evaluate(where, name) for name in "abc"}
    assert before["a"] == pytest.approx(after["a"], abs=0.1)
    width = after["b"][0] - after["a"][0]
    assert before["b"][0] - before["a"][0] == pytest.approx(width * 4 / 6, abs=0.5)


def test_the_way_is_eased_and_ends_where_the_time_is(opened):
    page = opened(CHANGE)
    slide(page, 0)
    until(page, "sggraph.passage && sggraph.passage.way > 0")
    assert seen(page) == {"a", "b", "c", "gone", "new"}
    way, x = page.evaluate("[sggraph.passage.way, sggraph.onScreen(sggraph.find('b')[0])[0]]")
    until(page, "!sggraph.passage")
    end = page.evaluate("sggraph.onScreen(sggraph.find('b')[0])[0]")
    slide(page, 1)
    until(page, "!sggraph.passage")
    begin = page.evaluate("sggraph.onScreen(sggraph.find('b')[0])[0]")
    assert x == pytest.approx(begin + way * (end - begin), abs=1)
    assert seen(page) == {"a", "b", "c", "new"}


def test_play_goes_through_all_times_and_stops(opened):
    page = opened(many(3))
    page.click("#time .play")
    assert page.inner_text("#time .play") == "Stop"
    until(page, "sggraph.state.at === 0")
    until(page, "sggraph.state.at === 1 && sggraph.passage")
    until(page, "sggraph.state.at === 2 && !sggraph.passage")
    assert page.inner_text("#time .play") == "Play"


def test_the_address_keeps_the_time(opened):
    page = opened(CHANGE, address="#at=0", **CALM)
    assert seen(page) == {"a", "b", "c", "gone"}
    assert page.inner_text("#time output") == "before"
    page = opened(CHANGE, address="#at=99", **CALM)
    assert page.inner_text("#time output") == "after"


def test_the_picture_in_svg_is_that_of_the_time(opened):
    page = opened(CHANGE, **CALM)
    slide(page, 0)
    drawing = page.evaluate("sggraph.drawing()")
    assert drawing.count("<circle") == 4
    assert drawing.count("<path") == 3
    assert ">gone<" in drawing
    assert ">new<" not in drawing
