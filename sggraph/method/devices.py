"""Where nodes move: on the processor, or on a graphics card (core/cuda), which is looked at before it is used. Several
ranks have a card each: on a machine with several the first rank its first, and so on.

Nothing falls back to the processor by itself: a card that is asked for and is not there, or not right, is an error.
Small components, what a start is made of beside path lengths, and what follows the descent are the processor's work
either way.
"""

from typing import NamedTuple

from ..core.cuda.affinity import CardP, joint_probabilities
from ..core.cuda.card import SMALLER, Card, check_card, n_cards, number_of
from ..core.cuda.checking import check_forces
from ..core.cuda.forces import CardForces
from ..core.cuda.shared import SharedCardForces
from ..core.cuda.stress import bytes_of
from ..core.engine.blocks import Workers
from ..core.engine.comm import SERIAL
from ..core.engine.talk import agree
from ..core.shared.affinity import SharedP
from ..runtime.checks import CPU, CUDA, as_bytes
from .ranks import collective
from .start import n_pivots

PER_ENTRY = 16  # bytes: column and value, and as much again while rows are renumbered
MADE, MADE_OF_ARCS = 16, 12  # while P is made: column, weight of eight bytes, value; of arcs, whose pattern is another
# than that of P, for each entry of both, a Jaccard index for one of them
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


def card_probabilities(A, links, settings, **options):
    """JointP on the card that the Settings name, of the adjacency A and its symmetric pattern; a MemoryError, before
    anything is brought there, if that or the loop afterwards needs more than there is.
    """
    place, n = place_of(settings), A.shape[0]
    card = opened(place)
    error = _lack_of_room(card, place.device, n, links.nnz, card_memory(links, A, settings))
    if error is not None:
        raise error
    return joint_probabilities(A, settings.n_counted, card, links=links, **options)


def card_forces(P, place, workers, *, paths, **options):
    """Forces on the nodes of a CardP, on its card; of ranks, which have P as Forces take it, on the card of each."""
    if isinstance(P, CardP):
        return CardForces(P, place.d, workers, P.card, paths=paths, **options)
    comm, sizes = workers.comm, None
    card = opened(place, comm)
    if P is not None:  # the first has all of its upper triangle, or each its rows with both
        sizes = P.shape[0], P.nnz if isinstance(P, SharedP) else 2 * P.nnz, 0 if paths is None else len(paths.pivots)
    n, nnz, n_lengths = comm.told(sizes)
    needed = loop_memory(n, nnz, place.d, n_lengths, ranks=comm.size)
    agree(comm, _lack_of_room(card, place.device, n, nnz, needed))
    return SharedCardForces(P, place.d, workers, card, paths=paths, **options)


def _lack_of_room(card, device, n, nnz, needed):
    """The MemoryError where the card has not so many bytes."""
    free = card.free_memory()
    if needed <= free:
        return None
    return MemoryError(
        f"device={device!r} has {free / 1e6:,.0f} MB for this run, {n:,} nodes with {nnz:,} entries in {card.d}-D need "
        f"about {needed / 1e6:,.0f} MB: {SMALLER}"
    )


def card_memory(links, A, settings, grid=0):
    """Estimated bytes on a card at the peak, for an adjacency A with this symmetric pattern, and grids of so many
    bytes.
    """
    n, d, nnz = links.shape[0], settings.d, links.nnz
    while_made = MADE * nnz if links is A else MADE_OF_ARCS * (nnz + A.nnz)
    of_nodes = (PER_NODE[0] + PER_OWN_NODE[0] + (PER_NODE[1] + PER_OWN_NODE[1]) * d) * n
    lengths = n_pivots(n, published=settings.is_published)
    return max(while_made + of_nodes, loop_memory(n, nnz, d, lengths, grid))


def loop_memory(n, nnz, d, n_lengths, grid=0, ranks=1):
    """The same of the iterations, for `nnz` entries and so many path lengths of a node; of several ranks each has its
    rows.
    """
    of_rows = PER_ENTRY * nnz + (PER_OWN_NODE[0] + PER_OWN_NODE[1] * d) * n + bytes_of(n, n_lengths)
    return of_rows // ranks + (PER_NODE[0] + PER_NODE[1] * d) * n + max(grid, GRID)
