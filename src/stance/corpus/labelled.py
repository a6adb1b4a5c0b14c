"""A whole labelled corpus at once, as training and testing need it."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import TYPE_CHECKING

from stance.corpus.article import Article, FieldMapping, RejectedRow
from stance.corpus.dates import resolve_dates
from stance.corpus.reading import Located, read_located
from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

ARTICLE_FIELDS = tuple(field.name for field in fields_of(Article))


def read_corpus(
    inputs: Iterable[str | Path],
    *,
    fields: FieldMapping | None = None,
    where: Mapping[str, str] | None = None,
    input_format: str | None = None,
) -> tuple[list[Article], list[RejectedRow]]:
    """Read labelled articles; those without a label or with a used id are rejected.

    Parameters
    ----------
    inputs, fields, where, input_format
        As for `stance.corpus.reading.read_articles`.

    Returns
    -------
    articles : list of Article
        Each with a label and an id of its own.
    rejected : list of RejectedRow
    """
    articles: list[Article] = []
    rejected: list[RejectedRow] = []
    for found in _labelled(inputs, fields, where, input_format):
        if isinstance(found, RejectedRow):
            rejected.append(found)
        else:
            articles.append(found.article)
    return articles, rejected


def read_labelled_rows(
    inputs: Iterable[str | Path],
    *,
    fields: FieldMapping | None = None,
    where: Mapping[str, str] | None = None,
    input_format: str | None = None,
) -> tuple[list[Located], list[RejectedRow]]:
    """Read labelled articles as `read_corpus` does, each with the row that it came from."""
    found = list(_labelled(inputs, fields, where, input_format))
    rows = [row for row in found if isinstance(row, Located)]
    return rows, [row for row in found if isinstance(row, RejectedRow)]


def _labelled(
    inputs: Iterable[str | Path],
    fields: FieldMapping | None,
    where: Mapping[str, str] | None,
    input_format: str | None,
) -> Iterator[Located | RejectedRow]:
    fields = fields or FieldMapping()
    ids: set[str] = set()
    rows = read_located(inputs, fields=fields, where=where, input_format=input_format)
    for found in rows:
        if isinstance(found, RejectedRow):
            yield found
        elif reason := _unusable(found.article, ids, fields.label):
            yield found.row.rejected(reason)
        else:
            ids.add(found.article.id)
            yield found


def field_values(rows: Sequence[Located], field: str) -> list[str | None]:
    """Return the value of a field in each row.

    Parameters
    ----------
    rows : sequence of Located
    field : str
        A field of an article, ``year`` (of its date), or any field that the
        files themselves have.

    Returns
    -------
    list of str or None
        None where a row has no value.

    Raises
    ------
    CorpusError
        If no row has one.
    """
    if field in ARTICLE_FIELDS:
        values = [getattr(row.article, field) for row in rows]
    else:
        values = [_plain(row.row.values.get(field)) for row in rows]
        if field == "year" and not any(values):
            values = _years(rows)
    if not any(values):
        raise CorpusError(_no_values(rows, field))
    return values


def _plain(value: object) -> str | None:
    return None if value is None or value == "" or value != value else str(value)  # noqa: PLR0124


def _years(rows: Sequence[Located]) -> list[str | None]:
    """Return the year of each article's date, also where its day is not certain."""
    found = resolve_dates([row.article.published for row in rows])
    fault = found.fault([row.article.id for row in rows])
    if fault and not any(found.years):
        raise CorpusError(fault)
    return [str(year) if year else None for year in found.years]


def _no_values(rows: Sequence[Located], field: str) -> str:
    if field == "year":
        return (
            "Got no article with a date to take the year from, but expected 'published' such as "
            "2019-03-23. Name the field with --published-field."
        )
    own = [name for name in ARTICLE_FIELDS if any(getattr(row.article, name) for row in rows)]
    names = dict.fromkeys([*own, *(name for row in rows for name in row.row.values)])
    return (
        f"Got the field {field!r}, which no article has, but expected one of "
        f"{', '.join(names)}. Choose among them."
    )


def require_labels(articles: Sequence[Article]) -> None:
    """Refuse articles among which one has no label.

    Raises
    ------
    CorpusError
        If there is one; the first is named.
    """
    without = [article.id for article in articles if article.label is None]
    if without:
        raise CorpusError(
            f"Got {len(without)} of {len(articles)} articles without a label (the first is "
            f"{without[0]!r}), but expected one in each. Name the field with --label-field."
        )


def _unusable(article: Article, ids: set[str], label_field: str) -> str:
    """Say why an article cannot be learned from, or nothing."""
    if article.label is None:
        return f"no label in {label_field!r}"
    if article.id in ids:
        return f"the id {article.id!r} was used before"
    return ""
