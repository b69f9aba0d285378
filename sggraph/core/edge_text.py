"""Text of an edge list becomes numbers of nodes and weights, in one pass over its bytes.

Names are looked up in a hash table (FNV-1a, open addressing) of keys and numbers side by side: the key of a short name
is its bytes, so that a look touches one place of memory; longer ones are compared where they stood first. Equal names
get equal numbers, in the order of their first appearance, and no string is made. A weight becomes an integer and a
power of ten; those with too many digits, and all that are no plain decimals, are left to the caller.
It knows no quotes, no white space but blanks and tabs, and no zero bytes.
"""

import numpy as np

from .engine.jit import kernel, part

NEWLINE, TAB, BLANK, HASH, PERCENT = 10, 9, 32, 35, 37  # ASCII
PLUS, MINUS, POINT, ZERO, NINE, UPPER_E, LOWER_E = 43, 45, 46, 48, 57, 69, 101
PRIME = np.uint64(0x100000001B3)  # of FNV-1a in 64 bits
PLACES = 2**12  # of the table at the start, 64 KB; it grows as it fills
MOST_DIGITS = 2**53  # integers up to here are exact in float64,
MOST_POWER = 22  # and so are powers of ten up to here, so that one rounding is left: the right one


@kernel
def number_edges(text, sep, width, columns, seed, out):
    """Number the nodes of the edges in `text`; returns (edges, names, odd weights), or (-1, 0, 0) for uneven lines.

    `text` (uint8) ends with a newline; `sep` parts its `width` columns, a blank standing for any run of blanks and
    tabs. `columns` are the positions of source, target and weight (-1: none); `seed` starts the hash. `out` is filled:
    ids (m, 2); digits (m,) and power (m,) of the weights; spans (2 m, 2), where in the text each name stands first;
    odd (m, 3), edge and span of the weights left to the caller.
    """
    ids, digits, power, spans, odd = out
    table = np.zeros((PLACES, 2), np.uint64)
    found = np.empty((3, 2), np.int64)
    m = names = n_odd = at = 0
    while at < len(text):
        after = past_comment(text, at)
        if after > at:
            at = after
            continue
        at, width_here = split_line(text, at, sep, columns, found)
        if width_here != width or found[0, 0] == found[0, 1] or found[1, 0] == found[1, 1]:
            return -1, 0, 0
        for end in range(2):
            # half of the table stays empty, so that a look ends soon
            if 2 * names >= len(table):
                table = widened(text, names, seed, spans, 4 * len(table))
            name = number_of(text, found[end, 0], found[end, 1], names, seed, table, spans)
            names = max(names, name + 1)
            ids[m, end] = name
        if columns[2] >= 0 and not read_decimal(text, found[2, 0], found[2, 1], m, digits, power):
            odd[n_odd, 0], odd[n_odd, 1], odd[n_odd, 2] = m, found[2, 0], found[2, 1]
            n_odd += 1
        m += 1
    return m, names, n_odd


@part
def past_comment(text, at):
    """Where the next line starts if this one is empty or a comment, else `at`."""
    k = at
    while text[k] == BLANK or text[k] == TAB:
        k += 1
    if text[k] != NEWLINE and text[k] != HASH and text[k] != PERCENT:
        return at
    while text[k] != NEWLINE:
        k += 1
    return k + 1


@part
def split_line(text, at, sep, columns, found):
    """Fill `found` (3, 2) with the spans of the columns wanted; returns the start of the next line and the columns."""
    column = 0
    while True:
        # from the first letter of the column to its last
        while text[at] == BLANK or (text[at] == TAB and sep != TAB):
            at += 1
        start = at
        while text[at] != sep and text[at] != NEWLINE and not (sep == BLANK and text[at] == TAB):
            at += 1
        stop = at
        while stop > start and (text[stop - 1] == BLANK or text[stop - 1] == TAB):
            stop -= 1
        for k in range(3):
            if column == columns[k]:
                found[k, 0], found[k, 1] = start, stop
        column += 1
        # on to the next column; any run of blanks and tabs is one separator where blanks are
        if sep == BLANK:
            while text[at] == BLANK or text[at] == TAB:
                at += 1
        if text[at] == NEWLINE:
            return at + 1, column
        if sep != BLANK:
            at += 1


@part
def number_of(text, start, stop, names, seed, table, spans):
    """The number of the name at start..stop, `names` if it is new."""
    # the bytes of a short name as a number, and the hash of any
    short = stop - start <= 8
    key, h = np.uint64(0), seed
    for k in range(start, stop):
        key = key << np.uint64(8) | np.uint64(text[k])
        h = (h ^ np.uint64(text[k])) * PRIME
    h ^= h >> np.uint64(32)
    key = key if short else h
    # from its place on, past other names, to its own or a free one
    place = np.int64(h & np.uint64(len(table) - 1))
    while table[place, 1] != 0:
        name = np.int64(table[place, 1] >> np.uint64(1)) - 1
        alike = table[place, 0] == key and (table[place, 1] & np.uint64(1)) == short
        if alike and (short or is_same(text, start, stop, spans[name, 0], spans[name, 1])):
            return name
        place = (place + 1) & (len(table) - 1)
    table[place, 0], table[place, 1] = key, np.uint64(2 * (names + 1) + short)
    spans[names, 0], spans[names, 1] = start, stop
    return names


@part
def is_same(text, a, a_stop, b, b_stop):
    """Whether two spans hold the same name."""
    same = a_stop - a == b_stop - b
    while same and a < a_stop:
        same = text[a] == text[b]
        a += 1
        b += 1
    return same


@part
def widened(text, names, seed, spans, places):
    """A table with `places` for the names so far."""
    table = np.zeros((places, 2), np.uint64)
    for name in range(names):
        number_of(text, spans[name, 0], spans[name, 1], name, seed, table, spans)
    return table


@part
def read_decimal(text, start, stop, m, digits, power):
    """Set ``digits[m]`` and ``power[m]``; False unless the text is a plain decimal such as -1.5e3, and exact."""
    negative = start < stop and text[start] == MINUS
    k = start + 1 if start < stop and (text[start] == PLUS or text[start] == MINUS) else start
    # the digits as an integer, and how many stand behind the point
    value = ten = n_digits = 0
    seen_point = False
    while k < stop and (ZERO <= text[k] <= NINE or (text[k] == POINT and not seen_point)):
        if text[k] == POINT:
            seen_point = True
        else:
            value = 10 * value + (np.int64(text[k]) - ZERO)
            n_digits += 1
            ten -= seen_point
            if value >= MOST_DIGITS:
                return False
        k += 1
    if n_digits == 0:
        return False
    # the exponent, four digits at most: more are left over, and refused below
    if k < stop and (text[k] == UPPER_E or text[k] == LOWER_E):
        k += 1
        falls = k < stop and text[k] == MINUS
        if k < stop and (text[k] == PLUS or text[k] == MINUS):
            k += 1
        exponent, first = 0, k
        while k < stop and ZERO <= text[k] <= NINE and k - first < 4:
            exponent = 10 * exponent + (np.int64(text[k]) - ZERO)
            k += 1
        if k == first:
            return False
        ten += -exponent if falls else exponent
    # what is left over is no decimal, and beyond these powers it would be rounded twice
    if k < stop or ten < -MOST_POWER or ten > MOST_POWER:
        return False
    digits[m] = -value if negative else value
    power[m] = ten
    return True
