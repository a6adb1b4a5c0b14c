"""Rendering a report on a terminal: wrapped to its width, with Arabic in correct order."""

from __future__ import annotations

import errno
import textwrap
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from stance.reporting.context_lines import context_lines
from stance.reporting.document import (
    Contexts,
    Facts,
    Item,
    MarkedText,
    Note,
    Paragraph,
    Remark,
    Table,
    Verbatim,
)
from stance.reporting.phrases import END_ISOLATE, ISOLATE, harmless, isolated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table as Grid

    from stance.reporting.document import Block, Cell, Column, Document

# Width of a line if none is set, as in a file.
UNLIMITED = 10_000

# A right-to-left mark, which gives the line its direction, and an isolate for what is in it.
RIGHT_TO_LEFT = "\u200f\u2067"
MARK_STYLES = ((r"\[\+[^\]]*\]", "green"), (r"\[-[^\]]*\]", "red"))

LIST_WIDTH = 79
NARROWEST_NAME = 12
NARROWEST_PROSE = 20
TERMS = 3


def screen(*, width: int | None, file: IO[str] | None = None) -> Console:
    """Return a console for reports, on stdout or in a file.

    A label such as ``[b]`` or ``:x:`` is shown literally, not as markup or an
    emoji.

    Parameters
    ----------
    width : int, optional
        None for that of the terminal.
    file : text file, optional
    """
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            # The command handles the closed pipe; rich would exit with 1.
            raise BrokenPipeError(errno.EPIPE, "the reader of the output exited")

    return Screen(
        width=width, file=file, highlight=False, soft_wrap=False, markup=False, emoji=False
    )


def render(document: Document, on: Console) -> None:
    """Print a document, its sections with a blank line between them."""
    for place, section in enumerate(document.sections):
        if place:
            on.print()
        if section.heading:
            _print(on, section.heading)
        for block in section.blocks:
            _block(block, on)


def _block(block: Block, on: Console) -> None:
    match block:
        case Paragraph(text):
            _print(on, filled(harmless(text), on.width))
        case Item(text, level, wraps):
            indent = "  " * level
            _print(on, _wrapped(text, indent, f"{indent}  ", on) if wraps else f"{indent}{text}")
        case Note(text):
            _print(on, _wrapped(text, "  => ", "     ", on))
        case Facts(facts):
            _facts(facts, on)
        case MarkedText():
            _marked(block, on)
        case Contexts():
            for line in context_lines(block, on.width):
                on.print(line, no_wrap=True, overflow="ignore", crop=False)
        case Verbatim(text):
            _print(on, text)
        case Table():
            _table(block, on)


def _marked(block: MarkedText, on: Console) -> None:
    """Print a text from right to left, each line by itself."""
    from rich.text import Text

    width = min(on.width, LIST_WIDTH)
    for paragraph in harmless(block.marked).splitlines():
        for line in _broken(" ".join(paragraph.split()), width).split("\n"):
            text = Text(f"{RIGHT_TO_LEFT}{line}{END_ISOLATE}")
            for pattern, style in MARK_STYLES:
                text.highlight_regex(pattern, style)
            on.print(text, no_wrap=True, overflow="ignore", crop=False)


def _print(on: Console, text: str) -> None:
    on.print(harmless(text), no_wrap=True, overflow="ignore", crop=False)


def _wrapped(text: str, first: str, rest: str, on: Console) -> str:
    return textwrap.fill(
        text,
        min(LIST_WIDTH, on.width),
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )


def filled(message: str, width: int) -> str:
    """Wrap lines between words; a word longer than a line is not broken.

    Lines that begin with a blank, such as commands to copy, are not wrapped.

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
            # A bidi isolate ends with its line, so the next line needs its own.
            lines[-1] += END_ISOLATE
            lines.append(f"{ISOLATE}{word}")
        else:
            lines.append(word)
    return "\n".join(lines)


def _facts(facts: Sequence[tuple[str, str]], on: Console) -> None:
    indent = max(len(name) for name, _ in facts) + 2
    for name, value in facts:
        lines = _broken(harmless(value), max(on.width - indent, NARROWEST_PROSE)).split("\n")
        _print(on, f"{name:<{indent}}" + f"\n{' ' * indent}".join(lines))


def grid(columns: Sequence[Column], *, header: bool = True) -> Grid:
    """Return an empty rich table without borders."""
    from rich.table import Table as Grid

    made = Grid(
        box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0), show_header=header
    )
    for column in columns:
        made.add_column(
            harmless(column.name),
            justify="right" if column.kind == "number" else "left",
            no_wrap=column.kind != "prose",
            overflow="ellipsis",
        )
    return made


def _table(table: Table, on: Console) -> None:
    """Print a table; names are cut to the room that the other columns leave."""
    whole = [row for row in table.rows if not isinstance(row, Remark)]
    width = _name_width(table.columns, whole, on.width)
    if table.if_too_wide and width < NARROWEST_NAME:
        _print(on, filled(harmless(table.if_too_wide), on.width))
        return
    if table.caption:
        _print(on, filled(harmless(table.caption), on.width))
    room = max(width, NARROWEST_NAME)
    widths = [min(room, column.widest or room) for column in table.columns]
    heads = [_shown(c.name, c, w) for c, w in zip(table.columns, widths, strict=True)]
    made = grid([replace(c, name=name) for c, name in zip(table.columns, heads, strict=True)])
    for row in whole:
        cells = zip(row, table.columns, widths, strict=True)
        made.add_row(*(harmless(_shown(cell, column, at)) for cell, column, at in cells))
    on.print(made)
    for remark in table.rows:
        if isinstance(remark, Remark):
            _print(on, filled(harmless(f"{remark.name} {remark.text}"), on.width))


def _name_width(columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], width: int) -> int:
    """Return the maximum width of each column of names."""
    from rich.cells import cell_len

    taken = 2 * (len(columns) - 1)
    for place, column in enumerate(columns):
        if column.kind == "prose":
            taken += NARROWEST_PROSE
        elif column.kind != "name":
            taken += max(cell_len(str(cell)) for cell in (column.name, *(r[place] for r in rows)))
    names = sum(column.kind == "name" for column in columns)
    return (width - taken) // max(names, 1)


def _shown(cell: Cell, column: Column, width: int) -> str:
    if isinstance(cell, tuple):
        return _that_fit(cell, width)
    return isolated(cell, width) if column.kind == "name" else cell


def _that_fit(terms: Sequence[str], width: int) -> str:
    """Join as many terms as fit into a cell; the first one is cut if it is too long."""
    from rich.cells import cell_len

    joined, n = terms[0] if terms else "", 1
    for term in terms[1:]:
        longer = f"{joined}، {term}"
        if n < TERMS and cell_len(longer) <= width:
            joined, n = longer, n + 1
    return isolated(joined, width) if joined else ""
