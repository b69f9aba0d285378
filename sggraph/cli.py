"""The command `sggraph`: `demo` embeds a bundled graph, `embed` a file; both write coordinates and a picture.

Everything heavy is imported inside the commands, so that ``sggraph --help`` answers at once. What goes wrong is told in
one line on stderr, with exit code 2. Of several processes, as `mpiexec` starts them, the first reads, writes, speaks.
"""

import argparse
import os
import sys
import warnings
from pathlib import Path
from time import perf_counter

from . import __version__

FORMATS = ".mtx, .npz, .csv, .tsv, .txt, .edgelist, .parquet, .edges, .graphml, .gml, .gexf, .json, .net, .graph, .gr, "
FORMATS += ".adjlist, .sif or out.NAME, each also with .gz, or what --format says"
OUTPUTS = ".csv, .tsv, .parquet, .gexf or .graphml (Gephi), .cyjs (Cytoscape), .npz (with the provenance) or .html "
OUTPUTS += "(a page to look into it)"
FLAGS = {"d": "-d", "lambda_": "--lambda", "random_state": "--seed"}  # of the arguments of SGtSNEpi


WORDS = ("balance", "components", "max_iter", "early_exag", "alpha", "eta", "n_jobs", "checkpoint")
FLAGS |= {name: f"--{name.replace('_', '-')}" for name in WORDS}
LAUNCHED = {"PMI_SIZE": "PMI_RANK", "OMPI_COMM_WORLD_SIZE": "OMPI_COMM_WORLD_RANK"}  # how many processes, and which:
LAUNCHED |= {"SLURM_STEP_NUM_TASKS": "SLURM_PROCID"}  # what mpiexec of MPICH and Open MPI, and srun, tell them


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
            _run(arguments)
    except (ValueError, TypeError, OSError, ArithmeticError, MemoryError, ImportError) as error:
        return _complain(str(error) or type(error).__name__, 2)
    except KeyboardInterrupt as interrupt:
        hint = f"; {interrupt}" if str(interrupt) and not hasattr(interrupt, "state") else ""
        return _complain(f"interrupted{hint}", 130)
    return 0


def make_parser():
    """The parser of the whole command line."""
    parser = _Parser(prog="sggraph", description="From any sparse graph to coordinates and a picture.")
    parser.add_argument("--version", action="version", version=f"sggraph {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{demo,embed}")

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
    files = embed.add_argument_group("files")
    files.add_argument("-o", "--output", type=Path, metavar="COORDS", help="coordinates (FILE's stem + _embedding.csv)")
    files.add_argument("--plot", type=Path, metavar="PICTURE", help="draw the embedding: .png, .pdf, .svg, ...")
    files.add_argument(
        "--labels", metavar="CSV", help="classes of the nodes, columns node,label; or louvain finds them"
    )
    files.add_argument(
        "--names", type=_names, metavar="K", help="on the picture: classes, or the K nodes of most edges"
    )
    files.add_argument(
        "--checkpoint", type=Path, metavar="NPZ", help="keep the state of the run there, and go on from it if it exists"
    )
    graph = embed.add_argument_group("graph")
    directions = ("auto", "symmetric", "out", "in")
    graph.add_argument("--direction", choices=directions, default="auto", help="of a directed one")
    graph.add_argument("--weight", default="weight", metavar="NAME", help="edge attribute (weight); none ignores them")
    graph.add_argument("--source", metavar="NAME", help="column of a table with one end of the edges")
    graph.add_argument("--target", metavar="NAME", help="column with the other end")
    graph.add_argument("--bipartite", action="store_true", help="sources and targets are two kinds of nodes")
    graph.add_argument("--format", metavar="NAME", help="of FILE, where its name does not tell: konect, pajek, ...")
    graph.add_argument(
        "--components",
        choices=("auto", "pack", "together", "largest"),
        default="auto",
        help="of a graph that is not connected: each by itself, packed (auto), all in one run, the largest alone",
    )
    method = embed.add_argument_group("method")
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
    embed.add_argument("--quiet", action="store_true", help="no progress bar and no report")
    embed.set_defaults(run=run_embed)
    return parser


def _run(arguments):
    """Run the command, with the help of the other processes if there are any."""
    if not any(int(os.getenv(size, "1")) > 1 for size in LAUNCHED):
        arguments.run(arguments)
        return
    from .method.ranks import together
    from .runtime.mpi import world

    together(world(), lambda ranks: arguments.run(arguments, ranks))


def _is_first():
    return all(os.getenv(rank, "0") == "0" for rank in LAUNCHED.values())


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message, file=None):
        if _is_first():
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
    output = arguments.output or _default_output(arguments.file)
    find_classes = arguments.labels == "louvain"
    if arguments.names == "classes" and arguments.labels is None:
        raise ValueError("--names=classes needs labels: give --labels, a file or louvain")
    table = None if find_classes or arguments.labels is None else Path(arguments.labels)
    _check_targets(arguments.file, table, output, arguments.plot)
    if arguments.checkpoint is not None and arguments.checkpoint.resolve() in (
        output.resolve(),
        arguments.file.resolve(),
    ):
        raise ValueError(f"--checkpoint={str(arguments.checkpoint)!r} is another of the files: give a new name")
    from .io.graph_files import read_graph

    weight = None if arguments.weight.lower() == "none" else arguments.weight
    read = {name: getattr(arguments, name) for name in ("direction", "source", "target", "bipartite", "format")}
    graph = read_graph(arguments.file, weight=weight, **read)
    if arguments.components == "largest":
        graph = largest_component(graph)
    labels = None if table is None else labels_of_file(table, graph.nodes)
    if find_classes:
        from .inputs.labels import louvain_names

        labels = louvain_names(graph, arguments.random_state)
    options = {name: getattr(arguments, name) for name in FLAGS}
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


def largest_component(graph):
    """The Graph of the largest component alone: there is no place to write or draw for the other nodes."""
    from itertools import compress

    from .method.components import component_numbers

    kept = component_numbers(graph.adjacency) == 0
    return graph._replace(adjacency=graph.adjacency[kept][:, kept], nodes=list(compress(graph.nodes, kept)))


def labels_of_file(path, nodes):
    """Labels of `nodes` from a CSV file, None where it has none; numbers as `load_embedding` reads them.

    Its first two columns are node and label, unless a header names others so. Nodes are compared as text.
    """
    import csv
    from io import StringIO

    from .io.safe import as_text, naming, read_bytes
    from .io.tables import unescaped, with_gaps

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
        _draw(result, labels, picture, title, names or {})


def _draw(result, labels, picture, title, names):
    """Draw on a figure of its own: no window, no pyplot, whatever the backend."""
    from matplotlib.figure import Figure

    from .plot.embedding import plot_embedding
    from .plot.frame import whole_axes

    figure = Figure(figsize=(8, 8))
    ax = whole_axes(figure, result.embedding_)
    plot_embedding(result.embedding_, labels, graph=result.graph_, ax=ax, title=title, **names)
    ax.title.set_parse_math(False)  # the name of a file
    figure.savefig(picture, dpi=150, bbox_inches="tight")


def _report(result, output, picture):
    from scipy.sparse import triu

    from .metrics import neighbor_recall

    A = result.graph_.adjacency
    lines = {
        "nodes": f"{A.shape[0]:,}",
        "edges": f"{triu(A + A.T, 1).nnz:,}",
        "seconds": f"{result.seconds:.2f} for {result.n_iter_} iterations, start and compilation included",
        "KL divergence": f"{result.kl_divergence_:.4f}",
        "neighbour recall": f"{neighbor_recall(result.graph_, result.embedding_):.4f}",
        "coordinates": output,
        "picture": picture,
    }
    for name, value in lines.items():
        if value is not None:
            print(f"{name:<17} {value}")


def _default_output(file):
    from .io.graph_files import SUFFIXES

    name = Path(file.stem if file.suffix.lower() == ".gz" else file.name)
    stem = name.stem if name.suffix.lower() in SUFFIXES else name.name  # what follows out. is a name
    return file.parent / f"{stem}_embedding.csv"


def _check_targets(file, labels, output, picture):
    """Find out before the run what would lose its result, or the user's input."""
    from .io.embeddings import format_of
    from .io.tables import check_parquet, write_parquet

    sources = [path for path in (file, labels) if path is not None and path.exists()]
    for option, target in (("--output", output), ("--plot", picture)):
        if target is None:
            continue
        if target.exists() and any(target.samefile(path) for path in sources):
            raise ValueError(f"{option}={str(target)!r} is one of the input files: give another name")
        if not target.parent.is_dir():
            raise FileNotFoundError(
                f"{option}={str(target)!r}: the folder {str(target.parent)!r} does not exist, create it first"
            )
    if picture is not None:
        if picture.resolve() == output.resolve():
            raise ValueError(f"--plot and --output are both {str(picture)!r}: give two names")
        from matplotlib.figure import Figure

        known = Figure().canvas.get_supported_filetypes()
        if picture.suffix.lower().lstrip(".") not in known:
            raise ValueError(f"--plot={str(picture)!r}: give a name that ends with .{', .'.join(sorted(known))}")
    write, _ = format_of(output)
    if write is write_parquet:
        check_parquet()


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
    if _is_first():
        print(f"sggraph: {_one_line(message)}", file=sys.stderr)
    return code


def _one_line(message):
    """The message in one line, which begins with the flag for the argument with which it began."""
    name, mark, rest = " ".join(str(message).split()).partition("=")
    return f"{(FLAGS | {'format': '--format'}).get(name, name)}{mark}{rest}"
