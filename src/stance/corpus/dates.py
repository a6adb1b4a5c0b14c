"""Dates of articles: single values, and columns whose date order is inferred."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from stance.corpus.date_forms import (
    DATE_ORDERS,
    HIJRI,
    DateOrder,
    DateReadings,
    read_date,
)
from stance.corpus.partial_date import PartialDate
from stance.errors import AmbiguousDateError, DateError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

__all__ = [
    "DATE_ORDERS",
    "EXPECTED_DATE",
    "DateOrder",
    "PartialDate",
    "ResolvedDates",
    "UnresolvedDate",
    "in_order",
    "is_missing",
    "parse_date",
    "possible_days",
    "resolve_dates",
]

EXPECTED_DATE = "a date such as 2019-03-23, 23/03/2019, «23 آذار 2019», 2019-03 or 2019"
# What spreadsheets, data frames and databases write for a missing date.
MISSING_VALUES = frozenset({"", "nan", "nat", "none", "null", "n/a", "na", "-", "0000-00-00"})
SHOWN = 3


def parse_date(value: str | dt.date, *, order: DateOrder | None = None) -> PartialDate:
    """Read a date with the precision in which it is given.

    Parameters
    ----------
    value : str or date
        ISO 8601 and other numeric dates, with the year first or last and
        anything after them; dates with Arabic (from the Levant to Morocco, one
        name or two), English or French month names; RFC 822; a month and year;
        a year; Unix time stamps of 10 (seconds) or 13 digits (milliseconds),
        read as the day in UTC; and serials of Excel's 1900 system. A time or a
        time zone is ignored: the day is the one written.
    order : {"dmy", "mdy"}, optional
        The order of day and month in dates such as 03/04/2019. A date that
        contradicts it, such as 23/03/2019 with "mdy", is an error: the order
        is wrong for the column, or the column is mixed. Two-digit years are
        read only with an order, 69 to 99 as 19xx and 00 to 68 as 20xx, as in
        POSIX: without one, 10/11/12 may be any of three dates.

    Returns
    -------
    PartialDate

    Raises
    ------
    AmbiguousDateError
        If the date cannot be read without an order, and none is given.
    DateError
        If the value cannot be read as a date. Hijri dates cannot.

    Examples
    --------
    >>> parse_date("السبت، ٢٣ مارس/آذار ٢٠١٩").isoformat()
    '2019-03-23'
    >>> parse_date("03/04/2019", order="dmy").isoformat()
    '2019-04-03'
    >>> parse_date("آذار 2019").isoformat()
    '2019-03'
    """
    text = value if isinstance(value, str) else value.isoformat()
    readings = read_date(text)
    if order is None and readings.is_ambiguous:
        raise AmbiguousDateError(
            f"Got the date {shortened(text)!r}, but expected one that means one day. "
            f"{ask_for_order(text)}"
        )
    found = readings.certain if order is None else readings.of(order)
    if found is None:
        reason = readings.reason if order is None else readings.why_not(order)
        raise DateError(
            f"Got {shortened(text)!r}, which {reason}, but expected {EXPECTED_DATE}. "
            f"{remedy(reason)}"
        )
    return found


def in_order(value: str, order: DateOrder) -> str:
    """Return a date as ISO 8601; unchanged if it is not a date in the order.

    Examples
    --------
    >>> in_order("03/04/2019", "dmy"), in_order("23/03/2019", "mdy")
    ('2019-04-03', '23/03/2019')
    """
    found = read_date(value).of(order)
    return found.isoformat() if found else value


def possible_days(value: str) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day that a date may mean; None if it cannot be read.

    A month or a year means any of its days, and a date whose order of day and month
    is unknown any day between both readings. The year must have four digits.

    Examples
    --------
    >>> [day.isoformat() for day in possible_days("2024-12") or ()]
    ['2024-12-01', '2024-12-31']
    >>> [day.isoformat() for day in possible_days("03/04/2019") or ()]
    ['2019-03-04', '2019-04-03']
    >>> possible_days("أمس") is None
    True
    """
    readings = read_date(value)
    found = [reading for reading in (readings.dmy, readings.mdy) if reading]
    if readings.short_year or not found:
        return None
    return min(one.first_day for one in found), max(one.last_day for one in found)


def ask_for_order(value: str) -> str:
    """Return a sentence that asks for ``--date-order``, with both readings of an example.

    Examples
    --------
    >>> ask_for_order("03/04/2019")
    '03/04/2019 is 3 April 2019 with --date-order dmy, 4 March 2019 with mdy: give one of them.'
    """
    readings = read_date(value)
    dmy, mdy = (
        found.in_words() if (found := readings.of(order)) else "not a date" for order in DATE_ORDERS
    )
    text = shortened(value.strip())
    return f"{text} is {dmy} with --date-order dmy, {mdy} with mdy: give one of them."


def remedy(reason: str) -> str:
    """Return the advice for a value that cannot be read for a reason."""
    if reason == HIJRI:
        return "Convert Hijri dates to the Gregorian calendar."
    return "Correct the value, or leave it empty."


def is_missing(value: str | None) -> bool:
    """Return whether a value stands for a missing date, such as ``NaT``."""
    return value is None or value.strip().lower() in MISSING_VALUES


def shortened(value: str) -> str:
    """Return at most 40 characters of a value, for messages."""
    return value if len(value) <= 40 else f"{value[:39]}…"


class UnresolvedDate(NamedTuple):
    """A value of a column that is present but could not be read as a date.

    ``place`` is its index; ``reason`` completes a sentence about the value.
    """

    place: int
    value: str
    reason: str


@dataclass(frozen=True)
class ResolvedDates:
    """The dates of a column.

    Parameters
    ----------
    dates : list of PartialDate or None
        One for each value; None if it has no date.
    years : list of int or None
        One for each value; an ambiguous date also has a year.
    order : {"dmy", "mdy"}, optional
        The order of day and month that was given or inferred.
    evidence : dict of str to int
        Number of dates that can be read only day first, and only month first.
    missing : list of int
        Indices of the missing values.
    unreadable, ambiguous : list of UnresolvedDate
        Values that cannot be read at all, or not without an order.
    """

    dates: list[PartialDate | None]
    years: list[int | None]
    order: DateOrder | None
    inferred: bool
    evidence: dict[DateOrder, int]
    missing: list[int]
    unreadable: list[UnresolvedDate]
    ambiguous: list[UnresolvedDate]

    @property
    def months(self) -> list[str | None]:
        """The month of each date, such as ``2019-03``; None if only the year is known."""
        return [date.isoformat()[:7] if date and date.month else None for date in self.dates]

    def to_dict(self) -> dict[str, Any]:
        """Return the counts and up to three examples as plain JSON values."""
        precisions = Counter(date.precision for date in self.dates if date)
        return {
            "values": len(self.dates),
            "read": precisions.total(),
            "month_only": precisions["month"],
            "year_only": precisions["year"],
            "missing": len(self.missing),
            "order": self.order,
            "order_inferred": self.inferred,
            "unreadable": len(self.unreadable),
            "unreadable_examples": [_shown(one) for one in self.unreadable[:SHOWN]],
            "ambiguous": len(self.ambiguous),
            "ambiguous_examples": [_shown(one) for one in self.ambiguous[:SHOWN]],
        }

    def fault(self, ids: Sequence[str]) -> str:
        """Return what is wrong with the values; empty if nothing is.

        Parameters
        ----------
        ids : sequence of str
            The id of the article of each value.
        """
        total = f"of {len(self.dates)} articles"
        if self.unreadable:
            one = self.unreadable[0]
            return (
                f"Got {len(self.unreadable)} {total} with a date that cannot be read (the first is "
                f"{ids[one.place]!r}: {shortened(one.value)!r} {one.reason}), but expected "
                f"{EXPECTED_DATE}. {remedy(one.reason)}"
            )
        if self.ambiguous:
            one = self.ambiguous[0]
            return (
                f"Got {len(self.ambiguous)} {total} with a date that may mean two days (the first "
                f"is {ids[one.place]!r}: {shortened(one.value)!r}), but expected one day. "
                f"{self.ask_for_order()}"
            )
        return ""

    def ask_for_order(self) -> str:
        """Return a sentence that asks for ``--date-order``; empty if no order is needed."""
        if not self.ambiguous:
            return ""
        asked = ask_for_order(self.ambiguous[0].value)
        if all(self.evidence.values()):
            day_first, month_first = (self.evidence[order] for order in DATE_ORDERS)
            return (
                f"The others disagree ({day_first} can only have the day first, {month_first} "
                f"only the month first), so write all dates in one format, such as 2019-03-23."
            )
        return asked


def _shown(one: UnresolvedDate) -> dict[str, Any]:
    return {"place": one.place, "value": shortened(one.value), "reason": one.reason}


def resolve_dates(values: Sequence[str | None], order: DateOrder | None = None) -> ResolvedDates:
    """Read all dates of a column, and infer the order of day and month if possible.

    Parameters
    ----------
    values : sequence of str or None
        As `parse_date` reads them.
    order : {"dmy", "mdy"}, optional
        The order of day and month in dates such as 03/04/2019. By default, the
        dates with a day above 12 decide if all of them agree; if they
        disagree, or there are none, such dates stay unresolved. An inferred
        order is not applied to two-digit years, which need a given one.

    Returns
    -------
    ResolvedDates

    Examples
    --------
    >>> found = resolve_dates(["03/04/2019", "23/04/2019", "أمس", None])
    >>> [date.isoformat() if date else None for date in found.dates]
    ['2019-04-03', '2019-04-23', None, None]
    >>> found.order, found.missing, found.unreadable[0].value
    ('dmy', [3], 'أمس')
    """
    column = [None if value is None or is_missing(value) else read_date(value) for value in values]
    shown = Counter(one.shown_order for one in column if one and one.shown_order)
    inferred = next(iter(shown)) if order is None and len(shown) == 1 else None
    dates: list[PartialDate | None] = []
    unreadable, ambiguous = [], []
    for place, (value, one) in enumerate(zip(values, column, strict=True)):
        date = _date(one, order, inferred) if one else None
        dates.append(date)
        if one is None or value is None or date is not None:
            continue
        if order is None and one.is_ambiguous:
            ambiguous.append(UnresolvedDate(place, value, "needs the order of day and month"))
        else:
            reason = one.why_not(order) if order else one.reason
            unreadable.append(UnresolvedDate(place, value, reason))
    return ResolvedDates(
        dates=dates,
        years=[
            date.year if date else (one.year if one and order is None else None)
            for date, one in zip(dates, column, strict=True)
        ],
        order=order or inferred,
        inferred=inferred is not None,
        evidence={one: shown[one] for one in DATE_ORDERS},
        missing=[place for place, one in enumerate(column) if one is None],
        unreadable=unreadable,
        ambiguous=ambiguous,
    )


def _date(
    readings: DateReadings, order: DateOrder | None, inferred: DateOrder | None
) -> PartialDate | None:
    if order is not None:
        return readings.of(order)
    if inferred is None or readings.short_year:
        return readings.certain
    return readings.of(inferred)
