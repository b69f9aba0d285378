"""What tests of the page to explore ask of it, in a tab or in a frame of one."""

import json
import re

from sggraph.page.columns import from_planes


def facts_of(page):
    return json.loads(re.search(r'<script type="application/json" id="facts">(.*?)</script>', page.html).group(1))


def numbers_of(page, column):
    text = re.search(rf'id="{column["id"]}">([^<]*)</script>', page.html).group(1)
    return from_planes(text, column["count"], column["width"])


def place(page, name):
    """Where a node is on the screen."""
    return page.evaluate(
        """name => {
        for (let i = 0; i < sggraph.facts.n; i++) if (sggraph.nameOf(i) === name) return sggraph.onScreen(i);
    }""",
        name,
    )


def chosen(page):
    """Names of the nodes that are chosen."""
    return page.evaluate("sggraph.state.chosen.map(sggraph.nameOf)")


def pixels(page):
    """How many pixels are not of the ground, and their mean colour."""
    return page.evaluate(
        """() => {
        const gl = document.getElementById("picture").getContext("webgl2"), w = gl.drawingBufferWidth;
        const h = gl.drawingBufferHeight, read = new Uint8Array(4 * w * h);
        gl.readPixels(0, 0, w, h, gl.RGBA, gl.UNSIGNED_BYTE, read);
        let count = 0, sum = 0;
        for (let i = 0; i < read.length; i += 4)
            if (read[i] !== read[0] || read[i + 1] !== read[1] || read[i + 2] !== read[2]) {
                count++;
                sum += read[i];
            }
        return [count, sum / Math.max(count, 1), read[0]];
    }"""
    )


def eventually(page, ask, wanted):
    """A frame takes its time; a page's policy forbids Playwright to wait for a function in it."""
    for _ in range(100):
        if page.evaluate(ask) == wanted:
            break
        page.wait_for_timeout(50)
    assert page.evaluate(ask) == wanted


def counted(page):
    """Counts what is asked of the graphics card from now on: frames, draw calls, writes to buffers and their bytes."""
    page.evaluate(
        """() => {
        const card = WebGL2RenderingContext.prototype;
        const count = (name, add) => {
            const ask = card[name];
            card[name] = function (...given) { add(given); return ask.apply(this, given); };
        };
        window.asked = { frames: 0, calls: 0, writes: 0, bytes: 0 };
        count("clear", () => asked.frames++);
        count("drawElements", () => asked.calls++);
        count("drawArrays", () => asked.calls++);
        count("drawArraysInstanced", () => asked.calls++);
        for (const name of ["bufferData", "bufferSubData", "texImage2D"]) count(name, given => {
            asked.writes++;
            asked.bytes += given.find(one => one && one.byteLength !== undefined)?.byteLength || 0;
        });
    }"""
    )


def asked_by_moving(page):
    """What a drag and a turn of the wheel ask of the graphics card: several frames, of two to four calls each."""
    counted(page)
    page.mouse.move(600, 400)
    page.mouse.down()
    page.mouse.move(650, 430, steps=4)
    page.mouse.up()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(50)
    asked = page.evaluate("asked")
    assert asked["frames"] > 2
    assert 2 * asked["frames"] <= asked["calls"] <= 4 * asked["frames"]
    return asked
