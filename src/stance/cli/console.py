"""What people read: messages, tables, progress, with Arabic in its right order."""

from __future__ import annotations

import re
import shlex
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# First strong isolate and its end: a terminal that knows bidi keeps an Arabic cell from
# reordering the numbers beside it; others show nothing of them.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"

NARROWEST = 20


def fail(message: str) -> None:
    """Say on stderr what went wrong."""
    print(f"Error: {message}", file=sys.stderr)  # noqa: T201


def note(message: str) -> None:
    """Say something on stderr that is no result."""
    print(message, file=sys.stderr)  # noqa: T201


def console() -> Console:
    """Return a console for results, on stdout."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def table(*columns: str, numbers: Sequence[str] = (), last_wraps: bool = False) -> Table:
    """Return a table without borders; `numbers` names the columns aligned right."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, name in enumerate(columns):
        made.add_column(
            name,
            justify="right" if name in numbers else "left",
            no_wrap=not (last_wraps and place == len(columns) - 1),
            overflow="ellipsis",
        )
    return made


def isolated(text: str, width: int) -> str:
    """Return one line of text, cut to a number of cells, that leaves its neighbours in order."""
    from rich.cells import cell_len, set_cell_size

    line = " ".join(text.split())
    if cell_len(line) > width:
        line = set_cell_size(line, max(width - 1, 1)).rstrip() + "…"
    return f"{ISOLATE}{line}{END_ISOLATE}"


def in_shell(word: str) -> str:
    """Write a word as a shell takes it, quoted only where it must be.

    Examples
    --------
    >>> in_shell("النص"), in_shell("نص الخبر")
    ('النص', "'نص الخبر'")
    """
    return word if re.fullmatch(r"[\w@%+=:,./-]+", word) else shlex.quote(word)


def counted(n: int, noun: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def interval(pair: tuple[float, float]) -> str:
    """Write an interval."""
    return f"[{pair[0]:.3f}, {pair[1]:.3f}]"


@contextmanager
def patience(message: str, after: float = 1.0) -> Iterator[None]:
    """Say on stderr what takes so long, if it takes more than some seconds; only on a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    timer = threading.Timer(after, note, [message])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def progress(description: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr while something takes long; nothing where it is no terminal."""
    if not sys.stderr.isatty():
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
    """Show on stderr what is being done; nothing where it is no terminal."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status(description) as shown:
        yield lambda step: shown.update(f"{description}: {step}")
