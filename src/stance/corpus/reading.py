"""From files to articles, one at a time; a row that cannot be used is set aside."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import Article, FieldMapping, RejectedRow, Row
from stance.corpus.inputs import PlannedInput, plan_inputs
from stance.errors import MissingFieldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# Beyond it a float no longer tells neighbouring integers apart.
LARGEST_WHOLE_FLOAT = 2.0**53


class Located(NamedTuple):
    """An article and the row that it came from."""

    article: Article
    row: Row


def read_articles(
    inputs: Iterable[str | Path],
    *,
    fields: FieldMapping | None = None,
    where: Mapping[str, str] | None = None,
    input_format: str | None = None,
) -> Iterator[Article | RejectedRow]:
    """Read articles one at a time.

    Parameters
    ----------
    inputs : iterable of str or Path
        Files, globs, folders of ``.txt`` files (with an optional
        ``labels.csv`` beside them) or of files of articles, public data sets
        as ``dataset:NAME`` or ``dataset:NAME/SPLIT``, addresses that fsspec
        knows, or ``-`` for standard input. Files may be ``.txt``, JSON Lines,
        CSV, TSV or Parquet, each plain or compressed with gzip, bzip2, xz or
        Zstandard.
    fields : FieldMapping, optional
        The files' own names of an article's fields.
    where : mapping of str to str, optional
        Only rows whose field has this value; others are passed over.
    input_format : str, optional
        Overrides what the file names say.

    Yields
    ------
    Article or RejectedRow
        In the order of the files and their rows.

    Raises
    ------
    CorpusError
        If a file cannot be read as a whole, or a field that was asked for by
        name is in none of its rows.
    """
    rows = read_located(inputs, fields=fields, where=where, input_format=input_format)
    for found in rows:
        yield found.article if isinstance(found, Located) else found


def read_located(
    inputs: Iterable[str | Path],
    *,
    fields: FieldMapping | None = None,
    where: Mapping[str, str] | None = None,
    input_format: str | None = None,
) -> Iterator[Located | RejectedRow]:
    """Read articles together with the rows that they came from; see `read_articles`."""
    fields = fields or FieldMapping()
    where = where or {}
    for planned in plan_inputs(map(str, inputs), input_format):
        locator = Locator(planned, fields, where)
        wanted = {theirs for _, theirs in locator.fields.renamed()} | set(where)
        seen: dict[str, None] = {}
        for row in planned.rows(fields):
            if isinstance(row, RejectedRow):
                yield row
                continue
            if wanted:
                seen.update(dict.fromkeys(row.values))
            if (found := locator.locate(row)) is not None:
                yield found
        if seen and (missing := wanted - set(seen)):
            raise no_such_field(planned.name, missing, seen)


class Locator:
    """Finds the article in each row of an input.

    Parameters
    ----------
    planned : PlannedInput
    fields : FieldMapping
        The file's own names of an article's fields; a folder of texts has
        `id` and `text` of its own.
    where : mapping of str to str
        Only rows whose field has this value are articles.
    """

    def __init__(
        self, planned: PlannedInput, fields: FieldMapping, where: Mapping[str, str]
    ) -> None:
        if planned.kind == "texts":
            fields = FieldMapping(**{**dict(fields.items()), "id": "id", "text": "text"})
        self.fields = fields
        self._id_name, self._text_name = fields.id, fields.text
        self._others = [pair for pair in fields.items() if pair[0] not in {"id", "text"}]
        self._where = where
        self._prefix = planned.prefix

    def locate(self, row: Row) -> Located | RejectedRow | None:
        """Find the article in a row; None where the row is to be passed over."""
        values = row.values
        if self._where and not all(
            _matches(values.get(name), value) for name, value in self._where.items()
        ):
            return None
        found: dict[str, str | None] = {}
        for ours, theirs in self._others:
            value = values.get(theirs)
            # Nearly every value is a string or is not there.
            if value is not None and (type(value) is not str or not value):
                value, fault = _as_text(value)
                if fault:
                    return row.rejected(f"{theirs!r} {fault}")
            found[ours] = value
        identifier, fault = _as_text(values.get(self._id_name))
        if fault:
            return row.rejected(f"{self._id_name!r} {fault}")
        text = values.get(self._text_name)
        if type(text) is not str or not text or text.isspace():
            return row.rejected(self._text_fault(values))
        if row.suspect and any(map(_undecodable, (text, identifier, *found.values()))):
            return row.rejected("invalid UTF-8")
        article = Article(identifier or f"{self._prefix}:{row.number}", text, **found)
        return Located(article, row)

    def _text_fault(self, values: Mapping[str, Any]) -> str:
        name = self._text_name
        text, fault = _as_text(values.get(name))
        if not fault and text and text.strip():
            fault = "is a number, not text"
        return f"{name!r} {fault or ('is empty' if name in values else 'is missing')}"


def _matches(found: object, wanted: str) -> bool:
    return found is not None and str(found) == wanted


def _as_text(value: Any) -> tuple[str | None, str]:
    """Return a field's value as text, or what keeps it from being text."""
    if isinstance(value, dt.date):
        return value.isoformat(), ""
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        return None, f"is a {type(value).__name__}, not text"
    if value is None or value == "":
        return None, ""
    if isinstance(value, float):
        if math.isnan(value):
            return None, ""
        if abs(value) >= LARGEST_WHOLE_FLOAT:
            return None, "is a number too long to keep"
    return str(value), ""


def _undecodable(text: str | None) -> bool:
    """Tell whether ``surrogateescape`` had to keep bytes that are no UTF-8."""
    try:
        (text or "").encode()
    except UnicodeEncodeError:
        return True
    return False


def no_such_field(source: str, missing: Iterable[str], seen: Iterable[str]) -> MissingFieldError:
    """Return the error that a field asked for by name is nowhere, with those there are."""
    names = ", ".join(map(repr, sorted(missing)))
    return MissingFieldError(
        f"Got {source} without a field {names}, but expected it as asked for. "
        f"Its fields are: {', '.join(seen)}. Choose one of them, for instance with --text-field."
    )
