"""Reading articles from files, one at a time; rows that cannot be used are rejected."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from stance.corpus.article import Article, FieldMapping, RejectedRow, Row
from stance.corpus.dates import DATE_ORDERS, in_order
from stance.corpus.keys import canonical, tidy, whole
from stance.corpus.label_cells import with_choice
from stance.errors import RejectedRowsWarning
from stance.formats.diagnosis import LOOKED_AT, no_such_field
from stance.formats.inputs import PlannedInput, plan_inputs
from stance.formats.source import Source, SourceOptions
from stance.formats.values import NoTextError, text_of, text_or_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

# Types of numbers in a table.
_NUMBER = re.compile(r"\s*[+-]?\d[\d.,\u066b\u066c]*\s*")
LONGEST_NUMBER = 40

# Fields that the model reads: a row in which one of them is not text cannot be labelled.
READ = frozenset({"id", "text", "title"})


class LocatedArticle(NamedTuple):
    """An article and the row that it came from."""

    article: Article
    row: Row


def read_articles(
    inputs: Source | Iterable[str | Path],
    *,
    on_rejected: Callable[[RejectedRow], object] | None = None,
    **options: Unpack[SourceOptions],
) -> Iterator[Article]:
    """Read articles one at a time; rows that cannot be used are skipped.

    Parameters
    ----------
    inputs : Source, or iterable of str or Path
        Files, globs, folders, public data sets, addresses, or ``-`` for
        standard input; see `Source`. Files may be ``.txt``, JSON Lines or
        other JSON, CSV, TSV, Parquet or Excel workbooks. All but workbooks may
        be compressed with gzip, bzip2, xz or Zstandard.
    on_rejected : callable, optional
        Called with each row that cannot be used, for example the ``append`` of
        a list. Without it, a `RejectedRowsWarning` at the end says how many
        rows were skipped, and why the first one was.
    **options
        ``fields``, ``where``, ``input_format``, ``encoding``, ``delimiter``,
        ``sheet`` and ``date_order``, as for `Source`.

    Yields
    ------
    Article
        In the order of the files and their rows. A field other than id, text
        and title whose value has no text form is None.

    Raises
    ------
    CorpusError
        If a file cannot be read, or if the text field or another requested
        field is in none of its rows.
    """
    with rejecting(on_rejected) as reject:
        for found in read_located(Source.of(inputs, options)):
            if isinstance(found, LocatedArticle):
                yield found.article
            else:
                reject(found)


@contextmanager
def rejecting(
    on_rejected: Callable[[RejectedRow], object] | None,
) -> Iterator[Callable[[RejectedRow], object]]:
    """Pass rejected rows to a callback; without one, count them and warn at the end."""
    if on_rejected is not None:
        yield on_rejected
        return
    first: list[RejectedRow] = []
    n_rejected = 0

    def count(row: RejectedRow) -> None:
        nonlocal n_rejected
        n_rejected += 1
        if not first:
            first.append(row)

    try:
        yield count
    except Exception:
        first.clear()  # the error makes the warning unnecessary
        raise
    finally:
        if first:
            warnings.warn(_left_out(n_rejected, first[0]), RejectedRowsWarning, stacklevel=4)


def _left_out(n: int, first: RejectedRow) -> str:
    rows = "1 row" if n == 1 else f"{n:,} rows"
    return (
        f"Skipped {rows} that cannot be used (the first: {first}). "
        "Pass on_rejected= to receive them, for example the append method of a list."
    )


def read_located(
    source: Source,
    *,
    needs: frozenset[str] = READ,
    on_input: Callable[[PlannedInput], object] = lambda planned: None,
) -> Iterator[LocatedArticle | RejectedRow]:
    """Read articles together with the rows that they came from.

    Parameters
    ----------
    source : Source
    needs : frozenset of str
        Fields of an article whose values must have a text form; a row is never
        rejected because of another field.
    on_input : callable
        Called with each input before it is read.
    """
    for planned in plan_inputs(source):
        on_input(planned)
        yield from _located(planned, source, needs)


def _located(
    planned: PlannedInput, source: Source, needs: frozenset[str]
) -> Iterator[LocatedArticle | RejectedRow]:
    locator = ArticleLocator(
        source, needs, prefix=planned.prefix, holds_texts=planned.kind == "texts"
    )
    wanted = source.required | set(source.where)
    if planned.kind == "texts":
        wanted -= {source.fields.text, source.fields.id}
    first: list[Mapping[str, Any]] = []
    missing = set(wanted)
    for row in planned.rows(source):
        if isinstance(row, RejectedRow):
            yield row
            continue
        if missing:
            missing -= row.values.keys()
            if len(first) < LOOKED_AT:
                first.append(row.values)
        if (found := locator.locate(row)) is not None:
            yield found
    if first and missing:
        raise no_such_field(planned, missing, first, source.fields, sorted(needs))


class ArticleLocator:
    """Finds the article in each row of an input.

    Parameters
    ----------
    source : Source
        The field mapping and the row filter; a folder of texts always has
        `id` and `text`.
    needs : frozenset of str
        As for `read_located`.
    takes : frozenset of str, optional
        Fields of an article that are read; all of them by default.
    prefix : str
        Prefix of the generated id of an article that has none.
    holds_texts : bool
        Whether the input is a folder of texts.
    date_order : {"dmy", "mdy"}, optional
        The order of day and month in dates such as 03/04/2019; without it, dates
        are left as they are.
    """

    def __init__(
        self,
        source: Source,
        needs: frozenset[str] = READ,
        takes: frozenset[str] | None = None,
        *,
        prefix: str = "",
        holds_texts: bool = False,
        date_order: str | None = None,
    ) -> None:
        fields = source.fields
        if holds_texts:
            fields = FieldMapping(**{**dict(fields.items()), "id": "id", "text": "text"})
        self.fields = fields
        self._id_name, self._text_name = fields.id, fields.text
        others = (pair for pair in fields.items() if pair[0] not in {"id", "text"})
        self._others = [pair for pair in others if takes is None or pair[0] in takes]
        self._where = {
            name: frozenset(map(canonical, accepted)) for name, accepted in source.accepted.items()
        }
        self._needs = needs
        self._prefix = prefix
        self._date_order = next((order for order in DATE_ORDERS if order == date_order), None)

    def locate(self, row: Row) -> LocatedArticle | RejectedRow | None:
        """Find the article in a row; None if the row is filtered out."""
        values = row.values
        if self._where and not matches(values, self._where):
            return None
        found: dict[str, str | None] = {}
        try:
            for ours, theirs in self._others:
                value = values.get(theirs)
                if value is not None:
                    found[ours] = self._field(ours, theirs, value) or None
            # Fast path: nearly every id and every text is a string that stays unchanged.
            identifier = values.get(self._id_name)
            if type(identifier) is not str or identifier.endswith("0"):
                identifier = _identifier(identifier, self._id_name)
            text = values.get(self._text_name)
            if type(text) is not str or len(text) <= LONGEST_NUMBER or text.isspace():
                text = _body(values, self._text_name)
        except _FaultError as fault:
            return row.rejected(str(fault))
        if row.suspect:
            bad = {ours for ours, value in found.items() if _undecodable(value)}
            if bad & self._needs or _undecodable(text) or _undecodable(identifier):
                return row.rejected("invalid UTF-8")
            found.update(dict.fromkeys(bad))
        article = Article(identifier or f"{self._prefix}:{row.number}", text, **found)
        return LocatedArticle(article, row)

    def _field(self, ours: str, theirs: str, value: Any) -> str | None:
        """Return a field's value as text; None if it has no text form and needs none."""
        if type(value) is not str:
            try:
                value = text_of(value)
            except NoTextError as error:
                if ours in self._needs:
                    reason = with_choice(str(error)) if ours == "label" else str(error)
                    raise _FaultError(f"{theirs!r} {reason}") from None
                return None
        text: str | None = value if value is None or ours == "title" else tidy(value)
        if text and ours == "published" and self._date_order:
            return in_order(text, self._date_order)
        return text


class _FaultError(Exception):
    """Why a row cannot become an article."""


def _identifier(value: Any, name: str) -> str | None:
    if value is None or value == "":
        return None
    if type(value) is str:
        return whole(value)
    try:
        return text_of(value) if isinstance(value, float) else text_or_json(value)
    except NoTextError as error:
        raise _FaultError(f"{name!r} {error}") from None


def _body(values: Mapping[str, Any], name: str) -> str:
    """Return the text of a row; a number does not count as text."""
    text = values.get(name)
    if type(text) is not str:
        if isinstance(text, bool | int | float | Decimal) and text == text:  # noqa: PLR0124
            kind = "boolean" if isinstance(text, bool) else "number"
            raise _FaultError(f"{name!r} is a {kind}, not text")
        try:
            text = text_of(text)
        except NoTextError as error:
            raise _FaultError(f"{name!r} {error}") from None
    if text and len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text):
        raise _FaultError(f"{name!r} is a number, not text")
    if not text or text.isspace():
        raise _FaultError(f"{name!r} {'is empty' if name in values else 'is missing'}")
    return text


def matches(values: Mapping[str, Any], where: Mapping[str, frozenset[str]]) -> bool:
    """Return whether each field of a row has one of the canonical values accepted for it."""
    found = ((text_or_json(values.get(name)), accepted) for name, accepted in where.items())
    return all(text is not None and canonical(text) in accepted for text, accepted in found)


def _undecodable(text: str | None) -> bool:
    """Return whether ``surrogateescape`` had to keep bytes that are not UTF-8."""
    try:
        (text or "").encode()
    except UnicodeEncodeError:
        return True
    return False
