"""Numbers, names and labels as parts of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# First strong isolate and its end: on a terminal with bidi support they keep an Arabic name from
# reordering the numbers beside it; other terminals do not show them.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"

# Control characters, which a terminal would execute, except line feed and tab; and lone surrogates,
# which cannot be encoded.
_HARMFUL = {
    point: f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"
    for point in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000))
    if chr(point) not in "\n\t"
}


def harmless(text: str) -> str:
    r"""Escape control characters and lone surrogates.

    Examples
    --------
    >>> print(harmless("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    return text.translate(_HARMFUL)


def isolated(text: str, width: int) -> str:
    """Return one line of text, cut to a number of cells, in a bidi isolate.

    ASCII text needs no isolate, and can be copied without invisible marks.
    """
    from rich.cells import cell_len, set_cell_size

    line = " ".join(text.split())
    if cell_len(line) <= width:
        return shown(line)
    cut = set_cell_size(line, max(width - 1, 1)).rstrip() + "…"
    cut += END_ISOLATE * (cut.count(ISOLATE) - cut.count(END_ISOLATE))
    return cut if line.isascii() else f"{ISOLATE}{cut}{END_ISOLATE}"


def shown(label: str) -> str:
    """Return a label for display; an Arabic one in a bidi isolate."""
    return label if label.isascii() else f"{ISOLATE}{label}{END_ISOLATE}"


def quoted(label: str) -> str:
    """Return a label in quotation marks, for a sentence.

    Examples
    --------
    >>> quoted("Favor")
    "'Favor'"
    """
    return f"'{shown(label)}'"


def listed(labels: Sequence[str], most: int) -> str:
    """List the first quoted labels, and count the rest.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    "'a', 'b' and 1 more"
    """
    named = ", ".join(map(quoted, labels[:most]))
    return f"{named} and {len(labels) - most} more" if len(labels) > most else named


def counted(n: int, noun: str) -> str:
    """Format a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def percent(share: float) -> str:
    """Format a share in [0, 1] as a percentage.

    Examples
    --------
    >>> percent(0.629)
    '63 %'
    """
    return f"{share * 100:.0f} %"


def figure(value: float | None) -> str:
    """Format a score; a dash if there is none.

    Examples
    --------
    >>> figure(0.81249), figure(None)
    ('0.812', '-')
    """
    return "-" if value is None else f"{value:.3f}"


def interval(pair: tuple[float, float]) -> str:
    """Format an interval.

    Examples
    --------
    >>> interval((0.65, 0.76))
    '[0.650, 0.760]'
    """
    return f"[{pair[0]:.3f}, {pair[1]:.3f}]"
