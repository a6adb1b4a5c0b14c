"""Periods of time between the days on which labels change their meaning."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from stance.corpus.dates import parse_date
from stance.errors import ConfigError, DateError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stance.corpus.codebook import Codebook
    from stance.corpus.partial_date import PartialDate

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class MeaningPeriods:
    """The periods into which some days divide time.

    Parameters
    ----------
    starts : tuple of date
        The first day of each period but the first, in order.

    Examples
    --------
    >>> periods = MeaningPeriods.of_days(["2015-10-10", "2024-12-08"])
    >>> periods.names
    ('until 2015-10-09', '2015-10-10 to 2024-12-07', 'from 2024-12-08')
    """

    starts: tuple[dt.date, ...]

    @classmethod
    def of_days(cls, days: Iterable[str]) -> Self:
        """Return the periods that begin on some days, and the one before them.

        Raises
        ------
        ConfigError
            If there is none, or one is not a whole date.
        """
        found = {_day(day) for day in days}
        if not found:
            raise ConfigError("Got no first day of a period, but expected at least one.")
        return cls(tuple(sorted(found)))

    @classmethod
    def of_codebook(cls, codebook: Codebook) -> Self | None:
        """Return the periods between the days on which a label changes its meaning.

        None if no label does.
        """
        changes = set()
        for entry in codebook.labels.values():
            starts = sorted(validity.start for validity in entry.validity if validity.start)
            is_first = len(starts) == len(entry.validity)
            changes.update(starts[1:] if is_first else starts)
        return cls(tuple(sorted(changes))) if changes else None

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each period, in order."""
        ends = [start - ONE_DAY for start in self.starts]
        inner = [f"{a} to {b}" for a, b in zip(self.starts, ends[1:], strict=False)]
        return (f"until {ends[0]}", *inner, f"from {self.starts[-1]}")

    def name_of(self, date: PartialDate) -> str | None:
        """Return the name of a date's period; None if it may be in several."""
        first, last = (bisect_right(self.starts, day) for day in (date.first_day, date.last_day))
        return self.names[first] if first == last else None


def _day(text: str) -> dt.date:
    try:
        date = parse_date(text)
    except DateError as error:
        raise _no_day(text) from error
    if date.day is None:
        raise _no_day(text)
    return date.first_day


def _no_day(text: str) -> ConfigError:
    return ConfigError(f"Got the period start {text!r}, but expected a day such as 2024-12-08.")
