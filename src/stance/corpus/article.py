"""Articles, rows of files, and rejected rows."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field, fields
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


# Many JSON parsers cannot read integers of more than 64 bits.
JSON_INTEGERS = 2**63

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Article:
    """One news article.

    Parameters
    ----------
    id : str
        Identifies the article in results. Readers derive a stable id from file
        and row for an article that has none.
    text : str
        The body, as published.
    label : str, optional
        The framing or stance that an annotator assigned.
    outlet : str, optional
        The publisher.
    event : str, optional
        The event that it reports on.
    published : str, optional
        Date of publication, in a form that `stance.corpus.dates.parse_date` reads.
    title : str, optional
        The headline.
    target : str, optional
        The target of the stance.
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
        """Return pairs of a field of `Article` and its name in the file."""
        return [(f.name, getattr(self, f.name)) for f in fields(self)]

    def renamed(self) -> list[tuple[str, str]]:
        """Return the pairs that differ from the default; these must exist in the file."""
        return [(ours, theirs) for ours, theirs in self.items() if ours != theirs]


def check_articles(articles: Iterable[Article]) -> Sequence[Article]:
    """Return articles as a sequence.

    Raises
    ------
    CorpusError
        If a table, a file name or anything else was passed instead; the
        message names the function that reads it.
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
    """Refuse a table or a file name passed instead of articles.

    Raises
    ------
    CorpusError
        The message names the function that reads it.
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
        Number of the row in the file, from 1; the header of a CSV file is row 1.
    reason : str
        What is wrong, in a few words.
    raw : bytes or mapping, optional
        The bytes of the row, or its values in a format that is not text.
    offset : int, optional
        Offset of the row in the decompressed file, in bytes.
    """

    source: str
    row: int
    reason: str
    raw: bytes | Mapping[str, Any] | None = field(default=None, compare=False)
    offset: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.source}, row {self.row}: {self.reason}"

    def to_row(self) -> dict[str, Any]:
        """Return the row as plain values; bytes that are not UTF-8 also as Base64."""
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
    """One row of a file.

    ``number`` counts from 1; a CSV file's header is row 1. ``offset`` and
    ``raw`` are as in `RejectedRow`. ``suspect`` is True if a value may hold
    bytes that are not UTF-8.
    """

    source: str
    number: int
    values: dict[str, Any]
    offset: int | None = None
    raw: bytes | None = None
    suspect: bool = False

    def rejected(self, reason: str) -> RejectedRow:
        """Return a `RejectedRow` for this row."""
        raw = self.values if self.raw is None else self.raw
        return RejectedRow(self.source, self.number, reason, raw, self.offset)


def as_json(value: Any) -> Any:
    """Return a value that JSON can hold; the `repr` of any other."""
    if isinstance(value, dict):
        return {as_json(str(name)): as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, str):
        # Invalid bytes were decoded to lone surrogates; halves of an emoji are surrogates too.
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < JSON_INTEGERS:
        return value
    return repr(value)
