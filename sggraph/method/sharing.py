"""A graph of which each rank has some rows, as rank 0 knows it: a `Graph` whose adjacency all ranks share."""

from ..core.engine.blocks import Workers
from ..graph.row_blocks import cleaned, entries_of_block, graph_of_ranks
from .ranks import Team, collective


def graph_of_block(block, ranks, *, weight, direction, n_jobs):
    """The Graph of what each rank was given, a RowBlock; `block` is that of this one."""
    given = ranks.given if isinstance(ranks, Team) else block
    with Workers(n_jobs, ranks) as workers:
        entries = collective(ranks, entries_of_block, given, workers, weight)
        return graph_of_ranks(collective(ranks, cleaned, entries, workers, direction))
