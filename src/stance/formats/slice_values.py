"""The values of fields by which results are divided into slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.corpus.dates import resolve_dates
from stance.corpus.document_kinds import kind_of
from stance.corpus.keys import Spellings, canonical
from stance.errors import ConfigError, CorpusError
from stance.formats.labelled import ARTICLE_FIELDS
from stance.formats.values import text_or_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stance.corpus.dates import ResolvedDates
    from stance.corpus.meaning_periods import MeaningPeriods
    from stance.formats.reading import LocatedArticle

Values = list[str | None]

# Fields that are derived from the article where the files have no field of that name.
DATED = ("year", "month", "period")
KIND = "kind"

# Between the names of fields that are crossed, and between their values.
CROSSED, BESIDE = ":", ", "
NONE = "(none)"


def field_values(
    rows: Sequence[LocatedArticle], field: str, periods: MeaningPeriods | None = None
) -> Values:
    """Return the value of a field in each row.

    Parameters
    ----------
    rows : sequence of LocatedArticle
    field : str
        A field of an article; ``year``, ``month`` or ``period`` (of its date); ``kind``
        (``headline`` or ``article``); any field of the files; or two fields
        crossed, such as ``kind:period``.
    periods : MeaningPeriods, optional
        The periods of ``period``.

    Returns
    -------
    list of str or None
        None if a row has no value.

    Raises
    ------
    CorpusError
        If no row has one.
    ConfigError
        If the periods of ``period`` are unknown.
    """
    if field in ARTICLE_FIELDS:
        values = [getattr(row.article, field) for row in rows]
    else:
        values = _in_files(rows, field)
        if not any(values):
            values = _derived(rows, field, periods)
    if not any(values):
        raise CorpusError(_no_values(rows, field))
    return values


def _in_files(rows: Sequence[LocatedArticle], field: str) -> Values:
    values = [text_or_json(row.row.values.get(field)) for row in rows]
    spelled = Spellings.of(values).display()
    return [None if value is None else spelled.get(canonical(value)) for value in values]


def _derived(rows: Sequence[LocatedArticle], field: str, periods: MeaningPeriods | None) -> Values:
    """Return the values of a field that no file has."""
    if field == "year":
        return [str(year) if year else None for year in _resolved(rows).years]
    if field == "month":
        return _resolved(rows, lambda found: found.months).months
    if field == "period":
        return _periods(rows, periods)
    if field == KIND:
        return [kind_of(row.article) for row in rows]
    if CROSSED in field:
        columns = [field_values(rows, name, periods) for name in field.split(CROSSED)]
        return [
            BESIDE.join(value or NONE for value in values) if any(values) else None
            for values in zip(*columns, strict=True)
        ]
    return [None] * len(rows)


def _periods(rows: Sequence[LocatedArticle], periods: MeaningPeriods | None) -> Values:
    if periods is None:
        raise ConfigError(
            "Got the field 'period' without the days on which periods begin, but expected at "
            "least one. Give them with --period-start 2024-12-08, or use a codebook whose labels "
            "have validity dates (that of the model, or crossval --codebook)."
        )
    return [periods.name_of(date) if date else None for date in _resolved(rows).dates]


def _resolved(
    rows: Sequence[LocatedArticle],
    wanted: Callable[[ResolvedDates], Sequence[object]] = lambda found: found.years,
) -> ResolvedDates:
    """Return the articles' dates; the year is known also if the day is ambiguous.

    Raises
    ------
    CorpusError
        If no article has what is wanted of them, because they cannot be read.
    """
    found = resolve_dates([row.article.published for row in rows])
    fault = found.fault([row.article.id for row in rows])
    if fault and not any(wanted(found)):
        raise CorpusError(fault)
    return found


def _no_values(rows: Sequence[LocatedArticle], field: str) -> str:
    if field in DATED:
        return (
            "Got no article with a date, but expected 'published' such as 2019-03-23 to take the "
            f"{field} from. Name the field with --published-field."
        )
    own = [name for name in ARTICLE_FIELDS if any(getattr(row.article, name) for row in rows)]
    names = dict.fromkeys([*own, *(name for row in rows for name in row.row.values)])
    return (
        f"Got the field {field!r}, which no article has, but expected {KIND}, or one of "
        f"{', '.join(names)}. Choose one of them."
    )
