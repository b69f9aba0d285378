"""What tests of the page to explore ask of it, in a tab or in a frame of one."""


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
