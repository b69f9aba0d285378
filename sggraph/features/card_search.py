"""Whether neighbours are searched on a graphics card (core/cuda/neighbors.py), and why not, if they are not.

Products of dense samples are what a card is good at. What it is not asked for in vain is said by name; where the search
is a part of a larger call, what a card does not do, or not faster, is the processor's work, as the docstrings say.
"""

from functools import partial

from scipy import sparse

from ..core.cuda.card import Card, check_card, number_of
from ..core.cuda.neighbors import most_neighbors, nearest_on
from ..runtime.checks import CPU, as_bytes
from .neighbors import BLOCKED, exact_cost, fits_tree

CARD_COST = 1e16  # of an exact search, for "auto": not measured, no card was at hand. At 4e13 flops and 2.5e12 bytes a
# second that is 500 s; pynndescent, 30 s for 10^5 samples on two cores, would take 700 for 10^7 (n^1.14) on sixteen
LEAVE = "leave device out"
ANY_D = 2  # of the kernels, which are compiled for one dimension: those for neighbours are the same in each


def card_search(device, X, k, *, metric, method, max_memory=None, is_asked=False):
    """What searches the k neighbours of X on the card that `device` names, in `max_memory`, as `nearest` does; None
    where the processor does. `is_asked`: the device is for this search alone, so what a card cannot do is an error.
    """
    if device == CPU:
        return None
    refusal = _refusal(X, k, metric, method)
    if refusal is not None and is_asked:
        raise ValueError(f"device={device!r} {refusal}, or {LEAVE}")
    if refusal is not None or (fits_tree(X, metric) and not is_asked):
        return None
    if method == "auto" and exact_cost(*X.shape) > CARD_COST:
        return None
    check_card(device)
    most = None if max_memory is None else as_bytes(max_memory)
    card = Card(number_of(device), ANY_D, most)
    card.remedy = f"give fewer samples or features, or {LEAVE}"
    return partial(nearest_on, card)


def check_unsearched(device, given):
    """Raise a ValueError if a card is to search what is `given`."""
    if device != CPU:
        raise ValueError(f"device={device!r} has nothing to search for with {given}: {LEAVE}")


def _refusal(X, k, metric, method):
    """Why a card does not search so, and what to give instead; None if it does."""
    if metric not in BLOCKED:
        others = ", ".join(map(repr, BLOCKED[:-1]))
        return f"searches by products, which metric={metric!r} is none of: give {others} or {BLOCKED[-1]!r}"
    if sparse.issparse(X):
        return "searches dense samples, and X is sparse: give X.toarray(), if there is room for it"
    if method == "approximate":
        return "has an exact search alone: give method='exact'"
    most = most_neighbors(len(X))
    if min(k + 1, len(X) - 1) > most:
        return f"keeps fewer neighbours than n_neighbors={k}: give at most {most - 1}"
    return None
