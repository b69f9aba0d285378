"""Pages to explore: bytes of the file, seconds to make it, to its first picture in Chromium, memory of the tab, calls.

    python tests/benchmarks/pages.py [--graphs FOLDER] [--names cnr_2000 npm_deps] [--nodes 1000000] [--edges 3000000]
                                     [--peers FOLDER]

Chromium draws in software here (SwiftShader), as it does where there is no graphics card. The counties come along;
`--graphs`: folder of npz files (row, col, n), laid out by a few iterations; last a cloud of points with edges between
neighbours in the picture and anywhere. `--peers`: folder of pages that other libraries draw of the same, such as
"US counties.sigma.html" and "cloud.cosmos.html", each of which sets data-ready="true" of its html element when it has
asked for its picture; they are opened beside ours, in the same browser.
"""

import argparse
import functools
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Error, sync_playwright
from scipy.sparse import csr_array

import sggraph as sg

SOFTWARE = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--no-sandbox"]
SOFTWARE += ["--enable-precise-memory-info"]
LIMIT = 180  # seconds
DRAWN = """{  // when the page is ready and two frames later: a pixel read, so that what was asked for has been drawn
    const frame = next => requestAnimationFrame(next), looked = () => {
        for (const canvas of document.querySelectorAll("canvas"))
            canvas.getContext("webgl2")?.readPixels(0, 0, 1, 1, 6408, 5121, new Uint8Array(4));
        const { facts, calls } = window.sggraph ?? {};
        console.log("drawn", JSON.stringify([performance.now() / 1e3, performance.memory.usedJSHeapSize / 1e6,
            facts?.n, facts?.edges?.gaps.count, calls]));
    };
    const look = () => document.documentElement?.dataset.ready === "true" ? frame(() => frame(looked)) : frame(look);
    look();
}"""


def main():
    """Make the pages, open each, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=Path)
    parser.add_argument("--names", nargs="+", default=["cnr_2000", "npm_deps"])
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=3_000_000)
    parser.add_argument("--peers", type=Path)
    args = parser.parse_args()
    row = functools.partial(rows, args.peers)
    print("| | nodes | edges | MB | s to make | s to the first picture | MB of the tab's heap | draw calls |")
    print("|---|---|---|---|---|---|---|---|")
    counties = sg.datasets.load_us_counties()
    row("US counties", lambda: sg.explore(counties))
    nouns = sg.datasets.load_wordnet()
    Y = sg.embed_graph(nouns, max_iter=100, random_state=0)
    row("WordNet", lambda Y=Y: sg.explore(Y, nouns.classes, graph=nouns))
    for name in args.names if args.graphs else ():
        with np.load(args.graphs / f"{name}.npz") as z:
            ends, n = (z["row"], z["col"]), int(z["n"])
        A = csr_array((np.ones(len(ends[0])), ends), shape=(n, n))
        Y = sg.embed_graph(A, max_iter=100, random_state=0)
        row(name, lambda A=A, Y=Y: sg.explore(Y, np.arange(len(Y)) % 12, graph=A))
    Y, ends = cloud(args.nodes, args.edges)
    row("cloud", lambda: sg.explore(Y, np.arange(len(Y)) % 12, graph=ends))


def cloud(n, m):
    """Points in a disc along the Z-curve, and edges: four of five between neighbours on it."""
    rng = np.random.default_rng(0)
    Y = rng.normal(size=(n, 2))
    Y = Y[np.lexsort((Y[:, 1], np.floor(Y[:, 0] * 50)))]
    row = rng.integers(n - 20, size=m)
    col = np.where(rng.random(m) < 0.8, row + rng.integers(1, 20, m), rng.integers(n, size=m))
    return Y, csr_array((np.ones(m), (row, col)), shape=(n, n))


def rows(peers, name, make):
    """A line of the table for our page, and one for each of the peers'."""
    begin = time.perf_counter()
    page = make()
    made = time.perf_counter() - begin
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "map.html")
        page.save(path)
        line(name, path, f"{made:.1f}")
    for path in sorted(peers.glob(f"{name}.*.html")) if peers else ():
        line(path.stem.replace(".", ", "), path, "")


def line(name, path, made):
    """One line of the table."""
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=SOFTWARE)
        tab = browser.new_page(viewport={"width": 1200, "height": 800})
        tab.add_init_script(DRAWN)
        try:
            with tab.expect_console_message(lambda said: said.text.startswith("drawn"), timeout=1000 * LIMIT) as said:
                tab.goto(f"file://{path}", wait_until="commit")
            first, heap, *facts = json.loads(said.value.text.removeprefix("drawn"))
            shown = [f"{first:.1f}", f"{heap:.0f}"]
        except Error as error:
            shown, facts = [str(error).splitlines()[0], ""], [None] * 3
        n, m, calls = ("" if fact is None else f"{fact:,}" for fact in facts)
        size = f"{path.stat().st_size / 1e6:.2f}"
        print("|", " | ".join([name, n, m, size, made, *shown, calls]), "|", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
