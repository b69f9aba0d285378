"""A graph of which each rank has some rows, as rank 0 knows it: a `Graph` whose adjacency all ranks share."""

from ..core.engine.blocks import Workers
from ..graph.shared import cleaned, entries_of_block, graph_of_ranks
from ..io.shared_files import shared_reader
from .ranks import Team, collective


def graph_of_block(block, ranks, *, weight, direction, n_jobs):
    """The Graph of what each rank was given, a RowBlock; `block` is that of this one."""
    given = ranks.given if isinstance(ranks, Team) else block
    with Workers(n_jobs, ranks) as workers:
        entries = collective(ranks, entries_of_block, given, workers, weight)
        return graph_of_ranks(collective(ranks, cleaned, entries, workers, direction))


def graph_of_file(path, ranks, *, weight, direction, **how):
    """The Graph of a file of which each rank reads a part; or None, and why one has to read all of it."""
    reader, reason = shared_reader(path, weight=weight, **how)
    if reader is None:
        return None, reason
    with Workers(None, ranks) as workers:
        entries = collective(ranks, reader.entries, workers)
        return graph_of_ranks(collective(ranks, cleaned, entries, workers, direction), entries.names), None
