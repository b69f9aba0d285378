"""runtime/interrupts.py: Ctrl-C waits for the end of an iteration, and only there."""

import pickle
import re
import signal
import threading

import isolated
import pytest

from sggraph import EmbeddingInterrupted
from sggraph.runtime.interrupts import Interrupts


def strike(reached):
    """Ctrl-C, and what comes after it."""
    signal.raise_signal(signal.SIGINT)
    reached.append(1)
    return 1


def test_an_interrupt_waits_for_the_check():
    before = signal.getsignal(signal.SIGINT)
    reached = False
    with Interrupts() as interrupts:
        interrupts.check()
        signal.raise_signal(signal.SIGINT)
        reached = True
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
        interrupts.check()  # once is enough
    assert reached
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_that_nobody_checked_comes_at_the_end():
    before, reached = signal.getsignal(signal.SIGINT), []
    with pytest.raises(KeyboardInterrupt), Interrupts():
        strike(reached)
    assert reached
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_goes_before_the_interrupt_and_the_handler_is_restored():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), Interrupts():
        strike([]) / 0
    assert signal.getsignal(signal.SIGINT) is before


def test_welcome_interrupts_come_at_once():
    reached = []
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt), interrupts.welcome():
            strike(reached)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), interrupts.welcome():  # one that waited
            reached.append(2)
    assert not reached


def test_handlers_of_the_callers_are_called_and_other_threads_change_nothing():
    seen = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            assert not seen
            interrupts.check()
            assert seen == [signal.SIGINT]
        mine, found = signal.getsignal(signal.SIGINT), []

        def enter():
            with Interrupts() as interrupts:
                interrupts.check()
                found.append(signal.getsignal(signal.SIGINT))

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        assert found == [mine]
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with Interrupts():
            assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_error_travels_between_processes():
    error = pickle.loads(pickle.dumps(EmbeddingInterrupted("stopped", {"state": 1})))
    assert isinstance(error, KeyboardInterrupt)
    assert (str(error), error.state) == ("stopped", {"state": 1})


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer that interrupts")
def test_interrupts_at_random_moments():
    """No crash, no thread that waits for ever."""
    told = isolated.run(isolated.TESTS / "interruptions.py", "--times", 20)
    assert re.match(r"\d+ interrupts, .* same bits after them", told)
