"""Numbers, names and labels as parts of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# First strong isolate and its end: a terminal that supports bidi keeps an Arabic name from
# reordering the numbers beside it; others show nothing of them.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"

# Control characters, which a terminal would obey, and lone surrogates, which no stream takes.
# Of the controls a line feed and a tab are harmless.
_HARMFUL = {
    point: f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"
    for point in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000))
    if chr(point) not in "\n\t"
}


def harmless(text: str) -> str:
    r"""Show control characters and lone surrogates as text.

    Examples
    --------
    >>> print(harmless("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    return text.translate(_HARMFUL)


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


def listed(labels: Sequence[str], most: int) -> str:
    """List quoted labels, and count those after the first few.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    "'a', 'b' and 1 more"
    """
    named = ", ".join(map(quoted, labels[:most]))
    return f"{named} and {len(labels) - most} more" if len(labels) > most else named


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


def figure(value: float | None) -> str:
    """Write a score; a dash where there is none.

    Examples
    --------
    >>> figure(0.81249), figure(None)
    ('0.812', '-')
    """
    return "-" if value is None else f"{value:.3f}"


def interval(pair: tuple[float, float]) -> str:
    """Write an interval.

    Examples
    --------
    >>> interval((0.65, 0.76))
    '[0.650, 0.760]'
    """
    return f"[{pair[0]:.3f}, {pair[1]:.3f}]"
