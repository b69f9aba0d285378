"""Build setmm.npz, which theorem of the Metamath proof library set.mm is used in whose proof.

    python make_setmm.py set.mm

The file comes from the Debian package metamath-databases 0.0.0~20210101.git55fe226-2. An arc goes from a theorem to
each statement (axiom, definition or theorem) that its proof refers to; a hypothesis of a theorem is no node. Classes
are the parts of the book. Left out: the syntax, the guides, and the mathboxes of contributors, which come last.
"""

import re

from graph_file import as_arrays, script

COMMENT_OR_STATEMENT = re.compile(
    r"\$\((?P<comment>.*?)\$\)|(?P<name>\S+)\s+\$[ap]\s+\|-\s[^$]*(?:\$=\s+\((?P<proof>[^)]*)\))?", re.DOTALL
)
HEADING = re.compile(r"\s*#{60,}\s*(?P<title>\S[^\n]*?)\s*\n#{60,}")
MATHBOXES = "SUPPLEMENTARY MATERIAL (USER'S MATHBOXES)"
GUIDES = "GUIDES AND MISCELLANEA"
TITLES = {
    "ZF (ZERMELO-FRAENKEL) SET THEORY": "ZF set theory",
    "ZFC (ZERMELO-FRAENKEL WITH CHOICE) SET THEORY": "ZFC set theory",
    "TG (TARSKI-GROTHENDIECK) SET THEORY": "TG set theory",
    "CLASSICAL FIRST-ORDER LOGIC WITH EQUALITY": "First-order logic",
    "ADDITIONAL MATERIAL ON GROUPS, RINGS, AND FIELDS (DEPRECATED)": "Groups, rings and fields (deprecated)",
    "COMPLEX TOPOLOGICAL VECTOR SPACES (DEPRECATED)": "Topological vector spaces (deprecated)",
    "COMPLEX HILBERT SPACE EXPLORER (DEPRECATED)": "Hilbert space explorer (deprecated)",
}


def statements(text):
    """Name, part of the book, and names of the references of each axiom, definition and theorem."""
    part = None
    for match in COMMENT_OR_STATEMENT.finditer(text):
        if match["comment"] is not None:
            heading = HEADING.match(match["comment"])
            part = heading["title"] if heading else part
            if part == MATHBOXES:
                return
        elif part not in (None, GUIDES):
            yield match["name"], TITLES.get(part, part.capitalize()), (match["proof"] or "").split()


def build(source):
    names, labels, references = zip(*statements(source.read_text(encoding="utf-8")), strict=True)
    number = {name: i for i, name in enumerate(names)}
    arcs = [
        (number[name], number[used])
        for name, uses in zip(names, references, strict=True)
        for used in uses
        if used in number  # neither a hypothesis nor syntax
    ]
    row, col = zip(*arcs, strict=True)
    return as_arrays(row, col, names, labels, label_names=list(dict.fromkeys(labels)), directed=True)


if __name__ == "__main__":
    script(build, __doc__, __file__, "set.mm of the Debian package metamath-databases")
