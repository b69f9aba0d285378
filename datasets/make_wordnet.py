"""Build wordnet.npz, the synonym sets of WordNet 3.0 and all relations between them.

    python make_wordnet.py usr/share/wordnet

The argument is the folder of data.noun, data.verb, data.adj and data.adv in the unpacked Debian package wordnet-base
1:3.0-37. Nodes are synonym sets in the order noun, verb, adjective, adverb, called after their first word and the part
of speech ("dog.n", "dog.n.2" where that is taken). All 26 kinds of relation are one kind of edge. Classes are the
files of the lexicographers.
"""

from collections import Counter

from graph_file import as_arrays, script

PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}
CONTENTS = {
    "noun": "Tops act animal artifact attribute body cognition communication event feeling food group location motive "
    "object person phenomenon plant possession process quantity relation shape state substance time",
    "verb": "body change cognition communication competition consumption contact creation emotion motion perception "
    "possession social stative weather",
}
NOUNS, VERBS = ([f"{part}.{content}" for content in CONTENTS[part].split()] for part in ("noun", "verb"))
LEXICOGRAPHER_FILES = ["adj.all", "adj.pert", "adv.all", *NOUNS, *VERBS, "adj.ppl"]  # by number, lexnames(5WN)


def synsets(path, part):
    """Key, lexicographer file, first word, and keys of the related ones of each line (wndb(5) says what stands there).

    offset file type count(hex) (word id)... count (pointer offset part source/target)... | gloss
    """
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):  # the licence
            continue
        fields = line.partition(" | ")[0].split()
        pointers = fields[4 + 2 * int(fields[3], 16) :]
        related = zip(pointers[2::4], pointers[3::4], strict=False)
        keys = [(other.replace("s", "a"), offset) for offset, other in list(related)[: int(pointers[0])]]
        word = fields[4].removesuffix("(p)").removesuffix("(a)").removesuffix("(ip)")
        yield (part, fields[0]), LEXICOGRAPHER_FILES[int(fields[1])], word, keys


def build(source):
    found = [item for part, letter in PARTS.items() for item in synsets(source / f"data.{part}", letter)]
    number = {key: i for i, (key, _, _, _) in enumerate(found)}
    names, taken = [], Counter()
    for (part, _), _, word, _ in found:
        taken[word, part] += 1
        sense = taken[word, part]
        names.append(f"{word}.{part}" if sense == 1 else f"{word}.{part}.{sense}")
    edges = [(i, number[key]) for i, (_, _, _, keys) in enumerate(found) for key in keys]
    row, col = zip(*edges, strict=True)
    labels = [label for _, label, _, _ in found]
    return as_arrays(row, col, names, labels, label_names=LEXICOGRAPHER_FILES)


if __name__ == "__main__":
    script(build, __doc__, __file__, "folder of WordNet's data files")
