"""What people read: messages, tables, progress, with Arabic in its right order."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# First strong isolate and its end: a terminal that knows bidi keeps an Arabic cell from
# reordering the numbers beside it; others show nothing of them.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"

NARROWEST = 20


# Control characters, which a terminal would obey, and lone surrogates, which no stream takes.
# Of the controls a line feed and a tab are harmless.
_HARMFUL = {
    point: f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"
    for point in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000))
    if chr(point) not in "\n\t"
}

# Of a line where nobody has set a width, as in a file.
UNLIMITED = 10_000


def harmless(text: str) -> str:
    r"""Show control characters and lone surrogates as text.

    Examples
    --------
    >>> print(harmless("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    return text.translate(_HARMFUL)


def fail(message: str) -> None:
    """Say on stderr what went wrong."""
    note(f"Error: {message}")


def note(message: str) -> None:
    """Say something on stderr that is no result; on a terminal in lines that fit it."""
    message = harmless(message)
    if sys.stderr.isatty():
        message = filled(message, shutil.get_terminal_size().columns)
    print(message, file=sys.stderr)  # noqa: T201


def console() -> Console:
    """Return a console for results, on stdout, that cuts nothing where that is no terminal.

    A label such as ``[b]`` or ``:x:`` is shown as it is: neither markup nor an
    emoji's name.
    """
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            # The command ends by what the reader did; rich would end it with 1.
            raise BrokenPipeError(errno.EPIPE, "the reader of the output went away")

    is_limited = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Screen(
        width=None if is_limited else UNLIMITED,
        highlight=False,
        soft_wrap=False,
        markup=False,
        emoji=False,
    )


def say(message: str = "") -> None:
    """Print text on stdout in lines that fit the screen, each word whole."""
    screen = console()
    screen.print(
        filled(harmless(message), screen.width), no_wrap=True, overflow="ignore", crop=False
    )


def echo(text: str = "") -> None:
    """Print text on stdout as it is laid out."""
    print(harmless(text))  # noqa: T201


def filled(message: str, width: int) -> str:
    """Break lines between words; a word that is too long for any line stays whole.

    Lines that begin with a blank, such as commands to copy, stay as they are.

    Examples
    --------
    >>> print(filled("Macro-F1 of the model: 0.812", 20))
    Macro-F1 of the
    model: 0.812
    """
    return "\n".join(
        line if line.startswith(" ") else _broken(line, width) for line in message.split("\n")
    )


def _broken(line: str, width: int) -> str:
    from rich.cells import cell_len

    lines: list[str] = []
    for word in line.split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        elif lines and lines[-1].count(ISOLATE) > lines[-1].count(END_ISOLATE):
            # An isolate ends with its line, so what goes on in the next needs one of its own.
            lines[-1] += END_ISOLATE
            lines.append(f"{ISOLATE}{word}")
        else:
            lines.append(word)
    return "\n".join(lines)


def table(*columns: str, numbers: Sequence[str] = (), last_wraps: bool = False) -> Table:
    """Return a table without borders; `numbers` names the columns aligned right."""
    from rich.table import Table

    class HarmlessTable(Table):
        def add_row(self, *cells: Any, **options: Any) -> None:
            shown = (harmless(cell) if isinstance(cell, str) else cell for cell in cells)
            super().add_row(*shown, **options)

    made = HarmlessTable(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, name in enumerate(columns):
        made.add_column(
            harmless(name),
            justify="right" if name in numbers else "left",
            no_wrap=not (last_wraps and place == len(columns) - 1),
            overflow="ellipsis",
        )
    return made


def isolated(text: str, width: int) -> str:
    """Return one line of text, cut to a number of cells, that leaves its neighbours in order.

    ASCII reorders nothing, and can be copied without marks that nobody sees.
    """
    from rich.cells import cell_len, set_cell_size

    line = " ".join(text.split())
    if cell_len(line) <= width:
        return shown(line)
    cut = set_cell_size(line, max(width - 1, 1)).rstrip() + "…"
    cut += END_ISOLATE * (cut.count(ISOLATE) - cut.count(END_ISOLATE))
    return cut if line.isascii() else f"{ISOLATE}{cut}{END_ISOLATE}"


def shown(label: str) -> str:
    """Return a label so that an Arabic one leaves its neighbours in order."""
    return label if label.isascii() else f"{ISOLATE}{label}{END_ISOLATE}"


def quoted(label: str) -> str:
    """Return a label between quotation marks, for a sentence.

    Examples
    --------
    >>> quoted("Favor")
    "'Favor'"
    """
    return f"'{shown(label)}'"


def counted(n: int, noun: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def percent(share: float) -> str:
    """Write a share in [0, 1].

    Examples
    --------
    >>> percent(0.629)
    '63 %'
    """
    return f"{share * 100:.0f} %"


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
