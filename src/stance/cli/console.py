"""Standard output and error: reports, messages, progress."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from stance.reporting.phrases import harmless
from stance.reporting.terminal import UNLIMITED, filled, render, screen

if TYPE_CHECKING:
    from rich.console import Console

    from stance.reporting.document import Document

_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly(*, quiet: bool) -> Iterator[None]:
    """Print only errors on standard error, and only results on standard output."""
    before = _QUIET.set(quiet)
    try:
        yield
    finally:
        _QUIET.reset(before)


def fail(message: str) -> None:
    """Print an error on stderr."""
    _print_to_stderr(f"Error: {message}")


def note(message: str) -> None:
    """Print a message on stderr, unless --quiet is given."""
    if not _QUIET.get():
        _print_to_stderr(message)


def _print_to_stderr(message: str) -> None:
    """Print on stderr, wrapped to the width of a terminal."""
    message = harmless(message)
    if sys.stderr.isatty():
        message = filled(message, shutil.get_terminal_size().columns)
    print(message, file=sys.stderr)  # noqa: T201


def console() -> Console:
    """Return a console for results on stdout; without a terminal, nothing is cut."""
    is_limited = sys.stdout.isatty() or "COLUMNS" in os.environ
    return screen(width=None if is_limited else UNLIMITED)


def show(document: Document) -> None:
    """Print a report on stdout."""
    render(document, console())


def show_summary(document: Document) -> None:
    """Print a summary on stdout for a command whose result is a file, unless --quiet is given."""
    if not _QUIET.get():
        show(document)


def _shows_progress() -> bool:
    return sys.stderr.isatty() and not _QUIET.get()


def note_compiling(kept: bool) -> None:
    """Say on stderr that loops are compiled, which takes longer than a short command."""
    if kept:
        note("Compiling the counting loops for this processor, once: it takes some seconds.")
    else:
        note(
            "Compiling the counting loops, which takes some seconds at each start, since no folder "
            "can be written in. Let NUMBA_CACHE_DIR name one."
        )


@contextmanager
def progress(description: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr if it is a terminal."""
    if not _shows_progress():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def status(description: str) -> Iterator[Callable[[str], None]]:
    """Show the current step on stderr if it is a terminal."""
    if not _shows_progress():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status(description) as shown:
        yield lambda step: shown.update(f"{description}: {step}")
