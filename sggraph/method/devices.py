"""Where nodes move: on the processor, or on a graphics card (core/cuda), which is looked at before it is used. Several
ranks have a card each: on a machine with several the first rank its first, and so on.

Nothing falls back to the processor by itself: a card that is asked for and is not there, or not right, is an error.
Small components, starts, path lengths, probabilities and what follows the descent are the processor's work either way.
"""

from typing import NamedTuple

from scipy.sparse import issparse

from ..core.cuda.card import SMALLER, Card, check_card, n_cards, number_of
from ..core.cuda.checking import check_forces
from ..core.cuda.forces import CardForces
from ..core.cuda.shared import SharedCardForces
from ..core.cuda.stress import bytes_of
from ..core.engine.blocks import Workers
from ..core.engine.comm import SERIAL
from ..core.engine.talk import agree
from ..runtime.checks import CPU, CUDA, as_bytes
from .ranks import collective

PER_ENTRY = 16  # bytes: column and value, and as much again while rows are renumbered
PER_NODE = 56, 12  # of all, on each card: orders and their sort, cells; for each dimension coordinates and a copy
PER_OWN_NODE = 8, 28  # rows; for each dimension velocity, gain, pull, forces
GRID = 50_000_000  # a small grid, and what CuPy and cuFFT need themselves
_checked = set()  # cards, and dimensions, whose forces were right in this process


class Place(NamedTuple):
    """A card, as `device` names it, for pictures in d dimensions, with at most so many bytes of its memory."""

    device: str
    d: int
    most: int | None


def check_place(settings, ranks):
    """Raise an error that names the remedy, unless the nodes can move where the Settings say."""
    if settings.device == CPU:
        return
    with Workers(settings.n_jobs, ranks) as workers:
        collective(ranks, _open_all, place_of(settings), workers)


def place_of(settings):
    """The Place that the Settings name."""
    most = None if settings.max_memory is None else as_bytes(settings.max_memory)
    return Place(settings.device, settings.d, most)


def _open_all(place, workers):
    """Raise what is wrong with the card of any rank, on all."""
    error = None
    try:
        opened(place, workers.comm)
    except Exception as raised:
        error = raised
    agree(workers.comm, error)


def opened(place, comm=SERIAL):
    """The Card of this rank at a Place, whose forces are right."""
    check_card(place.device)
    number = number_of(place.device)
    if place.device == CUDA and comm.size > 1:
        number = comm.seat % n_cards()
    card = Card(number, place.d, place.most)
    if (card.number, place.d) not in _checked:
        check_forces(card)
        _checked.add((card.number, place.d))
    return card


def card_forces(upper, place, workers, *, paths, **options):
    """Forces on the nodes, on the card at a Place, or on that of each rank."""
    comm = workers.comm
    card = opened(place, comm)
    sizes = None
    if upper is not None:  # of several ranks the first may have all, or each its rows with both triangles
        entries = 2 * upper.nnz if issparse(upper) else upper.nnz
        sizes = upper.shape[0], entries, place.d, 0 if paths is None else len(paths.pivots)
    agree(comm, _lack_of_room(card, place, *comm.told(sizes), ranks=comm.size))
    make = CardForces if comm.size == 1 else SharedCardForces
    return make(upper, place.d, workers, card, paths=paths, **options)


def _lack_of_room(card, place, n, nnz, d, n_pivots, ranks):
    """The MemoryError where the card of this rank has not enough for `card_memory`."""
    needed, free = card_memory(n, nnz, d, n_pivots, ranks=ranks), card.free_memory()
    if place.most is not None:
        free = min(free, place.most)
    if needed <= free:
        return None
    return MemoryError(
        f"device={place.device!r} has {free / 1e6:,.0f} MB for this run, {n:,} nodes with {nnz:,} entries in {d}-D "
        f"need about {needed / 1e6:,.0f} MB: {SMALLER}"
    )


def card_memory(n, nnz, d, n_pivots, grid=0, ranks=1):
    """Estimated bytes on a card at the peak, for n nodes, `nnz` entries, and grids of so many bytes; of several ranks
    each has its rows.
    """
    of_rows = PER_ENTRY * nnz + (PER_OWN_NODE[0] + PER_OWN_NODE[1] * d) * n + bytes_of(n, n_pivots)
    return of_rows // ranks + (PER_NODE[0] + PER_NODE[1] * d) * n + max(grid, GRID)
