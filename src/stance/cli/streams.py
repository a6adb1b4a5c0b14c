"""Robust standard streams: closed, with any encoding, or with a reader that exits early."""

from __future__ import annotations

import functools
import io
import os
import select
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TextIO

import typer

from stance.cli.wrapping import with_signature_of
from stance.errors import OutputError


class _Closed(io.TextIOBase):
    """A standard output that was closed before the program started."""

    encoding = "utf-8"
    errors = "replace"

    @property
    def buffer(self) -> NoReturn:
        """Refuse bytes, like text."""
        self.write("")

    def write(self, text: str) -> NoReturn:
        """Refuse text.

        Raises
        ------
        OutputError
            Always.
        """
        raise OutputError(
            "Got output to print, but standard output is closed. Leave it open, or write to a "
            "file with -o or --json."
        )


def prepare_streams() -> None:
    """Make standard output and error accept any text, whatever their encoding.

    Characters that an encoding lacks are replaced. Messages to a closed standard
    error are dropped; printing to a closed standard output is an error.
    """
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:
        sys.stderr = _silent()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _silent() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


def ending_with_the_reader(command: Callable[..., None]) -> Callable[..., None]:
    """Exit with 0 if the reader of the output exits early, as `head` does."""

    @functools.wraps(command)
    def wrapper(**values: Any) -> None:
        try:
            command(**values)
            sys.stdout.flush()
        except BrokenPipeError:
            if not _reader_is_gone():
                raise
            # Discard what is still to be flushed.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None

    return with_signature_of(command, wrapper)


def _reader_is_gone() -> bool:
    """Return whether standard output is a pipe whose reader has exited."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    poll.register(number, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
