"""Hits in their contexts on a terminal: one in a line, with all hits in one column.

An Arabic line is read from right to left: what is before a hit is on its right. Each column is a
bidi isolate, so that a number or a Latin word at its edge does not change sides, and is filled with
blanks, so that the columns are in place on terminals with and without bidi support.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from stance.reporting.phrases import END_ISOLATE, harmless
from stance.text.letter_clusters import whole_clusters
from stance.text.normalization import BIDI_CONTROLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from stance.reporting.document import ContextRow, Contexts

_ARABIC = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_CONTROLS = dict.fromkeys(map(ord, BIDI_CONTROLS))

GAP = "  "
ELLIPSIS = "…"
# Cells of a context below which a column of sources is left out.
NARROWEST_CONTEXT = 24
# Cells of a source on a narrow terminal; a wide one has room for a part of its width.
WIDEST_SOURCE = 14
PART_OF_SOURCE = 1 / 6
MARKS_OF_A_LETTER = 8


class _Direction(NamedTuple):
    """The marks that give a line and its columns their direction."""

    mark: str
    isolate: str


RIGHT_TO_LEFT = _Direction("\u200f", "\u2067")
LEFT_TO_RIGHT = _Direction("\u200e", "\u2066")


class _Widths(NamedTuple):
    """Cells of each column."""

    number: int
    before: int
    hit: int
    after: int
    sources: tuple[int, ...]


def context_lines(block: Contexts, width: int) -> Iterator[Text]:
    """Yield the lines of a block of contexts, each of at most ``width`` cells."""
    from rich.text import Text

    rows = [_clean(row) for row in block.rows]
    direction = RIGHT_TO_LEFT if _is_arabic(rows) else LEFT_TO_RIGHT
    widths = _widths(rows, width)
    for number, row in enumerate(rows, start=1):
        yield _line(number, row, widths, direction, Text)


def _is_arabic(rows: Sequence[ContextRow]) -> bool:
    """Return whether at least half of the lines have Arabic letters."""
    n_arabic = sum(bool(_ARABIC.search(f"{r.before}{r.hit}{r.after}")) for r in rows)
    return 2 * n_arabic >= len(rows)


def _clean(row: ContextRow) -> ContextRow:
    """Return a row without marks that would change the direction of its line."""

    def clean(text: str) -> str:
        return harmless(" ".join(text.translate(_CONTROLS).split()))

    source = tuple(map(clean, row.source))
    return type(row)(clean(row.before), clean(row.hit), clean(row.after), source)


def _widths(rows: Sequence[ContextRow], width: int) -> _Widths:
    from rich.cells import cell_len

    def widest(column: int) -> int:
        return max((cell_len(row.source[column]) for row in rows), default=0)

    number = len(str(len(rows)))
    hit = min(max((cell_len(row.hit) for row in rows), default=0), max(width // 3, 1))
    n_sources = len(rows[0].source) if rows else 0
    room = max(WIDEST_SOURCE, int(width * PART_OF_SOURCE))
    sources = tuple(min(widest(column), room) for column in range(n_sources))
    taken = number + hit + 3 * len(GAP)
    while sources and (width - taken - _taken(sources)) // 2 < NARROWEST_CONTEXT:
        sources = sources[:-1]
    room = max((width - taken - _taken(sources)) // 2, 1)
    before = min(max((cell_len(row.before) for row in rows), default=0), room)
    after = min(max((cell_len(row.after) for row in rows), default=0), room)
    return _Widths(number, before, hit, after, sources)


def _taken(sources: tuple[int, ...]) -> int:
    return sum(len(GAP) + one for one in sources)


def _line(
    number: int, row: ContextRow, widths: _Widths, direction: _Direction, text: type[Text]
) -> Text:
    from rich.cells import cell_len

    line = text(f"{direction.mark}{direction.isolate}")

    def add(part: str, cells: int, *, end: bool = False, style: str = "") -> None:
        blanks = " " * (cells - cell_len(part))
        line.append(blanks if end else "")
        line.append(f"{direction.isolate}{part}{END_ISOLATE}", style)
        line.append("" if end else blanks)

    add(str(number), widths.number, end=True)
    line.append(GAP)
    add(_last_cells(row.before, widths.before), widths.before, end=True)
    line.append(GAP)
    add(_first_cells(row.hit, widths.hit), widths.hit, style="bold")
    line.append(GAP)
    add(_first_cells(row.after, widths.after), widths.after)
    for source, cells in zip(row.source, widths.sources, strict=False):
        line.append(GAP)
        add(_first_cells(source, cells), cells)
    # Blanks at the end of a line would take the direction of the terminal, and move the columns.
    return line.append(f"{direction.mark}{END_ISOLATE}")


def _first_cells(part: str, cells: int) -> str:
    """Cut a text at its end, between words if possible."""
    from rich.cells import cell_len

    if cell_len(part) <= cells:
        return part
    kept = ""
    for word in part.split(" "):
        longer = f"{kept} {word}" if kept else word
        if cell_len(longer) > cells - 1:
            break
        kept = longer
    return f"{kept}{ELLIPSIS}" if kept else f"{_letters(part, cells - 1)}{ELLIPSIS}"


def _last_cells(part: str, cells: int) -> str:
    """Cut a text at its beginning, between words if possible."""
    from rich.cells import cell_len

    if cell_len(part) <= cells:
        return part
    kept = ""
    for word in reversed(part.split(" ")):
        longer = f"{word} {kept}" if kept else word
        if cell_len(longer) > cells - 1:
            break
        kept = longer
    return f"{ELLIPSIS}{kept}"


def _letters(word: str, cells: int) -> str:
    """Return the first letters of a word that is too long, none of them divided."""
    from rich.cells import cell_len

    # Marks take no cell, but no letter has more than a few.
    end = min(len(word), MARKS_OF_A_LETTER * cells)
    while end > 1 and (cell_len(word[:end]) > cells or whole_clusters(word, 0, end)[1] != end):
        end -= 1
    return word[:end]
