"""One article, and one row that could not become an article."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


# Integers beyond 64 bits have no place in JSON as it is read elsewhere.
JSON_INTEGERS = 2**63


@dataclass(frozen=True, slots=True)
class Article:
    """One news article.

    Parameters
    ----------
    id : str
        Names the article in results. Readers give an article without one a
        stable id from its file and row.
    text : str
        The body, as published.
    label : str, optional
        The framing or stance that a person gave it.
    outlet : str, optional
        Who published it.
    event : str, optional
        What it reports on; articles on one event share it.
    published : str, optional
        Date of publication, ISO 8601 where it is used to split by time.
    title : str, optional
        The headline.
    target : str, optional
        Whom or what the stance is toward.
    """

    id: str
    text: str
    label: str | None = None
    outlet: str | None = None
    event: str | None = None
    published: str | None = None
    title: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """The names that a file uses for the fields of an article."""

    id: str = "id"
    text: str = "text"
    label: str = "label"
    outlet: str = "outlet"
    event: str = "event"
    published: str = "published"
    title: str = "title"
    target: str = "target"

    def items(self) -> list[tuple[str, str]]:
        """Return pairs of an article's field and the file's name for it."""
        return [(f.name, getattr(self, f.name)) for f in fields(self)]

    def renamed(self) -> list[tuple[str, str]]:
        """Return the pairs that the caller changed; these must exist in the file."""
        return [(ours, theirs) for ours, theirs in self.items() if ours != theirs]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be used, and why.

    Parameters
    ----------
    source : str
        The file, or ``-`` for standard input.
    row : int
        Counted from 1 as the file has them; a CSV file's header is row 1.
    reason : str
        What is wrong, in a few words.
    raw : mapping or str, optional
        The row as far as it could be read.
    """

    source: str
    row: int
    reason: str
    raw: Mapping[str, Any] | str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.source}, row {self.row}: {self.reason}"

    def to_row(self) -> dict[str, Any]:
        """Return the row as it is written out."""
        return {
            "source": self.source,
            "row": self.row,
            "reason": self.reason,
            "raw": _as_json(self.raw),
        }


def _as_json(value: Any) -> Any:
    """Keep what JSON can hold, and write the rest as Python shows it."""
    if isinstance(value, dict):
        return {_as_json(str(name)): _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    if isinstance(value, str):
        # Bytes that were no UTF-8 came through as surrogates.
        return value.encode(errors="surrogateescape").decode(errors="replace")
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < JSON_INTEGERS:
        return value
    return repr(value)
