"""Errors of a file that people write, each with its line and its key."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """An error in a file.

    Parameters
    ----------
    file : str
    line : int, optional
        From 1.
    column : int, optional
        From 1, in characters.
    key : str
        The key with its sections, such as ``categories.army.terms, entry 3``;
        empty for an error of the whole file.
    message : str
        What came, and what was expected; without a full stop at its end.
    """

    file: str
    line: int | None
    column: int | None
    key: str
    message: str

    def to_row(self) -> dict[str, Any]:
        """Return the error as a row of a table."""
        return asdict(self)

    @property
    def text(self) -> str:
        """The error with its place, without its file."""
        place = [f"line {self.line}"] if self.line is not None else []
        key = [self.key] if self.key else []
        return f"{', '.join([*place, *key])}: {self.message}" if place or key else self.message


def in_words(path: Sequence[str | int]) -> str:
    """Return a path as a key with its sections; entries of lists count from 1.

    Examples
    --------
    >>> in_words(("categories", "army", "terms", 2, "note"))
    'categories.army.terms, entry 3, note'
    """
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f", entry {part + 1}"
        elif not words:
            words = part
        else:
            words += f", {part}" if ", entry " in words else f".{part}"
    return words


def listed(what: str, name: str, faults: Sequence[Fault]) -> str:
    """Return the message of an error about a file: all that is wrong in it.

    Parameters
    ----------
    what : str
        What the file was expected to be, such as "the lexicon".
    name : str
        The name of the file, or of a folder of files.
    faults : sequence of Fault

    Examples
    --------
    >>> print(listed("the codebook", "book.toml", [Fault("book.toml", 3, 1, "format", "got 2")]))
    Got the codebook book.toml, line 3, format: got 2.
    """
    several = len({fault.file for fault in faults} - {name}) > 0
    if len(faults) == 1:
        fault = faults[0]
        return f"Got {_joined(what, fault.file or name)}, {_sentence(fault.text)}"
    lines = [
        f"  {f'{fault.file}, ' if several else ''}{_sentence(fault.text)}"
        for fault in faults[:SHOWN]
    ]
    more = [f"  and {len(faults) - SHOWN} more."] if len(faults) > SHOWN else []
    return "\n".join([f"Got {_joined(what, name)} with {len(faults)} errors:", *lines, *more])


def _joined(what: str, name: str) -> str:
    return f"{what} {name}" if name else what


def _sentence(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."
