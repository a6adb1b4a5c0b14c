"""Ctrl-C and SIGTERM: finish what is in flight, then end."""

from __future__ import annotations

import signal
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
