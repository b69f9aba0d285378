"""Files of the commands: which may be read and written, and the labels in one."""

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def piped(arguments):
    """Take what comes through the pipe for the file where that is called "-"; a table, or what --format says."""
    file = getattr(arguments, "file", None)
    if file != Path("-"):
        yield
        return
    if not arguments.output:
        raise ValueError("FILE is -, what comes through the pipe: name the coordinates by --output")
    with TemporaryDirectory() as folder:
        arguments.file = Path(folder, "stdin.csv")
        arguments.file.write_bytes(sys.stdin.buffer.read())
        yield


def reading_of(arguments):
    """How the graph in the file of a command is to be read: arguments of `read_graph`."""
    names = "weight", "direction", "source", "target", "bipartite", "format"
    return {name: getattr(arguments, name) for name in names}


def largest_component(graph):
    """The Graph of the largest component alone: there is no place to write or draw for the other nodes."""
    from ..method.components import component_numbers
    from ..method.problem import of_rows

    return of_rows(graph, (component_numbers(graph.adjacency) == 0).nonzero()[0])


def labels_of_file(path, nodes):
    """Labels of `nodes` from a CSV file, None where it has none; numbers as `load_embedding` reads them.

    Its first two columns are node and label, unless a header names others so. Nodes are compared as text.
    """
    import csv
    from io import StringIO

    from ..io.safe import naming, read_bytes
    from ..io.tables import unescaped, with_gaps
    from ..io.texts import as_text

    content = read_bytes(path)
    with naming(path, "labels", "Save it as a table in UTF-8 with the columns node,label"):
        file = StringIO(as_text(content), newline="")
        first = file.readline()
        file.seek(0)
        rows = [row for row in csv.reader(file, delimiter=max(",;\t", key=first.count)) if row]
    header = [name.strip().lower() for name in rows[0]] if rows else []
    columns = (header.index("node"), header.index("label")) if {"node", "label"} <= set(header) else (0, 1)
    short = next((row for row in rows if len(row) <= max(columns)), None)
    if short is not None or not rows:
        raise ValueError(f"labels={str(path)!r} has {short or 'no rows'}: give the columns node,label")
    found = {unescaped(row[columns[0]]).strip(): unescaped(row[columns[1]]).strip() for row in rows}
    labels = [found.get(str(node).strip(), "") for node in nodes]
    if not any(labels):
        raise ValueError(
            f"labels={str(path)!r} has none of the nodes in column 1: give names as in the graph, such as {nodes[0]!r}"
        )
    return with_gaps(labels)


def default_output(file, ending):
    """The name of a table beside the file: its stem and the ending."""
    from ..io.graph_files import SUFFIXES

    name = Path(file.stem if file.suffix.lower() == ".gz" else file.name)
    stem = name.stem if name.suffix.lower() in SUFFIXES else name.name  # what follows out. is a name
    return file.parent / f"{stem}_{ending}.csv"


def check_targets(sources, output, picture, names=None):
    """Find out before the run what would lose its result, or the user's input, or have no effect."""
    from ..io.embeddings import format_of
    from ..io.tables import check_parquet, write_parquet

    for option, target in (("--output", output), ("--plot", picture)):
        if target is not None:
            check_target(option, target, sources)
    if names is not None and picture is None:
        raise ValueError(f"--names={names} writes on the picture: give --plot, too")
    if picture is not None:
        if picture.resolve() == output.resolve():
            raise ValueError(f"--plot and --output are both {str(picture)!r}: give two names")
        check_picture("--plot", picture)
    write, _ = format_of(output)
    if write is write_parquet:
        check_parquet()


def check_target(option, target, sources):
    """Raise if the target is one of the sources (None: none), or has no folder."""
    sources = [path for path in sources if path is not None and path.exists()]
    if target.exists() and any(target.samefile(path) for path in sources):
        raise ValueError(f"{option}={str(target)!r} is one of the input files: give another name")
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"{option}={str(target)!r}: the folder {str(target.parent)!r} does not exist, create it first"
        )


def check_picture(option, target, *also):
    """Raise unless matplotlib can write such a picture, or the name ends with one of `also`."""
    from matplotlib.figure import Figure

    known = list(dict.fromkeys([*also, *(f".{name}" for name in sorted(Figure().canvas.get_supported_filetypes()))]))
    if target.suffix.lower() not in known:
        raise ValueError(f"{option}={str(target)!r}: give a name that ends with {', '.join(known)}")
