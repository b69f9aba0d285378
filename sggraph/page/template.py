"""The template page.html with all in its place: script, style, facts and columns."""

import hashlib
import html
import json
import re
from base64 import b64encode
from importlib.resources import files

from .. import __version__

SCRIPTS = ("ribbons.js", "viewer.js")  # in this order


def filled(content):
    """The template with all of a Content in its place; what is put in is not looked through again."""
    own = files(__package__)
    script = "".join((own / name).read_text("utf-8") for name in SCRIPTS)
    style, template = ((own / name).read_text("utf-8") for name in ("viewer.css", "page.html"))
    blocks = "\n".join(
        f'<script type="application/octet-stream" id="{name}">{text}</script>' for name, text in content.columns.items()
    )
    parts = {
        "script": script,
        "style": style,
        "script-hash": _hash(script),
        "style-hash": _hash(style),
        "version": __version__,
        "title": _text(content.title),
        "description": _text(content.description),
        "facts": json.dumps(content.facts).replace("<", "\\u003c"),
        "columns": blocks,
    }
    return re.sub(r"\{\{([a-z-]+)\}\}", lambda match: parts[match.group(1)], template)


def _text(words):
    """As text of the page; half characters, which no file keeps, become question marks."""
    return html.escape(words.encode("utf-8", "replace").decode())


def _hash(text):
    """How a content policy calls a script or style that may run."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
