"""Read edges that have a time from a table, text or Parquet: a line or row for each, with a column of times.

`read_graph` leaves times out; here they stay, as the attribute of parallel edges that `graph_windows` cuts.
"""

from pathlib import Path

from ..graph.attributes import one_of
from ..graph.tables import HEAD, choose_columns, is_numeral, look_at
from ..runtime.checks import refused
from .edge_lists import as_labels, parse_weights, to_columns
from .gathered import tell
from .lines import MISSING, is_comment, layout, table_lines
from .safe import as_path, naming, read_bytes, unzip
from .tables import frame_of_parquet

TEXTS = (".csv", ".tsv", ".txt", ".edgelist")
REMEDY = "Correct it, or read it yourself and call embed_sequence(edges, time=...)"


def read_timed_edges(path, time, how):
    """The edges of a table as a MultiGraph of NetworkX, with `time` and "weight"; `how` is a ``Reading``."""
    path = as_path(path)
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    suffix = Path(name).suffix.lower()
    if suffix not in (*TEXTS, ".parquet"):
        accepted = f"a table of edges with a column of times, a name that ends with {', '.join(TEXTS)}"
        raise refused("path", str(path), f"{accepted}, each also with .gz, or .parquet")
    content = read_bytes(path)
    with naming(path, "a table of edges with times", REMEDY):
        content = unzip(content) if path.suffix.lower() == ".gz" else content
        read = _of_parquet if suffix == ".parquet" else _of_text
        return _as_multigraph(*read(content, suffix, time, how), time)


def _of_text(content, suffix, time, how):
    """Ends, weights and times of a text table."""
    lines = table_lines(content)
    found = layout(lines, suffix, [name for name in (time, how.source, how.target) if name is not None])
    if found.names is None:
        raise ValueError(f"it has no header: name its columns, of which {time!r} holds the time")
    k, choice = _choice(found.names, found.looks, time, how)
    body = [i for i in range(found.body, len(lines)) if lines[i].strip()]
    body = [i for i in body if not is_comment(lines[i], found.separator, found.width)]
    numbers = [i + 1 for i in body]
    columns = to_columns([lines[i] for i in body], numbers, found)
    ends = as_labels(columns[choice.source], columns[choice.target])
    weights = None if choice.weight is None else parse_weights(columns[choice.weight], how.weight, numbers)
    return *ends, weights, _as_times(columns[k])


def _of_parquet(content, suffix, time, how):
    """The same of a Parquet file."""
    frame = frame_of_parquet(content)
    names = list(frame)
    k, choice = _choice(names, [look_at(frame[name].head(HEAD).tolist()) for name in names], time, how)
    source, target, times = (frame[names[i]].tolist() for i in (choice.source, choice.target, k))
    return source, target, None if choice.weight is None else frame[names[choice.weight]].tolist(), times


def _choice(names, looks, time, how):
    """The position of the column of times, and the `Choice` among the others."""
    if time not in names:
        raise refused("time", time, f"a column of the table, {one_of(names)}")
    k = names.index(time)
    others = [i for i in range(len(names)) if i != k]
    given = {"source": how.source, "target": how.target, "weight": how.weight}
    choice = choose_columns([names[i] for i in others], [looks[i] for i in others], **given)
    if choice.note:
        tell(choice.note)
    places = {
        name: None if place is None else others[place] for name, place in choice._asdict().items() if name != "note"
    }
    return k, choice._replace(**places)


def _as_times(texts):
    """Whole numbers, else numbers, else the texts, which are dates; None where there is none."""
    known = [text for text in texts if text.lower() not in MISSING]
    kind = str
    if all(map(is_numeral, known)):
        kind = int if all(text.lstrip("+-").isdecimal() for text in known) else float
    return [None if text.lower() in MISSING else kind(text) for text in texts]


def _as_multigraph(sources, targets, weights, times, time):
    import networkx as nx

    weights = [1.0] * len(sources) if weights is None else weights
    held = ({time: t, "weight": w} for t, w in zip(times, weights, strict=True))
    graph = nx.MultiGraph()
    graph.add_edges_from(zip(sources, targets, held, strict=True))
    return graph
