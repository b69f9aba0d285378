"""The graphics card of this machine, if it has one, for tests that run on it as well."""

import numpy as np

from sggraph.core.cuda.card import Card, check_card


def why_none():
    """Why there is no card, or None."""
    try:
        check_card("cuda")
    except Exception as error:
        return f"no graphics card: {error}"
    return None


REASON = why_none()


class CopyingCard:
    """Launches kernels on the card on arrays of NumPy, which are copied there and back."""

    def __init__(self, d):
        self.card = Card(0, d)

    def launch(self, kernel, blocks, *arguments):
        """Run the kernel in so many blocks."""
        with self.card.at_work():
            given = [self.card.xp.asarray(a) if isinstance(a, np.ndarray) else a for a in arguments]
            self.card.launch(kernel, blocks, *given)
            for array, here in zip(given, arguments, strict=True):
                if isinstance(here, np.ndarray):
                    here[...] = self.card.xp.asnumpy(array)
