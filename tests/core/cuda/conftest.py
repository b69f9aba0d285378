"""Where kernels run, and for code of the host what stands in for a card."""

import pytest
from kernel_checks import CARDS, PLACES, at


@pytest.fixture(params=PLACES)
def place(request):
    """Where `check` has the kernels run."""
    at["place"] = request.param


@pytest.fixture(params=CARDS)
def make_card(request):
    """What makes a card in d dimensions."""
    return request.param
