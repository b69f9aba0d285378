"""Text of a file, whatever encoding it is in: UTF-8, UTF-16 by its mark, Windows-1252 as a guess that is told.

Excel on Windows writes all three. A byte order mark is certain. Text that is neither marked nor UTF-8 is most likely of
Western Europe, and of one byte a letter: names that differ stay different under a wrong guess, so that only their
spelling is at stake, and the warning shows it. UTF-8 that is damaged is refused, as that guess would spoil all of it.
"""

import codecs
import re

from ..graph.arcs import GraphWarning
from ..runtime.checks import shown
from ..runtime.warn import warn

BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"}
BOMS |= {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # the first begins that of UTF-32, too
WESTERN = "cp1252"  # Latin-1 is the same but for control characters
LOST = "\ufffd"  # what stands for bytes that are no character
WORD = re.compile(r"[^\s,;|\"']*[^\x00-\x7f][^\s,;|\"']*")


def as_text(content):
    r"""Text of bytes.

    Examples
    --------
    >>> from sggraph.io.texts import as_text
    >>> as_text("Zürich\tGenève".encode("utf-16"))
    'Zürich\tGenève'
    """
    bom = next((bom for bom in BOMS if content.startswith(bom)), None)
    encoding = BOMS.get(bom, "utf-8")
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        text = _as_western(content) if bom is None else None
        if text is None:
            k = error.start
            wrong = f"it is not {encoding.upper()} text, byte {k + 1} is {content[k]:#x}: save it as UTF-8"
            raise ValueError(wrong) from None
    example = shown(WORD.search(text)[0])
    told = f"its text is not UTF-8 and was read as Windows-1252, such as {example}: save it as UTF-8 if that is wrong"
    warn(f"path: {told}", GraphWarning)
    return text


def as_utf8(content):
    """The bytes themselves if they are ASCII, else those of the same text in UTF-8, without a mark."""
    return content if content.isascii() else as_text(content).encode()


def as_lines(content):
    """Lines of bytes, whatever ends them."""
    return as_text(content).replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _as_western(content):
    """Text in Windows-1252; None where a byte is no letter of it, or as many characters are UTF-8 as are not."""
    attempt = content.decode("utf-8", "replace")
    lost = attempt.count(LOST)
    kept = len(attempt) - len(attempt.encode("ascii", "ignore")) - lost
    if kept >= lost:
        return None
    try:
        return content.decode(WESTERN)
    except UnicodeDecodeError:
        return None
