"""From files to articles, one at a time; a row that cannot be used is set aside."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.article import Article, FieldMapping, RejectedRow
from stance.corpus.datasets import is_dataset_name, parse_dataset_name
from stance.corpus.folder import read_folder
from stance.corpus.opening import STDIN, identify, is_folder
from stance.corpus.rows import Row, read_rows
from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
        Files, folders of ``.txt`` files (with an optional ``labels.csv``
        beside them), public data sets as ``dataset:NAME`` or
        ``dataset:NAME/SPLIT``, or ``-`` for standard input. Files may be ``.txt``,
        JSON Lines, CSV, TSV or Parquet, each plain or compressed with gzip,
        bzip2, xz or Zstandard.
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
    short_names: set[str] = set()
    for name in map(str, inputs):
        if is_dataset_name(name):
            from stance.corpus.dataset_readers import read_dataset

            rows = read_dataset(parse_dataset_name(name))
            yield from _Reader(name, fields, where or {}).read(rows)
        elif name != STDIN and is_folder(name):
            own = FieldMapping(**{**dict(fields.items()), "id": "id", "text": "text"})
            yield from _Reader(name, own, where or {}).read(read_folder(Path(name), fields.id))
        else:
            source = identify(name, input_format)
            short = Path(name).name
            prefix = name if short in short_names else short
            short_names.add(short)
            yield from _Reader(name, fields, where or {}, prefix).read(read_rows(source))


class _Reader:
    """Turns rows into articles, and knows at the end whether a name was ever seen."""

    def __init__(
        self, source: str, fields: FieldMapping, where: Mapping[str, str], prefix: str = ""
    ) -> None:
        self._source = source
        self._text_name = fields.text
        self._names = fields.items()
        self._where = where
        self._prefix = prefix
        self._wanted = {theirs for _, theirs in fields.renamed()} | set(where)
        self._seen: dict[str, None] = {}

    def read(self, rows: Iterable[Row | RejectedRow]) -> Iterator[Located | RejectedRow]:
        for row in rows:
            if isinstance(row, RejectedRow):
                yield row
                continue
            self._seen.update(dict.fromkeys(row.values))
            if all(_matches(row.values.get(name), value) for name, value in self._where.items()):
                yield self._locate(row)
        if self._seen and (missing := self._wanted - set(self._seen)):
            raise CorpusError(_no_such_field(self._source, sorted(missing), list(self._seen)))

    def _locate(self, row: Row) -> Located | RejectedRow:
        found: dict[str, str | None] = {}
        for ours, theirs in self._names:
            value, fault = _as_text(row.values.get(theirs))
            if fault:
                return row.rejected(f"{theirs!r} {fault}")
            found[ours] = value
        name = self._text_name
        text = found.pop("text")
        if text is None or not text.strip():
            return row.rejected(f"{name!r} is {'empty' if name in row.values else 'missing'}")
        if not isinstance(row.values[name], str):
            return row.rejected(f"{name!r} is a number, not text")
        if any(_undecodable(value) for value in (text, *found.values()) if value):
            return row.rejected("invalid UTF-8")
        identifier = found.pop("id") or f"{self._prefix}:{row.number}"
        return Located(Article(id=identifier, text=text, **found), row)


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


def _undecodable(text: str) -> bool:
    """Tell whether ``surrogateescape`` had to keep bytes that are no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _no_such_field(source: str, missing: list[str], seen: list[str]) -> str:
    names = ", ".join(map(repr, missing))
    return (
        f"Got {source} without a field {names}, but expected it as asked for. "
        f"Its fields are: {', '.join(seen)}. Choose one of them, for instance with --text-field."
    )
