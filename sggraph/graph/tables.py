"""Which columns of a table are the ends of edges, and which one their weight: by name, for frames and text alike.

A table is its names (None without a header) and a look at the head of each column. What the names do not decide, and
the two plain forms without a header do not either, is refused with the columns that were seen and the arguments that
would decide. It moves no data: frames.py and edge_lists.py do.
"""

import re
from decimal import Decimal
from itertools import product
from math import isfinite
from numbers import Real
from typing import NamedTuple

from ..runtime.checks import is_flag, is_missing, refused

HEAD = 100  # rows that are looked at: what is no number, or does not count, shows itself in the first few
# What the ends are called, in any case and with any of WRAPPING behind it: "FromNodeId" is from. The last two lines are
# German, French, Dutch, Italian, Spanish and Portuguese.
PAIRS = """source target, from to, src dst, src dest, source destination, origin destination, origin dest, citing cited,
follower followee, follower followed, follower following, sender receiver, sender recipient, parent child,
subject object, caller callee, ego alter, head tail, row col, row column, startid endid, startnode endnode, i j, u v,
s t, quelle ziel, von nach, source cible, de vers, bron doel, van naar,
origine destination, origine destinazione, sorgente destinazione, origen destino, origem destino"""
WRAPPING = {"node", "vertex", "id", "ids", "name", "label", "key", "index", "idx"}
# and of pairs that are numbered: protein1 protein2, numeric_id_1 numeric_id_2, gene_a gene_b, Interactor A Interactor B
NUMBERED = {
    "node",
    "vertex",
    "id",
    "name",
    "label",
    "protein",
    "gene",
    "interactor",
    "person",
    "user",
    "author",
    "actor",
}
NUMBERED |= {"character", "entity", "word", "molecule", "species", "country", "city", "station", "paper", "page"}
# Last words of the names of weights: combined_score is one, score_type is none
WEIGHTS = {"weight", "weights", "w", "value", "score", "count", "counts", "strength", "n", "num", "number", "freq"}
WEIGHTS |= {"frequency", "similarity", "corr", "correlation", "affinity", "intensity", "amount", "volume", "flow"}
WEIGHTS |= {"gewicht", "anzahl", "wert", "poids", "valeur", "peso", "valor", "valore"}  # as PAIRS
UNNAMED = re.compile(r"|index|level_0|rownames?|unnamed: ?0(_level_\d)?|\.\.\.1", re.IGNORECASE)
PLACES = re.compile(r"([Cc]olumn[ _]?|V|)\d+")  # what pandas, polars, DuckDB and R call columns without a header
TIME = 1e8  # whole numbers from here on are seconds since 1970 (in 1973), or finer: few weights are so large
CUT = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d+$)|[^0-9A-Za-z]+")


class Choice(NamedTuple):
    """Positions of the columns that count (weight None: there is none), and what the caller is to be told."""

    source: int
    target: int
    weight: int | None
    note: str


class Look(NamedTuple):
    """What the head of a column holds."""

    numeric: bool  # numbers, and what is missing
    whole: bool  # ... without fractions
    counts: bool  # 0, 1, 2 ... or 1, 2, 3 ...
    late: bool  # times in seconds since 1970
    n: int  # values
    most: float  # the greatest number

    @property
    def fractions(self):
        """Numbers that name nothing."""
        return self.numeric and not self.whole


def look_at(values):
    """The `Look` of the first values of a column."""
    known = [value for value in values if not is_missing(value)]
    numeric = bool(known) and all(isinstance(value, (Real, Decimal)) and not is_flag(value) for value in known)
    whole = numeric and all(isfinite(value) and value == int(value) for value in known)
    counts = whole and known[0] in (0, 1) and known == list(range(int(known[0]), int(known[0]) + len(values)))
    late = whole and min(known) >= TIME
    return Look(numeric, whole, counts, late, len(values), max(known) if numeric else 0)


def choose_columns(names, looks, *, source=None, target=None, weight="weight"):
    """The `Choice` among columns with these `names` (None: no header) and `looks`; a ValueError where it is open.

    `source`, `target` and `weight` are names, or positions in a table without a header. `weight` None ignores weights;
    the default need not be there, any other name must.
    """
    bare = names is None or is_bare(names)
    names = list(range(len(looks))) if names is None else names
    given = [
        None if name is None else _position(names, word, name)
        for word, name in (("source", source), ("target", target))
    ]
    k_weight = None if weight is None else _found(names, weight)
    if k_weight is None and weight not in (None, "weight"):
        raise refused("weight", weight, f"one of the columns {_listed(names)}, or None to ignore weights")
    found, index, guess = _ends(names, looks, bare, given, k_weight)
    if found is None:
        raise ValueError(f"graph has {_kinds(names, looks, bare)}: {_remedy(looks)}")
    rest = [k for k in range(len(looks)) if k not in (*found, index)]
    note = _guessed(names, found) if guess else ""
    if weight is None or k_weight is not None:
        return Choice(*found, k_weight, note)
    chosen = _weight(names, looks, rest, bare)
    if chosen is None and rest:
        left = (
            f"no weight among its columns {_listed(names[k] for k in rest)}, each edge counts 1: give weight= for one"
        )
        note = "; ".join(filter(None, [note, left]))
    return Choice(*found, chosen, note)


def ends_by_name(names):
    """The positions of source and target that the names alone decide, or None; a ValueError where they say two."""
    for plain in (_joined, _unwrapped):
        words = list(map(plain, names))
        pairs = [tuple(map(words.index, pair)) for pair in _pairs() if set(pair) <= set(words)]
        once = [pair for pair in pairs if all(words.count(words[k]) == 1 for k in pair)]
        found = once or _numbered(names)
        if len(found) > 1:
            raise ValueError(
                f"graph has the columns {_listed(names)}, of which several pairs may be the ends: give source= and "
                "target="
            )
        if found:
            return found[0]
    return None


def is_bare(names):
    """Whether the names are places: 0, 1, 2, or what readers call columns without a header, column_1, V1, ..."""
    return len(names) > 1 and all(PLACES.fullmatch(str(name)) for name in names)


def is_numeral(text):
    """Whether Python reads it as a number."""
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True


def is_index(names, looks):
    """Whether the first column numbers the rows, beside at least two others."""
    return len(names) > 2 and (UNNAMED.fullmatch(_text(names[0])) is not None or looks[0].counts)


def _ends(names, looks, bare, given, k_weight):
    """The positions of the ends (None: open) and of an index, and whether they are a guess."""
    index = 0 if is_index(names, looks) and 0 not in given else None
    if None not in given:
        return tuple(given), index, False
    if given != [None, None]:
        return _completed(names, given), index, False
    found = None if bare else ends_by_name(names)
    if found is not None:
        tiny = all(len(_text(names[k])) == 1 for k in found)  # the letters name coordinates as well
        return (None if tiny and any(looks[k].fractions for k in found) else found), index, False
    if bare:
        return _places(looks, k_weight), (0 if _counted(looks) else None), False
    named = [k for k, name in enumerate(names) if _is_weight(name) and looks[k].numeric]
    rest = [k for k in range(len(names)) if k not in (index, k_weight, *named)]
    texts = len(rest) == 2 and not any(looks[k].numeric for k in rest)
    return (tuple(rest) if texts else None), index, True


def _places(looks, k_weight):
    """Ends without a header: the first two of two or three columns; behind an index if the third is no number.

    A first column that counts beside two of whole numbers is left open: it may be an index before two ends.
    """
    if _counted(looks):
        return 1, 2
    if len(looks) not in (2, 3) or any(look.fractions for look in looks[:2]):
        return None
    numbered = len(looks) == 3 and looks[0].counts and looks[0].n > 2 and looks[1].whole and looks[2].whole
    # edges of nodes that count lead from node to node, as 0 1, 1 2, 2 3 do
    return None if numbered and looks[1].most > looks[0].most + 1 and k_weight is None else (0, 1)


def _counted(looks):
    return len(looks) == 3 and looks[0].counts and not looks[1].numeric and not looks[2].numeric


def _completed(names, given):
    """The end that the caller did not name, by the other column of a known pair."""
    side = given.index(None)
    words = list(map(_unwrapped, names))
    partners = {pair[side] for pair in _pairs()}
    found = [k for k, word in enumerate(words) if word in partners and k not in given]
    if len(found) != 1 and len(names) == 2:
        found = [1 - given[1 - side]]
    if len(found) != 1:
        raise ValueError(f"graph has the columns {_listed(names)}: give source= and target=, both")
    given[side] = found[0]
    return tuple(given)


def _weight(names, looks, rest, bare):
    """The position of the column that is called a weight, or the third without a header."""
    if bare:
        return rest[0] if len(rest) == 1 and rest[0] == 2 and not looks[2].late else None
    found = [k for k in rest if looks[k].numeric and _is_weight(names[k])]
    best = [k for k in found if _joined(names[k]) in ("weight", "weights")] or found
    if len(best) > 1:
        raise ValueError(
            f"graph has the columns {_listed(names[k] for k in best)}, each of which may be the weight: give weight=, "
            "one of them or None"
        )
    return best[0] if best else None


def _position(names, word, name):
    k = None if name is None else _found(names, name)
    if k is None and name is not None:
        raise refused(word, name, f"one of the columns {_listed(names)}")
    return k


def _found(names, name):
    """The position of a name: as it stands, as text, or in another case."""
    for same in (lambda a: a == name, lambda a: str(a) == str(name), lambda a: _text(a).lower() == str(name).lower()):
        places = [k for k, other in enumerate(names) if same(other)]
        if len(places) == 1:
            return places[0]
    return None


def _pairs():
    return [tuple(pair.split()) for pair in PAIRS.split(",")]


def _numbered(names):
    """Pairs such as protein1, protein2 without a third."""
    parts = [_words(name) for name in names]
    found = []
    for first, second in product(range(len(parts)), repeat=2):
        one, two = parts[first], parts[second]
        stem = one[:-1]
        if stem and stem[-1] in NUMBERED and two[:-1] == stem and (one[-1], two[-1]) in (("1", "2"), ("a", "b")):
            third = [*stem, "3"] in parts or [*stem, "c"] in parts
            found += [] if third else [(first, second)]
    return found


def _is_weight(name):
    words = _words(name)
    return bool(words) and words[-1] in WEIGHTS


def _words(name):
    return [word.lower() for word in CUT.split(_text(name)) if word]


def _joined(name):
    return "".join(_words(name))


def _unwrapped(name):
    words = _words(name)
    while len(words) > 1 and words[-1] in WRAPPING:
        words.pop()
    return "".join(words)


def _text(name):
    return "" if is_missing(name) else str(name).strip()


def _listed(names):
    names = list(names)
    return ", ".join(map(repr, names[:12])) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _guessed(names, found):
    return f"took {_listed(names[k] for k in found)} for the ends of edges: give source= and target= where they are not"


def _kinds(names, looks, bare):
    if bare:
        return f"{len(names)} columns without names, which do not tell source, target[, weight]"
    return f"the columns {_listed(names)}, which do not tell the ends of edges"


def _remedy(looks):
    remedy = "give source= and target=, and weight= for a column of weights"
    if all(look.numeric for look in looks):
        remedy += "; of features make a graph with point_cloud_to_graph, or give them to SGtSNEpi().fit"
        remedy += "; where rows and columns are two kinds of nodes, give bipartite=True"
    return remedy
