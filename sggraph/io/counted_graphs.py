"""Formats of programs that partition, colour and route: METIS and DIMACS, whose nodes are the numbers 1, 2, 3, ...

A header says how many nodes and edges there are; it is believed where the lines bear it out, and told where not.
"""

from .gathered import Gathered, check_claim, tell
from .named_lines import lines_of
from .texts import as_lines

EDGE_LINES = {"e": False, "a": True}  # of DIMACS: edges and arcs


def read_metis(content, weight, direction):
    """METIS: the k-th line lists the neighbours of node k, with weights if the header says so; empty lines count."""
    lines = as_lines(content)
    lines = [(k, line) for k, line in enumerate(lines, 1) if line.lstrip()[:1] != "%"]
    while lines and not lines[0][1].strip():
        del lines[0]
    header = _whole(*lines[0]) if lines else []
    if not 2 <= len(header) <= 4:
        raise ValueError("its first line does not say 'nodes edges [format [weights of a node]]'")
    n, m, code, n_weights = (*header, *(0, 0, 0)[len(header) - 2 :])[:4]
    n_weights = n_weights or (code // 10 % 10)
    while len(lines) > n + 1 and not lines[-1][1].strip():
        lines.pop()
    if len(lines) != n + 1:
        raise ValueError(f"it claims {n} nodes but has {len(lines) - 1} lines for them, so it is truncated or damaged")
    skipped, step = code // 100 + (n_weights if code // 10 % 10 else 0), 1 + code % 10
    return _of_lists(n, m, lines[1:], skipped, step, weight, direction)


def _of_lists(n, m, lines, skipped, step, weight, direction):
    found = _counted(n, weight)
    for k, (number, line) in enumerate(lines, 1):
        cells = line.split()[skipped:]
        neighbors, weights = _whole(number, " ".join(cells[::step])), cells[1::2] if step == 2 else []
        if step == 2 and len(weights) != len(neighbors):
            raise ValueError(f"line {number} lacks the weight of its last neighbour")
        for place, other in enumerate(neighbors):
            _check(other, n, number)
            found.add_edge(k, other, {"weight": weights[place]} if weights else None, True)
    if len(found.directed) != 2 * m:
        tell(f"the file claims {m} edges, which are {2 * m} entries in its lists, but holds {len(found.directed)}")
    graph = found.graph(direction)
    if graph.directed:
        tell("edges of the file stand in the list of one end only, or with two weights, and are read as arcs")
    return graph


def read_dimacs(content, weight, direction):
    """DIMACS: "p" says how many, "a" is an arc with a length, "e" an edge; without letters as PACE has it."""
    found, n, m, what = None, 0, 0, ""
    lines = lines_of(content, "c%")
    for number, line in lines:
        kind, *cells = line.split()
        if kind == "p":
            what, *counts = cells if len(cells) == 3 else ("", *cells)
            n, m = _whole(number, " ".join(counts)) if len(counts) == 2 else (0, -1)
            if m < 0:
                raise ValueError(f"line {number} does not say 'p kind nodes edges'")
            check_claim(n, len(lines))
            found = _counted(n, weight)
        elif found is None:
            raise ValueError(f"line {number} comes before the line that begins with p")
        elif kind in EDGE_LINES or kind.isdigit():
            cells = [kind, *cells] if kind.isdigit() else cells
            ends = _whole(number, " ".join(cells[:2]))
            if len(ends) != 2:
                raise ValueError(f"line {number} lacks an end")
            for end in ends:
                _check(end, n, number)
            found.add_edge(*ends, {"weight": cells[2]} if len(cells) > 2 else None, EDGE_LINES.get(kind, False))
        elif kind not in ("n", "d", "v", "x"):  # what is known of nodes
            raise ValueError(f"line {number} begins with {kind[:20]!r}, which is neither p, n, a nor e")
    if found is None:
        raise ValueError("it has no line that begins with p")
    if len(found.directed) != m:
        tell(f"the file claims {m} edges, but holds {len(found.directed)}")
    if what == "sp" and weight is not None:
        tell("the weights are lengths of ways, and pull the more the longer they are; weight=None ignores them")
    return found.graph(direction)


def _counted(n, weight):
    found = Gathered(weight and "weight")
    for k in range(1, n + 1):
        found.add_node(k)
    return found


def _whole(number, text):
    try:
        return list(map(int, text.split()))
    except ValueError:
        raise ValueError(f"line {number} holds what is not a whole number: correct it") from None


def _check(end, n, number):
    if not 1 <= end <= n:
        raise ValueError(f"line {number} names node {end}, but nodes are numbered from 1 to {n}")
