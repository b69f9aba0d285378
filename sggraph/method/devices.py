"""Where nodes move: on the processor, or on a graphics card (core/cuda), which is looked at before it is used.

Nothing falls back to the processor by itself: a card that is asked for and is not there, or not right, is an error.
Small components, what a start is made of beside path lengths, and what follows the descent are the processor's work
either way.
"""

from ..core.cuda.affinity import joint_probabilities
from ..core.cuda.card import SMALLER, Card, check_card, number_of
from ..core.cuda.checking import check_forces
from ..core.cuda.forces import CardForces
from ..core.cuda.stress import bytes_of
from .memory import as_bytes
from .settings import CPU
from .start import n_pivots

PER_ENTRY = 16  # bytes: column and value, and as much again while rows are renumbered
MADE, MADE_OF_ARCS = 16, 12  # while P is made: column, weight of eight bytes, value; of arcs, whose pattern is another
# than that of P, for each entry of both, a Jaccard index for one of them
PER_NODE = 64, 40  # rows, orders and their sort, cells; for each dimension coordinates, velocity, gain, pull, forces
GRID = 50_000_000  # a small grid, and what CuPy and cuFFT need themselves
_checked = set()  # cards, and dimensions, whose forces were right in this process


def check_place(settings, ranks):
    """Raise an error that names the remedy, unless the nodes can move where the Settings say."""
    if settings.device == CPU:
        return
    if ranks.size > 1:
        raise ValueError(f"device={settings.device!r} is for one process: leave comm out, or device")
    opened(settings)


def opened(settings):
    """The Card that the Settings name, whose forces are right."""
    device, d = settings.device, settings.d
    check_card(device)
    most = None if settings.max_memory is None else as_bytes(settings.max_memory)
    card = Card(number_of(device), d, most)
    if (card.number, d) not in _checked:
        check_forces(card)
        _checked.add((card.number, d))
    return card


def card_probabilities(A, links, settings, **options):
    """JointP on the card that the Settings name, of the adjacency A and its symmetric pattern; a MemoryError, before
    anything is brought there, if that or the loop afterwards needs more than there is.
    """
    card, n, d = opened(settings), A.shape[0], settings.d
    needed = card_memory(links, A, settings)
    free = card.free_memory()
    if settings.max_memory is not None:
        free = min(free, as_bytes(settings.max_memory))
    if needed > free:
        raise MemoryError(
            f"device={settings.device!r} has {free / 1e6:,.0f} MB for this run, {n:,} nodes with {links.nnz:,} "
            f"entries in {d}-D need about {needed / 1e6:,.0f} MB: {SMALLER}"
        )
    return joint_probabilities(A, settings.n_counted, card, links=links, **options)


def card_forces(P, settings, workers, **options):
    """Forces on the nodes of a CardP, on its card."""
    return CardForces(P, settings.d, workers, P.card, **options)


def card_memory(links, A, settings, grid=0):
    """Estimated bytes on a card at the peak, for an adjacency A with this symmetric pattern, and grids of so many
    bytes.
    """
    n, d, nnz = links.shape[0], settings.d, links.nnz
    while_made = MADE * nnz if links is A else MADE_OF_ARCS * (nnz + A.nnz)
    lengths = bytes_of(n, n_pivots(n, published=settings.is_published))
    loop = PER_ENTRY * nnz + lengths + max(grid, GRID)
    return max(while_made, loop) + (PER_NODE[0] + PER_NODE[1] * d) * n
