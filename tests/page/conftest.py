"""The browser of the tests of pages, without which they are skipped."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SOFTWARE = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--no-sandbox"]


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=SOFTWARE)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page offline, and sees to it that it asks for nothing and raises nothing."""
    errors, contexts = [], []

    def open_page(explorer, *, address="", **options):
        path = tmp_path / "map.html"
        explorer.save(path)
        context = browser.new_context(
            **{"viewport": {"width": 1000, "height": 700}, "offline": True, "reduced_motion": "reduce"} | options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: errors.append(request.url) if request.url != page.url else None)
        page.goto(f"file://{path}{address}")
        page.wait_for_selector("html[data-ready=true]")
        page.wait_for_timeout(150)
        errors[:] = [error for error in errors if not error.startswith("file://") and not error.startswith("blob:")]
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
