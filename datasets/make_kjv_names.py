"""Build kjv_names.npz, the names that share verses of the King James Bible, from its text as printed by bible-kjv.

    bible -f -l9999 -p usr/lib 'ge1:1-re22:21' > kjv.txt && python make_kjv_names.py kjv.txt

The program and the text come from the Debian packages bible-kjv and bible-kjv-text 4.38; the folder usr/lib of the
unpacked latter holds bible.data. The 31,102 lines read "Ge1:1 In the beginning God created". A name is a word that
is never written in lower case and stands at least twice inside a sentence: people, peoples and places. The weight of an
edge is the number of verses in which both names stand; a name's class is the group of books that names it most often.
"""

import re
from collections import Counter, defaultdict
from itertools import combinations

from graph_file import as_arrays, script

BOOKS = {
    "Law": "Ge Exo Lev Num Deu",
    "History": "Josh Jdgs Ruth 1Sm 2Sm 1Ki 2Ki 1Chr 2Chr Ezra Neh Est",
    "Poetry and wisdom": "Job Psa Prv Eccl SSol",
    "Major prophets": "Isa Jer Lam Eze Dan",
    "Minor prophets": "Hos Joel Amos Obad Jonah Mic Nahum Hab Zep Hag Zec Mal",
    "Gospels and Acts": "Mat Mark Luke John Acts",
    "Letters": "Rom 1Cor 2Cor Gal Eph Phi Col 1Th 2Th 1Tim 2Tim Titus Phmn Heb Jas 1Pet 2Pet 1Jn 2Jn 3Jn Jude",
    "Revelation": "Rev",
}
WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
START = re.compile(r"(?:^|[.?!:;(]\W*)$")  # what stands before the first word of a sentence


def verses(path):
    """Pairs of a book and the text of a verse."""
    for line in path.read_text(encoding="utf-8").splitlines():
        place, _, text = line.partition(" ")
        yield re.match(r"\d?[A-Za-z]+", place).group(), text.replace("'s", "")


def find_names(texts):
    """Words that are capitalised twice or more inside a sentence and never lower case."""
    inside, lower = Counter(), set()
    for text in texts:
        for word in WORD.finditer(text):
            if word.group()[0].islower():
                lower.add(word.group())
            elif not START.search(text[: word.start()][-4:]):
                inside[word.group()] += 1
    return {word for word, count in inside.items() if count >= 2 and word.lower() not in lower and len(word) > 1}


def build(source):
    text_of = list(verses(source))
    known = find_names(text for _, text in text_of)
    group_of = {book: group for group, books in BOOKS.items() for book in books.split()}
    verses_together, groups = Counter(), defaultdict(Counter)
    for book, text in text_of:
        found = sorted(set(WORD.findall(text)) & known)
        verses_together.update(combinations(found, 2))
        for name in found:
            groups[name][group_of[book]] += 1
    names = sorted(groups)
    number = {name: i for i, name in enumerate(names)}
    row, col = zip(*((number[u], number[v]) for u, v in verses_together), strict=True)
    labels = [groups[name].most_common(1)[0][0] for name in names]
    return as_arrays(row, col, names, labels, label_names=list(BOOKS), weights=list(verses_together.values()))


if __name__ == "__main__":
    script(build, __doc__, __file__, "text of the King James Bible as printed by the Debian package bible-kjv")
