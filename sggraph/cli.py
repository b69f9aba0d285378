"""The command `sggraph`: `demo` embeds a bundled graph, `embed` a file, `sequence` and `update` graphs that change.

Each writes coordinates and pictures. What the commands do with files is in commands/.

Everything heavy is imported inside the commands, so that ``sggraph --help`` answers at once. What goes wrong is told in
one line on stderr, with exit code 2. Of several processes, as `mpiexec` starts them, the first reads, writes, speaks.
"""

import argparse
import re
import sys
import warnings
from pathlib import Path
from time import perf_counter

from . import __version__
from .commands.files import piped
from .commands.texts import EXAMPLES, FORMATS, OUTPUTS, TIMED
from .runtime.launched import is_first, is_one_of_several

FLAGS = {"d": "-d", "lambda_": "--lambda", "random_state": "--seed"}  # of the arguments of SGtSNEpi
WORDS = ("balance", "components", "max_iter", "early_exag", "alpha", "eta", "n_jobs", "checkpoint", "device")
FLAGS |= {name: f"--{name.replace('_', '-')}" for name in WORDS}
METHOD = [name for name in FLAGS if name not in ("components", "checkpoint", "device")]  # of graphs that change
OTHERS = ("stability", "previous", "time", "window", "step", "trails", "format", "weight", "source", "target")
FLAGS_OF = FLAGS | {name: f"--{name}" for name in (*OTHERS, "direction", "bipartite")}
GIVEN = re.compile(rf"(?<![\w'.-])({'|'.join(FLAGS_OF)})=")  # arguments of functions in what they say


def main(argv=None):
    """Run the command line `argv` (``sys.argv[1:]``) and return the exit code.

    Parameters
    ----------
    argv : list of str, optional
        Arguments after the name of the program.

    Returns
    -------
    code : int
        0, or 2 after an error, 130 after Ctrl-C. As in any argparse program, a command line that cannot be parsed,
        ``--help`` and ``--version`` raise SystemExit instead.

    Examples
    --------
    >>> from sggraph.cli import main
    >>> main(["embed", "no such file.mtx", "--quiet"])
    2
    """
    arguments = make_parser().parse_args(argv)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            with piped(arguments):
                _run(arguments)
    except (ValueError, TypeError, OSError, ArithmeticError, MemoryError, ImportError) as error:
        return _complain(str(error) or type(error).__name__, 2)
    except KeyboardInterrupt as interrupt:
        hint = f"; {interrupt}" if str(interrupt) and not hasattr(interrupt, "state") else ""
        return _complain(f"interrupted{hint}", 130)
    return 0


def make_parser():
    """The parser of the whole command line."""
    plain = argparse.RawDescriptionHelpFormatter
    about = "From any sparse graph to coordinates and a picture."
    parser = _Parser(prog="sggraph", description=about, epilog=EXAMPLES, formatter_class=plain)
    parser.add_argument("--version", action="version", version=f"sggraph {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{demo,embed,sequence,update}")

    demo = commands.add_parser("demo", help="embed the bundled US counties and draw them")
    demo.description = "Embed the bundled graph of US counties; write sggraph_demo.png and sggraph_demo.csv."
    demo.add_argument("--output-dir", type=Path, default=Path("."), metavar="DIR", help="folder of both files (.)")
    demo.add_argument("--seed", dest="random_state", type=_whole, default=0, metavar="SEED", help="random seed (0)")
    demo.set_defaults(run=run_demo)

    embed = commands.add_parser("embed", help="embed the graph in a file")
    embed.description = (
        f"Embed the graph in FILE and write its coordinates. FILE is {FORMATS}. Coordinates go to {OUTPUTS}."
    )
    embed.add_argument("file", type=Path, metavar="FILE", help="the graph")
    files = _add_files(embed, "_embedding.csv")
    files.add_argument(
        "--checkpoint", type=Path, metavar="NPZ", help="keep the state of the run there, and go on from it if it exists"
    )
    _add_graph(embed).add_argument(
        "--components",
        choices=("auto", "pack", "together", "largest"),
        default="auto",
        help="of a graph that is not connected: each by itself, packed (auto), all in one run, the largest alone",
    )
    _add_method(embed).add_argument("--device", default="cpu", help="where nodes move: cpu, cuda or cuda:1 (cpu)")
    embed.set_defaults(run=run_embed)

    sequence = commands.add_parser("sequence", help="embed edges that have a time, for pictures that can be compared")
    sequence.description = (
        f"Cut the edges in FILE into a graph for each span of time, and lay them out together. FILE is {TIMED}."
    )
    _add_sequence(sequence)
    _add_method(sequence)
    sequence.set_defaults(run=run_sequence)

    update = commands.add_parser("update", help="embed a graph that has changed, near to its earlier picture")
    update.description = (
        f"Embed the graph in FILE so that its earlier picture stays. FILE is {FORMATS}. Coordinates go to {OUTPUTS}."
    )
    update.add_argument("file", type=Path, metavar="FILE", help="the graph as it is now")
    files = _add_files(update, "_updated.csv")
    files.add_argument("--previous", type=Path, required=True, metavar="COORDS", help="the earlier coordinates")
    _add_graph(update)
    _add_method(update, "d").add_argument(
        "--stability", type=_real, default=0.5, metavar="S", help="old nodes: 0 move as new ones do, 1 stay (0.5)"
    )
    update.set_defaults(run=run_update)
    return parser


def _add_files(parser, ending):
    files = parser.add_argument_group("files")
    files.add_argument("-o", "--output", type=Path, metavar="COORDS", help=f"coordinates (FILE's stem + {ending})")
    files.add_argument("--plot", type=Path, metavar="PICTURE", help="draw the embedding: .png, .pdf, .svg, ...")
    _add_labels(files)
    files.add_argument(
        "--names", type=_names, metavar="K", help="on the picture: classes, or the K nodes of most edges"
    )
    return files


def _add_labels(group):
    group.add_argument(
        "--labels", metavar="CSV", help="classes of the nodes, columns node,label; or louvain finds them"
    )


def _add_graph(parser):
    graph = parser.add_argument_group("graph")
    directions = ("auto", "symmetric", "out", "in")
    graph.add_argument("--direction", choices=directions, default="auto", help="of a directed one")
    _add_columns(graph)
    graph.add_argument("--bipartite", action="store_true", help="sources and targets are two kinds of nodes")
    graph.add_argument("--format", metavar="NAME", help="of FILE, where its name does not tell: konect, pajek, ...")
    return graph


def _add_columns(group):
    helps = "edge attribute (weight); none ignores them"
    group.add_argument("--weight", type=_name_or_none, default="weight", metavar="NAME", help=helps)
    group.add_argument("--source", metavar="NAME", help="column of a table with one end of the edges")
    group.add_argument("--target", metavar="NAME", help="column with the other end")


def _name_or_none(text):
    return None if text.lower() == "none" else text


def _add_sequence(parser):
    parser.add_argument("file", type=Path, metavar="FILE", help="a table of edges")
    files = parser.add_argument_group("files")
    files.add_argument(
        "-o",
        "--output",
        type=Path,
        action="append",
        metavar="OUT",
        help="coordinates: .csv, .tsv, .parquet (FILE's stem + _sequence.csv); small multiples: .png, .pdf, .svg; "
        "a film: .gif, .mp4; a page: .html. May be given several times",
    )
    _add_labels(files)
    files.add_argument("--trails", type=_whole, metavar="K", help="draw the ways of the K nodes that moved farthest")
    graph = parser.add_argument_group("graph")
    graph.add_argument("--time", required=True, metavar="NAME", help="column that holds the time of an edge")
    span = "how much time is in a graph: a number, 7d, 12h, ..., or all, up to then (each time by itself)"
    graph.add_argument("--window", type=_span, metavar="W", help=span)
    graph.add_argument("--step", type=_span, metavar="S", help="from the begin of one to that of the next (W)")
    _add_columns(graph)
    graph.add_argument(
        "--stability", type=_real, default=0.5, metavar="S", help="0: each its own way, 1: one picture for all (0.5)"
    )


def _add_method(parser, *without):
    method = parser.add_argument_group("method")
    if "d" not in without:
        method.add_argument("-d", type=_whole, default=2, metavar="{1,2,3}", help="dimension (2)")
    method.add_argument(
        "--lambda", dest="lambda_", type=_auto_or(_real), default="auto", metavar="L", help="neighbours (auto)"
    )
    method.add_argument("--balance", type=_real, default=0.5, metavar="B", help="0 shape to 1 neighbourhoods (0.5)")
    method.add_argument("--max-iter", type=_auto_or(_whole), default="auto", metavar="N", help="iterations (auto)")
    method.add_argument("--early-exag", type=_auto_or(_whole), default="auto", metavar="N", help="the first N of them")
    method.add_argument("--alpha", type=_auto_or(_real), default="auto", metavar="A", help="exaggerated by A (auto)")
    method.add_argument("--eta", type=_auto_or(_real), default="auto", metavar="ETA", help="learning rate (auto)")
    method.add_argument("--seed", dest="random_state", type=_whole, default=0, metavar="SEED", help="random seed (0)")
    method.add_argument("--n-jobs", type=_whole, metavar="N", help="threads (all cores)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no report")
    return method


def _run(arguments):
    """Run the command, with the help of the other processes if there are any."""
    if not is_one_of_several():
        arguments.run(arguments)
        return
    from .method.ranks import together
    from .runtime.mpi import world

    together(world(), lambda ranks: arguments.run(arguments, ranks))


class _Parser(argparse.ArgumentParser):
    def parse_known_args(self, args=None, namespace=None):
        found, unknown = super().parse_known_args(args, namespace)
        return (found, unknown) if not unknown else self.error(f"unrecognized arguments: {' '.join(unknown)}")

    def _print_message(self, message, file=None):
        if is_first():
            super()._print_message(message, file)

    def error(self, message):
        self.exit(2, f"{self.prog}: {_one_line(message)} (see {self.prog} --help)\n")


def run_demo(arguments, ranks=None):
    """The command ``sggraph demo``."""
    from .datasets import load_us_counties

    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    output, picture = (arguments.output_dir / f"sggraph_demo.{suffix}" for suffix in ("csv", "png"))
    counties = load_us_counties()
    graph = counties.to_networkx()
    print("US counties, joined where they share a border; their classes are the states. North is turned up.")
    result = _embed(graph, ranks, random_state=arguments.random_state)
    result.embedding_[:, 1] *= -1  # north up: the start, and with it the side, is the graph's, not the seed's
    labels = [counties.label_names[c] for c in counties.labels]
    _write(result, labels, output, picture, "US counties that share a border, coloured by state")
    _report(result, output, picture)


def run_embed(arguments, ranks=None):
    """The command ``sggraph embed``."""
    from .commands.embedding import graph_of
    from .commands.files import check_targets, default_output, labels_of_file

    output = arguments.output or default_output(arguments.file, "embedding")
    find_classes = arguments.labels == "louvain"
    if arguments.names == "classes" and arguments.labels is None:
        raise ValueError("--names=classes needs labels: give --labels, a file or louvain")
    table = None if find_classes or arguments.labels is None else Path(arguments.labels)
    check_targets((arguments.file, table), output, arguments.plot, arguments.names)
    if arguments.checkpoint is not None and arguments.checkpoint.resolve() in (
        output.resolve(),
        arguments.file.resolve(),
    ):
        raise ValueError(f"--checkpoint={str(arguments.checkpoint)!r} is another of the files: give a new name")
    graph = graph_of(arguments, ranks, output)
    labels = None if table is None else labels_of_file(table, graph.nodes)
    if find_classes:
        from .inputs.labels import louvain_names

        labels = louvain_names(graph, arguments.random_state)
    options = {name: getattr(arguments, name) for name in (*FLAGS, "weight", "direction")}
    try:
        result = _embed(graph, ranks, verbose=not arguments.quiet, **options)
    except KeyboardInterrupt as interrupt:
        if arguments.checkpoint is not None and hasattr(interrupt, "state"):
            raise KeyboardInterrupt(f"the same command goes on from {str(arguments.checkpoint)!r}") from interrupt
        raise
    names = {"label_on_map": True} if arguments.names == "classes" else {"node_names": arguments.names}
    _write(result, labels, output, arguments.plot, arguments.file.name, names)
    if not arguments.quiet:
        _report(result, output, arguments.plot)


def run_sequence(arguments, ranks=None):
    """The command ``sggraph sequence``."""
    _check_alone("sequence", ranks)
    from .commands.changing import embed_sequence_file

    _run_changing(embed_sequence_file, arguments, METHOD)


def run_update(arguments, ranks=None):
    """The command ``sggraph update``."""
    _check_alone("update", ranks)
    from .commands.changing import update_file

    _run_changing(update_file, arguments, [name for name in METHOD if name != "d"])


def _check_alone(command, ranks):
    if ranks is not None:
        raise ValueError(f"sggraph {command} is the work of one process: start it without mpiexec or srun")


def _run_changing(command, arguments, names):
    method = {name: getattr(arguments, name) for name in names} | {"verbose": not arguments.quiet}
    lines = command(arguments, method)
    if not arguments.quiet:
        _print(lines)


def _embed(graph, ranks, **options):
    """A fitted SGtSNEpi, and the seconds it took as its attribute `seconds`."""
    from .estimator import SGtSNEpi

    estimator = SGtSNEpi(**{"verbose": True, **options})
    start = perf_counter()
    estimator.fit(graph, comm=ranks)
    estimator.seconds = perf_counter() - start
    return estimator


def _write(result, labels, output, picture, title, names=None):
    from .io.embeddings import write_embedding

    write_embedding(output, result, labels=labels)
    if picture is not None:
        from .commands.pictures import draw_embedding

        draw_embedding(result.embedding_, result.graph_, labels, picture, title, names or {})


def _report(result, output, picture):
    from .commands.embedding import figures_of

    nodes, edges, recall = figures_of(result)
    _print(
        {
            "nodes": nodes,
            "edges": edges,
            "seconds": f"{result.seconds:.2f} for {result.n_iter_} iterations, start and compilation included",
            "KL divergence": f"{result.kl_divergence_:.4f}",
            "neighbour recall": recall,
            "coordinates": output,
            "picture": picture,
        }
    )


def _print(lines):
    """A line for each, its name first."""
    for name, value in lines.items():
        if value is not None:
            print(f"{name:<17} {value}")


def _whole(text):
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _real(text):
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _span(text):
    from .commands.changing import as_span

    try:
        return as_span(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a span of time: give a number, 7d, 12h, 30min or all"
        ) from None


def _names(text):
    return text if text == "classes" else _whole(text)


def _auto_or(kind):
    def convert(text):
        try:
            return "auto" if text == "auto" else kind(text)
        except argparse.ArgumentTypeError as error:
            raise argparse.ArgumentTypeError(f"{error}, nor 'auto'") from None

    return convert


def _show_warning(message, category, filename, lineno, file=None, line=None):
    print(f"sggraph: warning: {_one_line(message)}", file=sys.stderr)


def _complain(message, code):
    if is_first():
        print(f"sggraph: {_one_line(message)}", file=sys.stderr)
    return code


def _one_line(message):
    """The message in one line, with flags for the arguments of functions."""
    return GIVEN.sub(lambda found: f"{FLAGS_OF[found[1]]}=", " ".join(str(message).split()))
