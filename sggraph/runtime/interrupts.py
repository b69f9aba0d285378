"""Ctrl-C at the right moment: it waits for the end of an iteration, so that nothing is left halfway through one."""

import signal
import threading
from typing import Any


class EmbeddingInterrupted(KeyboardInterrupt):
    """Ctrl-C came while nodes moved; `state` is the EmbeddingState from which the run goes on, see `embed_graph`."""

    state: Any  # an EmbeddingState; its layer is above this one

    def __init__(self, message: str, state: Any) -> None:
        super().__init__(message)
        self.state = state

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self.args, self.state)


class Interrupts:
    """Context in which an interrupt (SIGINT) waits for the next `check`, which lets it happen.

    Only the main thread is ever interrupted, and only there is anything changed; the handler before is put back at the
    end. What stands in ``with interrupts.welcome():`` is interrupted at once.

    Examples
    --------
    >>> import signal
    >>> from sggraph.runtime.interrupts import Interrupts
    >>> with Interrupts() as interrupts:
    ...     signal.raise_signal(signal.SIGINT)
    ...     whole = True
    ...     try:
    ...         interrupts.check()
    ...     except KeyboardInterrupt:
    ...         print("now", whole)
    now True
    """

    def __init__(self):
        self._before = None
        self._waiting = None
        self._is_welcome = False

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before):
                self._before = before
                signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, kind, error, traceback):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if error is None:
            self.check()

    def _handle(self, *arguments):
        if self._is_welcome:
            self._before(*arguments)
        else:
            self._waiting = arguments

    def check(self):
        """Let an interrupt that came meanwhile happen now."""
        if self._waiting is not None:
            arguments, self._waiting = self._waiting, None
            self._before(*arguments)

    def forget(self):
        """Let an interrupt that came meanwhile be: another process has heard it."""
        self._waiting = None

    def welcome(self):
        """Context in which interrupts happen at once: code of the caller's, which may take its time."""
        return _Welcome(self)


class _Welcome:
    def __init__(self, interrupts):
        self._interrupts = interrupts

    def __enter__(self):
        self._interrupts.check()
        self._interrupts._is_welcome = True

    def __exit__(self, *exception):
        self._interrupts._is_welcome = False
