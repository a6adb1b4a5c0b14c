"""Implausible and unreadable publication dates of a corpus."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from stance.corpus.dates import resolve_dates, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stance.corpus.article import Article
    from stance.corpus.dates import ResolvedDates

# About 3 in 1,000 articles are dated 1 January, unless an extractor falls back to it.
MOST_ON_NEW_YEAR = 0.05
# If dates have only a month, one in twelve first days of a month is 1 January.
MOST_OF_FIRST_DAYS = 0.5
FIRST_PLAUSIBLE_DAY = dt.date(1990, 1, 1)

Kind = Literal["unreadable", "ambiguous", "new_year", "future", "early"]


@dataclass(frozen=True)
class DateFinding:
    """A kind of implausible date, with the number of articles and an example.

    Parameters
    ----------
    kind : str
        ``unreadable``; ``ambiguous``: the order of day and month is not
        known; ``new_year``: implausibly many on 1 January; ``future``:
        after today; ``early``: before 1990.
    articles : int
        Number of articles with such a date.
    id, value : str
        Id and date of the first such article.
    detail : str
        Explanation, such as why the date is unreadable.
    """

    kind: Kind
    articles: int
    id: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class DateAudit:
    """The dates of a corpus and their problems.

    Parameters
    ----------
    dates : ResolvedDates
    findings : list of DateFinding
    """

    dates: ResolvedDates
    findings: list[DateFinding]

    @property
    def read(self) -> int:
        """Number of articles with a readable date."""
        return sum(date is not None for date in self.dates.dates)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        return {**self.dates.to_dict(), "findings": [asdict(found) for found in self.findings]}


def audit_dates(articles: Sequence[Article], *, today: dt.date | None = None) -> DateAudit:
    """Find dates that cannot be read or are implausible.

    Parameters
    ----------
    articles : sequence of Article
    today : date, optional
        Later dates count as in the future; the current day by default.

    Returns
    -------
    DateAudit
        Its `findings` have only the kinds that occur.
    """
    today = today or dt.date.today()
    found = resolve_dates([article.published for article in articles])
    dated = [(place, date) for place, date in enumerate(found.dates) if date]
    on_first = [place for place, date in dated if date.day == 1]
    on_new_year = [place for place in on_first if (d := found.dates[place]) and d.month == 1]
    # At least two articles, since in a small corpus a single one exceeds the share.
    if (
        len(on_new_year) < 2
        or len(on_new_year) <= MOST_ON_NEW_YEAR * len(dated)
        or len(on_new_year) <= MOST_OF_FIRST_DAYS * len(on_first)
    ):
        on_new_year = []
    places: dict[Kind, list[int]] = {
        "unreadable": [one.place for one in found.unreadable],
        "ambiguous": [one.place for one in found.ambiguous],
        "new_year": on_new_year,
        "future": [place for place, date in dated if date.first_day > today],
        "early": [place for place, date in dated if date.last_day < FIRST_PLAUSIBLE_DAY],
    }
    details: dict[Kind, str] = {
        "unreadable": found.unreadable[0].reason if found.unreadable else "",
        "ambiguous": found.ask_for_order(),
    }
    return DateAudit(found, list(_findings(articles, places, details)))


def _findings(
    articles: Sequence[Article], places: dict[Kind, list[int]], details: dict[Kind, str]
) -> Iterable[DateFinding]:
    for kind, found in places.items():
        if found:
            first = articles[found[0]]
            value = shortened(first.published or "")
            yield DateFinding(kind, len(found), first.id, value, details.get(kind, ""))
