"""Kernels are launched on copies between guards, forwards and backwards, and compared with their twins.

Where there is a graphics card, it is done there as well, twice (`place`, core/cuda/conftest.py).
"""

import numpy as np
import on_card
import pytest
from emulated_card import COMPILER, REASON, EmulatedCard
from host_card import HostCard

from sggraph.core.cuda import source
from sggraph.core.cuda.card import Card
from sggraph.core.cuda.source import SIZE

BLOCK = SIZE.BLOCK
GUARD = 64  # items before and behind an array
f32 = np.float32

PLACES = [pytest.param("processor", marks=pytest.mark.skipif(COMPILER is None, reason=REASON))]
if on_card.REASON is None:
    PLACES.append(pytest.param("card", marks=pytest.mark.cuda))

at = {"place": "processor"}


def first_card(d):
    """That of this machine."""
    return Card(0, d)


CARDS = [HostCard, pytest.param(EmulatedCard, marks=pytest.mark.skipif(COMPILER is None, reason=REASON))]
if on_card.REASON is None:
    CARDS.append(pytest.param(first_card, marks=pytest.mark.cuda, id="card"))


def cards(d):
    """Two that should do the same."""
    if at["place"] == "card":
        return [on_card.CopyingCard(d)] * 2
    return [EmulatedCard(d, backwards) for backwards in (False, True)]


def guarded(array):
    """A copy between items that are NaN, or as large as can be, and a function that tells whether these are whole."""
    held = np.frombuffer(b"\xff" * (array.nbytes + 2 * GUARD * array.itemsize), np.uint8).copy()
    first, stop = GUARD * array.itemsize, GUARD * array.itemsize + array.nbytes
    inner = held[first:stop].view(array.dtype).reshape(array.shape)
    inner[...] = array

    def is_whole():
        return (held[:first] == 255).all() and (held[stop:] == 255).all()

    return inner, is_whole


def outcome(card, kernel, blocks, arguments):
    """The arrays after a launch on copies of the arguments."""
    given, guards = [], []
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            argument, is_whole = guarded(argument)
            guards.append(is_whole)
        given.append(argument)
    card.launch(kernel, blocks, *given)
    assert all(is_whole() for is_whole in guards)
    return given


def check(d, kernel, blocks, *arguments, accuracy=2e-6, unordered=(), scratch=("partial", "tiles"), rounded=()):
    """The kernel does what its twin does; returns the arrays by name. `unordered` arrays may differ by the order of
    threads, `scratch` is compared with nothing, and whole numbers in `rounded` arrays are those of rounded ones.
    """
    if at["place"] == "card":  # whose compiler fuses products and sums
        accuracy = max(10 * accuracy, 2e-5)
    parameters = [p.name for p in source.signatures()[kernel]]
    expected = outcome(HostCard(d), kernel, blocks, arguments)
    forwards, backwards = (outcome(card, kernel, blocks, arguments) for card in cards(d))
    found = {}
    for name, twin, one, other in zip(parameters, expected, forwards, backwards, strict=True):
        if not isinstance(twin, np.ndarray):
            continue
        found[name] = one
        if name in unordered:
            continue
        np.testing.assert_array_equal(one, other, err_msg=f"{name} depends on the order of threads")
        if name in scratch:
            continue
        if name in rounded:
            one, twin = one.astype(np.float64), twin.astype(np.float64)
        if twin.dtype.kind == "f":
            size = np.abs(twin).max(initial=1e-30)
            if name == "now":  # each for itself
                size = np.maximum(np.abs(twin), 1e-3)
            off = np.abs(one - twin) / size
            assert off.max(initial=0) <= accuracy, f"{name} is off by {off.max():.2g}"
        else:
            np.testing.assert_array_equal(one, twin, err_msg=name)
    return found


def threads(n):
    return max(1, -(-n // BLOCK))
