"""One article, and one row that could not become an article."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, fields
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


# Integers beyond 64 bits have no place in JSON as it is read elsewhere.
JSON_INTEGERS = 2**63

_SURROGATE = re.compile("[\ud800-\udfff]")


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
        Date of publication, in a form that `stance.corpus.dates.parse_date` reads.
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


def check_articles(articles: Iterable[Article]) -> Sequence[Article]:
    """Return articles as a sequence.

    Raises
    ------
    CorpusError
        If a table, the name of a file or anything else came in their place; it
        names the function that makes articles of it.
    """
    refuse_tables(articles)
    found = articles if isinstance(articles, list | tuple) else list(articles)
    for place, article in enumerate(found):
        if not isinstance(article, Article):
            raise CorpusError(
                f"Got {type(article).__name__} at place {place}, but expected articles "
                "(stance.Article). Make them with stance.articles_from_table, "
                "stance.read_corpus or stance.read_articles."
            )
    return found


def refuse_tables(articles: object) -> None:
    """Refuse a table or the name of a file in the place of articles.

    Raises
    ------
    CorpusError
        It names the function that reads it.
    """
    if isinstance(articles, str | bytes | PurePath):
        raise CorpusError(
            f"Got {str(articles)!r}, but expected articles. Read files with stance.read_corpus "
            "(labelled) or stance.read_articles."
        )
    if hasattr(articles, "__arrow_c_stream__"):
        raise CorpusError(
            f"Got {type(articles).__name__}, but expected articles. Read a table with "
            "stance.articles_from_table."
        )


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
    raw : bytes or mapping, optional
        The row as its file has it, or the values of one that is no text.
    offset : int, optional
        Where the row begins: bytes from the beginning of the decompressed file.
    """

    source: str
    row: int
    reason: str
    raw: bytes | Mapping[str, Any] | None = field(default=None, compare=False)
    offset: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.source}, row {self.row}: {self.reason}"

    def to_row(self) -> dict[str, Any]:
        """Return the row as it is written out; bytes that are no UTF-8 as Base64 too."""
        row = {
            "source": as_json(self.source),
            "row": self.row,
            "byte_offset": self.offset,
            "reason": as_json(self.reason),
        }
        if not isinstance(self.raw, bytes):
            return {**row, "raw": as_json(self.raw)}
        raw = self.raw.rstrip(b"\r\n")
        try:
            return {**row, "raw": raw.decode()}
        except UnicodeDecodeError:
            exact = base64.b64encode(raw).decode()
            return {**row, "raw": raw.decode(errors="replace"), "raw_base64": exact}


class Row(NamedTuple):
    """One row as its file has it.

    ``number`` counts from 1; a CSV file's header is row 1. ``offset`` and
    ``raw`` are as in `RejectedRow`. ``suspect`` tells that a value may hold
    bytes that are no UTF-8.
    """

    source: str
    number: int
    values: dict[str, Any]
    offset: int | None = None
    raw: bytes | None = None
    suspect: bool = False

    def rejected(self, reason: str) -> RejectedRow:
        """Return the row as one that cannot be used."""
        raw = self.values if self.raw is None else self.raw
        return RejectedRow(self.source, self.number, reason, raw, self.offset)


def as_json(value: Any) -> Any:
    """Keep what JSON can hold, and write the rest as Python shows it."""
    if isinstance(value, dict):
        return {as_json(str(name)): as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, str):
        # Bytes that were no UTF-8 came through as surrogates, as do halves of emoji.
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < JSON_INTEGERS:
        return value
    return repr(value)
