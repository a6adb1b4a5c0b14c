"""Ctrl-C and SIGTERM: finish what is in flight, then end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

# What shells add to a signal's number for the exit code of what it ended.
BY_SIGNAL = 128


class Stop:
    """Whether to stop, and by which signal."""

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
    """SIGTERM came: ends the command, and what it has open, the way an error does."""

    def __init__(self) -> None:
        super().__init__(BY_SIGNAL + signal.SIGTERM)


def end_in_order_on_sigterm() -> None:
    """Make SIGTERM end workers and remove unfinished files first; a second one ends at once.

    One that is ignored, by whoever started the command, stays ignored.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated

    signal.signal(signal.SIGTERM, end)


@contextmanager
def interrupted_by_ctrl_c() -> Iterator[None]:
    """Let whatever error follows from Ctrl-C within the block end it as KeyboardInterrupt.

    Libraries may raise an error of their own where Ctrl-C comes while they start
    or end worker processes. A block that is done all the same is left alone, and
    Ctrl-C that is ignored, by whoever started the command, stays ignored.
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
    """Take note of a signal instead of ending at once; a second one ends at once."""
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
