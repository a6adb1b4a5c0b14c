"""The date formats of news sites and spreadsheets.

Nothing is guessed: a year alone stays a year, and a date that gives different
days in day-first and month-first order keeps both readings.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from stance.corpus.month_names import (
    HIJRI_MONTHS,
    INNER_WORDS,
    LEADING_WORDS,
    MONTH_NAMES,
    WEEKDAYS,
    fold_date,
)
from stance.corpus.partial_date import PartialDate

if TYPE_CHECKING:
    from collections.abc import Iterable

DateOrder = Literal["dmy", "mdy"]
DATE_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy")

# Archives include newspapers of the 19th century; plain numbers count as dates only within narrower
# bounds.
YEARS = range(1800, 2101)
BARE_YEARS = range(1900, 2101)
MACHINE_YEARS = range(1990, 2101)
# These centuries in the years of the Hijri calendars, lunar and solar.
HIJRI_YEARS = range(1300, 1501)

# Serial 60 of Excel's 1900 system is a nonexistent 29 February. From 61 on (all plausible serials
# are far above), counting from this day corrects for it.
EXCEL_DAY_ZERO = dt.date(1899, 12, 30)

LONGEST_DATE = 200

HIJRI = "is a date of the Hijri calendar"
NO_SUCH_DAY = "is not a day of the calendar"
NO_SUCH_YEAR = f"has a year outside of {YEARS[0]} to {YEARS[-1]}"
TWO_MONTHS = "names two different months"
UNKNOWN_NUMBER = (
    "is a number, but not a year, a day as eight digits, a Unix time stamp or a day of Excel's "
    f"1900 system from {MACHINE_YEARS[0]} to {MACHINE_YEARS[-1]}"
)
UNKNOWN_FORM = "is not a date in a known format"


class DateReadings(NamedTuple):
    """The readings of a value in day-first and in month-first order.

    Both are the same if the order does not matter. ``short_year`` means that
    the year has two digits, so that even a single reading is uncertain;
    ``reason`` says what is wrong if there is no reading.
    """

    dmy: PartialDate | None = None
    mdy: PartialDate | None = None
    short_year: bool = False
    reason: str = UNKNOWN_FORM

    def of(self, order: DateOrder) -> PartialDate | None:
        """Return the reading of one order."""
        return self.dmy if order == "dmy" else self.mdy

    @property
    def certain(self) -> PartialDate | None:
        """The reading that does not depend on the order, if there is one."""
        if self.short_year or (self.dmy and self.mdy and self.dmy != self.mdy):
            return None
        return self.dmy or self.mdy

    @property
    def is_ambiguous(self) -> bool:
        """Whether the reading depends on the order."""
        return self.certain is None and bool(self.dmy or self.mdy)

    @property
    def shown_order(self) -> DateOrder | None:
        """The order that the value proves for its column, if it does."""
        if self.short_year or bool(self.dmy) == bool(self.mdy):
            return None
        return "dmy" if self.dmy else "mdy"

    @property
    def year(self) -> int | None:
        """The year, which may be certain even if the day is not."""
        years = {reading.year for reading in (self.dmy, self.mdy) if reading}
        return years.pop() if len(years) == 1 and not self.short_year else None

    def why_not(self, order: DateOrder) -> str:
        """Return why a value has no reading in an order."""
        other = self.mdy if order == "dmy" else self.dmy
        if other is None:
            return self.reason
        return f"is not a date with date order {order}, only in the other order"


@lru_cache(maxsize=1 << 16)
def read_date(value: str) -> DateReadings:
    """Return the readings of a value in day-first and in month-first order.

    Never raises; `stance.corpus.dates.parse_date` does.

    Examples
    --------
    >>> read_date("9 شباط/فبراير 2019").certain
    PartialDate(year=2019, month=2, day=9)
    >>> read_date("03/04/2019").mdy
    PartialDate(year=2019, month=3, day=4)
    """
    if len(value) > LONGEST_DATE:
        return DateReadings()
    text = fold_date(value).strip(" \t\r\n()[]«»\"',;:|")
    if _fullmatch("number", text):
        return _read_number(text)
    found = _read_written(text)
    if found.dmy or found.mdy or not _hijri().search(text):
        return found
    # A Gregorian date often follows a Hijri one. If it has no day, it may be only a year, as in
    # "Ramadan 2019"; reading it as a date would lose the month.
    beside = _read_written(_hijri().sub(" ", text).strip(" -/|,()"))
    day = beside.certain
    return beside if day and day.day else DateReadings(reason=HIJRI)


def _read_number(text: str) -> DateReadings:
    """Read a year, a day as 8, 12 or 14 digits, a Unix time stamp or an Excel serial."""
    whole, _, fraction = text.partition(".")
    number, is_whole = int(whole), not fraction.strip("0")
    if len(whole) == 4 and is_whole:
        if number in HIJRI_YEARS:
            return DateReadings(reason=HIJRI)
        return _same(number) if number in BARE_YEARS else DateReadings(reason=UNKNOWN_NUMBER)
    day = None
    if len(whole) == 5:
        day = EXCEL_DAY_ZERO + dt.timedelta(number)
    elif len(whole) in {10, 13}:
        seconds = number if len(whole) == 10 else number // 1000
        day = (dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)).date()
    elif len(whole) in {8, 12, 14} and is_whole:
        if int(whole[:4]) in HIJRI_YEARS:
            return DateReadings(reason=HIJRI)
        day = _packed_day(whole)
        if day and day.year in BARE_YEARS:
            return _same(day.year, day.month, day.day)
    if day is None or day.year not in MACHINE_YEARS:
        return DateReadings(reason=UNKNOWN_NUMBER)
    return _same(day.year, day.month, day.day)


def _packed_day(digits: str) -> dt.date | None:
    """Return the day of 20190323; the time after it, if any, must be valid."""
    try:
        return dt.datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").date()
    except ValueError:
        return None


def _read_written(text: str) -> DateReadings:
    """Read a date with separate parts, by the first format that matches."""
    for form in ("year first", "packed", "week", "numeric", "month", "month of year"):
        if (match := _fullmatch(form, text)) and not _has_second_date(match):
            return _from_parts(match)
    for form in ("day and name", "name and day", "year and name", "name", "year name", "ctime"):
        if (match := _fullmatch(form, text)) and not _has_second_date(match):
            return _from_names(match)
    if match := _fullmatch("year", text):
        return _either(int(match["year"]), None, None)
    return DateReadings()


def _from_parts(match: re.Match[str]) -> DateReadings:
    """Return the readings of a numeric date."""
    parts = match.groupdict()
    year, short = _full_year(parts["year"])
    if parts.get("week"):
        try:
            date = dt.date.fromisocalendar(year, int(parts["week"]), int(parts["weekday"]))
        except ValueError:
            return DateReadings(reason=NO_SUCH_DAY)
        return _either(date.year, date.month, date.day)
    if parts.get("month"):
        return _either(year, int(parts["month"]), int(day) if (day := parts.get("day")) else None)
    first, second = int(parts["first"]), int(parts["second"])
    dmy, mdy = _either(year, second, first), _either(year, first, second)
    return DateReadings(dmy.dmy, mdy.mdy, short, dmy.reason)


def _from_names(match: re.Match[str]) -> DateReadings:
    """Return the readings of a date with one or two month names."""
    parts = match.groupdict()
    numbers = _month_numbers()
    month = numbers[_spaced(parts["name"])]
    if parts["other"] and numbers[_spaced(parts["other"])] != month:
        return DateReadings(reason=TWO_MONTHS)
    year, short = _full_year(parts["year"])
    day = parts.get("day")
    return _either(year, month, int(day) if day else None)._replace(short_year=short)


def _full_year(digits: str) -> tuple[int, bool]:
    """Return the year, and whether its century had to be assumed."""
    year = int(digits)
    if len(digits) > 2:
        return year, False
    return year + (1900 if year >= 69 else 2000), True


def _same(year: int, month: int | None = None, day: int | None = None) -> DateReadings:
    date = PartialDate(year, month, day)
    return DateReadings(date, date)


def _either(year: int, month: int | None, day: int | None) -> DateReadings:
    """Return the same reading for both orders, or the reason why there is none."""
    if year in HIJRI_YEARS:
        return DateReadings(reason=HIJRI)
    if year not in YEARS:
        return DateReadings(reason=NO_SUCH_YEAR)
    try:
        return _same(year, month, day)
    except ValueError:
        return DateReadings(reason=NO_SUCH_DAY)


def _has_second_date(match: re.Match[str]) -> bool:
    """Return whether another date follows the first, as in a range of days."""
    rest = match.groupdict().get("rest")
    return bool(rest and _SECOND_DATE.search(rest))


# Four digits are not a year if they may be a time zone (+2000), a time (T2010) or a fraction
# (.2010).
_SECOND_DATE = re.compile(
    r"(?<![\d:+\-.t])(?:19|20)\d\d(?!\d)|(?<!\d)\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}([-/.])\d{1,2}\2\d{4}(?!\d)"
)


def _fullmatch(form: str, text: str) -> re.Match[str] | None:
    return _forms()[form].fullmatch(text)


def _spaced(name: str) -> str:
    return " ".join(name.split())


@lru_cache(maxsize=1)
def _month_numbers() -> dict[str, int]:
    return {
        fold_date(name): number
        for number, names in enumerate(MONTH_NAMES, start=1)
        for name in names
    }


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of the words, longer ones first."""
    folded = sorted({fold_date(word) for word in words}, key=lambda word: (-len(word), word))
    one = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in folded)
    return rf"(?:{one})(?![^\W\d_])"


@lru_cache(maxsize=1)
def _hijri() -> re.Pattern[str]:
    """Return the pattern of a Hijri date, or of its year or month only."""
    year = r"1[345]\d\d"
    mark = r"(?:\s*ه(?:جري\w*)?(?!\w))?"
    return re.compile(
        rf"(?:\d{{1,2}}[\s/-]*)?(?:من\s+)?{_any_of(HIJRI_MONTHS)}(?:[\s,/-]*{year}(?!\d){mark})?"
        rf"|(?<!\d)\d{{1,2}}\s*([/.-])\s*\d{{1,2}}\s*\1\s*{year}(?!\d){mark}"
        rf"|(?<!\d){year}\s*([/.-])\s*\d{{1,2}}\s*\2\s*\d{{1,2}}(?!\d){mark}"
    )


@lru_cache(maxsize=1)
def _forms() -> dict[str, re.Pattern[str]]:
    """Return the patterns of folded dates; each has to match in full."""
    time = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:am|pm|ص|م)(?!\w))?"
    weekday = rf"(?:{_any_of((*WEEKDAYS, *LEADING_WORDS))}|mar\.?(?=[\s,]+\d+\s+[a-z]))"
    head = rf"(?:{weekday}[\s,.:;|/()-]*|{time}[\s,|-]+)*"
    era = r"\s*(?:م(?!\w)|ميلادي\w*)"
    rest = rf"(?P<rest>(?:[\s,;|()]|t(?=\d|$)|z|\+\d|\.$|{era}).*)?"
    end = rf"(?:{era})?[\s.]*"
    between = rf"(?:[\s,./\\|()-]|{_any_of(INNER_WORDS)})*"
    month = _any_of(name for names in MONTH_NAMES for name in names)
    names = rf"(?P<name>{month})(?:\s*[/(|,.\\-]?\s*\(?(?P<other>{month}))?"
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er)?(?![\d:])"
    year = r"(?P<year>\d{4}|\d{2})(?!\d)"
    full_year = r"(?P<year>\d{4})(?!\d)"
    apart = r"\s*(?P<mark>[-/.\\])\s*"
    again = r"\s*(?P=mark)\s*"
    two = r"\d{1,2}"
    forms = {
        "number": r"\d+(?:\.\d*)?",
        "year first": rf"{head}{full_year}{apart}(?P<month>{two}){again}(?P<day>{two})(?!\d){rest}",
        "packed": rf"{head}(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)(?!\d){rest}",
        "week": rf"{full_year}(?:-?)w(?P<week>\d\d)-?(?P<weekday>\d)(?!\d){rest}",
        "numeric": rf"{head}(?P<first>{two}){apart}(?P<second>{two}){again}{year}{rest}",
        "month": rf"{head}{full_year}\s*[-/]\s*(?P<month>{two})(?!\d){end}",
        "month of year": rf"{head}(?P<month>{two})\s*[-/]\s*{full_year}{end}",
        "day and name": rf"{head}{day}{between}{names}{between}{year}{rest}",
        "name and day": rf"{head}{names}{between}{day}{between}{year}{rest}",
        "year and name": rf"{head}{full_year}{between}{names}{between}{day}{rest}",
        "name": rf"{head}{names}{between}{full_year}{end}",
        "year name": rf"{head}{full_year}{between}{names}{end}",
        "ctime": rf"{head}{names}\s+{day}\s+{time}(?:\s+[a-z]{{1,5}})?(?:\s+[+-]\d{{4}})?"
        rf"\s+{full_year}",
        "year": rf"{head}{full_year}{end}",
    }
    return {form: re.compile(pattern, re.DOTALL) for form, pattern in forms.items()}
