"""CSV injection: cells that a spreadsheet would run as formulas are escaped.

An apostrophe before such a cell makes Excel and LibreOffice treat it as text.
Reading removes the apostrophe again, so nothing is lost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Characters that begin a formula, or that a spreadsheet skips before it looks for one.
_BEGINS = "=+\\-@\t\r"
_FORMULA = re.compile(rf"'*[{_BEGINS}]")
_ESCAPED = re.compile(rf"'+[{_BEGINS}]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def escape_formula(text: str) -> str:
    """Escape a cell that a spreadsheet would run as a formula; numbers stay numbers.

    Examples
    --------
    >>> escape_formula("=1+1"), escape_formula("-3.5"), escape_formula("- قال")
    ("'=1+1", '-3.5', "'- قال")
    """
    if not text or not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def escape_apostrophe(text: str) -> str:
    """Double the apostrophe of a cell that `unescape_formula` would take for an escaped one.

    For a CSV file whose formulas are not escaped: what is read from it is what
    was written.

    Examples
    --------
    >>> escape_apostrophe("'=1+1"), escape_apostrophe("=1+1"), escape_apostrophe("'أنا'")
    ("''=1+1", '=1+1', "'أنا'")
    """
    return f"'{text}" if _ESCAPED.match(text) else text


def escape_cells(
    row: Mapping[str, Any], escape: Callable[[str], str] = escape_apostrophe
) -> dict[str, Any]:
    """Return a row of CSV with its texts escaped."""
    return {name: escape(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def unescape_formula(text: str) -> str:
    """Undo `escape_formula` and `escape_apostrophe`.

    Examples
    --------
    >>> unescape_formula("'=1+1"), unescape_formula("'أنا'")
    ('=1+1', "'أنا'")
    """
    return text[1:] if _ESCAPED.match(text) else text
