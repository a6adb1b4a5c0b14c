"""A date whose day, or day and month, may be unknown."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal

from stance.corpus.month_names import ENGLISH_MONTHS

Precision = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day of the Gregorian calendar, or a month or year without a known day.

    Parameters
    ----------
    year : int
    month : int, optional
    day : int, optional
        Requires a month.

    Raises
    ------
    ValueError
        If there is no such day.

    Examples
    --------
    >>> PartialDate(2019, 3).isoformat()
    '2019-03'
    >>> PartialDate(2019, 2).last_day.isoformat()
    '2019-02-28'
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day without its month")
        dt.date(self.year, 1 if self.month is None else self.month, self.day or 1)
        if self.day == 0:
            raise ValueError("day 0")

    @property
    def precision(self) -> Precision:
        """The precision of the date: day, month or year."""
        if self.day is not None:
            return "day"
        return "year" if self.month is None else "month"

    @property
    def first_day(self) -> dt.date:
        """The first possible day."""
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> dt.date:
        """The last possible day."""
        if self.day is not None:
            return self.first_day
        month = self.month or 12
        return dt.date(self.year, month, calendar.monthrange(self.year, month)[1])

    def isoformat(self) -> str:
        """Return the date as ISO 8601 writes it: 2019-03-23, 2019-03 or 2019."""
        return self.first_day.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    def in_words(self) -> str:
        """Return the date with the English name of its month: 23 March 2019."""
        month = ENGLISH_MONTHS[self.month - 1] if self.month else ""
        return " ".join(filter(None, (str(self.day or ""), month, str(self.year))))
