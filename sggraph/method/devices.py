"""Where nodes move: on the processor, or on a graphics card (core/cuda), which is looked at before it is used.

Nothing falls back to the processor by itself: a card that is asked for and is not there, or not right, is an error.
Small components, starts, path lengths, probabilities and what follows the descent are the processor's work either way.
"""

from ..core.cuda.card import SMALLER, Card, check_card, number_of
from ..core.cuda.checking import check_forces
from ..core.cuda.forces import CardForces
from ..core.cuda.stress import bytes_of
from .memory import as_bytes
from .settings import CPU

PER_ENTRY = 16  # bytes: column and value, and as much again while rows are renumbered
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


def card_forces(upper, settings, workers, *, paths, **options):
    """Forces on the nodes, on the card that the Settings name."""
    card, n = opened(settings), upper.shape[0]
    needed = card_memory(n, 2 * upper.nnz, settings.d, 0 if paths is None else paths.nbytes // (2 * n))
    free = card.free_memory()
    if settings.max_memory is not None:
        free = min(free, as_bytes(settings.max_memory))
    if needed > free:
        raise MemoryError(
            f"device={settings.device!r} has {free / 1e6:,.0f} MB for this run, {n:,} nodes with {2 * upper.nnz:,} "
            f"entries in {settings.d}-D need about {needed / 1e6:,.0f} MB: {SMALLER}"
        )
    return CardForces(upper, settings.d, workers, card, paths=paths, **options)


def card_memory(n, nnz, d, n_pivots, grid=0):
    """Estimated bytes on a card at the peak, for n nodes, `nnz` entries, and grids of so many bytes."""
    return PER_ENTRY * nnz + (PER_NODE[0] + PER_NODE[1] * d) * n + bytes_of(n, n_pivots) + max(grid, GRID)
