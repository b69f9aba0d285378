"""The commands `sggraph sequence` and `sggraph update`: graphs of several times, and a graph that has changed.

Both return what there is to report, words by what they are about.
"""

from pathlib import Path
from time import perf_counter

from .files import check_picture, check_target, check_targets, default_output, labels_of_file, reading_of
from .pictures import FILMS, draw_embedding, draw_sequence

PAGE = ".html"


def as_span(text):
    """A span of time: a number, of days and the like (7d, 12h), or all; a ValueError for other texts."""
    from ..graph.windows import duration

    if text == "all" or duration(text):
        return text
    number = float(text)
    return int(number) if number == int(number) else number


def embed_sequence_file(arguments, method):
    """``sggraph sequence``: from edges with a time to a table, pictures or a film of all times."""
    from ..graph.arcs import Reading
    from ..graph.windows import graph_windows
    from ..io.sequences import write_sequence
    from ..io.timed_edges import read_timed_edges
    from ..method.sequence import embed_sequence

    file, outputs = arguments.file, arguments.output or [default_output(arguments.file, "sequence")]
    table = None if arguments.labels in (None, "louvain") else Path(arguments.labels)
    _check_outputs(outputs, (file, table))
    reading = Reading(arguments.weight, arguments.source, arguments.target)
    edges = read_timed_edges(file, arguments.time, reading)
    graphs = graph_windows(edges, arguments.time, window=arguments.window, step=arguments.step)
    start = perf_counter()
    snapshots = embed_sequence(graphs, stability=arguments.stability, **method)
    seconds = perf_counter() - start
    nodes = list(dict.fromkeys(node for snapshot in snapshots for node in snapshot.nodes))
    labels = arguments.labels
    if labels == "louvain":
        from ..inputs.labels import louvain_names
        from ..plot.snapshots import Series

        labels = louvain_names(Series(snapshots).union, arguments.random_state)
    elif table is not None:
        labels = labels_of_file(table, nodes)
    labels = None if labels is None else dict(zip(nodes, labels, strict=True))
    for output in outputs:
        if _is_table(output):
            write_sequence(output, snapshots, labels)
        elif output.suffix.lower() == PAGE:
            from ..page.explorer import explore

            explore(snapshots, labels, title=file.name).save(output)
        else:
            draw_sequence(snapshots, labels, arguments.trails, output, arguments.random_state)
    counts = [len(snapshot.nodes) for snapshot in snapshots]
    return {
        "times": f"{len(snapshots):,}, from {snapshots[0].time} to {snapshots[-1].time}",
        "nodes": f"{len(nodes):,}, {min(counts):,} to {max(counts):,} at a time",
        "seconds": f"{seconds:.2f}, start and compilation included",
        "written": ", ".join(map(str, outputs)),
    }


def _is_table(path):
    from ..io.sequences import SUFFIXES

    return path.suffix.lower() in SUFFIXES


def _check_outputs(outputs, sources):
    """Find out before the run what would lose its result."""
    from ..io.sequences import SUFFIXES, check_table
    from ..plot.animation import writer_for

    for k, output in enumerate(outputs):
        check_target("--output", output, sources)
        if output.resolve() in [other.resolve() for other in outputs[:k]]:
            raise ValueError(f"--output={str(output)!r} is given twice: give two names")
        if output.suffix.lower() in FILMS:
            writer_for(output)
        elif _is_table(output):
            check_table(output)
        elif output.suffix.lower() != PAGE:
            check_picture("--output", output, *SUFFIXES, *FILMS, PAGE)


def update_file(arguments, method):
    """``sggraph update``: the picture of a graph that has changed, from an earlier one."""
    import numpy as np

    from ..inputs.labels import louvain_names
    from ..io.embeddings import load_embedding, write_embedding
    from ..io.graph_files import read_graph
    from ..method.updating import update_layout
    from ..metrics import neighbor_recall

    file = arguments.file
    output = arguments.output or default_output(file, "updated")
    table = None if arguments.labels in (None, "louvain") else Path(arguments.labels)
    check_targets((file, arguments.previous, table), output, arguments.plot, arguments.names)
    graph = read_graph(file, **reading_of(arguments))
    saved = load_embedding(arguments.previous)
    before = {str(node).strip(): place for node, place in saved.positions.items()}  # files may lose the types of names
    known = {node: before[str(node).strip()] for node in graph.nodes if str(node).strip() in before}
    if not known:
        raise ValueError(
            f"previous={str(arguments.previous)!r} has none of the nodes, such as {graph.nodes[0]!r}: give a picture "
            "of this graph"
        )
    start = perf_counter()
    updated = update_layout(graph, known, stability=arguments.stability, **method)
    seconds = perf_counter() - start
    labels = arguments.labels
    if labels == "louvain":
        labels = louvain_names(graph, arguments.random_state)
    elif table is not None:
        labels = labels_of_file(table, graph.nodes)
    write_embedding(output, updated.coordinates, graph.nodes, labels, graph)
    if arguments.plot is not None:
        names = {"node_names": arguments.names}
        if arguments.names == "classes":
            names = {"label_on_map": True}
        draw_embedding(updated.coordinates, graph, labels, arguments.plot, file.name, names)
    width = np.ptp(updated.coordinates, axis=0).max()
    return {
        "nodes": f"{len(graph.nodes):,}, {len(graph.nodes) - len(known):,} of them new; "
        f"{len(before) - len(known):,} are gone",
        "seconds": f"{seconds:.2f}, start and compilation included",
        "moved": f"{100 * np.nanmedian(updated.moved) / width:.1f} % of the picture (median of old nodes)",
        "neighbour recall": f"{neighbor_recall(graph, updated.coordinates):.4f}",
        "coordinates": output,
        "picture": arguments.plot,
    }
