"""Ctrl-C and SIGTERM: finish the current work, then exit."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

# Shells report the end by a signal as this exit code plus the signal's number.
BY_SIGNAL = 128

# Seconds until a dropped interruption is raised again, outside of the callback that dropped it.
AGAIN_AFTER = 0.05


class Stop:
    """A request to stop, and the signal that caused it."""

    def __init__(self) -> None:
        self.event = Event()
        self.signal: signal.Signals | None = None

    @property
    def name(self) -> str:
        """The signal's name."""
        return self.signal.name if self.signal is not None else ""

    @property
    def exit_code(self) -> int:
        """The exit code of a command that was stopped."""
        return BY_SIGNAL + (self.signal or 0)


class Terminated(SystemExit):
    """SIGTERM was received: exits the command with the same cleanup as an error."""

    def __init__(self) -> None:
        super().__init__(BY_SIGNAL + signal.SIGTERM)


def end_in_order_on_sigterm() -> None:
    """Make SIGTERM stop workers and remove unfinished files; a second one exits at once.

    If the parent process made SIGTERM ignored, it stays ignored.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return

    signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Terminated


@contextmanager
def dropped_interruptions_raised_again() -> Iterator[None]:
    """Raise an interruption again that Python dropped.

    What a signal handler raises is dropped where it happens to run within a
    callback that cannot fail, such as a finaliser or one of the import system;
    the command would go on as if no signal had come.
    """
    before = sys.unraisablehook

    def report(dropped: sys.UnraisableHookArgs) -> None:
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            _raise_later(signal.SIGINT)
        elif issubclass(dropped.exc_type, Terminated):
            signal.signal(signal.SIGTERM, _terminate)
            _raise_later(signal.SIGTERM)
        else:
            before(dropped)

    sys.unraisablehook = report
    try:
        yield
    finally:
        sys.unraisablehook = before


def _raise_later(number: signal.Signals) -> None:
    timer = threading.Timer(AGAIN_AFTER, _interrupt_main_thread, [number])
    timer.daemon = True
    timer.start()


def _interrupt_main_thread(number: signal.Signals) -> None:
    if sys.platform == "win32":
        _thread.interrupt_main(number)
    else:
        # Wakes the main thread from a system call too, which interrupt_main does not.
        signal.pthread_kill(threading.main_thread().ident or 0, number)


@contextmanager
def interrupted_by_ctrl_c() -> Iterator[None]:
    """Turn any error that follows from Ctrl-C within the block into KeyboardInterrupt.

    Libraries may raise their own errors if Ctrl-C arrives while they start or
    stop worker processes. A block that completes is not affected. If the parent
    process made SIGINT ignored, it stays ignored.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except BaseException as error:
        done = isinstance(error, SystemExit) and not error.code
        if done or not came or isinstance(error, Terminated):
            raise
        raise KeyboardInterrupt from error
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Record a signal instead of exiting at once; a second one exits at once."""
    stop = Stop()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def take_note(number: int, frame: FrameType | None) -> None:
        stop.signal = signal.Signals(number)
        stop.event.set()
        restore()

    for number in SIGNALS:
        signal.signal(number, take_note)
    try:
        yield stop
    finally:
        restore()
