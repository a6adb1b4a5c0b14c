"""Groups of articles by a field: its value in each article, and their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stance.corpus.dates import resolve_dates
from stance.corpus.document_kinds import kind_of
from stance.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stance.corpus.article import Article

# What articles are grouped by if nothing is said, the first that an article has.
USUAL = ("outlet", "label")
FIELDS = ("outlet", "label", "event", "target")
# In the order of time, not of size.
TEMPORAL = frozenset({"month", "year", "period"})
# Between the names of fields that are crossed, as in ``label:month``.
CROSSED = ":"


def values_of(
    articles: Sequence[Article], by: str | Mapping[str, Sequence[str | None]] | None
) -> tuple[str | None, Sequence[str | None]]:
    """Return the name of the field by which articles are grouped, and the value of each.

    Parameters
    ----------
    articles : sequence of Article
    by : str or mapping, optional
        As for `stance.description.naming.naming`.

    Raises
    ------
    ConfigError
        If the field is unknown, or there is not one value for each article.
    CorpusError
        If no article has one.
    """
    if by is None:
        for field in USUAL:
            if any(usual := [getattr(one, field) for one in articles]):
                return field, usual
        return None, [None] * len(articles)
    if not isinstance(by, str):
        if len(by) != 1:
            raise ConfigError(
                f"Got values of {len(by)} fields, but expected those of one field: "
                "by={'section': [...]}."
            )
        ((field, given),) = by.items()
        if len(given) != len(articles):
            raise ConfigError(
                f"Got {len(given):,} values of {field!r} for {len(articles):,} articles, but "
                "expected one for each article, None if it has none."
            )
        return field, given
    values = _derived(articles, by)
    if not any(values):
        raise CorpusError(
            f"Got by={by!r}, but none of {len(articles):,} articles has one. Group them by a "
            f"field that they have: {', '.join((*FIELDS, 'year', 'month', 'kind'))}."
        )
    return by, values


def _derived(articles: Sequence[Article], by: str) -> Sequence[str | None]:
    if by in FIELDS:
        return [getattr(one, by) for one in articles]
    if by == "kind":
        return [kind_of(one) for one in articles]
    dates = resolve_dates([one.published for one in articles])
    if by == "month":
        return dates.months
    if by == "year":
        return [str(year) if year else None for year in dates.years]
    raise ConfigError(
        f"Got by={by!r}, but expected one of {', '.join(FIELDS)}, year, month or kind. For another "
        "field give its values: by={'section': [...]}."
    )


def in_time(value: str) -> str:
    """Return a value that sorts by time: periods begin with a word, ``until 2024-12-07``."""
    return re.sub(r"\b(?:until|from) (?=\d{4}-)", "", value)


def is_ordered_by_time(field: str | None) -> bool:
    """Return whether groups are in the order of time: months, or two fields with months."""
    return field is not None and not TEMPORAL.isdisjoint(field.split(CROSSED))
