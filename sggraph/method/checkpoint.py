"""`Keeper` watches over a run: Ctrl-C waits for the end of an iteration, checkpoints are written in between."""

import warnings
from pathlib import Path

from ..io.safe import remove_leftovers, try_to_write
from ..runtime.interrupts import EmbeddingInterrupted
from .state import EmbeddingState, check_origin, read_state, write_state


class Keeper:
    """Holds the EmbeddingState of a run: `state`, or that of the file `checkpoint`, or None before a new one begins.

    ``origin()`` tells what has to be the same for a run to go on; it is asked only where that matters.
    """

    def __init__(self, origin, *, state=None, checkpoint=None, checkpoint_every=50, on_interrupt="raise"):
        self.origin, self.every, self.on_interrupt = origin, checkpoint_every, on_interrupt
        self.path = None if checkpoint is None else Path(checkpoint)
        self.is_stopped, self._count = False, 0
        held = [] if state is None else [(state, "state")]
        if self.path is not None:
            self._check_folder()
            if self.path.exists():  # beside a `state`, lest a file of something else be written over
                held.append((read_state(self.path), f"checkpoint={str(self.path)!r}"))
        expected = origin() if held else None
        for found, what in held:
            check_origin(found, expected, what)
        self.state, self.what = held[0] if held else (None, "state")

    def _check_folder(self):
        folder = self.path.parent
        if not folder.is_dir():
            raise FileNotFoundError(f"checkpoint={str(self.path)!r}: the folder {str(folder)!r} does not exist")
        if self.path.exists() and not self.path.is_file():
            raise ValueError(f"checkpoint={str(self.path)!r} is no regular file; give the name of a file")
        remove_leftovers(self.path)
        try:
            try_to_write(self.path)
        except OSError as error:
            raise ValueError(f"checkpoint={str(self.path)!r} cannot be written: {error}") from error

    def begin(self, runs, rng):
        """A new state, or the one that goes on, of the seed that it began with."""
        origin = {} if self.state is None else self.state.origin
        self.state = EmbeddingState(origin, rng.bit_generator.state, runs)

    def settled(self):
        """The state as it is now, for later."""
        self.state.origin = self.state.origin or self.origin()
        return EmbeddingState(self.state.origin, self.state.random, [run.settled() for run in self.state.runs])

    def save(self):
        """Write the checkpoint, if there is to be one; a disk that is full by now does not end the run."""
        if self.path is None:
            return
        try:
            write_state(self.path, self.settled())
        except OSError as error:
            message = f"checkpoint={str(self.path)!r} cannot be written, the run goes on without: {error}"
            warnings.warn(message, RuntimeWarning, stacklevel=2)

    def ticking(self, tick, interrupts):
        """The function ``tick(iteration, phase)`` with all that has to happen between iterations."""

        def watch(iteration, phase):
            if tick is not None:
                tick(iteration, phase)
            self._count += 1
            if self.path is not None and self._count % self.every == 0:
                self.save()
            interrupts.check()

        return watch

    def stop(self, interrupt):
        """Raise an EmbeddingInterrupted, or warn that the run ends here."""
        if self.is_stopped:
            raise interrupt
        self.is_stopped = True
        self.save()
        state = self.settled()
        if self.on_interrupt == "raise":
            raise EmbeddingInterrupted(f"interrupted; `state` goes on from {state!r}", state) from interrupt
        warnings.warn(f"interrupted, these are the coordinates so far: {state!r}", RuntimeWarning, stacklevel=2)
